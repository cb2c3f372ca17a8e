"""Money paid otherwise than by points, in its own books, and which method paid each case of a run"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OF_POOL = (
    "fund_pool", "fund_pool:outpatient", "fund_pool:per_diem", "fund_pool:capitation", "reserve",
    "residual", "deduction", "bank",
)  # fmt: skip
_OF_HOSPITAL = ("payable", "retention", "receivable", "advance", "claw_back", "held")


def upgrade() -> None:
    for table, column in (
        ("month_run", "others_fen"),
        ("year_clearing", "others_fen"),
        ("statement", "other_fen"),
        ("trial_statement", "other_fen"),
    ):
        op.add_column(
            table, sa.Column(column, sa.BigInteger(), server_default="0", nullable=False), schema="settlement"
        )
    _other_payment()
    _other_bill()
    _run_route()
    _chart_of_accounts()


def downgrade() -> None:
    raise RuntimeError("a ledger is not left unguarded; restore a backup instead")


def _other_payment() -> None:
    texts = (
        "payment_id", "source_service", "source_id", "corrects", "pool", "payee", "payee_name",
        "region_code", "method", "insurance_type", "fund_book", "document", "worksheet_digest", "batch_id",
        "put_by",
    )  # fmt: skip
    op.create_table(
        "other_payment",
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name="other_payment_amount"),
        sa.CheckConstraint(
            "method IN ('per_diem', 'capitation', 'by_item', 'bundle')", name="other_payment_method"
        ),
        sa.CheckConstraint(
            "fund_book IN ('inpatient', 'outpatient', 'per_diem', 'capitation')", name="other_payment_book"
        ),
        sa.PrimaryKeyConstraint("payment_id"),
        schema="settlement",
    )
    op.create_index(
        "other_payment_source", "other_payment", ["source_service", "source_id"], unique=True,
        schema="settlement",
    )  # fmt: skip
    op.create_index(
        "other_payment_of_pool", "other_payment", ["pool", "period"], unique=False, schema="settlement"
    )
    grant_append_only("other_payment")
    forbid_update_delete("other_payment")
    enable_rls("other_payment", "payee", "region_code")


def _other_bill() -> None:
    """An institution's bill is paid once."""
    texts = ("payee", "bill_id", "pool", "region_code", "payment_id", "medical_type", "insurance_type")
    fen = ("total_fen", "patient_fen", "disallowed_fen", "fund_fen")
    op.create_table(
        "other_bill",
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in fen),
        sa.CheckConstraint(
            "fund_fen = total_fen - patient_fen - disallowed_fen AND fund_fen >= 0", name="other_bill_fund"
        ),
        sa.PrimaryKeyConstraint("payee", "bill_id"),
        schema="settlement",
    )
    grant_append_only("other_bill")
    forbid_update_delete("other_bill")
    enable_rls("other_bill", "payee", "region_code")


def _run_route() -> None:
    texts = (
        "run_id", "hospital_code", "case_id", "region_code", "method", "reason", "text", "cite",
        "pricing_id", "worksheet_digest", "beside",
    )  # fmt: skip
    op.create_table(
        "run_route",
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("points_micro", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital_code", "case_id"),
        schema="settlement",
    )
    grant_append_only("run_route")
    forbid_update_delete("run_route")
    enable_rls("run_route", "hospital_code", "region_code")


def _chart_of_accounts() -> None:
    """The books of the year's plan join the chart."""
    op.drop_constraint("ledger_account_chart", "ledger_account", schema="settlement")
    op.create_check_constraint(
        "ledger_account_chart",
        "ledger_account",
        f"split_part(account, '/', 1) = ANY (ARRAY{[*_OF_POOL]}) AND hospital_code = ''"
        f" OR split_part(account, '/', 1) = ANY (ARRAY{[*_OF_HOSPITAL]}) AND hospital_code <> ''",
        schema="settlement",
    )
