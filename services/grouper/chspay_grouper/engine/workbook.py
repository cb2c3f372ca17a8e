"""The national configuration workbook 分组方案配置信息: from raw sheets to checked tables.

Columns are found by their header text. Every known reading trap is repaired and every repair is
reported; what cannot be repaired without guessing is refused with sheet and row. Source:
《按病组（DRG）付费3.0版分组方案配置信息》 and its earlier and local editions.
"""

from __future__ import annotations

import datetime
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.manifest import Manifest
from chspay_grouper.engine.normalise import canonical_code, clean_cell, clean_rule, has_odd_blank, narrow
from chspay_grouper.engine.sheetnames import MCC
from chspay_grouper.engine.sheets import Rows, Sheets

HEADER_MISSING = Reason(
    "HEADER_MISSING", Kind.INVALID, "工作表“{sheet}”的前{limit}行中找不到含有列“{value}”的表头。"
)
CELL_EMPTY = Reason("CELL_EMPTY", Kind.INVALID, "工作表“{sheet}”第{row}行缺少“{column}”。")
CODE_IS_NUMBER = Reason(
    "CODE_IS_NUMBER",
    Kind.INVALID,
    "工作表“{sheet}”第{row}行的“{column}”存成了数字{value}，末尾的零可能已丢失；请把该列设为文本后重新填写。",
)
ORDER_BAD = Reason("ORDER_BAD", Kind.INVALID, "工作表“{sheet}”第{row}行的排序“{value}”不是数字。")
CELL_IS_DATE = Reason(
    "CELL_IS_DATE",
    Kind.INVALID,
    "工作表“{sheet}”第{row}行的“{column}”被存成了日期或时间{value}，原来的文字已丢失；请把该列设为文本后重新填写。",
)
MEMBER_BAD = Reason(
    "MEMBER_BAD",
    Kind.INVALID,
    "工作表“{sheet}”第{row}行的“{value}”不是一个诊断或手术编码；一行只写一个编码，说明文字请移到别处。",
)
SET_NESTED = Reason(
    "SET_NESTED",
    Kind.INVALID,
    "工作表“{sheet}”第{row}行：“{set}”的成员“{value}”是集合的名称；集合只能由编码组成，不能相互包含。",
)
LEVEL_BAD = Reason("LEVEL_BAD", Kind.INVALID, "工作表“{sheet}”第{row}行的类型“{value}”应为MCC或CC。")
EXCLUSION_UNKNOWN = Reason(
    "EXCLUSION_UNKNOWN", Kind.INVALID, "工作表“CC”第{row}行引用的排除表“{value}”在“排除表”中找不到。"
)

_HEADER_ROWS = 20
#: A code in canonical form, with the signs of combined, dagger and tumour codes.
_CODE = re.compile(r"[0-9A-Zx.+*/†-]+\Z")
#: A note behind a header, e.g. （必填）.
_NOTE = re.compile(r"[(\[][^()\[\]]*[)\]]\Z")
#: Columns whose cells name something that another cell names too.
_NAMING = {"set", "table", "level", "order"}
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?\Z", re.ASCII)
#: Per sheet: our name, the header texts it may stand under, whether it must be there.
Columns = tuple[tuple[str, tuple[str, ...], bool], ...]
_COLUMNS: Mapping[str, Columns] = {
    "MDC": (
        ("code", ("MDC编码", "MDC"), True),
        ("name", ("MDC名称",), True),
        ("rule", ("MDC规则",), True),
        ("order", ("排序", "MDC排序"), True),
    ),
    "ADRG": (
        ("code", ("ADRG编码", "ADRG"), True),
        ("name", ("ADRG名称",), True),
        ("rule", ("ADRG规则",), True),
        ("parent", ("所属MDC编码", "所属MDC"), True),
        ("order", ("MDC内排序", "排序"), True),
    ),
    "DRG": (
        ("code", ("DRG编码", "DRG"), True),
        ("name", ("DRG名称",), True),
        ("rule", ("DRG规则",), True),
        ("parent", ("所属ADRG编码", "所属ADRG"), True),
        ("mdc", ("所属MDC编码", "所属MDC"), False),
        ("order", ("排序", "ADRG内排序"), True),
    ),
    "集合": (
        ("set", ("集合编号", "集合编码"), True),
        ("code", ("ICD编码",), True),
        ("name", ("ICD名称",), False),
    ),
    "CC": (
        ("code", ("疾病编码", "ICD编码"), True),
        ("name", ("疾病名称", "ICD名称"), False),
        ("table", ("排除表", "排除表编号"), True),
        ("level", ("类型", "类型编号"), True),
    ),
    MCC: (
        ("code", ("疾病编码", "ICD编码"), True),
        ("name", ("疾病名称", "ICD名称"), False),
        ("table", ("排除表", "排除表编号"), True),
        ("level", ("类型", "类型编号"), False),
    ),
    "排除表": (
        ("set", ("集合编号", "排除表编号", "集合编码"), True),
        ("code", ("ICD编码", "疾病编码"), True),
        ("name", ("ICD名称", "疾病名称"), False),
    ),
}


