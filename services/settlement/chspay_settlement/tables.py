"""Tables of the settlement schema: what Alembic compares with the database.

Served requests use plain SQL in ``store``; these classes are the one description of the columns. Money is
BIGINT fen, points BIGINT millionths, periods are ``yyyymm``. Row policies, triggers and grants stand in
the migrations.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from chspay_kit.tables import JournalColumns, RequestOnceColumns, moment_of_writing

SCHEMA = "settlement"
_OF_SCHEMA = {"schema": SCHEMA}
_INSTANT = DateTime(timezone=True)
_TEXTS = ARRAY(Text)


class RequestOnce(RequestOnceColumns, table=True):
    """Answered write requests."""

    __tablename__ = "request_once"
    __table_args__ = _OF_SCHEMA


class JournalBatch(JournalColumns, table=True):
    """Hash-chained batches; the ledger's stream is ``ledger/<pool>``."""

    __tablename__ = "journal_batch"
    __table_args__ = _OF_SCHEMA


class Hospital(SQLModel, table=True):
    """An institution of a pool, as it stood from ``since`` to ``until``; days do not overlap.

    ``version`` above 0: copied from the registry of institutions at that version; 0: registered here.
    """

    __tablename__ = "hospital"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="hospital_days"),
        CheckConstraint("level IN (1, 2, 3, 9)", name="hospital_level"),
        CheckConstraint("kind IN ('hospital', 'clinic', 'pharmacy')", name="hospital_kind"),
        CheckConstraint("agreement IN ('active', 'suspended', 'terminated')", name="hospital_agreement"),
        _OF_SCHEMA,
    )

    hospital_code: str = Field(primary_key=True, sa_type=Text)
    since: date = Field(primary_key=True, sa_type=Date)
    until: date | None = Field(default=None, sa_type=Date)
    name: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    level: int = Field(sa_type=SmallInteger)
    kind: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "hospital"})
    agreement: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "active"})
    community: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    community_role: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    version: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    recorded_at: datetime = moment_of_writing()


class PoolMonth(SQLModel, table=True):
    """A month of a pool that a run is closing or has closed; absent means open."""

    __tablename__ = "pool_month"
    __table_args__ = (
        CheckConstraint("state IN ('starting', 'closing', 'closed')", name="pool_month_state"),
        _OF_SCHEMA,
    )

    pool: str = Field(primary_key=True, sa_type=Text)
    period: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    run_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)


class ListHead(SQLModel, table=True):
    """Which version of a settlement list counts, and which month takes it."""

    __tablename__ = "list_head"
    __table_args__ = (
        CheckConstraint("mark IN ('', 'late', 'held', 'difference')", name="list_head_mark"),
        Index("list_head_of_month", "pool", "settle_period"),
        Index("list_head_differences", "pool", "settle_period", postgresql_where=text("mark = 'difference'")),
        Index("list_head_of_hospital", "hospital_code", "discharge_date", "list_id"),
        _OF_SCHEMA,
    )

    list_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    discharge_date: date = Field(sa_type=Date)
    version: int = Field(sa_type=Integer)
    body_hash: bytes = Field(sa_type=LargeBinary)
    settle_period: int = Field(sa_type=Integer)
    mark: str = Field(sa_type=Text)


class ListVersion(SQLModel, table=True):
    """Every version of every settlement list 结算清单 as it was accepted; never changed."""

    __tablename__ = "list_version"
    __table_args__ = (
        Index("list_version_of_person", "person_key", postgresql_where=text("person_key <> ''")),
        # Rows are only added, so their order on disk is that of their moments: a few kilobytes suffice.
        Index("list_version_received", "received_at", postgresql_using="brin"),
        Index(
            "list_version_from_outside",
            "received_at",
            "list_id",
            postgresql_where=text(
                'insured_region <> \'\' AND "left"(insured_region, 4) <> "left"(region_code, 4)'
            ),
        ),
        _OF_SCHEMA,
    )

    list_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    case_id: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    person_key: str = Field(sa_type=Text)
    admission_date: date | None = Field(default=None, sa_type=Date)
    discharge_date: date = Field(sa_type=Date)
    sex: int = Field(sa_type=SmallInteger)
    age_years: int | None = Field(default=None, sa_type=Integer)
    age_days: int | None = Field(default=None, sa_type=Integer)
    newborn_weight_g: int | None = Field(default=None, sa_type=Integer)
    department: str = Field(sa_type=Text)
    los_days: int | None = Field(default=None, sa_type=Integer)
    leaving_type: str = Field(sa_type=Text)
    icu_hours: int | None = Field(default=None, sa_type=Integer)
    diagnoses: list[str] = Field(sa_type=_TEXTS)
    procedures: list[str] = Field(sa_type=_TEXTS)
    total_cost_fen: int = Field(sa_type=BigInteger)
    patient_paid_fen: int | None = Field(default=None, sa_type=BigInteger)
    insured_region: str = Field(sa_type=Text)
    insurance_type: str = Field(sa_type=Text)
    fund_paid_fen: int | None = Field(default=None, sa_type=BigInteger)
    fee_drug_fen: int | None = Field(default=None, sa_type=BigInteger)
    fee_consumable_fen: int | None = Field(default=None, sa_type=BigInteger)
    fee_test_fen: int | None = Field(default=None, sa_type=BigInteger)
    fee_service_fen: int | None = Field(default=None, sa_type=BigInteger)
    tcm_diagnoses: list[str] = Field(sa_type=_TEXTS, sa_column_kwargs={"server_default": "{}"})
    tcm_cost_fen: int | None = Field(default=None, sa_type=BigInteger)
    referral_id: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    status: str = Field(sa_type=Text)
    mdc: str = Field(sa_type=Text)
    adrg: str = Field(sa_type=Text)
    drg: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    scheme_digest: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    received_from: str = Field(sa_type=Text)
    received_at: datetime = moment_of_writing()


