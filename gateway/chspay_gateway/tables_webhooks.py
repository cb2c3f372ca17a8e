"""Tables of webhooks; described as in :mod:`chspay_gateway.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from chspay_gateway.tables import metadata
from chspay_kit.tables import moment_of_writing


class _Hooks(SQLModel):
    """Base of the tables of this module."""

    metadata = metadata


class Webhook(_Hooks, table=True):
    """Who wants to be told what, and where; the secret lies sealed."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'removed')", name="webhook_state"),
        CheckConstraint("(institution = '') <> (region = '')", name="webhook_scope"),
        Index("webhook_of_owner", "institution", "region"),
    )

    webhook_id: str = Field(primary_key=True, sa_type=Text)
    #: The key or account that asked for it.
    subject: str = Field(sa_type=Text)
    #: Hospital code, or else the digits a visible region code starts with (``*`` for all).
    institution: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    events: list[str] = Field(sa_type=ARRAY(Text))
    secret: bytes = Field(sa_type=LargeBinary)
    state: str = Field(sa_type=Text, sa_column_kwargs={"server_default": sql("'active'")})
    since: datetime = moment_of_writing()


class WebhookDelivery(_Hooks, table=True):
    """One event on its way to one receiver: waiting, delivered, or dead after too many tries."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="webhook_delivery_state"),
        Index("webhook_delivery_once", "webhook_id", "event_id", unique=True),
        Index("webhook_delivery_due", "next_at", postgresql_where=sql("state = 'waiting'")),
    )

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    webhook_id: str = Field(sa_type=Text)
    event_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    state: str = Field(sa_type=Text, sa_column_kwargs={"server_default": sql("'waiting'")})
    attempts: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": sql("0")})
    next_at: datetime = moment_of_writing()
    #: What came back last: HTTP status, 0 for none, and a word.
    status: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": sql("0")})
    told: str = Field(sa_type=Text, sa_column_kwargs={"server_default": sql("''")})
    written_at: datetime = moment_of_writing()
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
