"""Forty stays of one group, and the DIP catalogue built from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa

import chspay_policy
from chspay_core.bundle import Bundle
from chspay_core.tables import CASE_SCHEMA
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.catalogue import Catalogue
from chspay_grouper.engine.dip.tables import tables_from_files

_SCHEMA = pa.schema([*CASE_SCHEMA, ("drg", pa.string()), ("status", pa.string())])


def batch(n: int = 40) -> pa.RecordBatch:
    """Grouped cases of the year before the day of use."""
    rows = [
        {
            "case_id": f"c{i}", "hospital_code": "H1", "sex": 1, "age_years": 50, "los_days": 5,
            "discharge_date": date(2025, 3, 1), "diagnoses": ["K35.900"],
            "total_cost": Decimal(9000 + i), "drg": "GE1", "status": "grouped",
        }
        for i in range(n)
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def catalogue() -> Catalogue:
    """A catalogue with one core group."""
    folder = chspay_policy.ROOT / "dip" / "starter"
    tables = tables_from_files({path.name: path.read_bytes() for path in folder.glob("*.csv")})
    policy = Bundle.load(chspay_policy.ROOT, "990100").on(date(2026, 1, 1))
    return build([batch()], policy, tables, catalogue_id="dip-990100").catalogue
