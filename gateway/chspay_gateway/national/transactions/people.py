"""1101 人员信息获取 and 1201 医药机构信息获取, from the registries of persons and of institutions."""

from __future__ import annotations

from datetime import date

from chspay.rulebook.v1 import institutions_pb2
from chspay.settlement.v1 import episodes_pb2 as pb
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.profiles import texts
from chspay_gateway.national.transactions.values import data_of, number, text_or_null

PERSON_UNKNOWN = Reason("FSI_PERSON_UNKNOWN", Kind.NOT_FOUND, texts()["person_unknown"])
INSURANCE_UNKNOWN = Reason("FSI_INSURANCE_UNKNOWN", Kind.NOT_FOUND, texts()["insurance_unknown"])
#: mdtrt_cert_type 02: the certificate's number stands in mdtrt_cert_no.
_BY_CERTIFICATE = "02"
_KINDS = {
    institutions_pb2.INSTITUTION_KIND_HOSPITAL: "1",
    institutions_pb2.INSTITUTION_KIND_CLINIC: "1",
    institutions_pb2.INSTITUTION_KIND_PHARMACY: "2",
}


async def person(call: Call) -> Outcome:
    """1101: by person number, else by certificate; the name, when given, must be right."""
    node = data_of(call)
    certificate = node.text("certno")
    if not certificate and node.text("mdtrt_cert_type") == _BY_CERTIFICATE:
        certificate = node.text("mdtrt_cert_no")
    request = pb.FindPersonRequest(
        person_no=node.text("psn_no"), certificate_no=certificate, name=node.text("psn_name")
    )
    if not (request.person_no or certificate):
        raise Fault(PERSON_UNKNOWN, field="data.certno")
    try:
        found = (await call.session.services.episodes.FindPerson(request)).person
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(PERSON_UNKNOWN) from fault
        raise
    facts, identity = found.facts, found.identity
    if not facts.get("insutype"):
        raise Fault(INSURANCE_UNKNOWN)
    base = {
        "psn_no": identity.person_no,
        "psn_cert_type": identity.certificate_type,
        "certno": identity.certificate_no,
        "psn_name": identity.name,
        "gend": facts.get("gend", "0"),
        "naty": text_or_null(facts, "naty"),
        "brdy": text_or_null(facts, "brdy"),
        "age": _age(facts.get("brdy", ""), call.received.date()),
        "exp_content": text_or_null(facts, "exp_content"),
    }
    insured = {
        "balc": number(facts.get("balc")),
        "insutype": facts["insutype"],
        "psn_type": facts.get("psn_type", ""),
        "psn_insu_stas": facts.get("psn_insu_stas", ""),
        "psn_insu_date": text_or_null(facts, "psn_insu_date"),
        "paus_insu_date": text_or_null(facts, "paus_insu_date"),
        "cvlserv_flag": facts.get("cvlserv_flag", ""),
        "insuplc_admdvs": found.insured_region,
        "emp_name": text_or_null(facts, "emp_name"),
    }
    return Outcome({"baseinfo": base, "insuinfo": [insured], "idetinfo": []}, personal=True)


async def institution(call: Call) -> Outcome:
    """1201: an institution as it stands today."""
    node = data_of(call, "medinsinfo")
    code = node.text("fixmedins_code") or call.message.institution
    try:
        answer = await call.session.services.institutions.GetInstitution(
            institutions_pb2.GetInstitutionRequest(code=code)
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND) from fault
        raise
    today = call.received.date()
    standing = [row.institution for row in answer.rows if not row.HasField("superseded_at")]
    found = [each for each in standing if _holds(each, today)]
    if not found:
        raise Fault(NOTHING_FOUND)
    entry = found[-1]
    info = {
        "fixmedins_code": entry.code,
        "fixmedins_name": entry.name,
        "uscc": "",
        "fixmedins_type": _KINDS.get(entry.kind, ""),
        "hosp_lv": str(entry.level),
        "exp_content": None,
    }
    return Outcome({"medinsinfo": [info]})


def _holds(entry: institutions_pb2.Institution, on: date) -> bool:
    def day(name: str) -> date:
        told = getattr(entry, name)
        return date(told.year, told.month, told.day)

    return day("since") <= on and (not entry.HasField("until") or on < day("until"))


def _age(born: str, on: date) -> object:
    """Full years, and below one year tenths of it, as the platform writes ages."""
    if not born:
        return None
    day = parse_day(born[:10], "brdy")
    years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
    return years if years else number(f"0.{min((on - day).days * 10 // 365, 9)}")
