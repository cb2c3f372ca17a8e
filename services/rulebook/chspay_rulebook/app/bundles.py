"""The law as it stands: resolve, fetch, look up, list, compare; documents, and how old the knowledge is."""

from __future__ import annotations

import re
from datetime import date, datetime

from chspay_core.bundle import BUNDLE_BROKEN, Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Document, Rule
from chspay_core.policy_check import Tree
from chspay_core.policy_diff import RuleChange, diff_bundles
from chspay_core.policy_stale import Stale, stale
from chspay_core.policy_tree import repealed_on
from chspay_core.regions import NATION, chain, check_code, contains
from chspay_kit import paging
from chspay_rulebook.engine import catalogue
from chspay_rulebook.shelf import Shelf
from chspay_rulebook.store import amendments, bundles

BUNDLE_UNKNOWN = Reason(
    "BUNDLE_UNKNOWN", Kind.NOT_FOUND, "没有摘要为“{value}”的政策包，请检查摘要，或先按地区和日期查询一次。"
)
DIGEST_WRONG = Reason(
    "BUNDLE_DIGEST_WRONG", Kind.INVALID, "政策包摘要应为64位小写十六进制字符，收到“{value}”。"
)

BUNDLES_OF_TWO_PLACES = Reason(
    "BUNDLES_OF_TWO_PLACES", Kind.INVALID, "两个政策包分属{first}和{value}，只能比较同一地区的政策包。"
)
DOCUMENT_UNKNOWN = Reason("DOCUMENT_UNKNOWN", Kind.NOT_FOUND, "没有登记代号为“{value}”的文件，请检查代号。")
YEARS_BAD = Reason("STALE_YEARS_BAD", Kind.INVALID, "测算值的有效年数应为0至100，收到{value}。")
#: How many years a measured value holds: the cycle at which groups are revised.
REVISION_YEARS = "grouping.revision_years"

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class Rulebook:
    """The policy store over one policy folder."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def resolve(self, place: str) -> Bundle:
        """Seals the bundle of a place and keeps it for ever; the same content is kept once."""
        bundle = await self._standing(place)
        await bundles.keep(bundle)
        return bundle

    async def _standing(self, place: str) -> Bundle:
        return await self._shelf.bundle(place, await amendments.standing(chain(place)))

    async def tree(self) -> Tree:
        """The whole policy as it stands, sound.

        :raises Fault: the first fault of a file or an amendment.
        """
        tree = await self._shelf.tree(await amendments.standing())
        if tree.shared.faults:
            raise tree.shared.faults[0]
        return tree

    async def sealed(self, digest: str) -> bytes:
        """The bytes of a bundle that was resolved before.

        :raises Fault: BUNDLE_DIGEST_WRONG, BUNDLE_UNKNOWN; POLICY_BUNDLE_BROKEN when a row was changed.
        """
        if not _DIGEST.match(digest):
            raise Fault(DIGEST_WRONG, field="digest", value=digest)
        content = await bundles.find(digest)
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
        bundle = await self._standing(place)
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

    async def used(self, place: str, size: int, token: str) -> tuple[list[bundles.Sealed], str]:
        """A page of the bundles that were used, newest first.

        :param place: empty means all.
        """
        if place:
            check_code(place)
        query, limit = ("bundles", place), paging.size(size)
        after = paging.decode(query, token)
        before = (datetime.fromisoformat(str(after[0])), str(after[1])) if after else bundles.NEWEST
        found = await bundles.page(place, before, limit + 1)
        shown = found[:limit]
        if len(found) <= limit:
            return shown, ""
        return shown, paging.encode(query, [shown[-1].sealed_at.isoformat(), shown[-1].digest])

    async def compare(self, before: str, after: str) -> list[RuleChange]:
        """What changed between two bundles of one place, by digest.

        :raises Fault: as :meth:`sealed`; BUNDLES_OF_TWO_PLACES.
        """
        first = Bundle.parse(await self.sealed(before), before)
        second = Bundle.parse(await self.sealed(after), after)
        if first.place != second.place:
            raise Fault(BUNDLES_OF_TWO_PLACES, field="after", value=second.place, first=first.place)
        units = {name: unit.label for name, unit in (await self.tree()).shared.units.items()}
        return diff_bundles(first, second, units)

    async def documents(self, size: int, token: str) -> tuple[list[catalogue.Registered], str]:
        """A page of the documents, by id."""
        registered = _registered(await self.tree())
        query = ("documents",)
        found, after = catalogue.page(
            [(item.document.id, item) for item in registered], _after(query, token), paging.size(size)
        )
        return found, paging.encode(query, [after]) if after else ""

    async def document(self, name: str) -> tuple[catalogue.Registered, list[Rule]]:
        """One document and every rule that cites it, by place, key and day.

        :raises Fault: DOCUMENT_UNKNOWN.
        """
        tree = await self.tree()
        known = next((item for item in _registered(tree) if item.document.id == name), None)
        if known is None:
            raise Fault(DOCUMENT_UNKNOWN, field="id", value=name)
        rules = [
            sourced.rule
            for group in tree.places.values()
            for sourced in group
            if sourced.rule.cite.partition("#")[0] == name
        ]
        return known, sorted(rules, key=lambda rule: (rule.place, rule.key, rule.since))

    async def stale(
        self, place: str, on: date, years: int, size: int, token: str
    ) -> tuple[list[Stale], str, int]:
        """A page of the rules in force and their age; and the years a measured value was given.

        :param place: this place and those inside it; empty means all.
        :raises Fault: STALE_YEARS_BAD; POLICY_MISSING when no years are given and the policy has none.
        """
        if not 0 <= years <= 100:
            raise Fault(YEARS_BAD, field="years", value=years)
        if place:
            check_code(place)
        tree = await self.tree()
        years = years or (await self._standing(NATION)).on(on).integer(REVISION_YEARS)
        asked = [code for code in tree.places if not place or contains(place, code)]
        rows = stale(tree, on, years, asked) if asked else []
        query = ("stale", place, on, years)
        found, after = catalogue.page(
            [(f"{item.place}/{item.key}", item) for item in rows], _after(query, token), paging.size(size)
        )
        return found, paging.encode(query, [after]) if after else "", years


def _registered(tree: Tree) -> list[catalogue.Registered]:
    documents: dict[str, Document] = tree.shared.documents
    successors = {old: item.id for item in documents.values() for old in item.replaces}
    return [
        catalogue.Registered(documents[name], repealed_on(name, documents), successors.get(name, ""))
        for name in sorted(documents)
    ]


def _after(query: tuple[object, ...], token: str) -> str:
    after = paging.decode(query, token)
    return str(after[0]) if after else ""
