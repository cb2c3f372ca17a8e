"""Every case of a run to its one method: table, bed-day answers, and days that stand only once; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import MONEY, PER_DIEM, POINTS, Answer, Answers, by_case
from chspay_settlement.engine.routing.by_item import Bill, fund_part
from chspay_settlement.engine.routing.days import Claim, Span, conflicts
from chspay_settlement.engine.routing.settled_days import SettledDays
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

#: Reasons the table cannot give, since they follow from other lists: a day would be paid twice.
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
        return _whole(self.admission, self.discharge)

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


_NOTHING = SettledDays()


class Run:
    """What the cases of a run are routed by.

    :param answers: of the bed-day service; ``None`` where the pool does not ask it.
    :param earlier: what closed months have paid already.
    """

    def __init__(
        self, router: Router, answers: Answers | None = None, earlier: SettledDays = _NOTHING
    ) -> None:
        self.router = router
        self._settled = earlier.inside
        self._earlier = earlier.by_case()
        self._asks = answers is not None
        self._own_lists = frozenset(() if answers is None else answers.own_lists)
        self._answers = {} if answers is None else by_case(answers.answers)
        self._inside = _inside(self._answers)

    def routes(self, episodes: Iterable[Episode]) -> Iterator[Routed]:
        """Every case of a run that fits into memory, once.

        :raises Fault: ROUTE_UNRULED, ROUTE_CONTRADICTED, those of a bill.
        """
        found: dict[CaseKey, Routed] = {}
        claims: list[Claim] = []
        for episode in episodes:
            if episode.key in found:
                raise AssertionError(f"{episode.key} stands twice in a run")
            routed = found[episode.key] = self.one(episode)
            claims += self.claims(episode, routed)
        against = self.against(claims)
        for key, routed in found.items():
            yield self.refused(routed, against[key]) if key in against else routed

    def one(self, episode: Episode) -> Routed:
        """How one case is paid, other lists of the person aside.

        :raises Fault: ROUTE_UNRULED, ROUTE_CONTRADICTED, those of a bill.
        """
        facts, answer = self.facts(episode)
        found = _routed(episode, self.router.route(facts))
        within = self._inside.get(episode.key)
        if within is not None:
            found = found._replace(beside=within.stay)
        if found.method is Method.BY_ITEM:
            return found._replace(amount_fen=fund_part(bill_of(episode, found.cite)))
        if answer is None:
            return found
        found = found._replace(pricing_id=answer.pricing_id, worksheet_digest=answer.worksheet_digest)
        if facts.bed_days is BedDays.REFUSED and answer.message:
            found = found._replace(text=f"{found.text}：{answer.message}（{answer.reason}）")
        if found.method is not Method.PER_DIEM:
            return found
        twice = self._twice(answer)
        if twice:
            return self._none(found, OWN_LIST_PAID, twice)
        if answer.form == POINTS:
            return found._replace(points_micro=answer.points_micro)
        return found._replace(amount_fen=answer.amount_fen if answer.form == MONEY else 0)

    def facts(self, episode: Episode) -> tuple[Facts, Answer | None]:
        """What the router looks at of a case, and what the bed-day service said of it."""
        answer, within = self._answers.get(episode.key), self._inside.get(episode.key)
        if within is not None:
            said = BedDays.WITH_STAY if within.with_stay else BedDays.OWN_LIST
        elif answer is not None:
            said = answer.found
        else:
            inside = not self._own_lists.isdisjoint({episode.key, ("", episode.case_id)})
            said = BedDays.OWN_LIST if inside else BedDays.NOT_ASKED
        name = f"{episode.hospital_code}/{episode.case_id}"
        facts = Facts(
            name, episode.institution, INPATIENT, episode.department, episode.insurance,
            episode.fund_part, said,
        )  # fmt: skip
        return facts, answer

    def claims(self, episode: Episode, found: Routed) -> list[Claim]:
        """The days a case is paid for, where a person and his days are known."""
        answer = self._answers.get(episode.key)
        spans = owned(found.method, episode.admission, episode.discharge, answer)
        bed_days = found.method is Method.PER_DIEM
        return [Claim(episode.key, episode.person_key, spans, bed_days)] if spans else []

    def against(self, claims: Iterable[Claim]) -> dict[CaseKey, Claim]:
        """The lists that want a day another list of the person has, in the run or in a closed month."""
        return conflicts(claims, self._earlier, every=self.router.overlap == ANY)

    def refused(self, found: Routed, other: Claim) -> Routed:
        """A case one of whose days another list has."""
        name = "/".join(other.key)
        none = self._none(found, OVERLAPS, name)
        if not other.month:
            return none
        return none._replace(text=f"{none.text}（{other.month}已结算的清单{name}）")

    def _twice(self, answer: Answer) -> str:
        """A list whose days the stay is paid for although an earlier month paid it by its group."""
        keys = ((answer.hospital_code, one.case_id) for one in answer.own_lists if one.method == PER_DIEM)
        return next((case_id for code, case_id in keys if (code, case_id) in self._settled), "")

    def _none(self, found: Routed, reason: str, beside: str) -> Routed:
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


def owned(method: Method, admission: date | None, discharge: date, answer: Answer | None) -> tuple[Span, ...]:
    """The days a case is paid for; a list whose days are the stay's has none of its own."""
    if method is Method.NONE:
        return ()
    whole = _whole(admission, discharge)
    if method is not Method.PER_DIEM:
        return whole
    end = whole[-1].until if whole else discharge
    own = () if answer is None else answer.own_spans
    # Where policy pays the day of discharge, that day may still be one of admission elsewhere.
    return tuple(Span(span.since, min(span.until, end)) for span in own if span.since < end)


def _whole(admission: date | None, discharge: date) -> tuple[Span, ...]:
    return () if admission is None else (Span(admission, max(discharge, admission + timedelta(days=1))),)


def bill_of(episode: Episode, cite: str) -> Bill:
    """A settlement list as a bill; what audit finds is taken off on the statement, finding by finding."""
    cost, patient = episode.cost_fen or 0, episode.patient_fen or 0
    return Bill(episode.case_id, INPATIENT, episode.insurance, cost, patient, 0, cite)
