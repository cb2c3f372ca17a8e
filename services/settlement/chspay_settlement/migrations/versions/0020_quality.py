"""Lists that wait for their quality check, and its results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_rw

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "quality_waiting",
        _text("list_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _text("hospital_code"),
        _text("region_code"),
        sa.PrimaryKeyConstraint("list_id", "version"),
        schema="settlement",
    )
    grant_rw("quality_waiting", delete=True)
    enable_rls("quality_waiting", "hospital_code", "region_code")
    op.create_table(
        "quality_result",
        _text("list_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(_text(name) for name in ("rule_set", "hospital_code", "region_code")),
        sa.Column("discharge_date", sa.Date(), nullable=False),
        *(
            _count(name)
            for name in ("errors", "warnings", "undecided", "filled", "wanted", "decided", "wrong")
        ),
        sa.Column("timely", sa.SmallInteger(), nullable=True),
        sa.Column("codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "version", "rule_set"),
        schema="settlement",
    )
    op.create_index(
        "quality_result_of_hospital",
        "quality_result",
        ["hospital_code", "discharge_date", "list_id"],
        schema="settlement",
    )
    grant_append_only("quality_result")
    forbid_update_delete("quality_result")
    enable_rls("quality_result", "hospital_code", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
