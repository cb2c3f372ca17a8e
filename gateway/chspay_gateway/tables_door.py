"""Tables of the door: nonces seen lately, and messages turned away.

Described as in :mod:`chspay_gateway.tables`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_gateway.tables import metadata
from chspay_kit.tables import moment_of_writing


class _Door(SQLModel):
    """Base of the tables of this module."""

    metadata = metadata


class Nonce(_Door, table=True):
    """A nonce of a partner: it counts once until its time is over, whichever process saw it."""

    __tablename__ = "nonce"
    __table_args__ = (Index("nonce_end", "until"),)

    partner: str = Field(primary_key=True, sa_type=Text)
    nonce: str = Field(primary_key=True, sa_type=Text)
    until: datetime = Field(sa_type=DateTime(timezone=True))


class Rejection(_Door, table=True):
    """A message of a known institution that was turned away for what it says; the first reason stays.

    Messages that may succeed when sent again (a service was away) are not here: nothing was decided.
    """

    __tablename__ = "rejection"
    __table_args__ = (Index("rejection_time", "institution", "at"),)

    institution: str = Field(primary_key=True, sa_type=Text)
    #: The national number; ``REST`` for lists of the REST interface.
    infno: str = Field(primary_key=True, sa_type=Text)
    msgid: str = Field(primary_key=True, sa_type=Text)
    body_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    reason: str = Field(sa_type=Text)
    at: datetime = moment_of_writing()
