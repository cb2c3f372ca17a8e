"""Computed causes of a year's difference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chspay_budget.engine.accounts import CAUSES
from chspay_budget.engine.records import Attribution
from chspay_kit.db import current_connection

_NEWEST = "SELECT * FROM gap_causes WHERE pool = $1 AND year = $2 ORDER BY version DESC LIMIT 1"
_COLUMNS = (
    "pool, year, version, budget_version, first_budget_fen, budget_fen, actual_fen, document, given,"
    " worksheet, computed_by, "
    + ", ".join([*(f"{name}_fen" for name in CAUSES), *(f"first_{name}_fen" for name in CAUSES)])
)
_PLACES = ", ".join(
    f"${number}::jsonb" if number in (9, 10) else f"${number}" for number in range(1, 12 + 2 * len(CAUSES))
)
_KEEP = f"INSERT INTO gap_causes ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 - constants only


async def newest(pool: str, year: int) -> Attribution | None:
    """The causes that were computed last."""
    row = await (await current_connection()).fetchrow(_NEWEST, pool, year)
    return None if row is None else _of_row(row)


async def keep(new: Attribution, given: Mapping[str, object], subject: str) -> None:
    """Stores computed causes with the figures they came from."""
    connection = await current_connection()
    await connection.execute(
        _KEEP, new.pool, new.year, new.version, new.budget_version, new.first_budget_fen, new.budget_fen,
        new.actual_fen, new.document, json.dumps(given, ensure_ascii=False),
        json.dumps(new.worksheet, ensure_ascii=False), subject,
        *(new.against_budget[name] for name in CAUSES), *(new.against_first[name] for name in CAUSES),
    )  # fmt: skip


def _of_row(row: Mapping[str, Any]) -> Attribution:
    return Attribution(
        row["pool"], row["year"], row["version"], row["budget_version"], row["first_budget_fen"],
        row["budget_fen"], row["actual_fen"], {name: row[f"first_{name}_fen"] for name in CAUSES},
        {name: row[f"{name}_fen"] for name in CAUSES}, row["document"], json.loads(row["worksheet"]),
    )  # fmt: skip
