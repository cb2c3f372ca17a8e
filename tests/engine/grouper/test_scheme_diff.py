"""``chspay scheme diff`` and the parts of lint that need cases or weights."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from books import SOUND, sheets, with_rows, with_rule, xlsx_bytes
from openpyxl import load_workbook

from chspay_cli import main as command

CASES = """case_id,hospital_code,sex,age_years,diagnoses,procedures,total_cost
1,H1,1,50,I63.900|J96.000,,3000.00
2,H1,1,50,I63.900,,1000.00
3,H2,1,50,I63.900|J96.000,,5000.00
4,H2,1,50,Z99.900,,1000.00
"""


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs ``chspay scheme ...`` and answers exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chspay", "scheme", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def city(tmp_path, run):
    """Imports a workbook as a scheme folder beside some cases and weights."""
    (tmp_path / "cases.csv").write_text(CASES)
    (tmp_path / "weights.csv").write_text("DRG编码,权重\nBR21,2\nBR23,1.5\nBR25,0.5\n")

    def city(name: str, book=None, **manifest) -> Path:
        (tmp_path / "book.xlsx").write_bytes(xlsx_bytes(book or SOUND))
        (tmp_path / "m.json").write_text(json.dumps({"id": "city", "version": name} | manifest))
        done = run("import", tmp_path / "book.xlsx", "--manifest", tmp_path / "m.json",
                   "--out", tmp_path / name)  # fmt: skip
        assert done[0] == 0, done
        return tmp_path / name

    return city


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_rules_names_order_and_members_are_told(run, city, tmp_path):
    """A new edition is read by what it changes, not by 20,000 rows."""
    book = with_rule("ADRG", "BB1", "ZYSS in OP_BB1 and NL>3")
    next(row for row in book["DRG"] if row[0] == "BR25")[1] = "脑缺血，不伴并发症"
    book["ADRG"].append(["BZ1", "其他", "ZYZD in DI_B", "B", 9])
    book["DRG"].append(["BZ19", "其他", "", "BZ1", "B", 1])
    book["集合"].append(["DI_BR2", "I64.x00", "脑卒中", "DI"])
    book["CC"][1] = ["J96.000", "急性呼吸衰竭", "EX_2", "MCC"]
    code, out, _ = run("diff", city("old"), city("new", book), "-o", tmp_path / "d.csv")
    assert code == 0
    rows = rows_of(tmp_path / "d.csv")
    told = {(row["类别"], row["表"], row["编码"]) for row in rows}
    assert told == {
        ("规则", "ADRG", "BB1"),
        ("名称", "DRG", "BR25"),
        ("新增", "ADRG", "BZ1"),
        ("新增", "DRG", "BZ19"),
        ("增加成员", "集合", "DI_BR2"),
        ("改变", "CC", "J96.000"),
    }
    rule = next(row for row in rows if row["类别"] == "规则")
    assert (rule["原来"], rule["现在"]) == ("ZYSS in OP_BB1", "ZYSS in OP_BB1 and NL>3")
    assert "BB1" in out
    reordered = sheets()
    reordered["ADRG"][4][4], reordered["ADRG"][6][4] = 3, 1
    out = run("diff", city("old"), city("moved", reordered))[1]
    assert "次序" in out


def test_another_spelling_of_a_rule_is_no_difference(run, city):
    """Publishers reformat; only what a rule means counts."""
    spelled = with_rule("ADRG", "BB1", "( ZYSS  IN op_bb1 )".replace("op_bb1", "OP_BB1"))
    code, out, _ = run("diff", city("old"), city("new", spelled))
    assert (code, "共0处不同" in out) == (0, True)
    assert "完全相同" in run("diff", city("old"), city("old"))[1]


def test_who_moves_and_how_much_of_one_fund_moves_with_them(run, city, tmp_path):
    """A hospital asks one question of a new scheme: what does it cost me? Gains and losses sum to zero."""
    book = sheets()
    book["CC"] = [row for row in book["CC"] if row[0] != "J96.000"]
    words = ["diff", city("old"), city("new", book), "--cases", tmp_path / "cases.csv"]
    code, out, _ = run(*words, "--fund", "10000.00", "-o", tmp_path / "d.xlsx")
    assert code == 0
    assert "4例中2例换组" in out
    sheet = load_workbook(tmp_path / "d.xlsx", read_only=True).active
    rows = [dict(zip([c.value for c in next(sheet.iter_rows())], (c.value for c in row), strict=True))
            for row in sheet.iter_rows(min_row=2)]  # fmt: skip
    move = next(row for row in rows if row["类别"] == "换组")
    # Before: BR21 is worth 4000 a case, BR25 1000; after, all three cases are worth 3000.
    assert (move["原来"], move["现在"], move["病例数"], move["金额变化（元）"]) == (
        "BR21", "BR25", "2", "-2000.00",
    )  # fmt: skip
    money = {row["编码"]: row["金额变化（元）"] for row in rows if row["类别"] == "金额"}
    assert money == {"H1": "1000.00", "H2": "-1000.00"}


def test_money_by_weights_needs_every_weight(run, city, tmp_path):
    """An amount from a table with holes would be a guess."""
    book = sheets()
    book["CC"] = [row for row in book["CC"] if row[0] != "J96.000"]
    words = ["diff", city("old"), city("new", book), "--cases", tmp_path / "cases.csv"]
    told = run(*words, "--weights", tmp_path / "weights.csv", "--price", "1000")[1]
    assert "BR21 → BR25：2例，金额变化-3000.00元" in told
    (tmp_path / "weights.csv").write_text("DRG编码,权重\nBR21,2\n")
    assert "WEIGHT_MISSING" in run(*words, "--weights", tmp_path / "weights.csv", "--price", "1000")[2]
    for wrong in (["--fund", "1", "--price", "1"], ["--price", "1"], ["--weights", tmp_path / "weights.csv"]):
        assert "MONEY_UNDECIDED" in run(*words, *wrong)[2]
    (tmp_path / "cases.csv").write_text(CASES.replace(",3000.00", ","))
    assert "COST_MISSING" in run(*words, "--fund", "1")[2]


def test_groups_without_weight_and_truncated_lists_are_found_with_their_places(run, city, tmp_path):
    """32 % of one city's cases found no group, because its lists ended early; others had no weight."""
    scheme = city("old", with_rows("DRG", ["BR24", "脑缺血", "NL>200", "BR2", "B", 2]))
    code, out, _ = run("lint", scheme, "--weights", tmp_path / "weights.csv", "--kind", "DRG_WITHOUT_WEIGHT")
    assert code == 1
    assert "BR21" not in out
    assert [line for line in out.splitlines() if "DRG第11行" in line and "BR24" in line]
    (tmp_path / "weights.csv").write_text("DRG编码,权重\nXX19,2\n")
    out = run("lint", scheme, "--weights", tmp_path / "weights.csv", "--kind", "WEIGHT_WITHOUT_DRG")[1]
    assert "XX19" in out
    code, out, _ = run("lint", scheme, "--cases", tmp_path / "cases.csv", "--kind", "TRUNCATED_LIST")
    assert code == 1
    assert "Z99.900" in out
    assert "I63.900" not in out
    done = run("lint", scheme, "--cases", tmp_path / "cases.csv", "--kind", "TRUNCATED_LIST",
               "--most-ungrouped", "1")  # fmt: skip
    assert done[0] == 0
