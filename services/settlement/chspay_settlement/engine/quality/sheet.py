"""Settlement lists as columns: every text once, numbered; a row per list, and rows per row of its nodes.

Reading never fails: whatever JSON a list is made of, it becomes texts, blanks and placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chspay_settlement.engine.quality.catalogue import CONTEXT_ROWS, ROWS, SETLINFO, Catalogue, plain_name

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Rows read of one node of one list; what lies behind is left out and said to be.
MOST_ROWS = 500
#: Characters read of one text.
MOST_CHARACTERS = 1_000
#: What senders write when they have nothing to say.
EMPTY = frozenset({"", "-", "无", "null", "none"})
_LONGEST_EMPTY = max(map(len, EMPTY))
#: Stands for a value that is neither text nor number; it matches nothing and is not blank.
UNREADABLE = "\ufffd"
BLANK = 0


class Texts(dict[Any, int]):
    """Raw value -> number of its text; 0 is blank. Texts are numbered in order of appearance."""

    def __init__(self) -> None:
        super().__init__()
        self.values_of: list[str] = [""]
        self._known = {"": BLANK}

    def __missing__(self, raw: object) -> int:
        code = self.number(text_of(raw))
        self[raw] = code
        return code

    def number(self, text: str) -> int:
        """The number of a text."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = len(self.values_of)
            self.values_of.append(text)
        return found

    def column(self, raws: Sequence[object]) -> Codes:
        """The numbers of raw values."""
        try:
            return np.fromiter(map(self.__getitem__, raws), np.int64, len(raws))
        except TypeError:
            # An object or a list where a text should be cannot be looked up.
            texts = (text_of(raw) if _is_plain(raw) else UNREADABLE for raw in raws)
            return np.fromiter(map(self.number, texts), np.int64, len(raws))


def _is_plain(raw: object) -> bool:
    return raw is None or isinstance(raw, (str, int, Decimal)) or type(raw).__name__ == "float"


def text_of(raw: object) -> str:
    """A value as the text it stands for; placeholders are blank, numbers are written plainly."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        text = raw.strip()[:MOST_CHARACTERS]
        return "" if len(text) <= _LONGEST_EMPTY and text.lower() in EMPTY else text
    try:
        # 1, 1.0 and true are one key of a dictionary, so they must be one text.
        number = Decimal(int(raw) if isinstance(raw, bool) else str(raw))
    except InvalidOperation:
        return UNREADABLE
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return UNREADABLE
    return f"{number.normalize():f}"


class RowsOf(NamedTuple):
    """The rows of one node over all lists."""

    #: The list each row belongs to, and its place among the rows as sent (from 0).
    parent: Codes
    place: Codes
    columns: dict[str, Codes]
    #: Whether the node was given at all, per list; always for nodes of the message itself.
    given: Flags


class Sheet:
    """Lists by columns. Build it with :func:`sheet_of`."""

    def __init__(self, size: int, texts: Texts) -> None:
        self.size = size
        self.texts = texts
        self.single: dict[str, Codes] = {}
        self.facts: dict[str, Codes] = {}
        self.rows: dict[str, RowsOf] = {}
        #: (list, node) whose rows were more than are read.
        self.cut: list[tuple[int, str]] = []

    def column(self, scope: str, name: str) -> Codes:
        """A column of a scope: of the list itself (empty), or of a node's rows."""
        return self.rows[scope].columns[name] if scope else self.single[name]


class _Shapes:
    """How objects with these very member names are read: found once per shape, since clients repeat them."""

    def __init__(self, spellings: Mapping[str, str], fields: Sequence[str]) -> None:
        self._spellings = spellings
        self._fields = fields
        self._known: dict[tuple[object, ...], Any] = {}

    def read(self, members: Mapping[Any, object]) -> tuple[object, ...]:
        """The values of the fields, in their order."""
        names = tuple(members)
        getter = self._known.get(names)
        if getter is None:
            getter = self._known[names] = self._plan(names)
        values: tuple[object, ...] = getter((*members.values(), None))
        return values

    def _plan(self, names: tuple[object, ...]) -> Any:
        wanted: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            field = self._spellings.get(plain_name(name)) if isinstance(name, str) else None
            if field is not None:
                wanted.setdefault(field, []).append(place)
        places = [wanted.get(field, [len(names)]) for field in self._fields]
        if all(len(one) == 1 for one in places):
            return itemgetter(*(one[0] for one in places)) if len(places) > 1 else _only(places[0][0])

        def first_telling(values: tuple[object, ...]) -> tuple[object, ...]:
            # Two spellings of one member: the one that says something wins.
            return tuple(
                next((values[place] for place in one if not _says_nothing(values[place])), None)
                for one in places
            )

        return first_telling


