"""The register under row policies: read by everybody, written by callers with a name only"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NAMED = "coalesce(current_setting('chspay.subject', true), '') <> ''"


def upgrade() -> None:
    for command in ("ENABLE", "FORCE"):
        op.execute(f"ALTER TABLE dispute.register_entry {command} ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everybody_reads ON dispute.register_entry FOR SELECT USING (true)")
    op.execute(f"CREATE POLICY named_insert ON dispute.register_entry FOR INSERT WITH CHECK ({_NAMED})")
    op.execute(f"CREATE POLICY named_update ON dispute.register_entry FOR UPDATE USING ({_NAMED})")


def downgrade() -> None:
    for policy in ("everybody_reads", "named_insert", "named_update"):
        op.execute(f"DROP POLICY {policy} ON dispute.register_entry")
    for command in ("NO FORCE", "DISABLE"):
        op.execute(f"ALTER TABLE dispute.register_entry {command} ROW LEVEL SECURITY")
