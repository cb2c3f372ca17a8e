"""Exact code stays exact: no float, no clock, no chance, no I/O under engine/ and chspay_core."""

import ast

from tree import exact_sources, parsed, place

_CHANCE_OR_CLOCK = {"random", "secrets", "uuid", "time", "os", "socket", "subprocess", "threading", "asyncio"}
_CLOCK_CALLS = {"now", "today", "utcnow", "getenv"}
_RUNNING_TEXT = {"eval", "exec", "compile", "__import__"}
#: Reads policy and scheme files a caller points at; everything else gets bytes or text.
_READERS = {"policy_files.py"}


def test_no_float_in_exact_code():
    """A single float would lose a fen somewhere and nobody could say where."""
    found = []
    for file in exact_sources():
        for node in ast.walk(parsed(file)):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            typed = isinstance(node, ast.Name) and node.id == "float"
            arrow = isinstance(node, ast.Attribute) and node.attr in {"float32", "float64", "double"}
            if literal or call or typed or arrow:
                found.append(place(file, node))
    assert not found


def test_no_clock_no_chance_no_running_of_text_in_exact_code():
    """Replay needs the same answer for the same facts, policy and day, years later."""
    found = []
    for file in exact_sources():
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").split(".")[0]}
            elif isinstance(node, ast.Call):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                names = {"os"} if name in _CLOCK_CALLS else set()
                if isinstance(node.func, ast.Name) and name in _RUNNING_TEXT:
                    names = {"os"}
            else:
                continue
            if names & _CHANCE_OR_CLOCK:
                found.append(place(file, node))
    assert not found


def test_exact_code_opens_no_file():
    """An engine sees facts, policy and a day; only the policy reader touches files."""
    found = []
    for file in exact_sources():
        if file.name in _READERS:
            continue
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                if name in {"open", "read_text", "read_bytes", "write_text", "write_bytes"}:
                    found.append(place(file, node))
    assert not found
