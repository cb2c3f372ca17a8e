"""What must hold of capitation whatever the roster: one community a day, quotas to the fen."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
from capitation_rules import CATCHMENT, batch_of, catchment, key_of, policy_of, random_roster, spell
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_capitation.engine.attribution import Span, stays
from chspay_capitation.engine.benefit import Admission, settle_stays
from chspay_capitation.engine.budget import budgets, check_plan
from chspay_capitation.engine.catchment import Catchment, Entry, Stretches
from chspay_capitation.engine.columnar import Terms, terms, units_of
from chspay_capitation.engine.inside import Member, Part, allocate
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.quota import Heads, Quotas, Tally, quotas, tally_of
from chspay_capitation.engine.referral import Referral, judge
from chspay_capitation.engine.risk import age_on, read_risk
from chspay_capitation.engine.roster import Spell, spells_of
from chspay_capitation.engine.settle import Fund, Results, settle
from chspay_core.worksheet import Worksheet

SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)
DAYS = st.dates(date(2025, 6, 1), date(2027, 6, 1))
REGIONS = st.sampled_from(["", "990101", "990102", "990102003", "990102003011", "330100"])


def _terms(removed: dict[str, list[Span]] | None = None, **changes: object) -> Terms:
    policy = policy_of({f"capitation.{name}": value for name, value in changes.items()})
    served = catchment()
    stretches = Stretches(served, SINCE, UNTIL)
    return terms(stretches, read_order(policy), read_risk(policy), served.communities, removed or {})


@st.composite
def rosters(draw: st.DrawFn) -> list[Spell]:
    """Persons of every kind with one or two rows that do not overlap."""
    found = []
    for number in range(draw(st.integers(1, 25))):
        begin = draw(DAYS)
        facts = {
            "birth_date": draw(st.dates(date(1930, 1, 1), date(2026, 12, 31))),
            "sex": draw(st.sampled_from("129")),
        }
        for _ in range(draw(st.integers(1, 2))):
            end = begin + timedelta(days=draw(st.integers(1, 500)))
            found.append(
                spell(
                    number,
                    person_type=draw(st.sampled_from(["employee", "flexible", "resident", "student"])),
                    insurance_type=draw(st.sampled_from(["310", "390"])),
                    signed_institution=draw(st.sampled_from(["", "", "H1", "H2", "H0"])),
                    household_region=draw(REGIONS),
                    residence_region=draw(REGIONS),
                    university=draw(st.sampled_from(["", "U1"])),
                    employer=draw(st.sampled_from(["", "E1", "E2"])),
                    chronic_conditions=draw(st.sampled_from(["", "E11", "E11;I10", "Z00"])),
                    valid_from=begin,
                    valid_to=end,
                    **facts,
                )
            )
            begin = end + timedelta(days=draw(st.integers(0, 60)))
    return found


@given(
    rosters(),
    st.sampled_from(["household", "residence"]),
    st.sampled_from(["least_code@1", "even_by_key@1"]),
    st.lists(st.tuples(st.integers(0, 25), DAYS, st.integers(1, 200)), max_size=4),
)
@settings(max_examples=60)
def test_many_at_once_are_placed_as_one_by_one(
    roster: list[Spell], unsigned: str, tie: str, findings: list[tuple[int, date, int]]
) -> None:
    """The fast form may never answer otherwise than the one that explains."""
    removed: dict[str, list[Span]] = {}
    for number, since, days in findings:
        removed[key_of(number)] = [Span(since, since + timedelta(days=days))]
    given_ = _terms(removed, unsigned_by=unsigned, tie=tie)
    found = Counter(tuple(row.values()) for row in units_of(batch_of(roster), given_).to_pylist())
    want: Counter[tuple[object, ...]] = Counter()
    for person in roster:
        factor = given_.risk.factor(age_on(person.birth_date, SINCE), person.sex, person.conditions)
        for stay in stays(person, given_.stretches, given_.order, removed.get(person.person_key, ())):
            weight = 0 if stay.removed else factor * stay.days
            want[
                person.person_key, person.insurance_type, stay.community, stay.step, stay.tied, stay.removed,
                stay.since, stay.until, factor, weight,
            ] += 1  # fmt: skip
    assert found == want


@given(rosters(), st.sampled_from(["least_code@1", "even_by_key@1"]))
@settings(max_examples=60)
def test_everybody_belongs_to_one_community_on_each_day(roster: list[Spell], tie: str) -> None:
    """Nobody is counted twice and nobody is lost, on any day he is insured."""
    days: dict[tuple[str, date], list[str]] = defaultdict(list)
    for row in units_of(batch_of(roster), _terms(tie=tie)).to_pylist():
        for number in range((row["until"] - row["since"]).days):
            days[row["person_key"], row["since"] + timedelta(days=number)].append(row["community"])
    assert all(len(found) == 1 and found[0] for found in days.values())
    insured = {
        (person.person_key, SINCE + timedelta(days=number))
        for person in roster
        for number in range((UNTIL - SINCE).days)
        if person.valid_from <= SINCE + timedelta(days=number) < (person.valid_to or date.max)
    }
    assert set(days) == insured


def _quotas(units: list[pa.RecordBatch], budget: int) -> Quotas:
    tally = tally_of(units)
    return quotas(tally, dict.fromkeys(tally.insurances, budget), len(units), units.__getitem__)


@given(st.integers(1, 400), st.integers(0, 2**40), st.integers(1, 9), st.integers(0, 2**30))
@settings(max_examples=60)
def test_quotas_add_up_to_the_budget_and_to_the_persons(
    count: int, budget: int, pieces: int, seed: int
) -> None:
    """Every fen of the budget has one owner, and a community's quota is its members' fen."""
    given_, roster = _terms(tie="even_by_key@1"), random_roster(count, seed)
    width = -(-count // pieces)
    units = [units_of(roster.slice(start, width), given_) for start in range(0, count, width)]
    found = _quotas(units, budget)
    mine: Counter[tuple[str, str]] = Counter()
    shares: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in (row for batch in units for row in batch.to_pylist()):
        kind = row["insurance_type"]
        fen = found.splits[kind].fen(row["weight_micro"], row["person_key"], row["since"])
        mine[row["community"], kind] += fen
        shares[kind].append((row["weight_micro"], fen))
    assert mine == Counter(found.fen)
    for owned in shares.values():
        whole = sum(weight for weight, _ in owned)
        assert sum(fen for _, fen in owned) == budget
        assert all(0 <= fen - budget * weight // whole <= 1 for weight, fen in owned)


@given(st.integers(2, 200), st.integers(1, 2**40), st.integers(0, 2**30))
@settings(max_examples=40)
def test_who_moves_takes_exactly_his_quota(count: int, budget: int, seed: int) -> None:
    """A person who signs elsewhere changes two quotas by his own fen, and nobody else's by any."""
    given_, roster = _terms(), spells_of(random_roster(count, seed))
    roster[0] = roster[0]._replace(signed_institution="H1", valid_from=SINCE, valid_to=None)
    moved = [roster[0]._replace(person_type="student", signed_institution="", university="U1"), *roster[1:]]
    before, after = [units_of(batch_of(roster), given_)], [units_of(batch_of(moved), given_)]
    old, new = _quotas(before, budget), _quotas(after, budget)
    kind, unit = roster[0].insurance_type, before[0].to_pylist()[0]
    fen = old.splits[kind].fen(unit["weight_micro"], unit["person_key"], unit["since"])
    change = Counter(new.fen)
    change.subtract(old.fen)
    assert {key: value for key, value in change.items() if value} == (
        {("C1", kind): -fen, ("C2", kind): fen} if fen else {}
    )


