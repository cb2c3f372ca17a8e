"""Lists of rules and places, page by page; the order never depends on how they were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from chspay_core.policy import Document
from chspay_core.policy_registry import Coverage
from chspay_core.regions import chain

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A place and how far it has come: ``complete``, ``partial``, ``planned``, ``demo`` or empty."""

    code: str
    name: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A document, the first day it is no longer in force, and the document that replaces it."""

    document: Document
    repealed: date | None
    repealed_by: str


def places(names: Mapping[str, str], claims: Mapping[str, Coverage]) -> list[Place]:
    """Every known place by code.

    A county without a claim of its own has the claim of its city, whose rules it settles by. A city or
    province without a claim has none: nothing is said that nobody has said.
    """
    found = []
    for code in sorted(names):
        city = chain(code)[1] if code[4:] != "00" else code
        claim = claims.get(code) or claims.get(city)
        found.append(Place(code, names[code], claim.state if claim else ""))
    return found


def page(items: Sequence[tuple[str, T]], after: str, size: int) -> tuple[list[T], str]:
    """At most ``size`` items whose key follows ``after``, and the key to go on after (empty at the end).

    :param items: key and item, sorted by key.
    """
    rest = [(key, item) for key, item in items if key > after]
    shown = rest[:size]
    return [item for _, item in shown], shown[-1][0] if len(rest) > size else ""
