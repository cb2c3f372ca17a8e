"""Benchmarks, indicators, findings of the watch, and forecasts of the point value"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("benchmark", "indicator_step", "watch_finding", "watch_step", "value_forecast")


def upgrade() -> None:
    _benchmark()
    _indicator_step()
    _watch()
    _forecast()
    for table in _TABLES:
        grant_append_only(table)
        enable_rls(table, region_column="pool")
        forbid_update_delete(table)
    _decided_by_another()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table, schema="budget")
    op.execute("DROP FUNCTION budget.watch_decided_by_another")


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column]:
    return [sa.Column(name, JSONB(), nullable=False) for name in names]


def _whole(name: str, kind: type = sa.Integer) -> sa.Column:
    return sa.Column(name, kind(), autoincrement=False, nullable=False)


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _benchmark() -> None:
    op.create_table(
        "benchmark",
        *_text("benchmark_id", "pool"),
        _whole("year", sa.SmallInteger),
        *_text("indicator", "method"),
        *_json("result"),
        *_text("document", "policy_digest", "measured_by"),
        _instant("measured_at"),
        sa.CheckConstraint("document <> ''", name="benchmark_document"),
        sa.PrimaryKeyConstraint("benchmark_id"),
        schema="budget",
    )


def _indicator_step() -> None:
    op.create_table(
        "indicator_step",
        *_text("pool"),
        _whole("year", sa.SmallInteger),
        *_text("holder", "code"),
        _whole("number"),
        *_text("state"),
        _whole("value_micro", sa.BigInteger),
        *_text("document", "decision_no", "outcome"),
        *_json("worksheet"),
        *_text("done_by"),
        _instant("done_at"),
        sa.CheckConstraint(
            "state IN ('issued', 'revised', 'measured', 'settled', 'proposed')", name="indicator_step_state"
        ),
        sa.CheckConstraint("(number = 1) = (state = 'issued')", name="indicator_step_issued_first"),
        sa.CheckConstraint("value_micro >= 0", name="indicator_step_value"),
        sa.CheckConstraint("state <> 'settled' OR decision_no <> ''", name="indicator_step_decision"),
        sa.PrimaryKeyConstraint("pool", "year", "holder", "code", "number"),
        schema="budget",
    )


def _watch() -> None:
    op.create_table(
        "watch_finding",
        *_text("finding_id", "pool", "subject", "institution", "period"),
        *_json("facts"),
        *_text("document", "policy_digest"),
        *_json("worksheet"),
        sa.CheckConstraint("subject IN ('heads', 'growth', 'change')", name="watch_finding_subject"),
        sa.CheckConstraint("document <> ''", name="watch_finding_document"),
        sa.PrimaryKeyConstraint("finding_id"),
        schema="budget",
    )
    op.create_table(
        "watch_step",
        *_text("finding_id"),
        _whole("number"),
        *_text("pool", "state", "statement", "decision_no"),
        *_json("outcome"),
        *_text("done_by"),
        _instant("done_at"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["budget.watch_finding.finding_id"], name="watch_step_of_finding"
        ),
        sa.CheckConstraint(
            "state IN ('found', 'heard', 'removed', 'held', 'released', 'verified', 'dismissed')",
            name="watch_step_state",
        ),
        sa.CheckConstraint("(number = 1) = (state = 'found')", name="watch_step_found_first"),
        sa.CheckConstraint("state IN ('found', 'heard') OR decision_no <> ''", name="watch_step_decision"),
        sa.PrimaryKeyConstraint("finding_id", "number"),
        schema="budget",
    )


def _forecast() -> None:
    op.create_table(
        "value_forecast",
        *_text("forecast_id", "pool"),
        _whole("year", sa.SmallInteger),
        *_json("result", "worksheet"),
        *_text("document", "policy_digest"),
        _whole("budget_version"),
        *_text("made_by"),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("forecast_id"),
        schema="budget",
    )


def _decided_by_another() -> None:
    """Who found it does not decide it and who held a payment does not review it, whatever a program does."""
    op.execute("""
        CREATE FUNCTION budget.watch_decided_by_another() RETURNS trigger LANGUAGE plpgsql
        SET chspay.region = '*' AS $$
        BEGIN
          IF NEW.state NOT IN ('found', 'heard') AND EXISTS (
            SELECT FROM budget.watch_step
             WHERE finding_id = NEW.finding_id AND done_by = NEW.done_by
               AND state = CASE WHEN NEW.state = 'released' THEN 'held' ELSE 'found' END) THEN
            RAISE EXCEPTION 'another person decides %', NEW.finding_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER decided_by_another BEFORE INSERT ON budget.watch_step"
        " FOR EACH ROW EXECUTE FUNCTION budget.watch_decided_by_another()"
    )
