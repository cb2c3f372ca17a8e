"""Pricings that a closed month has paid: final, and so are the days they count"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("hospital_code", "case_id", "pricing_id", "pool", "month", "run_id", "confirmed_by")
    op.create_table(
        "confirmed",
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column(
            "confirmed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("run_id <> ''", name="confirmed_run"),
        sa.ForeignKeyConstraint(["pricing_id"], ["perdiem.pricing.pricing_id"]),
        sa.PrimaryKeyConstraint("hospital_code", "case_id"),
        schema="perdiem",
    )
    grant_append_only("confirmed")
    forbid_update_delete("confirmed")
    enable_rls("confirmed", "hospital_code", "pool")
    _final()


def downgrade() -> None:
    for table in ("standing", "counted_span"):
        op.execute(f"DROP TRIGGER final ON perdiem.{table}")
    op.execute("DROP FUNCTION perdiem.final()")
    op.execute("DROP TABLE perdiem.confirmed")


def _final() -> None:
    """What a confirmed list stands for and which days it counts does not change: held against everybody."""
    op.execute("""
        CREATE FUNCTION perdiem.final() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP <> 'INSERT' AND EXISTS (SELECT FROM perdiem.confirmed c
              WHERE (c.hospital_code, c.case_id) = (OLD.hospital_code, OLD.case_id)) THEN
            RAISE EXCEPTION '% of % % is paid', TG_TABLE_NAME, OLD.hospital_code, OLD.case_id
              USING ERRCODE = 'check_violation', HINT = 'A paid month is put right by a difference.';
          END IF;
          IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM perdiem.confirmed c
              WHERE (c.hospital_code, c.case_id) = (NEW.hospital_code, NEW.case_id)) THEN
            RAISE EXCEPTION '% of % % is paid', TG_TABLE_NAME, NEW.hospital_code, NEW.case_id
              USING ERRCODE = 'check_violation', HINT = 'A paid month is put right by a difference.';
          END IF;
          RETURN coalesce(NEW, OLD);
        END $$""")
    for table in ("standing", "counted_span"):
        op.execute(
            f"CREATE TRIGGER final BEFORE INSERT OR UPDATE OR DELETE ON perdiem.{table}"
            " FOR EACH ROW EXECUTE FUNCTION perdiem.final()"
        )
