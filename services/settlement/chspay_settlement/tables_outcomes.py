"""The table of what decided disputes move. Described as in :mod:`chspay_settlement.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class DecidedOutcome(SQLModel, table=True):
    """One outcome by the number of its document; ``content`` and ``before`` are canonical JSON.

    ``before`` is what stood before it, as far as taking it back has to restore it. Never changed.
    """

    __tablename__ = "decided_outcome"
    __table_args__ = (
        CheckConstraint("kind IN ('case', 'finding', 'year', 'revoke')", name="decided_outcome_kind"),
        CheckConstraint("(kind = 'revoke') = (revokes <> '')", name="decided_outcome_revoke"),
        Index("decided_outcome_revoked_once", "revokes", unique=True, postgresql_where=sql("revokes <> ''")),
        _OF_SCHEMA,
    )

    decision_no: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    revokes: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    before: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()
