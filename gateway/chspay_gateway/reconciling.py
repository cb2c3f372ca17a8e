"""The reconciliation 对账 of a day and an institution: what came in, and what became of it.

Both sides are counted apart: the gateway counts messages and the lists it promised, settlement says what
it has of these very lists. Figures whose sums differ are not given: they would hide what was lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from chspay.settlement.v1 import reconciliation_pb2 as pb
from chspay.settlement.v1 import settlement_pb2
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.sandbox import is_sandbox
from chspay_gateway import store_door
from chspay_gateway.envelope.answer import SHANGHAI
from chspay_gateway.session import Session
from chspay_gateway.store_door import Connecting
from chspay_gateway.tally import REST

SUMS_DIFFER = Reason(
    "RECONCILIATION_DIFFERS",
    Kind.CONFLICT,
    "对账不平，未出报告：医疗机构{value}在{day}的{left}为{one}，而{right}为{two}。请按清单流水号核查{named}。",
)
SANDBOX_APART = Reason(
    "SANDBOX_NOT_RECONCILED",
    Kind.PRECONDITION,
    "{value}是测试机构，测试清单不进入结算，因此没有对账；请查询 /api/v1/sandbox/lists。",
)
_AT_ONCE = 5000
_PAGE = 1000
#: Rows that are no transaction.
ALL = ""
#: Channels of settlement that are not told to the gateway message by message.
_FILES = {"rest": REST, "bulk": "IMPORT", "grpc": "GRPC", "cli": "CLI"}
LISTS = ("waiting", "stored", "grouped", "ungrouped", "ambiguous", "invalid_input", "quality_passed",
         "quality_failed", "quality_pending", "quality_none")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction of an institution on a day; the row without one is the institution's sum.

    :param lists: what became of the lists, by :data:`LISTS`; zeros where the transaction carries none.
    :param differs: why there are no figures: the two sides of this institution do not agree.
    """

    institution: str
    infno: str
    received: int
    accepted: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)
    lists: Counter[str] = field(default_factory=Counter)
    differs: str = ""


class Reconciling:
    """Makes the report.

    :param session: asks settlement as the caller.
    """

    def __init__(self, session: Session, store: Connecting) -> None:
        self._session = session
        self._store = store

    async def report(self, day: date, hospital_code: str) -> list[Row]:
        """Rows by institution and transaction; institutions without a message are left out.

        Asked for more than one, an office still gets all others when the sides of one differ.

        :param day: legal day on which messages were received.
        :param hospital_code: empty = every institution the caller may see.
        :raises Fault: RECONCILIATION_DIFFERS for a single institution, SANDBOX_NOT_RECONCILED.
        """
        since = datetime.combine(day, time(), SHANGHAI)
        until = since + timedelta(days=1)
        codes = await self._codes(hospital_code)
        counted = await store_door.counted(self._store, codes, since, until)
        single = bool(hospital_code) or self._session.claim.role == "hospital"
        rows = []
        for code in codes:
            try:
                rows += await self._of(code, counted, day, since, until)
            except Fault as fault:
                if single or fault.reason is not SUMS_DIFFER:
                    raise
                rows.append(Row(code, ALL, 0, 0, 0, differs=fault.message))
        return rows

    async def _of(
        self, code: str, counted: store_door.Counted, day: date, since: datetime, until: datetime
    ) -> list[Row]:
        mine = [each for each in counted.doors if each.institution == code]
        lists = await self._promised(code, day, counted.promised.get(code, []))
        others = await self._others(code, since, until)
        found = _rows(code, mine, counted.reasons, lists, others)
        check(day, found)
        return found

    async def _codes(self, hospital_code: str) -> list[str]:
        """The institutions of the report: settlement shows a caller its own and no other."""
        claim = self._session.claim
        for code in (hospital_code, claim.institution):
            if is_sandbox(code):
                raise Fault(SANDBOX_APART, field="hospital_code", value=code)
        if claim.role == "hospital":
            self._session.require_hospital(hospital_code or claim.institution)
            return [claim.institution]
        found, token = [], ""
        while True:
            answer = await self._session.services.settlement.ListHospitals(
                settlement_pb2.ListHospitalsRequest(page_size=_PAGE, page_token=token)
            )
            found += [each.hospital_code for each in answer.hospitals]
            token = answer.next_page_token
            if not token:
                break
        return sorted(code for code in set(found) if hospital_code in ("", code))

    async def _promised(self, code: str, day: date, promised: Sequence[str]) -> Counter[str]:
        """What became of the lists the gateway promised over the envelope."""
        found: Counter[str] = Counter()
        for start in range(0, len(promised), _AT_ONCE):
            part = promised[start : start + _AT_ONCE]
            counts = await self._session.services.reconciliation.CountLists(
                pb.CountListsRequest(hospital_code=code, list_ids=part)
            )
            if counts.missing:
                _differs(
                    code, day, ("已受理清单", len(part)),
                    ("结算服务中的清单", counts.waiting + counts.stored),
                    "、".join(counts.missing),
                )  # fmt: skip
            found.update({name: getattr(counts, name) for name in LISTS})
        if found["waiting"] + found["stored"] != len(promised):
            _differs(
                code, day, ("已受理清单", len(promised)),
                ("等待补齐加已入库清单", found["waiting"] + found["stored"]),
            )  # fmt: skip
        return found

    async def _others(self, code: str, since: datetime, until: datetime) -> list[pb.ChannelCounts]:
        request = pb.CountReceivedRequest(hospital_code=code)
        request.since.FromDatetime(since)
        request.until.FromDatetime(until)
        answer = await self._session.services.reconciliation.CountReceived(request)
        return [each for each in answer.channels if each.channel in _FILES]


