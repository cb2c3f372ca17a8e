"""Stays and answers of bed-days as JSON, and to and from their messages."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_core.amounts import fen_to_yuan, from_micro, plain, yuan_to_fen
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import (
    POINTS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Day,
    MonthText,
    Region,
    Strict,
    Yuan,
)
from chspay_kit.convert import date_to_pb

METHODS = {
    pb.METHOD_PER_DIEM: "per_diem",
    pb.METHOD_DRG: "drg",
    pb.METHOD_NOT_PILOT: "not_pilot",
    pb.METHOD_REFUSED: "refused",
}
_FORMS = {pb.FORM_UNSPECIFIED: "", pb.FORM_POINTS: "points", pb.FORM_MONEY: "money"}
_USES = {
    pb.DAY_USE_PAID: "paid",
    pb.DAY_USE_LEAVE: "leave",
    pb.DAY_USE_HELD: "held",
    pb.DAY_USE_ELSEWHERE: "elsewhere",
    pb.DAY_USE_ACUTE: "acute",
    pb.DAY_USE_NOT_PILOT: "not_pilot",
    pb.DAY_USE_DISCHARGE: "discharge",
}
_MOST = 1000


class LeaveIn(Strict):
    """一次请假。"""

    since: Day = Field(description="请假第一天")
    until: Day = Field(description="返院当天，不含")


class TransferIn(Strict):
    """转入或转出。"""

    day: Day
    out: bool = Field(description="true 转出（出院当天）· false 转入（入院当天）")
    other_hospital_code: Code = Field(min_length=1)
    other_case_id: Code = ""


class OwnListIn(Strict):
    """住院期间另有的结算清单。"""

    case_id: Code = Field(min_length=1)
    since: Day
    until: Day = Field(description="当日不含")
    acute: bool = Field(description="true 急性发作 · false 中途结算")


class StayIn(Strict):
    """一次住院；已登记的请假、转院、急性发作不必再填。"""

    case_id: Code = Field(min_length=1)
    hospital_code: Code = Field(min_length=1)
    department: Code = Field(default="", description="出院科别")
    category: Code = Field(default="", description="床日类别；空为按科别")
    admission: Day
    discharge: Day
    leaves: list[LeaveIn] = Field(default=[], max_length=_MOST)
    transfers: list[TransferIn] = Field(default=[], max_length=2)
    own_lists: list[OwnListIn] = Field(default=[], max_length=_MOST)
    total_cost: Yuan | None = Field(default=None, description=YUAN_NOTE)
    patient_paid: Yuan | None = Field(default=None, description=f"个人负担。{YUAN_NOTE}")
    person_key: Code = Field(default="", description="人员标识")
    level: int | None = Field(default=None, ge=1, le=3, description="医疗机构等级")
    insurance_type: Code = ""


class StaysIn(Strict):
    """一个统筹区、一个月的若干次住院。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "month": "2026-03",
                    "stays": [
                        {
                            "case_id": "L2026-0001",
                            "hospital_code": "H990101EX",
                            "department": "A15",
                            "admission": "2026-01-01",
                            "discharge": "2026-03-12",
                            "leaves": [{"since": "2026-02-10", "until": "2026-02-14"}],
                            "total_cost": "32000.00",
                            "patient_paid": "3200.00",
                            "person_key": "0" * 64,
                            "level": 2,
                        }
                    ],
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    month: MonthText = Field(description="按这个月最后一天的政策计价")
    stays: list[StayIn] = Field(min_length=1, max_length=_MOST)


class SpanOut(Answer):
    """若干天由什么支付；各段相接，不重不漏。"""

    since: str | None
    until: str | None = Field(description="当日不含")
    use: str = Field(
        description="paid 床日 · leave 请假不付 · held 保留床位 · elsewhere 由另一机构计 · "
        "acute 按病组 · not_pilot 试点资格之外 · discharge 出院当日不计"
    )
    by: str = Field(description="改由它支付的清单或机构")


