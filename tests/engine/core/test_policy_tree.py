"""Reading a policy folder: each mistake a person can make is named with file, line and key."""

from datetime import date

import pytest

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_check import check
from chspay_core.policy_files import fingerprint, load_tree
from chspay_core.policy_tree import fits

DOCUMENTS = """\
law: {title: 测试办法, issuer: 测试局, standing: issued, articles: [第一条, 第二条]}
draft: {title: 征求意见稿, issuer: 测试局, standing: draft}
try: {title: 演示, issuer: 测试局, standing: demo}
"""
DRAFT = "a: {{title: t, issuer: i, standing: draft, {}}}\n"
UNITS = """\
ratio: {label: 比例, shape: number}
cases: {label: 例, shape: integer}
method: {label: 方法, shape: method}
choice: {label: 选项, shape: text}
table: {label: 表, shape: table}
month_day: {label: 月日, shape: month_day}
"""
KEYS = """\
pay.share: {label: 比例, unit: ratio, needed_by: settlement}
pay.how: {label: 方法, unit: method, needed_by: settlement}
pay.table:
  {label: 表, unit: table, columns: [level, value], needed_by: settlement, when: {pay.how: [table@1]}}
pay.side: {label: 选项, unit: choice, choices: [lt, le]}
"""
SCHEMES = f"scheme,sm3\ns1,{'ab' * 32}\n"
REGIONS = "code,name\n000000,全国\n330000,浙江省\n330100,杭州市\n330200,宁波市\n"
COVERAGE = '"330100": {state: complete, role: pool, compared: 2026-01-01}\n'
GOOD = """\
pay.share:
  label: 比例
  unit: ratio
  rules:
    - {since: 2020-01-01, value: 0.85, cite: law#第一条, evidence: official}
pay.how:
  label: 方法
  unit: method
  rules:
    - {since: 2020-01-01, value: flat@1, cite: law#第二条, evidence: official}
"""
SHARE_ONLY = GOOD.partition("pay.how")[0]
INVENTED = GOOD.replace("law#第一条, evidence: official", "try#一, evidence: demo")
TABLE_WANTED = GOOD.replace("flat@1", "table@1")
ONE = (
    "{key}:\n  label: {label}\n  unit: {unit}\n  rules:\n"
    "    - {{since: 2020-01-01, value: {value}, {basis}}}\n"
)
BASIS = "cite: law#第一条, evidence: official"
METHODS = {"pay.how": ["flat@1", "table@1"]}


