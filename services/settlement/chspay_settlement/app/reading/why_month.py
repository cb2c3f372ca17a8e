"""The amounts of a settled month opened: what each needs is read, and no more."""

from __future__ import annotations

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.policy import canonical_json
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.month.runs import DONE, TRIED, Runs, claim_of_pool
from chspay_settlement.app.reading.lineage import settled
from chspay_settlement.app.reading.why_memory import KeptMonth, MonthMemory
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.blocks import SIZE
from chspay_settlement.engine.lineage.case import CaseLines, Listed
from chspay_settlement.engine.lineage.facts import NOT_OPEN, Page, paged
from chspay_settlement.engine.lineage.figures import figure
from chspay_settlement.engine.lineage.group import SUMS as GROUP_SUMS
from chspay_settlement.engine.lineage.group import GroupLines, Span, Sums
from chspay_settlement.engine.lineage.handed import BlockCases, case_handout
from chspay_settlement.engine.lineage.hospital import SUMS, HospitalLines
from chspay_settlement.engine.lineage.node import Node, given
from chspay_settlement.engine.lineage.pool import PoolLines
from chspay_settlement.engine.lineage.ref import Ref
from chspay_settlement.engine.month.settled import Settled
from chspay_settlement.store import ledger, run_cases, scope
from chspay_settlement.store import lineage as rows


