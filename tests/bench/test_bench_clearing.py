"""How fast a clearing goes, warm and from Parquet, against an independent oracle and a Decimal loop."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
sys.path.insert(0, str(Path(__file__).parent))
import clearing_cases
import clearing_oracle
from settlement_rules import policy_of

from chspay_cli.trial_input import read_inputs
from chspay_settlement.engine.month.clearing import clear

CASES = int(os.environ.get("CHSPAY_BENCH_CASES", "10000000"))
THREADS, WARM_RUNS = 2, 3
#: Cases of the two loops that go case by case; what they take is scaled up.
SAMPLE = 200_000
HERE = Path(__file__).parent


def cleared(path: Path) -> dict:
    """One process that reads and clears the file."""
    words = [sys.executable, HERE / "clear_once.py", path, THREADS, WARM_RUNS]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def decimal_loop(rows: list[dict], fund: int) -> float:
    """Seconds of a clearing as one would first write it: a Decimal formula per case, a sort per hospital.

    Only points of stable groups, the point value, shares and the fen that are left over; group figures
    and outliers cost nothing here.
    """
    began = time.perf_counter()
    held: dict[str, list[tuple[Decimal, Decimal, str]]] = {}
    mean, factor = Decimal("10000"), Decimal("1.0547")
    places, whole = Decimal("0.0001"), Decimal(1)
    for row in rows:
        ratio = Decimal(row["total_cost"]) / mean
        points = (ratio * factor * 100).quantize(places, ROUND_HALF_UP)
        held.setdefault(row["hospital_code"], []).append(
            (points, Decimal(row["patient_paid"]), row["case_id"])
        )
    everything = sum(points for cases in held.values() for points, _, _ in cases)
    patients = sum(patient for cases in held.values() for _, patient, _ in cases)
    value = (Decimal(fund) + patients * 100) / everything
    for cases in held.values():
        exact = [(points * value, points, case_id) for points, _, case_id in cases]
        given = [share.quantize(whole, ROUND_DOWN) for share, _, _ in exact]
        left = sum(share for share, _, _ in exact).quantize(whole, ROUND_DOWN) - sum(given)
        order = sorted(range(len(cases)), key=lambda at: (given[at] - exact[at][0], exact[at][2]))
        for at in order[: int(left)]:
            given[at] += 1
    return time.perf_counter() - began


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_ten_million_cases_clear_in_seconds(tmp_path):
    """A province's year is cleared while a person waits; the same payments come out of the oracle."""
    path = tmp_path / "cases.parquet"
    clearing_cases.write(path, CASES)
    found = cleared(path)
    assert found["fund"] == clearing_cases.FUND
    assert found["cases"] == CASES

    began = time.perf_counter()
    funds = clearing_oracle.payments(path, clearing_cases.FUND, clearing_cases.LEVELS)
    oracle = time.perf_counter() - began
    assert clearing_oracle.digest(funds) == found["digest"]
    assert int(funds.sum()) == clearing_cases.FUND

    batches = list(clearing_cases.batches(min(SAMPLE, CASES)))
    inputs = read_inputs(batches, clearing_cases.LEVELS).inputs
    began = time.perf_counter()
    clear(inputs, clearing_cases.FUND, policy_of(clearing_cases.RULES))
    single = (time.perf_counter() - began) * CASES / len(inputs)
    rows = [row for batch in batches for row in batch.to_pylist()]
    naive = decimal_loop(rows, clearing_cases.FUND) * CASES / len(rows)

    cold = found["read"] + found["first"]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    print(f"\n{CASES:,} grouped cases, {THREADS} threads, {load}; file {path.stat().st_size >> 20} MiB")
    print(f"  kinds {found['kinds']}, {found['unstable']} of {clearing_cases.GROUPS} groups unstable")
    print(
        f"  warm, best of {WARM_RUNS}: {found['warm']:.2f} s wall, {found['warm_cpu']:.2f} s CPU,"
        f" case-level split included; {found['steps']}"
    )
    print(
        f"  cold from Parquet: {cold:.2f} s wall (read and checked {found['read']:.2f} s,"
        f" {found['read_cpu']:.2f} s CPU; cleared {found['first']:.2f} s)"
    )
    print(f"  peak memory {found['peak']} MiB ({found['read_peak']} MiB after reading)")
    warm, sample = found["warm"], f"scaled up from {len(inputs):,}"
    print(f"  oracle in numpy and Python integers, file included: {oracle:.1f} s, {oracle / cold:.1f} x cold")
    print(f"  engine case by case, {sample}: {single:.0f} s, {single / warm:.0f} x warm")
    print(f"  Decimal loop, {sample}: {naive:.0f} s, {naive / warm:.0f} x warm")
    print(f"  SHA-256 over all payments, both: {found['digest']}")


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_whole_command(tmp_path):
    """What a user waits for: start, file, clearing, and every case written to cases.csv."""
    path, levels = tmp_path / "cases.parquet", tmp_path / "hospitals.csv"
    clearing_cases.write(path, CASES)
    levels.write_text(
        "hospital_code,level\n"
        + "".join(f"{code},{level}\n" for code, level in clearing_cases.LEVELS.items())
    )
    words = ["clear", path, "--fund", "1000000000", "--policy", "990100", "--on", "2026-03-31"]
    words += ["--hospitals", levels, "--out", tmp_path / "trial"]
    chspay = [sys.executable, "-c", "from chspay_cli.main import main; main()"]
    began = time.perf_counter()
    subprocess.run([*chspay, *map(str, words)], check=True, capture_output=True)
    seconds = time.perf_counter() - began
    print(f"\nchspay clear of {CASES:,} cases, cases.csv written: {seconds:.1f} s, {CASES / seconds:,.0f}/s")
    print(f"peak memory of the command: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MiB")
