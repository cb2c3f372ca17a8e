"""The expression language: what it means, what it refuses, and that it never fails on a list."""

import json
import os
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_world import NOW, clean, clean_context, filled, shipped, shipped_files

from chspay_core.errors import Fault
from chspay_settlement.engine.quality.check import check
from chspay_settlement.engine.quality.compiler import Compiler
from chspay_settlement.engine.quality.patterns import compiled
from chspay_settlement.engine.quality.ruleset import read_rule_set
from chspay_settlement.engine.quality.sheet import sheet_of
from chspay_settlement.engine.quality.vectors import Run

_SEARCHING = os.environ.get("CHSPAY_LAWS") == "searching"
_MANY = settings(max_examples=300 if _SEARCHING else 60, derandomize=not _SEARCHING, deadline=None)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.sampled_from(
        ["2026-01-05 09:12:00", "2026-01-05", "1/13/24", "0.1", "-", "1e9", "1" * 3000, "\ud800"]
    )
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_FIELDS = {node: tuple(fields) for node, fields in shipped().catalogue.fields.items()}


def _object(node):
    return st.dictionaries(st.sampled_from(_FIELDS[node]), _JSON, max_size=12)


_LISTS = st.fixed_dictionaries(
    {},
    optional={
        node: (_object(node) if node == "setlinfo" else st.lists(_object(node) | _JSON, max_size=4)) | _JSON
        for node in _FIELDS
    },
)


def _value(expression, record, context=None):
    """True, False or None for an expression over one list."""
    rule_set = filled()
    plan = Compiler(rule_set.world, "T01").condition(expression, "")
    sheet = sheet_of([record], rule_set.catalogue, [context or {}])
    found = plan.run(Run(sheet, rule_set.world.tables, rule_set.world.pairs, None))
    return True if found.yes.all() else False if found.no.all() else None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("num(age) == 67", True),
        ("num(nwb_age) > 3", None),
        ("num(nwb_age) > 3 or num(age) > 3", True),
        ("num(nwb_age) > 3 and num(age) < 3", False),
        ("not num(nwb_age) > 3", None),
        ('nwb_adm_type is "1"', False),
        ('nwb_adm_type in {"1"}', None),
        ("sum(iteminfo: num(.amt)) == 12000", True),
        ("sum(iteminfo: num(.amt) + 0.01) == 12000.04", True),
        ('count(diseinfo where .maindiag_flag is "1") == 1', True),
        ('first(main: .diag_code) == "K80.100"', True),
        ("all(diseinfo: not blank(.diag_name))", True),
        ("days(time(adm_time), time(dscg_time)) == 7", True),
        ("years(time(brdy), time(adm_time)) == 67", True),
        ("minutes(time(adm_time), time(dscg_time)) == 10128", True),
        ("count(stays) == 0", None),
        ("dur(vent_used_dura) > 5", None),
        ("insuplc in table(admdvs)", True),
        ('icd(first(main: .diag_code), "K80-K87")', True),
        ('"a" == "a"', True),
        ("now > time(adm_time)", None),
    ],
)
def test_an_expression_means_what_it_says(expression, expected):
    """Missing is neither yes nor no, sums are exact, and dates are counted as a clerk counts them."""
    assert _value(expression, clean()) is expected


_BAD = """
1 +
age
num(age)
unknown_field is "1"
eval("1")
__import__("os")
age.real
num(age) == "1"
any(diseinfo: .amt is "1")
any(nolist: true)
.diag_code is "1"
matches(age, "nopattern")
age in table(notable)
num(age) * num(age) > 1
fact.nofact is "1"
sum(iteminfo: num(.amt) * 1000000) > 1
age is "1" ; age is "2"
$nothing > 1
age is 1
any(diseinfo: any(oprninfo: .diag_code is "1"))
""".splitlines()


@pytest.mark.parametrize("expression", [*_BAD, "(" * 60 + 'age is "1"' + ")" * 60, "a" * 3000])
def test_what_is_not_an_expression_is_refused_when_it_is_read(expression):
    """A mistake must be met by the author of a rule, never by a hospital's list."""
    with pytest.raises(Fault) as caught:
        _value(expression, clean())
    assert caught.value.reason.code.startswith("QUALITY_EXPRESSION")
    assert "T01" in caught.value.message


@pytest.mark.parametrize(
    "pattern",
    ["a*", "a+", "(a)", "(?=a)", "(a|b)\\1", "(?:a{1,9}){1,9}", "a{99}", "[a", "(?:a", "a{", "?", "\\w"],
)
def test_a_pattern_whose_time_is_not_bounded_is_refused(pattern):
    """One bad pattern and one long text could otherwise hold up the whole intake."""
    with pytest.raises(Fault) as caught:
        compiled("p", pattern)
    assert caught.value.reason.code == "QUALITY_PATTERN_UNSAFE"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rules/A_complete.yaml", "blank(hi_no)", "blank(hi_nr)"),
        ("rules/A_complete.yaml", "level: error", "level: fatal"),
        ("rules/A_complete.yaml", "cite: [list-items, local-classes]", "cite: [nowhere]"),
        ("rules/A_complete.yaml", "at: [setlinfo.hi_no]", "at: [setlinfo.hi_nr]"),
        ("patterns.yaml", "good: ['K80.100'", "good: ['K80'"),
        ("tables.yaml", "state: absent", "state: full"),
        ("parameters.yaml", 'value: "10"', 'value: "ten"'),
        ("pairs.yaml", "07.62~07.14", "07.62+07.14"),
        ("code_sets.yaml", "setlinfo.chfpdr_code", "setlinfo.nobody"),
    ],
)
def test_a_rule_set_with_a_mistake_does_not_load(name, old, new):
    """Half a rule set would pass lists that should not pass."""
    files = dict(shipped_files())
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    with pytest.raises(Fault):
        read_rule_set(files)


