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


_INPUT = (
    "SELECT c.case_id, c.hospital_code, c.level, c.drg, c.status, c.department, c.los_days, c.cost_fen,"
    " c.patient_fen, c.kind, c.points_micro, c.excluded"
)
#: Categories of cost a list says by themselves; they do not overlap.
PARTS = ("fee_drug", "fee_consumable", "fee_test", "fee_service")
_BESIDE = "".join(f", v.{name}_fen" for name in PARTS)
_TABLE = f"{_INPUT} FROM settlement.run_case c WHERE c.run_id = $1"
_WITH_FUNDS = f"{_INPUT}, coalesce(c.fund_fen, 0) FROM settlement.run_case c WHERE c.run_id = $1"
_WITH_LISTS = (
    f"{_INPUT}, v.age_years{_BESIDE} FROM settlement.run_case c"
    " JOIN settlement.list_version v USING (list_id, version) WHERE c.run_id = $1"
    " ORDER BY c.hospital_code, c.case_id"
)


async def columns(connection: asyncpg.Connection, run_id: str) -> tuple[Columns, PointColumns]:
    """Every case of a run in the order of the table, and its points as far as it has any."""
    found, points, _ = await _read(connection, run_id, _TABLE, 0)
    return found, points


async def with_funds(connection: asyncpg.Connection, run_id: str) -> tuple[Columns, PointColumns, np.ndarray]:
    """As :func:`columns`, and the fund of every case, fen; nothing where it has none."""
    found, points, (funds,) = await _read(connection, run_id, _WITH_FUNDS, 1)
    return found, points, funds


async def with_lists(connection: asyncpg.Connection, run_id: str) -> tuple[Columns, dict[str, np.ndarray]]:
    """Every case of a run by hospital and number, and what its list says besides: ``age_years``, and
    categories of cost in fen."""
    found, _, beside = await _read(connection, run_id, _WITH_LISTS, 1 + len(PARTS))
    return found, dict(zip(("age_years", *PARTS), beside, strict=True))


async def _read(
    connection: asyncpg.Connection, run_id: str, query: str, more: int
) -> tuple[Columns, PointColumns, list[np.ndarray]]:
    """The cases of a run, their points, and ``more`` whole numbers that the query has at its end."""
    cursor = await connection.cursor(query, run_id)
    ids: list[pa.Array] = []
    texts: list[list[Coded]] = [[], [], [], []]
    places = (2, 6, 7, 8, *range(12, 12 + more))
    numbers: list[list[np.ndarray]] = [[] for _ in places]
    kinds: list[np.ndarray] = []
    points: list[np.ndarray] = []
    reasons: dict[int, str] = {}
    start = 0
    while rows := await cursor.fetch(_ROWS):
        given = list(zip(*rows, strict=True))
        ids.append(pa.array(given[0], pa.string()))
        for held, place in zip(texts, (1, 3, 4, 5), strict=True):
            held.append(Coded.of(given[place]))
        for column, place in zip(numbers, places, strict=True):
            column.append(whole(given[place]))
        kinds.append(np.array([_NUMBERS[kind] for kind in given[9]], np.int8))
        points.append(np.array([micro or 0 for micro in given[10]], np.int64))
        reasons |= {start + row: reason for row, reason in enumerate(given[11]) if reason}
        start += len(rows)
    hospital, drg, status, department = (Coded.joined(parts) for parts in texts)
    level, los_days, cost, patient, *beside = (_joined(parts, np.int64) for parts in numbers)
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
    return found, PointColumns(_joined(kinds, np.int8), _joined(points, np.int64), reasons), beside


def _joined(parts: list[np.ndarray], kind: type[np.generic]) -> np.ndarray:
    joined: np.ndarray = np.concatenate([np.empty(0, kind), *parts])
    return joined
