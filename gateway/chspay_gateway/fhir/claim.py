"""A FHIR R4 Claim as a canonical case and an identity.

Which element says what: docs/fhir.md. Nothing is guessed: a code without a system, two principal
diagnoses or an amount in another currency is refused with its path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from chspay.settlement.v1 import settlement_pb2
from chspay_core.amounts import fen_to_yuan, plain, yuan_to_fen
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_gateway import reasons
from chspay_gateway.fhir import names
from chspay_gateway.fhir.shapes import Claim, Coded, Information, Money, Patient
from chspay_gateway.problems import Faults, fault_of

CODE_EXPECTED = Reason("FHIR_CODE_EXPECTED", Kind.INVALID, "“{field}”应为{expected}，收到“{value}”。")
CODING_MISSING = Reason(
    "FHIR_CODING_MISSING", Kind.INVALID, "“{field}”里没有可用的编码，需要system为{expected}。"
)
PRINCIPAL_TWICE = Reason("FHIR_PRINCIPAL_TWICE", Kind.INVALID, "“{field}”有{value}个标为主要，只能有一个。")
SEQUENCE_TWICE = Reason("FHIR_SEQUENCE_TWICE", Kind.INVALID, "“{field}”的sequence {value}出现两次。")
FACT_UNKNOWN = Reason(
    "FHIR_FACT_UNKNOWN", Kind.INVALID, "supportingInfo的类别“{value}”不认识，可写：{expected}。"
)
FACT_TWICE = Reason("FHIR_FACT_TWICE", Kind.INVALID, "supportingInfo的类别“{value}”写了两次。")
CURRENCY = Reason("FHIR_CURRENCY", Kind.INVALID, "金额应以人民币（CNY）计，收到“{value}”。")
ITEM_SUM = Reason("FHIR_ITEM_SUM", Kind.INVALID, "各项费用之和{sum}元不等于总费用{value}元，请核对。")

T = TypeVar("T")

_GENDERS = {"male": 1, "female": 2}
_USES = ("claim", "predetermination")
_NUMBERS = {"birth-weight": "g", "icu-time": "h", "stay-days": "d"}
_MONEY = ("patient-paid", "fund-paid")
_DAY = 10


@dataclass(frozen=True, slots=True)
class Read:
    """What a Claim says."""

    case: Case
    identity: settlement_pb2.Identity
    #: Only to be grouped, nothing kept.
    trial: bool


def claim_in(content: bytes) -> Claim:
    """The claim of a body; numbers stay exactly as they are written.

    :raises Fault, Faults: no JSON, or elements that FHIR does not allow.
    """
    if not content:
        raise Fault(reasons.BODY_MISSING)
    try:
        written = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Fault(reasons.BODY_NOT_JSON) from error
    found: Claim = _modelled(Claim, written, "Claim")
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def _modelled(model: type[Any], written: object, where: str) -> Any:
    try:
        return model.model_validate(written)
    except ValidationError as error:
        found = [
            fault_of({**item, "loc": ("body", *item["loc"])}) for item in error.errors(include_url=False)
        ]
        raise Faults([_at(fault, where) for fault in found]) from error


def _at(fault: Fault, where: str) -> Fault:
    path = f"{where}.{fault.field}" if fault.field and fault.field != "请求内容" else where
    return Fault(fault.reason, field=path, value=fault.value, **fault.facts)


@dataclass(slots=True)
class _Reader:
    """Collects what is wrong while it reads, so that everything is told at once."""

    claim: Claim
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, reason: Reason, where: str, value: object = "", **facts: object) -> None:
        self.faults.append(Fault(reason, field=where, value=value, **facts))

    def one_of(self, where: str, value: str, expected: Sequence[str]) -> None:
        if value not in expected:
            self.refuse(CODE_EXPECTED, where, value, expected="或".join(expected))

    def day(self, where: str, text: str) -> date | None:
        if not text:
            self.refuse(reasons.FIELD_REQUIRED, where)
            return None
        return self.tried(lambda: parse_day(text[:_DAY], where))

    def fen(self, where: str, money: Money | None) -> int | None:
        if money is None:
            self.refuse(reasons.FIELD_REQUIRED, where)
            return None
        if money.currency != names.YUAN:
            self.refuse(CURRENCY, f"{where}.currency", money.currency)
            return None
        return self.tried(lambda: yuan_to_fen(plain(money.value), f"{where}.value"))

    def tried(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except Fault as fault:
            self.faults.append(fault)
            return None


def read(claim: Claim) -> Read:
    """The case, the identity and what is asked.

    :raises Faults: everything that cannot be read, each with its path.
    """
    reader = _Reader(claim)
    reader.one_of("Claim.status", claim.status, ("active",))
    reader.one_of("Claim.use", claim.use, _USES)
    patient = _patient(reader)
    admission = reader.day("Claim.billablePeriod.start", claim.billable.start)
    years, days = _age(reader, patient, admission)
    facts = _facts(reader)
    total = reader.fen("Claim.total", claim.total)
    _check_items(reader, total)
    known = names.DIAGNOSES | {names.TCM}
    diagnoses = _in_order(reader, "Claim.diagnosis", claim.diagnosis, known, "principal")
    procedures = _in_order(reader, "Claim.procedure", claim.procedure, names.PROCEDURES, "primary")
    case = Case(
        case_id=next((each.value for each in claim.identifier if each.system == names.CASE_ID), ""),
        hospital_code=claim.provider.identifier.value,
        region_code=facts.text("place-of-care"),
        admission_date=admission,
        discharge_date=reader.day("Claim.billablePeriod.end", claim.billable.end),
        sex=_sex(reader, patient),
        age_years=years,
        age_days=days,
        newborn_weight_g=facts.number("birth-weight"),
        department=facts.text("discharge-department"),
        los_days=facts.number("stay-days"),
        leaving_type=facts.text("discharge-way"),
        icu_hours=facts.number("icu-time"),
        diagnoses=tuple(code for code, system in diagnoses if system != names.TCM),
        tcm_diagnoses=tuple(code for code, system in diagnoses if system == names.TCM),
        procedures=tuple(code for code, _ in procedures),
        total_cost_fen=total,
        patient_paid_fen=facts.fen("patient-paid"),
        fund_paid_fen=facts.fen("fund-paid"),
        insured_region=facts.text("insured-region"),
        insurance_type=facts.text("insurance-type"),
        referral_id=facts.text("referral"),
    )
    if reader.faults:
        raise Faults(reader.faults)
    return Read(case, _identity(patient), trial=claim.use == "predetermination")


def _patient(reader: _Reader) -> Patient | None:
    """The contained patient that the claim refers to; FHIR lets one be known by a number alone."""
    name = reader.claim.patient.reference
    if not name:
        return None
    for number, written in enumerate(reader.claim.contained):
        if name == f"#{written.get('id')}":
            where = f"Claim.contained[{number}]"
            try:
                found: Patient = _modelled(Patient, written, where)
            except Faults as faults:
                reader.faults += faults.faults
                return None
            return found
    reader.refuse(CODE_EXPECTED, "Claim.patient.reference", name, expected="contained里的Patient（#id）")
    return None


def _sex(reader: _Reader, patient: Patient | None) -> int | None:
    if patient is None or not patient.gender:
        return None
    reader.one_of("Patient.gender", patient.gender, tuple(_GENDERS))
    return _GENDERS.get(patient.gender)


def _age(reader: _Reader, patient: Patient | None, admission: date | None) -> tuple[int | None, int | None]:
    """Age at admission in years, and in days below one year."""
    if patient is None or not patient.birth_date or admission is None:
        return None, None
    born = reader.day("Patient.birthDate", patient.birth_date)
    if born is None:
        return None, None
    if born > admission:
        reader.refuse(CODE_EXPECTED, "Patient.birthDate", born, expected=f"不晚于入院日期{admission}的日期")
        return None, None
    years = admission.year - born.year - ((admission.month, admission.day) < (born.month, born.day))
    return years, None if years else (admission - born).days


def _identity(patient: Patient | None) -> settlement_pb2.Identity:
    if patient is None:
        return settlement_pb2.Identity()
    numbers = {each.system: each.value for each in patient.identifier}
    certificate = numbers.get(names.CERTIFICATE, "")
    return settlement_pb2.Identity(
        person_no=numbers.get(names.PERSON_NO, ""),
        name=next((each.text for each in patient.name if each.text), ""),
        certificate_type="01" if certificate else "",
        certificate_no=certificate,
    )


def _in_order(
    reader: _Reader,
    where: str,
    rows: Sequence[Coded],
    systems: frozenset[str],
    main: str,
) -> list[tuple[str, str]]:
    """Codes with their systems, the main one first, the others by sequence."""
    found: list[tuple[bool, int, str, str]] = []
    seen: set[int] = set()
    types = (names.DIAGNOSIS_TYPE, names.PROCEDURE_TYPE)
    for number, row in enumerate(rows):
        coding = next((each for each in row.concept.coding if each.system in systems and each.code), None)
        if coding is None:
            expected = "、".join(sorted(systems))
            reader.refuse(CODING_MISSING, f"{where}[{number}]", expected=expected)
            continue
        if row.sequence in seen:
            reader.refuse(SEQUENCE_TWICE, f"{where}[{number}].sequence", row.sequence)
        seen.add(row.sequence)
        is_main = any(kind.code(*types) == main for kind in row.type)
        found.append((not is_main, row.sequence, coding.code, coding.system))
    principals = sum(not other for other, *_ in found)
    if principals > 1:
        reader.refuse(PRINCIPAL_TWICE, where, principals)
    return [(code, system) for *_, code, system in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Facts:
    """``supportingInfo`` of our categories, by code, with the place each stands at."""

    reader: _Reader
    rows: dict[str, tuple[int, Information]]

    def text(self, name: str) -> str:
        """A code or a text; empty where it is not said."""
        if name not in self.rows:
            return ""
        number, row = self.rows[name]
        said = row.text or next((each.code for each in row.code.coding if each.code), "")
        if not said:
            self.reader.refuse(reasons.FIELD_REQUIRED, f"Claim.supportingInfo[{number}].code")
        return said

    def number(self, name: str) -> int | None:
        """A whole number in the unit of its category."""
        if name not in self.rows:
            return None
        number, row = self.rows[name]
        where, unit = f"Claim.supportingInfo[{number}].valueQuantity", _NUMBERS[name]
        quantity = row.quantity
        if (
            quantity is None
            or (quantity.code or quantity.unit) != unit
            or quantity.value != int(quantity.value)
        ):
            said = "" if quantity is None else f"{quantity.value} {quantity.code or quantity.unit}"
            self.reader.refuse(CODE_EXPECTED, where, said, expected=f"以{unit}为单位的整数")
            return None
        return int(quantity.value)

    def fen(self, name: str) -> int | None:
        """Money, as a quantity of yuan."""
        if name not in self.rows:
            return None
        number, row = self.rows[name]
        where, quantity = f"Claim.supportingInfo[{number}].valueQuantity", row.quantity
        if quantity is None:
            self.reader.refuse(reasons.FIELD_REQUIRED, where)
            return None
        return self.reader.fen(where, Money(value=quantity.value, currency=quantity.code or quantity.unit))


def _facts(reader: _Reader) -> _Facts:
    rows: dict[str, tuple[int, Information]] = {}
    for number, row in enumerate(reader.claim.information):
        code = row.category.code(names.INFORMATION)
        where = f"Claim.supportingInfo[{number}].category"
        if code is None:
            continue
        if code not in names.FACTS:
            reader.refuse(FACT_UNKNOWN, where, code, expected="、".join(names.FACTS))
        elif code in rows:
            reader.refuse(FACT_TWICE, where, code)
        else:
            rows[code] = number, row
    return _Facts(reader, rows)


def _check_items(reader: _Reader, total: int | None) -> None:
    """Categories of cost, where any are given, add up to the total."""
    if not reader.claim.item or total is None:
        return
    parts = [
        reader.fen(f"Claim.item[{number}].net", item.net) for number, item in enumerate(reader.claim.item)
    ]
    whole = sum(part for part in parts if part is not None)
    if None not in parts and whole != total:
        reader.refuse(ITEM_SUM, "Claim.total.value", fen_to_yuan(total), sum=fen_to_yuan(whole))
