"""The life of schemes, and stored runs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_rw

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RECORDS = ("run_statement", "scheme_evaluation", "scheme_record")
_RUNS = ("group_run", "group_run_cases", "group_run_answers")


def upgrade() -> None:
    _records()
    _runs()
    for table in _RECORDS:
        grant_append_only(table)
        forbid_update_delete(table)
    grant_rw("group_run")
    grant_append_only("group_run_cases")
    grant_append_only("group_run_answers")
    for table in _RUNS:
        enable_rls(table, "hospital_code", "region_code")


def downgrade() -> None:
    for table in (*reversed(_RUNS), *reversed(_RECORDS)):
        op.drop_table(table, schema="grouper")


def _text(name: str, *references: sa.ForeignKey, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *references, nullable=nullable)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _scheme() -> sa.ForeignKey:
    return sa.ForeignKey("grouper.scheme.digest")


def _records() -> None:
    op.create_table(
        "run_statement",
        _text("digest"),
        _text("scheme_digest", _scheme()),
        _bytes("content"),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("digest"),
        schema="grouper",
    )
    op.create_table(
        "scheme_evaluation",
        _text("digest"),
        _text("scheme_digest", _scheme()),
        _text("run_digest", sa.ForeignKey("grouper.run_statement.digest")),
        _bytes("content"),
        _bytes("signature"),
        _text("recorded_by"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("digest"),
        schema="grouper",
    )
    op.create_table(
        "scheme_record",
        _text("digest"),
        _text("scheme_digest", _scheme()),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("event"),
        sa.Column("since", sa.Date(), nullable=False),
        _text("run_digest", sa.ForeignKey("grouper.run_statement.digest"), nullable=True),
        _text("evaluation_digest", sa.ForeignKey("grouper.scheme_evaluation.digest"), nullable=True),
        _bytes("content"),
        _bytes("signature"),
        _text("recorded_by"),
        _instant("recorded_at"),
        sa.CheckConstraint("event IN ('seal', 'trial', 'publish', 'retire')", name="scheme_record_event"),
        sa.CheckConstraint(
            "event <> 'publish' OR (run_digest IS NOT NULL AND evaluation_digest IS NOT NULL)",
            name="scheme_record_founded",
        ),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("scheme_digest", "number", name="scheme_record_number"),
        schema="grouper",
    )


def _runs() -> None:
    op.create_table(
        "group_run",
        _text("run_id"),
        _text("hospital_code"),
        _text("region_code"),
        _text("scheme_id"),
        _text("scheme_digest", _scheme()),
        _text("cases_of"),
        _text("state"),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        _text("failure_reason"),
        _text("failure_message"),
        _text("statement_digest"),
        _text("started_by"),
        _instant("created_at"),
        sa.CheckConstraint(
            "state IN ('uploading', 'pending', 'running', 'done', 'failed', 'cancelled')",
            name="group_run_state",
        ),
        sa.PrimaryKeyConstraint("run_id"),
        schema="grouper",
    )
    op.create_index("group_run_of_state", "group_run", ["state", "created_at"], schema="grouper")
    for table, content in (("group_run_cases", "cases"), ("group_run_answers", "answers")):
        op.create_table(
            table,
            _text("run_id"),
            sa.Column("part_no", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("chunk_no", sa.Integer(), autoincrement=False, nullable=False),
            _text("hospital_code"),
            _text("region_code"),
            sa.Column("rows", sa.Integer(), nullable=False),
            _bytes(content),
            sa.PrimaryKeyConstraint("run_id", "part_no", "chunk_no"),
            schema="grouper",
        )
