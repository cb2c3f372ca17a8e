"""Panels and experts as officers of the pool see them: pages, and who did how well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chspay_dispute.app.experts.access import overseer
from chspay_dispute.app.experts.panels import Panels, Whole
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.experts.quality import Quality, Served, broken_limits, quality
from chspay_dispute.engine.experts.terms import read_terms
from chspay_dispute.store.experts import panels as store
from chspay_kit import paging
from chspay_kit.db import current_connection

#: Decisions of the last two years count, as long as a term of office is judged by.
_DAYS = 730


@dataclass(frozen=True, slots=True)
class Measured:
    """How an expert did, and which limits he broke."""

    expert_id: str
    quality: Quality
    broken: tuple[str, ...]


class Overview:
    """What officers of the pool look at."""

    def __init__(self, moves: Moves, panels: Panels) -> None:
        self._moves, self._panels = moves, panels

    async def page(
        self, pool: str, case_no: str, *, open_only: bool, size: int, token: str
    ) -> tuple[list[Whole], str]:
        """A page of panels."""
        overseer(pool)
        query, wanted = ("panels", pool, case_no, open_only), paging.size(size)
        after = paging.decode(query, token)
        states = list(store.OPEN) if open_only else []
        rows = await store.page(
            await current_connection(), pool, case_no, states, str(after[0]) if after else "", wanted + 1
        )
        found = [await self._panels.get(row.panel_id) for row in rows[:wanted]]
        more = len(rows) > wanted
        return found, paging.encode(query, [rows[wanted - 1].panel_id]) if more else ""

    async def measured(self, pool: str) -> list[Measured]:
        """Every expert who served, with the measures the rules judge by."""
        overseer(pool)
        terms = read_terms(await self._moves.policies.policy(pool, self._moves.today()))
        since = self._moves.now() - timedelta(days=_DAYS)
        served: dict[str, list[Served]] = {}
        for row in await store.service_of(await current_connection(), pool, since):
            served.setdefault(row.expert_id, []).append(
                Served(row.reviewed, row.overturned, row.late, row.agreed)
            )
        found = []
        for expert_id, one in sorted(served.items()):
            measures = quality(one)
            found.append(Measured(expert_id, measures, tuple(broken_limits(measures, terms.removal))))
        return found
