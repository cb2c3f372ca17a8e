"""Tables of what a run is given besides lists: published weight tables, measured coefficients.

Described as in :mod:`chspay_settlement.tables`. Rows are added and never changed: a run years ago must be
able to show what it was given.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class RunInput(SQLModel, table=True):
    """One thing a run or an annual clearing was given, byte for byte; ``digest`` is its SM3."""

    __tablename__ = "run_input"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class CoefficientTableRow(SQLModel, table=True):
    """Coefficients measured on a base year for the hospitals of a pool; in force from a month on."""

    __tablename__ = "coefficient_table"
    __table_args__ = (Index("coefficient_table_of_pool", "pool", "in_force"), _OF_SCHEMA)

    table_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    in_force: int = Field(sa_type=Integer)
    method: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