@dataclass(frozen=True, slots=True)
class Repair:
    """Something read differently from how it stands in the file."""

    sheet: str
    row: int  # 1-based row of the sheet; 0 = the whole sheet or an amendment
    kind: str  # stable code, e.g. DUPLICATE_MEMBER
    text: str  # one Chinese sentence

    def line(self) -> str:
        where = f"{self.sheet}第{self.row}行" if self.row else self.sheet
        return f"{where}：{self.text}［{self.kind}］"


@dataclass(slots=True)
class GroupRow:
    """One MDC, ADRG or DRG row as published."""

    code: str
    name: str
    rule: str
    parent: str
    order: str
    row: int
    mdc: str = ""


@dataclass(slots=True)
class Tables:
    """The six tables, cleaned; groups in row order."""

    mdc: list[GroupRow] = field(default_factory=list)
    adrg: list[GroupRow] = field(default_factory=list)
    drg: list[GroupRow] = field(default_factory=list)
    sets: dict[str, set[str]] = field(default_factory=dict)
    cc: dict[tuple[str, str], str] = field(default_factory=dict)  # (code, level) -> exclusion table
    exclusions: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)


def read_tables(sheets: Mapping[str, Rows], manifest: Manifest) -> Tables:
    """Clean and check the six sheets, then apply the manifest's amendments.

    :raises Fault: HEADER_MISSING, CELL_EMPTY, CODE_IS_NUMBER, CELL_IS_DATE, MEMBER_BAD, SET_NESTED,
        LEVEL_BAD, EXCLUSION_UNKNOWN, ORDER_BAD.
    """
    reader = _Reader()
    if isinstance(sheets, Sheets):
        reader.tables.repairs += [Repair(sheet, 0, kind, text) for sheet, kind, text in sheets.notes]
    reader.groups("MDC", sheets["MDC"], reader.tables.mdc)
    reader.groups("ADRG", sheets["ADRG"], reader.tables.adrg)
    reader.groups("DRG", sheets["DRG"], reader.tables.drg)
    reader.members("集合", sheets["集合"], reader.tables.sets)
    reader.members("排除表", sheets["排除表"], reader.tables.exclusions)
    reader.check_members()
    apart = MCC in sheets
    cc_rows = reader.complications("CC", sheets["CC"], "CC" if apart else "")
    if apart:
        cc_rows += reader.complications(MCC, sheets[MCC], MCC)
    _amend(reader.tables, manifest)
    for row, table in cc_rows:
        if table not in reader.tables.exclusions and table not in manifest.without_exclusions:
            raise Fault(EXCLUSION_UNKNOWN, field="CC", value=table, row=row)
    return reader.tables


