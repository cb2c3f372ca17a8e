"""The public register of publications."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_dispute.tables import OF_SCHEMA


class RegisterEntry(SQLModel, table=True):
    """One publication; its body goes when it is withdrawn, the rest never changes."""

    __tablename__ = "register_entry"
    __table_args__ = (
        CheckConstraint("seq > 0", name="register_seq"),
        CheckConstraint("(body IS NULL) = (withdrawn_by <> '')", name="register_withdrawn"),
        Index("register_of_pool", "pool", "seq", unique=True),
        Index("register_of_kind", "kind", "published_at", "entry_no"),
        Index("register_of_subject", "subject"),
        OF_SCHEMA,
    )

    entry_no: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    seq: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    published_at: datetime = Field(sa_type=DateTime(timezone=True))
    published_by: str = Field(sa_type=Text)
    content_sm3: bytes = Field(sa_type=LargeBinary)
    previous: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    withdrawn_by: str = Field(sa_type=Text)
