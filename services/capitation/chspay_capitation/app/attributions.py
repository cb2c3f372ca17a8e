"""Attributions: a loaded roster over a period, and the budget split over its heads; a stored run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.catchments import Catchments, entries_of
from chspay_capitation.app.rosters import LOADED, Rosters
from chspay_capitation.clients import Plans, Rulebook
from chspay_capitation.engine.attribution import Span, explain
from chspay_capitation.engine.budget import budgets, check_growth, check_period, check_plan, wants_plan
from chspay_capitation.engine.catchment import Catchment, Stretches
from chspay_capitation.engine.columnar import Terms, terms, units_of
from chspay_capitation.engine.findings import removed_spans
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.quota import Edge, Quotas, Split, Tally, quotas
from chspay_capitation.engine.risk import read_risk
from chspay_capitation.engine.roster import ROSTER_SCHEMA, spells_of
from chspay_capitation.store import attributions as store
from chspay_capitation.store import records, rosters
from chspay_capitation.store.attributions import Attribution, QuotaRow
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, canonical_json
from chspay_core.worksheet import Worksheet
from chspay_kit import logs, paging
from chspay_kit.chunk import pack, unpack

ATTRIBUTION_NOT_FOUND = Reason("ATTRIBUTION_NOT_FOUND", Kind.NOT_FOUND, "没有编号为“{value}”的归属计算。")
ATTRIBUTION_NOT_DONE = Reason("ATTRIBUTION_NOT_DONE", Kind.PRECONDITION, "归属计算{value}还没有完成。")
ROSTER_NOT_LOADED = Reason(
    "ROSTER_NOT_LOADED", Kind.PRECONDITION, "名册{value}还没有通过核对（现为“{state}”），不能用于归属。"
)
ROSTER_OTHER_POOL = Reason("ROSTER_OTHER_POOL", Kind.INVALID, "名册{value}不是统筹区{pool}的名册。")
PERSON_UNKNOWN = Reason("PERSON_NOT_INSURED", Kind.NOT_FOUND, "归属计算{value}的期间内没有这个人。")

RUNNING, DONE, FAILED = "running", "done", "failed"

log = logs.get_logger(__name__)


class PersonStay(NamedTuple):
    """One stay of a person with the quota that goes with it."""

    community: str
    since: date
    until: date
    insurance_type: str
    removed: bool
    factor_micro: int
    quota_fen: int


class Attributions:
    """Attributions as callers see them."""

    def __init__(self, rulebook: Rulebook, plans: Plans) -> None:
        self._rulebook, self._plans = rulebook, plans

    async def start(
        self,
        request_id: str,
        pool: str,
        roster_id: str,
        period: tuple[date, date],
        given: Mapping[str, int],
        last_year: Mapping[str, int],
    ) -> Attribution:
        """A new attribution under the policy of the period's first day; its id derives from the request.

        :raises Fault: ROSTER_*, CATCHMENT_UNKNOWN, CAPITATION_PERIOD_WRONG, CAPITATION_PLAN_PERIOD, POLICY_*,
            and what budget says when the year has no approved plan.
        """
        claim = may(pool, "bureau")
        check_period(*period)
        roster = await Rosters().get(roster_id)
        if roster.pool != pool:
            raise Fault(ROSTER_OTHER_POOL, field="roster_id", value=roster_id, pool=pool)
        if roster.state != LOADED:
            raise Fault(ROSTER_NOT_LOADED, field="roster_id", value=roster_id, state=roster.state)
        served = await Catchments().get(pool)
        policy, content = await self._rulebook.bundle(pool, period[0])
        read_order(policy)
        read_risk(policy)
        spans = removed_spans(await records.removed(pool))
        asked = {
            "given": dict(given),
            "last_year": dict(last_year),
            "plan": (
                await self._plans.capitation_fen(pool, period[0].year)
                if wants_plan(*period, policy)
                else None
            ),
            "removed": {key: [[str(day) for day in span] for span in found] for key, found in spans.items()},
        }
        run = Attribution(
            new_id("AT", request_id), pool, roster_id, served.version, *period, RUNNING,
            len(await rosters.chunks(roster_id)), 0, "", "", policy.digest, asked, {}, "", claim.subject,
        )  # fmt: skip
        await store.insert(run, content)
        return run

    async def get(self, attribution_id: str) -> Attribution:
        """An attribution the caller may see.

        :raises Fault: ATTRIBUTION_NOT_FOUND, ROLE_DENIED.
        """
        found = await store.one(attribution_id)
        if found is None:
            raise Fault(ATTRIBUTION_NOT_FOUND, field="attribution_id", value=attribution_id)
        may(found.pool, "bureau", "service")
        return found

    async def done(self, attribution_id: str) -> Attribution:
        """A finished attribution.

        :raises Fault: ATTRIBUTION_NOT_FOUND, ATTRIBUTION_NOT_DONE.
        """
        run = await self.get(attribution_id)
        if run.state != DONE:
            raise Fault(ATTRIBUTION_NOT_DONE, field="attribution_id", value=attribution_id)
        return run

    async def page(self, size: int, token: str) -> tuple[list[Attribution], str]:
        """A page of the attributions the caller may see."""
        query, wanted = ("attributions",), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].attribution_id]) if more else ""

    async def quotas(self, attribution_id: str) -> list[QuotaRow]:
        """Heads and quotas of a finished attribution."""
        await self.done(attribution_id)
        return list(await store.quotas(attribution_id))

    async def explain(self, attribution_id: str, person_key: str) -> tuple[list[PersonStay], list[Worksheet]]:
        """A person's stays with their quotas, and why; looked up chunk by chunk.

        :raises Fault: PERSON_NOT_INSURED.
        """
        run = await self.done(attribution_id)
        given = await terms_of(run)
        splits = {kind: split_of(kind, row) for kind, row in run.outcome["splits"].items()}
        found: list[PersonStay] = []
        sheets: list[Worksheet] = []
        for number, chunk in enumerate(await rosters.chunks(run.roster_id)):
            units = _of_person(unpack(await store.units(attribution_id, number)), person_key)
            if not units.num_rows:
                continue
            for row in units.to_pylist():
                split = splits[row["insurance_type"]]
                fen = 0 if row["removed"] else split.fen(row["weight_micro"], person_key, row["since"])
                found.append(
                    PersonStay(
                        row["community"], row["since"], row["until"], row["insurance_type"], row["removed"],
                        row["factor_micro"], fen,
                    )
                )  # fmt: skip
            batch = unpack(await rosters.content(run.roster_id, chunk)).select(ROSTER_SCHEMA.names)
            spans = given.removed.get(person_key, ())
            sheets += [
                explain(spell, given.stretches, given.order, spans)
                for spell in spells_of(_of_person(batch, person_key))
            ]
        if not found:
            raise Fault(PERSON_UNKNOWN, field="person_key", value=attribution_id)
        return sorted(found, key=lambda stay: stay.since), sheets


def _of_person(batch: pa.RecordBatch, person_key: str) -> pa.RecordBatch:
    return batch.filter(pc.equal(batch.column("person_key"), person_key))


async def policy_of(run: Attribution) -> Policy:
    """The policy an attribution was started under."""
    return Bundle.parse(await store.policy(run.attribution_id), run.policy_digest).on(run.since)


async def terms_of(run: Attribution) -> Terms:
    """What every batch of an attribution is held against, from what it stored."""
    policy = await policy_of(run)
    served = Catchment(entries_of(await Catchments().get(run.pool, run.catchment_version)))
    removed = {
        key: [Span(*map(date.fromisoformat, span)) for span in spans]
        for key, spans in run.asked["removed"].items()
    }
    stretches = Stretches(served, run.since, run.until)
    return terms(stretches, read_order(policy), read_risk(policy), served.communities, removed)


@dataclass(slots=True)
class Progress:
    """What an attribution knows between its steps; lost, it is read again from what was stored."""

    terms: Terms | None = None
    tally: Tally | None = None


async def attribution_step(attribution_id: str, seen: Progress) -> bool:
    """Attributes one chunk, or after the last one splits the budget; ``False`` when the run has ended."""
    run = await store.one(attribution_id, lock=True)
    if run is None or run.state != RUNNING:
        return False
    seen.terms = seen.terms or await terms_of(run)
    if seen.tally is None:
        seen.tally = Tally()
        for number in range(run.done):
            seen.tally.add(unpack(await store.units(attribution_id, number)))
    chunks = await rosters.chunks(run.roster_id)
    if run.done < run.total:
        content = await rosters.content(run.roster_id, chunks[run.done])
        rows, packed = await asyncio.to_thread(_attribute, content, seen.terms, seen.tally)
        await store.put_units(run, run.done, rows, packed)
        return True
    await _finish(run, seen.tally)
    return False


def _attribute(content: bytes, given: Terms, tally: Tally) -> tuple[int, bytes]:
    units = units_of(unpack(content).select(ROSTER_SCHEMA.names), given)
    tally.add(units)
    return units.num_rows, pack(units)


async def _finish(run: Attribution, tally: Tally) -> None:
    tally.refuse_unplaced()
    policy, sheet = await policy_of(run), Worksheet("人头包干总额")
    year_days, plan_fen = check_period(run.since, run.until), run.asked.get("plan")
    sums = budgets(tally, run.asked["given"], year_days, policy, sheet, plan_fen)
    check_growth(sums, run.asked["last_year"], policy)
    check_plan(sums, plan_fen, policy, sheet)
    loop = asyncio.get_running_loop()

    def read(number: int) -> pa.RecordBatch:
        """One chunk of units, fetched by the loop for the thread that splits."""
        wanted = store.units(run.attribution_id, number)
        return unpack(asyncio.run_coroutine_threadsafe(wanted, loop).result())

    found = await asyncio.to_thread(quotas, tally, sums, run.total, read)
    rows = [
        QuotaRow(*key, heads.valid_days, heads.removed_days, heads.units, found.fen.get(key, 0))
        for key, heads in sorted(tally.heads.items())
    ]
    await store.put_quotas(run, rows)
    outcome = {"budgets": sums, "splits": _splits(found), "worksheet": sheet.to_json()}
    digest = sm3_hex(canonical_json([run.policy_digest, [[str(cell) for cell in row] for row in rows]]))
    await store.end(run.attribution_id, DONE, outcome=outcome, digest=digest)
    log.info("attribution.done", run_id=run.attribution_id)


def _splits(found: Quotas) -> dict[str, Any]:
    """The splits as JSON: enough to say what any one person's quota is."""
    return {
        kind: {
            "budget": split.budget_fen,
            "weight": split.weight_micro,
            "share": [[weight, fen, weight in split.served] for weight, fen in sorted(split.share.items())],
            "edge": [split.edge.weight_micro, split.edge.person_key, split.edge.since.isoformat()]
            if split.edge
            else None,
        }
        for kind, split in found.splits.items()
    }


def split_of(kind: str, row: Mapping[str, Any]) -> Split:
    """A split from its JSON."""
    edge = row["edge"]
    return Split(
        kind,
        row["budget"],
        row["weight"],
        {weight: fen for weight, fen, _ in row["share"]},
        frozenset(weight for weight, _, served in row["share"] if served),
        Edge(edge[0], edge[1], date.fromisoformat(edge[2])) if edge else None,
    )


async def fail(attribution_id: str, fault: Fault) -> None:
    """Ends an attribution with its reason."""
    run = await store.one(attribution_id, lock=True)
    if run is not None and run.state == RUNNING:
        log.warning("run.failed", run_id=attribution_id, reason=fault.reason.code)
        await store.end(attribution_id, FAILED, reason=fault.reason.code, message=fault.message)
