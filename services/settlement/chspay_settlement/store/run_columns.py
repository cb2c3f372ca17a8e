"""The cases of a run as columns, read piece by piece: a province's month takes memory by the byte."""

from __future__ import annotations

import asyncpg
import numpy as np
import pyarrow as pa

from chspay_settlement.engine.columnar.columns import Coded, Columns, whole
from chspay_settlement.engine.columnar.families import KINDS
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.store import decisions

_ROWS = 50_000
_NUMBERS = {kind.value: number for number, kind in enumerate(KINDS)}
#: A case that has no points yet stands as excluded until it has.
_NUMBERS[""] = _NUMBERS[CaseKind.EXCLUDED.value]


async def columns(connection: asyncpg.Connection, run_id: str) -> tuple[Columns, PointColumns]:
    """Every case of a run in the order of the table, and its points as far as it has any."""
    cursor = await connection.cursor(
        "SELECT case_id, hospital_code, level, drg, status, department, los_days, cost_fen, patient_fen,"
        " kind, points_micro, excluded FROM settlement.run_case WHERE run_id = $1",
        run_id,
    )
    ids: list[pa.Array] = []
    texts: list[list[Coded]] = [[], [], [], []]
    numbers: list[list[np.ndarray]] = [[], [], [], []]
    kinds: list[np.ndarray] = []
    points: list[np.ndarray] = []
    reasons: dict[int, str] = {}
    start = 0
    while rows := await cursor.fetch(_ROWS):
        given = list(zip(*rows, strict=True))
        ids.append(pa.array(given[0], pa.string()))
        for held, place in zip(texts, (1, 3, 4, 5), strict=True):
            held.append(Coded.of(given[place]))
        for column, place in zip(numbers, (2, 6, 7, 8), strict=True):
            column.append(whole(given[place]))
        kinds.append(np.array([_NUMBERS[kind] for kind in given[9]], np.int8))
        points.append(np.array([micro or 0 for micro in given[10]], np.int64))
        reasons |= {start + row: reason for row, reason in enumerate(given[11]) if reason}
        start += len(rows)
    hospital, drg, status, department = (Coded.joined(parts) for parts in texts)
    level, los_days, cost, patient = (_joined(parts, np.int64) for parts in numbers)
    case_id = pa.chunked_array(ids, pa.string())
    marks = await decisions.marks(connection, run_id)
    marked = {}
    if marks:
        wanted = {hospital_code for hospital_code, _ in marks}
        for row in np.flatnonzero(hospital.one_of(wanted)[hospital.codes]).tolist():
            key = (hospital.texts[hospital.codes[row]], case_id[row].as_py())
            if key in marks:
                marked[row] = marks[key]
    found = Columns(case_id, hospital, level, drg, status, department, los_days, cost, patient, marked)
    return found, PointColumns(_joined(kinds, np.int8), _joined(points, np.int64), reasons)


def _joined(parts: list[np.ndarray], kind: type[np.generic]) -> np.ndarray:
    joined: np.ndarray = np.concatenate([np.empty(0, kind), *parts])
    return joined
