"""Disputes as JSON, and how messages become them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from chspay.dispute.v1 import cases_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import POINTS_NOTE, YUAN_NOTE, Answer, Code, Line, Region, Strict, Yuan

CaseTypeText = Literal["T1", "T2", "T3", "T4", "T5", "T7"]
OutcomeText = Literal["KEEP", "ITEM", "ADJUST", "REGROUP", "DEDUCT", "PARTIAL", "REVOKE"]
LongText = Annotated[str, StringConstraints(max_length=4000)]
TYPE_NOTE = "T1特例单议 · T2分组与编码 · T3审核扣款 · T4点数与清算 · T5评价得分 · T7违规认定"
OUTCOME_NOTE = (
    "KEEP维持原支付 · ITEM按项目支付 · ADJUST调整点数或得分 · REGROUP重新分组 · DEDUCT维持扣款 · "
    "PARTIAL部分支持 · REVOKE撤销原认定"
)


class StatedIn(Strict):
    """清单之外由医疗机构说明、须以材料证明的事实。"""

    vent_hours: int | None = Field(default=None, ge=0, description="有创呼吸机使用小时数")
    organ_support: bool = Field(default=False, description="是否使用ECMO、CRRT等器官支持")
    transferred: bool = Field(default=False, description="是否由其他机构转入抢救")
    departments: list[Line] = Field(default_factory=list, description="参加多学科会诊的科室")
    items: list[Code] = Field(default_factory=list, description="使用的新药、新耗材、新技术的代码")


class DisputeIn(Strict):
    """一份争议申请；指明清单，或指明扣款、评价、认定的编号。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "T5",
                    "pool": "990100",
                    "subject_ref": "演示评〔2026〕3号",
                    "reason": "入组率按重报后的清单计算应为百分之九十六，评价时使用了重报前的数据。",
                }
            ]
        }
    )

    type: CaseTypeText = Field(description=TYPE_NOTE)
    list_id: Code = Field(default="", description="结算清单流水号；也可以改填 hospital_code 和 case_id")
    hospital_code: Code = Field(default="", description="医疗机构代码")
    case_id: Code = Field(default="", description="病例号")
    pool: Region | None = Field(default=None, description="统筹区代码；没有指明清单时必填")
    subject_ref: Line = Field(default="", description="扣款、评价或者认定的编号")
    disputed: Yuan = Field(default="0", description=f"争议金额。{YUAN_NOTE}")
    reason: LongText = Field(min_length=1, description="申请的理由")
    stated: StatedIn | None = Field(default=None, description="另行说明的事实")


class CheckIn(Strict):
    """申请之前先看一份清单符合哪些标准。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"list_id": "none"}]})

    list_id: Code = Field(default="", description="结算清单流水号；也可以改填 hospital_code 和 case_id")
    hospital_code: Code = Field(default="", description="医疗机构代码")
    case_id: Code = Field(default="", description="病例号")
    stated: StatedIn | None = Field(default=None, description="另行说明的事实")


class DecisionIn(Strict):
    """一个结论。"""

    outcome: OutcomeText = Field(description=OUTCOME_NOTE)
    reasons: LongText = Field(min_length=1, description="理由")
    cites: list[Line] = Field(min_length=1, description="依据的规定和材料")
    unreasonable: Yuan = Field(default="0", description=f"不合理费用。{YUAN_NOTE}")
    points: Code = Field(default="", description=f"调整后的点数或得分。{POINTS_NOTE}")
    drg: Code = Field(default="", description="重新分入的病组")
    restored: Yuan = Field(default="0", description=f"退还的金额。{YUAN_NOTE}")


class EventIn(Strict):
    """对案件办理一步；现在可以办理哪些见案件的 next。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event": "accept",
                    "version": 1,
                    "checked": ["subject", "materials", "period"],
                    "unrelated": True,
                }
            ]
        }
    )

    event: Code = Field(min_length=1, description="事件，如 submit accept return county_opinion notify")
    version: int = Field(default=0, ge=0, description="您看到的案件版本；0为不核对")
    reason: LongText = Field(default="", description="理由")
    confirmed_digest: Code = Field(default="", description="submit：确认的申请内容摘要（content_digest）")
    checked: list[Code] = Field(
        default_factory=list, description="accept：已核对的形式要件 subject materials period"
    )
    unrelated: bool = Field(default=False, description="accept：声明与申请机构和病例没有利害关系")
    lacking: list[Code] = Field(default_factory=list, description="return：欠缺的材料种类")
    ground: Code = Field(default="", description="reject：OUT_OF_SCOPE LATE DUPLICATE NOT_BY_GROUP")
    opinion: Code = Field(default="", description="county_opinion：support oppose regroup")
    decision: DecisionIn | None = Field(default=None, description="fast_track、regroup：结论")
    document: Line = Field(default="", description="suspend、resume、revoke、overturn：依据的文书")
    objector: Line = Field(default="", description="objection：署名")
    contact: Line = Field(default="", description="objection：联系方式")
    decision_no: Line = Field(default="", description="notify：裁定书编号")


