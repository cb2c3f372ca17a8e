"""Records of stays: put one by one or as a file, withdrawn with a reason, laid over the stays asked for."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_perdiem.app.access import may_of
from chspay_perdiem.app.files import read_records
from chspay_perdiem.engine.record import RECORD_EMPTY, Record, check_record, laid_over
from chspay_perdiem.engine.stay import Stay
from chspay_perdiem.store import records as store

RECORD_TAKEN = Reason(
    "STAY_RECORD_TAKEN",
    Kind.CONFLICT,
    "医疗机构{hospital}的住院记录{value}已经登记；更正请先作废再用新的编号登记。",
)
RECORD_UNKNOWN = Reason("STAY_RECORD_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的住院记录。")
RECORD_GONE = Reason("STAY_RECORD_WITHDRAWN", Kind.CONFLICT, "住院记录{value}已经作废。")


class Records:
    """Records of every institution the caller may act for."""

    async def put(self, new: Record) -> Record:
        """A new record.

        :raises Fault: STAY_RECORD_*, REGION_DENIED, INSTITUTION_DENIED.
        """
        await self._put([new])
        return new

    async def put_file(self, pool: str, content: bytes) -> int:
        """A file of records, whole or not at all; answers how many.

        :raises Fault: STAY_RECORD_*, STAY_RECORDS_*, REGION_DENIED, INSTITUTION_DENIED.
        """
        new = await asyncio.to_thread(read_records, pool, content)
        await self._put(new)
        return len(new)

    @staticmethod
    async def _put(new: Sequence[Record]) -> None:
        numbers = [(record.hospital_code, record.record_no) for record in new]
        for record in new:
            check_record(record)
        by = [may_of(record.pool, record.hospital_code).subject for record in new]
        twice = (
            next(number for number, times in Counter(numbers).items() if times > 1)
            if len(set(numbers)) < len(numbers)
            else await store.taken(numbers)
        )
        if twice is not None:
            raise Fault(RECORD_TAKEN, field="record_no", value=twice[1], hospital=twice[0])
        await store.put(new, by[0] if by else "")

    async def withdraw(self, hospital_code: str, record_no: str, reason: str) -> Record:
        """A record does not count any more; pricings made with it stand until the stay is priced again.

        :raises Fault: STAY_RECORD_*.
        """
        found = await store.one(hospital_code, record_no)
        if found is None:
            raise Fault(RECORD_UNKNOWN, field="record_no", value=record_no)
        claim = may_of(found.pool, found.hospital_code)
        if not reason.strip():
            raise Fault(RECORD_EMPTY, field="reason", record=record_no)
        if found.withdrawn or not await store.withdraw(found, reason.strip(), claim.subject):
            raise Fault(RECORD_GONE, field="record_no", value=record_no)
        return replace(found, withdrawn=reason.strip())

    async def page(self, hospital_code: str, case_id: str, size: int, token: str) -> tuple[list[Record], str]:
        """A page of an institution's records, as far as the caller may see them."""
        current_claim().require_role("bureau", "hospital", "service")
        query, wanted = ("stay-records", hospital_code, case_id), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(hospital_code, case_id, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].record_no]) if more else ""


async def with_records(stays: Sequence[Stay]) -> list[Stay]:
    """Stays with the records kept of them besides those that came with them; the same one counts once."""
    kept = await store.of_stays([(stay.hospital_code, stay.case_id) for stay in stays])
    of: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in kept:
        of[record.hospital_code, record.case_id].append(record)
        if record.kind == "transfer":
            of[record.other_hospital_code, record.other_case_id].append(record)
    return [laid_over(stay, of.get((stay.hospital_code, stay.case_id), ())) for stay in stays]
