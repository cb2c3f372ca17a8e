"""What the kernel knows of a scheme and of codes, as arrays of numbers.

Codes that mean the same to a scheme are one class, so the tables stay small enough for the
processor's cache, however many codes there are. Classes are only ever added; numbers never change.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.case import DIAGNOSIS_MISSING, SEX_BAD
from chspay_grouper.engine.answers import (
    AGE_DAYS_NEEDED,
    INVALID,
    NO_GROUP_IN_MDC,
    NO_MDC,
    PRINCIPAL_NOT_GROUPABLE,
    PRINCIPAL_UNKNOWN,
    UNGROUPED,
)
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.columns import CodeLists
from chspay_grouper.engine.conditions import CC_BIT, MCC_BIT, split_by_code
from chspay_grouper.engine.grouper import Diagnosis, Grouper, Procedure, surgical_gate
from chspay_grouper.engine.kernel.program import Program, ending, words
from chspay_grouper.engine.normalise import canonical_code
from chspay_grouper.engine.scheme import Group
from chspay_grouper.engine.tree import Node, conjuncts

_LEVELS = MCC_BIT | CC_BIT
_KEPT_DICTIONARIES, _KEPT_CODES = 4, 500_000
#: Class of a principal diagnosis without a code, and of another procedure that takes no part.
NOTHING, NO_PART = 0, 0
#: How ``Classes.other_rows`` are packed.
TABLE_BITS, NEXT_ROW = 28, 32


class Rules(NamedTuple):
    """A scheme; groups are ADRGs in the order of trial, the number of a DRG is its answer's number."""

    steps: np.ndarray  # jump code of every rule
    enter: np.ndarray  # per group and kind of case (sex - 1) * 4 + levels, where its walk begins
    ages: np.ndarray  # ages in days that are tried when an infant's is unknown
    settings: np.ndarray  # see Setting


class Setting:
    """Places in ``Rules.settings``."""

    RETRY, NO_SEX, NO_AGE = 0, 1, 2  # the last two are answers
    OTHER_DX, FIRST_PX, OTHER_PX, SEEN = 3, 4, 5, 6  # columns of what is seen, and how many there are


class Classes(NamedTuple):
    """Classes of principal diagnoses, other diagnoses, main procedures and other procedures."""

    principal_bytes: np.ndarray  # bits of the bytes of groups that are not empty
    principal_groups: np.ndarray  # bits of the groups it allows
    principal_sets: np.ndarray  # bits of the asked combinations of sets
    principal_levels: np.ndarray
    principal_tables: np.ndarray  # bits of the exclusion tables it is in
    principal_otherwise: np.ndarray  # where the walk of an ungrouped case begins
    other_sets: np.ndarray
    # Row c is that of class c: bits 0-1 are the MCC and CC that nobody excludes, bits 2-3 those that the
    # table in bits 4-31 excludes; from bit 32 on stands the row that goes on, or 0.
    other_rows: np.ndarray
    main_bytes: np.ndarray
    main_groups: np.ndarray
    main_sets: np.ndarray
    rest_sets: np.ndarray


class Codes(NamedTuple):
    """A batch's code lists: rows, and per place of its dictionary the two classes and a code number."""

    places: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    first: np.ndarray
    other: np.ndarray
    number: np.ndarray  # equal for equal codes


