"""Files of settlement lists 结算清单 for ``chspay check``: JSON, JSON lines, CSV and workbooks.

A list comes out as the ``input`` of a 4101 message, whatever the file was. Sizes are bounded: a file that
is too large is refused before it is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from chspay_cli.casefile import FILE_MISSING, FILE_UNREADABLE, check_kind, reading
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.quality.catalogue import ROWS, SETLINFO, Catalogue, plain_name

INPUTS = (".xlsx", ".csv", ".json", ".jsonl")
MOST_BYTES = 256 << 20
MOST_LISTS = 200_000
#: Rows in which a workbook's header is looked for.
_HEADER_ROWS = 5
#: Title of each sheet, by node.
SHEETS = {
    SETLINFO: "清单", "payinfo": "基金支付", "opspdiseinfo": "门诊慢特病", "diseinfo": "诊断",
    "iteminfo": "收费项目", "oprninfo": "手术操作", "icuinfo": "重症监护", "bldinfo": "输血",
}  # fmt: skip
#: The column of a row sheet that says which list a row belongs to.
LINK = "setl_id"

LISTS_TOO_LARGE = Reason("LISTS_TOO_LARGE", Kind.TOO_LARGE, "文件“{value}”超过{limit}，请分成几个文件检查。")
LISTS_NONE = Reason(
    "LISTS_NONE", Kind.INVALID, "文件“{value}”里没有找到结算清单，可用 chspay check --template 生成模板对照。"
)
LIST_NOT_READ = Reason("LIST_NOT_READ", Kind.INVALID, "文件“{value}”第{row}行不是一份清单：{problem}。")
LIST_ROW_ALONE = Reason(
    "LIST_ROW_ALONE", Kind.INVALID, "工作表“{sheet}”第{row}行的结算ID“{value}”在“清单”工作表中没有。"
)
LIST_ID_TWICE = Reason("LIST_ID_TWICE", Kind.INVALID, "“清单”工作表中结算ID“{value}”出现了不止一次。")


@dataclass(frozen=True, slots=True)
class ListFile:
    """An open file: the lists, and how many there are when that is known beforehand."""

    lists: Iterator[object]
    total: int | None


def open_lists(path: Path, catalogue: Catalogue) -> ListFile:
    """The lists of a file, each as the ``input`` of a 4101 message.

    :raises Fault: FILE_*, LISTS_TOO_LARGE, LISTS_NONE, LIST_*; while reading too.
    """
    kind = check_kind(path, INPUTS)
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise Fault(LISTS_TOO_LARGE, field="file", value=path.name, limit=f"{MOST_BYTES >> 20}MB")
    with reading(path):
        if kind == ".jsonl":
            return ListFile(_bounded(path, _json_lines(path)), None)
        if kind == ".json":
            found = _json(path)
        elif kind == ".csv":
            found = list(_csv(path, catalogue))
        else:
            found = _workbook(path, catalogue)
    if not found:
        raise Fault(LISTS_NONE, field="file", value=path.name)
    return ListFile(_bounded(path, iter(found)), len(found))


def _bounded(path: Path, lists: Iterator[object]) -> Iterator[object]:
    with reading(path):
        for number, one in enumerate(lists):
            if number >= MOST_LISTS:
                raise Fault(LISTS_TOO_LARGE, field="file", value=path.name, limit=f"{MOST_LISTS}份清单")
            yield one


def _member(value: Mapping[Any, object], name: str) -> object:
    return next((value[key] for key in value if isinstance(key, str) and plain_name(key) == name), None)


def input_of(value: object) -> object:
    """The ``input`` of a message, or the value itself when it is one already."""
    if isinstance(value, Mapping):
        inner = _member(value, "input")
        if isinstance(inner, str):
            try:
                inner = orjson.loads(inner)
            except orjson.JSONDecodeError:
                return value
        if isinstance(inner, Mapping):
            return inner
    return value


def _json(path: Path) -> list[object]:
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Fault(FILE_UNREADABLE, field="file", value=path.name, problem=f"不是JSON（{error}）") from error
    if isinstance(value, Mapping):
        lists = _member(value, "lists")
        value = lists if isinstance(lists, list) else [value]
    found = [input_of(one) for one in value] if isinstance(value, list) else []
    for number, one in enumerate(found, start=1):
        _require_list(path, number, one)
    return found


def _json_lines(path: Path) -> Iterator[object]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                one = input_of(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise Fault(
                    LIST_NOT_READ, field="file", value=path.name, row=number, problem="不是JSON"
                ) from error
            _require_list(path, number, one)
            yield one


def _require_list(path: Path, number: int, one: object) -> None:
    if not isinstance(one, Mapping) or _member(one, SETLINFO) is None:
        raise Fault(LIST_NOT_READ, field="file", value=path.name, row=number, problem="没有setlinfo节点")


def _decoded(content: bytes) -> str:
    """CSV of a hospital's spreadsheet: UTF-8, else GB18030, which every Chinese Excel writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _csv(path: Path, catalogue: Catalogue) -> Iterator[object]:
    rows = csv.reader(io.StringIO(_decoded(path.read_bytes()), newline=""))
    places = [_place(name, catalogue) for name in next(rows, [])]
    if not any(places):
        return
    for row in rows:
        record: dict[str, Any] = {SETLINFO: {}}
        for place, cell in zip(places, row, strict=False):
            if place is None or not cell.strip():
                continue
            node, number, name = place
            if node == SETLINFO:
                record[SETLINFO][name] = cell
            else:
                found = record.setdefault(node, [])
                found.extend({} for _ in range(number - len(found)))
                found[number - 1][name] = cell
        yield record


