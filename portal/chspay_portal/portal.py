"""The parts of a running portal, and who is reading a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import Request

from chspay_portal.gateway import Gateway, Query
from chspay_portal.sessions import Session, Sessions
from chspay_portal.settings import PortalSettings

COOKIE = "chspay_portal"


@dataclass(frozen=True, slots=True)
class Portal:
    """``app.state.portal``."""

    settings: PortalSettings
    gateway: Gateway
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class Visit:
    """One reader and the gateway, asked with the reader's own key."""

    session: Session
    gateway: Gateway

    async def get(self, *steps: str, **query: Query) -> Any:
        """The JSON of ``GET /api/v1/<steps>``."""
        return await self.gateway.get(self.session.key, *steps, **query)

    async def every(self, *steps: str, **query: Query) -> list[dict[str, Any]]:
        """All rows of a paged list."""
        return await self.gateway.every(self.session.key, *steps, **query)

    async def send(self, method: str, *steps: str, body: object | None = None) -> Any:
        """A write."""
        return await self.gateway.send(self.session.key, method, *steps, body=body)

    async def upload(self, *steps: str, name: str, content: bytes, **query: Query) -> Any:
        """A file."""
        return await self.gateway.upload(self.session.key, *steps, name=name, content=content, **query)

    async def place(self, code: str) -> str:
        """The name of a place."""
        return await self.gateway.place_name(self.session.key, code)


def portal_of(request: Request) -> Portal:
    """The running portal."""
    return cast("Portal", request.app.state.portal)


def visit_of(request: Request) -> Visit | None:
    """Who reads, from the cookie; ``None`` when nobody is signed in."""
    portal = portal_of(request)
    session = portal.sessions.find(request.cookies.get(COOKIE, ""))
    return None if session is None else Visit(session, portal.gateway)
