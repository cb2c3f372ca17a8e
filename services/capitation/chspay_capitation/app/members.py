"""Members' days in communities, looked up in what an attribution has stored."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.store import attributions
from chspay_capitation.store.attributions import Attribution
from chspay_kit.chunk import unpack

#: A person's days: community, first day, and the day after the last.
Stays = list[tuple[str, date, date]]


async def members_of(run: Attribution, keys: set[str]) -> dict[str, Stays]:
    """The stays of some persons, looked up chunk by chunk."""
    wanted, found = pa.array(sorted(keys), pa.string()), defaultdict[str, Stays](list)
    for number in range(run.total):
        content = await attributions.units(run.attribution_id, number)
        for row in await asyncio.to_thread(_rows_of, content, wanted):
            found[row["person_key"]].append((row["community"], row["since"], row["until"]))
    return found


def _rows_of(content: bytes, wanted: pa.Array) -> list[dict[str, Any]]:
    units = unpack(content).select(["person_key", "community", "since", "until"])
    rows: list[dict[str, Any]] = units.filter(
        pc.is_in(units.column("person_key"), value_set=wanted)
    ).to_pylist()
    return rows
