"""The annual clearing 年度清算 and re-clearing 重新清算 over HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field, StringConstraints

from chspay.settlement.v1 import year_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import points_text
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import (
    POINTS_NOTE,
    REFS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    PageSize,
    PageToken,
    Region,
    Strict,
    Year,
)
from chspay_gateway.session import Caller, Writer

Model = TypeVar("Model", bound=Answer)

router = APIRouter(prefix="/api/v1", tags=["年度清算"])
ClearingId = Annotated[Code, Path(description="年度清算编号")]
_STATES = "draft 计算中 · trial 已试算 · reviewed 已复核 · approved 已批准 · published 公示中 · closed 已关闭"
_MONEY = {
    name: f"{label}。{YUAN_NOTE}"
    for name, label in {
        "budget": "年度预算（本地可分配基金）",
        "actual": "据实基金费用",
        "terminated": "已解除协议机构据实结算",
        "shared": "结余留用、超支分担后的总额",
        "withheld": "不予增加而留在基金的金额",
        "decision": "决算额",
    }.items()
}


class ClearingOut(Answer):
    """一个统筹区一年的清算。"""

    clearing_id: str
    pool: str = Field(description="统筹区")
    year: int
    revision: int = Field(description="第几次编制")
    state: str = Field(description=f"{_STATES} · returned 已退回 · failed 未成功")
    stage: str = Field(description="计算到哪一步")
    progress_done: int = Field(description="当前步骤已处理的件数")
    progress_total: int = Field(description="当前步骤的总件数")
    cases: int = Field(description="病例数")
    total_points: str | None = Field(description=f"总点数。{POINTS_NOTE}")
    budget: str = Field(description=_MONEY["budget"])
    actual: str = Field(description=_MONEY["actual"])
    terminated: str = Field(description=_MONEY["terminated"])
    shared: str = Field(description=_MONEY["shared"])
    withheld: str = Field(description=_MONEY["withheld"])
    decision: str = Field(description=_MONEY["decision"])
    point_value: str = Field(description="点值，单位：元/点，四位小数，仅供显示")
    point_value_numerator_fen: str = Field(description="点值的精确分子，单位：分")
    point_value_denominator: str | None = Field(description=f"点值的精确分母。{POINTS_NOTE}")
    policy_digest: str = Field(description="政策包的SM3指纹")
    input_digest: str = Field(description="清算所依据事实的SM3指纹")
    statements_digest: str = Field(description="全部清算单的SM3指纹")
    evidence: str = Field(description="所用规则中最弱的依据")
    decision_no: str = Field(description="批准的决定文号")
    published_on: str | None = Field(description="公示之日")
    deadline: str | None = Field(description="清算期限；没有规定时为空")
    failure_reason: str
    failure_message: str
    started_by: str = Field(description="编制人")


class ClearingPage(Answer):
    """一页年度清算，新的在前。"""

    items: list[ClearingOut]
    next_page_token: str = Field(description="空表示没有下一页")


class YearMovedOut(Answer):
    """办理一步之后的清算，以及提示。"""

    clearing: ClearingOut
    warning: str = Field(description="提示，如已超过期限；没有则为空")


def clearing_out(item: Any) -> ClearingOut:
    """A clearing as JSON."""
    same = (
        "clearing_id", "pool", "year", "revision", "state", "stage", "cases", "policy_digest", "input_digest",
        "statements_digest", "evidence", "decision_no", "failure_reason", "failure_message", "started_by",
    )  # fmt: skip
    money: dict[str, Any] = {name: fen_to_yuan(getattr(item, f"{name}_fen")) for name in _MONEY}
    return ClearingOut.model_construct(
        **{name: getattr(item, name) for name in same},
        **money,
        progress_done=item.done,
        progress_total=item.total,
        total_points=points_text(item.points),
        point_value=item.point_value_display,
        point_value_numerator_fen=str(item.point_value_numerator_fen),
        point_value_denominator=points_text(item.point_value_denominator),
        published_on=day_text(item.published_on),
        deadline=day_text(item.deadline),
    )


class ClearingIn(Strict):
    """要清算的统筹区和年度。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pool": "990100", "year": 2040}]})

    pool: Region = Field(description="统筹区代码")
    year: Year


class YearStep(StrEnum):
    """年度清算的一步。"""

    REVIEW = "review"
    APPROVE = "approve"
    PUBLISH = "publish"
    CLOSE = "close"
    RETURN = "return"


