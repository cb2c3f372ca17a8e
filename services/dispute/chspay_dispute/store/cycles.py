"""Cases of a cycle as its statistics count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson


@dataclass(frozen=True, slots=True)
class Counted:
    """A case that was handed in.

    :param late: a clock of an office ran out while the case was its.
    :param decided: what was decided, oldest first: place in the history, outcome, points after it (micro),
        money (fen); the last one stands unless all were put aside.
    :param reconsidered: place of the step that asked for reconsideration; ``None`` when nobody did.
    """

    case_no: str
    type: str
    hospital_code: str
    content: dict[str, Any]
    approved: str
    state: str
    late: bool
    reconsidered: int | None
    decided: list[tuple[int, str, int | None, int | None]]
    delta_points_micro: int | None
    delta_fen: int | None


async def handed_in(connection: asyncpg.Connection, pool: str, cycle: str) -> list[Counted]:
    """Every case of a cycle that was ever handed in; the caller must see the whole pool."""
    rows = await connection.fetch(
        "SELECT c.case_no, c.type, c.hospital_code, c.content, c.approved, d.state,"
        " EXISTS (SELECT FROM reminder r WHERE r.owner = 'case' AND r.owner_id = c.case_no"
        "   AND r.kind = 'overdue')"
        " OR EXISTS (SELECT FROM history h WHERE h.owner = 'case' AND h.owner_id = c.case_no"
        "   AND h.event = 'escalate_timeout') AS late,"
        " (SELECT min(h.seq) FROM history h WHERE h.owner = 'case' AND h.owner_id = c.case_no"
        "   AND h.event = 'request_reconsider') AS reconsidered,"
        " (SELECT coalesce(jsonb_agg(jsonb_build_array(s.seq, s.outcome, s.points_micro, s.delta_fen)"
        "   ORDER BY s.seq), '[]') FROM case_decision s WHERE s.case_no = c.case_no) AS decided,"
        " s.delta_points_micro, s.delta_fen"
        " FROM dispute_case c JOIN docket d ON d.owner = 'case' AND d.owner_id = c.case_no"
        " LEFT JOIN case_decision s ON s.case_no = c.case_no AND NOT s.dropped"
        " WHERE c.pool = $1 AND c.cycle = $2"
        " AND EXISTS (SELECT FROM history h WHERE h.owner = 'case' AND h.owner_id = c.case_no"
        "   AND h.event = 'submit') ORDER BY c.case_no",
        pool,
        cycle,
    )
    return [_counted(row) for row in rows]


async def published(connection: asyncpg.Connection, subject: str) -> list[str]:
    """Numbers of the statistics published of a cycle that were not withdrawn."""
    rows = await connection.fetch(
        "SELECT entry_no FROM register_entry WHERE kind = 'statistics' AND subject = $1"
        " AND withdrawn_by = '' ORDER BY seq",
        subject,
    )
    return [row["entry_no"] for row in rows]


def _counted(row: Any) -> Counted:
    values = dict(row)
    decided = [tuple(item) for item in orjson.loads(values.pop("decided"))]
    return Counted(**values | {"content": orjson.loads(values["content"]), "decided": decided})
