"""What each sentence of the algorithm does to a case."""

from datetime import date

import pytest
from books import SOUND, case, grouper, sheets, with_rows, with_rule

from chspay_core.case import Case, Status
from chspay_grouper.engine.trace import trace_case


def drg(found, record: Case) -> str:
    """The DRG, or the status and reason where there is none; fast answer and trace must be the same."""
    answer = found.group(record)
    assert trace_case(found.scheme, record).answer == answer
    return answer.drg or f"{answer.status.value}:{answer.reason}"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (case("I63.900"), "BR25"),
        (case("I63.900", "J96.000"), "BR21"),
        (case("I63.900", "E11.900"), "BR23"),
        (case("I63.900", "I10.x00"), "BR25"),
        (case("I63.x00", "I10.x00"), "BR23"),
        (case("I63.900", procedures=("01.2400",)), "BB15"),
        (case("I63.900", "J96.000", procedures=("01.2400",)), "BB11"),
        (case("I63.900", procedures=("47.0100",)), "BQY"),
        (case("I63.900", procedures=("99.9999",)), "BR25"),
        (case("I63.900", procedures=("37.5100", "01.2400")), "AA19"),
        (case("I63.900", procedures=("01.2400", "37.5100")), "BB15"),
        (case("G40.900"), "ungrouped:NO_GROUP_IN_MDC"),
        (case("P07.100", age_years=3), "ungrouped:NO_MDC"),
        (case("J18.900"), "ungrouped:PRINCIPAL_NOT_GROUPABLE"),
        (case("Z99.999"), "ungrouped:PRINCIPAL_UNKNOWN"),
        (case("P07.100", age_years=0, age_days=3, newborn_weight_g=1200), "PS19"),
        (case("P07.100", age_years=0, age_days=3, newborn_weight_g=0), "PV19"),
        (case("P07.100", age_years=0, age_days=3), "PV19"),
        (case("P07.100", age_years=0, age_days=60, newborn_weight_g=1200), "PV19"),
        (case("P07.100", age_years=0, newborn_weight_g=1200), "invalid:AGE_DAYS_NEEDED"),
        (case("I63.900", age_years=0), "BR25"),
        (case("I63.900", sex=3), "invalid:SEX_BAD"),
        (case("I63.900", sex=None), "invalid:SEX_BAD"),
        (case(), "invalid:DIAGNOSIS_MISSING"),
        (case("", "I63.900"), "invalid:DIAGNOSIS_MISSING"),
        (case("I63.900", age_years=-1), "invalid:NEGATIVE"),
        (
            case("I63.900", admission_date=date(2026, 3, 2), discharge_date=date(2026, 3, 1)),
            "invalid:DISCHARGE_BEFORE_ADMISSION",
        ),
    ],
)
def test_the_algorithm_step_by_step(record, expected):
    """One case per sentence of the published algorithm."""
    assert drg(grouper(), record) == expected


def test_an_ambiguous_answer_has_its_own_status():
    """Settlement must tell an ambiguous group from a real one; it reads F, FQY, FQY."""
    answer = grouper().group(case("I63.900", procedures=("47.0100",)))
    assert (answer.status, answer.mdc, answer.adrg, answer.drg) == (Status.AMBIGUOUS, "B", "BQY", "BQY")


def test_adrg_without_drg_is_passed_over():
    """An ADRG that has no DRG row for the case hands it on to the next one."""
    book = sheets()
    book["DRG"] = [row for row in book["DRG"] if row[0] != "BB15"]
    assert drg(grouper(book), case("I63.900", procedures=("01.2400",))) == "BQY"
    book["DRG"] = [row for row in book["DRG"] if row[3] != "BQY"]
    assert drg(grouper(book), case("I63.900", procedures=("01.2400",))) == "BR25"


def test_duplicate_order_keeps_the_order_of_rows():
    """Two rows with one 排序 are tried as they stand in the file."""
    book = sheets()
    for row in book["DRG"][7:10]:
        row[5] = 1
    assert drg(grouper(book), case("I63.900", "J96.000")) == "BR21"


def test_a_code_that_is_mcc_and_cc_counts_as_both():
    """Changzhou prints one code in both lists."""
    book = with_rows("CC", ["E11.900", "糖尿病", "EX_2", "MCC"])
    assert drg(grouper(book), case("I63.x00", "E11.900")) == "BR21"
    assert drg(grouper(book), case("I63.900", "E11.900")) == "BR23"


def test_not_in_an_empty_field_is_true():
    """No procedure at all is not in the set of all operations."""
    book = with_rule("ADRG", "BR2", "ZYZD in DI_B and {ZYSS, QTSS} not in OP_ALL")
    assert drg(grouper(book), case("G40.900")) == "BR25"
    assert (
        drg(grouper(book), case("G40.900", procedures=("99.9999", "47.0100"))) == "ungrouped:NO_GROUP_IN_MDC"
    )


def test_a_comparison_with_a_missing_value_is_false_both_ways():
    """Unknown is not small and not large; only ``not`` turns the answer round."""
    for rule, expected in (("NL<70", "BB15"), ("NL>=70", "BB15"), ("not NL>=70", "BB11")):
        record = case("I63.900", procedures=("01.2400",), age_years=None)
        assert drg(grouper(with_rule("DRG", "BB11", rule)), record) == expected


def test_length_counts_distinct_codes():
    """The same operation written twice is one operation."""
    book = with_rule("ADRG", "BB1", "length(OP_ALL ∩ {ZYSS, QTSS})>=2 and ZYSS in OP_BB1")
    twice = case("I63.900", procedures=("01.2400", "01.2400"))
    two = case("I63.900", procedures=("01.2400", "47.0100"))
    assert drg(grouper(book), twice) == "BQY"
    assert drg(grouper(book), two) == "BB15"


