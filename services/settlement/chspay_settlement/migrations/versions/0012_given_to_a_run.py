"""What a run is given besides lists is kept with it: weight tables, measured coefficients"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_input",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "kind"),
        schema="settlement",
    )
    op.create_table(
        "coefficient_table",
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_prefix", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("put_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("table_id"),
        schema="settlement",
    )
    op.create_index(
        "coefficient_table_of_pool", "coefficient_table", ["pool", "in_force"], unique=False,
        schema="settlement",
    )  # fmt: skip
    for table in ("run_input", "coefficient_table"):
        grant_append_only(table)
        forbid_update_delete(table)
        enable_rls(table, "", "pool")
        # What a pool is priced by is public inside it: to its counties and to the hospitals it pays.
        op.execute(f"""
            CREATE POLICY inside_the_pool ON settlement.{table} FOR SELECT USING (
              (current_setting('chspay.region', true) <> ''
               AND starts_with(current_setting('chspay.region', true), pool_prefix))
              OR EXISTS (SELECT FROM settlement.hospital h WHERE h.pool = {table}.pool
                         AND h.hospital_code = current_setting('chspay.institution', true)
                         AND h.hospital_code <> ''))""")  # noqa: S608 - two fixed names


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
