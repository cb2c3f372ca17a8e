"""What each group added up to when a run measured it, so that its figures open without its cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_group",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("drg", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("squares", sa.Numeric(), nullable=False),
        sa.Column("kept_start", sa.BigInteger(), nullable=False),
        sa.Column("kept_above_fen", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("kept_fen", sa.BigInteger(), nullable=False),
        sa.Column("kept_squares", sa.Numeric(), nullable=False),
        sa.Column("middle_fen", sa.BigInteger(), nullable=False),
        sa.Column("below_middle", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "drg"),
        schema="settlement",
    )
    grant_append_only("run_group")
    forbid_update_delete("run_group")
    # The published table tells what a pool makes public; sums over all of its cases are the bureau's.
    enable_rls("run_group", "", "pool")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
