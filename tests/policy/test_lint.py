"""Every way in which a policy can break the law text is found, named and, where it costs, priced."""

import json
import shutil
from datetime import date

import pytest
from typer.testing import CliRunner

import chspay_policy
from chspay_cli.cli_policy import app
from chspay_cli.engines import knowledge
from chspay_core.policy_files import load_tree
from chspay_core.policy_lint import lint
from chspay_core.policy_stale import stale

DAY = date(2026, 11, 21)
CITY = "990100-demo-city/settlement.yaml"
CAP = """\
budget.hospital_inpatient_cap:
  label: 单个医疗机构的住院费用绝对额上限
  unit: table
  rules:
    - since: 2019-01-01
      value: [{hospital: H99010000001, yuan: 1000000.00}]
      cite: demo-city-2020#第八条
      evidence: demo
"""
SURCHARGE = """\
benefit.unreferred_share:
  label: 未按规定转诊时提高的个人自付比例
  unit: ratio
  rules:
    - {since: 2020-01-01, value: 0.05, cite: demo-city-2020#第八条, evidence: demo}
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped folder; called with file, old and new text it spoils one file of it."""
    target = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, target)

    def spoil(file, old, new):
        path = target / file
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")
        return target

    return spoil


def found(root, level, day=DAY):
    """(code, key) of the findings of a level."""
    return {(item.code, item.key) for item in lint(load_tree(root), knowledge(), day) if item.level == level}


def test_the_shipped_policy_has_neither_fault_nor_warning():
    """What ships must not break the law it ships with."""
    assert found(chspay_policy.ROOT, "fault") == set()
    assert found(chspay_policy.ROOT, "warning") == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "key"),
    [
        (CITY, "value: 0.95,", "value: 0.85,", "SHARES_DO_NOT_ADD_UP", "prepay.share"),
        (CITY, "value: 0.95,", "value: 1.05,", "VALUE_OUT_OF_BOUNDS", "prepay.share"),
        (CITY, "", CAP, "BARRED_RULE", "budget.hospital_inpatient_cap"),
        (CITY, "", SURCHARGE, "VALUE_OUT_OF_BOUNDS", "benefit.unreferred_share"),
        (CITY, ", cite: demo-city-2020#第七条", "", "POLICY_CITE_MISSING", "intake.submit_days"),
        (CITY, "since: 2025-01-01", "since: 2020-01-01", "POLICY_OVERLAP", "prepay.share"),
        (
            CITY, "since: 2020-01-01, value: 0.90", "since: 2020-01-01, until: 2025-06-30, value: 0.90",
            "POLICY_OVERLAP", "prepay.share",
        ),
        (CITY, "total_cost@1", "total_costs@1", "POLICY_METHOD_UNKNOWN", "point_value.form"),
        (
            "documents.yaml", "  articles: [第一条]\n  note: 虚构文件，演示规则", "  note: 演示规则",
            "CITATION_UNANCHORED", "prepay.share",
        ),
        (
            "documents.yaml", "demo-city-2025:\n", "demo-city-2025:\n  based_on: [demo-city-2025]\n",
            "POLICY_DOCUMENT_CIRCLE", "demo-city-2025",
        ),
        (
            "documents.yaml", "demo-city-2025:\n", "demo-city-2025:\n  repealed: 2024-12-31\n",
            "POLICY_DOCUMENT_ENDED", "prepay.share",
        ),
    ],
)  # fmt: skip
def test_each_breach_is_a_fault_that_names_its_key(copy, file, old, new, code, key):
    """D8: shares, dates, caps, surcharge, citation, circle, two values, unknown method."""
    assert (code, key) in found(copy(file, old, new), "fault")


def test_a_cap_that_ended_before_the_points_began_is_no_breach(copy):
    """The forbidden thing is a hospital's own cap beside the regional budget, not its history."""
    capped = CAP.replace("since: 2019-01-01", "since: 2019-01-01\n      until: 2019-12-31")
    assert ("BARRED_RULE", "budget.hospital_inpatient_cap") not in found(copy(CITY, "", capped), "fault")