class _Table:
    """Numbers given to distinct keys in the order they are met."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def number(self, key: Any) -> int:
        return self.known.setdefault(key, len(self.known))


#: Class as first code, class as another code, canonical code.
_Meaning = tuple[int, int, str]


class _Texts(NamedTuple):
    """Codes as typed that were met, with their classes and the numbers of their canonical codes."""

    texts: pa.Array
    first: np.ndarray
    other: np.ndarray
    number: np.ndarray


_NO_NUMBERS, _NO_PLACE = np.zeros(0, np.uint32), np.zeros(1, np.uint32)
_NO_TEXTS = _Texts(pa.array([], pa.string()), _NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS)


class Tables:
    """The arrays of one scheme, and the classes of the codes met so far."""

    def __init__(
        self, grouper: Grouper, codemap: CodeMap | None, guard: AbstractContextManager[object]
    ) -> None:
        """:param guard: entered while codes are looked up; a lock where threads share the tables."""
        self._grouper = grouper
        self._mapped: dict[bool, Callable[[str], str]] = {True: str, False: str}
        if codemap is not None:
            self._mapped = {True: codemap.diagnosis, False: codemap.procedure}
        #: Classes of every code with the same memberships.
        self._by_memberships: dict[tuple[int, ...], tuple[int, int]] = {}
        self.rules, self.program, self._otherwise = _compiled(grouper)
        self._masks = {
            kind: [grouper.bits.mask(sets, diagnosis=kind) for sets in asked]
            for kind, asked in self.program.asked.items()
        }
        #: The combinations some rule asks of other codes.
        self._of_others = {kind: (1 << number) - 1 for kind, number in self.program.of_others.items()}
        self._principals, self._others, self._mains, self._rests = (_Table() for _ in range(4))
        self._asked: dict[tuple[bool, int], int] = {}
        self._met_texts: dict[bool, _Texts | None] = {True: None, False: None}
        self._numbers_of_codes: dict[bool, dict[str, int]] = {True: {}, False: {}}
        self._recent: dict[bool, list[tuple[pa.Array, tuple[np.ndarray, np.ndarray, np.ndarray]]]]
        self._recent = {True: [], False: []}
        self._guard = guard
        # Class 0: nothing is there, or what is there takes no part.
        self._principals.number((0, 0, 0, 0, DIAGNOSIS_MISSING.code))
        self._main_class(grouper.no_procedure)
        self._rests.number(None)
        self._classes: Classes | None = None

    def codes(self, diagnoses: CodeLists, procedures: CodeLists) -> tuple[Codes, Codes, Classes]:
        """What the codes of a batch mean, and the classes they belong to."""
        with self._guard:
            found = (self._met(diagnoses, True), self._met(procedures, False))
            if self._classes is None:
                self._classes = self._arrays()
            return (*found, self._classes)

    def _met(self, lists: CodeLists, kind: bool) -> Codes:
        recent = self._recent[kind]
        known = next((item for item in recent if item[0].equals(lists.dictionary)), None)
        if known is None:
            known = (lists.dictionary, self._classified(lists.dictionary, kind))
            recent.insert(0, known)
            del recent[_KEPT_DICTIONARIES:]
        # The loops may look at a first place even where no row has a code.
        places = lists.places if len(lists.places) else _NO_PLACE
        # No place is below zero, and the loops need not ask.
        places, starts, ends = (array.view(np.uint32) for array in (places, lists.starts, lists.ends))
        return Codes(places, starts, ends, *known[1])

    def _classified(self, dictionary: pa.Array, kind: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Both classes and the number of each code of a dictionary, and of the empty code last."""
        texts = pc.fill_null(dictionary.cast(pa.string()), "")
        known = self._met_texts[kind]
        if known is None or len(known.texts) > _KEPT_CODES:
            # A stream of made-up codes must not grow memory without bound.
            known = self._more(_NO_TEXTS, pa.array([""]), kind)
        places = pc.index_in(texts, value_set=known.texts)
        if places.null_count:
            known = self._more(known, pc.unique(texts.filter(places.is_null())), kind)
            places = pc.index_in(texts, value_set=known.texts)
        self._met_texts[kind] = known
        at = np.append(places.to_numpy(), 0)  # the empty code is the first that was met
        return _fixed(known.first[at]), _fixed(known.other[at]), _fixed(known.number[at])

    def _more(self, known: _Texts, texts: pa.Array, kind: bool) -> _Texts:
        before = self._sizes()
        meaning = self._diagnosis_meaning if kind else self._procedure_meaning
        met = [meaning(text) for text in texts.to_pylist()]
        if self._sizes() != before:
            self._classes = None
        numbers = self._numbers_of_codes[kind]
        if not len(known.texts):
            numbers.clear()
        number = [numbers.setdefault(code, len(numbers)) for _, _, code in met]
        return _Texts(
            pa.concat_arrays([known.texts, texts]),
            np.append(known.first, _numbers([first for first, _, _ in met])),
            np.append(known.other, _numbers([other for _, other, _ in met])),
            np.append(known.number, _numbers(number)),
        )

    def _diagnosis_meaning(self, text: str) -> _Meaning:
        code = canonical_code(self._mapped[True](text))
        memberships = self._grouper.members.memberships(code)
        classes = self._by_memberships.get(memberships)
        if classes is None:
            found = self._grouper.diagnosis(code)
            classes = self._principal_class(found), self._other_class(found)
            self._by_memberships[memberships] = classes
        return classes[0] if code else NOTHING, classes[1], code

    def _procedure_meaning(self, text: str) -> _Meaning:
        code = canonical_code(self._mapped[False](text))
        members = self._grouper.members
        if not code or members.is_grey(code):
            return 0, NO_PART, code
        key = (members.procedure_mask(code),)
        classes = self._by_memberships.get(key)
        if classes is None:
            found = self._grouper.procedure(code)
            classes = self._by_memberships[key] = self._main_class(found), self._rest_class(found)
        return *classes, code

    def _sizes(self) -> tuple[int, ...]:
        return tuple(len(table.known) for table in (self._principals, self._others, self._mains, self._rests))

    def _principal_class(self, code: Diagnosis) -> int:
        sets, fate = self._sets(code.mask, True), self._grouper.never_grouped(code)
        return self._principals.number((code.candidates, sets, code.mask & _LEVELS, code.excludes, fate))

    def _other_class(self, code: Diagnosis) -> int:
        rows = ((code.level, code.table), *code.more) if code.table else ()
        sets = self._sets(code.mask, True) & self._of_others[True]
        return self._others.number((sets, code.other & _LEVELS, rows))

    def _main_class(self, code: Procedure) -> int:
        return self._mains.number((code.candidates, self._sets(code.mask, False)))

    def _rest_class(self, code: Procedure) -> int:
        return self._rests.number(self._sets(code.mask, False) & self._of_others[False])

    def _sets(self, mask: int, kind: bool) -> int:
        """The asked combinations a code with this mask is in, one bit each."""
        key = (kind, mask)
        found = self._asked.get(key)
        if found is None:
            found = sum(1 << at for at, asked in enumerate(self._masks[kind]) if asked & mask)
            self._asked[key] = found
        return found

    def _arrays(self) -> Classes:
        groups, asked = len(self.rules.enter), {kind: len(masks) for kind, masks in self._masks.items()}
        principals, others = list(self._principals.known), list(self._others.known)
        mains, rests = list(self._mains.known), list(self._rests.known)
        tables = len(self._grouper.scheme.exclusions)
        return Classes(
            principal_bytes=_words([_filled(key[0]) for key in principals], -(-groups // 8)),
            principal_groups=_words([key[0] for key in principals], groups),
            principal_sets=_by_word([key[1] for key in principals], asked[True]),
            principal_levels=_numbers([key[2] for key in principals]),
            principal_tables=_words([key[3] for key in principals], tables),
            principal_otherwise=_fixed(np.array([self._otherwise[key[4]] for key in principals], np.int32)),
            other_sets=_by_word([key[0] for key in others], asked[True]),
            other_rows=_chained([key[1:] for key in others]),
            main_bytes=_words([_filled(key[0]) for key in mains], -(-groups // 8)),
            main_groups=_words([key[0] for key in mains], groups),
            main_sets=_by_word([key[1] for key in mains], asked[False]),
            rest_sets=_by_word([key or 0 for key in rests], asked[False]),
        )


def _rest_trees(grouper: Grouper) -> list[Node]:
    """Every part of a rule the kernel still has to test: not settled by the two first codes alone."""
    scheme = grouper.scheme
    parts = [part for mdc in scheme.mdcs for part in split_by_code(conjuncts(mdc.tree))[2]]
    for _, adrg in scheme.adrgs():
        parts += _take(grouper, adrg)
        parts += [drg.tree for drg in adrg.children]
    return [*parts, *scheme.entry_trees()]


def _take(grouper: Grouper, adrg: Group) -> list[Node]:
    gate = surgical_gate(grouper.scheme, adrg)
    return split_by_code((*conjuncts(adrg.tree), *([] if gate is None else [gate])))[2]


def _compiled(grouper: Grouper) -> tuple[Rules, Program, dict[str, int]]:
    """The rules, what they ask, and per reason a code never leads to a group ("": it may) a case's way on."""
    scheme, program, drg = grouper.scheme, Program(_rest_trees(grouper)), itertools.count()
    starts = []
    for mdc in scheme.mdcs:
        enter = split_by_code(conjuncts(mdc.tree))[2]
        for adrg in mdc.children:
            trees = [child.tree for child in adrg.children]
            starts.append(program.enter([*enter, *_take(grouper, adrg)], zip(trees, drg, strict=False)))
    kinds = [(sex, levels) for sex in (1, 2) for levels in range(_LEVELS + 1)]
    places = {id(answer): place for place, answer in enumerate(grouper.answers())}
    of = {reason: places[id(answer)] for reason, answer in (*UNGROUPED.items(), *INVALID.items())}
    never = (PRINCIPAL_UNKNOWN, PRINCIPAL_NOT_GROUPABLE, DIAGNOSIS_MISSING.code)
    otherwise = {reason: ending(of[reason]) for reason in never}
    otherwise[""] = program.enter_any(scheme.entry_trees(), of[NO_GROUP_IN_MDC], of[NO_MDC])
    settings = {
        Setting.RETRY: int(scheme.options.retry_ungrouped_with_each_other_procedure),
        Setting.NO_SEX: of[SEX_BAD.code],
        Setting.NO_AGE: of[AGE_DAYS_NEEDED],
        Setting.OTHER_DX: program.seen[True][1],
        Setting.FIRST_PX: program.seen[False][0],
        Setting.OTHER_PX: program.seen[False][1],
        Setting.SEEN: program.width,
    }
    rules = Rules(
        steps=_fixed(program.steps()),
        enter=_fixed(
            np.array([[program.settled(at, *kind) for kind in kinds] for at in starts], dtype=np.int32)
        ),
        ages=_fixed(np.array(grouper.ages, dtype=np.int64)),
        settings=_fixed(np.array([settings[place] for place in sorted(settings)], dtype=np.int64)),
    )
    return rules, program, otherwise


def _chained(others: list[tuple[int, tuple[tuple[int, int], ...]]]) -> np.ndarray:
    """What classes of other diagnoses say of their levels, see ``Classes.other_rows``."""
    rows = [0] * len(others)
    for at, (always, pairs) in enumerate(others):
        row, told = at, always
        for number, (level, table) in enumerate(pairs):
            if number:
                rows[row] |= len(rows) << NEXT_ROW
                row = len(rows)
                rows.append(0)
            rows[row] = told | level << 2 | (table.bit_length() - 1) << 4
            told = 0
        rows[row] |= told
    return _fixed(np.array(rows, dtype=np.uint64))


def _words(masks: list[int], bits: int) -> np.ndarray:
    """Masks of any width as rows of 64-bit words, at least one."""
    width = words(bits)
    packed = b"".join(mask.to_bytes(8 * width, "little") for mask in masks)
    return _fixed(np.frombuffer(packed, dtype="<u8").astype(np.uint64).reshape(len(masks), width))


def _by_word(masks: list[int], bits: int) -> np.ndarray:
    """The same, one row per word: whoever looks at one word of many classes steps over nothing else."""
    return _fixed(np.ascontiguousarray(_words(masks, bits).T))


def _filled(mask: int) -> int:
    """Which bytes of a mask are not empty, one bit each."""
    return sum(1 << at for at, byte in enumerate(mask.to_bytes(-(-mask.bit_length() // 8), "little")) if byte)


def _numbers(values: Iterable[int]) -> np.ndarray:
    return _fixed(np.array(list(values), dtype=np.uint32))


def _fixed(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
