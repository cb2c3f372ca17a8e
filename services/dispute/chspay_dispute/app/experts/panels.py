"""A panel at work: declared, seated, judged alone, opened, one opinion, a vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.cases.common import CASE, case_of, type_of
from chspay_dispute.app.cases.filing import facts_of
from chspay_dispute.app.experts import deciding
from chspay_dispute.app.experts.access import (
    PANEL_UNKNOWN,
    expert,
    overseer,
    own_seat,
    secretary,
)
from chspay_dispute.app.experts.common import (
    SITS,
    counted,
    in_state,
    members_of,
    opinion_digest,
    shape_in,
    sheet_digest,
    sheet_of,
    tell,
)
from chspay_dispute.app.experts.packs import paper
from chspay_dispute.app.experts.replacing import RECUSED, follow
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.cases import outcome as case_outcome
from chspay_dispute.engine.experts import published
from chspay_dispute.engine.experts.draw import permitted
from chspay_dispute.engine.experts.panel import (
    OPINION_BAD,
    Avoidable,
    Next,
    Outcome,
    Sheet,
    after_sheets,
    check_items,
    check_reason,
    may_abstain,
)
from chspay_dispute.engine.experts.terms import Terms, read_terms
from chspay_dispute.store.attachments import StoredAttachment
from chspay_dispute.store.experts import panels as store
from chspay_dispute.store.experts import pool as experts
from chspay_dispute.store.experts.panels import Seat, StoredPanel, StoredSheet, StoredVote
from chspay_dispute.store.scope import act_as
from chspay_kit.db import current_connection
from chspay_kit.sm2 import require_signature

DECLARATION = Reason(
    "DECLARATION_NEEDED", Kind.PRECONDITION, "请先声明没有利害关系并承诺保密；有回避事由的，请申请回避。"
)
NOT_ALL_DECLARED = Reason("NOT_ALL_DECLARED", Kind.PRECONDITION, "还有{value}名专家没有声明，不能开始评议。")
PANEL_BROKEN = Reason("PANEL_BROKEN", Kind.PRECONDITION, "专家组不符合机构或等级的要求，请重新抽取。")
RECUSE_REASON = Reason("RECUSE_REASON", Kind.INVALID, "请写明回避的理由，至多200字。")
SHEET_TWICE = Reason("SHEET_TWICE", Kind.CONFLICT, "您已经提交过评分，不能更改。")
VOTE_TWICE = Reason("PANEL_VOTE_TWICE", Kind.CONFLICT, "您已经表决过，不能更改。")
VOTES_CAST = Reason("VOTES_CAST", Kind.PRECONDITION, "已经有人表决，合议意见不能再改。")
OPINION_CHANGED = Reason("OPINION_CHANGED", Kind.CONFLICT, "合议意见有变化，请重新查看以后再表决。")
ABSTAIN_TOO_MANY = Reason(
    "ABSTAIN_TOO_MANY", Kind.PRECONDITION, "再有人弃权就达不到法定人数；不能表决的，请申请回避。"
)


@dataclass(frozen=True, slots=True)
class View:
    """What an expert sees of his review."""

    seat: Seat
    panel: StoredPanel
    sheet_in: bool
    voted: bool
    own: StoredSheet | None
    sheets: tuple[StoredSheet, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A panel with everybody on it."""

    panel: StoredPanel
    members: tuple[Seat, ...]
    sheets: tuple[StoredSheet, ...]
    votes: tuple[StoredVote, ...]


