"""The public register: entries that never change, and lose their body only by a withdrawal that stands"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import grant_append_only, grant_update

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_entry",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry_no", "pool")),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "subject", "region_code")),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("content_sm3", "previous", "hash")),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.CheckConstraint("seq > 0", name="register_seq"),
        sa.CheckConstraint("(body IS NULL) = (withdrawn_by <> '')", name="register_withdrawn"),
        sa.PrimaryKeyConstraint("entry_no"),
        schema="dispute",
    )
    op.create_index("register_of_pool", "register_entry", ["pool", "seq"], unique=True, schema="dispute")
    op.create_index(
        "register_of_kind", "register_entry", ["kind", "published_at", "entry_no"], schema="dispute"
    )
    op.create_index("register_of_subject", "register_entry", ["subject"], schema="dispute")
    # What is published is for everybody; 0007 says who writes.
    grant_append_only("register_entry")
    grant_update("register_entry", "body", "withdrawn_by")
    _held()


def downgrade() -> None:
    op.execute("DROP TABLE dispute.register_entry")
    op.execute("DROP FUNCTION dispute.published")


def _held() -> None:
    """An entry stays as it is, but for a body that a withdrawal of the same chain has named."""
    op.execute("""
        CREATE FUNCTION dispute.published() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP <> 'UPDATE' THEN
            RAISE EXCEPTION 'the register is append-only: % refused', TG_OP USING ERRCODE = 'CH001';
          END IF;
          IF OLD.withdrawn_by <> '' OR NEW.body IS NOT NULL
             OR (to_jsonb(NEW) - 'body' - 'withdrawn_by') <> (to_jsonb(OLD) - 'body' - 'withdrawn_by')
             OR NOT EXISTS (SELECT FROM dispute.register_entry w
                 WHERE w.entry_no = NEW.withdrawn_by AND w.kind = 'withdrawal'
                   AND w.subject = OLD.entry_no AND w.pool = OLD.pool AND w.seq > OLD.seq) THEN
            RAISE EXCEPTION 'entry % does not change', OLD.entry_no
              USING ERRCODE = 'CH001', HINT = 'An entry that must go is withdrawn by another one.';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER published BEFORE UPDATE OR DELETE ON dispute.register_entry"
        " FOR EACH ROW EXECUTE FUNCTION dispute.published()"
    )
    op.execute(
        "CREATE TRIGGER published_whole BEFORE TRUNCATE ON dispute.register_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION dispute.published()"
    )
