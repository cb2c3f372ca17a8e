"""Nonces all processes of the gateway share, and messages that were turned away"""

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_append_only, grant_rw

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nonce",
        sa.Column("partner", sa.Text, primary_key=True),
        sa.Column("nonce", sa.Text, primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        schema="gateway",
    )
    op.create_index("nonce_end", "nonce", ["until"], schema="gateway")
    grant_rw("nonce", delete=True)
    op.create_table(
        "rejection",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("institution", "infno", "msgid")),
        sa.Column("body_hash", sa.LargeBinary, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="gateway",
    )
    op.create_index("rejection_time", "rejection", ["institution", "at"], schema="gateway")
    grant_append_only("rejection")


def downgrade() -> None:
    for name in ("rejection", "nonce"):
        op.drop_table(name, schema="gateway")
