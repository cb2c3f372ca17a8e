"""Tables of money paid otherwise than by points, and of which method paid each case of a run.

Described as in :mod:`chspay_settlement.tables`. Rows are added and never changed: a payment is corrected by
another one that names it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from chspay_kit.tables import moment_of_writing
from chspay_settlement.tables_month import _OF_SCHEMA


class OtherPaymentRow(SQLModel, table=True):
    """One payment of a book of the pool, booked once per source; below zero the payee owes it.

    ``content`` holds what settlement itself worked the amount out from: bills, or cases of a run.
    """

    __tablename__ = "other_payment"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="other_payment_amount"),
        CheckConstraint(
            "method IN ('per_diem', 'capitation', 'by_item', 'bundle')", name="other_payment_method"
        ),
        CheckConstraint(
            "fund_book IN ('inpatient', 'outpatient', 'per_diem', 'capitation')", name="other_payment_book"
        ),
        Index("other_payment_source", "source_service", "source_id", unique=True),
        Index("other_payment_of_pool", "pool", "period"),
        _OF_SCHEMA,
    )

    payment_id: str = Field(primary_key=True, sa_type=Text)
    source_service: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    corrects: str = Field(sa_type=Text)
    pool: str = Field(sa_type=Text)
    payee: str = Field(sa_type=Text)
    payee_name: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    insurance_type: str = Field(sa_type=Text)
    fund_book: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    worksheet_digest: str = Field(sa_type=Text)
    batch_id: str = Field(sa_type=Text)
    put_by: str = Field(sa_type=Text)
    period: int = Field(sa_type=Integer)
    amount_fen: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment_of_writing()


class OtherBillRow(SQLModel, table=True):
    """A bill paid by item, once per institution; the fund pays what patient and audit leave of it."""

    __tablename__ = "other_bill"
    __table_args__ = (
        CheckConstraint(
            "fund_fen = total_fen - patient_fen - disallowed_fen AND fund_fen >= 0", name="other_bill_fund"
        ),
        _OF_SCHEMA,
    )

    payee: str = Field(primary_key=True, sa_type=Text)
    bill_id: str = Field(primary_key=True, sa_type=Text)
    pool: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    medical_type: str = Field(sa_type=Text)
    insurance_type: str = Field(sa_type=Text)
    total_fen: int = Field(sa_type=BigInteger)
    patient_fen: int = Field(sa_type=BigInteger)
    disallowed_fen: int = Field(sa_type=BigInteger)
    fund_fen: int = Field(sa_type=BigInteger)


class RunRouteRow(SQLModel, table=True):
    """How a case of a run is paid where it is not by its group, or why it is although it might not have been.

    ``amount_fen`` is what it is paid besides points; ``points_micro`` the points its bed-days earned.
    ``beside`` names the list or stay that pays days of it instead.
    """

    __tablename__ = "run_route"
    __table_args__ = _OF_SCHEMA

    run_id: str = Field(primary_key=True, sa_type=Text)
    hospital_code: str = Field(primary_key=True, sa_type=Text)
    case_id: str = Field(primary_key=True, sa_type=Text)
    region_code: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    cite: str = Field(sa_type=Text)
    pricing_id: str = Field(sa_type=Text)
    worksheet_digest: str = Field(sa_type=Text)
    beside: str = Field(sa_type=Text)
    points_micro: int | None = Field(default=None, sa_type=BigInteger)
    amount_fen: int = Field(sa_type=BigInteger)
