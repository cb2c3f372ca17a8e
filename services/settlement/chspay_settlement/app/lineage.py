"""The steps between stored rows and the engine that both the run and its explanation take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_settlement import faults
from chspay_settlement.engine.model import CaseKind, GroupTable, HospitalAmount, PointValue
from chspay_settlement.engine.table_content import table_of
from chspay_settlement.engine.value import case_funds
from chspay_settlement.engine.value_forms import Form
from chspay_settlement.store import run_cases, runs


async def stored_table(connection: asyncpg.Connection, run_id: str) -> GroupTable:
    """The group table a run priced with, checked against its digest."""
    found = await runs.table(connection, run_id)
    digest = "" if found is None else sm3_hex(found[0])
    if found is None or digest != found[1]:
        stored = "" if found is None else found[1]
        raise Fault(faults.LINEAGE_BROKEN, field="table", value=run_id, found=digest, stored=stored)
    return table_of(found[0])


def value_of(run: runs.Run, form: Form) -> PointValue:
    """The stored point value of a run."""
    return PointValue(run.value_fen, run.value_micro, form.includes_patient)


def counted(rows: Iterable[run_cases.Priced]) -> list[run_cases.Priced]:
    """The cases that earn points; excluded ones count nowhere."""
    return [row for row in rows if row.points is not None and row.points.kind is not CaseKind.EXCLUDED]


def funds_of(value: PointValue, hospital: HospitalAmount, rows: Sequence[run_cases.Priced]) -> dict[str, int]:
    """The fund of each counted case of one hospital, fen."""
    cases = counted(rows)
    case_ids = [row.inp.case_id for row in cases]
    points = [row.points.points_micro for row in cases if row.points is not None]
    patients = [row.inp.patient_fen or 0 for row in cases]
    return dict(zip(case_ids, case_funds(value, hospital, case_ids, points, patients), strict=True))