@given(st.integers(2, 60), st.integers(0, 2**30), st.integers(1, 2**40))
@settings(max_examples=30)
def test_the_order_of_the_file_decides_nothing(count: int, seed: int, budget: int) -> None:
    """Who sorts the file otherwise must not move a fen."""
    given_, roster = _terms(tie="even_by_key@1"), spells_of(random_roster(count, seed))
    there = _quotas([units_of(batch_of(roster), given_)], budget)
    back = _quotas([units_of(batch_of(roster[::-1]), given_)], budget)
    assert there.fen == back.fen


@given(st.permutations(CATCHMENT))
@settings(max_examples=10)
def test_the_order_of_the_catchment_decides_nothing(entries: list[Entry]) -> None:
    """Nor must the order in which the served are listed."""
    mixed = Catchment(entries)
    assert mixed.entries == catchment().entries
    assert mixed.breaks(SINCE, UNTIL) == [SINCE, date(2026, 3, 1), date(2026, 7, 1)]


MONEY = st.integers(0, 10**12)


@given(
    st.lists(st.tuples(MONEY, MONEY, MONEY), min_size=1, max_size=4),
    st.sampled_from(["shared_by_quota@1", "shared_by_fund@1", "bundle_less_outside@1"]),
    st.sampled_from(["0", "0.5", "0.85", "1"]),
)
@settings(max_examples=80)
def test_a_settlement_neither_makes_nor_loses_a_fen(
    amounts: list[tuple[int, int, int]], method: str, share: str
) -> None:
    """What is paid inside and outside and what the fund keeps make up the quota, insurance by insurance."""
    changes = {"capitation.settlement": method, "capitation.keep": share, "capitation.bear": share}
    funds = [Fund(str(300 + n), quota + 1, *rest, 0) for n, (quota, *rest) in enumerate(amounts)]
    paid, sheet = settle("C1", funds, Results(None, None), policy_of(changes))
    for item in paid:
        outside = item.fund.outside_fen - item.fund.exempt_fen
        assert item.due_fen + outside + item.fund_keeps_fen == item.fund.quota_fen
        assert item.released_fen >= 0 <= item.borne_fen
    balance = sum(item.fund.balance_fen for item in paid)
    if method == "shared_by_quota@1":
        assert (sum(item.released_fen for item in paid) > 0) <= (balance > 0)
    assert int(sheet["due"].value) == sum(item.due_fen for item in paid)
    if method == "bundle_less_outside@1":
        assert all(item.fund_keeps_fen == 0 for item in paid)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[list[Admission], list[Referral]]:
    """One person's stays in two communities, some referred; days may overlap, as long stays and errors do."""
    stays_, referrals, day = [], [], date(2026, 1, 1)
    for number in range(draw(st.integers(1, 6))):
        admitted = day + timedelta(days=draw(st.sampled_from([0, 0, 1, 2, 3, 6, -1, -5, -12])))
        discharged = admitted + timedelta(days=draw(st.integers(0, 20)))
        level = draw(st.integers(1, 3))
        stay = Admission(
            f"S{number}", key_of("p"), f"I{draw(st.integers(1, 4))}", level,
            draw(st.sampled_from(["C1", "C1", "C2"])), True, False, False, admitted, discharged,
            draw(st.integers(0, 300_000)),
        )  # fmt: skip
        last = stays_[draw(st.integers(0, number - 1))] if stays_ else stay
        if last.institution != stay.institution and draw(st.booleans()):
            referrals.append(
                Referral(
                    f"R{number}", key_of("p"), last.institution, last.level, stay.institution, level, False,
                    last.discharged, "I21.0", "",
                )
            )  # fmt: skip
        stays_.append(stay)
        day = discharged
    return sorted(stays_, key=lambda stay: (stay.admitted, stay.discharged, stay.stay_id)), referrals


