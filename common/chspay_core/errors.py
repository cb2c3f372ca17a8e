"""One way to refuse: a stable reason, one Chinese sentence, and the facts in it.

Engines raise :class:`Fault`; each transport maps :class:`Kind` to its own code in one table.
A module declares its reasons as constants beside the rule they guard, so a reason is found
where it is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath


class Kind(Enum):
    """What sort of refusal it is; the only thing a transport needs to know."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    PRECONDITION = "precondition"
    DENIED = "denied"
    UNAUTHENTICATED = "unauthenticated"
    UNAVAILABLE = "unavailable"
    TOO_LARGE = "too_large"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable reason code, its kind, and the Chinese sentence it is told in.

    ``text`` is a template over ``{field}``, ``{value}`` and the facts given to the fault.
    """

    code: str
    kind: Kind
    text: str


class _Blank(dict[str, str]):
    """Facts for a template; a fact nobody gave reads as 未知 instead of failing."""

    def __missing__(self, key: str) -> str:
        return "未知"


_VALUE_SHOWN = 80


class Fault(Exception):
    """A refusal: nothing was written, and the reader knows what to do next.

    :param reason: what went wrong, stable across versions.
    :param field: the field or policy key it is about; empty when there is none.
    :param value: the offending value as text, cut to 80 characters.
    :param facts: further facts used in the sentence, e.g. ``place="330100"``.
    """

    def __init__(self, reason: Reason, *, field: str = "", value: object = "", **facts: object) -> None:
        self.reason = reason
        self.field = field
        self.value = shorten(value)
        self.facts: Mapping[str, str] = {name: shorten(fact) for name, fact in facts.items()}
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The Chinese sentence, facts filled in."""
        return self.reason.text.format_map(_Blank(self.facts, field=self.field, value=self.value))

    def __str__(self) -> str:
        return f"{self.reason.code}: {self.message}"


def shorten(value: object) -> str:
    """A value as text for an error, cut so that a 5 MB field cannot flood a log or an answer.

    A path stays whole: its end is what a person looks for, and the system bounds its length.
    """
    text = value if isinstance(value, str) else str(value)
    return (
        text if isinstance(value, PurePath) or len(text) <= _VALUE_SHOWN else text[: _VALUE_SHOWN - 1] + "…"
    )
