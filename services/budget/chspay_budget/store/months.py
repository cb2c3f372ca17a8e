"""What months really cost, and the alarms their reports raised."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chspay_budget.engine.funds import SPENDING
from chspay_budget.engine.growth import Alarm, Month
from chspay_kit.db import current_connection

_MONTHS = (
    "SELECT DISTINCT ON (month) month, inpatient_fen, outpatient_fen, per_diem_fen, capitation_fen, document"
    " FROM month_cost WHERE pool = $1 AND year = $2 ORDER BY month, number DESC"
)
_NUMBER = "SELECT coalesce(max(number), 0) + 1 FROM month_cost WHERE pool = $1 AND year = $2 AND month = $3"
_REPORT = (
    "INSERT INTO month_cost (pool, year, month, number, inpatient_fen, outpatient_fen, per_diem_fen,"
    " capitation_fen, document, reported_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_ALARM = (
    "INSERT INTO growth_alarm (pool, year, month, number, level, known, kind, name, projected_fen,"
    " limit_fen, message, evidence, worksheet)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb)"
)
_ALARMS = (
    "SELECT known, kind, level, name, projected_fen, limit_fen, message, evidence, worksheet"
    " FROM growth_alarm WHERE pool = $1 AND year = $2 ORDER BY raised_at, known, kind DESC, level"
)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm as it was kept."""

    month: int
    kind: str
    level: str
    name: str
    projected_fen: int
    limit_fen: int
    message: str
    evidence: tuple[str, ...]
    worksheet: Mapping[str, object]


async def months(pool: str, year: int) -> list[Month]:
    """The months known, January first; the last report of each stands."""
    rows = await (await current_connection()).fetch(_MONTHS, pool, year)
    return [
        Month(row["month"], {fund: row[f"{fund}_fen"] for fund in SPENDING}, row["document"]) for row in rows
    ]


async def report(pool: str, year: int, month: Month, subject: str) -> int:
    """Stores a report and gives its number."""
    connection = await current_connection()
    number = int(await connection.fetchval(_NUMBER, pool, year, month.month))
    spent = [month.spent[fund] for fund in SPENDING]
    await connection.execute(_REPORT, pool, year, month.month, number, *spent, month.document, subject)
    return number


async def raise_alarms(pool: str, year: int, month: int, number: int, alarms: Sequence[Alarm]) -> None:
    """Stores what a report raised."""
    rows = [
        (
            pool, year, month, number, alarm.level, alarm.month, alarm.kind, alarm.name, alarm.projected_fen,
            alarm.limit_fen, alarm.message,
            json.dumps({"documents": alarm.evidence}, ensure_ascii=False),
            json.dumps(alarm.sheet.to_json(), ensure_ascii=False),
        )
        for alarm in alarms
    ]  # fmt: skip
    await (await current_connection()).executemany(_ALARM, rows)


async def alarms(pool: str, year: int) -> list[Raised]:
    """Every alarm of a year, in the order they were raised."""
    rows = await (await current_connection()).fetch(_ALARMS, pool, year)
    return [_of_row(row) for row in rows]


def _of_row(row: Mapping[str, Any]) -> Raised:
    return Raised(
        row["known"], row["kind"], row["level"], row["name"], row["projected_fen"], row["limit_fen"],
        row["message"], tuple(json.loads(row["evidence"])["documents"]), json.loads(row["worksheet"]),
    )  # fmt: skip
