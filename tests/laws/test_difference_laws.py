"""What must hold for every correction of a closed month: original and correction are the recomputation."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_settlement.engine.books.ledger import difference_fen
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.month.difference import (
    DIFFERENCES,
    Closed,
    Standing,
    deltas,
    postings,
    residual_fen,
    standing_of,
)
from chspay_settlement.engine.month.settled import CaseKey, Settled, divide_cases
from chspay_settlement.engine.value.split import form_of

V1 = policy_of({"settle.high": "linear_add@1", "prepay.share": "0.95"})
V2 = policy_of({"settle.high": "linear_add@1", "point_value.form": "fund_only@1", "prepay.share": "0.9"})

case_rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]), st.sampled_from(["G1", "G2"]), st.integers(1, 3_000_000),
        st.integers(0, 400_000),
    ),
    min_size=3, max_size=24,
)  # fmt: skip
#: Corrections in a row: which case, its new cost and patient's part, and whether it stays grouped.
steps = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 4_000_000), st.integers(0, 400_000), st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip


def closed_of(rows: list, fund: int, policy) -> tuple[Closed, Pricer]:
    """A month as it was settled, from random cases."""
    inputs = [
        PricedInput(f"c{n:02}", hospital, None, drg, "grouped", "", 5, cost, patient)
        for n, (hospital, drg, cost, patient) in enumerate(rows)
    ]
    done = clear(inputs, fund, policy)
    cases = {
        (inp.hospital_code, inp.case_id): Settled(inp, points)
        for inp, points in zip(inputs, done.points, strict=True)
    }
    division = divide_cases(cases.values(), fund, policy, form_of(policy))
    funds = dict(zip(cases, done.funds_fen, strict=True))
    return Closed(policy, division, cases, funds), done.pricer


def corrected(closed: Closed, pricer: Pricer, step: tuple) -> tuple[CaseKey, Settled]:
    """One case with another cost; a cost of zero earns no points at all."""
    number, cost, patient, stays = step
    key = sorted(closed.cases)[number % len(closed.cases)]
    inp = closed.cases[key].inp._replace(cost_fen=cost, patient_fen=patient)
    if not stays:
        inp = inp._replace(drg="", status="ungrouped")
    return key, Settled(inp, pricer.price(inp))


@settings(max_examples=80, deadline=None)
@given(rows=case_rows, fund=st.integers(0, 10**9), wanted=steps, kept=st.booleans(), total=st.booleans())
def test_correction_and_original_are_the_recomputation(rows, fund, wanted, kept, total) -> None:
    """Corrections in any number of steps come to the month cleared once with each case's last version."""
    policy = V1 if total else V2
    closed, pricer = closed_of(rows, fund, policy)
    method = DIFFERENCES.named("value_kept@1" if kept else "recomputed@1", policy)
    original = standing_of(closed.division, policy)
    stands: dict[str, Standing] = dict(original)
    changed: dict[CaseKey, Settled] = {}
    moved = dict.fromkeys("ABC", 0)
    for step in wanted:
        key, case = corrected(closed, pricer, step)
        changed[key] = case
        if not any(s.points.points_micro for s in {**closed.cases, **changed}.values()):
            return
        outcome = method.recompute(closed, changed, sorted(changed))
        found = deltas(stands, outcome.hospitals)
        assert difference_fen(postings(found, "m")) == 0
        assert kept or residual_fen(found) == 0
        for delta in found:
            moved[delta.hospital_code] += delta.fund_fen
            assert delta.prepaid_fen + delta.retained_fen == delta.fund_fen
        stands = dict(outcome.hospitals)
    touched = {key[0] for key in changed}
    if kept:
        assert {code for code, fen in moved.items() if fen} <= touched
    else:
        now = {**closed.cases, **changed}
        again = divide_cases(now.values(), fund, policy, form_of(policy))
        for amount in again.hospitals:
            before = original[amount.hospital_code].fund_fen
            assert before + moved[amount.hospital_code] == amount.fund_fen
    back = method.recompute(closed, {key: closed.cases[key] for key in changed}, sorted(changed))
    assert back.hospitals == original
    assert {key: back.funds_fen[key] for key in changed} == {key: closed.funds_fen[key] for key in changed}
