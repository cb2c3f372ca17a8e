"""Looking things up in a scheme: codes and groups by the beginning of a code or a part of a name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from chspay_grouper.engine.scheme import Group, Scheme


@dataclass(frozen=True, slots=True)
class CodeFound:
    """A diagnosis or procedure: its name, the sets it belongs to, and MCC or CC if it is one."""

    code: str
    name: str
    sets: tuple[str, ...]
    level: str


@dataclass(frozen=True, slots=True)
class GroupFound:
    """A group, its rule as published, and the group it lies in."""

    level: str
    code: str
    name: str
    rule: str
    parent: str


_Entry = TypeVar("_Entry", CodeFound, GroupFound)


class Index:
    """Everything of a scheme that can be looked up, in the order of codes."""

    def __init__(self, scheme: Scheme) -> None:
        sets: dict[str, list[str]] = defaultdict(list)
        for name in sorted(scheme.sets):
            for code in scheme.sets[name]:
                sets[code].append(name)
        levels = dict(sorted(scheme.cc))
        codes = sorted({*scheme.names, *sets, *levels})
        self._codes = [
            CodeFound(code, scheme.names.get(code, ""), tuple(sets[code]), levels.get(code, ""))
            for code in codes
        ]
        self._groups = _groups(scheme)

    def codes(self, text: str, start: int, size: int) -> tuple[list[CodeFound], int]:
        """At most ``size`` codes from place ``start`` on, and the place to go on at, 0 at the end.

        :param text: the beginning of a code, in any case, or a part of a name.
        """
        return _page(self._codes, text, start, size)

    def groups(self, text: str, start: int, size: int) -> tuple[list[GroupFound], int]:
        """As :meth:`codes`, for MDCs, ADRGs and DRGs, in the order they are tried."""
        return _page(self._groups, text, start, size)


def _page(entries: list[_Entry], text: str, start: int, size: int) -> tuple[list[_Entry], int]:
    found: list[_Entry] = []
    wanted = text.strip()
    beginning = wanted.casefold()
    for place in range(start, len(entries)):
        entry = entries[place]
        if entry.code.casefold().startswith(beginning) or wanted in entry.name:
            if len(found) == size:
                return found, place
            found.append(entry)
    return found, 0


def _groups(scheme: Scheme) -> list[GroupFound]:
    def found(level: str, group: Group, parent: str) -> GroupFound:
        return GroupFound(level, group.code, group.name, group.rule, parent)

    entries: list[GroupFound] = []
    for mdc in scheme.mdcs:
        entries.append(found("mdc", mdc, ""))
        for adrg in mdc.children:
            entries.append(found("adrg", adrg, mdc.code))
            entries += [found("drg", drg, adrg.code) for drg in adrg.children]
    return entries
