"""Workbooks of our own for tests: a small sound one, and ways to spoil it."""

from __future__ import annotations

import copy
import io

from openpyxl import Workbook

from chspay_core.case import Case
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.manifest import Manifest, Options
from chspay_grouper.engine.scheme import Imported, import_scheme
from chspay_grouper.engine.sheets import Rows, sheets_from_bytes

#: MDC A tries transplants first; B is the nervous system; P newborns; X the rest of the alphabet.
SOUND: dict[str, Rows] = {
    "MDC": [
        ["按病组（DRG）付费分组方案配置信息", "", "", ""],
        ["MDC编码", "MDC名称", "MDC规则", "排序"],
        ["A", "先期分组", "ZYSS in OP_ALL", 1],
        ["P", "新生儿", "ZYZD in DI_P and NL=0", 2],
        ["B", "神经系统", "ZYZD in DI_B", 3],
    ],
    "ADRG": [
        ["ADRG编码", "ADRG名称", "ADRG规则", "所属MDC编码", "MDC内排序"],
        ["AA1", "心脏移植", "ZYSS in OP_AA1", "A", 1],
        ["PS1", "极低体重儿", "XSRTZ>0 and XSRTZ<1500 and XSRTL<=28", "P", 1],
        ["PV1", "婴儿疾患", "", "P", 2],
        ["BB1", "脑手术", "ZYSS in OP_BB1", "B", 1],
        ["BQY", "神经系统歧义组", "ZYSS in OP_ALL", "B", 2],
        ["BR2", "脑缺血", "ZYZD in DI_BR2", "B", 3],
    ],
    "DRG": [
        ["DRG编码", "DRG名称", "DRG规则", "所属ADRG编码", "所属MDC编码", "排序"],
        ["AA19", "心脏移植", "", "AA1", "A", 1],
        ["PS19", "极低体重儿", "", "PS1", "P", 1],
        ["PV19", "婴儿疾患", "", "PV1", "P", 1],
        ["BB11", "脑手术，伴严重并发症", "QTZD in MCC", "BB1", "B", 1],
        ["BB15", "脑手术", "", "BB1", "B", 2],
        ["BQY", "歧义", "", "BQY", "B", 1],
        ["BR21", "脑缺血，伴严重并发症", "QTZD in MCC", "BR2", "B", 1],
        ["BR23", "脑缺血，伴并发症", "QTZD in {MCC, CC}", "BR2", "B", 2],
        ["BR25", "脑缺血", "", "BR2", "B", 3],
    ],
    "集合": [
        ["集合编号", "ICD编码", "ICD名称", "类型编号"],
        ["OP_ALL", "37.5100", "心脏移植术", "OP"],
        ["OP_ALL", "01.2400", "开颅术", "OP"],
        ["OP_ALL", "47.0100", "阑尾切除术", "OP"],
        ["OP_AA1", "37.5100", "心脏移植术", "OP"],
        ["OP_BB1", "01.2400", "开颅术", "OP"],
        ["DI_B", "I63.900", "脑梗死", "DI"],
        ["DI_B", "I63.x00", "脑梗死", "DI"],
        ["DI_B", "G40.900", "癫痫", "DI"],
        ["DI_BR2", "I63.900", "脑梗死", "DI"],
        ["DI_BR2", "I63.x00", "脑梗死", "DI"],
        ["DI_P", "P07.100", "低出生体重", "DI"],
    ],
    "CC": [
        ["疾病编码", "疾病名称", "排除表", "类型"],
        ["J96.000", "急性呼吸衰竭", "EX_1", "MCC"],
        ["I10.x00", "高血压", "EX_2", "CC"],
        ["E11.900", "糖尿病", "", "CC"],
    ],
    "排除表": [
        ["集合编号", "ICD编码", "ICD名称"],
        ["EX_1", "J18.900", "肺炎"],
        ["EX_2", "I63.900", "脑梗死"],
    ],
}


def sheets(**changes: Rows) -> dict[str, Rows]:
    """The sound workbook with whole sheets replaced."""
    return copy.deepcopy(SOUND) | changes


def with_rows(sheet: str, *rows: list[object]) -> dict[str, Rows]:
    """The sound workbook with rows added at the end of a sheet."""
    book = sheets()
    book[sheet].extend(list(row) for row in rows)
    return book


def with_rule(sheet: str, code: str, rule: str) -> dict[str, Rows]:
    """The sound workbook with the rule of one group changed."""
    book = sheets()
    next(row for row in book[sheet] if row[0] == code)[2] = rule
    return book


def imported(book: dict[str, Rows] | None = None, **manifest: object) -> Imported:
    """A workbook imported under a manifest of these fields; options are given by name."""
    options = {name: manifest.pop(name) for name in Options.__dataclass_fields__ if name in manifest}
    return import_scheme(book or sheets(), Manifest("test", options=Options(**options), **manifest))


def grouper(book: dict[str, Rows] | None = None, **manifest: object) -> Grouper:
    """A workbook ready to group."""
    return Grouper(imported(book, **manifest).scheme)


def xlsx(book: dict[str, Rows]) -> dict[str, Rows]:
    """The workbook written to .xlsx and read back through our reader."""
    return sheets_from_bytes(xlsx_bytes(book))


def xlsx_bytes(book: dict[str, Rows]) -> bytes:
    """The workbook as an .xlsx file."""
    file = Workbook()
    file.remove(file.active)
    for name, rows in book.items():
        sheet = file.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    sink = io.BytesIO()
    file.save(sink)
    return sink.getvalue()


def case(*diagnoses: str, procedures: tuple[str, ...] = (), **fields: object) -> Case:
    """A case of a man of fifty, unless said otherwise."""
    return Case(
        **({"case_id": "c", "sex": 1, "age_years": 50} | fields), diagnoses=diagnoses, procedures=procedures
    )
