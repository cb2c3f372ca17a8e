"""Laws that hold for every case and every scheme: fast answer, trace and batch are one answer."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest
from books import grouper, imported, sheets
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import NaiveGrouper

import chspay_policy
from chspay_cli.compiled import kernel_grouper
from chspay_core.case import Case
from chspay_core.tables import batch_from_cases
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import import_tables
from chspay_grouper.engine.trace import trace_case

DIAGNOSES = [f"A0{n}.x00" for n in range(6)]
PROCEDURES = [f"0{n}.0100" for n in range(5)]


@functools.cache
def starter() -> Grouper:
    folder = chspay_policy.ROOT / "schemes" / "starter"
    tables = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    return Grouper(import_tables(tables, (folder / "manifest.json").read_bytes()).scheme)


def _fields(names: list[str]) -> st.SearchStrategy[str]:
    chosen = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    return chosen.map(lambda held: held[0] if len(held) == 1 else "{" + ", ".join(held) + "}")


@functools.cache
def _rules() -> st.SearchStrategy[str]:
    """One strategy for all draws: making one anew costs Hypothesis far more than a draw from it."""
    dx = st.builds(
        lambda field, verb, name: f"{field} {verb} {name}",
        _fields(["ZYZD", "QTZD"]),
        st.sampled_from(["in", "not in"]),
        _fields(["DI_A", "DI_B", "DI_C", "MCC", "CC"]),
    )
    px = st.builds(
        lambda field, verb, name: f"{field} {verb} {name}",
        _fields(["ZYSS", "QTSS"]),
        st.sampled_from(["in", "not in"]),
        _fields(["OP_ALL", "OP_A", "OP_B"]),
    )
    number = st.builds(
        lambda name, op, value: f"{name}{op}{value}",
        st.sampled_from(["NL", "XB", "XSRTL", "XSRTZ", "ZYTS", "KSICU"]),
        st.sampled_from([">=", ">", "<=", "<", "="]),
        st.one_of(st.integers(0, 40), st.sampled_from(["0.5", "28.5", "99999999999999999999"])),
    )
    ops = st.sampled_from([">=", ">", "<=", "<", "="])
    limits = st.sampled_from(["0", "1", "1.0", "1.5", "2", "3"])
    counts = [
        st.builds(
            lambda name, fields, op, n: f"length({name} ∩ {fields}){op}{n}",
            st.sampled_from(names), _fields(fields), ops, limits,
        )
        for names, fields in (
            (["OP_ALL", "OP_A"], ["ZYSS", "QTSS"]), (["DI_A", "DI_B", "MCC", "CC"], ["ZYZD", "QTZD"])
        )
    ]  # fmt: skip
    atoms = st.one_of(dx, dx, px, px, number, *counts, st.sampled_from(["0", "1"]))
    compound = st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(lambda text: f"not ({text})"),
            st.builds(lambda a, b: f"({a}) and ({b})", inner, inner),
            st.builds(lambda a, b: f"({a}) or ({b})", inner, inner),
        ),
        max_leaves=4,
    )
    return st.one_of(st.just(""), compound)


@st.composite
def _books(draw: st.DrawFn) -> dict[str, list[list[object]]]:
    book = sheets()
    for name in ("MDC", "ADRG", "DRG"):
        header = next(index for index, row in enumerate(book[name]) if "排序" in str(row[-1]))
        book[name] = book[name][: header + 1]
    for letter in ("A", "B", "C"):
        book["MDC"].append([letter, letter, draw(_rules()), draw(st.integers(1, 3))])
        for kind in ("B1", "QY", "R1"):
            book["ADRG"].append([letter + kind, "组", draw(_rules()), letter, draw(st.integers(1, 3))])
            for last in draw(st.sampled_from(["", "5", "15"])):
                book["DRG"].append([f"{letter}{kind}{last}", "组", draw(_rules()), letter + kind, letter, 1])
    book["DRG"].append(["CR19", "组", "", "CR1", "C", 9])
    members = {
        "DI_A": DIAGNOSES[:3], "DI_B": DIAGNOSES[2:4], "DI_C": DIAGNOSES[4:5],
        "OP_ALL": PROCEDURES[:4], "OP_A": PROCEDURES[:2], "OP_B": PROCEDURES[1:3],
    }  # fmt: skip
    book["集合"] = book["集合"][:1] + [
        [name, code, "", ""] for name, codes in members.items() for code in codes
    ]
    levels = draw(st.lists(st.tuples(st.sampled_from(DIAGNOSES), st.sampled_from(["MCC", "CC"])), max_size=4))
    book["CC"] = book["CC"][:1] + [
        [code, "", draw(st.sampled_from(["", "EX_1"])), level] for code, level in dict.fromkeys(levels)
    ]
    excluded = draw(st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=3, unique=True))
    book["排除表"] = book["排除表"][:1] + [["EX_1", code, ""] for code in excluded]
    return book


def _cases(diagnoses: list[str], procedures: list[str]) -> st.SearchStrategy[Case]:
    return st.builds(
        Case,
        case_id=st.just("c"),
        sex=st.sampled_from([1, 2, 1, 2, None]),
        age_years=st.one_of(st.none(), st.sampled_from([0, 0, 1, 17, 70])),
        age_days=st.one_of(st.none(), st.sampled_from([0, 20, 28, 29, 40])),
        newborn_weight_g=st.one_of(st.none(), st.sampled_from([0, 20, 1499])),
        los_days=st.one_of(st.none(), st.integers(0, 40)),
        department=st.sampled_from(["", "ICU", "03"]),
        diagnoses=st.lists(st.sampled_from(diagnoses), max_size=5).map(tuple),
        procedures=st.lists(st.sampled_from(procedures), max_size=4).map(tuple),
    )


_ANY_SCHEME = (
    _books(),
    st.lists(_cases([*DIAGNOSES, "Z99.x00"], [*PROCEDURES, "99.9900"]), min_size=5, max_size=15),
    st.fixed_dictionaries(
        {
            "retry_ungrouped_with_each_other_procedure": st.booleans(),
            "surgical_case_passes_medical": st.booleans(),
            "grey_codes": st.sampled_from([(), (PROCEDURES[0],)]),
        }
    ),
)


def _agree(book, cases, options):
    found = imported(book, extensions=("ZYTS", "KSICU"), **options)
    fast = Grouper(found.scheme)
    answers = [fast.group(record) for record in cases]
    assert answers == [trace_case(found.scheme, record).answer for record in cases]
    naive = NaiveGrouper(found.scheme.content)
    assert [(a.status.value, a.mdc, a.adrg, a.drg) for a in answers] == [naive.group(c) for c in cases]
    for batches in (BatchGrouper(fast), kernel_grouper(fast)):
        numbers = batches.numbers(batch_from_cases(cases))
        assert answers == [batches.answer(number) for number in numbers]


@settings(max_examples=80, deadline=None)
@given(*_ANY_SCHEME)
def test_fast_answer_trace_and_batch_agree_on_any_scheme(book, cases, options):
    """One tree, three readings; where they differ somebody is paid wrongly and the trace defends it."""
    _agree(book, cases, options)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@settings(max_examples=1000, deadline=None)
@given(*_ANY_SCHEME)
def test_all_answers_agree_on_a_thousand_schemes(book, cases, options):
    """The same over many more trees than a change can wait for."""
    _agree(book, cases, options)


_STARTER_DX = [
    "I63.900", "I10.x00", "J18.900", "K35.800", "O82.900", "E11.900", "C34.100", "S72.000", "N18.500",
    "J96.000", "A41.900", "P07.100", "B24.x01", "Z51.100",
]  # fmt: skip
_STARTER_PX = ["47.0100", "36.0600", "74.1x00", "01.2400", "81.5100", "51.2300", "93.9000"]


@settings(deadline=None)
@given(_cases(_STARTER_DX, _STARTER_PX), st.randoms(use_true_random=False))
def test_order_repetition_and_typing_of_codes_change_nothing(record, random):
    """A group must not depend on how the other diagnoses are sorted, repeated or typed."""
    if not record.diagnoses:
        return
    first, *others = record.diagnoses
    others = others + others[:1]
    random.shuffle(others)
    wide = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    typed = tuple(f" {code.upper().translate(wide)}\u3000" for code in (first, *others))
    changed = replace(record, diagnoses=typed, procedures=tuple(code.upper() for code in record.procedures))
    assert starter().group(changed) == starter().group(record)


def test_an_excluded_complication_changes_nothing():
    """Adding a diagnosis that the principal excludes must not raise the payment."""
    found = grouper()
    with_cc = Case(case_id="c", sex=1, age_years=50, diagnoses=("I63.900", "I10.x00"))
    without = Case(case_id="c", sex=1, age_years=50, diagnoses=("I63.900",))
    assert found.group(with_cc) == found.group(without)
    excluded = [step for step in trace_case(found.scheme, with_cc).steps if step.outcome == "excluded"]
    assert [step.code for step in excluded] == ["I10.x00"]