@given(journeys())
@settings(max_examples=150)
def test_one_admission_owes_one_deductible(journey: tuple[list[Admission], list[Referral]]) -> None:
    """Linked stays pay together what the highest level asks once: never twice, never less."""
    owed = {1: 30_000, 2: 60_000, 3: 120_000}
    policy = policy_of()
    judged = [(referral, judge(referral, policy)) for referral in journey[1]]
    found = settle_stays(journey[0], judged, [policy] * len(journey[0]))
    chains: list[list[int]] = []
    for number, settled in enumerate(found):
        ends = [chain for chain in chains if journey[0][chain[-1]].stay_id == settled.linked_to]
        assert len(ends) == bool(settled.linked_to)
        (ends[0] if ends else chains.append([]) or chains[-1]).append(number)
    for chain in chains:
        stays_ = [journey[0][number] for number in chain]
        paid = sum(found[number].deductible_fen for number in chain)
        highest = max(owed[stay.level] for stay in stays_)
        assert paid <= highest
        assert paid >= min(owed[stays_[0].level], stays_[0].eligible_fen)
        if all(stay.eligible_fen >= highest for stay in stays_):
            assert paid == highest
        assert len({stay.community for stay in stays_}) == 1
        for before, after in pairwise(stays_):
            assert before.discharged <= after.admitted
    for number, (stay, settled) in enumerate(zip(journey[0], found, strict=True)):
        assert 0 <= settled.deductible_fen <= stay.eligible_fen
        assert 0 <= settled.fund_fen <= stay.eligible_fen
        over = [each.stay_id for each in journey[0][:number] if stay.admitted < each.discharged]
        assert settled.overlaps == "、".join(over)


