"""Councils, topics, their papers and ballots, opinions, and what opens a topic by itself"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_update

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ONLY_ADDED = (
    "council", "negotiation_party", "topic", "topic_paper", "proposal_impact", "ballot", "decided_dispute",
    "topic_call",
)  # fmt: skip
#: Tables that every hospital of the pool reads.
_OF_PARTIES = ("council", "topic", "topic_paper", "proposal_impact")


def upgrade() -> None:
    _topics()
    _votes()
    _opinions()
    for table in _ONLY_ADDED:
        grant_append_only(table)
        forbid_update_delete(table)
    grant_append_only("opinion")
    grant_update("opinion", "lead_id", "outcome", "reason", "answered_by", "topic_id", "published")
    enable_rls("negotiation_party", "hospital_code", "region_code")
    for table in (*_OF_PARTIES, "decided_dispute", "topic_call"):
        enable_rls(table, "", "region_code")
    for table in _OF_PARTIES:
        op.execute(
            f"CREATE POLICY party ON dispute.{table} FOR SELECT USING (EXISTS (SELECT FROM"  # noqa: S608
            f" dispute.negotiation_party p WHERE p.pool = {table}.pool AND p.hospital_code ="
            " nullif(current_setting('chspay.institution', true), '')))"
        )
    enable_rls("ballot", subject_column="cast_by")
    enable_rls("opinion", "hospital_code", "region_code")
    op.execute(
        "CREATE POLICY published ON dispute.opinion FOR SELECT USING (published AND EXISTS (SELECT FROM"
        " dispute.negotiation_party p WHERE p.pool = opinion.pool AND p.hospital_code ="
        " nullif(current_setting('chspay.institution', true), '')))"
    )


def downgrade() -> None:
    for table in ("opinion", *reversed(_ONLY_ADDED)):
        op.execute(f"DROP TABLE dispute.{table} CASCADE")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _days(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, ARRAY(sa.Text()), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _topics() -> None:
    op.create_table(
        "negotiation_party", *_texts("pool", "hospital_code", "name", "region_code"),
        sa.PrimaryKeyConstraint("pool", "hospital_code"), schema="dispute",
    )  # fmt: skip
    op.create_table(
        "topic", *_texts("topic_id", "pool", "region_code", "kind", "title"), _list("groups"),
        *_texts("origin", "opened_by"), *_days("opened_day"), sa.PrimaryKeyConstraint("topic_id"),
        schema="dispute",
    )  # fmt: skip
    op.create_index("topic_of_pool", "topic", ["pool", "topic_id"], schema="dispute")
    op.create_table(
        "topic_paper", *_texts("topic_id"), _number("seq"), *_texts("pool", "region_code", "kind"),
        _number("ref"), *_texts("by", "hospital_code"), *_days("day"), *_texts("text"), *_bytes("facts"),
        *_texts("digest"), sa.PrimaryKeyConstraint("topic_id", "seq"), schema="dispute",
    )  # fmt: skip
    op.create_table(
        "proposal_impact", *_texts("topic_id"), _number("proposal"),
        *_texts("snapshot", "pool", "region_code"), *_bytes("content"), *_texts("digest"),
        _moment("written_at"), sa.PrimaryKeyConstraint("topic_id", "proposal", "snapshot"), schema="dispute",
    )  # fmt: skip


def _votes() -> None:
    op.create_table(
        "council", *_texts("council_id", "pool", "region_code"), *_days("since", "until"),
        *_bytes("content"), *_texts("digest", "put_by"), _moment("put_at"),
        sa.CheckConstraint("until > since", name="council_term"), sa.PrimaryKeyConstraint("council_id"),
        schema="dispute",
    )  # fmt: skip
    op.create_index("council_of_pool", "council", ["pool", "since"], unique=True, schema="dispute")
    op.create_table(
        "ballot", *_texts("topic_id"), _number("round"), *_texts("delegate_id"),
        *_bytes("content", "signature"), *_texts("choice", "nonce", "cast_by"), _moment("cast_at"),
        sa.PrimaryKeyConstraint("topic_id", "round", "delegate_id"), schema="dispute",
    )  # fmt: skip


def _opinions() -> None:
    op.create_table(
        "opinion", *_texts("opinion_id", "pool", "region_code", "hospital_code"), _flag("masked"),
        *_texts("by", "target_kind", "target", "text", "proposal"), _list("cases"),
        *_days("filed_day", "due_day"), *_texts("lead_id", "outcome", "reason", "answered_by", "topic_id"),
        _flag("published"),
        sa.CheckConstraint("outcome IN ('waiting', 'adopted', 'trial', 'declined')", name="opinion_outcome"),
        sa.CheckConstraint("(outcome = 'waiting') = (reason = '')", name="opinion_reason"),
        sa.PrimaryKeyConstraint("opinion_id"), schema="dispute",
    )  # fmt: skip
    op.create_index("opinion_of_pool", "opinion", ["pool", "opinion_id"], schema="dispute")
    op.create_index("opinion_of_target", "opinion", ["pool", "target_kind", "target"], schema="dispute")
    op.create_table(
        "decided_dispute", *_texts("case_id", "pool", "region_code"), _number("year"),
        *_texts("type", "target", "reason"), _flag("upheld"), *_days("day"),
        sa.PrimaryKeyConstraint("case_id"), schema="dispute",
    )  # fmt: skip
    op.create_index("decided_dispute_of_year", "decided_dispute", ["pool", "year"], schema="dispute")
    op.create_table(
        "topic_call", *_texts("pool"), _number("year"),
        *_texts("trigger", "topic_kind", "target", "reason", "region_code", "topic_id"),
        sa.PrimaryKeyConstraint("pool", "year", "trigger", "topic_kind", "target", "reason"),
        schema="dispute",
    )  # fmt: skip
