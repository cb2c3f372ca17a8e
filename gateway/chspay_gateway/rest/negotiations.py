"""Negotiation over HTTP: councils, topics, proposals, signed votes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.negotiations_ballots import (
    BallotAsked,
    BallotIn,
    BallotOut,
    CastOut,
    CountedBallotOut,
    CountOut,
    OpeningOut,
    PackageOut,
)
from chspay_gateway.rest.negotiations_shapes import (
    CouncilIn,
    CouncilOut,
    PaperIn,
    PaperOut,
    ProposalIn,
    ProposalOut,
    SeatIn,
    StepIn,
    TopicIn,
    TopicOpened,
    TopicOut,
    TopicPage,
    paper_out,
    proposal_out,
    topic_out,
)
from chspay_gateway.rest.types import Code, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1/negotiations", tags=["协商谈判"])
TopicId = Annotated[Code, Path(description="议题编号")]
Event = Annotated[
    Code,
    Path(
        description="propose 提出 · freeze 冻结数据 · replace 更换论证专家 · simulate 完成试算 · "
        "attend 代表确认到会 · agree 提交表决 · adjourn 休会续议 · deadlock 僵局 · revised 折中方案 · "
        "admin_decide 行政决定 · objection 异议 · withdraw 撤回公示 · approve 批准 · publish 发布 · "
        "rollback 生效前更正"
    ),
]


@router.post("/councils", summary="登记一届协商代表", status_code=201)
async def put_council(caller: Writer, body: CouncilIn) -> CouncilOut:
    """双方人数相等、各类别有席位、换届轮换，缺一不收；名单随即公示。"""
    caller.require_bureau()
    request = pb.PutCouncilRequest(
        request_id=caller.request_id, pool=body.pool, since=date_to_pb(body.since),
        seats=[pb.Seat(**seat.model_dump()) for seat in body.seats],
    )  # fmt: skip
    return _council((await caller.services.negotiations.PutCouncil(request)).council)


@router.get("/councils/{pool}", summary="在任的协商代表")
async def get_council(caller: Caller, pool: Annotated[Region, Path(description="统筹区代码")]) -> CouncilOut:
    """本统筹区的医疗机构和医保部门可以查看。"""
    answer = await caller.services.negotiations.GetCouncil(pb.GetCouncilRequest(pool=pool))
    return _council(answer.council)


@router.post("", summary="提出议题", status_code=201)
async def open_topic(caller: Writer, body: TopicIn) -> TopicOut:
    """医疗机构和医保部门都可以提出。"""
    request = pb.OpenTopicRequest(request_id=caller.request_id, **body.model_dump())
    return topic_out((await caller.services.negotiations.OpenTopic(request)).topic)


@router.get("", summary="查询议题")
async def list_topics(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> TopicPage:
    """权限范围内的议题，新的在前。"""
    answer = await caller.services.negotiations.ListTopics(
        pb.ListTopicsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return TopicPage.model_construct(
        items=[topic_out(item) for item in answer.topics], next_page_token=answer.next_page_token
    )


@router.get("/{topic_id}", summary="一个议题的全部材料")
async def get_topic(caller: Caller, topic_id: TopicId) -> TopicOpened:
    """方案写明改哪些参数、每家医疗机构增减多少；没有席位的医疗机构只看到自己一行。"""
    answer = await caller.services.negotiations.GetTopic(pb.GetTopicRequest(topic_id=topic_id))
    return TopicOpened.model_construct(
        topic=topic_out(answer.topic),
        papers=[paper_out(item) for item in answer.papers],
        proposals=[proposal_out(item) for item in answer.proposals],
    )


@router.post("/{topic_id}/events/{event}", summary="办理议题的一步")
async def act_on_topic(caller: Writer, topic_id: TopicId, event: Event, body: StepIn) -> TopicOut:
    """每一步由规定的身份办理，条件不满足的拒绝并说明缺什么。"""
    plain = body.model_dump()
    effective = plain.pop("effective")
    request = pb.ActOnTopicRequest(
        request_id=caller.request_id,
        topic_id=topic_id,
        event=event,
        panel=[pb.PanelMember(**item) for item in plain.pop("panel")],
        not_admitted=[pb.NotAdmitted(**item) for item in plain.pop("not_admitted")],
        signature=_bytes(plain.pop("signature")),
        effective=date_to_pb(effective) if effective else None,
        **plain,
    )
    return topic_out((await caller.services.negotiations.ActOnTopic(request)).topic)


@router.post("/{topic_id}/proposals", summary="提出方案", status_code=201)
async def file_proposal(caller: Writer, topic_id: TopicId, body: ProposalIn) -> ProposalOut:
    """方案就是规则的改动，当场按修订检查；影响由系统自动试算并封存。"""
    request = pb.FileProposalRequest(
        request_id=caller.request_id, topic_id=topic_id, title=body.title,
        effective=date_to_pb(body.effective), counters=body.counters,
        rules=[pb.ProposedRule(key=item.key, value_json=item.value_json) for item in body.rules],
    )  # fmt: skip
    return proposal_out((await caller.services.negotiations.FileProposal(request)).proposal)


@router.post("/{topic_id}/papers", summary="写意见、答复或论证意见", status_code=201)
async def add_paper(caller: Writer, topic_id: TopicId, body: PaperIn) -> PaperOut:
    """写入后不变。"""
    request = pb.AddPaperRequest(request_id=caller.request_id, topic_id=topic_id, **body.model_dump())
    return paper_out((await caller.services.negotiations.AddPaper(request)).paper)


@router.post("/{topic_id}/ballot-paper", summary="取选票")
async def get_ballot(caller: Caller, topic_id: TopicId, body: BallotAsked) -> BallotOut:
    """给出要签名的原文；投票时交回签名。选择写在请求正文里，不进访问日志；什么都不改变。"""
    answer = await caller.services.negotiations.GetBallot(
        pb.GetBallotRequest(topic_id=topic_id, choice=body.choice, nonce=body.nonce)
    )
    return BallotOut.model_construct(
        content=answer.content.decode(), delegate_id=answer.delegate_id, round=answer.round, kind=answer.kind
    )


@router.post("/{topic_id}/ballot", summary="投票", status_code=201)
async def cast_ballot(caller: Writer, topic_id: TopicId, body: BallotIn) -> CastOut:
    """一席一票，投后不能更改；最后一票投出即计票。"""
    answer = await caller.services.negotiations.CastBallot(
        pb.CastBallotRequest(
            request_id=caller.request_id, topic_id=topic_id, choice=body.choice, nonce=body.nonce,
            signature=_bytes(body.signature),
        )
    )  # fmt: skip
    return CastOut.model_construct(cast=answer.cast, entitled=answer.entitled)


@router.get("/{topic_id}/votes/{round}", summary="一次表决的结果")
async def get_count(
    caller: Caller,
    topic_id: TopicId,
    round: Annotated[int, Path(ge=1, le=1000, description="第几次表决")],
) -> CountOut:
    """全部选票、签名和公钥都在其中，可以自行重新计票（chspay negotiate verify）。"""
    answer = await caller.services.negotiations.GetCount(pb.GetCountRequest(topic_id=topic_id, round=round))
    names = ("round", "kind", "proposal", "proposal_digest", "method", "count_json", "urn_digest")
    return CountOut.model_construct(
        **{name: getattr(answer, name) for name in names},
        ballots=[
            CountedBallotOut.model_construct(
                delegate_id=item.delegate_id, public_key=item.public_key, content=item.content.decode(),
                signature=item.signature.hex(), volume=item.volume,
            )
            for item in answer.ballots
        ],
        openings=[
            OpeningOut.model_construct(choice=item.choice, nonce=item.nonce, commitment=item.commitment)
            for item in answer.openings
        ],
    )  # fmt: skip


@router.get("/{topic_id}/package", summary="发布包")
async def get_package(caller: Caller, topic_id: TopicId) -> PackageOut:
    """批准以后、发布以前，由医保部门代表用登记的密钥签名。"""
    answer = await caller.services.negotiations.GetPackage(pb.GetPackageRequest(topic_id=topic_id))
    return PackageOut.model_construct(content=answer.content.decode(), amendment=answer.amendment)


def _council(item: pb.Council) -> CouncilOut:
    names = ("delegate_id", "side", "institution", "subject", "public_key")
    return CouncilOut.model_construct(
        council_id=item.council_id,
        pool=item.pool,
        since=day_text(item.since),
        until=day_text(item.until),
        digest=item.digest,
        seats=[
            SeatIn.model_construct(
                classes=list(seat.classes), **{name: getattr(seat, name) for name in names}
            )
            for seat in item.seats
        ],
    )


def _bytes(text: str) -> bytes:
    """Hex as bytes; an odd digit at the end is no byte."""
    return bytes.fromhex(text if len(text) % 2 == 0 else text[:-1])
