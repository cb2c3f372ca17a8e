"""Worked figures of the value side: funds divided, rates forecast, point values found, each a YAML file."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from settlement_rules import policy_of

from chspay_core.amounts import fen_to_yuan, plain, to_micro, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import (
    CaseKind,
    CasePoints,
    Group,
    GroupTable,
    HospitalTotals,
    PricedInput,
)
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.month.payment import LineKind, PayLine, payment, prepaid_of, prepay_share
from chspay_settlement.engine.value.carve import Carve, carve, payments, write_carved
from chspay_settlement.engine.value.dip import History, budget_value
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import facts_of, fixed_of
from chspay_settlement.engine.value.rate import (
    Bill,
    LevelShare,
    forecast,
    fund_part_fen,
    predicted_cases,
    predicted_weight,
)
from chspay_settlement.engine.value.split import form_of, hospital_totals
from chspay_settlement.engine.year.assessment import assessed_fen

FILES = sorted((Path(__file__).parent / "values").glob("*.case.yaml"))


def _load(path: Path) -> dict:
    return read_yaml(path.read_text(encoding="utf-8"), path.name).plain()


def _of_kind(kind: str) -> list:
    found = [(path, _load(path)) for path in FILES]
    return [
        pytest.param(case, id=path.name.removesuffix(".case.yaml"))
        for path, case in found
        if case["kind"] == kind
    ]


def _cases(case: dict) -> tuple[list[PricedInput], list[CasePoints]]:
    inputs, points = [], []
    for row in case.get("cases", []):
        level = int(row["level"]) if "level" in row else None
        inputs.append(
            PricedInput(
                row["id"], row["hospital"], level, row["drg"], "grouped", "", None, 100,
                yuan_to_fen(row["patient"]),
            )
        )  # fmt: skip
        points.append(CasePoints(CaseKind.NORMAL, to_micro(Decimal(row["points"]))))
    return inputs, points


def _divided(case: dict, policy: Policy) -> tuple[Division, list[PricedInput], list[CasePoints]]:
    form = form_of(policy)
    inputs, points = _cases(case)
    totals = hospital_totals(inputs, points, form)
    for row in case["hospitals"]:
        micro = to_micro(Decimal(row["points"]))
        cost = yuan_to_fen(row.get("cost", "0"))
        totals.append(HospitalTotals(row["hospital"], 1, micro, cost, yuan_to_fen(row["patient"])))
    facts = facts_of(inputs, points, form, policy)
    return divide(yuan_to_fen(case["fund"]), totals, policy, facts=facts), inputs, points


def test_the_money_of_the_whole_example_starts_from_its_points() -> None:
    """A.10: the points worked out case by case are the points the fund is divided by."""
    points = _load(Path(__file__).parent / "worked" / "zhejiang_points.case.yaml")["totals"]
    money = _load(Path(__file__).parent / "values" / "zhejiang_two_values.case.yaml")["hospitals"]
    assert {row["hospital"]: row["points"] for row in money} == {
        code: total for code, total in points.items() if code != "all"
    }


@pytest.mark.parametrize("case", _of_kind("divide"))
def test_a_fund_is_divided_as_published(case: dict) -> None:
    """A form of the point value is reproduced only if value, funds and residual come out to the fen."""
    for way in case["ways"]:
        policy = policy_of(way["rules"])
        done, inputs, points = _divided(case, policy)
        assert [fen_to_yuan(amount.fund_fen) for amount in done.hospitals] == way["funds"]
        if "value" in way:
            assert done.value.display() == way["value"]
        for name, shown in way.get("parts", {}).items():
            assert done.part(name).display() == shown
        levels = {part.of: part.value.display() for part in done.parts if part.name == "level"}
        assert {level: levels[level] for level in way.get("levels", {})} == way.get("levels", {})
        assert fen_to_yuan(done.residual_fen) == way.get("residual", "0.00")
        assert done.cause == way.get("cause", "")
        for case_id, fund in way.get("case_funds", {}).items():
            assert fen_to_yuan(_case_fund(done, inputs, points, policy, case_id)) == fund
        _check_pay(done, way, policy)


def _check_pay(done: Division, way: dict, policy: Policy) -> None:
    """What is paid now, and what is left after assessment and audit."""
    share = prepay_share(policy)
    prepaid = [prepaid_of(h.fund_fen, e, share) for h, e in zip(done.hospitals, done.exact, strict=True)]
    if "prepaid" in way:
        assert [fen_to_yuan(fen) for fen in prepaid] == way["prepaid"]
    if "paid" in way:
        lines = [PayLine(LineKind.DEDUCTION, "F1", "", "", -yuan_to_fen(audit)) for audit in way["audits"]]
        paid = [payment(fen, [line], []).payable_fen for fen, line in zip(prepaid, lines, strict=True)]
        assert [fen_to_yuan(fen) for fen in paid] == way["paid"]
    if "after" in way:
        want = way["after"]
        fund = next(h.fund_fen for h in done.hospitals if h.hospital_code == want["hospital"])
        cut = assessed_fen(want["hospital"], fund, 0, Decimal(want["score"]), policy)
        assert fen_to_yuan(fund - cut - yuan_to_fen(want["audit"])) == want["fund"]


def _case_fund(
    done: Division, inputs: list[PricedInput], points: list[CasePoints], policy: Policy, case_id: str
) -> int:
    hospital = next(inp.hospital_code for inp in inputs if inp.case_id == case_id)
    own = [(i, p) for i, p in zip(inputs, points, strict=True) if i.hospital_code == hospital]
    fixed = fixed_of(policy, done.form)
    funds = done.case_funds(
        hospital,
        [inp.case_id for inp, _ in own],
        [found.points_micro for _, found in own],
        [inp.patient_fen or 0 for inp, _ in own],
        [] if fixed is None else [fixed(inp, found) for inp, found in own],
    )
    return funds[[inp.case_id for inp, _ in own].index(case_id)]


@pytest.mark.parametrize("case", _of_kind("forecast"))
def test_a_rate_is_forecast_as_published(case: dict) -> None:
    """The rate of a year decides every payment of it; forecast, levels and fund part must come out."""
    policy = policy_of({"rate.places": "2"})
    levels = [
        LevelShare(int(row["level"]), Fraction(row["share"]), to_micro(Decimal(row["weight"])))
        for row in case["levels"]
    ]
    sheet = Worksheet(case["title"])
    weight = to_micro(Decimal(case["weight"]))
    found = forecast(yuan_to_fen(case["fund"]), Fraction(case["ratio"]), weight, policy, levels, sheet)
    assert sheet["cost"].value == case["cost"]
    assert format(found.rate, "f") == sheet["rate"].value == case["rate"]
    assert {str(level): format(rate, "f") for level, rate in found.levels.items()} == case["rates"]
    for row in case["standards"]:
        assert format(Decimal(row["weight"]) * found.rate, ".2f") == row["standard"]
    for row in case["parts"]:
        bill = row["bill"]
        money = {f"{name}_fen": yuan_to_fen(value) for name, value in bill.items() if name != "ratio"}
        given = Bill("c1", ratio=Fraction(bill["ratio"]) if "ratio" in bill else None, **money)
        chosen = policy_of(row["rules"])
        assert fen_to_yuan(fund_part_fen(yuan_to_fen(row["standard"]), given, chosen)) == row["fund"]
        with pytest.raises(Fault) as caught:
            fund_part_fen(100, Bill("c1"), chosen)
        assert caught.value.reason.code == "RATE_PART_MISSING"
    groups = case["growth"]["groups"]
    cases = {
        row["drg"]: predicted_cases(int(row["cases"]), [Fraction(g) for g in row["growths"]])
        for row in groups
    }
    assert {drg: str(number) for drg, number in cases.items()} == {
        row["drg"]: row["predicted"] for row in groups
    }
    weights = {row["drg"]: to_micro(Decimal(row["weight"])) for row in groups}
    assert predicted_weight(cases, weights) == to_micro(Decimal(case["growth"]["weight"]))


@pytest.mark.parametrize("case", _of_kind("budget_value"))
def test_a_budget_value_weighs_the_years(case: dict) -> None:
    """The value at the beginning of a DIP year rests on three years and may leave dear institutions out."""
    history = [
        History(
            row["hospital"], int(row["year_back"]), yuan_to_fen(row["cost"]), to_micro(Decimal(row["score"]))
        )
        for row in case["history"]
    ]
    for way in case["ways"]:
        policy = policy_of({"dip.year_weights": case["weights"], "dip.value_refine": way["refine"]})
        sheet = Worksheet(case["title"])
        assert budget_value(history, policy, sheet).display() == sheet["value"].value == way["value"]
    trim = case["trim"]
    rules = {
        "dip.year_weights": [{"year_back": "1", "weight": "1"}],
        "dip.value_refine": "percentiles@1",
        "dip.value_trim_low": trim["low"],
        "dip.value_trim_high": trim["high"],
        "points.quantile": "linear",
    }
    rows = [History(f"c{i}", 1, yuan_to_fen(cost), 10_000_000) for i, cost in enumerate(trim["costs"])]
    assert budget_value(rows, policy_of(rules)).display() == trim["value"]
    with pytest.raises(Fault) as caught:
        budget_value(
            history[:2], policy_of({"dip.year_weights": case["weights"], "dip.value_refine": "none@1"})
        )
    assert caught.value.reason.code == "DIP_YEAR_MISSING"


@pytest.mark.parametrize("case", _of_kind("carve"))
def test_amounts_set_apart_leave_the_sums_whole(case: dict) -> None:
    """What is paid aside and what is added must neither vanish nor be paid twice."""
    policy = policy_of({"carve.kinds": case["kinds"], "point_value.form": "fund_only@1"})

    def amount(row: dict) -> Carve:
        return Carve(row["kind"], row["payee"], yuan_to_fen(row["amount"]), row["cite"])

    carved = carve(yuan_to_fen(case["fund"]), map(amount, case["amounts"]), policy)
    assert fen_to_yuan(carved.divided_fen) == case["divided"]
    done, _, _ = _divided({**case, "fund": case["divided"]}, policy)
    names = ("divided", "aside", "added", "total")
    found = [
        {"payee": pay.payee} | {name: fen_to_yuan(getattr(pay, f"{name}_fen")) for name in names}
        for pay in payments(carved, done)
    ]
    assert found == case["payments"]
    sheet = Worksheet("fund")
    write_carved(sheet, carved, policy)
    assert sheet["fund_divided"].value == case["divided"]
    for row in case["refused"]:
        with pytest.raises(Fault) as caught:
            carve(yuan_to_fen(case["fund"]), [amount(row)], policy)
        assert caught.value.reason.code == row["reason"]
    twice = [amount(case["amounts"][0])] * 2
    with pytest.raises(Fault) as caught:
        carve(yuan_to_fen(case["fund"]), twice, policy)
    assert caught.value.reason.code == "CARVE_TWICE"


@pytest.mark.parametrize("case", _of_kind("pools"))
def test_pools_of_one_city_share_points_not_values(case: dict) -> None:
    """The prefecture measures points once; each pool finds its own value and hands out its own fund."""
    policy = policy_of({"point_value.form": "fund_only@1"})
    overall = yuan_to_fen(case["overall_mean"])
    groups = [
        Group(
            row["drg"], 10, 1, 0, yuan_to_fen(row["mean"]), 0, True, "", to_micro(Decimal(row["base"])), "3"
        )
        for row in case["groups"]
    ]
    table = GroupTable.of(overall, 1, groups)
    for pool in case["pools"]:
        inputs = [
            PricedInput(row["id"], row["hospital"], None, row["drg"], "grouped", "", None,
                        yuan_to_fen(row["cost"]), yuan_to_fen(row["patient"]))
            for row in pool["cases"]
        ]  # fmt: skip
        done = clear(inputs, yuan_to_fen(pool["fund"]), policy, table=table)
        assert [plain(found.points) for found in done.points] == [row["points"] for row in pool["cases"]]
        assert done.value.display() == pool["value"]
        assert {h.hospital_code: fen_to_yuan(h.fund_fen) for h in done.hospitals} == pool["funds"]
        assert sum(done.funds_fen) == yuan_to_fen(pool["fund"])