@pytest.fixture
def folder(tmp_path):
    """A small clean policy folder; returns a function that overwrites one file of it."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return tmp_path

    for name, text in (
        ("documents.yaml", DOCUMENTS), ("units.yaml", UNITS), ("keys.yaml", KEYS), ("regions.csv", REGIONS),
        ("schemes.csv", SCHEMES), ("coverage.yaml", COVERAGE), ("330100-hangzhou/pay.yaml", GOOD),
    ):  # fmt: skip
        write(name, text)
    return write


def _faults(root):
    return check(load_tree(root), METHODS)


def _only(root):
    faults = _faults(root)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def test_a_clean_folder_has_no_faults(folder):
    """The checks below must find what they look for and nothing else."""
    root = folder("330100-hangzhou/README.md", "notes are not law")
    assert _faults(root) == []
    assert str(Bundle.load(root, "330100").on(date(2026, 1, 1)).decimal("pay.share")) == "0.85"


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        (", cite: law#第一条", "", "POLICY_CITE_MISSING", 5),
        ("law#第一条", "law", "POLICY_CITE_FORM", 5),
        ("law#第一条", "'#第一条'", "POLICY_CITE_FORM", 5),
        ("law#第一条", "lost#第一条", "POLICY_DOCUMENT_ABSENT", 5),
        ("law#第一条", "law#第九条", "POLICY_ARTICLE_ABSENT", 5),
        (", evidence: official}\npay", "}\npay", "POLICY_EVIDENCE_MISSING", 5),
        ("第一条, evidence: official", "第一条, evidence: sure", "POLICY_EVIDENCE_WRONG", 5),
        ("law#第一条", "draft#一", "POLICY_EVIDENCE_WRONG", 5),
        ("law#第一条", "try#一", "POLICY_EVIDENCE_WRONG", 5),
        ("第一条, evidence: official", "第一条, evidence: demo", "POLICY_EVIDENCE_WRONG", 5),
        ("unit: ratio", "unit: ration", "POLICY_UNIT_UNKNOWN", 3),
        ("value: 0.85", "value: 85%", "POLICY_VALUE_WRONG", 5),
        ("value: 0.85", "value: 8.5e-1", "POLICY_VALUE_WRONG", 5),
        ("value: 0.85", "value: [0.85]", "POLICY_VALUE_WRONG", 5),
        ("value: 0.85", "value: {a: {b: {c: 1}}}", "POLICY_VALUE_WRONG", 5),
        ("flat@1", "flat", "POLICY_VALUE_WRONG", 10),
        ("since: 2020-01-01, value: 0.85", "since: 2020-1-1, value: 0.85", "POLICY_VALUE_WRONG", 5),
        ("since: 2020-01-01, value: 0.85", "since: 2020-02-30, value: 0.85", "POLICY_VALUE_WRONG", 5),
        ("since: 2020-01-01, value: 0.85", "value: 0.85", "POLICY_FIELD_MISSING", 5),
        ("value: 0.85,", "", "POLICY_FIELD_MISSING", 5),
        ("value: 0.85", "value: 0.85, vale: 1", "POLICY_FIELD_UNKNOWN", 5),
        ("  label: 比例\n", "", "POLICY_FIELD_MISSING", 1),
        ("pay.share:", "PayShare:", "POLICY_FIELD_WRONG", 1),
        ("pay.share:", "pay.shares:", "POLICY_KEY_UNKNOWN", 5),
        ("label: 比例", "label: 比率", "POLICY_KEY_MISMATCH", 5),
        ("flat@1", "flaat@1", "POLICY_METHOD_UNKNOWN", 10),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_line(folder, old, new, reason, line):
    """A person who edits law must be led to the very line, with every kind of mistake."""
    assert old in GOOD
    fault = _only(folder("330100-hangzhou/pay.yaml", GOOD.replace(old, new, 1)))
    assert fault.reason.code == reason
    assert (fault.facts["file"], fault.facts["line"]) == ("330100-hangzhou/pay.yaml", str(line))


def test_a_typo_is_answered_with_the_word_that_was_meant(folder):
    """The sentence must help: which key or method was probably meant."""
    fault = _only(folder("330100-hangzhou/pay.yaml", GOOD.replace("pay.share:", "pay.shar:")))
    assert "pay.share" in fault.message
    fault = _only(folder("330100-hangzhou/pay.yaml", GOOD.replace("flat@1", "flatt@1")))
    assert "flat@1" in fault.message


def test_two_values_on_one_day_and_a_key_in_two_files_are_found(folder):
    """Neither the later line nor the later file may silently win."""
    twice = GOOD.replace(
        "evidence: official}\npay",
        f"evidence: official}}\n    - {{since: 2020-01-01, value: 0.9, {BASIS}}}\npay",
    )
    assert _only(folder("330100-hangzhou/pay.yaml", twice)).reason.code == "POLICY_OVERLAP"
    folder("330100-hangzhou/pay.yaml", GOOD)
    fault = _only(folder("330100-hangzhou/zz.yaml", SHARE_ONLY))
    assert (fault.reason.code, fault.facts["file"]) == ("POLICY_KEY_TWICE", "330100-hangzhou/zz.yaml")


def test_choices_and_columns_are_those_of_the_register(folder):
    """An engine must never meet a word or a column it does not know."""
    extra = ONE.format(key="pay.side", label="选项", unit="choice", value="gt", basis=BASIS)
    assert _only(folder("330100-hangzhou/side.yaml", extra)).reason.code == "POLICY_CHOICE_UNKNOWN"
    value = "[{level: 3, val: 1}]"
    table = ONE.format(key="pay.table", label="表", unit="table", value=value, basis=BASIS)
    assert _only(folder("330100-hangzhou/side.yaml", table)).reason.code == "POLICY_COLUMNS_WRONG"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("documents.yaml", DOCUMENTS + "a: {title: t, issuer: i, standing: sure}", "POLICY_FIELD_WRONG"),
        ("documents.yaml", DOCUMENTS + DRAFT.format("replaces: [b]"), "POLICY_DOCUMENT_ABSENT"),
        ("documents.yaml", DOCUMENTS + DRAFT.format("issued: soon"), "NOT_A_DAY"),
        ("units.yaml", UNITS + "a: {label: l, shape: float}\n", "POLICY_FIELD_WRONG"),
        ("keys.yaml", KEYS + "a.b: {label: l, unit: lost}\n", "POLICY_UNIT_UNKNOWN"),
        ("keys.yaml", KEYS + "a.b: {label: l, unit: ratio, when: {no.key: [x]}}\n", "POLICY_WHEN_UNKNOWN"),
        ("regions.csv", REGIONS + "330300\n", "POLICY_FIELD_WRONG"),
        ("schemes.csv", SCHEMES + "s2,xyz\n", "POLICY_FIELD_WRONG"),
        ("schemes.csv", SCHEMES + SCHEMES.splitlines()[1], "POLICY_FIELD_WRONG"),
        ("regions.csv", REGIONS + "330100,杭州市\n", "POLICY_FIELD_WRONG"),
        ("regions.csv", REGIONS + "33010x,某市\n", "NOT_A_REGION"),
        ("coverage.yaml", COVERAGE.replace("complete", "done"), "POLICY_FIELD_WRONG"),
        ("990100-demo/x.yaml", GOOD, "POLICY_PLACE_NOT_LISTED"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_shared_file_is_found(folder, name, text, reason):
    """The shared files are read by every place; a mistake there must not wait for its first reader."""
    assert _only(folder(name, text)).reason.code == reason


def test_documents_that_replace_each_other_in_a_circle_are_found(folder):
    """If each replaces the other, neither is the newer."""
    text = DOCUMENTS + (
        "a: {title: t, issuer: i, standing: draft, replaces: [b]}\n"
        "b: {title: t, issuer: i, standing: draft, replaces: [a]}\n"
    )
    faults = _faults(folder("documents.yaml", text))
    assert {(fault.reason.code, fault.field) for fault in faults} == {
        ("POLICY_DOCUMENT_CIRCLE", "a"),
        ("POLICY_DOCUMENT_CIRCLE", "b"),
    }


@pytest.mark.parametrize(
    ("coverage", "rules", "words"),
    [
        ("{state: complete, role: pool, compared: 2019-12-31}", GOOD, "还缺pay.how"),
        ("{state: complete, role: pool, compared: 2026-01-01}", TABLE_WANTED, "还缺pay.table"),
        ("{state: partial, role: pool, compared: 2026-01-01, missing: [pay.how]}", GOOD, "写了缺pay.how"),
        ("{state: partial, role: pool, compared: 2026-01-01, missing: []}", SHARE_ONLY, "还缺pay.how"),
        ("{state: planned, role: pool, compared: 2026-01-01}", GOOD, "已经有规则"),
        ("{state: demo, role: frame, compared: 2026-01-01}", GOOD, "不是演示的规则"),
        ("{state: complete, role: pool, compared: 2026-01-01}", INVENTED, "是演示规则"),
    ],
)  # fmt: skip
def test_a_claim_of_coverage_that_is_not_true_is_found(folder, coverage, rules, words):
    """No page may claim more than the rules hold, and none less."""
    folder("330100-hangzhou/pay.yaml", rules)
    faults = _faults(folder("coverage.yaml", f'"330100": {coverage}\n'))
    assert {fault.reason.code for fault in faults} == {"POLICY_COVERAGE_UNTRUE"}
    assert any(words in fault.message for fault in faults)


def test_places_and_claims_belong_together(folder):
    """A folder without a claim and a claim without rules are both untrue."""
    root = folder("330200-ningbo/pay.yaml", GOOD)
    assert "没有覆盖说明" in _only(root).message
    folder("coverage.yaml", COVERAGE + '"330200": {state: planned, role: pool, compared: 2026-01-01}\n')
    assert "已经有规则" in _only(root).message


def test_a_broken_neighbour_does_not_stop_this_place(folder):
    """Only the chain is read: another city's mistake is that city's."""
    before = Bundle.load(folder("330100-hangzhou/pay.yaml", GOOD), "330100").digest
    root = folder("330200-ningbo/pay.yaml", "not: [law\n")
    assert Bundle.load(root, "330100").digest == before
    with pytest.raises(Fault) as caught:
        Bundle.load(root, "330200")
    assert caught.value.reason.code == "POLICY_YAML_SYNTAX"


def test_folders_and_files_that_cannot_be_read_are_named(folder, tmp_path):
    """A wrong path, a misnamed folder and a file in another encoding each get a plain sentence."""
    root = folder("330100-hangzhou/pay.yaml", GOOD)

    def reason(place="330100", where=root):
        with pytest.raises(Fault) as caught:
            Bundle.load(where, place)
        return caught.value.reason.code

    assert reason("330300") == "POLICY_PLACE_UNKNOWN"
    assert reason("3301") == "NOT_A_REGION"
    assert reason(where=tmp_path / "lost") == "POLICY_FILE_UNREADABLE"
    (root / "330100-hangzhou" / "gbk.yaml").write_bytes("比例".encode("gbk"))
    assert reason() == "POLICY_FILE_UNREADABLE"
    (root / "330100-hangzhou" / "gbk.yaml").unlink()
    (root / "330100-again").mkdir()
    assert reason() == "POLICY_FOLDER_WRONG"


def test_the_fingerprint_moves_with_the_chain_only(folder):
    """A service notices an edit of its own law at once and ignores that of others."""
    root = folder("330100-hangzhou/pay.yaml", GOOD)
    before = fingerprint(root, "330100")
    folder("330200-ningbo/pay.yaml", GOOD)
    assert fingerprint(root, "330100") == before
    folder("330100-hangzhou/more.yaml", "# more\n")
    assert fingerprint(root, "330100") != before


@pytest.mark.parametrize(
    ("value", "shape", "good"),
    [
        ("0.85", "number", True), ("-3", "number", True), ("1e3", "number", False), ("", "number", False),
        ("5", "integer", True), ("5.0", "integer", False), ("add@1", "method", True),
        ("add@0", "method", False),
        ("add", "method", False), ("06-30", "month_day", True), ("13-01", "month_day", False),
        ("2026-02-28", "day", True), ("2026-02-30", "day", False), (("a", "b"), "list", True),
        (("a",), "table", False), ("a", "list", False), ("任意", "text", True), (("a",), "text", False),
    ],
)  # fmt: skip
def test_a_value_has_the_shape_of_its_unit(value, shape, good):
    """A unit is a promise about the form of the value; it is kept at the door."""
    assert fits(value, shape) is good
