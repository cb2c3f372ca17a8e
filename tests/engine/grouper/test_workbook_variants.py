"""Workbooks of other publishers: one scheme written otherwise is one scheme; what is doubtful is refused."""

from __future__ import annotations

import copy
import io
import json
import sys
import zipfile
from datetime import date

import openpyxl
import pytest
from books import SOUND, imported, sheets, with_rows, with_rule, xlsx, xlsx_bytes

from chspay_cli import main as command
from chspay_core.errors import Fault
from chspay_grouper.engine.manifest import Manifest
from chspay_grouper.engine.scheme import import_scheme, import_workbook
from chspay_grouper.engine.sheets import Rows, sheets_from_bytes, sheets_from_tables


def renamed(**names: str) -> dict[str, Rows]:
    book = copy.deepcopy(SOUND)
    return {names.get(name, name): rows for name, rows in book.items()}


def headed(sheet: str, *texts: str) -> dict[str, Rows]:
    """The sound workbook with another header row in one sheet."""
    book = sheets()
    place = 1 if sheet == "MDC" else 0
    book[sheet][place] = list(texts)
    return book


def kinds(found) -> set[str]:
    return {repair.kind for repair in found.repairs}


SAME = {
    "names with blanks and full width": renamed(MDC=" ＭＤＣ ", CC="cc"),
    "names with words around them": renamed(
        MDC="1.MDC规则表",
        ADRG="ADRG分组规则",
        DRG="DRG 配置表",
        集合="集合信息",
        CC="MCC与CC列表",
        排除表="CC排除表",
    ),
    "a sheet of remarks beside": {"说明": [["本方案自2026年起使用"]], **renamed()},
    "headers in full width": headed(
        "ADRG", "ＡＤＲＧ编码", "ADRG 名称", "ADRG\n规则", "所属ＭＤＣ编码", "排序"
    ),
    "headers with notes": headed("MDC", "MDC编码（必填）", "MDC名称*", "MDC规则[文字]", "排序(数字)"),
    "headers of the other edition": headed(
        "DRG", "DRG", "DRG名称", "DRG规则", "所属ADRG", "所属MDC", "ADRG内排序"
    ),
    "columns in another order": {
        **sheets(),
        "集合": [
            [row[2], "x" if n else "备注", row[1], row[3], row[0]] for n, row in enumerate(SOUND["集合"])
        ],
    },
    "blank rows and rows of blanks": {
        name: [row for held in rows for row in (held, ["", "", ""], ["  ", "\u3000", None])]
        for name, rows in SOUND.items()
    },
    "trailing blanks everywhere": {
        name: [[f"{cell}  " if isinstance(cell, str) and cell else cell for cell in row] for row in rows]
        for name, rows in SOUND.items()
    },
    "the header again in the middle": {
        **sheets(),
        "CC": [*SOUND["CC"][:2], SOUND["CC"][0], *SOUND["CC"][2:]],
    },
    "set names in full width": {
        **sheets(),
        "集合": [[str(row[0]).replace("DI_B", "ＤＩ＿Ｂ"), *row[1:]] for row in SOUND["集合"]],
    },
    "exclusion tables by number": {
        **sheets(),
        "CC": [
            [*row[:2], {"EX_1": 1, "EX_2": "２ "}.get(str(row[2]), row[2]), row[3]] for row in SOUND["CC"]
        ],
        "排除表": [[{"EX_1": "1", "EX_2": 2}.get(str(row[0]), row[0]), *row[1:]] for row in SOUND["排除表"]],
    },
    "levels in small letters": {
        **sheets(),
        "CC": [[*row[:3], str(row[3]).lower().replace("类型", "类型编号")] for row in SOUND["CC"]],
    },
    "MCC apart, without a column of levels": {
        **{name: rows for name, rows in sheets().items() if name != "CC"},
        "MCC表": [row[:3] for row in SOUND["CC"] if row[3] in ("类型", "MCC")],
        "CC表": [row[:3] for row in SOUND["CC"] if row[3] in ("类型", "CC")],
    },
    "order as text": {
        **sheets(),
        "MDC": [[*row[:3], f" {row[3]}" if row[3] else ""] for row in SOUND["MDC"]],
    },
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_scheme_written_otherwise_is_the_same_scheme(name):
    """A bureau drops in its file as it is; nobody converts it by hand first."""
    found = imported(xlsx(SAME[name]))
    scheme, wanted = found.scheme, imported().scheme
    assert (scheme.sets, set(scheme.cc)) == (wanted.sets, set(wanted.cc))
    if name != "exclusion tables by number":
        assert scheme.digest == wanted.digest
    else:
        assert sorted(map(sorted, scheme.exclusions.values())) == sorted(
            map(sorted, wanted.exclusions.values())
        )
        assert set(scheme.exclusions) == {"1", "2"} == set(filter(None, scheme.cc.values()))


def test_what_was_read_otherwise_is_told():
    """Nothing is repaired in silence."""
    for name, kind in (
        ("names with words around them", "SHEET_NAME"),
        ("the header again in the middle", "HEADER_REPEATED"),
        ("set names in full width", "WIDE_CHARACTER"),
        ("MCC apart, without a column of levels", "SHEET_NAME"),
    ):
        assert kind in kinds(imported(xlsx(SAME[name]))), name


def test_merged_cells_stand_for_every_row_they_cover():
    """Publishers merge the cell of the MDC down over its ADRGs; only its first row holds the text."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(SOUND)))
    sheet = book["ADRG"]
    for row in range(5, 8):
        assert sheet.cell(row, 4).value == "B"
    sheet.merge_cells("D5:D7")
    book["MDC"].merge_cells("A1:D1")
    sink = io.BytesIO()
    book.save(sink)
    found = imported(sheets_from_bytes(sink.getvalue()))
    assert found.scheme.digest == imported().scheme.digest
    assert kinds(found) >= {"MERGED_CELLS"}


def test_a_header_merged_over_two_rows_is_read_once():
    """A two-row header repeats itself once its merged cells are filled; it is no group."""
    book = sheets()
    book["ADRG"].insert(1, [""] * 5)
    file = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(book)))
    for column in "ABCDE":
        file["ADRG"].merge_cells(f"{column}1:{column}2")
    sink = io.BytesIO()
    file.save(sink)
    found = imported(sheets_from_bytes(sink.getvalue()))
    assert found.scheme.digest == imported().scheme.digest
    assert "HEADER_REPEATED" in kinds(found)


def test_the_manifest_may_name_the_sheets():
    """Where a publisher's names say nothing, the manifest says which sheet is which."""
    names = ["一", "二", "三", "四", "五", "六"]
    content = xlsx_bytes(dict(zip(names, sheets().values(), strict=True)))
    told = {"id": "test", "workbook": {"sheets": names}}
    assert import_workbook(content, json.dumps(told).encode()).scheme.digest == imported().scheme.digest
    told["workbook"] = {"sheets": dict(zip(SOUND, names, strict=True))}
    assert import_workbook(content, json.dumps(told).encode()).scheme.digest == imported().scheme.digest
    with pytest.raises(Fault) as caught:
        import_workbook(content, b'{"id": "test"}')
    assert (caught.value.reason.code, caught.value.value) == ("SHEET_MISSING", "MDC")
    assert "一、二、三" in caught.value.message
    with pytest.raises(Fault) as caught:
        import_workbook(content, b'{"id": "test", "workbook": {"sheets": {"MDCs": "\xe4\xb8\x80"}}}')
    assert caught.value.reason.code == "MANIFEST_FIELD_BAD"


def test_a_zip_of_the_workbook_and_tables_in_capitals_are_read():
    """People send what their mail program made of it."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("方案/方案.xlsx", xlsx_bytes(SOUND))
        archive.writestr("方案/~$方案.xlsx", b"lock")
    assert imported(sheets_from_bytes(sink.getvalue())).scheme.digest == imported().scheme.digest
    tables = {
        f"{name}表.CSV": "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()
        for name, rows in SOUND.items()
        if name != "排除表"
    } | {"排除表.csv": "\n".join(",".join(row) for row in SOUND["排除表"]).encode()}
    assert (
        import_scheme(sheets_from_tables(tables), Manifest("test")).scheme.digest == imported().scheme.digest
    )


def cell(sheet: str, row: int, column: int, value: object) -> dict[str, Rows]:
    """The sound workbook with one cell changed; row and column from 1."""
    book = sheets()
    book[sheet][row - 1][column - 1] = value
    return book


#: A broken workbook, the reason, and words its message must hold: sheet, row, and position if there is one.
BROKEN = {
    "no sheet of sets": (renamed(集合="别的"), "SHEET_MISSING", ("集合", "别的")),
    "two sheets that may be one": (
        {**renamed(MDC="MDC规则"), "MDC分组": SOUND["MDC"]},
        "SHEET_AMBIGUOUS",
        ("MDC规则", "MDC分组"),
    ),
    "a header without its rule": (
        headed("ADRG", "ADRG编码", "ADRG名称", "说明", "所属MDC编码", "排序"),
        "HEADER_MISSING",
        ("ADRG", "ADRG规则"),
    ),
    "a missing column of levels": (
        {**sheets(), "CC": [row[:3] for row in SOUND["CC"]]},
        "HEADER_MISSING",
        ("CC", "类型"),
    ),
    "a code kept as a number": (cell("集合", 3, 2, 1.24), "CODE_IS_NUMBER", ("集合", "第3行", "ICD编码")),
    "a code kept as a date": (
        cell("集合", 3, 2, date(2026, 1, 24)),
        "CELL_IS_DATE",
        ("集合", "第3行", "ICD编码"),
    ),
    "a level nobody knows": (cell("CC", 3, 4, "重度"), "LEVEL_BAD", ("CC", "第3行", "重度")),
    "an exclusion table nobody printed": (cell("CC", 3, 3, "EX_9"), "EXCLUSION_UNKNOWN", ("第3行", "EX_9")),
    "an order in words": (cell("MDC", 4, 4, "第二"), "ORDER_BAD", ("MDC", "第4行", "第二")),
    "a set inside itself": (
        with_rows("集合", ["DI_B", "DI_BR2", "", "DI"], ["DI_BR2", "DI_B", "", "DI"]),
        "SET_NESTED",
        ("集合", "第13行", "DI_BR2"),
    ),
    "several codes in one cell": (
        cell("集合", 6, 2, "I63.900、I64.x00"),
        "MEMBER_BAD",
        ("集合", "第6行", "I63.900,I64.x00"),
    ),
    "a remark among the members": (
        with_rows("集合", ["DI_B", "以上为脑血管病", "", ""]),
        "MEMBER_BAD",
        ("集合", "第13行"),
    ),
    "a group of no MDC": (cell("ADRG", 5, 4, "Q"), "PARENT_UNKNOWN", ("ADRG", "第5行", "BB1", "Q")),
    "an unknown field in a rule": (
        with_rule("ADRG", "BB1", "ZYZX in OP_BB1"),
        "RULE_UNKNOWN_FIELD",
        ("ADRG", "第5行", "BB1", "ZYZX"),
    ),
    "an unknown set in a rule": (
        with_rule("DRG", "BR21", "QTZD in MCCC"),
        "RULE_UNKNOWN_SET",
        ("DRG", "第8行", "MCCC"),
    ),
    "an undeclared scalar in a rule": (
        with_rule("DRG", "BR21", "ZYTS>3"),
        "RULE_UNKNOWN_SCALAR",
        ("DRG", "第8行", "ZYTS"),
    ),
    "a bracket that never ends": (
        with_rule("MDC", "B", "(ZYZD in DI_B"),
        "RULE_SYNTAX",
        ("MDC", "第5行", "14"),
    ),
    "a word behind the rule": (
        with_rule("MDC", "B", "ZYZD in DI_B 完"),
        "RULE_SYNTAX",
        ("MDC", "第5行", "14"),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_refused_in_chinese_with_its_place(name, tmp_path, monkeypatch, capsys):
    """Whoever must mend the file finds the cell from the message alone, and no half scheme is left behind."""
    book, reason, words = BROKEN[name]
    (tmp_path / "book.xlsx").write_bytes(xlsx_bytes(book))
    argv = ["chspay", "scheme", "import", str(tmp_path / "book.xlsx"), "--out", str(tmp_path / "S")]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as ended:
        command.main()
    told = capsys.readouterr().err
    assert (ended.value.code, f"错误 {reason}：" in told) == (2, True), told
    assert [word for word in words if word not in told] == [], told
    assert not (tmp_path / "S").exists()