class MonthReader:
    """Opens the amounts of one run for one asker."""

    def __init__(self, seen: Runs, memory: MonthMemory) -> None:
        self._runs = seen
        self._memory = memory
        self._kept: KeptMonth | None = None
        self._everything = False
        self._own = ""
        self._cases: dict[tuple[str, str], tuple[Settled, int, Listed]] = {}

    async def open(self, ref: Ref, page: Page) -> Node | None:
        """An amount of the run; ``None`` when there is none of this name that the asker may see."""
        connection = await current_connection()
        if self._kept is None:
            self._kept = await self._enter(connection, ref)
        kept = self._kept
        if ref.part == refs.POOL and ref.item in {"all_cost", "all_cases"} and self._everything:
            await self._memory.measure(connection, kept)
        facts = kept.facts(self._everything)
        pool = PoolLines(facts, page)
        if ref.part == refs.POOL:
            return pool.open(ref.item)
        if ref.part == refs.GROUP:
            return await self._group(connection, kept, ref, page)
        code = ref.keys[0]
        if not self._everything and code != self._own:
            return None
        blocks = await self._memory.blocks(connection, kept, code)
        lines = HospitalLines(pool, code, blocks, await self._memory.payment(connection, kept, code))
        if ref.part == refs.BLOCK:
            return await self._block(connection, kept, lines, ref)
        if ref.part == refs.CASE:
            case = await self._case(connection, kept, lines, ref.keys[1])
            return None if case is None else case.open(ref.item)
        if ref.item in {"case_left", "case_last"}:
            return await self._handed(connection, kept, lines, ref.item)
        return lines.open(ref.item)

    async def _enter(self, connection: asyncpg.Connection, ref: Ref) -> KeptMonth:
        """What the asker may see is asked of the row policies; then the service looks at the pool itself.

        :raises Fault: RUN_NOT_FOUND, RUN_NOT_DONE, STATEMENT_NOT_FOUND.
        """
        await scope.act_as(connection, current_claim())
        run = await self._runs.get(ref.of)
        if run.state not in {DONE, TRIED}:
            raise Fault(faults.RUN_NOT_DONE, field="run_id", value=run.run_id)
        table = ledger.POSTED if run.state == DONE else ledger.TRIED
        seen = await rows.hospitals_seen(connection, run.run_id)
        if ref.keys and ref.part != refs.GROUP:
            self._own = ref.keys[0]
            if not await rows.statement_seen(connection, run.run_id, self._own, table):
                raise Fault(faults.STATEMENT_NOT_FOUND, field="hospital_code", value=self._own)
        await scope.act_as(connection, claim_of_pool(run.pool))
        kept = await self._memory.run(connection, run)
        self._everything = seen == len(kept.division.hospitals)
        return kept

    async def _case(
        self, connection: asyncpg.Connection, kept: KeptMonth, lines: HospitalLines, case_id: str
    ) -> CaseLines | None:
        """A case with everything its lines need; it must be priced as it was.

        :raises Fault: LINEAGE_BROKEN.
        """
        read = self._cases.get((lines.code, case_id))
        if read is None:
            row = await run_cases.one(connection, kept.run.run_id, lines.code, case_id)
            listed = await rows.listed(connection, kept.run.run_id, lines.code, case_id)
            if row is None or row.points is None or listed is None:
                return None
            found, stored = kept.pricer.price(row.inp), row.points
            if found != stored:
                raise Fault(faults.LINEAGE_BROKEN, field="points", value=case_id, found=found, stored=stored)
            source = Listed(listed.list_id, listed.version, list_digest(listed), listed.scheme_digest)
            # A case has many lines, and one answer opens several of them.
            read = self._cases[lines.code, case_id] = Settled(row.inp, stored), row.fund_fen or 0, source
        case, fund_fen, source = read
        last = await self._memory.last(connection, kept, lines.code)
        return CaseLines(lines, kept.pricer, case, fund_fen, source, last)

    async def _handed(
        self, connection: asyncpg.Connection, kept: KeptMonth, lines: HospitalLines, item: str
    ) -> Node | None:
        handout = case_handout(lines, await self._memory.last(connection, kept, lines.code))
        if handout is None:
            return None
        return handout.opened_left() if item == "case_left" else handout.opened_last()

    async def _block(
        self, connection: asyncpg.Connection, kept: KeptMonth, lines: HospitalLines, ref: Ref
    ) -> Node | None:
        """A subtotal and the cases it adds up."""
        number = int(ref.keys[1]) if ref.keys[1].isdecimal() else 0
        if ref.item not in SUMS or not 1 <= number <= len(lines.blocks):
            return None
        block = lines.blocks[number - 1]
        after = lines.blocks[number - 2].last_case if number > 1 else ""
        found = await run_cases.priced_of(connection, kept.run.run_id, lines.code, after, SIZE)
        last = await self._memory.last(connection, kept, lines.code)
        label, column = SUMS[ref.item]
        node = figure(ref.text, f"第{number}组病例的{label}", column, getattr(block, column), ref.item)
        priced = [(case, row.fund_fen or 0) for row, case in zip(found, settled(found), strict=True)]
        children = BlockCases(lines, kept.pricer, last).children(priced, ref.item)
        return paged(node, children, lines.pool.page)

    async def _group(
        self, connection: asyncpg.Connection, kept: KeptMonth, ref: Ref, page: Page
    ) -> Node | None:
        """A figure of a group; its cases are shown to those who may see the whole pool."""
        group = kept.table.groups.get(ref.keys[0])
        facts = kept.facts(self._everything)
        if group is None or ref.item not in {*GROUP_SUMS, "cv", "median"}:
            return None
        terms, nothing = kept.pricer.terms, Sums(0, 0, 0)
        closed = GroupLines(facts, terms, group, nothing, Span(0, 0, nothing), page)
        if not facts.own_cases:
            return _stated(closed, ref.item)
        if not self._everything:
            return _figure(closed, ref.item).closed(NOT_OPEN)
        asked = rows.OfGroup(kept.run.run_id, group.drg, sorted(terms.measured), sorted(terms.per_diem))
        whole, span = await self._memory.group(connection, kept, asked)
        lines = GroupLines(facts, terms, group, whole, span, page)
        if ref.item == "cv":
            return lines.cv()
        if ref.item == "median":
            first, last = lines.middle()
            start = first - span.below_middle
            return lines.median(
                await rows.cases_of_group(connection, asked, span.middle - 1, start, last - first)
            )
        first, last = lines.shown(ref.item)
        above, start = (span.low, span.start) if GROUP_SUMS[ref.item][1] else (0, 0)
        # What stands on earlier pages is read with the page: later pages are rarely asked for.
        found = await rows.cases_of_group(connection, asked, above, 0, last - start)
        earlier = [cost for _, _, cost in found[: first - start]]
        before = Sums(len(earlier), sum(earlier), sum(cost * cost for cost in earlier))
        return lines.sum(ref.item, found[first - start :], before)


def _figure(lines: GroupLines, item: str) -> Node:
    if item in {"cv", "median"}:
        return lines.stated(item)
    return lines.unopened(item)


def _stated(lines: GroupLines, item: str) -> Node:
    """A figure that comes from a table measured elsewhere."""
    return given(_figure(lines, item), lines.facts.table_source, "来自本次结算采用的病组点数表")


def list_digest(listed: rows.ListRow) -> str:
    """SM3 over the canonical content of a list version: every canonical column that is filled, as text."""
    case = listed.case
    filled = {
        name: list(value) if isinstance(value, tuple) else str(value)
        for name in sorted(case.__slots__)
        if (value := getattr(case, name)) not in (None, "", ())
    }
    return sm3_hex(canonical_json(filled))
