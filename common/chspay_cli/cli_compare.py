"""``chspay compare``: one fund, one file of cases, several ways to pay: how the choice moves money."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.casefile import FILE_MISSING
from chspay_cli.trial_input import read_levels
from chspay_cli.trial_output import NOTICE
from chspay_cli.trial_run import Wanted, run_trial
from chspay_core.amounts import fen_to_yuan, ratio_half_up, yuan_to_fen
from chspay_core.bundle import Bundle, value_of
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_core.policy import Policy, Value
from chspay_core.policy_yaml import Where, read_yaml
from chspay_policy import ROOT
from chspay_settlement.engine.model import HospitalAmount
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.whatif.scenario import WHAT_IF_EMPTY, WHAT_IF_UNUSED

MANY_MOVED = 5
WIDTH = 130
_HELP = """
同一笔基金、同一批病例，按几种办法各试算一次，看钱在医院之间怎样移动。结果标明试算，不入账。

第一列是政策本身的规定，其后每个 --what-if 文件是一种办法：在政策之上换掉几条规则。文件格式：

  what_if: 高倍率按费用追加

  rules: {settle.high: linear_add@1}

例：

  chspay compare cases.csv --fund 50000000 --policy 990200 --on 2026-03-31 \\
    --hospitals hospitals.csv --what-if linear.yaml --what-if levels.yaml --out compare.csv
