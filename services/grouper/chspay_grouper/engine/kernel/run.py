"""The compiled loops. Nothing here knows a scheme: rules, classes and cases come in as arrays.

The only module that imports numba; the functions release the interpreter lock, so threads may share
the rows of a file.
"""

# mypy: disable-error-code="no-any-return,untyped-decorator"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from chspay_grouper.engine.columns import UNKNOWN
from chspay_grouper.engine.kernel.program import FIRST, OTHERS, YES, Ask
from chspay_grouper.engine.kernel.program import Column as C
from chspay_grouper.engine.kernel.tables import NOTHING, Classes, Codes, Rules
from chspay_grouper.engine.kernel.tables import Setting as S

_UNKNOWN = np.int64(UNKNOWN)
_SEX, _AGE, _AGE_DAYS = 0, 1, 2  # rows of the basic scalars
_DIAGNOSIS, _PROCEDURE, _SCALAR = int(Ask.DIAGNOSIS), int(Ask.PROCEDURE), int(Ask.SCALAR)
_DIAGNOSES = int(Ask.DIAGNOSES)
_ASK, _FIELDS, _WORD, _BIT, _LEVELS = int(C.ASK), int(C.FIELDS), int(C.WORD), int(C.BIT), int(C.LEVELS)
_LOW, _HIGH, _YES, _NO = int(C.LOW), int(C.HIGH), int(C.YES), int(C.NO)
_RETRY, _ENTRIES = S.RETRY, S.ENTRIES
_NO_SEX, _NO_DIAGNOSIS, _NO_MDC, _NO_GROUP, _NO_AGE = S.NO_SEX, S.NO_DIAGNOSIS, S.NO_MDC, S.NO_GROUP, S.NO_AGE
_WORDS_OF_OTHERS, _WORDS_OF_REST = S.WORDS_OF_OTHERS, S.WORDS_OF_REST
#: The case at hand: row, class of the principal diagnosis, place of the main procedure or -1, first place
#: of the other procedures, age in days, what was joined of the other codes (bits below), their levels.
_CASE, _PRINCIPAL, _MAIN, _REST, _DAYS, _JOINED, _JOINED_LEVELS = range(7)
_HAS_LEVELS, _HAS_OTHERS, _HAS_REST = 1, 2, 4
_NONE = -1

#: Without the interpreter's lock, and without counting references: nothing is made or freed in here.
_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
_compiled: Any = njit(**_OPTIONS)
_inlined: Any = njit(**_OPTIONS, forceinline=True)


class Work(NamedTuple):
    """Everything the loops look at."""

    rules: Rules
    classes: Classes
    dx: Codes
    px: Codes
    scalars: np.ndarray  # int64, one row per scalar of the program, one column per case
    others: np.ndarray  # room for the sets of all other diagnoses together
    rests: np.ndarray  # room for the sets of all other procedures together
    hand: np.ndarray


_intrinsic: Any = intrinsic


