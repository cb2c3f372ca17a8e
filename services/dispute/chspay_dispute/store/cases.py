"""Cases, their decisions and signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import orjson

_COLUMNS = (
    "case_no, type, hospital_code, region_code, pool, list_id, subject_ref, cycle, year, method, drg,"
    " cost_fen, disputed_fen, reason, content, worksheet, new_tech, no_review, content_digest,"
    " policy_digest, supplements, lacking, standing, quota_taken, swapped, approved, publication, filed_by,"
    " filed_day"
)
_DECISION = (
    "case_no, seq, decision_no, outcome, body, digest, points_micro, delta_points_micro, delta_fen,"
    " worksheet, policy_digest, decided_by, role, day, dropped"
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as it was filed, see :class:`chspay_dispute.tables_case.Dispute`.

    :param content: what the institution confirmed: facts, statements, criteria.
    :param approved: ``yes`` or ``no`` once decided, empty before.
    """

    case_no: str
    type: str
    hospital_code: str
    region_code: str
    pool: str
    list_id: str
    subject_ref: str
    cycle: str
    year: str
    method: str
    drg: str
    cost_fen: int
    disputed_fen: int
    reason: str
    content: dict[str, Any]
    worksheet: dict[str, Any]
    new_tech: bool
    no_review: str
    content_digest: str
    policy_digest: str
    supplements: int
    lacking: list[str]
    standing: bool
    quota_taken: bool
    swapped: bool
    approved: str
    publication: str
    filed_by: str
    filed_day: date


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision; ``digest`` is the SM3 of its body, which is what is signed."""

    case_no: str
    seq: int
    decision_no: str
    outcome: str
    body: dict[str, Any]
    digest: str
    points_micro: int | None
    delta_points_micro: int | None
    delta_fen: int | None
    worksheet: dict[str, Any]
    policy_digest: str
    decided_by: str
    role: str
    day: date
    dropped: bool


async def put(connection: asyncpg.Connection, new: StoredCase) -> bool:
    """Stores a case; ``False`` when one about the same thing stands already."""
    marks = ", ".join(f"${at}" for at in range(1, 30))
    done: str = await connection.execute(
        f"INSERT INTO dispute_case ({_COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - constants
        new.case_no, new.type, new.hospital_code, new.region_code, new.pool, new.list_id, new.subject_ref,
        new.cycle, new.year, new.method, new.drg, new.cost_fen, new.disputed_fen, new.reason,
        _json(new.content), _json(new.worksheet), new.new_tech, new.no_review, new.content_digest,
        new.policy_digest, new.supplements, _json(new.lacking), new.standing, new.quota_taken, new.swapped,
        new.approved, new.publication, new.filed_by, new.filed_day,
    )  # fmt: skip
    return done.endswith(" 1")


async def one(connection: asyncpg.Connection, case_no: str) -> StoredCase | None:
    """A case, if the caller may see it."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM dispute_case WHERE case_no = $1", case_no)  # noqa: S608 - constants
    return None if row is None else _case(row)


async def note(connection: asyncpg.Connection, case_no: str, **changes: Any) -> None:
    """Writes what stands now of a case: of ``standing``, ``quota_taken``, ``swapped``, ``approved``,
    ``publication``, ``supplements`` and ``lacking``."""
    names = list(changes)
    values = [_json(value) if isinstance(value, list) else value for value in changes.values()]
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(names, start=2))
    await connection.execute(f"UPDATE dispute_case SET {sets} WHERE case_no = $1", case_no, *values)  # noqa: S608 - names from code


async def decide(connection: asyncpg.Connection, new: StoredDecision, of: StoredCase) -> None:
    """Stores a decision; one that stood is put aside."""
    await drop(connection, of.case_no)
    marks = ", ".join(f"${at}" for at in range(1, 18))
    await connection.execute(
        f"INSERT INTO case_decision ({_DECISION}, hospital_code, region_code) VALUES ({marks})",  # noqa: S608 - constants
        new.case_no, new.seq, new.decision_no, new.outcome, _json(new.body), new.digest, new.points_micro,
        new.delta_points_micro, new.delta_fen, _json(new.worksheet), new.policy_digest, new.decided_by,
        new.role, new.day, new.dropped, of.hospital_code, of.region_code,
    )  # fmt: skip


