"""``chspay value`` and a trial under other forms: measured, cleared, explained, each from files alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_cli_clear import DAY, EQUAL, Command, cases, chspay, clear_words, rows_of

import chspay_policy

__all__ = ["cases", "chspay"]
CITE = "cite: demo-equal-2020#第二条, evidence: demo"
MEASURED = {
    "coefficient.method": "cost_ratio@1",
    "coefficient.guard": "capped@1",
    "coefficient.floor": "0.7",
    "coefficient.ceiling": "1.3",
    "coefficient.renormalise": "yes",
    "coefficient.places": "4",
}
ELASTIC = {
    "point_value.form": "elastic@1",
    "elastic.fixed_part": "severe_groups@1",
    "elastic.severe_groups": "[G2]",
    "elastic.value_method": "published@1",
    "elastic.fixed_value": "2",
}
LEVELS = {
    "point_value.form": "rate_by_level@1",
    "rate.by_level": "[{level: 3, rate: 5.5}, {level: 2, rate: 4.25}]",
}


def city(tmp_path: Path, rules: dict[str, str]) -> Path:
    """The shipped policies with the demonstration city ruled by other methods."""
    root = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, root)
    folder = root / "990200-demo-equal-city"
    for path in folder.glob("*.yaml"):
        kept, skip = "", False
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if not line.startswith((" ", "#")):
                skip = line.partition(":")[0] in rules
            kept += "" if skip else line
        path.write_text(kept, encoding="utf-8")
    labels = root / "keys.yaml"
    added = ""
    for key, value in rules.items():
        block = labels.read_text(encoding="utf-8").split(f"\n{key}:\n")[1]
        label, unit = (line.split(": ", 1)[1] for line in block.splitlines()[:2])
        added += f"{key}:\n  label: {label}\n  unit: {unit}\n  rules:\n"
        added += f"    - {{since: 2020-01-01, value: {value}, {CITE}}}\n"
    (folder / "tried.yaml").write_text(added, encoding="utf-8")
    return root


def hospitals(tmp_path: Path) -> Path:
    path = tmp_path / "levels.csv"
    path.write_text("hospital_code,level\nA,3\nB,2\n", encoding="utf-8")
    return path


def test_measured_coefficients_price_a_trial_and_explain_it(
    chspay: Command, cases: Path, tmp_path: Path
) -> None:
    """A table measured on a base year must reach the points of a case and the sheet that explains it."""
    root = city(tmp_path, MEASURED)
    out, table = tmp_path / "trial", tmp_path / "f.json"
    words = clear_words(cases, out, "--policy-root", root)
    code, _, said = chspay(*words)
    assert (code, "COEFFICIENT_TABLE_MISSING" in said) == (2, True)
    rule = tmp_path / "rule.yaml"
    code, said, _ = chspay(
        *("value", "coefficients", cases, "--policy", EQUAL, "--on", DAY, "--out", table),
        *("--policy-root", root, "--explain", "A/G1", "--rules", rule),
    )
    assert code == 0
    assert "cost_ratio@1" in said
    assert "归一系数" in said
    assert "÷ 统筹区均费" in said
    assert chspay(*words, "--coefficients", table)[0] == 0
    assert (out / "coefficients.json").read_bytes() == table.read_bytes()
    code, said, _ = chspay("explain", out, "c1")
    assert code == 0
    assert "差异系数测算表" in said
    assert "与试算结果一致" in said
    other = city(tmp_path / "published", {"coefficient.method": "group_table@1"})
    text = rule.read_text(encoding="utf-8")
    text = text.replace("cite: \n", "cite: demo-equal-2020#第二条\n").replace(
        "evidence: \n", "evidence: demo\n"
    )
    (other / "990200-demo-equal-city" / "coefficients.yaml").write_text(text, encoding="utf-8")
    again = tmp_path / "again"
    code, _, problem = chspay(*clear_words(cases, again, "--policy-root", other))
    assert (code, problem) == (0, "")
    assert (again / "cases.csv").read_bytes() == (out / "cases.csv").read_bytes()
    (out / "coefficients.json").write_bytes(table.read_bytes().replace(b'"places":4', b'"places":5'))
    assert chspay("explain", out, "c1")[0] == 2
    code, _, said = chspay(
        *("value", "coefficients", cases, "--policy", EQUAL, "--on", DAY, "--out", table),
        *("--policy-root", root, "--explain", "Z/G1"),
    )
    assert (code, "COEFFICIENT_ROW_UNKNOWN" in said) == (2, True)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (ELASTIC, "浮动点值"),
        ({"point_value.form": "dip_settlement@1"}, "按总费用折算"),
        (LEVELS, "余差"),
        ({"point_value.form": "fixed_rate@1", "rate.fixed": "4.5"}, "余差"),
    ],
    ids=["elastic", "dip", "levels", "fixed"],
)
def test_a_trial_of_any_form_adds_up_and_explains_itself(
    chspay: Command, cases: Path, tmp_path: Path, rules: dict[str, str], told: str
) -> None:
    """Whatever form a city chooses, its trial says what remains and every case can be worked out again."""
    root, out = city(tmp_path, rules), tmp_path / "trial"
    words = clear_words(cases, out, "--policy-root", root, "--hospitals", hospitals(tmp_path))
    code, said, problem = chspay(*words)
    assert (code, problem) == (0, "")
    assert told in said
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    paid = sum(int(row["fund_fen"]) for row in rows_of(out / "statements.csv"))
    assert paid + run["residual"]["fen"] == run["fund_fen"]
    for case_id in ("c1", "low", "high", "rare", "day"):
        code, said, problem = chspay("explain", out, case_id)
        assert (code, problem) == (0, ""), case_id
        assert "与试算结果一致" in said


def test_a_rate_and_a_dip_value_come_with_their_sheets(chspay: Command, tmp_path: Path) -> None:
    """What is decided before the year is worked out line by line, like every other figure."""
    levels = tmp_path / "levels.csv"
    levels.write_text("level,share,weight\n3,0.6,90000\n2,0.4,70000\n", encoding="utf-8")
    code, said, _ = chspay(
        *("value", "rate", "--fund", "1200000000", "--ratio", "0.75", "--weight", "160000"),
        *("--levels", levels, "--policy", EQUAL, "--on", DAY),
    )
    assert code == 0
    for figure in ("1600000000.00 元", "10000.00 元/权重", "10666.67 元/权重", "9142.86 元/权重"):
        assert figure in said
    groups = tmp_path / "groups.csv"
    groups.write_text(
        "drg,cases,growth,weight\nG1,1000,0.02 0.04 0.06,0.8\nG2,2000,0 0 0,1.2\n", encoding="utf-8"
    )
    words = ("value", "rate", "--fund", "1200000000", "--ratio", "0.75", "--policy", EQUAL, "--on", DAY)
    code, said, _ = chspay(*words, "--groups", groups)
    assert code == 0
    assert "预测总权重：3232 权重" in said
    code, _, said = chspay(*words)
    assert (code, "RATE_WEIGHT_ONCE" in said) == (2, True)
    history = tmp_path / "history.csv"
    history.write_text(
        "hospital_code,year_back,cost,score\nA,3,1800000,160000\nA,2,2100000,175000\nA,1,2400000,190000\n",
        encoding="utf-8",
    )
    code, said, _ = chspay("value", "dip", history, "--policy", EQUAL, "--on", DAY)
    assert code == 0
    assert "年初点值：12.3913 元/点" in said
    history.write_text("hospital_code,cost\n", encoding="utf-8")
    code, _, said = chspay("value", "dip", history, "--policy", EQUAL, "--on", DAY)
    assert (code, "COLUMN_MISSING" in said) == (2, True)


def test_amounts_set_apart_are_paid_beside_the_points(chspay: Command, cases: Path, tmp_path: Path) -> None:
    """The fund, what was added, and every payee's money must agree in the files of the trial."""
    out, carves = tmp_path / "trial", tmp_path / "carve.csv"
    carves.write_text(
        "kind,payee,amount,cite\ndual_channel,P1,345.67,演示〔2026〕3号\n"
        "procurement_surplus,A,100.01,演示〔2026〕9号\n",
        encoding="utf-8",
    )
    words = clear_words(cases, out, "--carve", carves)
    code, said, problem = chspay(*words)
    assert (code, problem) == (0, "")
    assert "按点数分配的基金：12000.00 元" in said
    paid = rows_of(out / "payments.csv")
    assert sum(int(row["total_fen"]) for row in paid) == 1_234_567 + 10_001
    assert {row["payee"]: row["aside_fen"] for row in paid}["P1"] == "34567"
    code, said, _ = chspay("explain", out, "c1")
    assert (code, "与试算结果一致" in said) == (0, True)
    assert chspay(*clear_words(cases, out, "--force"))[0] == 0
    assert not (out / "payments.csv").exists()
    carves.write_text("kind,payee,amount,cite\ndual_channel,P1,345.67,\n", encoding="utf-8")
    code, _, said = chspay(*words, "--force")
    assert (code, "CARVE_CITE_MISSING" in said) == (2, True)


def test_one_case_is_paid_its_standard(chspay: Command) -> None:
    """B.2: weight 1.35 at 10,000 is 13,500; the fund pays 9,350 by either reading of its part."""
    words = ("value", "standard", "--weight", "1.35", "--rate", "10000", "--policy", EQUAL, "--on", DAY)
    code, said, _ = chspay(*words, "--patient", "4150")
    assert code == 0
    assert "支付标准：13500.00 元" in said
    assert "基金支付额：9350.00 元" in said
    parts = ("--self-paid", "800", "--first-paid", "700", "--deductible", "1000", "--ratio", "0.85")
    code, said, _ = chspay(*words, *parts, "--method", "covered_ratio@1")
    assert (code, "基金支付额：9350.00 元" in said) == (0, True)
    code, _, said = chspay(*words)
    assert (code, "RATE_PART_MISSING" in said) == (2, True)
