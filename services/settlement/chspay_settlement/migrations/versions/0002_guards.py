"""Who may do what in settlement: grants, row policies, and what not even the owner may change"""

from __future__ import annotations

from alembic import op

from chspay_kit.ddl import (
    enable_rls,
    forbid_update_delete,
    grant_append_only,
    grant_once,
    grant_rw,
    grant_update,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rights()
    _row_policies()
    _append_only()
    _ledger_balances()
    _settled_is_final()
    _hospital_days_apart()


def downgrade() -> None:
    raise RuntimeError("a ledger is not left unguarded; restore a backup instead")


def _rights() -> None:
    grant_once()
    grant_rw("hospital")
    grant_rw("pool_month", delete=True)
    grant_rw("month_run")
    for table in ("journal_batch", "list_version", "list_sealed", "run_table", "statement"):
        grant_append_only(table)
    for table in ("ledger_account", "posting_batch", "posting"):
        grant_append_only(table)
    grant_append_only("list_head")
    grant_update(
        "list_head",
        "version", "body_hash", "region_code", "discharge_date", "pool", "settle_period", "mark",
    )  # fmt: skip
    grant_append_only("run_case")
    grant_update("run_case", "drg", "status", "scheme_digest", "kind", "points_micro", "excluded", "fund_fen")
    grant_append_only("run_hospital")
    grant_update("run_hospital", "allocated")


def _row_policies() -> None:
    """A hospital sees its own rows, a bureau those of its region, nobody known nothing."""
    for table in (
        "hospital", "list_head", "list_version", "list_sealed", "run_case", "run_hospital", "statement",
        "ledger_account", "posting",
    ):  # fmt: skip
        enable_rls(table, "hospital_code", "region_code")
    enable_rls("posting_batch", "", "pool")
    for table in ("month_run", "run_table"):
        enable_rls(table, "", "pool")
        # The figures of a pool are public inside it: to its counties and to the hospitals it pays.
        op.execute(f"""
            CREATE POLICY inside_the_pool ON settlement.{table} FOR SELECT USING (
              (current_setting('chspay.region', true) <> ''
               AND starts_with(current_setting('chspay.region', true), pool_prefix))
              OR EXISTS (SELECT FROM settlement.hospital h WHERE h.pool = {table}.pool
                         AND h.hospital_code = current_setting('chspay.institution', true)
                         AND h.hospital_code <> ''))""")  # noqa: S608 - two fixed names


def _append_only() -> None:
    for table in (
        "journal_batch", "list_version", "list_sealed", "run_table", "statement", "ledger_account",
        "posting_batch", "posting",
    ):  # fmt: skip
        forbid_update_delete(table)


def _ledger_balances() -> None:
    """A batch adds up to zero when its transaction commits, whoever wrote it and whatever they see."""
    op.execute("""
        CREATE FUNCTION settlement.batch_balances() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        DECLARE difference numeric; lines bigint;
        BEGIN
          SELECT coalesce(sum(amount_fen), 0), count(*) INTO difference, lines
          FROM settlement.posting WHERE batch_id = NEW.batch_id;
          IF difference <> 0 OR lines < 2 THEN
            RAISE EXCEPTION 'posting batch % does not balance: % fen over % lines',
              NEW.batch_id, difference, lines USING ERRCODE = 'CH003', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NULL;
        END $$""")
    for table in ("posting_batch", "posting"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON settlement.{table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement.batch_balances()"
        )


def _settled_is_final() -> None:
    """What a finished run gave its cases and hospitals is not changed any more, by anyone."""
    op.execute("""
        CREATE FUNCTION settlement.refuse_settled() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM changed JOIN settlement.month_run USING (run_id) WHERE state = 'done') THEN
            RAISE EXCEPTION '%.% belongs to a finished run: % refused',
              TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NULL;
        END $$""")
    op.execute("""
        CREATE FUNCTION settlement.refuse_done_run() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'run % is finished: % refused', OLD.run_id, TG_OP
            USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
        END $$""")
    for table in ("run_case", "run_hospital"):
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER settled_{event.lower()} AFTER {event} ON settlement.{table}"
                " REFERENCING OLD TABLE AS changed"
                " FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_settled()"
            )
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON settlement.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION settlement.refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER done_is_done BEFORE UPDATE OR DELETE ON settlement.month_run"
        " FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION settlement.refuse_done_run()"
    )


def _hospital_days_apart() -> None:
    """A hospital stands in one way on any day. (An exclusion constraint would need a contrib module.)"""
    op.execute("""
        CREATE FUNCTION settlement.hospital_days_apart() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('settlement.hospital/' || NEW.hospital_code, 0));
          IF EXISTS (SELECT FROM settlement.hospital h
                     WHERE h.hospital_code = NEW.hospital_code AND h.since <> NEW.since
                       AND daterange(h.since, h.until, '[]') && daterange(NEW.since, NEW.until, '[]')) THEN
            RAISE EXCEPTION 'hospital % has another row on the same days', NEW.hospital_code
              USING ERRCODE = 'CH002', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER days_apart BEFORE INSERT OR UPDATE ON settlement.hospital"
        " FOR EACH ROW EXECUTE FUNCTION settlement.hospital_days_apart()"
    )
