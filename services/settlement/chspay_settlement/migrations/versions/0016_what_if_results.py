"""Simulations that somebody asked to keep"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "what_if_result",
        sa.Column("what_if_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("what_if_id"),
        schema="settlement",
    )
    grant_append_only("what_if_result")
    forbid_update_delete("what_if_result")
    # No policy for hospitals: who loses is not told before anybody has signed.
    enable_rls("what_if_result", "", "pool")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
