"""Results that settlements go by: chronic patients under control, and divisions by APG points."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import date

from chspay_capitation.app.access import may, new_id
from chspay_capitation.app.attributions import Attributions, policy_of
from chspay_capitation.app.tables_read import fen_of, rows_of, wrong
from chspay_capitation.clients import Rulebook
from chspay_capitation.engine import apg
from chspay_capitation.engine.budget import check_period
from chspay_capitation.engine.chronic import Cohort, read_cohort
from chspay_capitation.store import attributions, rosters
from chspay_capitation.store import results as store
from chspay_capitation.store.results import StoredChronic, StoredDivision
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_kit.auth import current_claim
from chspay_kit.chunk import unpack

RESULTS_DOCUMENT = Reason("CHRONIC_DOCUMENT_MISSING", Kind.INVALID, "慢性病管理结果须写明来源文件。")
RESULTS_DAY = Reason(
    "CHRONIC_DAY_OUTSIDE", Kind.INVALID, "统计日{value}应在归属期间{since}至{until}（当日不含）之内。"
)
RESULTS_NONE = Reason("CHRONIC_RESULTS_UNKNOWN", Kind.NOT_FOUND, "归属计算{value}还没有慢性病管理结果。")
DIVISION_DOCUMENT = Reason("APG_DOCUMENT_MISSING", Kind.INVALID, "APG点数法分配须写明依据的文件。")
DIVISION_UNKNOWN = Reason("APG_DIVISION_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的APG点数法分配。")
DIVISION_POOL = Reason("APG_DIVISION_POOL", Kind.INVALID, "{value}不是统筹区{pool}的APG点数法分配。")
FUND_NEGATIVE = Reason("APG_FUND_NEGATIVE", Kind.INVALID, "门诊基金不能小于零：{value}分。")

_CHRONIC, _APG = "慢性病管理结果", "门诊APG"
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A division as it is asked for."""

    pool: str
    community: str
    since: date
    until: date
    fund_fen: int
    points_of: str
    document: str
    content: bytes


