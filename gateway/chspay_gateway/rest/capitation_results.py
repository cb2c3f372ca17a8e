"""Results of chronic-disease management and divisions by APG points, over HTTP."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from chspay.capitation.v1 import results_pb2 as pb
from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.rosters import FILE_BODY, MAX_PART
from chspay_gateway.rest.types import POINTS_NOTE, YUAN_NOTE, Answer, Code, Day, Line, Region, Yuan
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

CHRONIC_PATH, APG_PATH = "/api/v1/chronic-results", "/api/v1/apg-divisions"

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])


class CountedOut(Answer):
    """一个医共体在管慢性病患者的人数。"""

    community: str
    patients: int = Field(description="全部患者")
    managed: int = Field(description="有管理结果的")
    controlled: int = Field(description="控制的")


class ResultsOut(Answer):
    """一版慢性病管理结果。"""

    attribution_id: str
    version: int
    as_of: str | None = Field(description="统计日")
    document: str
    communities: list[CountedOut]
    digest: str = Field(description="文件的SM3指纹")


class PointsOut(Answer):
    """一个APG组的基准点数。"""

    apg: str
    points: str = Field(description=POINTS_NOTE)
    visits: int


class EarnedOut(Answer):
    """一家机构的点数和金额。"""

    institution: str
    points: str = Field(description=POINTS_NOTE)
    fund: str = Field(description=YUAN_NOTE)


class DivisionOut(Answer):
    """一次门诊APG点数法分配，合计等于门诊基金。"""

    division_id: str
    pool: str
    community: str
    since: str | None
    until: str | None
    fund: str = Field(description=YUAN_NOTE)
    points_of: str = Field(description="沿用哪一次的点数；空为本次测算")
    points: list[PointsOut]
    shares: list[EarnedOut]
    document: str
    policy_digest: str
    digest: str
    worksheet: WorksheetOut


@router.post("/chronic-results", summary="导入慢性病管理结果", status_code=201, openapi_extra=FILE_BODY)
async def put_results(
    request: Request,
    caller: Writer,
    attribution_id: Annotated[Code, Query(description="归属计算编号")],
    as_of: Annotated[Day, Query(description="统计日，应在归属期间之内")],
    document: Annotated[Line, Query(min_length=1, description="来源文件")],
) -> ResultsOut:
    """请求体列：person_key, controlled（yes或no）。有一行错误时一行也不保存；没有结果的患者按未控制计。"""
    caller.require_bureau()
    answer = await caller.services.results.PutChronicResults(
        pb.PutChronicResultsRequest(
            request_id=caller.request_id,
            attribution_id=attribution_id,
            as_of=date_to_pb(as_of),
            document=document,
            content=await _body(request),
        )
    )
    return _results_out(answer.results)


@router.get("/attributions/{attribution_id}/chronic-results", summary="最新的慢性病管理结果")
async def get_results(
    caller: Caller, attribution_id: Annotated[Code, Path(description="归属计算编号")]
) -> ResultsOut:
    """各医共体的患者、管理和控制人数。"""
    caller.require_bureau()
    request = pb.GetChronicResultsRequest(attribution_id=attribution_id)
    return _results_out((await caller.services.results.GetChronicResults(request)).results)


@router.post("/apg-divisions", summary="按门诊APG点数法分配基金", status_code=201, openapi_extra=FILE_BODY)
async def divide(  # noqa: PLR0913, PLR0917 - one parameter per field of the query
    request: Request,
    caller: Writer,
    pool: Annotated[Region, Query(description="统筹区代码")],
    since: Annotated[Day, Query(description="期间第一天")],
    until: Annotated[Day, Query(description="期间截止，当日不含；应在同一年内")],
    fund: Annotated[Yuan, Query(description=f"门诊基金。{YUAN_NOTE}")],
    document: Annotated[Line, Query(min_length=1, description="依据的文件")],
    community: Annotated[Code, Query(description="医共体代码；不填为全统筹区")] = "",
    points_of: Annotated[Code, Query(description="沿用哪一次的点数；不填则由本次就诊测算")] = "",
) -> DivisionOut:
    """请求体列：visit_id, institution, apg, cost_fen（分）。各机构金额之和等于基金，不差一分。"""
    caller.require_bureau()
    answer = await caller.services.results.DivideByApg(
        pb.DivideByApgRequest(
            request_id=caller.request_id,
            pool=pool,
            community=community,
            since=date_to_pb(since),
            until=date_to_pb(until),
            fund_fen=yuan_to_fen(fund, "fund"),
            points_of=points_of,
            document=document,
            content=await _body(request),
        )
    )
    return _division_out(answer)


@router.get("/apg-divisions/{division_id}", summary="读取一次APG点数法分配")
async def get_division(
    caller: Caller, division_id: Annotated[Code, Path(description="分配编号")]
) -> DivisionOut:
    """点数、金额及底稿。"""
    caller.require_bureau()
    request = pb.GetApgDivisionRequest(division_id=division_id)
    return _division_out(await caller.services.results.GetApgDivision(request))


async def _body(request: Request) -> bytes:
    with tempfile.TemporaryDirectory(prefix="chspay-results-") as folder:
        path = FilePath(folder) / "file"
        await spool(request, path, MAX_PART)
        return await asyncio.to_thread(path.read_bytes)


def _results_out(item: pb.ChronicResults) -> ResultsOut:
    return ResultsOut(
        attribution_id=item.attribution_id,
        version=item.version,
        as_of=day_text(item.as_of),
        document=item.document,
        communities=[
            CountedOut(
                community=each.community,
                patients=each.patients,
                managed=each.managed,
                controlled=each.controlled,
            )
            for each in item.communities
        ],
        digest=item.digest,
    )


def _division_out(answer: pb.DivideByApgResponse | pb.GetApgDivisionResponse) -> DivisionOut:
    item = answer.division
    names = ("division_id", "pool", "community", "points_of", "document", "policy_digest", "digest")
    return DivisionOut.model_construct(
        **{name: getattr(item, name) for name in names},
        since=day_text(item.since),
        until=day_text(item.until),
        fund=fen_to_yuan(item.fund_fen),
        points=[
            PointsOut(apg=each.apg, points=plain(from_micro(each.points_micro)), visits=each.visits)
            for each in item.points
        ],
        shares=[
            EarnedOut(
                institution=each.institution,
                points=plain(from_micro(each.points_micro)),
                fund=fen_to_yuan(each.fund_fen),
            )
            for each in item.shares
        ],
        worksheet=worksheet_out(answer.worksheet),
    )
