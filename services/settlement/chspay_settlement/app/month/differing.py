"""One difference worked out from what was gathered: priced, paid, compared, sealed by a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.app.month.corrections import Change, State
from chspay_settlement.engine.model import ROUTED, CaseKind, CasePoints, PricedInput
from chspay_settlement.engine.month.difference import (
    Closed,
    Delta,
    DifferenceMethod,
    Outcome,
    Standing,
    deltas,
    residual_fen,
    standing_of,
)
from chspay_settlement.engine.month.settled import CaseKey, Settled
from chspay_settlement.store import runs
from chspay_settlement.store.differences import CaseRow, HospitalRow
from chspay_settlement.store.marks_text import marks_of, text_of


class Blocked(NamedTuple):
    """A change that cannot be priced yet, and why; it goes on waiting."""

    hospital_code: str
    case_id: str
    fault: Fault


@dataclass(frozen=True)
class Found:
    """A difference of one closed month, before it is posted."""

    run: runs.Run
    method: str
    outcome: Outcome
    deltas: tuple[Delta, ...]
    cases: tuple[CaseRow, ...]
    blocked: tuple[Blocked, ...]
    digest: str

    @property
    def residual_fen(self) -> int:
        """What the hospitals' deltas do not cancel."""
        return residual_fen(self.deltas)

    def hospital_rows(self, places: Mapping[str, str]) -> list[HospitalRow]:
        """The hospitals that move, as they are stored."""
        return [
            HospitalRow(
                delta.hospital_code, places[delta.hospital_code], *delta.after,
                delta.after.cases - delta.before.cases,
                delta.after.points_micro - delta.before.points_micro, delta.fund_fen, delta.prepaid_fen,
            )
            for delta in self.deltas
        ]  # fmt: skip


def compute(run: runs.Run, policy: Policy, method: DifferenceMethod, state: State) -> Found:
    """The difference of a closed month; pure but for its bulk.

    :raises Fault: LINEAGE_BROKEN when the month does not come out again as it was posted.
    """
    closed = state.month.closed(run, policy)
    division = closed.division
    if division.hospitals != [hospital.amount for hospital in state.hospitals]:
        raise Fault(
            faults.LINEAGE_BROKEN, field="hospitals", value=run.run_id, found="不同", stored="已入账金额"
        )
    stood = {key: _settled(case) for key, case in state.earlier.cases.items()}
    priced: dict[CaseKey, Settled] = {}
    blocked: list[Blocked] = []
    for key, change in state.changes.items():
        inp = _input(key, change, state, stood.get(key, closed.cases[key]).inp)
        try:
            priced[key] = Settled(inp, state.pricer.price(inp))
        except Fault as fault:
            blocked.append(Blocked(*key, fault))
    outcome = method.recompute(closed, {**stood, **priced}, sorted(priced))
    before = standing_of(division, policy)
    before |= {code: Standing(*row[2:8]) for code, row in state.earlier.hospitals.items()}
    moved = tuple(deltas(before, outcome.hospitals)) if priced else ()
    cases = tuple(_case_row(key, priced[key], state, closed, outcome) for key in sorted(priced))
    return Found(run, method.name, outcome, moved, cases, tuple(blocked), _digest(run, method, moved, cases))


def _input(key: CaseKey, change: Change, state: State, before: PricedInput) -> PricedInput:
    """The case as it is now: its newer list where there is one, and the marks it has now."""
    if not change.version:
        return before._replace(marks=change.marks)
    now = state.now[key]
    return PricedInput(
        case_id=now.case_id,
        hospital_code=now.hospital_code,
        level=now.level,
        drg=now.drg,
        # A case keeps the method its month paid it by: other money is corrected where it was worked out.
        status=before.status if before.status in ROUTED else now.status,
        department=now.department,
        los_days=now.los_days,
        cost_fen=now.cost_fen,
        patient_fen=now.patient_fen,
        marks=change.marks,
    )


def _settled(case: CaseRow) -> Settled:
    """A case as an earlier difference left it."""
    inp = PricedInput(
        case.case_id, case.hospital_code, case.level, case.drg, case.status, case.department, case.los_days,
        case.cost_fen, case.patient_fen, marks_of(case.marks),
    )  # fmt: skip
    return Settled(inp, CasePoints(CaseKind(case.kind), case.points_micro, case.excluded))


def _case_row(key: CaseKey, now: Settled, state: State, closed: Closed, outcome: Outcome) -> CaseRow:
    change, stood = state.changes[key], state.earlier.cases.get(key)
    list_id, version, region = state.taken[key]
    if stood is not None:
        version = stood.version
    inp, points = now
    was = closed.cases[key].points.points_micro if stood is None else stood.points_micro
    paid = closed.funds_fen[key] if stood is None else stood.fund_fen
    return CaseRow(
        hospital_code=key[0], case_id=key[1], region_code=region, list_id=list_id,
        version=change.version or version, level=inp.level, drg=inp.drg, status=inp.status,
        department=inp.department, los_days=inp.los_days, cost_fen=inp.cost_fen or 0,
        patient_fen=inp.patient_fen, marks=text_of(inp.marks), kind=points.kind.value,
        points_micro=points.points_micro, excluded=points.reason, fund_fen=outcome.funds_fen[key],
        before_points_micro=was, before_fund_fen=paid, why=change.why,
    )  # fmt: skip


def _digest(run: runs.Run, method: DifferenceMethod, moved: Sequence[Delta], cases: Sequence[CaseRow]) -> str:
    content = {
        "run": run.run_id,
        "method": method.name,
        "hospitals": [[delta.hospital_code, [*delta.before], [*delta.after]] for delta in moved],
        "cases": [[*case] for case in cases],
    }
    return sm3_hex(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
