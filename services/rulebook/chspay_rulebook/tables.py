"""Tables of the rulebook schema: what Alembic compares with the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

SCHEMA = "rulebook"


class SealedBundle(SQLModel, table=True):
    """A policy bundle that was used once; its content is kept for ever under its SM3.

    The law is public, so the table has no row policy; nobody may change or remove a row.
    """

    __tablename__ = "sealed_bundle"
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="sealed_bundle_digest"),
        Index("sealed_bundle_of_place", "place", "sealed_at"),
        {"schema": SCHEMA},
    )

    digest: str = Field(primary_key=True, sa_type=Text)
    place: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    sealed_at: datetime = Field(
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("now()")},
    )


metadata = SQLModel.metadata
