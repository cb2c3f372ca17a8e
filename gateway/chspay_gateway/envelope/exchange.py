"""Carrying out a message once: the same message gets the same bytes, another body is refused.

An accepted message takes its msgid for ever. A message refused for what it says keeps its answer too,
but leaves the msgid free for a corrected body. What failed for another reason (not registered yet, a
service down) is kept nowhere, so that trying again later can succeed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chspay.settlement.v1 import settlement_pb2
from chspay_core.case import check_intake
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway import reasons
from chspay_gateway.envelope import answer, query, upload
from chspay_gateway.envelope.message import Message
from chspay_gateway.envelope.node import Node
from chspay_gateway.problems import Faults
from chspay_gateway.session import Session
from chspay_gateway.store import Exchanged, Store
from chspay_kit import convert

INFNO_UNKNOWN = Reason("FSI_INFNO_UNKNOWN", Kind.NOT_FOUND, "交易编号[{value}]不存在或未开通")
MSGID_REUSED = Reason(
    "FSI_MSGID_REUSED", Kind.CONFLICT, "报文ID{value}已用于另一份内容不同的报文，请换一个新的报文ID。"
)
_UPLOADS = frozenset({"4101", "4101A"})
_QUERY = "4103"
_LONGEST_ID = 64


class Desk:
    """Serves one caller's messages.

    :param session: the caller, a hospital, and the services.
    :param store: where answers are kept.
    """

    def __init__(self, session: Session, store: Store) -> None:
        self._session = session
        self._store = store

    async def serve(self, message: Message, received: datetime) -> bytes:
        """The answer's bytes.

        :raises Fault, Faults: refused; nothing was written.
        """
        own = self._session.claim.institution
        if own != message.institution:
            raise Fault(reasons.NOT_YOURS, field="fixmedins_code", value=message.institution, own=own or "无")
        if message.infno in _UPLOADS:
            return await self._upload(message, received)
        if message.infno == _QUERY:
            return await self._find(message, received)
        raise Fault(INFNO_UNKNOWN, field="infno", value=message.infno)

    async def _upload(self, message: Message, received: datetime) -> bytes:
        kept = await self._kept(message)
        if kept is not None:
            return kept
        refmsgid = answer.new_refmsgid(message.place, received)
        try:
            list_id = await self._submit(message)
        except (Fault, Faults) as refusal:
            faults = refusal.faults if isinstance(refusal, Faults) else [refusal]
            if any(fault.reason.kind is not Kind.INVALID for fault in faults):
                raise
            named = _in_national_names(faults)
            return await self._keep(message, refmsgid, answer.failure(refmsgid, received, named), "")
        output = {"setl_list_id": list_id, "data": {"setl_list_id": list_id}}
        return await self._keep(message, refmsgid, answer.success(refmsgid, received, output), list_id)

    async def _submit(self, message: Message) -> str:
        case = upload.case_of(message)
        faults = check_intake(case)
        if faults:
            raise Faults(faults)
        done = await self._session.services.settlement.SubmitList(
            settlement_pb2.SubmitListRequest(
                request_id=message.request_id,
                case=convert.case_to_pb(case),
                identity=upload.identity_of(message),
                source=message.source,
                channel="envelope",
            )
        )
        return str(done.list_id)

    async def _kept(self, message: Message) -> bytes | None:
        """The answer this very message had before; a fault when its msgid belongs to another one."""
        found = await self._store.exchanges(message.institution, message.infno, message.msgid)
        for exchange in found:
            if exchange.body_hash == message.body_hash:
                return exchange.answer
        if found and found[0].accepted:
            raise Fault(MSGID_REUSED, field="msgid", value=message.msgid)
        return None

    async def _keep(self, message: Message, refmsgid: str, content: bytes, list_id: str) -> bytes:
        """Keeps the answer; when the same message was answered meanwhile, that answer is the one."""
        exchange = Exchanged(
            institution=message.institution,
            infno=message.infno,
            msgid=message.msgid,
            body_hash=message.body_hash,
            accepted=bool(list_id),
            refmsgid=refmsgid,
            answer=content,
            mdtrt_id=_named(message, "mdtrt_id"),
            setl_id=_named(message, "setl_id"),
            list_id=list_id,
        )
        if await self._store.keep(exchange):
            return content
        return await self._kept(message) or content

    async def _find(self, message: Message, received: datetime) -> bytes:
        try:
            found = await self._session.services.settlement.GetList(query.wanted(message))
        except Fault as fault:
            if fault.reason.kind is not Kind.NOT_FOUND:
                raise
            raise Fault(query.NOTHING_FOUND) from fault
        mdtrt_id = await self._store.visit(message.institution, found.list.case.case_id)
        refmsgid = answer.new_refmsgid(message.place, received)
        return answer.success(refmsgid, received, query.output_of(found.list, mdtrt_id))


def _named(message: Message, name: str) -> str:
    """An id the message names; empty when it is none, for a refused message may hold anything."""
    setlinfo = message.input.raw("setlinfo")
    value = Node(setlinfo, "").raw(name) if isinstance(setlinfo, Mapping) else None
    return value.strip()[:_LONGEST_ID] if isinstance(value, str) else ""


def _in_national_names(faults: Sequence[Fault]) -> list[Fault]:
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
