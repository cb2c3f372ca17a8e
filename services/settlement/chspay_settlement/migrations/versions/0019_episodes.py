"""Parts of stays, lists that wait for them, insured persons"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_rw

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "episode_part",
        _text("part_id"),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(_text(name) for name in ("hospital_code", "region_code", "kind", "infno", "msgid")),
        *(_text(name) for name in ("mdtrt_id", "setl_id", "person_key")),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("part_id"),
        schema="settlement",
    )
    for name, columns in (
        ("episode_part_of_visit", ["hospital_code", "mdtrt_id"]),
        ("episode_part_of_settlement", ["hospital_code", "setl_id"]),
        ("episode_part_of_message", ["hospital_code", "infno", "msgid"]),
        ("episode_part_by_day", ["hospital_code", "kind", "on_day", "seq"]),
    ):
        op.create_index(name, "episode_part", columns, schema="settlement")
    grant_append_only("episode_part")
    forbid_update_delete("episode_part")
    enable_rls("episode_part", "hospital_code", "region_code")
    op.create_table(
        "waiting_list",
        *(_text(name) for name in ("list_id", "hospital_code", "region_code", "mdtrt_id", "setl_id")),
        *(_text(name) for name in ("person_key", "part_id")),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("list_id"),
        schema="settlement",
    )
    op.create_index(
        "waiting_list_of_visit", "waiting_list", ["hospital_code", "mdtrt_id"], schema="settlement"
    )
    op.create_index("waiting_list_of_person", "waiting_list", ["person_key"], schema="settlement")
    grant_rw("waiting_list", delete=True)
    enable_rls("waiting_list", "hospital_code", "region_code")
    op.create_table(
        "person",
        *(_text(name) for name in ("person_key", "certificate_key", "region_code")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("person_key"),
        schema="settlement",
    )
    op.create_index("person_by_certificate", "person", ["certificate_key"], schema="settlement")
    grant_rw("person")
    # No policy for hospitals: they find a person only by a number or certificate that they have.
    enable_rls("person", "", "region_code")


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
