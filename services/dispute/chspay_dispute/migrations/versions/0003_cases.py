"""Cases, their papers, decisions and signatures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_update

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("dispute_case", "case_decision", "decision_signature", "attachment")


def upgrade() -> None:
    _cases()
    _decisions()
    _attachments()
    for table in _TABLES:
        grant_append_only(table)
        enable_rls(table, "hospital_code", "region_code")
    grant_update(
        "dispute_case", "supplements", "lacking", "standing", "quota_taken", "swapped", "approved",
        "publication",
    )  # fmt: skip
    grant_update("case_decision", "dropped", "decision_no")
    for table in ("decision_signature", "attachment"):
        forbid_update_delete(table)
    _held()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE dispute.{table}")
    op.execute("DROP FUNCTION dispute.decision_stays")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _bools(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _jsons(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, postgresql.JSONB(), nullable=False) for name in names]


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _written(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of_case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_no"], ["dispute.dispute_case.case_no"])


def _cases() -> None:
    op.create_table(
        "dispute_case",
        *_texts("case_no", "type", "hospital_code", "region_code", "pool", "list_id", "subject_ref", "cycle"),
        *_texts("year", "method", "drg"),
        *_bigs("cost_fen", "disputed_fen"),
        *_texts("reason"),
        *_jsons("content", "worksheet"),
        *_bools("new_tech"),
        *_texts("no_review", "content_digest", "policy_digest"),
        *_bigs("supplements"),
        *_jsons("lacking"),
        *_bools("standing", "quota_taken", "swapped"),
        *_texts("approved", "publication", "filed_by"),
        *(_day("filed_day"), _written("filed_at")),
        sa.CheckConstraint("type IN ('T1', 'T2', 'T3', 'T4', 'T5', 'T7')", name="case_type"),
        sa.CheckConstraint("approved IN ('', 'yes', 'no')", name="case_approved"),
        sa.CheckConstraint("disputed_fen >= 0", name="case_disputed"),
        sa.PrimaryKeyConstraint("case_no"),
        schema="dispute",
    )
    op.create_index(
        "case_standing", "dispute_case", ["hospital_code", "type", "list_id", "subject_ref"], unique=True,
        schema="dispute", postgresql_where=sa.text("standing"),
    )  # fmt: skip
    op.create_index("case_of_cycle", "dispute_case", ["pool", "cycle", "hospital_code"], schema="dispute")


def _decisions() -> None:
    op.create_table(
        "case_decision",
        *_texts("case_no"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("decision_no", "outcome"),
        *_jsons("body"),
        *_texts("digest"),
        *_bigs("points_micro", "delta_points_micro", "delta_fen", nullable=True),
        *_jsons("worksheet"),
        *_texts("policy_digest", "decided_by", "role"),
        *(_day("day"), *_bools("dropped"), *_texts("hospital_code", "region_code"), _written("decided_at")),
        _of_case(),
        sa.PrimaryKeyConstraint("case_no", "seq"),
        schema="dispute",
    )
    op.create_index(
        "case_decision_standing", "case_decision", ["case_no"], unique=True, schema="dispute",
        postgresql_where=sa.text("NOT dropped"),
    )  # fmt: skip
    op.create_table(
        "decision_signature",
        *_texts("case_no"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("signer", "digest"),
        *(_day("day"), *_texts("hospital_code", "region_code"), _written("signed_at")),
        _of_case(),
        sa.PrimaryKeyConstraint("case_no", "seq", "signer"),
        schema="dispute",
    )


def _attachments() -> None:
    op.create_table(
        "attachment",
        *_texts("attachment_id", "case_no", "kind", "file_name", "media_type"),
        *_bigs("size"),
        *_texts("digest"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_bools("for_reviewers"),
        *_texts("role", "put_by"),
        *(_day("day"), *_texts("hospital_code", "region_code"), _written("put_at")),
        sa.CheckConstraint("size > 0 AND size = length(content)", name="attachment_size"),
        _of_case(),
        sa.PrimaryKeyConstraint("attachment_id"),
        schema="dispute",
    )
    op.create_index("attachment_of_case", "attachment", ["case_no", "attachment_id"], schema="dispute")


def _held() -> None:
    """A decision is numbered once and put aside once; nothing else of it changes: against everybody."""
    op.execute("""
        CREATE FUNCTION dispute.decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.dropped
             OR (OLD.decision_no <> '' AND NEW.decision_no <> OLD.decision_no)
             OR (OLD.case_no, OLD.seq, OLD.digest) <> (NEW.case_no, NEW.seq, NEW.digest) THEN
            RAISE EXCEPTION 'decision % of % stays', OLD.seq, OLD.case_no USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER decision_stays BEFORE UPDATE OR DELETE ON dispute.case_decision"
        " FOR EACH ROW EXECUTE FUNCTION dispute.decision_stays()"
    )
