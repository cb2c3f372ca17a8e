"""Between core and messages: exact both ways, absent stays absent, partial is refused."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from google.type import date_pb2, decimal_pb2
from hypothesis import given
from hypothesis import strategies as st

from chspay.common.v1 import case_pb2
from chspay_core.case import Case, Status
from chspay_core.errors import Fault
from chspay_core.tables import LISTS
from chspay_core.worksheet import Worksheet
from chspay_kit import convert

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
texts = st.text(max_size=20)
ints = st.none() | st.integers(-(2**31), 2**31 - 1)
fen = st.none() | st.integers(-(2**63), 2**63 - 1)
codes = st.lists(texts, max_size=5).map(tuple)

cases = st.builds(
    Case,
    case_id=texts, hospital_code=texts, region_code=texts, person_key=texts, department=texts,
    leaving_type=texts, insured_region=texts, insurance_type=texts, admission_date=st.none() | days,
    discharge_date=st.none() | days, sex=ints, age_years=ints, age_days=ints, newborn_weight_g=ints,
    los_days=ints, icu_hours=ints, diagnoses=codes, procedures=codes, total_cost_fen=fen,
    patient_paid_fen=fen, fund_paid_fen=fen, fee_drug_fen=fen, fee_consumable_fen=fen, fee_test_fen=fen,
    fee_service_fen=fen, tcm_cost_fen=fen, tcm_diagnoses=codes, referral_id=texts,
)  # fmt: skip


@given(cases)
def test_a_case_survives_the_wire(case: Case) -> None:
    """Every field, present or unknown, must arrive as it left, or a case is paid on other facts."""
    message = case_pb2.Case.FromString(convert.case_to_pb(case).SerializeToString())
    assert convert.case_from_pb(message) == case


def test_no_field_of_a_case_is_forgotten() -> None:
    """A column added to the case and not to its message would vanish between services."""
    assert {field.name for field in fields(Case)} == set(case_pb2.Case.DESCRIPTOR.fields_by_name)
    known = {*convert._CASE_TEXTS, *convert._CASE_NUMBERS, *convert._CASE_DAYS, *LISTS}
    assert known == {field.name for field in fields(Case)}


def test_zero_is_not_unknown() -> None:
    """A patient who paid nothing is not a patient whose payment is unknown."""
    zero = convert.case_from_pb(convert.case_to_pb(Case(case_id="1", patient_paid_fen=0, age_days=0)))
    assert (zero.patient_paid_fen, zero.age_days, zero.age_years) == (0, 0, None)


@given(days)
def test_a_day_survives_the_wire(day: date) -> None:
    """Admission and discharge decide the length of stay and the month of payment."""
    assert convert.date_from_pb(convert.date_to_pb(day), "d") == day


@pytest.mark.parametrize(
    ("year", "month", "day", "reason"),
    [
        (0, 0, 0, convert.DATE_MISSING),
        (2026, 0, 0, convert.DATE_PARTIAL),
        (2026, 1, 0, convert.DATE_PARTIAL),
        (0, 1, 1, convert.DATE_PARTIAL),
        (2026, 2, 29, convert.DATE_PARTIAL),
        (2026, 13, 1, convert.DATE_PARTIAL),
        (1899, 1, 1, convert.DATE_PARTIAL),
        (9999, 1, 1, convert.DATE_PARTIAL),
        (-1, 1, 1, convert.DATE_PARTIAL),
    ],
)
def test_what_is_no_day_is_refused(year: int, month: int, day: int, reason: object) -> None:
    """google.type.Date allows a year alone; a legal day must be whole and must exist."""
    with pytest.raises(Fault) as caught:
        convert.date_from_pb(date_pb2.Date(year=year, month=month, day=day), "case.admission_date")
    assert caught.value.reason is reason
    assert caught.value.field == "case.admission_date"


def test_a_partial_day_in_a_case_is_named() -> None:
    """The caller must learn which field of which case it was."""
    message = case_pb2.Case(case_id="1", discharge_date=date_pb2.Date(year=2026))
    with pytest.raises(Fault) as caught:
        convert.case_from_pb(message)
    assert caught.value.field == "case.discharge_date"


@given(st.integers(-(10**15), 10**15))
def test_points_survive_the_wire(micro: int) -> None:
    """Points are stored as millionths and travel as plain decimals; not one millionth may be lost."""
    message = convert.points_to_pb(micro)
    assert "E" not in message.value
    assert convert.points_from_pb(message, "points") == micro


@pytest.mark.parametrize("text", ["", "1e3", "1,000", "１", "NaN", " 1", "1.", ".5", "0x1", "1_000"])
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    """An empty text is absent, not zero; exponents and signs of other places are not ours to guess."""
    with pytest.raises(Fault):
        convert.decimal_from_pb(decimal_pb2.Decimal(value=text), "points")


@pytest.mark.parametrize(
    ("value", "text"), [("1E+3", "1000"), ("1.50", "1.5"), ("-0", "0"), ("0.000001", "0.000001")]
)
def test_decimals_leave_in_plain_notation(value: str, text: str) -> None:
    """Readers in other languages parse plain digits only."""
    assert convert.decimal_to_pb(Decimal(value)).value == text


def test_not_a_number_does_not_leave() -> None:
    """An infinity on a statement would be read as text by somebody."""
    with pytest.raises(Fault):
        convert.decimal_to_pb(Decimal("Infinity"))


@pytest.mark.parametrize("status", list(Status))
def test_an_answer_survives_the_wire(status: Status) -> None:
    """Every status a grouper can give has its number on the wire."""
    answer = convert.Answer("c1", status, "F", "FQY", "FQY", "AMBIGUOUS", "ab" * 32)
    assert convert.answer_from_pb(convert.answer_to_pb(answer)) == answer


def test_an_unspecified_status_is_refused() -> None:
    """A status of a newer grouper must not be taken for "grouped"."""
    for number in (0, 99):
        with pytest.raises(Fault) as caught:
            convert.answer_from_pb(case_pb2.GroupAnswer(status=number))  # type: ignore[arg-type]
        assert caught.value.reason is convert.STATUS_UNKNOWN


class _Rule:
    key, cite, evidence = "points.places", "demo#1", "demo"


def test_a_worksheet_survives_the_wire() -> None:
    """The worksheet is the answer to a dispute: no line, input or citation may be lost."""
    sheet = Worksheet("病例点数")
    sheet.given("cost", "总费用", 1234500, "fen")
    sheet.rule("places", "小数位", 4, "count", rule=_Rule())
    sheet.line(
        "points", "点数", Decimal("1.5000"), "points",
        formula="cost / mean", inputs=["cost", "places"], rounding="half_up_4", rule=_Rule(),
    )  # fmt: skip
    message = convert.worksheet_to_pb(sheet)
    assert message.title == "病例点数"
    assert convert.worksheet_lines(message) == sheet.lines