class Panels:
    """Panels at work."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def reviews(self, *, open_only: bool) -> list[View]:
        """The caller's own reviews."""
        claim, connection = expert(), await current_connection()
        seats = await store.seats_of(connection, claim.subject)
        found = []
        for seat in seats:
            _, _, panel = await own_seat(seat.panel_id, "asked", "accepted", "recused")
            if not open_only or (panel.state in store.OPEN and seat.state in SITS):
                found.append(await self._view(connection, seat, panel))
            await act_as(connection, claim)
        return found

    async def review(self, panel_id: str) -> View:
        """A review with its blind pack.

        :raises Fault: REVIEW_UNKNOWN, DECLARATION_NEEDED.
        """
        connection, seat, panel = await own_seat(panel_id, "asked", "accepted")
        if seat.state == "asked":
            raise Fault(DECLARATION, field="panel_id", value=panel_id)
        return await self._view(connection, seat, panel)

    async def file(self, panel_id: str, file_id: str) -> tuple[StoredAttachment, bytes]:
        """A paper of the pack.

        :raises Fault: REVIEW_UNKNOWN, PAPER_UNKNOWN.
        """
        connection, _, panel = await own_seat(panel_id, "accepted")
        known = {one["file_id"] for one in panel.pack.get("files", [])}
        return await paper(connection, panel.case_no, file_id if file_id in known else "")

    async def declare(self, panel_id: str, *, no_conflict: bool, confidential: bool) -> View:
        """No tie as far as he can tell, and silence on what he reads.

        :raises Fault: DECLARATION_NEEDED, REVIEW_UNKNOWN, PANEL_STATE.
        """
        connection, seat, panel = await own_seat(panel_id, "asked", "accepted")
        in_state(panel, "drawn", "scoring")
        if not (no_conflict and confidential):
            raise Fault(DECLARATION, field="no_conflict")
        if seat.state == "asked":
            await store.note_seat(
                connection, panel_id, seat.token, state="accepted", declared_at=self._moves.now()
            )
        return await self._view(connection, await self._again(connection, seat), panel)

    async def recuse(self, panel_id: str, reason: str) -> View:
        """Steps down; the substitute of the same draw follows, or the panel is dissolved and drawn anew.

        :raises Fault: RECUSE_REASON, REVIEW_UNKNOWN, PANEL_STATE.
        """
        connection, seat, panel = await own_seat(panel_id, *SITS)
        in_state(panel, "drawn", "scoring", "opinion")
        if not reason.strip() or len(reason) > 200:
            raise Fault(RECUSE_REASON, field="reason")
        if await store.votes(connection, panel_id):
            raise Fault(VOTES_CAST, field="panel_id")
        await follow(self._moves, connection, panel, seat, reason.strip(), RECUSED)
        return View(seat, panel, False, False, None, ())

    async def seat(self, panel_id: str) -> Whole:
        """The secretary seats a panel whose members have all declared: the case goes under review.

        :raises Fault: PANEL_UNKNOWN, PANEL_STATE, NOT_ALL_DECLARED, PANEL_BROKEN, DUTY_DENIED.
        """
        connection, panel = await self._kept(panel_id)
        claim = secretary(panel.pool)
        in_state(panel, "drawn")
        members = members_of(await store.seats(connection, panel_id))
        missing = sum(one.state != "accepted" for one in members)
        if missing:
            raise Fault(NOT_ALL_DECLARED, field="panel_id", value=missing)
        entries = {one["token"]: published.entry_of(one) for one in panel.listed}
        if not permitted([entries[one.token] for one in members], shape_in(panel)):
            raise Fault(PANEL_BROKEN, field="panel_id", value=panel_id)
        row = await self._moves.locked(connection, CASE, panel.case_no)
        if panel.stage == "first":
            facts = {"draw_committed": True, "panel_valid": True, "recusals_declared": True}
            details = {"panel_id": panel_id, "batch_id": panel.batch_id, "list_digest": panel.list_digest}
            row = await self._moves.move(connection, CASE, panel.case_no, "draw", claim, facts, details)
        await store.note(connection, panel_id, state="scoring", due_day=row.due_day)
        return await self._whole(connection, panel_id)

    async def score(self, panel_id: str, sheet: Sheet) -> View:
        """The caller's sheet; it stays closed until all are in.

        :raises Fault: SHEET_BAD, SHEET_TWICE, REVIEW_UNKNOWN, PANEL_STATE.
        """
        connection, seat, panel = await own_seat(panel_id, "accepted")
        in_state(panel, "scoring")
        sheet.check(panel.cost_fen)
        content = asdict(sheet) | {"conclusion": sheet.conclusion.value}
        new = StoredSheet(
            seat.token,
            seat.subject,
            content,
            sheet_digest(panel_id, seat.token, content),
            self._moves.today(),
        )
        if not await store.put_sheet(connection, seat, new):
            raise Fault(SHEET_TWICE, field="panel_id", value=panel_id)
        await self._after_sheet(connection, panel)
        panel = await store.one(connection, panel_id) or panel
        return await self._view(connection, seat, panel)

    async def propose(self, panel_id: str, opinion: dict[str, Any]) -> dict[str, Any]:
        """The panel's opinion, by any member, until the first vote.

        :raises Fault: OPINION_BAD, OUTCOME_NOT_OPEN, DECISION_BAD, VOTES_CAST, PANEL_STATE.
        """
        connection, _, panel = await own_seat(panel_id, "accepted")
        in_state(panel, "opinion")
        if await store.votes(connection, panel_id):
            raise Fault(VOTES_CAST, field="panel_id")
        await self._check_opinion(connection, panel, opinion)
        digest = opinion_digest(panel, await counted(connection, panel_id), opinion)
        kept = dict(opinion) | {"digest": digest}
        await store.note(connection, panel_id, opinion=kept)
        return kept

    async def prepare(self, panel_id: str, vote: str) -> tuple[str, bool]:
        """What a vote signs, and whether a signature is needed.

        :raises Fault: OPINION_BAD, REVIEW_UNKNOWN, PANEL_STATE.
        """
        connection, seat, panel = await own_seat(panel_id, "accepted")
        in_state(panel, "opinion")
        known = await experts.one(connection, seat.expert_id)
        return _ballot(panel, seat, vote), bool(known and known.public_key)

    async def vote(self, panel_id: str, vote: str, digest: str, signature: str) -> tuple[View, Whole]:
        """A vote; the last one concludes.

        :raises Fault: PANEL_VOTE_TWICE, OPINION_CHANGED, ABSTAIN_TOO_MANY, SIGNATURE_BAD, PANEL_STATE.
        """
        connection, seat, panel = await own_seat(panel_id, "accepted")
        in_state(panel, "opinion")
        if _ballot(panel, seat, vote) != digest:
            raise Fault(OPINION_CHANGED, field="digest")
        known = await experts.one(connection, seat.expert_id)
        key = known.public_key if known else ""
        if key:
            require_signature(key, deciding.hex_bytes(signature), digest.encode(), "选票")
        terms = await self._terms(panel)
        members = members_of(await store.seats(connection, panel_id))
        cast = await store.votes(connection, panel_id)
        abstained = sum(one.vote == "abstain" for one in cast)
        if vote == "abstain" and not may_abstain(abstained, len(members), terms.quorum):
            raise Fault(ABSTAIN_TOO_MANY, field="vote")
        new = StoredVote(
            seat.token, seat.subject, vote, digest, key, signature if key else "", self._moves.today()
        )
        if not await store.put_vote(connection, seat, new):
            raise Fault(VOTE_TWICE, field="panel_id", value=panel_id)
        if len(cast) + 1 == len(members):
            await deciding.conclude(self._moves, connection, panel, terms)
        panel = await store.one(connection, panel_id) or panel
        return await self._view(connection, seat, panel), await self._whole(connection, panel_id)

    async def get(self, panel_id: str) -> Whole:
        """A panel, for who keeps the pool or audits it.

        :raises Fault: PANEL_UNKNOWN, DUTY_DENIED.
        """
        overseer("")
        connection, panel = await self._kept(panel_id)
        return await self._whole(connection, panel.panel_id)

    async def _after_sheet(self, connection: asyncpg.Connection, panel: StoredPanel) -> None:
        """When all sheets are in: the opinion, two more experts, or the province."""
        members = members_of(await store.seats(connection, panel.panel_id))
        sheets = await counted(connection, panel.panel_id)
        if len(sheets) < len(members):
            return
        terms = await self._terms(panel)
        step = after_sheets(
            [sheet_of(one.content) for one in sheets], len(members), terms.spread, joined=panel.joined
        )
        if step is Next.ADD and not panel.drawn["added"]:
            step = Next.PROVINCE
        if step is Next.PROVINCE and panel.stage == "province":
            # Nobody stands above the provincial panel: it decides by its vote.
            step = Next.OPINION
        if step is Next.ADD:
            for place, token in enumerate(panel.drawn["added"], start=len(members)):
                await store.note_seat(connection, panel.panel_id, token, state="asked", place=place)
            await store.note(connection, panel.panel_id, joined=True)
            await tell(connection, panel, "joined", {"added": panel.drawn["added"]})
        elif step is Next.OPINION:
            await store.note(connection, panel.panel_id, state="opinion")
        else:
            await store.note(connection, panel.panel_id, state="province")
            await tell(connection, panel, "province", {})

    async def _check_opinion(
        self, connection: asyncpg.Connection, panel: StoredPanel, opinion: Mapping[str, Any]
    ) -> None:
        if opinion["outcome"] not in set(Outcome):
            raise Fault(
                OPINION_BAD, field="结论", value=opinion["outcome"], why=f"可用：{'、'.join(Outcome)}"
            )
        check_reason(opinion["reason_code"], Outcome(opinion["outcome"]))
        check_items([Avoidable(**one) for one in opinion["avoidable"]], panel.cost_fen, OPINION_BAD)
        case = await case_of(connection, panel.case_no)
        policy = await self._moves.policies.policy(case.pool, self._moves.today())
        decision = deciding.decision_of(opinion)
        remedies = type_of(policy, case.type).remedies
        case_outcome.check(decision, case.type, remedies, facts_of(case))

    async def _view(self, connection: asyncpg.Connection, seat: Seat, panel: StoredPanel) -> View:
        sheets = await counted(connection, panel.panel_id)
        votes = await store.votes(connection, panel.panel_id)
        own = next((one for one in sheets if one.token == seat.token), None)
        opened = panel.state in ("opinion", "concluded", "province")
        return View(
            seat,
            panel,
            own is not None,
            any(one.token == seat.token for one in votes),
            own,
            tuple(sheets) if opened else (),
        )

    async def _again(self, connection: asyncpg.Connection, seat: Seat) -> Seat:
        return await store.seat_of(connection, seat.panel_id, seat.subject) or seat

    async def _kept(self, panel_id: str) -> tuple[asyncpg.Connection, StoredPanel]:
        connection = await current_connection()
        panel = await store.one(connection, panel_id, lock=True)
        if panel is None:
            raise Fault(PANEL_UNKNOWN, field="panel_id", value=panel_id)
        return connection, panel

    async def _whole(self, connection: asyncpg.Connection, panel_id: str) -> Whole:
        panel = await store.one(connection, panel_id)
        if panel is None:
            raise Fault(PANEL_UNKNOWN, field="panel_id", value=panel_id)
        members = members_of(await store.seats(connection, panel_id))
        sheets = await counted(connection, panel_id)
        return Whole(panel, tuple(members), tuple(sheets), tuple(await store.votes(connection, panel_id)))

    async def _terms(self, panel: StoredPanel) -> Terms:
        return read_terms(await self._moves.policies.policy(panel.pool, self._moves.today()))


def _ballot(panel: StoredPanel, seat: Seat, vote: str) -> str:
    """What a vote signs.

    :raises Fault: OPINION_BAD.
    """
    if vote not in published.VOTES or not panel.opinion:
        known = "、".join(published.VOTES)
        raise Fault(OPINION_BAD, field="表决", value=vote, why=f"先要有合议意见；可用：{known}")
    return published.ballot_digest(panel.panel_id, seat.token, vote, panel.opinion["digest"])
