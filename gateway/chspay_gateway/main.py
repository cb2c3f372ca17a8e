"""Plugs the gateway together and serves HTTP: ``chspay serve gateway``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator

import uvicorn

from chspay_core.errors import Fault
from chspay_gateway import auth, clients
from chspay_gateway.app import create_app
from chspay_gateway.session import Gateway
from chspay_gateway.settings import GatewaySettings
from chspay_gateway.store import PgStore
from chspay_kit import logs, smcrypto, telemetry
from chspay_kit.db import Database
from chspay_kit.grpc_server import PORT_TAKEN, settle_memory

log = logs.get_logger(__name__)

_KEEP_ALIVE_SECONDS = 75


def page_key(claim_key: bytes) -> bytes:
    """The key of page cookies: derived, so that a cookie is never a claim."""
    return smcrypto.hmac_sm3(claim_key, b"gateway page cookie")


async def main(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT; requests in flight are finished."""
    logs.configure("gateway", settings.log_level)
    telemetry.setup("gateway", settings.otlp_endpoint)
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-gateway",
    )
    await database.open()
    services = clients.connect(settings)
    store = PgStore(database)
    key = settings.claim_secret()
    gateway = Gateway(settings, services, store, auth.Keys(store, key), page_key(key))
    try:
        await _serve(gateway)
    finally:
        await services.close()
        await database.close()
        telemetry.shutdown()
        log.info("server.stopped")


async def _serve(gateway: Gateway) -> None:
    host, _, port = gateway.settings.listen.rpartition(":")
    config = uvicorn.Config(
        create_app(gateway),
        host=host.strip("[]") or "0.0.0.0",  # noqa: S104 - the operator asked for every address
        port=int(port),
        http="httptools",
        loop="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=gateway.settings.drain_seconds,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    except SystemExit as error:
        # uvicorn leaves this way when it cannot bind.
        raise Fault(PORT_TAKEN, value=gateway.settings.listen) from error


class _Server(uvicorn.Server):
    """uvicorn that tells when it is ready, and leaves the end of the process to :func:`main`."""

    def stop(self) -> None:
        """Takes no new connection and finishes what is in flight."""
        log.info("server.draining")
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own handlers would raise the signal again and skip closing database and channels.
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            settle_memory()
            log.info("server.ready", address=self.config.host, port=self.config.port, pid=os.getpid())
