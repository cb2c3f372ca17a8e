"""A small supervisor: children, a health gate, restarts with growing pauses, a clean end.

A child that ends while it should run is started again; one that ends before it was ever ready, during
:meth:`Supervisor.start`, is a mistake of configuration and ends the start with its own last words. The
standard input of every child is a pipe held by the supervisor (:func:`follow_parent` in the child). Its
first line carries the child's settings, so that a child can be spawned and import its modules while the
database is still starting, and no password stands in a process's environment as the system shows it. When
the supervisor is killed the pipe closes and the children drain and end too, so none is orphaned.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chspay_core.errors import Fault, Kind, Reason

CHILD_FAILED = Reason("CHILD_FAILED", Kind.UNAVAILABLE, "服务 {child} 没有启动成功：{why}；完整日志见 {log}")
CHILD_SLOW = Reason("CHILD_SLOW", Kind.UNAVAILABLE, "服务 {child} 在 {seconds} 秒内没有就绪；日志见 {log}")
CHILD_UNKNOWN = Reason("CHILD_UNKNOWN", Kind.INVALID, "没有名为 {value} 的服务；可选：{known}")

LIFELINE = "CHSPAY_LIFELINE"
"""Set in a child's first environment: standard input is the pipe to the supervisor."""

_PROBE_SECONDS = 0.05
_CALM_SECONDS = 60.0
"""A child that ran this long starts with the shortest pause again."""
_LONGEST_PAUSE = 30.0
_LOG_KEEP_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep running.

    :param settings: environment variables for the child, asked for at every start and sent by the pipe.
    :param ready: asked again and again; true once the child can do its work. It must not raise.
    :param log: file that receives the child's output; cut when it exceeds 16 MiB at a start.
    :param stop_seconds: how long it may drain before it is killed.
    """

    name: str
    argv: Sequence[str]
    settings: Callable[[], Mapping[str, str]]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    start_seconds: float = 60.0
    stop_seconds: float = 30.0


@dataclass(slots=True)
class _State:
    child: Child
    process: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] | None = None
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    told: bool = False
    restarts: int = 0


class Supervisor:
    """Keeps children running; all methods are called from one event loop.

    :param report: told of every event as ``(child, event)``; events are ``started``, ``ready``,
        ``ended`` (unexpectedly), ``stopped``.
    """

    def __init__(
        self, children: Sequence[Child], *, report: Callable[[str, str], None] = lambda _name, _event: None
    ) -> None:
        self._states = {child.name: _State(child) for child in children}
        self._report = report

    async def spawn(self) -> None:
        """Let all children load their programs already; they wait for :meth:`start`."""
        for state in self._states.values():
            if state.process is None:
                await self._spawn(state)

    async def start(self) -> None:
        """Start all children together and wait until each is ready; one failing stops them all.

        :raises Fault: CHILD_FAILED with the child's last words, or CHILD_SLOW.
        """
        starting = [asyncio.create_task(self.start_one(name)) for name in self._states]
        try:
            await asyncio.gather(*starting)
        except BaseException:
            for task in starting:
                task.cancel()
            await asyncio.wait(starting)
            await self.stop()
            raise

    async def start_one(self, name: str) -> None:
        """Start one child and wait until it is ready; it is kept running from then on."""
        state = self._state(name)
        if state.keeper is not None:
            await state.is_ready.wait()
            return
        if state.process is None or state.process.returncode is not None or state.told:
            await self._spawn(state)
        await self._tell(state)
        await self._await_first_ready(state)
        state.keeper = asyncio.create_task(self._keep(state))

    async def stop(self) -> None:
        """Stop all children, last one first, so that whoever calls ends before who is called."""
        for name in reversed(self._states):
            await self.stop_one(name)

    async def stop_one(self, name: str) -> None:
        """Ask one child to drain (SIGTERM), kill it when it takes too long, and do not restart it."""
        state = self._state(name)
        await self._release(state)
        process = state.process
        if process is None or process.returncode is not None:
            return
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), state.child.stop_seconds)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()
        self._report(name, "stopped")

    async def kill_one(self, name: str) -> None:
        """Kill one child on the spot (SIGKILL) and leave it down until :meth:`start_one`; for drills."""
        state = self._state(name)
        await self._release(state)
        if state.process is not None and state.process.returncode is None:
            _signal(state.process, signal.SIGKILL)
            await state.process.wait()

    async def ready(self, name: str) -> None:
        """Wait until a child is ready, e.g. after somebody killed its process and it is restarted."""
        await self._state(name).is_ready.wait()

    def pid(self, name: str) -> int | None:
        """Process id of a child, ``None`` while it is down."""
        process = self._state(name).process
        return process.pid if process is not None and process.returncode is None else None

    def restarts(self, name: str) -> int:
        """How often a child was started again after it ended by itself."""
        return self._state(name).restarts

    def _state(self, name: str) -> _State:
        if name not in self._states:
            raise Fault(CHILD_UNKNOWN, value=name, known="、".join(self._states))
        return self._states[name]

    async def _spawn(self, state: _State) -> None:
        child = state.child
        state.is_ready.clear()
        child.log.parent.mkdir(parents=True, exist_ok=True)
        big = child.log.exists() and child.log.stat().st_size > _LOG_KEEP_BYTES
        with child.log.open("wb" if big else "ab") as log:
            state.process = await asyncio.create_subprocess_exec(
                *child.argv,
                env={**os.environ, LIFELINE: "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        state.told = False

    async def _tell(self, state: _State) -> None:
        """Send the settings; from here on the child runs."""
        line = json.dumps(dict(state.child.settings())) + "\n"
        state.told = True
        if state.process is not None and state.process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                state.process.stdin.write(line.encode())
                await state.process.stdin.drain()
        self._report(state.child.name, "started")

    async def _await_first_ready(self, state: _State) -> None:
        child, process = state.child, state.process
        if process is None:
            raise Fault(CHILD_FAILED, child=child.name, why="not started", log=child.log)
        deadline = time.monotonic() + child.start_seconds
        while time.monotonic() < deadline:
            if process.returncode is not None:
                why = last_words(child.log) or f"exit {process.returncode}"
                raise Fault(CHILD_FAILED, child=child.name, why=why, log=child.log)
            if await child.ready():
                state.is_ready.set()
                self._report(child.name, "ready")
                return
            await asyncio.sleep(_PROBE_SECONDS)
        raise Fault(CHILD_SLOW, child=child.name, seconds=int(child.start_seconds), log=child.log)

    async def _keep(self, state: _State) -> None:
        """Wait for the child to end, pause, start it again; until cancelled."""
        failures = 0
        while True:
            began = time.monotonic()
            if state.process is not None:
                await state.process.wait()
            state.is_ready.clear()
            self._report(state.child.name, "ended")
            failures = 1 if time.monotonic() - began > _CALM_SECONDS else failures + 1
            await asyncio.sleep(min(0.1 * 2**failures, _LONGEST_PAUSE))
            state.restarts += 1
            await self._spawn(state)
            await self._tell(state)
            try:
                await self._await_first_ready(state)
            except Fault:
                # Told by the report and the log; the next round waits longer and tries again.
                if state.process is not None and state.process.returncode is None:
                    _signal(state.process, signal.SIGKILL)

    async def _release(self, state: _State) -> None:
        """End the task that would restart the child."""
        keeper, state.keeper = state.keeper, None
        state.is_ready.clear()
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def last_words(log: Path) -> str:
    """The last line of a log that says something, for an error message."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def follow_parent() -> None:
    """In a child: wait for the settings, take them over, and from then on end when the supervisor does.

    The end is a SIGTERM to itself, so the child drains. A process started by hand returns at once.
    """
    if not os.environ.pop(LIFELINE, ""):
        return
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            sys.exit(0)
        line += piece
    os.environ.update(json.loads(line))

    def watch() -> None:
        while os.read(0, 4096):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
