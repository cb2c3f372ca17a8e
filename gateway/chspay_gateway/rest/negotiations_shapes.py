"""Shapes of negotiation over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.negotiations_example import council
from chspay_gateway.rest.types import Answer, Code, Day, Line, Region, Strict

LongText = Annotated[str, StringConstraints(max_length=20_000)]
Json = Annotated[str, StringConstraints(max_length=100_000)]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]*$", max_length=256)]


class SeatIn(Strict):
    """一名协商代表。"""

    delegate_id: Code = Field(min_length=1, description="席位编号")
    side: Literal["hospital", "bureau"] = Field(description="hospital 医疗机构 · bureau 医保部门")
    institution: Line = Field(min_length=1, description="医疗机构代码，或部门名称")
    classes: list[Code] = Field(default_factory=list, max_length=20, description="代表的类别，见本地规定")
    subject: Code = Field(min_length=1, description="代其发言、投票的登录身份")
    public_key: Hex = Field(description="签选票的SM2公钥，130位十六进制")


class CouncilIn(Strict):
    """一届协商代表。"""

    model_config = ConfigDict(json_schema_extra={"examples": [council()]})

    pool: Region
    since: Day = Field(description="就任日；任期由本地规定")
    seats: list[SeatIn] = Field(max_length=200)


class CouncilOut(Answer):
    """一届协商代表。"""

    council_id: str
    pool: str
    since: str | None
    until: str | None = Field(description="卸任日，当日不含")
    seats: list[SeatIn]
    digest: str = Field(description="名单的SM3")


class TopicIn(Strict):
    """提出一个议题。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "kind": "coefficient", "title": "调整差异系数",
                    "statement": "三级医院收治的重症较多，建议提高系数。", "groups": [],
                }
            ]
        }
    )  # fmt: skip

    pool: Region
    kind: Code = Field(
        description="budget 总额费率 · group 病组 · weight 权重 · coefficient 系数 · multiple 病例倍率 · "
        "same_price 同病同价 · special 特例规则"
    )
    title: Line = Field(min_length=1)
    statement: LongText = Field(min_length=1, description="要求什么，为什么")
    groups: list[Code] = Field(default_factory=list, max_length=200, description="所涉病组")


class TopicOut(Answer):
    """一个议题。"""

    topic_id: str
    pool: str
    kind: str
    title: str
    groups: list[str]
    origin: str = Field(
        description="people 提出 · upheld、approved、overturned 自动立题 · opinion 采纳的意见"
    )
    state: str
    state_text: str
    opened: str | None
    due: str | None = Field(description="当前环节的期限")
    overdue: bool
    closed: bool


class TopicPage(Answer):
    """一页议题。"""

    items: list[TopicOut]
    next_page_token: str


class PanelMemberIn(Strict):
    """一名论证专家。"""

    subject: Code = Field(min_length=1)
    field: Literal["clinical", "statistics", "coding", "management"]


class NotAdmittedIn(Strict):
    """不予采用的方案和理由。"""

    proposal: int = Field(ge=1, le=1_000_000)
    reason: LongText = Field(min_length=1, description="写给提出人的理由")


class StepIn(Strict):
    """办理议题的一步；各环节只填用到的项。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "第二轮协商后提交表决", "present": ["h1", "b1"], "proposal": 4}]
        }
    )

    text: LongText = Field(min_length=1, description="纪要、理由或说明")
    run_ids: list[Code] = Field(default_factory=list, max_length=12, description="freeze：已关闭的月结")
    panel: list[PanelMemberIn] = Field(
        default_factory=list, max_length=50, description="freeze、replace：论证专家"
    )
    replaces: Code = Field(default="", description="replace：离任的论证专家")
    present: list[Code] = Field(default_factory=list, max_length=200, description="agree、revised：到会席位")
    proposal: int = Field(default=0, ge=0, le=1_000_000, description="agree、revised、admin_decide：方案编号")
    decision_no: Line = Field(default="", description="approve：决定文号")
    decided_by: Line = Field(default="", description="approve：决定机关")
    filing_no: Line = Field(default="", description="approve：备案文号")
    effective: Day | None = Field(default=None, description="approve：推迟的生效日；不填为方案的生效日")
    admitted: list[int] = Field(
        default_factory=list,
        max_length=1000,
        description="simulate：采用的方案；不填为试算成功且总额中性的全部",
    )
    not_admitted: list[NotAdmittedIn] = Field(
        default_factory=list, max_length=1000, description="simulate：不予采用的方案和理由"
    )
    signature: Hex = Field(default="", description="publish、attend：SM2签名，r‖s，128位十六进制")


class RuleIn(Strict):
    """改一个参数。"""

    key: Line = Field(min_length=1)
    value_json: Json = Field(description="新值，JSON：文本、文本列表或表；数字写成文本")


class ProposalIn(Strict):
    """提出一个方案。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "关于调整月度预付比例的决定", "effective": "2027-01-01",
                    "rules": [{"key": "prepay.share", "value_json": '"0.96"'}], "counters": 0,
                }
            ]
        }
    )  # fmt: skip

    title: Line = Field(min_length=1)
    effective: Day = Field(description="自这一天起出院的病例适用")
    rules: list[RuleIn] = Field(min_length=1, max_length=50)
    counters: int = Field(default=0, ge=0, le=1_000_000, description="针对哪个方案；0为没有")


