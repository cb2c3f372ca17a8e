"""What a decided dispute is to move: written beside the step that decided it, handed over by the relay.

An outcome is kept in settlement under the number of its paper and of its case, so one paper may decide
several cases; statements cite it by that number.
"""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from chspay_core.amounts import fen_to_yuan, from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.store import effects
from chspay_dispute.store.cases import StoredCase, StoredDecision
from chspay_dispute.store.effects import Effect, New
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection

POST, REVOKE = "post", "revoke"
_CITED = 200
#: The year an evaluation is of, in its number, where the case names no list.
_YEAR = re.compile(r"20[0-9]{2}")
#: States in which nobody knows that settlement has an effect.
_NOT_DELIVERED = frozenset({"waiting", "refused"})
#: Outcomes that leave the money as it is.
_KEPT = frozenset({"KEEP", "DEDUCT"})
#: Outcomes by which a list is paid by its cost, less what was unreasonable.
_BY_ITEM = frozenset({"ITEM", "PARTIAL"})

EFFECT_NO_WAY = Reason(
    "EFFECT_NO_WAY",
    Kind.PRECONDITION,
    "裁定“{value}”缺少办理结算所需的内容（{why}），不能生成差额。请补充后重新作出裁定。",
)
EFFECT_UNKNOWN = Reason("EFFECT_UNKNOWN", Kind.NOT_FOUND, "没有找到结算事项{value}。")
EFFECT_NOT_REFUSED = Reason(
    "EFFECT_NOT_REFUSED", Kind.PRECONDITION, "结算事项{value}没有被退回，不需要重新提交。"
)
EFFECT_TAKEN_BACK = Reason(
    "EFFECT_TAKEN_BACK", Kind.PRECONDITION, "结算事项{value}所依据的裁定已经撤销，不能再提交结算。"
)


async def enqueue(
    connection: asyncpg.Connection, case: StoredCase, decision: StoredDecision, document: str = ""
) -> None:
    """Puts what a decision moves into the outbox, in the transaction of the step; twice is once.

    What is taken back before settlement is known to have it is handed over no more; the relay asks whether it
    arrived all the same, and only then takes it back there.

    :param document: number of the paper that takes a settled decision back; empty when it is posted.
    :raises Fault: EFFECT_NO_WAY when the decision does not say enough for settlement.
    """
    posted = outcome_no(case, decision)
    if not document:
        kind, number, content = POST, posted, content_of(case, decision)
    else:
        kind, number = REVOKE, f"{document} {case.case_no} 撤销"[:_CITED]
        before = await effects.one(connection, effect_id(case, POST), lock=True)
        content = {"revokes": posted} if before is not None and before.content else {}
        if before is not None and before.state in _NOT_DELIVERED:
            await effects.write(connection, before.effect_id, 0, state="nothing", due=False)
    cites = "、".join(decision.body.get("cites", ()))
    citation = f"争议案件{case.case_no}" + (f"：{cites}" if cites else "")
    await effects.put(
        connection,
        New(
            effect_id(case, kind), case.case_no, kind, case.pool, case.hospital_code, case.region_code,
            number, citation[:_CITED], content,
        ),
    )  # fmt: skip


def effect_id(case: StoredCase, kind: str) -> str:
    """The number of an effect in the outbox: one of each kind a case."""
    return f"{case.case_no}-{kind}"


def outcome_no(case: StoredCase, decision: StoredDecision) -> str:
    """The number settlement keeps an outcome under."""
    return f"{decision.decision_no} {case.case_no}"[:_CITED]


