"""Fiscal years, their months and approvals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_once

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = ("fiscal_year", "month_fund", "approval")


def upgrade() -> None:
    _request_once()
    _fiscal_year()
    _month_fund()
    _approval()
    grant_once()
    for table in _TABLES:
        grant_append_only(table)
        enable_rls(table, region_column="pool")
        forbid_update_delete(table)
    _months_add_up()
    _approved_by_another()


def downgrade() -> None:
    for table in ("approval", "month_fund", "fiscal_year", "request_once"):
        op.drop_table(table, schema="budget")
    for function in ("months_add_up", "approved_by_another", "refuse_change"):
        op.execute(f"DROP FUNCTION budget.{function}")


def _key() -> list[sa.Column]:
    return [
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
    ]


def _of_year(name: str) -> sa.ForeignKeyConstraint:
    key = ["pool", "year", "version"]
    return sa.ForeignKeyConstraint(key, [f"budget.fiscal_year.{column}" for column in key], name=name)


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _request_once() -> None:
    op.create_table(
        "request_once",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="budget",
    )


def _fiscal_year() -> None:
    op.create_table(
        "fiscal_year",
        *_key(),
        sa.Column("inpatient_fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("out_of_area_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserve_fen", sa.BigInteger(), nullable=False),
        sa.Column("local_fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("worksheet", postgresql.JSONB(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        _instant("drafted_at"),
        sa.CheckConstraint("year BETWEEN 1900 AND 2199", name="fiscal_year_year"),
        sa.CheckConstraint("version >= 1", name="fiscal_year_version"),
        sa.CheckConstraint("out_of_area_fen >= 0 AND reserve_fen >= 0", name="fiscal_year_parts"),
        sa.CheckConstraint(
            "local_fund_fen > 0 AND local_fund_fen = inpatient_fund_fen - out_of_area_fen - reserve_fen",
            name="fiscal_year_local",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "version"),
        schema="budget",
    )


def _month_fund() -> None:
    op.create_table(
        "month_fund",
        *_key(),
        sa.Column("month", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        _of_year("month_fund_of_year"),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="month_fund_month"),
        sa.CheckConstraint("fund_fen >= 0", name="month_fund_amount"),
        sa.PrimaryKeyConstraint("pool", "year", "version", "month"),
        schema="budget",
    )


def _approval() -> None:
    op.create_table(
        "approval",
        *_key(),
        sa.Column("decision_no", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        _instant("approved_at"),
        _of_year("approval_of_year"),
        sa.CheckConstraint("decision_no <> ''", name="approval_decision"),
        sa.PrimaryKeyConstraint("pool", "year", "version"),
        schema="budget",
    )


def _months_add_up() -> None:
    """The engine asserts the sum where the split is made; the database asserts it again at commit."""
    op.execute("""
        CREATE FUNCTION budget.months_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          found record;
        BEGIN
          SELECT count(*) AS months, coalesce(sum(fund_fen), 0) AS total INTO found
            FROM budget.month_fund
            WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version;
          IF found.months <> 12 OR found.total <> NEW.local_fund_fen THEN
            RAISE EXCEPTION 'months of % % version % do not add up to the local fund',
              NEW.pool, NEW.year, NEW.version USING ERRCODE = 'check_violation';
          END IF;
          RETURN NULL;
        END $$""")
    op.execute(
        "CREATE CONSTRAINT TRIGGER months_add_up AFTER INSERT ON budget.fiscal_year"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION budget.months_add_up()"
    )


def _approved_by_another() -> None:
    """Separation of duties holds even for a program that forgets it."""
    op.execute("""
        CREATE FUNCTION budget.approved_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM budget.fiscal_year
                     WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version
                       AND drafted_by = NEW.approved_by) THEN
            RAISE EXCEPTION 'the drafter cannot approve' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER approved_by_another BEFORE INSERT ON budget.approval"
        " FOR EACH ROW EXECUTE FUNCTION budget.approved_by_another()"
    )
