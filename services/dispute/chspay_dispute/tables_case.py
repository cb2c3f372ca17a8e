"""Tables of cases: what was filed, what was attached, decided and signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_dispute.tables import OF_SCHEMA, SCHEMA
from chspay_kit.tables import moment_of_writing, numbered_here


class Dispute(SQLModel, table=True):
    """A case as it was filed; where it stands is in its docket."""

    __tablename__ = "dispute_case"
    __table_args__ = (
        CheckConstraint("type IN ('T1', 'T2', 'T3', 'T4', 'T5', 'T7')", name="case_type"),
        CheckConstraint("approved IN ('', 'yes', 'no')", name="case_approved"),
        CheckConstraint("disputed_fen >= 0", name="case_disputed"),
        Index("case_standing", "hospital_code", "type", "list_id", "subject_ref", unique=True,
              postgresql_where=text("standing")),
        Index("case_of_cycle", "pool", "cycle", "hospital_code"),
        OF_SCHEMA,
    )  # fmt: skip

    case_no: str = Field(primary_key=True, sa_type=Text)
    type: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    list_id: str = Field(sa_type=Text)
    subject_ref: str = Field(sa_type=Text)
    cycle: str = Field(sa_type=Text)
    year: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    drg: str = Field(sa_type=Text)
    cost_fen: int = Field(sa_type=BigInteger)
    disputed_fen: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    new_tech: bool = Field()
    no_review: str = Field(sa_type=Text)
    content_digest: str = Field(sa_type=Text)
    policy_digest: str = Field(sa_type=Text)
    supplements: int = Field(sa_type=BigInteger)
    lacking: list[Any] = Field(sa_type=JSONB)
    standing: bool = Field()
    quota_taken: bool = Field()
    swapped: bool = Field()
    approved: str = Field(sa_type=Text)
    publication: str = Field(sa_type=Text)
    filed_by: str = Field(sa_type=Text)
    filed_day: date = Field(sa_type=Date)
    filed_at: datetime = moment_of_writing()


class CaseDecision(SQLModel, table=True):
    """What was decided of a case; at most one stands, the others were put aside."""

    __tablename__ = "case_decision"
    __table_args__ = (
        Index("case_decision_standing", "case_no", unique=True, postgresql_where=text("NOT dropped")),
        OF_SCHEMA,
    )

    case_no: str = Field(primary_key=True, sa_type=Text, foreign_key=f"{SCHEMA}.dispute_case.case_no")
    seq: int = numbered_here(sa_type=BigInteger)
    decision_no: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    points_micro: int | None = Field(default=None, sa_type=BigInteger)
    delta_points_micro: int | None = Field(default=None, sa_type=BigInteger)
    delta_fen: int | None = Field(default=None, sa_type=BigInteger)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    policy_digest: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    dropped: bool = Field()
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()


class DecisionSignature(SQLModel, table=True):
    """A person's name under a decision."""

    __tablename__ = "decision_signature"
    __table_args__ = OF_SCHEMA

    case_no: str = Field(primary_key=True, sa_type=Text, foreign_key=f"{SCHEMA}.dispute_case.case_no")
    seq: int = numbered_here(sa_type=BigInteger)
    signer: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    signed_at: datetime = moment_of_writing()


class Attachment(SQLModel, table=True):
    """A paper of a case with its bytes and their SM3; never changed."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size > 0 AND size = length(content)", name="attachment_size"),
        Index("attachment_of_case", "case_no", "attachment_id"),
        OF_SCHEMA,
    )

    attachment_id: str = Field(primary_key=True, sa_type=Text)
    case_no: str = Field(sa_type=Text, foreign_key=f"{SCHEMA}.dispute_case.case_no")
    kind: str = Field(sa_type=Text)
    file_name: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    digest: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    for_reviewers: bool = Field()
    role: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()
