"""Files of reconciliation, and kept answers that are sealed because they name persons."""

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_rw

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchange",
        sa.Column("personal", sa.Boolean, nullable=False, server_default=sa.text("false")),
        schema="gateway",
    )
    op.create_table(
        "wire_file",
        sa.Column("file_no", sa.Text, primary_key=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        schema="gateway",
    )
    op.create_index("wire_file_end", "wire_file", ["until"], schema="gateway")
    grant_rw("wire_file", delete=True)


def downgrade() -> None:
    op.drop_table("wire_file", schema="gateway")
    op.drop_column("exchange", "personal", schema="gateway")
