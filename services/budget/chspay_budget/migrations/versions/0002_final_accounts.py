"""Final accounts, the causes that explain them, and their approval"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("final_account", "account_cause", "account_approval")
_KEY = ["pool", "year", "version"]


def upgrade() -> None:
    _final_account()
    _account_cause()
    _account_approval()
    for table in _TABLES:
        grant_append_only(table)
        enable_rls(table, region_column="pool")
        forbid_update_delete(table)
    _causes_explain()
    _approved_by_another()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table, schema="budget")
    for function in ("causes_explain", "accounts_approved_by_another"):
        op.execute(f"DROP FUNCTION budget.{function}")


def _key() -> list[sa.Column]:
    return [
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
    ]


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _final_account() -> None:
    op.create_table(
        "final_account",
        *_key(),
        sa.Column("budget_version", sa.Integer(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("actual_fen", sa.BigInteger(), nullable=False),
        sa.Column("decision_fen", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        _instant("drafted_at"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "budget_version"],
            [f"budget.approval.{column}" for column in _KEY],
            name="final_account_of_budget",
        ),
        sa.CheckConstraint("actual_fen >= 0 AND decision_fen >= 0", name="final_account_amounts"),
        sa.CheckConstraint("document <> ''", name="final_account_document"),
        sa.PrimaryKeyConstraint(*_KEY),
        schema="budget",
    )


def _account_cause() -> None:
    op.create_table(
        "account_cause",
        *_key(),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            _KEY, [f"budget.final_account.{column}" for column in _KEY], name="account_cause_of_account"
        ),
        sa.CheckConstraint(
            "cause IN ('volume', 'case_mix', 'price', 'policy', 'misconduct')", name="account_cause_known"
        ),
        sa.CheckConstraint("amount_fen <> 0 AND note <> ''", name="account_cause_said"),
        sa.PrimaryKeyConstraint(*_KEY, "number"),
        schema="budget",
    )


def _account_approval() -> None:
    op.create_table(
        "account_approval",
        *_key(),
        sa.Column("decision_no", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        _instant("approved_at"),
        sa.ForeignKeyConstraint(
            _KEY, [f"budget.final_account.{column}" for column in _KEY], name="account_approval_of_account"
        ),
        sa.CheckConstraint("decision_no <> ''", name="account_approval_decision"),
        sa.PrimaryKeyConstraint(*_KEY),
        schema="budget",
    )


def _causes_explain() -> None:
    """The causes add up to actual less budget when the transaction commits, whoever wrote them."""
    op.execute("""
        CREATE FUNCTION budget.causes_explain() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        DECLARE
          wanted bigint;
          found numeric;
        BEGIN
          SELECT actual_fen - budget_fen INTO wanted FROM budget.final_account
            WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version;
          SELECT coalesce(sum(amount_fen), 0) INTO found FROM budget.account_cause
            WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version;
          IF found <> wanted THEN
            RAISE EXCEPTION 'causes of % % version % explain % fen of %',
              NEW.pool, NEW.year, NEW.version, found, wanted USING ERRCODE = 'check_violation';
          END IF;
          RETURN NULL;
        END $$""")
    for table in ("final_account", "account_cause"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER causes_explain AFTER INSERT ON budget.{table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION budget.causes_explain()"
        )


def _approved_by_another() -> None:
    """Separation of duties holds even for a program that forgets it."""
    op.execute("""
        CREATE FUNCTION budget.accounts_approved_by_another() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF EXISTS (SELECT FROM budget.final_account
                     WHERE pool = NEW.pool AND year = NEW.year AND version = NEW.version
                       AND drafted_by = NEW.approved_by) THEN
            RAISE EXCEPTION 'the drafter cannot approve' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER approved_by_another BEFORE INSERT ON budget.account_approval"
        " FOR EACH ROW EXECUTE FUNCTION budget.accounts_approved_by_another()"
    )
