"""Carrying out a message once: the same message gets the same bytes, another body is refused.

An accepted message takes its msgid for ever. A message refused for what it says keeps its answer too,
but leaves the msgid free for a corrected body. What failed for another reason (not registered yet, a
service down) is kept nowhere, so that trying again later can succeed. Questions are not kept: asking
again answers with what is true then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from fastapi import Response

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.sandbox import is_sandbox
from chspay_gateway import reasons
from chspay_gateway.envelope import answer, upload
from chspay_gateway.envelope.message import Message
from chspay_gateway.envelope.node import Node
from chspay_gateway.problems import Faults
from chspay_gateway.session import Session
from chspay_gateway.store import Exchanged, Onward, Store
from chspay_gateway.tally import ACCEPTED, OTHER, REPEATED, Tally, Turned
from chspay_kit import smcrypto

INFNO_UNKNOWN = Reason("FSI_INFNO_UNKNOWN", Kind.NOT_FOUND, "交易编号[{value}]不存在或未开通")
MSGID_REUSED = Reason(
    "FSI_MSGID_REUSED", Kind.CONFLICT, "报文ID{value}已用于另一份内容不同的报文，请换一个新的报文ID。"
)
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One message to be carried out.

    :param infno: the transaction, in our numbering (a province may have another number for it).
    :param file: what came beside the message (9101).
    """

    message: Message
    infno: str
    session: Session
    store: Store
    received: datetime
    file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A file as an answer (9102): bytes, not JSON, so that clients see it by the content type."""

    filename: str
    content: bytes

    def response(self) -> Response:
        """The file over HTTP."""
        name = quote(self.filename)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(self.content, headers=headers, media_type="application/octet-stream")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transaction did.

    :param personal: the output tells who somebody is: the kept answer is sealed.
    """

    output: object
    warning: str = ""
    mdtrt_id: str = ""
    setl_id: str = ""
    list_id: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Transaction:
    """How a transaction is carried out, and whether its answer is kept.

    :param takes_file: a file belongs to the message, so that another file makes it another message.
    """

    run: Callable[[Call], Awaitable[Outcome]]
    writes: bool = True
    takes_file: bool = False