class _Reader:
    def __init__(self) -> None:
        self.tables = Tables()
        #: Members that look like no code: sheet, row, set and text; refused once all sets are known.
        self._odd: list[tuple[str, int, str, str]] = []

    def _repair(self, sheet: str, row: int, kind: str, text: str) -> None:
        self.tables.repairs.append(Repair(sheet, row, kind, text))

    def groups(self, sheet: str, rows: Rows, into: list[GroupRow]) -> None:
        """The rows of MDC, ADRG or DRG."""
        for number, cells in self._rows(sheet, rows):
            code = self._group_code(sheet, number, cells["code"])
            rule, published = clean_rule(cells["rule"]), cells["rule"]
            if rule != published.strip():
                self._repair(
                    sheet, number, "RULE_TEXT", f"{code}的规则去掉了不可见字符、换行残留或换成了半角符号"
                )
            parent, mdc = cells.get("parent", ""), cells.get("mdc", "")
            if sheet != "MDC":
                if not parent:
                    raise Fault(CELL_EMPTY, field=sheet, sheet=sheet, row=number, column="所属编码")
                parent = self._mdc_code(sheet, number, parent) if sheet == "ADRG" else canonical_group(parent)
            if mdc:
                mdc = self._mdc_code(sheet, number, mdc)
            order = cells["order"]
            if order and not _NUMBER.match(order):
                raise Fault(ORDER_BAD, field=sheet, value=order, sheet=sheet, row=number)
            into.append(
                GroupRow(code, self._name(sheet, number, cells["name"]), rule, parent, order, number, mdc)
            )

    def members(self, sheet: str, rows: Rows, into: dict[str, set[str]]) -> None:
        """The rows of 集合 or 排除表."""
        for number, cells in self._rows(sheet, rows):
            set_name = cells["set"]
            if not set_name:
                raise Fault(CELL_EMPTY, field=sheet, sheet=sheet, row=number, column="集合编号")
            code = self._icd(sheet, number, cells["code"])
            if not _CODE.match(code):
                self._odd.append((sheet, number, set_name, code))
            held = into.setdefault(set_name, set())
            if code in held:
                self._repair(sheet, number, "DUPLICATE_MEMBER", f"{set_name}中{code}重复，只保留一个")
            held.add(code)
            self._remember(code, cells["name"])

    def check_members(self) -> None:
        """Refuse a member that is no code: the name of a set, or several codes in one cell.

        :raises Fault: SET_NESTED, MEMBER_BAD.
        """
        names = {name.upper() for name in self.tables.sets}
        for sheet, row, held, code in self._odd:
            nested = code.upper() in names
            reason = SET_NESTED if nested else MEMBER_BAD
            raise Fault(reason, field=sheet, value=code, sheet=sheet, row=row, set=held)

    def complications(self, sheet: str, rows: Rows, default: str) -> list[tuple[int, str]]:
        """The rows of CC or MCC; answers which row names which exclusion table.

        :param default: the level of a row that does not say its own, where the two stand in sheets apart.
        """
        named: list[tuple[int, str]] = []
        for number, cells in self._rows(sheet, rows, MCC if default else sheet):
            code = self._icd(sheet, number, cells["code"])
            if not _CODE.match(code):
                raise Fault(MEMBER_BAD, field=sheet, value=code, sheet=sheet, row=number)
            level, table = cells["level"].upper() or default, cells["table"]
            if level not in ("MCC", "CC"):
                raise Fault(LEVEL_BAD, field="CC", value=cells["level"], row=number, sheet=sheet)
            if (code, level) in self.tables.cc:
                self._repair(sheet, number, "DUPLICATE_MEMBER", f"{code}（{level}）重复，只保留第一行")
                continue
            self.tables.cc[(code, level)] = table
            self._remember(code, cells["name"])
            if table:
                named.append((number, table))
        return named

    def _rows(self, sheet: str, rows: Rows, form: str = "") -> Iterator[tuple[int, dict[str, str]]]:
        """The rows below the header; ``form`` is the sheet whose columns it has, if not its own."""
        header, places = self._header(sheet, rows, _COLUMNS[form or sheet])
        for index in range(header + 1, len(rows)):
            raw = rows[index]
            if all(cell is None or cell == "" for cell in raw):
                continue
            if _repeats(raw, rows[header], places.values()):
                self._repair(sheet, index + 1, "HEADER_REPEATED", "这一行又是表头，已略过")
                continue
            cells = {
                name: self._cell(sheet, index + 1, name, raw[place] if 0 <= place < len(raw) else "")
                for name, place in places.items()
            }
            if any(map(clean_cell, cells.values())):
                yield index + 1, cells

    def _header(self, sheet: str, rows: Rows, columns: Columns) -> tuple[int, dict[str, int]]:
        best: tuple[int, str] = (-1, "")
        for index, raw in enumerate(rows[:_HEADER_ROWS]):
            texts = [_heading(cell) for cell in raw]
            places: dict[str, int] = {}
            missing = ""
            for name, headers, required in columns:
                places[name] = next((texts.index(text) for text in headers if text in texts), -1)
                if places[name] < 0 and required and not missing:
                    missing = headers[0]
            if not missing:
                if index:
                    self._repair(sheet, index + 1, "HEADER_ROW", f"表头在第{index + 1}行，其上各行按标题略过")
                if texts and not texts[0]:
                    self._repair(sheet, index + 1, "EMPTY_COLUMN", "第一列为空，按表头文字定位各列")
                return index, places
            found = sum(place >= 0 for place in places.values())
            if found > best[0]:
                best = (found, missing)
        raise Fault(HEADER_MISSING, field=sheet, value=best[1], sheet=sheet, limit=_HEADER_ROWS)

    def _cell(self, sheet: str, row: int, name: str, cell: object) -> str:
        if cell is None:
            return ""
        if isinstance(cell, str):
            if name == "rule":
                return cell
            if has_odd_blank(cell) or "_x000" in cell:
                self._repair(sheet, row, "INVISIBLE_CHARACTER", "单元格中的不可见字符已去掉")
            text = clean_cell(cell)
            if name in _NAMING and (text != narrow(text) or " " in text):
                self._repair(sheet, row, "WIDE_CHARACTER", f"“{text}”中的全角字符或空格按半角、无空格读取")
                text = narrow(text).replace(" ", "")
            return text
        if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
            raise Fault(
                CELL_IS_DATE, field=sheet, value=cell, sheet=sheet, row=row, column=_title(sheet, name)
            )
        number = str(cell)
        if name == "code" and isinstance(cell, numbers.Real):
            raise Fault(
                CODE_IS_NUMBER, field=sheet, value=number, sheet=sheet, row=row, column=_title(sheet, name)
            )
        return number.removesuffix(".0")

    def _group_code(self, sheet: str, row: int, text: str) -> str:
        if not text:
            raise Fault(CELL_EMPTY, field=sheet, sheet=sheet, row=row, column=f"{sheet}编码")
        return self._mdc_code(sheet, row, text) if sheet == "MDC" else canonical_group(text)

    def _mdc_code(self, sheet: str, row: int, text: str) -> str:
        code = canonical_group(text)
        if len(code) > 3 and code.startswith("MDC"):
            self._repair(sheet, row, "MDC_CODE", f"MDC编码“{text}”按“{code[3:]}”读取")
            return code[3:]
        return code

    def _name(self, sheet: str, row: int, name: str) -> str:
        if not name:
            self._repair(sheet, row, "NAME_EMPTY", "没有名称，按空名称读取")
        return name

    def _icd(self, sheet: str, row: int, text: str) -> str:
        if not text:
            raise Fault(CELL_EMPTY, field=sheet, sheet=sheet, row=row, column="ICD编码")
        code = canonical_code(text)
        if code != text:
            self._repair(sheet, row, "CODE_FORM", f"编码“{text}”按“{code}”读取")
        return code

    def _remember(self, code: str, name: str) -> None:
        if name:
            self.tables.names.setdefault(code, name)


