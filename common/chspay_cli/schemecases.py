"""Cases and weights beside a scheme: what diff, lint and stats read of files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from chspay_cli.casefile import open_cases
from chspay_core.amounts import decimal_text
from chspay_core.casting import typed
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import LIST_SEPARATOR
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.normalise import canonical_code
from chspay_grouper.engine.scheme import Scheme

WEIGHT_COLUMNS = Reason(
    "WEIGHT_COLUMNS", Kind.INVALID, "权重表“{value}”应有病组编码列（{codes}）和权重列（{weights}）。"
)
WEIGHT_TWICE = Reason("WEIGHT_TWICE", Kind.INVALID, "权重表第{row}行的病组{value}已有权重。")

_CODES = ("code", "drg", "DRG编码", "DRG", "病组编码")
_WEIGHTS = ("weight", "权重", "基准权重")
#: Of a table that ``chspay weights`` wrote: rows of DRGs, without the rows of single hospital levels.
_OWN_KIND = "drg"


def read_weights(path: Path) -> dict[str, Decimal]:
    """Weight by group from a table (.csv, .csv.gz, .parquet).

    :raises Fault: WEIGHT_COLUMNS, WEIGHT_TWICE, and the reasons of reading.
    """
    opened = open_cases(path)
    names = opened.schema.names
    code = next((name for name in _CODES if name in names), "")
    weight = next((name for name in _WEIGHTS if name in names), "")
    if not (code and weight):
        raise Fault(
            WEIGHT_COLUMNS,
            field="--weights",
            value=path.name,
            codes="、".join(_CODES),
            weights="、".join(_WEIGHTS),
        )
    found: dict[str, Decimal] = {}
    row_number = 1
    for batch in opened.batches:
        for row in batch.to_pylist():
            row_number += 1
            other = (row.get("kind") or _OWN_KIND) != _OWN_KIND
            if other or row.get("level"):
                continue
            name = str(row[code] or "").strip()
            if name in found:
                raise Fault(WEIGHT_TWICE, field="--weights", value=name, row=row_number)
            found[name] = decimal_text(str(row[weight]).strip(), "权重")
    return found


class Answered:
    """A batch of cases and its answers under some schemes."""

    def __init__(self, batch: pa.RecordBatch, answers: list[dict[str, pa.Array]]) -> None:
        self.batch = batch
        self.answers = answers

    @property
    def ids(self) -> pa.Array:
        """Case ids as text."""
        return self.batch.column("case_id").cast(pa.string())

    def texts(self, name: str) -> list[str]:
        """A column as text, empty where unknown or absent."""
        if name not in self.batch.schema.names:
            return [""] * self.batch.num_rows
        return [str(value or "") for value in self.batch.column(name).to_pylist()]

    def costs_fen(self) -> list[int | None]:
        """Total cost, fen; ``None`` where unknown or unreadable."""
        if "total_cost" not in self.batch.schema.names:
            return [None] * self.batch.num_rows
        column = typed(self.batch.select(["total_cost"]))[0].column(0)
        return [None if value is None else int(value.scaleb(2)) for value in column.to_pylist()]


def answered(path: Path, *schemes: Scheme) -> Iterator[Answered]:
    """Every batch of a case file, grouped by each scheme.

    :raises Fault: the file cannot be read, or lacks a column every case needs.
    """
    groupers = [BatchGrouper(Grouper(scheme)) for scheme in schemes]
    for batch in open_cases(path).batches:
        check_columns(batch.schema)
        needed = batch.select([name for name in READ if name in batch.schema.names])
        yield Answered(batch, [grouper.columns(grouper.numbers(needed)) for grouper in groupers])


def principal(codes: object) -> str:
    """The first code of a cell of diagnoses, as a list or joined by ``|``; empty when there is none."""
    parts = codes if isinstance(codes, list) else str(codes or "").split(LIST_SEPARATOR)
    return canonical_code(str(parts[0] or "")) if parts else ""
