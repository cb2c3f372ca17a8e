"""Grouping a whole file: work to processes or threads and back, in order, with bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from chspay_cli.grouped import Grouped, Shape, needed
from chspay_cli.rowgroups import group_batches
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import load_scheme

#: Reads some batches when called, in the thread that calls it.
Load = Callable[[], list[pa.RecordBatch]]
#: A batch and, per row, the number of its answer.
Numbered = tuple[pa.RecordBatch, np.ndarray]


@dataclass(slots=True)
class _Process:
    """What a worker process keeps between batches."""

    ready: BatchGrouper | None = None


_HERE = _Process()


@contextmanager
def grouping(
    batch_grouper: BatchGrouper, content: bytes, codemap: CodeMap | None, jobs: int
) -> Iterator[Callable[[Iterator[pa.RecordBatch]], Iterator[Numbered]]]:
    """A function from batches to numbered batches, in the same order, on ``jobs`` processes.

    :param content: the scheme's canonical form, from which each worker builds its own grouper.
    """
    if jobs <= 1:
        yield lambda batches: ((batch, batch_grouper.numbers(needed(batch))) for batch in batches)
        return
    fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if fork else "spawn")
    _HERE.ready = batch_grouper if fork else None  # a forked worker inherits the compiled scheme
    with ProcessPoolExecutor(jobs, context, _start, (content, codemap)) as pool:
        # Workers start before any file is open or any reading thread exists.
        pool.submit(_ready).result()
        yield lambda batches: _through(pool, batches, jobs)


def in_threads(loads: Iterable[Load], grouper: BatchGrouper, shape: Shape, jobs: int) -> Iterator[Grouped]:
    """Everything ``loads`` read, grouped, in the same order, by a grouper that threads may share."""
    waiting: deque[Future[list[Grouped]]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for load in loads:
                waiting.append(pool.submit(group_batches, load, grouper, shape))
                if len(waiting) > jobs:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _through(pool: ProcessPoolExecutor, batches: Iterator[pa.RecordBatch], jobs: int) -> Iterator[Numbered]:
    waiting: deque[tuple[pa.RecordBatch, Future[bytes]]] = deque()
    for batch in batches:
        waiting.append((batch, pool.submit(_number, needed(batch))))
        if len(waiting) > 2 * jobs:
            yield _done(*waiting.popleft())
    while waiting:
        yield _done(*waiting.popleft())


def _done(batch: pa.RecordBatch, numbers: Future[bytes]) -> Numbered:
    return batch, np.frombuffer(numbers.result(), dtype=np.int32)


def _start(content: bytes, codemap: CodeMap | None) -> None:
    if _HERE.ready is None:
        _HERE.ready = BatchGrouper(Grouper(load_scheme(content)), codemap)


def _ready() -> bool:
    return _HERE.ready is not None


def _number(batch: pa.RecordBatch) -> bytes:
    if _HERE.ready is None:
        raise RuntimeError("the worker was not started")
    return _HERE.ready.numbers(batch).tobytes()
