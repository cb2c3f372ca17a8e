"""``chspay budget``: the year's plan, tried on this machine or asked of a running budget service.

Exit codes: 0 done; 1 there is an alarm; 2 bad input or a refusal; 3 not reachable.
"""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from google.type import decimal_pb2

from chspay.budget.v1 import plan_pb2 as pb
from chspay.budget.v1 import plan_pb2_grpc
from chspay_budget.engine.accounts import CAUSES
from chspay_budget.engine.causes import attribute
from chspay_budget.engine.funds import NAMES
from chspay_budget.engine.growth import growth_sheet, watch
from chspay_budget.engine.proposal import Facts, propose
from chspay_budget.engine.totals import METHODS, compare
from chspay_cli import budget_files as files
from chspay_cli import cli_budget_watch
from chspay_cli.remote import BudgetOption, HomeOption, ask_budget
from chspay_core.amounts import fen_to_yuan, plain, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.policy import Policy
from chspay_kit.convert import worksheet_lines
from chspay_policy import ROOT

#: Generated stubs carry no types.
_STUB: Any = plan_pb2_grpc.PlanServiceStub
_STATES = ("尚未编制", "草案", "已批准", "执行中", "已调整", "已关闭")
_FUND_COLUMNS, _CAUSE_COLUMNS = ("item", "name", "amount"), ("cause", "name", "against_first", "amount")

app = typer.Typer(
    no_args_is_help=True,
    help="年度收支预算：编制、分配、批准、执行、预警、调整、决算差额的原因、关闭。",
    rich_markup_mode=None,
    epilog="""例：

  chspay budget plan 990100 2027 facts.yaml --try

  chspay budget plan 990100 2027 facts.yaml

  chspay budget approve 990100 2027 1 --decision 联席〔2026〕12号

  chspay budget execute 990100 2027

  chspay budget month 990100 2027 1 --spent inpatient=110000000 --spent outpatient=42000000 \\

    --spent per_diem=3300000 --spent capitation=5000000 --document 1月基金报表

  chspay budget alarm 990100 2027

  chspay budget adjust 990100 2027 --cause outbreak --change inpatient=9000000 \\

    --change reserve=-9000000 --from-month 4 --evidence 疾控中心通报

  chspay budget causes 990100 2027 groups.csv --document 运行分析报告 -o causes.xlsx

  chspay budget close 990100 2027 --decision 联席〔2028〕1号
""",
)
app.add_typer(cli_budget_watch.app)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]
YearNo = Annotated[int, typer.Argument(help="年度")]
Trial = Annotated[bool, typer.Option("--try", help="只在本机试算，不连接任何服务，不保存")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="写成.csv、.xlsx或.parquet", show_default=False)
]
Decision = Annotated[str, typer.Option("--decision", help="决定文号")]
PLAN_HELP = """编制收支预算：由收入、上年决算和各项因素得出五项基金；支出超过收入的不能编制。

facts.yaml 例：

  income: 2400000000

  income_document: 2027年基金收入预算

  settled: [{fund: inpatient, amount: 1300000000, document: 2026年度决算}, …]

  factors: [{factor: cost, rate: 0.05, document: 费用分析报告}, …]
"""


