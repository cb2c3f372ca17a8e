"""Probes; they say nothing about anybody's data."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from chspay_portal.portal import portal_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process lives."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Pages can be made: the gateway and everything behind it answer."""
    ready = await portal_of(request).gateway.ready()
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ok" if ready else "unavailable", "parts": {"gateway": ready}}, status)
