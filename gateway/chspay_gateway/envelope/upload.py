"""4101 and 4101A 清单上传: the national settlement list as a canonical case and an identity.

The dialect is told from the body, never from the number: fees or a name make it the baseline shape;
the V2 shape carries neither person nor fees, which the platform would join from elsewhere.
"""

from __future__ import annotations

import re
from datetime import date

from chspay.settlement.v1 import settlement_pb2
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.message import Message
from chspay_gateway.envelope.node import Node

PARTS_MISSING = Reason(
    "FSI_PARTS_MISSING",
    Kind.INVALID,
    "清单缺少{parts}，无法分组和计价{hint}",
)
INSTITUTION_DIFFERS = Reason(
    "FSI_INSTITUTION_DIFFERS", Kind.INVALID, "清单的医疗机构编码{value}与报文的{envelope}不同。"
)
_HINT_V2 = "；本报文为4101A形式，不含人员与结算信息，请随清单一并上报这些字段，或改用4101。"
_HINT_BASELINE = "，请补齐后重新上报。"

#: 中医 codes are letter, two digits and then only pairs of digits: A03.06.04.05.
_TCM_CODE = re.compile(r"[A-Z]\d{2}(\.\d{2})+\Z", re.ASCII)
_TCM_SYNDROME = "3"
_TCM_DISEASE = "2"
_MINUTES_AN_HOUR = 60
#: National names of canonical fields, for faults found after the mapping.
NATIONAL_NAMES = {
    "case_id": "setlinfo.setl_id",
    "hospital_code": "fixmedins_code",
    "region_code": "mdtrtarea_admvs",
    "admission_date": "setlinfo.adm_time",
    "discharge_date": "setlinfo.dscg_time",
    "sex": "setlinfo.gend",
    "age_years": "setlinfo.age",
    "age_days": "setlinfo.nwb_age",
    "newborn_weight_g": "setlinfo.nwb_bir_wt",
    "department": "setlinfo.dscg_caty",
    "los_days": "setlinfo.act_ipt_days",
    "leaving_type": "setlinfo.dscg_way",
    "icu_hours": "icuinfo.scs_cutd_sum_dura",
    "diagnoses": "diseinfo.diag_code",
    "procedures": "oprninfo.oprn_oprt_code",
    "total_cost": "iteminfo.amt",
    "patient_paid": "setlinfo.psn_selfpay+psn_ownpay",
}


def list_of(message: Message) -> Node:
    """The ``setlinfo`` node.

    :raises Fault: it is missing.
    """
    node = message.input.child("setlinfo")
    if node is None:
        raise Fault(PARTS_MISSING, field="setlinfo", parts="setlinfo", hint=_HINT_BASELINE)
    return node


def is_baseline(message: Message, setlinfo: Node) -> bool:
    """Whether the body has the baseline shape."""
    return bool(message.input.rows("iteminfo", ("med_chrgitm", "amt"))) or bool(setlinfo.text("psn_name"))


def may_wait(message: Message, setlinfo: Node) -> bool:
    """Whether a list may wait for other parts of its stay: the V2 shape, naming person, visit and settlement.

    One that is not submitted yet (``stas_type`` 0) waits for that even when it is whole.
    """
    named = all(setlinfo.text(name) for name in ("psn_no", "mdtrt_id", "setl_id"))
    if not named or is_baseline(message, setlinfo):
        return False
    whole = _sex(setlinfo) is not None and _total_fen(message) is not None
    return not whole or setlinfo.text("stas_type") == "0"


def case_of(message: Message) -> Case:
    """The list as a canonical case; money in fen.

    Newborn weight is the birth weight (the 分组 rules ask for it); ICU time is summed in minutes and cut
    to whole hours; the person stays out: settlement derives the person's key from the identity.

    :raises Fault: FSI_PARTS_MISSING with every missing part, or the first member that cannot be read.
    """
    setlinfo = list_of(message)
    _require_parts(message, setlinfo, _total_fen(message), _patient_fen(setlinfo))
    return partial_case_of(message)


def partial_case_of(message: Message) -> Case:
    """As :func:`case_of`, for a list of which other messages tell the rest."""
    setlinfo = list_of(message)
    stated = setlinfo.text("fixmedins_code")
    if stated and stated != message.institution:
        raise Fault(
            INSTITUTION_DIFFERS, field="setlinfo.fixmedins_code", value=stated, envelope=message.institution
        )
    total = _total_fen(message)
    patient = _patient_fen(setlinfo)
    admission = setlinfo.day("adm_time")
    years, days = _age(setlinfo, admission)
    return Case(
        case_id=setlinfo.text("setl_id"),
        hospital_code=message.institution,
        region_code=message.place,
        admission_date=admission,
        discharge_date=setlinfo.day("dscg_time"),
        sex=_sex(setlinfo),
        age_years=years,
        age_days=days,
        newborn_weight_g=setlinfo.whole("nwb_bir_wt") or None,
        department=setlinfo.text("dscg_caty"),
        los_days=setlinfo.whole("act_ipt_days") or None,
        leaving_type=setlinfo.text("dscg_way"),
        icu_hours=_icu_hours(message),
        diagnoses=_diagnoses(message),
        procedures=_procedures(message),
        total_cost_fen=total,
        patient_paid_fen=patient,
        insured_region=setlinfo.text("insuplc") or message.insured_place,
        insurance_type=setlinfo.text("hi_type"),
    )


