"""The compiled loops. Nothing here knows a scheme: rules, classes and cases come in as arrays.

The only module that imports numba, and only where machine code has to be made: see ``machine``.
"""

# mypy: disable-error-code="no-any-return,untyped-decorator"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from chspay_grouper.engine.kernel.machine import BLOCK
from chspay_grouper.engine.kernel.program import FIRST, OTHERS, OWN, Ask, Seen
from chspay_grouper.engine.kernel.program import Column as C
from chspay_grouper.engine.kernel.tables import NEXT_ROW, NO_PART, NOTHING, TABLE_BITS
from chspay_grouper.engine.kernel.tables import Setting as S

_SEX, _AGE, _AGE_DAYS = 0, 1, 2  # rows of the basic scalars
_HIT, _SCALAR, _DIAGNOSES = int(Ask.HIT), int(Ask.SCALAR), int(Ask.DIAGNOSES)
_ASK, _FIELDS, _FIRST, _OTHERS = int(C.ASK), int(C.FIELDS), int(C.FIRST), int(C.OTHERS)
_FIRST_SETS, _OTHER_SETS, _LEVELS = int(C.FIRST_SETS), int(C.OTHER_SETS), int(C.LEVELS)
_LOW, _HIGH, _YES, _NO = int(C.LOW), int(C.HIGH), int(C.YES), int(C.NO)
_SEEN_LEVELS, _SEEN_PRINCIPAL = int(Seen.LEVELS), int(Seen.PRINCIPAL)
_SEEN_MAIN, _SEEN_SETS = int(Seen.MAIN), int(Seen.SETS)
_RETRY, _NO_SEX, _NO_AGE = S.RETRY, S.NO_SEX, S.NO_AGE
_OTHER_DX, _FIRST_PX, _OTHER_PX = S.OTHER_DX, S.FIRST_PX, S.OTHER_PX
_NONE, _UNKNOWN = -1, -1
_BOTH, _OWN = 3, OWN  # the MCC and CC bits; shift of the principal diagnosis's own
_ONE = np.uint64(1)

#: Without counting references: nothing is made or freed in here. And nothing that only Python would call.
_OPTIONS: dict[str, Any] = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_compiled: Any = njit(**_OPTIONS)
_inlined: Any = njit(**_OPTIONS, forceinline=True)


class Case(NamedTuple):
    """The case at hand, or one of the ways to read it."""

    row: Any
    slot: Any  # in the block
    days: Any  # age in days
    first: Any  # place of the main procedure
    rest: Any  # first place of the other procedures
    end: Any  # of the procedures; equal to ``first`` when there is none


_intrinsic: Any = intrinsic


