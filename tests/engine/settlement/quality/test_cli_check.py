"""``chspay check``: what a hospital's insurance office sees before it uploads anything."""

import json
import sys

import openpyxl
import pytest
from quality_world import clean, mutated

from chspay_cli.listfile import SHEETS
from chspay_cli.main import main


@pytest.fixture
def chspay(monkeypatch, capsys, tmp_path):
    """The command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def _lists():
    sick = mutated(
        {"set": {"setlinfo.setl_id": "JS2", "setlinfo.medcasno": "", "diseinfo.1.diag_code": "I10"}}
    )[0]
    return [clean(), sick]


def test_a_sound_file_ends_with_zero_and_a_faulty_one_with_one(chspay, tmp_path):
    """A script of the hospital must be able to hold an upload back."""
    (tmp_path / "good.json").write_text(json.dumps(clean()), "utf-8")
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(one) + "\n" for one in _lists()), "utf-8")
    assert chspay("check", "good.json")[0] == 0
    code, out, _ = chspay("check", "bad.jsonl")
    assert code == 1
    assert "共2份清单：1份没有错误，1份有错误" in out
    assert "A02 错误 1份" in out
    assert "病案号" in out


def test_the_annotated_workbook_marks_the_cell_and_can_be_checked_again(chspay, tmp_path):
    """The clerk mends the marked cells in the very file and checks it once more."""
    (tmp_path / "lists.json").write_text(json.dumps({"lists": _lists()}), "utf-8")
    assert chspay("check", "lists.json", "-o", "found.xlsx")[0] == 1
    book = openpyxl.load_workbook(tmp_path / "found.xlsx")
    assert {"汇总", "问题", "清单", "诊断", "规则", "编码采用", "不能判定"} <= set(book.sheetnames)
    names = [cell.value for cell in book["清单"][2]]
    cell = book["清单"].cell(4, names.index("medcasno") + 1)
    assert cell.comment.text.startswith("A02 错误：没有填写病案号。改法：")
    assert cell.fill.fgColor.rgb.endswith("F8CBAD")
    codes = [cell.value for cell in book["诊断"][2]].index("diag_code") + 1
    marked = [row for row in range(3, 7) if book["诊断"].cell(row, codes).comment]
    assert marked == [6]
    assert "B10" in book["诊断"].cell(6, codes).comment.text
    cell.value = "BA2"
    book["诊断"].cell(6, codes).value = "I10.x00"
    book.save(tmp_path / "mended.xlsx")
    assert chspay("check", "mended.xlsx")[0] == 0


def test_the_template_is_read_as_it_is_filled_in(chspay, tmp_path):
    """What the template asks for is what the check understands."""
    assert chspay("check", "--template", "t.xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book["清单"]["A1"].comment.text.startswith("来源：")
    for node in ("setlinfo", "diseinfo", "iteminfo", "oprninfo", "payinfo", "icuinfo"):
        sheet = book[SHEETS[node]]
        names = [cell.value for cell in sheet[2]]
        rows = [clean()[node]] if node == "setlinfo" else clean()[node]
        for number, row in enumerate(rows, start=3):
            for name, value in {"setl_id": clean()["setlinfo"]["setl_id"], **row}.items():
                sheet.cell(number, names.index(name) + 1).value = value
    book.save(tmp_path / "t.xlsx")
    code, out, _ = chspay("check", "t.xlsx", "--json")
    assert code == 0
    assert json.loads(out)["score"] == "100.00"


def test_csv_of_a_chinese_spreadsheet_is_read_and_findings_are_written_as_csv(chspay, tmp_path):
    """Excel in China writes GB18030, and amounts and codes must stay as they were typed."""
    record = clean()
    cells = dict(record["setlinfo"])
    for node in ("diseinfo", "iteminfo", "oprninfo", "payinfo", "icuinfo"):
        for number, row in enumerate(record[node], start=1):
            cells |= {f"{node}.{number}.{name}": value for name, value in row.items()}
    cells["chfpdr_code"] = "0571"
    text = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    (tmp_path / "lists.csv").write_bytes(text.encode("gb18030"))
    assert chspay("check", "lists.csv", "-o", "found.csv")[0] == 1
    rows = (tmp_path / "found.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("1,JS20260100001,B15,错误,主诊医师代码,0571,")


def test_json_findings_name_path_row_value_and_remedy(chspay, tmp_path):
    """A hospital's own software reads the findings and leads the user to the field."""
    (tmp_path / "lists.json").write_text(
        json.dumps([{"infno": "4101", "input": one} for one in _lists()]), "utf-8"
    )
    assert chspay("check", "lists.json", "-o", "found.json")[0] == 1
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found["evidence"] == "unverified"
    findings = {one["rule"]: one for one in found["lists"][1]["findings"]}
    assert findings["B10"]["fields"] == [{"path": "diseinfo.diag_code", "row": 2, "value": "I10"}]
    assert findings["B10"]["fix"]
    assert found["lists"][0]["findings"] == []


def test_the_front_page_is_compared(chspay, tmp_path):
    """Demand 38: contradictions between front page and list are seen before the upload."""
    (tmp_path / "list.json").write_text(json.dumps(clean()), "utf-8")
    page = {
        "input": {
            "baseinfo": {"medcasno": "BA9"},
            "diseinfo": [{"diag_code": "K80.100", "maindiag_flag": "1"}],
        }
    }
    (tmp_path / "page.json").write_text(json.dumps(page), "utf-8")
    code, out, _ = chspay("check", "list.json", "--frontpage", "page.json")
    assert code == 0
    assert "病案号：不同，清单“BA20260001”，首页“BA9”" in out
    assert "主要诊断编码：不同" not in out


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("lists.json", b"{", "FILE_UNREADABLE"),
        ("lists.json", b"[]", "LISTS_NONE"),
        ("lists.json", b"[{}]", "LIST_NOT_READ"),
        ("lists.jsonl", b"\n", "LISTS_NONE"),
        ("lists.jsonl", b"5\n", "LIST_NOT_READ"),
        ("lists.csv", b"", "LISTS_NONE"),
        ("lists.csv", b"\xff\xff", "FILE_NOT_UTF8"),
        ("lists.xlsx", b"PK", "FILE_UNREADABLE"),
        ("lists.txt", b"", "FILE_KIND"),
    ],
)
def test_what_is_no_file_of_lists_is_refused_in_one_sentence(chspay, tmp_path, name, content, reason):
    """A wrong file must not look like a clean one."""
    (tmp_path / name).write_bytes(content)
    code, _, err = chspay("check", name)
    assert code == 2
    assert reason in err


def test_rows_without_their_list_are_refused(chspay, tmp_path):
    """A diagnosis that belongs to nobody would silently vanish."""
    (tmp_path / "lists.json").write_text(json.dumps(clean()), "utf-8")
    chspay("check", "lists.json", "-o", "found.xlsx")
    book = openpyxl.load_workbook(tmp_path / "found.xlsx")
    book["诊断"].cell(3, 1).value = "JS-OTHER"
    book.save(tmp_path / "found.xlsx")
    code, _, err = chspay("check", "found.xlsx")
    assert code == 2
    assert "LIST_ROW_ALONE" in err
    assert chspay("check", "lists.json", "-o", "found.pdf")[0] == 2
    assert chspay("check")[0] == 2
