"""Corrections of settled lists are found without reading every list of the month"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "list_head_differences",
        "list_head",
        ["pool", "settle_period"],
        unique=False,
        schema="settlement",
        postgresql_where=sa.text("mark = 'difference'"),
    )


def downgrade() -> None:
    op.drop_index("list_head_differences", table_name="list_head", schema="settlement")
