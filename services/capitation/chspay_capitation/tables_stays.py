"""Tables of benefits: stays of persons, what each came to version by version, and what was taken back.

Described as in :mod:`chspay_capitation.tables`. A stay is known by its hospital and the hospital's number.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_capitation.tables import SCHEMA, key, number
from chspay_kit.tables import moment_of_writing

_OF_SCHEMA = {"schema": SCHEMA}


def _of_stay() -> ForeignKeyConstraint:
    columns = ["institution", "stay_id"]
    return ForeignKeyConstraint(columns, [f"{SCHEMA}.person_stay.{column}" for column in columns])


class PersonStay(SQLModel, table=True):
    """A stay with the facts it is settled by, as they were found on the day."""

    __tablename__ = "person_stay"
    __table_args__ = (
        CheckConstraint("discharged >= admitted", name="person_stay_period"),
        CheckConstraint("eligible_fen >= 0", name="person_stay_amount"),
        CheckConstraint("NOT emergency OR emergency_proof <> ''", name="person_stay_emergency"),
        Index("person_stay_of_person", "pool", "person_key"),
        _OF_SCHEMA,
    )

    institution: str = key()
    stay_id: str = key()
    pool: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    level: int = Field(sa_type=Integer)
    community: str = Field(sa_type=Text)
    member: bool = Field(sa_type=Boolean)
    member_by: str = Field(sa_type=Text)
    out_of_area: bool = Field(sa_type=Boolean)
    emergency: bool = Field(sa_type=Boolean)
    emergency_proof: str = Field(sa_type=Text)
    admitted: date = Field(sa_type=Date)
    discharged: date = Field(sa_type=Date)
    eligible_fen: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class StayBenefit(SQLModel, table=True):
    """What a stay came to; the highest version stands."""

    __tablename__ = "stay_benefit"
    __table_args__ = (
        CheckConstraint("version >= 1", name="stay_benefit_version"),
        CheckConstraint("deductible_fen >= 0 AND fund_fen >= 0", name="stay_benefit_sign"),
        _of_stay(),
        _OF_SCHEMA,
    )

    institution: str = key()
    stay_id: str = key()
    version: int = number(sa_type=Integer)
    pool: str = Field(sa_type=Text)
    linked_to: str = Field(sa_type=Text)
    deductible_fen: int = Field(sa_type=BigInteger)
    surcharged: bool = Field(sa_type=Boolean)
    fund_fen: int = Field(sa_type=BigInteger)
    cause: str = Field(sa_type=Text)
    worksheet: dict[str, Any] = Field(sa_type=JSONB)
    settled_by: str = Field(sa_type=Text)
    settled_at: datetime = moment_of_writing()


class StayReversal(SQLModel, table=True):
    """A stay taken back, and why; once."""

    __tablename__ = "stay_reversal"
    __table_args__ = (
        CheckConstraint("document <> ''", name="stay_reversal_document"),
        _of_stay(),
        _OF_SCHEMA,
    )

    institution: str = key()
    stay_id: str = key()
    pool: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    reversed_by: str = Field(sa_type=Text)
    reversed_at: datetime = moment_of_writing()
