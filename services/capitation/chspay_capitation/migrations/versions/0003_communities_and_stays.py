"""Stays with their benefits; rules, splits, doubts, results, APG divisions and postings of communities"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Table -> column of the hospital that may look at its rows, besides those of the pool.
_TABLES = {
    "person_stay": "institution",
    "stay_benefit": "institution",
    "stay_reversal": "institution",
    "community_rule": "lead",
    "community_split": "lead",
    "visit_doubt": "lead",
    "doubt_decision": "lead",
    "chronic_results": "",
    "apg_division": "",
    "settlement_posting": "",
}
_ADDED = (
    ("catchment", "registry_version", sa.BigInteger(), "0"),
    ("community_settlement", "corrects", sa.Text(), ""),
    ("community_settlement", "chronic_version", sa.Integer(), "0"),
    ("community_settlement", "lead", sa.Text(), ""),
)


def upgrade() -> None:
    _stays()
    _communities()
    _doubts()
    _results()
    for table, hospital in _TABLES.items():
        grant_append_only(table)
        forbid_update_delete(table)
        enable_rls(table, hospital, "pool")
    for table, name, kind, value in _ADDED:
        column = sa.Column(name, kind, nullable=False, server_default=value)
        op.add_column(table, column, schema="capitation")
        op.alter_column(table, name, server_default=None, schema="capitation")
    # A community's lead hospital reads what it is paid.
    op.execute("DROP POLICY scope ON capitation.community_settlement")
    enable_rls("community_settlement", "lead", "pool")
    op.create_index(
        "settlement_corrected_once",
        "community_settlement",
        ["corrects"],
        unique=True,
        postgresql_where=sa.text("corrects <> ''"),
        schema="capitation",
    )


def downgrade() -> None:
    op.drop_index("settlement_corrected_once", "community_settlement", schema="capitation")
    op.execute("DROP POLICY scope ON capitation.community_settlement")
    enable_rls("community_settlement", region_column="pool")
    for table, name, _kind, _value in reversed(_ADDED):
        op.drop_column(table, name, schema="capitation")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE capitation.{table} CASCADE")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _whole(*names: str, kind: type = sa.BigInteger) -> list[sa.Column[int]]:
    return [sa.Column(name, kind(), autoincrement=False, nullable=False) for name in names]


def _day(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _yes(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, postgresql.JSONB(), nullable=False) for name in names]


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of(table: str, *columns: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(list(columns), [f"capitation.{table}.{column}" for column in columns])


def _check(text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=name)


def _stays() -> None:
    op.create_table(
        "person_stay",
        *_text("institution", "stay_id", "pool", "person_key"),
        *_whole("level", kind=sa.Integer),
        *_text("community"),
        *_yes("member"),
        *_text("member_by"),
        *_yes("out_of_area", "emergency"),
        *_text("emergency_proof"),
        *_day("admitted", "discharged"),
        *_whole("eligible_fen"),
        *_text("policy_digest", "put_by"),
        _instant("put_at"),
        _check("discharged >= admitted", "person_stay_period"),
        _check("eligible_fen >= 0", "person_stay_amount"),
        _check("NOT emergency OR emergency_proof <> ''", "person_stay_emergency"),
        sa.PrimaryKeyConstraint("institution", "stay_id"),
        schema="capitation",
    )
    op.create_index("person_stay_of_person", "person_stay", ["pool", "person_key"], schema="capitation")
    op.create_table(
        "stay_benefit",
        *_text("institution", "stay_id"),
        *_whole("version", kind=sa.Integer),
        *_text("pool", "linked_to"),
        *_whole("deductible_fen"),
        *_yes("surcharged"),
        *_whole("fund_fen"),
        *_text("cause"),
        *_json("worksheet"),
        *_text("settled_by"),
        _instant("settled_at"),
        _check("version >= 1", "stay_benefit_version"),
        _check("deductible_fen >= 0 AND fund_fen >= 0", "stay_benefit_sign"),
        _of("person_stay", "institution", "stay_id"),
        sa.PrimaryKeyConstraint("institution", "stay_id", "version"),
        schema="capitation",
    )
    op.create_table(
        "stay_reversal",
        *_text("institution", "stay_id", "pool", "document", "reversed_by"),
        _instant("reversed_at"),
        _check("document <> ''", "stay_reversal_document"),
        _of("person_stay", "institution", "stay_id"),
        sa.PrimaryKeyConstraint("institution", "stay_id"),
        schema="capitation",
    )


def _communities() -> None:
    op.create_table(
        "community_rule",
        *_text("pool", "community"),
        *_whole("version", kind=sa.Integer),
        *_text("lead"),
        *_day("since"),
        *_text("document"),
        *_json("parts"),
        *_text("put_by"),
        _instant("put_at"),
        _check("version >= 1", "community_rule_version"),
        _check("document <> ''", "community_rule_document"),
        sa.PrimaryKeyConstraint("pool", "community", "version"),
        schema="capitation",
    )
    op.create_table(
        "community_split",
        *_text("split_id", "settlement_id", "pool", "lead", "community"),
        *_whole("rule_version", kind=sa.Integer),
        *_whole("amount_fen"),
        *_json("shares", "worksheet"),
        *_text("split_by"),
        _instant("split_at"),
        _of("community_settlement", "settlement_id"),
        sa.UniqueConstraint("settlement_id", name="community_split_once"),
        sa.PrimaryKeyConstraint("split_id"),
        schema="capitation",
    )
    op.create_table(
        "settlement_posting",
        *_text("settlement_id", "insurance_type", "pool", "month", "payee"),
        *_whole("amount_fen"),
        *_text("source_id", "corrects", "payment_id", "batch_id", "posted_by"),
        _instant("posted_at"),
        _of("community_settlement", "settlement_id"),
        sa.PrimaryKeyConstraint("settlement_id", "insurance_type"),
        schema="capitation",
    )


def _doubts() -> None:
    op.create_table(
        "visit_doubt",
        *_text("doubt_no", "attribution_id", "visit_id", "pool", "lead", "community", "statement"),
        *_text("filed_by"),
        _instant("filed_at"),
        _check("statement <> ''", "visit_doubt_said"),
        _of("member_visit", "attribution_id", "visit_id"),
        sa.UniqueConstraint("attribution_id", "visit_id", name="visit_doubt_once"),
        sa.PrimaryKeyConstraint("doubt_no"),
        schema="capitation",
    )
    op.create_table(
        "doubt_decision",
        *_text("doubt_no", "pool", "lead"),
        *_yes("upheld"),
        *_text("decision_no", "decided_by"),
        _instant("decided_at"),
        _check("decision_no <> ''", "doubt_decision_no"),
        _of("visit_doubt", "doubt_no"),
        sa.PrimaryKeyConstraint("doubt_no"),
        schema="capitation",
    )


def _results() -> None:
    op.create_table(
        "chronic_results",
        *_text("attribution_id"),
        *_whole("version", kind=sa.Integer),
        *_text("pool"),
        *_day("as_of"),
        *_text("document"),
        *_json("communities"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_text("digest", "put_by"),
        _instant("put_at"),
        _check("version >= 1", "chronic_results_version"),
        _check("document <> ''", "chronic_results_document"),
        _of("attribution", "attribution_id"),
        sa.PrimaryKeyConstraint("attribution_id", "version"),
        schema="capitation",
    )
    op.create_table(
        "apg_division",
        *_text("division_id", "pool", "community"),
        *_day("since", "until"),
        *_whole("fund_fen"),
        *_text("points_of"),
        *_json("points", "shares"),
        *_text("document", "policy_digest"),
        *_json("worksheet"),
        *_text("digest", "divided_by"),
        _instant("divided_at"),
        _check("until > since", "apg_division_period"),
        _check("fund_fen >= 0", "apg_division_fund"),
        _check("document <> ''", "apg_division_document"),
        sa.PrimaryKeyConstraint("division_id"),
        schema="capitation",
    )
