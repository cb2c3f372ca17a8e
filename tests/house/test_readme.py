"""The two READMEs stay twins and tell the truth about commands."""

import re

from tree import ROOT

from chspay_cli.main import COMMANDS


def _commands(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split("  #")[0].rstrip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_both_readmes_show_the_same_commands():
    """A Chinese reader must not be told an older command than an English one."""
    assert _commands("README.md") == _commands("README.zh-CN.md")
    assert len(_commands("README.md")) >= 8


def test_the_readme_names_the_two_commands():
    """Two commands on a fresh machine are the whole promise."""
    commands = _commands("README.md")
    assert "./run demo" in commands
    assert "./run test" in commands


def test_commands_in_the_readme_exist():
    """A command that is shown must be a command that runs."""
    known = {command.name for command in COMMANDS}
    shown = [line.split() for line in _commands("README.md") if line.startswith("chspay ")]
    assert shown
    assert {words[1] for words in shown} <= known


def test_links_of_the_readmes_lead_somewhere():
    """A dead link stops a newcomer at the door."""
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            if "://" not in target:
                assert (ROOT / target).exists(), f"{name}: {target}"
