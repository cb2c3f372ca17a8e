"""How fast weights are measured: a million cases of three years with their fees, Parquet to table."""

from __future__ import annotations

import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from chspay_cli.main import main

CASES, GROUPS, HOSPITALS = 1_000_000, 620, 200


def _file(path: Path) -> None:
    """Generated long-tailed costs; the fees are parts of them."""
    chance = np.random.default_rng(20260331)
    group = (chance.random(CASES) ** 2 * GROUPS).astype(np.int64)
    cost = (chance.lognormal(0, 0.8, CASES) * chance.lognormal(0, 1, GROUPS)[group] * 1_000_000).astype(
        np.int64
    )
    columns: dict[str, pa.Array] = {
        "case_id": pc.cast(pa.array(np.arange(CASES)), pa.string()),
        "hospital_code": pc.cast(pa.array(chance.integers(0, HOSPITALS, CASES)), pa.string()),
        "drg": pc.cast(pa.array(group + 1000), pa.string()),
        "discharge_date": pa.array([date(year, 6, 1) for year in (2023, 2024, 2025)]).take(
            pa.array(np.arange(CASES) % 3)
        ),
        "total_cost": _yuan(cost + 1),
    }
    for name, part in (("fee_drug", 4), ("fee_consumable", 5), ("fee_test", 6), ("fee_service", 7)):
        columns[name] = _yuan(cost // part)
    pq.write_table(pa.table(columns), path, compression="zstd")


def _yuan(fen: np.ndarray) -> pa.Array:
    whole = np.zeros((len(fen), 2), dtype=np.int64)
    whole[:, 0] = fen
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(whole.tobytes())])


@pytest.mark.bench
def test_a_million_cases_become_weights_in_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weights are negotiated round after round: each round must be measured while people wait."""
    cases, out = tmp_path / "cases.parquet", tmp_path / "weights.csv"
    _file(cases)
    words = ["weights", "measure", cases, "--policy", "990100", "--on", "2026-01-01", "-o", out]
    words += ["--method", "points.year_method=yearly_means@1"]
    monkeypatch.setattr(sys, "argv", ["chspay", *map(str, words)])
    start = time.perf_counter()
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    seconds = time.perf_counter() - start
    lines = out.read_text(encoding="utf-8").count("\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with capsys.disabled():
        print(f"\nweights: {CASES:,} cases, {lines - 1} groups in {seconds:.1f} s, peak {peak:.0f} MiB")
    assert lines > GROUPS - 20
    assert seconds < 30
