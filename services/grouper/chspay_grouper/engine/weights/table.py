"""Weights as rows of a table for files: one row per group, TCM group, per-diem category and level."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from chspay_core.amounts import ratio_half_up
from chspay_grouper.engine.weights.model import PARTS, GroupWeight, LevelWeight, Measured

_PART_COLUMNS = tuple(f"{part}_weight" for part in PARTS)
_TEXTS = ("kind", "code", "level", "stable", "no_coefficient")
_WHOLE = ("cases", "kept_cases", "trims")
_DECIMALS = {
    "cv": 4,
    "typical_yuan": 4,
    "measured_weight": 6,
    "weight": 6,
    "base_points": 6,
    **dict.fromkeys(_PART_COLUMNS, 6),
}
WEIGHT_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.int64()) for name in _WHOLE),
        *((name, pa.decimal128(30, places)) for name, places in _DECIMALS.items()),
    ]
)


def weight_rows(measured: Measured) -> pa.RecordBatch:
    """Every weight as a row; a row with a ``level`` is that level's weight of the group above it."""
    rows: list[dict[str, object]] = []
    for group in measured.groups:
        rows.append(_row(measured, group))
        rows += [_level_row(measured, group, entry) for entry in group.levels]
    return pa.RecordBatch.from_pylist(rows, schema=WEIGHT_SCHEMA)


def _row(measured: Measured, group: GroupWeight) -> dict[str, object]:
    parts = group.part_units or (None,) * len(PARTS)
    return {
        "kind": group.kind.value,
        "code": group.code,
        "level": "",
        "stable": "1" if group.stable else "0",
        "no_coefficient": "1" if group.no_coefficient else "0",
        "cases": group.cases,
        "kept_cases": group.kept,
        "trims": group.trims,
        "cv": Decimal(group.cv_display) if group.cv_display else None,
        "typical_yuan": _yuan4(group.typical),
        "measured_weight": _six(measured, group.measured_units),
        "weight": _six(measured, group.units),
        "base_points": _six(measured, group.points_units),
        **{
            name: None if units is None else _six(measured, units)
            for name, units in zip(_PART_COLUMNS, parts, strict=True)
        },
    }


def _level_row(measured: Measured, group: GroupWeight, entry: LevelWeight) -> dict[str, object]:
    return {
        "kind": group.kind.value,
        "code": group.code,
        "level": str(entry.level),
        "stable": "1",
        "no_coefficient": "0",
        "cases": None,
        "kept_cases": entry.n,
        "trims": None,
        "cv": None,
        "typical_yuan": _yuan4(Fraction(entry.cost, entry.n)),
        "measured_weight": None,
        "weight": _six(measured, entry.units),
        "base_points": None,
        **dict.fromkeys(_PART_COLUMNS),
    }


def _six(measured: Measured, units: int) -> Decimal:
    return measured.decimal(units).quantize(Decimal("0.000001"))


def _yuan4(fen: Fraction) -> Decimal:
    return ratio_half_up(fen.numerator, fen.denominator * 100, 4)
