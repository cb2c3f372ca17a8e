"""An institution as it stands for some days, its checks, and a whole file of them.

Days are half-open: from ``since`` up to, not including, ``until``.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.regions import check_code, contains
from chspay_core.sandbox import is_sandbox

KINDS = ("hospital", "clinic", "pharmacy")
AGREEMENTS = ("active", "suspended", "terminated")
ROLES = ("", "lead", "member")
LEVELS = (1, 2, 3, 9)
UNGRADED = 9
COLUMNS = (
    *("code", "name", "kind", "level", "pool", "area", "community", "community_role", "agreement"),
    *("since", "until"),
)
MAX_ROWS = 100_000
_CODE = re.compile(r"[0-9A-Za-z]{1,30}\Z", re.ASCII)

CODE_BAD = Reason("INSTITUTION_CODE_BAD", Kind.INVALID, "机构编码应为1至30位字母或数字，收到“{value}”。")
NAME_BAD = Reason(
    "INSTITUTION_NAME_BAD", Kind.INVALID, "机构名称应为1至200个字，不含控制字符，收到“{value}”。"
)
WORD_BAD = Reason("INSTITUTION_WORD_BAD", Kind.INVALID, "{field}应为{wanted}之一，收到“{value}”。")
LEVEL_BAD = Reason(
    "INSTITUTION_LEVEL_BAD",
    Kind.INVALID,
    "等级应为1、2、3或9（未定级），诊所和药店只能是9，收到“{value}”。",
)
AREA_OUTSIDE = Reason("INSTITUTION_AREA_OUTSIDE", Kind.INVALID, "所在地区{value}不属于统筹区{pool}，请核对。")
COMMUNITY_BAD = Reason(
    "INSTITUTION_COMMUNITY_BAD",
    Kind.INVALID,
    "写了医共体就要写角色（lead牵头或member成员），没有写就都不写，收到“{value}”。",
)
DAYS_BAD = Reason(
    "INSTITUTION_DAYS_BAD", Kind.INVALID, "截止日期{value}应晚于起始日期{since}（截止日当天不含）。"
)
FILE_BAD = Reason("INSTITUTION_FILE_BAD", Kind.INVALID, "机构文件{why}。")
LINE_BAD = Reason("INSTITUTION_LINE_BAD", Kind.INVALID, "应有{wanted}列，现有{value}列。")
LINES_OVERLAP = Reason(
    "INSTITUTION_LINES_OVERLAP", Kind.INVALID, "机构{value}与第{other}行的日期重叠，请更正。"
)


@dataclass(frozen=True, slots=True)
class Institution:
    """What an institution is from ``since`` up to, not including, ``until`` (``None``: further notice)."""

    code: str
    name: str
    kind: str
    level: int
    pool: str
    area: str
    community: str
    community_role: str
    agreement: str
    since: date
    until: date | None = None

    def overlaps(self, other: Institution) -> bool:
        """Whether the two share a day."""
        return (other.until is None or self.since < other.until) and (
            self.until is None or other.since < self.until
        )

    def same_but_days(self, other: Institution) -> bool:
        """Whether only the days differ."""
        return replace(self, since=other.since, until=other.until) == other


def check(found: Institution) -> Institution:
    """The institution itself, when everything said of it can be so.

    :raises Fault: ``INSTITUTION_*`` naming the field.
    """
    if not _CODE.match(found.code) or is_sandbox(found.code):
        raise Fault(CODE_BAD, field="code", value=found.code)
    for field, text in (("name", found.name), ("community", found.community)):
        if (field == "name" and not text.strip()) or len(text) > 200 or not text.isprintable():
            raise Fault(NAME_BAD, field=field, value=text)
    words = (("kind", KINDS), ("agreement", AGREEMENTS), ("community_role", ROLES))
    for field, wanted in words:
        if getattr(found, field) not in wanted:
            shown = "、".join(filter(None, wanted))
            raise Fault(WORD_BAD, field=field, value=getattr(found, field), wanted=shown)
    if found.level not in LEVELS or (found.kind != "hospital" and found.level != UNGRADED):
        raise Fault(LEVEL_BAD, field="level", value=found.level)
    check_code(found.pool, "pool")
    check_code(found.area, "area")
    if not contains(found.pool, found.area):
        raise Fault(AREA_OUTSIDE, field="area", value=found.area, pool=found.pool)
    if bool(found.community) != bool(found.community_role):
        raise Fault(COMMUNITY_BAD, field="community", value=found.community or found.community_role)
    if found.until is not None and found.until <= found.since:
        raise Fault(DAYS_BAD, field="until", value=found.until, since=found.since)
    return found


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of a file."""

    line: int
    fault: Fault


