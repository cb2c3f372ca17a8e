"""Experts, draws, panels, sheets, votes and cross-review"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_update

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UPDATED = {
    "expert": (
        "subject", "name", "title", "institution", "level", "roles", "specialties", "communities",
        "term_since", "term_until", "trained_until", "standing", "barred", "public_key", "recommended_by",
        "confirmed_by",
    ),
    "draw_batch": ("state", "beacon", "secret", "batch_digest", "seed", "closed_at", "drawn_at"),
    "panel": ("state", "drawn", "joined", "opinion", "result", "due_day"),
    "panel_seat": ("seat", "place", "state", "reason", "declared_at"),
    "cross_round": ("state", "beacon", "secret", "frame_digest", "seed"),
    "cross_record": ("drawn", "conclusion"),
    "cross_review": ("asked", "conclusion", "reason"),
}  # fmt: skip
_ADDED_ONLY = ("expert_note", "panel_sheet", "panel_vote", "desensitised")
_OF_SUBJECT = ("expert", "expert_note", "panel_seat", "panel_sheet", "panel_vote", "cross_review")


def upgrade() -> None:
    _experts()
    _draws()
    _panels()
    _cross()
    for table, columns in _UPDATED.items():
        grant_append_only(table)
        grant_update(table, *columns)
    for table in _ADDED_ONLY:
        grant_append_only(table)
        forbid_update_delete(table)
    for table in (*_UPDATED, *_ADDED_ONLY):
        hospital = "hospital_code" if table == "cross_record" else ""
        enable_rls(table, hospital, "region_code", subject_column="subject" if table in _OF_SUBJECT else "")
    _held()


def downgrade() -> None:
    for table in ("cross_review", "cross_record", "cross_round", "desensitised", "panel_vote", "panel_sheet",
                  "panel_seat", "panel", "draw_batch", "expert_note", "expert"):  # fmt: skip
        op.execute(f"DROP TABLE dispute.{table}")
    op.execute("DROP FUNCTION dispute.draw_stays")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _ints(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _days(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _jsons(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, postgresql.JSONB(), nullable=False) for name in names]


def _bool(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _written(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _seq(name: str, kind: object) -> sa.Column[object]:
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def _experts() -> None:
    op.create_table(
        "expert",
        *_texts("expert_id", "subject", "pool", "region_code", "name", "title", "institution"),
        *_ints("level"),
        *_texts("roles", "specialties", "communities"),
        *_days("term_since", "term_until", "trained_until"),
        *_texts("standing", "barred", "public_key", "recommended_by", "confirmed_by"),
        _written("put_at"),
        sa.CheckConstraint(
            "standing IN ('recommended', 'confirmed', 'suspended', 'removed')", name="expert_standing"
        ),
        sa.CheckConstraint("term_until > term_since", name="expert_term"),
        sa.CheckConstraint(
            "standing <> 'confirmed' OR confirmed_by <> recommended_by", name="expert_two_people"
        ),
        sa.PrimaryKeyConstraint("expert_id"),
        schema="dispute",
    )
    op.create_index("expert_of_pool", "expert", ["pool", "expert_id"], schema="dispute")
    op.create_table(
        "expert_note",
        *(*_texts("expert_id"), _seq("seq", sa.BigInteger()), *_texts("subject", "region_code", "kind")),
        *(*_jsons("content"), *_texts("put_by"), _written("put_at")),
        sa.CheckConstraint("kind IN ('employment', 'tie', 'standing', 'renewal', 'key')", name="note_kind"),
        sa.PrimaryKeyConstraint("expert_id", "seq"),
        schema="dispute",
    )


def _draws() -> None:
    op.create_table(
        "draw_batch",
        *_texts("batch_id", "pool", "region_code", "state", "commitment", "beacon_source"),
        _instant("beacon_at"),
        *_texts("beacon", "secret", "batch_digest", "seed", "opened_by"),
        *(_instant("opened_at"), _instant("closed_at", nullable=True), _instant("drawn_at", nullable=True)),
        sa.CheckConstraint("state IN ('opened', 'closed', 'drawn')", name="batch_state"),
        sa.CheckConstraint("(state = 'opened') = (closed_at IS NULL)", name="batch_closed"),
        sa.CheckConstraint("(state = 'drawn') = (drawn_at IS NOT NULL AND secret <> '')", name="batch_drawn"),
        sa.CheckConstraint("closed_at IS NULL OR closed_at < beacon_at", name="batch_before_beacon"),
        sa.CheckConstraint("drawn_at IS NULL OR drawn_at >= beacon_at", name="batch_after_beacon"),
        sa.PrimaryKeyConstraint("batch_id"),
        schema="dispute",
    )
    op.create_index("batch_of_pool", "draw_batch", ["pool", "batch_id"], schema="dispute")


def _panels() -> None:
    op.create_table(
        "panel",
        *_texts("panel_id", "batch_id", "case_no", "stage", "pool", "region_code", "state", "blind"),
        *(_big("cost_fen"), *_jsons("shape", "listed"), *_texts("list_digest")),
        *(*_jsons("kept_out", "drawn"), _bool("joined"), *_jsons("pack"), *_texts("pack_digest")),
        *(*_jsons("opinion", "result"), *_texts("policy_digest"), *_days("due_day"), _written("made_at")),
        sa.CheckConstraint(
            "state IN ('listed', 'drawn', 'scoring', 'opinion', 'concluded', 'dissolved', 'province')",
            name="panel_state",
        ),
        sa.CheckConstraint("stage IN ('first', 'province', 'reconsider', 'second')", name="panel_stage"),
        sa.ForeignKeyConstraint(["batch_id"], ["dispute.draw_batch.batch_id"]),
        sa.PrimaryKeyConstraint("panel_id"),
        schema="dispute",
    )
    op.create_index("panel_of_case", "panel", ["case_no"], schema="dispute")
    op.create_index("panel_of_pool", "panel", ["pool", "panel_id"], schema="dispute")
    op.create_table(
        "panel_seat",
        *_texts("panel_id", "token", "expert_id", "subject", "region_code", "seat"),
        *(*_ints("place"), *_texts("state", "reason")),
        *(_instant("drawn_at"), _instant("declared_at", nullable=True)),
        sa.CheckConstraint("state IN ('reserve', 'asked', 'accepted', 'recused')", name="seat_state"),
        sa.PrimaryKeyConstraint("panel_id", "token"),
        schema="dispute",
    )
    op.create_index("seat_of_subject", "panel_seat", ["subject", "panel_id"], schema="dispute")
    for table, more in (
        ("panel_sheet", [*_jsons("content"), *_texts("digest")]),
        ("panel_vote", _texts("vote", "digest", "public_key", "signature")),
    ):
        limits = (
            [sa.CheckConstraint("vote IN ('yes', 'no', 'abstain')", name="vote_word")]
            if table == "panel_vote"
            else []
        )
        op.create_table(
            table,
            *_texts("panel_id", "token", "subject", "region_code"),
            *(*more, *_days("day"), _written("put_at")),
            *limits,
            sa.PrimaryKeyConstraint("panel_id", "token"),
            schema="dispute",
        )
    op.create_table(
        "desensitised",
        *_texts("case_no", "attachment_id", "region_code", "digest", "marked_by"),
        _written("marked_at"),
        sa.PrimaryKeyConstraint("case_no", "attachment_id"),
        schema="dispute",
    )


def _cross() -> None:
    op.create_table(
        "cross_round",
        *_texts("round_id", "pool", "region_code", "title", "state", "commitment", "beacon_source"),
        _instant("beacon_at"),
        *(*_texts("beacon", "secret"), *_ints("per_hospital"), *_texts("frame_digest", "seed", "opened_by")),
        _instant("opened_at"),
        sa.CheckConstraint("state IN ('opened', 'closed', 'drawn', 'done')", name="round_state"),
        sa.CheckConstraint("per_hospital > 0", name="round_size"),
        sa.PrimaryKeyConstraint("round_id"),
        schema="dispute",
    )
    op.create_index("round_of_pool", "cross_round", ["pool", "round_id"], schema="dispute")
    op.create_table(
        "cross_record",
        *_texts("round_id", "record_id", "hospital_code", "region_code", "community", "mdc", "case_id"),
        *(*_jsons("pack"), _bool("drawn"), *_texts("conclusion")),
        sa.PrimaryKeyConstraint("round_id", "record_id"),
        schema="dispute",
    )
    op.create_index("cross_record_hospital", "cross_record", ["hospital_code", "round_id"], schema="dispute")
    op.create_table(
        "cross_review",
        *(*_texts("round_id", "record_id"), _seq("place", sa.Integer())),
        *(*_texts("expert_id", "subject", "region_code"), _bool("asked"), *_texts("conclusion", "reason")),
        sa.PrimaryKeyConstraint("round_id", "record_id", "place"),
        schema="dispute",
    )
    op.create_index("cross_review_subject", "cross_review", ["subject", "round_id"], schema="dispute")


def _held() -> None:
    """A batch goes forward only, and what was drawn stays drawn: held even against the administrator."""
    op.execute("""
        CREATE FUNCTION dispute.draw_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '% stays', TG_TABLE_NAME USING ERRCODE = 'check_violation';
          END IF;
          IF TG_TABLE_NAME = 'draw_batch' THEN
            IF OLD.state = 'drawn' OR (OLD.state = 'closed'
               AND (NEW.state <> 'drawn' OR NEW.batch_digest <> OLD.batch_digest)) THEN
              RAISE EXCEPTION 'batch % is %', OLD.batch_id, OLD.state USING ERRCODE = 'check_violation';
            END IF;
          ELSIF (OLD.drawn <> '{}' AND NEW.drawn <> OLD.drawn)
             OR (OLD.result <> '{}' AND NEW.result <> OLD.result) THEN
            RAISE EXCEPTION 'panel % was drawn', OLD.panel_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    for table in ("draw_batch", "panel"):
        op.execute(
            f"CREATE TRIGGER draw_stays BEFORE UPDATE OR DELETE ON dispute.{table}"
            " FOR EACH ROW EXECUTE FUNCTION dispute.draw_stays()"
        )
