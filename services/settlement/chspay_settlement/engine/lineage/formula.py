"""Formulas worked out again: the text of a worksheet's formula over exact figures; pure.

The language is what worksheets are written in: names, decimal numbers, ``+ − × ÷ < ≤ > ≥ =`` and a closed
list of functions. It is read here from its text, by other code than what calculated the amount.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor, isqrt, lcm
from operator import ge, gt, le, lt

from chspay_core.amounts import ratio_half_up
from chspay_core.statistics import cv_display

#: A figure, or a text such as a case number.
Value = Fraction | str

_DECIMAL = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z][a-z0-9_]*)|([-+−*×/÷()<>≤≥=,]))", re.ASCII)
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {"<": lt, "≤": le, ">": gt, "≥": ge}
_ROUNDED = re.compile(r"(half_up|display)_(\d)\Z", re.ASCII)
_FEN = 100


class Unreadable(ValueError):
    """A formula that is not one, or that asks for what is not there."""


def decimal_of(text: str) -> Fraction | None:
    """A plain decimal as an exact fraction; ``None`` for any other text."""
    return Fraction(text) if _DECIMAL.match(text) else None


def fen_floor(yuan: Fraction) -> Fraction:
    """The largest whole fen not above an amount in yuan."""
    return Fraction(floor(yuan * _FEN), _FEN)


def _served(*given: Value) -> Fraction:
    """Whether one is at or before another in the order in which single fen are handed out.

    ``served(rest, weight, key, last_rest, last_weight, last_key)``: larger remainder first, then larger
    weight, then smaller key.
    """
    rest, weight, key, last_rest, last_weight, last_key = given
    numbers = (rest, weight, last_rest, last_weight)
    if (
        isinstance(key, Fraction)
        or isinstance(last_key, Fraction)
        or any(isinstance(n, str) for n in numbers)
    ):
        raise Unreadable("served")
    own, last = (rest, weight), (last_rest, last_weight)
    return Fraction(1 if own > last or (own == last and key <= last_key) else 0)


def _figures(function: Callable[[list[Fraction]], Fraction], places: int) -> Callable[..., Fraction]:
    def apply(*given: Value) -> Fraction:
        found = [each for each in given if isinstance(each, Fraction)]
        if len(found) != len(given) or not found or (places and len(found) != places):
            raise Unreadable("a function of figures")
        return function(found)

    return apply


def _cv(sample: bool) -> Callable[[list[Fraction]], Fraction]:
    """The coefficient of variation of n figures, from their sum and the sum of their squares, 4 places."""

    def apply(given: list[Fraction]) -> Fraction:
        n, total, squares = given
        if n.denominator != 1 or total <= 0:
            raise Unreadable("cv")
        scale = lcm(total.denominator**2, squares.denominator)
        # Whole numbers in the same proportion: the root is taken of a ratio, so the unit falls out.
        root = isqrt(scale)
        unit = root if root * root == scale else scale
        shown = cv_display(int(n), int(total * unit), int(squares * unit * unit), sample)
        if not shown:
            raise Unreadable("cv")
        return Fraction(shown)

    return apply


def _banded(*given: Value) -> Fraction:
    """What the fund pays for a bill against a standard, by bands of the bill: whole fen, rounded once."""
    actual, standard, bands = given
    if isinstance(actual, str) or isinstance(standard, str) or isinstance(bands, Fraction):
        raise Unreadable("banded")
    rows = [
        (Fraction(row["up_to"]) if row["up_to"] else None, row["rule"], Fraction(row["share"]))
        for row in json.loads(bands)
    ]
    if standard <= 0:
        return standard
    if actual <= standard:
        rule, share = next((r, s) for top, r, s in rows if top is not None and actual <= top * standard)
        paid = actual if rule == "actual" else actual + share * (standard - actual)
    else:
        paid = floor_of = standard
        for top, rule, share in rows:
            reach = actual if top is None else min(actual, top * standard)
            if rule == "bear" and reach > floor_of:
                paid, floor_of = paid + share * (reach - floor_of), reach
    return Fraction(ratio_half_up(paid.numerator, paid.denominator, 2))


FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "min": _figures(min, 0),
    "max": _figures(max, 0),
    "fen_floor": _figures(lambda given: fen_floor(given[0]), 1),
    "half_up_fen": _figures(
        lambda given: Fraction(ratio_half_up(given[0].numerator, given[0].denominator, 2)), 1
    ),
    "served": _served,
    "banded": _banded,
    "cv_population": _figures(_cv(False), 3),
    "cv_sample": _figures(_cv(True), 3),
}


def evaluate(formula: str, names: Mapping[str, Value]) -> Value | bool:
    """The value of a formula; a comparison, also a chained one, gives whether it holds.

    :raises Unreadable: not a formula, a name without a value, a division by zero.
    """
    reader = _Reader(formula, names)
    found = reader.comparison()
    reader.end()
    return found


def rounded(value: Fraction, rounding: str) -> Fraction:
    """``value`` as it is shown or kept under a named rounding; unnamed: as it is.

    :raises Unreadable: a rounding of another name.
    """
    if not rounding:
        return value
    match = _ROUNDED.match(rounding)
    if match is None:
        raise Unreadable(rounding)
    return Fraction(ratio_half_up(value.numerator, value.denominator, int(match[2])))


def kept_exact(rounding: str) -> bool:
    """Whether a figure with this rounding is rounded for display only."""
    return rounding.startswith("display_")


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, formula: str, names: Mapping[str, Value]) -> None:
        self._names = names
        self._tokens: list[tuple[str, str]] = []
        place = 0
        stripped = formula.rstrip()
        while place < len(stripped):
            match = _TOKEN.match(stripped, place)
            if match is None:
                raise Unreadable(formula)
            number, name, sign = match.groups()
            self._tokens.append(("n", number) if number else ("v", name) if name else ("s", sign))
            place = match.end()
        self._at = 0

    def comparison(self) -> Value | bool:
        left: Value = self._sum()
        if self._sign() not in {*_COMPARE, "="}:
            return left
        holds = True
        while (sign := self._sign()) in {*_COMPARE, "="}:
            self._at += 1
            right = self._sum()
            if sign == "=":
                holds = holds and left == right
            else:
                holds = holds and _COMPARE[sign](_figure(left), _figure(right))
            left = right
        return holds

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise Unreadable(self._sign())

    def _sum(self) -> Value:
        found = self._product()
        while (sign := self._sign()) in {"+", "-", "−"}:
            self._at += 1
            more = _figure(self._product())
            found = _figure(found) + (more if sign == "+" else -more)
        return found

    def _product(self) -> Value:
        found = self._atom()
        while (sign := self._sign()) in {"*", "×", "/", "÷"}:
            self._at += 1
            more = _figure(self._atom())
            if sign in {"/", "÷"}:
                if not more:
                    raise Unreadable("÷ 0")
                found = _figure(found) / more
            else:
                found = _figure(found) * more
        return found

    def _atom(self) -> Value:
        if self._at >= len(self._tokens):
            raise Unreadable("ends too early")
        kind, word = self._tokens[self._at]
        self._at += 1
        if kind == "n":
            return Fraction(word)
        if kind == "v" and self._sign() == "(":
            return self._call(word)
        if kind == "v":
            if word not in self._names:
                raise Unreadable(word)
            return self._names[word]
        if word in {"-", "−"}:
            return -_figure(self._atom())
        if word != "(":
            raise Unreadable(word)
        found = self._sum()
        self._take(")")
        return found

    def _call(self, name: str) -> Fraction:
        if name not in FUNCTIONS:
            raise Unreadable(name)
        self._take("(")
        given = [self._sum()]
        while self._sign() == ",":
            self._at += 1
            given.append(self._sum())
        self._take(")")
        try:
            return FUNCTIONS[name](*given)
        except ValueError as error:
            raise Unreadable(name) from error

    def _sign(self) -> str:
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return word if kind == "s" else ""

    def _take(self, sign: str) -> None:
        if self._sign() != sign:
            raise Unreadable(f"{sign} expected")
        self._at += 1


def _figure(value: Value) -> Fraction:
    if isinstance(value, str):
        raise Unreadable(value)
    return value
