"""The gRPC server of a service: health, reflection, our interceptor, and an end that loses nothing.

Health has two names: the empty one says the process lives, ``ready`` says it can work (its database
answers). On SIGTERM both turn to NOT_SERVING, no new call is taken, those in flight are finished, and
then the database is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import logs, telemetry
from chspay_kit.db import Database
from chspay_kit.grpc_client import MAX_MESSAGE
from chspay_kit.interceptor import HouseInterceptor, methods_of
from chspay_kit.settings import ServiceSettings

READY = "ready"

PORT_TAKEN = Reason(
    "PORT_TAKEN", Kind.PRECONDITION, "无法在{value}上提供服务：端口可能已被占用，请更换或停止占用它的程序。"
)

JOB_FAILED = Reason(
    "JOB_FAILED", Kind.INTERNAL, "后台任务意外中断，服务将退出并重新启动，错误编号{error_id}，请告知管理员。"
)

OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
    # A second process on the same port is a mistake and is told so.
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    # Connections are renewed so that clients find new replicas; a call in flight may finish.
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 3_600_000),
]

_PROBE_SECONDS = 2.0
#: Time for the last answers to leave after the last handler has returned.
_FLUSH_SECONDS = 0.25

Add = tuple[Callable[[Any, Any], None], object, str]
Job = Callable[[], Coroutine[Any, Any, None]]

log = logs.get_logger(__name__)


class Server:
    """One gRPC server; :func:`serve` runs it for a service, tests run it directly.

    :param add: per servicer ``(add_XServicer_to_server, servicer, "chspay.x.v1.XService")``.
    :param listen: ``host:port``; port 0 takes a free one.
    """

    def __init__(
        self, add: Sequence[Add], *, listen: str, claim_key: bytes, database: Database | None = None
    ) -> None:
        self._listen = listen
        self._database = database
        methods = [method for _, servicer, full in add for method in methods_of(servicer, full).values()]
        self._interceptor = HouseInterceptor(methods, claim_key, database)
        self._server = grpc.aio.server(
            interceptors=[*telemetry.server_interceptors(), self._interceptor], options=OPTIONS
        )
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        self._names = [full for _, _, full in add]
        for add_to_server, servicer, _ in add:
            add_to_server(servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            [*self._names, "grpc.health.v1.Health", reflection.SERVICE_NAME], self._server
        )
        self._probe: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begins to serve and answers the port; ``ready`` turns SERVING when the database answers."""
        try:
            port = self._server.add_insecure_port(self._listen)
        except RuntimeError as error:
            raise Fault(PORT_TAKEN, value=self._listen) from error
        await self._tell_ready()
        await self._server.start()
        self._probe = asyncio.create_task(self._watch_database())
        return port

    async def _tell_ready(self) -> None:
        ready = self._database is None or await self._database.ready()
        status = (
            health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        )
        for name in (READY, *self._names):
            await self._health.set(name, status)

    async def _watch_database(self) -> None:
        while self._database is not None:
            await asyncio.sleep(_PROBE_SECONDS)
            await self._tell_ready()

    async def drain(self, seconds: float) -> None:
        """Stops: not ready, no new calls, calls in flight get ``seconds`` to finish."""
        if self._probe is not None:
            self._probe.cancel()
        await self._health.enter_graceful_shutdown()
        stopping = asyncio.create_task(self._server.stop(seconds))
        idle = asyncio.create_task(self._interceptor.idle())
        await asyncio.wait({stopping, idle}, return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        # Our calls are done; what still holds the server are watchers of its health.
        await self._server.stop(_FLUSH_SECONDS)
        await stopping


async def serve(
    name: str,
    add: Sequence[Add],
    settings: ServiceSettings,
    database: Database | None = None,
    jobs: Sequence[Job] = (),
) -> None:
    """Serves until SIGTERM or SIGINT, then drains; what every ``main.py`` ends with.

    Sets up logs and telemetry, opens ``database`` (if it is not open) and closes it at the end.

    :param jobs: background coroutines of the service (e.g. month runs), started once it serves and
        cancelled before the database closes. One that fails ends the process, to be started again.
    """
    logs.configure(name, settings.log_level)
    telemetry.setup(name, settings.otlp_endpoint)
    async with _opened(database):
        server = Server(add, listen=settings.listen, claim_key=settings.claim_secret(), database=database)
        stop = _stop_signals()
        port = await server.start()
        settle_memory()
        log.info("server.ready", address=settings.listen, port=port, pid=os.getpid())
        try:
            await _work_until(stop, jobs)
        finally:
            log.info("server.draining")
            await server.drain(settings.drain_seconds)
    telemetry.shutdown()
    log.info("server.stopped")


def settle_memory() -> None:
    """Takes what was loaded at the start out of garbage collection, once, before the first request.

    A full collection over modules, descriptors and schemes stops every request for some 40 ms.
    """
    gc.collect()
    gc.freeze()


@contextlib.asynccontextmanager
async def _opened(database: Database | None) -> AsyncIterator[None]:
    if database is not None:
        await database.open()
    try:
        yield
    finally:
        if database is not None:
            await database.close()


def _stop_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _must_have_succeeded(task: asyncio.Task[Any]) -> None:
    error = task.exception()
    if error is not None:
        error_id = uuid.uuid4().hex[:12]
        log.error("job.failed", error_id=error_id, **logs.failure(error))
        # Not chained: the text of an unexpected error can quote data, and this one reaches the console.
        raise Fault(JOB_FAILED, error_id=error_id) from None


async def _work_until(stop: asyncio.Event, jobs: Sequence[Job]) -> None:
    """Runs the jobs until ``stop``; a job that raises ends the wait with JOB_FAILED."""
    stopping = asyncio.create_task(stop.wait())
    running = {asyncio.create_task(job()) for job in jobs}
    try:
        waiting: set[asyncio.Task[Any]] = {stopping, *running}
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                _must_have_succeeded(task)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
