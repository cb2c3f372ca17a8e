"""Tables of experts: the pool, draws, panels, sheets and votes, and cross-review rounds.

An expert's own rows name his subject; hospitals see none of these. What is closed (sheets before all are in,
who stands behind a token) the use-cases hold besides.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chspay_dispute.tables import OF_SCHEMA
from chspay_kit.tables import moment_of_writing, numbered_here

STANDINGS = "standing IN ('recommended', 'confirmed', 'suspended', 'removed')"
PANEL_STATES = "state IN ('listed', 'drawn', 'scoring', 'opinion', 'concluded', 'dissolved', 'province')"
SEAT_STATES = "state IN ('reserve', 'asked', 'accepted', 'recused')"


def _text() -> Any:
    return Field(sa_type=Text)


def _instant() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True))


class ExpertRow(SQLModel, table=True):
    """An expert of the pool."""

    __tablename__ = "expert"
    __table_args__ = (
        CheckConstraint(STANDINGS, name="expert_standing"),
        CheckConstraint("term_until > term_since", name="expert_term"),
        CheckConstraint(
            "standing <> 'confirmed' OR confirmed_by <> recommended_by", name="expert_two_people"
        ),
        Index("expert_of_pool", "pool", "expert_id"),
        OF_SCHEMA,
    )

    expert_id: str = Field(primary_key=True, sa_type=Text)
    subject: str = _text()
    pool: str = _text()
    region_code: str = _text()
    name: str = _text()
    title: str = _text()
    institution: str = _text()
    level: int = Field(sa_type=Integer)
    roles: str = _text()
    specialties: str = _text()
    communities: str = _text()
    term_since: date = Field(sa_type=Date)
    term_until: date = Field(sa_type=Date)
    trained_until: date = Field(sa_type=Date)
    standing: str = _text()
    barred: str = _text()
    public_key: str = _text()
    recommended_by: str = _text()
    confirmed_by: str = _text()
    put_at: datetime = moment_of_writing()


class ExpertNote(SQLModel, table=True):
    """What is known of an expert over time: employments, ties, changes of standing; only added to."""

    __tablename__ = "expert_note"
    __table_args__ = (
        CheckConstraint("kind IN ('employment', 'tie', 'standing', 'renewal', 'key')", name="note_kind"),
        OF_SCHEMA,
    )

    expert_id: str = Field(primary_key=True, sa_type=Text)
    seq: int = numbered_here(sa_type=BigInteger)
    subject: str = _text()
    region_code: str = _text()
    kind: str = _text()
    content: dict[str, Any] = Field(sa_type=JSONB)
    put_by: str = _text()
    put_at: datetime = moment_of_writing()


class DrawBatch(SQLModel, table=True):
    """A batch of draws, or the draw of a cross-review round: opened, closed, drawn."""

    __tablename__ = "draw_batch"
    __table_args__ = (
        CheckConstraint("state IN ('opened', 'closed', 'drawn')", name="batch_state"),
        CheckConstraint("(state = 'opened') = (closed_at IS NULL)", name="batch_closed"),
        CheckConstraint("(state = 'drawn') = (drawn_at IS NOT NULL AND secret <> '')", name="batch_drawn"),
        CheckConstraint("closed_at IS NULL OR closed_at < beacon_at", name="batch_before_beacon"),
        CheckConstraint("drawn_at IS NULL OR drawn_at >= beacon_at", name="batch_after_beacon"),
        Index("batch_of_pool", "pool", "batch_id"),
        OF_SCHEMA,
    )

    batch_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = _text()
    region_code: str = _text()
    state: str = _text()
    commitment: str = _text()
    beacon_source: str = _text()
    beacon_at: datetime = Field(sa_type=DateTime(timezone=True))
    beacon: str = _text()
    secret: str = _text()
    batch_digest: str = _text()
    seed: str = _text()
    opened_by: str = _text()
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    closed_at: datetime | None = _instant()
    drawn_at: datetime | None = _instant()


class Panel(SQLModel, table=True):
    """A panel for a case: its list, what was drawn, its blind pack, its opinion and result."""

    __tablename__ = "panel"
    __table_args__ = (
        CheckConstraint(PANEL_STATES, name="panel_state"),
        CheckConstraint("stage IN ('first', 'province', 'reconsider', 'second')", name="panel_stage"),
        Index("panel_of_case", "case_no"),
        Index("panel_of_pool", "pool", "panel_id"),
        OF_SCHEMA,
    )

    panel_id: str = Field(primary_key=True, sa_type=Text)
    batch_id: str = Field(sa_type=Text, foreign_key="dispute.draw_batch.batch_id")
    case_no: str = _text()
    stage: str = _text()
    pool: str = _text()
    region_code: str = _text()
    state: str = _text()
    blind: str = _text()
    cost_fen: int = Field(sa_type=BigInteger)
    shape: dict[str, Any] = Field(sa_type=JSONB)
    listed: list[Any] = Field(sa_type=JSONB)
    list_digest: str = _text()
    kept_out: list[Any] = Field(sa_type=JSONB)
    drawn: dict[str, Any] = Field(sa_type=JSONB)
    joined: bool = Field(sa_type=Boolean)
    pack: dict[str, Any] = Field(sa_type=JSONB)
    pack_digest: str = _text()
    opinion: dict[str, Any] = Field(sa_type=JSONB)
    result: dict[str, Any] = Field(sa_type=JSONB)
    policy_digest: str = _text()
    due_day: date = Field(sa_type=Date)
    made_at: datetime = moment_of_writing()
    vote_round: int = Field(sa_type=Integer)
    dropped: list[Any] = Field(sa_type=JSONB)


class PanelSeat(SQLModel, table=True):
    """Everybody drawn for a panel, under his token; ``place`` is the order of the seats."""

    __tablename__ = "panel_seat"
    __table_args__ = (
        CheckConstraint(SEAT_STATES, name="seat_state"),
        Index("seat_of_subject", "subject", "panel_id"),
        OF_SCHEMA,
    )

    panel_id: str = Field(primary_key=True, sa_type=Text)
    token: str = Field(primary_key=True, sa_type=Text)
    expert_id: str = _text()
    subject: str = _text()
    region_code: str = _text()
    seat: str = _text()
    place: int = Field(sa_type=Integer)
    state: str = _text()
    reason: str = _text()
    drawn_at: datetime = Field(sa_type=DateTime(timezone=True))
    declared_at: datetime | None = _instant()


class Sheet(SQLModel, table=True):
    """A score sheet; never changed."""

    __tablename__ = "panel_sheet"
    __table_args__ = OF_SCHEMA

    panel_id: str = Field(primary_key=True, sa_type=Text)
    token: str = Field(primary_key=True, sa_type=Text)
    subject: str = _text()
    region_code: str = _text()
    content: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = _text()
    day: date = Field(sa_type=Date)
    put_at: datetime = moment_of_writing()


class Vote(SQLModel, table=True):
    """A vote on the opinion of a panel, signed where the expert has a key; never changed."""

    __tablename__ = "panel_vote"
    __table_args__ = (CheckConstraint("vote IN ('yes', 'no', 'abstain')", name="vote_word"), OF_SCHEMA)

    panel_id: str = Field(primary_key=True, sa_type=Text)
    token: str = Field(primary_key=True, sa_type=Text)
    vote_round: int = numbered_here(sa_type=Integer)
    subject: str = _text()
    region_code: str = _text()
    vote: str = _text()
    digest: str = _text()
    public_key: str = _text()
    signature: str = _text()
    day: date = Field(sa_type=Date)
    put_at: datetime = moment_of_writing()


class Desensitised(SQLModel, table=True):
    """A paper of a case that a handler has looked through and found to name nobody."""

    __tablename__ = "desensitised"
    __table_args__ = OF_SCHEMA

    case_no: str = Field(primary_key=True, sa_type=Text)
    attachment_id: str = Field(primary_key=True, sa_type=Text)
    region_code: str = _text()
    digest: str = _text()
    marked_by: str = _text()
    marked_at: datetime = moment_of_writing()


class CrossRound(SQLModel, table=True):
    """A round of cross-review; its secret and beacon as those of a batch."""

    __tablename__ = "cross_round"
    __table_args__ = (
        CheckConstraint("state IN ('opened', 'closed', 'drawn', 'done')", name="round_state"),
        CheckConstraint("per_hospital > 0", name="round_size"),
        Index("round_of_pool", "pool", "round_id"),
        OF_SCHEMA,
    )

    round_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = _text()
    region_code: str = _text()
    title: str = _text()
    state: str = _text()
    commitment: str = _text()
    beacon_source: str = _text()
    beacon_at: datetime = Field(sa_type=DateTime(timezone=True))
    beacon: str = _text()
    secret: str = _text()
    per_hospital: int = Field(sa_type=Integer)
    frame_digest: str = _text()
    seed: str = _text()
    opened_by: str = _text()
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))


class CrossRecord(SQLModel, table=True):
    """A settled case of a round's frame; a hospital sees its own."""

    __tablename__ = "cross_record"
    __table_args__ = (Index("cross_record_hospital", "hospital_code", "round_id"), OF_SCHEMA)

    round_id: str = Field(primary_key=True, sa_type=Text)
    record_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = _text()
    region_code: str = _text()
    community: str = _text()
    mdc: str = _text()
    case_id: str = _text()
    pack: dict[str, Any] = Field(sa_type=JSONB)
    drawn: bool = Field(sa_type=Boolean)
    conclusion: str = _text()


class CrossReviewRow(SQLModel, table=True):
    """Who judges a record, and what he found."""

    __tablename__ = "cross_review"
    __table_args__ = (Index("cross_review_subject", "subject", "round_id"), OF_SCHEMA)

    round_id: str = Field(primary_key=True, sa_type=Text)
    record_id: str = Field(primary_key=True, sa_type=Text)
    place: int = numbered_here(sa_type=Integer)
    expert_id: str = _text()
    subject: str = _text()
    region_code: str = _text()
    asked: bool = Field(sa_type=Boolean)
    conclusion: str = _text()
    reason: str = _text()
