"""What communities 医共体 do for themselves, over HTTP: own rules of sharing, splits, doubts of visits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import community_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
PoolPath = Annotated[Region, Path(description="统筹区代码")]
Community = Annotated[Code, Path(description="医共体代码")]
SettlementId = Annotated[Code, Path(description="结算编号")]
AttributionId = Annotated[Code, Path(description="归属计算编号")]
ShareText = Annotated[str, Field(max_length=24, pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$")]
_FIGURE_NOTE = (
    "inside_visits 院内人次 · inside_fund_fen 院内基金（两项由已登记的就诊统计）· 其他由牵头医院给出"
)


class PartIn(Strict):
    """分配规则的一部分。"""

    figure: Code = Field(min_length=1, description=_FIGURE_NOTE)
    label: Line = Field(min_length=1, description="名称")
    share: ShareText = Field(description="占可分配金额的比例；各部分合计为1")


class RuleIn(Strict):
    """医共体自己的内部分配规则。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "since": "2026-01-01",
                    "document": "医共体章程第五条",
                    "parts": [
                        {"figure": "inside_fund_fen", "label": "院内基金", "share": "0.6"},
                        {"figure": "heads", "label": "签约人数", "share": "0.4"},
                    ],
                }
            ]
        }
    )

    since: Day = Field(description="自何日起")
    document: Line = Field(min_length=1, description="医共体的决定")
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=20)]


class PartOut(Answer):
    """分配规则的一部分。"""

    figure: str
    label: str
    share: str


class RuleOut(Answer):
    """一版内部分配规则。"""

    pool: str
    community: str
    version: int
    since: str | None
    document: str
    lead: str = Field(description="牵头医院")
    parts: list[PartOut]


class RuleList(Answer):
    """一个医共体的各版规则。"""

    items: list[RuleOut]


class FigureIn(Strict):
    """一家成员机构的一个数。"""

    institution: Code = Field(min_length=1, description="成员机构")
    figure: Code = Field(min_length=1, description="规则中的数")
    value: Annotated[int, Field(ge=0, le=10**15)]


class SplitIn(Strict):
    """把一次结算分到成员机构。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "figures": [
                        {"institution": "H1", "figure": "heads", "value": 6000},
                        {"institution": "T1", "figure": "heads", "value": 5600},
                    ]
                }
            ]
        }
    )

    figures: list[FigureIn] = Field([], max_length=20_000, description="不由就诊统计的各数")


class ShareOut(Answer):
    """一家成员机构分得的金额。"""

    institution: str
    amount: str = Field(description=YUAN_NOTE)


class SplitOut(Answer):
    """一次内部分配，合计等于结算金额。"""

    split_id: str
    settlement_id: str
    community: str
    rule_version: int
    amount: str = Field(description=f"结算金额。{YUAN_NOTE}")
    shares: list[ShareOut]
    worksheet: WorksheetOut


class DoubtIn(Strict):
    """对一次就诊费用的疑义。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"visit_id": "V3", "doubt_no": "YY2026-1", "statement": "当日本人在院，不可能购药"}]
        }
    )

    visit_id: Code = Field(min_length=1)
    doubt_no: Code = Field(min_length=1, description="疑义编号")
    statement: Line = Field(min_length=1, description="理由")


