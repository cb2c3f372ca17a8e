"""Annual clearings with their life, facts, figures and statements; re-clearings; payment orders"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_order",
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("lines >= 1 AND total_fen > 0", name="payment_order_something"),
        sa.PrimaryKeyConstraint("order_no"),
        schema="settlement",
    )
    op.create_index(
        "payment_order_number", "payment_order", ["pool", "year", "number"], unique=True, schema="settlement"
    )
    op.create_table(
        "reclear_effect",
        sa.Column("reclear_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("removed_micro", sa.BigInteger(), nullable=False),
        sa.Column("fund_before_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_after_fen", sa.BigInteger(), nullable=False),
        sa.Column("assessed_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reclear_id", "hospital_code"),
        schema="settlement",
    )
    op.create_table(
        "reclearing",
        sa.Column("reclear_id", sa.Text(), nullable=False),
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_micro", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("committed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('drafted', 'committed', 'withdrawn')", name="reclearing_state"),
        sa.CheckConstraint("committed_by <> created_by", name="reclearing_two_persons"),
        sa.PrimaryKeyConstraint("reclear_id"),
        schema="settlement",
    )
    op.create_index(
        "reclearing_standing",
        "reclearing",
        ["clearing_id"],
        unique=True,
        schema="settlement",
        postgresql_where=sa.text("state = 'drafted'"),
    )
    op.create_table(
        "year_clearing",
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("scheme_digest", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_version", sa.Integer(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("actual_fen", sa.BigInteger(), nullable=False),
        sa.Column("terminated_fen", sa.BigInteger(), nullable=False),
        sa.Column("shared_fen", sa.BigInteger(), nullable=False),
        sa.Column("withheld_fen", sa.BigInteger(), nullable=False),
        sa.Column("decision_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_micro", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("table_digest", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("statements_digest", sa.Text(), nullable=False),
        sa.Column("rules_used", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("accounts_version", sa.Integer(), nullable=False),
        sa.Column("decision_no", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("failure_reason", sa.Text(), nullable=False),
        sa.Column("failure_message", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'trial', 'reviewed', 'approved', 'published', 'closed', 'returned',"
            " 'failed')",
            name="year_clearing_state",
        ),
        sa.PrimaryKeyConstraint("clearing_id"),
        schema="settlement",
    )
    op.create_index(
        "year_clearing_standing",
        "year_clearing",
        ["pool", "year"],
        unique=True,
        schema="settlement",
        postgresql_where=sa.text("state NOT IN ('returned', 'failed')"),
    )
    op.create_table(
        "year_event",
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("decision_no", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("number >= 1", name="year_event_number"),
        sa.PrimaryKeyConstraint("clearing_id", "number"),
        schema="settlement",
    )
    op.create_table(
        "year_fact",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("citation <> ''", name="year_fact_citation"),
        sa.CheckConstraint("kind IN ('standing', 'score', 'audit')", name="year_fact_kind"),
        sa.PrimaryKeyConstraint("pool", "year", "number"),
        schema="settlement",
    )
    op.create_table(
        "year_hospital",
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("points_micro", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=False),
        sa.Column("actual_fen", sa.BigInteger(), nullable=False),
        sa.Column("target_fen", sa.BigInteger(), nullable=False),
        sa.Column("shared_fen", sa.BigInteger(), nullable=False),
        sa.Column("withheld_fen", sa.BigInteger(), nullable=False),
        sa.Column("gained_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("assessed_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("audit_fen", sa.BigInteger(), nullable=False),
        sa.Column("prepaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("retained_fen", sa.BigInteger(), nullable=False),
        sa.Column("advance_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "balance_fen = fund_fen - assessed_fen - audit_fen - prepaid_fen - advance_fen",
            name="year_hospital_balance",
        ),
        sa.PrimaryKeyConstraint("clearing_id", "hospital_code"),
        schema="settlement",
    )
    op.create_table(
        "year_input",
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clearing_id"),
        schema="settlement",
    )
    op.create_table(
        "year_statement",
        sa.Column("clearing_id", sa.Text(), nullable=False),
        sa.Column("hospital_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clearing_id", "hospital_code"),
        schema="settlement",
    )


def downgrade() -> None:
    op.drop_table("year_statement", schema="settlement")
    op.drop_table("year_input", schema="settlement")
    op.drop_table("year_hospital", schema="settlement")
    op.drop_table("year_fact", schema="settlement")
    op.drop_table("year_event", schema="settlement")
    op.drop_index(
        "year_clearing_standing",
        table_name="year_clearing",
        schema="settlement",
        postgresql_where=sa.text("state NOT IN ('returned', 'failed')"),
    )
    op.drop_table("year_clearing", schema="settlement")
    op.drop_index(
        "reclearing_standing",
        table_name="reclearing",
        schema="settlement",
        postgresql_where=sa.text("state = 'drafted'"),
    )
    op.drop_table("reclearing", schema="settlement")
    op.drop_table("reclear_effect", schema="settlement")
    op.drop_index("payment_order_number", table_name="payment_order", schema="settlement")
    op.drop_table("payment_order", schema="settlement")
