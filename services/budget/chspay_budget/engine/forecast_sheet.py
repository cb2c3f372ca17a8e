"""How a forecast of point values came about, month by month, with the record of its interval."""

from __future__ import annotations

from decimal import Decimal

from chspay_budget.engine.forecast import LEVEL_KEY, METHOD_KEY, MONTHS_KEY, Forecast, MonthAhead, YearAhead
from chspay_core.amounts import EXACT, from_micro, plain
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet

PLACES = 8


def yuan(value: int) -> Decimal:
    """A point value as yuan per point."""
    return Decimal(value).scaleb(-PLACES, EXACT)


def explain(found: Forecast, policy: Policy) -> Worksheet:
    """The forecast, line by line."""
    sheet = Worksheet(f"{policy.place_name or policy.place}{found.year}年点值预测")
    for key, name in ((METHOD_KEY, "method"), (MONTHS_KEY, "months"), (LEVEL_KEY, "level")):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, policy.text(key), rule.unit, rule=rule)
    sheet.given("history", "已月结的月数", found.history, "months")
    sheet.given("seen", "其中本年度", found.seen, "months")
    for ahead in found.months:
        _month(sheet, ahead, policy)
    _whole(sheet, found.whole, policy)
    return sheet


def _month(sheet: Worksheet, ahead: MonthAhead, policy: Policy) -> None:
    name = f"{ahead.month.month:02d}"
    rule = policy.rule(METHOD_KEY)
    sheet.given(f"fund_{name}", f"{ahead.month}基金（已批准）", ahead.fund_fen, "fen")
    basis = {"formula": "method over history", "inputs": ["method", "months", "history"], "rule": rule}
    sheet.line(f"other_{name}", f"{ahead.month}个人负担等（预测）", ahead.other_fen, "fen", **basis)  # type: ignore[arg-type]
    sheet.line(
        f"points_{name}", f"{ahead.month}总点数（预测）", plain(from_micro(ahead.points_micro)), "points",
        **basis,  # type: ignore[arg-type]
    )  # fmt: skip
    _value(sheet, name, f"{ahead.month}点值（预测）", ahead, policy)


def _whole(sheet: Worksheet, whole: YearAhead, policy: Policy) -> None:
    sheet.given("fund_year", "全年基金", whole.fund_fen, "fen")
    sheet.given("other_year", "全年个人负担等：已月结与预测之和", whole.other_fen, "fen")
    sheet.given(
        "points_year", "全年总点数：已月结与预测之和", plain(from_micro(whole.points_micro)), "points"
    )
    _value(sheet, "year", "全年点值（预测）", whole, policy)


def _value(sheet: Worksheet, name: str, label: str, ahead: MonthAhead | YearAhead, policy: Policy) -> None:
    sheet.line(
        f"value_{name}", label, yuan(ahead.value), "yuan", formula="(fund + other) ÷ points",
        inputs=[f"fund_{name}", f"other_{name}", f"points_{name}"], rounding="half_up_8",
    )  # fmt: skip
    if ahead.width is None or ahead.interval is None:
        return
    width = Decimal(ahead.width.width).scaleb(-9, EXACT)
    sheet.line(
        f"width_{name}", f"{label}：区间半宽（占点值的比例）", width, "ratio",
        formula=f"rank of level among {ahead.width.errors} past errors of the method, adapted",
        inputs=["level", "method", "history"], rule=policy.rule(LEVEL_KEY),
    )  # fmt: skip
    for side, end in zip(("low", "high"), ahead.interval, strict=True):
        words = "下限" if side == "low" else "上限"
        sheet.line(
            f"{side}_{name}", f"{label}：区间{words}", yuan(end), "yuan",
            formula=f"value × (1 {'−' if side == 'low' else '+'} width)",
            inputs=[f"value_{name}", f"width_{name}"], rounding="outward_8",
        )  # fmt: skip
