"""Assessments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay_kit.db import current_connection

_NAMES = (
    "assessment_id", "pool", "hospital_code", "category", "measured_since", "measured_until", "applies_since",
    "applies_until", "stays", "indicators", "factor_micro", "state", "statement", "decision_no", "drafted_by",
    "decided_by", "policy_digest", "worksheet",
)  # fmt: skip
_READ = f"SELECT {', '.join(_NAMES)} FROM assessment"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment; each indicator as ``[name, value, score]``, texts."""

    assessment_id: str
    pool: str
    hospital_code: str
    category: str
    measured_since: date
    measured_until: date
    applies_since: date
    applies_until: date
    stays: int
    indicators: list[list[str]]
    factor_micro: int
    state: str
    statement: str
    decision_no: str
    drafted_by: str
    decided_by: str
    policy_digest: str
    worksheet: dict[str, Any]


async def draft(new: StoredAssessment) -> None:
    """Stores a draft."""
    marks = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    given = [getattr(new, name) for name in _NAMES]
    for at, name in enumerate(_NAMES):
        if name in ("indicators", "worksheet"):
            given[at] = json.dumps(given[at], ensure_ascii=False)
    await (await current_connection()).execute(
        f"INSERT INTO assessment ({', '.join(_NAMES)}) VALUES ({marks})",  # noqa: S608 - constants
        *given,
    )


async def one(assessment_id: str) -> StoredAssessment | None:
    """An assessment, locked until the transaction ends."""
    row = await (await current_connection()).fetchrow(
        _READ + " WHERE assessment_id = $1 FOR UPDATE", assessment_id
    )
    return None if row is None else _stored(row)


async def get(assessment_id: str) -> StoredAssessment | None:
    """An assessment the caller may see."""
    row = await (await current_connection()).fetchrow(_READ + " WHERE assessment_id = $1", assessment_id)
    return None if row is None else _stored(row)


async def move(moved: StoredAssessment) -> None:
    """The assessment as it stands after a step."""
    await (await current_connection()).execute(
        "UPDATE assessment SET state = $2, statement = $3, decision_no = $4, decided_by = $5"
        " WHERE assessment_id = $1",
        moved.assessment_id, moved.state, moved.statement, moved.decision_no, moved.decided_by,
    )  # fmt: skip


async def decided(pool: str) -> list[StoredAssessment]:
    """Every decided assessment of a pool."""
    rows = await (await current_connection()).fetch(
        _READ + " WHERE pool = $1 AND state = 'decided' ORDER BY assessment_id", pool
    )
    return [_stored(row) for row in rows]


async def page(pool: str, after: str, limit: int) -> list[StoredAssessment]:
    """Assessments by id; an empty pool means every one."""
    rows = await (await current_connection()).fetch(
        _READ + " WHERE ($1 = '' OR pool = $1) AND assessment_id > $2 ORDER BY assessment_id LIMIT $3",
        pool,
        after,
        limit,
    )
    return [_stored(row) for row in rows]


def _stored(row: Any) -> StoredAssessment:
    facts = dict(row)
    for name in ("indicators", "worksheet"):
        facts[name] = json.loads(facts[name])
    return StoredAssessment(**facts)
