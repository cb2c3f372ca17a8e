"""Tables around a month run: points of a prefecture, findings, decisions, holds, differences, periods.

Described as in :mod:`chspay_settlement.tables`. What was found or decided is never changed: a later row
says otherwise.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing

_OF_SCHEMA = {"schema": "settlement"}
_TEXTS = ARRAY(Text)
_NO_COUNTER = {"autoincrement": False}


class PointTable(SQLModel, table=True):
    """Points of a prefecture, measured once over a range of months; content and digest when done."""

    __tablename__ = "point_table"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'running', 'done', 'failed')", name="point_table_state"),
        CheckConstraint("first_period <= last_period", name="point_table_months"),
        Index("point_table_of_place", "place", "in_force"),
        _OF_SCHEMA,
    )

    table_id: str = Field(primary_key=True, sa_type=Text)
    place: str = Field(sa_type=Text)
    place_prefix: str = Field(sa_type=Text)
    first_period: int = Field(sa_type=Integer)
    last_period: int = Field(sa_type=Integer)
    in_force: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    groups: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    scheme: str = Field(sa_type=Text)
    scheme_digest: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()


class AuditFinding(SQLModel, table=True):
    """A finding 审核疑点 as the audit handed it over; its state is its newest event."""

    __tablename__ = "audit_finding"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="audit_finding_amount"),
        Index("audit_finding_of_list", "list_id"),
        Index("audit_finding_of_pool", "pool", "finding_id"),
        _OF_SCHEMA,
    )

    finding_id: str = Field(primary_key=True, sa_type=Text)
    list_id: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    rule_id: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    reported_by: str = Field(sa_type=Text)
    reported_at: datetime = moment_of_writing()


class FindingEvent(SQLModel, table=True):
    """One step in the life of a finding; ``amount_fen`` is what is deducted from here on."""

    __tablename__ = "finding_event"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'upheld', 'dismissed', 'disputed')", name="finding_event_state"),
        CheckConstraint(
            "amount_fen >= 0 AND (state = 'upheld') = (amount_fen > 0)", name="finding_event_amount"
        ),
        _OF_SCHEMA,
    )

    finding_id: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs=_NO_COUNTER)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    decision_no: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()


class RunDeduction(SQLModel, table=True):
    """What a run takes off for a finding, or gives back (below zero) of what ``earlier_run`` took off."""

    __tablename__ = "run_deduction"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="run_deduction_amount"),
        Index("run_deduction_of_finding", "finding_id"),
        _OF_SCHEMA,
    )

    run_id: str = Field(primary_key=True, sa_type=Text)
    finding_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    rule_id: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    earlier_run: str = Field(sa_type=Text)


class RunHeld(SQLModel, table=True):
    """A list a run left out because of open findings, and the month it went to."""

    __tablename__ = "run_held"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    list_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    finding_ids: list[str] = Field(sa_type=_TEXTS)
    next_period: int = Field(sa_type=Integer)


class CaseDecision(SQLModel, table=True):
    """A decision on one case, by the number of its document; ``kind`` revoke takes ``revokes`` back."""

    __tablename__ = "case_decision"
    __table_args__ = (
        CheckConstraint("(kind = 'revoke') = (revokes <> '')", name="case_decision_revoke"),
        Index("case_decision_revoked_once", "revokes", unique=True, postgresql_where=sql("revokes <> ''")),
        Index("case_decision_of_case", "hospital_code", "case_id"),
        _OF_SCHEMA,
    )

    decision_no: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    case_id: str = Field(sa_type=Text)
    list_id: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    revokes: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = moment_of_writing()


class RunMark(SQLModel, table=True):
    """What was found or decided of a case when a run took it in; the run prices with exactly these."""

    __tablename__ = "run_mark"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    case_id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    cite: str = Field(sa_type=Text)


class PaymentHold(SQLModel, table=True):
    """Money of a hospital held back 暂缓拨付 from a month on; ``amount_fen`` 0 holds everything payable."""

    __tablename__ = "payment_hold"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="payment_hold_amount"), _OF_SCHEMA)

    hold_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    since_period: int = Field(sa_type=Integer)
    amount_fen: int = Field(sa_type=BigInteger)
    rule_id: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    placed_by: str = Field(sa_type=Text)
    placed_at: datetime = moment_of_writing()


class HoldRelease(SQLModel, table=True):
    """The end of a hold: everything it held is payable in the open month ``period``."""

    __tablename__ = "hold_release"
    __table_args__ = _OF_SCHEMA

    hold_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    amount_fen: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    citation: str = Field(sa_type=Text)
    released_by: str = Field(sa_type=Text)
    released_at: datetime = moment_of_writing()


class RunHold(SQLModel, table=True):
    """What a month run held back under a hold."""

    __tablename__ = "run_hold"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="run_hold_amount"), _OF_SCHEMA)

    run_id: str = Field(primary_key=True, sa_type=Text)
    hold_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)


class Difference(SQLModel, table=True):
    """A closed month corrected: what was recomputed, how, and the open month that pays it."""

    __tablename__ = "difference"
    __table_args__ = (Index("difference_of_run", "run_id"), Index("difference_of_month", "pool", "period"),
                      _OF_SCHEMA)  # fmt: skip

    difference_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    corrected_period: int = Field(sa_type=Integer)
    run_id: str = Field(sa_type=Text)
    corrects: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    cause: str = Field(sa_type=Text)
    residual_fen: int = Field(sa_type=BigInteger)
    value_fen: int = Field(sa_type=BigInteger)
    value_micro: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()


class DifferenceHospital(SQLModel, table=True):
    """A hospital in a corrected month: where it stands now, and what that changed."""

    __tablename__ = "difference_hospital"
    __table_args__ = _OF_SCHEMA

    difference_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)
    prepaid_fen: int = Field(sa_type=BigInteger)
    cases_delta: int = Field(sa_type=BigInteger)
    points_delta_micro: int = Field(sa_type=BigInteger)
    fund_delta_fen: int = Field(sa_type=BigInteger)
    prepaid_delta_fen: int = Field(sa_type=BigInteger)


class DifferenceCase(SQLModel, table=True):
    """A case whose list or marks changed after its month was closed, as it counts from now on."""

    __tablename__ = "difference_case"
    __table_args__ = (Index("difference_case_of_case", "hospital_code", "case_id"), _OF_SCHEMA)

    difference_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    case_id: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    list_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    level: int | None = Field(default=None, sa_type=SmallInteger)
    drg: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    department: str = Field(sa_type=Text)
    los_days: int | None = Field(default=None, sa_type=Integer)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int | None = Field(default=None, sa_type=BigInteger)
    #: Marks as canonical JSON.
    marks: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    points_micro: int = Field(sa_type=BigInteger)
    excluded: str = Field(sa_type=Text)
    fund_fen: int = Field(sa_type=BigInteger)
    before_points_micro: int = Field(sa_type=BigInteger)
    before_fund_fen: int = Field(sa_type=BigInteger)
    why: str = Field(sa_type=Text)


class TrialStatement(SQLModel, table=True):
    """A statement of a trial or replay: never posted, and kept apart from those that were."""

    __tablename__ = "trial_statement"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    hospital_name: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)
    total_fen: int = Field(sa_type=BigInteger)
    prepaid_fen: int = Field(sa_type=BigInteger)
    retained_fen: int = Field(sa_type=BigInteger)
    deducted_fen: int = Field(sa_type=BigInteger)
    difference_fen: int = Field(sa_type=BigInteger)
    held_fen: int = Field(sa_type=BigInteger)
    released_fen: int = Field(sa_type=BigInteger)
    payable_fen: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    other_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class PeriodRun(SQLModel, table=True):
    """Several months of a pool closed in order; ``next_period`` is the one under way."""

    __tablename__ = "period_run"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed')", name="period_run_state"),
        CheckConstraint("first_period <= last_period", name="period_run_months"),
        _OF_SCHEMA,
    )

    period_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    first_period: int = Field(sa_type=Integer)
    last_period: int = Field(sa_type=Integer)
    next_period: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    run_ids: list[str] = Field(sa_type=_TEXTS)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
