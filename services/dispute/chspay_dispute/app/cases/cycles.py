"""Statistics of a cycle: counted from its cases and published in the register."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chspay_core.amounts import from_micro, plain, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code
from chspay_dispute.app import register
from chspay_dispute.app.moves import Moves
from chspay_dispute.app.register import Entry
from chspay_dispute.engine.cases.outcome import diluted
from chspay_dispute.engine.cases.window import read_cycle, window_of
from chspay_dispute.engine.statistics import Counts, Cycle, content_of
from chspay_dispute.store import cycles as store
from chspay_dispute.store.cycles import Counted
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection

CYCLE_OPEN = Reason(
    "CYCLE_OPEN", Kind.PRECONDITION, "周期{value}的申报窗口到{until}为止，结束以后才能公布统计。"
)
CYCLE_EMPTY = Reason("CYCLE_EMPTY", Kind.PRECONDITION, "周期{value}没有提交过的案件，没有可以公布的统计。")
#: States in which a result is final for the reader: it was published, or took effect.
_FINAL = frozenset({"PUBLICITY", "OBJECTION", "EFFECTIVE", "SETTLED", "ARCHIVED"})
_ENDED = {
    "INADMISSIBLE": "inadmissible",
    "WITHDRAWN": "withdrawn",
    "EXPIRED": "withdrawn",
    "REVOKED": "rejected",
}
_PLACES = 12


class CycleDesk:
    """Publishes statistics."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def publish(self, pool: str, cycle: str) -> Entry:
        """Counts a cycle whose window is over and publishes it in the place of what was published before.

        :raises Fault: ROLE_DENIED, DUTY_DENIED, LEVEL_DENIED, REGION_DENIED, CYCLE_UNKNOWN, CYCLE_OPEN,
            CYCLE_EMPTY, POLICY_MISSING.
        """
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty("handling")
        claim.require_level("city")
        claim.require_region(check_code(pool, "统筹区"))
        today, found = self._moves.today(), read_cycle(cycle)
        policy = await self._moves.policies.policy(pool, today)
        _, until = window_of(found, policy.integer("dispute.apply_window_wd"), self._moves.calendar)
        if today <= until:
            raise Fault(CYCLE_OPEN, field="cycle", value=cycle, until=until.isoformat())
        connection = await current_connection()
        cases = await store.handed_in(connection, pool, cycle)
        if not cases:
            raise Fault(CYCLE_EMPTY, field="cycle", value=cycle)
        names = {row["type"]: row["name"] for row in policy.table("dispute.types")}
        # In a thread: finding what else must be hidden takes a while in a large city.
        content = await asyncio.to_thread(lambda: content_of(counted(cycle, cases, names)))
        subject = f"cycle/{pool}/{cycle}"
        for entry_no in await store.published(connection, subject):
            await register.withdraw(connection, entry_no=entry_no, reason="由更新的周期统计代替")
        return await register.publish(
            connection,
            kind="statistics",
            subject=subject,
            pool=pool,
            region_code=pool,
            title=f"争议处理周期统计：{cycle}",
            content=content,
        )


def counted(cycle: str, cases: Sequence[Counted], names: Mapping[str, str]) -> Cycle:
    """What became of the cases of a cycle.

    A case is approved or rejected once its result is public; what only the institution was told is pending.

    :param names: kinds of disputes and their names.
    """
    ends = {case.case_no: _end(case) for case in cases}
    decided = [case for case in cases if case.state in _FINAL]
    approved = [case for case in cases if ends[case.case_no] == "approved"]
    reconsidered = [change for case in decided if (change := _changed(case)) is not None]
    points = sum(case.delta_points_micro or 0 for case in approved)
    return Cycle(
        cycle=cycle,
        rows=[
            _row(code, [case for case in cases if case.hospital_code == code], ends)
            for code in sorted({case.hospital_code for case in cases})
        ],
        reasons=Counter(_class(case, names) for case in cases),
        on_time=sum(not case.late for case in decided),
        decided=len(decided),
        overturned=sum(reconsidered),
        reconsidered=len(reconsidered),
        delta_points=plain(from_micro(points)),
        delta_point_value=_value(approved, points),
    )


def _end(case: Counted) -> str:
    if case.state in _FINAL:
        return "approved" if case.approved == "yes" else "rejected"
    return _ENDED.get(case.state, "pending")


def _row(code: str, cases: Sequence[Counted], ends: Mapping[str, str]) -> Counts:
    of = Counter(ends[case.case_no] for case in cases)
    money = sum(case.delta_fen or 0 for case in cases if ends[case.case_no] == "approved")
    names = [_facts(case).get("hospital_name") for case in cases]
    return Counts(
        code, next((str(name) for name in names if name), code), of["approved"], of["rejected"],
        of["pending"], of["inadmissible"], of["withdrawn"], money,
    )  # fmt: skip


def _class(case: Counted, names: Mapping[str, str]) -> str:
    """One class for each application: the first criterion it meets, or what kind of dispute it is."""
    if case.type != "T1":
        return names.get(case.type, case.type)
    if case.content["no_review"]:
        return "除外支付"
    met = next((item for item in case.content["criteria"] if item["met"]), None)
    return names.get(case.type, case.type) if met is None else str(met["text"]).split("（", 1)[0]


def _changed(case: Counted) -> bool | None:
    """Whether the reconsideration came to something else; ``None`` without one."""
    if case.reconsidered is None:
        return None
    before = [item for item in case.decided if item[0] < case.reconsidered]
    after = [item for item in case.decided if item[0] > case.reconsidered]
    return before[-1][1:] != after[-1][1:] if before and after else None


def _value(approved: Sequence[Counted], points: int) -> str:
    """Change of the point value when the funds of the approved lists' months are shared by more points."""
    months = {
        str(facts["run_id"]): (int(facts["value_fen"]), int(facts["value_micro"]))
        for case in approved
        if (facts := _facts(case)) and facts["value_micro"]
    }
    if not months or not points:
        return "0"
    fen, micro = (sum(month[at] for month in months.values()) for at in (0, 1))
    change = diluted(fen, micro, points)
    return plain(ratio_half_up(change.numerator, change.denominator, _PLACES))


def _facts(case: Counted) -> Mapping[str, Any]:
    return case.content["facts"] or {}
