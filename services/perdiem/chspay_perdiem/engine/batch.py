"""Many stays at once: each as it would be priced alone, in the order in which they follow each other; pure.

What a stay needs of others is what earlier lists of the same person came to: how far bands were counted, and
which days are counted already. Those come from the same batch or are handed in as :class:`Earlier`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chspay_core.errors import Fault, Kind, Reason
from chspay_perdiem.engine.allot import PER_DIEM, Pilots, route_of, twice
from chspay_perdiem.engine.price import Assessed, Before, Priced, price
from chspay_perdiem.engine.stay import Span, Stay
from chspay_perdiem.engine.terms import Terms

STAY_TWICE = Reason(
    "PER_DIEM_STAY_TWICE", Kind.INVALID, "医疗机构{hospital}的住院{value}出现两次，请只保留一份。"
)
DAY_TWICE = Reason(
    "PER_DIEM_DAY_TWICE",
    Kind.PRECONDITION,
    "住院{stay}的{value}已由同一人的住院{other}计为床日，同一天不能付两次，请核对出入院日期或登记转院。",
)
PERSON_UNKNOWN = Reason(
    "PER_DIEM_PERSON_UNKNOWN",
    Kind.INVALID,
    "住院{stay}没有人员标识；政策规定连续住院接续分段，没有人员标识不能判断。",
)
PREVIOUS_REFUSED = Reason(
    "PER_DIEM_PREVIOUS_REFUSED",
    Kind.PRECONDITION,
    "住院{stay}接续住院{value}，而后者还不能计价，请先更正后者。",
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a priced list of a person came to, as far as other lists of the person must know.

    ``position`` is where counting stood at its end; ``None``: it could not be priced.
    """

    person_key: str
    hospital_code: str
    case_id: str
    category: str
    admission: date
    discharge: date
    position: Fraction | None
    spans: tuple[Span, ...]


Factors = Callable[[str, str, date], Assessed | None]
Answered = Priced | Fault


def no_factor(_hospital_code: str, _category: str, _day: date) -> Assessed | None:
    """No institution was assessed."""
    return None


def price_all(
    stays: Sequence[Stay],
    terms: Terms,
    pilots: Pilots,
    *,
    factors: Factors = no_factor,
    earlier: Iterable[Earlier] = (),
) -> list[Answered]:
    """Each stay priced, or the fault that keeps it from being priced, in the order given.

    :param factors: the assessment that applies to an institution and category on a day.
    :param earlier: lists priced before; those priced again now are left out by whoever asks.
    :raises Fault: PER_DIEM_STAY_TWICE, or a policy that cannot be used.
    """
    for (hospital, case_id), count in Counter((stay.hospital_code, stay.case_id) for stay in stays).items():
        if count > 1:
            raise Fault(STAY_TWICE, field="stays", value=case_id, hospital=hospital)
    known: defaultdict[str, list[Earlier]] = defaultdict(list)
    for item in earlier:
        known[item.person_key].append(item)
    answers: list[Answered | None] = [None] * len(stays)
    order = sorted(range(len(stays)), key=lambda at: _order(stays[at]))
    for at in order:
        stay = stays[at]
        mine = known[stay.person_key] if stay.person_key else []
        answers[at] = answer = _one(stay, terms, pilots, factors, mine)
        if stay.person_key:
            mine.append(_earlier_of(stay, answer, terms))
    return [answer for answer in answers if answer is not None]


def _order(stay: Stay) -> tuple[date, date, str, str]:
    return stay.admission, stay.discharge, stay.hospital_code, stay.case_id


def _one(stay: Stay, terms: Terms, pilots: Pilots, factors: Factors, mine: Sequence[Earlier]) -> Answered:
    try:
        route = route_of(stay, terms, pilots)
        if route.method != PER_DIEM:
            return price(stay, terms, pilots)
        before = _before(stay, route.category, terms, mine)
        assessed = factors(stay.hospital_code, route.category, stay.discharge)
        priced = price(stay, terms, pilots, assessed, before)
        found = twice(
            priced.allotment.spans, {f"{item.hospital_code}/{item.case_id}": item.spans for item in mine}
        )
        if found is not None:
            raise Fault(DAY_TWICE, field="stays", value=found[0], other=found[1], stay=stay.case_id)
    except Fault as fault:
        return fault
    return priced


def _before(stay: Stay, category: str, terms: Terms, mine: Sequence[Earlier]) -> Before:
    """Where counting goes on: after the last list of the same institution and category, if near enough."""
    if terms.continuation.name == "none@1":
        return Before()
    if not stay.person_key:
        raise Fault(PERSON_UNKNOWN, field="person_key", stay=stay.case_id)
    near = [
        item for item in mine
        if (item.hospital_code, item.category) == (stay.hospital_code, category)
        and item.admission < stay.admission
        and 0 <= (stay.admission - item.discharge).days <= terms.continues_days
    ]  # fmt: skip
    if not near:
        return Before()
    last = max(near, key=lambda item: (item.discharge, item.case_id))
    if last.position is None:
        raise Fault(PREVIOUS_REFUSED, field="person_key", value=last.case_id, stay=stay.case_id)
    return Before(last.position, last.case_id)


def _earlier_of(stay: Stay, answer: Answered, terms: Terms) -> Earlier:
    facts = (stay.person_key, stay.hospital_code, stay.case_id)
    if isinstance(answer, Fault):
        category = stay.category or terms.departments.get(stay.department, "")
        return Earlier(*facts, category, stay.admission, stay.discharge, None, ())
    return earlier_of(answer)


def earlier_of(priced: Priced) -> Earlier:
    """What other lists of the person must know of a priced one."""
    stay, per_diem = priced.stay, priced.route.method == PER_DIEM
    return Earlier(
        stay.person_key, stay.hospital_code, stay.case_id, priced.route.category if per_diem else "",
        stay.admission, stay.discharge, priced.position, priced.allotment.spans if per_diem else (),
    )  # fmt: skip
