"""What the bed-day service answered for the stays of a month, as canonical bytes a run keeps; pure.

The answers are kept as they came, so that a replay, an explanation and an annual clearing read what the run
read, whatever has been corrected in the bed-day service since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.days import Span
from chspay_settlement.engine.routing.table import BedDays

FORMAT = "chspay-bed-days/1"
#: Answers as the wire calls them.
PER_DIEM, DRG, NOT_PILOT, REFUSED = "per_diem", "drg", "not_pilot", "refused"
POINTS, MONEY = "points", "money"
#: Uses of a day that are the stay's own: paid, on leave, the bed kept.
_OWN_USES = frozenset({"paid", "leave", "held"})
_ASKED = {
    PER_DIEM: BedDays.PAID,
    DRG: BedDays.BY_GROUP,
    NOT_PILOT: BedDays.NOT_PILOT,
    REFUSED: BedDays.REFUSED,
}

BROKEN = Reason("BED_DAYS_BROKEN", Kind.INVALID, "床日付费的答复不能识别（{value}），请重新取得。")


class Stretch(NamedTuple):
    """Some days of a stay and what pays them; ``by`` names the list or institution that does instead."""

    since: date
    until: date
    use: str
    by: str = ""


class OwnList(NamedTuple):
    """A list inside of a stay: by its group, or its days are bed-days of the stay."""

    case_id: str
    method: str
    reason: str


class Answer(NamedTuple):
    """The bed-day service's answer for one stay."""

    hospital_code: str
    case_id: str
    #: per_diem, drg, not_pilot, refused.
    method: str
    category: str
    #: Plain decimal text.
    paid_days: str
    #: points, money, or empty.
    form: str
    points_micro: int
    amount_fen: int
    #: Plain decimal text; empty for none.
    factor: str
    pricing_id: str
    worksheet_digest: str
    model: str
    reason: str
    message: str
    spans: tuple[Stretch, ...]
    own_lists: tuple[OwnList, ...]

    @property
    def key(self) -> CaseKey:
        """Hospital and case."""
        return self.hospital_code, self.case_id

    @property
    def found(self) -> BedDays:
        """What it means for the router."""
        return _ASKED[self.method]

    @property
    def own_spans(self) -> tuple[Span, ...]:
        """The days that are the stay's own, in order."""
        return tuple(Span(one.since, one.until) for one in self.spans if one.use in _OWN_USES)

    @property
    def cite(self) -> str:
        """The pricing with its worksheet's digest: where lineage ends."""
        return f"{self.pricing_id}#{self.worksheet_digest}"


class Answers(NamedTuple):
    """All answers of a run, and the policy the bed-day service answered by."""

    policy_digest: str
    #: Lists inside of stays, by institution and number; answers kept before institutions were named have "".
    own_lists: tuple[CaseKey, ...]
    answers: tuple[Answer, ...]

    def content(self) -> bytes:
        """Canonical JSON: the same answers, the same bytes."""
        return canonical_json(
            {
                "format": FORMAT,
                "policy_digest": self.policy_digest,
                "own_lists": [[code, case] if code else case for code, case in sorted(self.own_lists)],
                "answers": [_row(answer) for answer in sorted(self.answers)],
            }
        )


def answers_of(content: bytes) -> Answers:
    """Read back from :meth:`Answers.content`.

    :raises Fault: BED_DAYS_BROKEN.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise Fault(BROKEN, field="format", value=data["format"])
        found = tuple(_answer(row) for row in data["answers"])
        own = tuple(("", one) if isinstance(one, str) else (one[0], one[1]) for one in data["own_lists"])
        return Answers(data["policy_digest"], own, found)
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(BROKEN, field="answers", value=type(error).__name__) from error


def _row(answer: Answer) -> dict[str, Any]:
    spans = [[one.since.isoformat(), one.until.isoformat(), one.use, one.by] for one in answer.spans]
    return {**answer._asdict(), "spans": spans, "own_lists": [list(one) for one in answer.own_lists]}


def _answer(row: Mapping[str, Any]) -> Answer:
    spans = tuple(
        Stretch(date.fromisoformat(since), date.fromisoformat(until), use, by)
        for since, until, use, by in row["spans"]
    )
    own = tuple(OwnList(*one) for one in row["own_lists"])
    return Answer(**{**row, "spans": spans, "own_lists": own})


def by_case(answers: Sequence[Answer]) -> dict[CaseKey, Answer]:
    """The answers by hospital and case."""
    return {answer.key: answer for answer in answers}
