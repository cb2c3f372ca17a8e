"""``chspay value``: what is settled before a year begins — coefficients, a rate, the value of a DIP point."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.casefile import FILE_MISSING, read_cases
from chspay_cli.coefficientfile import read_facts
from chspay_cli.sheet_text import sheet_lines
from chspay_cli.trial_input import COLUMNS, read_inputs, read_levels
from chspay_core.amounts import decimal_text, ratio_half_up, to_micro, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy
from chspay_core.tables import COLUMN_MISSING, NOT_AN_INTEGER
from chspay_core.worksheet import Worksheet
from chspay_policy import ROOT
from chspay_settlement.engine.coefficient.cells import cells_of
from chspay_settlement.engine.coefficient.measure import measure_coefficients
from chspay_settlement.engine.coefficient.sheet import write_measured
from chspay_settlement.engine.coefficient.source import BY_GROUP, EXEMPT
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.value.dip import History, budget_value
from chspay_settlement.engine.value.rate import (
    FUND_PART,
    Bill,
    LevelShare,
    forecast,
    predicted_cases,
    predicted_weight,
    write_standard,
)

ROW_UNKNOWN = Reason(
    "COEFFICIENT_ROW_UNKNOWN", Kind.NOT_FOUND, "差异系数测算表中没有“{value}”这一行，请核对医疗机构和病组。"
)
WEIGHT_ONCE = Reason(
    "RATE_WEIGHT_ONCE", Kind.INVALID, "请用 --weight 给出预测总权重，或用 --groups 给出病组表，二选一。"
)
SHOWN_ROWS = 20

app = typer.Typer(
    no_args_is_help=True,
    help="""年初测算：差异系数、费率、年初点值。规则取自政策，逐行给出底稿。

例：

  chspay value coefficients base.csv --policy 990300 --on 2026-01-01 --hospitals levels.csv --out f.json

  chspay value rate --fund 1200000000 --ratio 0.75 --weight 160000 --policy 990100 --on 2026-01-01

  chspay value standard --weight 1.35 --rate 10000 --patient 4150 --policy 990100 --on 2026-01-01

  chspay value dip history.csv --policy 990100 --on 2026-01-01
