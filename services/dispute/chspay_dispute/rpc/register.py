"""``RegisterService`` on the wire."""

from __future__ import annotations

import json
from typing import Any

from chspay.dispute.v1 import register_pb2 as pb
from chspay.dispute.v1 import register_pb2_grpc
from chspay_dispute.app.register import KINDS, Entry
from chspay_dispute.app.register_desk import RegisterDesk

SERVICE = "chspay.dispute.v1.RegisterService"
Context = Any


class RegisterServicer(register_pb2_grpc.RegisterServiceServicer):
    """Serves ``RegisterService``."""

    WRITES = frozenset({"PublishNotice", "WithdrawEntry"})

    def __init__(self, desk: RegisterDesk) -> None:
        self._desk = desk

    async def PublishNotice(
        self, request: pb.PublishNoticeRequest, _context: Context
    ) -> pb.PublishNoticeResponse:
        """A notice or a finding of violations."""
        found = await self._desk.publish(
            request.pool, request.kind, request.title, request.content, list(request.redacted)
        )
        return pb.PublishNoticeResponse(entry=entry_to_pb(found))

    async def WithdrawEntry(
        self, request: pb.WithdrawEntryRequest, _context: Context
    ) -> pb.WithdrawEntryResponse:
        """Takes an entry back."""
        found = await self._desk.withdraw(request.entry_no, request.reason, request.document)
        return pb.WithdrawEntryResponse(entry=entry_to_pb(found))

    async def GetEntry(self, request: pb.GetEntryRequest, _context: Context) -> pb.GetEntryResponse:
        """One entry."""
        return pb.GetEntryResponse(entry=entry_to_pb(await self._desk.entry(request.entry_no)))

    async def ListEntries(self, request: pb.ListEntriesRequest, _context: Context) -> pb.ListEntriesResponse:
        """A page of entries, the newest first."""
        found, token = await self._desk.page(
            request.pool, request.kind, request.subject, request.page_size, request.page_token
        )
        return pb.ListEntriesResponse(entries=[entry_to_pb(item) for item in found], next_page_token=token)

    async def GetChain(self, request: pb.GetChainRequest, _context: Context) -> pb.GetChainResponse:
        """A pool's whole register as a file."""
        found = await self._desk.chain(request.pool)
        return pb.GetChainResponse(content=found.content, head=_head_to_pb(found.head, found.anchor))

    async def ListHeads(self, _request: pb.ListHeadsRequest, _context: Context) -> pb.ListHeadsResponse:
        """The signed heads of all pools."""
        return pb.ListHeadsResponse(heads=[_head_to_pb(*item) for item in await self._desk.heads()])


def entry_to_pb(entry: Entry) -> pb.RegisterEntry:
    """A publication as it goes over the wire."""
    message = pb.RegisterEntry(
        **{
            name: getattr(entry, name)
            for name in (
                "entry_no", "pool", "seq", "kind", "subject", "region_code", "title", "content_sm3",
                "previous", "hash", "withdrawn_by",
            )
        },
        kind_text=KINDS[entry.kind],
        content=json.dumps(entry.content, ensure_ascii=False),
        redacted=entry.redacted,
    )  # fmt: skip
    message.published_at.FromDatetime(entry.published_at)
    return message


def _head_to_pb(head: dict[str, Any], anchor: str) -> pb.RegisterHead:
    named = {name: value for name, value in head.items() if name != "format"}
    return pb.RegisterHead(**named, anchor=anchor)
