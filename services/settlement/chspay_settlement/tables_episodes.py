"""Tables of episodes 就诊: parts as they came, lists that wait for parts, insured persons."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Identity, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing

SCHEMA = "settlement"
_OF_SCHEMA = {"schema": SCHEMA}
_INSTANT = DateTime(timezone=True)


class EpisodePart(SQLModel, table=True):
    """One message's part of a stay; never changed. ``content`` is canonical JSON without identities."""

    __tablename__ = "episode_part"
    __table_args__ = (
        Index("episode_part_of_visit", "hospital_code", "mdtrt_id"),
        Index("episode_part_of_settlement", "hospital_code", "setl_id"),
        Index("episode_part_of_message", "hospital_code", "infno", "msgid"),
        Index("episode_part_by_day", "hospital_code", "kind", "on_day", "seq"),
        _OF_SCHEMA,
    )

    part_id: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(
        sa_type=BigInteger,
        sa_column_args=(Identity(always=True),),
        nullable=False,
    )
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    infno: str = Field(sa_type=Text)
    msgid: str = Field(sa_type=Text)
    mdtrt_id: str = Field(sa_type=Text)
    setl_id: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    on_day: date = Field(sa_type=Date)
    content: bytes = Field(sa_type=LargeBinary)
    #: Identity, and of a list its message, sealed with SM4-GCM.
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    received_at: datetime = moment_of_writing()


class WaitingList(SQLModel, table=True):
    """A list that waits for other parts, or to be submitted; gone when it is taken in."""

    __tablename__ = "waiting_list"
    __table_args__ = (
        Index("waiting_list_of_visit", "hospital_code", "mdtrt_id"),
        Index("waiting_list_of_person", "person_key"),
        _OF_SCHEMA,
    )

    list_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    mdtrt_id: str = Field(sa_type=Text)
    setl_id: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    part_id: str = Field(sa_type=Text)
    missing: list[str] = Field(sa_type=ARRAY(Text))
    since: datetime = moment_of_writing()


class Person(SQLModel, table=True):
    """An insured person: pseudonyms to find it by, everything else sealed."""

    __tablename__ = "person"
    __table_args__ = (Index("person_by_certificate", "certificate_key"), _OF_SCHEMA)

    person_key: str = Field(primary_key=True, sa_type=Text)
    certificate_key: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    updated_at: datetime = moment_of_writing()
