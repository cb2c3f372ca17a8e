"""Laws of bed-days: no day lost or twice, more days never earn less, together as alone, worksheets re-add."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from perdiem_rules import BASE, PLACE, check_sheet, everywhere, policy_of, stay

from chspay_core.errors import Fault
from chspay_perdiem.engine.allot import Membership, Pilots, allot
from chspay_perdiem.engine.batch import Earlier, earlier_of, price_all
from chspay_perdiem.engine.lint import check
from chspay_perdiem.engine.price import Priced, price
from chspay_perdiem.engine.stay import Days, OwnList, Stay, Transfer, Use
from chspay_perdiem.engine.terms import Terms, read_terms

FIRST = date(2026, 1, 1)
MODELS = ("flat@1", "marginal@1", "whole_stay@1", "capped@1", "points@1", "points_marginal@1",
          "points_whole_stay@1", "points_capped@1")  # fmt: skip
RULES = {
    "per_diem.discharge_day": ("not_counted@1", "counted@1"),
    "per_diem.transfer_day": ("receiving@1", "sending@1"),
    "per_diem.leave": ("unpaid@1", "held@1"),
    "per_diem.after_acute": ("continues@1", "restarts@1"),
    "per_diem.membership": ("by_admission@1", "by_discharge@1", "by_day@1"),
}
REST = {"per_diem.leave_held_days": "2", "per_diem.leave_held_share": "0.5"}


def _terms(changes: dict[str, object] | None = None) -> Terms:
    return read_terms(policy_of({**REST, **(changes or {})}))


@st.composite
def _rules(draw: st.DrawFn) -> Terms:
    return _terms({key: draw(st.sampled_from(names)) for key, names in RULES.items()})


@st.composite
def _stays(draw: st.DrawFn, case_id: str = "L1", hospital: str = "H1") -> Stay:
    admission = FIRST + timedelta(days=draw(st.integers(0, 40)))
    length = draw(st.integers(0, 120))
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    pieces = [
        Days(admission + timedelta(days=since), admission + timedelta(days=until))
        for since, until in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    kinds = [draw(st.sampled_from(("leave", "acute", "none"))) for _ in pieces]
    transfers = [
        Transfer(admission + timedelta(days=length if out else 0), out, "H9")
        for out in (False, True)
        if draw(st.booleans())
    ]
    return Stay(
        case_id, hospital, draw(st.sampled_from(("A15", "A21", "A24", "A22"))), admission,
        admission + timedelta(days=length),
        leaves=tuple(days for days, kind in zip(pieces, kinds, strict=True) if kind == "leave"),
        own_lists=tuple(
            OwnList(f"{case_id}-{at}", days, True)
            for at, (days, kind) in enumerate(zip(pieces, kinds, strict=True)) if kind == "acute"
        ),
        transfers=tuple(transfers), person_key="p",
    )  # fmt: skip


@st.composite
def _models(draw: st.DrawFn, names: tuple[str, ...] = MODELS) -> Terms:
    name = draw(st.sampled_from(names))
    tiered = "marginal" in name or "whole" in name
    edges = sorted(draw(st.sets(st.integers(1, 90), min_size=1, max_size=3))) if tiered else []
    rates = draw(st.lists(st.integers(1, 99_999), min_size=len(edges) + 1, max_size=len(edges) + 1))
    rows = [
        {"category": "psychiatry", "scope": "", "up_to": str(edge), "yuan": f"{fen // 100}.{fen % 100:02d}"}
        for edge, fen in zip([*edges, ""], rates, strict=True)
    ]
    return _terms(
        {
            "per_diem.categories": [{"category": "psychiatry", "name": "精神", "model": name}],
            "per_diem.departments": [{"category": "psychiatry", "department": "A15"}],
            "per_diem.rates": rows,
            "per_diem.benchmark_days": [{"category": "psychiatry", "days": str(draw(st.integers(1, 60)))}],
            "per_diem.coefficient": "table@1",
            "per_diem.coefficients": [
                {"category": "psychiatry", "scope": "", "value": draw(st.sampled_from(("1", "0.93", "1.07")))}
            ],
        }
    )


def _worth(priced: Priced) -> int:
    return priced.points_micro or priced.standard_fen


@given(_rules(), _stays())
def test_every_day_of_a_stay_has_exactly_one_use(terms, one):
    """A day that is lost is stolen from the hospital; a day paid twice from the fund."""
    found = allot(one, terms, everywhere())
    at = one.admission
    for span in found.spans:
        assert span.since == at < span.until
        at = span.until
    assert at == one.end
    acute = {own.case_id for own in found.separate}
    for own in one.own_lists:
        inside = {span.by for span in found.spans if span.use is Use.ACUTE}
        assert (own.case_id in acute) != (own in found.folded)
        if own in found.folded:
            assert own.case_id not in inside
    counted = found.days_of(Use.PAID)
    assert sum(run.present for run in found.runs) == counted
    assert sum(run.held for run in found.runs) == found.days_of(Use.HELD)


@given(_rules(), _stays())
def test_a_worksheet_re_adds_whatever_the_rules(terms, one):
    """Who works a worksheet out again must find the amount."""
    found = price(one, terms, everywhere())
    if found.sheet is not None:
        check_sheet(found.sheet)
        points = Fraction(found.points_micro, 10**6)
        worth = points if found.category.model.points else found.standard_fen
        assert Fraction(found.sheet["worth"].value) == worth


@given(_models(), st.integers(0, 150))
def test_one_day_more_never_earns_less_unless_the_maker_was_warned(terms, days):
    """Whole-stay tiers fall; every other model is monotone, and a fall is never silent."""
    less, more = (_worth(price(stay(count), terms, everywhere())) for count in (days + 1, days + 2))
    if more < less:
        assert "whole_stay" in terms.categories["psychiatry"].model.name
        assert "PER_DIEM_PAYS_LESS_FOR_MORE" in {item.code for item in check(terms.policy)}


@given(_models(), st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_cutting_a_stay_into_lists_is_worth_nothing(terms, parts):
    """分解住院: a stay settled in several lists earns to the fen what it earns as one."""
    terms = replace(terms, continuation=_terms({"per_diem.continuation": "within_days@1",
                                                "per_diem.continuation_days": "0"}).continuation)  # fmt: skip
    whole = price(stay(sum(parts), person_key="p"), terms, everywhere())
    at, lists = date(2026, 1, 2), []
    for number, days in enumerate(parts):
        lists.append(stay(days, f"L{number}", admission=at, person_key="p"))
        at += timedelta(days=days)
    found = price_all(list(reversed(lists)), terms, everywhere())
    assert sum(_worth(item) for item in found) == _worth(whole)
    assert sum(item.days for item in found) == whole.days
    for item in found:
        check_sheet(item.sheet)


@settings(max_examples=40)
@given(_rules(), st.data())
def test_together_as_alone(terms, data):
    """A batch must answer as single calls do, in whatever order it comes."""
    stays = [data.draw(_stays(f"L{number}", f"H{number % 3 + 1}")) for number in range(4)]
    stays = [replace(one, person_key=data.draw(st.sampled_from(("p", "q", "")))) for one in stays]
    together = price_all(stays, terms, everywhere())
    mixed = data.draw(st.permutations(range(len(stays))))
    for at, answer in zip(mixed, price_all([stays[at] for at in mixed], terms, everywhere()), strict=True):
        assert _told(answer) == _told(together[at])
    earlier: list[Earlier] = []
    for at in sorted(range(len(stays)), key=lambda at: _place(stays[at])):
        known = [item for item in earlier if item.person_key and item.person_key == stays[at].person_key]
        (alone,) = price_all([stays[at]], terms, everywhere(), earlier=known)
        assert _told(alone) == _told(together[at])
        if isinstance(alone, Priced):
            earlier.append(earlier_of(alone))


def _place(one: Stay) -> tuple[object, ...]:
    return one.admission, one.discharge, one.hospital_code, one.case_id


def _told(answer: Priced | Fault) -> object:
    if isinstance(answer, Fault):
        return answer.reason.code
    return answer.points_micro, answer.standard_fen, answer.amount_fen, answer.allotment


@given(_rules(), st.data())
def test_no_day_of_a_person_is_counted_twice(terms, data):
    """However lists overlap, each day of a person is a bed-day of one of them at most."""
    stays = [data.draw(_stays(f"L{number}", f"H{number % 3 + 1}")) for number in range(4)]
    counted: list[date] = []
    for answer in price_all(stays, terms, everywhere()):
        if isinstance(answer, Priced):
            for span in answer.allotment.spans:
                if span.use in (Use.PAID, Use.HELD):
                    counted += [span.since + timedelta(days=at) for at in range(span.days)]
    assert len(counted) == len(set(counted))


@given(_rules(), st.integers(1, 30), st.integers(1, 30))
def test_a_transfer_counts_its_day_once(terms, here, there):
    """Two institutions see the patient on the day of a transfer, and exactly one counts it."""
    day = FIRST + timedelta(days=here)
    first = stay(
        0,
        "L1",
        admission=FIRST,
        discharge=day,
        department="A22",
        person_key="p",
        transfers=(Transfer(day, True, "H2", "L2"),),
    )
    second = stay(
        0,
        "L2",
        hospital_code="H2",
        admission=day,
        discharge=day + timedelta(days=there),
        department="A22",
        person_key="p",
        transfers=(Transfer(day, False, "H1", "L1"),),
    )
    found = price_all([first, second], terms, everywhere())
    last = terms.discharge.name == "counted@1"
    assert sum(item.days for item in found) == here + there + last


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 80), st.integers(1, 60))
def test_a_membership_that_begins_or_ends_inside_leaves_no_day_unpaid(since, length, admitted, days):
    """By the day: bed-days and interim lists are the whole stay, and neither has a day of the other."""
    terms = _terms({"per_diem.membership": "by_day@1"})
    start = FIRST + timedelta(days=since)
    member = Membership("H1", "psychiatry", start, start + timedelta(days=length))
    one = stay(days, admission=FIRST + timedelta(days=admitted))
    outside = [
        day for day in (one.admission + timedelta(days=at) for at in range(days)) if not member.covers(day)
    ]
    lists = []
    for day in outside:
        if lists and lists[-1].until == day:
            lists[-1] = Days(lists[-1].since, day + timedelta(days=1))
        else:
            lists.append(Days(day, day + timedelta(days=1)))
    if len(outside) < days:
        one = replace(one, own_lists=tuple(OwnList(f"I{at}", item, False) for at, item in enumerate(lists)))
    found = allot(one, terms, Pilots([member]))
    whole = found.days_of(Use.NOT_PILOT) == days + 1
    assert whole or found.days_of(Use.PAID) + found.days_of(Use.NOT_PILOT) == days
    assert whole or found.days_of(Use.PAID) == days - len(outside)


def test_the_figures_of_the_tests_are_of_no_place():
    """The helper policy is invented, as every shipped figure is."""
    assert PLACE.startswith("99")
    assert BASE["per_diem.mean_case_cost"] == "12000"
