"""What decided disputes move, each under the number of its document"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TEXTS = (
    "decision_no", "kind", "revokes", "pool", "hospital_code", "region_code", "citation", "content", "before",
    "decided_by",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "decided_outcome",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('case', 'finding', 'year', 'revoke')", name="decided_outcome_kind"),
        sa.CheckConstraint("(kind = 'revoke') = (revokes <> '')", name="decided_outcome_revoke"),
        sa.PrimaryKeyConstraint("decision_no"),
        schema="settlement",
    )
    op.create_index(
        "decided_outcome_revoked_once",
        "decided_outcome",
        ["revokes"],
        unique=True,
        schema="settlement",
        postgresql_where=sa.text("revokes <> ''"),
    )
    grant_append_only("decided_outcome")
    forbid_update_delete("decided_outcome")
    enable_rls("decided_outcome", "hospital_code", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
