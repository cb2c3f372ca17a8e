"""What holds of methods side by side, whatever the stays: one method a day, no gap, no fen lost or twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_policy import ROOT
from chspay_settlement.engine.books.ledger import difference_fen
from chspay_settlement.engine.books.others import BOOKS, Book, OtherMethod, OtherPaid, other_postings, take
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.model import BED_DAYS, ELSEWHERE, CaseKind, PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.routing.bed_days import Answer, Answers, OwnList, Stretch
from chspay_settlement.engine.routing.days import Claim, days_of
from chspay_settlement.engine.routing.run import Episode, Routed, Run
from chspay_settlement.engine.routing.settled_days import Met, SettledDays, settled_days_of
from chspay_settlement.engine.routing.table import Method, Router

POLICY = Bundle.load(ROOT, "990100").on(date(2027, 3, 31))
TABLE = Router.read(POLICY)
FIRST = date(2027, 1, 1)
_LONG, _OTHER = "A15", "A03"

stays = st.lists(
    st.tuples(
        st.integers(0, 2),  # person
        st.integers(0, 40),  # admission
        st.integers(0, 25),  # days
        st.booleans(),  # a bed-day department
        st.sampled_from(["310", "510"]),
        st.integers(
            0, 3
        ),  # what the service answers: bed-days, not a pilot, refused, bed-days with an episode
    ),
    max_size=8,
)


def episode(number: int, row: tuple, name: str = "C") -> Episode:
    """A stay of a random person."""
    person, start, days, long, insurance, _ = row
    since = FIRST + timedelta(days=start)
    return Episode(
        "H1", f"{name}{number}", "990100", f"p{person}", since, since + timedelta(days=days), "hospital",
        _LONG if long else _OTHER, insurance, 1_000_000, 200_000,
    )  # fmt: skip


def answered(one: Episode, way: int) -> tuple[Answer, Episode | None]:
    """The bed-day service's answer, and the list of an acute episode where the stay has one."""
    span = one.spans[0]
    cut = span.since + timedelta(days=2), span.since + timedelta(days=5)
    method = {1: "not_pilot", 2: "refused"}.get(way, "per_diem")
    parts = [Stretch(span.since, span.until, "paid")]
    own: tuple[OwnList, ...] = ()
    inside = None
    if way == 3 and cut[1] < span.until:
        parts = [
            Stretch(span.since, cut[0], "paid"), Stretch(*cut, "acute", "x"),
            Stretch(cut[1], span.until, "paid"),
        ]  # fmt: skip
        inside = one._replace(
            case_id=f"{one.case_id}-A", admission=cut[0], discharge=cut[1], department=_OTHER
        )
        own = (OwnList(inside.case_id, "drg", ""),)
    paid = sum((part.until - part.since).days for part in parts if part.use == "paid")
    answer = Answer(
        "H1", one.case_id, method, "psychiatry", str(paid), "points" if method == "per_diem" else "",
        paid * 3_500_000 if method == "per_diem" else 0, 0, "1", f"PD-{one.case_id}", "ab", "", "", "",
        tuple(parts) if method == "per_diem" else (), own,
    )  # fmt: skip
    return answer, inside


def world(
    rows: list[tuple], name: str = "C", earlier: SettledDays | None = None
) -> tuple[list[Episode], Run]:
    """Random lists of a month and what they are routed by."""
    episodes, answers = [], []
    for number, row in enumerate(rows):
        one = episode(number, row, name)
        episodes.append(one)
        if row[3]:
            answer, inside = answered(one, row[5])
            answers.append(answer)
            episodes += [inside] if inside is not None else []
    own = tuple((answer.hospital_code, one.case_id) for answer in answers for one in answer.own_lists)
    return episodes, Run(TABLE, Answers("ab", own, tuple(answers)), earlier or SettledDays())


@settings(max_examples=200, deadline=None)
@given(rows=stays)
def test_every_list_has_one_method_and_every_day_of_a_person_one_payer(rows) -> None:
    """S12: no gap and no double pay; who is not paid says why, and only his days are nobody's."""
    episodes, run = world(rows)
    routed = {one.key: one for one in run.routes(episodes)}
    assert set(routed) == {one.key for one in episodes}
    assert all(one.reason and one.text and one.cite for one in routed.values())
    for person in {one.person_key for one in episodes}:
        own = [one for one in episodes if one.person_key == person]
        claims = [claim for one in own for claim in run.claims(one, routed[one.key])]
        claimed = {claim.key: claim.spans for claim in claims}
        payers = days_of(claimed)
        assert all(len(keys) == 1 for keys in payers.values())
        wanted = set(days_of({one.key: one.spans for one in own}))
        left = {
            day
            for one in own
            if routed[one.key].method is Method.NONE
            for day in days_of({one.key: one.spans})
        }
        assert wanted - set(payers) <= left


@settings(max_examples=100, deadline=None)
@given(rows=stays, seed=st.randoms(use_true_random=False))
def test_the_order_of_lists_never_decides_who_is_paid(rows, seed) -> None:
    """The file's order is an accident; who is paid is not."""
    episodes, run = world(rows)
    shuffled = list(episodes)
    seed.shuffle(shuffled)

    def found(given_in: list[Episode]) -> dict[tuple[str, str], Routed]:
        return {one.key: one for one in run.routes(given_in)}

    assert found(shuffled) == found(episodes)


