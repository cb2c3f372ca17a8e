"""What happened to lists, runs and statements, for those who want to be told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "written_in",
            sa.BigInteger,
            nullable=False,
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
        ),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("event_id", "name", "hospital_code", "region_code")
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="settlement",
    )
    grant_append_only("event")
    forbid_update_delete("event")
    enable_rls("event", "hospital_code", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
