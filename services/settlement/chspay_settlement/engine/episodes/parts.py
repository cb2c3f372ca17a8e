"""The parts of an episode 就诊, and which of them stand.

Parts are never changed: a cancellation or a reversal is a further part. A reversal takes back the one
message it names, whichever of the two came first, so that a message arriving after its own reversal
has no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class PartKind(StrEnum):
    """What a part tells."""

    ADMISSION = "admission"
    DISCHARGE = "discharge"
    FEES = "fees"
    SETTLEMENT = "settlement"
    CANCELLATION = "cancellation"
    LIST = "list"
    STATUS = "status"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Part:
    """One message's contribution; ``facts`` and ``rows`` hold national members as text, nobody's identity.

    :param on: the legal day it speaks of: of a settlement, the day of settlement.
    """

    kind: PartKind
    infno: str
    msgid: str
    mdtrt_id: str = ""
    setl_id: str = ""
    person_key: str = ""
    on: date | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Mapping[str, str], ...] = ()
    reversed_infno: str = ""
    reversed_msgid: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement of the stay, and whether it was taken back."""

    part: Part
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """A stay as it stands.

    :param fees: lines of cost in the order they came; a line of the same number replaces the earlier one.
    :param status: the newest list status told for each settlement, by a list or by 4102.
    """

    admission: Part | None
    discharge: Part | None
    fees: tuple[Mapping[str, str], ...]
    settlements: tuple[Settled, ...]
    status: Mapping[str, str]

    def settlement(self, setl_id: str) -> Settled | None:
        """The settlement of that id; with no id, the last one that stands."""
        found = [each for each in self.settlements if setl_id in ("", each.part.setl_id)]
        standing = [each for each in found if not each.cancelled]
        chosen = standing or found
        return chosen[-1] if chosen else None


def standing(parts: Sequence[Part]) -> list[Part]:
    """The parts no reversal names, reversals left out, in the order they came."""
    taken_back = {
        (part.reversed_infno, part.reversed_msgid) for part in parts if part.kind is PartKind.REVERSAL
    }
    return [
        part
        for part in parts
        if part.kind is not PartKind.REVERSAL and (part.infno, part.msgid) not in taken_back
    ]


def gather(parts: Sequence[Part]) -> Episode:
    """The episode told by its parts, in the order they came."""
    stand = standing(parts)
    cancelled = {part.setl_id for part in stand if part.kind is PartKind.CANCELLATION}
    lines: dict[str, Mapping[str, str]] = {}
    for part in stand:
        if part.kind is PartKind.FEES:
            for number, row in enumerate(part.rows):
                lines[row.get("feedetl_sn") or f"{part.msgid}/{number}"] = row
    return Episode(
        admission=_last(stand, PartKind.ADMISSION),
        discharge=_last(stand, PartKind.DISCHARGE),
        fees=tuple(lines.values()),
        settlements=tuple(
            Settled(part, part.setl_id in cancelled) for part in stand if part.kind is PartKind.SETTLEMENT
        ),
        status={
            part.setl_id: part.facts["stas_type"]
            for part in stand
            if part.kind in {PartKind.STATUS, PartKind.LIST} and part.facts.get("stas_type")
        },
    )


def _last(parts: Sequence[Part], kind: PartKind) -> Part | None:
    found = [part for part in parts if part.kind is kind]
    return found[-1] if found else None