""",
)

_Place = Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")]
_Day = Annotated[str, typer.Option("--on", help="按哪一天的规则，YYYY-MM-DD")]
_Root = Annotated[
    Path, typer.Option("--policy-root", help="政策库文件夹，默认随程序发布的政策库。", show_default=False)
]


def _policy(place: str, on: str, root: Path) -> Policy:
    return Bundle.load(root, place).on(parse_day(on, "--on"))


def _print(sheet: Worksheet, policy: Policy) -> None:
    used = {rule.key: rule for rule in policy.used}
    cited = {line.rule: policy.citation(used[line.rule]) for line in sheet.lines if line.rule in used}
    for line in sheet_lines(sheet.lines, cited):
        typer.echo(line)


@app.command()
def coefficients(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: Annotated[Path, typer.Argument(help="基准年已分组的病例文件（.csv、.csv.gz、.parquet）")],
    policy: _Place,
    on: _Day,
    out: Annotated[Path, typer.Option("--out", help="测算表文件（JSON）")],
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表（CSV：hospital_code, level）")
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", help="医疗机构数据表（CSV：hospital_code, visits, heads, catalogue）"),
    ] = None,
    rules_out: Annotated[
        Path | None, typer.Option("--rules", help="另写成政策规则（YAML），注明依据后可发布")
    ] = None,
    explain: Annotated[
        str, typer.Option("--explain", help="给出一行的底稿：医疗机构/病组，或 等级/病组；病组可空")
    ] = "",
    policy_root: _Root = ROOT,
) -> None:
    """由基准年病例测算差异系数，写出测算表。"""
    rules = _policy(policy, on, policy_root)
    inputs = read_inputs(read_cases(cases, COLUMNS), read_levels(hospitals)).inputs
    base = {drg: group.base_micro for drg, group in measure(inputs, rules).groups.items()}
    cells, known = cells_of(inputs), read_facts(facts)
    exempt = rules.texts(EXEMPT) if rules.has(EXEMPT) else ()
    title = f"{rules.place_name}（{rules.place}）{rules.on} {cases.name}"
    table = measure_coefficients(cells, base, rules, facts=known, exempt=exempt, title=title)
    out.write_bytes(table.content)
    if rules_out is not None:
        rules_out.write_text(_rule_text(table, rules), encoding="utf-8")
    _report(table, out)
    if explain:
        who, _, drg = explain.partition("/")
        row = next((r for r in table.rows if who in (r.hospital_code, r.level) and r.drg == drg), None)
        if row is None:
            raise Fault(ROW_UNKNOWN, field="--explain", value=explain)
        sheet = Worksheet(f"差异系数底稿 {explain}")
        write_measured(sheet, table, row, cells, base, rules, known)
        _print(sheet, rules)


def _rule_text(table: CoefficientTable, policy: Policy) -> str:
    """The table as a rule of ``coefficient.by_group``; who publishes it adds the document."""
    rows = [
        "        - {" + ", ".join(f'{column}: "{value}"' for column, value in row.items()) + "}"
        for row in table.published()
    ]
    head = [
        f"# 差异系数测算表 SM3 {table.digest}（{table.method}）。",
        "# 发布前请填写依据（cite）与证据等级（evidence）。",
        f"{BY_GROUP}:",
        "  label: 按医疗机构或等级、病组公布的差异系数",
        "  unit: table",
        "  rules:",
        f"    - since: {policy.on.isoformat()}",
        "      cite: ",
        "      evidence: ",
        "      value:",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _report(table: CoefficientTable, out: Path) -> None:
    screen = Console()
    screen.width = max(screen.width, 100)
    factor = Fraction(*table.factor)
    screen.print(f"{table.title}：{table.method}，{len(table.rows)}行，归一系数 {_shown(factor)}")
    drift = table.drift * 1_000_000
    screen.print(f"取整使基准年总点数变化百万分之 {_shown(drift)}；摘要SM3 {table.digest}")
    shown = Table()
    for name in ("医疗机构", "等级", "病组", "病例", "系数"):
        shown.add_column(name, justify="right" if name in {"病例", "系数"} else "left")
    for row in table.rows[:SHOWN_ROWS]:
        value = ratio_half_up(row.units, 10**table.places, table.places)
        shown.add_row(row.hospital_code, row.level, row.drg or "全部", str(row.cases), format(value, "f"))
    screen.print(shown)
    if len(table.rows) > SHOWN_ROWS:
        screen.print(f"只列出前{SHOWN_ROWS}行。")
    screen.print(f"测算表在 {out}；试算时用：chspay clear … --coefficients {out}")


def _shown(value: Fraction) -> str:
    return format(ratio_half_up(value.numerator, value.denominator, 6), "f")


@app.command()
def rate(
    fund: Annotated[str, typer.Option("--fund", help="DRG基金预算，元")],
    ratio: Annotated[str, typer.Option("--ratio", help="上年住院实际报销比例，如 0.75")],
    policy: _Place,
    on: _Day,
    weight: Annotated[str, typer.Option("--weight", help="预测总权重；与 --groups 二选一")] = "",
    groups: Annotated[
        Path | None,
        typer.Option(
            "--groups",
            help="由病组预测总权重（CSV：drg, cases, growth, weight；各年增长率用空格分开）",
        ),
    ] = None,
    levels: Annotated[
        Path | None, typer.Option("--levels", help="分等级（CSV：level, share, weight），份额合计为1")
    ] = None,
    policy_root: _Root = ROOT,
) -> None:
    """预测费率：预算 ÷ 报销比例 ÷ 预测总权重；可分等级。"""
    if bool(weight) == (groups is not None):
        raise Fault(WEIGHT_ONCE, field="--weight")
    rules = _policy(policy, on, policy_root)
    shares = [
        LevelShare(
            _whole(row["level"], "level"),
            Fraction(decimal_text(row["share"], "share")),
            to_micro(decimal_text(row["weight"], "weight"), "weight"),
        )
        for row in _rows(levels, ("level", "share", "weight"))
    ]
    sheet = Worksheet("费率测算")
    forecast(
        yuan_to_fen(fund, "--fund"),
        Fraction(decimal_text(ratio, "--ratio")),
        to_micro(decimal_text(weight, "--weight"), "--weight") if weight else _predicted(groups),
        rules,
        shares,
        sheet,
    )
    _print(sheet, rules)


def _predicted(groups: Path | None) -> int:
    """The predicted weight of a year from its groups."""
    cases: dict[str, Fraction] = {}
    weights: dict[str, int] = {}
    for row in _rows(groups, ("drg", "cases", "growth", "weight")):
        growths = [Fraction(decimal_text(text, "growth")) for text in row["growth"].split()]
        cases[row["drg"]] = predicted_cases(_whole(row["cases"], "cases"), growths)
        weights[row["drg"]] = to_micro(decimal_text(row["weight"], "weight"), "weight")
    return predicted_weight(cases, weights)


@app.command()
def standard(  # noqa: PLR0913, PLR0917 - one parameter per option
    weight: Annotated[str, typer.Option("--weight", help="病组权重（或病例点数）")],
    rate: Annotated[str, typer.Option("--rate", help="费率（或点值），元")],
    policy: _Place,
    on: _Day,
    coefficient: Annotated[str, typer.Option("--coefficient", help="差异系数")] = "1",
    patient: Annotated[str, typer.Option("--patient", help="个人负担合计，元")] = "",
    self_paid: Annotated[str, typer.Option("--self-paid", help="全自费，元")] = "",
    first_paid: Annotated[str, typer.Option("--first-paid", help="先行自付，元")] = "",
    deductible: Annotated[str, typer.Option("--deductible", help="起付线，元")] = "",
    ratio: Annotated[str, typer.Option("--ratio", help="报销比例，或医保基金支付比例")] = "",
    method: Annotated[str, typer.Option("--method", help="改用的计算方法，如 covered_ratio@1")] = "",
    policy_root: _Root = ROOT,
) -> None:
    """一个病例的支付标准和基金支付额：标准 ＝ 权重 × 差异系数 × 费率。"""
    rules = _policy(policy, on, policy_root)
    if method:
        rules = rules.tried({FUND_PART: method})
    bill = Bill(
        "",
        _fen(patient),
        _fen(self_paid),
        _fen(first_paid),
        _fen(deductible),
        Fraction(decimal_text(ratio, "--ratio")) if ratio else None,
    )
    figures = (decimal_text(weight, "--weight"), decimal_text(coefficient, "--coefficient"))
    sheet = Worksheet("支付标准")
    write_standard(sheet, *figures, decimal_text(rate, "--rate"), bill, rules)
    _print(sheet, rules)


@app.command()
def dip(
    history: Annotated[Path, typer.Argument(help="往年数据（CSV：hospital_code, year_back, cost, score）")],
    policy: _Place,
    on: _Day,
    policy_root: _Root = ROOT,
) -> None:
    """DIP年初点值：各年住院总费用与总分值按权重加权之比。"""
    rules = _policy(policy, on, policy_root)
    rows = [
        History(
            row["hospital_code"],
            _whole(row["year_back"], "year_back"),
            yuan_to_fen(row["cost"], "cost"),
            to_micro(decimal_text(row["score"], "score"), "score"),
        )
        for row in _rows(history, ("hospital_code", "year_back", "cost", "score"))
    ]
    sheet = Worksheet("DIP年初点值")
    budget_value(rows, rules, sheet)
    _print(sheet, rules)


def _rows(path: Path | None, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if path is None:
        return []
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for column in columns:
            if column not in (rows.fieldnames or ()):
                raise Fault(COLUMN_MISSING, field=column)
        return [{column: (row[column] or "").strip() for column in columns} for row in rows]


def _fen(text: str) -> int | None:
    return yuan_to_fen(text) if text else None


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Fault(NOT_AN_INTEGER, field=field, value=text)
    return int(text)
