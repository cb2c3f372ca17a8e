"""What of a closed month is not as it was posted: newer lists, decisions since, readmissions seen since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults
from chspay_settlement.app.month import whole_month
from chspay_settlement.app.month.finding_marks import readmissions_now, treatments_of
from chspay_settlement.app.month.given import pricer_of
from chspay_settlement.clients import Grouper
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.treatments import FOUND
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.store import decisions, differences, lists, run_cases, runs
from chspay_settlement.store.differences import CaseRow, HospitalRow, Now
from chspay_settlement.store.marks_text import marks_of

CORRECTION, DECISION, READMISSION = "correction", "decision", "readmission"


class Change(NamedTuple):
    """A case that is not as it was posted; ``version`` 0 where its list is the same."""

    list_id: str
    version: int
    marks: tuple[Mark, ...]
    why: str


#: The changed cases of a run.
Changes = dict[CaseKey, Change]


@dataclass(frozen=True)
class Earlier:
    """What differences have posted of a run so far: the newest row of each hospital and case."""

    hospitals: Mapping[str, HospitalRow]
    cases: Mapping[CaseKey, CaseRow]


@dataclass(frozen=True)
class State:
    """Everything a difference of a run is computed from."""

    month: whole_month.WholeMonth
    hospitals: Sequence[run_cases.RunHospital]
    pricer: Pricer
    earlier: Earlier
    changes: Changes
    now: Mapping[CaseKey, Now]
    taken: Mapping[CaseKey, tuple[str, int, str]]


class Corrections:
    """Finds what has changed, and gathers what a difference needs."""

    def __init__(self, grouper: Grouper) -> None:
        self._grouper = grouper

    async def of(self, connection: asyncpg.Connection, run: runs.Run, policy: Policy) -> Changes:
        """The changed cases of a closed run."""
        newer = {
            (row.hospital_code, row.case_id): row for row in await differences.corrected(connection, run)
        }
        before = await _marks_before(connection, run.run_id)
        versions = [(row.list_id, row.version) for row in newer.values()]
        said = await treatments_of(connection, versions, policy)
        now, why = await _marks_now(
            connection, run, policy, before, {key: said.get(key, ()) for key in newer}
        )
        changes: Changes = {}
        for key in sorted({*newer, *why}):
            row = newer.get(key)
            reasons = [CORRECTION] * (row is not None) + why.get(key, [])
            changes[key] = Change(
                "" if row is None else row.list_id,
                0 if row is None else row.version,
                now.get(key, ()),
                "+".join(reasons),
            )
        return changes

    async def state(
        self, connection: asyncpg.Connection, run: runs.Run, policy: Policy, changes: Changes
    ) -> State:
        """What a difference of ``run`` is computed from."""
        wanted = [(change.list_id, change.version) for change in changes.values() if change.version]
        now = await self._regrouped(connection, run, wanted)
        before = await earlier(connection, run.run_id)
        return State(
            month=await whole_month.read(connection, run, sorted({*changes, *before.cases})),
            hospitals=await run_cases.hospitals(connection, run.run_id),
            pricer=await pricer_of(connection, run.run_id, policy),
            earlier=before,
            changes=changes,
            now=now,
            taken=await differences.versions_of(connection, run.run_id, list(changes)),
        )

    async def _regrouped(
        self, connection: asyncpg.Connection, run: runs.Run, wanted: Sequence[tuple[str, int]]
    ) -> dict[CaseKey, Now]:
        """The newer versions, each with its group under the scheme of the closed month."""
        found = await differences.now(connection, wanted)
        foreign = []
        for list_id, version in wanted:
            record = await lists.one(connection, list_id, version)
            if record is not None and record.answer.scheme_digest != run.scheme_digest:
                foreign.append(record.case)
        if not foreign:
            return found
        answers = await self._grouper.many(run.scheme_digest, foreign)
        if any(answer.scheme_digest != run.scheme_digest for answer in answers):
            raise Fault(faults.SCHEME_CHANGED, field="grouping.scheme", value=run.scheme)
        for case, answer in zip(foreign, answers, strict=True):
            key = (case.hospital_code, case.case_id)
            found[key] = found[key]._replace(
                drg=answer.drg, status=answer.status.value, scheme_digest=answer.scheme_digest
            )
        return found


async def earlier(connection: asyncpg.Connection, run_id: str) -> Earlier:
    """The newest rows of the differences posted for a run."""
    hospitals: dict[str, HospitalRow] = {}
    cases: dict[CaseKey, CaseRow] = {}
    for one in await differences.of_run(connection, run_id):
        for row in await differences.hospitals_of(connection, one.difference_id):
            hospitals[row.hospital_code] = row
        for case in await differences.cases_of(connection, one.difference_id):
            cases[case.hospital_code, case.case_id] = case
    return Earlier(hospitals, cases)


async def _marks_before(connection: asyncpg.Connection, run_id: str) -> dict[CaseKey, tuple[Mark, ...]]:
    """The marks the run's cases were last priced with."""
    marks = await decisions.marks(connection, run_id)
    for key, case in (await earlier(connection, run_id)).cases.items():
        marks[key] = marks_of(case.marks)
    return marks


async def _marks_now(
    connection: asyncpg.Connection,
    run: runs.Run,
    policy: Policy,
    before: Mapping[CaseKey, tuple[Mark, ...]],
    said: Mapping[CaseKey, tuple[Mark, ...]],
) -> tuple[dict[CaseKey, tuple[Mark, ...]], dict[CaseKey, list[str]]]:
    """The marks cases have now, and why those differ that do.

    Decisions count as they stand. Readmissions are found anew with the months closed since; what a newer
    list says of traditional medicine and day surgery (``said``) counts as it says it. What else a rule
    found stays as the closed month found it: a correction does not reopen a ranking.
    """
    decided = await decisions.in_force(connection, run.run_id)
    numbers = await decisions.numbers(connection, run.run_id)
    returned = await readmissions_now(connection, run, policy)
    own = await decisions.keys(connection, run.run_id, list(returned or ()))
    now: dict[CaseKey, tuple[Mark, ...]] = {}
    why: dict[CaseKey, list[str]] = {}
    for key in {*before, *decided, *own, *said}:
        kept = [
            mark
            for mark in before.get(key, ())
            if mark.cite not in numbers
            and (mark.kind is not MarkKind.READMISSION or returned is None)
            and (mark.kind not in FOUND or key not in said)
        ]
        kept += said.get(key, ())
        if returned is not None and key in own:
            kept.append(returned[key])
        by_people = decided.get(key, [])
        kinds = {mark.kind for mark in by_people}
        marks = tuple(sorted([*by_people, *(mark for mark in kept if mark.kind not in kinds)]))
        now[key] = marks
        moved = {
            mark
            for mark in set(marks) ^ set(before.get(key, ()))
            if mark.cite in numbers or mark.kind not in FOUND
        }
        if moved:
            why[key] = sorted({DECISION if mark.cite in numbers else READMISSION for mark in moved})
    return now, why
