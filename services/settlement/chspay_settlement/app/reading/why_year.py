"""The amounts of an annual clearing and of its re-clearings opened."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import asyncpg

from chspay_core.policy import Policy
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement.app.month.runs import claim_of_pool
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.app.year.life import Years
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.books import BookLine
from chspay_settlement.engine.lineage.facts import Page
from chspay_settlement.engine.lineage.node import Node, Source, given, money, opened
from chspay_settlement.engine.lineage.ref import Ref
from chspay_settlement.engine.lineage.year import YearLines
from chspay_settlement.engine.lineage.year_pool import YearPool
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.year.clearing import Year
from chspay_settlement.engine.year.content import YearInput
from chspay_settlement.store import lineage_books as rows
from chspay_settlement.store import reclearings, scope, year
from chspay_settlement.store.year import Clearing

_KEPT = 8


class KeptYear(NamedTuple):
    """A clearing as it was computed; it depends on nothing but its stored input and sealed policy."""

    clearing: Clearing
    policy: Policy
    given: YearInput
    year: Year
    names: dict[str, str]


class YearMemory:
    """The clearings asked about last, by the digest of their input."""

    def __init__(self) -> None:
        self._years: OrderedDict[tuple[str, str], KeptYear] = OrderedDict()

    async def get(self, connection: asyncpg.Connection, years: Years, clearing: Clearing) -> KeptYear:
        """A clearing computed again from its stored input."""
        key = (clearing.clearing_id, clearing.input_digest)
        found = self._years.get(key)
        if found is None:
            policy = await years.policy(clearing)
            stored = await year_figures.stored_input(connection, clearing)
            names = {row.hospital_code: row.name for row in await year.hospitals(connection, key[0])}
            found = KeptYear(clearing, policy, stored, stored.clear(policy), names)
            self._years[key] = found
        while len(self._years) > _KEPT:
            self._years.popitem(last=False)
        return found


class YearReader:
    """Opens the amounts of one clearing, or of a re-clearing, for one asker."""

    def __init__(self, years: Years, memory: YearMemory) -> None:
        self._years = years
        self._memory = memory
        self._kept: KeptYear | None = None
        self._everything = False
        self._own = ""

    async def open(self, ref: Ref, page: Page) -> Node | None:
        """An amount; ``None`` when there is none of this name that the asker may see."""
        connection = await current_connection()
        if ref.root == refs.RECLEAR:
            return await self._reclearing(connection, ref)
        if self._kept is None:
            self._kept = await self._enter(connection, ref)
        kept = self._kept
        if kept is None:
            return None
        clearing = kept.clearing
        pool = YearPool(
            clearing.clearing_id, clearing.pool, clearing.input_digest, kept.policy, form_of(kept.policy),
            kept.year, kept.given.scores, kept.names, self._everything, page,
        )  # fmt: skip
        if ref.part == refs.POOL:
            return pool.open(ref.item)
        code = ref.keys[0]
        hospital = next((h for h in kept.year.hospitals if h.hospital_code == code), None)
        if hospital is None or not (self._everything or code == self._own):
            return None
        booked = await self._booked(connection, kept, code)
        months = await rows.deducted_months(connection, clearing.pool, clearing.year, code)
        return YearLines(pool, hospital, booked, months).open(ref.item)

    async def _enter(self, connection: asyncpg.Connection, ref: Ref) -> KeptYear | None:
        """The row policies say what the asker may see; the pool behind it is looked at on our own account."""
        await scope.act_as(connection, current_claim())
        clearing = await self._years.get(ref.of)
        if ref.keys:
            self._own = ref.keys[0]
            if await year.hospital(connection, clearing.clearing_id, self._own) is None:
                return None
        seen = len(await year.hospitals(connection, clearing.clearing_id))
        await scope.act_as(connection, claim_of_pool(clearing.pool))
        kept = await self._memory.get(connection, self._years, clearing)
        self._everything = seen == len(kept.year.hospitals)
        return kept

    async def _booked(
        self, connection: asyncpg.Connection, kept: KeptYear, code: str
    ) -> dict[str, list[BookLine]]:
        """The ledger's lines behind what a clearing found booked of an institution."""
        clearing = kept.clearing
        return await rows.booked_of_year(connection, clearing.pool, clearing.year, code)

    async def _reclearing(self, connection: asyncpg.Connection, ref: Ref) -> Node | None:
        """What a re-clearing changes for an institution, as far as the row policies show it."""
        await scope.act_as(connection, current_claim())
        row = await reclearings.one(connection, ref.of)
        if row is None:
            return None
        source = Source("reclear_effect", "content", row=row.reclear_id, digest=row.digest)
        if ref.part == refs.POOL:
            node = money("", "退回基金", row.returned_fen)
            return given(node, source, f"{row.cause}（{row.citation}）") if ref.item == "returned" else None
        effects = {effect.hospital_code: effect for effect in await reclearings.effects(connection, ref.of)}
        effect = effects.get(ref.keys[0])
        if effect is None or ref.item not in {"fund", "balance"}:
            return None
        after = given(money("", "重新清算后的基金", effect.fund_after_fen, name="after"), source, row.method)
        before = given(money("", "原清算的基金", effect.fund_before_fen, name="before"), source)
        fund = money(
            ref.to("fund").text, "基金的变动", effect.fund_after_fen - effect.fund_before_fen, name="fund"
        )
        if ref.item == "fund":
            return opened(fund, "after − before", after, before)
        cut = given(money("", "考核扣减的变动", effect.assessed_fen, name="assessed"), source)
        return opened(money(ref.text, "应补付的变动", effect.balance_fen), "fund − assessed", fund, cut)
