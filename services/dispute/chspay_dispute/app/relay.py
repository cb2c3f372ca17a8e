"""The relay: hands outcomes over to settlement, has them posted, and follows them to the statement.

Every step is safe to be done twice: settlement takes an outcome once by its number. What it refuses stays
in the outbox with its reason until a clearing officer has mended what stood in its way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import asyncpg

from chspay.settlement.v1 import month_pb2, month_pb2_grpc, outcomes_pb2, outcomes_pb2_grpc
from chspay_core import regions
from chspay_core.errors import Fault, Kind
from chspay_dispute.app.effects import POST, REVOKE
from chspay_dispute.app.moves import Policies
from chspay_dispute.store import effects
from chspay_dispute.store.effects import Effect
from chspay_kit import logs
from chspay_kit.auth import EVERYWHERE, Claim, service_claim
from chspay_kit.convert import points_from_pb
from chspay_kit.grpc_client import Channel

#: How differences of decided disputes are posted: by the relay, or by the clearing officer.
COMMIT, AUTOMATIC = "dispute.effects_commit", "automatic@1"
_AT_ONCE, _LONGEST_PAUSE, _CITED = 50, 60, 200
_OTHERS, _OTHERS_TEXT = "OTHER_CHANGES_WAIT", "该统筹区还有其他待入账的更正，请结算岗预览并统一入账。"
_OFFICER, _OFFICER_TEXT = "WAITS_FOR_OFFICER", "按规定由结算岗预览并入账差额。"
_DONE = (outcomes_pb2.OUTCOME_STATE_RECORDED, outcomes_pb2.OUTCOME_STATE_DRAFTED)

log = logs.get_logger(__name__)


class Relay:
    """What the worker of the kit asks for: one run per effect that is due.

    :param today: the legal day, for the policy in force.
    """

    def __init__(self, settlement: Channel, policies: Policies, today: Callable[[], date]) -> None:
        self._outcomes = outcomes_pb2_grpc.OutcomeServiceStub(settlement)  # type: ignore[no-untyped-call]
        self._month = month_pb2_grpc.MonthServiceStub(settlement)  # type: ignore[no-untyped-call]
        self._policies = policies
        self._today = today

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Effects whose turn it is, each under the claim of its pool."""
        return [
            (effect_id, service_claim("dispute", regions.prefix(pool) or EVERYWHERE))
            for effect_id, pool in await effects.due(connection, _AT_ONCE)
        ]

    def memory(self) -> None:
        """Nothing is kept between two steps."""

    async def step(self, connection: asyncpg.Connection, run_id: str, _memory: None) -> bool:
        """Hands an effect over, or looks how far it is; always one step at a time."""
        found = await effects.one(connection, run_id, lock=True)
        if found is None or not found.due:
            return False
        if found.state == "waiting":
            await self._deliver(connection, found)
        else:
            await self._follow(connection, found)
        return False

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Keeps a refused effect with its reason, for the clearing officer."""
        log.warning("effect.refused", run_id=run_id, reason=fault.reason.code)
        await effects.write(
            connection, run_id, 0, state="refused", due=False, reason=fault.reason.code, message=fault.message
        )

    async def _deliver(self, connection: asyncpg.Connection, found: Effect) -> None:
        if found.kind == REVOKE and not await self._arrived(connection, found):
            await effects.write(connection, found.effect_id, 0, state="nothing", due=False)
            return
        message = outcomes_pb2.Outcome(
            decision_no=found.outcome_no, citation=found.citation, hospital_code=found.hospital_code,
            **found.content,
        )  # fmt: skip
        request = outcomes_pb2.ApplyOutcomeRequest(
            request_id=f"{found.effect_id}/{found.attempts}", outcome=message
        )
        moved = (await self._outcomes.ApplyOutcome(request)).moved
        await self._note(connection, found, moved, 0)

    async def _arrived(self, connection: asyncpg.Connection, found: Effect) -> bool:
        """Whether settlement has what is taken back: one that was given up before anybody knew may have
        arrived all the same, and is followed again then."""
        beside = await effects.of_case(connection, found.case_no)
        post = next((one for one in beside if one.kind == POST), None)
        if post is None or post.state != "nothing":
            return True
        try:
            moved = await self._moved(post)
        except Fault as fault:
            if fault.reason.kind is not Kind.NOT_FOUND:
                raise
            return False
        await self._note(connection, post, moved, 0)
        return True

    async def _follow(self, connection: asyncpg.Connection, found: Effect) -> None:
        """A delivered effect: posts it where that is for the relay to do, and reads what it moved."""
        moved = await self._moved(found)
        reason = message = ""
        if moved.state == outcomes_pb2.OUTCOME_STATE_WAITING:
            reason, message = await self._post(connection, found)
            if not reason:
                moved = await self._moved(found)
        await self._note(connection, found, moved, _pause(found), reason=reason, message=message)

    async def _moved(self, found: Effect) -> outcomes_pb2.Moved:
        request = outcomes_pb2.GetOutcomeRequest(decision_no=found.outcome_no)
        answer: outcomes_pb2.GetOutcomeResponse = await self._outcomes.GetOutcome(request)
        return answer.moved

    async def _note(
        self,
        connection: asyncpg.Connection,
        found: Effect,
        moved: outcomes_pb2.Moved,
        seconds: int,
        **more: str,
    ) -> None:
        state = {
            outcomes_pb2.OUTCOME_STATE_POSTED: "moved",
            outcomes_pb2.OUTCOME_STATE_NOTHING: "nothing",
        }.get(moved.state, "delivered")
        stated = state == "moved" and bool(moved.statement_run_id)
        await effects.write(
            connection,
            found.effect_id,
            seconds,
            state=state,
            due=not (stated or state == "nothing" or moved.state in _DONE),
            points_micro=points_from_pb(moved.points_delta, "points_delta"),
            fen=moved.fen_delta,
            value_delta=moved.value_delta,
            paid_month=moved.paid_month,
            statement_run_id=moved.statement_run_id,
            difference_id=moved.difference_id,
            reclear_id=moved.reclear_id,
            **({"reason": "", "message": ""} | more),
        )

    async def _post(self, connection: asyncpg.Connection, found: Effect) -> tuple[str, str]:
        """Posts the differences of a pool, when all that waits there was decided by disputes.

        Answers what stands in the way, as code and words; empty when it was posted or a run will take it.
        """
        shown = await self._month.PreviewDifferences(month_pb2.PreviewDifferencesRequest(pool=found.pool))
        of_case = found.content.get("case", {})
        own = of_case.get("hospital_code"), of_case.get("case_id")
        for difference in shown.differences:
            for fault in difference.faults:
                if (fault.hospital_code, fault.case_id) == own:
                    return fault.reason, fault.message
        cases = {(case.hospital_code, case.case_id) for one in shown.differences for case in one.cases}
        if not cases:
            return "", ""
        policy = await self._policies.policy(found.pool, self._today())
        if policy.text(COMMIT) != AUTOMATIC:
            return _OFFICER, _OFFICER_TEXT
        decided = await effects.delivered(connection, found.pool)
        if cases - {(one.hospital_code, one.case_id) for one in decided}:
            return _OTHERS, _OTHERS_TEXT
        numbers = [one.outcome_no for one in decided if (one.hospital_code, one.case_id) in cases]
        return await self._commit(found.pool, shown.preview_digest, _cause(numbers))

    async def _commit(self, pool: str, digest: str, cause: str) -> tuple[str, str]:
        request = month_pb2.CommitDifferencesRequest(
            request_id=f"effects/{pool}/{digest}", pool=pool, preview_digest=digest, cause=cause
        )
        try:
            await self._month.CommitDifferences(request)
        except Fault as fault:
            if fault.reason.kind is Kind.UNAVAILABLE:
                raise
            # Something moved meanwhile, or the year is being cleared: said, and looked at again.
            return fault.reason.code, fault.message
        return "", ""


def _cause(numbers: list[str]) -> str:
    """Every decision by its number, as far as a line of a statement has room."""
    whole = "、".join(numbers)
    if len(whole) <= _CITED:
        return whole
    more = f"等{len(numbers)}件"
    return whole[: _CITED - len(more)] + more


def _pause(found: Effect) -> int:
    """Seconds until an effect is looked at again: longer and longer, for a month may take its time."""
    return min(1 << min(found.attempts, 10), _LONGEST_PAUSE)
