"""The rule language: what it accepts, what it means, and where it says a rule is wrong."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_grouper.engine.rule import MAX_DEPTH, parse_rule
from chspay_grouper.engine.tree import Always, And, Compare, Count, Field, Hit, Literal, Not, Or, Scalar, show

SETS = {"DI_A", "DI_B", "OP_ALL", "OP2_AC1", "OP_IC2"}


def parse(text: str, extensions: tuple[str, ...] = ()) -> object:
    return parse_rule(text, sets=SETS, extensions=extensions, sheet="ADRG", row=7, code="IC2")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Always()),
        (" \n ", Always()),
        ("1", Literal(Decimal(1))),
        ("{ZYSS, QTSS} in OP2_AC1", Hit((Field.ZYSS, Field.QTSS), ("OP2_AC1",))),
        ("ZYSS not in OP_ALL", Hit((Field.ZYSS,), ("OP_ALL",), negated=True)),
        ("ZYSS NOT IN OP_ALL", Hit((Field.ZYSS,), ("OP_ALL",), negated=True)),
        ("not ZYSS in OP_ALL", Not(Hit((Field.ZYSS,), ("OP_ALL",)))),
        ("NL>=70", Compare(Scalar.NL, ">=", Decimal(70))),
        ("QTZD in {MCC, CC}", Hit((Field.QTZD,), ("MCC", "CC"))),
        (
            "length(OP_IC2 ∩ {ZYSS, QTSS})>=2 and ZYSS in OP_IC2",
            And(
                (Count("OP_IC2", (Field.ZYSS, Field.QTSS), ">=", Decimal(2)), Hit((Field.ZYSS,), ("OP_IC2",)))
            ),
        ),
        (
            "((NL=0) and (XSRTL>=29)) or ((NL=0) and (XSRTL<29))",
            Or(
                (
                    And((Compare(Scalar.NL, "=", Decimal(0)), Compare(Scalar.XSRTL, ">=", Decimal(29)))),
                    And((Compare(Scalar.NL, "=", Decimal(0)), Compare(Scalar.XSRTL, "<", Decimal(29)))),
                )
            ),
        ),
    ],
)
def test_rules_as_published_are_understood(text, tree):
    """These forms stand in the national file; each must mean exactly one tree."""
    assert parse(text) == tree


def test_and_binds_closer_than_or():
    """Reading it the other way round would move cases between groups."""
    assert parse("NL=1 or NL=2 and NL=3") == parse("NL=1 or (NL=2 and NL=3)")
    assert parse("not NL=1 and NL=2") == parse("(not NL=1) and NL=2")


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("ZYZD in DI_A DI_B", "RULE_SYNTAX", 14),
        ("ZYZD in", "RULE_SYNTAX", 8),
        ("(ZYZD in DI_A", "RULE_SYNTAX", 14),
        ("ZYZD in DI_A and", "RULE_SYNTAX", 17),
        ("ZYZD in {DI_A, }", "RULE_SYNTAX", 16),
        ("NL>", "RULE_SYNTAX", 4),
        ("NL>=x", "RULE_SYNTAX", 5),
        ("ZYZD in DI_A ; drop", "RULE_SYNTAX", 14),
        ("__import__('os')", "RULE_SYNTAX", 12),
        ("ZYZD in DI_NONE", "RULE_UNKNOWN_SET", 9),
        ("QTZD in {MCC, DI_NONE}", "RULE_UNKNOWN_SET", 15),
        ("GEWICHT>3", "RULE_UNKNOWN_SCALAR", 1),
        ("ZYTS>60", "RULE_UNKNOWN_SCALAR", 1),
        ("ZYXX in DI_A", "RULE_UNKNOWN_FIELD", 1),
        ("{ZYZD, ZYSS} in DI_A", "RULE_MIXED_FIELDS", 1),
        ("ZYSS in MCC", "RULE_MIXED_FIELDS", 9),
        ("length(OP_IC2 ∩ {ZYSS, QTZD})>=2", "RULE_MIXED_FIELDS", 17),
    ],
)
def test_a_wrong_rule_is_refused_at_its_position(text, reason, position):
    """The person who repairs the sheet needs the place, not a guess at the meaning."""
    with pytest.raises(Fault) as caught:
        parse(text)
    assert caught.value.reason.code == reason
    assert (caught.value.facts["sheet"], caught.value.facts["row"]) == ("ADRG", "7")
    assert caught.value.facts["position"] == str(position)
    assert f"第7行（IC2）规则第{position}个字符" in caught.value.message


def test_extension_scalars_need_a_declaration():
    """A city's own variable means nothing until its manifest says what it is."""
    assert parse("ZYTS>60", ("ZYTS",)) == Compare(Scalar.ZYTS, ">", Decimal(60))


def test_deep_nesting_is_refused_not_crashed_on():
    """A hostile file must not take the process down."""
    deep = MAX_DEPTH * 50
    for text in ("(" * deep + "NL=1" + ")" * deep, "not " * deep + "NL=1"):
        with pytest.raises(Fault, match="嵌套"):
            parse(text)


_texts = st.text(alphabet="ZYDQSNL{}(),∩ =<>1.inotadrlegh_\n|'\"中", max_size=60)


@given(_texts)
def test_any_text_parses_or_is_refused_by_us(text):
    """Nothing in a cell may raise anything but our own fault."""
    try:
        tree = parse(text)
    except Fault as fault:
        reason = fault.reason.code
    else:
        reason = "RULE_UNDERSTOOD"
        assert parse(show(tree)) == tree
    assert reason.startswith("RULE_")


def _trees():
    hits = st.builds(
        Hit,
        st.sampled_from([(Field.ZYZD,), (Field.QTZD,), (Field.ZYZD, Field.QTZD)]),
        st.sampled_from([("DI_A",), ("DI_A", "DI_B"), ("MCC", "CC")]),
        st.booleans(),
    )
    compares = st.builds(
        Compare, st.sampled_from([Scalar.NL, Scalar.XSRTL]), st.sampled_from([">=", ">", "<=", "<", "="]),
        st.integers(0, 99).map(Decimal),
    )  # fmt: skip
    joined = lambda inner: st.one_of(  # noqa: E731
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    )
    return st.recursive(st.one_of(hits, compares), joined, max_leaves=8)


@given(_trees())
def test_a_tree_shown_as_text_parses_to_itself(tree):
    """What the trace prints of a part of a rule must be that part."""
    assert parse(show(tree)) == tree