def test_a_parameter_that_an_engine_uses_and_nobody_gave_is_a_fault_where_completeness_is_claimed(copy):
    """A pool that says it can settle and cannot; a gap told in coverage.yaml is a remark."""
    gone = copy(CITY, "settle.ungrouped_discount:", "settle.month_days_max:")
    (gone / CITY).write_text(
        (gone / CITY).read_text("utf-8").replace("未入组病例的折算比例", "申报截止后完成月度结算的期限")
        .replace("unit: ratio\n  rules:\n    - {since: 2020-01-01, value: 0.7,",
                 "unit: working_days\n  rules:\n    - {since: 2020-01-01, value: 7,"), "utf-8",
    )  # fmt: skip
    assert ("PARAMETER_ABSENT", "settle.ungrouped_discount") in found(gone, "fault")
    assert ("PARAMETER_ABSENT", "settle.low") in found(chspay_policy.ROOT, "note")


def test_a_method_that_pays_by_a_step_is_a_warning_with_the_jump_in_money(copy):
    """DEDUCT, K = 3, f 1.05: one fen more of cost and the case earns 1,500 yuan less."""
    root = copy(CITY, "value: as_normal@1", "value: deduct@1")
    steps = [item for item in lint(load_tree(root), knowledge(), DAY) if item.key == "settle.high"]
    assert [(item.level, item.code, item.document) for item in steps] == [
        ("warning", "PAYS_BY_A_STEP", "demo-city-2020#第三条")
    ]
    assert (steps[0].below_fen, steps[0].above_fen, steps[0].jump_fen) == (1_050_000, 900_001, -149_999)
    for part in ("deduct@1", "10500.00元", "9000.01元", "30000.00元"):
        assert part in steps[0].words


def run(*words):
    return CliRunner().invoke(app, list(words), catch_exceptions=False, env={"COLUMNS": "140"})


def test_the_command_ends_with_one_where_something_is_wrong_and_gives_json(copy):
    """A pipeline reads the exit code, a page the JSON, a person the table."""
    assert run("lint", "--on", "2026-11-21").exit_code == 0
    root = copy(CITY, "value: as_normal@1", "value: deduct@1")
    told = run("lint", "990100", "--on", "2026-11-21", "--policy-root", str(root))
    assert told.exit_code == 1
    assert "警告1" in told.stdout
    answer = json.loads(run("lint", "990100", "--json", "--policy-root", str(root)).stdout)
    assert [item["jump_yuan"] for item in answer if item["key"] == "settle.high"] == ["-1499.99"]


def test_groups_without_weight_are_named(tmp_path):
    """A case in such a group could not be paid."""
    table = tmp_path / "weights.csv"
    table.write_text("drg,weight\nBR21,1.2\n", "utf-8")
    told = run("lint", "--weights", str(table), "--scheme", "chspay_starter", "--json")
    answer = json.loads(told.stdout)
    groups = {item["key"] for item in answer if item["code"] == "GROUP_WITHOUT_WEIGHT"}
    assert told.exit_code == 1
    assert groups
    assert "BR21" not in groups


def test_the_report_of_age_says_what_speaks_against_each_rule(copy):
    """Nobody notices a rule growing old; the report does."""
    root = copy(
        "documents.yaml", "demo-city-2025:\n", "demo-city-2026:\n  title: 新\n  issuer: 演示市（虚构）\n"
        "  standing: demo\n  effective: 2026-05-01\n  replaces: [demo-city-2025]\ndemo-city-2025:\n",
    )  # fmt: skip
    rows = {(item.place, item.key): item for item in stale(load_tree(root), date(2026, 12, 1), 2)}
    assert rows["990100", "prepay.share"].kinds == ("repealed", "demo")
    assert rows["990100", "prepay.share"].repealed == date(2026, 5, 1)
    assert rows["990100", "prepay.share"].age_days == 10
    assert rows["990100", "coefficient.by_level"].kinds == ("old", "demo")
    assert rows["990102", "intake.submit_days"].kinds == ("demo",)
    assert rows["330100", "point_value.form"].kinds == ("unverified",)
    assert rows["000000", "special_review.cap"].kinds == ()
    warned = {
        item.key for item in lint(load_tree(root), knowledge(), date(2026, 12, 1)) if item.level == "warning"
    }
    assert warned == {"prepay.share"}
    assert "文件已废止1" in run("stale", "990100", "--on", "2026-12-01", "--policy-root", str(root)).stdout
