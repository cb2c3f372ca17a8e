"""``chspay capitation``: rosters, attribution and quotas, tried on this machine or asked of the service.

Exit codes: 0 done; 1 the roster has faults or the run did not succeed; 2 bad input; 3 not reachable.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.capitation.v1 import capitation_pb2_grpc, roster_pb2, roster_pb2_grpc
from chspay_capitation.engine.catchment import REGION, Catchment, Stretches
from chspay_capitation.engine.checks import Report, places_of
from chspay_capitation.engine.columnar import terms
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.risk import read_risk
from chspay_capitation.engine.roster import ROW_REASONS
from chspay_cli import cli_catchment, cli_community, cli_heads
from chspay_cli.capitation_trial import Trial, parts_of, try_roster
from chspay_cli.cli_catchment import read_catchment
from chspay_cli.files import replace_file
from chspay_cli.remote import CapitationOption, HomeOption, ask_capitation
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy_files import load_shared
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel
from chspay_policy import ROOT

BUDGET_WRONG = Reason(
    "CAPITATION_BUDGET_TEXT", Kind.INVALID, "包干总额“{value}”应写作 险种=元，例如 390=8736000。"
)
AS_OF_MISSING = Reason("ROSTER_AS_OF_MISSING", Kind.INVALID, "请用{field}写明名册的截止日。")
#: Generated stubs carry no types.
_STUB: Any = capitation_pb2_grpc.CapitationServiceStub
_ROSTERS: Any = roster_pb2_grpc.RosterServiceStub
_QUOTA_COLUMNS = ("community", "insurance_type", "valid_days", "removed_days", "stays", "quota")
#: How long a command waits for what happens in the background, and how often it looks.
_WAIT_SECONDS, _LOOK_SECONDS = 3600.0, 0.5

app = typer.Typer(
    no_args_is_help=True,
    help="门诊按人头包干：试算、名册、服务区划、归属与额度。",
    rich_markup_mode=None,
    epilog="""例：

  chspay capitation trial roster.parquet --catchment areas.csv --pool 990100 \\

    --since 2026-01-01 --until 2027-01-01

  chspay capitation catchment 990100 areas.csv --document 联席〔2025〕6号

  chspay capitation roster 990100 roster.parquet --as-of 2026-12-31

  chspay capitation attribute 990100 RS-… --since 2026-01-01 --until 2027-01-01 -o quotas.csv

  chspay capitation person AT-… 人员标识
