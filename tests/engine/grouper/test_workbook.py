"""Reading the official workbook: every trap repaired and told, everything else refused with its place."""

import io
import zipfile

import pytest
from books import SOUND, imported, sheets, with_rows, with_rule, xlsx, xlsx_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_grouper.engine.manifest import Amendment, parse_manifest
from chspay_grouper.engine.scheme import load_scheme
from chspay_grouper.engine.sheets import sheets_from_bytes, sheets_from_tables


def repairs(found, kind):
    return [(repair.sheet, repair.row, repair.text) for repair in found.repairs if repair.kind == kind]


def at(sheet: str, row: int, position: int = 0) -> dict[str, str]:
    facts = {"sheet": sheet, "row": str(row), "position": str(position)}
    return facts if position else {"sheet": sheet, "row": str(row)}


def refused(book, **manifest) -> Fault:
    with pytest.raises(Fault) as caught:
        imported(book, **manifest)
    return caught.value


def test_xlsx_csv_and_zip_of_one_scheme_have_one_digest():
    """The seal names the rules, not the file format they came in."""
    tables = {}
    for name, rows in SOUND.items():
        lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
        tables[f"{name}.csv"] = "\n".join(lines).encode("utf-8-sig")
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in tables.items():
            archive.writestr(f"方案/{name}", content)
    digests = {
        imported(book).scheme.digest
        for book in (sheets(), xlsx(SOUND), sheets_from_tables(tables), sheets_from_bytes(sink.getvalue()))
    }
    assert len(digests) == 1


def test_a_scheme_loads_back_byte_for_byte():
    """What was sealed is what groups."""
    scheme = imported().scheme
    again = load_scheme(scheme.content)
    assert (again.digest, again.content, again.mdcs) == (scheme.digest, scheme.content, scheme.mdcs)


def test_every_reading_trap_is_repaired_and_told():
    """One workbook with all the faults seen in real files imports to the sound scheme."""
    book = sheets()
    book["MDC"] = [["", *row] for row in book["MDC"]]
    for row in book["MDC"][2:]:
        row[1] = f"MDC{row[1]}"
    book["ADRG"][5][3] = "MDCB"
    book["ADRG"][4][2] = "ZYSS_x000D_\nIN  OP_BB1"
    book["ADRG"][6][2] = "((ZYZD\u00a0in\u3000DI_BR2))"
    book["DRG"][8][2] = "QTZD\r\nin｛MCC，CC｝"
    book["集合"].append(["DI_B", "\u200bg40.900 ", "癫痫", "DI"])
    book["集合"][6][1] = "ｉ６３．９００"
    book["CC"].append(["E11.900", "糖尿病", "", "CC"])
    book["CC"][2][0] = "I10.X00"
    found = imported(xlsx(book))
    assert repairs(found, "EMPTY_COLUMN")[0][0] == "MDC"
    assert [row for _, row, _ in repairs(found, "MDC_CODE")] == [3, 4, 5, 6]
    assert {row for _, row, _ in repairs(found, "RULE_TEXT")} >= {5, 7, 9}
    assert repairs(found, "DUPLICATE_MEMBER")[0][:2] == ("集合", 13)
    assert repairs(found, "DUPLICATE_MEMBER")[1][:2] == ("CC", 5)
    assert {(sheet, row) for sheet, row, _ in repairs(found, "CODE_FORM")} == {
        ("集合", 7),
        ("集合", 13),
        ("CC", 3),
    }
    assert repairs(found, "INVISIBLE_CHARACTER")
    scheme, sound = found.scheme, imported().scheme
    assert (scheme.sets, scheme.cc, scheme.exclusions) == (sound.sets, sound.cc, sound.exclusions)
    assert [group.tree for mdc in scheme.mdcs for group in mdc.children] == [
        group.tree for mdc in sound.mdcs for group in mdc.children
    ]


def test_fallback_groups_go_last_and_the_order_is_told():
    """An always-true group in the middle would swallow every case of its MDC."""
    book = with_rows(
        "ADRG",
        ["B00", "", "", "B", 0],
        ["BZ1", "其他神经系统", "ZYZD in DI_B", "B", 9],
        ["BX9", "空规则", "", "B", 1],
    )
    book["DRG"] += [
        ["B000", "", "", "B00", "B", 1],
        ["BZ19", "其他", "", "BZ1", "B", 1],
        ["BX99", "空", "", "BX9", "B", 1],
    ]
    found = imported(book)
    mdc = next(mdc for mdc in found.scheme.mdcs if mdc.code == "B")
    assert [adrg.code for adrg in mdc.children] == ["BB1", "BQY", "BR2", "BZ1", "BX9", "B00"]
    assert {text[:3] for _, _, text in repairs(found, "FALLBACK_MOVED")} == {"B00", "BX9"}
    assert len(repairs(found, "ORDER_TWICE")) == 1
    assert len(repairs(found, "NAME_EMPTY")) == 2


def test_mdc_a_with_an_empty_rule_stays_first():
    """For MDC A the empty rule means: always try me."""
    found = imported(with_rule("MDC", "A", ""))
    assert [mdc.code for mdc in found.scheme.mdcs] == ["A", "P", "B"]


def test_a_publisher_who_lists_unreachable_rows_means_the_order():
    """Where the edition itself says what stands behind an always-true row, its answers rest on that order."""
    book = with_rule("MDC", "P", "")
    assert [mdc.code for mdc in imported(book).scheme.mdcs] == ["A", "B", "P"]
    kept = imported(book, keeps_published_order=True)
    assert [mdc.code for mdc in kept.scheme.mdcs] == ["A", "P", "B"]
    assert not repairs(kept, "FALLBACK_MOVED")


