"""Pricings that a closed month has paid: added once, never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from chspay_kit.db import current_connection


class Confirmed(NamedTuple):
    """A paid pricing with its answer."""

    hospital_code: str
    case_id: str
    pricing_id: str
    pool: str
    month: str
    run_id: str
    answer: dict[str, Any]


class Asked(NamedTuple):
    """A kept pricing, and what stands and is confirmed of its list; empty for none."""

    pricing_id: str
    hospital_code: str
    case_id: str
    pool: str
    month: str
    stands: str
    confirmed: str


async def of_cases(cases: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Confirmed]:
    """The paid pricings of these (institution, list), as far as the caller may see."""
    rows = await (await current_connection()).fetch(
        "SELECT c.hospital_code, c.case_id, c.pricing_id, c.pool, c.month, c.run_id, p.answer"
        " FROM confirmed c JOIN pricing p USING (pricing_id)"
        " WHERE (c.hospital_code, c.case_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))",
        [hospital for hospital, _ in cases],
        [case for _, case in cases],
    )
    return {
        (row["hospital_code"], row["case_id"]): Confirmed(**{**row, "answer": json.loads(row["answer"])})
        for row in rows
    }


async def asked(pricing_ids: Sequence[str]) -> dict[str, Asked]:
    """These pricings by id, as far as they are kept and the caller may see them."""
    rows = await (await current_connection()).fetch(
        "SELECT p.pricing_id, p.hospital_code, p.case_id, p.pool, p.month, coalesce(s.pricing_id, ''),"
        " coalesce(c.pricing_id, '') FROM pricing p LEFT JOIN standing s USING (hospital_code, case_id)"
        " LEFT JOIN confirmed c USING (hospital_code, case_id) WHERE p.pricing_id = ANY($1)",
        list(pricing_ids),
    )
    return {row[0]: Asked(*row) for row in rows}


async def put(new: Sequence[Asked], run_id: str, by: str) -> None:
    """Keeps that a run has paid these pricings."""
    await (await current_connection()).executemany(
        "INSERT INTO confirmed (hospital_code, case_id, pricing_id, pool, month, run_id, confirmed_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(one.hospital_code, one.case_id, one.pricing_id, one.pool, one.month, run_id, by) for one in new],
    )