class YearStepIn(Strict):
    """办理一步：批准须填决定文号，退回须说明原因。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision_no": "", "note": ""}]})

    decision_no: Line = Field("", description="决定文号，批准时必填")
    note: Annotated[str, StringConstraints(max_length=500)] = Field("", description="说明，退回时必填")


class YearEventOut(Answer):
    """办理记录。"""

    number: int
    event: str = Field(
        description="start 编制 · try 试算 · review 复核 · approve 批准 · publish 公示 · close 关闭"
    )
    source: str = Field(description="办理前的状态")
    target: str = Field(description="办理后的状态")
    subject: str = Field(description="办理人")
    decision_no: str = Field(description="决定文号")
    note: str = Field(description="说明")
    warning: str = Field(description="提示")
    at: str = Field(description="办理时刻，UTC，RFC 3339")


class YearEventsOut(Answer):
    """一次年度清算的全部办理记录。"""

    items: list[YearEventOut]


class YearFactIn(Strict):
    """登记一家医疗机构的年度事项；同一事项以最后登记的为准。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "year": 2040,
                    "hospital_code": "H990101EX",
                    "kind": "score",
                    "value": "92.5",
                    "citation": "年度考核通报",
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    year: Year
    hospital_code: Code = Field(description="医疗机构编码")
    kind: Code = Field(description="standing 机构状态 · score 考核得分 · audit 审核扣款（分）")
    value: Code = Field(
        description="内容：normal、punished、investigated、terminated；得分；以分为单位的整数"
    )
    citation: Line = Field(description="依据的文件或决定")


class YearFactOut(Answer):
    """一条登记事项。"""

    number: int
    hospital_code: str
    kind: str
    value: str
    citation: str
    recorded_by: str


class YearFactsOut(Answer):
    """一个年度的全部登记事项，按登记先后。"""

    items: list[YearFactOut]


_HOSPITAL_MONEY = {
    name: f"{label}。{YUAN_NOTE}"
    for name, label in {
        "cost": "医疗总费用",
        "patient": "个人负担",
        "actual": "据实基金费用",
        "target": "年度目标（按预算点值）",
        "shared": "分担后应得",
        "withheld": "不予增加",
        "gained": "分得他机构不予增加的部分",
        "fund": "决算基金",
        "assessed": "考核扣减",
        "released": "返还的预留",
        "audit": "审核扣款",
        "prepaid": "已预付",
        "retained": "月度预留",
        "advance": "已付预付金",
        "balance": "应补付；负数为应收回",
    }.items()
}


class YearHospitalOut(Answer):
    """一家医疗机构的年度清算结果。"""

    hospital_code: str
    name: str
    standing: str = Field(
        description="normal 正常 · punished 被处理 · investigated 被调查 · terminated 已解除协议"
    )
    cases: int
    points: str | None = Field(description=f"点数。{POINTS_NOTE}")
    cost: str = Field(description=_HOSPITAL_MONEY["cost"])
    patient: str = Field(description=_HOSPITAL_MONEY["patient"])
    actual: str = Field(description=_HOSPITAL_MONEY["actual"])
    target: str = Field(description=_HOSPITAL_MONEY["target"])
    shared: str = Field(description=_HOSPITAL_MONEY["shared"])
    withheld: str = Field(description=_HOSPITAL_MONEY["withheld"])
    gained: str = Field(description=_HOSPITAL_MONEY["gained"])
    fund: str = Field(description=_HOSPITAL_MONEY["fund"])
    assessed: str = Field(description=_HOSPITAL_MONEY["assessed"])
    released: str = Field(description=_HOSPITAL_MONEY["released"])
    audit: str = Field(description=_HOSPITAL_MONEY["audit"])
    prepaid: str = Field(description=_HOSPITAL_MONEY["prepaid"])
    retained: str = Field(description=_HOSPITAL_MONEY["retained"])
    advance: str = Field(description=_HOSPITAL_MONEY["advance"])
    balance: str = Field(description=_HOSPITAL_MONEY["balance"])
    refs: dict[str, str] = Field(description=REFS_NOTE)


class YearHospitalPage(Answer):
    """一页年度清算结果。"""

    items: list[YearHospitalOut]
    next_page_token: str


@router.post("/years", summary="编制年度清算", status_code=202)
async def start_year(body: ClearingIn, caller: Writer) -> ClearingOut:
    """在后台试算；各月须已结算完毕、更正已办理，预算须已批准。"""
    caller.require_bureau()
    answer = await caller.services.year.StartYear(
        pb.StartYearRequest(request_id=caller.request_id, pool=body.pool, year=body.year)
    )
    return clearing_out(answer.clearing)