def test_amendments_of_the_manifest_are_applied_and_told():
    """Seven members are missing from the file against the printed scheme; the correction names its source."""
    added = Amendment("add", "排除表", "G40.900", "更正通知1", set_name="EX_1")
    renamed = Amendment("rename", "ADRG", "BR2", "更正通知2", name="脑缺血性疾患")
    found = imported(amendments=(added, renamed))
    assert "G40.900" in found.scheme.exclusions["EX_1"]
    assert "脑缺血性疾患" in {adrg.name for _, adrg in found.scheme.adrgs()}
    assert all("更正通知" in text for _, _, text in repairs(found, "AMENDMENT"))


@pytest.mark.parametrize(
    ("book", "reason", "facts"),
    [
        (with_rule("ADRG", "BB1", "ZYSS in OP_NONE"), "RULE_UNKNOWN_SET", at("ADRG", 5, 9)),
        (with_rule("DRG", "BB11", "QTZD in MCC MCC"), "RULE_SYNTAX", at("DRG", 5, 13)),
        (with_rule("MDC", "B", "ZYTS>3"), "RULE_UNKNOWN_SCALAR", at("MDC", 5, 1)),
        (with_rows("ADRG", ["XX1", "无主", "", "X", 1]), "PARENT_UNKNOWN", at("ADRG", 8)),
        (with_rows("DRG", ["XX11", "无主", "", "XX1", "B", 1]), "PARENT_UNKNOWN", at("DRG", 11)),
        (with_rows("MDC", ["B", "又一个", "", 9]), "MDC_TWICE", {"row": "6"}),
        (with_rows("CC", ["J96.100", "呼衰", "EX_9", "CC"]), "EXCLUSION_UNKNOWN", {"row": "5"}),
        (with_rows("CC", ["J96.100", "呼衰", "EX_1", "重"]), "LEVEL_BAD", {"row": "5"}),
        (with_rows("集合", ["OP_ALL", 38.8, "动脉结扎", "OP"]), "CODE_IS_NUMBER", at("集合", 13)),
        (with_rows("集合", ["OP_ALL", "", "动脉结扎", "OP"]), "CELL_EMPTY", at("集合", 13)),
        (with_rows("集合", ["MCC", "A00.000", "霍乱", "DI"]), "SET_NAME_RESERVED", {}),
        (with_rows("DRG", ["BB19", "脑手术", "", "BB1", "B", "末"]), "ORDER_BAD", at("DRG", 11)),
        (sheets(CC=[["编码", "名称"]]), "HEADER_MISSING", {"sheet": "CC"}),
        (sheets(MDC=SOUND["MDC"][:2]), "SCHEME_EMPTY", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(book, reason, facts):
    """Refuse, never default: a scheme that groups by a guess pays by a guess."""
    fault = refused(book)
    assert fault.reason.code == reason
    assert facts.items() <= fault.facts.items()
    assert "未知" not in fault.message


@pytest.mark.parametrize("name", ["MDC", "ADRG", "DRG", "集合", "CC", "排除表"])
def test_a_missing_sheet_is_named(name):
    """The most common broken file: a sheet renamed or left out."""
    book = {sheet: rows for sheet, rows in SOUND.items() if sheet != name}
    with pytest.raises(Fault) as caught:
        sheets_from_bytes(xlsx_bytes(book))
    assert (caught.value.reason.code, caught.value.value) == ("SHEET_MISSING", name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"MDC,ADRG", xlsx_bytes(SOUND)[:2000]])
def test_a_file_that_is_no_workbook_is_refused(content):
    """A half-uploaded or wrong file gets one sentence, not a traceback."""
    with pytest.raises(Fault) as caught:
        sheets_from_bytes(content)
    assert caught.value.reason.code == "WORKBOOK_UNREADABLE"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "MANIFEST_NOT_JSON"),
        ("{", "MANIFEST_NOT_JSON"),
        ('{"id": "有空格 的"}', "MANIFEST_FIELD_BAD"),
        ('{"id": "x", "options": {"turbo": true}}', "MANIFEST_OPTION_UNKNOWN"),
        ('{"id": "x", "options": {"member_prefix": "yes"}}', "MANIFEST_FIELD_BAD"),
        ('{"id": "x", "extensions": {"GEWICHT": ""}}', "MANIFEST_EXTENSION_UNKNOWN"),
        ('{"id": "x", "amendments": [{"sheet": "集合", "set": "S", "code": "A"}]}', "AMENDMENT_BAD"),
    ],
)
def test_a_manifest_we_do_not_fully_understand_is_refused(text, reason):
    """An option passed over in silence would change who is paid what."""
    with pytest.raises(Fault) as caught:
        parse_manifest(text.encode())
    assert caught.value.reason.code == reason


_cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", "A", "MDC", "BB1", "ZYSS in OP_BB1", "MCC", "EX_1", "_x000D_", "排序", "＝", "~$", "9" * 400]
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_cells_import_or_are_refused_by_us(data):
    """Whatever somebody types into a cell, the answer is a scheme or one of our own faults."""
    book = sheets()
    for _ in range(data.draw(st.integers(1, 4))):
        rows = book[data.draw(st.sampled_from(sorted(book)))]
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(_cells)
    try:
        digest = imported(book).scheme.digest
    except Fault as fault:
        digest = fault.reason.code
    assert digest


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 6000), st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_by_us(place, noise):
    """A damaged upload must not take the service down."""
    content = bytearray(xlsx_bytes(SOUND))
    content[place : place + len(noise)] = noise
    try:
        found = sorted(sheets_from_bytes(bytes(content)))
    except Fault as fault:
        found = [fault.reason.code]
    assert found
