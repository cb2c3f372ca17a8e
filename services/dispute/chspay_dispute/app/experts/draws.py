"""Batches of draws: opened with a commitment, closed with lists, drawn with a secret and a public beacon.

The secret never reaches us before the draw: the secretary keeps it and hands in its commitment. The beacon is
named when the batch opens and speaks after it has closed, so that nobody, the secretary and we included, can
know a panel while the lists can still change. Every step is published in the same transaction.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app import register
from chspay_dispute.app.cases.common import CASE, case_of, persons
from chspay_dispute.app.experts import seconds
from chspay_dispute.app.experts.access import PANEL_UNKNOWN, dated_id, overseer, secretary
from chspay_dispute.app.experts.common import shape_in
from chspay_dispute.app.experts.packs import pack_digest, pack_of
from chspay_dispute.app.experts.pool import Pool
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.experts import published
from chspay_dispute.engine.experts.conflict import Matter
from chspay_dispute.engine.experts.draw import draw, entries_of, list_digest, shape_of, sort_out, token
from chspay_dispute.engine.experts.gather import Checked, Told, check_draws
from chspay_dispute.engine.experts.stream import Stream, check_beacon, check_secret, commitment, seed
from chspay_dispute.engine.experts.terms import OPEN_SEAT, Terms, read_terms
from chspay_dispute.store.cases import StoredCase
from chspay_dispute.store.docket import NO_DAY
from chspay_dispute.store.experts import draws as store
from chspay_dispute.store.experts import panels
from chspay_dispute.store.experts.draws import Batch
from chspay_dispute.store.experts.panels import Seat, StoredPanel
from chspay_dispute.store.register import present
from chspay_kit import paging
from chspay_kit.auth import Claim
from chspay_kit.db import current_connection

BATCH_UNKNOWN = Reason("BATCH_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的抽取批次。")
BATCH_STATE = Reason("BATCH_STATE", Kind.PRECONDITION, "抽取批次现在是{value}，不能办理这一步。")
COMMITMENT_BAD = Reason("COMMITMENT_BAD", Kind.INVALID, "承诺应为64位小写十六进制数字。")
COMMITMENT_USED = Reason("COMMITMENT_USED", Kind.CONFLICT, "这个承诺已经用过，请换一个密值。")
BEACON_SOURCE = Reason("BEACON_SOURCE", Kind.INVALID, "请写明公开信标的来源（一行，至多200字）。")
BEACON_EARLY = Reason(
    "BEACON_EARLY", Kind.PRECONDITION, "公开信标须在名单关闭以后公布；{value}已过，请另开一批。"
)
BEACON_WAITS = Reason("BEACON_WAITS", Kind.PRECONDITION, "公开信标在{value}公布，此前不能抽取。")
SECRET_WRONG = Reason("SECRET_WRONG", Kind.PRECONDITION, "密值与开批时的承诺不符，不能抽取。")
BATCH_EMPTY = Reason("BATCH_EMPTY", Kind.INVALID, "请列出1至{most}个待抽取专家的案件，不重复。")
CASE_NOT_WAITING = Reason("CASE_NOT_WAITING", Kind.PRECONDITION, "案件{value}现在不需要抽取专家。")
SECRETARY_TOOK_PART = Reason(
    "SECRETARY_TOOK_PART", Kind.DENIED, "您参与过案件{value}的办理，不能为它抽取专家。"
)

_COMMITMENT = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_MOST_CASES = 100
#: Stage of a panel by the state of its case.
STAGES = {"PANEL_FORMING": "first", "PROV_REVIEW": "province", "RECONSIDER": "reconsider"}
_STATES = {"opened": "已承诺", "closed": "名单已关闭", "drawn": "已抽取"}
#: Where substitutes and those who join later stand among the places of a panel.
SUBSTITUTE_PLACE, ADDED_PLACE = 100, 1000


class Draws:
    """Draws panels."""

    def __init__(self, moves: Moves, pool: Pool) -> None:
        self._moves, self._pool = moves, pool

    async def waiting(self, pool: str) -> list[seconds.Waiting]:
        """Cases that need a panel and have none; of one pool also the decisions drawn for a second review."""
        overseer(pool)
        connection = await current_connection()
        found = [
            seconds.Waiting(case_no, of_pool, STAGES[state], due, _mdc(await case_of(connection, case_no)))
            for case_no, of_pool, state, due in await panels.waiting(connection, pool, 500)
        ]
        if pool:
            terms = read_terms(await self._moves.policies.policy(pool, self._moves.today()))
            for case_no in await seconds.due(connection, pool, terms):
                mdc = _mdc(await case_of(connection, case_no))
                found.append(seconds.Waiting(case_no, pool, seconds.SECOND, NO_DAY, mdc))
        return found

    async def open(
        self, request_id: str, pool: str, committed: str, source: str, beacon_at: datetime
    ) -> Batch:
        """A batch: the commitment is published, the lists are open.

        :raises Fault: COMMITMENT_*, BEACON_*, SECRETARY_HANDLES, DUTY_DENIED, REGION_DENIED.
        """
        claim, connection = secretary(pool), await current_connection()
        now = await present(connection)
        beacon_at = check_opening(committed, source, beacon_at, now)
        batch_id = dated_id("DB", now, request_id)
        new = Batch(
            batch_id, pool, pool, "opened", committed, source, beacon_at, "", "", "", "",
            claim.subject, now, None, None,
        )  # fmt: skip
        if not await store.put(connection, new):
            raise Fault(COMMITMENT_USED, field="commitment", value=committed)
        content = {
            "step": "opened", "batch_id": new.batch_id, "commitment": committed, "beacon_source": source,
            "beacon_at": instant(beacon_at),
        }  # fmt: skip
        await self._publish(connection, new, "draw_commitment", "专家抽取：承诺与信标", content)
        return new

    async def close(self, batch_id: str, case_nos: list[str]) -> Batch:
        """The lists of these cases are fixed and their digests published; the beacon has not spoken.

        :raises Fault: BATCH_*, BEACON_EARLY, CASE_*, SECRETARY_TOOK_PART, PANEL_SEAT_EMPTY, PANEL_IMPOSSIBLE.
        """
        connection, batch, claim = await self._locked(batch_id, "opened")
        now = await present(connection)
        if now >= batch.beacon_at:
            raise Fault(BEACON_EARLY, field="beacon_at", value=instant(batch.beacon_at))
        if not 0 < len(case_nos) <= _MOST_CASES or len(set(case_nos)) != len(case_nos):
            raise Fault(BATCH_EMPTY, field="case_nos", most=_MOST_CASES)
        policy = await self._moves.policies.policy(batch.pool, self._moves.today())
        terms = read_terms(policy)
        made = [
            await self._list(connection, batch, terms, case_no, claim, place)
            for place, case_no in enumerate(case_nos)
        ]
        heads = [(one.panel_id, one.list_digest, shape_in(one)) for one in made]
        digest = published.batch_digest(
            batch_id, batch.commitment, batch.beacon_source, instant(batch.beacon_at), heads
        )
        for one in made:
            await panels.put(connection, one)
        closed = replace(batch, state="closed", batch_digest=digest, closed_at=now)
        await store.moved(connection, closed)
        content = {
            "step": "closed", "batch_id": batch_id, "batch_digest": digest,
            "draws": [one.panel_id for one in made],
            "lists": [
                {"draw_id": one.panel_id, "list_digest": one.list_digest, "eligible": len(one.listed),
                 "kept_out": len(one.kept_out), "shape": shape_in(one).line()}
                for one in made
            ],
        }  # fmt: skip
        await self._publish(connection, closed, "draw_commitment", "专家抽取：名单摘要", content)
        return closed

    async def draw(self, batch_id: str, secret: str, beacon: str) -> Batch:
        """The secret is revealed, the beacon has spoken, the panels follow.

        :raises Fault: BATCH_*, BEACON_WAITS, SECRET_WRONG, DRAW_SECRET_BAD, DRAW_BEACON_BAD.
        """
        connection, batch, _ = await self._locked(batch_id, "closed")
        now = await present(connection)
        if now < batch.beacon_at:
            raise Fault(BEACON_WAITS, field="beacon", value=instant(batch.beacon_at))
        check_beacon(beacon)
        if commitment(check_secret(secret)) != batch.commitment:
            raise Fault(SECRET_WRONG, field="secret")
        found = seed(beacon, batch.batch_digest, secret)
        drawn = replace(batch, state="drawn", beacon=beacon, secret=secret, seed=found, drawn_at=now)
        rows = await panels.of_batch(connection, batch_id)
        parts = [await self._draw(connection, panel, found, now) for panel in rows]
        await store.moved(connection, drawn)
        content = {
            "step": "drawn", "batch_id": batch_id, "secret": secret, "beacon": beacon, "seed": found,
            "draws_digest": published.draws_digest(parts),
        }  # fmt: skip
        await self._publish(connection, drawn, "draw_reveal", "专家抽取：密值与信标", content)
        for part in parts:
            inner = {"step": "drawn", "batch_id": batch_id, "draw_id": part["draw_id"],
                     "draw": {name: value for name, value in part.items() if name != "replaced"}}  # fmt: skip
            await self._publish(connection, drawn, "draw_reveal", "专家抽取：名单与结果", inner)
        return drawn

    async def get(self, batch_id: str) -> tuple[Batch, list[str], list[str]]:
        """A batch, its panels, and the numbers of its register entries.

        :raises Fault: BATCH_UNKNOWN, DUTY_DENIED.
        """
        overseer("")
        connection = await current_connection()
        batch = await self._one(connection, batch_id)
        ids = [one.panel_id for one in await panels.of_batch(connection, batch_id)]
        return (
            batch,
            ids,
            await store.entry_numbers(connection, [f"draw/{name}" for name in (batch_id, *ids)]),
        )

    async def page(self, pool: str, size: int, token_: str) -> tuple[list[Batch], str]:
        """Batches, the newest first."""
        overseer(pool)
        query, wanted = ("batches", pool), paging.size(size)
        after = paging.decode(query, token_)
        found = await store.page(await current_connection(), pool, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].batch_id]) if more else ""

    async def explain(self, panel_id: str) -> StoredPanel:
        """The list of a panel, and who was kept out of it and why.

        :raises Fault: PANEL_UNKNOWN, DUTY_DENIED.
        """
        overseer("")
        found = await panels.one(await current_connection(), panel_id)
        if found is None:
            raise Fault(PANEL_UNKNOWN, field="panel_id", value=panel_id)
        return found

    async def verify(self, batch_id: str) -> tuple[Checked, list[StoredPanel]]:
        """The check anybody can make, from the register's entries only; any caller with a name may ask.

        :raises Fault: BATCH_UNKNOWN.
        """
        connection = await current_connection()
        told = await _told(connection, [f"draw/{batch_id}"])
        if not told:
            raise Fault(BATCH_UNKNOWN, field="batch_id", value=batch_id)
        ids = [name for one in told if one.content["step"] == "closed" for name in one.content["draws"]]
        told += await _told(connection, [f"draw/{name}" for name in ids])
        (found,) = check_draws(told)
        return found, await panels.of_batch(connection, batch_id)

    async def _list(
        self,
        connection: asyncpg.Connection,
        batch: Batch,
        terms: Terms,
        case_no: str,
        claim: Claim,
        place: int,
    ) -> StoredPanel:
        """A panel with its list; nobody is drawn yet."""
        row = await self._moves.locked(connection, CASE, case_no)
        stage = STAGES.get(row.state)
        if stage is None and case_no in await seconds.due(connection, batch.pool, terms):
            stage = seconds.SECOND
        before = await panels.of_case(connection, case_no)
        # A second review only measures the first: neither waits for the other.
        apart = [one for one in before if (one.stage == seconds.SECOND) == (stage == seconds.SECOND)]
        if stage is None or row.pool != batch.pool or any(one.state in panels.OPEN for one in apart):
            raise Fault(CASE_NOT_WAITING, field="case_nos", value=case_no)
        case, actors = await case_of(connection, case_no), await persons(connection, case_no)
        if claim.subject in actors.handlers:
            raise Fault(SECRETARY_TOOK_PART, field="case_nos", value=case_no)
        experts = await self._pool.eligible(connection, batch.pool, terms.load_months)
        matter = await _matter(connection, case, before, actors.handlers)
        eligible, kept_out = sort_out(experts, matter, terms, self._moves.today())
        shape, blind = shape_of(terms, fresh=stage != "first"), secrets.token_hex(32)
        panel_id = f"PN-{batch.batch_id.removeprefix('DB-')}-{place:03d}"
        entries = [entry for entry, _ in entries_of(eligible, terms, matter.mdc, blind, panel_id)]
        # A list from which no panel can come is refused now, not after the beacon has spoken.
        draw(entries, shape, Stream(secrets.token_hex(32), panel_id))
        pack = await pack_of(connection, case)
        return StoredPanel(
            panel_id=panel_id,
            batch_id=batch.batch_id,
            case_no=case_no,
            stage=stage,
            pool=batch.pool,
            region_code=batch.pool,
            state="listed",
            blind=blind,
            cost_fen=case.cost_fen,
            shape=asdict(shape),
            listed=[asdict(entry) for entry in entries],
            list_digest=list_digest(entries),
            kept_out=[{"expert_id": one.expert_id, **asdict(why)} for one, why in kept_out],
            drawn={},
            joined=False,
            pack=pack,
            pack_digest=pack_digest(pack),
            opinion={},
            result={},
            policy_digest=terms.policy.digest,
            due_day=row.due_day,
        )

    async def _draw(
        self, connection: asyncpg.Connection, panel: StoredPanel, found: str, now: datetime
    ) -> dict[str, Any]:
        entries, shape = [published.entry_of(one) for one in panel.listed], shape_in(panel)
        drawn = draw(entries, shape, Stream(found, panel.panel_id))
        part = published.draw_part(panel.panel_id, entries, shape, drawn)
        terms = read_terms(await self._moves.policies.policy(panel.pool, self._moves.today()))
        people = {
            token(panel.blind, panel.panel_id, f"expert:{one.expert_id}"): one.expert_id
            for one in await self._pool.eligible(connection, panel.pool, terms.load_months)
        }
        seats = [(name, who, place, "asked") for place, (name, who) in enumerate(drawn.panel)]
        for place, following in enumerate(drawn.substitutes):
            name = drawn.panel[place][0]
            seats += [
                (name, who, SUBSTITUTE_PLACE + 10 * place + at, "reserve") for at, who in enumerate(following)
            ]
        seats += [(OPEN_SEAT, who, ADDED_PLACE + at, "reserve") for at, who in enumerate(drawn.added)]
        await panels.put_seats(
            connection,
            [
                Seat(panel.panel_id, who, people[who], f"expert:{people[who]}", panel.region_code, name,
                     place, state, "", now, None)
                for name, who, place, state in seats
            ],
        )  # fmt: skip
        kept = {name: part[name] for name in ("panel", "substitutes", "added")}
        await panels.note(connection, panel.panel_id, state="drawn", drawn=kept)
        return part

    async def _locked(self, batch_id: str, state: str) -> tuple[asyncpg.Connection, Batch, Claim]:
        connection = await current_connection()
        found = await self._one(connection, batch_id, lock=True)
        claim = secretary(found.pool)
        if found.state != state:
            raise Fault(BATCH_STATE, field="batch_id", value=_STATES[found.state])
        return connection, found, claim

    async def _one(self, connection: asyncpg.Connection, batch_id: str, *, lock: bool = False) -> Batch:
        found = await store.one(connection, batch_id, lock=lock)
        if found is None:
            raise Fault(BATCH_UNKNOWN, field="batch_id", value=batch_id)
        return found

    async def _publish(
        self, connection: asyncpg.Connection, batch: Batch, kind: str, title: str, content: dict[str, Any]
    ) -> None:
        await register.publish(
            connection,
            kind=kind,
            subject=f"draw/{content.get('draw_id', batch.batch_id)}",
            pool=batch.pool,
            region_code=batch.pool,
            title=title,
            content=content,
        )


async def _matter(
    connection: asyncpg.Connection, case: StoredCase, before: list[StoredPanel], handlers: frozenset[str]
) -> Matter:
    """What is to be judged; who sat on an earlier panel that judged, or recused, is out."""
    seen = {subject.removeprefix("expert:") for subject in handlers}
    for panel in before:
        judged = panel.state != "dissolved"
        seats = await panels.seats(connection, panel.panel_id)
        seen |= {s.expert_id for s in seats if s.state == "recused" or (judged and s.state != "reserve")}
    known = case.content.get("facts") or {}
    stated = case.content.get("stated") or {}
    return Matter(
        matter_id=case.case_no,
        hospitals=frozenset({case.hospital_code}),
        communities=frozenset({known.get("community", "")} - {""}),
        mdc=_mdc(case),
        case_id=known.get("case_id", ""),
        suppliers=frozenset(stated.get("items", ())),
        seen_by=frozenset(seen),
    )


async def _told(connection: asyncpg.Connection, subjects: list[str]) -> list[Told]:
    return [
        Told(seq, instant(at), subject, orjson.loads(body)["content"])
        for seq, at, subject, body in await store.entries(connection, subjects)
    ]


def _mdc(case: StoredCase) -> str:
    """The letter of the category: of what was grouped, else the first of the group's code."""
    known = case.content.get("facts") or {}
    return str(known.get("mdc", ""))[-1:]


def instant(at: datetime) -> str:
    """An instant as it is published: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_opening(committed: str, source: str, beacon_at: datetime, now: datetime) -> datetime:
    """When the beacon speaks, in whole seconds: still to come; commitment and source have their form.

    :raises Fault: COMMITMENT_BAD, BEACON_SOURCE, BEACON_EARLY.
    """
    if not _COMMITMENT.match(committed):
        raise Fault(COMMITMENT_BAD, field="commitment", value=committed)
    if not 0 < len(source) <= 200 or source != source.strip() or not source.isprintable():
        raise Fault(BEACON_SOURCE, field="beacon_source")
    whole = beacon_at.astimezone(UTC).replace(microsecond=0)
    if whole <= now:
        raise Fault(BEACON_EARLY, field="beacon_at", value=instant(whole))
    return whole
