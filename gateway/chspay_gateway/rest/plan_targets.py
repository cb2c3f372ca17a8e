"""Targets of budget holders over HTTP: before the point method starts only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from chspay.budget.v1 import plan_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.plans import PoolPath, YearPath
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Strict, Yuan
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_from_pb, date_to_pb

router = APIRouter(prefix="/api/v1", tags=["收支预算"])
_FUND_NOTE = "inpatient 住院（按病组付费开始之前）· outpatient 门诊"


class HolderMemberIn(Strict):
    """医共体的一家成员单位。"""

    hospital_code: Code = Field(min_length=1, description="医疗机构编码")
    since: Day = Field(description="自何日起")
    until: Day | None = Field(None, description="至何日止（不含）；不填为长期")


class BudgetHolderIn(Strict):
    """一个指标对象。"""

    holder: Code = Field(min_length=1, description="医共体代码，或医共体之外的医疗机构编码")
    kind: Code = Field(description="community 医共体 · institution 医共体之外的机构")
    members: list[HolderMemberIn] = Field(default_factory=list, max_length=500, description="医共体的成员")
    last: Yuan = Field(description=f"上年决算。{YUAN_NOTE}")
    document: Line = Field(min_length=1, description="依据的文件")


class BudgetTargetsIn(Strict):
    """把一项基金下达给医共体和医共体之外的机构。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "fund_code": "outpatient",
                    "holders": [
                        {
                            "holder": "C990101", "kind": "community", "last": "300000000.00",
                            "document": "2039年度决算",
                            "members": [{"hospital_code": "H990101EX1", "since": "2039-01-01"}],
                        },
                        {
                            "holder": "H990101EX9", "kind": "institution", "last": "20000000.00",
                            "document": "2039年度决算",
                        },
                    ],
                    "document": "2040年预算指标文件",
                }
            ]
        }
    )  # fmt: skip

    fund_code: Code = Field(description=_FUND_NOTE)
    since: Day | None = Field(None, description="自何日起；不填为年初")
    until: Day | None = Field(None, description="至何日止（不含）；不填为年末")
    holders: list[BudgetHolderIn] = Field(max_length=5000, description="指标对象")
    document: Line = Field(min_length=1, description="依据的文件")


class HolderMemberOut(Answer):
    """医共体的一家成员单位。"""

    hospital_code: str
    since: str = Field(description="自何日起")
    until: str = Field(description="至何日止（不含）；长期为空")


class BudgetHolderOut(Answer):
    """一个指标对象的指标。"""

    holder: str
    kind: str = Field(description="community 医共体 · institution 医共体之外的机构")
    members: list[HolderMemberOut]
    last: str = Field(description=f"上年决算。{YUAN_NOTE}")
    target: str = Field(description=f"预算指标。{YUAN_NOTE}")
    document: str


class BudgetTargetsOut(Answer):
    """一项基金的指标，合计恰为total。"""

    fund_code: str = Field(description=_FUND_NOTE)
    version: int = Field(description="第几次下达")
    since: str
    until: str = Field(description="不含")
    total: str = Field(description=f"下达的总额。{YUAN_NOTE}")
    holders: list[BudgetHolderOut]
    document: str


class TargetsIssued(BudgetTargetsOut):
    """刚下达的指标，附底稿。"""

    worksheet: WorksheetOut


def _targets(found: Any) -> dict[str, Any]:
    return {
        "fund_code": found.fund,
        "version": found.version,
        "since": date_from_pb(found.since, "since").isoformat(),
        "until": date_from_pb(found.until, "until").isoformat(),
        "total": fen_to_yuan(found.total_fen),
        "document": found.document,
        "holders": [
            BudgetHolderOut.model_construct(
                holder=item.holder, kind=item.kind, last=fen_to_yuan(item.last_fen),
                target=fen_to_yuan(item.target_fen), document=item.document,
                members=[
                    HolderMemberOut.model_construct(
                        hospital_code=member.hospital_code,
                        since=date_from_pb(member.since, "since").isoformat(),
                        until=date_from_pb(member.until, "until").isoformat()
                        if member.HasField("until") else "",
                    )
                    for member in item.members
                ],
            )
            for item in found.holders
        ],
    }  # fmt: skip


@router.put("/budget/plans/{pool}/{year}/targets", summary="下达医共体和机构的预算指标")
async def issue_targets(
    body: BudgetTargetsIn, caller: Writer, pool: PoolPath, year: YearPath
) -> TargetsIssued:
    """按病组付费开始之后，任何机构或医共体的住院总额一律拒绝；医共体之外的机构同一算法。"""
    caller.require_bureau()
    request = pb.IssueTargetsRequest(
        request_id=caller.request_id, pool=pool, year=year, fund=body.fund_code, document=body.document
    )
    for name, day in (("since", body.since), ("until", body.until)):
        if day is not None:
            getattr(request, name).CopyFrom(date_to_pb(day))
    for item in body.holders:
        added = request.holders.add(
            holder=item.holder, kind=item.kind, last_fen=yuan_to_fen(item.last, "last"),
            document=item.document,
        )  # fmt: skip
        for member in item.members:
            one = added.members.add(hospital_code=member.hospital_code, since=date_to_pb(member.since))
            if member.until is not None:
                one.until.CopyFrom(date_to_pb(member.until))
    answer = await caller.services.plan.IssueTargets(request)
    return TargetsIssued.model_construct(
        **_targets(answer.targets), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/budget/plans/{pool}/{year}/targets", summary="读取预算指标")
async def get_targets(
    caller: Caller, pool: PoolPath, year: YearPath, fund: Annotated[Code, Query(description=_FUND_NOTE)]
) -> BudgetTargetsOut:
    """最近一次下达的指标及各医共体的成员。"""
    caller.require_bureau()
    answer = await caller.services.plan.GetTargets(pb.GetTargetsRequest(pool=pool, year=year, fund=fund))
    return BudgetTargetsOut.model_construct(**_targets(answer.targets))
