"""Messages that several servicers of the rulebook share."""

from __future__ import annotations

from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay_core.period import parse_day
from chspay_core.policy import Rule
from chspay_core.policy_diff import RuleChange
from chspay_kit.convert import date_to_pb


def instant_to_pb(at: datetime) -> Timestamp:
    """An instant as a message."""
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def known_day(day: date | str | None) -> date_pb2.Date | None:
    """A day as a message, absent when it is not known."""
    found = parse_day(day) if isinstance(day, str) and day else day
    return date_to_pb(found) if isinstance(found, date) else None


def rule_to_pb(rule: Rule) -> pb.Rule:
    """A rule as a message."""
    return pb.Rule(
        key=rule.key,
        label=rule.label,
        unit=rule.unit,
        since=date_to_pb(rule.since),
        value_json=rule.value_json,
        citation=rule.cite,
        evidence=rule.evidence,
        place=rule.place,
    )


def change_to_pb(change: RuleChange) -> pb.RuleChange:
    """A changed rule as a message."""
    return pb.RuleChange(
        place=change.place,
        key=change.key,
        since=date_to_pb(change.since),
        kind=change.kind,
        old=change.old,
        new=change.new,
        unit=change.unit,
        citation=change.citation,
        words=change.words,
    )
