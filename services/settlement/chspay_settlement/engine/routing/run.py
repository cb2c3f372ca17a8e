"""Every case of a run to its one method: table, bed-day answers, and days that stand only once; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from chspay_core.errors import Kind, Reason
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import MONEY, PER_DIEM, POINTS, Answer, Answers, by_case
from chspay_settlement.engine.routing.by_item import Bill, fund_part
from chspay_settlement.engine.routing.days import Claim, Span, conflicts
from chspay_settlement.engine.routing.table import (
    ANY,
    BY_GROUP,
    INPATIENT,
    OVERLAP,
    BedDays,
    Facts,
    Method,
    Route,
    Router,
)

ANSWER_MISSING = Reason(
    "BED_DAYS_ANSWER_MISSING",
    Kind.INTERNAL,
    "床日付费服务没有答复病例{value}（医疗机构{hospital}），未继续结算。",
)
#: Reasons the table cannot give, since they follow from other lists.
OVERLAPS, OWN_LIST_PAID = "stay_overlaps", "own_list_paid"
TEXTS = {
    OVERLAPS: "与同一参保人的另一次住院日期重叠，重叠的天数不能支付两次，请核对后更正清单",
    OWN_LIST_PAID: "住院期间单列的清单以前月份已按病组支付，而本次按床日计入了同样的天数，请先更正",
}


class Episode(NamedTuple):
    """A case of a run as the router takes it."""

    hospital_code: str
    case_id: str
    region_code: str
    person_key: str
    admission: date | None
    discharge: date
    institution: str
    department: str
    insurance: str
    cost_fen: int | None
    patient_fen: int | None
    level: int | None = None

    @property
    def key(self) -> CaseKey:
        """Hospital and case."""
        return self.hospital_code, self.case_id

    @property
    def spans(self) -> tuple[Span, ...]:
        """The days of the stay: a stay within one day owns that day."""
        if self.admission is None:
            return ()
        return (Span(self.admission, max(self.discharge, self.admission + timedelta(days=1))),)

    def to_be_asked(self, departments: frozenset[str], own_lists: frozenset[str]) -> bool:
        """Whether the bed-day service has to be asked: a bed-day department, and no list inside of a stay,
        which is answered with its stay."""
        return self.department in departments and self.case_id not in own_lists

    @property
    def fund_part(self) -> bool:
        """Whether the fund bears any of it."""
        return self.cost_fen is None or self.cost_fen > (self.patient_fen or 0)


class Routed(NamedTuple):
    """How one case is paid, and why: money besides points, or bed-day points where it has any."""

    hospital_code: str
    case_id: str
    region_code: str
    method: Method
    reason: str
    text: str
    cite: str
    pricing_id: str = ""
    worksheet_digest: str = ""
    #: The list or stay that pays days of this one instead.
    beside: str = ""
    points_micro: int | None = None
    amount_fen: int = 0

    @property
    def key(self) -> CaseKey:
        """Hospital and case."""
        return self.hospital_code, self.case_id

    @property
    def by_points(self) -> bool:
        """Whether it takes part in the division by points."""
        return self.method in BY_GROUP or self.points_micro is not None


@dataclass(frozen=True, slots=True)
class Run:
    """What the cases of a run are routed by.

    :param answers: of the bed-day service; ``None`` where the pool does not ask it.
    :param settled: lists of earlier months that were paid by their group.
    """

    router: Router
    answers: Answers | None = None
    settled: frozenset[CaseKey] = frozenset()

    def routes(self, episodes: Iterable[Episode]) -> Iterator[Routed]:
        """Every case of the run, once; those that share days come last.

        :raises Fault: ROUTE_UNRULED, ROUTE_CONTRADICTED, BED_DAYS_ANSWER_MISSING, those of a bill.
        """
        answers = {} if self.answers is None else by_case(self.answers.answers)
        inside = _inside(answers)
        routed: dict[CaseKey, Routed] = {}
        claims: list[Claim] = []
        for episode in episodes:
            key = episode.key
            if key in routed:
                raise AssertionError(f"{key} stands twice in a run")
            found = routed[key] = self._one(episode, answers.get(key), inside)
            spans = _days(episode, answers.get(key), found)
            if spans:
                claims.append(Claim(key, episode.person_key, spans, found.method is Method.PER_DIEM))
        against = conflicts(claims, every=self.router.overlap == ANY)
        for key, found in routed.items():
            yield found if key not in against else self._refused(found, OVERLAPS, "/".join(against[key]))

    def _one(self, episode: Episode, answer: Answer | None, inside: Mapping[CaseKey, Inside]) -> Routed:
        within = inside.get(episode.key)
        bed_days = self._bed_days(episode, answer, within)
        facts = Facts(
            f"{episode.hospital_code}/{episode.case_id}", episode.institution, INPATIENT,
            episode.department, episode.insurance, episode.fund_part, bed_days,
        )  # fmt: skip
        found = _routed(episode, self.router.route(facts))
        if within is not None:
            found = found._replace(beside=within.stay)
        if found.method is Method.BY_ITEM:
            return found._replace(amount_fen=fund_part(bill_of(episode, found.cite)))
        if answer is None:
            return found
        found = found._replace(pricing_id=answer.pricing_id, worksheet_digest=answer.worksheet_digest)
        if bed_days is BedDays.REFUSED and answer.message:
            found = found._replace(text=f"{found.text}：{answer.message}（{answer.reason}）")
        if found.method is not Method.PER_DIEM:
            return found
        twice = next((one.case_id for one in answer.own_lists if self._twice(answer, one.case_id)), "")
        if twice:
            return self._refused(found, OWN_LIST_PAID, twice)
        if answer.form == POINTS:
            return found._replace(points_micro=answer.points_micro)
        return found._replace(amount_fen=answer.amount_fen if answer.form == MONEY else 0)

    def _bed_days(self, episode: Episode, answer: Answer | None, within: Inside | None) -> BedDays:
        if within is not None:
            return BedDays.WITH_STAY if within.with_stay else BedDays.OWN_LIST
        if answer is not None:
            return answer.found
        alone = self.answers is not None and episode.case_id in self.answers.own_lists
        return BedDays.OWN_LIST if alone else BedDays.NOT_ASKED

    def _twice(self, answer: Answer, case_id: str) -> bool:
        """Whether a list whose days the stay is paid for was paid by its group in an earlier month."""
        own = next(one for one in answer.own_lists if one.case_id == case_id)
        return own.method == PER_DIEM and (answer.hospital_code, case_id) in self.settled

    def _refused(self, found: Routed, reason: str, beside: str) -> Routed:
        return found._replace(
            method=Method.NONE, reason=reason, text=TEXTS[reason], beside=beside, points_micro=None,
            amount_fen=0, cite=f"{self.router.rule.cite}；{OVERLAP}",
        )  # fmt: skip


class Inside(NamedTuple):
    """A list inside of a stay: the stay, and whether its days are bed-days of it."""

    stay: str
    with_stay: bool


def _inside(answers: Mapping[CaseKey, Answer]) -> dict[CaseKey, Inside]:
    """The lists inside of stays that are paid by the bed-day."""
    return {
        (answer.hospital_code, own.case_id): Inside(answer.case_id, own.method == PER_DIEM)
        for answer in answers.values()
        if answer.method == PER_DIEM
        for own in answer.own_lists
    }


def _routed(episode: Episode, route: Route) -> Routed:
    return Routed(
        episode.hospital_code, episode.case_id, episode.region_code, route.method, route.reason, route.text,
        route.cite,
    )  # fmt: skip


def _days(episode: Episode, answer: Answer | None, found: Routed) -> tuple[Span, ...]:
    """The days a case is paid for; a list whose days are the stay's has none of its own."""
    if found.method is Method.NONE:
        return ()
    if found.method is not Method.PER_DIEM:
        return episode.spans
    end = episode.spans[-1].until if episode.spans else episode.discharge
    own = () if answer is None else answer.own_spans
    # Where policy pays the day of discharge, that day may still be one of admission elsewhere.
    return tuple(Span(span.since, min(span.until, end)) for span in own if span.since < end)


def bill_of(episode: Episode, cite: str) -> Bill:
    """A settlement list as a bill; what audit finds is taken off on the statement, finding by finding."""
    cost, patient = episode.cost_fen or 0, episode.patient_fen or 0
    return Bill(episode.case_id, INPATIENT, episode.insurance, cost, patient, 0, cite)
