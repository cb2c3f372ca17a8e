"""Recorded decisions of the joint meeting."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chspay_kit.db import current_connection
from chspay_rulebook.engine.decisions import Decision, Item, Member, item_text, member_text

_COLUMNS = "region_code, decision_no, title, decided, members, items, digest, recorded_by, recorded_at"
_PUT = (
    "INSERT INTO meeting_decision (region_code, decision_no, title, decided, members, items, digest,"
    " recorded_by) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8) ON CONFLICT DO NOTHING"
)
_ONE = f"SELECT {_COLUMNS} FROM meeting_decision WHERE region_code = $1 AND decision_no = $2"  # noqa: S608 - constants only
_PAGE = f"""
SELECT {_COLUMNS} FROM meeting_decision
 WHERE starts_with(region_code, $1) AND (region_code, decision_no) > ($2, $3)
 ORDER BY region_code, decision_no LIMIT $4"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision, its digest, and who recorded it when."""

    decision: Decision
    digest: str
    recorded_by: str
    recorded_at: datetime


async def put(new: Decision, by: str) -> bool:
    """Stores a decision; ``False`` when its number is taken."""
    members, items = (
        json.dumps(rows, ensure_ascii=False)
        for rows in ([member_text(one) for one in new.members], [item_text(one) for one in new.items])
    )
    done: str = await (await current_connection()).execute(
        _PUT, new.place, new.decision_no, new.title, new.decided, members, items, new.digest, by
    )
    return done.endswith(" 1")


async def one(place: str, decision_no: str) -> Recorded | None:
    """A decision the caller may see."""
    row = await (await current_connection()).fetchrow(_ONE, place, decision_no)
    return None if row is None else _recorded(row)


async def page(prefix: str, after: tuple[str, str], limit: int) -> list[Recorded]:
    """Decisions of the places that start with ``prefix``, by place and number."""
    rows = await (await current_connection()).fetch(_PAGE, prefix, *after, limit)
    return [_recorded(row) for row in rows]


def _recorded(row: Any) -> Recorded:
    members = tuple(
        Member(one["unit"], one["person"], one["present"] == "yes") for one in json.loads(row["members"])
    )
    items = tuple(
        Item(
            one["words"], one["key"], one["value"], date.fromisoformat(one["since"]) if one["since"] else None
        )
        for one in json.loads(row["items"])
    )
    decision = Decision(row["region_code"], row["decision_no"], row["title"], row["decided"], members, items)
    return Recorded(decision, row["digest"], row["recorded_by"], row["recorded_at"])