class PaperIn(Strict):
    """写入议题的一份材料。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "comment", "text": "建议同时公布历年均费。", "ref": 0}]}
    )

    kind: Code = Field(
        description="comment 意见 · comment_answer 意见答复 · objection_answer 异议答复 · expert 论证意见"
    )
    text: LongText = Field(min_length=1)
    ref: int = Field(default=0, ge=0, le=1_000_000, description="针对的方案或材料编号")
    no_conflict: bool = Field(default=False, description="expert：声明没有利害关系")


class PaperOut(Answer):
    """写入议题的一份材料；写入后不变。"""

    seq: int
    kind: str
    text: str
    ref: int
    by: str
    hospital_code: str
    day: str | None
    facts_json: str
    digest: str


class RowChangeOut(Answer):
    """表里变动的一行。"""

    sign: str = Field(description="+ 新增 · - 删去")
    row_json: str


class DifferenceOut(Answer):
    """方案改的一个参数。"""

    key: str
    label: str
    unit: str
    before_json: str
    after_json: str
    rows: list[RowChangeOut]


class ImpactRowOut(Answer):
    """一家医疗机构的变化，单位元。"""

    hospital_code: str
    name: str
    cases: int
    before: str
    after: str
    change: str


class ImpactOut(Answer):
    """方案对冻结数据的影响，讨论以前封存。"""

    what_if_id: str
    what_if_digest: str
    snapshot_digest: str
    fund_change: str
    residual_change: str
    neutral: bool = Field(description="总额是否中性")
    moved: str = Field(description="换了医院的钱")
    winners: int
    losers: int
    rows: list[ImpactRowOut] = Field(description="没有席位的医疗机构只看到自己一行")
    digest: str
    failure_reason: str
    failure_message: str


class ProposalOut(Answer):
    """一个方案。"""

    number: int
    title: str
    effective: str | None
    differences: list[DifferenceOut]
    digest: str
    by: str
    hospital_code: str
    counters: int
    impact: ImpactOut | None = Field(description="还没有试算结果的为空")
    not_admitted: str = Field(description="不予采用的理由；空为可以表决")


class TopicOpened(Answer):
    """议题和写入的全部材料、方案。"""

    topic: TopicOut
    papers: list[PaperOut]
    proposals: list[ProposalOut]


def topic_out(item: pb.Topic) -> TopicOut:
    """A topic."""
    names = ("topic_id", "pool", "kind", "title", "origin", "state", "state_text", "overdue", "closed")
    return TopicOut.model_construct(
        **{name: getattr(item, name) for name in names}, groups=list(item.groups),
        opened=day_text(item.opened), due=day_text(item.due) if item.HasField("due") else None,
    )  # fmt: skip


def paper_out(item: pb.Paper) -> PaperOut:
    """A paper."""
    names = ("seq", "kind", "text", "ref", "by", "hospital_code", "facts_json", "digest")
    return PaperOut.model_construct(day=day_text(item.day), **{name: getattr(item, name) for name in names})


def proposal_out(item: pb.Proposal) -> ProposalOut:
    """A proposal with its differences and its effect."""
    impact = item.impact
    return ProposalOut.model_construct(
        effective=day_text(item.effective),
        **{
            name: getattr(item, name)
            for name in ("number", "title", "digest", "by", "hospital_code", "counters", "not_admitted")
        },
        differences=[
            DifferenceOut.model_construct(
                **{
                    name: getattr(one, name) for name in ("key", "label", "unit", "before_json", "after_json")
                },
                rows=[RowChangeOut.model_construct(sign=row.sign, row_json=row.row_json) for row in one.rows],
            )
            for one in item.differences
        ],
        impact=_impact_out(impact) if item.HasField("impact") else None,
    )


def _impact_out(impact: pb.Impact) -> ImpactOut:
    names = (
        "what_if_id", "what_if_digest", "snapshot_digest", "neutral", "winners", "losers", "digest",
        "failure_reason", "failure_message",
    )  # fmt: skip
    return ImpactOut.model_construct(
        **{name: getattr(impact, name) for name in names},
        fund_change=fen_to_yuan(impact.fund_change_fen),
        residual_change=fen_to_yuan(impact.residual_change_fen),
        moved=fen_to_yuan(impact.moved_fen),
        rows=[
            ImpactRowOut.model_construct(
                hospital_code=row.hospital_code,
                name=row.name,
                cases=row.cases,
                before=fen_to_yuan(row.before_fen),
                after=fen_to_yuan(row.after_fen),
                change=fen_to_yuan(row.change_fen),
            )
            for row in impact.rows
        ],
    )
