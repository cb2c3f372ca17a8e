"""Tables of negotiation and opinions: councils, topics and what was written in them, ballots, opinions.

All but the answer to an opinion is only ever added to. Row policies are in the migration: a hospital of the
pool sees the topics of its pool and of opinions only its own and those published.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chspay_dispute.tables import OF_SCHEMA
from chspay_kit.tables import moment_of_writing, numbered_here


def _key(**more: Any) -> Any:
    return Field(primary_key=True, sa_type=Text, **more)


class Council(SQLModel, table=True):
    """A council from a day on, as one sealed list of seats."""

    __tablename__ = "council"
    __table_args__ = (
        CheckConstraint("until > since", name="council_term"),
        Index("council_of_pool", "pool", "since", unique=True),
        OF_SCHEMA,
    )

    council_id: str = _key()
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    put_at: datetime = moment_of_writing()


class NegotiationParty(SQLModel, table=True):
    """A hospital of a pool: who may follow its topics."""

    __tablename__ = "negotiation_party"
    __table_args__ = OF_SCHEMA

    pool: str = _key()
    hospital_code: str = _key()
    name: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)


class Topic(SQLModel, table=True):
    """What is negotiated; where it stands is on its docket."""

    __tablename__ = "topic"
    __table_args__ = (Index("topic_of_pool", "pool", "topic_id"), OF_SCHEMA)

    topic_id: str = _key()
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    groups: list[str] = Field(sa_type=ARRAY(Text))
    origin: str = Field(sa_type=Text)
    opened_by: str = Field(sa_type=Text)
    opened_day: date = Field(sa_type=Date)


class TopicPaper(SQLModel, table=True):
    """Whatever was written in a topic, in its order."""

    __tablename__ = "topic_paper"
    __table_args__ = (OF_SCHEMA,)

    topic_id: str = _key()
    seq: int = numbered_here(sa_type=BigInteger)
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    ref: int = Field(sa_type=BigInteger)
    by: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    day: date = Field(sa_type=Date)
    text: str = Field(sa_type=Text)
    facts: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class ProposalImpact(SQLModel, table=True):
    """What a proposal would have done to the frozen months; sealed once."""

    __tablename__ = "proposal_impact"
    __table_args__ = (OF_SCHEMA,)

    topic_id: str = _key()
    proposal: int = numbered_here(sa_type=BigInteger)
    snapshot: str = _key()
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    written_at: datetime = moment_of_writing()


class Ballot(SQLModel, table=True):
    """A signed ballot; seen by its delegate and by the process that counts."""

    __tablename__ = "ballot"
    __table_args__ = (OF_SCHEMA,)

    topic_id: str = _key()
    round: int = numbered_here(sa_type=BigInteger)
    delegate_id: str = _key()
    content: bytes = Field(sa_type=LargeBinary)
    signature: bytes = Field(sa_type=LargeBinary)
    choice: str = Field(sa_type=Text)
    nonce: str = Field(sa_type=Text)
    cast_by: str = Field(sa_type=Text)
    cast_at: datetime = moment_of_writing()


class Opinion(SQLModel, table=True):
    """What a hospital says of a rule, and the answer."""

    __tablename__ = "opinion"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'adopted', 'trial', 'declined')", name="opinion_outcome"),
        CheckConstraint("(outcome = 'waiting') = (reason = '')", name="opinion_reason"),
        Index("opinion_of_pool", "pool", "opinion_id"),
        Index("opinion_of_target", "pool", "target_kind", "target"),
        OF_SCHEMA,
    )

    opinion_id: str = _key()
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    masked: bool = Field()
    by: str = Field(sa_type=Text)
    target_kind: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    proposal: str = Field(sa_type=Text)
    cases: list[str] = Field(sa_type=ARRAY(Text))
    filed_day: date = Field(sa_type=Date)
    due_day: date = Field(sa_type=Date)
    lead_id: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    answered_by: str = Field(sa_type=Text)
    topic_id: str = Field(sa_type=Text)
    published: bool = Field()


class DecidedDispute(SQLModel, table=True):
    """A dispute that took effect, as far as it can ask for another rule."""

    __tablename__ = "decided_dispute"
    __table_args__ = (Index("decided_dispute_of_year", "pool", "year"), OF_SCHEMA)

    case_id: str = _key()
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    year: int = Field(sa_type=BigInteger)
    type: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    upheld: bool = Field()
    day: date = Field(sa_type=Date)


class TopicCall(SQLModel, table=True):
    """That something opened a topic by itself in a year: once."""

    __tablename__ = "topic_call"
    __table_args__ = (OF_SCHEMA,)

    pool: str = _key()
    year: int = numbered_here(sa_type=BigInteger)
    trigger: str = _key()
    topic_kind: str = _key()
    target: str = _key()
    reason: str = _key()
    region_code: str = Field(sa_type=Text)
    topic_id: str = Field(sa_type=Text)
