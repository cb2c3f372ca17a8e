"""API keys, and the answers of national messages."""

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import forbid_update_delete, grant_append_only, grant_read

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'active'")),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('hospital', 'bureau')", name="api_client_role"),
        sa.CheckConstraint("state IN ('active', 'revoked')", name="api_client_state"),
        sa.CheckConstraint(
            "(role = 'hospital' AND institution <> '' AND region = '')"
            " OR (role = 'bureau' AND institution = '' AND region <> '')",
            name="api_client_scope",
        ),
        schema="gateway",
    )
    # Keys are made and revoked by an administrator; the serving gateway only checks them.
    grant_read("api_client")
    op.create_table(
        "exchange",
        sa.Column("institution", sa.Text, primary_key=True),
        sa.Column("infno", sa.Text, primary_key=True),
        sa.Column("msgid", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, primary_key=True),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("refmsgid", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("mdtrt_id", sa.Text, nullable=False),
        sa.Column("setl_id", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="gateway",
    )
    op.create_index(
        "exchange_accepted",
        "exchange",
        ["institution", "infno", "msgid"],
        unique=True,
        schema="gateway",
        postgresql_where=sa.text("accepted"),
    )
    op.create_index("exchange_visit", "exchange", ["institution", "setl_id"], schema="gateway")
    op.create_index("exchange_time", "exchange", ["institution", "received_at"], schema="gateway")
    grant_append_only("exchange")
    forbid_update_delete("exchange")


def downgrade() -> None:
    op.drop_table("exchange", schema="gateway")
    op.drop_table("api_client", schema="gateway")
    op.execute("DROP FUNCTION IF EXISTS gateway.refuse_change()")
