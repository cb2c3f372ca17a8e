"""Papers of a case: who may add which, and who may read them."""

from __future__ import annotations

import asyncio

from chspay_core.digest import sm3_bytes, sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.cases.common import CASE, case_of
from chspay_dispute.app.cases.papers import check_paper
from chspay_dispute.app.moves import Moves
from chspay_dispute.app.roles import roles_of
from chspay_dispute.store import attachments as store
from chspay_dispute.store.attachments import StoredAttachment
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection

PAPER_KIND = Reason("CASE_PAPER_KIND", Kind.INVALID, "没有“{value}”这类材料；可以上传：{known}。")
PAPER_MANY = Reason("PAPER_MANY", Kind.TOO_LARGE, "每个案件最多上传{most}份材料、共{megabytes}兆字节。")
PAPER_CLOSED = Reason("CASE_PAPER_CLOSED", Kind.PRECONDITION, "案件已办结，不能再上传材料。")
PAPER_UNKNOWN = Reason("PAPER_UNKNOWN", Kind.NOT_FOUND, "案件没有编号为“{value}”的材料。")

#: Kinds of papers besides those the rules of the pool ask for.
MORE_KINDS = {
    "consent": "同意重新分组的书面意见",
    "supplement": "补正材料",
    "explanation": "补正说明",
    "evidence": "新的证据",
    "reply": "答复",
    "consultation": "会诊记录",
}
#: Medical papers: what a reviewer has to read, once names were taken out.
_FOR_REVIEWERS = frozenset({"records", "front_page", "items", "reason", "consultation", "evidence"})
_MOST_PAPERS, _MOST_TOTAL = 30, 60 << 20


class Papers:
    """Papers of the cases a caller may see."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def attach(
        self, request_id: str, case_no: str, kind: str, file_name: str, content: bytes
    ) -> StoredAttachment:
        """Stores a paper once its bytes were looked through.

        :raises Fault: PAPER_*, CASE_UNKNOWN.
        """
        claim, connection = current_claim(), await current_connection()
        case = await case_of(connection, case_no)
        # Looking through the bytes takes a while: beside the loop, and before the case is held.
        media = await asyncio.to_thread(check_paper, file_name, content)
        row = await self._moves.locked(connection, CASE, case_no)
        if row.closed:
            raise Fault(PAPER_CLOSED)
        policy = await self._moves.policies.policy(case.pool, self._moves.today())
        asked = {
            item["kind"]: item["name"]
            for item in policy.table("dispute.materials")
            if item["type"] == case.type
        }
        known = asked | MORE_KINDS
        if kind not in known:
            listed = "、".join(f"{name}（{text}）" for name, text in known.items())
            raise Fault(PAPER_KIND, field="kind", value=kind, known=listed)
        held = await store.of_case(connection, case_no)
        if len(held) >= _MOST_PAPERS or sum(item.size for item in held) + len(content) > _MOST_TOTAL:
            raise Fault(PAPER_MANY, most=_MOST_PAPERS, megabytes=_MOST_TOTAL >> 20)
        roles = roles_of(claim, row) - {"PUB"}
        new = StoredAttachment(
            attachment_id=f"DA-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:20]}",
            case_no=case_no,
            kind=kind,
            file_name=file_name,
            media_type=media,
            size=len(content),
            digest=sm3_bytes(content).hex(),
            for_reviewers=kind in _FOR_REVIEWERS,
            role=min(roles, default=""),
            put_by=claim.subject,
            day=self._moves.today(),
        )
        await store.put(connection, new, content, (case.hospital_code, case.region_code))
        return new

    async def read(self, case_no: str, attachment_id: str) -> tuple[StoredAttachment, bytes]:
        """A paper with its bytes.

        :raises Fault: PAPER_UNKNOWN, also for a paper of a case the caller may not see.
        """
        found = await store.content(await current_connection(), case_no, attachment_id)
        if found is None:
            raise Fault(PAPER_UNKNOWN, field="attachment_id", value=attachment_id)
        return found
