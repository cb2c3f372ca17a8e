"""Experts, panels and packs on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.experts.common import sheet_of
from chspay_dispute.app.experts.panels import View, Whole
from chspay_dispute.app.experts.pool import Known
from chspay_dispute.engine.experts.panel import Avoidable, Outcome, Sheet, spread
from chspay_dispute.engine.experts.record import Employment, Tie, TieKind
from chspay_dispute.store.docket import NO_DAY
from chspay_dispute.store.experts.draws import Batch
from chspay_dispute.store.experts.pool import StoredExpert
from chspay_kit.convert import date_from_pb, date_to_pb

TIMESTAMP_BAD = Reason(
    "TIMESTAMP_BAD", Kind.INVALID, "时间“{value}”（秒）不是有效的时刻，应在公元1年至9999年之间。"
)
WORD_UNKNOWN = Reason("WORD_UNKNOWN", Kind.INVALID, "“{field}”没有“{value}”这一项；可用：{known}。")


def word(field: str, value: str, known: type[Outcome] | type[TieKind]) -> Any:
    """One of the words of an enumeration.

    :raises Fault: WORD_UNKNOWN.
    """
    if value not in set(known):
        raise Fault(WORD_UNKNOWN, field=field, value=value, known="、".join(known))
    return known(value)


def instant_from(message: Timestamp) -> datetime:
    """An instant, in UTC.

    :raises Fault: TIMESTAMP_BAD, beyond the years 1 to 9999 or with nanoseconds that are none.
    """
    try:
        return message.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Fault(TIMESTAMP_BAD, value=f"{message.seconds}.{message.nanos}") from error


def instant_to(at: datetime) -> Timestamp:
    """An instant."""
    made = Timestamp()
    made.FromDatetime(at.astimezone(UTC))
    return made


def expert_from(message: pb.Expert) -> StoredExpert:
    """What is recommended; standing and signatures are not read."""
    return StoredExpert(
        expert_id=message.expert_id,
        subject="",
        pool=message.pool,
        region_code=message.region_code or message.pool,
        name=message.name.strip(),
        title=message.title.strip(),
        institution=message.institution,
        level=message.level,
        roles=" ".join(sorted(set(message.roles))),
        specialties=" ".join(sorted(set(message.specialties))),
        communities=" ".join(sorted(set(message.communities))),
        term_since=date_from_pb(message.term_since, "term_since"),
        term_until=date_from_pb(message.term_until, "term_until"),
        trained_until=date_from_pb(message.trained_until, "trained_until"),
        standing="",
        barred="",
        public_key="",
        recommended_by="",
        confirmed_by="",
    )


def expert_to(known: Known) -> pb.Expert:
    """An expert with what is known of him."""
    stored = known.stored
    message = pb.Expert(
        **{
            name: getattr(stored, name)
            for name in (
                "expert_id", "pool", "region_code", "name", "title", "institution", "level", "standing",
                "barred", "public_key",
            )
        },
        **{name: getattr(stored, name).split() for name in ("roles", "specialties", "communities")},
        **{
            name: date_to_pb(getattr(stored, name)) for name in ("term_since", "term_until", "trained_until")
        },
        ties=[pb.Tie(kind=tie.kind.value, target=tie.target, note=tie.note) for tie in known.ties],
        recent=known.recent,
        open=known.open,
    )  # fmt: skip
    for job in known.employments:
        added = message.employments.add(institution=job.institution, since=date_to_pb(job.since))
        if job.until is not None:
            added.until.CopyFrom(date_to_pb(job.until))
    return message


def job_from(message: pb.Employment) -> Employment:
    """An employment."""
    until = date_from_pb(message.until, "until") if message.HasField("until") else None
    return Employment(message.institution, date_from_pb(message.since, "since"), until)


def tie_from(message: pb.Tie) -> Tie:
    """A tie.

    :raises Fault: WORD_UNKNOWN.
    """
    return Tie(word("kind", message.kind, TieKind), message.target, message.note)


def batch_to(batch: Batch, panel_ids: list[str]) -> pb.PanelBatch:
    """A batch; the secret is not repeated, it stands in the register."""
    message = pb.PanelBatch(
        **{
            name: getattr(batch, name)
            for name in (
                "batch_id", "pool", "state", "commitment", "beacon_source", "beacon", "batch_digest", "seed",
            )
        },
        beacon_at=instant_to(batch.beacon_at),
        opened_at=instant_to(batch.opened_at),
        panel_ids=panel_ids,
    )  # fmt: skip
    for name in ("closed_at", "drawn_at"):
        at = getattr(batch, name)
        if at is not None:
            getattr(message, name).CopyFrom(instant_to(at))
    return message


def sheet_from(message: pb.Sheet) -> Sheet:
    """A score sheet.

    :raises Fault: WORD_UNKNOWN.
    """
    return Sheet(
        message.necessity,
        message.reasonableness,
        message.complexity,
        message.coding,
        word("conclusion", message.conclusion, Outcome),
        message.confidence,
        message.reason,
        tuple(Avoidable(one.item, one.amount_fen, one.reason) for one in message.avoidable),
    )


def sheet_to(content: Mapping[str, Any]) -> pb.Sheet:
    """A kept sheet."""
    values = {name: value for name, value in content.items() if name != "avoidable"}
    return pb.Sheet(**values, avoidable=[pb.AvoidableItem(**one) for one in content["avoidable"]])


def opinion_from(message: pb.PanelOpinion) -> dict[str, Any]:
    """An opinion as it is kept."""
    return {
        "outcome": message.outcome,
        "reasons": message.reasons,
        "cites": list(message.cites),
        "reason_code": message.reason_code,
        "avoidable": [
            {"item": one.item, "amount_fen": one.amount_fen, "reason": one.reason}
            for one in message.avoidable
        ],
        "points_micro": message.points_micro if message.HasField("points_micro") else None,
        "drg": message.drg,
        "restored_fen": message.restored_fen,
    }


def opinion_to(content: Mapping[str, Any]) -> pb.PanelOpinion:
    """A kept opinion."""
    values = {name: value for name, value in content.items() if name not in ("avoidable", "points_micro")}
    message = pb.PanelOpinion(**values, avoidable=[pb.AvoidableItem(**one) for one in content["avoidable"]])
    if content["points_micro"] is not None:
        message.points_micro = content["points_micro"]
    return message


def pack_to(pack: Mapping[str, Any], digest: str) -> pb.Pack:
    """A blind pack."""
    return pb.Pack(
        facts=[pb.PackFact(**one) for one in pack["facts"]],
        diagnoses=pack["diagnoses"],
        procedures=pack["procedures"],
        dispute=pack["dispute"],
        files=[pb.PackFile(**one) for one in pack["files"]],
        digest=digest,
    )


def review_to(view: View) -> pb.Review:
    """How far a review is."""
    panel = view.panel
    message = pb.Review(
        panel_id=panel.panel_id,
        seat_state=view.seat.state,
        panel_state=panel.state,
        stage=panel.stage,
        seat=view.seat.seat,
        sheet_in=view.sheet_in,
        voted=view.voted,
    )
    if panel.due_day != NO_DAY:
        message.due.CopyFrom(date_to_pb(panel.due_day))
    return message


def panel_to(whole: Whole) -> pb.Panel:
    """A panel as officers see it."""
    panel, result = whole.panel, whole.panel.result
    scored, voted = ({one.token for one in rows} for rows in (whole.sheets, whole.votes))
    names = ("panel_id", "batch_id", "case_no", "stage", "pool", "state")
    message = pb.Panel(
        **{name: getattr(panel, name) for name in names},
        joined=panel.joined,
        seats=[
            pb.PanelSeat(
                seat=one.seat, token=one.token, state=one.state, sheet_in=one.token in scored,
                voted=one.token in voted, expert_id=one.expert_id,
            )
            for one in whole.members
        ],
        **{name: result[name] for name in ("outcome", "passed", "yes", "no", "abstain", "evidence")
           if name in result},
    )  # fmt: skip
    opened = panel.state in ("opinion", "concluded", "province")
    if opened and whole.sheets:
        message.spread = str(spread([sheet_of(one.content) for one in whole.sheets]))
    if panel.opinion:
        message.opinion.CopyFrom(opinion_to(panel.opinion))
    return message
