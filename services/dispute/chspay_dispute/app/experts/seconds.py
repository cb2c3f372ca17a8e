"""Second reviews 二次评审: a share of the decisions, by a lot nobody knew when they were made.

The decisions that fell between the closing of two batches are drawn from by the seed of the later one, which
was still unknown. A second panel judges blind like the first; its outcome changes nothing of the case, it is
what the first panel is measured by.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import asyncpg

from chspay_dispute.engine.experts.quality import second_reviews
from chspay_dispute.engine.experts.stream import Stream
from chspay_dispute.engine.experts.terms import Terms
from chspay_dispute.store.experts import panels

SECOND = "second"


class Waiting(NamedTuple):
    """A case that waits for a panel; ``stage``: first, province, reconsider or second."""

    case_no: str
    pool: str
    stage: str
    due: date
    mdc: str


async def due(connection: asyncpg.Connection, pool: str, terms: Terms) -> list[str]:
    """Cases whose decision was drawn for a second review that has not begun."""
    found: list[str] = []
    for batch_id, seed, decided in await panels.decided_between(connection, pool):
        drawn = second_reviews(list(decided), terms.audit, Stream(seed, f"{batch_id}/second"))
        found += [decided[panel_id] for panel_id in drawn]
    begun = await panels.with_stage(connection, pool, SECOND)
    return [case_no for case_no in dict.fromkeys(found) if case_no not in begun]
