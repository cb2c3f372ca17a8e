"""Use-cases of indicators: what peers come to, and an indicator from its issue to next year's proposal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from chspay_budget.app.access import may, new_id
from chspay_budget.clients import Registry, Rulebook
from chspay_budget.engine import indicators as life
from chspay_budget.engine import peers
from chspay_budget.engine.findings import check_line
from chspay_budget.engine.indicators import Basis, Indicator, State, Step
from chspay_budget.engine.peers import Observation
from chspay_budget.engine.year import check_year
from chspay_budget.store import watching as store
from chspay_budget.store.watching import StoredBenchmark
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_kit import paging

BENCHMARK_UNKNOWN = Reason(
    "BENCHMARK_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的同级同类测算，或不在权限范围内。"
)
BENCHMARK_OTHER = Reason(
    "BENCHMARK_OTHER", Kind.INVALID, "同级同类测算{value}不是统筹区{pool}指标“{code}”的测算，请核对。"
)
INSTITUTION_UNKNOWN = Reason(
    "PEERS_INSTITUTION_UNKNOWN",
    Kind.PRECONDITION,
    "定点机构登记中{day}没有机构{value}。请先登记，或在数据中写明级别和类别。",
)
INDICATOR_MISSING = Reason(
    "INDICATOR_MISSING", Kind.NOT_FOUND, "{holder}没有{year}年的指标“{value}”，或不在权限范围内。"
)
INDICATOR_TAKEN = Reason(
    "INDICATOR_TAKEN", Kind.CONFLICT, "{holder}{year}年的指标“{value}”已经下达；要改变请用调整。"
)


class Benchmarks:
    """What peers come to, measured once and kept."""

    def __init__(self, rulebook: Rulebook, registry: Registry) -> None:
        self._rulebook, self._registry = rulebook, registry

    async def measure(
        self,
        request_id: str,
        pool: str,
        year: int,
        code: str,
        observations: Sequence[Observation],
        document: str,
    ) -> StoredBenchmark:
        """Measures an indicator's means by class; level 0 and an empty kind are read from the registry.

        :raises Fault: PEERS_*, INDICATOR_UNKNOWN, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        day = date(check_year(year), 12, 31)
        policy = await self._rulebook.policy(pool, day)
        known, said = life.entry(code, policy), check_line("document", document)
        rows = await self._classed(pool, day, observations)
        found = peers.measure(rows, policy)
        title = f"{year}年{known.name}：同级同类水平"
        new = StoredBenchmark(
            new_id("PB", request_id), pool, year, code, policy.text(peers.METHOD_KEY),
            _result(found, title, policy), said, policy.digest, claim.subject,
        )  # fmt: skip
        await store.put_benchmark(new)
        return new

    async def get(self, benchmark_id: str) -> StoredBenchmark:
        """A benchmark the caller may see.

        :raises Fault: BENCHMARK_UNKNOWN.
        """
        found = await store.benchmark(benchmark_id)
        if found is None:
            raise Fault(BENCHMARK_UNKNOWN, field="benchmark_id", value=benchmark_id)
        may(found.pool, "bureau", "service")
        return found

    async def page(self, pool: str, size: int, token: str) -> tuple[list[StoredBenchmark], str]:
        """A page of a pool's benchmarks."""
        may(pool, "bureau", "service")
        query, wanted = ("benchmarks", pool), paging.size(size)
        after = paging.decode(query, token)
        found = await store.benchmarks(pool, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].benchmark_id]) if more else ""

    async def _classed(self, pool: str, day: date, rows: Sequence[Observation]) -> list[Observation]:
        if all(row.level and row.kind for row in rows):
            return list(rows)
        classes = await self._registry.classes(pool, day)
        found = []
        for row in rows:
            if row.level and row.kind:
                found.append(row)
                continue
            if row.institution not in classes:
                raise Fault(INSTITUTION_UNKNOWN, field="institution", value=row.institution, day=day)
            level, kind = classes[row.institution]
            found.append(row._replace(level=row.level or level, kind=row.kind or kind))
        return found


