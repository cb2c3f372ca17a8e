"""Memberships, records of stays, pricings, counted days and assessments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import (
    enable_rls,
    forbid_update_delete,
    grant_append_only,
    grant_once,
    grant_rw,
    grant_update,
    role,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_RECORDS = ("stay_record", "record_withdrawal", "pricing")
_TABLES = ("membership", *_RECORDS, "standing", "counted_span", "assessment")


def upgrade() -> None:
    _request_once()
    _membership()
    _records()
    _pricings()
    _assessment()
    grant_once()
    grant_append_only("membership")
    grant_update("membership", "until", "end_document")
    for table in _RECORDS:
        grant_append_only(table)
        forbid_update_delete(table)
    for table in ("standing", "counted_span"):
        grant_rw(table, delete=True)
    grant_append_only("assessment")
    grant_update("assessment", "state", "statement", "decision_no", "decided_by")
    for table in _TABLES:
        enable_rls(table, "hospital_code", "pool")
    # Who receives a patient must see the transfer that brings him.
    op.execute(
        f"CREATE POLICY receiver ON perdiem.stay_record FOR SELECT TO {role()} USING"
        " (current_setting('chspay.institution', true) <> ''"
        " AND other_hospital_code = current_setting('chspay.institution', true))"
    )
    _apart()
    _once()


def downgrade() -> None:
    for table in (*reversed(_TABLES), "request_once"):
        op.execute(f"DROP TABLE IF EXISTS perdiem.{table} CASCADE")
    for function in ("ended_once", "decided_once", "refuse_change"):
        op.execute(f"DROP FUNCTION perdiem.{function}")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _request_once() -> None:
    op.create_table(
        "request_once",
        *(_text("subject"), _text("request_id"), _text("method")),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="perdiem",
    )


def _membership() -> None:
    op.create_table(
        "membership",
        *(_text("membership_id"), _text("pool"), _text("hospital_code"), _text("category")),
        *(_day("since"), _day("until", nullable=True), _text("document"), _text("end_document")),
        *(_text("put_by"), _instant("put_at")),
        sa.CheckConstraint("until IS NULL OR until > since", name="membership_period"),
        sa.CheckConstraint("document <> ''", name="membership_document"),
        sa.CheckConstraint("end_document = '' OR until IS NOT NULL", name="membership_ended"),
        sa.PrimaryKeyConstraint("membership_id"),
        schema="perdiem",
    )


def _records() -> None:
    op.create_table(
        "stay_record",
        *(_text("hospital_code"), _text("record_no"), _text("pool"), _text("case_id"), _text("kind")),
        *(_day("since"), _day("until", nullable=True), _text("other_hospital_code"), _text("other_case_id")),
        *(_text("scale"), _big("before_micro", nullable=True), _big("after_micro", nullable=True)),
        *(_text("document"), _text("put_by"), _instant("put_at")),
        sa.CheckConstraint(
            "kind IN ('leave', 'transfer', 'acute', 'interim', 'outcome')", name="record_kind"
        ),
        sa.CheckConstraint(
            "(kind IN ('leave', 'acute', 'interim')) = (until IS NOT NULL AND until > since)",
            name="record_period",
        ),
        sa.CheckConstraint("(kind = 'transfer') = (other_hospital_code <> '')", name="record_transfer"),
        sa.CheckConstraint("kind NOT IN ('acute', 'interim') OR other_case_id <> ''", name="record_own_list"),
        sa.CheckConstraint(
            "(kind = 'outcome') = (scale <> '' AND before_micro IS NOT NULL AND after_micro IS NOT NULL)",
            name="record_outcome",
        ),
        sa.CheckConstraint("document <> ''", name="record_document"),
        sa.PrimaryKeyConstraint("hospital_code", "record_no"),
        schema="perdiem",
    )
    op.create_index("stay_record_of_case", "stay_record", ["hospital_code", "case_id"], schema="perdiem")
    op.create_index(
        "stay_record_of_other", "stay_record", ["other_hospital_code", "other_case_id"], schema="perdiem"
    )
    op.create_table(
        "record_withdrawal",
        *(_text("hospital_code"), _text("record_no"), _text("pool"), _text("reason"), _text("withdrawn_by")),
        _instant("withdrawn_at"),
        sa.CheckConstraint("reason <> ''", name="withdrawal_reason"),
        sa.PrimaryKeyConstraint("hospital_code", "record_no"),
        schema="perdiem",
    )


def _pricings() -> None:
    op.create_table(
        "pricing",
        *(_text("pricing_id"), _text("pool"), _text("month"), _text("hospital_code"), _text("case_id")),
        *(_text("category"), _day("admission"), _day("discharge")),
        *(_big("points_micro"), _big("standard_fen"), _big("amount_fen")),
        *(_json("stay"), _json("answer"), _json("worksheet")),
        *(_text("policy_digest"), _text("priced_by"), _instant("priced_at")),
        sa.CheckConstraint("discharge >= admission", name="pricing_period"),
        sa.CheckConstraint("points_micro = 0 OR standard_fen = 0", name="pricing_form"),
        sa.PrimaryKeyConstraint("pricing_id"),
        schema="perdiem",
    )
    op.create_index("pricing_of_case", "pricing", ["hospital_code", "case_id"], schema="perdiem")
    op.create_index("pricing_of_month", "pricing", ["pool", "month", "pricing_id"], schema="perdiem")
    op.create_table(
        "standing",
        *(_text("hospital_code"), _text("case_id"), _text("pool"), _text("pricing_id"), _text("person_key")),
        *(_text("category"), _day("admission"), _day("discharge")),
        *(_text("counted"), _text("position"), _text("whole"), _text("continues")),
        sa.ForeignKeyConstraint(["pricing_id"], ["perdiem.pricing.pricing_id"]),
        sa.PrimaryKeyConstraint("hospital_code", "case_id"),
        schema="perdiem",
    )
    op.create_index("standing_of_person", "standing", ["person_key"], schema="perdiem")
    op.create_index(
        "standing_of_category", "standing", ["hospital_code", "category", "discharge"], schema="perdiem"
    )
    op.create_table(
        "counted_span",
        *(_text("hospital_code"), _text("case_id"), _day("since"), _day("until"), _text("pool")),
        _text("person_key"),
        sa.CheckConstraint("until > since", name="counted_period"),
        sa.PrimaryKeyConstraint("hospital_code", "case_id", "since"),
        schema="perdiem",
    )


def _assessment() -> None:
    op.create_table(
        "assessment",
        *(_text("assessment_id"), _text("pool"), _text("hospital_code"), _text("category")),
        *(_day("measured_since"), _day("measured_until"), _day("applies_since"), _day("applies_until")),
        *(_big("stays"), _json("indicators"), _big("factor_micro"), _text("state"), _text("statement")),
        *(_text("decision_no"), _text("drafted_by"), _text("decided_by"), _text("policy_digest")),
        *(_json("worksheet"), _instant("drafted_at")),
        sa.CheckConstraint("state IN ('draft', 'heard', 'decided', 'dropped')", name="assessment_state"),
        sa.CheckConstraint(
            "measured_until > measured_since AND applies_until > applies_since", name="assessment_periods"
        ),
        sa.CheckConstraint("state = 'draft' OR statement <> ''", name="assessment_heard"),
        sa.CheckConstraint(
            "state IN ('draft', 'heard') OR (decision_no <> '' AND decided_by <> drafted_by)",
            name="assessment_decided",
        ),
        sa.CheckConstraint("factor_micro > 0", name="assessment_factor"),
        sa.PrimaryKeyConstraint("assessment_id"),
        schema="perdiem",
    )
    op.create_index(
        "assessment_of_hospital", "assessment", ["hospital_code", "category", "applies_since"],
        schema="perdiem",
    )  # fmt: skip


def _apart() -> None:
    """No two rows of one owner on one day: memberships, counted days of a person, decided assessments.

    An owner is a text; its 64-bit hash as a range of one number needs no extension of PostgreSQL. Two texts
    of the same hash would only ever refuse too much.
    """
    for table, owner, days, when in (
        ("membership", "pool || '/' || hospital_code || '/' || category", "daterange(since, until)", ""),
        ("counted_span", "person_key", "daterange(since, until)", " WHERE (person_key <> '')"),
        ("assessment", "pool || '/' || hospital_code || '/' || category",
         "daterange(applies_since, applies_until)", " WHERE (state = 'decided')"),
    ):  # fmt: skip
        hashed = f"hashtextextended({owner}, 0)"
        op.execute(
            f"ALTER TABLE perdiem.{table} ADD CONSTRAINT {table}_apart EXCLUDE USING gist"
            f" (int8range({hashed}, {hashed}, '[]') WITH &&, {days} WITH &&){when}"
        )


def _once() -> None:
    """A membership ends once and an assessment is decided once: held even against the administrator."""
    op.execute("""
        CREATE FUNCTION perdiem.ended_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.end_document <> '' OR NEW.end_document = '' THEN
            RAISE EXCEPTION 'a membership ends once, by a document' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute("""
        CREATE FUNCTION perdiem.decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.state IN ('decided', 'dropped') THEN
            RAISE EXCEPTION '% % does not change any more', TG_TABLE_NAME, OLD.state
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    for table, function in (("membership", "ended_once"), ("assessment", "decided_once")):
        op.execute(
            f"CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON perdiem.{table}"
            f" FOR EACH ROW EXECUTE FUNCTION perdiem.{function}()"
        )