def read_file(content: bytes) -> tuple[list[tuple[int, Institution]], list[LineFault]]:
    """The institutions of a CSV file with their lines, and everything wrong with it, line by line.

    :raises Fault: INSTITUTION_FILE_BAD when it cannot be read as such a file at all.
    """
    found: list[tuple[int, Institution]] = []
    faults: list[LineFault] = []
    for line, cells in _lines(content):
        try:
            found.append((line, _of_cells(cells)))
        except Fault as fault:
            faults.append(LineFault(line, fault))
    closed, overlaps = _one_after_another(found)
    return closed, [*faults, *overlaps]


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(FILE_BAD, field="content", why="不是UTF-8编码") from error
    if "\0" in text:
        raise Fault(FILE_BAD, field="content", why="含有空字符")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise Fault(FILE_BAD, field="content", why=f"的第一行应为{','.join(COLUMNS)}")
        count = 0
        for cells in rows:
            if not cells:
                continue
            count += 1
            if count > MAX_ROWS:
                raise Fault(FILE_BAD, field="content", why=f"超过{MAX_ROWS}行")
            yield rows.line_num, cells
    except csv.Error as error:
        raise Fault(FILE_BAD, field="content", why=f"第{rows.line_num}行不是合格的CSV") from error
    if not count:
        raise Fault(FILE_BAD, field="content", why="没有任何机构")


def _of_cells(cells: Sequence[str]) -> Institution:
    if len(cells) != len(COLUMNS):
        raise Fault(LINE_BAD, field="line", value=len(cells), wanted=len(COLUMNS))
    row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    level = row["level"] or str(UNGRADED)
    if level not in {str(known) for known in LEVELS}:
        raise Fault(LEVEL_BAD, field="level", value=level)
    return check(
        Institution(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            level=int(level),
            pool=row["pool"],
            area=row["area"] or row["pool"],
            community=row["community"],
            community_role=row["community_role"],
            agreement=row["agreement"],
            since=parse_day(row["since"], "since"),
            until=parse_day(row["until"], "until") if row["until"] else None,
        )
    )


def _one_after_another(
    found: Sequence[tuple[int, Institution]],
) -> tuple[list[tuple[int, Institution]], list[LineFault]]:
    """The lines in order of institution and day, each without an end ended where the next begins; and
    those that share a day all the same."""
    rows = sorted(found, key=lambda row: (row[1].code, row[1].since, row[0]))
    faults: list[LineFault] = []
    for at, ((line, item), (other, later)) in enumerate(itertools.pairwise(rows)):
        if item.code != later.code:
            continue
        if item.since == later.since or (item.until is not None and item.until > later.since):
            low, high = sorted((line, other))
            faults.append(LineFault(high, Fault(LINES_OVERLAP, field="since", value=item.code, other=low)))
        elif item.until is None:
            rows[at] = (line, replace(item, until=later.since))
    return rows, sorted(faults, key=lambda fault: fault.line)


def put(standing: Sequence[Institution], new: Institution) -> tuple[list[Institution], list[Institution]]:
    """Which standing rows give way to ``new``, and what is to be written in their stead.

    The days of ``new`` become what it says; days outside stay as they were. Empty lists when it says
    nothing new.

    :param standing: rows of the same institution that share no day.
    """
    touched = [row for row in standing if row.overlaps(new)]
    if len(touched) == 1 and touched[0].same_but_days(new) and _within(new, touched[0]):
        return [], []
    written = [new]
    for row in touched:
        if row.since < new.since:
            written.append(replace(row, until=new.since))
        if new.until is not None and (row.until is None or row.until > new.until):
            written.append(replace(row, since=new.until))
    return touched, sorted(written, key=lambda row: row.since)


def _within(inner: Institution, outer: Institution) -> bool:
    """Whether every day of ``inner`` is one of ``outer``."""
    ends = outer.until is None or (inner.until is not None and inner.until <= outer.until)
    return outer.since <= inner.since and ends
