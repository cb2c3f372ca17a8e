"""The table of events; described as in :mod:`chspay_settlement.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class Event(SQLModel, table=True):
    """Something that happened, written in the transaction that made it happen; only ever added.

    ``written_in`` is that transaction: readers take only what no open one can come before.
    """

    __tablename__ = "event"
    __table_args__ = _OF_SCHEMA

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    written_in: int = Field(
        sa_type=BigInteger, sa_column_kwargs={"server_default": text("(pg_current_xact_id()::text)::bigint")}
    )
    event_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    facts: str = Field(sa_type=JSONB)
    at: datetime = moment_of_writing()
