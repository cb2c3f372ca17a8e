"""How a panel's vote becomes a decision of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_dispute.app.cases.common import CASE, case_of, persons, type_of
from chspay_dispute.app.cases.effects import plain_decision
from chspay_dispute.app.experts.access import PANEL_UNKNOWN
from chspay_dispute.app.experts.common import body_of, counted, members_of, sheet_digest, tell
from chspay_dispute.app.moves import Moves
from chspay_dispute.engine.cases.outcome import OUTCOMES, Decision
from chspay_dispute.engine.experts import published
from chspay_dispute.engine.experts.panel import REASON_CODES, Outcome, as_it_stands
from chspay_dispute.engine.experts.panel import conclude as conclude_vote
from chspay_dispute.engine.experts.published import Ballot, Finding
from chspay_dispute.engine.experts.terms import Terms
from chspay_dispute.store.experts import panels as store
from chspay_dispute.store.experts.panels import StoredPanel
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_kit.sm2 import Sm2Key

NOT_CONCLUDED = Reason("PANEL_NOT_CONCLUDED", Kind.PRECONDITION, "专家组{value}还没有作出结论。")
PANEL_ADOPTED = Reason("PANEL_NOT_TO_ADOPT", Kind.PRECONDITION, "案件{value}现在不需要采纳这个专家组的结论。")
#: Which state of the case a panel's conclusion is taken over in, and the guards it answers.
_ADOPTED_IN = {"province": "PROV_REVIEW", "reconsider": "RECONSIDER"}


async def conclude(moves: Moves, connection: asyncpg.Connection, panel: StoredPanel, terms: Terms) -> None:
    """Counts the votes, publishes them under their tokens, and concludes the case of a first panel.

    :raises Fault: BALLOTS_MISSING, QUORUM_MISSED, and what the case refuses.
    """
    cast = await store.votes(connection, panel.panel_id)
    members = members_of(await store.seats(connection, panel.panel_id))
    ballots = [Ballot(one.token, one.vote, one.digest) for one in cast]
    opinion = panel.opinion
    remedies = type_of(terms.policy, (await case_of(connection, panel.case_no)).type).remedies
    result = conclude_vote(
        Outcome(opinion["outcome"]), ballots, len(members), terms.threshold, terms.quorum,
        as_it_stands(remedies),
    )  # fmt: skip
    threshold = str(terms.threshold)
    digest = published.votes_digest(panel.panel_id, opinion["digest"], threshold, ballots)
    sheets = [one.digest for one in await counted(connection, panel.panel_id)]
    evidence = sm3_hex(canonical_json([panel.pack_digest, sheets, opinion["digest"], digest]))
    kept = {
        "passed": result.passed,
        "outcome": result.outcome.value,
        "yes": result.yes,
        "no": result.no,
        "abstain": result.abstain,
        "votes_digest": digest,
        "threshold": threshold,
        "evidence": evidence,
        "reason_code": opinion["reason_code"] if result.passed else "",
        "concluded_on": moves.today().isoformat(),
    }
    await store.note(connection, panel.panel_id, state="concluded", result=kept)
    votes = {
        "opinion": opinion["digest"],
        "threshold": threshold,
        "passed": result.passed,
        "ballots": [{"token": one.token, "vote": one.vote, "digest": one.digest} for one in ballots],
        "digest": digest,
    }
    said = {
        "votes": votes,
        "outcome": result.outcome.value,
        "reason_code": kept["reason_code"],
        "evidence": evidence,
    }
    await tell(connection, panel, "decided", said)
    if panel.stage == "first":
        facts = {"scores_complete": True, "quorum_met": True, "majority_reached": True}
        details = _details(panel, kept)
        await moves.move(connection, CASE, panel.case_no, "conclude", body_of(panel), facts, details)


async def adopt(moves: Moves, panel_id: str) -> StoredPanel:
    """The office takes the conclusion of a provincial or a fresh panel over into the case.

    :raises Fault: PANEL_UNKNOWN, PANEL_NOT_CONCLUDED, PANEL_NOT_TO_ADOPT, EVENT_ROLE, GUARD_FAILED.
    """
    claim, connection = current_claim(), await current_connection()
    claim.require_role("bureau")
    claim.require_duty("handling")
    panel = await store.one(connection, panel_id, lock=True)
    if panel is None:
        raise Fault(PANEL_UNKNOWN, field="panel_id", value=panel_id)
    if panel.state != "concluded":
        raise Fault(NOT_CONCLUDED, field="panel_id", value=panel_id)
    row = await moves.locked(connection, CASE, panel.case_no)
    if _ADOPTED_IN.get(panel.stage) != row.state:
        raise Fault(PANEL_ADOPTED, field="panel_id", value=panel.case_no)
    handlers = (await persons(connection, panel.case_no)).handlers
    fresh = not await _sat_before(connection, panel)
    facts = {
        "provincial_panel": fresh and panel.stage == "province",
        "fresh_panel": fresh and panel.stage == "reconsider",
        "handlers_apart": claim.subject not in handlers,
    }
    await moves.move(connection, CASE, panel.case_no, "conclude", claim, facts, _details(panel, panel.result))
    return panel


async def inner_findings(panels: list[StoredPanel]) -> list[Finding]:
    """What does not hold of sheets, opinions and signatures, which only the office can check."""
    connection, found = await current_connection(), []
    for panel in panels:
        sheets = await store.sheets(connection, panel.panel_id)
        for sheet in sheets:
            if sheet_digest(panel.panel_id, sheet.token, sheet.content) != sheet.digest:
                found.append(Finding("SHEET", panel.panel_id, f"{sheet.token}的评分表被改动过"))
        for vote in await store.votes(connection, panel.panel_id):
            opinion = panel.opinion.get("digest", "")
            right = vote.digest == published.ballot_digest(panel.panel_id, vote.token, vote.vote, opinion)
            if not right:
                found.append(Finding("BALLOT", panel.panel_id, f"{vote.token}的选票被改动过"))
            signed = hex_bytes(vote.signature)
            if vote.public_key and not Sm2Key.from_public_hex(vote.public_key).verify_raw(
                signed, vote.digest.encode()
            ):
                found.append(Finding("SIGNATURE", panel.panel_id, f"{vote.token}的签名不符"))
    return found


def decision_of(opinion: Mapping[str, Any]) -> Decision:
    """An opinion as a decision of the case."""
    return Decision(
        outcome=opinion["outcome"],
        reasons=f"{REASON_CODES[opinion['reason_code']]}。{opinion['reasons']}",
        cites=tuple(opinion["cites"]),
        unreasonable_fen=sum(one["amount_fen"] for one in opinion["avoidable"]),
        points_micro=opinion["points_micro"],
        drg=opinion["drg"],
        restored_fen=opinion["restored_fen"],
    )


def hex_bytes(text: str) -> bytes:
    """Hex digits as bytes; what is none reads as an empty signature, which no key has made."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _details(panel: StoredPanel, result: Mapping[str, Any]) -> dict[str, Any]:
    decision = decision_of(panel.opinion)
    if not result["passed"]:
        decision = Decision(
            outcome=result["outcome"],
            reasons=f"合议意见没有获得超过规定比例的赞成票，{OUTCOMES[result['outcome']]}。",
            cites=decision.cites,
        )
    return {
        "decision": plain_decision(decision),
        "panel_id": panel.panel_id,
        "evidence": result["evidence"],
        "votes_digest": result["votes_digest"],
        "reason_code": result["reason_code"],
    }


async def _sat_before(connection: asyncpg.Connection, panel: StoredPanel) -> bool:
    """Whether a member of the panel sat on an earlier one of the case."""
    now = {one.expert_id for one in members_of(await store.seats(connection, panel.panel_id))}
    for other in await store.of_case(connection, panel.case_no):
        if other.panel_id != panel.panel_id and other.state == "concluded":
            before = members_of(await store.seats(connection, other.panel_id))
            if now & {one.expert_id for one in before}:
                return True
    return False
