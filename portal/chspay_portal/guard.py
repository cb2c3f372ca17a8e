"""What stands in front of every page: headers, no requests from other sites, no words of an accident."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chspay_core.errors import Fault, Reason
from chspay_kit import logs
from chspay_portal import reasons

log = logs.get_logger(__name__)

#: Nothing from elsewhere may be loaded, asked or shown. NiceGUI writes its start into the page and compiles
#: its components in the browser, hence the two "unsafe" words for scripts of our own.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_READING = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if _from_elsewhere(scope):
            await _refuse(scope, receive, send)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            if scope["type"] != "http":
                raise
            number = unforeseen(error)
            if not started:
                await _answer(reasons.UNFORESEEN, HTTPStatus.INTERNAL_SERVER_ERROR, number)(
                    scope, receive, dressed
                )


def unforeseen(error: BaseException) -> str:
    """Logs an error nobody foresaw, without its text; answers its number."""
    number = uuid.uuid4().hex[:12]
    log.error("portal.unforeseen", error_id=number, **logs.failure(error))
    return number


def _from_elsewhere(scope: Scope) -> bool:
    """A write, or a socket, that a page of another site began: its Origin is not where we are asked."""
    if scope["type"] == "http" and scope["method"] in _READING:
        return False
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        # Programs send none; browsers always do with a form or a socket, and tell the site apart as well.
        return headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await _answer(reasons.ELSEWHERE, HTTPStatus.FORBIDDEN)(scope, receive, send)


def _answer(reason: Reason, status: int, value: str = "") -> PlainTextResponse:
    return PlainTextResponse(f"{Fault(reason, value=value).message}\n{reason.code}\n", status)
