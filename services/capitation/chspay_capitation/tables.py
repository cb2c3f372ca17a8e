"""Tables of the capitation schema: what Alembic compares with the database.

A roster is kept column by column in chunks and never changes once loaded; what was attributed, decided and
settled is only ever added to. Row policies, triggers and grants stand in the migrations.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import RequestOnceColumns, moment_of_writing

SCHEMA = "capitation"
_OF_SCHEMA = {"schema": SCHEMA}


def number(**more: Any) -> Any:
    """Part of a key that the program numbers itself."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, **more)


def key(**more: Any) -> Any:
    """Part of a key, text."""
    return Field(primary_key=True, sa_type=Text, **more)


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class Roster(SQLModel, table=True):
    """An enrolment snapshot of a pool."""

    __tablename__ = "roster"
    __table_args__ = (
        CheckConstraint("state IN ('uploading', 'checking', 'refused', 'loaded')", name="roster_state"),
        CheckConstraint("(state = 'loaded') = (digest <> '')", name="roster_digest"),
        Index("roster_of_state", "state", "created_at"),
        _OF_SCHEMA,
    )

    roster_id: str = key()
    pool: str = Field(sa_type=Text)
    as_of: date = Field(sa_type=Date)
    state: str = Field(sa_type=Text)
    rows: int = Field(sa_type=BigInteger)
    digest: str = Field(sa_type=Text)
    report: dict[str, Any] = Field(sa_type=JSONB)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()


class RosterChunk(SQLModel, table=True):
    """Some thousand rows of a roster as a compressed Arrow stream."""

    __tablename__ = "roster_chunk"
    __table_args__ = (CheckConstraint("rows > 0", name="roster_chunk_rows"), _OF_SCHEMA)

    roster_id: str = key(foreign_key=f"{SCHEMA}.roster.roster_id")
    part_no: int = number(sa_type=Integer)
    chunk_no: int = number(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    first_row: int = Field(sa_type=BigInteger)
    rows: int = Field(sa_type=Integer)
    digest: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)


class Catchment(SQLModel, table=True):
    """One version of who is served by whom in a pool."""

    __tablename__ = "catchment"
    __table_args__ = (
        CheckConstraint("version >= 1", name="catchment_version"),
        CheckConstraint("document <> ''", name="catchment_document"),
        _OF_SCHEMA,
    )

    pool: str = key()
    version: int = number(sa_type=Integer)
    document: str = Field(sa_type=Text)
    entries: list[Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    # Version of the registry it was drawn from; 0 when it was given.
    registry_version: int = Field(sa_type=BigInteger)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class Attribution(SQLModel, table=True):
    """A roster attributed over a period, and the budget split over it."""

    __tablename__ = "attribution"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed')", name="attribution_state"),
        CheckConstraint("until > since", name="attribution_period"),
        CheckConstraint("(state = 'done') = (digest <> '')", name="attribution_digest"),
        Index("attribution_of_state", "state", "created_at"),
        _OF_SCHEMA,
    )

    attribution_id: str = key()
    pool: str = Field(sa_type=Text)
    roster_id: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.roster.roster_id")
    catchment_version: int = Field(sa_type=Integer)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    state: str = Field(sa_type=Text)
    total: int = Field(sa_type=Integer)
    done: int = Field(sa_type=Integer)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    # The policy as it was asked for, the findings that counted, the sums given: what a run is made from.
    asked: dict[str, Any] = Field(sa_type=JSONB)
    policy: bytes = Field(sa_type=LargeBinary)
    # Budgets, splits with their last fen, and the worksheet.
    outcome: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()