def test_retry_tries_each_other_procedure_alone():
    """Zhejiang 2022: only after an ungrouped answer, in the order of the record, first success wins."""
    book = sheets()
    book["ADRG"] = [row for row in book["ADRG"] if row[0] not in ("BQY", "BR2")]
    book["DRG"] = [row for row in book["DRG"] if row[3] not in ("BQY", "BR2")]
    record = case("I63.900", "J96.000", procedures=("99.9999", "47.0100", "01.2400", "37.5100"))
    assert drg(grouper(book), record) == "ungrouped:NO_GROUP_IN_MDC"
    retry = grouper(book, retry_ungrouped_with_each_other_procedure=True)
    assert drg(retry, record) == "BB11"
    assert drg(retry, case("I63.900", procedures=("99.9999",))) == "ungrouped:NO_GROUP_IN_MDC"
    assert drg(retry, case("I63.900", procedures=("99.9999", "", "37.5100"))) == "AA19"


def test_retry_never_follows_an_ambiguous_answer():
    """An ambiguous answer is an answer."""
    found = grouper(retry_ungrouped_with_each_other_procedure=True)
    assert drg(found, case("I63.900", procedures=("47.0100", "01.2400"))) == "BQY"


def test_grey_codes_are_dropped_and_a_grey_main_procedure_means_none():
    """灰码 take no part in grouping; the next operation does not move up."""
    for options in ({"grey_codes": ("01.2400",)}, {"grey_set": "OP_BB1"}):
        found = grouper(**options)
        assert drg(found, case("I63.900", procedures=("01.2400", "37.5100"))) == "BR25"
        trace = trace_case(found.scheme, case("I63.900", procedures=("01.2400",)))
        assert [step.code for step in trace.steps if step.outcome == "dropped"] == ["01.2400"]


def test_a_surgical_case_passes_over_medical_groups():
    """3.0: with a main procedure in OP_ALL the medical ADRGs R-Z are not for this case."""
    book = sheets()
    book["ADRG"] = [row for row in book["ADRG"] if row[0] != "BQY"]
    book["DRG"] = [row for row in book["DRG"] if row[3] != "BQY"]
    record = case("I63.900", procedures=("47.0100",))
    assert drg(grouper(book), record) == "BR25"
    assert drg(grouper(book, surgical_case_passes_medical=True), record) == "ungrouped:NO_GROUP_IN_MDC"


def test_prefix_members_only_where_the_manifest_allows_them():
    """Real codes end in an asterisk; it may be a pattern only in a scheme that says so."""
    book = sheets()
    for row in book["集合"]:
        if row[0] in ("DI_B", "DI_BR2"):
            row[1] = "I63*"
    book["CC"].append(["J44*", "慢阻肺", "EX_3", "CC"])
    book["排除表"].append(["EX_3", "I63.9*", "脑梗死"])
    found = grouper(book, member_prefix=True)
    assert drg(found, case("I63.412")) == "BR25"
    assert drg(found, case("I63.412", "J44.100")) == "BR23"
    assert drg(found, case("I63.912", "J44.100")) == "BR25"
    assert drg(grouper(book), case("I63.412")) == "ungrouped:PRINCIPAL_UNKNOWN"
    assert drg(grouper(book), case("I63*")) == "BR25"


@pytest.mark.parametrize(
    ("rule", "fields", "holds"),
    [
        ("ZYTS>5", {"los_days": 6}, True),
        ("ZYTS>5", {"admission_date": date(2026, 1, 1), "discharge_date": date(2026, 1, 7)}, True),
        ("ZYTS=1", {"admission_date": date(2026, 1, 1), "discharge_date": date(2026, 1, 1)}, True),
        ("ZYTS>5", {}, False),
        ("LYFS=5", {"leaving_type": "5"}, True),
        ("LYFS=5", {"leaving_type": "死亡"}, False),
        ("ZZJHXS>120", {"icu_hours": 121}, True),
        ("KSICU=1", {"department": "ICU"}, True),
        ("KSICU=1", {"department": "03"}, False),
        ("KSICU=0", {"department": "03"}, True),
        ("KSICU=0", {}, False),
    ],
)
def test_extension_scalars_of_cities(rule, fields, holds):
    """Length of stay, leaving type, ICU hours and ICU department decide groups in several cities."""
    found = grouper(with_rule("DRG", "BR21", rule), extensions=("ZYTS", "LYFS", "ZZJHXS", "KSICU"))
    assert drg(found, case("I63.900", **fields)) == ("BR21" if holds else "BR25")


@pytest.mark.parametrize(
    "typed", ["I63.X00", "i63.x00", " I63.x00 ", "Ｉ６３．ｘ００", "I63.\u200bx00", "I63 .x00\u3000"]
)
def test_codes_as_typed_are_read_as_meant_and_told(typed):
    """Hospitals type full-width letters, capital X and blanks; the group must not depend on it."""
    found = grouper()
    assert drg(found, case(typed)) == drg(found, case("I63.x00")) == "BR25"
    steps = trace_case(found.scheme, case(typed)).steps
    assert [step.code for step in steps if step.outcome == "normalised"] == ["I63.x00"]


def test_the_sound_book_is_really_sound():
    """The other tests lean on it."""
    assert grouper().scheme.counts()["drg"] == len(SOUND["DRG"]) - 1
