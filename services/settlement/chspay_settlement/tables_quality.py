"""Tables of intake quality: lists that wait for their check, and what the check found.

Described as in :mod:`chspay_settlement.tables`. A result names the rule set that made it and is never
changed; values of the list are not in it, they stay sealed beside the list.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class QualityWaiting(SQLModel, table=True):
    """A list version that came with its message and has not been checked yet."""

    __tablename__ = "quality_waiting"
    __table_args__ = _OF_SCHEMA

    list_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)


class QualityResultRow(SQLModel, table=True):
    """The check of a list version under a rule set; counts add up to a hospital's score.

    ``findings``: ``[[rule, [rows]], …]``; ``codes``: ``{code set: [used, right]}``; ``timely``: 1 in time,
    0 late, empty when not known.
    """

    __tablename__ = "quality_result"
    __table_args__ = (
        Index("quality_result_of_hospital", "hospital_code", "discharge_date", "list_id"),
        _OF_SCHEMA,
    )

    list_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    rule_set: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    discharge_date: date = Field(sa_type=Date)
    errors: int = Field(sa_type=Integer)
    warnings: int = Field(sa_type=Integer)
    undecided: int = Field(sa_type=Integer)
    filled: int = Field(sa_type=Integer)
    wanted: int = Field(sa_type=Integer)
    decided: int = Field(sa_type=Integer)
    wrong: int = Field(sa_type=Integer)
    timely: int | None = Field(default=None, sa_type=SmallInteger)
    codes: str = Field(sa_type=JSONB)
    findings: str = Field(sa_type=JSONB)
    checked_at: datetime = moment_of_writing()


class FrontPage(SQLModel, table=True):
    """A front page (4401) as it came, sealed; the newest one of a stay counts."""

    __tablename__ = "front_page"
    __table_args__ = (
        Index("front_page_of_visit", "hospital_code", "mdtrt_id"),
        Index("front_page_of_settlement", "hospital_code", "setl_id"),
        _OF_SCHEMA,
    )

    request_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    mdtrt_id: str = Field(sa_type=Text)
    setl_id: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = moment_of_writing()
