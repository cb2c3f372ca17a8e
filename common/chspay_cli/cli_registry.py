"""``chspay registry``: hospitals, clinics and pharmacies, day by day.

Exit codes: 0 done; 1 the file has faults and nothing was written; 2 bad input; 3 not reachable.
"""

from __future__ import annotations

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chspay.rulebook.v1 import institutions_pb2 as pb
from chspay.rulebook.v1 import institutions_pb2_grpc
from chspay_cli.casefile import FILE_MISSING
from chspay_cli.cli_policy_lint import day_or_today
from chspay_cli.remote import HomeOption, TargetOption, ask_rulebook
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel

KIND_UNKNOWN = Reason(
    "REGISTRY_KIND_UNKNOWN", Kind.INVALID, "--kind应为hospital、clinic或pharmacy，收到“{value}”。"
)
#: Generated stubs carry no types.
_STUB: Any = institutions_pb2_grpc.InstitutionServiceStub
KINDS = {
    "hospital": pb.INSTITUTION_KIND_HOSPITAL,
    "clinic": pb.INSTITUTION_KIND_CLINIC,
    "pharmacy": pb.INSTITUTION_KIND_PHARMACY,
}
KIND_NAMES = {KINDS["hospital"]: "医院", KINDS["clinic"]: "诊所", KINDS["pharmacy"]: "药店"}
AGREEMENT_NAMES = {
    pb.AGREEMENT_STATE_ACTIVE: "有效",
    pb.AGREEMENT_STATE_SUSPENDED: "暂停",
    pb.AGREEMENT_STATE_TERMINATED: "解除",
}
ROLE_NAMES = {pb.COMMUNITY_ROLE_LEAD: "牵头", pb.COMMUNITY_ROLE_MEMBER: "成员"}

app = typer.Typer(
    no_args_is_help=True,
    help="定点机构：导入、查询、历史。",
    rich_markup_mode=None,
    epilog="""例：

  chspay registry import institutions.csv

  chspay registry list --place 990100 --on 2026-03-01

  chspay registry show H99010100001
""",
)

JsonOption = Annotated[bool, typer.Option("--json", help="输出JSON。")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV文件，UTF-8")],
    target: TargetOption = "",
    home: HomeOption = None,
) -> None:
    """导入机构文件：整份写入，或者一行也不写并逐条列出错误（退出码1）。

    列：code,name,kind,level,pool,area,community,community_role,agreement,since,until。
    kind 为 hospital、clinic、pharmacy；agreement 为 active、suspended、terminated；until 当日不含，可空。
    已登记的历史不会被改写：新的登记从 since 起取代旧的，旧的仍可查。
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Fault(FILE_MISSING, value=file) from error

    async def work(channel: Channel) -> Any:
        return await _STUB(channel).ImportInstitutions(
            pb.ImportInstitutionsRequest(request_id=f"cli-{uuid.uuid4().hex}", content=content)
        )

    answer = ask_rulebook(work, target, home)
    for item in answer.errors:
        typer.echo(f"第{item.line}行 {item.field} {item.reason}：{item.message}", err=True)
    if answer.errors:
        typer.echo(f"发现{len(answer.errors)}处错误，没有写入任何一行。", err=True)
        raise typer.Exit(1)
    typer.echo(f"写入{answer.written}行，{answer.unchanged}行与已登记的相同。")


@app.command("list")
def listing(
    on: Annotated[str, typer.Option("--on", help="按哪一天，默认今天（北京时间）。")] = "",
    place: Annotated[str, typer.Option("--place", help="本地及下级，六位行政区划代码；不填为全部。")] = "",
    kind: Annotated[str, typer.Option("--kind", help="hospital、clinic或pharmacy；不填为全部。")] = "",
    target: TargetOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """某一天的机构：级别、统筹区、医共体、协议状态。"""
    if kind and kind not in KINDS:
        raise Fault(KIND_UNKNOWN, field="--kind", value=kind)
    day = day_or_today(on)
    found = ask_rulebook(lambda channel: _all(channel, day, place, kind), target, home)
    if as_json:
        typer.echo(json.dumps([_json(item) for item in found], ensure_ascii=False))
        return
    table = _table(f"定点机构，{day}")
    for item in found:
        table.add_row(*_cells(item))
    console = Console()
    console.print(table)
    console.print(f"共{len(found)}家。")


async def _all(channel: Channel, day: date, place: str, kind: str) -> list[pb.Institution]:
    found: list[pb.Institution] = []
    token = ""
    while True:
        request = pb.ListInstitutionsRequest(
            place=place, on=date_to_pb(day), page_size=1000, page_token=token
        )
        if kind:
            request.kind = KINDS[kind]
        answer = await _STUB(channel).ListInstitutions(request)
        found += answer.institutions
        token = answer.next_page_token
        if not token:
            return found


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="机构编码")],
    target: TargetOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """一家机构的全部登记：何人何时登记，哪些已被取代。"""

    async def work(channel: Channel) -> Any:
        return await _STUB(channel).GetInstitution(pb.GetInstitutionRequest(code=code))

    rows = ask_rulebook(work, target, home).rows
    if as_json:
        content = [
            {
                **_json(row.institution),
                "recorded_at": row.recorded_at.ToJsonString(),
                "recorded_by": row.recorded_by,
                "superseded_at": row.superseded_at.ToJsonString() if row.HasField("superseded_at") else "",
            }
            for row in rows
        ]
        typer.echo(json.dumps(content, ensure_ascii=False))
        return
    table = _table(f"{code}的全部登记")
    table.add_column("登记")
    for row in rows:
        style = "dim" if row.HasField("superseded_at") else ""
        by = f"{row.recorded_at.ToJsonString()[:19]}Z {row.recorded_by}"
        ended = "\n已被取代" if style else ""
        table.add_row(*_cells(row.institution), f"{escape(by)}{ended}", style=style)
    Console().print(table)


def _table(title: str) -> Table:
    table = Table(title=title)
    for column in ("编码", "名称", "类别", "级别", "统筹区", "所在地", "医共体", "协议", "自", "至（不含）"):
        table.add_column(column, overflow="fold")
    return table


def _cells(item: pb.Institution) -> list[str]:
    community = f"{item.community}（{ROLE_NAMES[item.community_role]}）" if item.community else ""
    return [
        escape(item.code),
        escape(item.name),
        KIND_NAMES[item.kind],
        "" if item.level == 9 else f"{item.level}级",
        item.pool,
        item.area,
        escape(community),
        AGREEMENT_NAMES[item.agreement],
        _day(item, "since"),
        _day(item, "until"),
    ]


def _json(item: pb.Institution) -> dict[str, str]:
    kind = next(name for name, number in KINDS.items() if number == item.kind)
    return {
        "code": item.code,
        "name": item.name,
        "kind": kind,
        "level": str(item.level),
        "pool": item.pool,
        "area": item.area,
        "community": item.community,
        "community_role": {1: "lead", 2: "member"}.get(item.community_role, ""),
        "agreement": {1: "active", 2: "suspended", 3: "terminated"}[item.agreement],
        "since": _day(item, "since"),
        "until": _day(item, "until"),
    }


def _day(item: pb.Institution, name: str) -> str:
    if not item.HasField(name):
        return ""
    day = getattr(item, name)
    return date(day.year, day.month, day.day).isoformat()
