"""Month runs 月度结算: start, follow, and read what they decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict

from chspay.settlement.v1 import settlement_pb2
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault
from chspay_gateway import export, problems
from chspay_gateway.rest.answers import (
    AccountOut,
    ExplainOut,
    RunCaseOut,
    RunCasePage,
    RunOut,
    RunPage,
    StatementOut,
    StatementPage,
    TrialBalanceOut,
    run_case_out,
    run_out,
    statement_out,
    worksheet_out,
)
from chspay_gateway.rest.types import Code, MonthNo, PageSize, PageToken, Region, Strict, Year
from chspay_gateway.session import Caller, Session, Writer
from chspay_kit import deadline

router = APIRouter(prefix="/api/v1", tags=["月度结算"])
RunId = Annotated[Code, Path(description="结算编号")]
_FOLLOW_SECONDS = 3600.0
_ALL_PAGES = 1000


class RunIn(Strict):
    """要结算的统筹区和月份。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pool": "990100", "year": 2026, "month": 1}]})

    pool: Region
    year: Year
    month: MonthNo


@router.post("/runs", summary="开始一次月度结算", status_code=202)
async def start_run(body: RunIn, caller: Writer) -> RunOut:
    """开始后在后台进行，中断后自动续做；用返回的 run_id 查询进度。

    没有已批准的年度预算时拒绝。
    """
    caller.require_bureau()
    answer = await caller.services.settlement.StartMonthRun(
        settlement_pb2.StartMonthRunRequest(
            request_id=caller.request_id, pool=body.pool, year=body.year, month=body.month
        )
    )
    return run_out(answer.run)


@router.get("/runs", summary="查询月度结算")
async def list_runs(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RunPage:
    """能看到的月度结算，月份新的在前。"""
    answer = await caller.services.settlement.ListRuns(
        settlement_pb2.ListRunsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return RunPage.model_construct(
        items=[run_out(item) for item in answer.runs], next_page_token=answer.next_page_token
    )


@router.get("/runs/{run_id}", summary="查询月度结算的进度与结果")
async def get_run(caller: Caller, run_id: RunId) -> RunOut:
    """进度、点值和各项指纹。"""
    answer = await caller.services.settlement.GetRun(settlement_pb2.GetRunRequest(run_id=run_id))
    return run_out(answer.run)


@router.get(
    "/runs/{run_id}/events",
    summary="实时跟踪月度结算（SSE）",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "event: run，data 同 GET /runs/{run_id}"}
    },
)
async def follow_run(caller: Caller, run_id: RunId) -> StreamingResponse:
    """每有进展推送一次，结束后关闭。出错时推送 event: problem。"""
    deadline.begin(_FOLLOW_SECONDS)
    answers = caller.services.settlement.WatchRun(settlement_pb2.WatchRunRequest(run_id=run_id))
    # The first answer is awaited here, so that a refusal still has its own status and shape.
    first = await anext(answers, None)
    return StreamingResponse(
        _events(first, answers), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(first: Any, answers: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    if first is None:
        return
    yield _event("run", run_out(first.run).model_dump())
    try:
        async for answer in answers:
            yield _event("run", run_out(answer.run).model_dump())
    except Fault as fault:
        yield _event("problem", problems.problem_of([fault]).model_dump())


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))


_FILES = {
    200: {
        "content": {export.CSV_TYPE: {}, export.XLSX_TYPE: {}},
        "description": "按 Accept 或 ?format= 返回 JSON、CSV 或 XLSX",
    }
}


