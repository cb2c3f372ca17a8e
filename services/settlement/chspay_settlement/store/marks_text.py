"""Marks as one column of text: canonical JSON, the same marks the same text."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from chspay_settlement.engine.case.marks import Mark, MarkKind


def text_of(marks: Iterable[Mark]) -> str:
    """The marks as text."""
    return orjson.dumps([[*mark] for mark in sorted(marks)]).decode()


def marks_of(text: str) -> tuple[Mark, ...]:
    """The marks in such a text."""
    return tuple(Mark(MarkKind(kind), value, mode, cite) for kind, value, mode, cite in orjson.loads(text))
