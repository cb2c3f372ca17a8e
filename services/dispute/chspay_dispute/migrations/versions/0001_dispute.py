"""The docket of cases and topics, its history, its deadlines and reminders"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import (
    enable_rls,
    forbid_update_delete,
    grant_append_only,
    grant_once,
    grant_update,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWNERS = "owner IN ('case', 'topic')"
_TABLES = ("docket", "history", "deadline", "reminder")


def upgrade() -> None:
    _shared()
    _docket()
    _history()
    _deadlines()
    grant_once()
    for table in ("journal_batch", "history", "reminder"):
        grant_append_only(table)
        forbid_update_delete(table)
    grant_append_only("docket")
    grant_update("docket", "state", "version", "closed", "overdue", "entered_day", "due_day", "head")
    grant_append_only("deadline")
    grant_update("deadline", "state", "left_wd", "outcome", "ended_at")
    for table in _TABLES:
        enable_rls(table, "hospital_code", "region_code")
    _held()


def downgrade() -> None:
    for table in (*reversed(_TABLES), "journal_batch", "request_once"):
        op.execute(f"DROP TABLE IF EXISTS dispute.{table} CASCADE")
    for function in ("forward_only", "ended_once", "refuse_change"):
        op.execute(f"DROP FUNCTION dispute.{function}")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [_text(name) for name in names]


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _bool(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _written(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _shared() -> None:
    op.create_table(
        "request_once",
        *(_text("subject"), _text("request_id"), _text("method"), _bytes("body_hash")),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _written("created_at"),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="dispute",
    )
    op.create_table(
        "journal_batch",
        *(_text("stream"), sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False)),
        *(_bytes("previous"), _bytes("payload"), _bytes("hash"), _written("created_at")),
        sa.PrimaryKeyConstraint("stream", "seq"),
        schema="dispute",
    )


def _docket() -> None:
    op.create_table(
        "docket",
        *_texts("owner", "owner_id", "state"),
        *(_big("version"), _bool("closed"), _bool("overdue")),
        *_texts("hospital_code", "region_code", "pool"),
        *(_day("entered_day"), _day("due_day"), _bytes("head"), _written("opened_at")),
        sa.CheckConstraint(_OWNERS, name="docket_owner"),
        sa.CheckConstraint("version >= 0", name="docket_version"),
        sa.PrimaryKeyConstraint("owner", "owner_id"),
        schema="dispute",
    )
    op.create_index(
        "docket_queue", "docket", ["owner", "due_day", "owner_id"], schema="dispute",
        postgresql_where=sa.text("NOT closed"),
    )  # fmt: skip
    op.create_index("docket_of_hospital", "docket", ["hospital_code", "owner", "owner_id"], schema="dispute")


def _history() -> None:
    op.create_table(
        "history",
        *_texts("owner", "owner_id"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("event", "source", "target", "role", "actor"),
        _day("day"),
        *_texts("hospital_code", "region_code"),
        *(_bytes("payload"), _bytes("previous"), _bytes("hash"), _written("written_at")),
        sa.CheckConstraint(_OWNERS, name="history_owner"),
        sa.PrimaryKeyConstraint("owner", "owner_id", "seq"),
        schema="dispute",
    )
    op.create_index("history_of_actor", "history", ["actor", "owner", "owner_id"], schema="dispute")


def _deadlines() -> None:
    op.create_table(
        "deadline",
        *_texts("deadline_id", "owner", "owner_id", "clock", "kind", "events"),
        *(_big("set_by"), _day("due_day")),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        *(*_texts("calendar", "state"), _big("left_wd", nullable=True), _text("outcome")),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_texts("hospital_code", "region_code"),
        sa.CheckConstraint(_OWNERS, name="deadline_owner"),
        sa.CheckConstraint("kind IN ('remind', 'due')", name="deadline_kind"),
        sa.CheckConstraint("state IN ('waiting', 'fired', 'stopped', 'failed')", name="deadline_state"),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="deadline_ended"),
        sa.PrimaryKeyConstraint("deadline_id"),
        schema="dispute",
    )
    op.create_index(
        "deadline_waiting", "deadline", ["due_at", "deadline_id"], schema="dispute",
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_index("deadline_of_owner", "deadline", ["owner", "owner_id", "set_by"], schema="dispute")
    op.create_table(
        "reminder",
        *_texts("deadline_id", "owner", "owner_id", "clock", "kind", "roles"),
        _day("day"),
        *_texts("hospital_code", "region_code"),
        _written("written_at"),
        sa.CheckConstraint(_OWNERS, name="reminder_owner"),
        sa.PrimaryKeyConstraint("deadline_id"),
        schema="dispute",
    )


def _held() -> None:
    """A docket only goes forward by the step its history has, a deadline ends once: against everybody."""
    op.execute("""
        CREATE FUNCTION dispute.forward_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR NEW.version < OLD.version
             OR (NEW.version = OLD.version AND (NEW.state, NEW.head) <> (OLD.state, OLD.head))
             OR (OLD.closed AND NEW.version > OLD.version) THEN
            RAISE EXCEPTION '% % does not go back', OLD.owner, OLD.owner_id
              USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.version > OLD.version AND NOT EXISTS (SELECT FROM dispute.history h
              WHERE (h.owner, h.owner_id, h.seq) = (NEW.owner, NEW.owner_id, NEW.version)
                AND (h.source, h.target) = (OLD.state, NEW.state)
                AND (h.previous, h.hash) = (OLD.head, NEW.head)) THEN
            RAISE EXCEPTION 'the history of % % has no such step', NEW.owner, NEW.owner_id
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute("""
        CREATE FUNCTION dispute.ended_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.state <> 'waiting' THEN
            RAISE EXCEPTION 'deadline % has ended', OLD.deadline_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    for table, function in (("docket", "forward_only"), ("deadline", "ended_once")):
        op.execute(
            f"CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON dispute.{table}"
            f" FOR EACH ROW EXECUTE FUNCTION dispute.{function}()"
        )