class ResultsDesk:
    """Results of every pool the caller may act for."""

    def __init__(self, attributions_: Attributions, rulebook: Rulebook) -> None:
        self._attributions, self._rulebook = attributions_, rulebook

    async def put_chronic(
        self, attribution_id: str, as_of: date, document: str, content: bytes
    ) -> StoredChronic:
        """Counts and keeps the results of a file, whole or not at all.

        :raises Fault: CHRONIC_*, CAPITATION_FILE_*, ROLE_DENIED, POLICY_*.
        """
        run = await self._attributions.done(attribution_id)
        claim = may(run.pool, "bureau")
        if not document.strip():
            raise Fault(RESULTS_DOCUMENT, field="document")
        if not run.since <= as_of < run.until:
            raise Fault(RESULTS_DAY, field="as_of", value=as_of, since=run.since, until=run.until)
        results = await asyncio.to_thread(_read_results, content)
        cohort = Cohort(as_of, read_cohort(await policy_of(run)), results)
        for number, chunk in enumerate(await rosters.chunks(run.roster_id)):
            whole = await rosters.content(run.roster_id, chunk)
            await asyncio.to_thread(_count, cohort, whole, await attributions.units(attribution_id, number))
        counted = [[name, *counts] for name, counts in cohort.counted().items()]
        await store.lock_results(attribution_id)
        newest = await store.chronic(attribution_id)
        version = newest.version + 1 if newest else 1
        new = StoredChronic(attribution_id, version, as_of, document.strip(), counted, sm3_hex(content))
        await store.put_chronic(new, run.pool, content, claim.subject)
        return new

    async def chronic(self, attribution_id: str) -> StoredChronic:
        """The newest results of an attribution.

        :raises Fault: CHRONIC_RESULTS_UNKNOWN.
        """
        current_claim().require_role("bureau", "service")
        found = await store.chronic(attribution_id)
        if found is None:
            raise Fault(RESULTS_NONE, field="attribution_id", value=attribution_id)
        return found

    async def divide(self, request_id: str, asked: Asked) -> StoredDivision:
        """Divides an outpatient fund by APG points and keeps it.

        :raises Fault: APG_*, CAPITATION_FILE_*, CAPITATION_PERIOD_WRONG, POLICY_*.
        """
        claim = may(asked.pool, "bureau")
        check_period(asked.since, asked.until)
        if not asked.document.strip():
            raise Fault(DIVISION_DOCUMENT, field="document")
        if asked.fund_fen < 0:
            raise Fault(FUND_NEGATIVE, field="fund_fen", value=asked.fund_fen)
        given = await asyncio.to_thread(_read_visits, asked.content)
        policy = await self._rulebook.policy(asked.pool, asked.since)
        points = await self._points(asked)
        if points is None:
            points = apg.base_points(given, policy)
        found = apg.divide(asked.fund_fen, given, points)
        sheet = apg.explain(found, asked.fund_fen, points, policy)
        counts: dict[str, int] = {}
        for visit in given:
            counts[visit.apg] = counts.get(visit.apg, 0) + 1
        rows = [[name, micro, counts.get(name, 0)] for name, micro in sorted(points.items())]
        shares = [[code, found.points_micro[code], fen] for code, fen in sorted(found.fund_fen.items())]
        digest = sm3_hex(canonical_json([policy.digest, [[str(cell) for cell in row] for row in shares]]))
        new = StoredDivision(
            new_id("AP", request_id), asked.pool, asked.community, asked.since, asked.until, asked.fund_fen,
            asked.points_of, rows, shares, asked.document.strip(), policy.digest, sheet.to_json(), digest,
        )  # fmt: skip
        await store.put_division(new, claim.subject)
        return new

    async def division(self, division_id: str) -> StoredDivision:
        """A division the caller may see.

        :raises Fault: APG_DIVISION_UNKNOWN.
        """
        current_claim().require_role("bureau", "service")
        found = await store.division(division_id)
        if found is None:
            raise Fault(DIVISION_UNKNOWN, field="division_id", value=division_id)
        return found

    async def _points(self, asked: Asked) -> dict[str, int] | None:
        if not asked.points_of:
            return None
        earlier = await self.division(asked.points_of)
        if earlier.pool != asked.pool:
            raise Fault(DIVISION_POOL, field="points_of", value=asked.points_of, pool=asked.pool)
        return {name: micro for name, micro, _ in earlier.points}


def _count(cohort: Cohort, roster: bytes, units: bytes) -> None:
    cohort.add(unpack(roster), unpack(units))


def _read_results(content: bytes) -> dict[str, tuple[int, bool]]:
    found: dict[str, tuple[int, bool]] = {}
    for number, row in enumerate(rows_of(content, ("person_key", "controlled"), _CHRONIC), start=1):
        key, told = row["person_key"], row["controlled"]
        if not _KEY.fullmatch(key) or key in found:
            raise wrong(_CHRONIC, number, "person_key", key, "不是64位人员标识，或重复")
        if told not in ("yes", "no"):
            raise wrong(_CHRONIC, number, "controlled", told, "应为yes或no")
        found[key] = (number, told == "yes")
    return found


def _read_visits(content: bytes) -> list[apg.Outpatient]:
    columns = ("visit_id", "institution", "apg", "cost_fen")
    found, seen = [], set()
    for number, row in enumerate(rows_of(content, columns, _APG), start=1):
        if row["visit_id"] in seen:
            raise wrong(_APG, number, "visit_id", row["visit_id"], "重复")
        seen.add(row["visit_id"])
        fen = fen_of(_APG, number, "cost_fen", row["cost_fen"])
        found.append(apg.Outpatient(row["institution"], row["apg"], fen))
    return found
