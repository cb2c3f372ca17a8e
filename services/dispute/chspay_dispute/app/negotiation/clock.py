"""What follows in a topic when a clock has run out."""

from __future__ import annotations

import asyncpg

from chspay_dispute.app.negotiation.adoption import Adoption
from chspay_dispute.app.negotiation.room import Room
from chspay_dispute.app.negotiation.session import Session
from chspay_dispute.app.negotiation.talking import Talking
from chspay_dispute.store.deadlines import Deadline
from chspay_dispute.store.docket import Row
from chspay_dispute.store.negotiation import topics
from chspay_kit.auth import Claim


class TopicClock:
    """Attends to the clocks of topics: consultation, vote, first day."""

    def __init__(self, room: Room, talking: Talking, session: Session, adoption: Adoption) -> None:
        self._room, self._talking, self._session, self._adoption = room, talking, session, adoption

    async def ran_out(
        self,
        connection: asyncpg.Connection,
        deadline: Deadline,  # noqa: ARG002 - the state says which clock it was
        row: Row,
        actor: Claim,  # noqa: ARG002 - every step here is the system's own
    ) -> str:
        """The step that follows by itself; empty when people have to act first."""
        topic = await topics.topic(connection, row.owner_id)
        if topic is None:
            return ""
        standing = await self._room.standing(connection, topic)
        if row.state == "CONSULT":
            return "close" if await self._talking.close(connection, standing) else ""
        if row.state == "VOTE":
            return await self._session.tally(connection, standing)
        if row.state == "PUBLISHED":
            await self._adoption.begin(connection, standing)
            return "effective"
        return ""