@router.get(
    "/runs/{run_id}/statements",
    summary="查询各医疗机构的结算单",
    response_model=StatementPage,
    responses=_FILES,  # type: ignore[arg-type]
)
async def list_statements(
    caller: Caller,
    run_id: RunId,
    file: Annotated[str, Query(alias="format", description="json、csv 或 xlsx")] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> Response | StatementPage:
    """JSON 分页；CSV 和 XLSX 一次给出全部。医疗机构密钥只看到本机构。"""
    form = export.wanted(file, accept)
    if form == "json":
        answer = await _statement_page(caller, run_id, page_size, page_token)
        return StatementPage.model_construct(
            items=[statement_out(item) for item in answer.statements],
            next_page_token=answer.next_page_token,
        )
    return _file(form, await all_statements(caller, run_id), f"statements-{run_id}")


async def all_statements(caller: Session, run_id: str) -> list[StatementOut]:
    """Every statement the caller may see, in the service's order."""
    found: list[StatementOut] = []
    token = ""
    while True:
        answer = await _statement_page(caller, run_id, _ALL_PAGES, token)
        found += [statement_out(item) for item in answer.statements]
        token = answer.next_page_token
        if not token:
            return found


async def _statement_page(caller: Session, run_id: str, size: int, token: str) -> Any:
    return await caller.services.settlement.ListStatements(
        settlement_pb2.ListStatementsRequest(run_id=run_id, page_size=size, page_token=token)
    )


def _file(form: str, statements: list[StatementOut], name: str) -> Response:
    return export.as_file(form, statements, export.STATEMENT_COLUMNS, "结算单", name)


@router.get(
    "/runs/{run_id}/statements/{hospital_code}",
    summary="读取一家医疗机构的结算单",
    response_model=StatementOut,
    responses=_FILES,  # type: ignore[arg-type]
)
async def get_statement(
    caller: Caller,
    run_id: RunId,
    hospital_code: Annotated[Code, Path(description="医疗机构编码")],
    file: Annotated[
        str, Query(alias="format", description="json、csv、xlsx，或 canonical（原文，可验指纹）")
    ] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | StatementOut:
    """format=canonical 返回结算单原文，对其计算SM3即得 digest。"""
    answer = await caller.services.settlement.GetStatement(
        settlement_pb2.GetStatementRequest(run_id=run_id, hospital_code=hospital_code)
    )
    if file == "canonical":
        return Response(
            answer.statement.content,
            media_type="application/json",
            headers={"X-Content-SM3": answer.statement.digest},
        )
    form = export.wanted(file, accept)
    statement = statement_out(answer.statement)
    return statement if form == "json" else _file(form, [statement], f"statement-{run_id}-{hospital_code}")


@router.get("/runs/{run_id}/cases", summary="查询结算病例")
async def list_run_cases(
    caller: Caller,
    run_id: RunId,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；医疗机构密钥可不填")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RunCasePage:
    """一家医疗机构在一次结算中的病例、点数与金额。"""
    answer = await caller.services.settlement.ListRunCases(
        settlement_pb2.ListRunCasesRequest(
            run_id=run_id,
            hospital_code=caller.hospital_or_own(hospital_code),
            page_size=page_size,
            page_token=page_token,
        )
    )
    items: list[RunCaseOut] = [run_case_out(item) for item in answer.cases]
    return RunCasePage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/runs/{run_id}/explain", summary="说明一份病例的金额（计算底稿）")
async def explain_case(
    caller: Caller,
    run_id: RunId,
    case_id: Annotated[Code, Query(description="病例号")],
    hospital_code: Annotated[Code, Query(description="医疗机构编码；医疗机构密钥可不填")] = "",
) -> ExplainOut:
    """逐行给出数值、公式、舍入与文件条款，末行等于所付金额。"""
    answer = await caller.services.settlement.ExplainCase(
        settlement_pb2.ExplainCaseRequest(
            run_id=run_id, hospital_code=caller.hospital_or_own(hospital_code), case_id=case_id
        )
    )
    return ExplainOut.model_construct(
        case=run_case_out(answer.case), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/ledger/{pool}/{year}/trial-balance", summary="试算平衡表")
async def trial_balance(
    caller: Caller, pool: Annotated[Region, Path(description="统筹区代码")], year: Annotated[Year, Path()]
) -> TrialBalanceOut:
    """一个统筹区一年的总账；差额必须为零。"""
    caller.require_bureau()
    answer = await caller.services.settlement.GetTrialBalance(
        settlement_pb2.GetTrialBalanceRequest(pool=pool, year=year)
    )
    accounts = [
        AccountOut(
            account=item.account, debit=fen_to_yuan(item.debit_fen), credit=fen_to_yuan(item.credit_fen)
        )
        for item in answer.accounts
    ]
    return TrialBalanceOut(accounts=accounts, difference=fen_to_yuan(answer.difference_fen))
