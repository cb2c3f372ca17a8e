"""Worked annual clearings, each a YAML file of rules and institutions with every figure of the answer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from settlement_rules import ON, bundle_of

from chspay_core.amounts import divide_half_up, fen_to_yuan, to_micro, yuan_to_fen
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_settlement.engine.books.ledger import Posting, difference_fen
from chspay_settlement.engine.year.clearing import Booked, Year, clear_year, year_postings
from chspay_settlement.engine.year.reclear import Reclearing, reclear, reclear_postings
from chspay_settlement.engine.year.sharing import Member, Standing, groups_within
from chspay_settlement.engine.year.sheet import year_sheet

FILES = sorted((Path(__file__).parent / "years").glob("*.case.yaml"))
#: What a year needs whatever it is about; a case replaces what it is about.
RULES = {
    "clearing.level": "pool@1",
    "clearing.keep": "0.85",
    "clearing.bear": "0.85",
    "clearing.withheld": "to_fund@1",
    "clearing.assessment": "none@1",
    "clearing.reclear": "pv_kept@1",
}


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _fen(row: dict, name: str) -> int:
    return yuan_to_fen(row.get(name, "0"))


def _cleared(case: dict, *, later: bool = False) -> tuple[Year, dict[str, Decimal], Policy]:
    """The year of a case; ``later``: by the rules in force the day after."""
    members, booked, scores = [], {}, {}
    for row in case["hospitals"]:
        points = to_micro(Decimal(row["points"]))
        standing = Standing(row.get("standing", "normal"))
        members.append(
            Member(
                row["code"], row.get("area", "990100"), standing, 1, points, 0, _fen(row, "patient"),
                _fen(row, "actual"),
            )
        )  # fmt: skip
        names = ("prepaid", "retained", "receivable", "deducted", "advance", "audit")
        booked[row["code"]] = Booked(*(_fen(row, name) for name in names))
        if "score" in row:
            scores[row["code"]] = Decimal(row["score"])
    bundle = bundle_of(RULES | case.get("rules", {}), later=case.get("later"))
    policy = bundle.on(ON + timedelta(days=1) if later else ON)
    return clear_year(members, yuan_to_fen(case["budget"]), booked, scores, policy), scores, policy


def _accounts(postings: list[Posting]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in postings:
        key = f"{line.account}/{line.hospital_code}".rstrip("/")
        found[key] += line.debit_fen - line.credit_fen
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_year_is_cleared_to_the_published_figures(path: Path) -> None:
    """A rule of the annual clearing is reproduced only if every figure of its example comes out."""
    case = _load(path)
    year, _, _ = _cleared(case)
    by_code = {hospital.hospital_code: hospital for hospital in year.hospitals}
    for row in case["hospitals"]:
        hospital = by_code[row["code"]]
        for name in ("target", "withheld", "fund", "assessed", "balance"):
            if name in row:
                found = getattr(hospital, f"{name}_fen")
                assert found == yuan_to_fen(row[name]), (row["code"], name, fen_to_yuan(found))
    want = case["decision"]
    for name in ("actual", "terminated", "shared", "withheld", "decision"):
        if name in want:
            found = getattr(year.decision, f"{name}_fen")
            assert found == yuan_to_fen(want[name]), (name, fen_to_yuan(found))
    if "value" in want:
        assert year.decision.value.display() == want["value"]
    assert sum(hospital.fund_fen for hospital in year.hospitals) == year.decision.decision_fen


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_the_postings_of_a_year_balance_and_leave_nothing_held(path: Path) -> None:
    """After the year no retention, advance or month's receivable may be left over, and no fen made."""
    case = _load(path)
    year, _, _ = _cleared(case)
    postings = year_postings(year, "2026 年度清算")
    assert difference_fen(postings) == 0
    found = _accounts(postings)
    for hospital in year.hospitals:
        code = hospital.hospital_code
        assert found[f"retention/{code}"] == hospital.booked.retained_fen
        assert found[f"receivable/{code}"] == -hospital.booked.receivable_fen
        assert found[f"advance/{code}"] == -hospital.booked.advance_fen
    for account, amount in case.get("postings", {}).items():
        assert found[account] == yuan_to_fen(amount), account


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "_reclear_" in path.name],
    ids=lambda path: path.name.removesuffix(".case.yaml"),
)
def test_a_closed_year_is_cleared_again_to_the_published_figures(path: Path) -> None:
    """K1 and K2 of the example: who pays, who gets, and what goes back to the fund."""
    case = _load(path)
    year, scores, policy = _cleared(case)
    want = case["reclear"]
    removed = {code: to_micro(Decimal(points)) for code, points in want["removed"].items()}
    found: Reclearing = reclear(year, removed, scores, policy)
    assert {e.hospital_code: fen_to_yuan(e.balance_fen) for e in found.effects} == want["effects"]
    assert found.value.display() == want["value"]
    assert fen_to_yuan(found.returned_fen) == want["returned"]
    postings = reclear_postings(found, year.decision, "重新清算")
    assert difference_fen(postings) == 0
    accounts = {name: amount for name, amount in _accounts(postings).items() if amount}
    assert accounts == {name: yuan_to_fen(amount) for name, amount in want["postings"].items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_every_amount_of_a_year_says_why(path: Path) -> None:
    """The worksheet ends in the balance of the statement, and every rule on it names its document."""
    case = _load(path)
    year, _, policy = _cleared(case)
    for hospital in year.hospitals:
        sheet = year_sheet(year, hospital.hospital_code, policy)
        assert sheet.lines[-1].key == "balance"
        assert int(sheet["fund"].value) == hospital.fund_fen
        left = ("assessed", "audit", "prepaid", "advance")
        taken = sum(int(sheet[key].value) for key in left)
        assert int(sheet["balance"].value) == hospital.balance_fen == hospital.fund_fen - taken
        assert all(line.citation for line in sheet.lines if line.rule)
        if "own_share" in sheet:
            parts = (int(sheet[key].value) for key in ("withheld", "gained"))
            withheld, gained = parts
            assert int(sheet["own_share"].value) - withheld + gained == hospital.fund_fen


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.name.startswith("S10_")],
    ids=lambda path: path.name.removesuffix(".case.yaml"),
)
def test_a_ratio_changes_from_its_day_on_and_old_years_stay(path: Path) -> None:
    """A new decision must not reach back into a year that was cleared under the old one."""
    case = _load(path)
    year, _, _ = _cleared(case, later=True)
    funds = {hospital.hospital_code: fen_to_yuan(hospital.fund_fen) for hospital in year.hospitals}
    assert funds == {row["code"]: row["fund_later"] for row in case["hospitals"]}
    want = case["decision_later"]
    assert year.decision.decision_fen == yuan_to_fen(want["decision"])
    assert year.decision.value.display() == want["value"]


def test_the_points_behind_the_dip_figure() -> None:
    """C.7: 9.25 million points of 185 million at 1.44 billion are 72,000,000.00 before assessment."""
    assert divide_half_up(1_440_000_000_00 * 9_250_000, 185_000_000) == 72_000_000_00


def test_an_institutions_money_goes_down_to_its_groups() -> None:
    """The innermost step of nested sharing hands every fen on, whatever the claims."""
    assert groups_within(10_000, {"BR25": 2, "ES39": 1}) == {"BR25": 6667, "ES39": 3333}
    assert sum(groups_within(100, {"A": 1, "B": 1, "C": 1}).values()) == 100
    # A violation took more from AA19 than it earned: it owes its share, and the others get that much more.
    assert groups_within(10_000, {"AA19": -50, "BR25": 250}) == {"AA19": -2_500, "BR25": 12_500}