class ListSealed(SQLModel, table=True):
    """Identity and source message of a list version, sealed with SM4-GCM; the key version is in the seal."""

    __tablename__ = "list_sealed"
    __table_args__ = _OF_SCHEMA

    list_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    hospital_code: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    identity: bytes | None = Field(default=None, sa_type=LargeBinary)
    source: bytes | None = Field(default=None, sa_type=LargeBinary)


class MonthRun(SQLModel, table=True):
    """A month run 月结 of a pool: its facts, its progress and its outcome."""

    __tablename__ = "month_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'running', 'done', 'failed', 'tried', 'discarded')", name="month_run_state"
        ),
        CheckConstraint("nature IN ('month', 'trial', 'replay')", name="month_run_nature"),
        Index("month_run_of_pool", "pool", "period"),
        _OF_SCHEMA,
    )

    run_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    state: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    done: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_type=Text)
    scheme: str = Field(sa_type=Text)
    scheme_digest: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    fund_fen: int = Field(sa_type=BigInteger)
    budget_version: int = Field(sa_type=Integer)
    decision_no: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    value_fen: int = Field(sa_type=BigInteger)
    value_micro: int = Field(sa_type=BigInteger)
    evidence: str = Field(sa_type=Text)
    statements_digest: str = Field(sa_type=Text)
    rules_used: list[str] = Field(sa_type=_TEXTS)
    failure_reason: str = Field(sa_type=Text)
    failure_message: str = Field(sa_type=Text)
    started_by: str = Field(sa_type=Text)
    created_at: datetime = moment_of_writing()
    nature: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "month"})
    replays: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    point_table_id: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    held_lists: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    others_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class RegistryCopy(SQLModel, table=True):
    """The version of the registry of institutions that ``hospital`` is a copy of; one row."""

    __tablename__ = "registry_copy"
    __table_args__ = (CheckConstraint("one", name="registry_copy_one"), _OF_SCHEMA)

    one: bool = Field(primary_key=True, sa_type=Boolean)
    version: int = Field(sa_type=BigInteger)


class RunTable(SQLModel, table=True):
    """The group table a run measured, canonical JSON; every case of the run was priced with it."""

    __tablename__ = "run_table"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    pool_prefix: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)


class RunCase(SQLModel, table=True):
    """One case as a run took it in, and what the run gave it; points and money are NULL until then."""

    __tablename__ = "run_case"
    # Half-empty pages let points and money be filled in without touching the index.
    __table_args__ = (
        Index("run_case_of_group", "run_id", "drg", "cost_fen"),
        {"schema": SCHEMA, "postgresql_with": {"fillfactor": "60"}},
    )

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    case_id: str = Field(primary_key=True, sa_type=Text)
    list_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    region_code: str = Field(sa_type=Text)
    level: int | None = Field(default=None, sa_type=SmallInteger)
    drg: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    scheme_digest: str = Field(sa_type=Text)
    department: str = Field(sa_type=Text)
    los_days: int | None = Field(default=None, sa_type=Integer)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    points_micro: int | None = Field(default=None, sa_type=BigInteger)
    excluded: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    fund_fen: int | None = Field(default=None, sa_type=BigInteger)


class RunHospital(SQLModel, table=True):
    """One hospital's totals in a run; ``allocated`` says that its cases carry their money."""

    __tablename__ = "run_hospital"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    cases: int = Field(sa_type=BigInteger)
    points_micro: int = Field(sa_type=BigInteger)
    cost_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)
    allocated: bool = Field()


class Statement(SQLModel, table=True):
    """A hospital's statement 结算单; ``content`` is canonical JSON, ``digest`` its SM3; never changed."""

    __tablename__ = "statement"
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
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(sa_type=Text)
    deducted_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    difference_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    held_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    released_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    payable_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    other_fen: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class LedgerAccount(SQLModel, table=True):
    """An account of the ledger: the pool's fund, a hospital's payable, its retention ..."""

    __tablename__ = "ledger_account"
    __table_args__ = _OF_SCHEMA  # Chart and naming are checked in migration 0008.

    account: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)


class PostingBatch(SQLModel, table=True):
    """One balanced set of postings and its place in the hash chain; a correction names what it corrects."""

    __tablename__ = "posting_batch"
    __table_args__ = _OF_SCHEMA

    batch_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    run_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    corrects: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    hash: bytes = Field(sa_type=LargeBinary)
    #: The transaction that wrote it, filled in by the database: lines are added in that one or never.
    opened_in: int = Field(
        sa_type=BigInteger, sa_column_kwargs={"server_default": text("(pg_current_xact_id()::text)::bigint")}
    )
    posted_at: datetime = moment_of_writing()


class Posting(SQLModel, table=True):
    """One line of a batch: debit above zero, credit below; a batch adds up to zero at commit."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id"], [f"{SCHEMA}.posting_batch.batch_id"], name="posting_of_batch"),
        ForeignKeyConstraint(["account"], [f"{SCHEMA}.ledger_account.account"], name="posting_of_account"),
        CheckConstraint("amount_fen <> 0", name="posting_not_zero"),
        Index("posting_of_account_lines", "account"),
        _OF_SCHEMA,
    )

    batch_id: str = Field(primary_key=True, sa_type=Text)
    line_no: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    account: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    hospital_code: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=BigInteger)
    note: str = Field(sa_type=Text)


metadata = SQLModel.metadata