@app.command(help=PLAN_HELP)
def plan(
    pool: Pool,
    year: YearNo,
    file: Annotated[Path, typer.Argument(help="YAML：收入、上年决算、因素、调整")],
    trial: Trial = False,
    output: Output = None,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """Drafts a plan, or tries it here."""
    facts = files.read_facts(file)
    if trial:
        policy = _policy(pool, year)
        found = propose(facts, None, policy)
        files.show_sheet(found.sheet, policy)
        rows = [*found.funds.items(), ("total", found.total_fen), ("out_of_area", found.out_of_area_fen)]
        files.show_table(_FUND_COLUMNS, _fund_rows(rows, found.months), output)
        typer.echo(f"政策{policy.digest[:12]}，证据等级{policy.weakest_evidence()}。")
        return
    _told(_ask("DraftPlan", _draft_request(pool, year, facts), target, home).plan)


@app.command()
def split(
    pool: Pool,
    year: YearNo,
    version: Annotated[int, typer.Option("--version", min=0, help="版本，0为最新")] = 0,
    sheet: Annotated[bool, typer.Option("--sheet", help="显示计算底稿")] = False,
    output: Output = None,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """五项基金、异地就医和各月额度，可写成表格文件。"""
    answer = _ask("GetPlan", pb.GetPlanRequest(pool=pool, year=year, version=version), target, home)
    found = answer.plan
    _told(found)
    rows = [*((item.fund, item.amount_fen) for item in found.funds), ("total", found.total_fen)]
    rows.append(("out_of_area", found.out_of_area_fen))
    files.show_table(_FUND_COLUMNS, _fund_rows(rows, found.months_fen), output)
    if sheet:
        files.show_sheet(worksheet_lines(answer.worksheet), title=answer.worksheet.title)


@app.command()
def approve(
    pool: Pool,
    year: YearNo,
    version: Annotated[int, typer.Argument(help="所读到的版本")],
    decision: Decision,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """批准所读到的一版；须由编制人以外的人办理。"""
    request = pb.ApprovePlanRequest(pool=pool, year=year, version=version, decision_no=decision)
    _told(_ask("ApprovePlan", request, target, home).plan)


@app.command()
def execute(pool: Pool, year: YearNo, target: BudgetOption = "", home: HomeOption = None) -> None:
    """下达执行：此后可以报送月度支出、申请调整。"""
    _told(_ask("MoveYear", pb.MoveYearRequest(pool=pool, year=year, event="execute"), target, home).plan)


@app.command()
def close(
    pool: Pool, year: YearNo, decision: Decision, target: BudgetOption = "", home: HomeOption = None
) -> None:
    """关闭年度：须十二个月已报送、决算已批准，且原因与计算一致。"""
    request = pb.MoveYearRequest(pool=pool, year=year, event="close", decision_no=decision)
    _told(_ask("MoveYear", request, target, home).plan)


@app.command()
def totals(
    pool: Pool,
    year: YearNo,
    file: Annotated[
        Path,
        typer.Argument(
            help="YAML：inpatient out_of_area_share outside_share last_inpatient last_dip growth document"
        ),
    ],
    output: Output = None,
) -> None:
    """在本机比较DIP预算总额的三种方法。"""
    policy = _policy(pool, year)
    found = compare(files.read_totals(file), policy)
    files.show_sheet(found.sheet, policy)
    rows = [(name, METHODS[name], fen_to_yuan(fen)) for name, fen in found.totals.items()]
    files.show_table(_FUND_COLUMNS, rows, output)
    share = files.percent(found.spread_share)
    typer.echo(f"最高与最低相差{fen_to_yuan(found.spread_fen)}元，为最高的{share}")


@app.command()
def month(
    pool: Pool,
    year: YearNo,
    number: Annotated[int, typer.Argument(min=1, max=12, help="月份")],
    spent: Annotated[list[str], typer.Option("--spent", help="基金=元，四项都要给出")],
    document: Annotated[str, typer.Option("--document", help="依据的报表或文件")],
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """报送一个月的实际支出；有预警时列出（退出码1）。"""
    request = pb.ReportMonthRequest(pool=pool, year=year, month=number, document=document)
    for fund, fen in files.pairs(spent):
        request.spent.add(fund=fund, amount_fen=fen)
    _growth_told(_ask("ReportMonth", request, target, home).growth)


@app.command()
def alarm(
    pool: Pool,
    year: YearNo,
    months: Annotated[
        Path | None,
        typer.Option("--months", help="在本机试算的CSV，列为month、四项基金和document"),
    ] = None,
    cap: Annotated[str, typer.Option("--cap", help="试算用的全年支出上限（元）")] = "",
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """支出进度、推算全年支出和增速预警；最近一个月有预警时退出码1。"""
    if months is None:
        _growth_told(_ask("GetGrowth", pb.GetGrowthRequest(pool=pool, year=year), target, home).growth)
        return
    policy, known, limit = _policy(pool, year), files.read_months(months), yuan_to_fen(cap, "--cap")
    files.show_sheet(growth_sheet(known, limit, policy), policy)
    found = [alarm for last in range(1, len(known) + 1) for alarm in watch(known[:last], limit, policy)]
    for item in found:
        typer.echo(f"{item.month}月  {item.name}  {item.message}")
    if any(item.month == len(known) for item in found):
        raise typer.Exit(1)


@app.command()
def adjust(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Pool,
    year: YearNo,
    cause: Annotated[str, typer.Option("--cause", help="客观原因，见政策 budget.adjust_causes")],
    from_month: Annotated[int, typer.Option("--from-month", min=1, max=12, help="自几月起")],
    evidence: Annotated[str, typer.Option("--evidence", help="证明文件")],
    change: Annotated[list[str] | None, typer.Option("--change", help="基金=元，减少为负，可多次")] = None,
    out_of_area: Annotated[str, typer.Option("--out-of-area", help="住院增减中的异地部分（元）")] = "0",
    income: Annotated[str, typer.Option("--income", help="收入预算的增减（元）")] = "0",
    note: Annotated[str, typer.Option("--note", help="说明")] = "",
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """申请调整当年预算；用 decide 由另一人决定。"""
    request = pb.RequestAdjustmentRequest(
        pool=pool, year=year, cause=cause, from_month=from_month, evidence=evidence, note=note,
        out_of_area_change_fen=yuan_to_fen(out_of_area, "--out-of-area"),
        income_change_fen=yuan_to_fen(income, "--income"),
    )  # fmt: skip
    for fund, fen in files.pairs(change):
        request.changes.add(fund=fund, amount_fen=fen)
    answer = _ask("RequestAdjustment", request, target, home)
    typer.echo(f"{answer.adjustment.adjustment_id} 已申请，依据第{answer.adjustment.base_version}版")
    files.show_sheet(worksheet_lines(answer.worksheet), title=answer.worksheet.title)


@app.command()
def decide(
    adjustment_id: Annotated[str, typer.Argument(help="预算调整编号")],
    decision: Decision,
    refuse: Annotated[bool, typer.Option("--refuse", help="不批准")] = False,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """决定一项预算调整；须由申请人以外的人办理。"""
    request = pb.DecideAdjustmentRequest(
        adjustment_id=adjustment_id, approve=not refuse, decision_no=decision
    )
    answer = _ask("DecideAdjustment", request, target, home)
    if refuse:
        typer.echo(f"{adjustment_id} 未批准，预算不变")
        return
    _told(answer.plan)


@app.command()
def causes(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Pool,
    year: YearNo,
    file: Annotated[Path, typer.Argument(help="CSV：group,planned_cases,planned,actual_cases,actual（元）")],
    document: Annotated[str, typer.Option("--document", help="依据的分析报告")],
    recovered: Annotated[str, typer.Option("--recovered", help="追回的违规费用（元）")] = "0",
    recovered_document: Annotated[str, typer.Option("--recovered-document", help="追回的依据")] = "",
    trial: Trial = False,
    budget: Annotated[str, typer.Option("--budget", help="试算用的预算（元）")] = "",
    output: Output = None,
    target: BudgetOption = "",
    home: HomeOption = None,
) -> None:
    """计算决算差额的原因：服务量、病例组合、价格、政策、违规，合计恰等于差额。"""
    groups, back = files.read_groups(file), yuan_to_fen(recovered, "--recovered")
    if trial:
        found = attribute(groups, yuan_to_fen(budget, "--budget"), [], (back, recovered_document), document)
        files.show_sheet(found.sheet)
        rows = [
            (name, label, fen_to_yuan(found.against_first[name]), fen_to_yuan(found.against_budget[name]))
            for name, label in CAUSES.items()
        ]
        files.show_table(_CAUSE_COLUMNS, rows, output)
        return
    request = pb.AttributeCausesRequest(
        pool=pool, year=year, document=document, recovered_fen=back, recovered_document=recovered_document
    )
    for group in groups:
        request.groups.add(
            group=group.group, planned_cases=group.planned_cases, planned_fen=group.planned_fen,
            actual_cases=group.actual_cases, actual_fen=group.actual_fen,
        )  # fmt: skip
    answer = _ask("AttributeCauses", request, target, home)
    kept = answer.attribution
    rows = [
        (item.cause, CAUSES[item.cause], fen_to_yuan(item.against_first_fen), fen_to_yuan(item.amount_fen))
        for item in kept.causes
    ]
    files.show_table(_CAUSE_COLUMNS, rows, output)
    gap = fen_to_yuan(kept.actual_fen - kept.budget_fen)
    typer.echo(f"据实{fen_to_yuan(kept.actual_fen)}元，现行预算{fen_to_yuan(kept.budget_fen)}元，差额{gap}元")


def _ask(method: str, request: Any, target: str, home: Path | None) -> Any:
    """One call; a write gets a request id of its own."""
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = f"cli-{uuid.uuid4().hex}"
    return ask_budget(lambda channel: getattr(_STUB(channel), method)(request), target, home)


def _policy(pool: str, year: int) -> Policy:
    return Bundle.load(ROOT, pool).on(date(year, 1, 1))


def _draft_request(pool: str, year: int, facts: Facts) -> pb.DraftPlanRequest:
    return pb.DraftPlanRequest(
        pool=pool,
        year=year,
        income_fen=facts.income_fen,
        income_document=facts.income_document,
        settled=[
            pb.SettledFund(fund=item.fund, amount_fen=item.fen, document=item.document)
            for item in facts.settled
        ],
        factors=[
            pb.Factor(
                factor=item.factor, rate=decimal_pb2.Decimal(value=plain(item.rate)), document=item.document
            )
            for item in facts.factors
        ],
        shifts=[
            pb.Shift(source=item.source, target=item.target, amount_fen=item.fen, document=item.document)
            for item in facts.shifts
        ],
    )


def _fund_rows(funds: list[tuple[str, int]], months: Any) -> list[tuple[str, str, str]]:
    names = {**NAMES, "total": "预算总额", "out_of_area": "其中异地就医"}
    rows = [(fund, names[fund], fen_to_yuan(fen)) for fund, fen in funds]
    return rows + [
        (f"month_{number:02d}", f"{number}月本地住院", fen_to_yuan(fen))
        for number, fen in enumerate(months, start=1)
    ]


def _told(found: Any) -> None:
    """A version of a plan in two lines."""
    decided = found.decision_no or "尚未批准"
    typer.echo(f"{found.pool} {found.year}年度第{found.version}版  {_STATES[found.state]}  {decided}")
    typer.echo(
        f"收入{fen_to_yuan(found.income_fen)}元  预算总额{fen_to_yuan(found.total_fen)}元  "
        f"本地住院{fen_to_yuan(found.local_fen)}元  增幅{found.growth.value}"
    )


def _growth_told(found: Any) -> None:
    """A year's spending so far; exit code 1 when the last month known raised an alarm."""
    typer.echo(
        f"至{found.month}月支出{fen_to_yuan(found.spent_fen)}元，推算全年{fen_to_yuan(found.projected_fen)}元"
        f"（比上年决算{found.projected_growth.value}），上限{fen_to_yuan(found.cap_fen)}元"
        + ("，已超过上限" if found.breached else "")
    )
    for item in found.alarms:
        typer.echo(f"{item.month}月  {item.name}  {item.message}")
    if any(item.month == found.month for item in found.alarms):
        raise typer.Exit(1)
