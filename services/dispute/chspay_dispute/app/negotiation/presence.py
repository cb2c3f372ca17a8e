"""Who has come: every delegate says so himself, with the key of his seat, before a vote counts on him."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.negotiation.room import Room, Standing, facts_of
from chspay_dispute.engine.negotiation.ballot import attendance_text
from chspay_dispute.engine.negotiation.council import HOSPITAL, Seat
from chspay_kit.auth import Claim, current_claim
from chspay_kit.sm2 import require_signature

_MEETING: Final = ("SESSION", "MEDIATION")
PRESENT_UNKNOWN = Reason("PRESENT_UNKNOWN", Kind.INVALID, "到会名单里的“{value}”不是在任代表。")
PRESENT_UNCONFIRMED = Reason(
    "PRESENT_UNCONFIRMED",
    Kind.PRECONDITION,
    "到会名单与代表自己的到会确认不一致：{value}；到会由代表用席位密钥确认，经办不能增减。",
)
ATTEND_CLOSED = Reason("ATTEND_CLOSED", Kind.PRECONDITION, "议题{value}现在不在会议环节，不需要确认到会。")
ATTEND_NO_SEAT = Reason("ATTEND_NO_SEAT", Kind.DENIED, "您不是本统筹区在任的协商代表，或不是席位所属的机构。")


def speaks_for(claim: Claim, side: str, institution: str, subject: str) -> bool:
    """Whether a caller speaks for a seat: the person named, and for a hospital's seat from that hospital."""
    if claim.subject != subject:
        return False
    if side == HOSPITAL:
        return claim.role == "hospital" and claim.institution == institution
    return claim.role == "bureau"


async def attend(room: Room, topic_id: str, signature: bytes) -> None:
    """The caller's seat has come to the meeting; the signature proves that he holds its key.

    :raises Fault: ATTEND_CLOSED, ATTEND_NO_SEAT, SIGNATURE_BAD, COUNCIL_NONE, TOPIC_UNKNOWN.
    """
    claim = current_claim()
    connection, standing = await room.enter(topic_id, lock=True)
    if standing.row.state not in _MEETING:
        raise Fault(ATTEND_CLOSED, field="topic_id", value=topic_id)
    seats = await room.council(connection, standing.topic.pool)
    own = [seat for seat in seats if speaks_for(claim, seat.side, seat.institution, seat.subject)]
    if not own:
        raise Fault(ATTEND_NO_SEAT, field="topic_id", value=topic_id)
    seat, round_ = own[0], _round(standing)
    content = attendance_text(topic_id, round_, seat.delegate_id, seat.public_key)
    require_signature(seat.public_key, signature, content, "到会确认")
    if seat.delegate_id in confirmed(standing):
        return
    facts = {"delegate": seat.delegate_id, "round": str(round_), "signature": signature.hex()}
    await room.write(connection, standing, "presence", "", facts)


def confirmed(standing: Standing) -> set[str]:
    """The seats that have come to the meeting before the next vote."""
    sent = standing.last("draft_scheme")
    rows = [facts_of(item) for item in standing.all("presence") if sent and item.seq > sent.seq]
    return {row["delegate"] for row in rows if row["round"] == str(_round(standing))}


def require_present(standing: Standing, seats: Sequence[Seat], present: Collection[str]) -> set[str]:
    """The seats that vote: those that came, neither more nor fewer; an empty list means just these.

    :raises Fault: PRESENT_UNKNOWN, PRESENT_UNCONFIRMED.
    """
    sitting = {seat.delegate_id for seat in seats}
    strange = sorted(set(present) - sitting)
    if strange:
        raise Fault(PRESENT_UNKNOWN, field="present", value=strange[0])
    came = confirmed(standing) & sitting
    if present and set(present) != came:
        raise Fault(PRESENT_UNCONFIRMED, field="present", value="、".join(sorted(set(present) ^ came)))
    return came


def _round(standing: Standing) -> int:
    return 1 + len(standing.all("vote"))
