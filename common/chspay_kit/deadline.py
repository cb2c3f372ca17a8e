"""How long the work at hand may still take, passed on from the gateway to the last service.

The gateway sets it, the gRPC server sets it again from the call, and every client call inside takes
the smaller of its own default and what is left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: When nobody says otherwise, seconds: a single call, and a stream of them.
CALL_SECONDS = 30.0
STREAM_SECONDS = 3600.0

_until: ContextVar[float | None] = ContextVar("chspay_deadline", default=None)


def begin(seconds: float) -> None:
    """This task, and what it calls, has ``seconds`` from now; for a task that serves one request."""
    _until.set(time.monotonic() + seconds)


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """The block has at most ``seconds``, or less where an earlier deadline stands already."""
    token = _until.set(time.monotonic() + remaining(seconds))
    try:
        yield
    finally:
        _until.reset(token)


def remaining(default: float) -> float:
    """Seconds a call may take now: ``default``, or less when the deadline is nearer; never below zero."""
    until = _until.get()
    return default if until is None else max(0.0, min(default, until - time.monotonic()))
