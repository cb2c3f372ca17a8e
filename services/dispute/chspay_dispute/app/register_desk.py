"""The register at the desk: notices an office publishes by itself, withdrawals, and reading for everybody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.regions import check_code
from chspay_dispute.app import register
from chspay_dispute.app.register import ENTRY_UNKNOWN, KINDS, REGISTER_CONTENT, REGISTER_KIND, Entry
from chspay_dispute.store import register as store
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_kit.register import Anchor, export_bytes, signed_head
from chspay_kit.sm2 import Sm2Key

REGISTER_UNSIGNED = Reason(
    "REGISTER_UNSIGNED", Kind.PRECONDITION, "登记簿没有配置签名密钥（CHSPAY_REGISTER_KEY），不能出具签名头。"
)
REGISTER_EMPTY = Reason("REGISTER_EMPTY", Kind.NOT_FOUND, "统筹区{value}还没有公示。")
#: What an office may publish by itself; everything else is published by the step it belongs to.
_BY_HAND = ("notice", "violation")
_DUTIES = ("administration", "audit")
_EVERY = 1_000_000
_FIRST = (datetime.max.replace(tzinfo=UTC), "")


class Chain(NamedTuple):
    """A pool's register as a file, and its head."""

    content: bytes
    head: dict[str, Any]
    anchor: str


class RegisterDesk:
    """Publishes and reads.

    :param key: signs heads; without one nothing is exported.
    """

    def __init__(self, key: Sm2Key | None) -> None:
        self._key = key
        self._heads: dict[str, dict[str, Any]] = {}

    async def publish(self, pool: str, kind: str, title: str, content: str, redacted: Sequence[str]) -> Entry:
        """A notice or a finding of violations.

        :param content: a JSON object.
        :raises Fault: ROLE_DENIED, DUTY_DENIED, REGION_DENIED, REGISTER_*.
        """
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty(*_DUTIES)
        check_code(pool, "统筹区")
        claim.require_region(pool)
        if kind not in _BY_HAND:
            raise Fault(REGISTER_KIND, field="kind", value=kind, known="、".join(_BY_HAND))
        return await register.publish(
            await current_connection(),
            kind=kind,
            subject=f"office/{pool}",
            pool=pool,
            region_code=pool,
            title=title,
            content=_object(content),
            redacted=redacted,
        )

    async def withdraw(self, entry_no: str, reason: str, document: str) -> Entry:
        """Takes an entry back and says why.

        :raises Fault: ROLE_DENIED, DUTY_DENIED, REGION_DENIED, ENTRY_*, REGISTER_TEXT.
        """
        claim = current_claim()
        claim.require_role("bureau")
        claim.require_duty(*_DUTIES)
        claim.require_region((await self.entry(entry_no)).pool)
        return await register.withdraw(
            await current_connection(), entry_no=entry_no, reason=reason, document=document
        )

    async def entry(self, entry_no: str) -> Entry:
        """One entry.

        :raises Fault: ENTRY_UNKNOWN.
        """
        found = await store.one(await current_connection(), entry_no)
        if found is None:
            raise Fault(ENTRY_UNKNOWN, field="entry_no", value=entry_no)
        return register.entry_of(found)

    async def page(
        self, pool: str, kind: str, subject: str, size: int, token: str
    ) -> tuple[list[Entry], str]:
        """Entries, the newest first; an empty word means every one.

        :raises Fault: REGISTER_KIND, NOT_A_REGION, PAGE_*.
        """
        if kind and kind not in KINDS:
            raise Fault(REGISTER_KIND, field="kind", value=kind, known="、".join(KINDS))
        if pool:
            check_code(pool, "统筹区")
        query, wanted = ("register", pool, kind, subject), paging.size(size)
        after = paging.decode(query, token)
        before = (datetime.fromtimestamp(int(after[0]), UTC), str(after[1])) if after else _FIRST
        found = await store.page(await current_connection(), (pool, kind, subject), before, wanted + 1)
        rows = [register.entry_of(item) for item in found[:wanted]]
        if len(found) <= wanted:
            return rows, ""
        last = rows[-1]
        return rows, paging.encode(query, [int(last.published_at.timestamp()), last.entry_no])

    async def chain(self, pool: str) -> Chain:
        """A pool's whole register with its signed head.

        :raises Fault: REGISTER_EMPTY, REGISTER_UNSIGNED, NOT_A_REGION.
        """
        check_code(pool, "统筹区")
        found = await store.chain(await current_connection(), pool, 0, _EVERY)
        if not found:
            raise Fault(REGISTER_EMPTY, field="pool", value=pool)
        anchor = _anchor(found[-1])
        head = self._head(anchor)
        return Chain(export_bytes(head, [register.exported(item) for item in found]), head, anchor.line())

    async def heads(self) -> list[tuple[dict[str, Any], str]]:
        """The head of every pool's register, and its line for a gazette.

        :raises Fault: REGISTER_UNSIGNED.
        """
        anchors = [_anchor(item) for item in await store.heads(await current_connection())]
        return [(self._head(anchor), anchor.line()) for anchor in anchors]

    def _head(self, anchor: Anchor) -> dict[str, Any]:
        """Signed once for each link: a head is read more often than it changes."""
        if self._key is None:
            raise Fault(REGISTER_UNSIGNED)
        known = self._heads.get(anchor.pool)
        if known is None or known["hash"] != anchor.digest:
            known = self._heads[anchor.pool] = signed_head(anchor, self._key)
        return known


def _anchor(last: store.Stored) -> Anchor:
    return Anchor(last.pool, last.seq, last.hash.hex(), register.instant(last.published_at))


def _object(content: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Fault(REGISTER_CONTENT, field="content", most=256) from error
    if not isinstance(found, dict):
        raise Fault(REGISTER_CONTENT, field="content", most=256)
    return found
