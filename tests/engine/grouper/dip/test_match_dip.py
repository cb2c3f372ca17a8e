"""The DIP grouper: matching order, ties, auxiliary subtypes, local rule, and what the trace says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from dip_world import PLAIN, batch_of, built, policy_of, rows_of, starter

from chspay_core.case import Case, Status
from chspay_core.errors import Fault
from chspay_grouper.engine.dip.auxiliary import Classifier, Subtype, best
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.catalogue import diff, load_catalogue
from chspay_grouper.engine.dip.codes import Lexicon, subcategory
from chspay_grouper.engine.dip.match import DipGrouper, local_score
from chspay_grouper.engine.dip.prose import prose
from chspay_grouper.engine.dip.record import records_of
from chspay_grouper.engine.dip.shape import Shaper
from chspay_grouper.engine.dip.tables import tables_from_files
from chspay_grouper.engine.dip.terms import METHODS, read_rules, terms_of

STENT = [
    {"diagnoses": "I21.000", "procedures": "36.0700", "total_cost": 20000, "n": 15},
    {"diagnoses": "I21.000", "procedures": "36.0700|00.2400", "total_cost": 30000, "n": 20},
    {"diagnoses": "I21.000", "procedures": "36.0700|37.2200", "total_cost": 50000, "n": 15},
]
BOTH = {"diagnoses": "I21.000", "procedures": "36.0700|00.2400|37.2200", "total_cost": 1}


def _code(grouper, **fields):
    record = next(iter(records_of(batch_of(rows_of(fields)), grouper.lexicon)))
    answer = grouper.answer(record)
    return answer.group.code if answer.group else answer.reason


@pytest.mark.parametrize(
    ("tie", "code"),
    [("most_cases@1", "I21.0:36.0700+00.2400"), ("highest_cost@1", "I21.0:36.0700+37.2200")],
)
def test_two_groups_match_as_many_related_procedures(tie, code):
    """DIP 3.0 leaves ties to the place: the rule is policy, and the answer follows it."""
    grouper = DipGrouper(built(rows_of(*STENT), {"match_tie": tie, "core_threshold": "15"}).catalogue)
    assert _code(grouper, **BOTH) == code


def test_most_matched_related_procedures_win_over_the_pair():
    """A group of two related procedures is taken before a group of one, and that before the pair alone."""
    rows = rows_of(*STENT, {**BOTH, "total_cost": 70000, "n": 15})
    grouper = DipGrouper(built(rows, {"core_threshold": "15"}).catalogue)
    assert _code(grouper, **BOTH) == "I21.0:36.0700+00.2400+37.2200"
    assert (
        _code(grouper, diagnoses="I21.000", procedures="36.0700|37.2200|39.6100") == "I21.0:36.0700+37.2200"
    )
    assert _code(grouper, diagnoses="I21.000", procedures="36.0700|39.6100") == "I21.0:36.0700"


def test_an_unmatched_case_goes_to_the_category_then_to_the_local_rule():
    """Core, comprehensive by the kind of the main procedure, medical, local: in this order."""
    rows = rows_of(
        *STENT,
        {"diagnoses": "I21.400", "total_cost": 9000, "n": 2},
        {"diagnoses": "I21.400", "procedures": "37.2200", "total_cost": 9000, "n": 2},
    )
    changes = {"core_threshold": "15", "comprehensive_threshold": "2"}
    built_ = built(rows, changes)
    grouper = DipGrouper(built_.catalogue)
    assert _code(grouper, diagnoses="I21.900", procedures="37.2200") == "I21#D"
    assert _code(grouper, diagnoses="I21.900", procedures="36.9100") == "I21#M"
    assert _code(grouper, diagnoses="I21.900") == "I21#M"
    assert _code(grouper, diagnoses="K35.900") == "DIP_NO_GROUP"
    strict = DipGrouper(built(rows, {**changes, "comprehensive_fallback": "none@1"}).catalogue)
    assert _code(strict, diagnoses="I21.900", procedures="36.9100") == "DIP_NO_GROUP"


def test_cases_that_dip_does_not_place_say_why():
    """A refusal names its reason; a transplant the catalogue never met is not priced as medicine."""
    grouper = DipGrouper(built(rows_of(*STENT)).catalogue)
    assert _code(grouper, diagnoses="") == "DIAGNOSIS_MISSING"
    assert _code(grouper, diagnoses="乱码") == "PRINCIPAL_UNKNOWN"
    assert _code(grouper, diagnoses="W01.900") == "DIP_PRINCIPAL_EXCLUDED"
    assert _code(grouper, diagnoses="I21.000", age_years=-1) == "DIP_RECORD_UNREADABLE"
    assert _code(grouper, diagnoses="I21.000", procedures="50.5900") == "DIP_EARLY_NOT_LISTED"


def test_the_local_rule_stays_below_a_grouped_case_of_the_same_cost():
    """济宁 pays a blank group at 0.7 of its cost; a discount of 1 is refused."""
    catalogue = built(rows_of(*STENT), {"score_method": "fixed_quota@1", "fixed_quota": "10000"}).catalogue
    assert local_score(1_000_000, catalogue) == 700_000_000
    assert local_score(None, catalogue) is None
    none = built(rows_of(*STENT), {"ungrouped_method": "none@1"}).catalogue
    assert local_score(1_000_000, none) is None
    with pytest.raises(Fault, match="DIP_RULE_BAD"):
        built(rows_of(*STENT), {"ungrouped_discount": "1"})


def test_the_subtype_with_the_highest_trigger_wins():
    """A case of several subtypes takes one, by trigger and not by factor."""
    low, high = (
        Subtype("age:a", "老年", 9, 1_100_000, 1_900_000),
        Subtype("cci:3", "重度", 9, 1_200_000, 1_300_000),
    )
    assert best([low, high], ["age:a", "cci:3"]) is high
    assert best([low, high], ["age:a"]) is low
    assert best([low, high], []) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"diagnoses": "C34.900", "leaving_type": "5", "total_cost": 9}, "M1"),
        ({"diagnoses": "C34.900", "total_cost": 300, "fee_treatment": 150, "fee_drug": 150}, "M2"),
        ({"diagnoses": "C34.900", "total_cost": 300, "fee_treatment": 149, "fee_drug": 150}, "M3"),
        ({"diagnoses": "C34.900", "total_cost": 299.99, "fee_drug": 299}, "M7"),
        ({"diagnoses": "C34.900|C78.700", "los_days": 3}, "M4"),
        ({"diagnoses": "C34.900|C50.900|A41.900", "los_days": 3}, "M4"),
        ({"diagnoses": "C34.900|C34.100|A41.900", "los_days": 3}, "M5"),
        ({"diagnoses": "C34.900|J18.900", "los_days": 3}, "M6"),
        ({"diagnoses": "C34.900|C78.700", "los_days": 2}, "M7"),
        ({"diagnoses": "K35.900", "leaving_type": "5"}, "N1"),
        ({"diagnoses": "K35.900|A41.900|J18.900", "los_days": 3}, "N2"),
        ({"diagnoses": "K35.900|J18.900", "los_days": 3}, "N3"),
        ({"diagnoses": "K35.900|A41.900"}, "N4"),
    ],
)
def test_severity_is_decided_in_the_published_order(fields, code):
    """Seven malignant and four other severities, the first that holds; unknown stay or fees hold nothing."""
    terms, tables = terms_of(read_rules(policy_of())), starter()
    record = next(iter(records_of(batch_of(rows_of(fields)), Lexicon(tables, 7))))
    assert Classifier(terms, tables).severity(record, 10_000) == code


def test_three_days_or_more_is_policy():
    """「3天以上」 is read as at least three or as more than three; the place says which."""
    tables = starter()
    terms = terms_of(read_rules(policy_of({"severity_days_boundary": "gt"})))
    for days, code in ((3, "N4"), (4, "N2")):
        fields = {"diagnoses": "K35.900|A41.900", "los_days": days}
        record = next(iter(records_of(batch_of(rows_of(fields)), Lexicon(tables, 7))))
        assert Classifier(terms, tables).severity(record, 1) == code


@pytest.mark.parametrize(
    ("others", "index"),
    [
        ("", 0),
        ("I21.000", 1),
        ("I21.000|I22.000", 1),
        ("E11.900|E11.200", 2),
        ("C34.900|C78.000", 6),
        ("I50.900|N18.900|B24.x00", 9),
    ],
)
def test_the_charlson_index_counts_each_condition_once(others, index):
    """Of two stages of a disease the heavier counts; the principal diagnosis never does."""
    terms, tables = terms_of(read_rules(policy_of())), starter()
    fields = {"diagnoses": "|".join(filter(None, ["I21.900", others]))}
    record = next(iter(records_of(batch_of(rows_of(fields)), Lexicon(tables, 7))))
    assert Classifier(terms, tables).index(record) == index


@pytest.mark.parametrize(
    ("fields", "dimension", "part"),
    [
        ({"age_days": 28, "age_years": 0}, "age", "age:d28"),
        ({"age_days": 29, "age_years": 0}, "age", "age:y0"),
        ({"age_years": 6}, "age", "age:y1"),
        ({"age_years": 17}, "age", "age:y7"),
        ({"age_years": 18}, "age", ""),
        ({"age_years": 64}, "age", ""),
        ({"age_years": 65}, "age", "age:y65"),
        ({"icu_hours": 24}, "icu", ""),
        ({"icu_hours": 25}, "icu", "icu:2"),
        ({"icu_hours": 168}, "icu", "icu:2"),
        ({"icu_hours": 169}, "icu", "icu:8"),
        ({"icu_hours": 721}, "icu", "icu:31"),
        ({}, "icu", ""),
    ],
)
def test_age_and_icu_bands(fields, dimension, part):
    """Both ends of every published band belong to it."""
    terms, tables = terms_of(read_rules(policy_of())), starter()
    record = next(iter(records_of(batch_of(rows_of({"diagnoses": "J18.900", **fields})), Lexicon(tables, 7))))
    assert Classifier(terms, tables).part(dimension, record, 1) == part


def test_the_trace_tells_every_decision():
    """What was dropped, merged, tried and taken, for machines and in Chinese."""
    rows = rows_of(
        *STENT, {"diagnoses": "H25.900", "procedures": "13.4100|13.7100", "total_cost": 6000, "n": 15}
    )
    grouper = DipGrouper(built(rows, {"core_threshold": "15"}).catalogue)
    case = Case(case_id="1", diagnoses=("I21.000",), procedures=("89.5200", "36.0700", "37.2200"))
    trace = grouper.trace(grouper.record(case))
    told = [(step.level, step.outcome, step.code) for step in trace.steps]
    assert told == [
        ("exclusion", "dropped", "89.5200"),
        ("core", "failed", "I21.0:36.0700+00.2400"),
        ("core", "taken", "I21.0:36.0700+37.2200"),
        ("result", "grouped", "I21.0:36.0700+37.2200"),
    ]
    assert trace.answer == grouper.answer(grouper.record(case))
    text = "\n".join(prose(trace))
    for part in ("简单操作，不参与入组", "缺少相关手术00.2400", "相关手术匹配1个", "病种分值"):
        assert part in text
    merged = prose(
        grouper.trace(
            grouper.record(replace(case, diagnoses=("H25.900",), procedures=("13.4100", "13.7100")))
        )
    )
    assert "并为一项" in merged[0]
    nothing = prose(grouper.trace(grouper.record(replace(case, diagnoses=("K35.900",)))))
    assert "本地规则" in nothing[-1]


def test_a_missing_rule_refuses_and_names_itself():
    """Nothing is defaulted: every rule a build reads is one a place can be asked for."""
    batch = batch_of(rows_of(*STENT))
    keys = [rule.key for rule in read_rules(policy_of(PLAIN))]
    assert len(keys) > 25
    for key in keys:
        with pytest.raises(Fault) as caught:
            build([batch], policy_of(PLAIN, without=[key.removeprefix("dip.")]), starter(), catalogue_id="x")
        assert (caught.value.reason.code, caught.value.field) == ("POLICY_MISSING", key)


@pytest.mark.parametrize("key", sorted(METHODS))
def test_an_unknown_method_refuses(key):
    """A method this version does not have would otherwise become another one."""
    with pytest.raises(Fault, match="DIP_METHOD_UNKNOWN"):
        built(rows_of(*STENT), {key.removeprefix("dip."): "newest@9"})


def test_an_unknown_base_disease_and_empty_years_refuse():
    """Scores without a divisor, or a catalogue without cases, are refused in words."""
    changes = {"score_method": "base_disease@1", "base_disease": "K35.9:47.0100"}
    with pytest.raises(Fault, match="DIP_BASE_DISEASE_MISSING"):
        built(rows_of(*STENT), changes)
    with pytest.raises(Fault, match="2029"):
        built(rows_of(*STENT), on=date(2030, 1, 1))


def test_base_level_by_share_needs_and_uses_hospital_levels():
    """「基层占比高」 is judged by where cases were treated; a hospital without a level stops it."""
    rows = rows_of(
        {"diagnoses": "J06.900", "total_cost": 800, "hospital_code": "C1", "n": 9},
        {"diagnoses": "J06.900", "total_cost": 800, "hospital_code": "H3", "n": 21},
        {"diagnoses": "K52.900", "total_cost": 800, "hospital_code": "H3", "n": 30},
    )
    changes = {"base_level_method": "cv_and_share@1"}
    catalogue = built(rows, changes, levels={"C1": 1, "H3": 3}).catalogue
    assert {group.code: group.base_level for group in catalogue.groups} == {"J06.9": True, "K52.9": False}
    with pytest.raises(Fault, match="DIP_LEVEL_MISSING"):
        built(rows, changes, levels={"C1": 1})


def test_a_catalogue_is_sealed_and_comes_back_the_same():
    """One canonical form, one digest; a changed byte or another spelling is not this catalogue."""
    catalogue = built(rows_of(*STENT)).catalogue
    again = load_catalogue(catalogue.content)
    assert again == replace(catalogue, tables=again.tables, terms=again.terms)
    assert again.digest == catalogue.digest
    for spoiled in (
        b"{}",
        b"[]",
        b"null",
        catalogue.content + b" ",
        catalogue.content.replace(b"@1", b"@2", 1),
    ):
        with pytest.raises(Fault):
            load_catalogue(spoiled)


def test_diff_names_what_changed():
    """Two years' catalogues are compared group by group and rule by rule."""
    old = built(rows_of(*STENT), {"core_threshold": "15"}).catalogue
    assert diff(old, old) == []
    new = built(
        rows_of(*STENT[:2], {"diagnoses": "K35.900", "total_cost": 9000, "n": 15}), {"core_threshold": "14"}
    ).catalogue
    found = {(change.kind, change.code) for change in diff(old, new)}
    assert {("rule", "dip.core_threshold"), ("added", "K35.9"), ("removed", "I21.0:36.0700+37.2200")} <= found
    assert ("score", "I21.0:36.0700") in found


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("I21.000x001", "I21.0"),
        ("I10.x00", "I10.x"),
        ("I10", "I10"),
        ("I210", "I21.0"),
        ("A17.0+G01*", "A17.0"),
        ("A17+G01*", "A17"),
    ],
)
def test_four_character_codes(code, short):
    """Core groups are named by the subcategory, however the code is written."""
    assert subcategory(code) == short


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("early", "id,name,procedures,also,weight_from,weight_to,age_days_max\nA,甲,37.51,,1,2,3\n"),
        ("early", "id,name\n"),
        ("merge", "kind,id,name,codes\ncombined,A,甲,13.41\n"),
        ("cci", "condition,name,weight,codes,beaten_by\na,甲,x,I21,\n"),
        ("procedure_class", "prefix,class,note\n01,grand,\n"),
        ("procedure_class", "prefix,class,note\n01,operation,\n01,simple,\n"),
    ],
)
def test_a_broken_table_is_refused_by_name_and_row(table, text):
    """A table read wrongly would move groups silently."""
    plain = starter().plain()
    from chspay_grouper.engine.dip.tables import COLUMNS

    files = {
        f"{name}.csv": "\n".join([",".join(COLUMNS[name]), *(",".join(row) for row in rows)]).encode()
        for name, rows in plain.items()
    }
    assert tables_from_files(files).plain() == plain
    with pytest.raises(Fault) as caught:
        tables_from_files({**files, f"{table}.csv": text.encode()})
    assert (caught.value.reason.code, caught.value.field) == ("DIP_TABLE_BAD", table)


