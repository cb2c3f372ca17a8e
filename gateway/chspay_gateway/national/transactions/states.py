"""4102 状态修改 and 4105 数量统计: which lists are submitted, and how many are still to come."""

from __future__ import annotations

import calendar
from datetime import date

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.message import MEMBER_MISSING
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.values import data_of, needed
from chspay_kit.convert import date_to_pb

STATES_TOO_MANY = Reason("FSI_STATES_TOO_MANY", Kind.INVALID, "一次最多修改{limit}份清单，收到{value}份。")
SPAN_BAD = Reason("FSI_SPAN_BAD", Kind.INVALID, "起止日期不对：{value}，应为同一年度内先后两日。")
_MOST = 100


async def change(call: Call) -> Outcome:
    """4102: each list by itself, in order; the first one refused ends it, those before it stand."""
    rows = data_of(call).rows("stastinfo", ("setl_id", "stas_type"))
    if not rows:
        raise Fault(MEMBER_MISSING, field="data.stastinfo")
    if len(rows) > _MOST:
        raise Fault(STATES_TOO_MANY, field="data.stastinfo", value=len(rows), limit=_MOST)
    for number, row in enumerate(rows):
        await _change(call, row, number)
    return Outcome({}, setl_id=rows[0].text("setl_id"))


async def _change(call: Call, row: Node, number: int) -> None:
    message = call.message
    try:
        await call.session.services.episodes.RecordPart(
            pb.RecordPartRequest(
                request_id=f"{message.request_id}/{number}",
                hospital_code=message.institution,
                kind=pb.PART_KIND_STATUS,
                infno=call.infno,
                msgid=message.msgid,
                setl_id=needed(row, "setl_id"),
                facts={"stas_type": needed(row, "stas_type")},
            )
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND, field="stastinfo.setl_id", value=row.text("setl_id")) from fault
        raise


async def count(call: Call) -> Outcome:
    """4105: settlements of a span of days that need a list, and those that have one."""
    first, last = span_of(data_of(call))
    found = await call.session.services.episodes.ListSettlements(
        pb.ListSettlementsRequest(
            hospital_code=call.message.institution,
            first=date_to_pb(first),
            last=date_to_pb(last),
            page_size=1,
        )
    )
    counts = {"needUploadCnt": found.standing, "uploadedCnt": found.listed}
    return Outcome(counts | {"data": counts})


def span_of(node: Node) -> tuple[date, date]:
    """The days a message asks about: a month, or two days in any of their spellings.

    :raises Fault: FSI_MEMBER_MISSING, FSI_SPAN_BAD.
    """
    month = node.text("setl_ym") or node.text("setl_mon")
    if month:
        if not (len(month) == 6 and month.isascii() and month.isdigit() and "01" <= month[4:] <= "12"):
            raise Fault(SPAN_BAD, field="setl_ym", value=month)
        year, number = int(month[:4]), int(month[4:])
        if not year:
            raise Fault(SPAN_BAD, field="setl_ym", value=month)
        return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])
    ends = []
    for names in (("stmt_begndate", "begndate", "begntime"), ("stmt_enddate", "enddate", "endtime")):
        text = next((node.text(name) for name in names if node.text(name)), "")
        if not text:
            raise Fault(MEMBER_MISSING, field=f"data.{names[0]}")
        ends.append(parse_day(text[:10], names[0]))
    first, last = ends
    if last < first or (last - first).days > 366:
        raise Fault(SPAN_BAD, field="enddate", value=f"{first}至{last}")
    return first, last
