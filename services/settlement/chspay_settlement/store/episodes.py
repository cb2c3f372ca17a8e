"""Parts of stays, waiting lists and persons; parts are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import orjson

from chspay_settlement.engine.episodes.parts import Part, PartKind

_PART = "kind, infno, msgid, mdtrt_id, setl_id, person_key, on_day, content"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part's sealed content, and what it was sealed for."""

    part_id: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A list that waits."""

    list_id: str
    hospital_code: str
    region_code: str
    mdtrt_id: str
    setl_id: str
    person_key: str
    part_id: str
    missing: list[str]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person as stored."""

    person_key: str
    certificate_key: str
    region_code: str
    sealed: bytes


async def lock(connection: asyncpg.Connection, names: Sequence[str]) -> None:
    """Puts those who work on the same persons or hospitals in order until the transaction ends."""
    for name in names:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('settlement.episode/' || $1, 0))", name
        )


async def add(
    connection: asyncpg.Connection,
    part_id: str,
    hospital_code: str,
    region_code: str,
    part: Part,
    sealed: bytes | None,
) -> None:
    """Keeps a part; one that is kept already stays as it is."""
    content = {
        "facts": dict(part.facts),
        "rows": [dict(row) for row in part.rows],
        "reversed": [part.reversed_infno, part.reversed_msgid],
    }
    await connection.execute(
        f"INSERT INTO settlement.episode_part (part_id, hospital_code, region_code, {_PART}, sealed)"  # noqa: S608
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (part_id) DO NOTHING",
        part_id, hospital_code, region_code, part.kind.value, part.infno, part.msgid, part.mdtrt_id,
        part.setl_id, part.person_key, part.on, orjson.dumps(content, option=orjson.OPT_SORT_KEYS), sealed,
    )  # fmt: skip


async def of_stay(
    connection: asyncpg.Connection, hospital_code: str, mdtrt_id: str, setl_id: str
) -> list[Part]:
    """Every part of a stay and the reversals of its messages, in the order they came."""
    rows = await connection.fetch(
        f"WITH stay AS (SELECT seq, {_PART} FROM settlement.episode_part"  # noqa: S608 - constants only
        "  WHERE hospital_code = $1 AND kind <> 'reversal'"
        "  AND ((mdtrt_id = $2 AND $2 <> '') OR (setl_id = $3 AND $3 <> '')))"
        f" SELECT seq, {_PART} FROM stay UNION ALL"
        f" SELECT r.seq, {', '.join('r.' + name for name in _PART.split(', '))}"
        " FROM settlement.episode_part r WHERE r.hospital_code = $1 AND r.kind = 'reversal'"
        " AND EXISTS (SELECT FROM stay s WHERE s.infno || '/' || s.msgid = r.setl_id)"
        " ORDER BY seq",
        hospital_code, mdtrt_id, setl_id,
    )  # fmt: skip
    return [_part(row) for row in rows]


async def of_message(
    connection: asyncpg.Connection, hospital_code: str, infno: str, msgid: str
) -> list[Part]:
    """The parts one message told."""
    rows = await connection.fetch(
        f"SELECT {_PART} FROM settlement.episode_part"  # noqa: S608 - constants only
        " WHERE hospital_code = $1 AND infno = $2 AND msgid = $3 ORDER BY seq",
        hospital_code, infno, msgid,
    )  # fmt: skip
    return [_part(row) for row in rows]


