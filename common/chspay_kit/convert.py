"""Between the nouns of the core and their messages; both ways exact, or refused.

Absent stays absent: a field nobody sent is ``None``, never zero. Money is whole fen, points and ratios
are decimals in plain notation.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from google.type import date_pb2, decimal_pb2

from chspay.common.v1 import case_pb2
from chspay_core import amounts
from chspay_core.case import Case, Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Line, Worksheet

DATE_PARTIAL = Reason("DATE_PARTIAL", Kind.INVALID, "{field}应为完整的年月日，收到“{value}”。")
DATE_MISSING = Reason("DATE_MISSING", Kind.INVALID, "缺少{field}，请填写完整的年月日。")
DECIMAL_MISSING = Reason("DECIMAL_MISSING", Kind.INVALID, "缺少{field}，请填写十进制数字；空值不等于零。")
STATUS_UNKNOWN = Reason("STATUS_UNKNOWN", Kind.INVALID, "分组状态“{value}”无法识别。")

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Answer(NamedTuple):
    """What the grouper says of one case; the codes are empty when it is ungrouped or invalid.

    An ambiguous case carries the codes as the answer table writes them: ``F``, ``FQY``, ``FQY``.
    """

    case_id: str
    status: Status
    mdc: str = ""
    adrg: str = ""
    drg: str = ""
    reason: str = ""
    scheme_digest: str = ""


def date_to_pb(day: date) -> date_pb2.Date:
    """A legal day as a message."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def date_from_pb(message: date_pb2.Date, field: str) -> date:
    """A complete, existing day between 1900 and 2199.

    :raises Fault: DATE_MISSING when nothing was sent, DATE_PARTIAL for anything else that is no day.
    """
    year, month, day = message.year, message.month, message.day
    if not (year or month or day):
        raise Fault(DATE_MISSING, field=field)
    try:
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            return date(year, month, day)
    except ValueError as error:
        raise Fault(DATE_PARTIAL, field=field, value=f"{year}-{month}-{day}") from error
    raise Fault(DATE_PARTIAL, field=field, value=f"{year}-{month}-{day}")


def decimal_to_pb(value: Decimal) -> decimal_pb2.Decimal:
    """A finite decimal in plain notation."""
    if not value.is_finite():
        raise Fault(amounts.NOT_A_NUMBER, field="decimal", value=str(value))
    return decimal_pb2.Decimal(value=amounts.plain(value))


def decimal_from_pb(message: decimal_pb2.Decimal, field: str) -> Decimal:
    """A decimal sent in plain notation; the empty text is refused, for absent is not zero."""
    if not message.value:
        raise Fault(DECIMAL_MISSING, field=field)
    return amounts.decimal_text(message.value, field)


def points_to_pb(micro: int) -> decimal_pb2.Decimal:
    """Points held as millionths, as a decimal message."""
    return decimal_pb2.Decimal(value=amounts.plain(amounts.from_micro(micro)))


def points_from_pb(message: decimal_pb2.Decimal, field: str) -> int:
    """Points as whole millionths; more than six places are refused."""
    return amounts.to_micro(decimal_from_pb(message, field), field)


_CASE_TEXTS = (
    "case_id", "hospital_code", "region_code", "person_key", "department", "leaving_type",
    "insured_region", "insurance_type", "referral_id",
)  # fmt: skip
_CASE_NUMBERS = (
    "sex", "age_years", "age_days", "newborn_weight_g", "los_days", "icu_hours", "total_cost_fen",
    "patient_paid_fen", "fund_paid_fen", "fee_drug_fen", "fee_consumable_fen", "fee_test_fen",
    "fee_service_fen", "tcm_cost_fen",
)  # fmt: skip
_CASE_DAYS = ("admission_date", "discharge_date")


def case_to_pb(case: Case) -> case_pb2.Case:
    """A case as a message; what is unknown is left out."""
    message = case_pb2.Case(
        diagnoses=case.diagnoses, procedures=case.procedures, tcm_diagnoses=case.tcm_diagnoses
    )
    for name in _CASE_TEXTS:
        setattr(message, name, getattr(case, name))
    for name in _CASE_NUMBERS:
        number = getattr(case, name)
        if number is not None:
            setattr(message, name, number)
    for name in _CASE_DAYS:
        day = getattr(case, name)
        if day is not None:
            getattr(message, name).CopyFrom(date_to_pb(day))
    return message


