"""Pricings, which of them stand, and the days they count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay_kit.db import current_connection

_PUT = (
    "INSERT INTO pricing (pricing_id, pool, month, hospital_code, case_id, category, admission, discharge,"
    " points_micro, standard_fen, amount_fen, stay, answer, worksheet, policy_digest, priced_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb, $14::jsonb, $15, $16)"
    " ON CONFLICT (pricing_id) DO NOTHING"
)
_STAND = (
    "INSERT INTO standing (hospital_code, case_id, pool, pricing_id, person_key, category, admission,"
    " discharge, counted, position, whole, continues)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
)
_COUNT = (
    "INSERT INTO counted_span (hospital_code, case_id, since, until, pool, person_key)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::text[], $6::text[])"
    " ON CONFLICT DO NOTHING RETURNING hospital_code, case_id, since"
)
_READ = (
    "SELECT p.pricing_id, p.pool, p.month, p.hospital_code, p.case_id, p.stay, p.answer, p.policy_digest,"
    " coalesce(s.pricing_id, '') AS stands FROM pricing p LEFT JOIN standing s USING (hospital_code, case_id)"
)


@dataclass(frozen=True, slots=True)
class NewPricing:
    """A pricing to be kept; ``stay``, ``answer`` and ``worksheet`` are JSON."""

    pricing_id: str
    pool: str
    month: str
    hospital_code: str
    case_id: str
    category: str
    admission: date
    discharge: date
    points_micro: int
    standard_fen: int
    amount_fen: int
    stay: str
    answer: str
    worksheet: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class KeptPricing:
    """A kept pricing; ``stands`` names the pricing of the list that counts now, empty for none."""

    pricing_id: str
    pool: str
    month: str
    hospital_code: str
    case_id: str
    stay: dict[str, Any]
    answer: dict[str, Any]
    policy_digest: str
    stands: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a list; counts of days are exact fractions as text."""

    hospital_code: str
    case_id: str
    pool: str
    pricing_id: str
    person_key: str
    category: str
    admission: date
    discharge: date
    counted: str
    position: str
    whole: str
    continues: str


@dataclass(frozen=True, slots=True)
class CountedSpan:
    """Days a list counts."""

    hospital_code: str
    case_id: str
    since: date
    until: date
    pool: str
    person_key: str