def test_shapes_do_not_depend_on_how_codes_are_typed():
    """Full-width letters, blanks and lower-case letters mean the same code."""
    tables = starter()
    terms = terms_of(read_rules(policy_of()))
    lexicon, shaper = Lexicon(tables, 7), Shaper(tables, terms)
    shapes = {
        shaper.shape(record)
        for record in records_of(
            batch_of(
                rows_of(
                    {"diagnoses": "I21.000", "procedures": "36.0700|00.2400"},
                    {"diagnoses": "ｉ21.000", "procedures": " 36.0700|00.2400|00.2400"},
                )
            ),
            lexicon,
        )
    }
    assert len(shapes) == 1


def test_a_record_keeps_what_the_case_says():
    """Single cases and batches read the same facts."""
    grouper = DipGrouper(built(rows_of(*STENT)).catalogue)
    case = Case(case_id="1", diagnoses=("I21.000",), procedures=("36.0700",), age_years=5, total_cost_fen=100)
    row = {"diagnoses": "I21.000", "procedures": "36.0700", "age_years": 5, "total_cost": "1.00"}
    record = next(iter(records_of(batch_of(rows_of(row)), grouper.lexicon)))
    assert replace(record, year=None) == grouper.record(case)
    assert grouper.answer(grouper.record(case)).status is Status.GROUPED