def identity_of(message: Message) -> settlement_pb2.Identity:
    """Who the insured is; kept sealed by settlement. The person number is psn_no, else 医保编号 hi_no."""
    setlinfo = list_of(message)
    return settlement_pb2.Identity(
        person_no=setlinfo.text("psn_no") or setlinfo.text("hi_no"),
        name=setlinfo.text("psn_name"),
        certificate_type=setlinfo.text("patn_cert_type"),
        certificate_no=setlinfo.text("certno"),
    )


def _require_parts(message: Message, setlinfo: Node, total: int | None, patient: int | None) -> None:
    missing = []
    if not setlinfo.text("setl_id"):
        missing.append("结算ID（setl_id）")
    if _sex(setlinfo) is None:
        missing.append("性别（gend）")
    if not any(setlinfo.text(name) for name in ("brdy", "age", "nwb_age", "age_days")):
        missing.append("出生日期或年龄（brdy、age）")
    if total is None:
        missing.append("收费项目（iteminfo.amt）")
    if patient is None:
        missing.append("个人自付和自费（psn_selfpay、psn_ownpay）")
    if missing:
        hint = _HINT_BASELINE if is_baseline(message, setlinfo) else _HINT_V2
        raise Fault(PARTS_MISSING, field="setlinfo", parts="、".join(missing), hint=hint)


def _sex(setlinfo: Node) -> int | None:
    """1 or 2; 未知 and 未说明 are unknown, anything else is left for the input check to name."""
    text = setlinfo.text("gend")
    if text in {"", "0", "9"}:
        return None
    return setlinfo.whole("gend")


def _age(setlinfo: Node, admission: date | None) -> tuple[int | None, int | None]:
    """Age at admission in years, and in days when below one year; the birth date decides."""
    born = setlinfo.day("brdy")
    if born is not None and admission is not None:
        years = admission.year - born.year - ((admission.month, admission.day) < (born.month, born.day))
        return years, (admission - born).days if years == 0 else None
    age = setlinfo.number("age")
    days = setlinfo.whole("nwb_age") or setlinfo.whole("age_days")
    if age is None:
        return (0, days) if days is not None else (None, None)
    return int(age), days if age < 1 else None


def _icu_hours(message: Message) -> int | None:
    rows = message.input.rows("icuinfo", ("scs_cutd_ward_type", "scs_cutd_sum_dura"))
    minutes = [row.minutes("scs_cutd_sum_dura") for row in rows]
    known = [each for each in minutes if each is not None]
    return sum(known) // _MINUTES_AN_HOUR if known else None


def _diagnoses(message: Message) -> tuple[str, ...]:
    """Western diagnoses, the principal one first.

    ``diag_type`` 2 is TCM by the dictionary, but some clients write it on western diagnoses: the shape of
    the code decides.
    """
    main: list[str] = []
    others: list[str] = []
    for row in message.input.rows("diseinfo", ("diag_code",)):
        code, kind = row.text("diag_code"), row.text("diag_type")
        if kind == _TCM_SYNDROME or (kind == _TCM_DISEASE and _TCM_CODE.match(code)):
            continue
        chosen = main if row.text("maindiag_flag") == "1" and not main else others
        chosen.append(code)
    return (*main, *others)


def _procedures(message: Message) -> tuple[str, ...]:
    """Procedures, the main one first."""
    main: list[str] = []
    others: list[str] = []
    for row in message.input.rows("oprninfo", ("oprn_oprt_code",)):
        is_main = row.text("main_oprn_flag") == "1" or row.text("oprn_oprt_type") == "1"
        (main if is_main and not main else others).append(row.text("oprn_oprt_code"))
    return (*main, *others)


def _total_fen(message: Message) -> int | None:
    """The sum of the fee categories; no category at all is unknown, not zero."""
    sums = [row.fen("amt") for row in message.input.rows("iteminfo", ("med_chrgitm", "amt"))]
    known = [each for each in sums if each is not None]
    return sum(known) if known else None


def _patient_fen(setlinfo: Node) -> int | None:
    """自付 + 自费; both must be told."""
    self_paid, own_paid = setlinfo.fen("psn_selfpay"), setlinfo.fen("psn_ownpay")
    return None if self_paid is None or own_paid is None else self_paid + own_paid