def _place(header: str, catalogue: Catalogue) -> tuple[str, int, str] | None:
    """What a column of a CSV file holds: ``field``, ``setlinfo.field``, ``diseinfo.2.field``, or a label."""
    parts = header.strip().split(".")
    if len(parts) == 3 and parts[1].isdigit() and 1 <= int(parts[1]) <= 500:
        name = _field(parts[0], parts[2], catalogue)
        return (parts[0], int(parts[1]), name) if name else None
    if len(parts) == 2 and parts[0] != SETLINFO:
        return None
    name = _field(SETLINFO, parts[-1], catalogue)
    return (SETLINFO, 0, name) if name else None


def _field(node: str, text: str, catalogue: Catalogue) -> str:
    """The field of a node that a spelling or a Chinese label names; empty when none."""
    fields = catalogue.fields.get(node, {})
    found = catalogue.spellings.get(node, {}).get(plain_name(text))
    return found or next((field.name for field in fields.values() if field.label == text), "")


def _workbook(path: Path, catalogue: Catalogue) -> list[object]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise Fault(FILE_UNREADABLE, field="file", value=path.name, problem="不是完好的xlsx") from error
    titles = {**{title: node for node, title in SHEETS.items()}, **{node: node for node in SHEETS}}
    tables = {titles[name.strip()]: rows for name, rows in sheets.items() if name.strip() in titles}
    lists: dict[str, dict[str, Any]] = {}
    for _, row in _records(SETLINFO, tables.get(SETLINFO, []), catalogue):
        key = row.get(LINK, "")
        if key in lists:
            raise Fault(LIST_ID_TWICE, field=LINK, value=key)
        lists[key] = {SETLINFO: row, **{node: [] for node in ROWS}}
    for node in ROWS:
        for number, row in _records(node, tables.get(node, []), catalogue):
            key = row.pop(LINK, "")
            if key not in lists:
                raise Fault(LIST_ROW_ALONE, field=LINK, value=key, sheet=SHEETS[node], row=number)
            lists[key][node].append(row)
    return list(lists.values())


def _records(node: str, rows: list[list[Any]], catalogue: Catalogue) -> Iterable[tuple[int, dict[str, str]]]:
    """The filled rows of a sheet below its header: number in the sheet, and cells by field."""
    heads = [[_head(node, cell, catalogue) for cell in row] for row in rows[:_HEADER_ROWS]]
    # The last of the best: the template has labels above names.
    best = max(range(len(heads)), key=lambda at: (sum(map(bool, heads[at])), at), default=-1)
    if best < 0 or not any(heads[best]):
        return
    for number, row in enumerate(rows[best + 1 :], start=best + 2):
        cells = {name: _cell(cell) for name, cell in zip(heads[best], row, strict=False) if name}
        if any(cells.values()):
            yield number, cells


def _head(node: str, cell: object, catalogue: Catalogue) -> str:
    text = str(cell).strip()
    if node != SETLINFO and text in {LINK, "结算ID"}:
        return LINK
    return _field(node, text, catalogue)


def _cell(value: object) -> str:
    """A cell as the text it shows; dates and whole numbers as a list writes them."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat(" ") if hasattr(value, "hour") and isoformat else value).strip()


def front_pages(path: Path) -> list[object]:
    """Front pages (4401) of a JSON file or JSON lines, each as the ``input`` of its message.

    :raises Fault: FILE_*, LISTS_TOO_LARGE.
    """
    kind = check_kind(path, (".json", ".jsonl"))
    if not path.is_file():
        raise Fault(FILE_MISSING, field="frontpage", value=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise Fault(LISTS_TOO_LARGE, field="frontpage", value=path.name, limit=f"{MOST_BYTES >> 20}MB")
    try:
        content = path.read_bytes()
        value = (
            [orjson.loads(line) for line in content.splitlines() if line.strip()]
            if kind == ".jsonl"
            else orjson.loads(content)
        )
    except orjson.JSONDecodeError as error:
        raise Fault(FILE_UNREADABLE, field="frontpage", value=path.name, problem="不是JSON") from error
    return [input_of(one) for one in (value if isinstance(value, list) else [value])]