@router.get("/years", summary="查询年度清算")
async def list_years(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ClearingPage:
    """能看到的年度清算，年度新的在前；医疗机构在公示之后可见。"""
    answer = await caller.services.year.ListYears(
        pb.ListYearsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return ClearingPage.model_construct(
        items=[clearing_out(item) for item in answer.clearings], next_page_token=answer.next_page_token
    )


@router.get("/years/{clearing_id}", summary="读取年度清算")
async def get_year(caller: Caller, clearing_id: ClearingId) -> ClearingOut:
    """状态、决算额、点值和各项指纹。"""
    answer = await caller.services.year.GetYear(pb.GetYearRequest(clearing_id=clearing_id))
    return clearing_out(answer.clearing)


@router.post("/years/{clearing_id}/steps/{step}", summary="办理年度清算的一步")
async def move_year(
    body: YearStepIn,
    caller: Writer,
    clearing_id: ClearingId,
    step: Annotated[YearStep, Path(description="步骤")],
) -> YearMovedOut:
    """编制、复核、批准须由三个人分别办理；批准以已批准的决算（含原因分析）为前提；关闭时入账。"""
    caller.require_bureau()
    answer = await caller.services.year.MoveYear(
        pb.MoveYearRequest(
            request_id=caller.request_id,
            clearing_id=clearing_id,
            event=step.value,
            decision_no=body.decision_no,
            note=body.note,
        )
    )
    return YearMovedOut.model_construct(clearing=clearing_out(answer.clearing), warning=answer.warning)


@router.get("/years/{clearing_id}/events", summary="年度清算的办理记录")
async def list_events(caller: Caller, clearing_id: ClearingId) -> YearEventsOut:
    """谁在何时办理了哪一步。"""
    caller.require_bureau()
    answer = await caller.services.year.ListYearEvents(pb.ListYearEventsRequest(clearing_id=clearing_id))
    return YearEventsOut.model_construct(items=[_plain(YearEventOut, item) for item in answer.events])


@router.post("/year-facts", summary="登记机构状态、考核得分或审核扣款")
async def put_fact(body: YearFactIn, caller: Writer) -> YearFactOut:
    """编制年度清算之前登记；已有清算在办理时拒绝。"""
    caller.require_bureau()
    answer = await caller.services.year.PutYearFact(
        pb.PutYearFactRequest(request_id=caller.request_id, **body.model_dump())
    )
    return _plain(YearFactOut, answer.fact)


@router.get("/year-facts", summary="查询年度登记事项")
async def list_facts(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    year: Annotated[Year, Query()],
) -> YearFactsOut:
    """一个统筹区一年的全部登记事项。"""
    caller.require_bureau()
    answer = await caller.services.year.ListYearFacts(pb.ListYearFactsRequest(pool=pool, year=year))
    return YearFactsOut.model_construct(items=[_plain(YearFactOut, item) for item in answer.facts])


@router.get("/years/{clearing_id}/hospitals", summary="各医疗机构的年度清算结果")
async def list_hospitals(
    caller: Caller,
    clearing_id: ClearingId,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> YearHospitalPage:
    """医疗机构密钥只看到本机构。"""
    answer = await caller.services.year.ListYearHospitals(
        pb.ListYearHospitalsRequest(clearing_id=clearing_id, page_size=page_size, page_token=page_token)
    )
    return YearHospitalPage.model_construct(
        items=[_hospital_out(item) for item in answer.hospitals], next_page_token=answer.next_page_token
    )


@router.get(
    "/years/{clearing_id}/statements/{hospital_code}",
    summary="读取一家医疗机构的年度清算单原文",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "原文；X-Content-SM3 为其指纹"}},
)
async def get_statement(
    caller: Caller, clearing_id: ClearingId, hospital_code: Annotated[Code, Path(description="医疗机构编码")]
) -> Response:
    """原文逐字节不变，对其计算SM3即得响应头中的指纹。"""
    answer = await caller.services.year.GetYearStatement(
        pb.GetYearStatementRequest(clearing_id=clearing_id, hospital_code=hospital_code)
    )
    return Response(answer.content, media_type="application/json", headers={"X-Content-SM3": answer.digest})


def _plain(model: type[Model], item: Any) -> Model:
    """An answer whose fields are those of the message."""
    return model.model_construct(**{name: getattr(item, name) for name in model.model_fields})


def _hospital_out(item: Any) -> YearHospitalOut:
    money: dict[str, Any] = {name: fen_to_yuan(getattr(item, f"{name}_fen")) for name in _HOSPITAL_MONEY}
    same = {name: getattr(item, name) for name in ("hospital_code", "name", "standing", "cases")}
    return YearHospitalOut.model_construct(
        **same, points=points_text(item.points), refs=dict(item.refs), **money
    )