class OwnListOut(Answer):
    """住院期间另有的清单怎样结算。"""

    case_id: str
    method: str = Field(description="drg 按病组 · per_diem 计入床日，本清单不付")
    reason: str


class AnswerOut(Answer):
    """一次住院的床日答复。"""

    case_id: str
    method: str = Field(
        description="per_diem 按床日 · drg 按病组 · not_pilot 不是试点成员 · refused 不能计价"
    )
    category: str
    model: str = Field(description="标准的形式，如 marginal@1")
    form: str = Field(description="points 点数 · money 金额；不按床日的为空")
    paid_days: str = Field(description="计付床日，十进制文本")
    days_before: str = Field(description="此前接续的清单已计床日")
    points: str = Field(description=f"{POINTS_NOTE}，系数已在内")
    standard: str = Field(description=f"床日标准金额，含个人负担。{YUAN_NOTE}")
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    factor: str = Field(description="考核系数，已在点数或金额之内")
    assessment_id: str
    pricing_id: str = Field(description="计价编号；没有保存的为空")
    worksheet_digest: str
    reason: str
    message: str
    spans: list[SpanOut]
    own_lists: list[OwnListOut]


class PricingOut(Answer):
    """一次保存的计价。"""

    pool: str
    month: str
    hospital_code: str
    admission: str | None
    discharge: str | None
    answer: AnswerOut
    policy_digest: str
    replaced_by: str = Field(description="代替它的计价编号；空为现行")


def stay_pb(stay: StayIn) -> pb.Stay:
    """A stay as its message."""
    message = pb.Stay(
        admission=date_to_pb(stay.admission),
        discharge=date_to_pb(stay.discharge),
        leaves=[
            pb.DayRange(since=date_to_pb(item.since), until=date_to_pb(item.until)) for item in stay.leaves
        ],
        transfers=[
            pb.Transfer(
                day=date_to_pb(item.day),
                out=item.out,
                other_hospital_code=item.other_hospital_code,
                other_case_id=item.other_case_id,
            )
            for item in stay.transfers
        ],
        own_lists=[
            pb.OwnList(
                case_id=item.case_id,
                since=date_to_pb(item.since),
                until=date_to_pb(item.until),
                acute=item.acute,
            )
            for item in stay.own_lists
        ],
        **{
            name: getattr(stay, name)
            for name in ("case_id", "hospital_code", "department", "category", "person_key", "insurance_type")
        },
    )
    for name in ("total_cost", "patient_paid"):
        text = getattr(stay, name)
        if text is not None:
            setattr(message, f"{name}_fen", yuan_to_fen(text, name))
    if stay.level is not None:
        message.level = stay.level
    return message


def answer_out(item: pb.StayAnswer) -> AnswerOut:
    """An answer as JSON."""
    names = (
        "case_id", "category", "model", "assessment_id", "pricing_id", "worksheet_digest", "reason", "message"
    )  # fmt: skip
    return AnswerOut.model_construct(
        **{name: getattr(item, name) for name in names},
        method=METHODS[item.method],
        form=_FORMS[item.form],
        paid_days=item.paid_days.value,
        days_before=item.days_before.value,
        points=plain(from_micro(item.points_micro)),
        standard=fen_to_yuan(item.standard_fen),
        fund=fen_to_yuan(item.amount_fen),
        factor=item.factor.value,
        spans=[
            SpanOut.model_construct(
                since=day_text(span.since), until=day_text(span.until), use=_USES[span.use], by=span.by
            )
            for span in item.spans
        ],
        own_lists=[
            OwnListOut.model_construct(case_id=own.case_id, method=METHODS[own.method], reason=own.reason)
            for own in item.own_lists
        ],
    )


def pricing_out(item: pb.Pricing) -> PricingOut:
    """A kept pricing as JSON."""
    return PricingOut.model_construct(
        pool=item.pool,
        month=item.month,
        hospital_code=item.stay.hospital_code,
        admission=day_text(item.stay.admission),
        discharge=day_text(item.stay.discharge),
        answer=answer_out(item.answer),
        policy_digest=item.policy_digest,
        replaced_by=item.replaced_by,
    )
