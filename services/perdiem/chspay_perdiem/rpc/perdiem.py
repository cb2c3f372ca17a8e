"""``PerDiemService`` on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay.perdiem.v1 import perdiem_pb2_grpc
from chspay_core.errors import Fault
from chspay_perdiem.app.confirming import confirm
from chspay_perdiem.app.plain import Answer
from chspay_perdiem.app.pricing import Pricing
from chspay_perdiem.engine.stay import Stay
from chspay_perdiem.rpc.messages import METHODS, answer_to_pb, pricing_to_pb, sheet_to_pb, stay_from_pb

SERVICE = "chspay.perdiem.v1.PerDiemService"
Context = Any
_REFUSED = METHODS["refused"]


class PerDiemServicer(perdiem_pb2_grpc.PerDiemServiceServicer):
    """Serves ``PerDiemService``."""

    WRITES = frozenset({"PriceStays", "ConfirmPricings"})

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing

    async def PriceStays(self, request: pb.PriceStaysRequest, _context: Context) -> pb.PriceStaysResponse:
        """Prices stays and keeps the pricings."""
        # Other requests go on while thousands of messages are read and written.
        stays, unread = await asyncio.to_thread(_read, request.stays)
        digest, answers = "", []
        if stays or not unread:
            found = await self._pricing.price(request.pool, request.month, stays, trial=request.trial)
            answers, digest = found.answers, found.policy_digest
        messages, _ = await asyncio.to_thread(_in_order, request.stays, unread, answers)
        return pb.PriceStaysResponse(answers=messages, policy_digest=digest)

    async def ConfirmPricings(
        self, request: pb.ConfirmPricingsRequest, _context: Context
    ) -> pb.ConfirmPricingsResponse:
        """Makes pricings final that a closed month has paid."""
        names = list(request.pricing_ids)
        return pb.ConfirmPricingsResponse(
            confirmed=await confirm(request.pool, request.month, request.run_id, names)
        )

    async def TryStays(self, request: pb.TryStaysRequest, _context: Context) -> pb.TryStaysResponse:
        """Prices stays without keeping anything."""
        stays, unread = _read(request.stays)
        digest, answers = "", []
        if stays or not unread:
            found = await self._pricing.attempt(request.pool, request.month, stays)
            answers, digest = found.answers, found.policy_digest
        messages, inner = _in_order(request.stays, unread, answers)
        sheets = [
            sheet_to_pb(item) if item is not None else sheet_to_pb(Answer("", "", "")) for item in inner
        ]
        return pb.TryStaysResponse(answers=messages, policy_digest=digest, worksheets=sheets)

    async def GetScope(self, request: pb.GetScopeRequest, _context: Context) -> pb.GetScopeResponse:
        """Which cases of a month have to be asked for."""
        found = await self._pricing.scope(request.pool, request.month)
        return pb.GetScopeResponse(
            departments=[
                pb.ScopeDepartment(department=department, category=category)
                for department, category in found.departments
            ],
            hospital_codes=found.hospitals,
            own_list_case_ids=sorted({case_id for _, case_id in found.own_lists}),
            own_list_keys=[
                pb.OwnListKey(hospital_code=code, case_id=case_id) for code, case_id in found.own_lists
            ],
            policy_digest=found.policy_digest,
        )

    async def GetPricing(self, request: pb.GetPricingRequest, _context: Context) -> pb.GetPricingResponse:
        """A kept pricing with its worksheet."""
        kept, answer = await self._pricing.get(request.pricing_id)
        return pb.GetPricingResponse(pricing=pricing_to_pb(kept), worksheet=sheet_to_pb(answer))

    async def ListPricings(
        self, request: pb.ListPricingsRequest, _context: Context
    ) -> pb.ListPricingsResponse:
        """A page of the pricings the caller may see."""
        found, token = await self._pricing.page(
            request.pool, request.month, request.hospital_code, request.page_size, request.page_token
        )
        return pb.ListPricingsResponse(
            pricings=[pricing_to_pb(item) for item in found], next_page_token=token
        )


def _read(messages: Iterable[pb.Stay]) -> tuple[list[Stay], dict[int, Fault]]:
    """Stays that can be read, and by their place those that cannot: these must not stop the others."""
    stays: list[Stay] = []
    unread: dict[int, Fault] = {}
    for at, message in enumerate(messages):
        try:
            stays.append(stay_from_pb(message))
        except Fault as fault:
            unread[at] = fault
    return stays, unread


def _in_order(
    asked: Iterable[pb.Stay], unread: dict[int, Fault], answers: Iterable[Answer]
) -> tuple[list[pb.StayAnswer], list[Answer | None]]:
    rest = iter(answers)
    messages: list[pb.StayAnswer] = []
    inner: list[Answer | None] = []
    for at, message in enumerate(asked):
        fault = unread.get(at)
        if fault is None:
            answer = next(rest)
            messages.append(answer_to_pb(answer))
            inner.append(answer)
            continue
        messages.append(
            pb.StayAnswer(
                case_id=message.case_id, method=_REFUSED, reason=fault.reason.code, message=fault.message
            )
        )
        inner.append(None)
    return messages, inner
