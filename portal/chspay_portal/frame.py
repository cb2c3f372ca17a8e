"""From a request to a page: who reads, what the page says, and what to say when it cannot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.errors import Fault
from chspay_portal import reasons
from chspay_portal.gateway import Gateway, Refused, refused
from chspay_portal.guard import unforeseen
from chspay_portal.pages.errors import refusal
from chspay_portal.portal import COOKIE, Visit, portal_of, visit_of
from chspay_portal.view import layout
from chspay_portal.view.layout import Sheet

Build = Callable[[Visit], Awaitable[Sheet]]
BuildForAll = Callable[[Gateway], Awaitable[Sheet]]

#: Pages may wait for the gateway, which has its own shorter limit.
PATIENCE = 30.0


async def show(request: Request, build: Build) -> Response | None:
    """A page for somebody signed in; others are sent to sign in and come back afterwards."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    try:
        sheet = await build(visit)
        who = await who_text(visit)
    except Refused as error:
        if error.status == HTTPStatus.UNAUTHORIZED:
            # The key was revoked since: its sign-in ends here.
            portal_of(request).sessions.end(request.cookies.get(COOKIE, ""))
            return to_sign_in(request, ended=True)
        sheet, who = refusal(error), visit.session.subject
    except Exception as error:
        told = Fault(reasons.UNFORESEEN, value=unforeseen(error))
        sheet, who = refusal(refused(told, HTTPStatus.INTERNAL_SERVER_ERROR)), visit.session.subject
    put_on_page(sheet, visit, who)
    return None


async def show_to_all(request: Request, build: BuildForAll) -> None:
    """A page that needs no sign-in; who is signed in keeps the way to the other pages."""
    visit = visit_of(request)
    who = visit.session.subject if visit else ""
    try:
        sheet = await build(portal_of(request).gateway)
        if visit is not None:
            who = await who_text(visit)
    except Refused as error:
        sheet = refusal(error)
    except Exception as error:
        told = Fault(reasons.UNFORESEEN, value=unforeseen(error))
        sheet = refusal(refused(told, HTTPStatus.INTERNAL_SERVER_ERROR))
    put_on_page(sheet, visit, who)


def put_on_page(sheet: Sheet, visit: Visit | None = None, who: str = "") -> None:
    """Writes a sheet onto the page that NiceGUI is making."""
    client = ui.context.client
    client.title = f"{sheet.title} · {layout.NAME}"
    client.status_code = sheet.status
    # NiceGUI's own frame stays empty: what it makes is put into the page, which has its own landmarks.
    client.layout.props("aria-hidden=true")
    ui.add_head_html(layout.HEAD + layout.paper(sheet))
    ui.add_body_html(layout.body(sheet, visit.session if visit else None, who))
    if sheet.live is not None:
        sheet.live()


def to_sign_in(request: Request, *, ended: bool = False) -> Response:
    """The way to the sign-in page, and back to where the reader was going."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    again = "&ended=1" if ended else ""
    return RedirectResponse(f"/sign-in?next={quote(back, safe='')}{again}", HTTPStatus.SEE_OTHER)


async def who_text(visit: Visit) -> str:
    """As whom the page is read."""
    session = visit.session
    if session.is_hospital:
        return f"医疗机构 {session.institution}"
    if session.role == "expert":
        return "评审专家"
    if session.region in {"", "*"}:
        return "全部地区"
    return f"{await visit.place(session.region.ljust(6, '0'))} 医保部门"
