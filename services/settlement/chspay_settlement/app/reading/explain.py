"""Why a case was paid this amount: worked out again from what was stored, and held against it."""

from __future__ import annotations

from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.runs import DONE, Runs, claim_of_pool
from chspay_settlement.app.reading.why_memory import KeptMonth, MonthMemory
from chspay_settlement.engine.lineage.facts import Page
from chspay_settlement.engine.lineage.handed import fund_of
from chspay_settlement.engine.lineage.hospital import HospitalLines
from chspay_settlement.engine.lineage.pool import PoolLines
from chspay_settlement.engine.model import CaseKind, CasePoints
from chspay_settlement.engine.month.payment import Payment
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.engine.value.facts import fixed_of
from chspay_settlement.engine.value.sheet import write_amount
from chspay_settlement.store import run_cases, scope

_FORM = "point_value.form"
_NO_PAGE = Page(0, 1, str)


class Explain:
    """Explains amounts of finished runs, from the totals of their hospitals and the case itself."""

    def __init__(self, seen: Runs, memory: MonthMemory) -> None:
        self._runs = seen
        self._memory = memory

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
        # The asker may see this case. To work it out again the service looks at the pool's totals.
        await scope.act_as(connection, claim_of_pool(run.pool))
        kept = await self._memory.run(connection, run)
        sheet = Worksheet(f"病例{case_id}结算底稿（{month_of(run.period)}）")
        points = kept.pricer.explain(row.inp, sheet)
        _same(case_id, "points", points, row.points)
        if points.kind is CaseKind.EXCLUDED:
            _same(case_id, "fund", 0, row.fund_fen)
            return row, sheet
        blocks = await self._memory.blocks(connection, kept, hospital_code)
        lines = HospitalLines(
            PoolLines(kept.facts(everything=False), _NO_PAGE), hospital_code, blocks, Payment(0)
        )
        last = await self._memory.last(connection, kept, hospital_code)
        fund = fund_of(lines, Settled(row.inp, points), last)
        _same(case_id, "fund", fund, row.fund_fen)
        _write(kept, sheet, row, points, fund)
        return row, sheet


def _write(
    kept: KeptMonth, sheet: Worksheet, row: run_cases.Priced, points: CasePoints, fund_fen: int
) -> None:
    """From the points on the sheet to the money."""
    policy, division = kept.policy, kept.division
    fixed = fixed_of(policy, division.form)
    part = None if fixed is None else fixed(row.inp, points)
    write_amount(sheet, division, policy, row.inp, fund_fen, rule=policy.rule(_FORM), fixed_micro=part)


def _same(about: str, field: str, found: object, stored: object) -> None:
    if found != stored:
        raise Fault(faults.LINEAGE_BROKEN, field=field, value=about, found=found, stored=stored)
