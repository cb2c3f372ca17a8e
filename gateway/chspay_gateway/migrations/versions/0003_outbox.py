"""What is sent on to another platform, how far it went, and what that platform refused."""

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_append_only, grant_rw

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "written_in",
            sa.BigInteger,
            nullable=False,
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
        ),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("institution", "infno", "msgid", "place", "insured_place")
        ),
        sa.Column("content", sa.LargeBinary, nullable=False),
        schema="gateway",
    )
    grant_append_only("outbox")
    op.create_table(
        "relay_cursor",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="gateway",
    )
    grant_rw("relay_cursor")
    op.create_table(
        "relay_refusal",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="gateway",
    )
    grant_append_only("relay_refusal")


def downgrade() -> None:
    for name in ("relay_refusal", "relay_cursor", "outbox"):
        op.drop_table(name, schema="gateway")
