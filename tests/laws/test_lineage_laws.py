"""Lineage reads narrowly: a hospital's totals and two cases must say what dividing everything says."""

from __future__ import annotations

import asyncio
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.statistics import totals, trim_until_stable
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.groups.measure import measure_costs
from chspay_settlement.engine.lineage.blocks import SUMS, blocks_of, total
from chspay_settlement.engine.lineage.facts import MonthFacts, Page, restored
from chspay_settlement.engine.lineage.group import Sums, kept_of, stored_sums
from chspay_settlement.engine.lineage.handed import fund_of
from chspay_settlement.engine.lineage.hospital import HospitalLines
from chspay_settlement.engine.lineage.node import Source
from chspay_settlement.engine.lineage.pool import PoolLines
from chspay_settlement.engine.model import CaseKind, CasePoints, GroupTable, PricedInput
from chspay_settlement.engine.month.payment import Payment
from chspay_settlement.engine.month.settled import Settled, funds_of_cases
from chspay_settlement.engine.value.divide import divide
from chspay_settlement.engine.value.facts import facts_of
from chspay_settlement.engine.value.forms import POINT_VALUE
from chspay_settlement.engine.value.split import hospital_totals

NOWHERE = Source("none", "none")
RULES = {
    "rate.level_shares": [{"level": "2", "share": "0.3"}, {"level": "3", "share": "0.7"}],
    "rate.fixed": "61.2345",
    "rate.by_level": [{"level": "2", "rate": "55.5"}, {"level": "3", "rate": "80.01"}],
    "elastic.fixed_part": "goods_share@1",
    "elastic.group_shares": [{"drg": "G1", "fixed_share": "0.37"}, {"drg": "G2", "fixed_share": "1"}],
    "elastic.value_method": "fund_share@1",
    "elastic.base_share": "0.4",
}
FORMS = sorted(POINT_VALUE.names)
POLICIES = {name: policy_of({**RULES, "point_value.form": name}) for name in FORMS}
#: Hospital, group, points in millionths and patients' part of a case.
rows = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.sampled_from(["G1", "G2"]), st.integers(1, 10**9), st.integers(0, 10**6)
    ),
    min_size=2,
    max_size=30,
)  # fmt: skip
funds = st.integers(0, 10**12)


def cases_of(found: list) -> tuple[list[PricedInput], list[CasePoints]]:
    """Cases with their points; A and B are of level 3. Some cases weigh the same, so that ties are met."""
    found = [("A", "G1", 10**6, 0), ("C", "G1", 10**6, 0), ("C", "G1", 10**6, 0), *found]
    inputs = [
        PricedInput(f"c{i:03}", code, 3 if code in "AB" else 2, drg, "grouped", "", None, paid + 10, paid)
        for i, (code, drg, _, paid) in enumerate(found)
    ]
    return inputs, [CasePoints(CaseKind.NORMAL, points) for _, _, points, _ in found]


@settings(max_examples=60, deadline=None)
@given(found=rows, fund=funds, name=st.sampled_from(FORMS), size=st.integers(1, 7))
def test_a_case_read_narrowly_gets_what_the_full_division_gives(found, fund, name, size):
    """The promise behind the speed: totals, subtotals and the last one served decide every fen alike."""
    inputs, points = cases_of(found)
    policy = POLICIES[name]
    form = POINT_VALUE.named(name, policy)
    facts = facts_of(inputs, points, form, policy)
    whole = divide(fund, hospital_totals(inputs, points, form), policy, facts=facts)
    again = restored(fund, whole.hospitals, policy, form, type(facts)(facts.levels, facts.fixed_micro))
    assert again == whole
    month = MonthFacts("R", "990100", policy, again, GroupTable.of(1, 1, []), NOWHERE, NOWHERE, {}, True)
    pool = PoolLines(month, Page(0, 50, str))
    for hospital in whole.hospitals:
        code = hospital.hospital_code
        own = [Settled(i, p) for i, p in zip(inputs, points, strict=True) if i.hospital_code == code]
        given_out = funds_of_cases(whole, policy, code, own)
        blocks = blocks_of(whole, policy, code, own, given_out, size)
        assert sum(len(own[start : start + size]) for start in range(0, len(own), size)) == len(own)
        assert total(blocks, "fund_fen") == hospital.fund_fen
        assert {name: total(blocks, name) for name in SUMS[:4]} == {
            name: getattr(hospital, name) for name in SUMS[:4]
        }
        lines = HospitalLines(pool, code, blocks, Payment(0))
        served = next((block.last_served for block in blocks if block.last_served), "")
        last = next((case for case in own if case.inp.case_id == served), None)
        assert {case.inp.case_id: fund_of(lines, case, last) for case in own} == given_out


costs = st.lists(st.integers(1, 10**7), min_size=1, max_size=60)


@given(found=costs, overall=st.integers(1, 10**7))
def test_a_group_keeps_the_same_cases_whether_all_costs_or_only_the_ends_are_read(found, overall):
    """Opening a group of a hundred thousand cases must not read them all, nor come out otherwise."""
    terms, ordered = Terms.read(policy_of({})), sorted(found)
    table = GroupTable.of(overall, 1, [])

    def limits(kept, added):
        return terms.outlier.limits_around(added, len(kept), Fraction(overall), terms)

    full = trim_until_stable(ordered, limits, terms.stable)

    def added(chosen) -> Sums:
        return Sums(len(chosen), *totals(chosen))

    async def tails(low, high):
        return added([c for c in ordered if c <= low]), added([c for c in ordered if c >= high])

    span = asyncio.run(kept_of(added(ordered), table, terms, tails))
    assert (span.kept.n, span.kept.total, span.kept.squares) == (full.n, full.total, full.squares)
    assert span.start == full.start or not full.n


@given(found=costs, other=costs)
def test_what_is_kept_of_a_group_while_it_is_measured_is_what_its_cases_come_to(found, other):
    """The figures of a group open from a stored row; every number of it must be what its cases say."""
    terms = Terms.read(policy_of({}))
    groups = {"G": sorted(found), "H": sorted(other)}
    table = measure_costs(groups, terms)
    for sums in table.sums:
        ordered = groups[sums.drg]

        def added(chosen) -> Sums:
            return Sums(len(chosen), *totals(chosen))

        async def tails(low, high, ordered=ordered, added=added):
            return added([c for c in ordered if c <= low]), added([c for c in ordered if c >= high])

        whole, span = stored_sums(sums)
        again = asyncio.run(kept_of(added(ordered), table, terms, tails))
        assert (whole, span.kept) == (added(ordered), again.kept)
        if span.kept.n:
            assert span.start == again.start
            assert [c for c in ordered if c > span.low] == ordered[span.start :]
        first = (len(ordered) - 1) // 2
        from_middle = [c for c in ordered if c > span.middle - 1]
        assert ordered[first:] == from_middle[first - span.below_middle :]
    assert {sums.drg for sums in table.sums} == set(table.groups)
