"""Field types the pages of the year plan share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from google.type import decimal_pb2
from pydantic import AfterValidator, Field, StringConstraints

from chspay.budget.v1 import plan_pb2 as pb
from chspay_core.amounts import decimal_text, fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Strict, Yuan, refusing


def _rate(text: str) -> str:
    decimal_text(text)
    return text


#: A rate as decimal text: ``0.06`` is 6 %.
Rate = Annotated[str, StringConstraints(max_length=24), AfterValidator(refusing(_rate))]


class PlanFundIn(Strict):
    """一项基金的金额。"""

    fund_code: Code = Field(description="inpatient · outpatient · per_diem · capitation · reserve")
    amount: Yuan = Field(description=f"金额，减少时为负。{YUAN_NOTE}")


class PlanFundOut(Answer):
    """一项基金的金额。"""

    fund_code: str = Field(description="inpatient · outpatient · per_diem · capitation · reserve")
    amount: str = Field(description=f"金额。{YUAN_NOTE}")


def rate_to_pb(text: str) -> decimal_pb2.Decimal:
    """A rate as a message."""
    return decimal_pb2.Decimal(value=text)


def funds_to_pb(funds: Iterable[PlanFundIn]) -> list[pb.FundAmount]:
    """Amounts of funds as messages."""
    return [
        pb.FundAmount(fund=item.fund_code, amount_fen=yuan_to_fen(item.amount, item.fund_code))
        for item in funds
    ]


def funds_out(funds: Iterable[Any]) -> list[PlanFundOut]:
    """Amounts of funds as JSON."""
    return [
        PlanFundOut.model_construct(fund_code=item.fund, amount=fen_to_yuan(item.amount_fen))
        for item in funds
    ]
