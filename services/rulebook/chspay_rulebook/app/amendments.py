"""Amendments from draft to publication: checked whole, each step by another person, every step journaled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import asyncpg

from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy_amendment import Amendment, read_amendment
from chspay_core.policy_check import COVERAGE_UNTRUE, Tree, check
from chspay_core.policy_diff import RuleChange, diff_bundles
from chspay_core.policy_files import PLACE_UNKNOWN
from chspay_core.policy_lint import Engines, Finding, lint
from chspay_core.policy_tree import Shared
from chspay_core.regions import check_code, contains, prefix
from chspay_kit import paging
from chspay_kit.auth import Claim, current_claim
from chspay_kit.journal import Chain
from chspay_rulebook.engine import amendments as life
from chspay_rulebook.engine import decisions as meeting
from chspay_rulebook.engine.amendments import Filed, State
from chspay_rulebook.shelf import TRIED, Amended, Shelf
from chspay_rulebook.store import amendments as store
from chspay_rulebook.store import bundles, decisions

MAX_CHARACTERS = 200_000
TOO_LONG = Reason("AMENDMENT_TOO_LONG", Kind.TOO_LARGE, "修订超过{most}字，请按内容拆成几份。")
NOTE_TOO_LONG = Reason("AMENDMENT_NOTE_TOO_LONG", Kind.INVALID, "说明最多2000字。")
_CHINA = ZoneInfo("Asia/Shanghai")
_MOST_NOTE = 2000


def china_today() -> date:
    """Today where legal days are counted."""
    return datetime.now(_CHINA).date()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a check of an amendment found.

    ``refusal`` is the first thing that stands in the way; amendment and bundles are there when the text
    could be read and applied.
    """

    findings: list[Finding]
    refusal: Fault | None
    changes: list[RuleChange]
    amendment: Amendment | None
    before: Bundle | None
    after: Bundle | None


