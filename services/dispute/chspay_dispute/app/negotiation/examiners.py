"""The experts who examine a topic 论证专家: of the pool's list, of every field, of no seat's institution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.negotiation.room import Room, Standing
from chspay_dispute.engine.experts.record import Standing as Kept
from chspay_dispute.store.experts import pool as experts

FIELDS: Final = {"clinical": "临床", "statistics": "统计", "coding": "编码", "management": "管理"}
PANEL_WRONG = Reason(
    "PANEL_WRONG", Kind.INVALID, "论证专家应一人一个领域，四个领域（{known}）都有人；还缺：{value}。"
)
PANEL_EXPERT = Reason("PANEL_EXPERT", Kind.INVALID, "“{value}”不能担任论证专家：{why}。")


async def examiners(
    room: Room, connection: asyncpg.Connection, standing: Standing, panel: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Field by subject of a whole panel; an incomplete one could never conclude.

    :raises Fault: PANEL_WRONG, PANEL_EXPERT, COUNCIL_NONE.
    """
    members = dict(panel)
    missing = FIELDS.keys() - set(members.values())
    if len(members) < len(panel) or missing or not set(members.values()) <= FIELDS.keys():
        value = "、".join(text for field, text in FIELDS.items() if field in missing) or "无"
        raise Fault(PANEL_WRONG, field="panel", value=value, known="、".join(FIELDS))
    seats = {seat.institution for seat in await room.council(connection, standing.topic.pool)}
    for subject in members:
        found = await experts.of_subject(connection, subject)
        if found is None or found.pool != standing.topic.pool or found.standing != Kept.CONFIRMED:
            raise Fault(PANEL_EXPERT, field="panel", value=subject, why="不是本统筹区专家库已确认的专家")
        if not found.term_since <= room.today() < found.term_until:
            raise Fault(PANEL_EXPERT, field="panel", value=subject, why="不在聘期内")
        if found.institution in seats:
            raise Fault(PANEL_EXPERT, field="panel", value=subject, why="所在机构有协商代表席位")
    return members
