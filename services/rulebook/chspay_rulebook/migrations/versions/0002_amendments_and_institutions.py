"""Amendments, their steps and publication; the registry of institutions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import (
    enable_rls,
    forbid_update_delete,
    grant_append_only,
    grant_once,
    grant_update,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: SQLSTATE of a publication that three persons have not seen.
NOT_SEEN_BY_THREE = "CH011"
#: SQLSTATE of a change of a superseded row.
SUPERSEDED_ONCE = "CH012"


def upgrade() -> None:
    _kit_tables()
    _amendment()
    _amendment_step()
    _publication()
    _institution()
    _law_is_public()
    _seen_by_three()
    _no_shared_day()
    _superseded_once()


def downgrade() -> None:
    tables = (
        *("institution", "retraction", "publication", "amendment_step", "amendment"),
        *("journal_batch", "request_once"),
    )
    for table in tables:
        op.drop_table(table, schema="rulebook")
    op.execute("DROP TYPE rulebook.code_range")
    for function in ("seen_by_three", "superseded_once"):
        op.execute(f"DROP FUNCTION rulebook.{function}")


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _instant(name: str, default: str = "now()") -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(default), nullable=False)


def _kit_tables() -> None:
    op.create_table(
        "request_once",
        _text("subject"),
        _text("request_id"),
        _text("method"),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("subject", "request_id"),
        schema="rulebook",
    )
    grant_once()
    op.create_table(
        "journal_batch",
        _text("stream"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("stream", "seq"),
        schema="rulebook",
    )
    grant_append_only("journal_batch")
    forbid_update_delete("journal_batch")


def _amendment() -> None:
    op.create_table(
        "amendment",
        _text("id"),
        _text("region_code"),
        _text("title"),
        _text("decision"),
        _text("decided_by"),
        _day("decided"),
        _day("begins"),
        _day("new_from", nullable=True),
        _text("content"),
        _text("digest"),
        sa.CheckConstraint("id ~ '^[a-z0-9][a-z0-9-]{0,63}$'", name="amendment_id"),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="amendment_digest"),
        sa.PrimaryKeyConstraint("id"),
        schema="rulebook",
    )
    _append_only("amendment")
    enable_rls("amendment", region_column="region_code")


def _amendment_step() -> None:
    op.create_table(
        "amendment_step",
        _text("amendment_id"),
        _text("state"),
        _text("region_code"),
        _text("done_by"),
        _text("note"),
        _instant("done_at", "clock_timestamp()"),
        sa.ForeignKeyConstraint(["amendment_id"], ["rulebook.amendment.id"], name="amendment_step_of"),
        sa.CheckConstraint(
            "state IN ('draft', 'reviewed', 'approved', 'published', 'withdrawn')",
            name="amendment_step_state",
        ),
        sa.CheckConstraint("done_by <> ''", name="amendment_step_done_by"),
        sa.PrimaryKeyConstraint("amendment_id", "state"),
        schema="rulebook",
    )
    op.create_index(
        "amendment_step_by_three",
        "amendment_step",
        ["amendment_id", "done_by"],
        unique=True,
        schema="rulebook",
        postgresql_where=sa.text("state IN ('draft', 'reviewed', 'approved')"),
    )
    _append_only("amendment_step")
    enable_rls("amendment_step", region_column="region_code")


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _text("amendment_id"),
        _text("place"),
        _text("content"),
        _day("begins"),
        _instant("published_at"),
        sa.ForeignKeyConstraint(["amendment_id"], ["rulebook.amendment.id"], name="publication_of"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("amendment_id", name="publication_once"),
        schema="rulebook",
    )
    op.create_index("publication_of_place", "publication", ["place", "number"], schema="rulebook")
    _append_only("publication")
    op.create_table(
        "retraction",
        _text("amendment_id"),
        _instant("retracted_at"),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["rulebook.publication.amendment_id"], name="retraction_of"
        ),
        sa.PrimaryKeyConstraint("amendment_id"),
        schema="rulebook",
    )
    _append_only("retraction")


def _institution() -> None:
    op.create_table(
        "institution",
        sa.Column("row_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _text("hospital_code"),
        _text("name"),
        _text("kind"),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        _text("pool"),
        _text("region_code"),
        _text("community"),
        _text("community_role"),
        _text("agreement"),
        _day("since"),
        _day("until", nullable=True),
        _text("recorded_by"),
        _instant("recorded_at", "clock_timestamp()"),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('hospital', 'clinic', 'pharmacy')", name="institution_kind"),
        sa.CheckConstraint("level IN (1, 2, 3, 9)", name="institution_level"),
        sa.CheckConstraint("(kind = 'hospital') OR level = 9", name="institution_level_of_kind"),
        sa.CheckConstraint("community_role IN ('', 'lead', 'member')", name="institution_community_role"),
        sa.CheckConstraint("(community = '') = (community_role = '')", name="institution_community"),
        sa.CheckConstraint(
            "agreement IN ('active', 'suspended', 'terminated')", name="institution_agreement"
        ),
        sa.CheckConstraint("until IS NULL OR since < until", name="institution_days"),
        sa.CheckConstraint(
            "(superseded_at IS NULL) = (superseded_by IS NULL)", name="institution_superseded"
        ),
        sa.PrimaryKeyConstraint("row_id"),
        schema="rulebook",
    )
    op.create_index(
        "institution_of_place", "institution", ["region_code", "hospital_code", "since"], schema="rulebook"
    )
    op.create_index(
        "institution_standing",
        "institution",
        ["hospital_code", "since"],
        schema="rulebook",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    grant_append_only("institution")
    grant_update("institution", "superseded_by", "superseded_at")
    enable_rls("institution", "hospital_code", "region_code")


def _append_only(table: str) -> None:
    grant_append_only(table)
    forbid_update_delete(table)


def _law_is_public() -> None:
    """A published amendment and how it came about are read by everybody; drafts only in their region."""
    for table, column in (("amendment", "id"), ("amendment_step", "amendment_id")):
        law = f"EXISTS (SELECT FROM rulebook.publication p WHERE p.amendment_id = {table}.{column})"
        op.execute(f"CREATE POLICY law ON rulebook.{table} FOR SELECT USING ({law})")


def _seen_by_three() -> None:
    """What is law was written, reviewed and approved by three persons, whoever inserts the row."""
    op.execute(f"""
        CREATE FUNCTION rulebook.seen_by_three() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (SELECT count(DISTINCT done_by) FROM rulebook.amendment_step
              WHERE amendment_id = NEW.amendment_id AND state IN ('draft', 'reviewed', 'approved')) <> 3
             OR EXISTS (SELECT FROM rulebook.amendment_step
                        WHERE amendment_id = NEW.amendment_id AND state = 'withdrawn') THEN
            RAISE EXCEPTION 'amendment % was not drafted, reviewed and approved by three persons',
              NEW.amendment_id USING ERRCODE = '{NOT_SEEN_BY_THREE}', TABLE = TG_TABLE_NAME;
          END IF;
          RETURN NEW;
        END $$""")  # noqa: S608 - constants only
    op.execute(
        "CREATE TRIGGER seen_by_three BEFORE INSERT ON rulebook.publication"
        " FOR EACH ROW EXECUTE FUNCTION rulebook.seen_by_three()"
    )


def _no_shared_day() -> None:
    """Standing rows of one institution never share a day; a code is a range of one, so no extension is
    needed to compare it in the index."""
    op.execute('CREATE TYPE rulebook.code_range AS RANGE (subtype = text, collation = "C")')
    op.execute("""
        ALTER TABLE rulebook.institution ADD CONSTRAINT institution_no_shared_day EXCLUDE USING gist (
          rulebook.code_range(hospital_code, hospital_code, '[]') WITH &&,
          daterange(since, until) WITH &&
        ) WHERE (superseded_at IS NULL)""")


def _superseded_once() -> None:
    """A row may be superseded, once, and never be revived, altered or removed."""
    op.execute(f"""
        CREATE FUNCTION rulebook.superseded_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
             AND to_jsonb(OLD) - 'superseded_at' - 'superseded_by'
               = to_jsonb(NEW) - 'superseded_at' - 'superseded_by' THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'history of institutions is not rewritten'
            USING ERRCODE = '{SUPERSEDED_ONCE}', TABLE = TG_TABLE_NAME;
        END $$""")
    op.execute(
        "CREATE TRIGGER superseded_once BEFORE UPDATE OR DELETE ON rulebook.institution"
        " FOR EACH ROW EXECUTE FUNCTION rulebook.superseded_once()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON rulebook.institution"
        " FOR EACH STATEMENT EXECUTE FUNCTION rulebook.refuse_change()"
    )
