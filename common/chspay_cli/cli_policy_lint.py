"""``chspay policy lint`` and ``stale``: what is wrong with the law as written, and how old it is."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chspay_cli.engines import knowledge
from chspay_core.amounts import fen_to_yuan
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import canonical_json
from chspay_core.policy_check import Tree
from chspay_core.policy_files import PLACE_UNKNOWN, load_tree
from chspay_core.policy_lint import Finding, lint, unweighted
from chspay_core.policy_stale import Stale, stale
from chspay_core.regions import NATION, check_code
from chspay_core.wording import evidence_text
from chspay_policy import ROOT

WEIGHTS_ALONE = Reason(
    "POLICY_WEIGHTS_ALONE", Kind.INVALID, "查病组有无权重需要同时给出 --weights 与 --scheme。"
)
#: How many years a measured value holds when nobody says: the cycle at which groups are revised.
REVISION_KEY = "grouping.revision_years"

LEVEL_NAMES = {"fault": "错误", "warning": "警告", "note": "提示"}
LEVEL_STYLES = {"fault": "red", "warning": "yellow", "note": "dim"}
STALE_NAMES = {
    "repealed": "文件已废止",
    "old": "测算值过期",
    "not_compared": "未核对过",
    "unverified": "未核对原文",
    "demo": "演示",
}

PlaceArgument = Annotated[str, typer.Argument(help="六位行政区划代码；不填为全部地区。")]
DayOption = Annotated[str, typer.Option("--on", help="按哪一天判断，默认今天（北京时间）。")]
RootOption = Annotated[
    Path, typer.Option("--policy-root", help="政策库文件夹，默认随程序发布的政策库。", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出JSON。")]


def day_or_today(text: str) -> date:
    """The day given, or today in China, where legal days are counted."""
    return parse_day(text, "--on") if text else datetime.now(ZoneInfo("Asia/Shanghai")).date()


def lint_policy(
    place: PlaceArgument = "",
    on: DayOption = "",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="权重表（.csv、.parquet），与 --scheme 合用。")
    ] = None,
    scheme: Annotated[str, typer.Option("--scheme", help="分组方案的文件夹或自带方案的编号。")] = "",
    policy_root: RootOption = ROOT,
    as_json: JsonOption = False,
) -> None:
    """按法规检查政策：合计不符、不得并行、超出界限、引用无条款、文件已废止、参数缺失、
    病组没有权重，以及会让支付跳变的方法（写明跳变多少元）。

    有错误或警告时退出码为1；提示不影响退出码。

    例：

      chspay policy lint 990100 --on 2026-01-01

      chspay policy lint --weights weights.csv --scheme chspay_starter
    """
    if bool(scheme) != (weights is not None):
        raise Fault(WEIGHTS_ALONE)
    tree = _tree(policy_root, place)
    found = lint(tree, knowledge(), day_or_today(on), {place} if place else ())
    if weights is not None:
        found = [*_unweighted(scheme, weights), *found]
    if as_json:
        typer.echo(canonical_json([_finding_json(item) for item in found]).decode())
    else:
        _show_findings(found)
    if any(item.level != "note" for item in found):
        raise typer.Exit(1)


def _tree(root: Path, place: str) -> Tree:
    tree = load_tree(root)
    if place and check_code(place) not in tree.shared.names:
        raise Fault(PLACE_UNKNOWN, field="place", value=place)
    return tree


def _unweighted(scheme: str, weights: Path) -> list[Finding]:
    from chspay_cli.schemecases import read_weights
    from chspay_cli.schemefile import find_scheme

    found, _ = find_scheme(scheme)
    groups = [drg.code for _, adrg in found.adrgs() for drg in adrg.children]
    return unweighted(groups, read_weights(weights))


def _finding_json(item: Finding) -> dict[str, str]:
    money = {"below_yuan": item.below_fen, "above_yuan": item.above_fen, "jump_yuan": item.jump_fen}
    return {
        "level": item.level,
        "code": item.code,
        "place": item.place,
        "key": item.key,
        "since": item.since,
        "document": item.document,
        "words": item.words,
        **{name: fen_to_yuan(fen) for name, fen in money.items() if fen is not None},
    }


def _show_findings(found: list[Finding]) -> None:
    console = Console()
    if found:
        table = Table(title="政策检查", show_lines=True)
        for column in ("", "地区与参数", "问题"):
            table.add_column(column, overflow="fold")
        for item in found:
            style = LEVEL_STYLES[item.level]
            table.add_row(
                f"[{style}]{LEVEL_NAMES[item.level]}[/{style}]",
                f"{item.place}\n{escape(item.key)}".strip(),
                f"{escape(item.words)}\n[dim]{item.code}[/dim]",
            )
        console.print(table)
    counts = Counter(item.level for item in found)
    told = "，".join(f"{LEVEL_NAMES[level]}{counts[level]}" for level in LEVEL_NAMES)
    console.print(f"{told}。" if found else "没有发现问题。")


def report_stale(
    place: PlaceArgument = "",
    on: DayOption = "",
    years: Annotated[
        int | None,
        typer.Option("--years", min=0, max=100, help="测算值几年算过期，默认按国家分组方案的调整周期。"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="也列出没有问题的规则。")] = False,
    policy_root: RootOption = ROOT,
    as_json: JsonOption = False,
) -> None:
    """陈旧报告：每个地区每个参数距上次与文件核对多少天，未核对或演示的值，文件是否已废止，测算值是否过期。

    例：

      chspay policy stale 330100 --on 2026-12-31
    """
    day = day_or_today(on)
    tree = _tree(policy_root, place)
    if years is None:
        years = Bundle.load(policy_root, NATION).on(day).integer(REVISION_KEY)
    found = stale(tree, day, years, {place} if place else ())
    shown = [item for item in found if every or item.kinds]
    if as_json:
        typer.echo(canonical_json([_stale_json(item) for item in shown]).decode())
        return
    console = Console()
    table = Table(title=f"陈旧报告，{day}（测算值满{years}年算过期）", show_lines=True)
    for column in ("地区", "参数", "自", "核对距今", "说明"):
        table.add_column(column, overflow="fold")
    for item in shown:
        name = f"{tree.shared.names.get(item.place, '')}\n{item.place}"
        kinds = "、".join(STALE_NAMES[kind] for kind in item.kinds) or evidence_text(item.evidence)
        ended = f"（{item.repealed}废止）" if item.repealed else ""
        age = "从未" if item.age_days is None else f"{item.age_days}天"
        label = f"{escape(item.label)}\n[dim]{item.key}[/dim]"
        table.add_row(name, label, item.since.isoformat(), age, f"{kinds}\n{escape(item.document)}{ended}")
    console.print(table)
    counts = Counter(kind for item in found for kind in item.kinds)
    told = "，".join(f"{STALE_NAMES[kind]}{counts[kind]}" for kind in STALE_NAMES if counts[kind])
    console.print(f"共{len(found)}条现行规则；{told or '没有陈旧的'}。")


def _stale_json(item: Stale) -> dict[str, object]:
    return {
        "place": item.place,
        "key": item.key,
        "label": item.label,
        "since": item.since.isoformat(),
        "compared": item.compared.isoformat() if item.compared else "",
        "age_days": "" if item.age_days is None else str(item.age_days),
        "evidence": item.evidence,
        "document": item.document,
        "repealed": item.repealed.isoformat() if item.repealed else "",
        "kinds": list(item.kinds),
    }
