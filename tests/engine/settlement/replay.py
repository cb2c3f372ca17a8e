"""Works a worksheet out again from its own lines, with fractions and nothing of the engine."""

from __future__ import annotations

import re
from fractions import Fraction

from chspay_core.worksheet import Line, Worksheet

_NAME = re.compile(r"[a-z_]+")
_FEN = Fraction(1, 100)


def replay(sheet: Worksheet) -> dict[str, Fraction]:
    """Every formula again, exactly; a shown value must be the exact one under its stated rounding."""
    exact: dict[str, Fraction] = {}
    for line in sheet.lines:
        if line.key == "kind":
            _check_kind(line, exact)
        elif line.formula:
            exact[line.key] = _value(line, exact)
        elif re.fullmatch(r"-?\d+(\.\d+)?", line.value):
            exact[line.key] = Fraction(line.value)
    return exact


def _value(line: Line, exact: dict[str, Fraction]) -> Fraction:
    assert set(_NAME.findall(line.formula)) - {"min", "max"} <= set(line.inputs), line.key
    found = _evaluate(line.formula, exact)
    shown = Fraction(line.value)
    if line.rounding == "largest_remainder":
        assert abs(shown - found) < _FEN, line.key
        return shown
    if line.rounding.startswith("display_"):
        assert abs(shown - found) <= Fraction(1, 20_000), line.key
        return found
    if line.rounding:
        half = Fraction(1, 2 * 10 ** int(line.rounding.rpartition("_")[2]))
        assert abs(shown - found) <= half, line.key
        return shown
    assert shown == found, line.key
    return found


def _check_kind(line: Line, exact: dict[str, Fraction]) -> None:
    if line.formula:
        assert _evaluate(line.formula, exact) is True, line.formula


def _evaluate(formula: str, exact: dict[str, Fraction]) -> Fraction:
    for sign, operator in (("×", "*"), ("÷", "/"), ("−", "-"), ("≤", "<="), ("≥", ">=")):
        formula = formula.replace(sign, operator)
    return eval(formula, {"__builtins__": {}, "min": min, "max": max}, dict(exact))
