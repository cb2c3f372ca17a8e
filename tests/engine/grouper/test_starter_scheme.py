"""The starter scheme 入门方案: complete, reachable, honest about what it is."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from chspay_cli.schemefile import read_source
from chspay_cli.synth.recipes import STARTER, starter_recipes, starter_scheme
from chspay_core.case import Case, Status
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Imported, import_scheme
from chspay_grouper.engine.tree import Hit, walk

MDCS = "APYZBCDEFGHIJKLMNOQRSTUVWX"
LEAST_ADRGS = 300
#: The categories of ICD-10 by block, a few of them unused.
CATEGORIES = (
    "A00-A09 A15-A28 A30-A60 A63-A71 A74-A75 A77-A99 B00-B09 B15-B30 B33-B60 B64-B83 B85-B92 B94-B99 "
    "C00-C26 C30-C34 C37-C41 C43-C58 C60-C97 D00-D48 D50-D77 D80-D89 E00-E07 E10-E16 E20-E35 E40-E46 "
    "E50-E68 E70-E90 F00-F07 F09-F25 F28-F34 F38-F45 F48 F50-F55 F59-F66 F68-F73 F78-F84 F88-F95 "
    "F98-F99 G00-G14 G20-G26 G30-G32 G35-G37 G40-G41 G43-G47 G50-G64 G70-G73 G80-G83 G90-G99 H00-H06 "
    "H10-H13 H15-H22 H25-H28 H30-H36 H40 H42-H55 H57-H62 H65-H75 H80-H83 H90-H95 I00-I02 I05-I13 I15 "
    "I20-I28 I30-I52 I60-I74 I77-I89 I95-I99 J00-J06 J09-J18 J20-J22 J30-J47 J60-J70 J80-J82 J84-J86 "
    "J90-J96 J98-J99 K00-K14 K20-K23 K25-K31 K35-K38 K40-K46 K50-K52 K55-K67 K70-K77 K80-K87 K90-K93 "
    "L00-L05 L08 L10-L14 L20-L30 L40-L45 L50-L60 L62-L68 L70-L75 L80-L95 L97-L99 M00-M03 M05-M25 "
    "M30-M36 M40-M43 M45-M51 M53-M54 M60-M63 M65-M68 M70-M73 M75-M77 M79-M96 M99 N00-N08 N10-N23 "
    "N25-N37 N39-N51 N60-N64 N70-N77 N80-N99 O00-O08 O10-O16 O20-O36 O40-O48 O60-O75 O80-O92 O94-O99 "
    "P00-P05 P07-P08 P10-P15 P20-P29 P35-P39 P50-P61 P70-P72 P74-P78 P80-P81 P83 P90-P96 Q00-Q07 "
    "Q10-Q18 Q20-Q28 Q30-Q45 Q50-Q56 Q60-Q87 Q89-Q93 Q95-Q99 R00-R07 R09-R23 R25-R27 R29-R36 R39-R64 "
    "R68-R87 R89-R96 R98-R99 S00-S99 T00-T36 T37-T71 T73-T75 T78-T88 T90-T98 Z00-Z04 Z08-Z13 Z20-Z76 "
    "Z80-Z99 "
)


@pytest.fixture(scope="module")
def imported() -> Imported:
    source = read_source(STARTER, None)
    return import_scheme(source.sheets, source.manifest)


@pytest.fixture(scope="module")
def grouper() -> Grouper:
    return Grouper(starter_scheme())


def test_it_imports_without_a_single_repair(imported: Imported) -> None:
    # Ours is the example of a clean file: nothing in it may need mending.
    assert [repair.line() for repair in imported.repairs] == []


def test_it_says_that_it_is_for_trial_and_teaching() -> None:
    # Nobody may mistake it for an authority's scheme.
    source = read_source(STARTER, None)
    assert (source.manifest.scheme_id, source.manifest.usage) == ("chspay_starter", "teaching")
    assert source.manifest.options.member_prefix
    assert "不得用于正式结算" in (STARTER / "manifest.json").read_text(encoding="utf-8")


def test_it_covers_every_mdc_in_order_and_enough_groups(imported: Imported) -> None:
    # The promise of the scheme: 26 MDCs, and the size the project asks for.
    counts = imported.scheme.counts()
    assert "".join(mdc.code for mdc in imported.scheme.mdcs) == MDCS
    assert counts["adrg"] >= LEAST_ADRGS
    assert counts["drg"] > counts["adrg"]
    assert counts["mcc"] > 150
    assert counts["cc"] > 600
    assert counts["exclusion_tables"] > 90


def test_every_group_can_be_reached_by_a_case(imported: Imported) -> None:
    # A group no case can reach is a fault of published schemes we must not repeat: none is shadowed.
    reached = {recipe.adrg for recipe in starter_recipes()}
    assert {adrg.code for _, adrg in imported.scheme.adrgs()} - reached == set()


def test_every_drg_suffix_can_be_reached(grouper: Grouper) -> None:
    # A split that no complication can reach would be a DRG without cases.
    wanted = {drg.code for _, adrg in grouper.scheme.adrgs() for drg in adrg.children}
    companions = ((), ("I50.900", "J96.900"), ("N18.900", "E87.600"), ("K72.900",), ("E03.900", "G80.900"))
    seen = set()
    for recipe in starter_recipes():
        for others in companions:
            case = _case(
                recipe.diagnoses + others, recipe.procedures, recipe.sexes, recipe.age_days, recipe.weight_g
            )
            seen.add(grouper.group(case).drg)
    assert wanted - seen == set()


def test_every_drg_belongs_to_its_adrg_and_ends_the_usual_way(imported: Imported) -> None:
    # Suffix 1 MCC, 3 CC, 5 none, 9 not split; the last DRG of an ADRG takes whatever is left.
    for _, adrg in imported.scheme.adrgs():
        suffixes = [drg.code.removeprefix(adrg.code) for drg in adrg.children]
        assert suffixes in (["9"], ["1", "3", "5"]), adrg.code
        assert adrg.children[-1].rule == "", adrg.code


def test_a_principal_diagnosis_belongs_to_one_medical_group(imported: Imported) -> None:
    # Two medical groups for one code would make the order of rows decide, unseen by the reader.
    owners: dict[str, list[str]] = {}
    for mdc, adrg in imported.scheme.adrgs():
        plain = adrg.code[1] >= "R" and adrg.rule == f"ZYZD in DI_{adrg.code}" and mdc.code not in "PWZ"
        for member in imported.scheme.sets[f"DI_{adrg.code}"] if plain else ():
            owners.setdefault(member.rstrip("*"), []).append(adrg.code)
    assert {code: codes for code, codes in owners.items() if len(codes) > 1} == {}
    nested = [(code, code[:size]) for code in owners for size in range(3, len(code)) if code[:size] in owners]
    assert nested == []


def test_medical_groups_take_every_principal_of_their_mdc(imported: Imported) -> None:
    # 154 principals of a published scheme enter an MDC that has no group for them; here none may.
    for mdc in imported.scheme.mdcs:
        if mdc.code in "APWZ":
            continue
        entry = _principal_sets(mdc.tree)
        taken = {name for adrg in mdc.children for name in _principal_sets(adrg.tree)}
        assert entry <= taken, mdc.code


def test_nearly_every_category_of_icd10_groups(grouper: Grouper) -> None:
    # A teaching scheme that leaves ordinary diagnoses ungrouped teaches the wrong thing.
    categories = list(_categories())
    ungrouped = [category for category in categories if not _groups(grouper, category)]
    assert len(ungrouped) * 50 <= len(categories), ungrouped


@pytest.mark.parametrize(
    ("diagnoses", "procedures", "adrg"),
    [
        (("I63.900",), (), "BR2"),
        (("I61.900",), ("01.2400",), "BB2"),
        (("H25.900",), ("13.4100",), "CB3"),
        (("J18.900",), (), "ES3"),
        (("I20.000",), ("36.0700x004",), "FM1"),
        (("I48.x00",), ("37.3400",), "FL1"),
        (("K35.200",), ("47.0100",), "GD1"),
        (("K80.500",), ("51.4100",), "HC1"),
        (("M17.900",), ("81.5400",), "IC2"),
        (("C50.900",), ("85.4300",), "JA2"),
        (("E11.900",), (), "KS1"),
        (("N18.900",), ("39.9500",), "LL1"),
        (("N40.x00",), ("60.2900",), "MB1"),
        (("O34.200",), ("74.1x00",), "OB1"),
        (("Z51.100",), ("99.2500",), "RE1"),
        (("A41.900",), (), "SR1"),
        (("F20.900",), (), "TR1"),
        (("S06.500", "S27.000"), (), "ZZ1"),
        (("B20.000",), (), "YR1"),
        (("N18.900",), ("55.6900",), "AE1"),
    ],
)
def test_textbook_cases(
    grouper: Grouper, diagnoses: tuple[str, ...], procedures: tuple[str, ...], adrg: str
) -> None:
    # Cases any coder knows, with the group everybody expects.
    assert grouper.group(_case(diagnoses, procedures, 1, 0, 0)).adrg == adrg


def test_newborns_are_grouped_by_age_and_birth_weight(grouper: Grouper) -> None:
    # Weight decides only for the premature, and only in the first 28 days.
    def adrg(code: str, days: int, weight: int) -> str:
        return grouper.group(_case((code,), (), 1, days, weight)).adrg

    assert [adrg("P07.300", 1, grams) for grams in (1499, 1500, 2499, 2500, 0)] == [
        "PS1",
        "PS2",
        "PS3",
        "PS4",
        "PS4",
    ]
    assert adrg("P59.900", 3, 3200) == "PU1"
    assert [adrg("P22.000", days, 0) for days in (28, 29)] == ["PR1", "PV1"]


def test_a_complication_beside_its_own_disease_does_not_count(grouper: Grouper) -> None:
    # I61 raises a pneumonia, but not another stroke: that is what the exclusion tables are for.
    assert grouper.group(_case(("J18.900", "I61.900"), (), 1, 0, 0)).drg == "ES31"
    assert grouper.group(_case(("I63.900", "I61.900"), (), 1, 0, 0)).drg == "BR25"


@pytest.mark.parametrize(
    ("file", "least_mdc", "least_adrg"),
    [("data/chile_2023_neurosurgery.csv", 97, 92), ("schemes/chs_drg_11/cases.csv.gz", 87, 74)],
)
def test_it_agrees_with_chs_drg_11(
    grouper: Grouper, shared: Path, file: str, least_mdc: int, least_adrg: int
) -> None:
    # Written from public structure alone, it must still send most cases where the national scheme does.
    tally: Counter[str] = Counter()
    for row in _rows(shared / file):
        answer = grouper.group(_row_case(row))
        tally["all"] += 1
        tally["mdc"] += answer.mdc == row["mdc"]
        tally["adrg"] += answer.adrg == row["adrg"]
    assert tally["mdc"] * 100 >= least_mdc * tally["all"]
    assert tally["adrg"] * 100 >= least_adrg * tally["all"]


def _rows(path: Path) -> Iterable[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return csv.DictReader(io.StringIO(text, newline=""))


def _row_case(row: Mapping[str, str]) -> Case:
    def number(name: str) -> int | None:
        return int(row[name]) if row.get(name) else None

    return Case(
        case_id=row["case_id"],
        sex=number("sex"),
        age_years=number("age_years"),
        age_days=number("age_days"),
        newborn_weight_g=number("newborn_weight_g"),
        diagnoses=tuple(row["diagnoses"].split("|")),
        procedures=tuple(code for code in row["procedures"].split("|") if code),
    )


def _case(
    diagnoses: tuple[str, ...], procedures: tuple[str, ...], sexes: int, age_days: int, weight: int
) -> Case:
    return Case(
        case_id="case",
        sex=2 if sexes == 2 else 1,
        age_years=0 if age_days else 45,
        age_days=age_days or None,
        newborn_weight_g=weight or None,
        diagnoses=diagnoses,
        procedures=procedures,
    )


def _categories() -> Iterator[str]:
    for block in CATEGORIES.split():
        first, _, last = block.partition("-")
        for number in range(int(first[1:]), int((last or first)[1:]) + 1):
            yield f"{first[0]}{number:02d}"


def _groups(grouper: Grouper, category: str) -> bool:
    """Whether some ordinary code of the category groups, for a man or a woman, or a newborn."""
    days = 3 if category[0] == "P" else 0
    return any(
        grouper.group(_case((category + tail,), (), sex, days, 0)).status is Status.GROUPED
        for tail in (".900", ".x00", ".000", ".100")
        for sex in (1, 2)
    )


def _principal_sets(tree: object) -> set[str]:
    return {
        name
        for node in walk(tree)  # type: ignore[arg-type]
        if isinstance(node, Hit)
        for name in node.sets
        if name.startswith("DI_")
    }