async def drop(connection: asyncpg.Connection, case_no: str) -> None:
    """Puts the decision that stands aside."""
    await connection.execute(
        "UPDATE case_decision SET dropped = true WHERE case_no = $1 AND NOT dropped", case_no
    )


async def number(connection: asyncpg.Connection, case_no: str, decision_no: str) -> None:
    """The number of the paper the standing decision was issued under."""
    await connection.execute(
        "UPDATE case_decision SET decision_no = $2 WHERE case_no = $1 AND NOT dropped", case_no, decision_no
    )


async def decisions(connection: asyncpg.Connection, case_no: str) -> list[StoredDecision]:
    """Every decision of a case, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_DECISION} FROM case_decision WHERE case_no = $1 ORDER BY seq",  # noqa: S608 - constants
        case_no,
    )
    return [
        StoredDecision(
            **dict(row) | {name: orjson.loads(row[name]) for name in ("body", "worksheet")}
        )
        for row in rows
    ]  # fmt: skip


async def standing_decision(connection: asyncpg.Connection, case_no: str) -> StoredDecision | None:
    """The decision that stands, if one does."""
    return next((item for item in await decisions(connection, case_no) if not item.dropped), None)


async def sign(
    connection: asyncpg.Connection, of: StoredCase, decision: StoredDecision, signer: str, day: date
) -> None:
    """Puts a person's name under a decision; twice is once."""
    await connection.execute(
        "INSERT INTO decision_signature (case_no, seq, signer, digest, day, hospital_code, region_code)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        of.case_no, decision.seq, signer, decision.digest, day, of.hospital_code, of.region_code,
    )  # fmt: skip


async def signers(connection: asyncpg.Connection, case_no: str) -> dict[int, list[str]]:
    """Who signed which decision of a case."""
    rows = await connection.fetch(
        "SELECT seq, signer FROM decision_signature WHERE case_no = $1 ORDER BY seq, signed_at, signer",
        case_no,
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["seq"], []).append(row["signer"])
    return found


async def same_subject(connection: asyncpg.Connection, case: StoredCase) -> bool:
    """Whether another case about the same thing stands; a deduction and a finding are one thing by their
    number, whichever list is named beside it."""
    found = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM dispute_case WHERE hospital_code = $1 AND type = $2"
        " AND (list_id = $3 OR type IN ('T3', 'T7')) AND subject_ref = $4 AND standing AND case_no <> $5)",
        case.hospital_code, case.type, case.list_id, case.subject_ref, case.case_no,
    )  # fmt: skip
    return bool(found)


@dataclass(frozen=True, slots=True)
class Counted:
    """Cases of one kind that may count against a quota."""

    hospital_code: str
    method: str
    approved: str
    new_tech: bool
    cases: int


async def counted(connection: asyncpg.Connection, pool: str, cycle: str) -> list[Counted]:
    """Cases of a cycle that hold a place of the quota; the caller must see the whole pool."""
    rows = await connection.fetch(
        "SELECT hospital_code, method, approved, new_tech, count(*) AS cases FROM dispute_case"
        " WHERE pool = $1 AND cycle = $2 AND quota_taken GROUP BY 1, 2, 3, 4",
        pool,
        cycle,
    )
    return [Counted(**row) for row in rows]


async def exchanged(connection: asyncpg.Connection, hospital_code: str, year: str) -> tuple[int, int]:
    """How many special cases an institution applied for in a year, and how many it has exchanged."""
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE quota_taken OR swapped) AS applied,"
        " count(*) FILTER (WHERE swapped) AS swaps"
        " FROM dispute_case WHERE hospital_code = $1 AND year = $2 AND type = 'T1'",
        hospital_code,
        year,
    )
    return int(row["applied"]), int(row["swaps"])


def _case(row: Any) -> StoredCase:
    parsed = {name: orjson.loads(row[name]) for name in ("content", "worksheet", "lacking")}
    return StoredCase(**dict(row) | parsed)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
