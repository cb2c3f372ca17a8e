"""The input check refuses what cannot be true, and the table keeps every value."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.case import Case, check_grouping, check_intake
from chspay_core.errors import Fault
from chspay_core.tables import batch_from_cases, case_from_row, cases_from_batch

GOOD = Case(
    case_id="c1", hospital_code="H99010100001", region_code="990100", sex=1, age_years=60,
    admission_date=date(2026, 1, 1), discharge_date=date(2026, 1, 5), diagnoses=("I63.900",),
    total_cost_fen=100_00, patient_paid_fen=10_00,
)  # fmt: skip


def _with(**changes):
    fields = {name: getattr(GOOD, name) for name in Case.__slots__}
    return Case(**{**fields, **changes})


def test_a_good_case_passes():
    """The check must not stand in the way of ordinary work."""
    assert check_intake(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"case_id": ""}, "CASE_ID_MISSING", "case_id"),
        ({"case_id": "a b"}, "CASE_ID_BAD", "case_id"),
        ({"hospital_code": ""}, "HOSPITAL_BAD", "hospital_code"),
        ({"sex": 3}, "SEX_BAD", "sex"),
        ({"sex": None}, "SEX_BAD", "sex"),
        ({"diagnoses": ()}, "DIAGNOSIS_MISSING", "diagnoses"),
        ({"diagnoses": ("", "I63.900")}, "DIAGNOSIS_MISSING", "diagnoses"),
        ({"diagnoses": ("I63.9'; drop",)}, "CODE_BAD", "diagnoses"),
        ({"procedures": ("x",) * 201}, "TOO_MANY_CODES", "procedures"),
        ({"discharge_date": date(2025, 12, 31)}, "DISCHARGE_BEFORE_ADMISSION", "discharge_date"),
        ({"total_cost_fen": -1, "patient_paid_fen": None}, "NEGATIVE", "total_cost"),
        ({"patient_paid_fen": 100_01}, "PATIENT_OVER_TOTAL", "patient_paid"),
        ({"age_years": 151}, "OUT_OF_RANGE", "age_years"),
    ],
)
def test_what_cannot_be_true_is_refused(changes, code, field):
    """Each fault has one stable reason and names its field."""
    faults = check_intake(_with(**changes))
    assert [(fault.reason.code, fault.field) for fault in faults] == [(code, field)]


def test_grouping_needs_less_than_intake():
    """A case without money or dates can still be grouped, as in `chspay group`."""
    assert check_grouping(Case(case_id="1", sex=2, diagnoses=("O80",))) == []


def test_stay_days_come_from_the_dates_when_not_given():
    """los_days empty = date difference, at least 1."""
    assert GOOD.stay_days == 4
    assert _with(los_days=0).stay_days == 0
    assert _with(discharge_date=date(2026, 1, 1)).stay_days == 1
    assert _with(discharge_date=None).stay_days is None


def test_a_csv_row_and_a_typed_row_are_the_same_case():
    """CSV, Parquet and JSON must never group or price differently."""
    text = {
        "case_id": "c1", "sex": "1", "age_years": "60", "admission_date": "2026-01-01",
        "diagnoses": "I63.900|I10.x00", "procedures": "", "total_cost": "100.00", "newborn_weight_g": "",
    }  # fmt: skip
    typed = {
        "case_id": "c1", "sex": 1, "age_years": 60, "admission_date": date(2026, 1, 1),
        "diagnoses": ["I63.900", "I10.x00"], "procedures": [], "total_cost": Decimal("100.00"),
    }  # fmt: skip
    assert case_from_row(text) == case_from_row(typed)
    assert case_from_row(text).total_cost_fen == 100_00
    assert case_from_row(text).newborn_weight_g is None


@pytest.mark.parametrize(
    "written", ["|I63.900||I10.x00", ["", "I63.900", "", "I10.x00"], [None, "I63.900", "I10.x00"]]
)
def test_a_blank_first_code_is_not_filled_by_the_second(written):
    """Promoting a secondary diagnosis to principal would pay another group."""
    case = case_from_row({"case_id": "c1", "diagnoses": written, "procedures": written})
    assert case.diagnoses == case.procedures == ("", "I63.900", "I10.x00")
    assert case_from_row({"case_id": "c1", "diagnoses": "| |"}).diagnoses == ()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("sex", "男", "NOT_AN_INTEGER"),
        ("total_cost", "一百", "NOT_A_NUMBER"),
        ("admission_date", "2026-02-30", "NOT_A_DAY"),
    ],
)
def test_an_unreadable_cell_names_its_column(column, value, code):
    """The clerk must find the cell to mend."""
    with pytest.raises(Fault) as refused:
        case_from_row({"case_id": "c1", column: value})
    assert (refused.value.reason.code, refused.value.field) == (code, column)


cases = st.builds(
    Case,
    case_id=st.from_regex(r"[A-Za-z0-9]{1,12}", fullmatch=True),
    sex=st.sampled_from([1, 2, None]),
    age_years=st.none() | st.integers(0, 120),
    admission_date=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    diagnoses=st.lists(st.from_regex(r"[A-Z][0-9]{2}\.[0-9]{3}", fullmatch=True), max_size=4).map(tuple),
    total_cost_fen=st.none() | st.integers(0, 10**12),
)


@given(st.lists(cases, max_size=5))
def test_arrow_keeps_every_case(rows):
    """Bulk import and single upload must see the same facts."""
    assert cases_from_batch(batch_from_cases(rows)) == rows