class AttributionUnits(SQLModel, table=True):
    """The units of one chunk of the roster."""

    __tablename__ = "attribution_units"
    __table_args__ = _OF_SCHEMA

    attribution_id: str = key(foreign_key=f"{SCHEMA}.attribution.attribution_id")
    number: int = number(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    rows: int = Field(sa_type=Integer)
    content: bytes = Field(sa_type=LargeBinary)


class CommunityQuota(SQLModel, table=True):
    """Heads and quota of a community and insurance."""

    __tablename__ = "community_quota"
    __table_args__ = (
        CheckConstraint(
            "valid_days >= 0 AND removed_days >= 0 AND quota_fen >= 0", name="community_quota_sign"
        ),
        _OF_SCHEMA,
    )

    attribution_id: str = key(foreign_key=f"{SCHEMA}.attribution.attribution_id")
    community: str = key()
    insurance_type: str = key()
    pool: str = Field(sa_type=Text)
    valid_days: int = Field(sa_type=BigInteger)
    removed_days: int = Field(sa_type=BigInteger)
    stays: int = Field(sa_type=BigInteger)
    quota_fen: int = Field(sa_type=BigInteger)


class HeadFinding(SQLModel, table=True):
    """A finding on an invalid head."""

    __tablename__ = "head_finding"
    __table_args__ = (
        CheckConstraint("state IN ('found', 'heard', 'removed', 'dismissed')", name="head_finding_state"),
        CheckConstraint("until > since", name="head_finding_period"),
        CheckConstraint("cause <> '' AND document <> ''", name="head_finding_said"),
        CheckConstraint("state = 'found' OR statement <> ''", name="head_finding_heard"),
        CheckConstraint(
            "state IN ('found', 'heard') OR (decision_no <> '' AND decided_by <> found_by)",
            name="head_finding_decided",
        ),
        _OF_SCHEMA,
    )

    finding_no: str = key()
    pool: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    cause: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    found_by: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    statement: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    found_at: datetime = moment_of_writing()


class CommunitySettlement(SQLModel, table=True):
    """What a community was found to be due."""

    __tablename__ = "community_settlement"
    __table_args__ = (
        CheckConstraint("document <> ''", name="community_settlement_document"),
        Index("settlement_corrected_once", "corrects", unique=True, postgresql_where=text("corrects <> ''")),
        _OF_SCHEMA,
    )

    settlement_id: str = key()
    attribution_id: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.attribution.attribution_id")
    community: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    funds: list[Any] = Field(sa_type=JSONB)
    due_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    corrects: str = Field(sa_type=Text)
    chronic_version: int = Field(sa_type=Integer)
    lead: str = Field(sa_type=Text)
    settled_by: str = Field(sa_type=Text)
    settled_at: datetime = moment_of_writing()


class Contract(SQLModel, table=True):
    """A family-doctor contract."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="contract_period"),
        Index("contract_of_person", "person_key"),
        _OF_SCHEMA,
    )

    contract_no: str = key()
    pool: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class Referral(SQLModel, table=True):
    """A referral with its judgement."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("from_level BETWEEN 1 AND 3 AND to_level BETWEEN 1 AND 3", name="referral_levels"),
        Index("referral_of_person", "person_key"),
        _OF_SCHEMA,
    )

    referral_no: str = key()
    pool: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    from_institution: str = Field(sa_type=Text)
    from_level: int = Field(sa_type=SmallInteger)
    to_institution: str = Field(sa_type=Text)
    to_level: int = Field(sa_type=SmallInteger)
    out_of_area: bool = Field(sa_type=Boolean)
    day: date = Field(sa_type=Date)
    diagnosis: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    called_for: bool = Field(sa_type=Boolean)
    code: str = Field(sa_type=Text)
    told: str = Field(sa_type=Text)
    until: date = Field(sa_type=Date)
    citation: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class MemberVisit(SQLModel, table=True):
    """A member's visit, charged; ``lead`` is the lead hospital that may look at it."""

    __tablename__ = "member_visit"
    __table_args__ = (
        CheckConstraint("side IN ('inside', 'outside', 'not_capitated')", name="member_visit_side"),
        CheckConstraint("fund_fen >= 0", name="member_visit_amount"),
        Index("member_visit_of_community", "attribution_id", "community", "visit_id"),
        _OF_SCHEMA,
    )

    attribution_id: str = key(foreign_key=f"{SCHEMA}.attribution.attribution_id")
    visit_id: str = key()
    pool: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    insurance_type: str = Field(sa_type=Text)
    service: str = Field(sa_type=Text)
    fund_fen: int = Field(sa_type=BigInteger)
    community: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)


class Exemption(SQLModel, table=True):
    """A visit outside that does not count, with its cause and proof."""

    __tablename__ = "exemption"
    __table_args__ = (CheckConstraint("cause <> '' AND proof <> ''", name="exemption_said"), _OF_SCHEMA)

    attribution_id: str = key()
    visit_id: str = key()
    pool: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    proof: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


metadata = SQLModel.metadata
