"""Guards of the year plan: steps follow each other, plans and targets add up, nobody decides alone"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TRIGGERS = (
    ("plan_of_year", "year_plan"), ("step_follows", "year_step"),
    ("adjustment_by_another", "adjustment_decision"), ("targets_add_up", "target"),
    ("targets_add_up", "target_holder"),
)  # fmt: skip


def upgrade() -> None:
    _plan_of_year()
    _step_follows()
    _adjustment_by_another()
    _targets_add_up()
    _member_once()


def downgrade() -> None:
    op.execute("ALTER TABLE budget.target_member DROP CONSTRAINT target_member_once")
    op.execute("DROP TYPE budget.code_range")
    for trigger, table in _TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON budget.{table}")
    for function in sorted({trigger for trigger, _ in _TRIGGERS}):
        op.execute(f"DROP FUNCTION budget.{function}")


def _plan_of_year() -> None:
    """A plan and the fiscal year it is a version of say the same of inpatient care."""
    op.execute("""
        CREATE FUNCTION budget.plan_of_year() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF NOT EXISTS (SELECT FROM budget.fiscal_year
                         WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version
                           AND inpatient_fund_fen = NEW.inpatient_fen
                           AND out_of_area_fen = NEW.out_of_area_fen AND reserve_fen = 0) THEN
            RAISE EXCEPTION 'plan of % % version % differs from its fiscal year',
              NEW.pool, NEW.year, NEW.version USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER plan_of_year BEFORE INSERT ON budget.year_plan"
        " FOR EACH ROW EXECUTE FUNCTION budget.plan_of_year()"
    )


def _step_follows() -> None:
    """A step begins where the step before it ended, and steps are numbered without a gap."""
    op.execute("""
        CREATE FUNCTION budget.step_follows() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        DECLARE
          last record;
        BEGIN
          SELECT number, target INTO last FROM budget.year_step
            WHERE pool = NEW.pool AND year = NEW.year ORDER BY number DESC LIMIT 1;
          IF NEW.number <> coalesce(last.number, 0) + 1 OR NEW.source <> coalesce(last.target, 'none') THEN
            RAISE EXCEPTION 'step % of % % does not follow the step before it',
              NEW.event, NEW.pool, NEW.year USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER step_follows BEFORE INSERT ON budget.year_step"
        " FOR EACH ROW EXECUTE FUNCTION budget.step_follows()"
    )


def _adjustment_by_another() -> None:
    """Separation of duties holds even for a program that forgets it."""
    op.execute("""
        CREATE FUNCTION budget.adjustment_by_another() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM budget.adjustment
                     WHERE adjustment_id = NEW.adjustment_id AND requested_by = NEW.decided_by) THEN
            RAISE EXCEPTION 'who asked for an adjustment cannot decide on it'
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER adjustment_by_another BEFORE INSERT ON budget.adjustment_decision"
        " FOR EACH ROW EXECUTE FUNCTION budget.adjustment_by_another()"
    )


def _targets_add_up() -> None:
    """The engine asserts the sum where the split is made; the database asserts it again at commit."""
    op.execute("""
        CREATE FUNCTION budget.targets_add_up() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        DECLARE
          wanted bigint;
          found numeric;
        BEGIN
          SELECT total_fen INTO wanted FROM budget.target
            WHERE pool = NEW.pool AND year = NEW.year AND fund = NEW.fund AND number = NEW.number;
          SELECT coalesce(sum(target_fen), 0) INTO found FROM budget.target_holder
            WHERE pool = NEW.pool AND year = NEW.year AND fund = NEW.fund AND number = NEW.number;
          IF found <> wanted THEN
            RAISE EXCEPTION 'targets of % % % add up to % fen of %',
              NEW.pool, NEW.year, NEW.fund, found, wanted USING ERRCODE = 'check_violation';
          END IF;
          RETURN NULL;
        END $$""")
    for table in ("target", "target_holder"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER targets_add_up AFTER INSERT ON budget.{table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION budget.targets_add_up()"
        )


def _member_once() -> None:
    """No institution belongs to two holders on one day; a code is a range of one, so the index needs no
    extension to compare it."""
    op.execute('CREATE TYPE budget.code_range AS RANGE (subtype = text, collation = "C")')
    op.execute("""
        ALTER TABLE budget.target_member ADD CONSTRAINT target_member_once EXCLUDE USING gist (
          budget.code_range(
            pool || '/' || year::text || '/' || fund || '/' || number::text || '/' || hospital_code,
            pool || '/' || year::text || '/' || fund || '/' || number::text || '/' || hospital_code, '[]'
          ) WITH &&,
          daterange(since, until) WITH &&
        )""")
