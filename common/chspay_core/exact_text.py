"""Exact fractions as text, for canonical forms."""

from __future__ import annotations

import re
from fractions import Fraction

_FRACTION = re.compile(r"[0-9]{1,400}/[1-9][0-9]{0,399}\Z", re.ASCII)


def fraction_text(value: Fraction | None) -> str:
    """``numerator/denominator`` in lowest terms; the empty text is unknown."""
    return "" if value is None else f"{value.numerator}/{value.denominator}"


def exact_fraction(text: str) -> Fraction:
    """The fraction of :func:`fraction_text` and nothing else: an exponent could stand for a billion digits.

    :raises ValueError: any other text.
    """
    if not _FRACTION.match(text):
        raise ValueError("fraction")
    top, _, bottom = text.partition("/")
    return Fraction(int(top), int(bottom))


def known_fraction(text: str) -> Fraction | None:
    """The fraction, ``None`` for the empty text.

    :raises ValueError: any other text.
    """
    return exact_fraction(text) if text else None
