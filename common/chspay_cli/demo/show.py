"""What the demonstration shows: the hospital table, one worksheet, and where to look next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from chspay_cli.demo.story import MONTH, POOL, Keys, Month20k
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.wording import evidence_text, formula_text, kind_text, unit_text
from chspay_core.worksheet import Line

SUM_BROKEN = Reason(
    "DEMO_SUM_BROKEN", Kind.INTERNAL, "各医院基金合计{value}元与本月基金{fund}元不符，请报告此问题。"
)


def show(console: Console, month: Month20k, keys: Keys, pages: str, url: str) -> None:
    """Tables and addresses.

    :param pages: where the portal is; ``url``: where the gateway is.

    :raises Fault: DEMO_SUM_BROKEN when the hospitals' fund is not the month's fund to the fen.
    """
    _intake(console, month)
    _hospitals(console, month)
    _worksheet(console, month.explained)
    _next(console, month, keys, pages, url)


def _intake(console: Console, month: Month20k) -> None:
    bulk = month.bulk
    console.print(
        f"\n受理清单 {month.sent + bulk['accepted']} 份（国家报文 {month.sent}，批量 {bulk['accepted']}）；"
        f"退回 {bulk['faulty']} 份（编码或数据有误，逐条说明原因）。"
    )
    for fault in bulk["faults"][:3]:
        console.print(
            f"  第 {fault['row']} 行 {fault['case_id']}：{fault['message']}（{fault['reason']}）", style="dim"
        )


def _hospitals(console: Console, month: Month20k) -> None:
    value = month.run["point_value"]
    title = f"\n{POOL} {MONTH} 月度结算：点值 {value} 元/点（演示数据）"
    table = Table(title=title, title_justify="left", show_footer=True)
    total = {
        name: sum(yuan_to_fen(row[name]) for row in month.statements) for name in ("fund", "patient", "total")
    }
    if total["fund"] != month.fund_fen:
        raise Fault(SUM_BROKEN, value=fen_to_yuan(total["fund"]), fund=fen_to_yuan(month.fund_fen))
    points = sum((Decimal(row["points"]) for row in month.statements), Decimal(0))
    table.add_column("医院", footer="合计", no_wrap=True)
    for name, footer in (
        ("病例数", str(sum(row["cases"] for row in month.statements))),
        ("点数", f"{points:.4f}"),
        ("点值", value),
        ("基金（元）", fen_to_yuan(total["fund"])),
        ("个人负担（元）", fen_to_yuan(total["patient"])),
        ("合计（元）", fen_to_yuan(total["total"])),
    ):
        table.add_column(name, footer=footer, justify="right", no_wrap=True)
    for row in sorted(month.statements, key=lambda row: -yuan_to_fen(row["total"])):
        cells = [str(row["cases"]), f"{Decimal(row['points']):.4f}", row["point_value"]]
        table.add_row(row["hospital_name"], *cells, row["fund"], row["patient"], row["total"])
    console.print(table)
    console.print(
        f"本月基金 {fen_to_yuan(month.fund_fen)} 元，各医院合计 {fen_to_yuan(total['fund'])} 元，相差 0 分；"
        f"总账借贷差额 {month.balance['difference']} 元。"
    )


def _worksheet(console: Console, explained: dict[str, Any]) -> None:
    case = explained["case"]
    kind = kind_text(case["kind"])
    console.print(f"\n病例 {case['case_id']}（{case['drg'] or '未入组'}，{kind}）的计算底稿：")
    lines = [Line(**{**line, "inputs": tuple(line["inputs"])}) for line in explained["worksheet"]["lines"]]
    labels = {line.key: line.label for line in lines}
    table = Table(show_edge=False, pad_edge=False)
    for name in ("项目", "数值", "单位", "怎样得出", "依据（文件与条款）"):
        table.add_column(name, justify="right" if name == "数值" else "left")
    for line in lines:
        source = f"{line.citation}（{evidence_text(line.evidence)}）" if line.citation else ""
        table.add_row(line.label, line.value, unit_text(line.unit), formula_text(line, labels), source)
    console.print(table)


def _next(console: Console, month: Month20k, keys: Keys, pages: str, url: str) -> None:
    run_id = month.run["run_id"]
    hospital = month.explained["case"]["hospital_code"]
    console.print("\n接下来可以看：", style="bold")
    console.print(f"  页面         {pages}（用下面的密钥登录）")
    console.print(f"  医院结算表   {pages}/runs/{run_id}")
    console.print(f"  一张结算单   {pages}/runs/{run_id}/statement?hospital={hospital}")
    console.print(f"  接口说明     {url}/openapi.json")
    console.print(f"  经办密钥     {keys.approver}", soft_wrap=True)
    console.print(f"  医院密钥     {keys.hospitals[hospital]}（只能看到本院）", soft_wrap=True)
    console.print("  演示政策与分组方案均为自拟，仅供试用和教学。", style="dim")
