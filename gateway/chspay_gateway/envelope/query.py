"""4103 清单查询: a persisted list in national names, to the hospital that sent it."""

from __future__ import annotations

from chspay.common.v1 import case_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.message import MEMBER_MISSING, Message
from chspay_gateway.rest.cases import day_text

#: Clients look for this very sentence.
NOTHING_FOUND = Reason("FSI_NOT_FOUND", Kind.NOT_FOUND, "未查询到任何有效相关的记录")


def wanted(message: Message) -> settlement_pb2.GetListRequest:
    """Which list is asked for: by setl_list_id, else by setl_id; always of the asking institution."""
    asked = message.input.child("data") or message.input
    list_id = asked.text("setl_list_id") or asked.text("setl_list_sn")
    setl_id = asked.text("setl_id")
    if not list_id and not setl_id:
        raise Fault(MEMBER_MISSING, field="input.setl_id")
    if list_id:
        return settlement_pb2.GetListRequest(list_id=list_id)
    return settlement_pb2.GetListRequest(hospital_code=message.institution, case_id=setl_id)


def output_of(found: settlement_pb2.SettlementList, mdtrt_id: str) -> dict[str, object]:
    """The list as 4103 gives it: what grouping and payment use; identities are never returned."""
    case = found.case
    setlinfo: dict[str, object] = {
        "setl_list_id": found.list_id,
        "setl_list_sn": found.list_id,
        "mdtrt_id": mdtrt_id,
        "setl_id": case.case_id,
        "fixmedins_code": case.hospital_code,
        "gend": _number(case, "sex"),
        "age": _number(case, "age_years"),
        "nwb_age": _number(case, "age_days"),
        "nwb_bir_wt": _number(case, "newborn_weight_g"),
        "adm_time": _day(case, "admission_date"),
        "dscg_time": _day(case, "discharge_date"),
        "dscg_caty": case.department,
        "act_ipt_days": _number(case, "los_days"),
        "dscg_way": case.leaving_type,
        "insuplc": case.insured_region,
        "hi_type": case.insurance_type,
        "medfee_sumamt": _yuan(case, "total_cost_fen"),
        "psn_part_amt": _yuan(case, "patient_paid_fen"),
        "stas_type": "1",
    }
    diseinfo = [
        {"diag_type": "1", "diag_code": code, "maindiag_flag": "1" if i == 0 else "0"}
        for i, code in enumerate(case.diagnoses)
    ]
    oprninfo = [
        {"oprn_oprt_type": "1" if i == 0 else "2", "oprn_oprt_code": code}
        for i, code in enumerate(case.procedures)
    ]
    return {"setlinfo": setlinfo, "diseinfo": diseinfo, "oprninfo": oprninfo}


def _number(case: case_pb2.Case, name: str) -> str:
    return str(getattr(case, name)) if case.HasField(name) else ""


def _yuan(case: case_pb2.Case, name: str) -> str:
    return fen_to_yuan(getattr(case, name)) if case.HasField(name) else ""


def _day(case: case_pb2.Case, name: str) -> str:
    day = day_text(getattr(case, name)) if case.HasField(name) else None
    return f"{day} 00:00:00" if day else ""
