"""``chspay capitation``: catchments, given or drawn from the registry, and the terms of a pool."""

from __future__ import annotations

import csv
import io
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.capitation.v1 import capitation_pb2_grpc
from chspay_capitation.engine.catchment import Entry
from chspay_cli.casefile import FILE_MISSING
from chspay_cli.cli_policy_lint import day_or_today
from chspay_cli.remote import CapitationOption, HomeOption, ask_capitation
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

CATCHMENT_UNREADABLE = Reason(
    "CATCHMENT_FILE_WRONG",
    Kind.INVALID,
    "服务区划文件{value}不能读取：应为UTF-8的CSV，列为kind,code,community,since,until。",
)
#: Generated stubs carry no types.
_STUB: Any = capitation_pb2_grpc.CapitationServiceStub
_COLUMNS = ("kind", "code", "community", "since", "until")

app = typer.Typer(rich_markup_mode=None)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]


@app.command()
def catchment(
    pool: Pool,
    file: Annotated[Path, typer.Argument(help="CSV：kind,code,community,since,until")],
    document: Annotated[str, typer.Option("--document", help="依据的文件")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """登记一个统筹区的服务区划；先前的版本保留。"""
    request = pb.PutCatchmentRequest(request_id=_fresh(), pool=pool, document=document)
    _fill(request.entries, file)
    answer = ask_capitation(lambda channel: _STUB(channel).PutCatchment(request), target, home)
    found = answer.catchment
    typer.echo(f"已登记第{found.version}版，{len(found.entries)}行，指纹 {found.digest}")


@app.command()
def draw(
    pool: Pool,
    document: Annotated[str, typer.Option("--document", help="依据的文件")],
    file: Annotated[
        Path | None, typer.Option("--others", help="地区、高校、用人单位的CSV；不填时沿用上一版")
    ] = None,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """由定点机构登记生成服务区划：机构、牵头医院和起止日都取自登记。"""
    request = pb.DrawCatchmentRequest(request_id=_fresh(), pool=pool, document=document)
    if file is not None:
        _fill(request.entries, file)
    found = ask_capitation(lambda channel: _STUB(channel).DrawCatchment(request), target, home)
    typer.echo(
        f"已登记第{found.catchment.version}版：机构{found.institutions}行、牵头{found.leads}行取自登记"
        f"（第{found.catchment.registry_version}版），其他{found.others}行，指纹 {found.catchment.digest}"
    )


@app.command()
def terms(
    pool: Pool,
    on: Annotated[str, typer.Option("--on", help="按哪一天，默认今天（北京时间）")] = "",
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """包干服务范围、支付标准、剔除原因，以及各出自哪里。"""
    request = pb.GetTermsRequest(pool=pool, on=date_to_pb(day_or_today(on)))
    found = ask_capitation(lambda channel: _STUB(channel).GetTerms(request), target, home)
    for service in found.services:
        typer.echo(f"{service.name}（{service.service}）  {'计入' if service.capitated else '不计入'}包干")
    for rate in found.rates:
        typer.echo(f"险种{rate.insurance_type}  每人每年{fen_to_yuan(rate.rate_fen)}元")
    for cause in found.causes:
        typer.echo(f"可剔除：{cause.name}（{cause.cause}），凭{cause.proof}")
    for source in found.sources:
        typer.echo(f"{source.label}：{source.citation}（{source.evidence}）")


def _fill(entries: Any, file: Path) -> None:
    for entry in read_catchment(file):
        added = entries.add(
            kind=entry.kind, code=entry.code, community=entry.community, since=date_to_pb(entry.since)
        )
        if entry.until is not None:
            added.until.CopyFrom(date_to_pb(entry.until))


def read_catchment(path: Path) -> list[Entry]:
    """The lines of a catchment file.

    :raises Fault: FILE_MISSING, CATCHMENT_FILE_WRONG, NOT_A_DAY.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault(FILE_MISSING, value=path) from error
    except UnicodeDecodeError as error:
        raise Fault(CATCHMENT_UNREADABLE, value=path.name) from error
    reader = csv.DictReader(io.StringIO(text))
    if not set(_COLUMNS) <= set(reader.fieldnames or ()):
        raise Fault(CATCHMENT_UNREADABLE, value=path.name)
    return [
        Entry(
            row["kind"], row["code"], row["community"], parse_day(row["since"], "since"),
            parse_day(row["until"], "until") if row["until"] else None,
        )
        for row in reader
    ]  # fmt: skip


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
