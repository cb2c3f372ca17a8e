"""The pages: what there is, signing in, a run's hospitals, a statement, one case's worksheet."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from chspay.settlement.v1 import settlement_pb2
from chspay_core.errors import Fault
from chspay_gateway import auth, problems, reasons
from chspay_gateway.access import personal
from chspay_gateway.rest import runs
from chspay_gateway.rest.answers import hospital_out, run_case_out, run_out, statement_out
from chspay_gateway.rest.types import Code, PageToken
from chspay_gateway.session import Session, begin, gateway_of
from chspay_gateway.view import sheets
from chspay_gateway.view.html import card, link, page, table
from chspay_kit import auth as claims
from chspay_kit import convert
from chspay_kit.auth import Claim
from chspay_kit.markup import Safe, join, tag

COOKIE = "chspay_page"
SIGNED_IN_SECONDS = 8 * 3600
_CASES_A_PAGE = 100


class PageRoute(APIRoute):
    """Refusals as pages; without a sign-in, the way to it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except Fault as fault:
                if fault.reason is reasons.PAGE_SIGN_IN:
                    back = quote(
                        str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
                    )
                    return RedirectResponse(f"/view/login?next={back}", 303)
                return sheets.refusal(fault)
            except RequestValidationError as error:
                return sheets.refusal(problems.fault_of(error.errors()[0]))

        return handler


router = APIRouter(include_in_schema=False, route_class=PageRoute)


async def _visitor(request: Request) -> Session:
    """Who reads: from the cookie, checked against the key's present state."""
    gateway = gateway_of(request)
    cookie = request.cookies.get(COOKIE, "")
    try:
        known = claims.verify(cookie, gateway.page_key, time.time())
    except Fault as fault:
        raise Fault(reasons.PAGE_SIGN_IN) from fault
    claim = await gateway.keys.claim_of(known.subject)
    gateway.access.clients.take(known.subject)
    path = request.scope["route"].path_format
    if path in personal.PATHS:
        await gateway.access.readings.note(
            claim, path, personal.ids_of(request.path_params, request.query_params)
        )
    return begin(gateway, claim, gateway.settings.call_seconds)


Visitor = Annotated[Session, Depends(_visitor)]


