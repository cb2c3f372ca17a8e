"""Tables of the budget schema: what Alembic compares with the database.

A year is never edited: every draft is a new version, an approval is a row of its own, and the newest
approved version is what months may spend. Row policies, triggers and grants stand in the migrations.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import RequestOnceColumns, moment_of_writing, numbered_here

SCHEMA = "budget"
_OF_SCHEMA = {"schema": SCHEMA}
_OF_YEAR = ["pool", "year", "version"]


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class FiscalYear(SQLModel, table=True):
    """One version of a pool's year, as it was drafted."""

    __tablename__ = "fiscal_year"
    __table_args__ = (
        CheckConstraint("year BETWEEN 1900 AND 2199", name="fiscal_year_year"),
        CheckConstraint("version >= 1", name="fiscal_year_version"),
        CheckConstraint("out_of_area_fen >= 0 AND reserve_fen >= 0", name="fiscal_year_parts"),
        CheckConstraint(
            "local_fund_fen > 0 AND local_fund_fen = inpatient_fund_fen - out_of_area_fen - reserve_fen",
            name="fiscal_year_local",
        ),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    inpatient_fund_fen: int = Field(sa_type=BigInteger)
    out_of_area_fen: int = Field(sa_type=BigInteger)
    reserve_fen: int = Field(sa_type=BigInteger)
    local_fund_fen: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    drafted_by: str = Field(sa_type=Text)
    drafted_at: datetime = moment_of_writing()


class MonthFund(SQLModel, table=True):
    """What a month of a version may spend; at commit the twelve add up to the local fund."""

    __tablename__ = "month_fund"
    __table_args__ = (
        ForeignKeyConstraint(
            _OF_YEAR, [f"{SCHEMA}.fiscal_year.{name}" for name in _OF_YEAR], name="month_fund_of_year"
        ),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_fund_month"),
        CheckConstraint("fund_fen >= 0", name="month_fund_amount"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    month: int = numbered_here(sa_type=SmallInteger)
    fund_fen: int = Field(sa_type=BigInteger)


class Approval(SQLModel, table=True):
    """The decision that lets a version be spent."""

    __tablename__ = "approval"
    __table_args__ = (
        ForeignKeyConstraint(
            _OF_YEAR, [f"{SCHEMA}.fiscal_year.{name}" for name in _OF_YEAR], name="approval_of_year"
        ),
        CheckConstraint("decision_no <> ''", name="approval_decision"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    decision_no: str = Field(sa_type=Text)
    approved_by: str = Field(sa_type=Text)
    approved_at: datetime = moment_of_writing()


class FinalAccount(SQLModel, table=True):
    """One version of a year's final accounts; at commit its causes explain actual less budget."""

    __tablename__ = "final_account"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pool", "year", "budget_version"],
            [f"{SCHEMA}.approval.{name}" for name in _OF_YEAR],
            name="final_account_of_budget",
        ),
        CheckConstraint("actual_fen >= 0 AND decision_fen >= 0", name="final_account_amounts"),
        CheckConstraint("document <> ''", name="final_account_document"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    budget_version: int = Field(sa_type=Integer)
    budget_fen: int = Field(sa_type=BigInteger)
    actual_fen: int = Field(sa_type=BigInteger)
    decision_fen: int = Field(sa_type=BigInteger)
    document: str = Field(sa_type=Text)
    drafted_by: str = Field(sa_type=Text)
    drafted_at: datetime = moment_of_writing()


class AccountCause(SQLModel, table=True):
    """One reason why the year differs from its budget."""

    __tablename__ = "account_cause"
    __table_args__ = (
        ForeignKeyConstraint(
            _OF_YEAR, [f"{SCHEMA}.final_account.{name}" for name in _OF_YEAR], name="account_cause_of_account"
        ),
        CheckConstraint(
            "cause IN ('volume', 'case_mix', 'price', 'policy', 'misconduct')", name="account_cause_known"
        ),
        CheckConstraint("amount_fen <> 0 AND note <> ''", name="account_cause_said"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    number: int = numbered_here(sa_type=Integer)
    cause: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    note: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)


class AccountApproval(SQLModel, table=True):
    """The decision that makes a version of the final accounts stand."""

    __tablename__ = "account_approval"
    __table_args__ = (
        ForeignKeyConstraint(
            _OF_YEAR,
            [f"{SCHEMA}.final_account.{name}" for name in _OF_YEAR],
            name="account_approval_of_account",
        ),
        CheckConstraint("decision_no <> ''", name="account_approval_decision"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = numbered_here(sa_type=SmallInteger)
    version: int = numbered_here(sa_type=Integer)
    decision_no: str = Field(sa_type=Text)
    approved_by: str = Field(sa_type=Text)
    approved_at: datetime = moment_of_writing()


metadata = SQLModel.metadata
