"""Every worked figure of the year plan, as cases a clerk can read and change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from plan_rules import changes, facts_of, month, policy_of

from chspay_budget.engine.adjust import Change, Standing, adjust
from chspay_budget.engine.causes import Granted, Group, attribute
from chspay_budget.engine.funds import FUNDS, INPATIENT
from chspay_budget.engine.growth import watch
from chspay_budget.engine.holder import Holder, Member, check_period, issue
from chspay_budget.engine.proposal import propose
from chspay_budget.engine.split import Shift
from chspay_budget.engine.states import State, move
from chspay_budget.engine.totals import DipFacts, compare
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet

FOLDER = Path(__file__).parent / "budget"


def _cited(sheet: Worksheet) -> bool:
    return all(line.citation for line in sheet.lines if line.rule)


def _plan(case: dict, policy: Policy) -> None:
    shifts = tuple(
        Shift(row["source"], row["target"], yuan_to_fen(row["amount"]), "联席会议")
        for row in case.get("shifts", [])
    )
    settled = {fund: yuan_to_fen(text) for fund, text in case["settled"].items()}
    last = yuan_to_fen(case["last_approved"]) if "last_approved" in case else None
    found = propose(facts_of(yuan_to_fen(case["income"]), settled, case.get("factors"), shifts), last, policy)
    for name in ("need", "ceiling", "spending", "total", "surplus", "local", "out_of_area", "cap"):
        if name in case["want"]:
            assert fen_to_yuan(int(found.sheet[name].value)) == case["want"][name], name
    for fund, text in case["want"].get("funds", {}).items():
        assert fen_to_yuan(found.funds[fund]) == text, fund
    assert sum(found.funds.values()) == found.total_fen == int(found.sheet["total"].value)
    assert sum(found.months) == found.local_fen
    if "growth" in case["want"]:
        assert found.sheet["growth"].value == case["want"]["growth"]
    assert _cited(found.sheet)


def _totals(case: dict, policy: Policy) -> None:
    shares = (Decimal(case[name]) for name in ("out_of_area_share", "outside_share"))
    found = compare(
        DipFacts(
            yuan_to_fen(case["inpatient"]), *shares, yuan_to_fen(case["last_inpatient"]),
            yuan_to_fen(case["last_dip"]), Decimal(case["growth"]), "测算报告",
        ),
        policy,
    )  # fmt: skip
    assert {name: fen_to_yuan(fen) for name, fen in found.totals.items()} == case["want"]["totals"]
    assert fen_to_yuan(found.spread_fen) == case["want"]["spread"]
    assert found.spread_share == Decimal(case["want"]["spread_share"])
    assert _cited(found.sheet)


def _adjust(case: dict, policy: Policy) -> None:
    funds = {fund: yuan_to_fen(case["funds"][fund]) for fund in FUNDS}
    out = yuan_to_fen(case["out_of_area"])
    months = [yuan_to_fen(text) for text in case["months"]]
    assert sum(months) == funds[INPATIENT] - out
    income = yuan_to_fen(case["income"])
    ceiling = income - funds["reserve"]
    base, cap = yuan_to_fen(case["base"]), yuan_to_fen(case["cap"])
    standing = Standing(income, ceiling, base, cap, funds, out, months)
    asked = case["change"]
    change = Change(
        asked["cause"], changes(**{f: yuan_to_fen(t) for f, t in asked["funds"].items()}),
        yuan_to_fen(asked.get("out_of_area", "0")), yuan_to_fen(asked.get("income", "0")),
        int(asked["from_month"]), asked["evidence"],
    )  # fmt: skip
    found = adjust(standing, change, int(case["settled_months"]), policy)
    assert [fen_to_yuan(fen) for fen in found.months] == case["want"]["months"]
    assert {fund: fen_to_yuan(found.funds[fund]) for fund in FUNDS} == case["want"]["funds"]
    assert list(found.months[: change.from_month - 1]) == months[: change.from_month - 1]
    assert sum(found.months) == found.local_fen
    assert _cited(found.sheet)


def _growth(case: dict, policy: Policy) -> None:
    known = [month(n, yuan_to_fen(text)) for n, text in enumerate(case["months"], start=1)]
    cap = yuan_to_fen(case["cap"])
    found = {}
    for last in range(1, len(known) + 1):
        found |= {(last, alarm.level): alarm for alarm in watch(known[:last], cap, policy)}
    want = {(int(row["month"]), row["level"]): row for row in case["want"]["alarms"]}
    assert set(found) == set(want)
    for key, row in want.items():
        assert fen_to_yuan(found[key].projected_fen) == row["projected"], key
        assert found[key].evidence == tuple(f"{n}月报表" for n in range(1, key[0] + 1))
        assert _cited(found[key].sheet)
    spent = [sum(m.fen for m in known[:last]) for last in range(1, len(known) + 1)]
    breach = next((n for n, fen in enumerate(spent, start=1) if fen > cap), 0)
    assert breach == int(case["want"]["breach"])
    if breach:
        assert min(month for month, _ in found) < breach


def _holder(case: dict, policy: Policy) -> None:
    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    holders = [
        Holder(
            row["holder"], row["kind"],
            tuple(
                Member(m["code"], date.fromisoformat(m["since"]), day(m.get("until", "")))
                for m in row.get("members", [])
            ),
            yuan_to_fen(row["last"]), "上年决算文件",
        )
        for row in case["holders"]
    ]  # fmt: skip
    period = check_period(day(case.get("since", "")), day(case.get("until", "")), int(case["year"]))
    targets, sheet = issue(case["fund"], yuan_to_fen(case["total"]), holders, period, policy)
    assert {code: fen_to_yuan(fen) for code, fen in targets.items()} == case["want"]["targets"]
    assert sum(targets.values()) == yuan_to_fen(case["total"])
    assert _cited(sheet)


def _causes(case: dict, _policy: Policy) -> None:
    groups = [
        Group(
            row["group"], int(row["planned"][0]), yuan_to_fen(row["planned"][1]), int(row["actual"][0]),
            yuan_to_fen(row["actual"][1]),
        )
        for row in case["groups"]
    ]  # fmt: skip
    granted = [
        Granted(row["id"], row["cause"], yuan_to_fen(row["granted"]), yuan_to_fen(row["cost"]), "决定")
        for row in case.get("granted", [])
    ]
    recovered = yuan_to_fen(case.get("recovered", "0"))
    found = attribute(groups, yuan_to_fen(case["budget"]), granted, (recovered, "追回文书"), "运行分析")
    want = case["want"]
    assert {name: fen_to_yuan(fen) for name, fen in found.against_budget.items()} == want["causes"]
    if "against_first" in want:
        assert {name: fen_to_yuan(fen) for name, fen in found.against_first.items()} == want["against_first"]
    assert fen_to_yuan(found.actual_fen) == want["actual"]
    assert fen_to_yuan(sum(found.against_budget.values())) == want["gap"]
    assert sum(found.against_budget.values()) == found.actual_fen - found.budget_fen


def _states(case: dict, _policy: Policy) -> None:
    state = State.NONE
    for row in case["path"]:
        state = move(row["event"], state, "990100", 2027).target
        assert state == State(row["to"])


_RUN = {
    "plan": _plan, "totals": _totals, "adjust": _adjust, "growth": _growth, "holder": _holder,
    "causes": _causes, "states": _states,
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    sorted(FOLDER.glob("*.plan.case.yaml")),
    ids=lambda path: path.name.removesuffix(".plan.case.yaml"),
)
def test_a_worked_figure_comes_out_to_the_fen(path: Path) -> None:
    """A rule of the year plan holds only if every figure of its example comes out, or is refused by name."""
    case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    rules = {key: None if value == "absent" else value for key, value in case.get("rules", {}).items()}
    policy = policy_of(rules, date(int(case.get("year", 2027)), 1, 1))
    if "refused" in case:
        with pytest.raises(Fault) as caught:
            _RUN[case["kind"]](case, policy)
        assert caught.value.reason.code == case["refused"]
        assert case.get("says", "") in caught.value.message
        return
    _RUN[case["kind"]](case, policy)


_DEMANDS = ("S1", "S4", "S6", "S8", "S11", "S14", "S16", "S17", "S18", "S19", "S20", "S82", "S100")


@pytest.mark.parametrize("row", _DEMANDS)
def test_each_demand_of_the_plan_has_a_case(row: str) -> None:
    """A demand nobody has worked through is only claimed."""
    assert list(FOLDER.glob(f"{row}_*.plan.case.yaml")), row
