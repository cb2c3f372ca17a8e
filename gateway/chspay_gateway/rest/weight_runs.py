"""Weights measured from a file of grouped cases 权重测算, over HTTP."""

from __future__ import annotations

import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Query, Request

from chspay.grouper.v1 import runs_pb2, weights_pb2
from chspay.rulebook.v1 import rulebook_pb2
from chspay_core import tables
from chspay_gateway.rest.group_runs import GroupRunOut, run_out
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.types import Code, Day, Region
from chspay_gateway.rest.uploads import PARQUET_BODY, upload
from chspay_gateway.session import Writer, gateway_of
from chspay_kit import convert, deadline

PATH = "/api/v1/weight-runs"

router = APIRouter(prefix="/api/v1", tags=["DIP目录与权重表"])


@router.post(
    "/weight-runs",
    summary="上传一批已分组的病例并测算权重",
    status_code=202,
    openapi_extra=PARQUET_BODY,
)
async def start_weight_run(
    request: Request,
    caller: Writer,
    place: Annotated[Region, Query(description="统筹区代码；按该地的政策测算")],
    on: Annotated[Day, Query(description="按哪一天的政策；年份权重从这一年往前数")],
    table_id: Annotated[Code, Query(description="权重表编号，各版本相同")],
    scheme: Annotated[Code, Query(description="病例分组所用方案的SM3指纹；不知道则不填")] = "",
) -> GroupRunOut:
    """请求体是一个Parquet文件：drg、total_cost 等列。测算在后台进行，进度与取消同批量分组（/group-runs）。

    完成后 scheme_digest 是权重表草案的指纹（/artefacts/weight-tables），statement 是逐组的测算底稿。
    """
    caller.require_bureau()
    settings = gateway_of(request).settings
    deadline.begin(settings.import_seconds)
    bundle = await caller.services.rulebook.ResolveBundle(
        rulebook_pb2.ResolveBundleRequest(place=place, on=convert.date_to_pb(on))
    )

    async def start(request_id: str) -> runs_pb2.GroupRun:
        answer = await caller.services.weights.StartWeightRun(
            weights_pb2.StartWeightRunRequest(
                request_id=request_id,
                policy=bundle.content,
                on=convert.date_to_pb(on),
                table_id=table_id,
                scheme=scheme,
            )
        )
        run: runs_pb2.GroupRun = answer.run
        return run

    with tempfile.TemporaryDirectory(prefix="chspay-weights-") as folder:
        path = FilePath(folder) / "cases.parquet"
        await spool(request, path, settings.import_bytes)
        return run_out(await upload(caller, path, (*tables.CASE_SCHEMA.names, "drg", "status"), start))
