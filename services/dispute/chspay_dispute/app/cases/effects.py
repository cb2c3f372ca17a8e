"""What belongs to a step of a case, in its transaction: quota, decisions, publication, money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

from chspay_core.amounts import decimal_text, from_micro, plain, to_micro
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_dispute.app import register
from chspay_dispute.app.cases.common import as_office, case_of, type_of
from chspay_dispute.app.cases.filing import facts_of
from chspay_dispute.app.effects import REVOKE, content_of, enqueue
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.cases import outcome
from chspay_dispute.engine.machine import Transition
from chspay_dispute.store import cases as store
from chspay_dispute.store.cases import StoredCase, StoredDecision
from chspay_dispute.store.docket import Row
from chspay_kit.auth import Claim


class CaseEffects:
    """Carries out what the steps of cases bring with them."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def stepped(
        self,
        connection: asyncpg.Connection,
        row: Row,
        step: Transition,
        actor: Claim,
        details: Mapping[str, Any],
    ) -> None:
        """See :class:`chspay_dispute.app.moves.After`.

        A step with the effect ``keep_decision`` needs ``details["decision"]`` as :func:`plain_decision`
        writes it: ``{"outcome": "ITEM", "reasons": …, "cites": […], "unreasonable_fen": 0, …}``.
        :raises Fault: OUTCOME_NOT_OPEN, DECISION_BAD, EFFECT_NO_WAY.
        """
        # What a step writes belongs to the office, whoever takes it (an expert sees no case).
        async with as_office(connection, row.pool):
            case = await case_of(connection, row.owner_id)
            for effect in step.effects:
                await self._one(effect, connection, case, row, step, actor, details)
            await self._facts(connection, case, row, step, details)

    async def _one(
        self,
        effect: str,
        connection: asyncpg.Connection,
        case: StoredCase,
        row: Row,
        step: Transition,
        actor: Claim,
        details: Mapping[str, Any],
    ) -> None:
        if effect in {"take_quota", "release_quota"}:
            policy = await self._moves.policies.policy(case.pool, row.entered_day)
            taken = effect == "take_quota" and type_of(policy, case.type).quota
            await store.note(connection, case.case_no, quota_taken=taken)
        elif effect == "count_swap":
            await store.note(connection, case.case_no, swapped=True)
        elif effect == "keep_decision":
            await self._decide(connection, case, row, step, actor, details)
        elif effect == "drop_decision":
            await store.drop(connection, case.case_no)
            await store.note(connection, case.case_no, approved="")
        elif effect == "issue_notice":
            await store.number(connection, case.case_no, str(details["decision_no"]))
        elif effect == "publish":
            await self._publish(connection, case)
        elif effect == "withdraw_publication":
            await self._withdraw(connection, case, details)
        elif effect == "enqueue_effect":
            decision = await store.standing_decision(connection, case.case_no)
            if decision is not None:
                taken_back = str(details["document"]) if step.event == REVOKE else ""
                await enqueue(connection, case, decision, taken_back)

    async def _facts(
        self,
        connection: asyncpg.Connection,
        case: StoredCase,
        row: Row,
        step: Transition,
        details: Mapping[str, Any],
    ) -> None:
        if step.event == "return":
            lacking = list(details.get("lacking", ()))
            await store.note(connection, case.case_no, supplements=case.supplements + 1, lacking=lacking)
        elif step.event == "resubmit":
            await store.note(connection, case.case_no, lacking=[])
        if row.closed and row.state != "ARCHIVED":
            await store.note(connection, case.case_no, standing=False)

    async def _decide(
        self,
        connection: asyncpg.Connection,
        case: StoredCase,
        row: Row,
        step: Transition,
        actor: Claim,
        details: Mapping[str, Any],
    ) -> None:
        policy = await self._moves.policies.policy(case.pool, row.entered_day)
        decision, facts = read_decision(details), facts_of(case)
        outcome.check(decision, case.type, type_of(policy, case.type).remedies, facts)
        sheet = Worksheet(f"案件{case.case_no}的结论：{outcome.OUTCOMES[decision.outcome]}")
        # A score is no points of the list that may be named beside it.
        effect = outcome.effect(decision, None if case.type == "T5" else facts, policy, sheet)
        body = plain_decision(decision)
        before = await store.standing_decision(connection, case.case_no)
        # What ends a reconsideration is not told again by a notice of its own: it takes the number of before.
        numbered = f"{before.decision_no}（复核）" if before is not None and before.decision_no else ""
        new = StoredDecision(
            case_no=case.case_no,
            seq=row.version,
            decision_no=str(details.get("decision_no") or (numbered if "publish" in step.effects else "")),
            outcome=decision.outcome,
            body=body,
            digest=sm3_hex(orjson.dumps([case.case_no, row.version, body], option=orjson.OPT_SORT_KEYS)),
            points_micro=effect.points_micro,
            delta_points_micro=effect.delta_points_micro,
            delta_fen=effect.delta_fen,
            worksheet=sheet.to_json(),
            policy_digest=policy.digest,
            decided_by=actor.subject,
            role=step.roles[0],
            day=row.entered_day,
            dropped=False,
        )
        # What cannot be paid is refused while it can still be decided otherwise, not when it is posted.
        content_of(case, new)
        await store.decide(connection, new, case)
        upheld = "yes" if decision.outcome in outcome.UPHELD else "no"
        await store.note(connection, case.case_no, approved=upheld)

    async def _publish(self, connection: asyncpg.Connection, case: StoredCase) -> None:
        """Publishes a result: institution, kind and conclusion; no patient, no doctor, no expert.

        Group and points stay out: in a rare group they would tell what one known stay cost. Sums are
        published for the cycle, where small cells are kept back.
        """
        decision = await store.standing_decision(connection, case.case_no)
        if decision is None:
            return
        policy = await self._moves.policies.policy(case.pool, self._moves.today())
        until = self._moves.calendar.after(self._moves.today(), policy.integer("dispute.publicity_wd"))
        entry = await register.publish(
            connection,
            kind="result",
            subject=f"case/{case.case_no}",
            pool=case.pool,
            region_code=case.region_code,
            title=f"{type_of(policy, case.type).name}结果：案件{case.case_no}",
            content={
                "case_no": case.case_no,
                "type": case.type,
                "hospital_code": case.hospital_code,
                "cycle": case.cycle,
                "outcome": decision.outcome,
                "outcome_text": outcome.OUTCOMES[decision.outcome],
                "decision_no": decision.decision_no,
                "decision_sm3": decision.digest,
                "objection_until": until.isoformat(),
            },
        )
        await store.note(connection, case.case_no, publication=entry.entry_no)

    async def _withdraw(
        self, connection: asyncpg.Connection, case: StoredCase, details: Mapping[str, Any]
    ) -> None:
        if case.publication:
            document = str(details.get("document", ""))
            await register.withdraw(
                connection, entry_no=case.publication, reason="裁定已撤回或撤销", document=document
            )
            await store.note(connection, case.case_no, publication="")


