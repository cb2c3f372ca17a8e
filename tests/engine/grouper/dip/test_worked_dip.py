"""Worked figures of DIP catalogues, each a YAML file of rules and cases with the groups that come out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from dip_world import built, rows_of

from chspay_core.amounts import from_micro, plain, ratio_half_up, to_micro
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet
from chspay_grouper.engine.dip.catalogue import Group
from chspay_grouper.engine.dip.match import case_score

FILES = sorted((Path(__file__).parent / "worked").glob("*.dip.yaml"))


def _told(group: Group, name: str) -> object:
    if name == "mean":
        return format(ratio_half_up(group.mean.numerator, group.mean.denominator * 100, 2), "f")
    if name == "subtypes":
        return [
            f"{each.code} {each.cases} {plain(from_micro(each.trigger_micro))} "
            f"{plain(from_micro(each.factor_micro))}"
            for each in group.subtypes
        ]
    micro = {"score": group.score_micro, "drug": group.drug_micro, "consumable": group.consumable_micro}
    if name in micro:
        value = micro[name]
        return None if value is None else plain(from_micro(value))
    told: dict[str, object] = {
        "cases": str(group.count),
        "rule": group.rule,
        "cv": group.cv,
        "base_level": "1" if group.base_level else "",
        "tests": [f"{test.dimension} {test.outcome}" for test in group.tests],
    }
    return told[name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".dip.yaml"))
def test_every_figure_of_the_example_comes_out(path: Path) -> None:
    """A published rule is reproduced only if every group, count and score of its example comes out."""
    example = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    catalogue = built(rows_of(*example["cases"]), example["rules"]).catalogue
    assert {group.code for group in catalogue.groups} == set(example["groups"])
    for group in catalogue.groups:
        for name, value in example["groups"][group.code].items():
            assert _told(group, name) == value, (group.code, name)
    for code, tests in example.get("related", {}).items():
        group = catalogue.group(code)
        assert group is not None
        assert [list(test) for test in group.related_tests] == tests
    counts = catalogue.counts()
    assert {name: str(counts[name]) for name in example.get("counts", {})} == example.get("counts", {})
    if "threshold" in example:
        assert str(catalogue.threshold) == example["threshold"]


def test_the_printed_table_of_core_groups_does_not_add_up_and_ours_does(shared: Path) -> None:
    """Table 3-9 prints 5061 for 18 + 666 + 78 + 4289 = 5051: counts are counted, never copied."""
    with (shared / "handbook/payment_tables/dip3_table3_9_core_counts.csv").open(encoding="utf-8") as file:
        printed = [int(row["groups"]) for row in csv.DictReader(file)]
    assert (sum(printed[:-1]), printed[-1]) == (5051, 5061)
    path = next(path for path in FILES if path.name.startswith("formation"))
    example = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    counts = built(rows_of(*example["cases"]), example["rules"]).catalogue.counts()
    parts = [counts[f"core_{rule}"] for rule in ("early", "merged", "subdivided", "basic")]
    assert sum(parts) == counts["core"]
    assert counts["core"] + counts["comprehensive"] == counts["groups"]


@pytest.mark.parametrize(
    ("rw", "institution", "auxiliary", "score"),
    [
        ("680.47", "1.0817", "1", "736.0644"),
        ("861.3953", "1.06", "1", "913.079"),
        ("1000", "1", "1.25", "1250"),
    ],
)
def test_score_of_a_case(rw: str, institution: str, auxiliary: str, score: str) -> None:
    """Songyuan's printed case points: 680.47 × 1.0817 = 736.0644, rounded once."""
    from decimal import Decimal

    sheet = Worksheet("病例分值")
    factors = (to_micro(Decimal(text)) for text in (rw, institution, auxiliary))
    assert plain(from_micro(case_score(*factors, 4, sheet))) == score
    assert sheet["score"].value == score
