"""Rosters, catchments, attributions, findings, settlements, contracts and referrals"""

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
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Only ever added to.
_RECORDS = (
    "catchment", "attribution_units", "community_quota", "community_settlement", "contract", "referral",
)  # fmt: skip
_TABLES = ("roster", "roster_chunk", "attribution", "head_finding", *_RECORDS)


def upgrade() -> None:
    _request_once()
    _rosters()
    _catchment()
    _attributions()
    _heads()
    _benefits()
    grant_once()
    grant_append_only("roster")
    grant_update("roster", "state", "rows", "digest", "report")
    grant_rw("roster_chunk", delete=True)
    grant_append_only("attribution")
    grant_update("attribution", "state", "done", "failure_reason", "failure_message", "outcome", "digest")
    grant_append_only("head_finding")
    grant_update("head_finding", "state", "statement", "decision_no", "decided_by")
    for table in _RECORDS:
        grant_append_only(table)
        forbid_update_delete(table)
    for table in _TABLES:
        enable_rls(table, region_column="pool")
    _frozen()


def downgrade() -> None:
    for table in (*reversed(_TABLES), "request_once"):
        op.execute(f"DROP TABLE IF EXISTS capitation.{table} CASCADE")
    for function in ("roster_frozen", "decided_once", "refuse_change"):
        op.execute(f"DROP FUNCTION capitation.{function}")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, kind: type = sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind(), autoincrement=False, nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"capitation.{table}.{column}"])


def _request_once() -> None:
    op.create_table(
        "request_once",
        _text("subject"),
        _text("request_id"),
        _text("method"),
        _bytes("body_hash"),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="capitation",
    )


def _rosters() -> None:
    op.create_table(
        "roster",
        *(_text("roster_id"), _text("pool"), _day("as_of"), _text("state"), _whole("rows", sa.BigInteger)),
        *(_text("digest"), _json("report"), _text("started_by"), _instant("created_at")),
        sa.CheckConstraint("state IN ('uploading', 'checking', 'refused', 'loaded')", name="roster_state"),
        sa.CheckConstraint("(state = 'loaded') = (digest <> '')", name="roster_digest"),
        sa.PrimaryKeyConstraint("roster_id"),
        schema="capitation",
    )
    op.create_index("roster_of_state", "roster", ["state", "created_at"], schema="capitation")
    op.create_table(
        "roster_chunk",
        *(_text("roster_id"), _whole("part_no"), _whole("chunk_no"), _text("pool")),
        *(_whole("first_row", sa.BigInteger), _whole("rows"), _text("digest"), _bytes("content")),
        sa.CheckConstraint("rows > 0", name="roster_chunk_rows"),
        _of("roster", "roster_id"),
        sa.PrimaryKeyConstraint("roster_id", "part_no", "chunk_no"),
        schema="capitation",
    )


def _catchment() -> None:
    op.create_table(
        "catchment",
        *(_text("pool"), _whole("version"), _text("document"), _json("entries"), _text("digest")),
        *(_text("put_by"), _instant("put_at")),
        sa.CheckConstraint("version >= 1", name="catchment_version"),
        sa.CheckConstraint("document <> ''", name="catchment_document"),
        sa.PrimaryKeyConstraint("pool", "version"),
        schema="capitation",
    )


def _attributions() -> None:
    op.create_table(
        "attribution",
        *(_text("attribution_id"), _text("pool"), _text("roster_id"), _whole("catchment_version")),
        *(_day("since"), _day("until"), _text("state"), _whole("total"), _whole("done")),
        *(_text("failure_reason"), _text("failure_message"), _text("policy_digest")),
        *(_json("asked"), _bytes("policy"), _json("outcome"), _text("digest"), _text("started_by")),
        _instant("created_at"),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name="attribution_state"),
        sa.CheckConstraint("until > since", name="attribution_period"),
        sa.CheckConstraint("(state = 'done') = (digest <> '')", name="attribution_digest"),
        _of("roster", "roster_id"),
        sa.PrimaryKeyConstraint("attribution_id"),
        schema="capitation",
    )
    op.create_index("attribution_of_state", "attribution", ["state", "created_at"], schema="capitation")
    op.create_table(
        "attribution_units",
        *(_text("attribution_id"), _whole("number"), _text("pool"), _whole("rows"), _bytes("content")),
        _of("attribution", "attribution_id"),
        sa.PrimaryKeyConstraint("attribution_id", "number"),
        schema="capitation",
    )
    op.create_table(
        "community_quota",
        *(_text("attribution_id"), _text("community"), _text("insurance_type"), _text("pool")),
        *(_whole(name, sa.BigInteger) for name in ("valid_days", "removed_days", "stays", "quota_fen")),
        sa.CheckConstraint(
            "valid_days >= 0 AND removed_days >= 0 AND quota_fen >= 0", name="community_quota_sign"
        ),
        _of("attribution", "attribution_id"),
        sa.PrimaryKeyConstraint("attribution_id", "community", "insurance_type"),
        schema="capitation",
    )
    op.create_table(
        "community_settlement",
        *(_text("settlement_id"), _text("attribution_id"), _text("community"), _text("pool"), _json("funds")),
        *(_whole("due_fen", sa.BigInteger), _text("document"), _text("policy_digest"), _json("worksheet")),
        *(_text("settled_by"), _instant("settled_at")),
        sa.CheckConstraint("document <> ''", name="community_settlement_document"),
        _of("attribution", "attribution_id"),
        sa.PrimaryKeyConstraint("settlement_id"),
        schema="capitation",
    )


