"""``chspay policy`` as a person meets it: exit codes, Chinese words, stable reasons."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import chspay_policy
from chspay_cli.cli_policy import app

RUN = CliRunner()


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped folder to be spoiled."""
    target = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, target)
    return target


def _run(*words):
    return RUN.invoke(app, list(words), catch_exceptions=False, env={"COLUMNS": "120"})


def test_the_shipped_folder_checks_clean():
    """The first thing a reviewer runs."""
    done = _run("check")
    assert done.exit_code == 0
    assert "没有发现问题" in done.stdout


def test_check_lists_all_faults_at_once_and_ends_with_one(copy):
    """A person mends a file in one go, not fault by fault."""
    file = copy / "990100-demo-city" / "settlement.yaml"
    text = file.read_text("utf-8")
    text = text.replace("total_cost@1", "total_costs@1").replace("prepay.share:", "prepay.shore:")
    file.write_text(text, "utf-8")
    done = _run("check", "--policy-root", str(copy))
    assert done.exit_code == 1
    assert "POLICY_METHOD_UNKNOWN" in done.stderr
    assert "POLICY_KEY_UNKNOWN" in done.stderr
    assert "prepay.share" in done.stderr
    assert "990100-demo-city/settlement.yaml" in done.stderr


def test_show_gives_value_source_and_digest():
    """Every figure on a screen must be traceable to a document."""
    done = _run("show", "990102", "--on", "2025-03-31", "--key", "prepay.share")
    assert done.exit_code == 0
    for part in ("0.95", "0.90", "990100", "演示市〔2025〕1号", "政策包摘要"):
        assert part in done.stdout


def test_show_as_json_is_what_the_bundle_holds():
    """Programs read the same answer."""
    done = _run("show", "990102", "--on", "2025-03-31", "--json")
    answer = json.loads(done.stdout)
    rules = {rule["key"]: rule for rule in answer["rules"]}
    assert rules["intake.submit_days"]["value"] == "10"
    assert answer["evidence"] == "demo"
    assert len(answer["digest"]) == 64


def test_diff_between_two_days_is_told_in_words():
    """What changed, from what to what, since when, by which document."""
    done = _run("diff", "990100", "--from", "2024-12-31", "--to", "2025-01-01")
    assert (
        "月度预付比例由0.90改为0.95，自2025-01-01起，依据《演示市关于调整月度预付比例的通知》" in done.stdout
    )
    same = _run("diff", "990100", "--from", "2025-01-01", "--to", "2025-01-01")
    assert "没有不同" in same.stdout


def test_diff_against_another_folder_and_a_sealed_bundle(copy, tmp_path):
    """An amendment can be reviewed against the folder of yesterday or the bundle that was used."""
    sealed = tmp_path / "990100.json"
    assert _run("seal", "990100", "--out", str(sealed), "--policy-root", str(copy)).exit_code == 0
    file = copy / "990100-demo-city" / "settlement.yaml"
    file.write_text(file.read_text("utf-8").replace("value: 0.7,", "value: 0.8,"), "utf-8")
    for against, wanted in ((sealed, "由0.7改为0.8"), (chspay_policy.ROOT, "由0.7改为0.8")):
        done = _run(
            "diff", "990100", "--against", str(against), "--on", "2026-01-31", "--policy-root", str(copy)
        )
        assert wanted in done.stdout
        assert "共1处不同" in done.stdout


def test_whole_bundles_are_compared_rule_by_rule(copy, tmp_path):
    """Every dated rule: added later, corrected, removed, or resting on another paper."""
    sealed = tmp_path / "990100.json"
    assert _run("seal", "990100", "--out", str(sealed), "--policy-root", str(copy)).exit_code == 0
    file = copy / "990100-demo-city" / "settlement.yaml"
    text = file.read_text("utf-8").replace("value: 0.7,", "value: 0.8,")
    later = "    - {since: 2027-01-01, value: 0.96, cite: demo-city-2020#第六条, evidence: demo}\n"
    text = text.replace("intake.submit_days:", f"{later}intake.submit_days:")
    text = text.replace("value: 7, cite: demo-city-2020#第七条", "value: 7, cite: demo-city-2020#第八条")
    file.write_text(text, "utf-8")
    told = _run("diff", "990100", "--against", str(sealed), "--policy-root", str(copy)).stdout
    for words in (
        "（prepay.share）自2027-01-01起由0.95改为0.96（单位：比例），依据《演示市按病组点数法付费实施细则》",
        "（settle.ungrouped_discount）自2020-01-01起由0.7更正为0.8",
        "（intake.submit_days）自2020-01-01起仍为7，原依据《演示市按病组点数法付费实施细则》",
        "共3处不同",
    ):
        assert words in told.replace("\n", "")
    rows = json.loads(
        _run("diff", "990100", "--against", str(sealed), "--json", "--policy-root", str(copy)).stdout
    )
    assert {(row["key"], row["kind"]) for row in rows} == {
        ("prepay.share", "added"),
        ("settle.ungrouped_discount", "corrected"),
        ("intake.submit_days", "source"),
    }


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show", "990177", "--on", "2026-01-31"], "POLICY_PLACE_UNKNOWN"),
        (["show", "9901", "--on", "2026-01-31"], "NOT_A_REGION"),
        (["show", "990100", "--on", "2026-2-30"], "NOT_A_DAY"),
        (["show", "990100", "--on", "2026-01-31", "--key", "no.such"], "POLICY_MISSING"),
        (["diff", "990100"], "POLICY_SIDES"),
        (["diff", "990100", "--against", "lost.json", "--on", "2026-01-31"], "POLICY_BUNDLE_UNREADABLE"),
        (["check", "--policy-root", "lost"], "POLICY_FILE_UNREADABLE"),
    ],
)
def test_bad_usage_ends_with_two_and_one_sentence(words, reason):
    """Exit code 2 and one Chinese sentence with a stable reason; no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", "from chspay_cli.main import main; main()", "policy", *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"错误 {reason}：")
    assert "Traceback" not in done.stderr
