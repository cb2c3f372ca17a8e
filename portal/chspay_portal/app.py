"""The portal put together: NiceGUI's pages, our own forms and downloads, the guard in front."""

from __future__ import annotations

from http import HTTPStatus

import nicegui
from fastapi import FastAPI
from nicegui import ui
from nicegui.client import Client
from nicegui.page import page
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from chspay_core.errors import Fault
from chspay_kit.telemetry import FASTAPI_TELEMETRY
from chspay_portal import reasons
from chspay_portal.frame import put_on_page
from chspay_portal.gateway import Refused, refused
from chspay_portal.guard import Guard
from chspay_portal.pages import (
    dispute,
    dispute_acts,
    dispute_file,
    disputes,
    draws,
    files,
    home,
    negotiation_acts,
    negotiations,
    register,
    reviews,
    run,
    signin,
    statement,
    system,
    whatif,
    whatif_form,
    why,
)
from chspay_portal.pages.errors import refusal
from chspay_portal.portal import Portal
from chspay_portal.view.layout import NAME, STATIC

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" '
    'fill="#0b6455"/><path d="M9 10h14M9 16h14M9 22h8" stroke="#fff" stroke-width="2.6" '
    'stroke-linecap="round"/></svg>'
)
#: Pages register themselves with NiceGUI when their module is read.
PAGES = (
    home,
    run,
    statement,
    why,
    whatif,
    whatif_form,
    signin,
    register,
    disputes,
    dispute,
    dispute_file,
    negotiations,
    draws,
    reviews,
)


def create_app(portal: Portal) -> ASGIApp:
    """The ASGI application; one for a process, because NiceGUI keeps its pages per process."""
    app = FastAPI(
        title=NAME,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=FASTAPI_TELEMETRY,  # type: ignore[arg-type]
    )
    app.state.portal = nicegui.app.state.portal = portal
    app.mount("/static", StaticFiles(directory=str(STATIC)))
    for room in (
        files,
        signin,
        why,
        whatif,
        whatif_form,
        register,
        dispute,
        dispute_acts,
        negotiations,
        negotiation_acts,
        dispute_file,
        draws,
        reviews,
        system,
    ):
        app.include_router(room.router)
    nicegui.app.exception_handler(HTTPStatus.NOT_FOUND)(_unknown)
    ui.run_with(
        app,
        title=NAME,
        favicon=_ICON,
        language="zh-CN",
        tailwind=False,
        reconnect_timeout=10,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )
    return Guard(app)


async def _unknown(request: Request, _error: Exception) -> Response:
    """An address that is no page, in the words and the shape of every other refusal."""
    with Client(page(""), request=request) as client:
        told: Refused = refused(Fault(reasons.PAGE_UNKNOWN), HTTPStatus.NOT_FOUND)
        put_on_page(refusal(told))
    return client.build_response(request, HTTPStatus.NOT_FOUND)