@_intrinsic
def _lowest_bit(context: Any, word: Any) -> Any:  # noqa: ARG001 - numba asks for both
    """The place of the lowest bit that is set."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@_inlined
def _level(classes: Any, other: int, principal: int) -> int:
    """MCC and CC bits of another diagnosis beside the principal diagnosis."""
    level = classes.other_levels[other]
    for row in range(classes.other_rows[other], classes.other_rows[other + 1]):
        table = classes.row_table[row]
        if not classes.principal_tables[principal, table >> 6] >> np.uint64(table & 63) & np.uint64(1):
            level |= classes.row_level[row]
    return level


@_inlined
def _levels(classes: Any, dx: Any, case: int, principal: int) -> int:
    """MCC and CC bits of all other diagnoses."""
    level = 0
    for place in range(dx.starts[case] + 1, dx.ends[case]):
        level |= _level(classes, dx.other[dx.places[place]], principal)
    return level


@_compiled
def _join(sets: Any, codes: Any, start: int, end: int, words: int, into: Any) -> None:
    """The sets of all other codes together."""
    for word in range(words):
        into[word] = 0
    for place in range(start, end):
        kind = codes.other[codes.places[place]]
        if kind != NOTHING:
            for word in range(words):
                into[word] |= sets[kind, word]


@_inlined
def _asked(step: Any, sets: Any, kind: int, levels: int) -> bool:
    """Whether a class of codes is in the sets of a step or has its level."""
    word = step[_WORD]
    in_sets = word >= 0 and sets[kind, word] >> np.uint64(step[_BIT]) & np.uint64(1) != 0
    return in_sets or step[_LEVELS] & levels != 0


@_compiled
def _count_diagnoses(step: Any, work: Any) -> int:
    """How many different diagnoses of the fields are in the sets or have the level."""
    classes, dx, case, principal = work.classes, work.dx, work.hand[_CASE], work.hand[_PRINCIPAL]
    start, end, found = dx.starts[case], dx.ends[case], 0
    begin = start if step[_FIELDS] & FIRST else start + 1
    last = end if step[_FIELDS] & OTHERS else start + 1
    for place in range(begin, last):
        code = dx.places[place]
        if place == start:
            hit = _asked(step, classes.principal_sets, principal, classes.principal_levels[principal])
        else:
            hit = _asked(step, classes.other_sets, dx.other[code], _level(classes, dx.other[code], principal))
        if hit and not _seen(dx, begin, place):
            found += 1
    return found


@_compiled
def _count_procedures(step: Any, work: Any) -> int:
    """How many different procedures of the fields are in the sets."""
    classes, px, main, rest = work.classes, work.px, work.hand[_MAIN], work.hand[_REST]
    with_main = step[_FIELDS] & FIRST and main != _NONE
    found = 0
    if with_main and _asked(step, classes.main_sets, px.first[px.places[main]], 0):
        found += 1
    if step[_FIELDS] & OTHERS:
        for place in range(rest, px.ends[work.hand[_CASE]]):
            kind = px.other[px.places[place]]
            if kind == NOTHING or not _asked(step, classes.rest_sets, kind, 0):
                continue
            repeats = with_main and px.number[px.places[main]] == px.number[px.places[place]]
            if not repeats and not _seen(px, rest, place):
                found += 1
    return found


@_compiled
def _seen(codes: Any, start: int, place: int) -> bool:
    """Whether an equal code stands earlier, from ``start`` on."""
    number = codes.number[codes.places[place]]
    for earlier in range(start, place):  # noqa: SIM110 - compiled: a generator does not compile
        if codes.number[codes.places[earlier]] == number:
            return True
    return False


@_inlined
def _diagnosis_asked(step: Any, work: Any) -> bool:
    """Whether some diagnosis of the fields is in the sets or has the level."""
    classes, dx, hand = work.classes, work.dx, work.hand
    principal = hand[_PRINCIPAL]
    if step[_FIELDS] & FIRST and _asked(
        step, classes.principal_sets, principal, classes.principal_levels[principal]
    ):
        return True
    if not step[_FIELDS] & OTHERS:
        return False
    if step[_LEVELS]:
        if not hand[_JOINED] & _HAS_LEVELS:
            hand[_JOINED_LEVELS] = _levels(classes, dx, hand[_CASE], principal)
            hand[_JOINED] |= _HAS_LEVELS
        if hand[_JOINED_LEVELS] & step[_LEVELS]:
            return True
    if step[_WORD] < 0:
        return False
    if not hand[_JOINED] & _HAS_OTHERS:
        start, end = dx.starts[hand[_CASE]] + 1, dx.ends[hand[_CASE]]
        _join(classes.other_sets, dx, start, end, work.rules.settings[_WORDS_OF_OTHERS], work.others)
        hand[_JOINED] |= _HAS_OTHERS
    return work.others[step[_WORD]] >> np.uint64(step[_BIT]) & np.uint64(1) != 0


@_inlined
def _procedure_asked(step: Any, work: Any) -> bool:
    """Whether some procedure of the fields is in the sets."""
    classes, px, hand = work.classes, work.px, work.hand
    main = hand[_MAIN]
    first = step[_FIELDS] & FIRST and main != _NONE
    if first and _asked(step, classes.main_sets, px.first[px.places[main]], 0):
        return True
    if not step[_FIELDS] & OTHERS:
        return False
    if not hand[_JOINED] & _HAS_REST:
        start, end = hand[_REST], px.ends[hand[_CASE]]
        _join(classes.rest_sets, px, start, end, work.rules.settings[_WORDS_OF_REST], work.rests)
        hand[_JOINED] |= _HAS_REST
    return work.rests[step[_WORD]] >> np.uint64(step[_BIT]) & np.uint64(1) != 0


@_inlined
def _holds(at: int, work: Any) -> bool:
    """Whether the rule entered at ``at`` holds for the case at hand."""
    while at >= 0:
        step = work.rules.steps[at]
        ask = step[_ASK]
        if ask == _DIAGNOSIS:
            yes = _diagnosis_asked(step, work)
        elif ask == _PROCEDURE:
            yes = _procedure_asked(step, work)
        else:
            if ask == _SCALAR:
                row = step[_FIELDS]
                value = work.hand[_DAYS] if row == _AGE_DAYS else work.scalars[row, work.hand[_CASE]]
            elif ask == _DIAGNOSES:
                value = np.int64(_count_diagnoses(step, work))
            else:
                value = np.int64(_count_procedures(step, work))
            yes = step[_LOW] <= value <= step[_HIGH]
        at = step[_YES] if yes else step[_NO]
    return at == YES


@_inlined
def _one(work: Any) -> int:
    """The first DRG that holds, in the order of trial, or -1; only what both first codes allow is tried."""
    rules, classes, px, hand = work.rules, work.classes, work.px, work.hand
    principal, main = hand[_PRINCIPAL], hand[_MAIN]
    main_class = px.first[px.places[main]] if main != _NONE else 0
    entered, refused = -1, -1
    for word in range(classes.principal_groups.shape[1]):
        groups = classes.principal_groups[principal, word] & classes.main_groups[main_class, word]
        while groups:
            group = word * 64 + np.int64(_lowest_bit(groups))
            groups &= groups - np.uint64(1)
            mdc = rules.mdc[group]
            if mdc == refused:
                continue
            # What must hold, one after the other: the MDC's rule, the group's, then any DRG's. One loop for
            # the three, so that the test of a rule is compiled into it once.
            drg = rules.drgs[group]
            for stage in range(-1 if mdc == entered else -2, rules.drgs[group + 1] - drg):
                if stage == -2:
                    at = rules.enter[mdc]
                elif stage == -1:
                    at = rules.take[group]
                else:
                    at = rules.holds[drg + stage]
                holds = at == YES or (at >= 0 and _holds(at, work))
                if stage >= 0 and holds:
                    return drg + stage
                if stage < 0 and not holds:
                    refused = mdc if stage == -2 else refused
                    break
                entered = mdc
    return _NONE


@_inlined
def _next_operation(work: Any, place: int) -> bool:
    """Make the next other procedure after ``place`` the only one; whether there is one."""
    hand, px = work.hand, work.px
    last = px.ends[hand[_CASE]]
    for other in range(place + 1, last):
        if px.other[px.places[other]] != NOTHING:
            hand[_MAIN], hand[_REST] = other, last
            hand[_JOINED] &= ~_HAS_REST
            return True
    return False


@_compiled
def _ungrouped(work: Any) -> int:
    """The answer of a case no group took."""
    settings = work.rules.settings
    fate = work.classes.principal_fate[work.hand[_PRINCIPAL]]
    if fate:
        return settings[fate]
    return settings[_NO_GROUP] if _holds(settings[_ENTRIES], work) else settings[_NO_MDC]


@_inlined
def _as_recorded(work: Any) -> None:
    """Take main and other procedures as the record has them."""
    hand, px = work.hand, work.px
    first = px.starts[hand[_CASE]]
    hand[_MAIN], hand[_REST] = first if first < px.ends[hand[_CASE]] else _NONE, first + 1
    hand[_JOINED] &= ~_HAS_REST


@_inlined
def _answer(work: Any) -> int:
    """The answer of the case at hand: as recorded, then with each other procedure alone where the scheme
    tries that, then, for an infant of unknown age in days, whether that age decides the group."""
    hand, settings, ages = work.hand, work.rules.settings, work.rules.ages
    unknown_age = work.scalars[_AGE, hand[_CASE]] == 0 and hand[_DAYS] == _UNKNOWN
    place, age, answer, given = work.px.starts[hand[_CASE]], -1, _NONE, _NONE
    _as_recorded(work)
    while True:
        found = _one(work)
        if age >= 0:
            if age > 0 and found != given:
                return settings[_NO_AGE]
            given = found
        elif found == _NONE and settings[_RETRY] and _next_operation(work, place):
            place = hand[_MAIN]
            continue
        else:
            _as_recorded(work)
            answer = found if found != _NONE else _ungrouped(work)
        age += 1
        if not unknown_age or age == len(ages):
            return answer
        hand[_DAYS] = ages[age]


@_compiled
def _group_rows(work: Any, out: Any) -> None:
    """Write per case the number of its answer; see ``chspay_grouper.engine.grouper.Grouper.answer``."""
    dx, hand, settings, scalars = work.dx, work.hand, work.rules.settings, work.scalars
    for case in range(len(out)):
        start = dx.starts[case]
        if scalars[_SEX, case] != 1 and scalars[_SEX, case] != 2:
            out[case] = settings[_NO_SEX]
            continue
        principal = dx.first[dx.places[start]] if start < dx.ends[case] else NOTHING
        if principal == NOTHING:
            out[case] = settings[_NO_DIAGNOSIS]
            continue
        hand[_CASE], hand[_PRINCIPAL], hand[_JOINED] = case, principal, 0
        hand[_DAYS] = scalars[_AGE_DAYS, case]
        out[case] = _answer(work)


def run(rules: Rules, classes: Classes, dx: Codes, px: Codes, scalars: np.ndarray, out: np.ndarray) -> None:
    """Group the cases of two code lists and ``scalars`` into ``out`` (int32): the number of each answer.

    Every array but ``out`` is marked read-only, so that there is one compiled version.
    """
    for part in (rules, classes, dx, px, (scalars,)):
        for array in part:
            array.setflags(write=False)
    others = np.zeros(classes.other_sets.shape[1], np.uint64)
    rests = np.zeros(classes.rest_sets.shape[1], np.uint64)
    _group_rows(Work(rules, classes, dx, px, scalars, others, rests, np.zeros(7, np.int64)), out)
