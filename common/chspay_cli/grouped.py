"""The output of ``chspay group``: what came in, with the answer columns replaced by the new answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from chspay_core.casting import typed
from chspay_core.tables import ANSWER_COLUMNS
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.given import READ


@dataclass(frozen=True, slots=True)
class Grouped:
    """Output rows; how many rows each answer has; per column, cells that could not be given a type."""

    batch: pa.RecordBatch
    tally: np.ndarray
    unreadable: Counter[str]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns the output holds: only ``case_id`` and answers, or all; canonical types or as read."""

    answers_only: bool = False
    make_typed: bool = False


def needed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Only what grouping reads: a column named like an answer is never looked at."""
    return batch.select([name for name in READ if name in batch.schema.names])


def grouped(batch: pa.RecordBatch, grouper: BatchGrouper, shape: Shape) -> Grouped:
    """Group a batch.

    :raises Fault: COLUMN_MISSING, COLUMN_TYPE.
    """
    return shaped(batch, grouper.numbers(needed(batch)), grouper, shape)


def shaped(batch: pa.RecordBatch, numbers: np.ndarray, grouper: BatchGrouper, shape: Shape) -> Grouped:
    """The output of a batch whose answers are known by number."""
    unreadable: Counter[str] = Counter()
    kept = [name for name in batch.schema.names if name not in ANSWER_COLUMNS]
    batch = batch.select(["case_id"] if shape.answers_only else kept)
    if shape.make_typed:
        batch, bad = typed(batch)
        unreadable.update({name: len(rows) for name, rows in bad.items()})
    answers = grouper.encoded(numbers)
    # Said to be never null, the columns are written without their gaps being looked for.
    told = [pa.field(name, column.type, nullable=False) for name, column in answers.items()]
    schema = pa.schema([*batch.schema, *told])
    rows = pa.RecordBatch.from_arrays([*batch.columns, *answers.values()], schema=schema)
    return Grouped(rows, np.bincount(numbers, minlength=grouper.size), unreadable)


def output_schema(schema: pa.Schema, grouper: BatchGrouper, shape: Shape) -> pa.Schema:
    """The schema readers of the output see; a missing or hopeless column is told here, before any work.

    :raises Fault: COLUMN_MISSING, COLUMN_TYPE.
    """
    return plain_answers(grouped(pa.RecordBatch.from_pylist([], schema=schema), grouper, shape).batch.schema)


def plain_answers(encoded: pa.Schema) -> pa.Schema:
    """The schema readers see: answers are text, however they are encoded."""
    return pa.schema(
        [field.with_type(pa.string()) if field.name in ANSWER_COLUMNS else field for field in encoded]
    )
