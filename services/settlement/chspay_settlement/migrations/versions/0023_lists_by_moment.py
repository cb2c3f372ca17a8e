"""Find the lists of a day without reading all of them"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "list_version_received", "list_version", ["received_at"], schema="settlement", postgresql_using="brin"
    )


def downgrade() -> None:
    op.drop_index("list_version_received", table_name="list_version", schema="settlement")
