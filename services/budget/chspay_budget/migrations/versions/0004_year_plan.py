"""The year plan: its five funds, the steps of a year, adjustments, months, targets and causes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    "year_plan", "year_step", "adjustment", "adjustment_decision", "month_cost", "growth_alarm", "target",
    "target_holder", "target_member", "gap_causes",
)  # fmt: skip


def upgrade() -> None:
    _year_plan()
    _year_step()
    _adjustment()
    _adjustment_decision()
    _month_cost()
    _growth_alarm()
    _target()
    _target_holder()
    _target_member()
    _gap_causes()
    for table in _TABLES:
        grant_append_only(table)
        enable_rls(table, region_column="pool")
        forbid_update_delete(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table, schema="budget")


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _fen(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _small(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.SmallInteger(), autoincrement=False, nullable=False) for name in names]


def _int(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column]:
    return [sa.Column(name, JSONB(), nullable=False) for name in names]


def _day(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _open_day(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Date(), nullable=True) for name in names]


def _flag(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _instant(*names: str) -> list[sa.Column]:
    now = sa.text("now()")
    return [sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False) for name in names]


def _year_plan() -> None:
    op.create_table(
        "year_plan",
        *_text("pool"),
        *_small("year"),
        *_int("version"),
        *_fen("income_fen", "ceiling_fen", "base_fen", "cap_fen"),
        *_text("growth"),
        *_fen(
            "inpatient_fen",
            "outpatient_fen",
            "per_diem_fen",
            "capitation_fen",
            "reserve_fen",
            "total_fen",
            "out_of_area_fen",
        ),
        *_text("adjustment_id"),
        *_json("worksheet"),
        sa.CheckConstraint(
            "inpatient_fen > 0 AND outpatient_fen >= 0 AND per_diem_fen >= 0 AND capitation_fen"
            " >= 0 AND reserve_fen >= 0 AND out_of_area_fen >= 0 AND cap_fen >= 0 AND base_fen > 0",
            name="year_plan_amounts",
        ),
        sa.CheckConstraint(
            "total_fen = inpatient_fen + outpatient_fen + per_diem_fen + capitation_fen + reserve_fen",
            name="year_plan_sum",
        ),
        sa.CheckConstraint(
            "total_fen <= income_fen AND total_fen - reserve_fen <= ceiling_fen AND ceiling_fen"
            " <= income_fen",
            name="year_plan_income",
        ),
        sa.ForeignKeyConstraint(
            ["pool", "year", "version"],
            ["budget.fiscal_year.pool", "budget.fiscal_year.year", "budget.fiscal_year.version"],
            name="year_plan_of_year",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "version"),
        schema="budget",
    )


def _year_step() -> None:
    op.create_table(
        "year_step",
        *_text("pool"),
        *_small("year"),
        *_int("number"),
        *_text("event", "source", "target"),
        *_int("version"),
        *_text("subject", "decision_no", "note"),
        *_instant("done_at"),
        sa.CheckConstraint(
            "(event, source, target) IN (('draft', 'none', 'draft'), ('draft', 'draft', 'draft'),"
            " ('approve', 'draft', 'approved'), ('execute', 'approved', 'executing'), ('adjust',"
            " 'executing', 'adjusted'), ('adjust', 'adjusted', 'adjusted'), ('close',"
            " 'executing', 'closed'), ('close', 'adjusted', 'closed'))",
            name="year_step_move",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "number"),
        schema="budget",
    )


def _adjustment() -> None:
    op.create_table(
        "adjustment",
        *_text("adjustment_id", "pool"),
        *_small("year"),
        *_int("base_version"),
        *_text("cause", "account_cause"),
        *_fen(
            "inpatient_fen",
            "outpatient_fen",
            "per_diem_fen",
            "capitation_fen",
            "reserve_fen",
            "out_of_area_fen",
            "income_fen",
        ),
        *_small("from_month"),
        *_text("evidence", "note", "requested_by"),
        *_instant("requested_at"),
        sa.CheckConstraint("from_month BETWEEN 1 AND 12", name="adjustment_month"),
        sa.CheckConstraint("evidence <> '' AND cause <> ''", name="adjustment_said"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "base_version"],
            ["budget.year_plan.pool", "budget.year_plan.year", "budget.year_plan.version"],
            name="adjustment_of_plan",
        ),
        sa.PrimaryKeyConstraint("adjustment_id"),
        schema="budget",
    )


def _adjustment_decision() -> None:
    op.create_table(
        "adjustment_decision",
        *_text("adjustment_id", "pool"),
        *_flag("approved"),
        *_int("version"),
        *_text("decision_no", "decided_by"),
        *_instant("decided_at"),
        sa.CheckConstraint("approved = (version > 0)", name="adjustment_decision_version"),
        sa.CheckConstraint("decision_no <> ''", name="adjustment_decision_no"),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["budget.adjustment.adjustment_id"], name="decision_of_adjustment"
        ),
        sa.PrimaryKeyConstraint("adjustment_id"),
        schema="budget",
    )


def _month_cost() -> None:
    op.create_table(
        "month_cost",
        *_text("pool"),
        *_small("year", "month"),
        *_int("number"),
        *_fen("inpatient_fen", "outpatient_fen", "per_diem_fen", "capitation_fen"),
        *_text("document", "reported_by"),
        *_instant("reported_at"),
        sa.CheckConstraint(
            "inpatient_fen >= 0 AND outpatient_fen >= 0 AND per_diem_fen >= 0 AND capitation_fen >= 0",
            name="month_cost_amounts",
        ),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="month_cost_month"),
        sa.CheckConstraint("document <> ''", name="month_cost_document"),
        sa.PrimaryKeyConstraint("pool", "year", "month", "number"),
        schema="budget",
    )


def _growth_alarm() -> None:
    op.create_table(
        "growth_alarm",
        *_text("pool"),
        *_small("year", "month"),
        *_int("number"),
        *_text("level"),
        *_small("known"),
        *_text("kind", "name"),
        *_fen("projected_fen", "limit_fen"),
        *_text("message"),
        *_json("evidence", "worksheet"),
        *_instant("raised_at"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "month", "number"],
            [
                "budget.month_cost.pool",
                "budget.month_cost.year",
                "budget.month_cost.month",
                "budget.month_cost.number",
            ],
            name="growth_alarm_of_month",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "month", "number", "level"),
        schema="budget",
    )


def _target() -> None:
    op.create_table(
        "target",
        *_text("pool"),
        *_small("year"),
        *_text("fund"),
        *_int("number", "version"),
        *_day("since", "until"),
        *_fen("total_fen"),
        *_text("document"),
        *_json("worksheet"),
        *_text("issued_by"),
        *_instant("issued_at"),
        sa.CheckConstraint("fund IN ('inpatient', 'outpatient')", name="target_fund"),
        sa.CheckConstraint("document <> ''", name="target_document"),
        sa.CheckConstraint("since < until", name="target_period"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "version"],
            ["budget.year_plan.pool", "budget.year_plan.year", "budget.year_plan.version"],
            name="target_of_plan",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "fund", "number"),
        schema="budget",
    )


def _target_holder() -> None:
    op.create_table(
        "target_holder",
        *_text("pool"),
        *_small("year"),
        *_text("fund"),
        *_int("number"),
        *_text("holder", "kind"),
        *_fen("last_fen", "target_fen"),
        *_text("document"),
        sa.CheckConstraint("kind IN ('community', 'institution')", name="target_holder_kind"),
        sa.CheckConstraint("last_fen >= 0 AND target_fen >= 0", name="target_holder_amounts"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "fund", "number"],
            ["budget.target.pool", "budget.target.year", "budget.target.fund", "budget.target.number"],
            name="target_holder_of_target",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "fund", "number", "holder"),
        schema="budget",
    )


def _target_member() -> None:
    op.create_table(
        "target_member",
        *_text("pool"),
        *_small("year"),
        *_text("fund"),
        *_int("number"),
        *_text("holder", "hospital_code"),
        *_day("since"),
        *_open_day("until"),
        sa.CheckConstraint("until IS NULL OR since < until", name="target_member_period"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "fund", "number", "holder"],
            [
                "budget.target_holder.pool",
                "budget.target_holder.year",
                "budget.target_holder.fund",
                "budget.target_holder.number",
                "budget.target_holder.holder",
            ],
            name="target_member_of_holder",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "fund", "number", "holder", "hospital_code", "since"),
        schema="budget",
    )


def _gap_causes() -> None:
    op.create_table(
        "gap_causes",
        *_text("pool"),
        *_small("year"),
        *_int("version", "budget_version"),
        *_fen(
            "first_budget_fen",
            "budget_fen",
            "actual_fen",
            "volume_fen",
            "case_mix_fen",
            "price_fen",
            "policy_fen",
            "misconduct_fen",
            "first_volume_fen",
            "first_case_mix_fen",
            "first_price_fen",
            "first_policy_fen",
            "first_misconduct_fen",
        ),
        *_text("document"),
        *_json("given", "worksheet"),
        *_text("computed_by"),
        *_instant("computed_at"),
        sa.CheckConstraint(
            "volume_fen + case_mix_fen + price_fen + policy_fen + misconduct_fen = actual_fen - budget_fen",
            name="gap_causes_sum",
        ),
        sa.CheckConstraint(
            "first_volume_fen + first_case_mix_fen + first_price_fen + first_policy_fen +"
            " first_misconduct_fen = actual_fen - first_budget_fen",
            name="gap_causes_first_sum",
        ),
        sa.CheckConstraint("document <> ''", name="gap_causes_document"),
        sa.ForeignKeyConstraint(
            ["pool", "year", "budget_version"],
            ["budget.year_plan.pool", "budget.year_plan.year", "budget.year_plan.version"],
            name="gap_causes_of_plan",
        ),
        sa.PrimaryKeyConstraint("pool", "year", "version"),
        schema="budget",
    )
