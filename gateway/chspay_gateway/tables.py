"""Tables of schema ``gateway``: who may call, and which national message got which answer.

The schema is private to the gateway: no row of it is reached by a caller's query, so it has no row
policies; the role has only the grants its work needs.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing

metadata = MetaData(schema="gateway")


class _Gateway(SQLModel):
    """Base of the tables of this schema."""

    metadata = metadata


class ApiClient(_Gateway, table=True):
    """One API key; the secret itself is never stored."""

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("role IN ('hospital', 'bureau', 'expert')", name="api_client_role"),
        CheckConstraint("state IN ('active', 'revoked')", name="api_client_state"),
        CheckConstraint(
            "(role = 'hospital' AND institution <> '' AND region = '' AND expert = '')"
            " OR (role = 'bureau' AND institution = '' AND region <> '' AND expert = '')"
            " OR (role = 'expert' AND institution = '' AND region = '' AND expert <> '')",
            name="api_client_scope",
        ),
        CheckConstraint(
            "role = 'bureau' AND duties <@ ARRAY['handling', 'clearing', 'secretary', 'administration',"
            " 'audit', 'accounts'] OR role = 'hospital' AND duties <@ ARRAY['lead'] OR duties = '{}'",
            name="api_client_duties",
        ),
    )

    key_id: str = Field(primary_key=True, sa_type=Text)
    #: SM3 over key id and secret, 32 bytes; the secret has 160 random bits, so a plain digest is enough.
    secret_hash: bytes = Field(sa_type=LargeBinary)
    role: str = Field(sa_type=Text)
    #: Hospital code of a hospital key; empty otherwise.
    institution: str = Field(sa_type=Text)
    #: Digits a visible region code starts with, ``*`` for all; empty for a hospital key.
    region: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("'active'")})
    since: datetime = moment_of_writing()
    until: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=True,
    )
    #: Number of an expert's key; empty otherwise.
    expert: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("''")})
    duties: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": text("'{}'")})


class Exchange(_Gateway, table=True):
    """One answered national message, kept for ever: reconciliation and reversal ask for its msgid.

    An accepted message takes its msgid: another body under it is refused. A refused one does not, so a
    corrected body may come under the same msgid.
    """

    __tablename__ = "exchange"
    __table_args__ = (
        Index(
            "exchange_accepted",
            "institution",
            "infno",
            "msgid",
            unique=True,
            postgresql_where=text("accepted"),
        ),
        Index("exchange_visit", "institution", "setl_id"),
        Index("exchange_time", "institution", "received_at"),
    )

    institution: str = Field(primary_key=True, sa_type=Text)
    infno: str = Field(primary_key=True, sa_type=Text)
    msgid: str = Field(primary_key=True, sa_type=Text)
    #: SM3 of the canonical ``input``, 32 bytes.
    body_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    accepted: bool = Field(sa_type=Boolean)
    #: Our message id, told in the answer.
    refmsgid: str = Field(sa_type=Text)
    #: The answer's bytes as sent; sealed when ``personal``.
    answer: bytes = Field(sa_type=LargeBinary)
    #: Visit, settlement and list the message was about; empty when unknown.
    mdtrt_id: str = Field(sa_type=Text)
    setl_id: str = Field(sa_type=Text)
    list_id: str = Field(sa_type=Text)
    received_at: datetime = moment_of_writing()
    personal: bool = Field(sa_type=Boolean, sa_column_kwargs={"server_default": text("false")})


class WireFile(_Gateway, table=True):
    """A file that came with 9101 or is fetched with 9102, sealed, until its day is over."""

    __tablename__ = "wire_file"
    __table_args__ = (Index("wire_file_end", "until"),)

    file_no: str = Field(primary_key=True, sa_type=Text)
    institution: str = Field(sa_type=Text)
    filename: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    until: datetime = Field(sa_type=DateTime(timezone=True))


class Outbox(_Gateway, table=True):
    """An accepted message on its way to other platforms; ``content`` is its sealed ``input``.

    ``written_in`` is the transaction that wrote it: readers take only what no open one can come before.
    """

    __tablename__ = "outbox"

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    written_in: int = Field(
        sa_type=BigInteger, sa_column_kwargs={"server_default": text("(pg_current_xact_id()::text)::bigint")}
    )
    institution: str = Field(sa_type=Text)
    infno: str = Field(sa_type=Text)
    msgid: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    insured_place: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)


class RelayCursor(_Gateway, table=True):
    """The last message of the outbox that a platform has answered."""

    __tablename__ = "relay_cursor"

    platform: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(sa_type=BigInteger)
    moved_at: datetime = moment_of_writing()


class RelayRefusal(_Gateway, table=True):
    """A message another platform refused, in its words."""

    __tablename__ = "relay_refusal"

    platform: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    told: str = Field(sa_type=Text)
    at: datetime = moment_of_writing()
