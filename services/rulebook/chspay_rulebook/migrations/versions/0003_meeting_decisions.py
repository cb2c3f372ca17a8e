"""Decisions of the joint settlement meeting"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("region_code", "decision_no", "title")
    op.create_table(
        "meeting_decision",
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("decided", sa.Date(), nullable=False),
        sa.Column("members", JSONB(), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("decision_no <> '' AND title <> ''", name="meeting_decision_said"),
        sa.PrimaryKeyConstraint("region_code", "decision_no"),
        schema="rulebook",
    )
    grant_append_only("meeting_decision")
    forbid_update_delete("meeting_decision")
    enable_rls("meeting_decision", region_column="region_code")


def downgrade() -> None:
    op.drop_table("meeting_decision", schema="rulebook")
