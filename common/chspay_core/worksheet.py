"""Worksheets 计算底稿: kept while calculating, so that every amount can say why.

A line may use only lines above it. It is the audit record, the answer to a dispute and the payload
of ``explain``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Protocol

from chspay_core.amounts import plain


class Cited(Protocol):
    """What a line needs of a policy rule."""

    @property
    def key(self) -> str: ...
    @property
    def cite(self) -> str: ...
    @property
    def evidence(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is, its value and unit, how it came about and who says so."""

    key: str
    label: str
    value: str
    unit: str
    formula: str = ""
    inputs: tuple[str, ...] = ()
    rounding: str = ""
    rule: str = ""
    citation: str = ""
    evidence: str = ""


_FIELDS = tuple(field.name for field in fields(Line))
_VALUES = attrgetter(*_FIELDS)


class Worksheet:
    """A calculation, line by line."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._lines: dict[str, Line] = {}

    @property
    def lines(self) -> list[Line]:
        """The lines in the order they were calculated."""
        return list(self._lines.values())

    def __getitem__(self, key: str) -> Line:
        return self._lines[key]

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def given(self, key: str, label: str, value: Decimal | int | str, unit: str) -> None:
        """An input: a field of the settlement list or a figure handed in."""
        self._add(Line(key, label, _text(value), unit))

    def rule(self, key: str, label: str, value: Decimal | int | str, unit: str, *, rule: Cited) -> None:
        """A parameter, with the document and article that set it."""
        self._add(
            Line(key, label, _text(value), unit, rule=rule.key, citation=rule.cite, evidence=rule.evidence)
        )

    def line(
        self,
        key: str,
        label: str,
        value: Decimal | int | str,
        unit: str,
        *,
        formula: str,
        inputs: Sequence[str],
        rounding: str = "",
        rule: Cited | None = None,
    ) -> None:
        """A calculated figure; ``inputs`` are keys of lines above, ``rule`` chose the method."""
        missing = [name for name in inputs if name not in self._lines]
        if missing:
            raise AssertionError(f"worksheet line {key} uses lines that are not above it: {missing}")
        cited = (rule.key, rule.cite, rule.evidence) if rule is not None else ("", "", "")
        self._add(Line(key, label, _text(value), unit, formula, tuple(inputs), rounding, *cited))

    def _add(self, line: Line) -> None:
        if line.key in self._lines:
            raise AssertionError(f"worksheet line {line.key} was written twice")
        self._lines[line.key] = line

    def to_json(self) -> dict[str, object]:
        """A plain structure for JSON; values are text, exact."""
        lines = [dict(zip(_FIELDS, _VALUES(line), strict=True)) for line in self._lines.values()]
        return {"title": self.title, "lines": lines}


def _text(value: Decimal | int | str) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
