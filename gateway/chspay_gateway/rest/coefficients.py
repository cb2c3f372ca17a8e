"""Measured coefficient tables over HTTP: kept for the runs of a pool from a month on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import inputs_pb2 as pb
from chspay_gateway.rest.around_month import MonthText
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["月度结算"])
_MOST = 16 * 1024 * 1024
_EXAMPLE = (
    '{"ceiling":"","columns":["hospital_code","level","drg","cases","weight_micro","raw","units"],'
    '"exempt":[],"factor":[1,1],"floor":"","format":"chspay-coefficients/1","method":"cost_ratio@1",'
    '"new_is_one":true,"places":4,"rows":[["H990101EX","","",120,12000000000,1050000000000,10500]],'
    '"title":"990100 2025"}'
)


class CoefficientsIn(Strict):
    """一个统筹区测算好的差异系数表，从哪个月起使用。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pool": "990100", "in_force": "2026-01", "content": _EXAMPLE}]}
    )

    pool: Region = Field(description="统筹区")
    in_force: MonthText
    content: Annotated[str, Field(min_length=1, max_length=_MOST)] = Field(
        description="chspay value coefficients 写出的表，逐字节原样"
    )


class CoefficientsOut(Answer):
    """一张差异系数表。"""

    table_id: str
    pool: str
    in_force: str = Field(description="从哪个月起使用")
    method: str = Field(description="测算方法")
    title: str
    digest: str = Field(description="内容的SM3指纹")
    put_by: str


class CoefficientsPage(Answer):
    """一页差异系数表。"""

    items: list[CoefficientsOut]
    next_page_token: str


def _out(item: pb.CoefficientTable) -> CoefficientsOut:
    return CoefficientsOut(**{name: getattr(item, name) for name in CoefficientsOut.model_fields})


@router.post("/coefficient-tables", summary="上传差异系数表", status_code=201)
async def put_coefficients(body: CoefficientsIn, caller: Writer) -> CoefficientsOut:
    """政策规定按测算的差异系数结算时，月结和年度清算用当月有效的最新一张，并随结算逐字节保存。"""
    caller.require_bureau()
    answer = await caller.services.inputs.PutCoefficientTable(
        pb.PutCoefficientTableRequest(
            request_id=caller.request_id,
            pool=body.pool,
            in_force=body.in_force,
            content=body.content.encode(),
        )
    )
    return _out(answer.table)


@router.get("/coefficient-tables", summary="查询差异系数表")
async def list_coefficients(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> CoefficientsPage:
    """能看到的差异系数表。"""
    answer = await caller.services.inputs.ListCoefficientTables(
        pb.ListCoefficientTablesRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return CoefficientsPage(
        items=[_out(item) for item in answer.tables], next_page_token=answer.next_page_token
    )


@router.get("/coefficient-tables/{table_id}", summary="读取差异系数表", response_model=CoefficientsOut)
async def get_coefficients(
    caller: Caller,
    table_id: Annotated[Code, Path(description="差异系数表编号")],
    form: Annotated[str, Query(alias="format", description="canonical 返回内容原文，可验指纹")] = "",
) -> Response | CoefficientsOut:
    """编号、方法与指纹；format=canonical 返回表的原文。"""
    answer = await caller.services.inputs.GetCoefficientTable(
        pb.GetCoefficientTableRequest(table_id=table_id)
    )
    if form == "canonical":
        headers = {"X-Content-SM3": answer.table.digest}
        return Response(answer.content, media_type="application/json", headers=headers)
    return _out(answer.table)
