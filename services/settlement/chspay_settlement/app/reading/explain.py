"""Why a case was paid this amount: worked out again from what was stored, and held against it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.given import pricer_of
from chspay_settlement.app.month.runs import DONE, Runs, claim_of_pool
from chspay_settlement.app.reading.lineage import division_of, settled
from chspay_settlement.clients import Policies
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.model import CaseKind, HospitalAmount, HospitalTotals
from chspay_settlement.engine.month.settled import funds_of_cases
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import fixed_of
from chspay_settlement.engine.value.forms import Way
from chspay_settlement.engine.value.sheet import write_amount
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import run_cases, runs, scope

_FORM = "point_value.form"


class Explain:
    """Explains amounts of finished runs."""

    def __init__(self, seen: Runs, policies: Policies) -> None:
        self._runs = seen
        self._policies = policies

    async def case(self, run_id: str, hospital_code: str, case_id: str) -> tuple[run_cases.Priced, Worksheet]:
        """A case of a finished run and its worksheet, which comes to the stored amount.

        :raises Fault: not found (or not the asker's), not finished; LINEAGE_BROKEN when any figure on
            the way comes out otherwise than stored.
        """
        run = await self._runs.get(run_id)
        if run.state != DONE:
            raise Fault(faults.RUN_NOT_DONE, field="run_id", value=run_id)
        connection = await current_connection()
        row = await run_cases.one(connection, run_id, hospital_code, case_id)
        if row is None:
            raise Fault(faults.RUN_CASE_NOT_FOUND, field="case_id", value=case_id)
        # The asker may see this case. To add the pool up again the service looks at all of it.
        await scope.act_as(connection, claim_of_pool(run.pool))
        hospitals = [h.amount for h in await run_cases.hospitals(connection, run_id)]
        own = await run_cases.priced_of(connection, run_id, hospital_code)
        policy = (await self._policies.sealed(run.policy_digest)).on(month_of(run.period).last)
        pricer = await pricer_of(connection, run_id, policy)
        # One value for all points follows from the hospitals' totals; any other form looks at all cases.
        alone = form_of(policy).way is Way.SPLIT
        rows = [] if alone else await run_cases.priced(connection, run_id)
        sheet = await asyncio.to_thread(_worksheet, run, row, pricer, hospitals, own, rows, policy)
        return row, sheet


def _worksheet(
    run: runs.Run,
    row: run_cases.Priced,
    pricer: Pricer,
    hospitals: Sequence[HospitalAmount],
    own: Sequence[run_cases.Priced],
    rows: Sequence[run_cases.Priced],
    policy: Policy,
) -> Worksheet:
    inp = row.inp
    sheet = Worksheet(f"病例{inp.case_id}结算底稿（{month_of(run.period)}）")
    points = pricer.explain(inp, sheet)
    _same(inp.case_id, "points", points, row.points)
    if points.kind is CaseKind.EXCLUDED:
        _same(inp.case_id, "fund", 0, row.fund_fen)
        return sheet
    division = _division(run, hospitals, rows, policy)
    fund = funds_of_cases(division, policy, inp.hospital_code, settled(own))[inp.case_id]
    _same(inp.case_id, "fund", fund, row.fund_fen)
    fixed = fixed_of(policy, division.form)
    part = None if fixed is None else fixed(inp, points)
    write_amount(sheet, division, policy, inp, fund, rule=policy.rule(_FORM), fixed_micro=part)
    return sheet


def _division(
    run: runs.Run, hospitals: Sequence[HospitalAmount], rows: Sequence[run_cases.Priced], policy: Policy
) -> Division:
    """The fund divided again, which must come to what every hospital was given."""
    if rows:
        division = division_of(run, policy, rows)
    else:
        totals = [HospitalTotals(*hospital[:5]) for hospital in hospitals]
        division = divide(run.fund_fen, totals, policy)
    value = division.value
    _same(run.run_id, "point_value", (value.numerator_fen, value.denominator_micro),
          (run.value_fen, run.value_micro))  # fmt: skip
    _same(run.run_id, "hospitals", division.hospitals, list(hospitals))
    return division


def _same(about: str, field: str, found: object, stored: object) -> None:
    if found != stored:
        raise Fault(faults.LINEAGE_BROKEN, field=field, value=about, found=found, stored=stored)