async def is_reversed(connection: asyncpg.Connection, hospital_code: str, infno: str, msgid: str) -> bool:
    """Whether a reversal names this message."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM settlement.episode_part WHERE hospital_code = $1"
            " AND kind = 'reversal' AND setl_id = $2)",
            hospital_code, f"{infno}/{msgid}",
        )
    )  # fmt: skip


async def settlements(
    connection: asyncpg.Connection,
    hospital_code: str,
    first: date,
    last: date,
    after: tuple[date, int],
    limit: int,
) -> list[tuple[int, Part]]:
    """Settlements of a hospital by day, after a position; with their sequence numbers."""
    rows = await connection.fetch(
        f"SELECT seq, {_PART} FROM settlement.episode_part"  # noqa: S608 - constants only
        " WHERE hospital_code = $1 AND kind = 'settlement' AND on_day BETWEEN $2 AND $3"
        " AND (on_day, seq) > ($4, $5) ORDER BY on_day, seq LIMIT $6",
        hospital_code, first, last, *after, limit,
    )  # fmt: skip
    return [(row["seq"], _part(row)) for row in rows]


async def taken_back(
    connection: asyncpg.Connection, hospital_code: str, setl_ids: Sequence[str], messages: Sequence[str]
) -> tuple[set[str], set[str]]:
    """Which of the settlements are cancelled, and which of the messages ``infno/msgid`` reversed."""
    rows = await connection.fetch(
        "SELECT kind, setl_id FROM settlement.episode_part p WHERE hospital_code = $1"
        " AND ((kind = 'cancellation' AND setl_id = ANY($2)"
        "  AND NOT EXISTS (SELECT FROM settlement.episode_part r WHERE r.hospital_code = $1"
        "   AND r.kind = 'reversal' AND r.setl_id = p.infno || '/' || p.msgid))"
        " OR (kind = 'reversal' AND setl_id = ANY($3)))",
        hospital_code, list(setl_ids), list(messages),
    )  # fmt: skip
    cancelled = {row["setl_id"] for row in rows if row["kind"] == "cancellation"}
    return cancelled, {row["setl_id"] for row in rows if row["kind"] == "reversal"}


async def counts(
    connection: asyncpg.Connection, hospital_code: str, first: date, last: date
) -> tuple[int, int]:
    """Standing settlements of a span, and how many of them have a list (taken in, or waiting)."""
    row = await connection.fetchrow(
        "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM settlement.list_version v"
        "   WHERE v.hospital_code = $1 AND v.case_id = s.setl_id) OR EXISTS (SELECT FROM"
        "   settlement.waiting_list w WHERE w.hospital_code = $1 AND w.setl_id = s.setl_id))"
        " FROM settlement.episode_part s WHERE s.hospital_code = $1 AND s.kind = 'settlement'"
        " AND s.on_day BETWEEN $2 AND $3"
        " AND NOT EXISTS (SELECT FROM settlement.episode_part b WHERE b.hospital_code = $1 AND"
        "  ((b.kind = 'cancellation' AND b.setl_id = s.setl_id)"
        "   OR (b.kind = 'reversal' AND b.setl_id = s.infno || '/' || s.msgid)))",
        hospital_code, first, last,
    )  # fmt: skip
    return int(row[0]), int(row[1])


async def sealed_part(connection: asyncpg.Connection, part_id: str) -> bytes | None:
    """What a part keeps sealed."""
    found: bytes | None = await connection.fetchval(
        "SELECT sealed FROM settlement.episode_part WHERE part_id = $1", part_id
    )
    return found


async def newest_sealed(
    connection: asyncpg.Connection, hospital_code: str, mdtrt_id: str, kinds: Sequence[str]
) -> Sealed | None:
    """The newest sealed content among parts of these kinds of a stay."""
    row = await connection.fetchrow(
        "SELECT part_id, sealed FROM settlement.episode_part WHERE hospital_code = $1 AND mdtrt_id = $2"
        " AND mdtrt_id <> '' AND kind = ANY($3) AND sealed IS NOT NULL ORDER BY seq DESC LIMIT 1",
        hospital_code, mdtrt_id, list(kinds),
    )  # fmt: skip
    return None if row is None else Sealed(row[0], row[1])


async def wait(connection: asyncpg.Connection, waiting: Waiting) -> None:
    """A list waits; what is missing may change while it does."""
    await connection.execute(
        "INSERT INTO settlement.waiting_list (list_id, hospital_code, region_code, mdtrt_id, setl_id,"
        " person_key, part_id, missing) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (list_id) DO UPDATE SET mdtrt_id = excluded.mdtrt_id, setl_id = excluded.setl_id,"
        " person_key = excluded.person_key, part_id = excluded.part_id, missing = excluded.missing",
        waiting.list_id, waiting.hospital_code, waiting.region_code, waiting.mdtrt_id, waiting.setl_id,
        waiting.person_key, waiting.part_id, waiting.missing,
    )  # fmt: skip


async def done_waiting(connection: asyncpg.Connection, list_id: str) -> None:
    """The list was taken in."""
    await connection.execute("DELETE FROM settlement.waiting_list WHERE list_id = $1", list_id)


_WAITING = "list_id, hospital_code, region_code, mdtrt_id, setl_id, person_key, part_id, missing, since"


async def waiting_for(
    connection: asyncpg.Connection, hospital_code: str, mdtrt_id: str, setl_id: str
) -> list[Waiting]:
    """Lists of a stay that wait."""
    rows = await connection.fetch(
        f"SELECT {_WAITING} FROM settlement.waiting_list WHERE hospital_code = $1"  # noqa: S608 - constants
        " AND ((mdtrt_id = $2 AND $2 <> '') OR (setl_id = $3 AND $3 <> '')) ORDER BY list_id",
        hospital_code, mdtrt_id, setl_id,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


async def waiting_of(connection: asyncpg.Connection, person_keys: Sequence[str]) -> list[Waiting]:
    """Lists of these persons that wait, as far as the asker may see."""
    rows = await connection.fetch(
        f"SELECT {_WAITING} FROM settlement.waiting_list"  # noqa: S608 - constants only
        " WHERE person_key = ANY($1) ORDER BY hospital_code, list_id",
        list(person_keys),
    )
    return [Waiting(*row) for row in rows]


async def waiting_page(
    connection: asyncpg.Connection, hospital_code: str, after: str, limit: int
) -> list[Waiting]:
    """Lists that wait, by number; with no hospital, every one the asker may see."""
    rows = await connection.fetch(
        f"SELECT {_WAITING} FROM settlement.waiting_list"  # noqa: S608 - constants only
        " WHERE ($1 = '' OR hospital_code = $1) AND list_id > $2 ORDER BY list_id LIMIT $3",
        hospital_code, after, limit,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


async def put_person(connection: asyncpg.Connection, person: StoredPerson) -> None:
    """Keeps what is known of a person now."""
    await connection.execute(
        "INSERT INTO settlement.person (person_key, certificate_key, region_code, sealed)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (person_key) DO UPDATE SET"
        " certificate_key = excluded.certificate_key, region_code = excluded.region_code,"
        " sealed = excluded.sealed, updated_at = now()",
        person.person_key, person.certificate_key, person.region_code, person.sealed,
    )  # fmt: skip


async def find_person(
    connection: asyncpg.Connection, person_key: str, certificate_key: str
) -> StoredPerson | None:
    """A person by one of the two keys; the other one empty."""
    row = await connection.fetchrow(
        "SELECT person_key, certificate_key, region_code, sealed FROM settlement.person"
        " WHERE (person_key = $1 AND $1 <> '') OR (certificate_key = $2 AND $2 <> '') LIMIT 1",
        person_key, certificate_key,
    )  # fmt: skip
    return None if row is None else StoredPerson(*row)


async def is_admitted(connection: asyncpg.Connection, hospital_code: str, person_key: str) -> bool:
    """Whether a hospital has registered an admission of this person that nothing took back."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM settlement.episode_part a WHERE a.hospital_code = $1"
            " AND a.kind = 'admission' AND a.person_key = $2"
            " AND NOT EXISTS (SELECT FROM settlement.episode_part r WHERE r.hospital_code = $1"
            "  AND r.kind = 'reversal' AND r.setl_id = a.infno || '/' || a.msgid))",
            hospital_code, person_key,
        )
    )  # fmt: skip


async def list_state(connection: asyncpg.Connection, list_id: str) -> str:
    """The status of a list that was taken in: 2 when a closed month has it, else 1; empty when unknown."""
    row = await connection.fetchrow(
        "SELECT EXISTS (SELECT FROM settlement.pool_month m WHERE m.pool = h.pool"
        " AND m.period = h.settle_period AND m.state = 'closed')"
        " FROM settlement.list_head h WHERE h.list_id = $1",
        list_id,
    )
    return "" if row is None else "2" if row[0] else "1"


def _part(row: asyncpg.Record) -> Part:
    content = orjson.loads(row["content"])
    infno, msgid = content["reversed"]
    return Part(
        kind=PartKind(row["kind"]),
        infno=row["infno"],
        msgid=row["msgid"],
        mdtrt_id=row["mdtrt_id"],
        setl_id=row["setl_id"],
        person_key=row["person_key"],
        on=row["on_day"],
        facts=content["facts"],
        rows=tuple(content["rows"]),
        reversed_infno=infno,
        reversed_msgid=msgid,
    )
