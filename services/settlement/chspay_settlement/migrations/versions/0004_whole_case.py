"""Everything a settlement list may carry: cost structure, Chinese medicine, referral"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AMOUNTS = ("fund_paid", "fee_drug", "fee_consumable", "fee_test", "fee_service", "tcm_cost")
_TABLE = "list_version"
_SCHEMA = "settlement"


def upgrade() -> None:
    for name in _AMOUNTS:
        op.add_column(_TABLE, sa.Column(f"{name}_fen", sa.BigInteger(), nullable=True), schema=_SCHEMA)
    codes = sa.Column("tcm_diagnoses", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
    op.add_column(_TABLE, codes, schema=_SCHEMA)
    referral = sa.Column("referral_id", sa.Text(), nullable=False, server_default="")
    op.add_column(_TABLE, referral, schema=_SCHEMA)


def downgrade() -> None:
    for name in (*(f"{name}_fen" for name in _AMOUNTS), "tcm_diagnoses", "referral_id"):
        op.drop_column(_TABLE, name, schema=_SCHEMA)
