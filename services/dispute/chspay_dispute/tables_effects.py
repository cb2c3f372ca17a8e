"""The outbox: what decisions move in settlement, until the statement shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_dispute.tables import OF_SCHEMA
from chspay_kit.tables import moment_of_writing


class Effect(SQLModel, table=True):
    """An outcome on its way to settlement, written with the step that decided it; only its fate changes."""

    __tablename__ = "effect"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'revoke')", name="effect_kind"),
        CheckConstraint(
            "state IN ('waiting', 'delivered', 'moved', 'refused', 'nothing')", name="effect_state"
        ),
        Index("effect_of_case", "case_no"),
        Index("effect_due", "next_at", postgresql_where=text("due")),
        OF_SCHEMA,
    )

    effect_id: str = Field(primary_key=True, sa_type=Text)
    case_no: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    outcome_no: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    #: What settlement is asked to do, as its wire names it.
    content: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    #: Whether the relay still has to do with it.
    due: bool = Field()
    next_at: datetime = Field(sa_type=DateTime(timezone=True))
    attempts: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    points_micro: int = Field(sa_type=BigInteger)
    fen: int = Field(sa_type=BigInteger)
    value_delta: str = Field(sa_type=Text)
    paid_month: str = Field(sa_type=Text)
    statement_run_id: str = Field(sa_type=Text)
    difference_id: str = Field(sa_type=Text)
    reclear_id: str = Field(sa_type=Text)
    enqueued_at: datetime = moment_of_writing()
