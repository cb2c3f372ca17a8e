"""The public register of publications 公示登记簿: what was decided, drawn, agreed and found, for everybody.

Called in the transaction of whoever decides, so that nothing is published that did not happen and nothing
happens unpublished. An entry never changes; one that must go is withdrawn by another that says why.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from chspay_core.digest import sm3_bytes
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code
from chspay_dispute.store import register as store
from chspay_dispute.store.register import Stored
from chspay_kit import journal
from chspay_kit.auth import current_claim
from chspay_kit.register import WITHDRAWAL, body_bytes, link_bytes, stream_of

#: What is published, with its Chinese name.
KINDS: Mapping[str, str] = {
    "result": "评议结果",
    "statistics": "周期统计",
    "draw_commitment": "专家抽取承诺",
    "draw_reveal": "专家抽取公布",
    "round": "协商公告",
    "consultation": "征求意见",
    "vote": "表决结果",
    "adoption": "采纳与施行",
    "violation": "违规公示",
    "notice": "公告",
    WITHDRAWAL: "撤回公告",
}
#: What stands in the place of a redacted value.
REDACTED = "■■■"

REGISTER_KIND = Reason("REGISTER_KIND", Kind.INVALID, "没有“{value}”这种公示；可选：{known}。")
REGISTER_TEXT = Reason(
    "REGISTER_TEXT", Kind.INVALID, "公示的“{field}”应为1至{most}个字符，一行，不含控制字符。"
)
REGISTER_CONTENT = Reason(
    "REGISTER_CONTENT", Kind.INVALID, "公示内容只能有文字、整数、是否和它们的列表，且不超过{most}千字节。"
)
REGISTER_PERSONAL = Reason(
    "REGISTER_PERSONAL",
    Kind.INVALID,
    "公示内容的“{field}”含有个人信息，不能公布；请删去，或列入隐去的字段。",
)
REGISTER_REDACT = Reason("REGISTER_REDACT", Kind.INVALID, "公示内容里没有要隐去的字段“{value}”。")
ENTRY_UNKNOWN = Reason("ENTRY_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的公示。")
ENTRY_WITHDRAWN = Reason("ENTRY_WITHDRAWN", Kind.CONFLICT, "公示{value}已由{by}撤回，不能再次撤回。")
ENTRY_STAYS = Reason("ENTRY_STAYS", Kind.PRECONDITION, "撤回公告{value}本身不能撤回。")

_LONGEST, _MOST_KILOBYTES, _DEEPEST = 200, 256, 8
_NO_CONTROL = re.compile(r"[^\x00-\x1f\x7f]+\Z")
#: Names of fields that hold a person, wherever they stand.
_PERSONAL = frozenset(
    {
        "patient_name", "psn_name", "person_name", "person_no", "person_key", "psn_no", "psn_cert_no",
        "certno", "id_card", "doctor_name", "doctor_code", "expert_name", "phone", "mobile", "address",
        "birth_date",
    }
)  # fmt: skip
#: An identity number or a mobile phone inside any text.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:[1-9]\d{5}(?:18|19|20)\d{9}[0-9Xx]|1[3-9]\d{9})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A publication as everybody sees it; title and content are empty once it was withdrawn."""

    entry_no: str
    pool: str
    seq: int
    kind: str
    subject: str
    region_code: str
    published_at: datetime
    title: str
    content: Mapping[str, Any]
    redacted: tuple[str, ...]
    content_sm3: str
    previous: str
    hash: str
    withdrawn_by: str


async def publish(
    connection: asyncpg.Connection,
    *,
    kind: str,
    subject: str,
    pool: str,
    region_code: str,
    title: str,
    content: Mapping[str, Any],
    redacted: Sequence[str] = (),
) -> Entry:
    """Publishes an entry in the caller's transaction; it is public as soon as that commits.

    :param kind: of :data:`KINDS`.
    :param subject: what it is about, stable: ``case/…``, ``draw/…``, ``topic/…``, ``cycle/…``.
    :param content: plain JSON values without floats; no patient, doctor or expert. ``text`` is read as
        paragraphs, a list of objects as a table.
    :param redacted: fields (dots between steps, numbers for places of lists) whose values are blacked out
        before anything is kept; that they were is said.
    :raises Fault: REGISTER_KIND, REGISTER_TEXT, REGISTER_CONTENT, REGISTER_PERSONAL, REGISTER_REDACT.
    """
    if kind not in KINDS:
        raise Fault(REGISTER_KIND, field="kind", value=kind, known="、".join(KINDS))
    check_code(pool, "统筹区")
    check_code(region_code, "行政区划")
    for name, text in (("title", title), ("subject", subject)):
        if len(text) > _LONGEST or not _NO_CONTROL.match(text):
            raise Fault(REGISTER_TEXT, field=name, most=_LONGEST)
    shown = _redact(_plain(content), redacted)
    _no_person(shown, "content")
    _no_person(title, "title")
    body = body_bytes(title, shown, redacted, secrets.token_hex(16))
    if len(body) > _MOST_KILOBYTES << 10:
        raise Fault(REGISTER_CONTENT, field="content", most=_MOST_KILOBYTES)
    return await _add(connection, (kind, subject, pool, region_code), body)