async def lock_pool(pool: str) -> None:
    """Who prices stays of a pool takes turns until the transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('perdiem:pool:' || $1, 0))", pool
    )


async def forget(cases: Sequence[tuple[str, str]]) -> None:
    """Nothing stands and no day is counted of these (institution, list) any more; the pricings stay."""
    given = [hospital for hospital, _ in cases], [case for _, case in cases]
    for table in ("counted_span", "standing"):
        await (await current_connection()).execute(
            f"DELETE FROM {table} WHERE (hospital_code, case_id) IN"  # noqa: S608 - constants
            " (SELECT * FROM unnest($1::text[], $2::text[]))",
            *given,
        )


async def count(spans: Sequence[CountedSpan]) -> set[tuple[str, str, date]]:
    """Counts these days, except those that another list of the person counts; answers which it did."""
    columns = (
        list(
            zip(
                *((s.hospital_code, s.case_id, s.since, s.until, s.pool, s.person_key) for s in spans),
                strict=True,
            )
        )
        or [()] * 6
    )
    rows = await (await current_connection()).fetch(_COUNT, *(list(column) for column in columns))
    return {(row["hospital_code"], row["case_id"], row["since"]) for row in rows}


async def put(new: Sequence[NewPricing], by: str) -> None:
    """Keeps pricings; one that is kept already stays as it is."""
    await (await current_connection()).executemany(
        _PUT,
        [
            (
                item.pricing_id, item.pool, item.month, item.hospital_code, item.case_id, item.category,
                item.admission, item.discharge, item.points_micro, item.standard_fen, item.amount_fen,
                item.stay, item.answer, item.worksheet, item.policy_digest, by,
            )
            for item in new
        ],
    )  # fmt: skip


async def let_stand(new: Sequence[Standing]) -> None:
    """Lets kept pricings stand, of lists of which nothing stands."""
    await (await current_connection()).executemany(
        _STAND,
        [
            (s.hospital_code, s.case_id, s.pool, s.pricing_id, s.person_key, s.category, s.admission,
             s.discharge, s.counted, s.position, s.whole, s.continues)
            for s in new
        ],
    )  # fmt: skip


async def of_persons(persons: Sequence[str]) -> tuple[list[Standing], list[CountedSpan]]:
    """What stands and is counted of these persons, as far as the caller may see."""
    connection = await current_connection()
    stands = await connection.fetch(
        "SELECT hospital_code, case_id, pool, pricing_id, person_key, category, admission, discharge,"
        " counted, position, whole, continues FROM standing WHERE person_key = ANY($1)",
        list(persons),
    )
    spans = await connection.fetch(
        "SELECT hospital_code, case_id, since, until, pool, person_key FROM counted_span"
        " WHERE person_key = ANY($1)",
        list(persons),
    )
    return [Standing(**row) for row in stands], [CountedSpan(**row) for row in spans]


async def one(pricing_id: str) -> tuple[KeptPricing, str] | None:
    """A pricing the caller may see, and its worksheet as JSON."""
    text = _READ.replace("p.policy_digest,", "p.policy_digest, p.worksheet,") + " WHERE p.pricing_id = $1"
    row = await (await current_connection()).fetchrow(text, pricing_id)
    if row is None:
        return None
    facts = dict(row)
    return _kept(facts), facts["worksheet"]


async def page(pool: str, month: str, hospital_code: str, after: str, limit: int) -> list[KeptPricing]:
    """Pricings by id; an empty condition is none."""
    text = _READ + (
        " WHERE ($1 = '' OR p.pool = $1) AND ($2 = '' OR p.month = $2) AND ($3 = '' OR p.hospital_code = $3)"
        " AND p.pricing_id > $4 ORDER BY p.pricing_id LIMIT $5"
    )
    rows = await (await current_connection()).fetch(text, pool, month, hospital_code, after, limit)
    return [_kept(dict(row)) for row in rows]


async def discharged(
    pool: str, hospital_code: str, category: str, since: date, until: date
) -> list[dict[str, Any]]:
    """Lists of a pool that stand of a category, discharged in ``[since, until)``, with their amounts.

    A caller over several pools sees the stays of an institution in each; an assessment is of one pool.
    """
    rows = await (await current_connection()).fetch(
        "SELECT s.case_id, s.person_key, s.admission, s.discharge, s.counted, s.whole,"
        " p.stay->>'total_cost_fen' AS total_cost_fen, p.stay->>'patient_paid_fen' AS patient_paid_fen,"
        " EXISTS (SELECT FROM standing n WHERE n.pool = s.pool AND n.hospital_code = s.hospital_code"
        "  AND n.person_key = s.person_key AND n.continues = s.case_id AND s.person_key <> '') AS continued"
        " FROM standing s JOIN pricing p USING (pricing_id)"
        " WHERE s.hospital_code = $1 AND s.category = $2 AND s.discharge >= $3 AND s.discharge < $4"
        " AND s.pool = $5 ORDER BY s.case_id",
        hospital_code,
        category,
        since,
        until,
        pool,
    )
    return [dict(row) for row in rows]


async def admissions(pool: str, hospital_code: str, category: str, since: date) -> list[tuple[str, date]]:
    """Person and day of every list of a category admitted since a day, but those that continue one."""
    rows = await (await current_connection()).fetch(
        "SELECT person_key, admission FROM standing WHERE hospital_code = $1 AND category = $2"
        " AND admission >= $3 AND person_key <> '' AND continues = '' AND pool = $4",
        hospital_code,
        category,
        since,
        pool,
    )
    return [(row["person_key"], row["admission"]) for row in rows]


def _kept(facts: dict[str, Any]) -> KeptPricing:
    return KeptPricing(
        **{name: facts[name] for name in KeptPricing.__slots__ if name not in ("stay", "answer")},
        stay=json.loads(facts["stay"]),
        answer=json.loads(facts["answer"]),
    )
