"""Tables of the rulebook schema: what Alembic compares with the database.

Row policies, triggers, grants and the exclusion of overlapping days stand in the migrations.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import JournalColumns, RequestOnceColumns, moment_of_writing

SCHEMA = "rulebook"
_OF_SCHEMA = {"schema": SCHEMA}


class SealedBundle(SQLModel, table=True):
    """A policy bundle that was used once; its content is kept for ever under its SM3.

    The law is public, so the table has no row policy; nobody may change or remove a row.
    """

    __tablename__ = "sealed_bundle"
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="sealed_bundle_digest"),
        Index("sealed_bundle_of_place", "place", "sealed_at"),
        _OF_SCHEMA,
    )

    digest: str = Field(primary_key=True, sa_type=Text)
    place: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    sealed_at: datetime = moment_of_writing()


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class JournalBatch(JournalColumns, table=True):
    """Every step of every amendment, one hash chain per place."""

    __tablename__ = "journal_batch"
    __table_args__ = _OF_SCHEMA


class Amendment(SQLModel, table=True):
    """An amendment as it was filed; never changed."""

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint("id ~ '^[a-z0-9][a-z0-9-]{0,63}$'", name="amendment_id"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="amendment_digest"),
        _OF_SCHEMA,
    )

    id: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    decision: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided: date = Field(sa_type=Date)
    begins: date = Field(sa_type=Date)
    new_from: date | None = Field(default=None, sa_type=Date, nullable=True)
    content: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)


class AmendmentStep(SQLModel, table=True):
    """A step in the life of an amendment; each is taken once, and the first three by three persons."""

    __tablename__ = "amendment_step"
    __table_args__ = (
        ForeignKeyConstraint(["amendment_id"], [f"{SCHEMA}.amendment.id"], name="amendment_step_of"),
        CheckConstraint(
            "state IN ('draft', 'reviewed', 'approved', 'published', 'withdrawn')",
            name="amendment_step_state",
        ),
        CheckConstraint("done_by <> ''", name="amendment_step_done_by"),
        Index(
            "amendment_step_by_three",
            "amendment_id",
            "done_by",
            unique=True,
            postgresql_where=text("state IN ('draft', 'reviewed', 'approved')"),
        ),
        _OF_SCHEMA,
    )

    amendment_id: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    done_by: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    done_at: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("clock_timestamp()")}
    )


class Publication(SQLModel, table=True):
    """A published amendment. It is law, so everybody sees it; the number is the order of application."""

    __tablename__ = "publication"
    __table_args__ = (
        ForeignKeyConstraint(["amendment_id"], [f"{SCHEMA}.amendment.id"], name="publication_of"),
        UniqueConstraint("amendment_id", name="publication_once"),
        Index("publication_of_place", "place", "number"),
        _OF_SCHEMA,
    )

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    amendment_id: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    begins: date = Field(sa_type=Date)
    published_at: datetime = moment_of_writing()


class Retraction(SQLModel, table=True):
    """A published amendment that was taken back before it took effect."""

    __tablename__ = "retraction"
    __table_args__ = (
        ForeignKeyConstraint(["amendment_id"], [f"{SCHEMA}.publication.amendment_id"], name="retraction_of"),
        _OF_SCHEMA,
    )

    amendment_id: str = Field(primary_key=True, sa_type=Text)
    retracted_at: datetime = moment_of_writing()


class InstitutionRow(SQLModel, table=True):
    """What an institution was from ``since`` up to, not including, ``until``.

    A change never edits a row: it marks the rows it touches as superseded and writes what stands now.
    No two standing rows of an institution share a day.
    """

    __tablename__ = "institution"
    __table_args__ = (
        CheckConstraint("kind IN ('hospital', 'clinic', 'pharmacy')", name="institution_kind"),
        CheckConstraint("level IN (1, 2, 3, 9)", name="institution_level"),
        CheckConstraint("(kind = 'hospital') OR level = 9", name="institution_level_of_kind"),
        CheckConstraint("community_role IN ('', 'lead', 'member')", name="institution_community_role"),
        CheckConstraint("(community = '') = (community_role = '')", name="institution_community"),
        CheckConstraint("agreement IN ('active', 'suspended', 'terminated')", name="institution_agreement"),
        CheckConstraint("until IS NULL OR since < until", name="institution_days"),
        CheckConstraint("(superseded_at IS NULL) = (superseded_by IS NULL)", name="institution_superseded"),
        Index("institution_of_place", "region_code", "hospital_code", "since"),
        Index(
            "institution_standing",
            "hospital_code",
            "since",
            postgresql_where=text("superseded_at IS NULL"),
        ),
        _OF_SCHEMA,
    )

    row_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    hospital_code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    level: int = Field(sa_type=SmallInteger)
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    community: str = Field(sa_type=Text)
    community_role: str = Field(sa_type=Text)
    agreement: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date, nullable=True)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("clock_timestamp()")}
    )
    superseded_by: str | None = Field(default=None, sa_type=Text, nullable=True)
    superseded_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


class MeetingDecision(SQLModel, table=True):
    """A decision of the joint settlement meeting 联席会议, as it was recorded."""

    __tablename__ = "meeting_decision"
    __table_args__ = (
        CheckConstraint("decision_no <> '' AND title <> ''", name="meeting_decision_said"),
        _OF_SCHEMA,
    )

    region_code: str = Field(primary_key=True, sa_type=Text)
    decision_no: str = Field(primary_key=True, sa_type=Text)
    title: str = Field(sa_type=Text)
    decided: date = Field(sa_type=Date)
    members: list[dict[str, str]] = Field(sa_type=JSONB)
    items: list[dict[str, str]] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment_of_writing()


metadata = SQLModel.metadata
