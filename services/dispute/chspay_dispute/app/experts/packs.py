"""The blind pack of a case: what an expert needs to judge, and nothing that names anybody.

No institution, department, doctor, patient or day; free text with what names the institution blacked out, and
papers only once a handler has looked them through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import asyncpg

from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_dispute.app.cases.common import case_of
from chspay_dispute.store import attachments
from chspay_dispute.store.attachments import StoredAttachment
from chspay_dispute.store.cases import StoredCase
from chspay_dispute.store.experts import panels
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection

PAPER_UNKNOWN = Reason("PACK_PAPER_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的材料。")
PAPER_NOT_FOR_EXPERTS = Reason(
    "PAPER_NOT_FOR_EXPERTS", Kind.PRECONDITION, "这类材料不送专家评审，请上传脱敏后的病历材料。"
)
PAPER_CHANGED = Reason("PAPER_CHANGED", Kind.CONFLICT, "材料的指纹与所核对的不同，请重新核对。")

_HIDDEN = "■■■"
#: Facts of a list that name nobody, with their Chinese names; money in fen is shown in yuan.
_FACTS = {
    "los_days": "住院天数",
    "cost_fen": "总费用（元）",
    "paid_fen": "支付标准（元）",
    "drg": "病组",
    "mdc": "主要诊断大类",
    "icu_hours": "重症监护小时",
    "newborn_weight_g": "新生儿出生体重（克）",
    "group_mean_fen": "病组均费（元）",
    "city_mean_fen": "全市均费（元）",
    "group_mean_los": "病组平均住院天数",
    "points": "原点数",
    "base_points": "病组基准点数",
}
_LONG_NUMBER = re.compile(r"\d{7,}")


async def pack_of(connection: asyncpg.Connection, case: StoredCase) -> dict[str, Any]:
    """The pack as it is kept and shown; plain JSON."""
    shown = facts_shown(case.content.get("facts") or {})
    for item in case.content.get("criteria", []):
        shown["facts"].append(
            {"name": item["name"], "label": "特例标准", "value": f"{item['text']}：{_met(item['met'])}"}
        )
    marked = await panels.desensitised(connection, case.case_no)
    papers = [
        {"file_id": sm3_hex(f"{case.case_no}/{one.attachment_id}".encode())[:16], "kind": one.kind,
         "media_type": one.media_type, "size": one.size, "digest": one.digest}
        for one in await attachments.of_case(connection, case.case_no)
        if one.for_reviewers and marked.get(one.attachment_id) == one.digest
    ]  # fmt: skip
    return shown | {"dispute": hidden(case.reason, case), "files": papers}


def facts_shown(known: Mapping[str, Any]) -> dict[str, Any]:
    """What of a settled list may be shown: nothing that names anybody."""
    facts = [
        {"name": name, "label": label, "value": _shown(name, known[name])}
        for name, label in _FACTS.items()
        if known.get(name) not in (None, "", 0)
    ]
    return {
        "facts": facts,
        "diagnoses": list(known.get("diagnoses", [])),
        "procedures": list(known.get("procedures", [])),
        "dispute": "",
        "files": [],
    }


def pack_digest(pack: dict[str, Any]) -> str:
    """SM3 of a pack."""
    return sm3_hex(canonical_json(pack))


def hidden(text: str, case: StoredCase) -> str:
    """Free text with the names and numbers of the institution and the case blacked out."""
    known = case.content.get("facts") or {}
    names = [known.get("hospital_name", ""), case.hospital_code, case.list_id, known.get("case_id", ""),
             case.case_no, known.get("community", "")]  # fmt: skip
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        text = text.replace(name, _HIDDEN)
    return _LONG_NUMBER.sub(_HIDDEN, text)


async def mark_desensitised(case_no: str, attachment_id: str, digest: str) -> str:
    """A handler has looked a paper through: it names nobody.

    :raises Fault: CASE_UNKNOWN, PAPER_*, ROLE_DENIED, DUTY_DENIED.
    """
    claim: Claim = current_claim()
    claim.require_role("bureau")
    claim.require_duty("handling")
    connection = await current_connection()
    case = await case_of(connection, case_no)
    papers = await attachments.of_case(connection, case_no)
    found = next((one for one in papers if one.attachment_id == attachment_id), None)
    if found is None:
        raise Fault(PAPER_UNKNOWN, field="attachment_id", value=attachment_id)
    if not found.for_reviewers:
        raise Fault(PAPER_NOT_FOR_EXPERTS, field="attachment_id", value=found.kind)
    if found.digest != digest:
        raise Fault(PAPER_CHANGED, field="digest", value=digest)
    await panels.mark_desensitised(
        connection, case_no, attachment_id, case.region_code, digest, claim.subject
    )
    return attachment_id


async def paper(connection: asyncpg.Connection, case_no: str, file_id: str) -> tuple[StoredAttachment, bytes]:
    """A paper of a pack, for an expert of the panel; the connection already acts for the office.

    :raises Fault: PAPER_UNKNOWN.
    """
    marked = await panels.desensitised(connection, case_no)
    for attachment_id in marked:
        if sm3_hex(f"{case_no}/{attachment_id}".encode())[:16] == file_id:
            found = await attachments.content(connection, case_no, attachment_id)
            if found is not None and found[0].digest == marked[attachment_id]:
                return found
    raise Fault(PAPER_UNKNOWN, field="file_id", value=file_id)


def _shown(name: str, value: Any) -> str:
    return fen_to_yuan(value) if name.endswith("_fen") else str(value)


def _met(met: bool | None) -> str:
    return "无法判断" if met is None else "符合" if met else "不符合"
