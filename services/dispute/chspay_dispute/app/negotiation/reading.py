"""A topic as its reader may see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chspay_core.errors import Fault, Kind
from chspay_core.policy import canonical_json
from chspay_dispute.app.negotiation.admission import refusals
from chspay_dispute.app.negotiation.impact import impact_facts
from chspay_dispute.app.negotiation.opening import Opening
from chspay_dispute.app.negotiation.room import OWNER, Room, Standing, office
from chspay_dispute.app.negotiation.talking import Talking
from chspay_dispute.engine.negotiation.proposal import Difference, Proposal, read_proposal
from chspay_dispute.store import docket
from chspay_dispute.store.docket import Row
from chspay_dispute.store.negotiation import votes
from chspay_dispute.store.negotiation.topics import Paper, Topic
from chspay_dispute.store.scope import act_as
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection

#: Papers whose facts say how much of each group every hospital treats.
_BY_HOSPITAL: Final = ("snapshot",)


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with what it changes and, when known, its effect as far as it is shown."""

    number: int
    paper: Paper
    proposal: Proposal
    differences: tuple[Difference, ...]
    impact: Mapping[str, Any] | None
    impact_digest: str
    not_admitted: str


@dataclass(frozen=True, slots=True)
class View:
    """A topic with everything its reader may see."""

    topic: Topic
    row: Row
    papers: list[tuple[Paper, bytes]]
    proposals: list[Shown]


class Reading:
    """Reads topics."""

    def __init__(self, room: Room, talking: Talking) -> None:
        self._room, self._talking = room, talking
        self._opening = Opening(room)

    async def view(self, topic_id: str) -> View:
        """A topic; a hospital without a seat sees its own row of every effect and of the data.

        :raises Fault: TOPIC_UNKNOWN.
        """
        claim = current_claim()
        connection, standing = await self._room.enter(topic_id)
        found = await votes.council(connection, standing.topic.pool, self._room.today())
        seated = found is not None and any(
            seat["subject"] == claim.subject for seat in json.loads(found.content)
        )
        whole = claim.role != "hospital" or seated
        papers = [(_seen(paper, claim), _facts(paper, claim, whole=whole)) for paper in standing.papers]
        proposals, refused = [], refusals(standing)
        for paper in standing.all("proposal"):
            proposal = read_proposal(paper.facts)
            sealed = standing.impacts.get(paper.seq)
            facts = None if sealed is None else _own(impact_facts(sealed), claim, whole=whole)
            proposals.append(
                Shown(
                    paper.seq, paper, proposal, await self._differences(standing, proposal), facts,
                    "" if sealed is None else sealed.digest, refused.get(paper.seq, ""),
                )
            )  # fmt: skip
        return View(standing.topic, standing.row, papers, proposals)

    async def page(self, pool: str, size: int, token: str) -> tuple[list[tuple[Topic, Row]], str]:
        """A page of topics with where they stand."""
        found, more = await self._opening.page(pool, size, token)
        connection, rows = await current_connection(), []
        for topic in found:
            await act_as(connection, office(topic.pool))
            row = await docket.one(connection, OWNER, topic.topic_id)
            if row is not None:
                rows.append((topic, row))
        return rows, more

    async def _differences(self, standing: Standing, proposal: Proposal) -> tuple[Difference, ...]:
        """What a proposal changes; nothing any more once it is in force."""
        try:
            return await self._talking.changes(standing, proposal)
        except Fault as fault:
            if fault.reason.kind is not Kind.INVALID:
                raise
            return ()


def _own(facts: Mapping[str, Any], claim: Claim, *, whole: bool) -> Mapping[str, Any]:
    if whole:
        return facts
    rows = [row for row in facts.get("rows", ()) if row["hospital_code"] == claim.institution]
    return {**facts, "rows": rows}


def _seen(paper: Paper, claim: Claim) -> Paper:
    """A paper without whose examination it is: no hospital may turn to an expert, seat or no seat."""
    if claim.role != "hospital":
        return paper
    if paper.kind == "panel":
        return replace(paper, text="")
    return replace(paper, by="") if paper.kind == "expert" else paper


def _facts(paper: Paper, claim: Claim, *, whole: bool) -> bytes:
    if claim.role == "hospital" and paper.kind == "panel":
        fields = sorted(set(json.loads(paper.facts)["members"].values()))
        return canonical_json({"fields": fields})
    if whole or paper.kind not in _BY_HOSPITAL:
        return paper.facts
    facts, own = json.loads(paper.facts), claim.institution
    volumes = {code: count for code, count in facts["volumes"].items() if code == own}
    groups = {
        group: {code: count for code, count in cases.items() if code == own}
        for group, cases in facts["groups"].items()
    }
    return canonical_json({**facts, "volumes": volumes, "groups": groups})
