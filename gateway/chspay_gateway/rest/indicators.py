"""What peers come to, and indicators from their issue to next year's proposal, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.budget.v1 import indicators_pb2 as pb
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.budget import PoolPath, YearPath
from chspay_gateway.rest.plan_types import Rate
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken, Region, Strict, Year
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["考核指标"])
BenchmarkId = Annotated[Code, Path(description="测算编号")]
HolderPath = Annotated[Code, Path(description="医疗机构编码，或医共体代码")]
CodePath = Annotated[Code, Path(description="指标代码，见指标目录（indicator.catalogue）")]
PoolQuery = Annotated[Region, Query(description="统筹区代码")]


class ObservationIn(Strict):
    """一家机构的数值；分病组比较时每个病组一行。"""

    institution: Code = Field(min_length=1, description="医疗机构编码或医共体代码")
    level: int = Field(0, ge=0, le=9, description="级别：1、2、3，9为未定级；0取自定点机构登记")
    kind: Code = Field("", description="类别：hospital、clinic、pharmacy或自定；空取自定点机构登记")
    group: Code = Field("", description="病组；不分病组时为空")
    cases: int = Field(0, ge=0, le=10**9, description="例数，用作本机构各病组的权重")
    value: Rate = Field(description="数值，十进制文本")


class BenchmarkIn(Strict):
    """测算一项指标的同级同类平均水平。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "year": 2025, "indicator": "cost_per_case",
                    "observations": [
                        {"institution": "H1", "level": 2, "kind": "hospital", "value": "9800.00"},
                        {"institution": "H2", "level": 2, "kind": "hospital", "value": "10400.00"},
                    ],
                    "document": "2025年度统计报表",
                }
            ]
        }
    )  # fmt: skip

    pool: Region = Field(description="统筹区代码")
    year: Year = Field(description="数据年度")
    indicator: Code = Field(min_length=1, description="指标代码")
    observations: list[ObservationIn] = Field(min_length=1, max_length=100_000, description="各机构的数值")
    document: Line = Field(min_length=1, description="数据来源文件")


class PeerMeanOut(Answer):
    """一个类别的平均水平；kind为空是一个级别，level为0是全部机构。"""

    group: str = Field(description="病组；空为不分病组")
    level: int
    kind: str
    institutions: int = Field(description="机构数")
    own: str | None = Field(description="本类别自身的稳健均值")
    weight: str | None = Field(description="自身均值的权重；其余取上一级的测算值")
    value: str | None = Field(description="测算值")


class PeerComparisonOut(Answer):
    """一家机构与同级同类之比，附底稿。"""

    institution: str
    level: int
    kind: str
    own: str | None = Field(description="本机构")
    peers: str | None = Field(description="同级同类，按本机构各病组的例数加权")
    ratio: str | None = Field(description="两者之比；同级同类为零时为空")
    worksheet: WorksheetOut


class BenchmarkOut(Answer):
    """一次同级同类测算。"""

    benchmark_id: str
    pool: str
    year: int
    indicator: str
    method: str = Field(description="稳健算法")
    means: list[PeerMeanOut]
    comparisons: list[PeerComparisonOut] = Field(description="各机构；列表查询时为空")
    document: str
    policy_digest: str


class BenchmarkPage(Answer):
    """一页测算。"""

    items: list[BenchmarkOut]
    next_page_token: str


class TargetIn(Strict):
    """一个指标值及其依据。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"value": "12000.00", "document": "演示医保〔2039〕12号"}]}
    )

    value: Rate = Field(description="数值，十进制文本；小数位数见指标目录")
    document: Line = Field(min_length=1, description="依据的文件")


class IndicatorSettleIn(Strict):
    """把测算值定为决算值；须由测算人以外的人办理。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision_no": "演示医保〔2041〕3号"}]})

    decision_no: Line = Field(min_length=1, description="决定文号")


