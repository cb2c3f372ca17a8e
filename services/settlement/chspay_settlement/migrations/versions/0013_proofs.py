"""The tree that proves a run's totals is kept with it, for those who may see every hospital's sums"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_proof",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        schema="settlement",
    )
    grant_append_only("run_proof")
    forbid_update_delete("run_proof")
    # Only who may see the whole pool: the seed opens every hospital's leaves.
    enable_rls("run_proof", "", "pool")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