def met_by(episodes: list[Episode], paid: list[tuple[str, Claim]]) -> SettledDays:
    """What stands against the cases of a month: every list of the same person that a month before it paid."""
    return SettledDays(
        tuple(
            Met(one.key, month, claim.key, claim.bed_days, claim.spans)
            for one in episodes
            for month, claim in paid
            if claim.person == one.person_key
        )
    )


@settings(max_examples=150, deadline=None)
@given(months=st.lists(stays, min_size=2, max_size=4))
def test_no_day_of_a_person_is_paid_twice_over_any_sequence_of_months(months) -> None:
    """S12: what a closed month paid stays paid; the list settled later gives way and names the other."""
    paid: list[tuple[str, Claim]] = []
    for number, rows in enumerate(months, 1):
        month = f"2027-{number:02}"
        episodes, alone = world(rows, f"M{number}-")
        earlier = settled_days_of(met_by(episodes, paid).content())
        _, run = world(rows, f"M{number}-", earlier)
        again = {one.key: one for one in run.routes(episodes)}
        before = {claim.key: when for when, claim in paid}
        free = {one.key: one for one in alone.routes(episodes)}
        for key, one in again.items():
            if one.reason == "stay_overlaps" and free[key].reason != "stay_overlaps":
                other = tuple(one.beside.split("/"))
                assert other in before
                assert before[other] in one.text
        paid += [(month, claim) for one in episodes for claim in run.claims(one, again[one.key])]
    for person in {claim.person for _, claim in paid}:
        own = {claim.key: claim.spans for _, claim in paid if claim.person == person}
        assert all(len(keys) == 1 for keys in days_of(own).values())


def test_a_transfer_over_the_end_of_a_month_is_no_overlap() -> None:
    """The day of discharge belongs to the hospital that admits; the day before it does not."""
    person, long = 0, False
    (first,), run = world([(person, 20, 8, long, "310", 0)], "JAN-")
    paid = [("2027-01", claim) for claim in run.claims(first, next(iter(run.routes([first]))))]
    for start, method in ((28, Method.DRG), (27, Method.NONE)):
        rows = [(person, start, 9, long, "310", 0)]
        episodes, _ = world(rows, "FEB-")
        _, later = world(rows, "FEB-", met_by(episodes, paid))
        (found,) = later.routes(episodes)
        assert found.method is method
    assert (found.reason, found.beside) == ("stay_overlaps", "H1/JAN-0")


payments = st.lists(
    st.tuples(st.sampled_from(list(OtherMethod)), st.integers(0, 2), st.integers(-10_000, 50_000)),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(fund=st.integers(0, 1_000_000), rows=payments)
def test_what_is_divided_and_what_is_taken_are_the_fund_and_every_booking_balances(fund, rows) -> None:
    """S35 and S101: no fen is divided by points that another method paid, and none is lost."""
    paid = [
        OtherPaid(f"OP{n}", "H1", method, BOOKS[method][place % len(BOOKS[method])], fen)
        for n, (method, place, fen) in enumerate(rows)
        if fen
    ]
    inpatient = sum(one.amount_fen for one in paid if one.book is Book.INPATIENT)
    spent = 0
    for one in paid:
        lines = other_postings(one, "x")
        assert difference_fen(lines) == 0
        spent += sum(line.debit_fen - line.credit_fen for line in lines if not line.hospital_code)
    assert spent == sum(one.amount_fen for one in paid)
    if inpatient > fund:
        with pytest.raises(Fault):
            take(fund, paid)
        return
    taken = take(fund, paid)
    assert (taken.others_fen, taken.divided_fen) == (inpatient, fund - inpatient)


cases = st.lists(
    st.tuples(st.sampled_from(["grouped", BED_DAYS, ELSEWHERE]), st.integers(1, 900_000), st.integers(0, 50)),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=cases)
def test_a_month_of_bed_days_and_others_is_the_same_by_case_and_by_column(rows) -> None:
    """Batch equals single case: points of bed-days, groups they never price, and cases paid elsewhere."""
    inputs = [PricedInput("G", "H1", 2, "BR2", "grouped", _OTHER, 5, 500_000, 10_000)]
    for number, (status, cost, points) in enumerate(rows):
        one = PricedInput(
            f"C{number}",
            f"H{number % 3 + 1}",
            2,
            f"BR{number % 2 + 2}",
            status,
            _OTHER if status == "grouped" else _LONG,
            20,
            cost,
            cost // 4,
        )
        mark = Mark(MarkKind.BED_DAYS, f"{points}.25", "", f"PD-{number}#ab")
        inputs.append(one._replace(marks=(mark,)) if status == BED_DAYS else one)
    one_by_one, over = clear(inputs, 9_000_001, POLICY), clear_columns(Columns.of(inputs), 9_000_001, POLICY)
    assert one_by_one.table == replace(over.table, sums=one_by_one.table.sums)
    assert [over.points[row] for row in range(len(inputs))] == one_by_one.points
    assert over.funds_fen.tolist() == one_by_one.funds_fen
    assert one_by_one.division == over.division
    for inp, found in zip(inputs, one_by_one.points, strict=True):
        if inp.status == ELSEWHERE:
            assert (found.kind, found.reason) == (CaseKind.EXCLUDED, "PAID_ELSEWHERE")
        if inp.status == BED_DAYS:
            assert found.kind is CaseKind.PER_DIEM
    grouped = [inp for inp in inputs if inp.status == "grouped"]
    assert one_by_one.table.all_cases == len(grouped)
