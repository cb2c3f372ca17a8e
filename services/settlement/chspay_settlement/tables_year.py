"""Tables of the annual clearing: life, facts, figures, statements; of re-clearings and payment orders.

Described as in :mod:`chspay_settlement.tables`. A clearing that was sent back stays as it was: the next one
is another row. Cases and their points stand in ``run_case`` under the clearing's id.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing

_OF_SCHEMA = {"schema": "settlement"}
_NO_COUNTER = {"autoincrement": False}
STATES = "'draft', 'trial', 'reviewed', 'approved', 'published', 'closed', 'returned', 'failed'"


class YearClearing(SQLModel, table=True):
    """An annual clearing 年度清算 of a pool; one that was neither sent back nor failed stands per year."""

    __tablename__ = "year_clearing"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="year_clearing_state"),
        Index(
            "year_clearing_standing",
            "pool",
            "year",
            unique=True,
            postgresql_where=sql("state NOT IN ('returned', 'failed')"),
        ),
        _OF_SCHEMA,
    )

    clearing_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    year: int = Field(sa_type=SmallInteger)
    revision: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    done: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    scheme: str = Field(sa_type=Text)
    scheme_digest: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    budget_fen: int = Field(sa_type=BigInteger)
    budget_version: int = Field(sa_type=Integer)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    actual_fen: int = Field(sa_type=BigInteger)
    terminated_fen: int = Field(sa_type=BigInteger)
    shared_fen: int = Field(sa_type=BigInteger)
    withheld_fen: int = Field(sa_type=BigInteger)
    decision_fen: int = Field(sa_type=BigInteger)
    value_fen: int = Field(sa_type=BigInteger)
    value_micro: int = Field(sa_type=BigInteger)
    evidence: str = Field(sa_type=Text)
    table_digest: str = Field(sa_type=Text)
    input_digest: str = Field(sa_type=Text)
    statements_digest: str = Field(sa_type=Text)
    rules_used: list[str] = Field(sa_type=ARRAY(Text))
    accounts_version: int = Field(sa_type=Integer)
    decision_no: str = Field(sa_type=Text)
    published_on: date | None = Field(default=None, sa_type=Date)
    batch_id: str = Field(sa_type=Text)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
    others_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class YearEvent(SQLModel, table=True):
    """Who moved a clearing where, when and why; never changed, and chained in the journal."""

    __tablename__ = "year_event"
    __table_args__ = (
        CheckConstraint("number >= 1", name="year_event_number"),
        _OF_SCHEMA,
    )

    clearing_id: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_NO_COUNTER)
    pool: str = Field(sa_type=Text)
    event: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    warning: str = Field(sa_type=Text)
    at: datetime = moment_of_writing()


class YearFact(SQLModel, table=True):
    """What was decided of an institution's year: standing, score or audit deduction; the newest counts."""

    __tablename__ = "year_fact"
    __table_args__ = (
        CheckConstraint("kind IN ('standing', 'score', 'audit')", name="year_fact_kind"),
        CheckConstraint("citation <> ''", name="year_fact_citation"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    year: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs=_NO_COUNTER)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_NO_COUNTER)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment_of_writing()


class YearInputRow(SQLModel, table=True):
    """What a clearing was computed from, canonical JSON with its SM3; never changed."""

    __tablename__ = "year_input"
    __table_args__ = _OF_SCHEMA

    clearing_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class YearHospital(SQLModel, table=True):
    """What a clearing gives one institution; ``balance_fen`` above zero is owed to it; never changed."""

    __tablename__ = "year_hospital"
    __table_args__ = (
        CheckConstraint(
            "balance_fen = fund_fen - assessed_fen - audit_fen - prepaid_fen - advance_fen",
            name="year_hospital_balance",
        ),
        _OF_SCHEMA,
    )

    clearing_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    standing: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    actual_fen: int = Field(sa_type=BigInteger)
    target_fen: int = Field(sa_type=BigInteger)
    shared_fen: int = Field(sa_type=BigInteger)
    withheld_fen: int = Field(sa_type=BigInteger)
    gained_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)
    assessed_fen: int = Field(sa_type=BigInteger)
    released_fen: int = Field(sa_type=BigInteger)
    audit_fen: int = Field(sa_type=BigInteger)
    prepaid_fen: int = Field(sa_type=BigInteger)
    retained_fen: int = Field(sa_type=BigInteger)
    advance_fen: int = Field(sa_type=BigInteger)
    balance_fen: int = Field(sa_type=BigInteger)


class YearStatement(SQLModel, table=True):
    """An institution's annual statement 年度清算单: canonical JSON with its SM3; never changed."""

    __tablename__ = "year_statement"
    __table_args__ = _OF_SCHEMA

    clearing_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class Reclearing(SQLModel, table=True):
    """A re-clearing 重新清算 of a closed year: drafted, then committed by another person, or withdrawn."""

    __tablename__ = "reclearing"
    __table_args__ = (
        CheckConstraint("state IN ('drafted', 'committed', 'withdrawn')", name="reclearing_state"),
        CheckConstraint("committed_by <> created_by", name="reclearing_two_persons"),
        Index(
            "reclearing_standing",
            "clearing_id",
            unique=True,
            postgresql_where=sql("state = 'drafted'"),
        ),
        _OF_SCHEMA,
    )

    reclear_id: str = Field(primary_key=True, sa_type=Text)
    clearing_id: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    number: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    findings: bytes = Field(sa_type=LargeBinary)
    returned_fen: int = Field(sa_type=BigInteger)
    value_fen: int = Field(sa_type=BigInteger)
    value_micro: int = Field(sa_type=BigInteger)
    digest: str = Field(sa_type=Text)
    batch_id: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    committed_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()


class ReclearEffect(SQLModel, table=True):
    """What a re-clearing changes for one institution: figures and canonical bytes; never changed."""

    __tablename__ = "reclear_effect"
    __table_args__ = _OF_SCHEMA

    reclear_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    points_micro: int = Field(sa_type=BigInteger)
    removed_micro: int = Field(sa_type=BigInteger)
    fund_before_fen: int = Field(sa_type=BigInteger)
    fund_after_fen: int = Field(sa_type=BigInteger)
    assessed_fen: int = Field(sa_type=BigInteger)
    balance_fen: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class PaymentOrder(SQLModel, table=True):
    """A payment order 拨付单 as it went to the bank: its file, byte for byte; never changed."""

    __tablename__ = "payment_order"
    __table_args__ = (
        CheckConstraint("lines >= 1 AND total_fen > 0", name="payment_order_something"),
        Index("payment_order_number", "pool", "year", "number", unique=True),
        _OF_SCHEMA,
    )

    order_no: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    year: int = Field(sa_type=SmallInteger)
    number: int = Field(sa_type=Integer)
    pay_on: date = Field(sa_type=Date)
    lines: int = Field(sa_type=Integer)
    total_fen: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    batch_id: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