@pytest.mark.parametrize(
    ("column", "fens"),
    [
        (pa.array(["1", " 2.5 ", "3.25", "", None]), [100, 250, 325, None, None]),
        (pa.array(["4.250", "1e3", "-1", "1.255"]), [425, "bad", "bad", "bad"]),
        (pa.array([1, -2, None]), [100, "bad", None]),
        (pa.array([Decimal("1.2500"), Decimal("1.2550")]), [125, "bad"]),
        (pa.array(["7", "7", None]).dictionary_encode(), [700, 700, None]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_costs_are_read_to_the_fen_or_refused_by_row(column, fens):
    """A cost that is no amount makes its row invalid; none is rounded, none becomes zero."""
    batch = pa.RecordBatch.from_pydict(
        {"case_id": ["1"] * len(fens), "diagnoses": ["J18.900"] * len(fens), "total_cost": column}
    )
    records = list(records_of(batch, Lexicon(starter(), 7)))
    assert ["bad" if record.bad else record.cost for record in records] == fens


def test_a_column_of_binary_numbers_is_refused():
    """Money that went through binary fractions is no longer what the hospital wrote."""
    batch = pa.RecordBatch.from_pydict({"case_id": ["1"], "diagnoses": ["J18.900"], "total_cost": [1.1]})
    with pytest.raises(Fault, match="COLUMN_TYPE"):
        list(records_of(batch, Lexicon(starter(), 7)))
    with pytest.raises(Fault, match="COLUMN_MISSING"):
        list(records_of(batch.drop_columns(["diagnoses"]), Lexicon(starter(), 7)))
