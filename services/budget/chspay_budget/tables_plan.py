"""Tables of the year plan: its five funds, the steps of a year, adjustments, months, targets and causes.

Nothing here is ever edited: what changes is a further row. Row policies, triggers and grants stand in the
migrations.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Integer,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_budget.tables import SCHEMA
from chspay_kit.tables import moment_of_writing, numbered_here

_OF_SCHEMA = {"schema": SCHEMA}
_YEAR_KEY = ["pool", "year", "version"]
_TARGET_KEY = ["pool", "year", "fund", "number"]
_HOLDER_KEY = [*_TARGET_KEY, "holder"]


def _to(table: str, key: list[str], name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(key, [f"{SCHEMA}.{table}.{column}" for column in key], name=name)


class YearPlan(SQLModel, table=True):
    """The five funds of a version of a year; they add up to the total, and income covers it."""

    __tablename__ = "year_plan"
    __table_args__ = (
        _to("fiscal_year", _YEAR_KEY, "year_plan_of_year"),
        CheckConstraint(
            "total_fen = inpatient_fen + outpatient_fen + per_diem_fen + capitation_fen + reserve_fen",
            name="year_plan_sum",
        ),
        CheckConstraint(
            "inpatient_fen > 0 AND outpatient_fen >= 0 AND per_diem_fen >= 0 AND capitation_fen >= 0"
            " AND reserve_fen >= 0 AND out_of_area_fen >= 0 AND cap_fen >= 0 AND base_fen > 0",
            name="year_plan_amounts",
        ),
        CheckConstraint(
            "total_fen <= income_fen AND total_fen - reserve_fen <= ceiling_fen"
            " AND ceiling_fen <= income_fen",
            name="year_plan_income",
        ),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    income_fen: int = Field(sa_type=BigInteger)
    ceiling_fen: int = Field(sa_type=BigInteger)
    base_fen: int = Field(sa_type=BigInteger)
    cap_fen: int = Field(sa_type=BigInteger)
    growth: str = Field(sa_type=Text)
    inpatient_fen: int = Field(sa_type=BigInteger)
    outpatient_fen: int = Field(sa_type=BigInteger)
    per_diem_fen: int = Field(sa_type=BigInteger)
    capitation_fen: int = Field(sa_type=BigInteger)
    reserve_fen: int = Field(sa_type=BigInteger)
    total_fen: int = Field(sa_type=BigInteger)
    out_of_area_fen: int = Field(sa_type=BigInteger)
    adjustment_id: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)


class YearStep(SQLModel, table=True):
    """One move of a year; the database knows the moves that are allowed."""

    __tablename__ = "year_step"
    __table_args__ = (
        CheckConstraint(
            "(event, source, target) IN (('draft', 'none', 'draft'), ('draft', 'draft', 'draft'),"
            " ('approve', 'draft', 'approved'), ('execute', 'approved', 'executing'),"
            " ('adjust', 'executing', 'adjusted'), ('adjust', 'adjusted', 'adjusted'),"
            " ('close', 'executing', 'closed'), ('close', 'adjusted', 'closed'))",
            name="year_step_move",
        ),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    number: int = numbered_here(sa_type=Integer)
    event: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    subject: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    done_at: datetime = moment_of_writing()


class Adjustment(SQLModel, table=True):
    """What somebody asked to change, and why."""

    __tablename__ = "adjustment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pool", "year", "base_version"],
            [f"{SCHEMA}.year_plan.{name}" for name in _YEAR_KEY],
            name="adjustment_of_plan",
        ),
        CheckConstraint("from_month BETWEEN 1 AND 12", name="adjustment_month"),
        CheckConstraint("evidence <> '' AND cause <> ''", name="adjustment_said"),
        _OF_SCHEMA,
    )

    adjustment_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    year: int = Field(sa_type=SmallInteger)
    base_version: int = Field(sa_type=Integer)
    cause: str = Field(sa_type=Text)
    account_cause: str = Field(sa_type=Text)
    inpatient_fen: int = Field(sa_type=BigInteger)
    outpatient_fen: int = Field(sa_type=BigInteger)
    per_diem_fen: int = Field(sa_type=BigInteger)
    capitation_fen: int = Field(sa_type=BigInteger)
    reserve_fen: int = Field(sa_type=BigInteger)
    out_of_area_fen: int = Field(sa_type=BigInteger)
    income_fen: int = Field(sa_type=BigInteger)
    from_month: int = Field(sa_type=SmallInteger)
    evidence: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    requested_by: str = Field(sa_type=Text)
    requested_at: datetime = moment_of_writing()


class AdjustmentDecision(SQLModel, table=True):
    """What was decided on an adjustment; approved ones made a version."""

    __tablename__ = "adjustment_decision"
    __table_args__ = (
        _to("adjustment", ["adjustment_id"], "decision_of_adjustment"),
        CheckConstraint("decision_no <> ''", name="adjustment_decision_no"),
        CheckConstraint("approved = (version > 0)", name="adjustment_decision_version"),
        _OF_SCHEMA,
    )

    adjustment_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    approved: bool
    version: int = Field(sa_type=Integer)
    decision_no: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()


class MonthCost(SQLModel, table=True):
    """What a month really cost, as it was reported; the highest number of a month stands."""

    __tablename__ = "month_cost"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month_cost_month"),
        CheckConstraint(
            "inpatient_fen >= 0 AND outpatient_fen >= 0 AND per_diem_fen >= 0 AND capitation_fen >= 0",
            name="month_cost_amounts",
        ),
        CheckConstraint("document <> ''", name="month_cost_document"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    month: int = numbered_here(sa_type=SmallInteger)
    number: int = numbered_here(sa_type=Integer)
    inpatient_fen: int = Field(sa_type=BigInteger)
    outpatient_fen: int = Field(sa_type=BigInteger)
    per_diem_fen: int = Field(sa_type=BigInteger)
    capitation_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    reported_by: str = Field(sa_type=Text)
    reported_at: datetime = moment_of_writing()


class GrowthAlarm(SQLModel, table=True):
    """An alarm that a report of a month raised."""

    __tablename__ = "growth_alarm"
    __table_args__ = (
        _to("month_cost", ["pool", "year", "month", "number"], "growth_alarm_of_month"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    month: int = numbered_here(sa_type=SmallInteger)
    number: int = numbered_here(sa_type=Integer)
    level: str = Field(primary_key=True, sa_type=Text)
    #: The last month known when it was raised.
    known: int = Field(sa_type=SmallInteger)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    projected_fen: int = Field(sa_type=BigInteger)
    limit_fen: int = Field(sa_type=BigInteger)
    message: str = Field(sa_type=Text)
    evidence: dict[str, Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    raised_at: datetime = moment_of_writing()


class Target(SQLModel, table=True):
    """Targets of a fund issued together; at commit the holders' add up to the total."""

    __tablename__ = "target"
    __table_args__ = (
        _to("year_plan", _YEAR_KEY, "target_of_plan"),
        CheckConstraint("since < until", name="target_period"),
        CheckConstraint("fund IN ('inpatient', 'outpatient')", name="target_fund"),
        CheckConstraint("document <> ''", name="target_document"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    fund: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    version: int = Field(sa_type=Integer)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    total_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    issued_by: str = Field(sa_type=Text)
    issued_at: datetime = moment_of_writing()


class TargetHolder(SQLModel, table=True):
    """A holder's target."""

    __tablename__ = "target_holder"
    __table_args__ = (
        _to("target", _TARGET_KEY, "target_holder_of_target"),
        CheckConstraint("kind IN ('community', 'institution')", name="target_holder_kind"),
        CheckConstraint("last_fen >= 0 AND target_fen >= 0", name="target_holder_amounts"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    fund: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    holder: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    last_fen: int = Field(sa_type=BigInteger)
    target_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)


class TargetMember(SQLModel, table=True):
    """A member of a community; no institution belongs to two holders on one day."""

    __tablename__ = "target_member"
    __table_args__ = (
        _to("target_holder", _HOLDER_KEY, "target_member_of_holder"),
        CheckConstraint("until IS NULL OR since < until", name="target_member_period"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    fund: str = Field(primary_key=True, sa_type=Text)
    number: int = numbered_here(sa_type=Integer)
    holder: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    since: date = Field(primary_key=True, sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date)


class GapCauses(SQLModel, table=True):
    """Computed causes of a year's difference; both sets add up."""

    __tablename__ = "gap_causes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pool", "year", "budget_version"],
            [f"{SCHEMA}.year_plan.{name}" for name in _YEAR_KEY],
            name="gap_causes_of_plan",
        ),
        CheckConstraint(
            "volume_fen + case_mix_fen + price_fen + policy_fen + misconduct_fen = actual_fen - budget_fen",
            name="gap_causes_sum",
        ),
        CheckConstraint(
            "first_volume_fen + first_case_mix_fen + first_price_fen + first_policy_fen"
            " + first_misconduct_fen = actual_fen - first_budget_fen",
            name="gap_causes_first_sum",
        ),
        CheckConstraint("document <> ''", name="gap_causes_document"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    budget_version: int = Field(sa_type=Integer)
    first_budget_fen: int = Field(sa_type=BigInteger)
    budget_fen: int = Field(sa_type=BigInteger)
    actual_fen: int = Field(sa_type=BigInteger)
    volume_fen: int = Field(sa_type=BigInteger)
    case_mix_fen: int = Field(sa_type=BigInteger)
    price_fen: int = Field(sa_type=BigInteger)
    policy_fen: int = Field(sa_type=BigInteger)
    misconduct_fen: int = Field(sa_type=BigInteger)
    first_volume_fen: int = Field(sa_type=BigInteger)
    first_case_mix_fen: int = Field(sa_type=BigInteger)
    first_price_fen: int = Field(sa_type=BigInteger)
    first_policy_fen: int = Field(sa_type=BigInteger)
    first_misconduct_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    #: The groups' figures as they were handed in.
    given: dict[str, Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    computed_by: str = Field(sa_type=Text)
    computed_at: datetime = moment_of_writing()
