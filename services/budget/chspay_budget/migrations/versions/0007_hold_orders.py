"""The outbox of holds: what settlement is asked to place or release, written with the step that decided it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chspay_kit.ddl import enable_rls, grant_append_only, grant_update

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_order",
        *_texts("order_id", "finding_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("pool", "kind"),
        sa.Column("content", JSONB(), nullable=False),
        *_texts("state"),
        sa.Column("outcome", JSONB(), nullable=False),
        *_texts("reason", "message"),
        sa.Column("ordered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('place', 'release')", name="hold_order_kind"),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused')", name="hold_order_state"),
        sa.CheckConstraint("(state = 'refused') = (reason <> '')", name="hold_order_reason"),
        sa.ForeignKeyConstraint(
            ["finding_id", "number"],
            ["budget.watch_step.finding_id", "budget.watch_step.number"],
            name="hold_order_of_step",
        ),
        sa.PrimaryKeyConstraint("order_id"),
        sa.UniqueConstraint("finding_id", "number", name="hold_order_once_a_step"),
        schema="budget",
    )
    op.create_index(
        "hold_order_waiting", "hold_order", ["ordered_at"], schema="budget",
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    # What was decided stays; only what settlement answered is written on.
    grant_append_only("hold_order")
    grant_update("hold_order", "state", "outcome", "reason", "message")
    enable_rls("hold_order", region_column="pool")
    _answered_once()


def downgrade() -> None:
    op.drop_table("hold_order", schema="budget")
    op.execute("DROP FUNCTION budget.hold_answered_once")


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _answered_once() -> None:
    """What settlement answered is never written over, whatever a program does."""
    op.execute("""
        CREATE FUNCTION budget.hold_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.state <> 'waiting' THEN
            RAISE EXCEPTION 'order % is answered', OLD.order_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER hold_answered_once BEFORE UPDATE ON budget.hold_order"
        " FOR EACH ROW EXECUTE FUNCTION budget.hold_answered_once()"
    )
