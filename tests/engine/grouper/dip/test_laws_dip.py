"""Laws of DIP catalogues and the grouper, over cases drawn at random."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from fractions import Fraction

from dip_oracle import scores
from dip_world import PLAIN, batch_of, built, policy_of, rows_of, starter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chspay_core.amounts import MICRO
from chspay_core.case import Status
from chspay_core.errors import Fault
from chspay_core.policy import canonical_json
from chspay_core.tables import case_from_row
from chspay_grouper.engine.dip.batch import DipBatch
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.catalogue import load_catalogue
from chspay_grouper.engine.dip.match import DipGrouper
from chspay_grouper.engine.dip.record import records_of

_DIAGNOSES = ["I21.000", "I21.400x001", "K35.900", "C18.700", "C34.100", "P07.100", "Z51.102", "W01.900", "?"]
_OTHERS = ["C78.000", "A41.900", "J18.900", "E11.900", "C50.900", "U84.300"]
_PROCEDURES = ["36.0700", "00.6600", "00.2400", "88.5600", "47.0100", "89.5200", "99.2503", "55.6901", "x"]
_CASE = st.fixed_dictionaries(
    {
        "diagnoses": st.builds(
            lambda first, rest: [first, *rest],
            st.sampled_from([*_DIAGNOSES, ""]),
            st.lists(st.sampled_from(_OTHERS), max_size=2),
        ),
        "procedures": st.lists(st.sampled_from([*_PROCEDURES, ""]), max_size=3),
        "total_cost": st.integers(0, 900_000),
        "year": st.sampled_from([2019, 2020, 2021, 2022]),
        "age_years": st.sampled_from([-1, 0, 5, 40, 70, None]),
        "age_days": st.sampled_from([0, 28, 29, None]),
        "newborn_weight_g": st.sampled_from([700, 2499, 2500, None]),
        "los_days": st.sampled_from([1, 3, 9, None]),
        "icu_hours": st.sampled_from([0, 30, 200, None]),
        "leaving_type": st.sampled_from(["1", "5", ""]),
    }
)
_CONDITIONS = [
    {"dimension": name, "n1": "3", "n2": "1", "cv_min": "", "cv_drop": "0.05"}
    for name in ("cci", "severity", "age", "icu")
]
_CHANGES = st.fixed_dictionaries(
    {
        "core_method": st.sampled_from(["threshold@1", "coverage@1"]),
        "core_threshold": st.sampled_from(["1", "2", "4"]),
        "core_coverage": st.sampled_from(["0.5", "0.95"]),
        "related_base": st.sampled_from(["main_only@1", "without@1"]),
        "match_tie": st.sampled_from(["most_cases@1", "highest_cost@1"]),
        "comprehensive_threshold": st.sampled_from(["1", "3"]),
        "comprehensive_fallback": st.sampled_from(["medical@1", "none@1"]),
        "year_reading": st.sampled_from(["yearly_means@1", "pooled@1"]),
        "trim_method": st.sampled_from(["none@1", "rank_percentile@1"]),
        "trim_low": st.just("0.2"),
        "trim_high": st.just("0.75"),
        "aux_conditions": st.just(_CONDITIONS),
    }
)
_WORLD = st.tuples(st.lists(_CASE, min_size=6, max_size=60), _CHANGES)
_NOT_PLACED = ("PRINCIPAL_UNKNOWN", "DIP_PRINCIPAL_EXCLUDED")
_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Always a case that builds something, so that no draw is thrown away.
_SURE = {"diagnoses": "I21.000", "total_cost": 5000, "n": 2}


def _rows(cases):
    given_ = [
        {name: "|".join(value) if isinstance(value, list) else value for name, value in case.items()}
        for case in cases
    ]
    rows = [
        row
        for case in given_
        for row in rows_of({name: value for name, value in case.items() if value is not None})
    ]
    for row, case in zip(rows, cases, strict=True):
        row["diagnoses"], row["procedures"] = case["diagnoses"], case["procedures"]
    rows += rows_of(_SURE)
    return [{**row, "case_id": str(at)} for at, row in enumerate(rows)]


@_SETTINGS
@given(_WORLD, st.randoms(use_true_random=False))
def test_the_order_of_cases_and_batches_never_matters(world, chance):
    """The same facts make the same bytes: shuffled, cut into batches, built twice."""
    cases, changes = world
    rows = _rows(cases)
    catalogue = built(rows, changes).catalogue
    shuffled = list(rows)
    chance.shuffle(shuffled)
    cut = len(rows) // 2
    policy = policy_of({**PLAIN, **changes})
    parts = [batch_of(shuffled[:cut]), batch_of(shuffled[cut:])]
    again = build(parts, policy, starter(), catalogue_id="test").catalogue
    assert (again.digest, again.content) == (catalogue.digest, catalogue.content)


@_SETTINGS
@given(_WORLD)
def test_a_catalogue_groups_its_own_cases_as_it_was_built(world):
    """Every used case lies in exactly one group or in the local rule, as the build counted."""
    cases, changes = world
    rows = _rows(cases)
    done = built(rows, changes)
    catalogue = load_catalogue(done.catalogue.content)
    grouper = DipGrouper(catalogue)
    batch = batch_of(rows)
    found, local, unused = Counter(), 0, 0
    for record in records_of(batch, grouper.lexicon):
        answer = grouper.answer(record)
        placeable = answer.status is not Status.INVALID and answer.reason not in _NOT_PLACED
        if not placeable or record.year not in catalogue.years or not record.cost:
            unused += 1
        elif answer.group is None:
            local += 1
        else:
            found[(answer.group.code, record.year)] += 1
    assert unused == sum(done.unused.values())
    assert local == catalogue.placed["local"]
    counted = {(group.code, year): n for group in catalogue.groups for year, n in group.cases.items()}
    assert found == counted
    assert sum(catalogue.placed.values()) + unused == len(rows)
    if changes["core_method"] == "threshold@1":
        least = int(changes["core_threshold"])
        core = [group for group in catalogue.groups if group.level == "core" and group.rule != "early"]
        assert all(group.count >= least for group in core)
    else:
        used = sum(catalogue.placed.values())
        assert catalogue.placed["core"] >= Fraction(changes["core_coverage"]) * used


@_SETTINGS
@given(_WORLD)
def test_single_batch_and_trace_agree(world):
    """One function decides; the batch's short cut by alike codes must never show."""
    cases, changes = world
    rows = _rows(cases)
    grouper = DipGrouper(built(rows, changes).catalogue)
    batch = batch_of(rows)
    dip = DipBatch(grouper)
    numbers, local = dip.group(batch)
    again, _ = dip.group(batch)
    assert numbers.tolist() == again.tolist()
    columns = dip.columns(numbers, local)
    for at, record in enumerate(records_of(batch, grouper.lexicon)):
        answer = grouper.answer(record)
        assert dip.answer(int(numbers[at])) is answer
        assert grouper.trace(record).answer is answer
        assert columns["dip"][at].as_py() == (answer.group.code if answer.group else "")
    for at, row in enumerate(rows):
        case = case_from_row({**row, "total_cost": row["total_cost"]})
        single = grouper.answer(grouper.record(case))
        assert single.group is dip.answer(int(numbers[at])).group