@given(journeys(), st.integers(0, 5))
@settings(max_examples=60)
def test_a_stay_taken_back_never_was(journey: tuple[list[Admission], list[Referral]], which: int) -> None:
    """What is left comes to what it would have come to without it, and each chain still owes once."""
    policy = policy_of()
    judged = [(referral, judge(referral, policy)) for referral in journey[1]]
    left = [stay for number, stay in enumerate(journey[0]) if number != which % len(journey[0])]
    found = settle_stays(left, judged, [policy] * len(left))
    whole = settle_stays(journey[0], judged, [policy] * len(journey[0]))
    before = {settled.stay_id: settled for settled in whole}
    gone = {stay.stay_id for stay in journey[0]} - {stay.stay_id for stay in left}
    for settled in found:
        assert settled.linked_to not in gone
        if not before[settled.stay_id].linked_to:
            assert settled.deductible_fen == before[settled.stay_id].deductible_fen


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(0, 10**9), min_size=4, max_size=4), min_size=1, max_size=8),
)
@settings(max_examples=60)
def test_a_community_hands_on_exactly_what_it_got(
    amount: int, weights: list[int], figures: list[list[int]]
) -> None:
    """Its own rule may say how, never how much: the members' fen are the settlement's, owed or due."""
    whole = sum(weights)
    shares = [Decimal(weight * 1_000_000 // whole) / 1_000_000 for weight in weights]
    shares[0] += 1 - sum(shares)
    parts = [Part(f"f{n}", f"数{n}", share) for n, share in enumerate(shares)]
    members = [
        Member(f"M{n}", {f"f{m}": value + (n == 0) for m, value in enumerate(row)})
        for n, row in enumerate(figures)
    ]
    found, sheet = allocate(amount, parts, members, "章程")
    assert sum(found.values()) == amount
    assert all(fen * amount >= 0 for fen in found.values())
    back, _ = allocate(-amount, parts, members, "章程")
    assert back == {code: -fen for code, fen in found.items()}
    assert {code: int(sheet[f"fen_{code}"].value) for code in found} == found


@given(st.dictionaries(st.sampled_from(["310", "390", "510"]), st.integers(1, 10**9), min_size=1),
       st.integers(1, 10**14))  # fmt: skip
@settings(max_examples=60)
def test_a_plan_is_handed_out_whole(days: dict[str, int], plan: int) -> None:
    """The quotas of all insurances are the plan's fund, so the pools still add up to the budget."""
    rates = [{"insurance_type": kind, "yuan": str(400 + int(kind))} for kind in sorted(days)]
    policy = policy_of(
        {"capitation.budget": "plan_by_rate@1", "capitation.plan": "equal", "capitation.rates": rates}
    )
    tally, sheet = Tally(), Worksheet("总额")
    for kind, count in days.items():
        tally.heads["C1", kind] = Heads(count, 0, 1)
    found = budgets(tally, {}, 365, policy, sheet, plan)
    check_plan(found, plan, policy, sheet)
    assert (set(found), sum(found.values())) == (set(days), plan)
