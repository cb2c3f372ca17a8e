"""Memberships of the pilot: who is paid by the bed-day, for what, from when to when."""

from __future__ import annotations

from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_perdiem.app.access import may, new_id
from chspay_perdiem.engine.allot import Membership, Pilots
from chspay_perdiem.store import pilots as store
from chspay_perdiem.store.pilots import StoredMembership

MEMBERSHIP_EMPTY = Reason("MEMBERSHIP_EMPTY", Kind.INVALID, "试点成员资格的“{field}”没有填写。")
MEMBERSHIP_PERIOD = Reason(
    "MEMBERSHIP_PERIOD", Kind.INVALID, "试点成员资格的截止日期（不含）{value}应晚于起始日期。"
)
MEMBERSHIP_TAKEN = Reason(
    "MEMBERSHIP_TAKEN",
    Kind.CONFLICT,
    "医疗机构{value}的{category}试点成员资格与已登记的期间重叠，请先结束原资格。",
)
MEMBERSHIP_UNKNOWN = Reason("MEMBERSHIP_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的试点成员资格。")
MEMBERSHIP_OVER = Reason(
    "MEMBERSHIP_OVER", Kind.PRECONDITION, "试点成员资格{value}已经结束（{document}），不能再次更改。"
)


class Memberships:
    """The memberships of every pool the caller may act for."""

    async def put(
        self,
        request_id: str,
        pool: str,
        hospital_code: str,
        category: str,
        days: tuple[date, date | None],
        document: str,
    ) -> StoredMembership:
        """A new membership.

        :raises Fault: MEMBERSHIP_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        for name, text in (("hospital_code", hospital_code), ("category", category), ("document", document)):
            if not text.strip():
                raise Fault(MEMBERSHIP_EMPTY, field=name)
        since, until = days
        if until is not None and until <= since:
            raise Fault(MEMBERSHIP_PERIOD, field="until", value=until)
        new = StoredMembership(
            new_id("PM", request_id), pool, hospital_code, category, since, until, document.strip(), ""
        )
        if not await store.put(new, claim.subject):
            raise Fault(MEMBERSHIP_TAKEN, field="hospital_code", value=hospital_code, category=category)
        return new

    async def end(self, membership_id: str, until: date, document: str) -> StoredMembership:
        """The membership ends before ``until``; never later than it would have.

        :raises Fault: MEMBERSHIP_*.
        """
        found = await store.one(membership_id)
        if found is None:
            raise Fault(MEMBERSHIP_UNKNOWN, field="membership_id", value=membership_id)
        may(found.pool, "bureau")
        if not document.strip():
            raise Fault(MEMBERSHIP_EMPTY, field="document")
        if found.end_document:
            raise Fault(
                MEMBERSHIP_OVER, field="membership_id", value=membership_id, document=found.end_document
            )
        if until <= found.since or (found.until is not None and until > found.until):
            raise Fault(MEMBERSHIP_PERIOD, field="until", value=until)
        await store.end(membership_id, until, document.strip())
        ended = await store.one(membership_id)
        return found if ended is None else ended

    async def page(self, pool: str, size: int, token: str) -> tuple[list[StoredMembership], str]:
        """A page of the memberships the caller may see."""
        current_claim().require_role("bureau", "hospital", "service")
        query, wanted = ("memberships", pool), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(pool, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].membership_id]) if more else ""


async def pilots_of(pool: str) -> Pilots:
    """The memberships of a pool for the engine."""
    return Pilots(
        Membership(item.hospital_code, item.category, item.since, item.until)
        for item in await store.of_pool(pool)
    )