def _heads() -> None:
    op.create_table(
        "head_finding",
        *(_text("finding_no"), _text("pool"), _text("person_key"), _day("since"), _day("until")),
        *(_text("cause"), _text("document"), _text("found_by"), _text("state"), _text("statement")),
        *(_text("decision_no"), _text("decided_by"), _instant("found_at")),
        sa.CheckConstraint("state IN ('found', 'heard', 'removed', 'dismissed')", name="head_finding_state"),
        sa.CheckConstraint("until > since", name="head_finding_period"),
        sa.CheckConstraint("cause <> '' AND document <> ''", name="head_finding_said"),
        sa.CheckConstraint("state = 'found' OR statement <> ''", name="head_finding_heard"),
        sa.CheckConstraint(
            "state IN ('found', 'heard') OR (decision_no <> '' AND decided_by <> found_by)",
            name="head_finding_decided",
        ),
        sa.PrimaryKeyConstraint("finding_no"),
        schema="capitation",
    )


def _benefits() -> None:
    op.create_table(
        "contract",
        *(_text("contract_no"), _text("pool"), _text("person_key"), _text("institution"), _day("since")),
        *(_day("until", nullable=True), _text("put_by"), _instant("put_at")),
        sa.CheckConstraint("until IS NULL OR until > since", name="contract_period"),
        sa.PrimaryKeyConstraint("contract_no"),
        schema="capitation",
    )
    op.create_table(
        "referral",
        *(_text("referral_no"), _text("pool"), _text("person_key"), _text("from_institution")),
        *(
            _whole("from_level", sa.SmallInteger),
            _text("to_institution"),
            _whole("to_level", sa.SmallInteger),
        ),
        *(sa.Column("out_of_area", sa.Boolean(), nullable=False), _day("day"), _text("diagnosis")),
        *(
            _text("reason"),
            sa.Column("called_for", sa.Boolean(), nullable=False),
            _text("code"),
            _text("told"),
        ),
        *(_day("until"), _text("citation"), _text("put_by"), _instant("put_at")),
        sa.CheckConstraint("from_level BETWEEN 1 AND 3 AND to_level BETWEEN 1 AND 3", name="referral_levels"),
        sa.PrimaryKeyConstraint("referral_no"),
        schema="capitation",
    )
    for table in ("contract", "referral"):
        op.create_index(f"{table}_of_person", table, ["person_key"], schema="capitation")


def _frozen() -> None:
    """A loaded roster never changes, and a decision is taken once: held even against the administrator."""
    op.execute("""
        CREATE FUNCTION capitation.roster_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM capitation.roster r
                     WHERE r.roster_id = coalesce(NEW.roster_id, OLD.roster_id)
                       AND r.state NOT IN ('uploading', 'refused')) THEN
            RAISE EXCEPTION 'a roster that is checked or loaded does not change'
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN coalesce(NEW, OLD);
        END $$""")
    op.execute(
        "CREATE TRIGGER roster_frozen BEFORE INSERT OR UPDATE OR DELETE ON capitation.roster_chunk"
        " FOR EACH ROW EXECUTE FUNCTION capitation.roster_frozen()"
    )
    op.execute("""
        CREATE FUNCTION capitation.decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR OLD.state IN ('removed', 'dismissed', 'done', 'failed', 'loaded') THEN
            RAISE EXCEPTION '% % does not change any more', TG_TABLE_NAME, OLD.state
              USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""")
    for table in ("head_finding", "attribution", "roster"):
        op.execute(
            f"CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON capitation.{table}"
            " FOR EACH ROW EXECUTE FUNCTION capitation.decided_once()"
        )
