"""Whatever a file holds, reading it ends in a scheme or in one fault of our own, never in anything else.

The default suite tries about 2,000 inputs, ``./run prove`` 100,000.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Callable
from random import Random

import pytest
from books import SOUND, xlsx_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_grouper.engine.manifest import parse_manifest
from chspay_grouper.engine.rule import parse_rule
from chspay_grouper.engine.scheme import import_workbook
from chspay_grouper.engine.tree import show

SAMPLE, PROOF = 400, 20_000
_SETS = {"DI_A": frozenset({"A00.000"}), "OP_ALL": frozenset({"01.0100"}), "OP2_AC1": frozenset()}
_MANIFEST = b'{"id": "fuzz"}'

_FIELDS = [
    "ZYZD",
    "QTZD",
    "ZYSS",
    "QTSS",
    "NL",
    "XB",
    "XSRTL",
    "ZYTS",
    "in",
    "not",
    "and",
    "or",
    "OR",
    "length",
]
_SIGNS = ["(", ")", "{", "}", ",", "∩", ">=", "<=", ">", "<", "=", "0", "1", "70", "1.5", "-3", "1e9"]
_NAMED = ["DI_A", "OP_ALL", "OP2_AC1", "MCC", "CC", "DI_NOWHERE"]
_WORDS = st.sampled_from(
    [
        *_FIELDS,
        *_SIGNS,
        *_NAMED,
        *["_x000D_", "\n", "\u00a0", "\u3000", "\u200b", "（", "，", "'", "；"],
        *["9" * 5000, "not " * 40, "(" * 300],
    ]
)
_RULES = st.one_of(
    st.text(max_size=60),
    st.lists(_WORDS, max_size=25).map(" ".join),
    st.lists(_WORDS, max_size=25).map("".join),
)
_CELLS = st.one_of(
    st.none(), st.text(max_size=12), st.integers(-(10**20), 10**20), st.floats(), st.booleans(),
    st.sampled_from(["MDCB", "B", "BB1", "BR21", "DI_B", "I63.900", "MCC", "CC", "EX_1", "ZYZD in DI_B"]),
    st.sampled_from(["排序", "ADRG编码", "=1+1", "\x00", "#REF!"]),
)  # fmt: skip


@functools.cache
def sound_xlsx() -> bytes:
    return xlsx_bytes(SOUND)


@functools.cache
def sound_zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, rows in SOUND.items():
            archive.writestr(f"{name}.csv", "\n".join(",".join(f'"{c}"' for c in row) for row in rows))
    return sink.getvalue()


def _only_faults(work: Callable[[], object]) -> object:
    try:
        return work()
    except Fault:
        return None


def _rule(text: str) -> None:
    tree = _only_faults(
        lambda: parse_rule(text, sets=_SETS, extensions=("ZYTS",), sheet="ADRG", row=2, code="BB1")
    )
    if tree is not None:
        assert (
            parse_rule(show(tree), sets=_SETS, extensions=("ZYTS",), sheet="ADRG", row=2, code="BB1") == tree
        )


def _damaged(damage: tuple[bytes, list[tuple[int, int]], int]) -> None:
    whole, changes, cut = damage
    content = bytearray(whole)
    for place, value in changes:
        content[place % len(content)] = value
    _only_faults(lambda: import_workbook(bytes(content[: cut % (len(content) + 1) or None]), _MANIFEST))


def _csv_book(change: tuple[str, int, int, object]) -> None:
    """A sound set of tables with one cell replaced, or one row cut short or lengthened."""
    sheet, row, column, cell = change
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, rows in SOUND.items():
            changed = [list(held) for held in rows]
            if name == sheet:
                target = changed[row % len(changed)]
                target[column % len(target) : column % len(target) + 1] = (
                    [cell, cell] if column > 40 else [cell]
                )
            lines = [",".join('"{}"'.format(str(c).replace('"', '""')) for c in held) for held in changed]
            archive.writestr(f"{name}.csv", "\n".join(lines).encode("utf-8", "surrogatepass"))
    _only_faults(lambda: import_workbook(sink.getvalue(), _MANIFEST))


def _xlsx_book(cells: tuple[str, list[list[object]]]) -> None:
    """A sound workbook with a whole sheet of anything."""
    sheet, rows = cells
    kept = [[cell for cell in row if not isinstance(cell, str) or cell.isprintable()] for row in rows]
    _only_faults(lambda: import_workbook(xlsx_bytes({**SOUND, sheet: SOUND[sheet][:2] + kept}), _MANIFEST))


def _manifest(data: object) -> None:
    text = json.dumps(data) if not isinstance(data, bytes) else data
    _only_faults(lambda: parse_manifest(text if isinstance(text, bytes) else text.encode()))


_OLD_EXCEL = b"\xd0\xcf\x11\xe0" * 99
_BYTES = st.tuples(
    st.deferred(lambda: st.sampled_from([sound_xlsx(), sound_zip(), b"PK\x03\x04", _OLD_EXCEL])),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=12),
    st.one_of(st.just(0), st.integers(0, 1 << 20)),
)  # fmt: skip
_ONE_CELL = st.tuples(
    st.sampled_from(list(SOUND)), st.integers(0, 50), st.integers(0, 50), st.one_of(_CELLS, _RULES)
)
_SHEET = st.tuples(
    st.sampled_from(list(SOUND)), st.lists(st.lists(_CELLS, min_size=1, max_size=8), max_size=5)
)
_KEYS = st.sampled_from(
    [
        *["id", "options", "extensions", "amendments", "result_codes", "counts", "member_prefix"],
        *["grey_codes", "sheet", "action", "code", "cc_without_exclusion_table"],
    ]
)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), _KEYS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=5)),
    max_leaves=12,
)
ATTACKS = {
    "rule": (_rule, _RULES),
    "bytes": (_damaged, _BYTES),
    "cell": (_csv_book, _ONE_CELL),
    "sheet": (_xlsx_book, _SHEET),
    "manifest": (_manifest, st.one_of(_JSON, st.binary(max_size=40))),
}


def _try(name: str, number: int) -> None:
    attack, inputs = ATTACKS[name]
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

    @settings(max_examples=number, deadline=None, database=None, suppress_health_check=quiet)
    @given(inputs)
    def tried(value: object) -> None:
        attack(value)

    tried()


@pytest.mark.parametrize("name", ATTACKS)
def test_no_input_breaks_a_reader(name: str) -> None:
    """A broken file is the daily case: the author must get one sentence, not a stack of program text."""
    # A workbook is dear to write.
    _try(name, SAMPLE // 4 if name == "sheet" else SAMPLE)


def test_an_archive_damaged_anywhere_is_refused_in_our_words() -> None:
    """A download that lost some bytes once ended in errors of the zip library, one kind per place."""
    random = Random(20260909)
    for whole in (sound_xlsx(), sound_zip()):
        for _ in range(2000):
            _damaged((whole, [(random.randrange(len(whole)), random.randrange(256)) for _ in range(6)], 0))


@pytest.mark.prove
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", ATTACKS)
def test_a_hundred_thousand_inputs_break_no_reader(name: str) -> None:
    """The same with 20,000 inputs of each kind, 100,000 together."""
    _try(name, PROOF)


def test_a_rule_at_the_limit_of_nesting_can_be_written_and_read_again() -> None:
    """Writing a rule in its plain form must not nest it deeper than its author did (found by fuzzing)."""
    for text in ("not " * 99 + "NL>1", "not (" * 49 + "NL>1" + ")" * 49, "not (NL>1 and XB=1) or not NL<3"):
        _rule(text)
