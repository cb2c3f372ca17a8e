"""The table of simulations that somebody asked to keep: a bureau's, never a hospital's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class WhatIfResult(SQLModel, table=True):
    """A simulation and all it found: ``content`` is canonical JSON, ``digest`` its SM3; never changed."""

    __tablename__ = "what_if_result"
    __table_args__ = _OF_SCHEMA

    what_if_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
