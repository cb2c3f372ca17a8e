"""Reading a body as real clients send it: spellings, empties, placeholders, numbers as text.

Names are compared without case and underscores; ``aliases.csv`` holds the spellings that still differ.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files

from chspay_core import amounts, period
from chspay_core.errors import Fault, Kind, Reason

NOT_A_TIME = Reason(
    "FSI_TIME_BAD", Kind.INVALID, "{field}应为日期或日期时间（如2026-01-31 08:30:00），收到“{value}”。"
)
DURATION_BAD = Reason("FSI_DURATION_BAD", Kind.INVALID, "{field}应为“天/小时/分钟”，收到“{value}”。")
WHOLE_BAD = Reason("FSI_NUMBER_BAD", Kind.INVALID, "{field}应为数字，收到“{value}”。")
NODE_BAD = Reason("FSI_NODE_BAD", Kind.INVALID, "节点{field}的形式不对，应为{expected}。")

#: What clients write when they have nothing to say.
EMPTY = frozenset({"", "-", "无", "null", "none"})
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?\Z", re.ASCII)
_DURATION = re.compile(r"(\d{1,5})/(\d{1,2})/(\d{1,2})\Z", re.ASCII)
_MINUTES_A_DAY, _MINUTES_AN_HOUR = 1440, 60


def plain_name(name: str) -> str:
    """A member name without case and underscores."""
    return name.lower().replace("_", "")


def _read_aliases() -> dict[str, str]:
    text = (files("chspay_gateway.envelope") / "aliases.csv").read_text(encoding="utf-8")
    return {
        plain_name(row["alias"]): plain_name(row["canonical"]) for row in csv.DictReader(text.splitlines())
    }


_ALIASES = _read_aliases()


def _canonical(name: str) -> str:
    plain = plain_name(name)
    return _ALIASES.get(plain, plain)


class Node:
    """An object of a message, read by canonical names.

    :param name: its name, for faults.
    """

    def __init__(self, members: Mapping[str, object], name: str) -> None:
        self.name = name
        self._members: dict[str, object] = {}
        for key, value in members.items():
            plain = _canonical(key)
            # Two spellings of one member: the one that says something wins.
            if plain not in self._members or _is_empty(self._members[plain]):
                self._members[plain] = value

    def raw(self, name: str) -> object:
        """The member as it came; ``None`` when absent."""
        return self._members.get(_canonical(name))

    def has(self, name: str) -> bool:
        """Whether the member is there at all, even empty."""
        return _canonical(name) in self._members

    def text(self, name: str) -> str:
        """The member as text, placeholders read as empty."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return ""
        if not isinstance(value, str):
            raise Fault(NODE_BAD, field=self._path(name), expected="文本或数字")
        text = value.strip()
        return "" if text.lower() in EMPTY else text

    def day(self, name: str) -> date | None:
        """A date, with or without a time of day."""
        text = self.text(name)
        if not text:
            return None
        match = _MOMENT.match(text)
        if match is None:
            raise Fault(NOT_A_TIME, field=self._path(name), value=text)
        return period.parse_day(match[1], self._path(name))

    def number(self, name: str) -> Decimal | None:
        """A number in plain notation; empty is unknown."""
        text = self.text(name)
        return amounts.decimal_text(text, self._path(name)) if text else None

    def whole(self, name: str) -> int | None:
        """A number with nothing but zeros behind the point."""
        number = self.number(name)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise Fault(WHOLE_BAD, field=self._path(name), value=amounts.plain(number))
        return int(number)

    def fen(self, name: str) -> int | None:
        """An amount in yuan, as fen."""
        text = self.text(name)
        return amounts.yuan_to_fen(text, self._path(name)) if text else None

    def minutes(self, name: str) -> int | None:
        """A duration 天/小时/分钟 in minutes."""
        text = self.text(name)
        if not text:
            return None
        match = _DURATION.match(text)
        if match is None:
            raise Fault(DURATION_BAD, field=self._path(name), value=text)
        return int(match[1]) * _MINUTES_A_DAY + int(match[2]) * _MINUTES_AN_HOUR + int(match[3])

    def child(self, name: str) -> Node | None:
        """An object member; a list of one object is read as that object."""
        value = self.raw(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if _is_empty(value):
            return None
        if not isinstance(value, Mapping):
            raise Fault(NODE_BAD, field=self._path(name), expected="对象")
        return Node(value, name)

    def rows(self, name: str, telling: Iterable[str]) -> list[Node]:
        """A list member; ``null``, a lone object and placeholder rows are absorbed.

        :param telling: a row in which all of these are empty is a placeholder.
        """
        value = self.raw(name)
        if _is_empty(value):
            return []
        items = value if isinstance(value, list) else [value]
        found: list[Node] = []
        for item in items:
            if _is_empty(item):
                continue
            if not isinstance(item, Mapping):
                raise Fault(NODE_BAD, field=self._path(name), expected="对象的列表")
            row = Node(item, name)
            if any(row.text(key) for key in telling):
                found.append(row)
        return found

    def _path(self, name: str) -> str:
        return f"{self.name}.{name}" if self.name else name


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in EMPTY
    return value is None or (isinstance(value, (Mapping, list)) and not value)
