"""The table of a month's proof: who may see it sees every hospital's sums, so hospitals do not."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_settlement.tables import SCHEMA


class RunProof(SQLModel, table=True):
    """The Merkle-sum tree of a run down to its hospitals: ``content`` is canonical JSON; never changed."""

    __tablename__ = "run_proof"
    __table_args__ = {"schema": SCHEMA}

    run_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    #: Hash of the root, hex, as every statement of the run has it.
    root: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
