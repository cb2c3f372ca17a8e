"""Laws between two records of one stay: what must not change the group, and that the trace tells what did."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

from books import SOUND, imported
from hypothesis import given, settings
from hypothesis import strategies as st

import chspay_policy
from chspay_core.case import Case, Status
from chspay_core.tables import batch_from_cases
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Scheme, import_tables
from chspay_grouper.engine.trace import Trace, trace_case

_DIAGNOSES = [
    "I63.900",
    "I63.x00",
    "I10.x00",
    "J96.000",
    "E11.900",
    "G40.900",
    "J18.900",
    "P07.100",
    "Z99.x00",
]
_PROCEDURES = ["01.2400", "37.5100", "47.0100", "74.1x00", "99.9900"]
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@functools.cache
def schemes() -> tuple[Scheme, ...]:
    """The small sound scheme and the shipped one."""
    folder = chspay_policy.ROOT / "schemes" / "starter"
    tables = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    return imported(SOUND).scheme, import_tables(tables, (folder / "manifest.json").read_bytes()).scheme


@functools.cache
def groupers() -> tuple[tuple[Grouper, BatchGrouper], ...]:
    made = [Grouper(scheme) for scheme in schemes()]
    return tuple((grouper, BatchGrouper(grouper)) for grouper in made)


_CASES = st.builds(
    Case,
    case_id=st.just("c"),
    sex=st.sampled_from([1, 2]),
    age_years=st.sampled_from([1, 17, 50, 70]),
    los_days=st.integers(1, 40),
    diagnoses=st.lists(st.sampled_from(_DIAGNOSES), min_size=1, max_size=6).map(tuple),
    procedures=st.lists(st.sampled_from(_PROCEDURES), max_size=4).map(tuple),
)


def same(one: Case, other: Case) -> None:
    """Both records get one answer, alone, in a batch and in a trace, under every scheme."""
    for scheme, (grouper, batches) in zip(schemes(), groupers(), strict=True):
        answer = grouper.group(one)
        assert grouper.group(other) == answer
        numbers = batches.numbers(batch_from_cases([one, other]))
        assert [batches.answer(number) for number in numbers] == [answer, answer]
        assert trace_case(scheme, other).answer == answer


@settings(max_examples=60, deadline=None)
@given(_CASES, st.randoms(use_true_random=False))
def test_the_order_of_other_diagnoses_does_not_matter(record, random):
    """A coder lists complications in any order; only the principal diagnosis has a place."""
    others = list(record.diagnoses[1:])
    random.shuffle(others)
    same(record, replace(record, diagnoses=(record.diagnoses[0], *others)))


@settings(max_examples=60, deadline=None)
@given(_CASES, st.integers(0, 5))
def test_saying_a_diagnosis_twice_does_not_matter(record, place):
    """A copied line must not raise a payment."""
    again = record.diagnoses[1:][place % max(len(record.diagnoses) - 1, 1) :][:1]
    same(record, replace(record, diagnoses=(*record.diagnoses, *again)))


@settings(max_examples=60, deadline=None)
@given(_CASES, st.sampled_from(["", " ", "\u3000", "\t", "\u00a0"]), st.booleans(), st.booleans())
def test_how_a_code_is_typed_does_not_matter(record, blank, wide, upper):
    """Full-width letters, spaces around and X for x come from input methods, not from patients."""

    def typed(code: str) -> str:
        # Only the x of the insurance edition may be written either way.
        code = code.replace("x", "X") if upper else code
        return f"{blank}{code.translate(_WIDE) if wide else code}{blank}"

    same(
        record,
        replace(
            record,
            diagnoses=tuple(map(typed, record.diagnoses)),
            procedures=tuple(map(typed, record.procedures)),
        ),
    )


@settings(max_examples=80, deadline=None)
@given(_CASES, st.sampled_from(_DIAGNOSES))
def test_an_excluded_complication_changes_nothing_and_is_named(record, added):
    """A complication that belongs to the principal diagnosis is paid with it already.

    It holds where the code says nothing but CC or MCC: a rule may ask for a diagnosis by its set as well.
    """
    changed = replace(record, diagnoses=(*record.diagnoses, added))
    for scheme, (grouper, _) in zip(schemes(), groupers(), strict=True):
        trace = trace_case(scheme, changed)
        excluded = {step.code for step in trace.steps if step.outcome == "excluded"}
        asked = any(added in members for members in scheme.sets.values())
        if added in excluded and not asked:
            assert grouper.group(changed) == grouper.group(record)


@settings(max_examples=80, deadline=None)
@given(_CASES, st.sampled_from(_DIAGNOSES))
def test_the_trace_accounts_for_every_change(record, added):
    """Whoever asks why a group changed must find the code that changed it in the trace of the new answer."""
    changed = replace(record, diagnoses=(*record.diagnoses, added))
    for scheme, (grouper, _) in zip(schemes(), groupers(), strict=True):
        before, after = grouper.group(record), grouper.group(changed)
        if before == after:
            continue
        trace = trace_case(scheme, changed)
        assert trace.answer == after
        assert added in _told(trace), json.dumps([step.code for step in trace.steps])


_TOOK = ("entered", "taken")


def _told(trace: Trace) -> set[str]:
    """Every code the trace says counted or hit."""
    return {step.code for step in trace.steps} | {hit for step in trace.steps for hit in step.hits}


@settings(max_examples=60, deadline=None)
@given(_CASES)
def test_a_grouped_case_is_told_from_input_to_result(record):
    """A trace without the rule that took the case explains nothing."""
    for scheme in schemes():
        trace = trace_case(scheme, record)
        if trace.answer.status in (Status.GROUPED, Status.AMBIGUOUS):
            taken = {(step.level, step.code) for step in trace.steps if step.outcome in _TOOK}
            answer = trace.answer
            assert {("mdc", answer.mdc), ("adrg", answer.adrg), ("drg", answer.drg)} <= taken
