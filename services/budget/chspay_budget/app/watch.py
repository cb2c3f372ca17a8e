"""Use-cases of the watch: heads, growth and changes judged, and what is found brought to an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chspay_budget.app.access import may, new_id
from chspay_budget.clients import Rulebook, SettledRun, Settlement
from chspay_budget.engine import changes, expected_heads, growth_watch, recompute
from chspay_budget.engine import findings as life
from chspay_budget.engine import indicators as indicator_life
from chspay_budget.engine.changes import Figures
from chspay_budget.engine.expected_heads import Actual, Range, Stratum
from chspay_budget.engine.findings import Finding, State, Step, Subject, check_line
from chspay_budget.engine.growth_watch import Growth
from chspay_budget.engine.year import check_year
from chspay_budget.store import findings as store
from chspay_budget.store import hold_orders, watching
from chspay_budget.store.hold_orders import Kind as Ordered
from chspay_budget.store.hold_orders import Order
from chspay_core.amounts import from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_kit import paging
from chspay_kit.db import current_connection

WATCH_UNKNOWN = Reason("WATCH_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的监测事项，或不在权限范围内。")
SUBJECT_UNKNOWN = Reason(
    "WATCH_SUBJECT_UNKNOWN", Kind.INVALID, "监测事项的类别“{value}”无法识别，可用：heads、growth、change。"
)
RUN_MISSING = Reason(
    "GROWTH_RUN_MISSING", Kind.PRECONDITION, "统筹区{pool}的{value}还没有月结或试算，不能比较费用增长。"
)
FUND_UNKNOWN = Reason(
    "CHANGE_FUND_UNKNOWN",
    Kind.INVALID,
    "基金类别“{value}”无法识别，可用：inpatient、outpatient、per_diem、capitation。",
)
YEARS_WRONG = Reason("CHANGE_YEARS_WRONG", Kind.INVALID, "应比较相邻的两年，收到{before}年和{value}年。")

_FUNDS = ("inpatient", "outpatient", "per_diem", "capitation")
#: A pool in which a point value is formed pays inpatient care as one unit.
_POOLED_KEY = "point_value.form"


class Judged(NamedTuple):
    """An institution's range, how it came about, and the finding that was filed."""

    found: Range
    sheet: Worksheet
    watch_id: str


class Compared(NamedTuple):
    """A hospital's growth, how it came about, and the finding that was filed."""

    found: Growth
    sheet: Worksheet
    watch_id: str


