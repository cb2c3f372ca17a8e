"""Decisions on single cases: applied once and only once, each under the number of its document.

Before its month is taken by a run a decision marks the case; after that it is a difference of the closed
month. A decision is never changed: another one takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.engine.case.marks import Mark, MarkKind, figure
from chspay_settlement.store import decisions
from chspay_settlement.store.decisions import Decision

REVOKE = "revoke"
_LONGEST = 200
#: What people decide of a case; bed-day points come from the bed-day service alone.
DECIDED = tuple(kind for kind in MarkKind if kind is not MarkKind.BED_DAYS)
#: What becomes of a decision.
IN_RUN, AS_DIFFERENCE = "run", "difference"


class Wanted(NamedTuple):
    """A decision as it is asked for."""

    decision_no: str
    hospital_code: str
    case_id: str
    kind: str
    value: str
    mode: str
    citation: str
    revokes: str


class Applied(NamedTuple):
    """What became of it: whether it was new, and whether a run or a difference takes it."""

    decision: Decision
    applied: bool
    effect: str
    period: int


async def apply(wanted: Wanted) -> Applied:
    """Applies a decision; the same one again changes nothing and gets the same answer.

    :raises Fault: DECISION_BAD, MARK_VALUE, LIST_NOT_FOUND, DECISION_DIFFERS (its number is taken by
        another content), DECISION_STANDS, DECISION_NOT_FOUND and DECISION_REVOKED for a revoke.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    _check(wanted)
    connection = await current_connection()
    place = await decisions.place_of(connection, list_id_of(wanted.hospital_code, wanted.case_id))
    if place is None:
        raise Fault(faults.LIST_NOT_FOUND, field="case_id", value=wanted.case_id)
    claim.require_region(place.region_code)
    new = _decision(wanted, place, claim)
    effect = AS_DIFFERENCE if place.taken else IN_RUN
    before = await decisions.one(connection, wanted.decision_no)
    if before is None:
        await _check_beside(wanted)
        if await decisions.insert(connection, new):
            return Applied(new, True, effect, place.settle_period)
        before = await decisions.one(connection, wanted.decision_no)
    if before is None or before[:-1] != new[:-1]:
        raise Fault(faults_month.DECISION_DIFFERS, field="decision_no", value=wanted.decision_no)
    return Applied(before, False, effect, place.settle_period)


def _decision(wanted: Wanted, place: decisions.Place, claim: Claim) -> Decision:
    return Decision(
        decision_no=wanted.decision_no,
        hospital_code=wanted.hospital_code,
        case_id=wanted.case_id,
        list_id=place.list_id,
        region_code=place.region_code,
        pool=place.pool,
        kind=wanted.kind,
        value=wanted.value,
        mode=wanted.mode,
        citation=wanted.citation,
        revokes=wanted.revokes,
        decided_by=claim.subject,
    )


async def _check_beside(wanted: Wanted) -> None:
    """The decisions that stand beside this one; whoever decides on a case has its lock."""
    connection = await current_connection()
    if wanted.kind != REVOKE:
        stands = await decisions.standing(connection, wanted.hospital_code, wanted.case_id, wanted.kind)
        if stands is not None:
            raise Fault(faults_month.DECISION_STANDS, field="kind", value=stands, case=wanted.case_id)
        return
    target = await decisions.one(connection, wanted.revokes)
    same_case = target is not None and target[1:3] == (wanted.hospital_code, wanted.case_id)
    if target is None or not same_case or target.kind == REVOKE:
        raise Fault(faults_month.DECISION_NOT_FOUND, field="revokes", value=wanted.revokes)
    by = await decisions.revoked_by(connection, wanted.revokes)
    if by is not None:
        raise Fault(faults_month.DECISION_REVOKED, field="revokes", value=wanted.revokes, by=by)


def _check(wanted: Wanted) -> None:
    for name in ("decision_no", "hospital_code", "case_id", "citation"):
        text = getattr(wanted, name)
        if not text.strip() or len(text) > _LONGEST or not text.isprintable():
            raise _bad(name, text, "应为1至200个字的文本。")
    if wanted.kind == REVOKE:
        if not wanted.revokes:
            raise _bad("revokes", "", "撤销应写明所撤销的决定文号。")
        if wanted.value or wanted.mode:
            raise _bad("value", wanted.value or wanted.mode, "撤销不带数值。")
        return
    if wanted.revokes:
        raise _bad("revokes", wanted.revokes, "只有撤销（revoke）才写被撤销的文号。")
    if wanted.kind not in DECIDED:
        known = "、".join([*DECIDED, REVOKE])
        raise _bad("kind", wanted.kind, f"应为{known}之一。")
    figure(wanted.case_id, Mark(MarkKind(wanted.kind), wanted.value, wanted.mode, wanted.decision_no))


def _bad(name: str, value: str, why: str) -> Fault:
    return Fault(faults_month.DECISION_BAD, field=name, value=value, why=why)


async def page(pool: str, hospital_code: str, case_id: str, after: str, limit: int) -> Sequence[Decision]:
    """Decisions the asker may see, after one."""
    if pool:
        regions.check_code(pool, "pool")
    return await decisions.page(await current_connection(), pool, hospital_code, case_id, after, limit)
