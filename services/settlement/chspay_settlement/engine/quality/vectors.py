"""What an expression comes to over many lists at once: arrays of truths, texts, numbers and moments.

Truth has three values, as Kleene's logic: yes, no, and not known. Numbers are whole ten-thousandths (or
whole units) in 64 bits; the compiler proves before running that they cannot overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from chspay_settlement.engine.quality.sheet import BLANK, Codes, Flags, Sheet
from chspay_settlement.engine.quality.tables import Pairs, Table


class Truth(NamedTuple):
    """Yes, no, or neither: not known."""

    yes: Flags
    no: Flags

    def both(self, other: Truth) -> Truth:
        """And."""
        return Truth(self.yes & other.yes, self.no | other.no)

    def either(self, other: Truth) -> Truth:
        """Or."""
        return Truth(self.yes | other.yes, self.no & other.no)

    def negated(self) -> Truth:
        """Not."""
        return Truth(self.no, self.yes)


class Text(NamedTuple):
    """Numbers of texts; 0 is blank."""

    codes: Codes


class Number(NamedTuple):
    """Scaled whole numbers; where not known, the value means nothing."""

    values: Codes
    known: Flags


class Moment(NamedTuple):
    """Seconds since 1970-01-01, and whether hour and minute were told."""

    values: Codes
    known: Flags
    timed: Flags


Vector = Truth | Text | Number | Moment

#: A function of one text: (state, value); state 0 is "not known".
OfText = Callable[[str], tuple[int, int]]
_UNASKED = -1
NOT_KNOWN, YES, NO = 0, 1, 2
KNOWN, TIMED = 1, 3


class _Asked:
    """Answers of one function of a text, each text asked once."""

    def __init__(self, function: OfText) -> None:
        self._function = function
        #: By number of the text.
        self.states = np.full(0, _UNASKED, np.int8)
        self.values = np.zeros(0, np.int64)

    def ask(self, codes: Codes, texts: list[str]) -> _Asked:
        """Itself, once it has an answer for each of these numbered texts."""
        more = len(texts) - len(self.states)
        if more > 0:
            self.states = np.concatenate([self.states, np.full(more, _UNASKED, np.int8)])
            self.values = np.concatenate([self.values, np.zeros(more, np.int64)])
        new = np.zeros(len(self.states), np.bool_)
        new[codes] = True
        new &= self.states == _UNASKED
        fresh = np.flatnonzero(new)
        if len(fresh):
            answers = [self._function(texts[code]) for code in fresh.tolist()]
            self.states[fresh], self.values[fresh] = zip(*answers, strict=True)
        return self


class Run:
    """One evaluation: the sheet, what it is held against, and every part's result so far."""

    def __init__(
        self, sheet: Sheet, tables: Mapping[str, Table], pairs: Mapping[str, Pairs], now: int | None
    ) -> None:
        self.sheet = sheet
        self.tables = tables
        self.pairs = pairs
        #: Seconds since 1970-01-01 of the check, or not known.
        self.now = now
        self.made: dict[str, Vector] = {}
        self._asked: dict[str, _Asked] = {}

    def asked(self, name: str, function: OfText, codes: Codes) -> tuple[Any, Codes]:
        """States and values of a function of text over numbered texts.

        :param name: tells functions apart; equal names must mean equal functions.
        """
        found = self._answers(name, function, codes)
        return found.states[codes], found.values[codes]

    def truth(self, name: str, function: OfText, codes: Codes) -> Truth:
        """A function of text that answers :data:`YES`, :data:`NO` or :data:`NOT_KNOWN`."""
        states = self._answers(name, function, codes).states[codes]
        return Truth(states == YES, states == NO)

    def _answers(self, name: str, function: OfText, codes: Codes) -> _Asked:
        found = self._asked.get(name)
        if found is None:
            found = self._asked[name] = _Asked(function)
        return found.ask(codes, self.sheet.texts.values_of)

    def size(self, scope: str) -> int:
        """How many rows a scope has."""
        return len(self.sheet.rows[scope].parent) if scope else self.sheet.size


def lifted(vector: Vector, parent: Codes) -> Vector:
    """A vector over lists, over the rows of a node."""
    parts: list[Any] = [part[parent] if part.ndim else part for part in vector]
    return type(vector)(*parts)


def sure(flags: Flags) -> Truth:
    """A truth that is always known."""
    return Truth(flags, ~flags)


def blank(codes: Codes) -> Truth:
    """Whether nothing is said."""
    return sure(codes == BLANK)


def any_of(parent: Codes, flags: Flags, size: int) -> Flags:
    """Per list, whether any of its rows is flagged."""
    found = np.zeros(size, np.bool_)
    found[parent[flags]] = True
    return found


def count_of(parent: Codes, flags: Flags, size: int) -> Codes:
    """Per list, how many of its rows are flagged."""
    return np.bincount(parent[flags], minlength=size).astype(np.int64)


def sum_of(parent: Codes, values: Codes, size: int) -> Codes:
    """Per list, the sum of its rows' values; rows lie in the order of their lists."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)])
    bounds = np.searchsorted(parent, np.arange(size + 1))
    return np.asarray(running[bounds[1:]] - running[bounds[:-1]], np.int64)
