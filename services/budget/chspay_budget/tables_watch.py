"""Tables of the watch over institutions: benchmarks, indicators, findings and their steps, forecasts.

Nothing here is ever edited: what moves is a further step; of an order to settlement only the answer is
written on. Row policies, triggers and grants stand in the
migrations.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_budget.tables import SCHEMA
from chspay_kit.tables import moment_of_writing, numbered_here

_OF_SCHEMA = {"schema": SCHEMA}


class Benchmark(SQLModel, table=True):
    """What peers come to in one indicator, measured once."""

    __tablename__ = "benchmark"
    __table_args__ = (CheckConstraint("document <> ''", name="benchmark_document"), _OF_SCHEMA)

    benchmark_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    year: int = Field(sa_type=SmallInteger)
    indicator: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    result: dict[str, Any] = Field(sa_type=JSONB)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    measured_by: str = Field(sa_type=Text)
    measured_at: datetime = moment_of_writing()


class IndicatorStep(SQLModel, table=True):
    """One step of an indicator of a holder's year."""

    __tablename__ = "indicator_step"
    __table_args__ = (
        CheckConstraint(
            "state IN ('issued', 'revised', 'measured', 'settled', 'proposed')", name="indicator_step_state"
        ),
        CheckConstraint("(number = 1) = (state = 'issued')", name="indicator_step_issued_first"),
        CheckConstraint("value_micro >= 0", name="indicator_step_value"),
        CheckConstraint("state <> 'settled' OR decision_no <> ''", name="indicator_step_decision"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    holder: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    state: str = Field(sa_type=Text)
    value_micro: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    done_by: str = Field(sa_type=Text)
    done_at: datetime = moment_of_writing()


class WatchFinding(SQLModel, table=True):
    """Something the watch found, with its figures as they were."""

    __tablename__ = "watch_finding"
    __table_args__ = (
        CheckConstraint("subject IN ('heads', 'growth', 'change')", name="watch_finding_subject"),
        CheckConstraint("document <> ''", name="watch_finding_document"),
        _OF_SCHEMA,
    )

    finding_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)


class WatchFacts(SQLModel, table=True):
    """Later figures of a finding, filed while nothing was heard or decided; the newest stand."""

    __tablename__ = "watch_facts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id"], [f"{SCHEMA}.watch_finding.finding_id"], name="watch_facts_of_finding"
        ),
        CheckConstraint("number > 1", name="watch_facts_number"),
        CheckConstraint("document <> ''", name="watch_facts_document"),
        _OF_SCHEMA,
    )

    finding_id: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    filed_by: str = Field(sa_type=Text)
    filed_at: datetime = moment_of_writing()


class WatchStep(SQLModel, table=True):
    """One step of a finding, the first one being that it was found."""

    __tablename__ = "watch_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id"], [f"{SCHEMA}.watch_finding.finding_id"], name="watch_step_of_finding"
        ),
        CheckConstraint(
            "state IN ('found', 'heard', 'removed', 'held', 'released', 'verified', 'dismissed')",
            name="watch_step_state",
        ),
        CheckConstraint("(number = 1) = (state = 'found')", name="watch_step_found_first"),
        CheckConstraint("state IN ('found', 'heard') OR decision_no <> ''", name="watch_step_decision"),
        _OF_SCHEMA,
    )

    finding_id: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    statement: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    outcome: dict[str, Any] = Field(sa_type=JSONB)
    done_by: str = Field(sa_type=Text)
    done_at: datetime = moment_of_writing()


class HoldOrder(SQLModel, table=True):
    """What a step asks settlement to hold or to release, and what settlement answered."""

    __tablename__ = "hold_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["finding_id", "number"],
            [f"{SCHEMA}.watch_step.finding_id", f"{SCHEMA}.watch_step.number"],
            name="hold_order_of_step",
        ),
        CheckConstraint("kind IN ('place', 'release')", name="hold_order_kind"),
        CheckConstraint("state IN ('waiting', 'done', 'refused')", name="hold_order_state"),
        CheckConstraint("(state = 'refused') = (reason <> '')", name="hold_order_reason"),
        UniqueConstraint("finding_id", "number", name="hold_order_once_a_step"),
        Index("hold_order_waiting", "ordered_at", postgresql_where=text("state = 'waiting'")),
        _OF_SCHEMA,
    )

    order_id: str = Field(primary_key=True, sa_type=Text)
    finding_id: str = Field(sa_type=Text)
    number: int = Field(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    outcome: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    ordered_at: datetime = moment_of_writing()


class ValueForecast(SQLModel, table=True):
    """A forecast of a year's point values as it was made."""

    __tablename__ = "value_forecast"
    __table_args__ = _OF_SCHEMA

    forecast_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    year: int = Field(sa_type=SmallInteger)
    result: dict[str, Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    budget_version: int = Field(sa_type=Integer)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = moment_of_writing()