def _only(place: int) -> Any:
    return lambda values: (values[place],)


def _says_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in EMPTY)


def sheet_of(
    lists: Sequence[object],
    catalogue: Catalogue,
    context: Sequence[Mapping[str, object]] | None = None,
) -> Sheet:
    """Lists as columns.

    :param lists: each the ``input`` of a 4101 message, as JSON gives it.
    :param context: per list, what is known beside it: facts by name, and lists of rows (``stays`` …).
    """
    texts = Texts()
    sheet = Sheet(len(lists), texts)
    nodes = _nodes(lists)
    names = tuple(catalogue.fields[SETLINFO])
    shapes = _Shapes(catalogue.spellings[SETLINFO], names)
    table = [shapes.read(_one(found.get(SETLINFO))) for found in nodes]
    for number, column in enumerate(zip(*table, strict=True) if table else [()] * len(names)):
        sheet.single[names[number]] = texts.column(column)
    for node in ROWS:
        fields = tuple(catalogue.fields[node])
        given = np.ones(len(lists), np.bool_)
        rows = _rows(sheet, node, [found.get(node) for found in nodes])
        sheet.rows[node] = _dropped(
            _columns(rows, _Shapes(catalogue.spellings[node], fields), fields, texts, given), ROWS[node]
        )
    beside = context if context is not None else [{}] * len(lists)
    for fact in catalogue.facts:
        sheet.facts[fact] = texts.column([one.get(fact) for one in beside])
    for node, fields in CONTEXT_ROWS.items():
        given = np.array([one.get(node) is not None for one in beside], np.bool_)
        rows = _rows(sheet, node, [one.get(node) for one in beside])
        shape = _Shapes({plain_name(name): name for name in fields}, fields)
        sheet.rows[node] = _columns(rows, shape, fields, texts, given)
    return sheet


_NODES = {plain_name(node): node for node in (SETLINFO, *ROWS)}


def _nodes(lists: Sequence[object]) -> list[dict[str, object]]:
    """The known nodes of each list, by their names."""
    names = tuple(_NODES.values())
    shapes = _Shapes(_NODES, names)
    return [
        dict(zip(names, shapes.read(record), strict=True)) if isinstance(record, Mapping) else {}
        for record in lists
    ]


def _one(value: object) -> Mapping[Any, object]:
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, Mapping) else {}


class _Rows(NamedTuple):
    """Rows of a node as they came: how many of each list, which of them these are, and their members."""

    parent: Codes
    place: Codes
    members: list[Mapping[Any, object]]


def _rows(sheet: Sheet, node: str, values: Sequence[object]) -> _Rows:
    found: list[Any] = []
    counts = np.zeros(len(values), np.int64)
    for number, value in enumerate(values):
        if not value:
            continue
        items = value if isinstance(value, list) else [value]
        if len(items) > MOST_ROWS:
            sheet.cut.append((number, node))
            items = items[:MOST_ROWS]
        counts[number] = len(items)
        found += items
    parent = np.repeat(np.arange(len(values)), counts)
    place = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
    if all(type(item) is dict for item in found):
        return _Rows(parent, place, found)
    keep = np.fromiter((isinstance(item, Mapping) for item in found), np.bool_, len(found))
    return _Rows(parent[keep], place[keep], [item for item in found if isinstance(item, Mapping)])


def _columns(rows: _Rows, shapes: _Shapes, fields: Sequence[str], texts: Texts, given: Flags) -> RowsOf:
    table = [shapes.read(members) for members in rows.members]
    columns = zip(*table, strict=True) if table else [()] * len(fields)
    named = {name: texts.column(column) for name, column in zip(fields, columns, strict=True)}
    return RowsOf(rows.parent, rows.place, named, given)


def _dropped(rows: RowsOf, telling: Sequence[str]) -> RowsOf:
    """Without placeholder rows: those that say nothing in any telling field."""
    keep = np.zeros(len(rows.parent), np.bool_)
    for name in telling:
        keep |= rows.columns[name] != BLANK
    if keep.all():
        return rows
    columns = {name: column[keep] for name, column in rows.columns.items()}
    return RowsOf(rows.parent[keep], rows.place[keep], columns, rows.given)
