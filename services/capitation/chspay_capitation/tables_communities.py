"""Tables of communities: own rules and splits, doubts, results, APG divisions, and what was booked.

Described as in :mod:`chspay_capitation.tables`. ``lead`` is the lead hospital that may look at a row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_capitation.tables import SCHEMA, key, number
from chspay_kit.tables import moment_of_writing

_OF_SCHEMA = {"schema": SCHEMA}


class CommunityRule(SQLModel, table=True):
    """One version of a community's own rule of sharing."""

    __tablename__ = "community_rule"
    __table_args__ = (
        CheckConstraint("version >= 1", name="community_rule_version"),
        CheckConstraint("document <> ''", name="community_rule_document"),
        _OF_SCHEMA,
    )

    pool: str = key()
    community: str = key()
    version: int = number(sa_type=Integer)
    lead: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    document: str = Field(sa_type=Text)
    parts: list[Any] = Field(sa_type=JSONB)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class CommunitySplit(SQLModel, table=True):
    """A settlement handed on to the members of its community; once."""

    __tablename__ = "community_split"
    __table_args__ = (UniqueConstraint("settlement_id", name="community_split_once"), _OF_SCHEMA)

    split_id: str = key()
    settlement_id: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.community_settlement.settlement_id")
    pool: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    community: str = Field(sa_type=Text)
    rule_version: int = Field(sa_type=Integer)
    amount_fen: int = Field(sa_type=BigInteger)
    shares: list[Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    split_by: str = Field(sa_type=Text)
    split_at: datetime = moment_of_writing()


class VisitDoubt(SQLModel, table=True):
    """A visit its lead hospital doubts; one doubt for each visit."""

    __tablename__ = "visit_doubt"
    __table_args__ = (
        CheckConstraint("statement <> ''", name="visit_doubt_said"),
        UniqueConstraint("attribution_id", "visit_id", name="visit_doubt_once"),
        ForeignKeyConstraint(
            ["attribution_id", "visit_id"],
            [f"{SCHEMA}.member_visit.attribution_id", f"{SCHEMA}.member_visit.visit_id"],
        ),
        _OF_SCHEMA,
    )

    doubt_no: str = key()
    attribution_id: str = Field(sa_type=Text)
    visit_id: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    community: str = Field(sa_type=Text)
    statement: str = Field(sa_type=Text)
    filed_by: str = Field(sa_type=Text)
    filed_at: datetime = moment_of_writing()


class DoubtDecision(SQLModel, table=True):
    """What the bureau decided on a doubt; upheld, the visit does not count."""

    __tablename__ = "doubt_decision"
    __table_args__ = (CheckConstraint("decision_no <> ''", name="doubt_decision_no"), _OF_SCHEMA)

    doubt_no: str = key(foreign_key=f"{SCHEMA}.visit_doubt.doubt_no")
    pool: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    upheld: bool = Field(sa_type=Boolean)
    decision_no: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()


class ChronicResults(SQLModel, table=True):
    """One version of the results of chronic-disease management."""

    __tablename__ = "chronic_results"
    __table_args__ = (
        CheckConstraint("version >= 1", name="chronic_results_version"),
        CheckConstraint("document <> ''", name="chronic_results_document"),
        _OF_SCHEMA,
    )

    attribution_id: str = key(foreign_key=f"{SCHEMA}.attribution.attribution_id")
    version: int = number(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    as_of: date = Field(sa_type=Date)
    document: str = Field(sa_type=Text)
    communities: list[Any] = Field(sa_type=JSONB)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class ApgDivision(SQLModel, table=True):
    """An outpatient fund divided by APG points."""

    __tablename__ = "apg_division"
    __table_args__ = (
        CheckConstraint("until > since", name="apg_division_period"),
        CheckConstraint("fund_fen >= 0", name="apg_division_fund"),
        CheckConstraint("document <> ''", name="apg_division_document"),
        _OF_SCHEMA,
    )

    division_id: str = key()
    pool: str = Field(sa_type=Text)
    community: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    fund_fen: int = Field(sa_type=BigInteger)
    points_of: str = Field(sa_type=Text)
    points: list[Any] = Field(sa_type=JSONB)
    shares: list[Any] = Field(sa_type=JSONB)
    document: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    divided_by: str = Field(sa_type=Text)
    divided_at: datetime = moment_of_writing()


class SettlementPosting(SQLModel, table=True):
    """A settlement's amount of one insurance as settlement's ledger has booked it; once."""

    __tablename__ = "settlement_posting"
    __table_args__ = (_OF_SCHEMA,)

    settlement_id: str = key(foreign_key=f"{SCHEMA}.community_settlement.settlement_id")
    insurance_type: str = key()
    pool: str = Field(sa_type=Text)
    month: str = Field(sa_type=Text)
    payee: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    source_id: str = Field(sa_type=Text)
    corrects: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    batch_id: str = Field(sa_type=Text)
    posted_by: str = Field(sa_type=Text)
    posted_at: datetime = moment_of_writing()
