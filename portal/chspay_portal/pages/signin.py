"""Signing in with an account, with the organisation's identity provider or with an API key; and out again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_kit.markup import Part, Safe, tag
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
_LONGEST_CODE = 4000
#: Holds the state of a sign-in that is away at the identity provider; only its own page gets it.
_AWAY_COOKIE, _AWAY_PATH, _AWAY_SECONDS = "chspay_away", "/sign-in/oidc", 600
_SESSION_MARK = "cs_"
#: What is said of a refused sign-in, by the gateway's code; for all others the key was wrong.
_WORDS = {
    reasons.GATEWAY_AWAY.code: Fault(reasons.GATEWAY_AWAY).message,
    "SIGN_IN_REFUSED": "登录名或密码不对，或账号已停用。连续多次不对须等待后再试。",
    "SIGN_IN_LOCKED": "密码连续多次不对，请稍等几分钟再试，或请账号管理员重置密码。",
    "START_PASSWORD_OVER": "初始密码已过期，请账号管理员重新发放。",
    "ACCOUNT_WITHOUT_ROLE": "账号还没有有效的角色，请账号管理员授予。",
    "IDENTITY_WITHOUT_ACCOUNT": "统一身份已确认，但没有对应的账号，请账号管理员先建账号。",
    "OIDC_STATE_BAD": "这次统一身份登录已用过或已过期，请重新登录。",
    "OIDC_REFUSED": "统一身份平台没有确认这次登录，请重新登录。",
    "OIDC_OFF": "没有配置统一身份登录，请用登录名和密码登录。",
    "OIDC_PROVIDER_AWAY": "统一身份平台暂时不可用，请稍后重试，或用登录名和密码登录。",
    "OIDC_PROVIDER_BAD": "统一身份平台的配置不符合要求，请联系管理员。",
    "RATE_LIMITED": "登录过于频繁，请稍等再试。",
    "PASSWORD_WRONG": "原密码不对，密码没有更改。",
    "PASSWORD_SAME": "新密码与原密码相同，请换一个。",
    "PASSWORD_LENGTH": "密码应为12至128个字符，可以用一句话。",
    "PASSWORD_GUESSABLE": "这个密码容易被猜到，请换一个别人想不到的密码。",
    reasons.PASSWORDS_DIFFER.code: Fault(reasons.PASSWORDS_DIFFER).message,
}
_WRONG_KEY = "密钥无效或已停用，请核对后重试。"
_AWAY = {reasons.GATEWAY_AWAY.code, "OIDC_PROVIDER_AWAY", "RATE_LIMITED", "SIGN_IN_LOCKED"}


def local(path: str) -> str:
    """A page of ours to go on to, never another site."""
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if safe else "/"


@ui.page("/sign-in")
async def sign_in_page(request: Request) -> Response | None:
    """Asks who reads; ``?next=`` is where to go on, ``?failed=`` why the last attempt was refused."""
    asked = request.query_params
    back = local(asked.get("next", "/"))
    if visit_of(request) is not None and "failed" not in asked:
        return RedirectResponse(back, HTTPStatus.SEE_OTHER)
    told, status = _told(asked)
    put_on_page(_sheet(back, told, status, with_provider=portal_of(request).settings.oidc_sign_in))
    return None


def _told(asked: Mapping[str, str]) -> tuple[Part, int]:
    """What is said above the form, and the status of the page."""
    if "failed" in asked:
        code = asked["failed"]
        away = code in _AWAY
        text = _WORDS.get(code, _WRONG_KEY)
        told = tag("div", tag("p", text), code_line(code[:64]), cls="alert", role="alert")
        return told, HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.UNAUTHORIZED
    if "changed" in asked:
        return tag("p", "密码已更改，请用新密码登录。", cls="notice", role="status"), HTTPStatus.OK
    if "ended" in asked:
        return tag("p", Fault(reasons.SIGN_IN_ENDED).message, cls="notice", role="status"), HTTPStatus.OK
    return "", HTTPStatus.OK


def _field(name: str, label: str, *, secret: bool, complete: str, first: bool = False) -> Safe:
    return tag(
        "p",
        tag("label", label, for_=name),
        tag("br"),
        tag(
            "input", id=name, name=name, type="password" if secret else "text", autocomplete=complete,
            required=True, autofocus=first, spellcheck="false", maxlength=_LONGEST_KEY,
        ),
    )  # fmt: skip


def _form(back: str, *parts: Part, action: str = "/sign-in") -> Safe:
    hidden = tag("input", type="hidden", name="next", value=back)
    return tag("form", hidden, *parts, method="post", action=action)


def _sheet(back: str, told: Part, status: int, *, with_provider: bool) -> Sheet:
    people = _form(
        back,
        _field("login", "登录名", secret=False, complete="username", first=True),
        _field("password", "密码", secret=True, complete="current-password"),
        tag("p", tag("button", "登录", cls="main")),
    )
    provider: Part = ""
    if with_provider:
        # A link, no form: the policy of our pages lets no form end at another address.
        start = href("sign-in", "oidc", "start", next=back)
        provider = tag("p", tag("a", "用统一身份登录", href=start))
    key = _form(
        back,
        _field("key", "访问密钥", secret=True, complete="off"),
        tag("p", tag("button", "用密钥登录", cls="quiet")),
        tag("p", "密钥由医保部门发放，形如 cp_…。它只用于本次登录，不写入浏览器。", cls="soft"),
    )
    help_text = tag(
        "p", "账号由本地区的账号管理员建立；离开半小时后自动退出。忘记密码请账号管理员重置。", cls="soft"
    )
    return Sheet(
        title="登录",
        lead="查看月度结算、结算单和每一笔金额的计算底稿。",
        status=status,
        parts=[
            card(
                told, people, provider, help_text,
                tag("details", tag("summary", "用访问密钥登录"), key), cls="signin",
            )
        ],
    )  # fmt: skip


@router.post("/sign-in")
async def sign_in(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Proves account or key at the gateway and begins a session; the browser gets its random number only."""
    portal = portal_of(request)
    portal.sessions.end(request.cookies.get(COOKIE, ""))
    try:
        if login:
            _check(password, login)
            body = {"login": login, "password": password}
            return await _begin(request, await _ask(request, body, "sessions"), back)
        return await _enter(request, _check(key.strip()), back)
    except Refused as error:
        log.info("portal.sign_in_refused", reason=error.code)
        return RedirectResponse(_again(back, error.code), HTTPStatus.SEE_OTHER)