"""


@dataclass(frozen=True)
class Plan:
    """One way to pay, and what came out."""

    name: str
    division: Division
    cases: int

    @property
    def funds(self) -> dict[str, int]:
        """Fund by hospital, fen."""
        return {hospital.hospital_code: hospital.fund_fen for hospital in self.division.hospitals}


def compare(
    cases: Annotated[Path, typer.Argument(help="已分组的病例文件（.csv、.csv.gz、.parquet）")],
    fund: Annotated[str, typer.Option("--fund", help="待分配的医保基金，元")],
    policy: Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")],
    on: Annotated[str, typer.Option("--on", help="按哪一天的规则，YYYY-MM-DD")],
    what_if: Annotated[list[Path], typer.Option("--what-if", help="试用方案（YAML），可给多个")],
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表（CSV：hospital_code, level）")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="另存每家医院的结果（CSV）")] = None,
) -> None:
    """Clears once per plan and prints what moves between levels of hospitals."""
    fund_fen, levels = yuan_to_fen(fund, "--fund"), read_levels(hospitals)
    law = Bundle.load(ROOT, policy).on(parse_day(on, "--on"))
    tries = [("现行规定", {}), *map(read_what_if, what_if)]
    plans: list[Plan] = []
    notes: list[str] = []
    with Console(stderr=True).status("") as status:
        for name, values in tries:
            status.update(f"试算：{name}…")
            rules = law.tried(values) if values else law
            found, said = run_trial(Wanted(cases, levels, fund_fen, rules), lambda _step, _done: None)
            _check_used(name, values, rules)
            plans.append(Plan(name, found.division, found.cases))
            notes += [note for note in said if note not in notes]
    if out is not None:
        _write(out, plans, levels)
    _print(plans, levels, fund_fen, notes)


compare.__doc__ = _HELP


def read_what_if(path: Path) -> tuple[str, dict[str, Value]]:
    """The name of a plan and the values it tries.

    :raises Fault: FILE_MISSING, WHAT_IF_EMPTY, or what is wrong with the YAML.
    """
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    where = Where(path.name)
    entries = where.mapping(read_yaml(path.read_text(encoding="utf-8"), path.name), path.name)
    if set(entries) != {"what_if", "rules"}:
        raise Fault(WHAT_IF_EMPTY, value=path.name)
    rules = where.mapping(entries["rules"], "rules")
    return where.text(entries["what_if"], "what_if"), {
        key: value_of(node.plain()) for key, node in rules.items()
    }


def _check_used(name: str, values: dict[str, Value], policy: Policy) -> None:
    """A key that nothing looked at would make a plan look better than it is."""
    unused = sorted(set(values) - {rule.key for rule in policy.used})
    if unused:
        raise Fault(WHAT_IF_UNUSED, field="--what-if", value=unused[0], plan=name)


def moved(first: Plan, other: Plan) -> int:
    """Fen that go to other hospitals than under the first plan."""
    funds = other.funds
    return sum(max(0, fund - funds.get(code, 0)) for code, fund in first.funds.items())


def _level_of(levels: dict[str, int]) -> Callable[[HospitalAmount], str]:
    def level(hospital: HospitalAmount) -> str:
        found = levels.get(hospital.hospital_code)
        return "未给出等级" if found is None else f"{found}级"

    return level


def _print(plans: Sequence[Plan], levels: dict[str, int], fund_fen: int, notes: Sequence[str]) -> None:
    screen = Console()
    screen.width = max(screen.width, WIDTH)
    screen.print(f"[bold]{NOTICE}[/bold]")
    for note in notes:
        screen.print(f"注意：{note}")
    rows = by_level(plans, levels)
    table = Table(title="各等级医院的基金（元），括号内为与现行规定相比", title_justify="left")
    for name in rows[0]:
        table.add_column(name, justify="left" if name == "办法" else "right")
    for row in rows[1:]:
        table.add_row(*row)
    screen.print(table)
    rest = Table(title="钱移动了多少", title_justify="left")
    for name in ("办法", "点值（元/点）", "基金合计", "余差", "换了医院的钱", "占基金", "得失超过5%的医院"):
        rest.add_column(name, justify="left" if name == "办法" else "right")
    for plan in plans:
        rest.add_row(*summary(plans[0], plan, fund_fen))
    screen.print(rest)


def by_level(plans: Sequence[Plan], levels: dict[str, int]) -> list[list[str]]:
    """A heading, what there is, and a row per plan: fund by level in yuan, and its change."""
    level_of = _level_of(levels)
    first = plans[0].division.hospitals
    names = sorted({level_of(hospital) for hospital in first}, reverse=True)
    own = {name: [hospital for hospital in first if level_of(hospital) == name] for name in names}
    found = [["办法", *names]]
    found.append(["医院", *(str(len(own[name])) for name in names)])
    found.append(["病例", *(str(sum(hospital.cases for hospital in own[name])) for name in names)])
    found.append(["费用", *(fen_to_yuan(sum(hospital.cost_fen for hospital in own[name])) for name in names)])
    for plan in plans:
        funds, row = plan.funds, [plan.name]
        for name in names:
            before = sum(hospital.fund_fen for hospital in own[name])
            money = sum(funds.get(hospital.hospital_code, 0) for hospital in own[name])
            row.append(fen_to_yuan(money) + ("" if plan is plans[0] else f"（{_change(before, money)}）"))
        found.append(row)
    return found


def summary(first: Plan, plan: Plan, fund_fen: int) -> list[str]:
    """What a plan comes to, and how much of the fund goes to other hospitals than under the first."""
    division, away, before = plan.division, moved(first, plan), first.funds
    many = [
        code
        for code, fund in plan.funds.items()
        if 100 * abs(fund - before.get(code, 0)) > MANY_MOVED * abs(before.get(code, 0))
    ]
    share = f"{ratio_half_up(100 * away, fund_fen, 2)}%" if fund_fen else ""
    return [
        plan.name,
        division.value.display(),
        fen_to_yuan(sum(plan.funds.values())),
        fen_to_yuan(division.residual_fen),
        fen_to_yuan(away),
        share,
        f"{len(many)} / {len(before)}",
    ]


def _change(before: int, after: int) -> str:
    if not before:
        return "—"
    change = ratio_half_up(100 * (after - before), abs(before), 2)
    return f"{'+' if change > 0 else ''}{change}%"


def _write(out: Path, plans: Sequence[Plan], levels: dict[str, int]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["hospital_code", "level", "cases", "cost_fen", *(plan.name for plan in plans)])
        for hospital in plans[0].division.hospitals:
            code = hospital.hospital_code
            funds = [plan.funds.get(code, 0) for plan in plans]
            writer.writerow([code, levels.get(code, ""), hospital.cases, hospital.cost_fen, *funds])
