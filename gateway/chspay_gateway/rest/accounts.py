"""Final accounts 年度决算 over HTTP: actual, decision amount, and the causes that explain the difference."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.budget.v1 import budget_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, Region, Strict, Year, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["预算"])
PoolPath = Annotated[Region, Path(description="统筹区代码")]
YearPath = Annotated[Year, Path()]


class AccountsCauseIn(Strict):
    """差额的一项原因。"""

    cause: Code = Field(
        description="volume 服务量 · case_mix 病例组合 · price 价格 · policy 政策 · misconduct 违规"
    )
    amount: Yuan = Field(description=f"对差额（据实费用减预算）的影响，可为负。{YUAN_NOTE}")
    note: Line = Field(min_length=1, description="说明")
    document: Line = Field("", description="依据的文件或分析")


class AccountsIn(Strict):
    """一年的决算；各项原因的合计须恰好等于据实费用减预算。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "actual": "530000000.00",
                    "decision": "523200000.00",
                    "causes": [
                        {
                            "cause": "volume",
                            "amount": "8000000.00",
                            "note": "出院人次增加",
                            "document": "运行分析报告",
                        }
                    ],
                    "document": "年度决算报告",
                }
            ]
        }
    )

    actual: Yuan = Field(description=f"据实基金费用（审核后）。{YUAN_NOTE}")
    decision: Yuan = Field(description=f"决算额（分担后）。{YUAN_NOTE}")
    causes: list[AccountsCauseIn] = Field(max_length=100, description="差额的原因；没有差额时为空")
    document: Line = Field(min_length=1, description="所依据的文件或分析报告")


class AccountsApproveIn(Strict):
    """批准所读到的那一版；版本不同则拒绝。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "decision_no": "联席〔2041〕1号"}]}
    )

    version: Annotated[int, Field(ge=1, le=1_000_000, description="所批准的版本")]
    decision_no: Line = Field(min_length=1, description="决定文号")


class AccountsCauseOut(Answer):
    """差额的一项原因。"""

    cause: str = Field(description="原因")
    amount: str = Field(description=f"对差额的影响。{YUAN_NOTE}")
    note: str = Field(description="说明")
    document: str = Field(description="依据")


class AccountsOut(Answer):
    """一个统筹区一年的决算。"""

    pool: str = Field(description="统筹区")
    year: int
    version: int
    budget: str = Field(description=f"预算（本地可分配基金）。{YUAN_NOTE}")
    actual: str = Field(description=f"据实基金费用。{YUAN_NOTE}")
    decision: str = Field(description=f"决算额。{YUAN_NOTE}")
    gap: str = Field(description=f"据实费用减预算。{YUAN_NOTE}")
    causes: list[AccountsCauseOut]
    document: str = Field(description="依据")
    decision_no: str = Field(description="决定文号；未批准时为空")
    drafted_by: str = Field(description="编制人")


@router.put("/budget/years/{pool}/{year}/accounts", summary="编制年度决算")
async def draft_accounts(body: AccountsIn, caller: Writer, pool: PoolPath, year: YearPath) -> AccountsOut:
    """每编制一次版本加一；批准之后才能批准年度清算。"""
    caller.require_bureau()
    causes = [
        pb.Cause(
            cause=cause.cause,
            amount_fen=yuan_to_fen(cause.amount, "amount"),
            note=cause.note,
            document=cause.document,
        )
        for cause in body.causes
    ]
    answer = await caller.services.budget.DraftAccounts(
        pb.DraftAccountsRequest(
            request_id=caller.request_id,
            pool=pool,
            year=year,
            actual_fen=yuan_to_fen(body.actual, "actual"),
            decision_fen=yuan_to_fen(body.decision, "decision"),
            causes=causes,
            document=body.document,
        )
    )
    return _accounts_out(answer.accounts)


@router.post("/budget/years/{pool}/{year}/accounts/approve", summary="批准年度决算")
async def approve_accounts(
    body: AccountsApproveIn, caller: Writer, pool: PoolPath, year: YearPath
) -> AccountsOut:
    """由编制人以外的人办理。"""
    caller.require_bureau()
    answer = await caller.services.budget.ApproveAccounts(
        pb.ApproveAccountsRequest(
            request_id=caller.request_id,
            pool=pool,
            year=year,
            version=body.version,
            decision_no=body.decision_no,
        )
    )
    return _accounts_out(answer.accounts)


@router.get("/budget/years/{pool}/{year}/accounts", summary="读取年度决算")
async def get_accounts(
    caller: Caller,
    pool: PoolPath,
    year: YearPath,
    version: Annotated[int, Query(ge=0, le=1_000_000, description="版本；0为最新")] = 0,
) -> AccountsOut:
    """据实费用、决算额和差额的原因分析。"""
    caller.require_bureau()
    answer = await caller.services.budget.GetAccounts(
        pb.GetAccountsRequest(pool=pool, year=year, version=version)
    )
    return _accounts_out(answer.accounts)


def _accounts_out(found: Any) -> AccountsOut:
    causes = [
        AccountsCauseOut.model_construct(
            cause=cause.cause, amount=fen_to_yuan(cause.amount_fen), note=cause.note, document=cause.document
        )
        for cause in found.causes
    ]
    return AccountsOut.model_construct(
        pool=found.pool,
        year=found.year,
        version=found.version,
        budget=fen_to_yuan(found.budget_fen),
        actual=fen_to_yuan(found.actual_fen),
        decision=fen_to_yuan(found.decision_fen),
        gap=fen_to_yuan(found.actual_fen - found.budget_fen),
        causes=causes,
        document=found.document,
        decision_no=found.decision_no,
        drafted_by=found.drafted_by,
    )
