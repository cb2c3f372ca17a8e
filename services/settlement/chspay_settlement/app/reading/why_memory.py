"""What a finished run never changes, kept between questions: policy, division, group table, subtotals."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import orjson

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import pricer_of
from chspay_settlement.app.month.runs import DONE
from chspay_settlement.app.reading.lineage import settled
from chspay_settlement.clients import Policies
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.lineage.blocks import Block, blocks_of, total
from chspay_settlement.engine.lineage.facts import MonthFacts, restored
from chspay_settlement.engine.lineage.group import Span, Sums, kept_of, stored_sums
from chspay_settlement.engine.lineage.node import Source
from chspay_settlement.engine.model import GroupTable, HospitalAmount
from chspay_settlement.engine.month.payment import LineKind, PayLine, Payment
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.facts import FIXED_PARTS, Facts, facts_of
from chspay_settlement.engine.value.forms import Form, Way
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import ledger, run_cases, runs
from chspay_settlement.store import lineage as rows

_RUNS_KEPT, _HOSPITALS_KEPT = 8, 128


@dataclass(slots=True)
class KeptMonth:
    """A finished run as lineage needs it."""

    run: runs.Run
    policy: Policy
    division: Division
    table: GroupTable
    table_source: Source
    own_cases: bool
    pricer: Pricer
    names: dict[str, str]
    measured: dict[str, tuple[int, int]] = field(default_factory=dict)
    blocks: OrderedDict[str, list[Block]] = field(default_factory=OrderedDict)
    groups: dict[str, tuple[Sums, Span]] = field(default_factory=dict)
    payments: OrderedDict[str, Payment] = field(default_factory=OrderedDict)
    last: dict[str, Settled | None] = field(default_factory=dict)

    def facts(self, everything: bool) -> MonthFacts:
        """The month as an asker sees it who may see everything, or only its own."""
        run = self.run
        fund = Source("month_run", "fund_fen", row=run.decision_no, version=run.budget_version)
        return MonthFacts(
            run.run_id, run.pool, self.policy, self.division, self.table, self.table_source, fund,
            self.names, everything, self.own_cases, self.measured,
        )  # fmt: skip


class MonthMemory:
    """The runs asked about last. They are finished, so what is kept of them is what is stored."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._runs: OrderedDict[str, KeptMonth] = OrderedDict()

    async def run(self, connection: asyncpg.Connection, run: runs.Run) -> KeptMonth:
        """A run, read with the eyes of the pool; it must come to what was stored.

        :raises Fault: LINEAGE_BROKEN.
        """
        found = self._runs.get(run.run_id)
        if found is None:
            found = self._runs[run.run_id] = await self._read(connection, run)
        self._runs.move_to_end(run.run_id)
        while len(self._runs) > _RUNS_KEPT:
            self._runs.popitem(last=False)
        return found

    async def _read(self, connection: asyncpg.Connection, run: runs.Run) -> KeptMonth:
        policy = (await self._policies.sealed(run.policy_digest)).on(month_of(run.period).last)
        hospitals = await run_cases.hospitals(connection, run.run_id)
        amounts = [hospital.amount for hospital in hospitals]
        form = form_of(policy)
        facts = await self._facts(connection, run, policy, form)
        division = restored(run.fund_fen, amounts, policy, form, facts)
        _same(run, division, amounts)
        pricer = await pricer_of(connection, run.run_id, policy)
        table, origin = pricer.table, pricer.table.origin
        row = run.point_table_id or ("" if origin is None else origin.table_id)
        digest = (await runs.table(connection, run.run_id) or (b"", ""))[1]
        source = Source("run_table", "content", row=row, digest=digest if origin is None else origin.digest)
        names = {hospital.amount.hospital_code: hospital.name for hospital in hospitals}
        return KeptMonth(run, policy, division, table, source, not row, pricer, names)

    async def _facts(
        self, connection: asyncpg.Connection, run: runs.Run, policy: Policy, form: Form
    ) -> Facts:
        """Levels and fixed points by hospital, as far as the form asks for them."""
        if form.way in {Way.LEVEL_SPLIT, Way.LEVEL_RATE}:
            return Facts(levels=await rows.levels(connection, run.run_id))
        if form.way is not Way.ELASTIC:
            return Facts()
        by_hospital = FIXED_PARTS.chosen(policy).by_hospital
        if by_hospital is not None:
            return Facts(fixed_micro=by_hospital(policy))
        fixed = await rows.fixed(connection, run.run_id)
        if fixed:
            return Facts(fixed_micro=fixed)
        # A run that ended before subtotals were kept: its cases say it.
        priced = [row for row in await run_cases.priced(connection, run.run_id) if row.points is not None]
        points = [row.points for row in priced if row.points is not None]
        return await asyncio.to_thread(facts_of, [row.inp for row in priced], points, form, policy)

    async def measure(self, connection: asyncpg.Connection, kept: KeptMonth) -> None:
        """Learns which hospital brought how much into the group figures."""
        if not kept.own_cases or kept.measured:
            return
        kept.measured = await rows.measured(connection, kept.run.run_id)
        for code in () if kept.measured else kept.names:
            found = await self.blocks(connection, kept, code)
            kept.measured[code] = total(found, "measured_cases"), total(found, "measured_fen")

    async def group(
        self, connection: asyncpg.Connection, kept: KeptMonth, asked: rows.OfGroup
    ) -> tuple[Sums, Span]:
        """What a group was measured from, and what it kept: as the group table says.

        :raises Fault: LINEAGE_BROKEN.
        """
        found = kept.groups.get(asked.drg)
        if found is None:
            measured = await rows.group(connection, kept.run.run_id, asked.drg)
            if measured is not None:
                whole, span = stored_sums(measured)
            else:
                whole, span = await self._added_up(connection, kept, asked)
            group = kept.table.groups[asked.drg]
            stored = (group.cases, group.kept, group.cost_sum_fen)
            if (whole.n, span.kept.n, span.kept.total) != stored:
                raise Fault(
                    faults.LINEAGE_BROKEN, field="group", value=asked.drg, stored=stored,
                    found=(whole.n, span.kept.n, span.kept.total),
                )  # fmt: skip
            found = kept.groups[asked.drg] = whole, span
        return found

    async def _added_up(
        self, connection: asyncpg.Connection, kept: KeptMonth, asked: rows.OfGroup
    ) -> tuple[Sums, Span]:
        """The sums of a group of a run that was measured before they were kept."""
        whole = await rows.sums_of_group(connection, asked)

        async def tails(low: int, high: int) -> tuple[Sums, Sums]:
            return await rows.tails_of_group(connection, asked, low, high)

        return whole, await kept_of(whole, kept.table, kept.pricer.terms, tails)

    async def blocks(self, connection: asyncpg.Connection, kept: KeptMonth, code: str) -> Sequence[Block]:
        """The subtotals of a hospital's cases."""
        found = kept.blocks.get(code)
        if found is None:
            found = await rows.blocks(connection, kept.run.run_id, code)
            # A run that ended before subtotals were kept has them made from its cases.
            found = found or await self._made(connection, kept, code)
            kept.blocks[code] = found
        kept.blocks.move_to_end(code)
        while len(kept.blocks) > _HOSPITALS_KEPT:
            kept.blocks.popitem(last=False)
        return found

    async def last(self, connection: asyncpg.Connection, kept: KeptMonth, code: str) -> Settled | None:
        """The case of a hospital that got the last fen of the rest; ``None`` when none was left over."""
        if code not in kept.last:
            found = await self.blocks(connection, kept, code)
            case_id = next((block.last_served for block in found if block.last_served), "")
            row = await run_cases.one(connection, kept.run.run_id, code, case_id) if case_id else None
            kept.last[code] = None if row is None or row.points is None else Settled(row.inp, row.points)
        return kept.last[code]

    async def payment(self, connection: asyncpg.Connection, kept: KeptMonth, code: str) -> Payment:
        """What a hospital's statement says of its payment."""
        found = kept.payments.get(code)
        if found is None:
            table = ledger.POSTED if kept.run.state == DONE else ledger.TRIED
            row = await ledger.statement(connection, kept.run.run_id, code, table)
            found = kept.payments[code] = Payment(0) if row is None else paid_of(row.content)
        kept.payments.move_to_end(code)
        while len(kept.payments) > _HOSPITALS_KEPT:
            kept.payments.popitem(last=False)
        return found

    async def _made(self, connection: asyncpg.Connection, kept: KeptMonth, code: str) -> list[Block]:
        """The subtotals made from a hospital's cases as they were stored."""
        found = await run_cases.priced_of(connection, kept.run.run_id, code)
        funds = {row.inp.case_id: row.fund_fen or 0 for row in found}
        return await asyncio.to_thread(
            blocks_of, kept.division, kept.policy, code, settled(found), funds
        )  # fmt: skip


def paid_of(content: bytes) -> Payment:
    """The payment as a statement says it."""
    said = orjson.loads(content)
    lines = tuple(
        PayLine(
            LineKind(line["kind"]), line["number"], line["case"], line["note"], line["amount_fen"],
            line["refers"],
        )
        for line in said["payment"]
    )  # fmt: skip
    return Payment(said["totals"]["prepaid_fen"], lines)


def _same(run: runs.Run, division: Division, amounts: Sequence[HospitalAmount]) -> None:
    value = division.value
    pairs = {
        "hospitals": (division.hospitals, list(amounts)),
        "point_value": (
            (value.numerator_fen, value.denominator_micro), (run.value_fen, run.value_micro)
        ),
    }  # fmt: skip
    for field_name, (found, stored) in pairs.items():
        if found != stored:
            raise Fault(faults.LINEAGE_BROKEN, field=field_name, value=run.run_id, found=found, stored=stored)
