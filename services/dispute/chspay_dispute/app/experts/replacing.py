"""Who follows a member that leaves a panel: one who recuses, is silent beyond the clock, or may not serve.

Who follows comes from the same draw, in its order. Whoever comes new judges first: an opinion and votes that
were there are dropped, and stay on file. When nobody is left to follow, the panel is dissolved and the case
waits for another draw.
"""

from __future__ import annotations

from typing import Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.cases.common import CASE
from chspay_dispute.app.experts.access import PANEL_UNKNOWN, secretary
from chspay_dispute.app.experts.common import body_of, in_state, members_of, shape_in, tell
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.experts import published
from chspay_dispute.engine.experts.draw import substitute
from chspay_dispute.engine.experts.record import Standing
from chspay_dispute.store.experts import panels as store
from chspay_dispute.store.experts import pool as experts
from chspay_dispute.store.experts.panels import Seat, StoredPanel
from chspay_kit.db import current_connection

MEMBER_UNKNOWN = Reason("PANEL_MEMBER_UNKNOWN", Kind.NOT_FOUND, "专家组里没有代号为“{value}”的成员。")
REPLACE_REASON = Reason("REPLACE_REASON", Kind.INVALID, "请写明更换专家的理由，至多200字。")
MEMBER_IN_TIME = Reason(
    "PANEL_MEMBER_IN_TIME", Kind.PRECONDITION, "这一步的期限到{value}，期限届满以前不能更换没有办理的专家。"
)
MEMBER_DONE = Reason(
    "PANEL_MEMBER_DONE", Kind.PRECONDITION, "代号为“{value}”的专家已经办理这一步，不能更换。"
)

#: Why a member is replaced, as the register says it; the reason in words stays with the seat.
RECUSED, OVERDUE, NOT_SERVING = "recused", "overdue", "not_serving"
_CLOCKS = {"drawn": "dispute.draw_wd", "scoring": "dispute.panel_wd", "opinion": "dispute.panel_wd"}


class Replacing:
    """Replaces members of panels at work."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def replace(self, panel_id: str, token: str, reason: str) -> None:
        """The secretary replaces a member who is silent beyond the clock, or whose standing has ended.

        :raises Fault: PANEL_UNKNOWN, PANEL_STATE, PANEL_MEMBER_*, REPLACE_REASON, DUTY_DENIED.
        """
        connection = await current_connection()
        panel = await store.one(connection, panel_id, lock=True)
        if panel is None:
            raise Fault(PANEL_UNKNOWN, field="panel_id", value=panel_id)
        secretary(panel.pool)
        in_state(panel, *_CLOCKS)
        if not reason.strip() or len(reason) > 200:
            raise Fault(REPLACE_REASON, field="reason")
        members = members_of(await store.seats(connection, panel_id))
        seat = next((one for one in members if one.token == token), None)
        if seat is None:
            raise Fault(MEMBER_UNKNOWN, field="token", value=token)
        ground = await self._ground(connection, panel, seat)
        await follow(self._moves, connection, panel, seat, reason.strip(), ground)
        if ground == OVERDUE:
            # Who follows has the whole clock again: he may not be replaced at once in his turn.
            policy = await self._moves.policies.policy(panel.pool, self._moves.today())
            due = self._moves.calendar.after(self._moves.today(), policy.integer(_CLOCKS[panel.state]))
            await store.note(connection, panel_id, due_day=due)

    async def _ground(self, connection: asyncpg.Connection, panel: StoredPanel, seat: Seat) -> str:
        known = await experts.one(connection, seat.expert_id)
        if known is None or known.standing != Standing.CONFIRMED or known.barred:
            return NOT_SERVING
        if await self._done(connection, panel, seat):
            raise Fault(MEMBER_DONE, field="token", value=seat.token)
        if self._moves.today() <= panel.due_day:
            raise Fault(MEMBER_IN_TIME, field="token", value=panel.due_day)
        return OVERDUE

    async def _done(self, connection: asyncpg.Connection, panel: StoredPanel, seat: Seat) -> bool:
        """Whether the member did what the state of the panel asks of him."""
        if panel.state == "drawn":
            return seat.state == "accepted"
        kept = store.sheets if panel.state == "scoring" else store.votes
        rows: list[Any] = list(await kept(connection, panel.panel_id))
        return any(one.token == seat.token for one in rows)


async def follow(
    moves: Moves, connection: asyncpg.Connection, panel: StoredPanel, seat: Seat, reason: str, ground: str
) -> None:
    """A member leaves; the substitute of the same draw follows, or the panel is dissolved."""
    seats = await store.seats(connection, panel.panel_id)
    gone = [one.token for one in seats if one.state == "recused"]
    entries = [published.entry_of(one) for one in panel.listed]
    drawn = published.drawn_of(panel.drawn)
    panel_now = [one.token for one in members_of(seats)]
    following = substitute(entries, shape_in(panel), drawn, panel_now, seat.token, gone)
    await store.note_seat(
        connection, panel.panel_id, seat.token, state="recused", reason=reason, place=seat.place
    )
    if following is None:
        await _dissolve(moves, connection, panel, seat, ground)
        return
    await store.note_seat(
        connection, panel.panel_id, following, state="asked", place=seat.place, seat=seat.seat
    )
    said: dict[str, Any] = {"out": seat.token, "in": following, "ground": ground}
    if panel.state == "opinion":
        # Who comes new judges first; the opinion waits for his sheet.
        said["ballots_dropped"] = len(await store.votes(connection, panel.panel_id))
        await store.drop_round(connection, panel)
    await tell(connection, panel, "replaced", said)


async def _dissolve(
    moves: Moves, connection: asyncpg.Connection, panel: StoredPanel, seat: Seat, ground: str
) -> None:
    await store.note(connection, panel.panel_id, state="dissolved")
    await tell(connection, panel, "dissolved", {"out": seat.token, "ground": ground})
    row = await moves.locked(connection, CASE, panel.case_no)
    if row.state == "PANEL_REVIEW" and panel.stage == "first":
        facts = {"recusal_ground": True, "no_substitute": True}
        await moves.move(
            connection, CASE, panel.case_no, "recuse", body_of(panel), facts, {"panel_id": panel.panel_id}
        )
