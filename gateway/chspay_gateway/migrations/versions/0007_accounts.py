"""Accounts, their roles and sessions, what happened to them, and who read what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import (
    enable_rls,
    forbid_update_delete,
    grant_append_only,
    grant_read,
    grant_rw,
    grant_update,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = (
    "reading", "journal_batch", "oidc_pending", "sign_in_failure", "login_session", "role_change",
    "account_role", "account",
)  # fmt: skip


def _moment(name: str, *, now: bool = False, null: bool = False) -> sa.Column:
    default = {"server_default": sa.text("now()")} if now else {}
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null, **default)


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    _people()
    _sessions()
    _books()


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Text, primary_key=True),
        *_text("login", "name", "home"),
        sa.Column("identity", sa.Text, nullable=True),
        *_text("password_hash"),
        sa.Column("must_change", sa.Boolean, nullable=False),
        _moment("start_until", null=True),
        *_text("state"),
        _moment("made_at", now=True),
        sa.CheckConstraint("state IN ('active', 'closed')", name="account_state"),
        sa.CheckConstraint("login = lower(login) AND login <> ''", name="account_login"),
        schema="gateway",
    )
    op.create_index("account_by_login", "account", ["login"], unique=True, schema="gateway")
    op.create_index("account_by_identity", "account", ["identity"], unique=True, schema="gateway")
    grant_append_only("account")
    grant_update("account", "password_hash", "must_change", "start_until", "state")
    enable_rls("account", "", "home")
    op.create_table(
        "account_role",
        sa.Column("role_id", sa.Text, primary_key=True),
        *_text("account_id", "home", "kind", "role", "institution", "region", "expert"),
        sa.Column("duties", sa.ARRAY(sa.Text), nullable=False),
        _moment("since", now=True),
        _moment("until", null=True),
        _moment("revoked_at", null=True),
        *_text("granted_by"),
        sa.ForeignKeyConstraint(["account_id"], ["gateway.account.account_id"]),
        sa.CheckConstraint(
            "kind IN ('hospital', 'lead', 'county', 'city', 'province', 'nation', 'auditor', 'expert')",
            name="account_role_kind",
        ),
        sa.CheckConstraint(
            "(role = 'hospital' AND institution <> '' AND region = '' AND expert = '')"
            " OR (role = 'bureau' AND institution = '' AND region <> '' AND expert = '')"
            " OR (role = 'expert' AND institution = '' AND region = '' AND expert <> '')",
            name="account_role_scope",
        ),
        schema="gateway",
    )
    op.create_index("account_role_of", "account_role", ["account_id"], schema="gateway")
    grant_append_only("account_role")
    grant_update("account_role", "revoked_at")
    enable_rls("account_role", "", "home")
    op.create_table(
        "role_change",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _moment("at", now=True),
        *_text("done_by"),
        sa.Column("before", postgresql.JSONB, nullable=True),
        sa.Column("after", postgresql.JSONB, nullable=True),
        schema="gateway",
    )
    grant_read("role_change")
    forbid_update_delete("role_change")
    # With the rights of its owner, so that no role change goes unwritten and the service writes none itself.
    op.execute("""
        CREATE FUNCTION gateway.note_role_change() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $$
        BEGIN
          INSERT INTO gateway.role_change (done_by, before, after) VALUES (session_user,
            CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
          RETURN NULL;
        END $$""")
    op.execute(
        "CREATE TRIGGER note_role_change AFTER INSERT OR UPDATE OR DELETE ON gateway.account_role"
        " FOR EACH ROW EXECUTE FUNCTION gateway.note_role_change()"
    )


def _sessions() -> None:
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        *_text("account_id", "role_id", "means"),
        _moment("began", now=True),
        _moment("seen", now=True),
        _moment("ends"),
        _moment("ended", null=True),
        sa.ForeignKeyConstraint(["account_id"], ["gateway.account.account_id"]),
        sa.CheckConstraint("means IN ('password', 'oidc')", name="login_session_means"),
        schema="gateway",
    )
    op.create_index("login_session_of", "login_session", ["account_id"], schema="gateway")
    grant_append_only("login_session")
    grant_update("login_session", "seen", "ended")
    op.create_table(
        "sign_in_failure",
        sa.Column("login_hash", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        _moment("until"),
        _moment("last"),
        schema="gateway",
    )
    grant_rw("sign_in_failure", delete=True)
    op.create_table(
        "oidc_pending",
        sa.Column("state_hash", sa.LargeBinary, primary_key=True),
        *_text("nonce", "verifier"),
        _moment("until"),
        schema="gateway",
    )
    grant_rw("oidc_pending", delete=True)


def _books() -> None:
    op.create_table(
        "journal_batch",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, autoincrement=False, primary_key=True),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("previous", "payload", "hash")),
        _moment("created_at", now=True),
        schema="gateway",
    )
    grant_append_only("journal_batch")
    forbid_update_delete("journal_batch")
    op.create_table(
        "reading",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _moment("at", now=True),
        *_text("subject", "role", "institution", "region", "what", "ids"),
        sa.Column("trace_id", sa.Text, nullable=False, server_default=sa.text("''")),
        schema="gateway",
    )
    op.create_index("reading_of", "reading", ["institution", "seq"], schema="gateway")
    op.create_index("reading_by", "reading", ["subject", "seq"], schema="gateway")
    op.create_index("reading_at", "reading", ["at"], schema="gateway", postgresql_using="brin")
    grant_append_only("reading")
    forbid_update_delete("reading")
    enable_rls("reading", "institution", "region")


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name, schema="gateway")
    op.execute("DROP FUNCTION gateway.note_role_change()")
