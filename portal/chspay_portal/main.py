"""Plugs the portal together and serves HTTP: ``chspay serve portal``."""

from __future__ import annotations

from chspay_kit import logs, telemetry
from chspay_kit.http_server import serve_http
from chspay_portal.app import create_app
from chspay_portal.gateway import connect
from chspay_portal.portal import Portal
from chspay_portal.sessions import Sessions
from chspay_portal.settings import PortalSettings

log = logs.get_logger(__name__)

_MINUTE, _HOUR = 60, 3600


async def main(settings: PortalSettings) -> None:
    """Serves until SIGTERM or SIGINT; requests in flight are finished."""
    logs.configure("portal", settings.log_level)
    telemetry.setup("portal", settings.otlp_endpoint)
    sessions = Sessions(settings.idle_minutes * _MINUTE, settings.session_hours * _HOUR)
    try:
        async with connect(settings.gateway_url, settings.call_seconds) as gateway:
            app = create_app(Portal(settings, gateway, sessions))
            await serve_http(
                app,
                settings.listen,
                drain_seconds=settings.drain_seconds,
                lifespan="on",
                sockets=True,
                proxies=settings.trusted_proxies,
            )
    finally:
        telemetry.shutdown()
        log.info("server.stopped")
