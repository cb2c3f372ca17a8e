"""Columns every service's ``tables.py`` shares: idempotency, journal, and kinds of columns.

Kept apart from :mod:`chspay_kit.once` and :mod:`chspay_kit.journal` so that a serving process need not
import SQLModel. In a service::

    class RequestOnce(RequestOnceColumns, table=True):
        __tablename__ = "request_once"
        __table_args__ = {"schema": "settlement"}
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, text
from sqlmodel import Field, SQLModel


def moment_of_writing() -> Any:
    """A column the database fills with the instant of the transaction (UTC)."""
    return Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")})


def numbered_here(**more: Any) -> Any:
    """Part of a key that the program numbers itself."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, **more)


class RequestOnceColumns(SQLModel):
    """One answered write request; the answer is kept to be given again."""

    subject: str = Field(primary_key=True, sa_type=Text)
    request_id: str = Field(primary_key=True, sa_type=Text)
    method: str = Field(sa_type=Text)
    body_hash: bytes = Field(sa_type=LargeBinary)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    created_at: datetime = moment_of_writing()


class JournalColumns(SQLModel):
    """One batch in a hash chain; ``hash`` covers stream, number, previous hash and payload."""

    stream: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    previous: bytes = Field(sa_type=LargeBinary)
    payload: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment_of_writing()
