"""What every replay bundle holds besides its cases, put into whatever collects its members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa

from chspay_core.policy import Policy
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns
from chspay_settlement.engine.replay import bundle
from chspay_settlement.engine.replay.bundle import Expected
from chspay_settlement.engine.replay.cases import BLOCK, INPUT_SCHEMA, MARK_SCHEMA, PAID_SCHEMA
from chspay_settlement.engine.replay.month import MonthFacts, Payments
from chspay_settlement.engine.replay.results import Results
from chspay_settlement.engine.replay.year import Again, YearGiven


class Target(Protocol):
    """Collects the members of a bundle."""

    def put(self, name: str, content: bytes) -> None:
        """A member."""

    def put_rows(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """A table."""


def put_month(
    target: Target,
    facts: MonthFacts,
    policy: Policy,
    policy_content: bytes,
    payments: Payments,
    *,
    table: bytes | None = None,
    artefacts: Mapping[str, bytes] = MappingProxyType({}),
    prefix: str = "",
) -> None:
    """What a month's run was given besides its cases.

    :param table: the group table it was given; left out, a replay makes it again.
    :param artefacts: measured coefficients and the weight table it was given, by the name of the member.
    """
    methods = bundle.methods_of(policy, facts.rules_used)
    given = bundle.month_json(facts)
    target.put(prefix + bundle.RUN, bundle.run_content(bundle.MONTH, facts.run_id, methods, given))
    _put_law(target, prefix, policy_content, table, artefacts)
    target.put_rows(
        prefix + bundle.HOSPITALS, bundle.HOSPITAL_SCHEMA, [bundle.hospital_rows(payments.places)]
    )
    target.put_rows(prefix + bundle.LINES, bundle.LINE_SCHEMA, [bundle.line_rows(payments.paying)])
    target.put_rows(prefix + bundle.HOLDS, bundle.HOLD_SCHEMA, [bundle.hold_rows(payments.paying)])


def put_year(
    target: Target,
    given: YearGiven,
    policy: Policy,
    policy_content: bytes,
    *,
    again: Iterable[Again] = (),
    table: bytes | None = None,
    artefacts: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """What a year was given besides its cases; with ``again``, the re-clearing that is last of them."""
    methods = bundle.methods_of(policy, given.rules_used)
    kind, clearing, more = bundle.YEAR, given.clearing_id, dict[str, Any]()
    rows = list(again)
    if rows:
        kind, clearing = bundle.RECLEAR, rows[-1].reclear_id
        more = {"again": bundle.again_json(rows)}
    content = bundle.run_content(kind, clearing, methods, bundle.year_json(given), **more)
    target.put(bundle.RUN, content)
    _put_law(target, "", policy_content, table, artefacts)
    target.put_rows(bundle.HOSPITALS, bundle.HOSPITAL_SCHEMA, [bundle.hospital_rows(given.places)])


def _put_law(
    target: Target, prefix: str, policy: bytes, table: bytes | None, artefacts: Mapping[str, bytes]
) -> None:
    target.put(prefix + bundle.POLICY, policy)
    if table is not None:
        target.put(prefix + bundle.TABLE, table)
    for name, content in artefacts.items():
        target.put(prefix + name, content)


def put_marks(target: Target, marks: Mapping[tuple[str, str], tuple[Mark, ...]], prefix: str = "") -> None:
    """The marks of cases, by hospital and case."""
    rows = [(*key, *mark) for key in sorted(marks) for mark in marks[key]]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(MARK_SCHEMA)
    arrays = [pa.array([str(cell) for cell in column], pa.string()) for column in columns]
    batch = pa.RecordBatch.from_arrays(arrays, schema=MARK_SCHEMA)
    target.put_rows(prefix + bundle.MARKS, MARK_SCHEMA, [batch])


def put_expected(target: Target, expected: Expected, outputs: Mapping[str, bytes], prefix: str = "") -> None:
    """The outputs and the digests of everything; what cases were paid is put by whoever has it."""
    target.put(prefix + bundle.EXPECTED, expected.content())
    names, contents = list(outputs), list(outputs.values())
    arrays = [pa.array(names, pa.string()), pa.array(contents, pa.binary())]
    batch = pa.RecordBatch.from_arrays(arrays, schema=bundle.OUTPUT_SCHEMA)
    target.put_rows(prefix + bundle.EXPECTED_OUTPUTS, bundle.OUTPUT_SCHEMA, [batch])


def put_results(target: Target, results: Results, prefix: str = "") -> None:
    """What a clearing in memory came to."""
    expected = Expected(results.digests(), results.paid_digests())
    put_expected(target, expected, results.outputs, prefix)
    target.put_rows(prefix + bundle.EXPECTED_CASES, PAID_SCHEMA, results.paid.batches())


def put_cases(target: Target, columns: Columns, prefix: str = "") -> None:
    """The cases of a clearing in memory, with their marks."""
    target.put_rows(prefix + bundle.CASES, INPUT_SCHEMA, rows_of(columns))
    marked = columns.inputs(sorted(columns.marks))
    put_marks(target, {(inp.hospital_code, inp.case_id): inp.marks for inp in marked}, prefix)


def rows_of(columns: Columns, bills: Any = None) -> Iterator[pa.RecordBatch]:
    """Columns as rows of :data:`INPUT_SCHEMA`, a block at a time.

    :param bills: the fund's bill of every case, for a year.
    """
    for start in range(0, len(columns), BLOCK):
        part = slice(start, min(start + BLOCK, len(columns)))
        found = {
            "case_id": columns.case_id.slice(start, part.stop - start).combine_chunks(),
            "hospital_code": _spelt(columns.hospital, part),
            "drg": _spelt(columns.drg, part),
            "status": _spelt(columns.status, part),
            "department": _spelt(columns.department, part),
            "bill_fen": pa.nulls(part.stop - start, pa.int64()) if bills is None else _whole(bills[part]),
        }
        for name in ("level", "los_days", "cost_fen", "patient_fen"):
            found[name] = _whole(getattr(columns, name)[part])
        yield pa.RecordBatch.from_arrays([found[name] for name in INPUT_SCHEMA.names], schema=INPUT_SCHEMA)


def _spelt(column: Coded, part: slice) -> pa.Array:
    return pa.array(column.texts, pa.string()).take(pa.array(column.codes[part]))


def _whole(numbers: Any) -> pa.Array:
    return pa.array(numbers, mask=numbers == UNKNOWN)