class Desk:
    """Serves one caller's messages.

    :param session: the caller, a hospital, and the services.
    :param store: where answers are kept.
    :param transactions: what is served, by our numbers.
    :param numbers: numbers of the caller's province -> ours.
    :param style: how its answers look.
    :param onward: whether accepted messages go on to other platforms.
    :param tally: counts what becomes of messages.
    """

    def __init__(
        self,
        session: Session,
        store: Store,
        transactions: Mapping[str, Transaction],
        style: answer.Style = answer.PLAIN,
        numbers: Mapping[str, str] | None = None,
        *,
        onward: bool = False,
        tally: Tally | None = None,
    ) -> None:
        self._session = session
        self._store = store
        self._transactions = transactions
        self._style = style
        self._numbers = numbers or {}
        self._onward = onward
        self._tally = tally or Tally()

    async def serve(
        self, message: Message, received: datetime, file: bytes | None = None
    ) -> bytes | Download:
        """The answer's bytes, or a file.

        :raises Fault, Faults: refused; nothing was written.
        """
        own = self._session.claim.institution
        if own != message.institution:
            raise Fault(reasons.NOT_YOURS, field="fixmedins_code", value=message.institution, own=own or "无")
        infno = self._numbers.get(message.infno, message.infno)
        transaction = self._transactions.get(infno)
        try:
            if transaction is None:
                raise Fault(INFNO_UNKNOWN, field="infno", value=message.infno)
            if transaction.takes_file and file is not None:
                message = replace(message, attached=await asyncio.to_thread(smcrypto.sm3, file))
            call = Call(message, infno, self._session, self._store, received, file)
            if transaction.writes:
                return await self._once(call, transaction)
        except (Fault, Faults) as refusal:
            await self._refused(message, infno, refusal)
            raise
        return await self._asked(call, transaction)

    async def _asked(self, call: Call, transaction: Transaction) -> bytes | Download:
        """The answer of a question; nothing is kept, and nothing is counted but that it was asked."""
        message = call.message
        outcome = await transaction.run(call)
        self._tally.count(call.infno, message.institution, ACCEPTED)
        if isinstance(outcome.output, Download):
            return outcome.output
        refmsgid = answer.new_refmsgid(message.place, call.received)
        return answer.success(refmsgid, call.received, outcome.output, self._style, outcome.warning)

    async def _refused(self, message: Message, infno: str, refusal: Fault | Faults) -> None:
        known = infno if infno in self._transactions else OTHER
        turned = Turned(message.institution, message.infno, message.msgid, message.body_hash)
        await self._tally.refused(self._store, refusal, turned, known)

    async def _once(self, call: Call, transaction: Transaction) -> bytes:
        message, received = call.message, call.received
        kept = await self._kept(message)
        if kept is not None:
            self._tally.count(call.infno, message.institution, REPEATED)
            return kept
        refmsgid = answer.new_refmsgid(message.place, received)
        try:
            outcome = await transaction.run(call)
        except (Fault, Faults) as refusal:
            faults = refusal.faults if isinstance(refusal, Faults) else [refusal]
            if any(fault.reason.kind is not Kind.INVALID for fault in faults):
                raise
            await self._refused(message, call.infno, refusal)
            told = in_national_names(faults)
            content = answer.failure(refmsgid, received, told, self._style)
            named_ids = Outcome(None, mdtrt_id=named(message, "mdtrt_id"), setl_id=named(message, "setl_id"))
            return await self._keep(message, refmsgid, content, named_ids, accepted=False)
        content = answer.success(refmsgid, received, outcome.output, self._style, outcome.warning)
        answered = await self._keep(message, refmsgid, content, outcome, accepted=True)
        self._tally.count(call.infno, message.institution, ACCEPTED)
        return answered

    async def _kept(self, message: Message) -> bytes | None:
        """The answer this very message had before; a fault when its msgid belongs to another one."""
        found = await self._store.exchanges(message.institution, message.infno, message.msgid)
        for exchange in found:
            if exchange.body_hash == message.body_hash:
                return exchange.answer
        if found and found[0].accepted:
            raise Fault(MSGID_REUSED, field="msgid", value=message.msgid)
        return None

    async def _keep(
        self, message: Message, refmsgid: str, content: bytes, outcome: Outcome, *, accepted: bool
    ) -> bytes:
        """Keeps the answer; when the same message was answered meanwhile, that answer is the one."""
        exchange = Exchanged(
            institution=message.institution,
            infno=message.infno,
            msgid=message.msgid,
            body_hash=message.body_hash,
            accepted=accepted,
            refmsgid=refmsgid,
            answer=content,
            mdtrt_id=outcome.mdtrt_id,
            setl_id=outcome.setl_id,
            list_id=outcome.list_id,
            personal=outcome.personal,
            onward=_onward(message) if accepted and self._goes_on(message) else None,
        )
        if await self._store.keep(exchange):
            return content
        return await self._kept(message) or content

    def _goes_on(self, message: Message) -> bool:
        """Whether other platforms hear of it: what a test institution tries is for nobody's books."""
        tried = is_sandbox(message.institution) or is_sandbox(self._session.claim.institution)
        return self._onward and not tried


def _onward(message: Message) -> Onward:
    return Onward(
        message.institution,
        message.infno,
        message.msgid,
        message.place,
        message.insured_place,
        message.source,
    )


def named(message: Message, name: str) -> str:
    """An id the message names; empty when it is none, for a refused message may hold anything."""
    for node in ("setlinfo", "data"):
        members = message.input.raw(node)
        value = Node(members, "").raw(name) if isinstance(members, Mapping) else None
        if isinstance(value, str):
            return value.strip()[:_LONGEST_ID]
    return ""


def in_national_names(faults: Sequence[Fault]) -> list[Fault]:
    """Faults that name canonical fields, naming the members the sender knows."""
    return [
        Fault(
            fault.reason,
            field=upload.NATIONAL_NAMES.get(fault.field, fault.field),
            value=fault.value,
            **fault.facts,
        )
        for fault in faults
    ]
