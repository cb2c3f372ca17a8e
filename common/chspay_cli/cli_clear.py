"""``chspay clear`` and ``chspay explain``: an offline trial clearing 试算, and why a case got its amount."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from chspay_cli.carvefile import carved_facts, payment_rows, read_carves
from chspay_cli.coefficientfile import read_coefficients
from chspay_cli.sheet_text import sheet_lines
from chspay_cli.trial_cases import Cleared
from chspay_cli.trial_explain import TRIAL_MISMATCH, explain_case
from chspay_cli.trial_input import read_levels
from chspay_cli.trial_output import (
    NOTICE,
    check_target,
    run_facts,
    weighed,
    whole_or_nothing,
    write_trial,
)
from chspay_cli.trial_run import Step, Wanted, run_trial
from chspay_cli.weightfile import find_table
from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy
from chspay_core.wording import evidence_text
from chspay_core.worksheet import Worksheet
from chspay_policy import ROOT
from chspay_settlement.engine.case.sheet import KIND_NAMES
from chspay_settlement.engine.coefficient.source import LEVEL_MISSING
from chspay_settlement.engine.model import HospitalAmount
from chspay_settlement.engine.value.carve import KINDS, Carved, write_carved
from chspay_settlement.engine.value.carve import carve as set_apart
from chspay_settlement.engine.value.divide import CAUSES
from chspay_settlement.engine.value.split import FUND_NEGATIVE, form_of

if TYPE_CHECKING:
    from chspay_cli.spark_clear import Cluster

LEVELS_NEEDED = Reason(
    "LEVELS_NEEDED",
    Kind.PRECONDITION,
    "医疗机构{value}没有等级，而差异系数按等级确定（{document}）。"
    "请用 --hospitals 给出等级表（CSV，两列：hospital_code, level）。",
)
SPARK_MASTER_UNUSED = Reason(
    "SPARK_MASTER_UNUSED", Kind.INVALID, "--spark-master 只与 --engine spark 合用，请加上后者或去掉前者。"
)
SHOWN_HOSPITALS = 20
PART_NAMES = {"gross": "按总费用折算", "level": "等级", "fixed": "固定点值", "floating": "浮动点值"}
#: A check found faults.
EXIT_FAULTS = 1
WIDTH = 110
STEPS = {
    "read": "读取病例",
    "measure": "测算病组与基准点数",
    "points": "计算病例点数",
    "value": "计算点值",
    "allocate": "分配到医院和病例",
    "write": "写出结果",
}

_CLEAR_HELP = """
离线试算：由已分组的病例文件计算点数、点值和各医院结算额。结果标明试算，不入账。

需要列 case_id, hospital_code, drg, total_cost；所选方法用到的其他列（patient_paid、department、
los_days、status）有则使用。地区由 --policy 决定，文件中的地区只是标签。

例：

  chspay clear out.csv --fund 50000000 --policy 990100 --on 2026-03-31 --out trial

  chspay clear out.parquet --fund 50000000 --policy 990100 --on 2026-03-31 \\
    --hospitals hospitals.csv --out trial

  chspay clear out.csv --fund 50000000 --policy 990100 --on 2026-03-31 \\
    --weights W --out trial

  chspay clear out.parquet --fund 50000000 --policy 990100 --on 2026-03-31 \\
    --engine spark --spark-master 'local[2]' --out trial
