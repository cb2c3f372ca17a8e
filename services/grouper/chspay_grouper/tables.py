"""Tables of the grouper schema: what Alembic compares with the database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import RequestOnceColumns, moment_of_writing

SCHEMA = "grouper"
_OF_SCHEMA = {"schema": SCHEMA}


def _artefact() -> ForeignKey:
    """A reference to an artefact."""
    return ForeignKey("grouper.artefact.digest")


def _defaulted(value: str) -> dict[str, Any]:
    """What the database writes where nothing is said."""
    return {"server_default": text(value)}


class KeptArtefact(SQLModel, table=True):
    """A scheme, DIP catalogue or weight table under the SM3 of its form; a row never changes or goes.

    Published rules are public, so the table has no row policy. Of several rows of a kind with one id the
    one kept last is what the id stands for. ``version`` is the first day of use where there is no other.
    """

    __tablename__ = "artefact"
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="scheme_digest"),
        CheckConstraint("kind IN ('scheme', 'dip_catalogue', 'weight_table')", name="artefact_kind"),
        Index("artefact_of_id", "artefact_id", "sealed_at"),
        {"schema": SCHEMA},
    )

    digest: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    artefact_id: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    usage: str = Field(sa_type=Text)
    counts: dict[str, Any] = Field(sa_type=JSONB)
    content: bytes = Field(sa_type=LargeBinary)
    #: One line per repair made at import, Chinese.
    repairs: list[str] = Field(sa_type=JSONB)
    sealed_by: str = Field(sa_type=Text)
    sealed_at: datetime = Field(
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("clock_timestamp()")},
    )


class RequestOnce(RequestOnceColumns, table=True):
    """Answered imports, for repeated requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class RunStatement(SQLModel, table=True):
    """The outcome of a stored run in its canonical form; a row never changes or goes."""

    __tablename__ = "run_statement"
    __table_args__ = _OF_SCHEMA

    digest: str = Field(primary_key=True, sa_type=Text)
    artefact_digest: str = Field(sa_type=Text, sa_column_args=[_artefact()])
    content: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment_of_writing()


class LifeEvaluation(SQLModel, table=True):
    """A signed evaluation of a run; a row never changes or goes."""

    __tablename__ = "life_evaluation"
    __table_args__ = _OF_SCHEMA

    digest: str = Field(primary_key=True, sa_type=Text)
    artefact_digest: str = Field(sa_type=Text, sa_column_args=[_artefact()])
    run_digest: str = Field(sa_type=Text, sa_column_args=[ForeignKey("grouper.run_statement.digest")])
    content: bytes = Field(sa_type=LargeBinary)
    signature: bytes = Field(sa_type=LargeBinary)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment_of_writing()


class LifeRecord(SQLModel, table=True):
    """One signed step of a life; a row never changes or goes.

    The database itself refuses a publication that refers to no run or no evaluation.
    """

    __tablename__ = "life_record"
    __table_args__ = (
        CheckConstraint("event IN ('seal', 'trial', 'publish', 'retire')", name="scheme_record_event"),
        CheckConstraint(
            "event <> 'publish' OR (run_digest IS NOT NULL AND evaluation_digest IS NOT NULL)",
            name="scheme_record_founded",
        ),
        UniqueConstraint("artefact_digest", "number", name="life_record_number"),
        {"schema": SCHEMA},
    )

    digest: str = Field(primary_key=True, sa_type=Text)
    artefact_digest: str = Field(sa_type=Text, sa_column_args=[_artefact()])
    number: int = Field(sa_type=Integer)
    event: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    run_digest: str | None = Field(
        default=None, sa_type=Text, sa_column_args=[ForeignKey("grouper.run_statement.digest")]
    )
    evaluation_digest: str | None = Field(
        default=None, sa_type=Text, sa_column_args=[ForeignKey("grouper.life_evaluation.digest")]
    )
    content: bytes = Field(sa_type=LargeBinary)
    signature: bytes = Field(sa_type=LargeBinary)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment_of_writing()


class GroupRun(SQLModel, table=True):
    """A stored run: whose it is, what it groups by, how far it is."""

    __tablename__ = "group_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploading', 'pending', 'running', 'done', 'failed', 'cancelled')",
            name="group_run_state",
        ),
        CheckConstraint(
            "kind = 'measure' OR (kind IN ('scheme', 'dip_catalogue', 'weight_table')"
            " AND scheme_digest IS NOT NULL)",
            name="group_run_kind",
        ),
        Index("group_run_of_state", "state", "created_at"),
        {"schema": SCHEMA},
    )

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    scheme_id: str = Field(sa_type=Text)
    #: What is grouped or weighed by, by its digest; a run that measures weights has none.
    scheme_digest: str | None = Field(default=None, sa_type=Text, sa_column_args=[_artefact()])
    #: The run whose cases are grouped: its own id, or an earlier run.
    cases_of: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    done: int = Field(sa_type=BigInteger)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    statement_digest: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
    #: The kind of what is run: ``scheme``, ``dip_catalogue``, ``weight_table``, or ``measure``.
    kind: str = Field(sa_type=Text, sa_column_kwargs=_defaulted("'scheme'"))
    #: What a measuring was asked for, canonical JSON.
    asked: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=_defaulted("''::bytea"))
    #: When its cases and answers were deleted because their time was over; the statement stays.
    swept_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class GroupRunCases(SQLModel, table=True):
    """A chunk of uploaded cases: an Arrow stream of the columns grouping reads, and nothing else."""

    __tablename__ = "group_run_cases"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    part_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    chunk_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    rows: int = Field(sa_type=Integer)
    cases: bytes = Field(sa_type=LargeBinary)


class GroupRunAnswers(SQLModel, table=True):
    """The answers of one chunk, as an Arrow stream, row for row."""

    __tablename__ = "group_run_answers"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    part_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    chunk_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    rows: int = Field(sa_type=Integer)
    answers: bytes = Field(sa_type=LargeBinary)


metadata = SQLModel.metadata
