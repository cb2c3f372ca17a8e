"""Panels for their officers and blind reviews for experts, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_core.amounts import yuan_to_fen
from chspay_gateway.rest.experts_review_shapes import (
    DeclareIn,
    OpinionIn,
    RecuseIn,
    ReplaceIn,
    ReviewList,
    ReviewOut,
    SheetShape,
    VoteIn,
    avoidable_to,
    opinion_plain,
    review_out,
    sheet_plain,
)
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["评议专家"])
PanelId = Annotated[Code, Path(description="专家组编号")]


class SeatOut(Answer):
    """专家组的一个席位。"""

    seat: str
    token: str = Field(description="本次抽取中的代号")
    state: str = Field(description="asked待声明 · accepted已声明")
    sheet_in: bool
    voted: bool
    expert_id: str = Field(description="只对专家库秘书和稽核人员给出")


class PanelOut(Answer):
    """一个专家组。"""

    panel_id: str
    batch_id: str
    case_no: str
    stage: str = Field(description="first首次 · province省级 · reconsider复核")
    state: str = Field(
        description="listed名单已关闭 · drawn待声明 · scoring独立评分 · opinion合议表决 · "
        "concluded已作结论 · "
        "dissolved已解散 · province分歧过大待上转"
    )
    seats: list[SeatOut]
    joined: bool = Field(description="是否增补过专家")
    spread: str = Field(description="各专家平均分的差，满分100；收齐以前为空")
    outcome: str
    passed: bool
    yes: int
    no: int
    abstain: int
    opinion: dict[str, Any] | None
    evidence: str = Field(description="送审材料、评分表、合议意见和选票的SM3")


class PanelPage(Answer):
    """一页专家组。"""

    items: list[PanelOut]
    next_page_token: str


class PackOut(Answer):
    """脱敏的送审材料：没有机构、科室、医师和患者。"""

    facts: list[dict[str, str]]
    diagnoses: list[str]
    procedures: list[str]
    dispute: str
    files: list[dict[str, Any]]
    digest: str


class ReviewDetail(Answer):
    """一项评审：送审材料、本人的评分，收齐以后还有其他人的评分和合议意见。"""

    review: ReviewOut
    token: str
    pack: PackOut
    own: dict[str, Any] | None
    sheets: list[dict[str, Any]]
    opinion: dict[str, Any] | None


class BallotOut(Answer):
    """待签的选票。"""

    digest: str = Field(description="选票摘要，对它的文本签名")
    signature_needed: bool


class MeasureOut(Answer):
    """一项指标：次数和总数。"""

    times: int
    of: int


class QualityOut(Answer):
    """一名专家的评审质量。"""

    expert_id: str
    overturned: MeasureOut = Field(description="结论被改变")
    late: MeasureOut = Field(description="评分逾期")
    disagreeing: MeasureOut = Field(description="表决与结论不一致")
    broken: list[str] = Field(description="触及的退出标准")


class QualityList(Answer):
    """专家的评审质量。"""

    items: list[QualityOut]


@router.get("/panels", summary="查询专家组")
async def list_panels(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    case_no: Annotated[Code, Query(description="案件编号；不填为全部")] = "",
    open_only: Annotated[bool, Query(alias="open", description="只看没有办结的")] = False,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> PanelPage:
    """由专家库秘书和稽核人员查询。"""
    asked = pb.ListPanelsRequest(
        pool=pool or "", case_no=case_no, open=open_only, page_size=page_size, page_token=page_token
    )
    answer = await caller.services.panels.ListPanels(asked)
    return PanelPage.model_construct(
        items=[_panel(one) for one in answer.panels], next_page_token=answer.next_page_token
    )


@router.get("/panels/quality", summary="专家的评审质量")
async def list_quality(
    caller: Caller, pool: Annotated[Region, Query(description="统筹区代码")]
) -> QualityList:
    """近两年的改判、逾期和不一致；触及退出标准的由秘书按程序办理。"""
    answer = await caller.services.panels.ListQuality(pb.ListQualityRequest(pool=pool))
    return QualityList.model_construct(
        items=[
            QualityOut.model_construct(
                expert_id=one.expert_id,
                overturned=_measure(one.overturned),
                late=_measure(one.late),
                disagreeing=_measure(one.disagreeing),
                broken=list(one.broken),
            )
            for one in answer.experts
        ]
    )


@router.get("/panels/{panel_id}", summary="查询一个专家组")
async def get_panel(caller: Caller, panel_id: PanelId) -> PanelOut:
    """由专家库秘书和稽核人员查询；办案人员和医疗机构看不到专家。"""
    return _panel((await caller.services.panels.GetPanel(pb.GetPanelRequest(panel_id=panel_id))).panel)


@router.post("/panels/{panel_id}/seat", summary="开始评议")
async def seat_panel(caller: Writer, panel_id: PanelId) -> PanelOut:
    """专家全部声明以后由秘书办理，案件进入专家评议。"""
    asked = pb.SeatPanelRequest(request_id=caller.request_id, panel_id=panel_id)
    return _panel((await caller.services.panels.SeatPanel(asked)).panel)


@router.post("/panels/{panel_id}/replacement", summary="更换没有办理的专家")
async def replace_member(body: ReplaceIn, caller: Writer, panel_id: PanelId) -> PanelOut:
    """期限届满仍没有办理、或者不再任职的专家，由同一次抽取的替补接替；没有替补的解散，另行抽取。"""
    asked = pb.ReplaceMemberRequest(
        request_id=caller.request_id, panel_id=panel_id, token=body.token, reason=body.reason
    )
    return _panel((await caller.services.panels.ReplaceMember(asked)).panel)


@router.post("/panels/{panel_id}/adopt", summary="采纳省级或复核专家组的结论")
async def adopt_panel(caller: Writer, panel_id: PanelId) -> PanelOut:
    """由没有参与过本案的经办人员办理。"""
    asked = pb.AdoptPanelRequest(request_id=caller.request_id, panel_id=panel_id)
    return _panel((await caller.services.panels.AdoptPanel(asked)).panel)


@router.get("/reviews", summary="本人的评审")
async def list_reviews(
    caller: Caller,
    open_only: Annotated[bool, Query(alias="open", description="只看待办的")] = False,
) -> ReviewList:
    """专家本人的评审任务。"""
    answer = await caller.services.panels.ListReviews(pb.ListReviewsRequest(open=open_only))
    return ReviewList.model_construct(items=[review_out(one) for one in answer.reviews])


@router.get("/reviews/{panel_id}", summary="一项评审的送审材料")
async def get_review(caller: Caller, panel_id: PanelId) -> ReviewDetail:
    """声明以后才能查看；材料中没有机构、科室、医师和患者。"""
    answer = await caller.services.panels.GetReview(pb.GetReviewRequest(panel_id=panel_id))
    pack = answer.pack
    return ReviewDetail.model_construct(
        review=review_out(answer.review),
        token=answer.token,
        pack=PackOut.model_construct(
            facts=[{"name": one.name, "label": one.label, "value": one.value} for one in pack.facts],
            diagnoses=list(pack.diagnoses),
            procedures=list(pack.procedures),
            dispute=pack.dispute,
            files=[
                {"file_id": one.file_id, "kind": one.kind, "media_type": one.media_type, "size": one.size,
                 "digest": one.digest}
                for one in pack.files
            ],
            digest=pack.digest,
        ),
        own=sheet_plain(answer.own) if answer.HasField("own") else None,
        sheets=[
            {"token": one.token, "digest": one.digest, "sheet": sheet_plain(one.sheet)}
            for one in answer.sheets
        ],
        opinion=opinion_plain(answer.opinion) if answer.HasField("opinion") else None,
    )  # fmt: skip


@router.get("/reviews/{panel_id}/files/{file_id}", summary="送审材料中的文件")
async def get_file(
    caller: Caller, panel_id: PanelId, file_id: Annotated[Code, Path(description="文件编号")]
) -> Response:
    """只有经办人员核对过、不含姓名的文件。"""
    asked = pb.GetReviewFileRequest(panel_id=panel_id, file_id=file_id)
    answer = await caller.services.panels.GetReviewFile(asked)
    return Response(
        answer.content,
        media_type=answer.file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file_id}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.post("/reviews/{panel_id}/declaration", summary="声明没有利害关系")
async def declare(body: DeclareIn, caller: Writer, panel_id: PanelId) -> ReviewOut:
    """声明没有利害关系并承诺保密，然后才能看到材料。"""
    asked = pb.DeclareRequest(request_id=caller.request_id, panel_id=panel_id, **body.model_dump())
    return review_out((await caller.services.panels.Declare(asked)).review)


@router.post("/reviews/{panel_id}/recusal", summary="申请回避")
async def recuse(body: RecuseIn, caller: Writer, panel_id: PanelId) -> ReviewOut:
    """由同一次抽取的替补递补；没有替补的重新抽取。"""
    asked = pb.RecuseRequest(request_id=caller.request_id, panel_id=panel_id, reason=body.reason)
    return review_out((await caller.services.panels.Recuse(asked)).review)


@router.post("/reviews/{panel_id}/sheet", summary="提交评分表")
async def submit_sheet(body: SheetShape, caller: Writer, panel_id: PanelId) -> ReviewOut:
    """独立评分，收齐以前别人看不到；提交后不能更改。"""
    asked = pb.SubmitSheetRequest(request_id=caller.request_id, panel_id=panel_id, sheet=body.message())
    return review_out((await caller.services.panels.SubmitSheet(asked)).review)


@router.post("/reviews/{panel_id}/opinion", summary="提出合议意见")
async def propose(body: OpinionIn, caller: Writer, panel_id: PanelId) -> dict[str, Any]:
    """任何成员可以提出，第一张选票以前可以修改。"""
    values = body.model_dump(exclude={"avoidable", "restored", "points_micro"})
    opinion = pb.PanelOpinion(
        **values, avoidable=avoidable_to(body.avoidable), restored_fen=yuan_to_fen(body.restored)
    )
    if body.points_micro is not None:
        opinion.points_micro = body.points_micro
    asked = pb.ProposeOpinionRequest(request_id=caller.request_id, panel_id=panel_id, opinion=opinion)
    return opinion_plain((await caller.services.panels.ProposeOpinion(asked)).opinion)


@router.get("/reviews/{panel_id}/ballot", summary="待签的选票")
async def prepare_vote(
    caller: Caller,
    panel_id: PanelId,
    vote: Annotated[Code, Query(description="yes赞成 · no反对 · abstain弃权")],
) -> BallotOut:
    """选票的摘要；登记了公钥的专家对它签名。"""
    answer = await caller.services.panels.PrepareVote(pb.PrepareVoteRequest(panel_id=panel_id, vote=vote))
    return BallotOut.model_construct(digest=answer.digest, signature_needed=answer.signature_needed)


@router.post("/reviews/{panel_id}/vote", summary="表决")
async def cast_vote(body: VoteIn, caller: Writer, panel_id: PanelId) -> PanelOut:
    """最后一票投出以后形成结论；赞成票须超过规定的比例，票数相等的不通过。"""
    asked = pb.VoteOnPanelRequest(request_id=caller.request_id, panel_id=panel_id, **body.model_dump())
    return _panel((await caller.services.panels.VoteOnPanel(asked)).panel)


def _panel(item: pb.Panel) -> PanelOut:
    names = ("panel_id", "batch_id", "case_no", "stage", "state", "joined", "spread", "outcome", "passed",
             "yes", "no", "abstain", "evidence")  # fmt: skip
    return PanelOut.model_construct(
        **{name: getattr(item, name) for name in names},
        seats=[
            SeatOut.model_construct(
                **{
                    name: getattr(one, name)
                    for name in ("seat", "token", "state", "sheet_in", "voted", "expert_id")
                }
            )
            for one in item.seats
        ],
        opinion=opinion_plain(item.opinion) if item.HasField("opinion") else None,
    )


def _measure(item: pb.QualityMeasure) -> MeasureOut:
    return MeasureOut.model_construct(times=item.times, of=item.of)
