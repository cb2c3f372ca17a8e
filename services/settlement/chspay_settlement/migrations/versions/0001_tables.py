"""First tables of settlement"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hospital",
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("level IN (1, 2, 3, 9)", name="hospital_level"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="hospital_days"),
        sa.PrimaryKeyConstraint("hospital_code", "since"),
        schema="settlement",
    )
    op.create_table(
        "journal_batch",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq"),
        schema="settlement",
    )
    op.create_table(
        "ledger_account",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
        schema="settlement",
    )
    op.create_table(
        "list_head",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("discharge_date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("settle_period", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.CheckConstraint("mark IN ('', 'late', 'difference')", name="list_head_mark"),
        sa.PrimaryKeyConstraint("list_id"),
        schema="settlement",
    )
    op.create_index(
        "list_head_of_hospital",
        "list_head",
        ["hospital_code", "discharge_date", "list_id"],
        unique=False,
        schema="settlement",
    )
    op.create_index(
        "list_head_of_month", "list_head", ["pool", "settle_period"], unique=False, schema="settlement"
    )
    op.create_table(
        "list_sealed",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("list_id", "version"),
        schema="settlement",
    )
    op.create_table(
        "list_version",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("admission_date", sa.Date(), nullable=True),
        sa.Column("discharge_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.SmallInteger(), nullable=False),
        sa.Column("age_years", sa.Integer(), nullable=True),
        sa.Column("age_days", sa.Integer(), nullable=True),
        sa.Column("newborn_weight_g", sa.Integer(), nullable=True),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("los_days", sa.Integer(), nullable=True),
        sa.Column("leaving_type", sa.Text(), nullable=False),
        sa.Column("icu_hours", sa.Integer(), nullable=True),
        sa.Column("diagnoses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("procedures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("total_cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("insured_region", sa.Text(), nullable=False),
        sa.Column("insurance_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mdc", sa.Text(), nullable=False),
        sa.Column("adrg", sa.Text(), nullable=False),
        sa.Column("drg", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scheme_digest", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_from", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "version"),
        schema="settlement",
    )
    op.create_table(
        "month_run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("scheme_digest", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_version", sa.Integer(), nullable=False),
        sa.Column("decision_no", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_micro", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("statements_digest", sa.Text(), nullable=False),
        sa.Column("rules_used", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("failure_reason", sa.Text(), nullable=False),
        sa.Column("failure_message", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'running', 'done', 'failed')", name="month_run_state"),
        sa.PrimaryKeyConstraint("run_id"),
        schema="settlement",
    )
    op.create_index("month_run_of_pool", "month_run", ["pool", "period"], unique=False, schema="settlement")
    op.create_table(
        "pool_month",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('starting', 'closing', 'closed')", name="pool_month_state"),
        sa.PrimaryKeyConstraint("pool", "period"),
        schema="settlement",
    )
    op.create_table(
        "posting_batch",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id"),
        schema="settlement",
    )
    op.create_table(
        "request_once",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="settlement",
    )
    op.create_table(
        "run_case",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("drg", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scheme_digest", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("los_days", sa.Integer(), nullable=True),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=True),
        sa.Column("excluded", sa.Text(), server_default="", nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "hospital_code", "case_id"),
        schema="settlement",
        postgresql_with={"fillfactor": "60"},
    )
    op.create_table(
        "run_hospital",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital_code"),
        schema="settlement",
    )
    op.create_table(
        "run_table",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        schema="settlement",
    )
    op.create_table(
        "statement",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("hospital_name", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("prepaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("retained_fen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital_code"),
        schema="settlement",
    )
    op.create_table(
        "posting",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name="posting_not_zero"),
        sa.ForeignKeyConstraint(
            ["account"], ["settlement.ledger_account.account"], name="posting_of_account"
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["settlement.posting_batch.batch_id"], name="posting_of_batch"),
        sa.PrimaryKeyConstraint("batch_id", "line_no"),
        schema="settlement",
    )
    op.create_index("posting_of_account_lines", "posting", ["account"], unique=False, schema="settlement")


def downgrade() -> None:
    op.drop_table("posting", schema="settlement")
    op.drop_table("posting_batch", schema="settlement")
    op.drop_table("ledger_account", schema="settlement")
    op.drop_table("hospital", schema="settlement")
    op.drop_table("journal_batch", schema="settlement")
    op.drop_table("list_head", schema="settlement")
    op.drop_table("list_sealed", schema="settlement")
    op.drop_table("list_version", schema="settlement")
    op.drop_table("month_run", schema="settlement")
    op.drop_table("pool_month", schema="settlement")
    op.drop_table("request_once", schema="settlement")
    op.drop_table("run_case", schema="settlement")
    op.drop_table("run_hospital", schema="settlement")
    op.drop_table("run_table", schema="settlement")
    op.drop_table("statement", schema="settlement")
