"""The table of decisions on claims from outside the pool; described as in :mod:`chspay_settlement.tables`.

The queue itself is no table: a claim stands in it because its newest version says that the person is insured
elsewhere, so that it can be neither lost nor doubled beside the intake.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Integer, Text
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class ReviewDecision(SQLModel, table=True):
    """What an officer of the pool found about a version of a list; only ever added, the newest counts."""

    __tablename__ = "review_decision"
    __table_args__ = (
        CheckConstraint("decision IN ('checked', 'questioned')", name="review_decision_known"),
        Index("review_decision_of_list", "list_id", "version", "seq"),
        _OF_SCHEMA,
    )

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False
    )
    list_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    decision: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()