class Amendments:
    """Amendments over one policy folder.

    :param engines: what the engines know, plugged in from outside.
    :param today: the legal day, China.
    """

    def __init__(self, shelf: Shelf, engines: Engines, today: Callable[[], date] = china_today) -> None:
        self._shelf = shelf
        self._engines = engines
        self._today = today

    async def check(self, content: str) -> Judged:
        """What the amendment would change and what speaks against it; writes nothing."""
        current_claim().require_role("bureau", "service")
        return await self._judge(content, await store.standing())

    async def draft(self, content: str) -> tuple[Filed, list[Finding]]:
        """Files an amendment and says what is to be thought about; faults refuse it.

        :raises Fault: ``POLICY_*``, ``AMENDMENT_*``, REGION_DENIED; the first of several.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        await store.lock()
        judged = await self._judge(content, await store.standing())
        amendment = _sound(judged)
        claim.require_region(amendment.place)
        if amendment.decided > self._today():
            raise Fault(
                life.AMENDMENT_DECIDED_LATER, field="decided", value=amendment.decided, today=self._today()
            )
        try:
            await store.file(amendment, sm3_hex(content.encode()))
        except asyncpg.UniqueViolationError as error:
            raise Fault(life.AMENDMENT_TAKEN, field="amendment", value=amendment.id) from error
        filed = await self._step(amendment.id, amendment.place, State.DRAFT, claim, "", content)
        return filed, judged.findings

    async def review(self, name: str, note: str) -> Filed:
        """Found right by another person than the author."""
        return await self._next(name, State.REVIEWED, note)

    async def approve(self, name: str, note: str) -> Filed:
        """Decided by a third person."""
        return await self._next(name, State.APPROVED, note)

    async def publish(self, name: str, note: str) -> tuple[Filed, Judged]:
        """Makes an approved amendment law, if it still fits the law of this moment.

        :raises Fault: ``POLICY_*``, AMENDMENT_REFUSED, AMENDMENT_TOO_EARLY, and those of a step.
        """
        await store.lock()
        filed, claim = await self._mine(name)
        life.check_step(filed, State.PUBLISHED, claim.subject)
        judged = await self._judge(filed.content, await store.standing())
        _sound(judged)
        if judged.before is None or judged.after is None:
            raise Fault(life.AMENDMENT_UNKNOWN, field="id", value=name)
        life.check_notice(filed, judged.before.on(self._today()))
        await store.publish(filed)
        await bundles.keep(judged.before)
        await bundles.keep(judged.after)
        done = await self._step(filed.id, filed.place, State.PUBLISHED, claim, note, filed.content)
        return done, judged

    async def withdraw(self, name: str, note: str) -> Filed:
        """Takes an amendment back; a published one only before it takes effect.

        :raises Fault: AMENDMENT_IN_EFFECT, AMENDMENT_BUILT_UPON, and those of a step.
        """
        await store.lock()
        filed, claim = await self._mine(name)
        life.check_step(filed, State.WITHDRAWN, claim.subject)
        if filed.state is State.PUBLISHED:
            life.check_retractable(filed, self._today())
            await self._check_nothing_rests_on(filed)
            await store.retract(filed.id)
        return await self._step(filed.id, filed.place, State.WITHDRAWN, claim, note, filed.content)

    async def get(self, name: str) -> Filed:
        """One amendment with its steps.

        :raises Fault: AMENDMENT_UNKNOWN.
        """
        found = await store.find(name)
        if found is None:
            raise Fault(life.AMENDMENT_UNKNOWN, field="id", value=name)
        return found

    async def page(self, place: str, state: State | None, size: int, token: str) -> tuple[list[Filed], str]:
        """A page of the amendments of a place and those inside it, by id."""
        start = prefix(place) if place else ""
        query, limit = ("amendments", place, state or ""), paging.size(size)
        after = paging.decode(query, token)
        found = await store.page(start, state or "", str(after[0]) if after else "", limit + 1)
        shown = found[:limit]
        return shown, paging.encode(query, [shown[-1].id]) if len(found) > limit else ""

    async def verify(self, place: str) -> Chain:
        """The chain of hashes over every step taken for a place, recomputed."""
        return await store.verify(check_code(place))

    async def _next(self, name: str, to: State, note: str) -> Filed:
        await store.lock()
        filed, claim = await self._mine(name)
        life.check_step(filed, to, claim.subject)
        return await self._step(filed.id, filed.place, to, claim, note, filed.content)

    async def _mine(self, name: str) -> tuple[Filed, Claim]:
        """The amendment, and the caller, who may act for its place."""
        claim = current_claim()
        claim.require_role("bureau", "service")
        filed = await self.get(name)
        claim.require_region(filed.place)
        return filed, claim

    async def _step(
        self, name: str, place: str, state: State, claim: Claim, note: str, content: str
    ) -> Filed:
        if len(note) > _MOST_NOTE:
            raise Fault(NOTE_TOO_LONG, field="note")
        digest = sm3_hex(content.encode())
        payload = life.journal_entry(name, place, digest, state, claim.subject, note)
        await store.step(name, place, state, claim.subject, note, payload)
        return await self.get(name)

    async def _judge(self, content: str, standing: Amended) -> Judged:
        if len(content) > MAX_CHARACTERS:
            raise Fault(TOO_LONG, field="content", most=MAX_CHARACTERS)
        before = await self._shelf.tree(standing)
        head, faults = await asyncio.to_thread(_head, before, content)
        if head is None:
            return _unreadable(faults)
        after = await self._shelf.tried(standing, head.place, content)
        return await self._decided(await asyncio.to_thread(self._compare, before, after, head))

    async def _decided(self, judged: Judged) -> Judged:
        """What the joint meeting must have decided, held to the record the amendment names."""
        amendment, before = judged.amendment, judged.before
        if judged.refusal is not None or amendment is None or before is None:
            return judged
        policy = before.on(self._today())
        rules = meeting.needs_decision(amendment, policy)
        found = await decisions.one(amendment.place, amendment.decision) if rules else None
        fault = meeting.objection(rules, amendment, found.decision if found else None, policy)
        if fault is None:
            return judged
        return replace(judged, refusal=fault, findings=[*judged.findings, _told(fault)])

    def _compare(self, before: Tree, after: Tree, amendment: Amendment) -> Judged:
        known = {str(fault) for fault in check(before, self._engines.methods)}
        new = [
            fault
            for fault in check(after, self._engines.methods)
            # What coverage.yaml claims may now be too modest; that does not make the rule wrong.
            if str(fault) not in known and fault.reason is not COVERAGE_UNTRUE
        ]
        if new:
            return _unreadable(new)
        places = [code for code in after.shared.names if contains(amendment.place, code)]
        day = max(amendment.begins, self._today())
        old = {_same(item) for item in lint(before, self._engines, day, places)}
        findings = [
            item
            for item in lint(after, self._engines, day, places)
            if _same(item) not in old and item.code != COVERAGE_UNTRUE.code
        ]
        first, second = (_sealed(tree, amendment.place) for tree in (before, after))
        units = {name: unit.label for name, unit in after.shared.units.items()}
        refused = next((_refusal(item) for item in findings if item.level == "fault"), None)
        return Judged(findings, refused, diff_bundles(first, second, units), amendment, first, second)

    async def _check_nothing_rests_on(self, filed: Filed) -> None:
        standing = await store.standing()
        own = [item for item in standing.get(filed.place, []) if item[0] != store.file_name(filed)]
        left: Mapping[str, list[tuple[str, str]]] = {**standing, filed.place: own}
        tree = await self._shelf.tree(left)
        if tree.shared.faults:
            raise Fault(
                life.AMENDMENT_BUILT_UPON, field="id", value=filed.id, why=tree.shared.faults[0].message
            )


def _sound(judged: Judged) -> Amendment:
    """The amendment, when nothing stands in its way.

    :raises Fault: what stands in the way first; a check lists the rest.
    """
    if judged.refusal is not None or judged.amendment is None:
        raise judged.refusal or Fault(life.AMENDMENT_REFUSED)
    return judged.amendment


def _unreadable(faults: list[Fault]) -> Judged:
    return Judged([_told(fault) for fault in faults], faults[0], [], None, None, None)


def _refusal(item: Finding) -> Fault:
    """A breach of the law text as a refusal that names place, key and document."""
    return Fault(
        life.AMENDMENT_REFUSED,
        field=item.key,
        value=item.code,
        place=item.place,
        document=item.document,
        why=item.words,
    )


def _head(before: Tree, content: str) -> tuple[Amendment | None, list[Fault]]:
    """The amendment read by itself, to know its place; and what keeps it from being read."""
    shared = Shared(
        documents=dict(before.shared.documents), units=before.shared.units, names=before.shared.names
    )
    amendment = read_amendment(content, TRIED, shared)
    if amendment is not None and amendment.place not in before.shared.names:
        return None, [Fault(PLACE_UNKNOWN, field="place", value=amendment.place)]
    return amendment, shared.faults


def _told(fault: Fault) -> Finding:
    document = fault.facts.get("document", "")
    place = fault.facts.get("place", "")
    return Finding("fault", fault.reason.code, place, fault.field, "", document, fault.message)


def _same(item: Finding) -> tuple[str, str, str, str]:
    return item.code, item.place, item.key, item.words


def _sealed(tree: Tree, place: str) -> Bundle:
    rules = [sourced.rule for group in tree.places.values() for sourced in group]
    return Bundle.seal(place, tree.shared.names, rules, tree.shared.documents, tree.shared.schemes)