def case_from_pb(message: case_pb2.Case, field: str = "case") -> Case:
    """A case from its message; a partial date is refused and named, e.g. ``case.admission_date``."""
    present = message.HasField
    return Case(
        case_id=message.case_id,
        hospital_code=message.hospital_code,
        region_code=message.region_code,
        person_key=message.person_key,
        admission_date=_day(message, "admission_date", field),
        discharge_date=_day(message, "discharge_date", field),
        sex=message.sex if present("sex") else None,
        age_years=message.age_years if present("age_years") else None,
        age_days=message.age_days if present("age_days") else None,
        newborn_weight_g=message.newborn_weight_g if present("newborn_weight_g") else None,
        department=message.department,
        los_days=message.los_days if present("los_days") else None,
        leaving_type=message.leaving_type,
        icu_hours=message.icu_hours if present("icu_hours") else None,
        diagnoses=tuple(message.diagnoses),
        procedures=tuple(message.procedures),
        total_cost_fen=message.total_cost_fen if present("total_cost_fen") else None,
        patient_paid_fen=message.patient_paid_fen if present("patient_paid_fen") else None,
        insured_region=message.insured_region,
        insurance_type=message.insurance_type,
        fund_paid_fen=message.fund_paid_fen if present("fund_paid_fen") else None,
        fee_drug_fen=message.fee_drug_fen if present("fee_drug_fen") else None,
        fee_consumable_fen=message.fee_consumable_fen if present("fee_consumable_fen") else None,
        fee_test_fen=message.fee_test_fen if present("fee_test_fen") else None,
        fee_service_fen=message.fee_service_fen if present("fee_service_fen") else None,
        tcm_diagnoses=tuple(message.tcm_diagnoses),
        tcm_cost_fen=message.tcm_cost_fen if present("tcm_cost_fen") else None,
        referral_id=message.referral_id,
    )


def _day(message: case_pb2.Case, name: str, field: str) -> date | None:
    return date_from_pb(getattr(message, name), f"{field}.{name}") if message.HasField(name) else None


_STATUS_TO_PB = {
    Status.GROUPED: case_pb2.GROUP_STATUS_GROUPED,
    Status.AMBIGUOUS: case_pb2.GROUP_STATUS_AMBIGUOUS,
    Status.UNGROUPED: case_pb2.GROUP_STATUS_UNGROUPED,
    Status.INVALID: case_pb2.GROUP_STATUS_INVALID,
}
_STATUS_FROM_PB = {number: status for status, number in _STATUS_TO_PB.items()}


def answer_to_pb(answer: Answer) -> case_pb2.GroupAnswer:
    """A grouper's answer as a message."""
    return case_pb2.GroupAnswer(
        case_id=answer.case_id,
        status=_STATUS_TO_PB[answer.status],
        mdc=answer.mdc,
        adrg=answer.adrg,
        drg=answer.drg,
        reason=answer.reason,
        scheme_digest=answer.scheme_digest,
    )


def answer_from_pb(message: case_pb2.GroupAnswer) -> Answer:
    """A grouper's answer from its message; an unspecified status is refused."""
    status = _STATUS_FROM_PB.get(message.status)
    if status is None:
        raise Fault(STATUS_UNKNOWN, field="status", value=message.status)
    return Answer(
        message.case_id,
        status,
        message.mdc,
        message.adrg,
        message.drg,
        message.reason,
        message.scheme_digest,
    )


def worksheet_to_pb(sheet: Worksheet) -> case_pb2.Worksheet:
    """A worksheet as a message, line by line."""
    return case_pb2.Worksheet(title=sheet.title, lines=[_line_to_pb(line) for line in sheet.lines])


def _line_to_pb(line: Line) -> case_pb2.WorksheetLine:
    return case_pb2.WorksheetLine(
        key=line.key,
        label=line.label,
        value=line.value,
        unit=line.unit,
        formula=line.formula,
        inputs=line.inputs,
        rounding=line.rounding,
        rule=line.rule,
        citation=line.citation,
        evidence=line.evidence,
    )


def worksheet_lines(message: case_pb2.Worksheet) -> list[Line]:
    """The lines of a worksheet that came over the wire, for showing; they are not calculated again."""
    return [
        Line(
            line.key,
            line.label,
            line.value,
            line.unit,
            line.formula,
            tuple(line.inputs),
            line.rounding,
            line.rule,
            line.citation,
            line.evidence,
        )
        for line in message.lines
    ]
