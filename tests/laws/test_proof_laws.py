"""What must hold of the proof of any month: every hospital finds its own money, and no forgery passes."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest
from combinations import coefficients_for, random_cases, random_policy
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.amounts import largest_remainder
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.month.clearing import Clearing, clear
from chspay_settlement.engine.month.settled import Settled, funds_of_cases
from chspay_settlement.engine.proof.columns import prove_clearing
from chspay_settlement.engine.proof.cut import cut_of, roundest
from chspay_settlement.engine.proof.inclusion import case_proof, decode, encode, hospital_proof
from chspay_settlement.engine.proof.leaves import CaseLeaf, case_leaf
from chspay_settlement.engine.proof.pool import Pool, hides
from chspay_settlement.engine.proof.published import parse_section, prove, publish
from chspay_settlement.engine.proof.share import own_division
from chspay_settlement.engine.proof.sums import Sums
from chspay_settlement.engine.value.facts import facts_of
from chspay_settlement.engine.value.split import form_of, hospital_totals


def leaves(inputs: list, done: Clearing) -> dict[str, list[CaseLeaf]]:
    """Every case of a clearing as it is committed to."""
    found: dict[str, list[CaseLeaf]] = defaultdict(list)
    for inp, points, fund in zip(inputs, done.points, done.funds_fen, strict=True):
        found[inp.hospital_code].append(case_leaf(inp, points, fund))
    return {code: sorted(own) for code, own in found.items()}


def check_every_hospital(inputs: list, fund: int, policy: Policy, done: Clearing) -> None:
    """Each hospital, from its own cases and what is published, comes to exactly what it was given."""
    cases = leaves(inputs, done)
    pool = Pool.of_cases(cases)
    public = publish(pool, done.division, done.table)
    form = form_of(policy)
    given_to = dict(zip((h.hospital_code for h in done.hospitals), done.hospitals, strict=True))
    for code, own_leaves in cases.items():
        proof = decode(encode(hospital_proof(pool, code)))
        proof.check(public.root)
        case_proof(pool, code, own_leaves, own_leaves[-1].case_id).check(public.root)
        own = [
            Settled(inp, points)
            for inp, points in zip(inputs, done.points, strict=True)
            if inp.hospital_code == code
        ]
        own_inputs, own_points = [case.inp for case in own], [case.points for case in own]
        totals = hospital_totals(own_inputs, own_points, form)
        said = parse_section(public.section(code), code)
        facts = facts_of(own_inputs, own_points, form, policy)
        alone = own_division(fund, said, totals[0] if totals else None, facts, policy)
        assert alone.parts == done.division.parts
        assert alone.value == done.value
        if not totals:
            continue
        place = done.division.place(code)
        assert alone.hospitals == [given_to[code]]
        assert (alone.exact[0], alone.values[0]) == (done.division.exact[place], done.division.values[place])
        funds = funds_of_cases(alone, policy, code, own)
        paid = {i.case_id: f for i, f in zip(inputs, done.funds_fen, strict=True) if i.hospital_code == code}
        assert funds == paid


def clearings(number: int, seed: int) -> Counter[str]:
    """Proves ``number`` clearings of random policies; answers how often each form was met."""
    chance = random.Random(seed)
    met: Counter[str] = Counter()
    while met.total() < number:
        policy = random_policy(chance)
        for _ in range(5):
            coefficients = coefficients_for(policy, chance)
            inputs = random_cases(chance, chance.randrange(6, 24))
            fund = chance.randrange(10 ** chance.randrange(1, 14))
            try:
                done = clear(inputs, fund, policy, coefficients=coefficients)
            except Fault:
                continue
            check_every_hospital(inputs, fund, policy, done)
            columns = clear_columns(Columns.of(inputs), fund, policy, coefficients=coefficients)
            assert prove_clearing(columns) == prove(leaves(inputs, done), done.division, done.table)
            met[done.form.name] += 1
    return met


def test_every_hospital_finds_its_own_money_from_what_is_published() -> None:
    """The purpose: whatever methods a place combines, the own share follows to the fen without the others."""
    met = clearings(150, seed=5)
    assert len(met) > 6, met


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_every_hospital_finds_its_own_money_in_ten_thousand_clearings() -> None:
    """The same ten thousand times."""
    print(clearings(10_000, seed=77))


@given(
    weights=st.lists(st.integers(-5, 60), min_size=1, max_size=9),
    total=st.integers(0, 500),
)
def test_the_cut_gives_everybody_what_the_handing_out_gave(weights: list[int], total: int) -> None:
    """The cut stands for the whole order of remainders; small numbers, so that ties are common."""
    codes = [f"H{number}" for number in range(len(weights))]
    if sum(weights) == 0:
        return
    shares = largest_remainder(total, weights, codes, signed=True)
    cut, tie = cut_of("", total, weights, codes)
    assert [cut.share(w, c, tie) for w, c in zip(weights, codes, strict=True)] == shares
    for weight, code, share in zip(weights, codes, shares, strict=True):
        if not cut.on_edge(weight):
            assert cut.share(weight, code) == share


@given(low=st.integers(0, 10**15), more=st.integers(1, 10**15))
def test_the_cut_is_the_roundest_number_between(low: int, more: int) -> None:
    """The fewer digits it has, the less it says of the two remainders it lies between."""
    found = roundest(low, low + more)
    assert low < found <= low + more
    zeros = len(str(found)) - len(str(found).rstrip("0"))
    assert (low + more) // 10 ** (zeros + 1) * 10 ** (zeros + 1) <= low


@pytest.mark.parametrize("size", [3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 64, 100])
def test_no_hospital_sees_less_than_all_the_others_together(size: int) -> None:
    """Sums leak: the layers are laid so that nothing smaller than everybody else can be added up."""
    figures = [Sums(900 + n, 10**9 + n, 0, 10**8 + 5 * n, 10**7 + n, 10**8 + n, 0) for n in range(size)]
    hospitals = {f"H{n:03}": [CaseLeaf("c", ("", "G"), "normal", "", sums)] for n, sums in enumerate(figures)}
    pool = Pool.of_cases(hospitals)
    assert hides(pool.orders)
    totals = {code: node.sums for code, node in pool.hospitals.items()}
    for code in pool.codes:
        shown = [step.sibling.sums for part in pool.parts(code) for step in part.way]
        for column in (1, 3, 4, 5):
            assert not {sums[column] for sums in totals.values()} & {sums[column] for sums in shown}


def test_too_plain_an_order_is_noticed() -> None:
    """The check must be able to fail: two layers in one order show the sibling's totals."""
    assert not hides([[0, 1, 2, 3], [0, 1, 2, 3]])
    assert not hides([[0, 1, 2], [1, 2, 0]])
    assert hides([[0, 1, 2], [1, 2, 0], [2, 0, 1]])


def test_an_excluded_case_is_in_the_tree_and_counts_nowhere() -> None:
    """A hospital must see that a case was taken in and why it earns nothing."""
    chance = random.Random(9)
    while True:
        policy = random_policy(chance)
        inputs = random_cases(chance, 20)
        try:
            done = clear(inputs, 10**9, policy, coefficients=coefficients_for(policy, chance))
        except Fault:
            continue
        if any(points.kind is CaseKind.EXCLUDED for points in done.points):
            break
    found = [leaf for own in leaves(inputs, done).values() for leaf in own if leaf.kind == "excluded"]
    assert found
    assert all(leaf.reason and leaf.sums == Sums() for leaf in found)