@router.get("/sign-in/oidc/start")
async def go_away(request: Request, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Sends the browser to the identity provider; what it comes back with must fit this very browser."""
    try:
        told = await _ask(request, None, "sessions", "oidc")
    except Refused as error:
        return RedirectResponse(_again(back, error.code), HTTPStatus.SEE_OTHER)
    response = RedirectResponse(told["url"], HTTPStatus.SEE_OTHER)
    _set(response, request, _AWAY_COOKIE, f"{told['state']} {local(back)}", _AWAY_PATH, _AWAY_SECONDS)
    return response


@router.get("/sign-in/oidc")
async def come_back(request: Request, state: str = "", code: str = "") -> Response:
    """The way back from the identity provider."""
    kept, _, back = request.cookies.get(_AWAY_COOKIE, "").partition(" ")
    try:
        fits = bool(kept) and hmac.compare_digest(kept.encode(), state.encode())
        if not fits or not 0 < len(code) <= _LONGEST_CODE:
            raise Refused(HTTPStatus.UNAUTHORIZED, "OIDC_STATE_BAD", "")
        told = await _ask(request, {"state": state, "code": code}, "sessions", "oidc", "finish")
        response = await _begin(request, told, back)
    except Refused as error:
        log.info("portal.sign_in_refused", reason=error.code)
        response = RedirectResponse(_again(back, error.code), HTTPStatus.SEE_OTHER)
    response.delete_cookie(_AWAY_COOKIE, path=_AWAY_PATH)
    return response


@ui.page("/sign-in/password")
async def password_page(request: Request) -> Response | None:
    """Asks for the person's own password in place of the start password."""
    number = request.cookies.get(COOKIE, "")
    waiting = portal_of(request).sessions.waiting(number)
    if waiting is None:
        return RedirectResponse("/sign-in?ended=1", HTTPStatus.SEE_OTHER)
    told, status = _told(request.query_params)
    form = _form(
        "/",
        _field("old", "初始密码", secret=True, complete="current-password", first=True),
        _field("new", "新密码（12个字符以上，可以是一句话）", secret=True, complete="new-password"),
        _field("again", "再输一次新密码", secret=True, complete="new-password"),
        tag("p", tag("button", "更改密码", cls="main")),
        action="/sign-in/password",
    )
    put_on_page(
        Sheet(
            title="设置自己的密码",
            lead="初始密码只能用一次。设置只有自己知道的密码之后，用它登录。",
            status=status,
            parts=[card(told, form, cls="signin")],
        )
    )
    return None


@router.post("/sign-in/password")
async def change_password(
    request: Request,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Changes it at the gateway; the person then signs in with it."""
    portal, number = portal_of(request), request.cookies.get(COOKIE, "")
    token = portal.sessions.waiting(number)
    if token is None:
        return RedirectResponse("/sign-in?ended=1", HTTPStatus.SEE_OTHER)
    try:
        if new != again:
            raise refused(Fault(reasons.PASSWORDS_DIFFER), HTTPStatus.UNPROCESSABLE_ENTITY)
        body = {"old": old, "new": new}
        await portal.gateway.send(
            token, "PUT", "sessions", "current", "password", body=body, address=_address(request)
        )
        await portal.gateway.send(token, "DELETE", "sessions", "current")
    except Refused as error:
        return RedirectResponse(href("sign-in", "password", failed=error.code), HTTPStatus.SEE_OTHER)
    portal.sessions.end(number)
    return RedirectResponse("/sign-in?changed=1", HTTPStatus.SEE_OTHER)


async def _ask(request: Request, body: object | None, *steps: str) -> Any:
    """A question of somebody not signed in yet."""
    return await portal_of(request).gateway.send("", "POST", *steps, body=body, address=_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _check(secret: str, name: str = "-") -> str:
    if not 0 < len(secret) <= _LONGEST_KEY or not (secret + name).isprintable() or len(name) > _LONGEST_KEY:
        raise refused(Fault(reasons.SIGN_IN_FIRST), HTTPStatus.UNAUTHORIZED)
    if name == "-" and not secret.isascii():
        raise refused(Fault(reasons.SIGN_IN_FIRST), HTTPStatus.UNAUTHORIZED)
    return secret


async def _begin(request: Request, told: Mapping[str, Any], back: str) -> Response:
    """Goes on with a session of the gateway, or to the change of a start password first."""
    if not told["must_change"]:
        return await _enter(request, told["token"], back)
    number = portal_of(request).sessions.wait(told["token"])
    response = RedirectResponse("/sign-in/password", HTTPStatus.SEE_OTHER)
    _set(response, request, COOKIE, number)
    return response


async def _enter(request: Request, key: str, back: str) -> Response:
    """Begins a sign-in of ours with a key or a session of the gateway."""
    portal = portal_of(request)
    me = await portal.gateway.get(key, "me")
    number = portal.sessions.begin(
        key,
        subject=me["subject"],
        role=me["role"],
        institution=me["institution"],
        region=me["region"],
        duties=me["duties"],
    )
    log.info("portal.signed_in", subject=me["subject"], role=me["role"])
    response = RedirectResponse(local(back), HTTPStatus.SEE_OTHER)
    _set(response, request, COOKIE, number)
    return response


def _set(
    response: Response, request: Request, name: str, value: str, path: str = "/", age: int | None = None
) -> None:
    # Lax, not strict: a link in a message of a colleague opens signed in; writes need a token besides.
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, path=path, max_age=age, httponly=True, samesite="lax", secure=secure)


def _again(back: str, code: str) -> str:
    return href("sign-in", next=local(back), failed=code)


@router.post("/sign-out")
async def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """Ends the session, at the gateway too, and forgets the key."""
    visit = visit_of(request)
    if visit is not None and visit.session.sent_by(csrf):
        portal_of(request).sessions.end(request.cookies.get(COOKIE, ""))
        log.info("portal.signed_out", subject=visit.session.subject)
        if visit.session.key.startswith(_SESSION_MARK):
            try:
                await visit.send("DELETE", "sessions", "current")
            except Refused as error:
                log.info("portal.sign_out_refused", reason=error.code)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if visit is None or visit.session.sent_by(csrf):
        response.delete_cookie(COOKIE, path="/")
    return response