def plain_decision(decision: outcome.Decision) -> dict[str, Any]:
    """A decision as plain JSON values."""
    points = decision.points_micro
    return {
        "outcome": decision.outcome,
        "reasons": decision.reasons.strip(),
        "cites": list(decision.cites),
        "unreasonable_fen": decision.unreasonable_fen,
        "points": "" if points is None else plain(from_micro(points)),
        "drg": decision.drg,
        "restored_fen": decision.restored_fen,
    }


def read_decision(details: Mapping[str, Any]) -> outcome.Decision:
    """The decision of a step's details, see :func:`plain_decision`.

    :raises Fault: DECISION_BAD.
    """
    held = details.get("decision")
    if not isinstance(held, Mapping):
        raise Fault(outcome.DECISION_BAD, field="decision", why="应给出结论")
    points = str(held.get("points", ""))
    return outcome.Decision(
        outcome=str(held.get("outcome", "")),
        reasons=str(held.get("reasons", "")),
        cites=tuple(str(item) for item in held.get("cites", ())),
        unreasonable_fen=int(held.get("unreasonable_fen", 0)),
        points_micro=to_micro(decimal_text(points, "points"), "points") if points else None,
        drg=str(held.get("drg", "")),
        restored_fen=int(held.get("restored_fen", 0)),
    )
