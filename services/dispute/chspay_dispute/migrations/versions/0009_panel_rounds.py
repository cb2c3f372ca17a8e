"""Rounds of voting: a member who is replaced voids the votes before, which stay on file"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import grant_update

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = "panel_vote_pkey"


def upgrade() -> None:
    for table in ("panel", "panel_vote"):
        op.add_column(
            table,
            sa.Column("vote_round", sa.Integer(), server_default=sa.text("0"), nullable=False),
            schema="dispute",
        )
        op.alter_column(table, "vote_round", server_default=None, schema="dispute")
    op.add_column(
        "panel",
        sa.Column("dropped", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        schema="dispute",
    )
    op.alter_column("panel", "dropped", server_default=None, schema="dispute")
    op.drop_constraint(_KEY, "panel_vote", schema="dispute", type_="primary")
    op.create_primary_key(_KEY, "panel_vote", ["panel_id", "token", "vote_round"], schema="dispute")
    grant_update("panel", "vote_round", "dropped")


def downgrade() -> None:
    op.drop_constraint(_KEY, "panel_vote", schema="dispute", type_="primary")
    op.create_primary_key(_KEY, "panel_vote", ["panel_id", "token"], schema="dispute")
    op.drop_column("panel", "dropped", schema="dispute")
    for table in ("panel_vote", "panel"):
        op.drop_column(table, "vote_round", schema="dispute")
