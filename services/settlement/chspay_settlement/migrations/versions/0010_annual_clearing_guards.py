"""Who may do what with annual clearings, re-clearings and payment orders, and what nobody may change"""

from __future__ import annotations

from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_update

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OF_HOSPITALS = ("year_fact", "year_hospital", "year_statement", "reclear_effect")
_OF_POOLS = ("year_clearing", "year_event", "year_input", "reclearing", "payment_order")
_MOVING = ("state", "stage", "done", "total", "accounts_version", "decision_no", "published_on", "batch_id")
_COMPUTED = (
    "cases", "points_micro", "actual_fen", "terminated_fen", "shared_fen", "withheld_fen", "decision_fen",
    "value_fen", "value_micro", "evidence", "table_digest", "input_digest", "statements_digest", "rules_used",
    "failure_reason", "failure_message",
)  # fmt: skip


def upgrade() -> None:
    for table in _OF_HOSPITALS:
        grant_append_only(table)
        forbid_update_delete(table)
        enable_rls(table, "hospital_code", "region_code")
    for table in _OF_POOLS:
        grant_append_only(table)
        enable_rls(table, "", "pool")
    for table in ("year_event", "year_input", "payment_order"):
        forbid_update_delete(table)
    grant_update("year_clearing", *_MOVING, *_COMPUTED)
    grant_update("reclearing", "state", "committed_by", "batch_id")
    _published_only()
    _moves()
    _three_persons()
    _reclearing_is_final()
    _cases_are_final()
    _cleared_year_is_closed()


def downgrade() -> None:
    raise RuntimeError("a ledger is not left unguarded; restore a backup instead")


def _published_only() -> None:
    """A hospital sees a year's figures once they are published; inside the pool the year itself is public."""
    shown = "c.state IN ('published', 'closed')"
    op.execute("""
        CREATE POLICY inside_the_pool ON settlement.year_clearing FOR SELECT USING (
          state IN ('published', 'closed') AND (
          (current_setting('chspay.region', true) <> ''
           AND starts_with(current_setting('chspay.region', true), pool_prefix))
          OR EXISTS (SELECT FROM settlement.hospital h WHERE h.pool = year_clearing.pool
                     AND h.hospital_code = current_setting('chspay.institution', true)
                     AND h.hospital_code <> '')))""")
    op.execute("""
        CREATE POLICY inside_the_pool ON settlement.reclearing FOR SELECT USING (
          state = 'committed' AND (
          (current_setting('chspay.region', true) <> ''
           AND starts_with(current_setting('chspay.region', true), pool_prefix))
          OR EXISTS (SELECT FROM settlement.hospital h WHERE h.pool = reclearing.pool
                     AND h.hospital_code = current_setting('chspay.institution', true)
                     AND h.hospital_code <> '')))""")
    for table in ("year_hospital", "year_statement"):
        op.execute(f"""
            CREATE POLICY published ON settlement.{table} AS RESTRICTIVE FOR SELECT USING (
              coalesce(current_setting('chspay.institution', true), '') = ''
              OR EXISTS (SELECT FROM settlement.year_clearing c
                         WHERE c.clearing_id = {table}.clearing_id AND {shown}))""")  # noqa: S608 - fixed names
    op.execute("""
        CREATE POLICY committed ON settlement.reclear_effect AS RESTRICTIVE FOR SELECT USING (
          coalesce(current_setting('chspay.institution', true), '') = ''
          OR EXISTS (SELECT FROM settlement.reclearing r
                     WHERE r.reclear_id = reclear_effect.reclear_id AND r.state = 'committed'))""")


