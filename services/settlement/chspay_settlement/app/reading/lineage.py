"""The steps between stored rows and the engine that a run, its explanation and its corrections take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.engine.groups.table_content import table_of
from chspay_settlement.engine.model import CaseKind, GroupTable
from chspay_settlement.engine.month.settled import Settled, divide_cases
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import run_cases, runs


async def stored_table(connection: asyncpg.Connection, run_id: str) -> GroupTable:
    """The group table a run priced with, checked against its digest."""
    found = await runs.table(connection, run_id)
    digest = "" if found is None else sm3_hex(found[0])
    if found is None or digest != found[1]:
        stored = "" if found is None else found[1]
        raise Fault(faults.LINEAGE_BROKEN, field="table", value=run_id, found=digest, stored=stored)
    return table_of(found[0])


def counted(rows: Iterable[run_cases.Priced]) -> list[run_cases.Priced]:
    """The cases that earn points; excluded ones count nowhere."""
    return [row for row in rows if row.points is not None and row.points.kind is not CaseKind.EXCLUDED]


def settled(rows: Iterable[run_cases.Priced]) -> list[Settled]:
    """The rows that have points, as the engine takes them."""
    return [Settled(row.inp, row.points) for row in rows if row.points is not None]


def division_of(run: runs.Run, policy: Policy, rows: Sequence[run_cases.Priced]) -> Division:
    """The run's fund divided over its priced cases: at any time the same again."""
    return divide_cases(settled(rows), run.fund_fen, policy, form_of(policy))
