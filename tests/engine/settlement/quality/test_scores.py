"""Scores of hospitals, adoption of code sets, and the front page beside the list."""

import csv
from fractions import Fraction

from quality_world import NOW, clean, clean_context, filled, mutated, shipped

from chspay_settlement.engine.quality.catalogue import plain_name
from chspay_settlement.engine.quality.check import check
from chspay_settlement.engine.quality.frontpage import DIFFERENT, ONLY_LIST, SAME, compare
from chspay_settlement.engine.quality.scores import Sums, adoptions, score, sums_by_list


def _sums(lists, context=None):
    return sums_by_list(check(filled(), lists, context, NOW))


def _total(sums):
    total = Sums()
    for one in sums:
        total = total.plus(one)
    return total


def test_a_sound_list_in_time_has_every_part_at_its_best():
    """The top of the scale must be reachable, or the scale says nothing."""
    found = score(filled(), _total(_sums([clean()], [clean_context()])))
    assert {one.part.key: one.ratio for one in found.measures} == dict.fromkeys(
        ("completeness", "pass_rate", "accuracy", "timeliness", "adoption"), Fraction(1)
    )
    assert found.hundredths == 10_000


def test_a_score_is_the_weighted_mean_of_its_parts_by_hand():
    """Four lists: one with a blank mandatory field, one late, one with a wrong doctor's code."""
    changes = (
        {"setlinfo.medcasno": ""},
        {"setlinfo.dcla_time": "2026-01-30 09:00:00"},
        {"setlinfo.chfpdr_code": "X1"},
    )
    lists = [clean(), *(mutated({"set": change})[0] for change in changes)]
    total = _total(_sums(lists, [clean_context()] * 4))
    assert (total.lists, total.passed, total.timely, total.dated) == (4, 2, 3, 4)
    assert total.wanted - total.filled == 1
    assert total.wrong == 2
    found = score(filled(), total)
    doctors = next((used, right) for key, used, right in total.codes if key == "doctor")
    assert doctors == (12, 11)
    adoption = (Fraction(11, 12) + len(total.codes) - 1) / len(total.codes)
    expected = (
        25 * Fraction(total.filled, total.wanted) + 30 * Fraction(1, 2)
        + 20 * Fraction(total.decided - 2, total.decided) + 10 * Fraction(3, 4) + 15 * adoption
    )  # fmt: skip
    assert found.hundredths == int(expected * 100 + Fraction(1, 2))
    assert found.sheet["score"].value == f"{found.hundredths // 100}.{found.hundredths % 100:02d}"


def test_what_cannot_be_measured_is_left_out_and_said_so():
    """A hospital must not lose points for what nobody could see."""
    record = clean()
    record["setlinfo"]["dcla_time"] = ""
    found = score(filled(), _total(_sums([record], [clean_context()])))
    assert next(one for one in found.measures if one.part.key == "timeliness").ratio is None
    assert found.hundredths == 10_000
    assert score(filled(), Sums()).hundredths is None


def test_sums_of_parts_are_the_sums_of_all():
    """Stored counts, added up over a year, must give what one check over all lists would."""
    lists = [mutated({"set": {"setlinfo.hi_no": ""}})[0], clean(), {}]
    together = _total(_sums(lists))
    apart = _total(_sums(lists[:1])).plus(_total(_sums(lists[1:])))
    assert together == apart


def test_all_15_code_sets_are_named_and_none_is_claimed():
    """What the list does not carry, and tables nobody has, must be said, not guessed."""
    found = adoptions(shipped(), _total(_sums([clean()])))
    assert sorted({one.code_set.number for one in found}) == list(range(1, 16))
    assert all("未取得" in one.basis or one.used == 0 or "写法" in one.basis for one in found)
    diagnoses = next(one for one in found if one.code_set.key == "dx")
    assert (diagnoses.used, diagnoses.right) == (2, 2)


def test_a_code_abolished_before_discharge_is_out_of_its_table():
    """Tables carry dates: the district that ended in 2021 was right in 2020 and is wrong in 2026."""
    record = clean()
    record["setlinfo"]["insuplc"] = "330103"
    assert [one.rule.id for one in check(filled(), [record], [clean_context()], NOW).findings()[0]] == ["B16"]
    for name in ("adm_time", "dscg_time", "dcla_time", "setl_begn_date", "setl_end_date"):
        record["setlinfo"][name] = record["setlinfo"][name].replace("2026-", "2020-")
    found = check(filled(), [record], [clean_context()], NOW).findings()[0]
    assert "B16" not in [one.rule.id for one in found]


def test_a_partial_table_condemns_only_where_it_is_whole():
    """A region of another province is not wrong because our table ends at the border."""
    record = clean()
    record["setlinfo"]["insuplc"] = "430100"
    outcome = check(filled(), [record], [clean_context()], NOW)
    assert outcome.findings()[0] == []
    assert [rule.id for rule, _ in outcome.missing(0)] == ["B16"]


def test_the_front_page_is_held_against_the_list_field_by_field():
    """Demand 115: every field's source is checked, and a difference is shown, not punished."""
    front_page = {
        "baseinfo": {"medcasno": "BA20260001", "gend": "1", "brdy": "1958-06-01", "adm_date": "2026-01-05",
                     "ipt_days": "7.0", "medfee_sumamt": 12000, "prfs": "27"},
        "diseinfo": [{"diag_code": "K81.000", "maindiag_flag": "1"}, {"diag_code": "I10.x00"}],
        "oprninfo": [{"oprn_oprt_code": "51.2300"}],
    }  # fmt: skip
    found = {one.label: one for one in compare(shipped().front_page, clean(), front_page)}
    assert found["病案号"].verdict == SAME
    assert found["入院时间"].verdict == SAME
    assert found["总费用"].verdict == SAME
    assert found["职业"].verdict == DIFFERENT
    assert found["主要诊断编码"].verdict == DIFFERENT
    assert found["其他诊断编码"].verdict == SAME
    assert found["手术操作编码"].verdict == SAME
    assert found["姓名"].verdict == ONLY_LIST
    assert compare(shipped().front_page, 5, [None]) == []


def test_each_field_names_its_item_of_the_form_and_where_it_is_taken_from():
    """Demand 115: a hospital can look up where each field of the list comes from."""
    fields = shipped().catalogue.all_fields()
    assert len(fields) >= 133
    assert all(field.from_where for field in fields)
    assert shipped().catalogue.fields["setlinfo"]["psn_selfpay"].source == "个人自付"


def test_the_gateway_and_the_rules_read_the_same_spellings():
    """A spelling the gateway takes in must not look like an empty field to the rules."""
    from importlib.resources import files

    rows = csv.DictReader((files("chspay_gateway.envelope") / "aliases.csv").read_text("utf-8").splitlines())
    spellings = {
        plain: name for node in shipped().catalogue.spellings.values() for plain, name in node.items()
    }
    for row in rows:
        name = spellings.get(plain_name(row["alias"]))
        if plain_name(row["canonical"]) in spellings:
            assert name is not None, row
            assert plain_name(name) == plain_name(row["canonical"]), row