def _moves() -> None:
    """A clearing goes only where its life allows, and its figures are final once it was tried."""
    moving = ", ".join(f"'{name}'" for name in _MOVING)
    op.execute(f"""
        CREATE FUNCTION settlement.year_moves() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.state IN ('closed', 'returned', 'failed') THEN
            RAISE EXCEPTION 'annual clearing % is %: % refused', OLD.clearing_id, OLD.state, TG_OP
              USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
          END IF;
          IF OLD.state <> 'draft'
             AND to_jsonb(NEW) - ARRAY[{moving}] <> to_jsonb(OLD) - ARRAY[{moving}] THEN
            RAISE EXCEPTION 'the figures of annual clearing % are final', OLD.clearing_id
              USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
          END IF;
          IF NEW.state <> OLD.state AND NOT (
             (OLD.state, NEW.state) IN (('draft', 'trial'), ('draft', 'failed'), ('trial', 'reviewed'),
               ('reviewed', 'approved'), ('approved', 'published'), ('published', 'closed'))
             OR NEW.state = 'returned' AND OLD.state <> 'draft') THEN
            RAISE EXCEPTION 'annual clearing % cannot go from % to %', OLD.clearing_id, OLD.state, NEW.state
              USING ERRCODE = 'CH007', TABLE = TG_TABLE_NAME;
          END IF;
          IF NEW.state <> OLD.state AND NOT EXISTS (
             SELECT FROM settlement.year_event e WHERE e.clearing_id = OLD.clearing_id
             AND e.source = OLD.state AND e.target = NEW.state) THEN
            RAISE EXCEPTION 'annual clearing % moves without an event', OLD.clearing_id
              USING ERRCODE = 'CH007', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER moves BEFORE UPDATE OR DELETE ON settlement.year_clearing"
        " FOR EACH ROW EXECUTE FUNCTION settlement.year_moves()"
    )
    for table in ("year_clearing", "reclearing"):
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON settlement.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change()"
        )


def _three_persons() -> None:
    """Author, reviewer and approver differ even for a program that forgets it."""
    op.execute("""
        CREATE FUNCTION settlement.year_three_persons() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM settlement.year_event e WHERE e.clearing_id = NEW.clearing_id
                     AND e.subject = NEW.subject AND (
                     NEW.event IN ('review', 'close') AND e.event = 'start'
                     OR NEW.event = 'approve' AND e.event IN ('start', 'review'))) THEN
            RAISE EXCEPTION '% of % by the same person', NEW.event, NEW.clearing_id
              USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER three_persons BEFORE INSERT ON settlement.year_event"
        " FOR EACH ROW EXECUTE FUNCTION settlement.year_three_persons()"
    )


def _reclearing_is_final() -> None:
    op.execute("""
        CREATE FUNCTION settlement.reclearing_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.state <> 'drafted'
             OR to_jsonb(NEW) - ARRAY['state', 'committed_by', 'batch_id']
                <> to_jsonb(OLD) - ARRAY['state', 'committed_by', 'batch_id'] THEN
            RAISE EXCEPTION 're-clearing % is %: % refused', OLD.reclear_id, OLD.state, TG_OP
              USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER is_final BEFORE UPDATE OR DELETE ON settlement.reclearing"
        " FOR EACH ROW EXECUTE FUNCTION settlement.reclearing_is_final()"
    )


def _cases_are_final() -> None:
    """The cases of a clearing that was tried are as final as those of a finished run."""
    op.execute("""
        CREATE OR REPLACE FUNCTION settlement.refuse_settled() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM changed JOIN settlement.month_run USING (run_id) WHERE state = 'done')
             OR EXISTS (SELECT FROM changed c JOIN settlement.year_clearing y ON y.clearing_id = c.run_id
                        WHERE y.state <> 'draft') THEN
            RAISE EXCEPTION '%.% belongs to a finished run: % refused',
              TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NULL;
        END $$""")


def _cleared_year_is_closed() -> None:
    """A month of a year that is being cleared, or was, is corrected by the clearing and not beside it."""
    op.execute("""
        CREATE FUNCTION settlement.year_not_cleared() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM settlement.year_clearing y WHERE y.pool = NEW.pool
                     AND y.year = NEW.corrected_period / 100 AND y.state NOT IN ('returned', 'failed')) THEN
            RAISE EXCEPTION 'the year of % is being cleared or closed', NEW.corrected_period
              USING ERRCODE = 'CH008', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER year_not_cleared BEFORE INSERT ON settlement.difference"
        " FOR EACH ROW EXECUTE FUNCTION settlement.year_not_cleared()"
    )