@router.get("/")
async def index(request: Request) -> HTMLResponse:
    """What this address offers, from the interface description itself."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for path, item in request.app.openapi()["paths"].items():
        for method, operation in item.items():
            entry = (method.upper(), path, operation.get("summary", ""))
            groups.setdefault(operation["tags"][0], []).append(entry)
    parts = [
        card(
            tag("h2", "看结果"),
            tag(
                "p",
                link("打开结算页面", "view"),
                "：各医疗机构结算表、结算单、逐例计算底稿。用访问密钥登录。",
            ),
            tag("h2", "接口"),
            tag(
                "p",
                link("openapi.json", "openapi.json"),
                "：完整的接口说明（OpenAPI 3.1），可导入常用接口工具。",
            ),
            tag("p", "就绪状态：", link("/readyz", "readyz"), "　版本：", link("/version", "version")),
        )
    ]
    for title, entries in groups.items():
        rows = [(tag("span", method, cls="tag"), tag("code", path), text) for method, path, text in entries]
        heads = (("方法", False), ("地址", False), ("说明", False))
        parts.append(card(tag("h2", title), table(heads, rows)))
    return page("医保支付接口", *parts)


@router.get("/view/login")
async def sign_in_form(back: Annotated[str, Query(alias="next")] = "/view") -> HTMLResponse:
    """Asks for a key."""
    return sheets.sign_in(_local(back))


@router.post("/view/login")
async def sign_in(request: Request) -> Response:
    """Proves the key and remembers it in a cookie that scripts cannot read."""
    _check_origin(request)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    back = _local(form.get("next", [""])[0])
    gateway = gateway_of(request)
    try:
        key = form.get("key", [""])[0].strip()
        claim = await gateway.keys.claim(key)
    except Fault as fault:
        return sheets.sign_in(back, fault)
    until = int(time.time()) + SIGNED_IN_SECONDS
    proof = Claim(auth.key_id_of(key), claim.role, claim.institution, claim.region, until)
    response = RedirectResponse(back, 303)
    response.set_cookie(
        COOKIE,
        claims.sign(proof, gateway.page_key),
        max_age=SIGNED_IN_SECONDS,
        path="/view",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/view/logout")
async def sign_out(request: Request) -> Response:
    """Forgets the cookie."""
    _check_origin(request)
    response = RedirectResponse("/view/login", 303)
    response.delete_cookie(COOKIE, path="/view")
    return response


@router.get("/view")
async def start(visitor: Visitor, page_token: Annotated[PageToken, Query()] = "") -> HTMLResponse:
    """Where to begin: the month runs the visitor may see."""
    answer = await visitor.services.settlement.ListRuns(settlement_pb2.ListRunsRequest(page_token=page_token))
    return sheets.start(
        visitor.claim, [run_out(item) for item in answer.runs], _more(answer.next_page_token, "view")
    )


@router.get("/view/hospitals")
async def hospitals(visitor: Visitor, page_token: Annotated[PageToken, Query()] = "") -> HTMLResponse:
    """Registered hospitals."""
    answer = await visitor.services.settlement.ListHospitals(
        settlement_pb2.ListHospitalsRequest(page_size=200, page_token=page_token)
    )
    more = _more(answer.next_page_token, "view", "hospitals")
    return sheets.hospitals([hospital_out(item) for item in answer.hospitals], more)


@router.get("/view/runs/{run_id}")
async def run(visitor: Visitor, run_id: Code) -> HTMLResponse:
    """A run and its hospital table."""
    answer = await visitor.services.settlement.GetRun(settlement_pb2.GetRunRequest(run_id=run_id))
    found = run_out(answer.run)
    statements = await runs.all_statements(visitor, run_id) if found.state == "done" else []
    return sheets.run(found, statements)


@router.get("/view/runs/{run_id}/statements/{hospital_code}")
async def statement(
    visitor: Visitor, run_id: Code, hospital_code: Code, page_token: Annotated[PageToken, Query()] = ""
) -> HTMLResponse:
    """A hospital's statement with its cases."""
    settlement = visitor.services.settlement
    answer = await settlement.GetStatement(
        settlement_pb2.GetStatementRequest(run_id=run_id, hospital_code=hospital_code)
    )
    cases = await settlement.ListRunCases(
        settlement_pb2.ListRunCasesRequest(
            run_id=run_id, hospital_code=hospital_code, page_size=_CASES_A_PAGE, page_token=page_token
        )
    )
    more = _more(cases.next_page_token, "view", "runs", run_id, "statements", hospital_code)
    return sheets.statement(
        statement_out(answer.statement), [run_case_out(item) for item in cases.cases], more
    )


@router.get("/view/runs/{run_id}/worksheet")
async def worksheet(
    visitor: Visitor, run_id: Code, hospital_code: Annotated[Code, Query()], case_id: Annotated[Code, Query()]
) -> HTMLResponse:
    """One case's worksheet, line by line, with the documents it rests on."""
    answer = await visitor.services.settlement.ExplainCase(
        settlement_pb2.ExplainCaseRequest(run_id=run_id, hospital_code=hospital_code, case_id=case_id)
    )
    lines = convert.worksheet_lines(answer.worksheet)
    return sheets.worksheet(run_id, run_case_out(answer.case), answer.worksheet.title, lines)


def _check_origin(request: Request) -> None:
    """A form of another site must not sign a reader in or out: browsers say where a form is from.

    :raises Fault: PAGE_FROM_ELSEWHERE.
    """
    origin = request.headers.get("origin")
    own = origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    if not own or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Fault(reasons.PAGE_FROM_ELSEWHERE)


def _local(path: str) -> str:
    """A page of ours to go back to, never another site."""
    return path if path.startswith("/view") and "\\" not in path and "\n" not in path else "/view"


def _more(token: str, *path: str) -> Safe:
    return tag("p", link("下一页", *path, page_token=token), cls="noprint") if token else join()
