"""Downloads, as the gateway writes them, with the reader's own key."""

from __future__ import annotations

from typing import Literal

import httpx
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chspay_portal.frame import to_sign_in
from chspay_portal.gateway import Refused
from chspay_portal.portal import visit_of

router = APIRouter(include_in_schema=False)


@router.get("/runs/{run_id}/statements.{form}")
async def statements_file(request: Request, run_id: str, form: Literal["csv", "xlsx"]) -> Response:
    """The hospital table of a run."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    try:
        found = await visit.gateway.file(visit.session.key, "runs", run_id, "statements", form=form)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    return _download(found)


@router.get("/what-if/of/{what_if_id}/rows.{form}")
async def what_if_file(
    request: Request, what_if_id: str, form: Literal["csv", "xlsx"], scenario: str = "", by: str = "hospital"
) -> Response:
    """Winners and losers of one scenario."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    steps = ("what-ifs", what_if_id, "scenarios", scenario or "-")
    try:
        found = await visit.gateway.file(visit.session.key, *steps, form=form, by=by)
    except Refused as error:
        return PlainTextResponse(f"{error.detail}\n{error.code}\n", error.status)
    return _download(found)


def _download(found: httpx.Response) -> Response:
    kept = {name: found.headers[name] for name in ("content-type", "content-disposition")}
    return Response(found.content, headers={**kept, "Cache-Control": "no-store"})
