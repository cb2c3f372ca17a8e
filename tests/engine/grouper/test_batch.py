"""Arrow batches: every shape a column may have, and faults of single rows."""

import pyarrow as pa
import pytest
from books import case, grouper, sheets

from chspay_cli.compiled import kernel_grouper
from chspay_core.errors import Fault
from chspay_core.tables import batch_from_cases
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap, parse_code_map


def answers(columns: dict[str, object], codemap: CodeMap | None = None) -> list[str]:
    """The groups or reasons both batch engines give; they must agree on every shape of column."""
    batch = pa.RecordBatch.from_pydict(columns)
    both = []
    for batches in (BatchGrouper(grouper(), codemap), kernel_grouper(grouper(), codemap)):
        found = [batches.answer(number) for number in batches.numbers(batch)]
        both.append([answer.drg or answer.reason for answer in found])
    assert both[0] == both[1]
    return both[0]


TEXT = {"case_id": ["1", "2"], "sex": ["1", "2"], "diagnoses": ["I63.900|J96.000", "I63.900"]}


@pytest.mark.parametrize(
    "diagnoses",
    [
        pa.array(["I63.900|J96.000", "I63.900"]),
        pa.array(["I63.900|J96.000", "I63.900"], pa.large_string()),
        pa.array(["I63.900|J96.000", "I63.900"]).dictionary_encode(),
        pa.array([["I63.900", "J96.000"], ["I63.900"]]),
        pa.array([["I63.900", "J96.000"], ["I63.900"]], pa.large_list(pa.string())),
        pa.array(
            [["I63.900", "J96.000"], ["I63.900", None]], pa.list_(pa.dictionary(pa.int32(), pa.string()))
        ),
        pa.array([None, ["I63.900", "J96.000"], ["I63.900"]]).slice(1),
    ],
)
def test_code_lists_in_every_form(diagnoses):
    """CSV, Parquet of several writers and slices of larger batches hold the same cases."""
    assert answers(TEXT | {"diagnoses": diagnoses}) == ["BR21", "BR25"]


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        (pa.array(["0", "3"]), ["PV19", "NO_MDC"]),
        (pa.array([" 0 ", ""]), ["PV19", "NO_MDC"]),
        (pa.array(["0.0", "三"]), ["PV19", "NOT_AN_INTEGER"]),
        (pa.array(["0", "-3"]), ["PV19", "NEGATIVE"]),
        (pa.array(["0", "9" * 30]), ["PV19", "NOT_AN_INTEGER"]),
        (pa.array([0, 3], pa.uint8()), ["PV19", "NO_MDC"]),
        (pa.array([0.0, float("nan")]), ["PV19", "NO_MDC"]),
        (pa.array([0.0, 1.5]), ["PV19", "NOT_AN_INTEGER"]),
        (pa.array([None, None], pa.null()), ["NO_MDC", "NO_MDC"]),
    ],
)
def test_numbers_in_every_form(ages, expected):
    """A number that cannot be read makes its own row invalid, never the file."""
    columns = TEXT | {"diagnoses": ["P07.100", "P07.100"], "age_years": ages, "age_days": ["99", "99"]}
    assert answers(columns) == expected


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
@pytest.mark.parametrize("sign", ["int", "uint"])
def test_numbers_of_every_width_with_gaps(bits, sign):
    """A platform stores ages as narrow as they are; a gap, a slice or a sign must not become a number."""
    kind = getattr(pa, f"{sign}{bits}")()
    least = 0 if sign == "uint" else -1
    ages = pa.array([7, None, 0, 3, least, None, 0], kind).slice(1)
    days = pa.array([None, None, 20, None, 99, None, 29], kind).slice(1)
    rows = {"case_id": ["c"] * 6, "sex": pa.array([1] * 6, kind), "diagnoses": ["P07.100"] * 6}
    found = answers(rows | {"age_years": ages, "age_days": days, "newborn_weight_g": days})
    assert found == ["NO_MDC", "PS19", "NO_MDC", "PV19" if sign == "uint" else "NEGATIVE", "NO_MDC", "PV19"]


