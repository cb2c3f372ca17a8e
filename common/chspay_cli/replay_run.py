"""Does the clearing of a replay bundle again with this program's engine, and compares every byte."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_core import ENGINE_VERSION
from chspay_core.bundle import Bundle
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.weight_table import load_weight_table
from chspay_kit.machinecode import keep_machine_code
from chspay_kit.package import Package

if TYPE_CHECKING:
    from chspay_settlement.engine.coefficient.source import Coefficients
    from chspay_settlement.engine.columnar.columns import Columns, Each
    from chspay_settlement.engine.model import GroupTable
    from chspay_settlement.engine.replay.bundle import Expected
    from chspay_settlement.engine.replay.month import Routed
    from chspay_settlement.engine.replay.results import Place, Results

KIND_UNKNOWN = Reason(
    "REPLAY_KIND_UNKNOWN",
    Kind.PRECONDITION,
    "重放包是“{value}”，本程序（{found}）不认识，请用版本 {needed} 重放。",
)
NEEDS_VERSION = Reason(
    "REPLAY_NEEDS_VERSION",
    Kind.PRECONDITION,
    "这次清算由版本 {value} 完成，本程序是 {found}，不能重放（{why}）。请用版本 {value} 重放。",
)
_REPEATING = ("hospital_code", "drg", "status", "department")


@dataclass(frozen=True, slots=True)
class Done:
    """One clearing done again: what was compared, and the first place that differs, if any."""

    kind: str
    clearing: str
    #: Version of the engine that cleared it first.
    engine: str
    cases: int
    outputs: int
    #: SM3 over all statements in hospital order, as stored and as they came out now.
    stored: str
    found: str
    place: Place | None

    @property
    def same(self) -> bool:
        """Whether every byte came out again."""
        return self.place is None


class Part:
    """The members of one clearing within a bundle."""

    def __init__(self, package: Package, prefix: str = "") -> None:
        self._package, self._prefix = package, prefix

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return self._prefix + name in self._package.names

    def read(self, name: str) -> bytes:
        """A member's bytes."""
        return self._package.read(self._prefix + name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A small table, row by row."""
        rows: list[dict[str, Any]] = pq.read_table(pa.BufferReader(self.read(name))).to_pylist()
        return rows

    def group(self, name: str, number: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        """One row group of a table."""
        return _group(self._package.path(self._prefix + name), number, columns)

    def groups(self, name: str, each: Each, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """A large table, a row group at a time, in order."""
        # Laid out as a file here: threads then read that file, not the package.
        path = self._package.path(self._prefix + name)
        with pq.ParquetFile(path, memory_map=True) as file:
            numbers = range(file.metadata.num_row_groups)
        yield from each(lambda number: _group(path, number, columns), numbers)


def _group(path: Path, number: int, columns: Sequence[str] | None) -> pa.RecordBatch:
    repeating = [name for name in _REPEATING if columns is not None and name in columns]
    with pq.ParquetFile(path, memory_map=True, read_dictionary=repeating) as file:
        table = file.read_row_group(number, columns=columns, use_threads=False).combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def replay_bundle(package: Package, jobs: int | None = None) -> Iterator[Done]:
    """Every clearing of a bundle done again, one after the other.

    :param jobs: threads; as many as there are processors when None.
    :raises Fault: REPLAY_BUNDLE_BROKEN, REPLAY_KIND_UNKNOWN, REPLAY_NEEDS_VERSION, and what stops a clearing.
    """
    keep_machine_code()
    from chspay_settlement.engine.replay import bundle

    run = bundle.parsed(package.read(bundle.RUN), bundle.RUN)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        if run.get("kind") != bundle.PERIOD:
            yield _one(Part(package), run, pool.map)
            return
        for prefix in run["parts"]:
            part = Part(package, prefix)
            yield _one(part, bundle.parsed(part.read(bundle.RUN), prefix + bundle.RUN), pool.map)


def _one(part: Part, run: dict[str, Any], each: Each) -> Done:
    from chspay_settlement.engine.replay import bundle

    kind, given = run.get("kind"), run.get("given", {})
    engine = str(given.get("engine", ""))
    works = {bundle.MONTH: _month, bundle.YEAR: _year, bundle.RECLEAR: _year}
    if run.get("format") != bundle.FORMAT or kind not in {*works, bundle.TRIAL}:
        raise Fault(KIND_UNKNOWN, value=kind, found=ENGINE_VERSION, needed=engine)
    try:
        if kind == bundle.TRIAL:
            return _trial(part, str(run.get("clearing", "")), engine, each)
        results = works[kind](part, run, each)
    except Fault as fault:
        if engine == ENGINE_VERSION:
            raise
        raise Fault(NEEDS_VERSION, value=engine, found=ENGINE_VERSION, why=fault.message) from fault
    expected = bundle.expected_of(part.read(bundle.EXPECTED))
    return Done(
        kind=kind,
        clearing=str(run.get("clearing", "")),
        engine=engine,
        cases=len(results.paid.points),
        outputs=len(results.outputs),
        stored=_statements_digest(part),
        found=sm3_hex_of(_statements(results.outputs)),
        place=_difference(part, results, expected),
    )


def _trial(part: Part, clearing: str, engine: str, each: Each) -> Done:
    """An offline trial: its files written again and compared."""
    from chspay_cli.replay_trial import RUN_FILE, first_trial_difference, replay_trial
    from chspay_settlement.engine.replay import bundle

    expected = bundle.expected_of(part.read(bundle.EXPECTED)).outputs
    columns = _columns(part, each)
    digests, small = replay_trial(part, columns, each)
    return Done(
        kind=bundle.TRIAL,
        clearing=clearing,
        engine=engine,
        cases=len(columns),
        outputs=len(digests),
        stored=expected.get(RUN_FILE, ""),
        found=digests[RUN_FILE],
        place=first_trial_difference(part, expected, digests, small),
    )


def _statements(outputs: Any) -> Iterator[bytes]:
    from chspay_settlement.engine.replay.results import EFFECT, STATEMENT

    effects = any(name.startswith(EFFECT) for name in outputs)
    wanted = EFFECT if effects else STATEMENT
    return (outputs[name] for name in sorted(outputs) if name.startswith(wanted))


def _statements_digest(part: Part) -> str:
    from chspay_settlement.engine.replay import bundle

    return sm3_hex_of(
        _statements({row["name"]: row["content"] for row in part.rows(bundle.EXPECTED_OUTPUTS)})
    )


def _law(part: Part, day: date, scheme_digest: str) -> tuple[Policy, GroupTable | None, Coefficients | None]:
    """The policy, the group table and the measured coefficients that the clearing was given."""
    from chspay_settlement.engine.case.terms import Terms
    from chspay_settlement.engine.coefficient.methods import coefficients_of
    from chspay_settlement.engine.coefficient.table import coefficient_table_of
    from chspay_settlement.engine.groups.table_content import table_of
    from chspay_settlement.engine.groups.weight_table import published
    from chspay_settlement.engine.replay import bundle

    policy = Bundle.parse(part.read(bundle.POLICY)).on(day)
    table = table_of(part.read(bundle.TABLE)) if part.has(bundle.TABLE) else None
    if part.has(bundle.WEIGHTS):
        weights = load_weight_table(part.read(bundle.WEIGHTS))
        table = published(weights, Terms.read(policy), scheme_digest)
    coefficients = None
    if part.has(bundle.COEFFICIENTS):
        coefficients = coefficients_of(policy, coefficient_table_of(part.read(bundle.COEFFICIENTS)))
    return policy, table, coefficients


def _columns(part: Part, each: Each) -> Columns:
    from chspay_settlement.engine.replay import bundle, cases

    marks = cases.marks_of_rows(part.rows(bundle.MARKS))
    names = [name for name in cases.INPUT_SCHEMA.names if name != "bill_fen"]
    return cases.columns_of(part.groups(bundle.CASES, each, names), marks)


def _month(part: Part, run: dict[str, Any], each: Each) -> Results:
    from chspay_settlement.engine.replay import bundle
    from chspay_settlement.engine.replay.month import replay_month

    facts = bundle.month_facts(run["given"])
    policy, table, coefficients = _law(part, facts.month.last, facts.scheme_digest)
    payments = bundle.payments_of(
        part.rows(bundle.HOSPITALS), part.rows(bundle.LINES), part.rows(bundle.HOLDS)
    )
    columns = _columns(part, each)
    return replay_month(
        facts, policy, columns, payments, table=table, coefficients=coefficients, routes=_routes(part),
        each=each,
    )  # fmt: skip


def _routes(part: Part) -> Routed | None:
    """How cases were paid that did not simply go to their group."""
    from chspay_settlement.engine.replay import bundle
    from chspay_settlement.engine.replay.month import Routed

    if not part.has(bundle.ROUTES):
        return None
    bed_days = part.read(bundle.BED_DAYS) if part.has(bundle.BED_DAYS) else b""
    return Routed(part.read(bundle.ROUTES), bed_days)


def _year(part: Part, run: dict[str, Any], each: Each) -> Results:
    import numpy as np

    from chspay_settlement.engine.replay import bundle, cases
    from chspay_settlement.engine.replay.results import Results
    from chspay_settlement.engine.replay.year import replay_reclear, replay_year

    given = bundle.year_given(run["given"], bundle.places_of(part.rows(bundle.HOSPITALS)))
    policy, table, coefficients = _law(part, date(given.year, 12, 31), given.scheme_digest)
    bills = [cases.whole_column(batch.column(0)) for batch in part.groups(bundle.CASES, each, ["bill_fen"])]
    settled = None
    if part.has(bundle.SETTLED):
        settled = cases.points_of_rows(part.groups(bundle.SETTLED, each))
    done = replay_year(
        given, policy, _columns(part, each), np.concatenate([np.empty(0, np.int64), *bills]),
        settled=settled, table=table, coefficients=coefficients, each=each,
    )  # fmt: skip
    if run["kind"] == bundle.YEAR:
        return done.results
    effects = replay_reclear(done, given, bundle.again_of(run["again"]), policy)
    return Results({**done.results.outputs, **effects}, done.results.paid)


def _difference(part: Part, results: Results, expected: Expected) -> Place | None:
    """The first place, in the order of working out, where the replay is not what was stored."""
    from chspay_settlement.engine.replay.results import EFFECT, LEDGER, STATEMENT, first_difference

    found = results.digests()
    names = list(dict.fromkeys([*expected.outputs, *found]))
    late = [name for name in names if name.startswith((STATEMENT, EFFECT, LEDGER))]
    for name in [name for name in names if name not in late]:
        if expected.outputs.get(name) != found.get(name):
            return first_difference(name, _stored(part, name), results.outputs.get(name))
    place = _paid_difference(part, results, expected)
    if place is not None:
        return place
    for name in late:
        if expected.outputs.get(name) != found.get(name):
            return first_difference(name, _stored(part, name), results.outputs.get(name))
    return None


def _stored(part: Part, name: str) -> bytes | None:
    from chspay_settlement.engine.replay import bundle

    rows = part.rows(bundle.EXPECTED_OUTPUTS)
    return next((row["content"] for row in rows if row["name"] == name), None)


def _paid_difference(part: Part, results: Results, expected: Expected) -> Place | None:
    from chspay_settlement.engine.replay import bundle
    from chspay_settlement.engine.replay.results import Place, first_paid_difference, unequal

    number = next(unequal(expected.cases, results.paid_digests()), None)
    if number is None:
        return None
    found = next((batch for at, batch in enumerate(results.paid.batches()) if at == number), None)
    if found is None or number >= len(expected.cases):
        return Place(f"cases/{number}", "病例数", str(len(expected.cases)), str(len(results.paid_digests())))
    names = part.group(bundle.CASES, number, ["hospital_code", "case_id"])
    return first_paid_difference(number, names, part.group(bundle.EXPECTED_CASES, number), found)
