"""Tables of the perdiem schema: what Alembic compares with the database.

Records, pricings and decided assessments are only ever added to; what stands now (which pricing of a list
counts, which days are counted) is kept beside them. Row policies, triggers and grants are in the migrations.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import RequestOnceColumns, moment_of_writing

SCHEMA = "perdiem"
_OF_SCHEMA = {"schema": SCHEMA}


def _key(**more: Any) -> Any:
    return Field(primary_key=True, sa_type=Text, **more)


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class Membership(SQLModel, table=True):
    """An institution's membership of the pilot for a category; the database holds them apart by day."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="membership_period"),
        CheckConstraint("document <> ''", name="membership_document"),
        CheckConstraint("end_document = '' OR until IS NOT NULL", name="membership_ended"),
        _OF_SCHEMA,
    )

    membership_id: str = _key()
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date)
    document: str = Field(sa_type=Text)
    end_document: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class StayRecord(SQLModel, table=True):
    """Leave, a transfer, a list of its own, or an outcome."""

    __tablename__ = "stay_record"
    __table_args__ = (
        CheckConstraint("kind IN ('leave', 'transfer', 'acute', 'interim', 'outcome')", name="record_kind"),
        CheckConstraint(
            "(kind IN ('leave', 'acute', 'interim')) = (until IS NOT NULL AND until > since)",
            name="record_period",
        ),
        CheckConstraint("(kind = 'transfer') = (other_hospital_code <> '')", name="record_transfer"),
        CheckConstraint("kind NOT IN ('acute', 'interim') OR other_case_id <> ''", name="record_own_list"),
        CheckConstraint(
            "(kind = 'outcome') = (scale <> '' AND before_micro IS NOT NULL AND after_micro IS NOT NULL)",
            name="record_outcome",
        ),
        CheckConstraint("document <> ''", name="record_document"),
        Index("stay_record_of_case", "hospital_code", "case_id"),
        Index("stay_record_of_other", "other_hospital_code", "other_case_id"),
        _OF_SCHEMA,
    )

    hospital_code: str = _key()
    record_no: str = _key()
    pool: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date)
    other_hospital_code: str = Field(sa_type=Text)
    other_case_id: str = Field(sa_type=Text)
    scale: str = Field(sa_type=Text)
    before_micro: int | None = Field(default=None, sa_type=BigInteger)
    after_micro: int | None = Field(default=None, sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class RecordWithdrawal(SQLModel, table=True):
    """A record that does not count any more, and why."""

    __tablename__ = "record_withdrawal"
    __table_args__ = (CheckConstraint("reason <> ''", name="withdrawal_reason"), _OF_SCHEMA)

    hospital_code: str = _key()
    record_no: str = _key()
    pool: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    withdrawn_by: str = Field(sa_type=Text)
    withdrawn_at: datetime = moment_of_writing()


class Pricing(SQLModel, table=True):
    """What a list was found to be worth, with everything it was found from."""

    __tablename__ = "pricing"
    __table_args__ = (
        CheckConstraint("discharge >= admission", name="pricing_period"),
        CheckConstraint("points_micro = 0 OR standard_fen = 0", name="pricing_form"),
        Index("pricing_of_case", "hospital_code", "case_id"),
        Index("pricing_of_month", "pool", "month", "pricing_id"),
        _OF_SCHEMA,
    )

    pricing_id: str = _key()
    pool: str = Field(sa_type=Text)
    month: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    admission: date = Field(sa_type=Date)
    discharge: date = Field(sa_type=Date)
    points_micro: int = Field(sa_type=BigInteger)
    standard_fen: int = Field(sa_type=BigInteger)
    amount_fen: int = Field(sa_type=BigInteger)
    stay: dict[str, Any] = Field(sa_type=JSONB)
    answer: dict[str, Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    policy_digest: str = Field(sa_type=Text)
    priced_by: str = Field(sa_type=Text)
    priced_at: datetime = moment_of_writing()


class Standing(SQLModel, table=True):
    """The pricing of a list that counts now, and what other lists of the person must know of it."""

    __tablename__ = "standing"
    __table_args__ = (
        Index("standing_of_person", "person_key"),
        Index("standing_of_category", "hospital_code", "category", "discharge"),
        _OF_SCHEMA,
    )

    hospital_code: str = _key()
    case_id: str = _key()
    pool: str = Field(sa_type=Text)
    pricing_id: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.pricing.pricing_id")
    person_key: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    admission: date = Field(sa_type=Date)
    discharge: date = Field(sa_type=Date)
    counted: str = Field(sa_type=Text)
    position: str = Field(sa_type=Text)
    whole: str = Field(sa_type=Text)
    continues: str = Field(sa_type=Text)


class CountedSpan(SQLModel, table=True):
    """Days that a list counts; the database refuses a day of a person twice, whoever's list it is."""

    __tablename__ = "counted_span"
    __table_args__ = (CheckConstraint("until > since", name="counted_period"), _OF_SCHEMA)

    hospital_code: str = _key()
    case_id: str = _key()
    since: date = Field(primary_key=True, sa_type=Date)
    until: date = Field(sa_type=Date)
    pool: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)


class Confirmed(SQLModel, table=True):
    """A pricing that a closed month has paid; what stands of its list and its days do not change any more."""

    __tablename__ = "confirmed"
    __table_args__ = (CheckConstraint("run_id <> ''", name="confirmed_run"), _OF_SCHEMA)

    hospital_code: str = _key()
    case_id: str = _key()
    pricing_id: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.pricing.pricing_id")
    pool: str = Field(sa_type=Text)
    month: str = Field(sa_type=Text)
    run_id: str = Field(sa_type=Text)
    confirmed_by: str = Field(sa_type=Text)
    confirmed_at: datetime = moment_of_writing()


class Assessment(SQLModel, table=True):
    """An assessment: draft, heard, then decided or dropped by another person."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'heard', 'decided', 'dropped')", name="assessment_state"),
        CheckConstraint(
            "measured_until > measured_since AND applies_until > applies_since", name="assessment_periods"
        ),
        CheckConstraint("state = 'draft' OR statement <> ''", name="assessment_heard"),
        CheckConstraint(
            "state IN ('draft', 'heard') OR (decision_no <> '' AND decided_by <> drafted_by)",
            name="assessment_decided",
        ),
        CheckConstraint("factor_micro > 0", name="assessment_factor"),
        Index("assessment_of_hospital", "hospital_code", "category", "applies_since"),
        _OF_SCHEMA,
    )

    assessment_id: str = _key()
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    measured_since: date = Field(sa_type=Date)
    measured_until: date = Field(sa_type=Date)
    applies_since: date = Field(sa_type=Date)
    applies_until: date = Field(sa_type=Date)
    stays: int = Field(sa_type=BigInteger)
    indicators: list[Any] = Field(sa_type=JSONB)
    factor_micro: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    statement: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    drafted_by: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    drafted_at: datetime = moment_of_writing()


metadata = SQLModel.metadata
