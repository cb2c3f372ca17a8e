"""Decisions of the joint meeting: recorded once, read by whoever amends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code, prefix
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_rulebook.app.amendments import china_today
from chspay_rulebook.engine import decisions as engine
from chspay_rulebook.engine.decisions import Decision
from chspay_rulebook.store import decisions as store
from chspay_rulebook.store.decisions import Recorded

DECISION_UNKNOWN = Reason(
    "MEETING_DECISION_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的会议决定，或不在权限范围内。"
)
DECISION_TAKEN = Reason(
    "MEETING_DECISION_TAKEN", Kind.CONFLICT, "编号“{value}”已有一份会议决定。会议决定不能改写，请核对编号。"
)


class Decisions:
    """Decisions of every place the caller may act for."""

    def __init__(self, today: Callable[[], date] = china_today) -> None:
        self._today = today

    async def record(self, new: Decision) -> Recorded:
        """Records a decision.

        :raises Fault: MEETING_DECISION_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        engine.check(new, self._today())
        claim.require_region(new.place)
        if not await store.put(new, claim.subject):
            raise Fault(DECISION_TAKEN, field="decision_no", value=new.decision_no)
        return await self.get(new.place, new.decision_no)

    async def get(self, place: str, decision_no: str) -> Recorded:
        """A decision the caller may see.

        :raises Fault: MEETING_DECISION_UNKNOWN.
        """
        current_claim().require_role("bureau", "service")
        found = await store.one(check_code(place, "place"), decision_no)
        if found is None:
            raise Fault(DECISION_UNKNOWN, field="decision_no", value=decision_no)
        return found

    async def page(self, place: str, size: int, token: str) -> tuple[list[Recorded], str]:
        """A page of the decisions of a place and those inside it."""
        current_claim().require_role("bureau", "service")
        query, wanted = ("decisions", place), paging.size(size)
        after = paging.decode(query, token)
        start = (str(after[0]), str(after[1])) if after else ("", "")
        found = await store.page(prefix(place) if place else "", start, wanted + 1)
        shown = found[:wanted]
        if len(found) <= wanted:
            return shown, ""
        last = shown[-1].decision
        return shown, paging.encode(query, [last.place, last.decision_no])
