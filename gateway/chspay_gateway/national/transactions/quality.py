"""4104 and 3607 质控结果查询: what the checks of accepted lists found, finding by finding.

The values of ``qltctrl_rslt``, ``err_lv`` and ``retn_flag`` are published nowhere; ours: 1 passed and 0 not,
1 to be mended and 2 to be looked at, 1 to be sent again and 0 not.
"""

from __future__ import annotations

from datetime import UTC

from chspay.settlement.v1 import quality_pb2 as pb
from chspay_core.errors import Fault, Kind
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.times import SHANGHAI
from chspay_gateway.national.transactions.groups import page_of, paged
from chspay_gateway.national.transactions.states import span_of
from chspay_gateway.national.transactions.values import data_of
from chspay_kit.convert import date_to_pb

_MEND, _LOOK = "1", "2"
_WORST = {_MEND: pb.QUALITY_LEVEL_ERROR, _LOOK: pb.QUALITY_LEVEL_WARNING}
#: The findings' node has another name in each of the two transactions.
_NODES = {"4104": "detailinfo", "3607": "detl_list"}


async def results(call: Call) -> Outcome:
    """The lists of a month (by day of discharge), or one of them; of one level, when it is named."""
    node = data_of(call)
    page = number, size = page_of(node)
    level, setl_id = node.text("err_lv"), node.text("setl_id")
    if level not in ("", *_WORST):
        return Outcome(paged([], 0, page))
    request = pb.GetResultsRequest(hospital_code=call.message.institution, setl_id=setl_id)
    if not setl_id:
        first, last = span_of(node)
        request.discharged_from.CopyFrom(date_to_pb(first))
        request.discharged_to.CopyFrom(date_to_pb(last))
        request.worst = _WORST.get(level, pb.QUALITY_LEVEL_UNSPECIFIED)
        request.offset, request.page_size = (number - 1) * size, size
    answer = await _found(call, request)
    rows = [_row(each, _NODES[call.infno]) for each in answer.results]
    if not setl_id:
        return Outcome(paged(rows, answer.total, page))
    rows = [row for row in rows if level in ("", row["err_lv"])]
    return Outcome(paged(rows[(number - 1) * size : number * size], len(rows), page))


async def _found(call: Call, request: pb.GetResultsRequest) -> pb.GetResultsResponse:
    try:
        answer: pb.GetResultsResponse = await call.session.services.quality.GetResults(request)
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND) from fault
        raise
    return answer


def _row(result: pb.QualityResult, node: str) -> dict[str, object]:
    level = _MEND if result.errors else _LOOK if result.warnings else ""
    day, checked = result.discharge_date, result.checked_at.ToDatetime(UTC).astimezone(SHANGHAI)
    return {
        "fixmedins_code": result.hospital_code,
        "fixmedins_name": None,
        "setl_ym": f"{day.year:04d}{day.month:02d}",
        "setl_id": result.setl_id,
        "psn_no": None,
        "psn_name": None,
        "psn_cert_type": None,
        "cert_no": None,
        "qltctrl_rslt": "0" if result.errors else "1",
        "err_lv": level,
        "retn_flag": "1" if result.errors else "0",
        "qltctrl_ver": result.rule_set[:60],
        "grp_stas": "1" if result.group_status == "grouped" else "0",
        "qltctrl_time": f"{checked:%Y-%m-%d %H:%M:%S}",
        node: [
            {
                "exam_data_fld": path,
                "qltctrl_chk_rslt": f"{found.message}{found.fix}"[:100],
                "err_lv": _MEND if found.level == pb.QUALITY_LEVEL_ERROR else _LOOK,
                "retn_flag": "1" if found.level == pb.QUALITY_LEVEL_ERROR else "0",
                "init_val": "",
            }
            for found in result.findings
            for path in found.fields[:1]
        ],
    }
