"""The cases weights are measured from, column by column, and what was left out and why.

Input is an Arrow table with the columns of the canonical case table plus ``drg`` (and ``status`` when the
grouper wrote one); output is whole numbers in numpy arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.amounts import TOO_BIG
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import COLUMN_MISSING
from chspay_grouper.engine.weights.terms import WeightTerms

NO_CASES = Reason("WEIGHTS_NO_CASES", Kind.PRECONDITION, "没有可用于测算权重的病例（未计入：{left_out}）。")
LEVEL_NEEDED = Reason(
    "WEIGHTS_LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构{value}没有等级，而权重按等级测算或基层病种按等级认定。请提供医疗机构等级。",
)

NEEDED = ("drg", "total_cost")
FEES = ("fee_drug", "fee_consumable", "fee_test", "fee_service")
COLUMNS = (
    *NEEDED,
    "status",
    "hospital_code",
    "department",
    "discharge_date",
    "los_days",
    "tcm_diagnoses",
    "tcm_cost",
    *FEES,
)
UNKNOWN = -1
_HUNDRED = pa.scalar(Decimal(100), pa.decimal128(3, 0))

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class WeightKind(StrEnum):
    """What a weight belongs to."""

    DRG = "drg"
    TCM = "tcm"
    PER_DIEM = "per_diem"


KINDS = tuple(WeightKind)
_TCM, _PER_DIEM = KINDS.index(WeightKind.TCM), KINDS.index(WeightKind.PER_DIEM)


@dataclass(frozen=True, slots=True)
class Columns:
    """Cases to measure; money in fen, -1 is unknown. ``back`` is years before the policy's day (0 when all
    years count alike); ``fees`` holds drug, consumable, test and service, or nothing."""

    names: tuple[tuple[WeightKind, str], ...]
    group: Ints
    cost: Ints
    back: Ints
    days: Ints
    level: Ints
    fees: Ints | None
    #: Why cases were left out, and how many of each.
    left_out: dict[str, int]
    #: Cases whose fees are unknown, negative or more than their cost.
    fees_unusable: int


def take_cases(table: pa.Table, terms: WeightTerms, levels: Mapping[str, int]) -> Columns:
    """The cases of ``table`` that set a price, in the places policy gives them.

    :param levels: level by hospital code, as far as known.
    :raises Fault: COLUMN_MISSING, WEIGHTS_NO_CASES, WEIGHTS_LEVEL_MISSING, AMOUNT_TOO_BIG.
    """
    for name in NEEDED if not terms.years.weighted else (*NEEDED, "discharge_date"):
        if name not in table.schema.names:
            raise Fault(COLUMN_MISSING, field=name)
    codes = text_column(table, "drg")
    kind = np.zeros(table.num_rows, dtype=np.int64)
    codes, per_diem = _per_diem(table, terms, codes, kind)
    codes = _tcm(table, terms, codes, kind)
    cost, cost_known = _fen(table, "total_cost")
    back, back_known = _back(table, terms)
    days = whole_column(table, "los_days")
    reasons = (
        ("not_grouped", ~(grouped_rows(table) | per_diem)),
        ("cost_missing", ~cost_known),
        ("cost_not_positive", cost <= 0),
        ("year_missing", ~back_known),
        ("year_outside", back_known & ~_known_years(back, terms)),
        ("days_missing", per_diem & (days <= 0)),
    )
    keep, left_out = _leave_out(table.num_rows, reasons)
    if not keep.any():
        raise Fault(NO_CASES, left_out="、".join(f"{name} {n}" for name, n in left_out.items()) or "0")
    _check_size(cost[keep])
    level = _levels(table, terms, levels, keep)
    fees, unusable = _fees(table, cost, keep)
    names, group = _names(codes, kind, keep)
    return Columns(names, group, cost[keep], back[keep], days[keep], level, fees, left_out, unusable)


def grouped_rows(table: pa.Table) -> Flags:
    """Which rows are in a group: by ``status``; without one, by a code that is not an ambiguous one (FQY)."""
    drg = text_column(table, "drg")
    status = text_column(table, "status")
    ambiguous = pc.and_(pc.equal(pc.utf8_length(drg), 3), pc.ends_with(drg, "QY"))
    by_code = pc.and_(pc.not_equal(drg, ""), pc.invert(ambiguous))
    by_status = pc.and_(pc.equal(status, Status.GROUPED.value), pc.not_equal(drg, ""))
    return _flags(pc.if_else(pc.equal(status, ""), by_code, by_status))


def _leave_out(rows: int, reasons: tuple[tuple[str, Flags], ...]) -> tuple[Flags, dict[str, int]]:
    """The rows no reason speaks against; each other row counts under its first reason."""
    keep = np.ones(rows, dtype=np.bool_)
    found: dict[str, int] = {}
    for name, flags in reasons:
        hit = keep & flags
        if hit.any():
            found[name] = int(hit.sum())
            keep &= ~flags
    return keep, found


def _check_size(cost: Ints) -> None:
    """Sums of a column must stay whole numbers of 64 bits."""
    largest = int(cost.max())
    if largest * len(cost) >= 2**62:
        raise Fault(TOO_BIG, field="total_cost", value=largest)


def _names(
    codes: pa.ChunkedArray, kind: Ints, keep: Flags
) -> tuple[tuple[tuple[WeightKind, str], ...], Ints]:
    encoded = codes.filter(pa.array(keep)).combine_chunks().dictionary_encode()
    words = encoded.dictionary.to_pylist()
    keys = kind[keep] * len(words) + encoded.indices.to_numpy().astype(np.int64)
    distinct, group = np.unique(keys, return_inverse=True)
    names = tuple((KINDS[key // len(words)], words[key % len(words)]) for key in distinct.tolist())
    return names, group.astype(np.int64)


def _per_diem(
    table: pa.Table, terms: WeightTerms, codes: pa.ChunkedArray, kind: Ints
) -> tuple[pa.ChunkedArray, Flags]:
    """Bed-day cases by department, whatever their group; their code is the category."""
    departments = text_column(table, "department")
    known = list(terms.per_diem)
    place = pc.index_in(departments, pa.array(known, pa.string()))
    valid = pc.not_equal(text_column(table, "status"), Status.INVALID.value)
    flags = _flags(pc.and_(pc.is_valid(place), valid))
    kind[flags] = _PER_DIEM
    categories = pc.take(pa.array([terms.per_diem[name] for name in known], pa.string()), place)
    return pc.if_else(pa.array(flags), categories, codes), flags


def _tcm(table: pa.Table, terms: WeightTerms, codes: pa.ChunkedArray, kind: Ints) -> pa.ChunkedArray:
    """Cases of TCM groups: those with a TCM diagnosis are few, so they are looked at one by one."""
    if terms.tcm is None:
        return codes
    for name in ("tcm_diagnoses", "tcm_cost"):
        if name not in table.schema.names:
            raise Fault(COLUMN_MISSING, field=name)
    having = _flags(pc.greater(pc.fill_null(pc.list_value_length(table["tcm_diagnoses"]), 0), 0)) & (
        kind == 0
    )
    rows = np.flatnonzero(having)
    spent, _ = _fen(table, "tcm_cost")
    cost, _ = _fen(table, "total_cost")
    diagnoses = table["tcm_diagnoses"].take(pa.array(rows)).to_pylist()
    found: list[str | None] = [None] * table.num_rows
    for row, found_codes in zip(rows.tolist(), diagnoses, strict=True):
        group = terms.tcm.group(found_codes, int(spent[row]), int(cost[row]))
        if group:
            found[row] = group
            kind[row] = _TCM
    return pc.coalesce(pa.array(found, pa.string()), codes)


def _back(table: pa.Table, terms: WeightTerms) -> tuple[Ints, Flags]:
    """How many years before the policy's day a case was discharged."""
    if not terms.years.weighted:
        zeros = np.zeros(table.num_rows, dtype=np.int64)
        return zeros, np.ones(table.num_rows, dtype=np.bool_)
    years = pc.year(table["discharge_date"])
    known = _flags(pc.is_valid(years))
    return terms.policy.on.year - _ints(pc.fill_null(years, 0)), known


