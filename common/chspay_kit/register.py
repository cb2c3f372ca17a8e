"""The public register 公示登记簿 as it leaves the house, and how anybody checks it: no server, no database.

Each entry commits to its body (title, content, a random number) by SM3; a pool's entries are chained as
journals are (:func:`chspay_kit.journal.batch_hash`). A withdrawn entry loses its body and keeps its hash, so
the chain still holds; the random number goes with the body, so that nobody finds a short content by trying.
The head names the last link and is signed with SM2; its line can stand in a public git or a gazette, and a
register that has grown since must still pass through it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.journal import START, batch_hash
from chspay_kit.package import canonical
from chspay_kit.sm2 import Sm2Key, require_signature

FORMAT = "chspay-register/1"
WITHDRAWAL = "withdrawal"

REGISTER_FORMAT = Reason(
    "REGISTER_FORMAT", Kind.INVALID, "“{value}”不是公示登记簿的导出文件（{problem}），请重新取得一份。"
)
REGISTER_CHANGED = Reason(
    "REGISTER_CHANGED",
    Kind.PRECONDITION,
    "登记簿第{seq}条（{value}）与链不符：{problem}。内容可能被改动过，请勿采信，并向发布单位核对。",
)
REGISTER_HEAD = Reason(
    "REGISTER_HEAD", Kind.PRECONDITION, "登记簿的签名头与内容不符：{problem}。请向发布单位核对。"
)
REGISTER_SIGNER = Reason(
    "REGISTER_SIGNER", Kind.DENIED, "登记簿由公钥{value}签名，不是您信任的公钥，请向发布单位核对。"
)
REGISTER_ANCHOR = Reason(
    "REGISTER_ANCHOR",
    Kind.PRECONDITION,
    "登记簿与已公布的时间锚不符：第{seq}条应为{expected}，实为{found}。此前公布的内容被改动过。",
)
ANCHOR_BAD = Reason("ANCHOR_BAD", Kind.INVALID, "“{value}”不是时间锚：{problem}。")

_LINKED = (
    "content_sm3", "entry_no", "kind", "pool", "published_at", "region_code", "subject",
)  # fmt: skip
_ENTRY = {*_LINKED, "seq", "previous", "hash", "body", "withdrawn_by"}
_HEAD = {"format", "pool", "entries", "hash", "published_at", "signature", "key"}
_ANCHOR = re.compile(r"chspay-register/1 (\d{6}) (\d{1,12}) ([0-9a-f]{64}) (\S{1,40})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of the chain that was published elsewhere."""

    pool: str
    seq: int
    digest: str
    published_at: str

    def line(self) -> str:
        """As it stands in a git or a gazette."""
        return f"{FORMAT} {self.pool} {self.seq} {self.digest} {self.published_at}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds of a register."""

    pool: str
    entries: int
    withdrawn: int
    head: str
    published_at: str
    signer: str
    trusted: bool
    anchors: int


def stream_of(pool: str) -> str:
    """The journal a pool's entries are chained in."""
    return f"register/{pool}"


def body_bytes(title: str, content: Mapping[str, Any], redacted: Iterable[str], salt: str) -> bytes:
    """The one form of a body; its SM3 is what the chain commits to."""
    return canonical({"title": title, "content": dict(content), "redacted": sorted(redacted), "salt": salt})


def link_bytes(entry: Mapping[str, Any]) -> bytes:
    """What of an entry is chained: everything that stays when its body is withdrawn."""
    return canonical({name: entry[name] for name in _LINKED})


def head_bytes(head: Mapping[str, Any]) -> bytes:
    """What of a head is signed."""
    return canonical({name: head[name] for name in sorted(_HEAD - {"signature", "key"})})


