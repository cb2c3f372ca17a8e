"""Known faults of published schemes are found and named."""

from books import imported, sheets, with_rows, with_rule

from chspay_grouper.engine.lint import lint_scheme


def findings(book, **manifest) -> set[tuple[str, str, str]]:
    found = lint_scheme(imported(book, keeps_published_order=True, **manifest).scheme)
    return {(finding.kind, finding.sheet, finding.code) for finding in found}


def test_the_sound_book_has_only_what_is_true_of_it():
    """A lint that cries wolf is switched off."""
    assert findings(sheets()) == {("NO_MEDICAL_GROUP", "MDC", "B")}


def test_groups_behind_an_always_true_one_are_unreachable():
    """155 groups of one city can never be reached."""
    book = with_rows("DRG", ["BR29", "重症", "NL>80", "BR2", "B", 4])
    assert {("UNREACHABLE", "DRG", "BR29"), ("SWALLOWS", "DRG", "BR25")} <= findings(book)


def test_an_empty_condition_that_swallows_is_named():
    """One empty cell made every newborn a heart operation."""
    book = with_rule("ADRG", "PS1", "")
    assert {("SWALLOWS", "ADRG", "PS1"), ("UNREACHABLE", "ADRG", "PV1")} <= findings(book)


def test_an_adrg_wholly_inside_an_earlier_one_is_shadowed():
    """A narrower group behind a wider one gets nothing."""
    book = with_rows("ADRG", ["BC1", "另一脑手术", "ZYSS in OP_BB1 and NL>3", "B", 2])
    book["DRG"].append(["BC19", "另一脑手术", "", "BC1", "B", 1])
    assert ("SHADOWED", "ADRG", "BC1") in findings(book)


def test_rules_that_no_record_satisfies():
    """An empty list at the source is often written as an impossible age."""
    for rule in ("NL<0", "XSRTZ>2000 and XSRTZ<1500", "0", "ZYZD in OP_BB1", "NL<0 or NL=3 and NL=4"):
        assert ("NEVER_TRUE", "ADRG", "BB1") in findings(with_rule("ADRG", "BB1", rule)), rule


def test_principals_that_cannot_enter_or_find_no_group():
    """252 diagnoses of CHS-DRG 1.1 stand in an ADRG but not in its MDC; 154 in an MDC but no medical ADRG."""
    book = with_rows("集合", ["DI_BR2", "H34.100", "视网膜动脉阻塞", "DI"])
    assert {("ABSENT_FROM_MDC", "ADRG", "BR2"), ("NO_MEDICAL_GROUP", "MDC", "B")} <= findings(book)


def test_bare_codes_empty_groups_unused_sets_and_nameless_members():
    """Small things a bureau wants to know before it pays by them."""
    book = with_rows("DRG", ["BB1", "裸码", "NL>90", "BB1", "B", 0])
    book["ADRG"].append(["BD1", "没有DRG", "NL>90", "B", 9])
    book["集合"] += [["DI_OLD", "A00.000", "霍乱", "DI"], ["DI_B", "I63.9OO", "", "DI"]]
    assert {
        ("BARE_ADRG", "DRG", "BB1"),
        ("ADRG_WITHOUT_DRG", "ADRG", "BD1"),
        ("UNUSED_SET", "集合", "DI_OLD"),
        ("UNKNOWN_MEMBER", "集合", "DI_B"),
    } <= findings(book)
