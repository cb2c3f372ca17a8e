"""``chspay policy``: check, show, compare and seal the law.

Exit codes: 0 done; 1 ``check`` or ``lint`` found faults; 2 bad input, file or usage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chspay_cli.cli_policy_export import export
from chspay_cli.cli_policy_lint import lint_policy, report_stale
from chspay_cli.engines import known_methods
from chspay_core.bundle import MAX_BUNDLE_BYTES, Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy, canonical_json
from chspay_core.policy_check import Tree, check, missing_on
from chspay_core.policy_diff import diff, diff_bundles, shown
from chspay_core.policy_files import load_shared, load_tree
from chspay_core.wording import evidence_text
from chspay_policy import ROOT

POLICY_SIDES = Reason(
    "POLICY_SIDES",
    Kind.INVALID,
    "请说明比较什么：同一政策库的两天用 --from 与 --to；与另一政策库或政策包比较用 --against"
    "（只比较某一天再加 --on）。",
)
BUNDLE_UNREADABLE = Reason(
    "POLICY_BUNDLE_UNREADABLE", Kind.INVALID, "读不到政策包文件{value}（{why}），请检查路径。"
)
BUNDLE_OTHER_PLACE = Reason(
    "POLICY_BUNDLE_OTHER_PLACE", Kind.INVALID, "这个政策包属于{value}，不是{place}，不能比较。"
)

EVIDENCE_STYLE = {"official": "green", "unverified": "yellow", "demo": "magenta"}
COVERAGE_NAMES = {"complete": "齐全", "partial": "部分", "planned": "计划中", "demo": "演示"}
ROLE_NAMES = {"pool": "统筹区", "frame": "供沿用"}

app = typer.Typer(
    no_args_is_help=True,
    help="政策库：校验、检查、查看、比较、封存。",
    rich_markup_mode=None,
    epilog="""例：

  校验随程序发布的政策库：
  chspay policy check

  演示市某一天执行的全部规则；一条规则的来历：
  chspay policy show 990100 --on 2025-03-31
  chspay policy show 990102 --on 2025-03-31 --key prepay.share

  两天之间、两个政策库（或封存的政策包）之间改了什么：
  chspay policy diff 990100 --from 2024-12-31 --to 2025-01-01
  chspay policy diff 990100 --against old-policy --on 2025-03-31

  按法规检查，看哪些方法会让支付跳变；看哪些规则久未核对：
  chspay policy lint
  chspay policy stale 330100

  封存成政策包，按摘要留存：
  chspay policy seal 990100 --out 990100.json
