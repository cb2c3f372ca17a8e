"""Files of a few plain columns, read row by row: every cell filled, a wrong one named with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.tablefile import batches_of

FILE_UNREADABLE = Reason(
    "CAPITATION_FILE_UNREADABLE",
    Kind.INVALID,
    "{what}文件不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。",
)
FILE_COLUMN = Reason(
    "CAPITATION_FILE_COLUMN", Kind.INVALID, "{what}文件第{row}行的列“{field}”{problem}：{value}。"
)
FILE_EMPTY = Reason("CAPITATION_FILE_EMPTY", Kind.INVALID, "{what}文件没有一行。")
_MOST_DIGITS = 15


def rows_of(content: bytes, columns: Sequence[str], what: str) -> list[dict[str, str]]:
    """The rows of a file as text, none of whose cells is empty.

    :raises Fault: CAPITATION_FILE_*.
    """
    rows: list[dict[str, Any]] = []
    try:
        for batch in batches_of(content, columns):
            batch.validate(full=True)
            rows += batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Fault(FILE_UNREADABLE, field="content", what=what, problem=type(error).__name__) from error
    if not rows:
        raise Fault(FILE_EMPTY, field="content", what=what)
    found = []
    for number, row in enumerate(rows, start=1):
        for name in columns:
            if row.get(name) in (None, ""):
                raise wrong(what, number, name, "", "没有填写")
        found.append({name: str(row[name]) for name in columns})
    return found


def fen_of(what: str, number: int, name: str, text: str) -> int:
    """An amount in fen, not below zero.

    :raises Fault: CAPITATION_FILE_COLUMN.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        raise wrong(what, number, name, text, "应为不小于零的整数（分）")
    return int(text)


def wrong(what: str, number: int, name: str, value: str, problem: str) -> Fault:
    """The fault of one cell."""
    return Fault(FILE_COLUMN, field=name, value=value, what=what, row=number, problem=problem)
