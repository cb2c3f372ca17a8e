"""Settlement lists as columns: every text once, numbered; a row per list, and rows per row of its nodes.

Reading never fails: whatever JSON a list is made of, it becomes texts, blanks and placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import chain
from operator import itemgetter, methodcaller
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
        texts = self.values_of
        if type(raw) is str and len(text := raw.strip()) > _LONGEST_EMPTY:
            # Most values that are new; written out, because one in ten is.
            text = text[:MOST_CHARACTERS]
        else:
            text = text_of(raw)
        code = self[raw] = self._known.setdefault(text, len(texts))
        if code == len(texts):
            texts.append(text)
        return code

    def number(self, text: str) -> int:
        """The number of a text."""
        code = self._known.setdefault(text, len(self.values_of))
        if code == len(self.values_of):
            self.values_of.append(text)
        return code

    def codes(self, raws: Callable[[], Iterable[object]], size: int) -> Codes:
        """The numbers of raw values.

        :param raws: gives the values, anew each time it is asked.
        """
        try:
            return np.fromiter(map(self.__getitem__, raws()), np.int64, size)
        except TypeError:
            # An object or a list where a text should be cannot be looked up.
            texts = (text_of(raw) if _is_plain(raw) else UNREADABLE for raw in raws())
            return np.fromiter(map(self.number, texts), np.int64, size)


def _is_plain(raw: object) -> bool:
    return raw is None or isinstance(raw, (str, int, Decimal)) or type(raw).__name__ == "float"


def text_of(raw: object) -> str:
    """A value as the text it stands for; placeholders are blank, numbers are written plainly."""
    if isinstance(raw, str):
        text = raw.strip()
        if len(text) <= _LONGEST_EMPTY:
            return "" if text.lower() in EMPTY else text
        return text[:MOST_CHARACTERS]
    if raw is None:
        return ""
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


class _Shape(NamedTuple):
    """How objects with the very same member names are read."""

    #: Which fields they have, by number; ``values`` gives just these of an object.
    fields: list[int]
    values: Callable[[Mapping[Any, object]], Iterable[object]]


class _Shapes:
    """Shapes of the objects of one node: found once each, since clients repeat them."""

    def __init__(self, spellings: Mapping[str, str], fields: Sequence[str]) -> None:
        self._spellings = spellings
        self._fields = fields
        self._known: dict[tuple[object, ...], _Shape] = {}

    def raw(self, objects: Sequence[Mapping[Any, object]]) -> list[list[object]]:
        """The values of each field, as they came."""
        found: list[list[object]] = [[None] * len(objects) for _ in self._fields]
        for shape, places, alike in self._alike(objects):
            for number, values in zip(shape.fields, zip(*map(shape.values, alike), strict=True), strict=True):
                if len(alike) == len(objects):
                    found[number] = list(values)
                    continue
                column = found[number]
                for place, value in zip(places, values, strict=True):
                    column[place] = value
        return found

    def columns(self, objects: Sequence[Mapping[Any, object]], texts: Texts) -> dict[str, Codes]:
        """The fields of objects as columns of numbered texts."""
        table = np.full((len(self._fields), len(objects)), BLANK, np.int64)
        for shape, places, alike in self._alike(objects):
            # Object by object, as they lie in memory.
            raws = partial(_values, shape, alike)
            codes = texts.codes(raws, len(alike) * len(shape.fields)).reshape(len(alike), len(shape.fields))
            if len(alike) == len(objects):
                table[shape.fields] = codes.T
            else:
                table[np.ix_(shape.fields, places)] = codes.T
        return dict(zip(self._fields, table, strict=True))

    def _alike(
        self, objects: Sequence[Mapping[Any, object]]
    ) -> Iterator[tuple[_Shape, Sequence[int], Sequence[Mapping[Any, object]]]]:
        """Objects of one shape at a time, with the place of each."""
        kinds = set(map(tuple, objects))
        if len(kinds) == 1:
            yield self._shape(kinds.pop()), range(len(objects)), objects
            return
        places: dict[tuple[object, ...], list[int]] = {names: [] for names in kinds}
        for place, members in enumerate(objects):
            places[tuple(members)].append(place)
        for names, chosen in places.items():
            yield self._shape(names), chosen, [objects[place] for place in chosen]

    def _shape(self, names: tuple[object, ...]) -> _Shape:
        found = self._known.get(names)
        if found is None:
            found = self._known[names] = self._plan(names)
        return found

    def _plan(self, names: tuple[object, ...]) -> _Shape:
        wanted: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            field = self._spellings.get(plain_name(name)) if isinstance(name, str) else None
            if field is not None:
                wanted.setdefault(field, []).append(place)
        fields = [self._fields.index(field) for field in wanted]
        places = list(wanted.values())
        if len(places) == len(names):
            return _Shape(fields, methodcaller("values"))
        if len(places) > 1 and all(len(one) == 1 for one in places):
            known = itemgetter(*(one[0] for one in places))
            return _Shape(fields, lambda members: known((*members.values(),)))

        def telling(members: Mapping[Any, object]) -> list[object]:
            # Two spellings of one member: the one that says something wins.
            values = tuple(members.values())
            return [
                values[one[0]]
                if len(one) == 1
                else next((values[place] for place in one if not _says_nothing(values[place])), None)
                for one in places
            ]

        return _Shape(fields, telling)


def _values(shape: _Shape, objects: Sequence[Mapping[Any, object]]) -> Iterable[object]:
    """The values of every object, one after the other."""
    return chain.from_iterable(map(shape.values, objects))


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
    objects = [record if isinstance(record, Mapping) else {} for record in lists]
    names = tuple(_NODES.values())
    nodes = dict(zip(names, _Shapes(_NODES, names).raw(objects), strict=True))
    shapes = _Shapes(catalogue.spellings[SETLINFO], tuple(catalogue.fields[SETLINFO]))
    sheet.single = shapes.columns([_one(value) for value in nodes[SETLINFO]], texts)
    for node in ROWS:
        shapes = _Shapes(catalogue.spellings[node], tuple(catalogue.fields[node]))
        given = np.ones(len(lists), np.bool_)
        rows = _rows(sheet, node, nodes[node])
        columns = shapes.columns(rows.members, texts)
        sheet.rows[node] = _dropped(RowsOf(rows.parent, rows.place, columns, given), ROWS[node])
    _add_context(sheet, catalogue, context if context is not None else [{}] * len(lists))
    return sheet


_NODES = {plain_name(node): node for node in (SETLINFO, *ROWS)}


def _add_context(sheet: Sheet, catalogue: Catalogue, context: Sequence[Mapping[str, object]]) -> None:
    """Facts and rows from elsewhere; most callers tell few of them."""
    told = set().union(*context)
    for fact in catalogue.facts:
        raws = [one.get(fact) for one in context] if fact in told else []
        sheet.facts[fact] = (
            sheet.texts.codes(raws.__iter__, sheet.size) if raws else np.full(sheet.size, BLANK, np.int64)
        )
    for node, fields in CONTEXT_ROWS.items():
        given = np.array([one.get(node) is not None for one in context], np.bool_)
        rows = _rows(sheet, node, [one.get(node) for one in context])
        shapes = _Shapes({plain_name(name): name for name in fields}, fields)
        columns = shapes.columns(rows.members, sheet.texts)
        sheet.rows[node] = RowsOf(rows.parent, rows.place, columns, given)


def _one(value: object) -> Mapping[Any, object]:
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, Mapping) else {}


class _Rows(NamedTuple):
    """Rows of a node as they came: how many of each list, which of them these are, and their members."""

    parent: Codes
    place: Codes
    members: list[Mapping[Any, object]]


_NO_ROWS: list[Any] = []


def _rows(sheet: Sheet, node: str, values: Sequence[object]) -> _Rows:
    by_list: list[Any] = [value or _NO_ROWS for value in values]
    if set(map(type, by_list)) - {list}:
        by_list = [value if isinstance(value, list) else [value] for value in by_list]
    counts = np.fromiter(map(len, by_list), np.int64, len(by_list))
    for number in np.flatnonzero(counts > MOST_ROWS).tolist():
        sheet.cut.append((number, node))
        by_list[number] = by_list[number][:MOST_ROWS]
    counts = np.minimum(counts, MOST_ROWS)
    found = list(chain.from_iterable(by_list))
    parent = np.repeat(np.arange(len(values)), counts)
    place = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
    if not set(map(type, found)) - {dict}:
        return _Rows(parent, place, found)
    keep = np.fromiter((isinstance(item, Mapping) for item in found), np.bool_, len(found))
    return _Rows(parent[keep], place[keep], [item for item in found if isinstance(item, Mapping)])


def _dropped(rows: RowsOf, telling: Sequence[str]) -> RowsOf:
    """Without placeholder rows: those that say nothing in any telling field."""
    keep = np.zeros(len(rows.parent), np.bool_)
    for name in telling:
        keep |= rows.columns[name] != BLANK
    if keep.all():
        return rows
    columns = {name: column[keep] for name, column in rows.columns.items()}
    return RowsOf(rows.parent[keep], rows.place[keep], columns, rows.given)
