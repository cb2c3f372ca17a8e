"""Tables of schema ``gateway`` about people: accounts, roles, sessions, what happened, who read what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chspay_gateway.tables import _Gateway
from chspay_kit.tables import JournalColumns, moment_of_writing


class _Access(_Gateway):
    """Base of the tables of this page."""


class Account(_Access, table=True):
    """A person who signs in; seen by the offices its home belongs to."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'closed')", name="account_state"),
        CheckConstraint("login = lower(login) AND login <> ''", name="account_login"),
        Index("account_by_login", "login", unique=True),
        Index("account_by_identity", "identity", unique=True),
    )

    account_id: str = Field(primary_key=True, sa_type=Text)
    login: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    #: Six-digit code of the office that looks after it.
    home: str = Field(sa_type=Text)
    #: What the identity provider calls the person.
    identity: str | None = Field(default=None, sa_type=Text, nullable=True)
    #: argon2id, with salt and parameters.
    password_hash: str = Field(sa_type=Text)
    must_change: bool = Field(sa_type=Boolean)
    #: The end of a start password; empty for the person's own.
    start_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
    state: str = Field(sa_type=Text)
    made_at: datetime = moment_of_writing()


class AccountRole(_Access, table=True):
    """A role an account was given; taken back by a mark, never deleted."""

    __tablename__ = "account_role"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["gateway.account.account_id"]),
        CheckConstraint(
            "kind IN ('hospital', 'lead', 'county', 'city', 'province', 'nation', 'auditor', 'expert')",
            name="account_role_kind",
        ),
        CheckConstraint(
            "(role = 'hospital' AND institution <> '' AND region = '' AND expert = '')"
            " OR (role = 'bureau' AND institution = '' AND region <> '' AND expert = '')"
            " OR (role = 'expert' AND institution = '' AND region = '' AND expert <> '')",
            name="account_role_scope",
        ),
        Index("account_role_of", "account_id"),
    )

    role_id: str = Field(primary_key=True, sa_type=Text)
    account_id: str = Field(sa_type=Text)
    #: The account's, for the row policy.
    home: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    expert: str = Field(sa_type=Text)
    duties: list[str] = Field(sa_type=ARRAY(Text))
    since: datetime = moment_of_writing()
    until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
    granted_by: str = Field(sa_type=Text)


class RoleChange(_Access, table=True):
    """Every row of ``account_role`` before and after, written by a trigger whoever changes it."""

    __tablename__ = "role_change"

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    at: datetime = moment_of_writing()
    #: The database's own name of who did it.
    done_by: str = Field(sa_type=Text)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)


class LoginSession(_Access, table=True):
    """A session; its token is stored as a hash."""

    __tablename__ = "login_session"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["gateway.account.account_id"]),
        CheckConstraint("means IN ('password', 'oidc')", name="login_session_means"),
        Index("login_session_of", "account_id"),
    )

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    account_id: str = Field(sa_type=Text)
    role_id: str = Field(sa_type=Text)
    means: str = Field(sa_type=Text)
    began: datetime = moment_of_writing()
    seen: datetime = moment_of_writing()
    ends: datetime = Field(sa_type=DateTime(timezone=True))
    ended: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


class SignInFailure(_Access, table=True):
    """Attempts in a row under one login, known or not; the login itself is not kept."""

    __tablename__ = "sign_in_failure"

    login_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    failures: int = Field(sa_type=Integer)
    until: datetime = Field(sa_type=DateTime(timezone=True))
    last: datetime = Field(sa_type=DateTime(timezone=True))


class OidcPending(_Access, table=True):
    """A sign-in that is away at the identity provider."""

    __tablename__ = "oidc_pending"

    state_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    nonce: str = Field(sa_type=Text)
    verifier: str = Field(sa_type=Text)
    until: datetime = Field(sa_type=DateTime(timezone=True))


class JournalBatch(JournalColumns, _Access, table=True):
    """What happened to accounts, chained."""

    __tablename__ = "journal_batch"


class Reading(_Access, table=True):
    """One reading of what tells of single persons: who, by which door, which ids, when; never what."""

    __tablename__ = "reading"
    __table_args__ = (
        Index("reading_of", "institution", "seq"),
        Index("reading_by", "subject", "seq"),
        Index("reading_at", "at", postgresql_using="brin"),
    )

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    at: datetime = moment_of_writing()
    subject: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    #: Digits the region of the reader starts with, ``*`` for all; empty for a hospital.
    region: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    ids: str = Field(sa_type=Text)
    trace_id: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("''")})
