"""Counting messages at the door: metrics for those who watch, rows of refusals for reconciliation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind
from chspay_gateway import store_door
from chspay_gateway.problems import Faults
from chspay_gateway.store_door import Connecting, Refusal
from chspay_gateway.webhooks.news import body_of
from chspay_kit import logs, telemetry

log = logs.get_logger(__name__)

ACCEPTED, REPEATED, REJECTED, UNAVAILABLE = "accepted", "repeated", "rejected", "unavailable"
COUNTER = "chspay.gateway.messages"
#: Institutions a counter names at most; whoever comes after them is counted together.
_MOST_INSTITUTIONS = 2000
#: Institutions and transactions nobody knows.
OTHER = "other"
#: Nothing was decided: the same message may succeed when it comes again.
_UNDECIDED = frozenset({Kind.UNAVAILABLE, Kind.INTERNAL, Kind.UNAUTHENTICATED})
#: Messages of lists over REST, among the national numbers.
REST = "REST"
#: Transactions that carry a list.
LISTS = frozenset({"4101", "4101A", REST})


@dataclass(frozen=True, slots=True)
class Turned:
    """A message that was turned away; ``digest`` is of its content, ``infno`` as its sender wrote it."""

    institution: str
    infno: str
    msgid: str
    digest: bytes


class Tally:
    """Counts outcomes; label sets are bounded, because every one of them costs memory for ever."""

    def __init__(self) -> None:
        self._institutions: set[str] = set()

    def count(self, infno: str, institution: str, outcome: str) -> None:
        """Counts one message; an institution is named from its first accepted message on.

        :param infno: a transaction that is served, or :data:`OTHER`.
        """
        if outcome == ACCEPTED and len(self._institutions) < _MOST_INSTITUTIONS:
            # Only a registered institution gets a message accepted.
            self._institutions.add(institution)
        telemetry.count(
            COUNTER,
            1,
            {
                "chspay.infno": infno,
                "chspay.institution": institution if institution in self._institutions else OTHER,
                "chspay.outcome": outcome,
            },
        )

    async def refused(self, store: Connecting, error: Fault | Faults, message: Turned, label: str) -> None:
        """Counts a refusal under ``label``, and keeps it when it is one that stands."""
        institution = message.institution
        fault = error if isinstance(error, Fault) else error.faults[0]
        if fault.reason.kind in _UNDECIDED:
            self.count(label, institution, UNAVAILABLE)
            return
        self.count(label, institution, REJECTED)
        try:
            await store_door.refused(store, _refusal(message, fault, is_list=label in LISTS))
        except Fault as away:
            # The sender's answer is the refusal, whether or not it could be noted.
            log.warning("gateway.refusal_not_kept", reason=away.reason.code)


def _refusal(message: Turned, fault: Fault, *, is_list: bool) -> Refusal:
    """The refusal to be kept, with the news of it when it is a list's."""
    row = Refusal(message.institution, message.infno, message.msgid, message.digest, fault.reason.code)
    if not is_list:
        return row
    name = f"{message.institution}|{message.infno}|{message.msgid}|{message.digest.hex()}"
    event_id = f"list.refused/{sm3_hex(name.encode())[:32]}"
    data = {
        "hospital_code": message.institution, "infno": message.infno, "msgid": message.msgid,
        "reason": fault.reason.code,
    }  # fmt: skip
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return replace(row, event_id=event_id, told=body_of(event_id, "list.refused", at, data))
