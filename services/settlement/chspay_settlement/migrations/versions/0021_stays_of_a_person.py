"""Find every list of a person, so that days settled in an earlier month are seen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "list_version_of_person",
        "list_version",
        ["person_key"],
        unique=False,
        schema="settlement",
        postgresql_where=sa.text("person_key <> ''"),
    )


def downgrade() -> None:
    op.drop_index("list_version_of_person", table_name="list_version", schema="settlement")