def test_the_digest_tells_two_rule_sets_apart():
    """A stored result names its rules; a changed comma must give another name."""
    files = dict(shipped_files())
    files["scores.yaml"] += "\n"
    assert read_rule_set(files).digest != shipped().digest
    assert read_rule_set(dict(reversed(files.items()))).digest == read_rule_set(files).digest


@_MANY
@given(st.lists(_LISTS | _JSON, max_size=4), st.dictionaries(st.text(), _JSON, max_size=2))
def test_no_list_whatsoever_makes_a_check_fail(lists, beside):
    """Hospitals send what their software writes; a check answers, it never breaks."""
    context = [beside for _ in lists]
    outcome = check(shipped(), lists, context, NOW)
    assert len(outcome.findings()) == len(lists)
    for number in range(len(lists)):
        for rule, lacking in outcome.missing(number):
            assert lacking, rule.id
    filled_fields, wanted = outcome.required()
    assert (filled_fields <= wanted).all()


@_MANY
@given(st.lists(_LISTS, min_size=2, max_size=5))
def test_a_list_is_judged_alike_alone_and_among_others(lists):
    """What a neighbour in the batch holds must not decide about a list."""
    together = check(shipped(), lists, None, NOW)
    counts = together.counts()
    for number, one in enumerate(lists):
        alone = check(shipped(), [one], None, NOW)
        assert alone.findings()[0] == together.findings()[number]
        assert alone.missing(0) == together.missing(number)
        assert {name: found[0] for name, found in alone.counts().items()} == {
            name: found[number] for name, found in counts.items()
        }


def test_numbers_and_texts_of_a_number_are_one():
    """Clients write amounts as text or as JSON numbers; both mean the same fen."""
    record = clean()
    record["iteminfo"][0] |= {"amt": 350, "claa_sumfee": Decimal("350.00"), "oth_amt": 0, "clab_amt": False}
    assert check(filled(), [record], [clean_context()], NOW).findings()[0] == []


def test_spellings_placeholders_and_lone_objects_are_absorbed():
    """The interface is spoken in several dialects; none of them is a fault of quality."""
    record = json.loads(json.dumps(clean()).replace('"hi_no"', '"HiNo"'))
    record["payinfo"] = record["payinfo"][0]
    record["SetlInfo"] = [record.pop("setlinfo")]
    record["oprninfo"].append({"oprn_oprt_code": "无", "oprn_oprt_name": "-"})
    assert check(filled(), [record], [clean_context()], NOW).findings()[0] == []


def test_one_list_written_in_many_ways_is_read_as_one():
    """A batch holds lists of several programs: members in another order, more, fewer, spelled otherwise."""
    plain, catalogue = clean(), filled().catalogue
    turned = dict(reversed(plain.items()))
    turned["setlinfo"] = dict(reversed(plain["setlinfo"].items()))
    more = json.loads(json.dumps(plain).replace('"hi_no"', '"HiNo"'))
    more["setlinfo"] |= {"their_own": {"any": ["thing"]}, "hi_no": "-"}
    more["diseinfo"] = [{"vendor": [], **row} for row in more["diseinfo"]]
    less = {**plain, "setlinfo": {name: text for name, text in plain["setlinfo"].items() if text != "0"}}
    less["setlinfo"] |= dict.fromkeys(plain["setlinfo"].keys() - less["setlinfo"].keys(), 0)
    sheet = sheet_of([plain, turned, "no list", more, less], catalogue)
    for name, codes in sheet.single.items():
        assert codes[[0, 1, 3, 4]].tolist() == [codes[0]] * 4, name
        assert codes[2] == 0, name
    for node, rows in sheet.rows.items():
        for name, codes in rows.columns.items():
            found = [codes[rows.parent == number].tolist() for number in (0, 1, 3, 4)]
            assert found == [found[0]] * 4, (node, name)


def test_a_short_list_is_not_blamed_for_what_its_form_does_not_carry():
    """4101A leaves person and fees to the platform; blaming the hospital for that would be unjust."""
    record = clean()
    del record["iteminfo"], record["payinfo"]
    for name, field in shipped().catalogue.fields["setlinfo"].items():
        if not field.short:
            record["setlinfo"].pop(name, None)
    outcome = check(filled(), [record], [clean_context()], NOW)
    assert outcome.findings()[0] == []
    assert outcome.short.all()
    assert {rule.id: lacking for rule, lacking in outcome.missing(0)}["A03"] == ("4101A形式不含的字段",)
    filled_fields, wanted = outcome.required()
    assert filled_fields[0] == wanted[0]
