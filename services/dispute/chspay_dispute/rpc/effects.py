"""``EffectService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import effects_pb2 as pb
from chspay.dispute.v1 import effects_pb2_grpc
from chspay_dispute.app import effects as use
from chspay_dispute.store import effects
from chspay_dispute.store.effects import Effect
from chspay_kit import paging
from chspay_kit.convert import points_to_pb
from chspay_kit.db import current_connection

SERVICE = "chspay.dispute.v1.EffectService"
_STATES = {
    "waiting": pb.EFFECT_STATE_WAITING,
    "delivered": pb.EFFECT_STATE_DELIVERED,
    "moved": pb.EFFECT_STATE_MOVED,
    "refused": pb.EFFECT_STATE_REFUSED,
    "nothing": pb.EFFECT_STATE_NOTHING,
}
_NAMES = {number: name for name, number in _STATES.items()}
Context = Any


class EffectServicer(effects_pb2_grpc.EffectServiceServicer):
    """Serves ``EffectService``."""

    WRITES = frozenset({"RetryEffect"})

    async def ListEffects(self, request: pb.ListEffectsRequest, _context: Context) -> pb.ListEffectsResponse:
        """A page of effects."""
        wanted = request.case_no, request.pool, _NAMES.get(request.state, "")
        limit = paging.size(request.page_size)
        after = paging.decode(("effects", *wanted), request.page_token) or [""]
        found = await effects.page(await current_connection(), *wanted, str(after[0]), limit + 1)
        shown = found[:limit]
        token = ""
        if len(found) > limit:
            token = paging.encode(("effects", *wanted), [shown[-1].effect_id])
        return pb.ListEffectsResponse(effects=[to_pb(item) for item in shown], next_page_token=token)

    async def RetryEffect(self, request: pb.RetryEffectRequest, _context: Context) -> pb.RetryEffectResponse:
        """Hands a refused effect over again."""
        return pb.RetryEffectResponse(effect=to_pb(await use.retry(request.effect_id)))


def to_pb(found: Effect) -> pb.Effect:
    """An effect on the wire."""
    message = pb.Effect(
        effect_id=found.effect_id, case_no=found.case_no, kind=found.kind, pool=found.pool,
        hospital_code=found.hospital_code, outcome_no=found.outcome_no, state=_STATES[found.state],
        reason=found.reason, message=found.message, attempts=found.attempts,
        points_delta=points_to_pb(found.points_micro), fen_delta=found.fen, value_delta=found.value_delta,
        paid_month=found.paid_month, statement_run_id=found.statement_run_id,
        difference_id=found.difference_id, reclear_id=found.reclear_id,
    )  # fmt: skip
    message.enqueued_at.FromDatetime(found.enqueued_at)
    return message
