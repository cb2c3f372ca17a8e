"""The law that ships with the program: clean, cited, and true in what it says of itself."""

import ast
import csv
import random
import re
from datetime import date

import pytest

import chspay_policy
from chspay_cli.engines import known_methods
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_check import check, missing_on
from chspay_core.policy_files import load_shared, load_tree
from chspay_core.policy_tree import read_place

TREE = load_tree(chspay_policy.ROOT)
RULES = [sourced.rule for group in TREE.places.values() for sourced in group]


def test_the_shipped_policy_is_clean_and_coverage_is_true():
    """Every citation, unit, key, method and date holds, and coverage.yaml claims no more than there is."""
    assert [str(fault) for fault in check(TREE, known_methods())] == []


def test_every_key_an_engine_reads_is_registered(root):
    """A key that only code knows could never be supplied by a city."""
    families = {name.split(".")[0] for name in TREE.keys}
    literal = re.compile(rf"({'|'.join(sorted(families))})\.[a-z_]+\Z")
    found = set()
    engines = [*(root / "services").glob("*/chspay_*/**/*.py"), root / "common/chspay_core/measuring.py"]
    for file in engines:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and literal.match(node.value):
                found.add(node.value)
    assert len(found) > 20
    assert found - set(TREE.keys) == set()


def test_every_method_key_of_an_engine_is_registered_as_one():
    """The command line checks method names against the engines; none may be left out."""
    methods = {name for name, key in TREE.keys.items() if key.unit == "method"}
    assert set(known_methods()) == methods


def test_the_demonstration_settles_and_says_what_it_is():
    """The demo pool has everything a settlement needs, and never looks official."""
    for place in ("990100", "990101", "990102"):
        policy = Bundle.load(chspay_policy.ROOT, place).on(date(2026, 1, 31))
        assert missing_on(TREE, place, date(2026, 1, 31)) == []
        needed = [key.name for key in TREE.keys.values() if key.needed_by and policy.has(key.name)]
        for key in needed:
            policy.rule(key)
        assert policy.weakest_evidence() == "demo"


def test_a_county_overrides_one_key_and_inherits_the_rest():
    """990102 speaks on one key only; everything else is the city's, province's and nation's."""
    east = Bundle.load(chspay_policy.ROOT, "990101").on(date(2026, 1, 31))
    west = Bundle.load(chspay_policy.ROOT, "990102").on(date(2026, 1, 31))
    assert (east.integer("intake.submit_days"), west.integer("intake.submit_days")) == (7, 10)
    assert {r.key for r in west.rules()} == {r.key for r in east.rules()}
    places = {rule.place for rule in west.rules()}
    assert places == {"990102", "990100", "990000", "000000"}


def test_no_real_place_claims_more_than_was_read():
    """Outside the demonstration: official only from issued documents, and Hangzhou refuses to settle."""
    for rule in RULES:
        if rule.place.startswith("99"):
            assert rule.evidence == "demo"
        else:
            standing = TREE.shared.documents[rule.cite.partition("#")[0]].standing
            assert rule.evidence == "unverified" or standing == "issued"
    assert {rule.evidence for rule in RULES if rule.place == "330000"} == {"unverified"}
    assert missing_on(TREE, "330100", date(2026, 1, 31)) != []


@pytest.mark.parametrize("place", ["000000", "330100", "990100", "990102"])
def test_what_is_sealed_answers_the_same_from_its_bytes(place):
    """The real folders, not only invented ones, come back bit for bit."""
    bundle = Bundle.load(chspay_policy.ROOT, place)
    again = Bundle.parse(bundle.content)
    for day in (date(2020, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2027, 6, 1)):
        assert again.on(day).rules() == bundle.on(day).rules()


def test_the_text_of_every_demonstration_document_has_the_articles_cited():
    """A demo citation can be looked up like a real one."""
    cited = {tuple(rule.cite.split("#", 1)) for rule in RULES if rule.evidence == "demo"}
    texts = "\n".join(path.read_text("utf-8") for path in chspay_policy.ROOT.glob("99*/measure.md"))
    for name, article in cited:
        document = TREE.shared.documents[name]
        assert document.number in texts
        assert f"- {article} " in texts


def test_zhejiang_regions_are_those_of_the_handbook(shared):
    """Region codes bind every row to its place; they are compared with the source they came from."""
    with (shared / "handbook/governance/admdvs_zj.csv").open(encoding="utf-8") as file:
        expected = {row["admdvs"] for row in csv.DictReader(file)} | {"330000", "000000"}
    assert {code for code in TREE.shared.names if not code.startswith("99")} == expected


@pytest.mark.parametrize(
    ("key", "day", "value"),
    [
        ("special_review.cap", date(2026, 1, 31), "0.05"),
        ("special_review.cap_dip", date(2026, 1, 31), "0.005"),
        ("prepay.retention_max", date(2026, 1, 31), "0.05"),
        ("prepay.advance_months", date(2026, 1, 31), "1"),
        ("clearing.deadline", date(2024, 12, 31), "06-30"),
        ("clearing.deadline", date(2025, 12, 31), "05-31"),
        ("clearing.deadline", date(2026, 12, 31), "04-30"),
        ("clearing.deadline", date(2027, 12, 31), "03-31"),
        ("settle.month_days_max", date(2026, 1, 31), "30"),
        ("publication.month_working_days", date(2026, 1, 31), "15"),
    ],
)
def test_national_limits_and_deadlines_are_those_of_the_handbook(key, day, value):
    """Deadlines are data with a citation; clearing is looked up by the last day of the year cleared."""
    rule = Bundle.load(chspay_policy.ROOT, "000000").on(day).rule(key)
    assert rule.value == value


def test_no_slip_of_the_hand_brings_the_reader_down():
    """Whatever a slip does to a file, the answer is rules or faults, never a crash."""
    chance = random.Random(20251121)
    text = (chspay_policy.ROOT / "990100-demo-city/settlement.yaml").read_text("utf-8")
    marks = "{}[]:,-#&*!|>'\"%@` \n\t\0\x01\ufeff\ud800a1.演~?\\"
    found = 0
    for _ in range(300):
        spoiled = text
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoiled))
            spoiled = (
                spoiled[:at]
                + chance.choice(["", chance.choice(marks)])
                + spoiled[at + chance.randint(0, 6) :]
            )
        shared = load_shared(chspay_policy.ROOT)
        read_place("990100", {"settlement.yaml": spoiled}, shared)
        assert all(isinstance(fault, Fault) and fault.message for fault in shared.faults)
        found += bool(shared.faults)
    assert found > 100
