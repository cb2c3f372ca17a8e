"""An HTTP server of ours: ready when it says so, and an end that finishes what is in flight."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any, Literal

import uvicorn

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.grpc_server import PORT_TAKEN, settle_memory

log = logs.get_logger(__name__)

_KEEP_ALIVE_SECONDS = 75


async def serve_http(
    app: Any,
    listen: str,
    *,
    drain_seconds: int,
    lifespan: Literal["on", "off"] = "off",
    sockets: bool = False,
    proxies: str = "",
) -> None:
    """Serves an ASGI application until SIGTERM or SIGINT.

    :param listen: ``host:port``.
    :param lifespan: whether the application wants to be told of start and end.
    :param sockets: whether it speaks WebSocket.
    :param proxies: addresses or networks, comma between, that are believed when they say for whom and by
        which scheme they call; nobody else is: some hospitals are known by their address alone.
    :raises Fault: PORT_TAKEN.
    """
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]") or "0.0.0.0",  # noqa: S104 - the operator asked for every address
        port=int(port),
        http="httptools",
        ws="websockets-sansio" if sockets else "none",
        loop="none",
        lifespan=lifespan,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=drain_seconds,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    except SystemExit as error:
        # uvicorn leaves this way when it cannot bind.
        raise Fault(PORT_TAKEN, value=listen) from error


class _Server(uvicorn.Server):
    """uvicorn that tells when it is ready, and leaves the end of the process to the caller."""

    def stop(self) -> None:
        """Takes no new connection and finishes what is in flight."""
        log.info("server.draining")
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own handlers would raise the signal again and skip closing databases and channels.
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            settle_memory()
            log.info("server.ready", address=self.config.host, port=self.config.port, pid=os.getpid())
