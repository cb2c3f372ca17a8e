"""A roster checked, attributed and its quotas worked out on this machine: the offline trial of capitation.

Row groups of the file are shared out among threads; what is kept of each row lies in Arrow files of a folder,
so memory stays bounded whatever the roster's length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from chspay_capitation.engine.budget import budgets, check_period
from chspay_capitation.engine.checks import (
    Placed,
    Places,
    Report,
    check_persons,
    check_rows,
    keys_of,
    repeated,
    suspects,
)
from chspay_capitation.engine.columnar import UNIT_SCHEMA, Terms, units_of
from chspay_capitation.engine.quota import Quotas, Tally, quotas
from chspay_capitation.engine.roster import normalised, spells_of
from chspay_cli.casefile import open_cases
from chspay_cli.rowgroups import RowGroups
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet

#: Rows worked on at once by a thread.
_SLICE_ROWS = 1 << 18
#: Rows of one part, so that a message to the service stays far below its limit.
_PART_ROWS = 1 << 16

Load = Callable[[], list[pa.RecordBatch]]


class Trial(NamedTuple):
    """What a trial found: the report of the check, and of a sound roster its heads, budgets and quotas."""

    report: Report
    tally: Tally
    budgets: dict[str, int]
    quotas: Quotas
    sheet: Worksheet


class _Piece(NamedTuple):
    """What is left of one load: its report, the key prefixes of its rows, its tally and its files."""

    report: Report
    keys: list[np.ndarray]
    tally: Tally
    files: list[Path]


@dataclass(slots=True)
class _Seen:
    """What all loads add up to."""

    report: Report = field(default_factory=Report)
    keys: list[np.ndarray] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    files: list[Path] = field(default_factory=list)

    def add(self, piece: _Piece) -> None:
        """Takes up one load."""
        self.report.rows += piece.report.rows
        self.report.counts.update(piece.report.counts)
        self.report.shown += piece.report.shown
        self.keys += piece.keys
        self.tally.merge(piece.tally)
        self.files += piece.files


def try_roster(
    path: Path,
    as_of: date,
    given: Terms,
    sums: Mapping[str, int],
    policy: Policy,
    folder: Path,
    *,
    places: Places,
    threads: int,
) -> Trial:
    """Checks, attributes and splits; an unsound roster ends with its report and no quota.

    :param as_of: last day of the roster.
    :param sums: fen by insurance, where the policy wants them decided elsewhere.
    :param folder: an empty folder for what is kept of each row.
    :param places: the known places of the pool.
    :raises Fault: FILE_*, ROSTER_COLUMN_*, CAPITATION_*, POLICY_*.
    """
    seen = _Seen()
    work = partial(_work, places=places, as_of=as_of, given=given, folder=folder)
    for piece in _shared(_loads(path), work, threads):
        seen.add(piece)
    _compare(path, seen, repeated(seen.keys), places, as_of)
    sheet = Worksheet("人头包干总额")
    if not seen.report.sound:
        return Trial(seen.report, Tally(), {}, Quotas({}, {}), sheet)
    seen.keys.clear()
    seen.tally.refuse_unplaced()
    year_days = check_period(given.stretches.since, given.stretches.until)
    found = budgets(seen.tally, sums, year_days, policy, sheet)
    split = quotas(seen.tally, found, len(seen.files), lambda number: _read(seen.files[number]))
    return Trial(seen.report, seen.tally, found, split, sheet)


def parts_of(path: Path) -> Iterator[bytes]:
    """A roster as Arrow streams of some thousand rows, to be sent part by part.

    :raises Fault: FILE_*.
    """
    for load in _loads(path):
        for batch in load():
            for start in range(0, batch.num_rows, _PART_ROWS):
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, batch.schema) as writer:
                    writer.write_batch(batch.slice(start, _PART_ROWS))
                yield bytes(sink.getvalue().to_pybytes())


def _loads(path: Path) -> Iterator[Load]:
    if path.name.lower().endswith(".parquet"):
        yield from RowGroups(path).loads()
        return
    for batch in open_cases(path).batches:
        yield partial(list, [batch])


def _shared(loads: Iterator[Load], work: Callable[[int, Load], _Piece], threads: int) -> Iterator[_Piece]:
    """The pieces in the order of the loads, some at work and no more than that read ahead."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[_Piece]] = deque()
        for number, load in enumerate(loads):
            waiting.append(pool.submit(work, number, load))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _work(number: int, load: Load, *, places: Places, as_of: date, given: Terms, folder: Path) -> _Piece:
    piece, row = _Piece(Report(), [], Tally(), []), 0
    for batch in load():
        for start in range(0, batch.num_rows, _SLICE_ROWS):
            rows, broken = normalised(batch.slice(start, _SLICE_ROWS))
            sound = check_rows(piece.report, rows, broken, places, as_of, number, row)
            row += rows.num_rows
            piece.keys.append(keys_of(rows, sound))
            if not piece.report.sound:
                continue
            units = units_of(rows, given)
            piece.tally.add(units)
            file = folder / f"{number}-{row}.arrow"
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, UNIT_SCHEMA) as writer:
                writer.write_batch(units)
            piece.files.append(file)
    return piece


def _read(file: Path) -> pa.RecordBatch:
    return pa.ipc.open_file(pa.memory_map(str(file))).get_batch(0)


def _compare(path: Path, seen: _Seen, among: np.ndarray, places: Places, as_of: date) -> None:
    """Reads the file again for those who appear twice, and holds their rows together."""
    placed: list[Placed] = []
    if len(among):
        for number, load in enumerate(_loads(path)):
            row = 0
            for batch in load():
                rows, broken = normalised(batch)
                sound = check_rows(Report(), rows, broken, places, as_of, number, row)
                twice = suspects(rows, among, sound)
                spells = spells_of(rows.take(pa.array(twice)))
                placed += [
                    Placed(spell, number, row + int(at)) for spell, at in zip(spells, twice, strict=True)
                ]
                row += rows.num_rows
    check_persons(seen.report, placed)
