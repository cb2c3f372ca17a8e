"""Plugs the gateway together and serves HTTP: ``chspay serve gateway``."""

from __future__ import annotations

import asyncio

import httpx

from chspay_gateway import auth, clients
from chspay_gateway.access.room import open_access
from chspay_gateway.app import create_app
from chspay_gateway.national.opening import open_door
from chspay_gateway.national.relay import Relay
from chspay_gateway.national.sealing import answer_keys
from chspay_gateway.session import Gateway
from chspay_gateway.settings import GatewaySettings
from chspay_gateway.store import PgStore
from chspay_gateway.webhooks.courier import Courier
from chspay_kit import logs, smcrypto, telemetry
from chspay_kit.db import Database
from chspay_kit.http_server import serve_http

log = logs.get_logger(__name__)


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
    key = settings.claim_secret()
    store = PgStore(database, answer_keys(settings, key))
    door = open_door(settings, key)
    http = httpx.AsyncClient()
    access = open_access(settings, database, http)
    keys = auth.Keys(store, key, access.desk)
    gateway = Gateway(settings, services, store, keys, page_key(key), door, access)
    # Receivers name their own addresses: no proxy of ours may carry us past the rules for them.
    outward = httpx.AsyncClient(trust_env=False)
    courier = Courier(store, services, outward, loopback=settings.webhook_loopback)
    jobs = [
        asyncio.create_task(job)
        for job in (Relay(store, door.profiles, door.partners, http).work(), courier.work())
    ]
    try:
        await serve_http(
            create_app(gateway),
            settings.listen,
            drain_seconds=settings.drain_seconds,
            proxies=settings.trusted_proxies,
        )
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await outward.aclose()
        await http.aclose()
        await services.close()
        await database.close()
        telemetry.shutdown()
        log.info("server.stopped")
