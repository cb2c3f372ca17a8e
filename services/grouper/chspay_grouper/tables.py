"""Tables of the grouper schema: what Alembic compares with the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import RequestOnceColumns

SCHEMA = "grouper"
_OF_SCHEMA = {"schema": SCHEMA}


class SealedScheme(SQLModel, table=True):
    """A grouping scheme, sealed under the SM3 of its canonical form; a row never changes or goes.

    Published rules are public, so the table has no row policy. Of several rows with one ``scheme_id``
    the one sealed last is what the id stands for.
    """

    __tablename__ = "scheme"
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="scheme_digest"),
        Index("scheme_of_id", "scheme_id", "sealed_at"),
        {"schema": SCHEMA},
    )

    digest: str = Field(primary_key=True, sa_type=Text)
    scheme_id: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    usage: str = Field(sa_type=Text)
    counts: dict[str, Any] = Field(sa_type=JSONB)
    content: bytes = Field(sa_type=LargeBinary)
    #: One line per repair made at import, Chinese.
    repairs: list[str] = Field(sa_type=JSONB)
    sealed_by: str = Field(sa_type=Text)
    sealed_at: datetime = Field(
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("clock_timestamp()")},
    )


class RequestOnce(RequestOnceColumns, table=True):
    """Answered imports, for repeated requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


metadata = SQLModel.metadata