class Indicators:
    """Indicators of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook, benchmarks: Benchmarks) -> None:
        self._rulebook, self._benchmarks = rulebook, benchmarks

    async def issue(
        self, pool: str, year: int, holder: str, code: str, value_micro: int, document: str
    ) -> Indicator:
        """The target of a new indicator.

        :raises Fault: INDICATOR_*, WATCH_TEXT_MISSING, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        policy = await self._policy(pool, year)
        check_line("holder", holder)
        await store.lock_indicator(pool, year, holder, code)
        if await store.indicator(pool, year, holder, code) is not None:
            raise Fault(INDICATOR_TAKEN, field="code", value=code, holder=holder, year=year)
        step = life.issue(life.entry(code, policy), value_micro, document, claim.subject)
        await store.put_step(pool, year, holder, code, 1, step)
        return Indicator(pool, year, holder, code, (step,))

    async def revise(
        self, pool: str, year: int, holder: str, code: str, value_micro: int, document: str
    ) -> Indicator:
        """Another target, on a document."""
        return await self._move(
            (pool, year, holder, code),
            lambda found, who, policy: life.step(found, State.REVISED, value_micro, document, who, policy),
        )

    async def measure(
        self, pool: str, year: int, holder: str, code: str, value_micro: int, document: str
    ) -> Indicator:
        """What the year really came to."""
        return await self._move(
            (pool, year, holder, code),
            lambda found, who, policy: life.step(found, State.MEASURED, value_micro, document, who, policy),
        )

    async def settle(self, pool: str, year: int, holder: str, code: str, decision_no: str) -> Indicator:
        """The measured figure made final."""
        return await self._move(
            (pool, year, holder, code),
            lambda found, who, policy: life.settle(found, decision_no, who, policy),
        )

    async def propose(self, pool: str, year: int, holder: str, code: str, benchmark_id: str) -> Indicator:
        """Next year's value from peers and two settled years of the holder.

        :raises Fault: INDICATOR_*, BENCHMARK_*, POLICY_*.
        """
        may(pool, "bureau")
        benchmark = await self._benchmarks.get(benchmark_id)
        if (benchmark.pool, benchmark.indicator) != (pool, code):
            raise Fault(BENCHMARK_OTHER, field="benchmark_id", value=benchmark_id, pool=pool, code=code)
        last = await store.indicator(pool, check_year(year) - 1, holder, code)
        before = last.settled_micro if last is not None else None
        compared = next(
            (row for row in benchmark.result["comparisons"] if row["institution"] == holder), None
        )

        def step(found: Indicator, who: str, policy: Policy) -> Step:
            life.may(found, State.PROPOSED)
            if before is None:
                raise Fault(life.OWN_MISSING, field="year", value=code, holder=holder)
            if compared is None:
                raise Fault(
                    life.PEERS_MISSING,
                    field="benchmark_id",
                    value=code,
                    holder=holder,
                    benchmark=benchmark_id,
                )
            basis = Basis(before, found.settled_micro or 0, Fraction(compared["peers_exact"]), benchmark_id)
            return life.propose(found, basis, who, policy)

        return await self._move((pool, year, holder, code), step)

    async def get(self, pool: str, year: int, holder: str, code: str) -> Indicator:
        """An indicator with its steps.

        :raises Fault: INDICATOR_MISSING.
        """
        may(pool, "bureau", "service")
        found = await store.indicator(pool, check_year(year), holder, code)
        if found is None:
            raise Fault(INDICATOR_MISSING, field="code", value=code, holder=holder, year=year)
        return found

    async def page(self, pool: str, year: int, size: int, token: str) -> tuple[list[Indicator], str]:
        """A page of a pool's indicators; year 0 means all."""
        may(pool, "bureau", "service")
        query, wanted = ("indicators", pool, str(year)), paging.size(size)
        after = paging.decode(query, token)
        start = (int(after[0]), str(after[1]), str(after[2])) if after else (0, "", "")
        found = await store.indicators(pool, year, start, wanted + 1)
        shown = found[:wanted]
        if len(found) <= wanted:
            return shown, ""
        last = shown[-1]
        return shown, paging.encode(query, [last.year, last.holder, last.code])

    async def known(self, pool: str, year: int) -> dict[str, life.Entry]:
        """The catalogue of the pool's indicators in a year."""
        return life.catalogue(await self._policy(pool, year))

    async def _move(
        self, key: tuple[str, int, str, str], step: Callable[[Indicator, str, Policy], Step]
    ) -> Indicator:
        pool, year, holder, code = key
        claim = may(pool, "bureau")
        policy = await self._policy(pool, year)
        await store.lock_indicator(pool, year, holder, code)
        found = await self.get(*key)
        new = step(found, claim.subject, policy)
        await store.put_step(*key, len(found.steps) + 1, new)
        return Indicator(pool, year, holder, code, (*found.steps, new))

    async def _policy(self, pool: str, year: int) -> Policy:
        return await self._rulebook.policy(pool, date(check_year(year), 12, 31))


def _result(found: peers.Benchmark, title: str, policy: Policy) -> dict[str, Any]:
    means = [
        *(_mean(group, 0, "", one) for group, one in found.overall.items()),
        *(_mean(group, level, "", one) for (group, level), one in found.levels.items()),
        *(_mean(group, level, kind, one) for (group, level, kind), one in found.classes.items()),
    ]
    comparisons = [
        {
            "institution": one.institution, "level": one.level, "kind": one.kind, "own": peers.shown(one.own),
            "peers": peers.shown(one.peers), "peers_exact": str(one.peers),
            "ratio": "" if one.ratio is None else peers.shown(one.ratio),
            "worksheet": peers.explain(found, one, f"{title}（{one.institution}）", policy).to_json(),
        }
        for one in found.held
    ]  # fmt: skip
    return {"means": means, "comparisons": comparisons}


def _mean(group: str, level: int, kind: str, one: peers.Estimate) -> dict[str, Any]:
    return {
        "group": group, "level": level, "kind": kind, "institutions": one.n, "own": peers.shown(one.own),
        "weight": peers.shown(one.weight), "value": peers.shown(one.value),
    }  # fmt: skip