class ProposeIn(Strict):
    """由同级同类水平和本机构两年变化提出下一年度建议值。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"benchmark_id": "PB-none"}]})

    benchmark_id: Code = Field(min_length=1, description="所依据的同级同类测算")


class IndicatorStepOut(Answer):
    """指标的一步。"""

    number: int
    state: str = Field(
        description="issued 下达 · revised 调整 · measured 测算 · settled 决算 · proposed 下年建议"
    )
    value: str | None = Field(description="下达、调整为目标值；测算、决算为实际值；建议为下年建议值")
    document: str = Field(description="依据的文件、监测事项或测算")
    decision_no: str
    by: str = Field(description="办理人")
    outcome: str = Field(description="决算时：met 达标 · missed 未达标 · 空为不评价")


class IndicatorOut(Answer):
    """一个指标及其全部步骤。"""

    pool: str
    year: int
    holder: str
    code: str
    label: str
    unit: str
    state: str
    target: str | None = Field(description="现行目标值")
    steps: list[IndicatorStepOut]


class IndicatorDetail(IndicatorOut):
    """一个指标，附最近一次建议的底稿。"""

    worksheet: WorksheetOut | None = Field(description="没有建议时为空")


class IndicatorPage(Answer):
    """一页指标。"""

    items: list[IndicatorOut]
    next_page_token: str


@router.post("/benchmarks", summary="测算同级同类平均水平", status_code=201)
async def measure_peers(body: BenchmarkIn, caller: Writer) -> BenchmarkOut:
    """每家机构计一次，用稳健均值；机构少的类别向上一级靠拢，权重列出。测算保存，不能改写。"""
    caller.require_bureau()
    request = pb.MeasurePeersRequest(
        request_id=caller.request_id, pool=body.pool, year=body.year, indicator=body.indicator,
        document=body.document,
    )  # fmt: skip
    for row in body.observations:
        request.observations.add(
            institution=row.institution, level=row.level, kind=row.kind, group=row.group, cases=row.cases,
            value=_decimal(row.value),
        )  # fmt: skip
    return _benchmark((await caller.services.indicators.MeasurePeers(request)).benchmark)


@router.get("/benchmarks/{benchmark_id}", summary="查询同级同类测算")
async def get_benchmark(caller: Caller, benchmark_id: BenchmarkId) -> BenchmarkOut:
    """一次测算，各机构附底稿。"""
    caller.require_bureau()
    request = pb.GetBenchmarkRequest(benchmark_id=benchmark_id)
    return _benchmark((await caller.services.indicators.GetBenchmark(request)).benchmark)


@router.get("/benchmarks", summary="列出同级同类测算")
async def list_benchmarks(
    caller: Caller,
    pool: PoolQuery,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> BenchmarkPage:
    """一个统筹区的测算，不含各机构。"""
    caller.require_bureau()
    answer = await caller.services.indicators.ListBenchmarks(
        pb.ListBenchmarksRequest(pool=pool, page_size=page_size, page_token=page_token)
    )
    return BenchmarkPage.model_construct(
        items=[_benchmark(one) for one in answer.benchmarks], next_page_token=answer.next_page_token
    )


_PATH = "/indicators/{pool}/{year}/{holder}/{code}"


@router.put(_PATH, summary="下达指标", status_code=201)
async def issue_indicator(
    body: TargetIn, caller: Writer, pool: PoolPath, year: YearPath, holder: HolderPath, code: CodePath
) -> IndicatorOut:
    """每个对象每年每项指标下达一次；以后用调整。"""
    caller.require_bureau()
    request = pb.IssueIndicatorRequest(
        request_id=caller.request_id, name=_name(pool, year, holder, code), target=_decimal(body.value),
        document=body.document,
    )  # fmt: skip
    return _out((await caller.services.indicators.IssueIndicator(request)).indicator)


@router.post(f"{_PATH}/revise", summary="调整指标")
async def revise_indicator(
    body: TargetIn, caller: Writer, pool: PoolPath, year: YearPath, holder: HolderPath, code: CodePath
) -> IndicatorOut:
    """测算之前可以调整；每一步都保留。"""
    caller.require_bureau()
    request = pb.ReviseIndicatorRequest(
        request_id=caller.request_id, name=_name(pool, year, holder, code), target=_decimal(body.value),
        document=body.document,
    )  # fmt: skip
    return _out((await caller.services.indicators.ReviseIndicator(request)).indicator)


@router.post(f"{_PATH}/measure", summary="测算指标的实际值")
async def measure_indicator(
    body: TargetIn, caller: Writer, pool: PoolPath, year: YearPath, holder: HolderPath, code: CodePath
) -> IndicatorOut:
    """决算之前可以重新测算。"""
    caller.require_bureau()
    request = pb.MeasureIndicatorRequest(
        request_id=caller.request_id, name=_name(pool, year, holder, code), actual=_decimal(body.value),
        document=body.document,
    )  # fmt: skip
    return _out((await caller.services.indicators.MeasureIndicator(request)).indicator)


@router.post(f"{_PATH}/settle", summary="决算指标")
async def settle_indicator(
    body: IndicatorSettleIn,
    caller: Writer,
    pool: PoolPath,
    year: YearPath,
    holder: HolderPath,
    code: CodePath,
) -> IndicatorOut:
    """由测算人以外的人办理，并判定是否达标。"""
    caller.require_bureau()
    request = pb.SettleIndicatorRequest(
        request_id=caller.request_id, name=_name(pool, year, holder, code), decision_no=body.decision_no
    )
    return _out((await caller.services.indicators.SettleIndicator(request)).indicator)


@router.post(f"{_PATH}/propose", summary="提出下一年度建议值")
async def propose_indicator(
    body: ProposeIn, caller: Writer, pool: PoolPath, year: YearPath, holder: HolderPath, code: CodePath
) -> IndicatorDetail:
    """须本年和上一年都已决算；不超过增幅上限，附底稿。"""
    caller.require_bureau()
    request = pb.ProposeIndicatorRequest(
        request_id=caller.request_id, name=_name(pool, year, holder, code), benchmark_id=body.benchmark_id
    )
    return _detail(await caller.services.indicators.ProposeIndicator(request))


@router.get(_PATH, summary="查询指标")
async def get_indicator(
    caller: Caller, pool: PoolPath, year: YearPath, holder: HolderPath, code: CodePath
) -> IndicatorDetail:
    """一个指标及其全部步骤。"""
    caller.require_bureau()
    request = pb.GetIndicatorRequest(name=_name(pool, year, holder, code))
    return _detail(await caller.services.indicators.GetIndicator(request))


@router.get("/indicators", summary="列出指标")
async def list_indicators(
    caller: Caller,
    pool: PoolQuery,
    year: Annotated[int, Query(ge=0, le=2199, description="年度；0为全部")] = 0,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> IndicatorPage:
    """一个统筹区的指标。"""
    caller.require_bureau()
    answer = await caller.services.indicators.ListIndicators(
        pb.ListIndicatorsRequest(pool=pool, year=year, page_size=page_size, page_token=page_token)
    )
    return IndicatorPage.model_construct(
        items=[_out(one) for one in answer.indicators], next_page_token=answer.next_page_token
    )


def _decimal(text: str) -> decimal_pb2.Decimal:
    return decimal_pb2.Decimal(value=text)


def _name(pool: str, year: int, holder: str, code: str) -> pb.IndicatorName:
    return pb.IndicatorName(pool=pool, year=year, holder=holder, code=code)


def _benchmark(found: pb.Benchmark) -> BenchmarkOut:
    names = ("group", "level", "kind", "institutions")
    means = [
        PeerMeanOut.model_construct(
            **{name: getattr(one, name) for name in names},
            own=points_text(one.own),
            weight=points_text(one.weight),
            value=points_text(one.value),
        )
        for one in found.means
    ]
    comparisons = [
        PeerComparisonOut.model_construct(
            **{name: getattr(one, name) for name in ("institution", "level", "kind")},
            own=points_text(one.own),
            peers=points_text(one.peers),
            ratio=points_text(one.ratio),
            worksheet=worksheet_out(one.worksheet),
        )
        for one in found.comparisons
    ]
    plain = ("benchmark_id", "pool", "year", "indicator", "method", "document", "policy_digest")
    return BenchmarkOut.model_construct(
        **{name: getattr(found, name) for name in plain}, means=means, comparisons=comparisons
    )


def _fields(found: pb.Indicator) -> dict[str, Any]:
    names = ("number", "state", "document", "decision_no", "by", "outcome")
    steps = [
        IndicatorStepOut.model_construct(
            **{name: getattr(step, name) for name in names}, value=points_text(step.value)
        )
        for step in found.steps
    ]
    return {
        **{name: getattr(found.name, name) for name in ("pool", "year", "holder", "code")},
        **{name: getattr(found, name) for name in ("label", "unit", "state")},
        "target": points_text(found.target),
        "steps": steps,
    }


def _out(found: pb.Indicator) -> IndicatorOut:
    return IndicatorOut.model_construct(**_fields(found))


def _detail(answer: Any) -> IndicatorDetail:
    sheet = worksheet_out(answer.worksheet) if answer.HasField("worksheet") else None
    return IndicatorDetail.model_construct(**_fields(answer.indicator), worksheet=sheet)
