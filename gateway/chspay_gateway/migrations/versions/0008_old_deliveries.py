"""Deliveries that are over may be cleaned away"""

from alembic import op

from chspay_kit.ddl import grant_rw, role

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    grant_rw("webhook_delivery", delete=True)


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON gateway.webhook_delivery FROM {role()}")