@pytest.mark.parametrize(
    ("admission", "discharge", "expected"),
    [
        ("2026-01-01", "2026-01-02", "BR21"),
        ("2026-01-02", "2026-01-01", "DISCHARGE_BEFORE_ADMISSION"),
        ("2026-02-30", "2026-03-01", "NOT_A_DAY"),
        ("01/02/2026", "", "NOT_A_DAY"),
        ("", "2026-01-01", "BR21"),
    ],
)
def test_dates_are_checked_row_by_row(admission, discharge, expected):
    """Discharge before admission is a fault of one record."""
    columns = TEXT | {"admission_date": [admission, ""], "discharge_date": [discharge, ""]}
    assert answers(columns) == [expected, "BR25"]


def test_the_first_check_that_fails_names_the_reason():
    """A row with several faults has one reason, the same as a single case over the wire."""
    columns = TEXT | {"sex": ["7", "2"], "age_years": ["-1", "-1"], "diagnoses": ["I63.900", ""]}
    assert answers(columns) == ["SEX_BAD", "DIAGNOSIS_MISSING"]


def test_a_missing_column_is_unknown_or_refused():
    """Optional columns may be absent; without sex, diagnosis or case_id there is nothing to group."""
    assert answers(TEXT) == ["BR21", "BR25"]
    for name in ("case_id", "sex", "diagnoses"):
        with pytest.raises(Fault) as caught:
            answers({key: value for key, value in TEXT.items() if key != name})
        assert (caught.value.reason.code, caught.value.field) == ("COLUMN_MISSING", name)


def test_a_column_of_a_hopeless_type_is_refused():
    """Diagnoses as numbers are no diagnoses; guessing would group by nonsense."""
    with pytest.raises(Fault) as caught:
        answers(TEXT | {"diagnoses": [1, 2]})
    assert caught.value.reason.code == "COLUMN_TYPE"


def test_no_rows_give_no_answers():
    """An empty batch at the end of a stream is no mistake."""
    assert answers({name: pa.array([], pa.string()) for name in TEXT}) == []


def test_more_sets_and_groups_than_fit_a_word():
    """Large schemes must not be cut off where a machine word, or the first row of a table, ends."""
    book = sheets()
    for at in range(600):
        book["ADRG"].append(
            [f"B{at:03}", "组", f"{{ZYZD, QTZD}} in DI_{at} and {{ZYSS, QTSS}} in OP_{at}", "B", at]
        )
        book["DRG"].append([f"B{at:03}1", "组", "QTZD in MCC", f"B{at:03}", "B", 1])
        book["DRG"].append([f"B{at:03}5", "组", "", f"B{at:03}", "B", 2])
        book["集合"] += [
            [f"DI_{at}", f"K{at:03}.x00", "", "DI"],
            [f"OP_{at}", f"{at % 100:02}.{at:04}", "", "OP"],
        ]
    book["CC"] += [["J96.000", "", "EX_2", "CC"], ["K007.x00", "", "EX_1", "MCC"], ["K007.x00", "", "", "CC"]]
    fast = grouper(book)
    others = [f"K{at:03}.x00" for at in (0, 7, 63, 64, 65, 127, 128, 300, 511, 512, 599)]
    cases = [
        case(
            principal, other, more, procedures=("99.9999", f"{int(other[1:4]) % 100:02}.{int(other[1:4]):04}")
        )
        for principal in ("G40.900", "J18.900", "I63.900")
        for other in others
        for more in ("", "J96.000")
    ]
    expected = [fast.group(record) for record in cases]
    numbers = kernel_grouper(fast).numbers(batch_from_cases(cases))
    assert [fast.answers()[number] for number in numbers] == expected
    assert len({answer.drg for answer in expected}) > 2 * len(others)


def test_clinical_codes_are_mapped_only_when_the_caller_says_so():
    """249 codes mean different things in the two editions."""
    columns = TEXT | {"diagnoses": ["I63.000", "I63.900"]}
    codemap = CodeMap(parse_code_map(b"clinical_code,insurance_code\nI63.000,I63.900\n"), {})
    assert answers(columns) == ["PRINCIPAL_UNKNOWN", "BR25"]
    assert answers(columns, codemap) == ["BR25", "BR25"]


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "clinical_code,insurance_code\nI63.0,\n", "clinical_code,insurance_code\nA,B\nA,C\n"],
)
def test_a_broken_code_map_is_refused(text):
    """A map with two meanings for one code would be a guess."""
    with pytest.raises(Fault) as caught:
        parse_code_map(text.encode())
    assert caught.value.reason.code == "CODE_MAP_BAD"