def _rows(
    code: str,
    doors: Sequence[store_door.Door],
    reasons: dict[tuple[str, str], dict[str, int]],
    promised: Counter[str],
    others: Iterable[pb.ChannelCounts],
) -> list[Row]:
    """The rows of an institution, its sum last; none when nothing came."""
    rows = []
    taken = {_FILES[each.channel]: each for each in others}
    for door in doors:
        if door.infno and door.infno != REST:
            rows.append(
                Row(
                    code, door.infno, door.received, door.accepted, door.rejected,
                    reasons.get((code, door.infno), {}),
                )
            )  # fmt: skip
    refused = {door.infno: door for door in doors}.get(REST)
    for name in _FILES.values():
        counts, turned = taken.get(name), refused.rejected if refused and name == REST else 0
        if counts is None and not turned:
            continue
        versions = 0 if counts is None else counts.versions
        lists = Counter({} if counts is None else {each: getattr(counts.lists, each) for each in LISTS})
        rows.append(
            Row(code, name, versions + turned, versions, turned, reasons.get((code, name), {}), lists)
        )
    if not rows:
        return []
    total = next((door for door in doors if door.infno == ALL), None)
    direct = sum(each.versions for each in taken.values())
    whole = Row(
        code, ALL,
        (total.received if total else 0) + direct,
        (total.accepted if total else 0) + direct,
        total.rejected if total else 0,
        dict(sum((Counter(row.reasons) for row in rows), Counter())),
        sum((row.lists for row in rows), promised.copy()),
    )  # fmt: skip
    return [*rows, whole]


def check(day: date, rows: Sequence[Row]) -> None:
    """Refuses rows of one institution whose sums do not agree.

    :raises Fault: RECONCILIATION_DIFFERS naming the two sums.
    """
    for row in rows:
        name = row.infno or "合计"
        pairs = [
            ((f"{name}收到", row.received), ("受理加拒收", row.accepted + row.rejected)),
            ((f"{name}拒收", row.rejected), ("各原因之和", sum(row.reasons.values()))),
            (
                (f"{name}入库清单", row.lists["stored"]),
                ("分组各状态之和", sum(row.lists[each] for each in LISTS[2:6])),
            ),
            (
                (f"{name}入库清单", row.lists["stored"]),
                ("质控各状态之和", sum(row.lists[each] for each in LISTS[6:10])),
            ),
        ]
        for one, other in pairs:
            if one[1] != other[1]:
                _differs(row.institution, day, one, other)
    for label in ("received", "accepted", "rejected"):
        parts = sum(getattr(row, label) for row in rows if row.infno)
        whole = sum(getattr(row, label) for row in rows if not row.infno)
        if parts != whole:
            _differs(rows[0].institution, day, (f"合计行（{label}）", whole), ("各交易之和", parts))


def _differs(
    code: str, day: date, one: tuple[str, int], other: tuple[str, int], named: str = "网关与结算服务的记录"
) -> None:
    raise Fault(
        SUMS_DIFFER, field="day", value=code, day=day, left=one[0], one=one[1], right=other[0],
        two=other[1], named=named,
    )  # fmt: skip
