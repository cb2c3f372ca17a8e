"""Decisions on claims from outside the pool, and a short way to these claims"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_decision",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("hospital_code", "region_code", "decision", "reason", "decided_by")
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("decision IN ('checked', 'questioned')", name="review_decision_known"),
        schema="settlement",
    )
    op.create_index(
        "review_decision_of_list", "review_decision", ["list_id", "version", "seq"], schema="settlement"
    )
    grant_append_only("review_decision")
    forbid_update_delete("review_decision")
    enable_rls("review_decision", "hospital_code", "region_code")
    op.create_index(
        "list_version_from_outside",
        "list_version",
        ["received_at", "list_id"],
        schema="settlement",
        postgresql_where=sa.text(
            'insured_region <> \'\' AND "left"(insured_region, 4) <> "left"(region_code, 4)'
        ),
    )


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
