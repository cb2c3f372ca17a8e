"""The servicer of decided outcomes: messages in, use-cases, messages out."""

from __future__ import annotations

from typing import Any

import orjson

from chspay.settlement.v1 import outcomes_pb2 as pb
from chspay.settlement.v1 import outcomes_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit.convert import points_to_pb
from chspay_settlement import faults
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.outcomes import CASE, FINDING, REVOKE, YEAR, Outcomes, Wanted
from chspay_settlement.app.reading.outcomes import Effects, Moved, State
from chspay_settlement.store.outcomes import Outcome

NAME = "chspay.settlement.v1.OutcomeService"
_STATES = {
    State.WAITING: pb.OUTCOME_STATE_WAITING,
    State.POSTED: pb.OUTCOME_STATE_POSTED,
    State.RECORDED: pb.OUTCOME_STATE_RECORDED,
    State.DRAFTED: pb.OUTCOME_STATE_DRAFTED,
    State.NOTHING: pb.OUTCOME_STATE_NOTHING,
}
_YEARS = 10_000
Context = Any


class OutcomeServicer(outcomes_pb2_grpc.OutcomeServiceServicer):
    """Serves ``OutcomeService``."""

    WRITES = frozenset({"ApplyOutcome"})

    def __init__(self, outcomes: Outcomes, effects: Effects) -> None:
        self._outcomes = outcomes
        self._effects = effects

    async def ApplyOutcome(
        self, request: pb.ApplyOutcomeRequest, _context: Context
    ) -> pb.ApplyOutcomeResponse:
        """Takes an outcome in, once and only once."""
        found, applied = await self._outcomes.apply(_wanted(request.outcome))
        _, moved = await self._effects.get(found.decision_no)
        return pb.ApplyOutcomeResponse(applied=applied, moved=_moved(moved))

    async def GetOutcome(self, request: pb.GetOutcomeRequest, _context: Context) -> pb.GetOutcomeResponse:
        """How far an outcome is."""
        found, moved = await self._effects.get(request.decision_no)
        return pb.GetOutcomeResponse(outcome=_outcome(found), moved=_moved(moved))


def _wanted(message: pb.Outcome) -> Wanted:
    kind = message.WhichOneof("effect")
    if kind is None:
        raise Fault(faults.FIELD_MISSING, field="outcome.effect")
    if kind == "revokes":
        return Wanted(
            message.decision_no, message.citation, REVOKE, {"revokes": message.revokes}, message.hospital_code
        )
    part = {CASE: message.case, FINDING: message.finding, YEAR: message.year}[kind]
    content = {field.name: getattr(part, field.name) for field in part.DESCRIPTOR.fields}
    return Wanted(message.decision_no, message.citation, kind, content, message.hospital_code)


def _outcome(found: Outcome) -> pb.Outcome:
    message = pb.Outcome(
        decision_no=found.decision_no, citation=found.citation, hospital_code=found.hospital_code
    )
    content = orjson.loads(found.content)
    if found.kind == REVOKE:
        message.revokes = found.revokes
    elif found.kind == CASE:
        message.case.CopyFrom(pb.CaseOutcome(**content))
    elif found.kind == FINDING:
        message.finding.CopyFrom(pb.FindingOutcome(**content))
    else:
        message.year.CopyFrom(pb.YearOutcome(**content))
    return message


def _moved(found: Moved) -> pb.Moved:
    return pb.Moved(
        state=_STATES[found.state],
        pool=found.pool,
        hospital_code=found.hospital_code,
        of=_period(found.of),
        paid_month=_period(found.paid),
        statement_run_id=found.statement_run_id,
        difference_id=found.difference_id,
        reclear_id=found.reclear_id,
        points_delta=points_to_pb(found.points_micro),
        fen_delta=found.fen,
        value_delta=found.value_delta,
    )


def _period(found: int) -> str:
    if not found:
        return ""
    return str(found) if found < _YEARS else str(month_of(found))
