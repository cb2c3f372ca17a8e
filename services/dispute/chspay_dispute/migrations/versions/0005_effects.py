"""The outbox of effects: what decisions move in settlement, until the statement shows it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, grant_append_only, grant_update

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FIRST = ("effect_id", "case_no", "kind", "pool", "hospital_code", "region_code", "outcome_no", "citation")
_FATE = (
    "state", "due", "next_at", "attempts", "reason", "message", "points_micro", "fen", "value_delta",
    "paid_month", "statement_run_id", "difference_id", "reclear_id",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "effect",
        *_texts(*_FIRST),
        sa.Column("content", sa.dialects.postgresql.JSONB(), nullable=False),
        *_texts("state"),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        *_texts("reason", "message"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("points_micro", "fen")),
        *_texts("value_delta", "paid_month", "statement_run_id", "difference_id", "reclear_id"),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('post', 'revoke')", name="effect_kind"),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'moved', 'refused', 'nothing')", name="effect_state"
        ),
        sa.PrimaryKeyConstraint("effect_id"),
        schema="dispute",
    )
    op.create_index("effect_of_case", "effect", ["case_no"], schema="dispute")
    op.create_index("effect_due", "effect", ["next_at"], schema="dispute", postgresql_where=sa.text("due"))
    # What was decided stays; only its fate is written on.
    grant_append_only("effect")
    grant_update("effect", *_FATE)
    enable_rls("effect", "hospital_code", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
