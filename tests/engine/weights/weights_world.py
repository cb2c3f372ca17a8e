"""Cases and rules for tests of weights: rows in yuan become the table the engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa
from settlement_rules import policy_of

from chspay_core.tables import CASE_SCHEMA
from chspay_grouper.engine.weights.cases import take_cases
from chspay_grouper.engine.weights.measure import measure_weights
from chspay_grouper.engine.weights.model import Measured
from chspay_grouper.engine.weights.terms import WeightTerms

ON = date(2026, 1, 1)
RULES: dict[str, object] = {
    "points.trim": "none@1",
    "points.quantile": "linear",
    "points.year_method": "all_alike@1",
    "points.year_weights": [
        {"year_back": "3", "weight": "1"},
        {"year_back": "2", "weight": "2"},
        {"year_back": "1", "weight": "7"},
    ],
    "weights.adjust_method": "none@1",
    "weights.level_method": "none@1",
    "weights.no_coefficient": "none@1",
    "tcm.method": "none@1",
}
SCHEMA = pa.schema([pa.field("drg", pa.string()), pa.field("status", pa.string()), *CASE_SCHEMA])
MONEY = ("total_cost", "fee_drug", "fee_consumable", "fee_test", "fee_service", "tcm_cost")


def terms_of(changes: Mapping[str, object] | None = None, *, without: tuple[str, ...] = ()) -> WeightTerms:
    """The complete rules above with some replaced or left out."""
    return WeightTerms.read(policy_of({**RULES, **(changes or {})}, on=ON, without=without))


def table_of(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Rows as the engine's table; money is plain yuan text or a whole number of fen as ``int``."""
    held = [dict(row) for row in rows]
    used = [name for name in SCHEMA.names if any(name in row for row in held)]
    for row in held:
        for name in MONEY:
            if row.get(name) is not None:
                row[name] = _yuan(row[name])
    return pa.Table.from_pylist(held, schema=pa.schema([SCHEMA.field(name) for name in used]))


def _yuan(value: object) -> Decimal:
    return Decimal(value).scaleb(-2) if isinstance(value, int) else Decimal(str(value))


def measured_of(
    rows: Iterable[Mapping[str, object]],
    changes: Mapping[str, object] | None = None,
    levels: Mapping[str, int] | None = None,
) -> Measured:
    """The weights of these rows under these rules."""
    terms = terms_of(changes)
    return measure_weights(take_cases(table_of(rows), terms, levels or {}), terms)
