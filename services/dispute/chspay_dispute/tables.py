"""Tables that every field of dispute stands on: the docket, its history, its deadlines, its notices.

A field (cases, experts, negotiation, register) keeps its own tables in a file of its own, named here so
that Alembic sees them. Row policies, triggers and grants are in the migrations.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from chspay_kit.tables import JournalColumns, RequestOnceColumns, moment_of_writing, numbered_here

SCHEMA = "dispute"
OF_SCHEMA = {"schema": SCHEMA}
OWNERS = "owner IN ('case', 'topic')"


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = OF_SCHEMA


class JournalBatch(JournalColumns, table=True):
    """Hash chains, that of the public register among them."""

    __tablename__ = "journal_batch"
    __table_args__ = OF_SCHEMA


class Docket(SQLModel, table=True):
    """Where a case or a topic stands now: one row each, locked by every step."""

    __tablename__ = "docket"
    __table_args__ = (
        CheckConstraint(OWNERS, name="docket_owner"),
        CheckConstraint("version >= 0", name="docket_version"),
        Index(
            "docket_queue", "owner", "due_day", "owner_id", postgresql_where=text("NOT closed"),
        ),
        Index("docket_of_hospital", "hospital_code", "owner", "owner_id"),
        OF_SCHEMA,
    )  # fmt: skip

    owner: str = Field(primary_key=True, sa_type=Text)
    owner_id: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(sa_type=Text)
    version: int = Field(sa_type=BigInteger)
    closed: bool = Field()
    overdue: bool = Field()
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    entered_day: date = Field(sa_type=Date)
    due_day: date = Field(sa_type=Date)
    head: bytes = Field(sa_type=LargeBinary)
    opened_at: datetime = moment_of_writing()


class History(SQLModel, table=True):
    """Every step that was taken, chained by SM3 from the docket's first to its last; never changed.

    ``written_in`` is the transaction that wrote it: who tells others takes whole transactions in their order.
    """

    __tablename__ = "history"
    __table_args__ = (
        CheckConstraint(OWNERS, name="history_owner"),
        Index("history_of_actor", "actor", "owner", "owner_id"),
        Index("history_written", "owner", "written_in"),
        OF_SCHEMA,
    )

    owner: str = Field(primary_key=True, sa_type=Text)
    owner_id: str = Field(primary_key=True, sa_type=Text)
    seq: int = numbered_here(sa_type=BigInteger)
    event: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    payload: bytes = Field(sa_type=LargeBinary)
    previous: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    written_in: int = Field(
        sa_type=BigInteger, sa_column_kwargs={"server_default": text("(pg_current_xact_id()::text)::bigint")}
    )
    written_at: datetime = moment_of_writing()


class Deadline(SQLModel, table=True):
    """A clock that runs, ran out or was stopped; fired at most once."""

    __tablename__ = "deadline"
    __table_args__ = (
        CheckConstraint(OWNERS, name="deadline_owner"),
        CheckConstraint("kind IN ('remind', 'due')", name="deadline_kind"),
        CheckConstraint("state IN ('waiting', 'fired', 'stopped', 'failed')", name="deadline_state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="deadline_ended"),
        Index("deadline_waiting", "due_at", "deadline_id", postgresql_where=text("state = 'waiting'")),
        Index("deadline_of_owner", "owner", "owner_id", "set_by"),
        OF_SCHEMA,
    )

    deadline_id: str = Field(primary_key=True, sa_type=Text)
    owner: str = Field(sa_type=Text)
    owner_id: str = Field(sa_type=Text)
    clock: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    events: str = Field(sa_type=Text)
    set_by: int = Field(sa_type=BigInteger)
    due_day: date = Field(sa_type=Date)
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    calendar: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    left_wd: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str = Field(sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)


class Reminder(SQLModel, table=True):
    """What a clock told whom: due soon, overdue, moved on by itself."""

    __tablename__ = "reminder"
    __table_args__ = (CheckConstraint(OWNERS, name="reminder_owner"), OF_SCHEMA)

    deadline_id: str = Field(primary_key=True, sa_type=Text)
    owner: str = Field(sa_type=Text)
    owner_id: str = Field(sa_type=Text)
    clock: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    roles: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    written_at: datetime = moment_of_writing()


metadata = SQLModel.metadata
