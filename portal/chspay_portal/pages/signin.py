"""Signing in with an API key, and out again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.markup import Part, tag
from chspay_portal import reasons
from chspay_portal.frame import put_on_page
from chspay_portal.gateway import Refused, refused
from chspay_portal.pages.errors import code_line
from chspay_portal.portal import COOKIE, portal_of, visit_of
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import card, href

router = APIRouter(include_in_schema=False)
log = logs.get_logger(__name__)

_LONGEST_KEY = 200


def local(path: str) -> str:
    """A page of ours to go on to, never another site."""
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if safe else "/"


@ui.page("/sign-in")
async def sign_in_page(request: Request) -> Response | None:
    """Asks for a key; ``?next=`` is where to go on, ``?failed=`` why the last attempt was refused."""
    asked = request.query_params
    back = local(asked.get("next", "/"))
    if visit_of(request) is not None and "failed" not in asked:
        return RedirectResponse(back, HTTPStatus.SEE_OTHER)
    told: Part = ""
    status = HTTPStatus.OK
    if "failed" in asked:
        away = asked["failed"] == reasons.GATEWAY_AWAY.code
        words = Fault(reasons.GATEWAY_AWAY).message if away else "密钥无效或已停用，请核对后重试。"
        told = tag("div", tag("p", words), code_line(asked["failed"][:64]), cls="alert", role="alert")
        status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.UNAUTHORIZED
    elif "ended" in asked:
        told = tag("p", Fault(reasons.SIGN_IN_ENDED).message, cls="notice", role="status")
    put_on_page(_sheet(back, told, status))
    return None


def _sheet(back: str, told: Part, status: int) -> Sheet:
    form = tag(
        "form",
        tag("input", type="hidden", name="next", value=back),
        tag(
            "p",
            tag("label", "访问密钥", for_="key"),
            tag("br"),
            tag(
                "input", id="key", name="key", type="password", autocomplete="off", required=True,
                autofocus=True, spellcheck="false", aria_describedby="key-help", maxlength=_LONGEST_KEY,
            ),
        ),
        tag("p", tag("button", "登录", cls="main")),
        method="post",
        action="/sign-in",
    )  # fmt: skip
    help_text = tag(
        "p",
        "密钥由医保部门发放，形如 cp_…。它只用于本次登录，不写入浏览器；离开半小时后自动退出。",
        cls="soft",
        id="key-help",
    )
    return Sheet(
        title="登录",
        lead="查看月度结算、结算单和每一笔金额的计算底稿。",
        status=status,
        parts=[card(told, form, help_text, cls="signin")],
    )


@router.post("/sign-in")
async def sign_in(
    request: Request, key: Annotated[str, Form()] = "", back: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    """Proves the key at the gateway and begins a session; the browser gets its random number only."""
    portal = portal_of(request)
    portal.sessions.end(request.cookies.get(COOKIE, ""))
    given = key.strip()
    try:
        if not given.isascii() or not 0 < len(given) <= _LONGEST_KEY or not given.isprintable():
            raise refused(Fault(reasons.SIGN_IN_FIRST), HTTPStatus.UNAUTHORIZED)
        me = await portal.gateway.get(given, "me")
    except Refused as error:
        log.info("portal.sign_in_refused", reason=error.code)
        return RedirectResponse(_again(back, error.code), HTTPStatus.SEE_OTHER)
    number = portal.sessions.begin(
        given,
        subject=me["subject"],
        role=me["role"],
        institution=me["institution"],
        region=me["region"],
        duties=me["duties"],
    )
    log.info("portal.signed_in", subject=me["subject"], role=me["role"])
    response = RedirectResponse(local(back), HTTPStatus.SEE_OTHER)
    # Lax, not strict: a link in a message of a colleague opens signed in; writes need a token besides.
    response.set_cookie(
        COOKIE, number, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


def _again(back: str, code: str) -> str:
    return href("sign-in", next=local(back), failed=code)


@router.post("/sign-out")
async def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """Ends the session and forgets the key."""
    visit = visit_of(request)
    if visit is not None and visit.session.sent_by(csrf):
        portal_of(request).sessions.end(request.cookies.get(COOKIE, ""))
        log.info("portal.signed_out", subject=visit.session.subject)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if visit is None or visit.session.sent_by(csrf):
        response.delete_cookie(COOKIE, path="/")
    return response
