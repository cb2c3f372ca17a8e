"""A small client of the gateway: one key, JSON in and out, a problem becomes a :class:`Fault`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chspay_core.errors import Fault, Kind, Reason

GATEWAY_REFUSED = Reason("DEMO_REFUSED", Kind.PRECONDITION, "网关拒绝了请求（{value}）：{detail}")
GATEWAY_GONE = Reason("GATEWAY_UNREACHABLE", Kind.UNAVAILABLE, "网关{value}没有应答，请确认服务已启动。")

ENVELOPE_PATH = "/fsi/api/rsfComIfsService/callService"
_SECONDS = 120.0


class Api:
    """Calls as one key's holder; open it with :func:`connect`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON of ``GET /api/v1<path>``."""
        return await self._call("GET", path, params=query)

    async def send(self, method: str, path: str, body: object) -> Any:
        """A write with a fresh ``Idempotency-Key``."""
        return await self._call(method, path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})

    async def upload(self, path: str, content: bytes) -> Any:
        """A Parquet file to the bulk door."""
        headers = {"Content-Type": "application/vnd.apache.parquet", "Idempotency-Key": uuid.uuid4().hex}
        return await self._call("POST", path, content=content, headers=headers)

    async def message(self, body: dict[str, object]) -> dict[str, Any]:
        """One national message; the answer's ``infcode`` says whether it was taken."""
        answer = await self._request("POST", ENVELOPE_PATH, json=body)
        found: dict[str, Any] = answer.json()
        if found["infcode"] != "0":
            raise Fault(GATEWAY_REFUSED, value=body["infno"], detail=found["err_msg"])
        return found

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._request(method, f"/api/v1{path}", **options)
        found = answer.json()
        if answer.is_error:
            raise Fault(GATEWAY_REFUSED, value=found.get("reason"), detail=found.get("detail"))
        return found

    async def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise Fault(GATEWAY_GONE, value=self._client.base_url) from error


@asynccontextmanager
async def connect(url: str, key: str) -> AsyncIterator[Api]:
    """An :class:`Api` for the holder of ``key``."""
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(
        base_url=url, headers=headers, timeout=_SECONDS, limits=limits, trust_env=False
    ) as client:
        yield Api(client)
