"""Worked examples of the watch, indicators and forecasts; a file's name begins with the demand it answers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from watch_rules import policy_of

from chspay_budget.engine import changes, expected_heads, forecast, growth_watch, indicators, peers
from chspay_budget.engine.expected_heads import Actual, Stratum
from chspay_budget.engine.forecast import Fact
from chspay_budget.engine.forecast_sheet import explain, yuan
from chspay_budget.engine.indicators import Basis, Indicator, State
from chspay_core.amounts import fen_to_yuan, to_micro, yuan_to_fen
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet

FOLDER = Path(__file__).parent / "budget"


def _micro(text: str) -> int:
    return to_micro(Decimal(text))


def _cited(sheet: Worksheet) -> bool:
    return all(line.citation for line in sheet.lines if line.rule)


def _peers(case: dict, policy: Policy) -> None:
    rows = [
        peers.Observation(
            row["institution"], int(row["level"]), row["kind"], row.get("group", ""),
            int(row.get("cases", 0)), _micro(row["value"]),
        )
        for row in case["observations"]
    ]  # fmt: skip
    found = peers.measure(reversed(rows), policy)
    for want in case["classes"]:
        group, level, kind = want["group"], int(want["level"]), want["kind"]
        if kind:
            one = found.classes[group, level, kind]
        else:
            one = found.levels[group, level] if level else found.overall[group]
        assert (one.n, peers.shown(one.own), peers.shown(one.weight)) == (
            int(want["n"]), want["own"], want["weight"],
        )  # fmt: skip
        if "value" in want:
            assert peers.shown(one.value) == want["value"]
    held = {one.institution: one for one in found.held}
    for want in case["comparisons"]:
        one = held[want["institution"]]
        if "above" in want:
            assert (one.own > one.peers) == (want["above"] == "yes")
        else:
            ratio = "" if one.ratio is None else peers.shown(one.ratio)
            assert (peers.shown(one.own), peers.shown(one.peers), ratio) == (
                want["own"], want["peers"], want["ratio"],
            )  # fmt: skip
        assert _cited(peers.explain(found, one, "底稿", policy))


def _figures(row: dict) -> changes.Figures:
    return changes.Figures(
        int(row["year"]),
        int(row["cases"]),
        yuan_to_fen(row["cost"]),
        _micro(row["weight"]),
        _micro(row["price"]),
    )


def _change(case: dict, policy: Policy) -> None:
    found = changes.review(_figures(case["before"]), _figures(case["after"]), policy)
    assert {name: fen_to_yuan(fen) for name, fen in found.causes.items()} == {
        name: fen_to_yuan(yuan_to_fen(text)) for name, text in case["causes"].items()
    }
    assert [fen_to_yuan(fen) for fen in (found.difference_fen, found.cap_fen, found.proposed_fen)] == [
        case["difference"], case["most"], case["proposed"],
    ]  # fmt: skip
    sheet = changes.explain(found, "底稿", policy)
    assert _cited(sheet)
    assert int(sheet["proposed"].value) == found.proposed_fen


def _indicator(case: dict, policy: Policy) -> None:
    known = indicators.entry("cost_per_case", policy)
    steps = [indicators.issue(known, _micro(case["target"]), "下达文件", "a")]

    def now() -> Indicator:
        return Indicator("990100", 2025, "H1", "cost_per_case", tuple(steps))

    steps.append(indicators.step(now(), State.MEASURED, _micro(case["actual"]), "年报", "a", policy))
    steps.append(indicators.settle(now(), "决算1号", "b", policy))
    assert steps[-1].outcome == case["outcome"]
    basis = Basis(_micro(case["last"]), _micro(case["actual"]), Fraction(case["peers"]), "PB-1")
    proposed = indicators.propose(now(), basis, "a", policy)
    assert proposed.value_micro == _micro(case["proposed"])
    lines = {line["key"]: line for line in proposed.worksheet["lines"]}
    for name in ("change", "own", "blend", "most", "proposed"):
        assert Decimal(lines[name]["value"]) == Decimal(case[name]), name
    assert all(line["citation"] for line in lines.values() if line["rule"])


def _growth(case: dict, policy: Policy) -> None:
    months = [{"H1": yuan_to_fen(text)} for text in case["before"]]
    found = growth_watch.compare({"H1": yuan_to_fen(case["month"])}, months, policy)[0]
    assert (found.percent, found.over_fen) == (case["percent"], yuan_to_fen(case["over"]))
    sheet = growth_watch.explain(found, policy)
    assert int(sheet["over"].value) == found.over_fen
    assert _cited(sheet)


def _heads(case: dict, policy: Policy) -> None:
    strata = [
        Stratum(
            row["age"],
            row["disease"],
            *(int(row[name]) for name in ("insured", "base_insured", "base_heads")),
        )
        for row in case["strata"]
    ]
    served = {(row["age"], row["disease"]): int(row["served"]) for row in case["strata"]}
    found = expected_heads.judge(strata, [Actual("H1", int(case["heads"]), served)], policy)[0]
    sheet = expected_heads.explain(found, policy)
    assert sheet["expected"].value == case["expected"]
    assert [found.low, found.high, found.excess] == [int(case[name]) for name in ("low", "high", "excess")]
    assert _cited(sheet)


def _forecast(case: dict, policy: Policy) -> None:
    year, fund = int(case["year"]), yuan_to_fen(case["fund"])
    facts = []
    for before in range(int(case["years"]), 0, -1):
        for month, text in enumerate(case["points"], start=1):
            points = int(text) * 10_000
            other = yuan_to_fen(Decimal(case["other_per_point"]) * points)
            facts.append(Fact(Month(year - before, month), fund, other, points * 10**6))
    found = forecast.forecast(year, facts, dict.fromkeys(range(1, 13), fund), policy)
    values = {f"{one.month.month:02d}": yuan(one.value) for one in found.months}
    for month, text in case["months"].items():
        assert values[month] == Decimal(text), month
    assert yuan(found.whole.value) == Decimal(case["whole"])
    # What came again exactly leaves no error, and the interval says so.
    assert all(one.interval == (one.value, one.value) for one in found.months if one.width is not None)
    assert _cited(explain(found, policy))


_RUN = {
    "peers": _peers, "change": _change, "indicator": _indicator, "growth": _growth, "heads": _heads,
    "forecast": _forecast,
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    sorted(FOLDER.glob("*.watch.case.yaml")),
    ids=lambda path: path.name.removesuffix(".watch.case.yaml"),
)
def test_a_worked_example_comes_out_exactly(path: Path) -> None:
    """A rule of the watch holds only if every figure of its example comes out."""
    case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    _RUN[case["kind"]](case, policy_of(case.get("rules", {})))
