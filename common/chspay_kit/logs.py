"""Logs: one JSON object per line on stderr, with fields from a closed list, so that no person is in them.

A log line is an event name (``server.ready``, letters and dots only) and fields of :data:`FIELDS`.
Any other field is a programming error: it raises until :func:`configure` has run (so in every test),
and in a running service it is left out and counted, because a log line must not stop a payment.
Messages of exceptions can quote data, so only their type and place are logged.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, cast

import orjson
import structlog

#: Every field a log line may have. None of them may ever hold a name, an identity number, a person
#: number or key, a diagnosis, or text typed by a person.
FIELDS = frozenset(
    {
        "event", "level", "time", "service", "module", "version", "pid", "port", "address", "target",
        "method", "route", "http_status", "code", "reason", "field", "error_id", "error_type", "where",
        "request_id", "trace_id", "subject", "role", "hospital_code", "region", "pool", "place",
        "list_id", "run_id", "case_count", "stage", "state", "year", "month", "chunk_no", "done", "total",
        "rows", "bytes", "seconds", "attempt", "digest", "scheme", "policy_digest", "path", "revision",
        "schema", "signal", "exit_code", "child", "count", "template", "line", "dropped",
    }
)  # fmt: skip

Line = MutableMapping[str, Any]

_EVENT = re.compile(r"[a-z][a-z_.]{0,79}\Z", re.ASCII)
_LONGEST = 300
_FRAMES = 12

#: What libraries report as errors when a caller hangs up in the middle of a stream: nothing went wrong.
_HANG_UPS = {("grpc._cython.cygrpc", "ExecuteBatchError"), ("opentelemetry.context", "ValueError")}

#: How many fields were left out of log lines since the process started.
dropped_fields = 0


class LogFieldError(ValueError):
    """A log call used a field or an event name that the closed list does not have."""


class _Guard:
    """The processor that keeps the closed list."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def __call__(
        self, _logger: Any, _method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        unknown = [name for name in line if name not in FIELDS]
        if not _EVENT.match(str(line.get("event", ""))):
            unknown.append("event")
        if unknown:
            self._refuse(line, unknown)
        for name, value in line.items():
            if isinstance(value, str) and len(value) > _LONGEST:
                line[name] = value[: _LONGEST - 1] + "…"
        return line

    def _refuse(self, line: Line, unknown: list[str]) -> None:
        if self._strict:
            raise LogFieldError(f"a log line may not have: {', '.join(sorted(unknown))}")
        global dropped_fields  # noqa: PLW0603 - one counter per process, read by tests and metrics
        dropped_fields += len(unknown)
        for name in unknown:
            line.pop(name, None)
        line.setdefault("event", "unnamed")
        line["dropped"] = len(unknown)


class _Stderr:
    """Writes lines to whatever is stderr now, at once."""

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = msg


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; use it as ``log.info("run.started", run_id=...)``."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(module=name))


def configure(service: str, level: str = "info") -> None:
    """Logs of this process from here on: JSON lines on stderr, other libraries' warnings included."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    _install(strict=False, threshold=threshold)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)
    root = logging.getLogger()
    root.handlers[:] = [_Bridge(service)]
    root.setLevel(max(threshold, logging.WARNING))


def _install(*, strict: bool, threshold: int) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _Guard(strict=strict),
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=_Stderr,
        cache_logger_on_first_use=False,
    )


def _dump(line: Any, **_options: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def failure(error: BaseException) -> dict[str, object]:
    """What a log line may say of an exception: its type and where it came from, never its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error_type": type(error).__qualname__, "where": where}


class _Bridge(logging.Handler):
    """Warnings of libraries as lines of the same form. A ready-made text may quote data: it is left out."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._log = structlog.get_logger(service=service)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if (record.name, type(error).__name__) in _HANG_UPS:
            return
        fields: dict[str, Any] = {"module": record.name, "where": record.funcName, "line": record.lineno}
        if record.args:
            fields["template"] = str(record.msg)
        if error is not None:
            fields |= failure(error)
        self._log.log(record.levelno, "library", **fields)


_install(strict=True, threshold=logging.INFO)