""",
)
app.add_typer(cli_heads.app, name="heads")
app.add_typer(cli_community.app)
app.add_typer(cli_catchment.app)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]
RosterFile = Annotated[Path, typer.Argument(help="名册：.parquet、.csv或.csv.gz")]
Since = Annotated[str, typer.Option("--since", help="期间第一天；政策按这一天查找")]
Until = Annotated[str, typer.Option("--until", help="期间截止，当日不含")]
Budget = Annotated[
    list[str] | None, typer.Option("--budget", help="险种=元；政策规定总额另行确定时给出，可多次")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="把额度写成CSV", show_default=False)]


@app.command()
def trial(  # noqa: PLR0913, PLR0917 - one parameter per option
    file: RosterFile,
    catchment: Annotated[Path, typer.Option("--catchment", help="服务区划CSV")],
    pool: Annotated[str, typer.Option("--pool", help="统筹区代码")],
    since: Since,
    until: Until,
    as_of: Annotated[str, typer.Option("--as-of", help="名册的截止日，默认期间最后一天")] = "",
    budget: Budget = None,
    output: Output = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="线程数")] = os.cpu_count() or 1,
) -> None:
    """在本机核对名册、计算归属和额度；不连接任何服务，不保存任何内容。"""
    first, last = parse_day(since, "--since"), parse_day(until, "--until")
    policy = Bundle.load(ROOT, pool).on(first)
    served = Catchment(read_catchment(catchment))
    stretches = Stretches(served, first, last)
    given = terms(stretches, read_order(policy), read_risk(policy), served.communities, {})
    regions = [entry.code for entry in served.entries if entry.kind == REGION]
    places = places_of(pool, [*load_shared(ROOT).names, *regions])
    day = parse_day(as_of, "--as-of") if as_of else date.fromordinal(last.toordinal() - 1)
    with tempfile.TemporaryDirectory(prefix="chspay-capitation-") as folder:
        found = try_roster(
            file, day, given, _sums(budget), policy, Path(folder), places=places, threads=threads
        )
    if not found.report.sound:
        typer.echo(_told(found.report))
        raise typer.Exit(1)
    rows = list(_quota_rows(found))
    typer.echo(
        f"名册{found.report.rows}行，没有错误。政策{policy.digest[:12]}，证据等级{policy.weakest_evidence()}。"
    )
    _show(rows, output)
    for kind, fen in sorted(found.budgets.items()):
        typer.echo(f"险种{kind}包干总额 {fen_to_yuan(fen)} 元，各医共体额度之和与之相等")


@app.command()
def roster(
    pool: Pool,
    file: RosterFile,
    as_of: Annotated[str, typer.Option("--as-of", help="名册的截止日；续传时不填")] = "",
    resume: Annotated[str, typer.Option("--resume", help="名册编号：更正文件后，在原名册上续传")] = "",
    only: Annotated[list[int] | None, typer.Option("--part", help="续传时只更换第几份，可多次")] = None,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """上传一份名册并等待核对；有错误时逐条列出（退出码1），整份不能使用。

    更正文件后用 --resume 在原名册上续传并重新核对；只改了某几份时，用 --part 只更换那几份。
    """
    if not resume and not as_of:
        raise Fault(AS_OF_MISSING, field="--as-of")

    async def work(channel: Channel) -> Any:
        stub = _ROSTERS(channel)
        name = resume
        if not resume:
            day = date_to_pb(parse_day(as_of, "--as-of"))
            asked = roster_pb2.StartRosterRequest(request_id=_fresh(), pool=pool, as_of=day)
            name = (await stub.StartRoster(asked)).roster.roster_id
            typer.echo(f"{name}  开始上传")
        number = 0
        for part in parts_of(file):
            if not resume or not only or number in only:
                await stub.PutRosterPart(
                    roster_pb2.PutRosterPartRequest(
                        request_id=_fresh(), roster_id=name, part_no=number, content=part
                    )
                )
            number += 1
        await stub.CloseRoster(
            roster_pb2.CloseRosterRequest(request_id=_fresh(), roster_id=name, parts=number)
        )
        while True:
            found = (await stub.GetRoster(roster_pb2.GetRosterRequest(roster_id=name))).roster
            if found.state != roster_pb2.ROSTER_STATE_CHECKING:
                return found
            await asyncio.sleep(_LOOK_SECONDS)

    found = ask_capitation(work, target, home, _WAIT_SECONDS)
    if found.state != roster_pb2.ROSTER_STATE_LOADED:
        typer.echo(f"{found.roster_id}  有错误，没有使用任何一行")
        for count in found.counts:
            typer.echo(f"{count.reason}  {count.count}处  {count.message}")
        for fault in found.faults:
            typer.echo(f"第{fault.part_no}份第{fault.row}行  {fault.column}  {fault.reason}")
        typer.echo(f"更正后续传：chspay capitation roster {pool} 更正后的文件 --resume {found.roster_id}")
        raise typer.Exit(1)
    typer.echo(f"{found.roster_id}  {found.rows}行  指纹 {found.digest}")


@app.command()
def attribute(
    pool: Pool,
    roster_id: Annotated[str, typer.Argument(help="名册编号")],
    since: Since,
    until: Until,
    budget: Budget = None,
    output: Output = None,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """计算归属与额度并等待完成；未成功时说明原因（退出码1）。"""
    request = pb.StartAttributionRequest(
        request_id=_fresh(),
        pool=pool,
        roster_id=roster_id,
        since=date_to_pb(parse_day(since, "--since")),
        until=date_to_pb(parse_day(until, "--until")),
        budgets=[
            pb.InsuranceBudget(insurance_type=kind, budget_fen=fen) for kind, fen in _sums(budget).items()
        ],
    )

    async def work(channel: Channel) -> Any:
        stub = _STUB(channel)
        name = (await stub.StartAttribution(request)).attribution.attribution_id
        while True:
            asked = pb.GetAttributionRequest(attribution_id=name)
            found = (await stub.GetAttribution(asked)).attribution
            if found.state != pb.ATTRIBUTION_STATE_RUNNING:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if found.state == pb.ATTRIBUTION_STATE_FAILED:
            return found, []
        return found, (await stub.ListQuotas(pb.ListQuotasRequest(attribution_id=name))).quotas

    found, quotas = ask_capitation(work, target, home, _WAIT_SECONDS)
    typer.echo(f"{found.attribution_id}  政策{found.policy_digest[:12]}  指纹 {found.digest or '无'}")
    if found.state == pb.ATTRIBUTION_STATE_FAILED:
        typer.echo(f"{found.failure_reason}：{found.failure_message}")
        raise typer.Exit(1)
    names = _QUOTA_COLUMNS[:-1]
    _show([[*(str(getattr(row, n)) for n in names), fen_to_yuan(row.quota_fen)] for row in quotas], output)


@app.command()
def person(
    attribution_id: Annotated[str, typer.Argument(help="归属计算编号")],
    person_key: Annotated[str, typer.Argument(help="人员标识")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """一个人归属哪里、为什么、带走多少额度。"""
    request = pb.ExplainPersonRequest(attribution_id=attribution_id, person_key=person_key)
    answer = ask_capitation(lambda channel: _STUB(channel).ExplainPerson(request), target, home)
    for stay in answer.stays:
        days = [f"{day.year:04d}-{day.month:02d}-{day.day:02d}" for day in (stay.since, stay.until)]
        told = "（无效人头）" if stay.removed else ""
        typer.echo(
            f"{days[0]} 至 {days[1]}  {stay.community}{told}  系数{stay.risk_factor.value}  "
            f"{fen_to_yuan(stay.quota_fen)}元"
        )
    for sheet in answer.worksheets:
        typer.echo(sheet.title)
        for line in sheet.lines:
            typer.echo(f"  {line.label}：{line.value}{line.unit}  {line.formula}  {line.citation}".rstrip())


def _sums(given: Sequence[str] | None) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for text in given or ():
        kind, equals, yuan = text.partition("=")
        if not equals or not kind or kind in found:
            raise Fault(BUDGET_WRONG, value=text)
        found[kind] = yuan_to_fen(yuan, "--budget")
    return found


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"


def _told(report: Report) -> str:
    lines = [f"名册{report.rows}行，有错误，没有计算："]
    for reason, count in sorted(report.counts.items()):
        lines.append(f"{reason}  {count}处  {ROW_REASONS[reason][1]}")
    lines += [
        f"第{fault.part}份第{fault.row + 1}行  {fault.column}  {fault.reason}" for fault in report.shown
    ]
    return "\n".join(lines)


def _quota_rows(found: Trial) -> Iterator[list[str]]:
    for key, heads in sorted(found.tally.heads.items()):
        days = (heads.valid_days, heads.removed_days, heads.units)
        yield [*key, *(str(number) for number in days), fen_to_yuan(found.quotas.fen.get(key, 0))]


def _show(rows: Sequence[Sequence[str]], output: Path | None) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_QUOTA_COLUMNS, *rows])
    if output is None:
        typer.echo(text.getvalue().rstrip())
        return
    replace_file(output, text.getvalue().encode())
    typer.echo(json.dumps({"output": str(output), "rows": len(rows)}, ensure_ascii=False))