async def withdraw(
    connection: asyncpg.Connection, *, entry_no: str, reason: str, document: str = ""
) -> Entry:
    """Withdraws an entry: its title and content go, its hash stays, and the entry returned says why.

    :param reason: told to everybody.
    :param document: the decision it rests on.
    :raises Fault: ENTRY_UNKNOWN, ENTRY_WITHDRAWN, ENTRY_STAYS, REGISTER_TEXT.
    """
    found = await store.one(connection, entry_no, lock=True)
    if found is None:
        raise Fault(ENTRY_UNKNOWN, field="entry_no", value=entry_no)
    if found.kind == WITHDRAWAL:
        raise Fault(ENTRY_STAYS, field="entry_no", value=entry_no)
    if found.withdrawn_by:
        raise Fault(ENTRY_WITHDRAWN, field="entry_no", value=entry_no, by=found.withdrawn_by)
    if len(reason) > _LONGEST or not _NO_CONTROL.match(reason):
        raise Fault(REGISTER_TEXT, field="reason", most=_LONGEST)
    new = await publish(
        connection,
        kind=WITHDRAWAL,
        subject=entry_no,
        pool=found.pool,
        region_code=found.region_code,
        title=f"撤回公示{entry_no}",
        content={
            "entry_no": entry_no,
            "withdrawn_kind": KINDS[found.kind],
            "reason": reason,
            "document": document,
            "content_sm3": found.content_sm3.hex(),
        },
    )
    await store.withdrawn(connection, entry_no, new.entry_no)
    return new


def entry_of(stored: Stored) -> Entry:
    """An entry as everybody sees it."""
    body = _body(stored)
    return Entry(
        stored.entry_no, stored.pool, stored.seq, stored.kind, stored.subject, stored.region_code,
        stored.published_at, body["title"], body["content"], tuple(body["redacted"]),
        stored.content_sm3.hex(), stored.previous.hex(), stored.hash.hex(), stored.withdrawn_by,
    )  # fmt: skip


def _body(stored: Stored) -> dict[str, Any]:
    if stored.body is None:
        return {"title": "", "content": {}, "redacted": []}
    return dict(json.loads(stored.body))


def exported(stored: Stored) -> dict[str, Any]:
    """An entry as the export holds it, see :mod:`chspay_kit.register`."""
    return {
        "entry_no": stored.entry_no,
        "pool": stored.pool,
        "seq": stored.seq,
        "kind": stored.kind,
        "subject": stored.subject,
        "region_code": stored.region_code,
        "published_at": instant(stored.published_at),
        "content_sm3": stored.content_sm3.hex(),
        "previous": stored.previous.hex(),
        "hash": stored.hash.hex(),
        "body": None if stored.body is None else stored.body.decode(),
        "withdrawn_by": stored.withdrawn_by,
    }


def instant(at: datetime) -> str:
    """An instant as it is chained: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _add(connection: asyncpg.Connection, about: tuple[str, str, str, str], body: bytes) -> Entry:
    kind, subject, pool, region_code = about
    stream = stream_of(pool)
    seq, previous = await journal.place(connection, stream)
    moment = (await store.present(connection)).astimezone(UTC).replace(microsecond=0)
    entry_no = f"GS{pool}-{seq:06d}"
    link = link_bytes(
        {
            "content_sm3": sm3_bytes(body).hex(),
            "entry_no": entry_no,
            "kind": kind,
            "pool": pool,
            "published_at": instant(moment),
            "region_code": region_code,
            "subject": subject,
        }
    )
    digest = await journal.append(connection, stream, link)
    new = Stored(
        entry_no, pool, seq, kind, subject, region_code, moment, sm3_bytes(body), previous, digest, body, ""
    )
    await store.put(connection, new, current_claim().subject)
    return entry_of(new)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that holds plain values only.

    :raises Fault: REGISTER_CONTENT.
    """
    try:
        copied = json.loads(
            json.dumps(dict(content), ensure_ascii=True, allow_nan=False), parse_float=_refused
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault(REGISTER_CONTENT, field="content", most=_MOST_KILOBYTES) from error
    if _depth(copied) > _DEEPEST:
        raise Fault(REGISTER_CONTENT, field="content", most=_MOST_KILOBYTES)
    return dict(copied)


def _refused(text: str) -> Any:
    raise ValueError(f"not exact: {text}")


def _depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(item) for item in inside), default=0)


def _redact(content: dict[str, Any], redacted: Sequence[str]) -> dict[str, Any]:
    for path in redacted:
        holder: Any = content
        *steps, last = path.split(".")
        try:
            for step in steps:
                holder = holder[int(step)] if isinstance(holder, list) else holder[step]
            at: Any = int(last) if isinstance(holder, list) else last
            if isinstance(holder, dict) and at not in holder:
                raise KeyError(at)
            holder[at] = REDACTED
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise Fault(REGISTER_REDACT, field="redacted", value=path) from error
    return content


def _no_person(value: Any, path: str) -> None:
    """Refuses what names a person, unless it was blacked out.

    :raises Fault: REGISTER_PERSONAL.
    """
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _PERSONAL and item not in ("", REDACTED):
                raise Fault(REGISTER_PERSONAL, field=f"{path}.{name}")
            _no_person(name, f"{path}.{name}")
            _no_person(item, f"{path}.{name}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            _no_person(item, f"{path}.{at}")
    elif isinstance(value, str) and _NUMBERS.search(value):
        raise Fault(REGISTER_PERSONAL, field=path)