@_SETTINGS
@given(_WORLD)
def test_scores_are_those_of_an_independent_calculation(world):
    """Means, years, trimming and rounding are worked out a second time, case by case."""
    cases, changes = world
    rows = _rows(cases)
    catalogue = built(rows, changes).catalogue
    grouper = DipGrouper(catalogue)
    told = []
    for record in records_of(batch_of(rows), grouper.lexicon):
        answer = grouper.answer(record)
        local = answer.reason in ("DIP_NO_GROUP", "DIP_EARLY_NOT_LISTED")
        if (answer.group or local) and record.year in catalogue.years and record.cost:
            told.append((answer.group.code if answer.group else "", record.year, record.cost))
    trims = changes["trim_method"] != "none@1"
    expected = scores(
        told,
        dict(catalogue.years),
        pooled=changes["year_reading"] == "pooled@1",
        low=Fraction(1, 5) if trims else Fraction(0),
        high=Fraction(3, 4) if trims else Fraction(1),
    )
    assert {group.code: Fraction(group.score_micro, MICRO) for group in catalogue.groups} == expected


@_SETTINGS
@given(_WORLD)
def test_total_score_of_the_priced_cases_is_their_number(world):
    """One year, no trimming: the mean case scores the scale, Σ score × n = scale × N up to rounding."""
    cases, changes = world
    rows = _rows([{**case, "year": 2022} for case in cases])
    catalogue = built(rows, {**changes, "trim_method": "none@1"}).catalogue
    placed = catalogue.placed
    grouped = sum(Fraction(group.score_micro, MICRO) * group.count for group in catalogue.groups)
    if placed["local"] == 0:
        n = sum(placed.values())
        assert abs(grouped - 1000 * n) <= Fraction(n, 10_000)


@_SETTINGS
@given(_WORLD, st.randoms(use_true_random=False))
def test_writing_a_case_differently_does_not_move_it(world, chance):
    """Order of the other codes, duplicates, blanks, full-width letters and simple procedures mean nothing."""
    cases, changes = world
    rows = _rows(cases)
    grouper = DipGrouper(built(rows, changes).catalogue)
    taking = {code for code in _PROCEDURES if code not in ("89.5200", "x")}
    other = []
    for row in rows:
        first, *rest = row["diagnoses"]
        chance.shuffle(rest)
        operations = [code for code in row["procedures"] or [] if code in taking]
        tail = operations[1:]
        chance.shuffle(tail)
        wide = first.replace("I", "Ｉ").replace("K", "k")
        diagnoses = [f" {wide} " if first else first, *rest, *rest]
        procedures = ["89.5200", *operations[:1], *tail, *tail, "99.2900"]
        other.append({**row, "diagnoses": diagnoses, "procedures": procedures})
    dip = DipBatch(grouper)
    assert dip.group(batch_of(rows))[0].tolist() == dip.group(batch_of(other))[0].tolist()


_JUNK = ['""', '"0"', '"-1"', '"1e9"', '"x"', '"1/0"', "null", "true", "3", "[]", "{}", '["1"]', '{"a": "b"}']
_APPENDIX = {"diagnoses": "K35.900", "procedures": "47.0100", "total_cost": 9, "n": 16}
_SOUND = built(rows_of(_SURE, _APPENDIX)).catalogue
_LUNG = {"diagnoses": "C34.900|C78.000", "procedures": "99.2500", "total_cost": 1}
_FEW = batch_of(rows_of(_SURE, _APPENDIX, _LUNG))


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_spoiled_catalogue_raises_only_our_own_fault(chance):
    """What comes back from a disk or a wire may be anything; the answer is a catalogue or a reason."""
    data = json.loads(_SOUND.content)
    for _ in range(chance.randint(1, 3)):
        place = data
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(place[key], (dict, list)) and chance.random() < 0.85:
                place = place[key]
                continue
            place[key] = json.loads(chance.choice(_JUNK))
            break
    with suppress(Fault):
        dip = DipBatch(DipGrouper(load_catalogue(canonical_json(data))))
        dip.columns(*dip.group(_FEW))