def _known_years(back: Ints, terms: WeightTerms) -> Flags:
    if not terms.years.weighted:
        return np.ones(len(back), dtype=np.bool_)
    return np.isin(back, np.array(sorted(terms.year_weights), dtype=np.int64))


def _levels(table: pa.Table, terms: WeightTerms, levels: Mapping[str, int], keep: Flags) -> Ints:
    known = sorted(levels)
    hospitals = text_column(table, "hospital_code").filter(pa.array(keep))
    place = pc.index_in(hospitals, pa.array(known, pa.string()))
    if terms.needs_levels and place.null_count:
        unknown = hospitals.filter(pc.is_null(place))[0].as_py()
        raise Fault(LEVEL_NEEDED, field="level", value=unknown)
    found = pc.take(pa.array([levels[name] for name in known], pa.int64()), place)
    return _ints(pc.fill_null(found, UNKNOWN))


def _fees(table: pa.Table, cost: Ints, keep: Flags) -> tuple[Ints | None, int]:
    if any(name not in table.schema.names for name in FEES):
        return None, 0
    columns = [_fen(table, name) for name in FEES]
    usable = np.logical_and.reduce([known & (fee >= 0) & (fee <= cost) for fee, known in columns])
    fees = np.stack([fee for fee, _ in columns], axis=1)
    usable &= np.where(usable[:, None], fees, 0).sum(axis=1) <= cost
    fees[~usable] = UNKNOWN
    unusable = int((~usable[keep]).sum())
    return (fees[keep], unusable) if unusable < int(keep.sum()) else (None, 0)


def text_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as trimmed text; unknown, and a column that is not there, is the empty text."""
    if name not in table.schema.names:
        return pa.chunked_array([pa.repeat(pa.scalar("", pa.string()), table.num_rows)])
    return pc.utf8_trim_whitespace(pc.fill_null(table[name].cast(pa.string()), ""))


def fen_column(table: pa.Table, name: str) -> Ints:
    """A money column in whole fen; -1 where unknown, and for a column that is not there."""
    if name not in table.schema.names:
        return np.full(table.num_rows, UNKNOWN, dtype=np.int64)
    return _fen(table, name)[0]


def _fen(table: pa.Table, name: str) -> tuple[Ints, Flags]:
    """A money column in whole fen (-1 where unknown), and where it is known."""
    column = table[name]
    known = _flags(pc.is_valid(column))
    return _ints(pc.fill_null(pc.multiply(column, _HUNDRED).cast(pa.int64()), UNKNOWN)), known


def whole_column(table: pa.Table, name: str) -> Ints:
    """A column of whole numbers; -1 where unknown, and for a column that is not there."""
    if name not in table.schema.names:
        return np.full(table.num_rows, UNKNOWN, dtype=np.int64)
    return _ints(pc.fill_null(table[name], UNKNOWN))


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64).copy()


def _flags(column: pa.ChunkedArray) -> Flags:
    return np.asarray(column.to_numpy(), dtype=np.bool_)
