"""How fast changed rules are simulated, against a full clearing by the same kernels in the same process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
sys.path.insert(0, str(Path(__file__).parent))
import clearing_cases

CASES = int(os.environ.get("CHSPAY_BENCH_WHATIF_CASES", "3000000"))
SWEPT = int(os.environ.get("CHSPAY_BENCH_SWEPT_CASES", "300000"))
POINTS = int(os.environ.get("CHSPAY_BENCH_POINTS", "1000"))
THREADS = 2
HERE = Path(__file__).parent


def simulated(folder: Path, cases: int, points: int) -> dict:
    """One process that reads, clears and simulates so many cases."""
    path = folder / f"{cases}.parquet"
    clearing_cases.write(path, cases)
    words = [sys.executable, HERE / "whatif_once.py", path, THREADS, points]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def load() -> str:
    """How busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_three_million_cases_while_a_person_waits(tmp_path):
    """Every hospital, level, group, community and band under another rule; the base is the clearing."""
    found = simulated(tmp_path, CASES, 0)
    wall, cpu = found["clearing"]
    print(
        f"\n{CASES:,} cases, {clearing_cases.HOSPITALS} hospitals, {clearing_cases.GROUPS} groups, {load()}"
    )
    print(
        f"  read {found['read']}; full clearing, warm: {wall} s wall, {cpu} s CPU; peak {found['peak']} MiB"
    )
    print(f"  first simulation (nothing known yet): {found['cold'][0]} s wall, {found['cold'][1]} s CPU")
    for name, (own_wall, own_cpu, again, losers) in found["warm"].items():
        ratio = own_cpu / cpu
        done = ", ".join(again) or "nothing"
        print(f"  {name}: {own_wall} s wall, {own_cpu} s CPU, {ratio:.2f} x; again: {done}; {losers} losers")


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_thousand_scenarios(tmp_path):
    """A negotiation looks at a grid, not at one figure."""
    found = simulated(tmp_path, SWEPT, POINTS)
    points, (wall, cpu) = found["points"], found["sweep"]
    print(f"\n{points:,} scenarios over {SWEPT:,} cases, {load()}: {wall} s wall, {cpu} s CPU")
    print(
        f"  {1000 * cpu / points:.0f} ms CPU a scenario; a full clearing takes {found['clearing'][1]} s CPU"
    )
    print(f"  {found['fewest']} to {found['most']} losers; with measuring {found['measured']} s CPU each")
