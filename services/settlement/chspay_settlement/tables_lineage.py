"""The tables that let sums over many cases be opened. Described as in :mod:`chspay_settlement.tables`."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, Integer, Numeric, Text
from sqlmodel import Field, SQLModel

_OF_SCHEMA = {"schema": "settlement"}


class RunBlock(SQLModel, table=True):
    """The subtotals of some cases of a hospital in a run, in the order of case numbers; never changed."""

    __tablename__ = "run_block"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    block_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    region_code: str = Field(sa_type=Text)
    first_case: str = Field(sa_type=Text)
    last_case: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)
    floor_fen: int = Field(sa_type=BigInteger)
    served: int = Field(sa_type=BigInteger)
    fixed_micro: int = Field(sa_type=BigInteger)
    measured_cases: int = Field(sa_type=BigInteger)
    measured_fen: int = Field(sa_type=BigInteger)
    last_served: str = Field(sa_type=Text)


class RunGroup(SQLModel, table=True):
    """What the costs of a group came to when a run measured it from its own cases; never changed."""

    __tablename__ = "run_group"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    drg: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    total_fen: int = Field(sa_type=BigInteger)
    squares: Decimal = Field(sa_type=Numeric)
    kept_start: int = Field(sa_type=BigInteger)
    kept_above_fen: int = Field(sa_type=BigInteger)
    kept: int = Field(sa_type=BigInteger)
    kept_fen: int = Field(sa_type=BigInteger)
    kept_squares: Decimal = Field(sa_type=Numeric)
    middle_fen: int = Field(sa_type=BigInteger)
    below_middle: int = Field(sa_type=BigInteger)
