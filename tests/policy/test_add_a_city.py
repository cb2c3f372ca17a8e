"""The page that promises a new city in ten minutes is followed word for word."""

import re
import shutil
from datetime import date

import chspay_policy
from chspay_cli.engines import known_methods
from chspay_core.bundle import Bundle
from chspay_core.policy_check import check
from chspay_core.policy_files import load_tree

_BLOCK = re.compile(r"```[a-z]+\n# (append|create): (\S+)\n(.*?)```", re.DOTALL)


def test_following_the_page_gives_a_clean_folder_and_touches_no_other_city(root, tmp_path):
    """A new city is a folder of data: no code changes, and no other city's digest moves."""
    target = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, target)
    before = Bundle.load(target, "990100").digest
    steps = _BLOCK.findall((root / "docs/policy.md").read_text("utf-8"))
    assert [name for _, name, _ in steps] == [
        "documents.yaml", "regions.csv", "990300-example-city/settlement.yaml", "coverage.yaml",
    ]  # fmt: skip
    for action, name, text in steps:
        path = target / name
        path.parent.mkdir(exist_ok=True)
        old = path.read_text("utf-8") if action == "append" else ""
        path.write_text(old + text, "utf-8")
    assert [str(fault) for fault in check(load_tree(target), known_methods())] == []
    policy = Bundle.load(target, "990300").on(date(2026, 11, 21))
    assert policy.text("point_value.form") == "fund_only@1"
    assert policy.integer("stability.n_min") == 5
    assert Bundle.load(target, "990100").digest == before
