"""TCM advantage groups and bed-days in a DIP catalogue: by list, exact scores, no auxiliary subtype."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from dip_world import batch_of, built, policy_of, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_core.tables import case_from_row
from chspay_grouper.engine.dip.batch import DipBatch
from chspay_grouper.engine.dip.catalogue import load_catalogue
from chspay_grouper.engine.dip.match import DipGrouper, case_rw
from chspay_grouper.engine.dip.prose import prose
from chspay_grouper.engine.dip.record import records_of
from chspay_grouper.engine.dip.terms import read_rules, terms_of

LISTED = {
    "tcm_method": "diagnosis_and_ratio@1",
    "tcm.groups": [{"diagnosis": "A03.06.04.02", "group": "ZY01"}, {"diagnosis": "A07.01", "group": "ZY02"}],
    "tcm.treatment_ratio_min": "0.3",
    "bed_day_method": "departments@1",
    "per_diem.departments": [{"category": "psychiatry", "department": "A15"}],
    "year_weights": [{"year_back": "1", "weight": "1"}],
    "comprehensive_threshold": "15",
    "score_scale": "1000",
}
#: 20 western cases of 10,000 yuan; 5 TCM of 4,000; 2 bed-day stays of 30 and 10 days, 12,000 yuan together.
WORLD = (
    {"diagnoses": "K35.900", "total_cost": "10000.00", "n": 20},
    {"diagnoses": "M51.202", "total_cost": "4000.00", "tcm_diagnoses": "A03.06.04.02", "tcm_cost": "1200.00",
     "n": 5},
    {"diagnoses": "F20.000", "total_cost": "9000.00", "department": "A15", "los_days": 30},
    {"diagnoses": "F20.000", "total_cost": "3000.00", "department": "A15", "los_days": 10},
)  # fmt: skip


@cache
def plain():
    """The catalogue of the world above, built once."""
    return made()


def made(changes: dict[str, object] | None = None):
    return built(rows_of(*WORLD), {**LISTED, **(changes or {})}).catalogue


def answered(catalogue, *rows: dict[str, object]) -> list[dict[str, object]]:
    """What the batch says of rows, and that one case and the trace say the same."""
    grouper, batch = DipGrouper(catalogue), batch_of(rows_of(*rows))
    dip = DipBatch(grouper)
    columns = dip.columns(*dip.group(batch))
    found = [
        dict(zip(columns, cells, strict=True))
        for cells in zip(*(c.to_pylist() for c in columns.values()), strict=True)
    ]
    for row, record in zip(found, records_of(batch, grouper.lexicon), strict=True):
        trace = grouper.trace(record)
        assert (trace.answer.group.code if trace.answer.group else "") == row["dip"]
        assert trace.answer.reason == row["dip_reason"]
        assert prose(trace)
    return found


def test_scores_are_measured_as_published():
    """M is the mean of all cases that are not bed-days: (20 x 10,000 + 5 x 4,000) / 25 = 8,800 yuan."""
    catalogue = made()
    assert catalogue.overall == 880_000
    tcm, ward = catalogue.group("ZY01"), catalogue.group("psychiatry")
    assert (tcm.level, tcm.count, tcm.score_micro) == ("tcm", 5, 454_545_500)  # 4,000 / 8,800 x 1000
    assert (ward.level, ward.count, ward.mean) == ("bed_day", 2, 30_000)  # 12,000 yuan / 40 days
    assert ward.score_micro == 34_090_900  # 300 / 8,800 x 1000
    assert catalogue.counts()["tcm"] == catalogue.counts()["bed_day"] == 1
    assert catalogue.placed == {"core": 20, "comprehensive": 0, "tcm": 5, "bed_day": 2, "local": 0}
    assert (tcm.subtypes, ward.subtypes, tcm.tests, ward.tests) == ((), (), (), ())
    again = load_catalogue(catalogue.content)
    assert (again.digest, again.groups) == (catalogue.digest, catalogue.groups)


def test_a_case_comes_into_its_group_by_list_and_by_no_other_way():
    """The ratio is a gate, the department decides before the diagnosis, and days make the score."""
    catalogue = made()
    tcm = {"diagnoses": "K35.900", "tcm_diagnoses": "A03.06.04.02|X", "total_cost": "1000.00"}
    rows = answered(
        catalogue,
        {**tcm, "tcm_cost": "300.00"},
        {**tcm, "tcm_cost": "299.99"},
        {**tcm, "tcm_diagnoses": "X|A03.06.04.02", "tcm_cost": "900.00"},
        {**tcm, "tcm_diagnoses": "A07.01", "tcm_cost": "900.00"},
        {"diagnoses": "K35.900", "department": "A15", "los_days": 7, "total_cost": "1000.00"},
        {"diagnoses": "K35.900", "department": "A15", "total_cost": "1000.00"},
        {"diagnoses": "K35.900", "department": "A16", "los_days": 7, "total_cost": "1000.00"},
    )
    assert [row["dip"] for row in rows] == ["ZY01", "K35.9", "K35.9", "K35.9", "psychiatry", "", "K35.9"]
    assert [row["dip_level"] for row in rows[:5:4]] == ["tcm", "bed_day"]
    assert rows[4]["dip_score"] == Decimal("238.636300")  # 34.0909 x 7 days
    assert (rows[5]["dip_status"], rows[5]["dip_reason"]) == ("invalid", "DIP_DAYS_MISSING")
    assert {row["dip_factor"] for row in rows[:5]} == {Decimal(1)}


def test_a_single_case_says_what_the_file_says():
    """The service answers case by case; its columns and those of a file must agree."""
    catalogue = made()
    grouper = DipGrouper(catalogue)
    case = Case(
        case_id="c",
        diagnoses=("K35.900",),
        tcm_diagnoses=("A03.06.04.02",),
        total_cost_fen=100_000,
        tcm_cost_fen=30_000,
    )
    assert grouper.answer(grouper.record(case)).group.code == "ZY01"
    ward = Case(case_id="w", diagnoses=("K35.900",), department="A15", los_days=3, total_cost_fen=100_000)
    assert grouper.answer(grouper.record(ward)).group.code == "psychiatry"


def test_lists_without_their_figures_and_files_of_bed_days_alone_are_refused():
    """A gate nobody set and a mean nobody has must not become zero."""
    for key, reason in (("tcm.groups", "POLICY_MISSING"), ("tcm.treatment_ratio_min", "POLICY_MISSING")):
        changes = {name: value for name, value in LISTED.items() if name != key}
        with pytest.raises(Fault) as caught:
            terms_of(read_rules(policy_of(changes)))
        assert (caught.value.reason.code, caught.value.field) == (reason, key)
    twice = {**LISTED, "tcm.groups": [{"diagnosis": "A", "group": "1"}, {"diagnosis": "A", "group": "2"}]}
    with pytest.raises(Fault) as caught:
        terms_of(read_rules(policy_of(twice)))
    assert caught.value.reason.code == "DIP_RULE_BAD"
    with pytest.raises(Fault) as caught:
        built(rows_of(*WORLD[2:]), LISTED)
    assert caught.value.reason.code == "DIP_ONLY_BED_DAYS"
    without = made({"tcm_method": "none@1", "bed_day_method": "none@1"})
    assert {group.level for group in without.groups} <= {"core", "comprehensive"}


_ROW = st.fixed_dictionaries(
    {
        "diagnoses": st.sampled_from(["K35.900", "M51.202", "F20.000", "W01.900", "?", ""]),
        "tcm_diagnoses": st.sampled_from(["", "A03.06.04.02", "A07.01", "A07.01|A03.06.04.02", "B99"]),
        "tcm_cost": st.sampled_from(["0", "300.00", "900.00"]),
        "department": st.sampled_from(["", "外科", "A15", " A15 "]),
        "los_days": st.sampled_from(["0", "1", "9"]),
        "total_cost": st.sampled_from(["1000.00", "0"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=20), st.integers(1, 7))
def test_a_file_a_case_and_a_trace_say_the_same(drawn, size):
    """Groups by list are decided row by row; the short cut for all other rows must not hide one."""
    catalogue = plain()
    grouper, rows = DipGrouper(catalogue), rows_of(*drawn)
    dip, whole = DipBatch(grouper), batch_of(rows)
    numbers, scores = dip.group(whole)
    parts = [dip.group(whole.slice(at, size))[0].tolist() for at in range(0, len(rows), size)]
    assert [number for part in parts for number in part] == numbers.tolist()
    for at, record in enumerate(records_of(whole, grouper.lexicon)):
        answer = grouper.answer(record)
        assert dip.answer(int(numbers[at])) is answer is grouper.trace(record).answer
        single = grouper.record(case_from_row(rows[at]))
        assert grouper.answer(single) is answer
        expected = case_rw(answer, single.cost, single.los_days, catalogue)
        assert (scores.get(at) if at in scores else expected) == expected
