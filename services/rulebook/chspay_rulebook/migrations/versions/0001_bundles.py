"""Sealed policy bundles"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import forbid_update_delete, grant_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_bundle",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="sealed_bundle_digest"),
        sa.PrimaryKeyConstraint("digest"),
        schema="rulebook",
    )
    op.create_index("sealed_bundle_of_place", "sealed_bundle", ["place", "sealed_at"], schema="rulebook")
    grant_append_only("sealed_bundle")
    forbid_update_delete("sealed_bundle")


def downgrade() -> None:
    op.drop_table("sealed_bundle", schema="rulebook")