def signed_head(anchor: Anchor, key: Sm2Key) -> dict[str, Any]:
    """The head of a register whose last link is ``anchor``."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "pool": anchor.pool,
        "entries": anchor.seq,
        "hash": anchor.digest,
        "published_at": anchor.published_at,
    }
    return head | {"signature": key.sign_raw(head_bytes(head)).hex(), "key": key.public_hex()}


def export_bytes(head: Mapping[str, Any], entries: list[dict[str, Any]]) -> bytes:
    """A whole register as a file; it has one form only, so that no byte of it can change unnoticed."""
    return canonical({"head": dict(head), "entries": entries})


def check(
    content: bytes, name: str, trusted: Collection[str] = (), anchors: Iterable[Anchor] = ()
) -> Checked:
    """Checks an exported register, every byte of it.

    :param content: as :func:`export_bytes` writes it.
    :param name: what it is called in a refusal.
    :param trusted: public keys (hex) one of which must have signed; empty: any key is taken as it comes.
    :param anchors: links published before, which the register must pass through.
    :raises Fault: REGISTER_FORMAT, REGISTER_CHANGED, REGISTER_HEAD, REGISTER_SIGNER, REGISTER_ANCHOR,
        SIGNATURE_BAD.
    """
    head, entries = _read(content, name)
    if trusted and head["key"] not in trusted:
        raise Fault(REGISTER_SIGNER, field="key", value=head["key"])
    links = _chain(head, entries)
    _check_withdrawals(entries)
    _check_head(head, entries, links)
    require_signature(head["key"], bytes.fromhex(head["signature"]), head_bytes(head), name)
    held = 0
    for anchor in anchors:
        if anchor.pool == head["pool"]:
            _check_anchor(anchor, links)
            held += 1
    gone = sum(1 for entry in entries if entry["body"] is None)
    return Checked(
        head["pool"], len(entries), gone, head["hash"], head["published_at"], head["key"], bool(trusted), held
    )


def anchors_in(text: str) -> list[Anchor]:
    """The anchors of a text, one a line; other lines (a heading, a signature) are passed over.

    :raises Fault: ANCHOR_BAD: a line begins as an anchor and is none, or there is none at all.
    """
    found = []
    for line in (line.strip() for line in text.splitlines()):
        match = _ANCHOR.match(line)
        if match:
            found.append(Anchor(match[1], int(match[2]), match[3], match[4]))
        elif line.startswith("chspay-register/"):
            raise Fault(ANCHOR_BAD, field="anchor", value=line, problem="格式不符")
    if not found:
        raise Fault(ANCHOR_BAD, field="anchor", value=text, problem=f"没有以“{FORMAT} ”开头的行")
    return found


def _read(content: bytes, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    try:
        data = json.loads(content)
        same = canonical(data) == content
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        raise Fault(REGISTER_FORMAT, value=name, problem="不能识别") from error
    if not isinstance(data, dict) or set(data) != {"head", "entries"}:
        raise Fault(REGISTER_FORMAT, value=name, problem="缺少签名头或条目")
    if not same:
        raise Fault(REGISTER_FORMAT, value=name, problem="不是规范写法，可能被改动过")
    head, entries = data["head"], data["entries"]
    if not isinstance(head, dict) or set(head) != _HEAD or head["format"] != FORMAT:
        raise Fault(REGISTER_FORMAT, value=name, problem="签名头不合规范")
    texts = [head[key] for key in _HEAD - {"entries"}]
    if not all(isinstance(text, str) for text in texts) or not _is_hex(head["signature"]):
        raise Fault(REGISTER_FORMAT, value=name, problem="签名头不合规范")
    if not isinstance(entries, list) or not all(
        isinstance(one, dict) and set(one) == _ENTRY for one in entries
    ):
        raise Fault(REGISTER_FORMAT, value=name, problem="条目不合规范")
    return head, entries


def _chain(head: Mapping[str, Any], entries: list[dict[str, Any]]) -> list[str]:
    """Every link from the first on; what does not follow is named."""
    previous, links = START, []
    stream = stream_of(str(head["pool"]))
    for seq, entry in enumerate(entries, start=1):
        if entry["pool"] != head["pool"]:
            raise _changed(seq, entry, "不属于这个统筹区")
        if entry["seq"] != seq or isinstance(entry["seq"], bool):
            raise _changed(seq, entry, "编号不连续，可能缺条")
        if entry["previous"] != previous.hex():
            raise _changed(seq, entry, "与上一条接不上")
        if entry["body"] is not None:
            body = entry["body"]
            if (
                not isinstance(body, str)
                or sm3_hex(body.encode("utf-8", "surrogatepass")) != entry["content_sm3"]
            ):
                raise _changed(seq, entry, "正文与其指纹不符")
        previous = batch_hash(stream, seq, previous, link_bytes(entry))
        if entry["hash"] != previous.hex():
            raise _changed(seq, entry, "本条的链值不符")
        links.append(previous.hex())
    return links


def _check_withdrawals(entries: list[dict[str, Any]]) -> None:
    """A body is missing exactly where a later entry of the chain withdraws it."""
    said = {
        entry["subject"]: entry["entry_no"]
        for entry in reversed(entries)
        if entry["kind"] == WITHDRAWAL
    }  # fmt: skip
    for seq, entry in enumerate(entries, start=1):
        by = said.get(entry["entry_no"], "")
        if entry["withdrawn_by"] != by or (entry["body"] is None) != bool(by):
            raise _changed(seq, entry, "正文缺失而没有撤回公告，或与撤回公告不符")


def _check_head(head: Mapping[str, Any], entries: list[dict[str, Any]], links: list[str]) -> None:
    last = links[-1] if links else START.hex()
    at = entries[-1]["published_at"] if entries else ""
    if head["entries"] != len(entries) or isinstance(head["entries"], bool):
        raise Fault(REGISTER_HEAD, problem=f"应有{head['entries']}条，实有{len(entries)}条")
    if (head["hash"], head["published_at"]) != (last, at):
        raise Fault(REGISTER_HEAD, problem="最后一条的链值或时间不同")


def _check_anchor(anchor: Anchor, links: list[str]) -> None:
    if not 0 < anchor.seq <= len(links):
        problem = f"没有（共{len(links)}条）"
        raise Fault(REGISTER_ANCHOR, seq=anchor.seq, expected=anchor.digest, found=problem)
    if links[anchor.seq - 1] != anchor.digest:
        raise Fault(REGISTER_ANCHOR, seq=anchor.seq, expected=anchor.digest, found=links[anchor.seq - 1])


def _changed(seq: int, entry: Mapping[str, Any], problem: str) -> Fault:
    return Fault(REGISTER_CHANGED, field=str(seq), value=entry["entry_no"], seq=seq, problem=problem)


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and re.fullmatch(r"[0-9a-f]*", text, re.ASCII) is not None
