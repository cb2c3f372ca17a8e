"""Hospitals are a dated copy of the registry of institutions: kind, agreement, community, version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_rw

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, default in (
        ("kind", "hospital"), ("agreement", "active"), ("community", ""), ("community_role", ""),
    ):  # fmt: skip
        op.add_column(
            "hospital",
            sa.Column(name, sa.Text(), server_default=default, nullable=False),
            schema="settlement",
        )
    op.add_column(
        "hospital", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        schema="settlement",
    )  # fmt: skip
    for name, rule in (
        ("hospital_kind", "kind IN ('hospital', 'clinic', 'pharmacy')"),
        ("hospital_agreement", "agreement IN ('active', 'suspended', 'terminated')"),
    ):
        op.create_check_constraint(name, "hospital", rule, schema="settlement")
    op.create_table(
        "registry_copy",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name="registry_copy_one"),
        sa.PrimaryKeyConstraint("one"),
        schema="settlement",
    )
    op.execute("INSERT INTO settlement.registry_copy (one, version) VALUES (true, 0)")
    grant_rw("registry_copy")
    grant_rw("hospital", delete=True)


def downgrade() -> None:
    raise RuntimeError("agreements are not forgotten; restore a backup instead")