@_intrinsic
def _lowest_bit(context: Any, word: Any) -> Any:  # noqa: ARG001 - numba asks for both
    """The place of the lowest bit that is set."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@_inlined
def _level(classes: Any, other: int, principal: int) -> int:
    """MCC and CC bits of another diagnosis beside the principal diagnosis; see ``Classes.other_rows``."""
    levels, row = np.uint64(0), np.uint64(other)
    while True:
        told = classes.other_rows[row]
        table = told >> np.uint64(4) & np.uint64((1 << TABLE_BITS) - 1)
        tables = classes.principal_tables[principal, table >> np.uint64(6)]
        excluded = tables >> (table & np.uint64(63)) & _ONE
        # No jump: whether the table excludes is as good as random.
        levels |= told | told >> np.uint64(2) & excluded - _ONE
        row = told >> np.uint64(NEXT_ROW)
        if row == 0:
            return levels & np.uint64(_BOTH)


@_inlined
def _see_diagnoses(work: Any, row: int, slot: int) -> None:
    """What the diagnoses of a case say together."""
    classes, dx, seen, settings = work.classes, work.dx, work.seen, work.rules.settings
    start, end = np.uint64(dx.starts[row]), np.uint64(dx.ends[row])
    principal = dx.first[dx.places[start]] if start < end else np.uint32(NOTHING)
    sets, levels, joined = classes.other_sets[0], np.uint64(0), np.uint64(0)
    for place in range(start + _ONE, end):
        other = dx.other[dx.places[place]]
        levels |= _level(classes, other, principal)
        joined |= sets[other]
    seen[slot, _SEEN_PRINCIPAL] = principal
    seen[slot, _SEEN_LEVELS] = levels | classes.principal_levels[principal] << np.uint64(_OWN)
    seen[slot, _SEEN_SETS] = classes.principal_sets[0, principal]
    seen[slot, settings[_OTHER_DX]] = joined
    for word in range(1, settings[_OTHER_DX] - _SEEN_SETS):
        seen[slot, _SEEN_SETS + word] = classes.principal_sets[word, principal]
        joined = np.uint64(0)
        for place in range(start + _ONE, end):
            joined |= classes.other_sets[word, dx.other[dx.places[place]]]
        seen[slot, settings[_OTHER_DX] + word] = joined


@_inlined
def _see_procedures(work: Any, slot: int, first: int, rest: int, end: int) -> None:
    """What these procedures of a case say together."""
    classes, px, seen, settings = work.classes, work.px, work.seen, work.rules.settings
    # No jump here either: without a procedure some place is looked at and its class multiplied away.
    exists = np.uint64(first < end)
    main = px.first[px.places[first * exists]] * exists
    seen[slot, _SEEN_MAIN] = main
    for word in range(settings[_OTHER_PX] - settings[_FIRST_PX]):
        seen[slot, settings[_FIRST_PX] + word] = classes.main_sets[word, main]
        sets, joined = classes.rest_sets[word], np.uint64(0)
        for place in range(rest, end):
            joined |= sets[px.other[px.places[place]]]
        seen[slot, settings[_OTHER_PX] + word] = joined


@_compiled
def _see(work: Any, begin: int, end: int) -> None:
    """Look at the codes of the cases of a block."""
    for row in range(begin, end):
        _see_diagnoses(work, row, row - begin)
    for row in range(begin, end):
        first = np.uint64(work.px.starts[row])
        _see_procedures(work, row - begin, first, first + _ONE, np.uint64(work.px.ends[row]))


@_inlined
def _is_asked(step: Any, sets: int, levels: int, bit: int) -> bool:
    """Whether a code of these sets and levels is one a step asks for."""
    return sets & np.uint64(bit) | levels & np.uint64(step[_LEVELS]) != 0


@_compiled
def _count_diagnoses(step: Any, work: Any, case: Any) -> int:
    """How many different diagnoses of the fields are in the sets or have the level."""
    classes, dx, seen = work.classes, work.dx, work.seen[case.slot]
    start, end, found = dx.starts[case.row], dx.ends[case.row], 0
    begin = start if step[_FIELDS] & FIRST else start + 1
    last = end if step[_FIELDS] & OTHERS else start + 1
    word, own = step[_OTHERS] - work.rules.settings[_OTHER_DX], seen[_SEEN_LEVELS] & np.uint64(_BOTH << _OWN)
    for place in range(begin, last):
        if place == start:
            hit = _is_asked(step, seen[step[_FIRST]], own, step[_FIRST_SETS])
        else:
            other = dx.other[dx.places[place]]
            levels = _level(classes, other, seen[_SEEN_PRINCIPAL])
            hit = _is_asked(step, classes.other_sets[word, other], levels, step[_OTHER_SETS])
        if hit and not _repeats(dx, begin, place):
            found += 1
    return found


@_compiled
def _count_procedures(step: Any, work: Any, case: Any) -> int:
    """How many different procedures of the fields are in the sets."""
    classes, px, found = work.classes, work.px, 0
    with_main = step[_FIELDS] & FIRST and case.first != case.end
    if with_main and _is_asked(step, work.seen[case.slot, step[_FIRST]], 0, step[_FIRST_SETS]):
        found += 1
    if step[_FIELDS] & OTHERS:
        word = step[_OTHERS] - work.rules.settings[_OTHER_PX]
        for place in range(case.rest, case.end):
            sets = classes.rest_sets[word, px.other[px.places[place]]]
            if not _is_asked(step, sets, 0, step[_OTHER_SETS]):
                continue
            as_main = with_main and px.number[px.places[case.first]] == px.number[px.places[place]]
            if not as_main and not _repeats(px, case.rest, place):
                found += 1
    return found


@_compiled
def _repeats(codes: Any, start: int, place: int) -> bool:
    """Whether an equal code stands earlier, from ``start`` on."""
    number = codes.number[codes.places[place]]
    for earlier in range(start, place):  # noqa: SIM110 - compiled: a generator does not compile
        if codes.number[codes.places[earlier]] == number:
            return True
    return False


@_inlined
def _walk(at: int, work: Any, case: Any) -> Any:
    """The answer a walk from step ``at`` ends with, or -1; see ``program.ending``."""
    seen = work.seen[case.slot]
    while at >= 0:
        step = work.rules.steps[at]
        ask = step[_ASK]
        if ask == _HIT:
            first = seen[step[_FIRST]] & np.uint64(step[_FIRST_SETS])
            others = seen[step[_OTHERS]] & np.uint64(step[_OTHER_SETS])
            yes = first | others | seen[_SEEN_LEVELS] & np.uint64(step[_LEVELS]) != 0
        else:
            if ask == _SCALAR:
                value = case.days if step[_FIRST] == _AGE_DAYS else work.scalars[step[_FIRST], case.row]
            elif ask == _DIAGNOSES:
                value = np.int64(_count_diagnoses(step, work, case))
            else:
                value = np.int64(_count_procedures(step, work, case))
            yes = step[_LOW] <= value <= step[_HIGH]
        at = step[_YES] if yes else step[_NO]
    return -2 - at


@_inlined
def _one(work: Any, case: Any) -> Any:
    """The first DRG that holds, in the order of trial, or -1; only what both first codes allow is tried."""
    classes, seen = work.classes, work.seen[case.slot]
    principal, main = seen[_SEEN_PRINCIPAL], seen[_SEEN_MAIN]
    levels = seen[_SEEN_LEVELS] & np.uint64(_BOTH)
    kind = np.uint64(work.scalars[_SEX, case.row] - 1) * np.uint64(_BOTH + 1) + levels
    for part in range(classes.principal_bytes.shape[1]):
        filled = classes.principal_bytes[principal, part] & classes.main_bytes[main, part]
        while filled:
            byte = np.uint64(part * 64) + _lowest_bit(filled)
            filled &= filled - _ONE
            word, shift = byte >> np.uint64(3), byte << np.uint64(3) & np.uint64(63)
            groups = classes.principal_groups[principal, word] & classes.main_groups[main, word]
            groups = groups >> shift & np.uint64(255)
            while groups:
                group = byte * np.uint64(8) + _lowest_bit(groups)
                groups &= groups - _ONE
                answer = _walk(work.rules.enter[group, kind], work, case)
                if answer != _NONE:
                    return answer
    return _NONE


@_inlined
def _next_operation(px: Any, first: int, end: int) -> Any:
    """The place of the next procedure after ``first`` that takes part, or ``end``."""
    for place in range(first + _ONE, end):
        if px.other[px.places[place]] != NO_PART:
            return place
    return end


@_inlined
def _answer(work: Any, row: int, slot: int) -> Any:
    """The answer of a case: as recorded, then with each other procedure alone where the scheme tries that,
    then, for an infant of unknown age in days, whether that age decides the group."""
    px, rules, scalars = work.px, work.rules, work.scalars
    start, end, days = np.uint64(px.starts[row]), np.uint64(px.ends[row]), scalars[_AGE_DAYS, row]
    unknown_age = scalars[_AGE, row] == 0 and days == _UNKNOWN
    first, rest, age, answer, given = start, start + _ONE, -1, np.int64(_NONE), np.int64(_NONE)
    while True:
        case = Case(row, slot, days, first, rest, end)
        found = _one(work, case)
        if age >= 0:
            if age > 0 and found != given:
                return rules.settings[_NO_AGE]
            given = found
        else:
            if found != _NONE:
                answer = found
            elif first == start:
                otherwise = work.classes.principal_otherwise[work.seen[slot, _SEEN_PRINCIPAL]]
                answer = _walk(otherwise, work, case)
            if found == _NONE and rules.settings[_RETRY]:
                first, rest = _next_operation(px, first, end), end
                if first < end:
                    _see_procedures(work, slot, first, rest, end)
                    continue
            if not unknown_age:
                return answer
            first, rest = start, start + _ONE
            _see_procedures(work, slot, first, rest, end)
        age += 1
        if age == len(rules.ages):
            return answer
        days = rules.ages[age]


@_compiled
def _answer_block(work: Any, begin: int, end: int, out: Any) -> None:
    """Answer the cases of a block that was looked at."""
    for row in range(begin, end):
        sex = work.scalars[_SEX, row]
        out[row] = _answer(work, row, row - begin) if sex in (1, 2) else work.rules.settings[_NO_SEX]


@_compiled
def group_rows(work: Any, out: Any) -> None:
    """Write per case the number of its answer; see ``chspay_grouper.engine.grouper.Grouper.answer``."""
    for begin in range(0, len(out), BLOCK):
        end = min(begin + BLOCK, len(out))
        _see(work, np.uint64(begin), np.uint64(end))
        _answer_block(work, np.uint64(begin), np.uint64(end), out)
