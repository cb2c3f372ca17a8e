"""Every log call in the shipped code keeps the closed list, also on paths that no test runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from chspay_kit import logs

LEVELS = {"debug", "info", "warning", "error", "critical"}


def _faults(source: str) -> list[str]:
    faults: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "log" and node.func.attr in LEVELS):
            continue
        event = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if not (isinstance(event, str) and logs._EVENT.match(event)):
            faults.append(f"line {node.lineno}: the event is not a plain name")
        unknown = [word.arg for word in node.keywords if word.arg and word.arg not in logs.FIELDS]
        faults += [f"line {node.lineno}: field {name}" for name in unknown]
    return faults


def test_no_log_call_has_a_forbidden_field(root: Path) -> None:
    """In production such a field is dropped silently; here its author is told."""
    found = {
        str(path.relative_to(root)): faults
        for room in ("common", "services", "gateway", "portal")
        for path in (root / room).rglob("*.py")
        if (faults := _faults(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    ['log.info("list.taken", name=name)', 'log.error(f"case {x}")', 'log.warning("病人")', "log.info(text)"],
)
def test_the_rule_sees_what_it_forbids(line: str) -> None:
    """A rule that finds nothing because it looks at nothing would be worthless."""
    assert _faults(line)
    assert not _faults('log.info("list.taken", list_id=list_id, **logs.failure(error))')
