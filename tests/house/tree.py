"""What the house rules look at: our own Python files, parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = tuple(sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir()))
_SOURCES = ("common", "services", "gateway", "portal", "policy")


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of the product, migrations' generated versions left out."""
    files = [file for room in _SOURCES for file in (ROOT / room).rglob("*.py")]
    return tuple(sorted(file for file in files if "versions" not in file.parts))


@cache
def exact_sources() -> tuple[Path, ...]:
    """Files under ``engine/`` and ``chspay_core``: exact, without clock, network or chance."""
    return tuple(file for file in sources() if "engine" in file.parts or "chspay_core" in file.parts)


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def place(file: Path, node: ast.AST) -> str:
    """``path:line`` for a message."""
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
