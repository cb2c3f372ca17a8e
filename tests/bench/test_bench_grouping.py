"""Grouping in the command line, as a whole process: cases per second on a file, with its floor beside it."""

from __future__ import annotations

import pytest

from chspay_cli.cli_bench import measure

CASES, RUNS = 500_000, 3


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_commands_on_half_a_million_cases(tmp_path):
    """Quoted as ratios to reading and writing the same file in the same run; a machine's speed drops out."""
    done = list(measure(tmp_path, CASES, RUNS))
    copy = next(item.seconds for item in done if item.name == "只读写文件")
    print(f"\n{CASES:,} cases, whole commands, best of {RUNS}:")
    for item in done:
        ratio = f"{item.seconds / copy:.2f} x copy"
        print(f"  {item.name}: {item.seconds:.2f} s, {item.rate(CASES):,.0f}/s, {ratio}")
    assert all(item.seconds > 0 for item in done)
