"""Later figures of a finding that is not decided, and no approval past the income of a planned year"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _watch_facts()
    grant_append_only("watch_facts")
    enable_rls("watch_facts", region_column="pool")
    forbid_update_delete("watch_facts")
    _facts_before_decision()
    _filed_by_another()
    _approved_as_planned()


def downgrade() -> None:
    op.execute("DROP TRIGGER approved_as_planned ON budget.approval")
    op.execute("DROP FUNCTION budget.approved_as_planned")
    op.execute("DROP TRIGGER filed_by_another ON budget.watch_step")
    op.execute("DROP FUNCTION budget.filed_by_another")
    op.drop_table("watch_facts", schema="budget")
    op.execute("DROP FUNCTION budget.facts_before_decision")


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _watch_facts() -> None:
    op.create_table(
        "watch_facts",
        *_text("finding_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *_text("pool"),
        sa.Column("facts", JSONB(), nullable=False),
        *_text("document", "policy_digest"),
        sa.Column("worksheet", JSONB(), nullable=False),
        *_text("filed_by"),
        sa.Column("filed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["budget.watch_finding.finding_id"], name="watch_facts_of_finding"
        ),
        sa.CheckConstraint("number > 1", name="watch_facts_number"),
        sa.CheckConstraint("document <> ''", name="watch_facts_document"),
        sa.PrimaryKeyConstraint("finding_id", "number"),
        schema="budget",
    )


def _facts_before_decision() -> None:
    """What was heard or decided was heard or decided on its figures; later ones never slip under it."""
    op.execute("""
        CREATE FUNCTION budget.facts_before_decision() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM budget.watch_step
                     WHERE finding_id = NEW.finding_id AND state <> 'found') THEN
            RAISE EXCEPTION 'finding % was heard or decided on its figures', NEW.finding_id
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER facts_before_decision BEFORE INSERT ON budget.watch_facts"
        " FOR EACH ROW EXECUTE FUNCTION budget.facts_before_decision()"
    )


def _filed_by_another() -> None:
    """Who filed any figures of a finding does not decide it; a release is held to who placed the hold."""
    op.execute("""
        CREATE FUNCTION budget.filed_by_another() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF NEW.state NOT IN ('found', 'heard', 'released') AND EXISTS (
            SELECT FROM budget.watch_facts
             WHERE finding_id = NEW.finding_id AND filed_by = NEW.done_by) THEN
            RAISE EXCEPTION 'another person decides %', NEW.finding_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER filed_by_another BEFORE INSERT ON budget.watch_step"
        " FOR EACH ROW EXECUTE FUNCTION budget.filed_by_another()"
    )


def _approved_as_planned() -> None:
    """Once a year has a plan, only a version of the plan can be approved, whatever a program does."""
    op.execute("""
        CREATE FUNCTION budget.approved_as_planned() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM budget.year_plan WHERE pool = NEW.pool AND year = NEW.year)
             AND NOT EXISTS (SELECT FROM budget.year_plan
                             WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version) THEN
            RAISE EXCEPTION 'version % of % % has no income to be approved against',
              NEW.version, NEW.pool, NEW.year USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER approved_as_planned BEFORE INSERT ON budget.approval"
        " FOR EACH ROW EXECUTE FUNCTION budget.approved_as_planned()"
    )
