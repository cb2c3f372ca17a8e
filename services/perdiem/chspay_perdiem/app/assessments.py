"""Assessments: measured from kept pricings, heard, then decided by another person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_perdiem.app.access import may, new_id
from chspay_perdiem.clients import Rulebook
from chspay_perdiem.engine.assess import READMITTED, Discharged, Outcome, assess, readmitted, shown
from chspay_perdiem.engine.stay import Days
from chspay_perdiem.store import assessments as store
from chspay_perdiem.store import pricings, records
from chspay_perdiem.store.assessments import StoredAssessment

DRAFT, HEARD, DECIDED, DROPPED = "draft", "heard", "decided", "dropped"
_STATES = {DRAFT: "草稿", HEARD: "已听取意见", DECIDED: "已决定", DROPPED: "不予采用"}

ASSESSMENT_UNKNOWN = Reason("ASSESSMENT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的床日考核。")
ASSESSMENT_EMPTY = Reason("ASSESSMENT_EMPTY", Kind.INVALID, "床日考核的“{field}”没有填写。")
ASSESSMENT_PERIOD = Reason(
    "ASSESSMENT_PERIOD",
    Kind.INVALID,
    "床日考核的期间不能使用（{value}）：截止日期（不含）应晚于起始日期，适用期间应在考核期间之后。",
)
ASSESSMENT_STATE = Reason(
    "ASSESSMENT_STATE",
    Kind.PRECONDITION,
    "床日考核{value}现为“{state}”，不能{step}；须先起草、再听取意见、后决定。",
)
ASSESSMENT_SAME_PERSON = Reason(
    "ASSESSMENT_SAME_PERSON", Kind.DENIED, "床日考核{value}由同一人起草，须由另一人决定。"
)
ASSESSMENT_TAKEN = Reason(
    "ASSESSMENT_TAKEN",
    Kind.CONFLICT,
    "床日考核{value}的适用期间与已决定的考核{other}重叠，同一天只能有一个考核系数。",
)


class Assessments:
    """Assessments of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def draft(
        self, request_id: str, pool: str, hospital_code: str, category: str, measured: Days, applies: Days
    ) -> StoredAssessment:
        """Measures a period and works the factor out, by the policy of its last day.

        :raises Fault: ASSESSMENT_*, PER_DIEM_ASSESS_*, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        for name, text in (("hospital_code", hospital_code), ("category", category)):
            if not text.strip():
                raise Fault(ASSESSMENT_EMPTY, field=name)
        for days in (measured, applies):
            if days.until <= days.since or applies.since < measured.until:
                raise Fault(ASSESSMENT_PERIOD, field="applies_since", value=days)
        policy = await self._rulebook.policy(pool, date.fromordinal(measured.until.toordinal() - 1))
        stays = await _discharged(pool, hospital_code, category, measured)
        again = await _again(pool, hospital_code, category, measured, stays, policy)
        found = assess(hospital_code, category, stays, policy, again)
        new = StoredAssessment(
            new_id("PA", request_id), pool, hospital_code, category, *measured, *applies, found.stays,
            [[item.name, shown(item.value), shown(item.score)] for item in found.indicators],
            found.factor_micro, DRAFT, "", "", claim.subject, "", policy.digest, found.sheet.to_json(),
        )  # fmt: skip
        await store.draft(new)
        return new

    async def hear(self, assessment_id: str, statement: str) -> StoredAssessment:
        """What the institution answered; an answer is needed, were it that there is none.

        :raises Fault: ASSESSMENT_*.
        """
        if not statement.strip():
            raise Fault(ASSESSMENT_EMPTY, field="statement")
        return await _move(
            assessment_id, DRAFT, "听取意见",
            lambda found, _who: replace(found, state=HEARD, statement=statement.strip()),
        )  # fmt: skip

    async def decide(self, assessment_id: str, *, confirm: bool, decision_no: str) -> StoredAssessment:
        """The decision, by another person than the drafter; one factor a day.

        :raises Fault: ASSESSMENT_*.
        """
        if not decision_no.strip():
            raise Fault(ASSESSMENT_EMPTY, field="decision_no")

        def decided(found: StoredAssessment, who: str) -> StoredAssessment:
            if who == found.drafted_by:
                raise Fault(ASSESSMENT_SAME_PERSON, field="assessment_id", value=assessment_id)
            state = DECIDED if confirm else DROPPED
            return replace(found, state=state, decision_no=decision_no.strip(), decided_by=who)

        return await _move(assessment_id, HEARD, "决定", decided)

    async def get(self, assessment_id: str) -> StoredAssessment:
        """An assessment the caller may see.

        :raises Fault: ASSESSMENT_UNKNOWN.
        """
        current_claim().require_role("bureau", "hospital", "service")
        found = await store.get(assessment_id)
        if found is None:
            raise Fault(ASSESSMENT_UNKNOWN, field="assessment_id", value=assessment_id)
        return found

    async def page(self, pool: str, size: int, token: str) -> tuple[list[StoredAssessment], str]:
        """A page of the assessments the caller may see."""
        current_claim().require_role("bureau", "hospital", "service")
        query, wanted = ("assessments", pool), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(pool, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].assessment_id]) if more else ""


async def _move(
    assessment_id: str, state: str, step: str, moved: Callable[[StoredAssessment, str], StoredAssessment]
) -> StoredAssessment:
    current_claim().require_role("bureau")
    found = await store.one(assessment_id)
    if found is None:
        raise Fault(ASSESSMENT_UNKNOWN, field="assessment_id", value=assessment_id)
    claim = may(found.pool, "bureau")
    if found.state != state:
        raise Fault(
            ASSESSMENT_STATE,
            field="assessment_id",
            value=assessment_id,
            state=_STATES[found.state],
            step=step,
        )
    new = moved(found, claim.subject)
    if new.state == DECIDED:
        await pricings.lock_pool(found.pool)
        for other in await store.decided(found.pool):
            same = (other.hospital_code, other.category) == (found.hospital_code, found.category)
            if same and other.applies_since < new.applies_until and new.applies_since < other.applies_until:
                raise Fault(
                    ASSESSMENT_TAKEN, field="assessment_id", value=assessment_id, other=other.assessment_id
                )
    await store.move(new)
    return new


async def _discharged(pool: str, hospital_code: str, category: str, measured: Days) -> list[Discharged]:
    rows = await pricings.discharged(pool, hospital_code, category, *measured)
    outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)
    for record in await records.outcomes(hospital_code, [row["case_id"] for row in rows]):
        before, after = record.before_micro or 0, record.after_micro or 0
        outcomes[record.case_id].append(
            Outcome(record.scale, Fraction(before, MICRO), Fraction(after, MICRO))
        )
    return [
        Discharged(
            row["case_id"], row["person_key"], row["admission"], row["discharge"], Fraction(row["counted"]),
            Fraction(row["whole"]), _fen(row["total_cost_fen"]), _fen(row["patient_paid_fen"]),
            tuple(outcomes[row["case_id"]]), row["continued"],
        )
        for row in rows
    ]  # fmt: skip


def _fen(text: str | None) -> int | None:
    return None if text is None else int(text)


async def _again(
    pool: str, hospital_code: str, category: str, measured: Days, stays: list[Discharged], policy: Policy
) -> set[str]:
    """Those who came back within the days of the policy, where it names any."""
    if not policy.has(READMITTED):
        return set()
    came = await pricings.admissions(pool, hospital_code, category, measured.since)
    return readmitted(stays, came, policy.integer(READMITTED))
