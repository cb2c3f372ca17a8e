"""Front pages of stays, to be held against their settlement lists"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "front_page",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("request_id", "hospital_code", "region_code", "mdtrt_id", "setl_id")
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
        schema="settlement",
    )
    for name, column in (("visit", "mdtrt_id"), ("settlement", "setl_id")):
        op.create_index(f"front_page_of_{name}", "front_page", ["hospital_code", column], schema="settlement")
    grant_append_only("front_page")
    forbid_update_delete("front_page")
    enable_rls("front_page", "hospital_code", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
