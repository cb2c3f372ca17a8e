"""Sealed grouping schemes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import forbid_update_delete, grant_append_only, grant_once

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheme",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("repairs", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_by", sa.Text(), nullable=False),
        sa.Column(
            "sealed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="scheme_digest"),
        sa.PrimaryKeyConstraint("digest"),
        schema="grouper",
    )
    op.create_index("scheme_of_id", "scheme", ["scheme_id", "sealed_at"], schema="grouper")
    grant_append_only("scheme")
    forbid_update_delete("scheme")
    op.create_table(
        "request_once",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="grouper",
    )
    grant_once()


def downgrade() -> None:
    op.drop_table("request_once", schema="grouper")
    op.drop_table("scheme", schema="grouper")
