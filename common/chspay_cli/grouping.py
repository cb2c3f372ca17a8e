"""Grouping a whole file: work to processes or threads and back, in order, with bounded memory."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from chspay_cli.grouped import Grouped, Shape, needed
from chspay_cli.rowgroups import group_batches
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import load_scheme

T = TypeVar("T")
#: Reads some batches when called, in the thread that calls it.
Load = Callable[[], list[pa.RecordBatch]]
#: A batch and, per row, the number of its answer.
Numbered = tuple[pa.RecordBatch, np.ndarray]


#: What a worker does with a batch; what it answers travels back between processes.
Work = Callable[[pa.RecordBatch], T]


@dataclass(slots=True)
class _Process:
    """What a worker process keeps between batches."""

    work: Work[Any] | None = None


_HERE = _Process()


@contextmanager
def in_processes(
    work: Work[T], build: Callable[..., Work[T]], given: tuple[object, ...], jobs: int
) -> Iterator[Callable[[Iterable[pa.RecordBatch]], Iterator[T]]]:
    """A function from batches to what ``work`` makes of each, in the same order, on ``jobs`` processes.

    :param build: makes ``work`` anew from ``given``, where a worker cannot inherit it.
    """
    if jobs <= 1:
        yield lambda batches: map(work, batches)
        return
    fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if fork else "spawn")
    _HERE.work = work if fork else None  # a forked worker inherits what is compiled
    with ProcessPoolExecutor(jobs, context, _start, (build, given)) as pool:
        # Workers start before any file is open or any reading thread exists.
        pool.submit(_ready).result()
        yield lambda batches: _through(pool, batches, jobs)


@contextmanager
def grouping(
    batch_grouper: BatchGrouper, content: bytes, codemap: CodeMap | None, jobs: int
) -> Iterator[Callable[[Iterator[pa.RecordBatch]], Iterator[Numbered]]]:
    """A function from batches to numbered batches, in the same order, on ``jobs`` processes.

    :param content: the scheme's canonical form, from which each worker builds its own grouper.
    """
    with in_processes(_numbering(batch_grouper), _build_numbering, (content, codemap), jobs) as through:

        def numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[Numbered]:
            held: deque[pa.RecordBatch] = deque()
            for numbers in through(kept(batches, held, needed)):
                yield held.popleft(), np.frombuffer(numbers, dtype=np.int32)

        yield numbered


def kept(
    batches: Iterable[pa.RecordBatch],
    held: deque[pa.RecordBatch],
    part: Callable[[pa.RecordBatch], pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """A part of each batch for the workers, while the whole waits in ``held`` for their answer."""
    for batch in batches:
        held.append(batch)
        yield part(batch)


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


def _through(pool: ProcessPoolExecutor, batches: Iterable[pa.RecordBatch], jobs: int) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    for batch in batches:
        waiting.append(pool.submit(_work, batch))
        if len(waiting) > 2 * jobs:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _numbering(grouper: BatchGrouper) -> Work[bytes]:
    return lambda batch: grouper.numbers(batch).tobytes()


def _build_numbering(content: bytes, codemap: CodeMap | None) -> Work[bytes]:
    return _numbering(BatchGrouper(Grouper(load_scheme(content)), codemap))


def _start(build: Callable[..., Work[Any]], given: tuple[object, ...]) -> None:
    if _HERE.work is None:
        _HERE.work = build(*given)


def _ready() -> bool:
    return _HERE.work is not None


def _work(batch: pa.RecordBatch) -> Any:
    if _HERE.work is None:
        raise RuntimeError("the worker was not started")
    return _HERE.work(batch)
