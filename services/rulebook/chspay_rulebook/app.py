"""Use-cases of the rulebook: resolve, fetch, look up, list."""

from __future__ import annotations

import re
from datetime import date

from chspay_core.bundle import BUNDLE_BROKEN, Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Rule
from chspay_kit import paging
from chspay_rulebook import store
from chspay_rulebook.engine import catalogue
from chspay_rulebook.shelf import Shelf

BUNDLE_UNKNOWN = Reason(
    "BUNDLE_UNKNOWN", Kind.NOT_FOUND, "没有摘要为“{value}”的政策包，请检查摘要，或先按地区和日期查询一次。"
)
DIGEST_WRONG = Reason(
    "BUNDLE_DIGEST_WRONG", Kind.INVALID, "政策包摘要应为64位小写十六进制字符，收到“{value}”。"
)

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class Rulebook:
    """The policy store over one policy folder."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def resolve(self, place: str) -> Bundle:
        """Seals the bundle of a place and keeps it for ever; the same content is kept once."""
        bundle = await self._shelf.bundle(place)
        await store.keep(bundle)
        return bundle

    async def sealed(self, digest: str) -> bytes:
        """The bytes of a bundle that was resolved before.

        :raises Fault: BUNDLE_DIGEST_WRONG, BUNDLE_UNKNOWN; POLICY_BUNDLE_BROKEN when a row was changed.
        """
        if not _DIGEST.match(digest):
            raise Fault(DIGEST_WRONG, field="digest", value=digest)
        content = await store.find(digest)
        if content is None:
            raise Fault(BUNDLE_UNKNOWN, field="digest", value=digest)
        if sm3_hex(content) != digest:
            raise Fault(BUNDLE_BROKEN, field="digest", value="摘要不符")
        return content

    async def rule(self, place: str, day: date, key: str) -> tuple[Rule, str]:
        """One rule as it stands, and the digest of the bundle it stands in."""
        bundle = await self.resolve(place)
        return bundle.on(day).rule(key), bundle.digest

    async def rules(self, place: str, day: date, size: int, token: str) -> tuple[list[Rule], str]:
        """A page of the rules in force, by key; the token holds as long as the bundle is the same."""
        bundle = await self._shelf.bundle(place)
        query = ("rules", place, day, bundle.digest)
        items = [(rule.key, rule) for rule in bundle.on(day).rules()]
        found, after = catalogue.page(items, _after(query, token), paging.size(size))
        return found, paging.encode(query, [after]) if after else ""

    async def places(self, size: int, token: str) -> tuple[list[catalogue.Place], str]:
        """A page of the places, by code."""
        names, claims = await self._shelf.coverage()
        query = ("places",)
        items = [(place.code, place) for place in catalogue.places(names, claims)]
        found, after = catalogue.page(items, _after(query, token), paging.size(size))
        return found, paging.encode(query, [after]) if after else ""


def _after(query: tuple[object, ...], token: str) -> str:
    after = paging.decode(query, token)
    return str(after[0]) if after else ""