class DoubtDecisionIn(Strict):
    """经办机构对疑义的处理。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"uphold": True, "decision_no": "稽核〔2026〕5号"}]}
    )

    uphold: bool = Field(description="true 成立，该次费用不计入包干 · false 不成立")
    decision_no: Line = Field(min_length=1, description="处理文号")


class DoubtOut(Answer):
    """一项费用疑义。"""

    doubt_no: str
    attribution_id: str
    visit_id: str
    community: str
    statement: str
    filed_by: str
    state: str = Field(description="filed 待处理 · upheld 成立 · dismissed 不成立")
    decision_no: str
    decided_by: str


class DoubtList(Answer):
    """一个医共体的费用疑义。"""

    items: list[DoubtOut]


@router.post("/communities/{pool}/{community}/rules", summary="登记医共体内部分配规则", status_code=201)
async def put_rule(body: RuleIn, caller: Writer, pool: PoolPath, community: Community) -> RuleOut:
    """由牵头医院决定，或由经办机构代为登记；先前的版本保留。"""
    request = pb.PutCommunityRuleRequest(
        request_id=caller.request_id,
        pool=pool,
        community=community,
        since=date_to_pb(body.since),
        document=body.document,
        parts=[
            pb.RulePart(figure=part.figure, label=part.label, share=decimal_pb2.Decimal(value=part.share))
            for part in body.parts
        ],
    )
    return _rule_out((await caller.services.communities.PutCommunityRule(request)).rule)


@router.get("/communities/{pool}/{community}/rules", summary="医共体的内部分配规则")
async def list_rules(caller: Caller, pool: PoolPath, community: Community) -> RuleList:
    """按版本。"""
    request = pb.ListCommunityRulesRequest(pool=pool, community=community)
    answer = await caller.services.communities.ListCommunityRules(request)
    return RuleList(items=[_rule_out(item) for item in answer.rules])


@router.post("/capitation-settlements/{settlement_id}/split", summary="把结算分到成员机构", status_code=201)
async def split_settlement(body: SplitIn, caller: Writer, settlement_id: SettlementId) -> SplitOut:
    """按医共体在结算期间最后一天的规则，由牵头医院办理，只能一次；各成员合计等于结算金额。"""
    request = pb.SplitSettlementRequest(
        request_id=caller.request_id,
        settlement_id=settlement_id,
        figures=[pb.MemberFigure(**item.model_dump()) for item in body.figures],
    )
    return _split_out(await caller.services.communities.SplitSettlement(request))


@router.get("/capitation-settlements/{settlement_id}/split", summary="读取一次内部分配")
async def get_split(caller: Caller, settlement_id: SettlementId) -> SplitOut:
    """各成员分得的金额及底稿。"""
    request = pb.GetSplitRequest(settlement_id=settlement_id)
    return _split_out(await caller.services.communities.GetSplit(request))


@router.post("/attributions/{attribution_id}/doubts", summary="牵头医院对就诊费用提出疑义", status_code=201)
async def doubt_visit(body: DoubtIn, caller: Writer, attribution_id: AttributionId) -> DoubtOut:
    """只能对由本医共体包干的人员的就诊提出。"""
    request = pb.DoubtVisitRequest(
        request_id=caller.request_id, attribution_id=attribution_id, **body.model_dump()
    )
    return _doubt_out((await caller.services.communities.DoubtVisit(request)).doubt)


@router.post("/visit-doubts/{doubt_no}/decision", summary="处理一项费用疑义")
async def decide_doubt(
    body: DoubtDecisionIn, caller: Writer, doubt_no: Annotated[Code, Path(description="疑义编号")]
) -> DoubtOut:
    """成立的，该次费用不再计入医共体的包干费用。"""
    caller.require_bureau()
    request = pb.DecideDoubtRequest(request_id=caller.request_id, doubt_no=doubt_no, **body.model_dump())
    return _doubt_out((await caller.services.communities.DecideDoubt(request)).doubt)


@router.get("/attributions/{attribution_id}/communities/{community}/doubts", summary="一个医共体的费用疑义")
async def list_doubts(caller: Caller, attribution_id: AttributionId, community: Community) -> DoubtList:
    """按疑义编号。"""
    request = pb.ListDoubtsRequest(attribution_id=attribution_id, community=community)
    answer = await caller.services.communities.ListDoubts(request)
    return DoubtList(items=[_doubt_out(item) for item in answer.doubts])


def _rule_out(item: pb.CommunityRule) -> RuleOut:
    return RuleOut(
        pool=item.pool,
        community=item.community,
        version=item.version,
        since=day_text(item.since),
        document=item.document,
        lead=item.lead,
        parts=[PartOut(figure=part.figure, label=part.label, share=part.share.value) for part in item.parts],
    )


def _split_out(answer: pb.SplitSettlementResponse | pb.GetSplitResponse) -> SplitOut:
    item = answer.split
    return SplitOut.model_construct(
        split_id=item.split_id,
        settlement_id=item.settlement_id,
        community=item.community,
        rule_version=item.rule_version,
        amount=fen_to_yuan(item.amount_fen),
        shares=[ShareOut(institution=each.institution, amount=fen_to_yuan(each.fen)) for each in item.shares],
        worksheet=worksheet_out(answer.worksheet),
    )


def _doubt_out(item: pb.VisitDoubt) -> DoubtOut:
    return DoubtOut(**{name: getattr(item, name) for name in DoubtOut.model_fields})