class SignatureIn(Strict):
    """在裁定书上签署。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "0" * 64}]})

    digest: Code = Field(min_length=1, description="所签裁定的SM3摘要（decisions 中的 digest）")


class CriterionOut(Answer):
    """一项特例标准。"""

    name: str
    text: str
    met: bool | None = Field(description="是否符合；空为数据不足，无法判断")


class FiguresOut(Answer):
    """清单的内容和它得到的支付。"""

    list_id: str
    case_id: str
    admission: str | None
    discharge: str | None
    los_days: int
    cost: str = Field(description=f"总费用。{YUAN_NOTE}")
    paid: str = Field(description=f"支付标准，含个人负担。{YUAN_NOTE}")
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    drg: str
    mdc: str
    points: str | None = Field(description=POINTS_NOTE)
    group_mean: str = Field(description=f"病组均费。{YUAN_NOTE}")
    city_mean: str = Field(description=f"全部病例均费。{YUAN_NOTE}")
    month: str
    run_id: str
    method: str
    ref: str = Field(description="金额的名字，用 GET /api/v1/lineage 展开来历")
    statement_digest: str
    scheme_digest: str
    diagnoses: list[str]
    procedures: list[str]


class DisputeEventOut(Answer):
    """现在可以办理的一步。"""

    event: str
    text: str
    roles: list[str] = Field(description="由谁办理")
    mine: bool = Field(description="当前身份能否办理")


class DecisionOut(Answer):
    """一个裁定及其结果。"""

    decision_no: str
    outcome: str = Field(description=OUTCOME_NOTE)
    reasons: str
    cites: list[str]
    unreasonable: str = Field(description=f"不合理费用。{YUAN_NOTE}")
    points: str | None = Field(description=POINTS_NOTE)
    drg: str
    restored: str = Field(description=f"退还的金额。{YUAN_NOTE}")
    decided_on: str | None
    points_after: str | None = Field(description=POINTS_NOTE)
    delta_points: str | None = Field(description=f"点数差额。{POINTS_NOTE}")
    delta: str | None = Field(description=f"按当月点值估算的差额；空为入账时计算。{YUAN_NOTE}")
    signatures: int = Field(description="已签署人数")
    digest: str = Field(description="签署所针对的SM3摘要")
    dropped: bool = Field(description="是否已被撤回或取代")


class PaperOut(Answer):
    """一份材料。"""

    attachment_id: str
    kind: str
    file_name: str
    media_type: str
    size: int = Field(description="字节数")
    digest: str = Field(description="SM3摘要")
    day: str | None
    for_reviewers: bool = Field(description="脱敏后可以送评审专家")


class DisputeOut(Answer):
    """一个争议案件。"""

    case_no: str
    type: str = Field(description=TYPE_NOTE)
    type_name: str
    hospital_code: str
    hospital_name: str
    pool: str
    region_code: str
    cycle: str
    state: str
    state_text: str
    version: int
    closed: bool
    due: str | None = Field(description="最近的期限；空为没有")
    left_wd: int | None = Field(description="距期限的工作日数，过期为负")
    overdue: bool
    entered: str | None
    filed: str | None
    reason: str
    subject_ref: str
    disputed: str = Field(description=f"争议金额。{YUAN_NOTE}")
    figures: FiguresOut | None
    criteria: list[CriterionOut]
    new_tech: bool
    no_review: str = Field(description="属于除外支付的名称；空为不属于")
    content_digest: str = Field(description="申请内容的SM3摘要，提交时确认")
    next: list[DisputeEventOut]
    decisions: list[DecisionOut]
    attachments: list[PaperOut]
    supplements: int = Field(description="已补正次数")
    lacking: list[str] = Field(description="上次退回所列的欠缺材料")


class DisputeLine(Answer):
    """队列中的一个案件。"""

    case_no: str
    type: str = Field(description=TYPE_NOTE)
    type_name: str
    hospital_code: str
    pool: str
    region_code: str
    cycle: str
    state: str
    state_text: str
    version: int
    due: str | None
    left_wd: int | None
    overdue: bool
    drg: str
    cost: str = Field(description=f"总费用。{YUAN_NOTE}")
    filed: str | None
    list_id: str


class DisputePage(Answer):
    """一页案件。"""

    items: list[DisputeLine]
    next_page_token: str


class CheckOut(Answer):
    """一份清单对照特例标准的结果。"""

    figures: FiguresOut
    eligible: bool
    reasons: list[str] = Field(description="不能申请的原因")
    criteria: list[CriterionOut]
    no_review: str
    cycle: str
    window_since: str | None
    window_until: str | None
    open: bool = Field(description="申报窗口现在是否开放")
    worksheet: WorksheetOut


def figures_out(item: pb.CaseFigures) -> FiguresOut:
    """What a list says and was paid."""
    names = (
        "list_id", "case_id", "los_days", "drg", "mdc", "month", "run_id", "method", "ref",
        "statement_digest", "scheme_digest",
    )  # fmt: skip
    return FiguresOut.model_construct(
        **{name: getattr(item, name) for name in names},
        admission=day_text(item.admission),
        discharge=day_text(item.discharge),
        cost=fen_to_yuan(item.cost_fen),
        paid=fen_to_yuan(item.paid_fen),
        fund=fen_to_yuan(item.fund_fen),
        points=points_text(item.points),
        group_mean=fen_to_yuan(item.group_mean_fen),
        city_mean=fen_to_yuan(item.city_mean_fen),
        diagnoses=list(item.diagnoses),
        procedures=list(item.procedures),
    )


def criterion_out(item: pb.Criterion) -> CriterionOut:
    """A criterion and whether it is met."""
    met = item.met if item.HasField("met") else None
    return CriterionOut.model_construct(name=item.name, text=item.text, met=met)


def decision_out(item: pb.StandingDecision) -> DecisionOut:
    """A decision and what it comes to."""
    held = item.decision
    return DecisionOut.model_construct(
        decision_no=item.decision_no,
        outcome=pb.Outcome.Name(held.outcome).removeprefix("OUTCOME_"),
        reasons=held.reasons,
        cites=list(held.cites),
        unreasonable=fen_to_yuan(held.unreasonable_fen),
        points=points_text(held.points),
        drg=held.drg,
        restored=fen_to_yuan(held.restored_fen),
        decided_on=day_text(item.decided_on),
        points_after=points_text(item.points_after),
        delta_points=points_text(item.delta_points),
        delta=fen_to_yuan(item.delta_fen) if item.HasField("delta_fen") else None,
        signatures=item.signatures,
        digest=item.digest,
        dropped=item.dropped,
    )


def paper_out(item: pb.Attachment) -> PaperOut:
    """A paper without its bytes."""
    names = ("attachment_id", "kind", "file_name", "media_type", "size", "digest", "for_reviewers")
    return PaperOut.model_construct(**{name: getattr(item, name) for name in names}, day=day_text(item.day))


def dispute_out(item: pb.Case) -> DisputeOut:
    """A case with everything around it."""
    names = (
        "case_no", "type_name", "hospital_code", "hospital_name", "pool", "region_code", "cycle", "state",
        "state_text", "version", "closed", "overdue", "reason", "subject_ref", "new_tech", "no_review",
        "content_digest", "supplements",
    )  # fmt: skip
    return DisputeOut.model_construct(
        **{name: getattr(item, name) for name in names},
        type=f"T{int(item.type)}",
        due=day_text(item.due),
        left_wd=item.left_wd if item.HasField("left_wd") else None,
        entered=day_text(item.entered),
        filed=day_text(item.filed),
        disputed=fen_to_yuan(item.disputed_fen),
        figures=figures_out(item.figures) if item.HasField("figures") else None,
        criteria=[criterion_out(each) for each in item.criteria],
        next=[
            DisputeEventOut.model_construct(
                event=each.event, text=each.text, roles=list(each.roles), mine=each.mine
            )
            for each in item.next
        ],
        decisions=[decision_out(each) for each in item.decisions],
        attachments=[paper_out(each) for each in item.attachments],
        lacking=list(item.lacking),
    )


def line_out(item: pb.CaseLine) -> DisputeLine:
    """A line of the queue."""
    names = (
        "case_no", "type_name", "hospital_code", "pool", "region_code", "cycle", "state", "state_text",
        "version", "overdue", "drg", "list_id",
    )  # fmt: skip
    return DisputeLine.model_construct(
        **{name: getattr(item, name) for name in names},
        type=f"T{int(item.type)}",
        due=day_text(item.due),
        left_wd=item.left_wd if item.HasField("left_wd") else None,
        cost=fen_to_yuan(item.cost_fen),
        filed=day_text(item.filed),
    )


def check_out(item: pb.CheckListResponse) -> CheckOut:
    """A list held against the rules."""
    return CheckOut.model_construct(
        figures=figures_out(item.figures),
        eligible=item.eligible,
        reasons=list(item.reasons),
        criteria=[criterion_out(each) for each in item.criteria],
        no_review=item.no_review,
        cycle=item.cycle,
        window_since=day_text(item.window_since),
        window_until=day_text(item.window_until),
        open=item.open,
        worksheet=worksheet_out(item.worksheet),
    )
