"""One life for schemes, DIP catalogues and weight tables; runs of every kind; uploads that end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chspay_kit.ddl import role

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('scheme', 'dip_catalogue', 'weight_table')"
_SWEPT = ("group_run_cases", "group_run_answers")


def upgrade() -> None:
    op.rename_table("scheme", "artefact", schema="grouper")
    op.alter_column("artefact", "scheme_id", new_column_name="artefact_id", schema="grouper")
    op.add_column(
        "artefact",
        sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'scheme'")),
        schema="grouper",
    )
    op.alter_column("artefact", "kind", server_default=None, schema="grouper")
    op.create_check_constraint("artefact_kind", "artefact", _KINDS, schema="grouper")
    op.execute("ALTER INDEX grouper.scheme_of_id RENAME TO artefact_of_id")
    for old, new in (("scheme_evaluation", "life_evaluation"), ("scheme_record", "life_record")):
        op.rename_table(old, new, schema="grouper")
        op.alter_column(new, "scheme_digest", new_column_name="artefact_digest", schema="grouper")
    op.execute("ALTER TABLE grouper.life_record RENAME CONSTRAINT scheme_record_number TO life_record_number")
    op.alter_column("run_statement", "scheme_digest", new_column_name="artefact_digest", schema="grouper")
    _runs()


def downgrade() -> None:
    for table in _SWEPT:
        op.execute(f"REVOKE DELETE ON grouper.{table} FROM {role()}")
    for column in ("swept_at", "asked", "kind"):
        op.drop_column("group_run", column, schema="grouper")
    op.alter_column("group_run", "scheme_digest", nullable=False, schema="grouper")
    op.alter_column("run_statement", "artefact_digest", new_column_name="scheme_digest", schema="grouper")
    op.execute("ALTER TABLE grouper.life_record RENAME CONSTRAINT life_record_number TO scheme_record_number")
    for new, old in (("life_record", "scheme_record"), ("life_evaluation", "scheme_evaluation")):
        op.alter_column(new, "artefact_digest", new_column_name="scheme_digest", schema="grouper")
        op.rename_table(new, old, schema="grouper")
    op.execute("ALTER INDEX grouper.artefact_of_id RENAME TO scheme_of_id")
    op.drop_column("artefact", "kind", schema="grouper")
    op.alter_column("artefact", "artefact_id", new_column_name="scheme_id", schema="grouper")
    op.rename_table("artefact", "scheme", schema="grouper")


def _runs() -> None:
    """A run says what it does; measuring weights is asked for in ``asked`` and begins without an artefact."""
    op.add_column(
        "group_run",
        sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'scheme'")),
        schema="grouper",
    )
    op.add_column(
        "group_run",
        sa.Column("asked", sa.LargeBinary(), nullable=False, server_default=sa.text("''::bytea")),
        schema="grouper",
    )
    op.add_column(
        "group_run", sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True), schema="grouper"
    )
    op.alter_column("group_run", "scheme_digest", nullable=True, schema="grouper")
    op.create_check_constraint(
        "group_run_kind",
        "group_run",
        "kind = 'measure' OR (kind IN ('scheme', 'dip_catalogue', 'weight_table')"
        " AND scheme_digest IS NOT NULL)",
        schema="grouper",
    )
    for table in _SWEPT:
        op.execute(f"GRANT DELETE ON grouper.{table} TO {role()}")
