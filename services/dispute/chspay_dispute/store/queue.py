"""The officers' queue: cases by the nearest end of a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; an empty text and ``None`` ask for nothing.

    :param states: only these states; ``own_states`` more where the office is the city's own (its region
        ends in ``00``).
    """

    pool: str = ""
    hospital_code: str = ""
    type: str = ""
    cycle: str = ""
    overdue: bool = False
    closed: bool = False
    states: Sequence[str] | None = None
    own_states: Sequence[str] = ()
    due_until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a line of the queue."""

    case_no: str
    type: str
    hospital_code: str
    pool: str
    region_code: str
    cycle: str
    state: str
    version: int
    due_day: date
    overdue: bool
    drg: str
    cost_fen: int
    filed_day: date
    list_id: str


async def page(
    connection: asyncpg.Connection, wanted: Wanted, after: tuple[date, str], limit: int
) -> list[Line]:
    """Lines after a position, by the end of the nearest clock and the number of the case."""
    values: list[object] = [*after, limit]
    where = ["d.closed" if wanted.closed else "NOT d.closed"]

    def also(text: str, value: object) -> None:
        values.append(value)
        where.append(text.format(f"${len(values)}"))

    for column, value in (
        ("d.pool", wanted.pool), ("d.hospital_code", wanted.hospital_code), ("c.type", wanted.type),
        ("c.cycle", wanted.cycle),
    ):  # fmt: skip
        if value:
            also(f"{column} = {{}}", value)
    if wanted.overdue:
        where.append("d.overdue")
    if wanted.due_until is not None:
        also("d.due_day <= {}", wanted.due_until)
    if wanted.states is not None:
        values += [list(wanted.states), list(wanted.own_states)]
        at = len(values)
        where.append(f"(d.state = ANY(${at - 1}) OR (d.state = ANY(${at}) AND d.region_code LIKE '%00'))")
    rows = await connection.fetch(
        "SELECT c.case_no, c.type, c.hospital_code, c.pool, c.region_code, c.cycle, d.state, d.version,"  # noqa: S608 - names from code
        " d.due_day, d.overdue, c.drg, c.cost_fen, c.filed_day, c.list_id"
        " FROM docket d JOIN dispute_case c ON c.case_no = d.owner_id"
        f" WHERE d.owner = 'case' AND (d.due_day, d.owner_id) > ($1, $2) AND {' AND '.join(where)}"
        " ORDER BY d.due_day, d.owner_id LIMIT $3",
        *values,
    )
    return [Line(**row) for row in rows]
