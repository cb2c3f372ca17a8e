"""The transaction that wrote a step, so that steps can be told in the order they were committed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Steps from before stand at 0: they are not told any more.
    op.add_column(
        "history",
        sa.Column("written_in", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        schema="dispute",
    )
    op.alter_column(
        "history",
        "written_in",
        server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
        schema="dispute",
    )
    op.create_index("history_written", "history", ["owner", "written_in"], schema="dispute")


def downgrade() -> None:
    op.drop_index("history_written", "history", schema="dispute")
    op.drop_column("history", "written_in", schema="dispute")
