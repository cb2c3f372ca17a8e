"""A settlement in national members: 2304 and 2305 answer it, 5203 gives it back, 5204 its fee lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay_core.errors import Fault, Kind
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.values import AMOUNTS, data_of, minus, number, text_or_null
from chspay_gateway.rest.cases import day_text

_TEXTS = ("insutype", "psn_type", "cvlserv_flag", "med_type", "mdtrt_cert_type", "clr_optins", "clr_way",
          "clr_type")  # fmt: skip
_ONLY_2305 = ("begndate", "enddate", "invono")
_PERSON = ("gend", "naty", "brdy")


async def find(call: Call) -> Outcome:
    """5203 结算信息查询."""
    stay, found = await _wanted(call)
    output = settled_output(found, stay)
    facts = found.facts
    info = output["setlinfo"]
    info["psn_pay"] = info["psn_part_amt"]
    info["cash_payamt"] = info["psn_cash_pay"]
    info["fixmedins_code"] = call.message.institution
    info["begndate"] = facts.get("begndate") or stay.admission.get("begntime", "")[:10] or None
    info["enddate"] = facts.get("enddate") or stay.discharge.get("endtime", "")[:10] or None
    info["refd_setl_flag"] = "1" if found.cancelled else "0"
    info["year"] = f"{found.on.year:04d}"
    info["invono"] = text_or_null(facts, "invono")
    return Outcome(output, personal=True)


async def fee_lines(call: Call) -> Outcome:
    """5204 费用明细查询: the list stands directly under ``output``."""
    stay, found = await _wanted(call)
    return Outcome([_line(row.values, found) for row in stay.fees])


def settled_output(
    found: pb.Settlement, stay: pb.GetEpisodeResponse, *, negative: bool = False
) -> dict[str, Any]:
    """``setlinfo`` and ``setldetail``; with ``negative`` as 2305 writes them."""
    facts, write = found.facts, minus if negative else number
    info: dict[str, object] = {
        "mdtrt_id": found.mdtrt_id,
        "setl_id": found.setl_id,
        "setl_time": facts.get("setl_time") or f"{day_text(found.on)} 00:00:00",
        "medins_setl_id": found.msgid,
        **{name: write(facts.get(name)) for name in AMOUNTS},
    }
    if negative:
        info |= {name: text_or_null(facts, name) for name in (*_ONLY_2305, "clr_optins")}
        info |= {"setl_type": "2", "psn_pay": info["psn_part_amt"], "exp_content": None}
    else:
        info |= {name: text_or_null(facts, name) for name in _TEXTS}
        info |= _person(stay.person)
    rows = [
        {
            "fund_pay_type": row.values.get("fund_pay_type", ""),
            "fund_payamt": write(row.values.get("fund_payamt")),
            "inscp_scp_amt": write(row.values.get("inscp_scp_amt")),
            "crt_payb_lmt_amt": write(row.values.get("crt_payb_lmt_amt")),
            "fund_pay_type_name": text_or_null(row.values, "fund_pay_type_name"),
            "setl_proc_info": None,
        }
        for row in found.funds
    ]
    return {"setlinfo": info, "setldetail": rows}


def _person(person: pb.Person) -> dict[str, object]:
    identity = person.identity
    return {
        "psn_no": identity.person_no or None,
        "psn_name": identity.name or None,
        "psn_cert_type": identity.certificate_type or None,
        "certno": identity.certificate_no or None,
        **{name: text_or_null(person.facts, name) for name in _PERSON},
        "age": None,
    }


def _line(row: Mapping[str, str], found: pb.Settlement) -> dict[str, object]:
    numbers = ("cnt", "pric", "det_item_fee_sumamt")
    kept = {name: number(row.get(name)) if name in numbers else text for name, text in row.items()}
    return kept | {"mdtrt_id": found.mdtrt_id, "setl_id": found.setl_id}


async def _wanted(call: Call) -> tuple[pb.GetEpisodeResponse, pb.Settlement]:
    """The stay and the settlement asked for; of the asking hospital, and of the person it names."""
    node = data_of(call)
    setl_id, mdtrt_id = node.text("setl_id"), node.text("mdtrt_id")
    if not (setl_id or mdtrt_id):
        raise Fault(NOTHING_FOUND)
    try:
        stay = await call.session.services.episodes.GetEpisode(
            pb.GetEpisodeRequest(hospital_code=call.message.institution, mdtrt_id=mdtrt_id, setl_id=setl_id)
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND) from fault
        raise
    found = [each for each in stay.settlements if setl_id in ("", each.setl_id)]
    known = stay.person.identity.person_no
    if not found or (known and node.text("psn_no") not in ("", known)):
        raise Fault(NOTHING_FOUND)
    return stay, found[-1]
