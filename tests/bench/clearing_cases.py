"""Generated grouped cases of a province for measuring clearings: long-tailed costs, by seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HOSPITALS, GROUPS, SEED, ROW_GROUP = 200, 620, 20260331, 262_144
FUND = 98_765_432_101_234
LEVELS = {f"H{number:03}": 1 + number % 3 for number in range(HOSPITALS)}
RULES = {
    "settle.high": "linear_add@1",
    "coefficient.method": "level_table@1",
    "coefficient.by_level": [
        {"level": "1", "value": "0.9512"},
        {"level": "2", "value": "1"},
        {"level": "3", "value": "1.0547"},
    ],
    "stability.cv_max": "0.55",
}
_STATUSES = ("grouped", "ungrouped", "ambiguous", "invalid")
_MONEY = pa.decimal128(18, 2)


def _money(fen: np.ndarray) -> pa.Array:
    """Fen as decimal yuan: 128 bits of which the upper half is zero."""
    halves = np.zeros(2 * len(fen), np.int64)
    halves[::2] = fen
    return pa.Array.from_buffers(_MONEY, len(fen), [None, pa.py_buffer(halves)])


def _texts(codes: np.ndarray, texts: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts))


def batches(cases: int):
    """Record batches of ``cases`` rows in all; the same rows every time."""
    rng = np.random.default_rng(SEED)
    weight = rng.lognormal(0, 1, GROUPS) * 1_000_000
    wide = rng.choice([0.6, 0.7, 1.1], GROUPS, p=[0.4, 0.45, 0.15])
    for start in range(0, cases, ROW_GROUP):
        rows = min(ROW_GROUP, cases - start)
        group = (rng.random(rows) ** 2 * GROUPS).astype(np.int64)
        status = rng.choice(4, rows, p=[0.985, 0.008, 0.005, 0.002])
        cost = (rng.lognormal(0, 1, rows) ** wide[group] * weight[group]).astype(np.int64) + 1
        patient = cost * rng.integers(15, 45, rows) // 100
        names = [f"G{number:03}" for number in range(GROUPS)]
        yield pa.RecordBatch.from_pydict(
            {
                "case_id": pa.array(np.arange(start, start + rows) + 330_100_000_000_000).cast(pa.string()),
                "hospital_code": _texts((rng.random(rows) ** 1.5 * HOSPITALS).astype(np.int64), list(LEVELS)),
                "drg": _texts(np.where(status == 0, group, GROUPS), [*names, ""]),
                "status": _texts(status, list(_STATUSES)),
                "department": _texts((rng.random(rows) < 0.02).astype(np.int64), ["A03", "A15"]),
                "los_days": pa.array(rng.integers(1, 60, rows).astype(np.int32)),
                "total_cost": _money(cost),
                "patient_paid": _money(patient),
            }
        )


def write(path: Path, cases: int) -> None:
    """The cases as a data platform would store them."""
    writer = None
    for batch in batches(cases):
        if writer is None:
            coded = ["hospital_code", "drg", "status", "department"]
            writer = pq.ParquetWriter(path, batch.schema, compression="zstd", use_dictionary=coded)
        writer.write_batch(batch, row_group_size=ROW_GROUP)
    writer.close()
