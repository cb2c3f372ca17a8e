"""Shapes of blind reviews over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.experts_shapes import Hex, example
from chspay_gateway.rest.types import Answer, Code, Line, Strict, Yuan

Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
OutcomeText = Literal["KEEP", "ITEM", "ADJUST", "REGROUP", "DEDUCT", "PARTIAL", "REVOKE"]
_OUTCOMES = (
    "KEEP维持原支付 · ITEM按项目 · ADJUST调整点数 · REGROUP重新分组 · "
    "DEDUCT维持扣款 · PARTIAL部分支持 · REVOKE撤销原认定"
)


class DeclareIn(Strict):
    """声明没有利害关系，承诺保密。"""

    model_config = example({"no_conflict": True, "confidential": True})

    no_conflict: bool
    confidential: bool


class RecuseIn(Strict):
    """申请回避。"""

    model_config = example({"reason": "与患者家属相识"})

    reason: Line = Field(min_length=1)


class ReplaceIn(Strict):
    """更换专家组的一名成员。"""

    model_config = example({"token": "0f" * 12, "reason": "期限届满，两次催办没有答复"})

    token: Code = Field(min_length=1, description="成员在本次抽取中的代号")
    reason: Line = Field(min_length=1)


class AvoidableShape(Strict):
    """一项不合理的费用。"""

    item: Line = Field(min_length=1)
    amount: Yuan = Field(description='单位：元，十进制文本，最多两位小数，如 "1234.50"')
    reason: Line = Field(min_length=1)


class SheetShape(Strict):
    """评分表：四项0至100分，结论和理由。"""

    model_config = example(
        {
            "necessity": 85, "reasonableness": 80, "complexity": 90, "coding": 95, "conclusion": "ITEM",
            "confidence": 4, "reason": "病情复杂，费用合理",
            "avoidable": [{"item": "人血白蛋白", "amount": "1200.00", "reason": "超量使用"}],
        }
    )  # fmt: skip

    necessity: int = Field(ge=0, le=100, description="必要性")
    reasonableness: int = Field(ge=0, le=100, description="合理性")
    complexity: int = Field(ge=0, le=100, description="复杂程度")
    coding: int = Field(ge=0, le=100, description="编码正确性")
    conclusion: OutcomeText = Field(description=_OUTCOMES)
    confidence: int = Field(ge=1, le=5, description="把握程度，5为最高")
    reason: Reason
    avoidable: list[AvoidableShape] = Field(default=[], max_length=500)

    def message(self) -> pb.Sheet:
        """The sheet on the wire."""
        values = self.model_dump(exclude={"avoidable"})
        return pb.Sheet(**values, avoidable=avoidable_to(self.avoidable))


class OpinionIn(Strict):
    """合议意见。"""

    model_config = example(
        {
            "outcome": "ITEM", "reasons": "费用高于病组均费且合理", "cites": ["特例单议办法第四条"],
            "reason_code": "HIGH_COST", "avoidable": [],
        }
    )  # fmt: skip

    outcome: OutcomeText = Field(description=_OUTCOMES)
    reasons: Reason
    cites: list[Line] = Field(min_length=1, description="依据的规定或材料")
    reason_code: Literal[
        "HIGH_COST", "CRITICAL", "NEW_TECH", "CODING", "UNREASONABLE", "NOT_SHOWN", "WITHIN_STANDARD"
    ] = Field(description="理由代码，公示用")
    avoidable: list[AvoidableShape] = Field(default=[], max_length=500)
    points_micro: int | None = Field(default=None, ge=0, description="ADJUST：调整后的点数，百万分之一点")
    drg: Code = ""
    restored: Yuan = Field(default="0", description="单位：元，退还的金额，十进制文本")


class VoteIn(Strict):
    """表决；登记了公钥的专家须签名。"""

    model_config = example({"vote": "yes", "digest": "ab" * 32})

    vote: Literal["yes", "no", "abstain"] = Field(description="yes赞成 · no反对 · abstain弃权")
    digest: Hex = Field(description="GET …/ballot 给出的摘要")
    signature: Line = Field(default="", description="对摘要文本的SM2签名，64字节的十六进制")


class ReviewOut(Answer):
    """专家本人的一项评审。"""

    panel_id: str
    seat_state: str = Field(description="asked待声明 · accepted已声明 · recused已回避")
    panel_state: str = Field(
        description="drawn待声明 · scoring独立评分 · opinion合议表决 · concluded已作结论"
    )
    stage: str
    seat: str
    due: str | None
    sheet_in: bool
    voted: bool


class ReviewList(Answer):
    """专家本人的评审。"""

    items: list[ReviewOut]


def avoidable_to(items: list[AvoidableShape]) -> list[pb.AvoidableItem]:
    """Cost items on the wire."""
    return [
        pb.AvoidableItem(item=one.item, amount_fen=yuan_to_fen(one.amount), reason=one.reason)
        for one in items
    ]


def review_out(item: pb.Review) -> ReviewOut:
    """A review."""
    names = ("panel_id", "seat_state", "panel_state", "stage", "seat", "sheet_in", "voted")
    return ReviewOut.model_construct(
        **{name: getattr(item, name) for name in names},
        due=day_text(item.due) if item.HasField("due") else None,
    )


def sheet_plain(item: pb.Sheet) -> dict[str, Any]:
    """A sheet, money in yuan."""
    names = ("necessity", "reasonableness", "complexity", "coding", "conclusion", "confidence", "reason")
    return {name: getattr(item, name) for name in names} | {"avoidable": avoidable_plain(item.avoidable)}


def avoidable_plain(items: Any) -> list[dict[str, str]]:
    """Cost items, money in yuan."""
    return [{"item": one.item, "amount": fen_to_yuan(one.amount_fen), "reason": one.reason} for one in items]


def opinion_plain(item: pb.PanelOpinion) -> dict[str, Any]:
    """An opinion, money in yuan, points as text."""
    return {
        "outcome": item.outcome,
        "reasons": item.reasons,
        "cites": list(item.cites),
        "reason_code": item.reason_code,
        "avoidable": avoidable_plain(item.avoidable),
        "points": plain(from_micro(item.points_micro)) if item.HasField("points_micro") else None,
        "drg": item.drg,
        "restored": fen_to_yuan(item.restored_fen),
        "digest": item.digest,
    }
