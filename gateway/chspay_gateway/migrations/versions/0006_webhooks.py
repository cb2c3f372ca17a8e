"""Who wants to be told what, and what is on its way to them"""

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_rw

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default and sa.text(default))


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()"))


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.Text, primary_key=True),
        *(_text(name) for name in ("subject", "institution", "region", "url")),
        sa.Column("events", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        _text("state", "'active'"),
        _moment("since"),
        sa.CheckConstraint("state IN ('active', 'removed')", name="webhook_state"),
        sa.CheckConstraint("(institution = '') <> (region = '')", name="webhook_scope"),
        schema="gateway",
    )
    op.create_index("webhook_of_owner", "webhook", ["institution", "region"], schema="gateway")
    grant_rw("webhook")
    op.create_table(
        "webhook_delivery",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        *(_text(name) for name in ("webhook_id", "event_id", "name")),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _text("state", "'waiting'"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        _moment("next_at"),
        sa.Column("status", sa.Integer, nullable=False, server_default=sa.text("0")),
        _text("told", "''"),
        _moment("written_at"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="webhook_delivery_state"),
        schema="gateway",
    )
    op.create_index(
        "webhook_delivery_once", "webhook_delivery", ["webhook_id", "event_id"], unique=True, schema="gateway"
    )
    op.create_index(
        "webhook_delivery_due", "webhook_delivery", ["next_at"], schema="gateway",
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    grant_rw("webhook_delivery")


def downgrade() -> None:
    for name in ("webhook_delivery", "webhook"):
        op.drop_table(name, schema="gateway")