"""


class Engine(StrEnum):
    """Where cases are read and priced."""

    LOCAL = "local"
    SPARK = "spark"


def clear(  # noqa: PLR0913, PLR0917 - one parameter per option
    cases: Annotated[Path, typer.Argument(help="已分组的病例文件（.csv、.csv.gz、.parquet）")],
    fund: Annotated[str, typer.Option("--fund", help="待分配的医保基金，元")],
    policy: Annotated[str, typer.Option("--policy", help="政策所属地区，六位代码，如 990100")],
    on: Annotated[str, typer.Option("--on", help="按哪一天的规则，YYYY-MM-DD")],
    out: Annotated[Path, typer.Option("--out", help="结果目录")],
    hospitals: Annotated[
        Path | None, typer.Option("--hospitals", help="医疗机构等级表（CSV：hospital_code, level）")
    ] = None,
    coefficients: Annotated[
        Path | None,
        typer.Option("--coefficients", help="差异系数测算表（chspay value coefficients的结果）"),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="权重表文件夹（chspay weights measure --table 的结果）"),
    ] = None,
    carve: Annotated[
        Path | None, typer.Option("--carve", help="单列项目（CSV：kind, payee, amount, cite）")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="大文件用的线程数，默认为处理器数")
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="local 在本机；spark 由集群读取病例、计算点数。结果相同")
    ] = Engine.LOCAL,
    spark_master: Annotated[
        str | None, typer.Option("--spark-master", help="Spark主节点，如 local[2]、k8s://https://…")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="目录已有内容时覆盖其中的试算文件")] = False,
    policy_root: Annotated[
        Path, typer.Option("--policy-root", help="政策库文件夹，默认随程序发布的政策库。", show_default=False)
    ] = ROOT,
) -> None:
    """Runs a trial clearing and writes groups.csv, cases.csv, statements.csv and run.json."""
    fund_fen = yuan_to_fen(fund, "--fund")
    if fund_fen < 0:
        raise Fault(FUND_NEGATIVE, field="--fund", value=fund_fen)
    check_target(out, force)
    bundle = Bundle.load(policy_root, policy)
    rules = bundle.on(parse_day(on, "--on"))
    form_of(rules)
    measured = None if coefficients is None else read_coefficients(coefficients)
    table = None if weights is None else find_table(weights)
    carved = None if carve is None else set_apart(fund_fen, read_carves(carve), rules)
    divided = fund_fen if carved is None else carved.divided_fen
    cluster = _cluster(engine, spark_master, cases, bundle)
    given = None if table is None else weighed(table, rules)
    wanted = Wanted(cases, read_levels(hospitals), divided, rules, measured, given, jobs, cluster)
    with Console(stderr=True).status("") as status:

        def step(name: str, done: str) -> None:
            status.update(f"{STEPS[name]}…{done}")

        found, notes = _run(wanted, step)
        step("write", "")
        facts = run_facts(found, rules, bundle, divided, _source(cases, found, notes), measured)
        if carved is not None:
            facts["carved"] = carved_facts(carved)
        with whole_or_nothing(out) as folder:
            write_trial(folder, found, facts, measured, carved, table)
    _report(found, rules, divided, notes, out)
    if carved is not None:
        _report_carved(found, carved, rules)


clear.__doc__ = _CLEAR_HELP


def _cluster(engine: Engine, master: str | None, cases: Path, bundle: Bundle) -> Cluster | None:
    if engine is not Engine.SPARK:
        if master is not None:
            raise Fault(SPARK_MASTER_UNUSED, field="--spark-master")
        return None
    from chspay_cli.spark import SPARK_NEEDS_PARQUET
    from chspay_cli.spark_clear import Cluster

    if cases.suffix.lower() != ".parquet":
        raise Fault(SPARK_NEEDS_PARQUET, field="--engine", value=cases.name)
    return Cluster(master, bundle)


def _run(wanted: Wanted, step: Step) -> tuple[Cleared, list[str]]:
    """The clearing; a missing level is told together with the option that supplies it."""
    try:
        return run_trial(wanted, step)
    except Fault as fault:
        if fault.reason is not LEVEL_MISSING:
            raise
        raise Fault(LEVELS_NEEDED, field=fault.field, value=fault.value, **fault.facts) from fault


def _source(path: Path, found: Cleared, notes: list[str]) -> dict[str, object]:
    with path.open("rb") as file:
        digest = sm3_hex_of(iter(lambda: file.read(1 << 20), b""))
    return {"file": path.name, "sm3": digest, "cases": found.cases, "notes": notes}


def _report(done: Cleared, policy: Policy, fund_fen: int, notes: list[str], out: Path) -> None:
    screen = Console()
    # A cut-off amount is worse than a wrapped line.
    screen.width = max(screen.width, WIDTH)
    screen.print(f"[bold]{NOTICE}[/bold]")
    screen.print(
        f"政策 {policy.place_name}（{policy.place}） {policy.on}，证据等级 "
        f"{evidence_text(policy.weakest_evidence())}"
    )
    for note in notes:
        screen.print(f"注意：{note}")
    counts = {KIND_NAMES[kind]: number for kind, number in done.kinds.items()}
    screen.print("病例：" + "，".join(f"{name} {number}" for name, number in sorted(counts.items())))
    stable = sum(group.stable for group in done.table.groups.values())
    screen.print(f"病组：{len(done.table.groups)} 个，其中稳定 {stable} 个")
    screen.print(f"点值：{done.value.display()} 元/点（{done.form.name}，按精确值计算）")
    for part in done.division.parts:
        if part.name != "all":
            screen.print(f"  {PART_NAMES[part.name]}{part.of}：{part.value.display()} 元/点")
    screen.print(_hospital_table(done.hospitals))
    total = sum(hospital.fund_fen for hospital in done.hospitals)
    residual, cause = done.division.residual_fen, done.division.cause
    rest = f"，余差 {fen_to_yuan(residual)} 元（{CAUSES[cause]}）" if residual else ""
    sign = "+ 余差" if residual else ""
    screen.print(
        f"各医院基金合计 {fen_to_yuan(total)} 元 {sign}= 可分配基金 {fen_to_yuan(fund_fen)} 元{rest}"
    )
    screen.print(f"结果在 {out}/；查看某一病例的计算底稿：chspay explain {out} 病例号")


def _report_carved(done: Cleared, carved: Carved, policy: Policy) -> None:
    sheet = Worksheet("单列项目")
    write_carved(sheet, carved, policy)
    rule = policy.rule(KINDS)
    for line in sheet_lines(sheet.lines, {KINDS: policy.citation(rule)}):
        typer.echo(line)
    for payee, *_, total in payment_rows(carved, done.division):
        typer.echo(f"{payee} 合计应得 {fen_to_yuan(total)} 元")


def _hospital_table(hospitals: list[HospitalAmount]) -> Table:
    table = Table(title="各医院结算（元）", title_justify="left")
    table.add_column("医疗机构")
    for name in ("病例", "点数", "基金", "个人负担", "合计"):
        table.add_column(name, justify="right")
    ordered = sorted(hospitals, key=lambda hospital: (-hospital.fund_fen, hospital.hospital_code))
    for hospital in ordered[:SHOWN_HOSPITALS]:
        table.add_row(hospital.hospital_code, *_amounts([hospital]))
    rest = ordered[SHOWN_HOSPITALS:]
    if rest:
        table.add_row(f"其余 {len(rest)} 家", *_amounts(rest))
    table.add_section()
    table.add_row("合计", *_amounts(hospitals))
    return table


def _amounts(hospitals: list[HospitalAmount]) -> tuple[str, ...]:
    points = plain(from_micro(sum(hospital.points_micro for hospital in hospitals)))
    money = (
        sum(hospital.fund_fen for hospital in hospitals),
        sum(hospital.patient_fen for hospital in hospitals),
        sum(hospital.total_fen for hospital in hospitals),
    )
    return (str(sum(hospital.cases for hospital in hospitals)), points, *map(fen_to_yuan, money))


def explain(
    trial: Annotated[Path, typer.Argument(help="试算结果目录（chspay clear 的 --out）")],
    case_id: Annotated[str, typer.Argument(help="病例号")],
    hospital: Annotated[
        str, typer.Option("--hospital", help="医疗机构编码；病例号在几家医院都有时需要")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出底稿")] = False,
) -> None:
    """试算中某一病例的计算底稿：逐行列出数值、公式、取整和依据，并重新计算核对已存的金额。

    例：chspay explain trial 20260301-0001
    """
    try:
        found = explain_case(trial, case_id, hospital)
    except Fault as fault:
        if fault.reason is not TRIAL_MISMATCH:
            raise
        typer.echo(f"错误 {fault}", err=True)
        raise typer.Exit(EXIT_FAULTS) from fault
    if as_json:
        typer.echo(found.as_json())
        return
    typer.echo(f"{found.sheet.title}　{NOTICE}")
    for line in found.sheet_lines():
        typer.echo(line)
    typer.echo(found.verdict)
