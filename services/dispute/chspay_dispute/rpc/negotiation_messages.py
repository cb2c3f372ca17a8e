"""Topics, papers, proposals and councils as messages."""

from __future__ import annotations

import json

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay_dispute.app.negotiation.reading import Shown
from chspay_dispute.store.docket import NO_DAY, Row
from chspay_dispute.store.negotiation.topics import Paper, Topic
from chspay_dispute.store.negotiation.votes import StoredCouncil
from chspay_kit.convert import date_to_pb


def council_to_pb(found: StoredCouncil) -> pb.Council:
    """A council as a message."""
    return pb.Council(
        council_id=found.council_id,
        pool=found.pool,
        since=date_to_pb(found.since),
        until=date_to_pb(found.until),
        seats=[pb.Seat(**item) for item in json.loads(found.content)],
        digest=found.digest,
    )


def topic_to_pb(topic: Topic, row: Row, state_text: str) -> pb.Topic:
    """A topic as a message."""
    message = pb.Topic(
        topic_id=topic.topic_id, pool=topic.pool, kind=topic.kind, title=topic.title, groups=topic.groups,
        origin=topic.origin, state=row.state, state_text=state_text, opened=date_to_pb(topic.opened_day),
        overdue=row.overdue, closed=row.closed,
    )  # fmt: skip
    if row.due_day != NO_DAY:
        message.due.CopyFrom(date_to_pb(row.due_day))
    return message


def paper_to_pb(paper: Paper, facts: bytes) -> pb.Paper:
    """A paper as a message; ``facts`` as far as the caller may see them."""
    return pb.Paper(
        seq=paper.seq, kind=paper.kind, text=paper.text, ref=paper.ref, by=paper.by,
        hospital_code=paper.hospital_code, day=date_to_pb(paper.day), facts_json=facts.decode(),
        digest=paper.digest,
    )  # fmt: skip


def proposal_to_pb(shown: Shown) -> pb.Proposal:
    """A proposal with its differences and its effect."""
    message = pb.Proposal(
        number=shown.number,
        title=shown.proposal.title,
        effective=date_to_pb(shown.proposal.effective),
        digest=shown.proposal.digest,
        by=shown.paper.by,
        hospital_code=shown.paper.hospital_code,
        counters=shown.paper.ref,
        not_admitted=shown.not_admitted,
        differences=[
            pb.RuleDifference(
                key=item.key, label=item.label, unit=item.unit, before_json=item.before,
                after_json=item.after,
                rows=[pb.RowChange(sign=sign, row_json=row) for sign, row in item.rows],
            )
            for item in shown.differences
        ],
    )  # fmt: skip
    if shown.impact is not None:
        facts = shown.impact
        failed = facts.get("failed", {})
        message.impact.CopyFrom(
            pb.Impact(
                what_if_id=facts.get("what_if", ""), what_if_digest=facts.get("what_if_digest", ""),
                snapshot_digest=facts["snapshot"], digest=shown.impact_digest,
                fund_change_fen=int(facts.get("fund_change_fen", 0)),
                residual_change_fen=int(facts.get("residual_change_fen", 0)),
                neutral=facts.get("neutral") == "yes", moved_fen=int(facts.get("moved_fen", 0)),
                winners=int(facts.get("winners", 0)), losers=int(facts.get("losers", 0)),
                rows=[
                    pb.ImpactRow(
                        hospital_code=row["hospital_code"], name=row["name"], cases=int(row["cases"]),
                        before_fen=int(row["before_fen"]), after_fen=int(row["after_fen"]),
                        change_fen=int(row["after_fen"]) - int(row["before_fen"]),
                    )
                    for row in facts.get("rows", ())
                ],
                failure_reason=failed.get("reason", ""), failure_message=failed.get("message", ""),
            )
        )  # fmt: skip
    return message