class Watch:
    """The watch over every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook, settlement: Settlement) -> None:
        self._rulebook, self._settlement = rulebook, settlement

    async def judge_heads(
        self,
        request_id: str,
        pool: str,
        year: int,
        facts: tuple[Sequence[Stratum], Sequence[Actual]],
        document: str,
    ) -> list[Judged]:
        """Heads of every institution against their range; those above it become findings.

        :raises Fault: HEADS_*, WATCH_TEXT_MISSING, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        policy = await self._rulebook.policy(pool, date(check_year(year), 12, 31))
        said = check_line("document", document)
        answer, standing = [], await store.undecided(pool, Subject.HEADS, str(year))
        for found in expected_heads.judge(*facts, policy):
            sheet = expected_heads.explain(found, policy)
            numbers = {
                "heads": str(found.heads), "low": str(found.low), "high": str(found.high),
                "excess": str(found.excess), "expected": sheet["expected"].value,
            }  # fmt: skip
            about = _About(pool, Subject.HEADS, found.institution, str(year), numbers, said)
            name = ""
            if found.excess or found.institution in standing:
                name = await self._file(request_id, about, policy, sheet, claim.subject)
            answer.append(Judged(found, sheet, name if found.excess else ""))
        return answer

    async def compare_growth(
        self, request_id: str, pool: str, month: Month, document: str
    ) -> tuple[str, list[Compared]]:
        """A month's cost of every hospital against the months before; what is abnormal becomes a finding.

        :raises Fault: GROWTH_*, WATCH_TEXT_MISSING, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        policy = await self._rulebook.policy(pool, month.last)
        said = check_line("document", document)
        run, before = _chosen(
            await self._settlement.runs(pool), pool, month, growth_watch.base_months(policy)
        )
        costs = [await self._settlement.costs(one.run_id) for one in before]
        cite = policy.citation(policy.rule(growth_watch.LIMIT_KEY))
        answer, standing = [], await store.undecided(pool, Subject.GROWTH, str(month))
        for found in growth_watch.compare(await self._settlement.costs(run.run_id), costs, policy):
            sheet = growth_watch.explain(found, policy)
            numbers = {
                "month_fen": str(found.month_fen), "over_fen": str(found.over_fen), "percent": found.percent,
                "before_fen": ",".join(map(str, found.before_fen)), "run_id": run.run_id,
                "rule": growth_watch.LIMIT_KEY, "citation": cite,
                "evidence": growth_watch.evidence(found, str(month), said),
            }  # fmt: skip
            about = _About(pool, Subject.GROWTH, found.hospital, str(month), numbers, said)
            name = ""
            if found.abnormal or found.hospital in standing:
                name = await self._file(request_id, about, policy, sheet, claim.subject)
            answer.append(Compared(found, sheet, name if found.abnormal else ""))
        return run.run_id, answer

    async def review_change(
        self,
        request_id: str,
        pool: str,
        institution: str,
        fund: str,
        years: tuple[Figures, Figures],
        document: str,
    ) -> Finding:
        """The change of two years, filed to be verified by another person.

        :raises Fault: CHANGE_*, WATCH_TEXT_MISSING, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        before, after = years
        if check_year(after.year) != before.year + 1:
            raise Fault(YEARS_WRONG, field="after", value=after.year, before=before.year)
        if fund not in _FUNDS:
            raise Fault(FUND_UNKNOWN, field="fund", value=fund)
        policy = await self._rulebook.policy(pool, date(after.year, 12, 31))
        if fund == "inpatient" and policy.has(_POOLED_KEY):
            cite = policy.citation(policy.rule(_POOLED_KEY))
            raise Fault(life.FUND_POOLED, field="fund", place=policy.place_name or pool, cite=cite)
        change = changes.review(before, after, policy)
        sheet = changes.explain(change, f"{institution}前后两年变化（{fund}）", policy)
        numbers = {
            "fund": fund, "difference_fen": str(change.difference_fen), "cap_fen": str(change.cap_fen),
            "proposed_fen": str(change.proposed_fen), "percent": changes.growth_text(change),
            **{f"{cause}_fen": str(fen) for cause, fen in change.causes.items()},
        }  # fmt: skip
        about = _About(
            pool, Subject.CHANGE, institution, str(after.year), numbers, check_line("document", document)
        )
        return await self.get(await self._file(request_id, about, policy, sheet, claim.subject))

    async def hear(self, watch_id: str, statement: str) -> Finding:
        """What the institution answered."""
        return await self._move(watch_id, lambda found, who: life.hear(found, statement, who))

    async def decide(
        self, watch_id: str, *, uphold: bool, decision_no: str, removed: int = 0, since: str = ""
    ) -> Finding:
        """The decision by another person than the finder, and what it brings about.

        A hold is ordered with the decision and placed by settlement afterwards; one that settlement refused
        may be decided anew.

        :raises Fault: WATCH_*, NOT_A_MONTH.
        """
        found = await self._locked(watch_id)
        claim = may(found.pool, "bureau")
        moved = life.decide(found, uphold=uphold, decision_no=decision_no, by=claim.subject, removed=removed)
        if moved.state is State.HELD:
            return await self._hold(moved, since)
        if moved.state is State.REMOVED:
            moved = await self._recompute(moved, claim.subject)
        elif moved.state is State.VERIFIED:
            moved = life.with_outcome(moved, proposed_fen=found.facts["proposed_fen"])
        await store.put_step(moved)
        return moved

    async def release(self, watch_id: str, statement: str, decision_no: str) -> Finding:
        """The review of a hold; what was held will be payable in the open month.

        :raises Fault: WATCH_*.
        """
        found = await self._locked(watch_id)
        claim = may(found.pool, "bureau")
        moved = life.release(found, statement, decision_no, claim.subject)
        step = moved.steps[-1]
        asked = {"hold_id": life.hold_id(found), "reason": step.statement, "citation": step.decision_no}
        return await self._ordered(moved, Ordered.RELEASE, asked)

    async def get(self, watch_id: str) -> Finding:
        """A finding the caller may see.

        :raises Fault: WATCH_UNKNOWN.
        """
        found = await store.one(watch_id)
        if found is None:
            raise Fault(WATCH_UNKNOWN, field="watch_id", value=watch_id)
        may(found.pool, "bureau", "service")
        return found

    async def page(self, pool: str, subject: str, size: int, token: str) -> tuple[list[Finding], str]:
        """A page of a pool's findings."""
        may(pool, "bureau", "service")
        if subject and subject not in {*Subject}:
            raise Fault(SUBJECT_UNKNOWN, field="subject", value=subject)
        query, wanted = ("watch", pool, subject), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(pool, subject, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].finding_id]) if more else ""

    async def _hold(self, moved: Finding, since: str) -> Finding:
        """The payment above the limit of the closed month, to be held in settlement."""
        month = Month.parse(since, "since")
        closed = [run for run in await self._settlement.runs(moved.pool) if not run.trial]
        fen = life.check_hold(
            moved, next((run.run_id for run in closed if str(run.month) == moved.period), "")
        )
        if month in {run.month for run in closed}:
            raise Fault(life.SINCE_CLOSED, field="since", value=month)
        citation = f"{moved.steps[-1].decision_no}；{moved.facts['citation']}"[:200]
        asked = {
            "hospital": moved.institution, "since": str(month), "fen": str(fen),
            "rule_id": moved.facts["rule"], "evidence": moved.facts["evidence"], "citation": citation,
        }  # fmt: skip
        told = life.with_outcome(
            moved, held_fen=str(fen), since=str(month), run_id=moved.facts["run_id"],
            facts_number=str(moved.facts_number),
        )  # fmt: skip
        return await self._ordered(told, Ordered.PLACE, asked)

    async def _ordered(self, moved: Finding, kind: Ordered, content: Mapping[str, str]) -> Finding:
        """The step, and what it asks of settlement beside it: both are committed, or neither is."""
        await store.put_step(moved)
        order = Order(moved.finding_id, len(moved.steps), moved.pool, kind, content)
        await hold_orders.put(await current_connection(), order)
        return await self.get(moved.finding_id)

    async def _recompute(self, moved: Finding, by: str) -> Finding:
        """Targets that rest on heads, made anew from the heads that count; of each it is said what came."""
        pool, year, holder = moved.pool, int(moved.period), moved.institution
        policy = await self._rulebook.policy(pool, date(year, 12, 31))
        heads = int(moved.steps[-1].outcome["valid_heads"])
        known = {}
        for code in recompute.CODES:
            await watching.lock_indicator(pool, year, holder, code)
            known[code] = await watching.indicator(pool, year, holder, code)
        answer = recompute.recompute(heads, known)
        said = {f"kept_{code}": why for code, why in answer.kept.items()}
        for code, value in answer.values.items():
            found = known[code]
            if found is not None:
                revised = indicator_life.State.REVISED
                step = indicator_life.step(found, revised, value, moved.finding_id, by, policy)
                await watching.put_step(pool, year, holder, code, len(found.steps) + 1, step)
                said[f"revised_{code}"] = plain(from_micro(value))
        return life.with_outcome(moved, **said)

    async def _file(self, request_id: str, about: _About, policy: Policy, sheet: Worksheet, by: str) -> str:
        """Files a finding, or today's figures with the one on the same matter that stands; its id."""
        fund = about.facts.get("fund", "")
        await store.lock(f"{about.pool}/{about.subject}/{about.institution}/{about.period}")
        new = Finding(
            new_id("WF", f"{request_id}/{about.institution}"), about.pool, about.subject, about.institution,
            about.period, about.facts, about.document, policy.digest, sheet.to_json(),
            (Step(State.FOUND, by),),
        )  # fmt: skip
        standing = await store.standing(about.pool, about.subject, about.institution, about.period, fund)
        if standing is None:
            await store.put(new)
            return new.finding_id
        refreshed = life.refresh(await self._locked(standing.finding_id), new, by)
        if refreshed is not None:
            await store.put_facts(refreshed)
        return standing.finding_id

    async def _move(self, watch_id: str, step: Callable[[Finding, str], Finding]) -> Finding:
        found = await self._locked(watch_id)
        claim = may(found.pool, "bureau")
        moved = step(found, claim.subject)
        await store.put_step(moved)
        return moved

    async def _locked(self, watch_id: str) -> Finding:
        await store.lock(watch_id)
        return await self.get(watch_id)


class _About(NamedTuple):
    """What a finding is about."""

    pool: str
    subject: Subject
    institution: str
    period: str
    facts: Mapping[str, str]
    document: str


def _chosen(
    runs: Sequence[SettledRun], pool: str, month: Month, count: int
) -> tuple[SettledRun, list[SettledRun]]:
    """The month's run, or its newest trial, and the runs of the months before, oldest first."""
    closed = {run.month: run for run in reversed(runs) if not run.trial}
    trial = next((run for run in runs if run.trial and run.month == month), None)
    run = closed.get(month) or trial
    if run is None:
        raise Fault(RUN_MISSING, field="month", value=month, pool=pool)
    before, at = [], month
    for _ in range(count):
        at = Month(at.year - 1, 12) if at.month == 1 else Month(at.year, at.month - 1)
        if at in closed:
            before.append(closed[at])
    if len(before) < count:
        raise Fault(growth_watch.MONTHS_WRONG, field="month", value=len(before), wanted=count)
    return run, before[::-1]
