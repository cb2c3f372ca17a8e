"""Processor time of running processes, to say what a measurement was spent on (Linux only)."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def seconds(pid: int | None) -> float:
    """Processor seconds of a process and all its descendants so far; what has ended is not counted."""
    return sum(_own(each) for each in _tree(pid)) if pid is not None else 0.0


def _tree(pid: int) -> list[int]:
    found = [pid]
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        for child in children.read_text().split():
            found += _tree(int(child))
    return found


def _own(pid: int) -> float:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory(pid: int | None) -> int:
    """The most memory a process ever held, bytes."""
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
