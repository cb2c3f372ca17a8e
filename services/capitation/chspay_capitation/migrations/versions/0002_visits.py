"""Members' visits and exemptions; the lead hospital sees its members' visits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("member_visit", "exemption")


def upgrade() -> None:
    op.create_table(
        "member_visit",
        *(
            _text(name)
            for name in ("attribution_id", "visit_id", "pool", "lead", "person_key", "institution")
        ),
        sa.Column("day", sa.Date(), nullable=False),
        *(_text(name) for name in ("insurance_type", "service")),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("community", "side")),
        sa.CheckConstraint("side IN ('inside', 'outside', 'not_capitated')", name="member_visit_side"),
        sa.CheckConstraint("fund_fen >= 0", name="member_visit_amount"),
        sa.ForeignKeyConstraint(["attribution_id"], ["capitation.attribution.attribution_id"]),
        sa.PrimaryKeyConstraint("attribution_id", "visit_id"),
        schema="capitation",
    )
    op.create_index(
        "member_visit_of_community",
        "member_visit",
        ["attribution_id", "community", "visit_id"],
        schema="capitation",
    )
    op.create_table(
        "exemption",
        *(_text(name) for name in ("attribution_id", "visit_id", "pool", "lead", "cause", "proof", "put_by")),
        sa.Column("put_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cause <> '' AND proof <> ''", name="exemption_said"),
        sa.PrimaryKeyConstraint("attribution_id", "visit_id"),
        schema="capitation",
    )
    for table in _TABLES:
        grant_append_only(table)
        forbid_update_delete(table)
        enable_rls(table, "lead", "pool")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table, schema="capitation")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
