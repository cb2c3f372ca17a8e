"""What the owner of a key does in its office, and keys of experts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROLE = "role IN ('hospital', 'bureau')"
_SCOPE = (
    "(role = 'hospital' AND institution <> '' AND region = '')"
    " OR (role = 'bureau' AND institution = '' AND region <> '')"
)


def upgrade() -> None:
    op.add_column(
        "api_client",
        sa.Column("expert", sa.Text, nullable=False, server_default=sa.text("''")),
        schema="gateway",
    )
    op.add_column(
        "api_client",
        sa.Column("duties", sa.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        schema="gateway",
    )
    # Keys of before did everything an office does with money and lists; they go on doing so.
    op.execute("UPDATE gateway.api_client SET duties = '{clearing,handling}' WHERE role = 'bureau'")
    for name in ("api_client_role", "api_client_scope"):
        op.drop_constraint(name, "api_client", schema="gateway")
    _check("api_client_role", "role IN ('hospital', 'bureau', 'expert')")
    _check(
        "api_client_scope",
        "(role = 'hospital' AND institution <> '' AND region = '' AND expert = '')"
        " OR (role = 'bureau' AND institution = '' AND region <> '' AND expert = '')"
        " OR (role = 'expert' AND institution = '' AND region = '' AND expert <> '')",
    )
    _check(
        "api_client_duties",
        "role = 'bureau' AND duties <@ ARRAY['handling', 'clearing', 'secretary', 'administration',"
        " 'audit', 'accounts'] OR role = 'hospital' AND duties <@ ARRAY['lead'] OR duties = '{}'",
    )


def _check(name: str, condition: str) -> None:
    op.create_check_constraint(name, "api_client", condition, schema="gateway")


def downgrade() -> None:
    for name in ("api_client_duties", "api_client_scope", "api_client_role"):
        op.drop_constraint(name, "api_client", schema="gateway")
    op.execute("DELETE FROM gateway.api_client WHERE role = 'expert'")
    op.drop_column("api_client", "duties", schema="gateway")
    op.drop_column("api_client", "expert", schema="gateway")
    _check("api_client_role", _ROLE)
    _check("api_client_scope", _SCOPE)
