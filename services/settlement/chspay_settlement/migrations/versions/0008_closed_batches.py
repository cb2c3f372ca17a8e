"""A posting batch is closed when it is committed, stays in its pool, and stands in the hash chain"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OF_POOL = ("fund_pool", "reserve", "residual", "deduction", "bank")
_OF_HOSPITAL = ("payable", "retention", "receivable", "advance", "claw_back", "held")


def upgrade() -> None:
    # Which transaction wrote the batch, and when: the database says so itself, whatever the row claims.
    op.add_column(
        "posting_batch",
        sa.Column(
            "opened_in",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        schema="settlement",
    )
    op.add_column(
        "posting_batch",
        sa.Column("posted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        schema="settlement",
    )
    _chart_of_accounts()
    _opened_here()
    _lines_belong()
    _chained()


def downgrade() -> None:
    raise RuntimeError("a ledger is not left unguarded; restore a backup instead")


def _chart_of_accounts() -> None:
    """An account is one of the chart, and its name says whose it is."""
    op.create_check_constraint(
        "ledger_account_chart",
        "ledger_account",
        f"split_part(account, '/', 1) = ANY (ARRAY{[*_OF_POOL]}) AND hospital_code = ''"
        f" OR split_part(account, '/', 1) = ANY (ARRAY{[*_OF_HOSPITAL]}) AND hospital_code <> ''",
        schema="settlement",
    )
    op.create_check_constraint(
        "ledger_account_name",
        "ledger_account",
        "account = split_part(account, '/', 1) || '/' || pool"
        " || CASE WHEN hospital_code = '' THEN '' ELSE '/' || hospital_code END",
        schema="settlement",
    )


def _opened_here() -> None:
    op.execute("""
        CREATE FUNCTION settlement.batch_opened_here() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.opened_in := (pg_current_xact_id()::text)::bigint;
          NEW.posted_at := now();
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER opened_here BEFORE INSERT ON settlement.posting_batch"
        " FOR EACH ROW EXECUTE FUNCTION settlement.batch_opened_here()"
    )


def _lines_belong() -> None:
    """A line is written with its batch or never, to an account of the same pool and hospital."""
    op.execute("""
        CREATE FUNCTION settlement.line_belongs() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        DECLARE batch record; owner record;
        BEGIN
          SELECT pool, opened_in INTO batch FROM settlement.posting_batch WHERE batch_id = NEW.batch_id;
          IF FOUND AND batch.opened_in <> (pg_current_xact_id()::text)::bigint THEN
            RAISE EXCEPTION 'posting batch % is closed: no line can be added', NEW.batch_id
              USING ERRCODE = 'CH004', TABLE = TG_TABLE_NAME;
          END IF;
          SELECT pool, hospital_code INTO owner FROM settlement.ledger_account WHERE account = NEW.account;
          IF FOUND AND (owner.pool <> batch.pool OR owner.hospital_code <> NEW.hospital_code) THEN
            RAISE EXCEPTION 'account % does not belong to pool % and hospital "%"',
              NEW.account, batch.pool, NEW.hospital_code USING ERRCODE = 'CH005', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER line_belongs BEFORE INSERT ON settlement.posting"
        " FOR EACH ROW EXECUTE FUNCTION settlement.line_belongs()"
    )


def _chained() -> None:
    """At commit the batch's hash stands in the journal of its pool's ledger."""
    op.execute("""
        CREATE FUNCTION settlement.batch_chained() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT EXISTS (SELECT FROM settlement.journal_batch
                         WHERE stream = 'ledger/' || NEW.pool AND hash = NEW.hash) THEN
            RAISE EXCEPTION 'posting batch % is not in the journal of its ledger', NEW.batch_id
              USING ERRCODE = 'CH006', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NULL;
        END $$""")
    op.execute(
        "CREATE CONSTRAINT TRIGGER chained AFTER INSERT ON settlement.posting_batch"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement.batch_chained()"
    )
