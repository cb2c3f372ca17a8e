"""The starter scheme 入门方案: complete, reachable, honest about what it is."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Mapping
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
    assert counts["mcc"] > 200
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


@pytest.mark.parametrize(
    ("chapter", "least"),
    [
        ("A", 95),
        ("C", 99),
        ("D", 99),
        ("F", 99),
        ("G", 99),
        ("I", 99),
        ("J", 99),
        ("K", 99),
        ("N", 95),
        ("S", 99),
    ],
)
def test_nearly_every_category_of_icd10_groups(grouper: Grouper, chapter: str, least: int) -> None:
    # A teaching scheme that leaves ordinary diagnoses ungrouped teaches the wrong thing.
    used = {code[:3] for code in _members(grouper.scheme.sets, "DI_") if code[0] == chapter}
    found = sum(
        grouper.group(_case((f"{category}.900",), (), sex, 0, 0)).status is Status.GROUPED
        for category in sorted(used)
        for sex in (1, 2)
    )
    sexed = 2 * len(used) if chapter not in "N" else len(used)
    assert found * 100 >= least * min(sexed, 2 * len(used))


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
    [("data/chile_2023_neurosurgery.csv", 97, 90), ("schemes/chs_drg_11/cases.csv.gz", 86, 70)],
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
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        yield from csv.DictReader(file)


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


def _members(sets: Mapping[str, frozenset[str]], start: str) -> set[str]:
    return {member for name, members in sets.items() if name.startswith(start) for member in members}


def _principal_sets(tree: object) -> set[str]:
    return {
        name
        for node in walk(tree)  # type: ignore[arg-type]
        if isinstance(node, Hit)
        for name in node.sets
        if name.startswith("DI_")
    }
