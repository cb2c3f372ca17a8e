"""A month cleared again from what its run was given; the same bytes as the run's, or it is told where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core.period import Month
from chspay_core.policy import Policy, weakest
from chspay_settlement.engine.books.batch import Batch, batch_content, batch_lines
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns, Each
from chspay_settlement.engine.columnar.grouping import month_lines
from chspay_settlement.engine.groups.table_content import table_content
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.month.closing import Due, Paying, Place, dues_of, postings_of, statements_of
from chspay_settlement.engine.month.statement import MONTH, Adjustment, RunFacts
from chspay_settlement.engine.replay.cases import Paid
from chspay_settlement.engine.replay.proving import proof_of_columns
from chspay_settlement.engine.replay.results import LEDGER, ROUTES, STATEMENT, TABLE, Results
from chspay_settlement.engine.replay.routes import again

MONTH_KIND = "month"


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What a month's run was given besides its cases, its policy and what hospitals are paid."""

    run_id: str
    #: Number of the month's statements.
    statement_no: str
    pool: str
    #: yyyymm.
    period: int
    engine: str
    scheme: str
    scheme_digest: str
    fund_fen: int
    #: Keys of every rule the run read; the weakest evidence among them stands on the statements.
    rules_used: tuple[str, ...]
    #: Whether its statements publish the proof of the pool's totals.
    proven: bool
    #: Taken from the month's fund before it was divided; ``fund_fen`` is what remained.
    others_fen: int = 0

    @property
    def month(self) -> Month:
        """The month."""
        return Month(*divmod(self.period, 100))


@dataclass(frozen=True, slots=True)
class Payments:
    """What hospitals are paid besides their funds, and where hospitals stand and what they are called."""

    paying: Paying
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Routed:
    """The routes of a month as canonical bytes, and the bed-day answers behind them; empty for none."""

    content: bytes
    bed_days: bytes


def replay_month(
    facts: MonthFacts,
    policy: Policy,
    columns: Columns,
    payments: Payments,
    *,
    table: GroupTable | None = None,
    coefficients: Coefficients | None = None,
    routes: Routed | None = None,
    each: Each = map,
) -> Results:
    """The month's group table, statements and ledger batch, and what every case was paid.

    :param table: group figures the run was given; left out, they are measured again.
    :param routes: how cases were paid that did not simply go to their group; left out, all of them did.
    :raises Fault: whatever stops a clearing.
    """
    done = clear_columns(columns, facts.fund_fen, policy, table=table, coefficients=coefficients, each=each)
    paying = payments.paying
    with_cases = {amount.hospital_code for amount in done.hospitals}
    others = {code: place for code, place in payments.places.items() if code not in with_cases}
    dues = dues_of(done.division, payments.places, policy, Paying(paying.lines, paying.holds, others))
    proof = proof_of_columns(done, each) if facts.proven else None
    lines = month_lines(columns, done.points, done.funds_fen, each)
    statements = statements_of(
        _facts(facts, policy), done.division, dues, lines, _adjustments(columns), proof
    )
    outputs = {TABLE: table_content(done.table)}
    for due, content in zip(dues, statements, strict=True):
        outputs[STATEMENT + due.amount.hospital_code] = content
    outputs[LEDGER] = _ledger(facts, dues, done.division.residual_fen)
    if routes is not None:
        outputs[ROUTES] = again(routes.content, routes.bed_days, columns, paying.lines)
    return Results(outputs, Paid(done.points, done.funds_fen))


def _facts(facts: MonthFacts, policy: Policy) -> RunFacts:
    return RunFacts(
        run_id=facts.statement_no,
        pool=facts.pool,
        period=str(facts.month),
        nature=MONTH,
        engine_version=facts.engine,
        policy_place=policy.place,
        policy_on=policy.on.isoformat(),
        policy_digest=policy.digest,
        scheme_id=facts.scheme,
        scheme_digest=facts.scheme_digest,
        evidence=weakest(policy.rule(key).evidence for key in facts.rules_used),
        fund_fen=facts.fund_fen,
        others_fen=facts.others_fen,
    )


def _adjustments(columns: Columns) -> dict[str, list[Adjustment]]:
    """The marks of every hospital's cases, in the order of the cases."""
    rows = sorted(columns.marks)
    found: dict[str, list[Adjustment]] = {}
    for inp in columns.inputs(rows):
        for mark in inp.marks:
            found.setdefault(inp.hospital_code, []).append(Adjustment(inp.case_id, mark))
    return found


def _ledger(facts: MonthFacts, dues: list[Due], residual_fen: int) -> bytes:
    """The month's batch as the journal chains it; empty when no money moves."""
    postings = postings_of(facts.month, dues, residual_fen)
    if not postings:
        return b""
    regions = {due.amount.hospital_code: due.region_code for due in dues}
    batch = Batch(facts.run_id, facts.pool, facts.period, facts.run_id, MONTH_KIND)
    return batch_content(batch, batch_lines(postings, facts.pool, regions))
