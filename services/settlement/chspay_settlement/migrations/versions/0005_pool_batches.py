"""That a batch was posted is known inside its pool: to its counties and to the hospitals it pays"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The lines of a batch keep their own policy: each county and hospital sees only its own.
    op.execute("""
        CREATE POLICY inside_the_pool ON settlement.posting_batch FOR SELECT USING (
          (current_setting('chspay.region', true) <> ''
           AND starts_with(current_setting('chspay.region', true), regexp_replace(pool, '(00)+$', '')))
          OR EXISTS (SELECT FROM settlement.hospital h WHERE h.pool = posting_batch.pool
                     AND h.hospital_code = current_setting('chspay.institution', true)
                     AND h.hospital_code <> ''))""")


def downgrade() -> None:
    op.execute("DROP POLICY inside_the_pool ON settlement.posting_batch")