def content_of(case: StoredCase, decision: StoredDecision) -> dict[str, Any]:
    """What settlement is asked to do, as ``settlement.v1.Outcome`` names it; empty where nothing moves.

    :raises Fault: EFFECT_NO_WAY.
    """
    outcome, body = decision.outcome, decision.body
    if outcome in _KEPT:
        return {}
    restored = int(body.get("restored_fen") or 0)
    if case.type == "T3":
        if not case.subject_ref:
            raise _no_way(outcome, "没有写明所争议的扣款编号")
        return {"finding": _finding(case, outcome, restored)}
    if case.type == "T7":
        return _violation(case, outcome, restored)
    if case.type == "T5":
        named = set(_YEAR.findall(case.subject_ref))
        # More than one year in a number says none.
        year = case.year or (named.pop() if len(named) == 1 else "")
        if decision.points_micro is None or not year:
            raise _no_way(outcome, "没有写明年度或调整后的得分")
        return {
            "year": {
                "pool": case.pool, "year": int(year), "hospital_code": case.hospital_code,
                "kind": "score", "value": plain(from_micro(decision.points_micro)),
            }
        }  # fmt: skip
    return {"case": _case(case, decision)}


def _violation(case: StoredCase, outcome: str, restored: int) -> dict[str, Any]:
    """A violation withdrawn: the decision that recorded it, or the money that was recovered for it."""
    if not case.subject_ref:
        raise _no_way(outcome, "没有写明所争议的违规认定编号")
    if restored or outcome != "REVOKE":
        return {"finding": _finding(case, outcome, restored)}
    return {"revokes": case.subject_ref}


def _finding(case: StoredCase, outcome: str, restored: int) -> dict[str, Any]:
    """All of a deduction or a part of it, always said: nothing said would be all of it."""
    asked = {"finding_id": case.subject_ref, "restored_fen": restored}
    if outcome == "REVOKE":
        return asked | {"whole": True}
    if restored <= 0:
        raise _no_way(outcome, "没有写明退还的金额")
    return asked


def _case(case: StoredCase, decision: StoredDecision) -> dict[str, Any]:
    case_id = (case.content.get("facts") or {}).get("case_id", "") if case.list_id else ""
    if not case_id:
        raise _no_way(decision.outcome, "没有写明所争议的结算清单")
    asked = {"hospital_code": case.hospital_code, "case_id": case_id}
    if decision.outcome == "REGROUP":
        return asked | {"kind": "regroup", "value": decision.body["drg"]}
    if decision.outcome == "ADJUST":
        if decision.points_micro is None:
            raise _no_way(decision.outcome, "没有写明调整后的点数")
        value = plain(from_micro(decision.points_micro))
        return asked | {"kind": "review", "mode": "points", "value": value}
    if decision.outcome not in _BY_ITEM:
        raise _no_way(decision.outcome, "这类争议没有这种办理方式")
    # Settlement works the points out of the cost of the list as it pays any case by item.
    unreasonable = fen_to_yuan(int(decision.body.get("unreasonable_fen") or 0))
    return asked | {"kind": "review", "mode": "by_item", "value": unreasonable}


def _no_way(outcome: str, why: str) -> Fault:
    return Fault(EFFECT_NO_WAY, field="outcome", value=outcome, why=why)


async def retry(effect_id: str) -> Effect:
    """Hands a refused effect over again; by the clearing officer of its pool.

    :raises Fault: EFFECT_UNKNOWN, EFFECT_NOT_REFUSED, EFFECT_TAKEN_BACK, ROLE_DENIED, DUTY_MISSING.
    """
    claim = current_claim()
    claim.require_role("bureau")
    claim.require_duty("clearing")
    connection = await current_connection()
    found = await effects.one(connection, effect_id, lock=True)
    if found is None:
        raise Fault(EFFECT_UNKNOWN, field="effect_id", value=effect_id)
    beside = await effects.of_case(connection, found.case_no)
    if found.kind == POST and any(one.kind == REVOKE for one in beside):
        raise Fault(EFFECT_TAKEN_BACK, field="effect_id", value=effect_id)
    if found.state != "refused":
        raise Fault(EFFECT_NOT_REFUSED, field="effect_id", value=effect_id)
    await effects.write(connection, effect_id, 0, state="waiting", due=True, reason="", message="")
    after = await effects.one(connection, effect_id)
    assert after is not None  # noqa: S101 - it was locked above
    return after
