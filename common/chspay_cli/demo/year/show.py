"""The year in tables, in Chinese, codes beside."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from chspay_cli.demo.year.result import METHODS, YearResult
from chspay_core.amounts import fen_to_yuan

_CODES = frozenset({"代码", "编码", "理由代码"})


def show(console: Console, found: YearResult) -> None:
    """Every table, and what was checked."""
    for table in (
        _methods(found),
        _routes(found),
        _pools(found),
        _months(found),
        _communities(found),
        _hospitals(found),
    ):
        console.print()
        console.print(table)
    year = found.clearing
    console.print(
        f"\n年度清算 {year['clearing_id']}：预算 {fen_to_yuan(year['budget_fen'])} 元，"
        f"据实 {fen_to_yuan(year['actual_fen'])} 元，决算额 {fen_to_yuan(year['decision_fen'])} 元，"
        f"点值 {year['point_value']} 元/点。"
    )
    intervals = [row for row in found.months if "forecast_low" in row]
    held = sum(
        Decimal(row["forecast_low"]) <= Decimal(found.came) <= Decimal(row["forecast_high"])
        for row in intervals
    )
    console.print(f"点值预测：全年实际 {found.came} 元/点，{len(intervals)} 个区间中 {held} 个包含它。")
    for order in found.paid:
        console.print(
            f"拨付单 {order['order_no']}：{order['lines']} 笔，{fen_to_yuan(order['total_fen'])} 元。"
        )
    console.print()
    for check in found.checks:
        mark = "[green]符合[/]" if check.holds else "[bold red]不符[/]"
        console.print(f"{mark}  {check.name}（{check.code}）：{check.told}", soft_wrap=True)
    console.print(f"结果指纹（SM3）{found.digests['all']}", soft_wrap=True)
    console.print("演示政策、人员、机构和金额均为虚构，仅供试用和教学。", style="dim")


def _table(title: str, *columns: str) -> Table:
    """A table whose first column is a name; the others are figures, but for codes."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        word = number == 0 or column in _CODES
        table.add_column(column, justify="left" if word else "right", no_wrap=True)
    return table


def _methods(found: YearResult) -> Table:
    table = _table(
        "支付方式", "方式", "代码", "病例、账单或人", "点数", "费用（元）", "按点数支付（元）",
        "按金额支付（元）", "基金合计（元）",
    )  # fmt: skip
    for one in found.methods:
        amounts = map(fen_to_yuan, (one.cost_fen, one.points_fen, one.money_fen, one.fund_fen))
        table.add_row(
            one.name, one.code, str(one.count), f"{one.points:.4f}" if one.points else "—", *amounts
        )
    return table


def _routes(found: YearResult) -> Table:
    table = _table(
        "住院病例的付费方式认定（每例一种）", "方式", "代码", "理由代码", "病例", "按金额支付（元）"
    )
    for row in found.routes:
        amount = fen_to_yuan(row["amount_fen"])
        table.add_row(METHODS[row["method"]], row["method"], row["reason"], str(row["cases"]), amount)
    return table


def _pools(found: YearResult) -> Table:
    table = _table("资金池", "资金池", "代码", "预算（元）", "已支付（元）", "结余（元）")
    table.show_footer = True
    for one in found.pools:
        table.add_row(one.name, one.code, *map(fen_to_yuan, (one.budget_fen, one.paid_fen, one.balance_fen)))
    for column, fen in zip(
        table.columns[2:],
        (
            sum(getattr(one, name) for one in found.pools)
            for name in ("budget_fen", "paid_fen", "balance_fen")
        ),
        strict=True,
    ):
        column.footer = fen_to_yuan(fen)
    table.columns[0].footer = "合计"
    return table


def _months(found: YearResult) -> Table:
    table = _table(
        "各月", "月份", "清单", "退回", "结算病例", "点数", "点值（元）", "基金（元）", "审核扣款（元）",
        "暂不结算", "推算增速", "预警", "预测全年点值", "预测区间",
    )  # fmt: skip
    for row in found.months:
        table.add_row(
            str(row["month"]), str(row["sent"]), str(row["sent"] - row["accepted"]), str(row["cases"]),
            _points(row["points"]), row["point_value"], fen_to_yuan(row["fund_fen"]),
            fen_to_yuan(row["deducted_fen"]), str(row["held_lists"]), _percent(row["projected_growth"]),
            str(len(row["alarms"])), row.get("forecast", "—"), _interval(row),
        )  # fmt: skip
    table.show_footer = True
    table.columns[0].footer = "全年"
    table.columns[5].footer = found.came
    return table


def _percent(rate: str) -> str:
    return f"{Decimal(rate) * 100:.2f}%"


def _interval(row: dict[str, Any]) -> str:
    return f"{row['forecast_low']}～{row['forecast_high']}" if "forecast_low" in row else "—"


def _points(text: str) -> str:
    return f"{Decimal(text):.4f}"


def _communities(found: YearResult) -> Table:
    table = _table(
        "医共体按人头包干", "医共体", "代码", "额度（元）", "在内（元）", "在外（元）", "剔除（元）",
        "结余（元）", "应付（元）", "合计支付（元）",
    )  # fmt: skip
    for row in found.communities:
        names = ("quota_fen", "inside_fen", "outside_fen", "exempt_fen", "balance_fen", "due_fen", "paid_fen")
        table.add_row(row["name"], row["code"], *(fen_to_yuan(row[name]) for name in names))
    return table


def _hospitals(found: YearResult) -> Table:
    table = _table("年度清算", "医疗机构", "编码", "病例", "点数", "据实（元）", "决算（元）", "应补付（元）")
    for row in sorted(found.hospitals, key=lambda row: -row["fund_fen"]):
        amounts = (fen_to_yuan(row[name]) for name in ("actual_fen", "fund_fen", "balance_fen"))
        table.add_row(row["name"], row["code"], str(row["cases"]), _points(row["points"]), *amounts)
    return table