def _heading(cell: object) -> str:
    """A header cell as it is compared: no blanks, half width, capitals, no note in brackets, no star."""
    if not isinstance(cell, str):
        return ""
    text = narrow(clean_cell(cell)).replace(" ", "").upper()
    return _NOTE.sub("", text).strip("*")


def _repeats(raw: Sequence[object], header: Sequence[object], places: Iterable[int]) -> bool:
    """Whether a row says again what the header says."""
    held = [place for place in places if place >= 0]
    return all(place < len(raw) and _heading(raw[place]) == _heading(header[place]) for place in held)


def _title(sheet: str, name: str) -> str:
    """The published header of a column of ours."""
    return next(headers[0] for key, headers, _ in _COLUMNS[sheet] if key == name)


def canonical_group(text: str) -> str:
    """A group code: half-width, upper case, no blanks."""
    return canonical_code(text).upper()


def _amend(tables: Tables, manifest: Manifest) -> None:
    for amendment in manifest.amendments:
        sheet, code = amendment.sheet, amendment.code
        if amendment.action == "rename":
            rows = {"MDC": tables.mdc, "ADRG": tables.adrg, "DRG": tables.drg}[sheet]
            named = [row for row in rows if row.code == canonical_group(code)]
            for row in named:
                row.name = amendment.name
            told = f"{code}更名为“{amendment.name}”" if named else f"{code}不存在，更名未生效"
        elif sheet == "CC":
            tables.cc[(canonical_code(code), amendment.level)] = amendment.set_name
            told = f"增加{amendment.level} {code}"
        else:
            into = tables.sets if sheet == "集合" else tables.exclusions
            into.setdefault(amendment.set_name, set()).add(canonical_code(code))
            told = f"{amendment.set_name}增加{code}"
        tables.repairs.append(Repair(sheet, 0, "AMENDMENT", f"{told}（依据：{amendment.source}）"))