""",
)

app.command("lint")(lint_policy)
app.command("stale")(report_stale)
app.command("export")(export)

_Root = Annotated[
    Path, typer.Option("--policy-root", help="政策库文件夹，默认随程序发布的政策库。", show_default=False)
]
_Place = Annotated[str, typer.Argument(help="六位行政区划代码，例如 990100。")]
_Json = Annotated[bool, typer.Option("--json", help="输出JSON。")]


@app.command("check")
def check_folder(policy_root: _Root = ROOT) -> None:
    """校验整个政策库：依据、单位、参数名、日期、方法名、文件和覆盖说明；一次列出全部问题。

    没有问题退出码为0，有问题为1。
    """
    tree = load_tree(policy_root)
    faults = check(tree, known_methods())
    console = Console()
    if faults:
        for fault in faults:
            typer.echo(f"{fault.reason.code}：{fault.message}", err=True)
        typer.echo(f"发现{len(faults)}个问题。", err=True)
        raise typer.Exit(1)
    rules = [sourced.rule for group in tree.places.values() for sourced in group]
    console.print(_coverage(tree))
    console.print(
        f"没有发现问题：{len(tree.places)}个地区，{len(rules)}条规则，{len(tree.keys)}个参数，"
        f"{len(tree.shared.documents)}份文件。"
    )


def _coverage(tree: Tree) -> Table:
    table = _table("地区", "用途", "覆盖", "核对日期", "规则", "还缺", title="覆盖说明（coverage.yaml）")
    table.columns[-1].no_wrap = True
    for place, claim in sorted(tree.coverage.items()):
        gaps = missing_on(tree, place, claim.compared) if claim.role == "pool" else []
        table.add_row(
            f"{tree.shared.names.get(place, '')}\n{place}",
            ROLE_NAMES[claim.role],
            COVERAGE_NAMES[claim.state],
            claim.compared.isoformat(),
            str(len(tree.places.get(place, []))),
            "\n".join(gaps),
        )
    return table


@app.command()
def show(
    place: _Place,
    on: Annotated[str, typer.Option("--on", help="日期，例如 2025-03-31。")],
    key: Annotated[str, typer.Option("--key", help="只看这个参数，并列出它在各级的全部规则。")] = "",
    policy_root: _Root = ROOT,
    as_json: _Json = False,
) -> None:
    """查看一个地区在某一天执行的规则，以及每条的依据和证据等级。"""
    bundle = Bundle.load(policy_root, place)
    policy = bundle.on(parse_day(on, "--on"))
    rules = [policy.rule(key)] if key else policy.rules()
    if as_json:
        content = {
            "place": place,
            "on": on,
            "digest": bundle.digest,
            "evidence": policy.weakest_evidence(),
            "rules": [bundle.to_json(rule) for rule in rules],
        }
        typer.echo(canonical_json(content).decode())
        return
    console = Console()
    table = _table("参数", "值", "依据", title=f"{_named(bundle)}，{on}")
    table.columns[0].width = max((len(rule.key) for rule in rules), default=1)
    for rule in rules:
        style = EVIDENCE_STYLE[rule.evidence]
        name = f"{escape(rule.label)}\n[dim]{rule.key}[/dim]"
        origin = f"{rule.place} {rule.since}起 [{style}]{evidence_text(rule.evidence)}[/{style}]"
        basis = f"{escape(policy.citation(rule))}\n{origin}"
        table.add_row(name, escape(shown(rule).replace("；", "\n")), basis)
    console.print(table)
    if key:
        console.print(_history(bundle, policy, key))
    console.print(f"政策包摘要（SM3）：{bundle.digest}", soft_wrap=True)


def _table(*columns: str, title: str) -> Table:
    """A table that folds long cells instead of cutting them: a code cut short is another code."""
    table = Table(title=title, show_lines=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _named(bundle: Bundle) -> str:
    return " → ".join(f"{bundle.names.get(code, '')}（{code}）" for code in bundle.chain)


def _history(bundle: Bundle, policy: Policy, key: str) -> Table:
    table = _table("", "地区", "自", "至", "值", "依据", title=f"{key} 在各级的全部规则（●为当日执行）")
    for rule in bundle.rules:
        if rule.key == key:
            mark = "●" if rule == policy.rule(key) else ""
            until = rule.until.isoformat() if rule.until else ""
            cite = policy.citation(rule)
            table.add_row(mark, rule.place, rule.since.isoformat(), until, escape(shown(rule)), escape(cite))
    return table


@app.command("diff")
def compare(
    place: _Place,
    first: Annotated[str, typer.Option("--from", help="较早的日期。")] = "",
    second: Annotated[str, typer.Option("--to", help="较晚的日期。")] = "",
    against: Annotated[
        Path | None, typer.Option("--against", help="较早的政策库文件夹，或封存的政策包文件。")
    ] = None,
    on: Annotated[str, typer.Option("--on", help="与 --against 合用：只比较这一天。")] = "",
    policy_root: _Root = ROOT,
    as_json: _Json = False,
) -> None:
    """用文字说明改了什么：同一政策库的两天之间，或两个政策库（政策包）之间。

    只写 --against 不写 --on 时，逐条比较两边全部规则：哪个参数、哪个地区、自何日起、由什么改为什么。
    """
    if against is None:
        if not (first and second) or on:
            raise Fault(POLICY_SIDES)
        bundle = Bundle.load(policy_root, place)
        before, after = bundle.on(parse_day(first, "--from")), bundle.on(parse_day(second, "--to"))
    else:
        if first or second:
            raise Fault(POLICY_SIDES)
        if not on:
            _compare_bundles(_read_side(against, place), policy_root, place, as_json=as_json)
            return
        day = parse_day(on, "--on")
        before, after = _read_side(against, place).on(day), Bundle.load(policy_root, place).on(day)
    changes = diff(before, after)
    if as_json:
        rows = [{"key": item.key, "kind": item.kind, "words": item.words} for item in changes]
        typer.echo(canonical_json(rows).decode())
        return
    for item in changes:
        typer.echo(f"{item.key}：{item.words}")
    typer.echo(f"共{len(changes)}处不同。" if changes else "没有不同。")


def _compare_bundles(before: Bundle, root: Path, place: str, *, as_json: bool) -> None:
    """Every dated rule that differs between two bundles, whatever the day."""
    units = {name: unit.label for name, unit in load_shared(root).units.items()}
    changes = diff_bundles(before, Bundle.load(root, place), units)
    if as_json:
        rows = [
            {
                "place": item.place,
                "key": item.key,
                "since": item.since.isoformat(),
                "kind": item.kind,
                "old": item.old,
                "new": item.new,
                "unit": item.unit,
                "citation": item.citation,
                "words": item.words,
            }
            for item in changes
        ]
        typer.echo(canonical_json(rows).decode())
        return
    for item in changes:
        typer.echo(item.words)
    typer.echo(f"共{len(changes)}处不同。" if changes else "没有不同。")


def _read_side(path: Path, place: str) -> Bundle:
    """A bundle from a policy folder or from a sealed file."""
    if path.is_dir():
        return Bundle.load(path, place)
    try:
        if path.stat().st_size > MAX_BUNDLE_BYTES:
            raise Fault(BUNDLE_UNREADABLE, value=path, why="文件过大")
        bundle = Bundle.parse(path.read_bytes())
    except OSError as error:
        raise Fault(BUNDLE_UNREADABLE, value=path, why=type(error).__name__) from error
    if bundle.place != place:
        raise Fault(BUNDLE_OTHER_PLACE, value=bundle.place, place=place)
    return bundle


@app.command()
def seal(
    place: _Place,
    out: Annotated[Path, typer.Option("--out", help="政策包文件（规范JSON）。")],
    policy_root: _Root = ROOT,
) -> None:
    """把一个地区整条链上的规则封存成政策包；内容相同，摘要就相同。"""
    bundle = Bundle.load(policy_root, place)
    try:
        out.write_bytes(bundle.content)
    except OSError as error:
        raise Fault(BUNDLE_UNREADABLE, value=out, why=type(error).__name__) from error
    typer.echo(f"{bundle.digest}  {out}")
