"""The gateway as the portal sees it: JSON over HTTP with the reader's own key, and refusals as they come."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from chspay_core.errors import Fault
from chspay_kit import logs
from chspay_portal import reasons

log = logs.get_logger(__name__)

Query = str | int
#: Pages read for one table at most; the longest table of a run is bounded by this times 1,000 rows.
_MOST_PAGES = 50
_ROWS_A_PAGE = 1000


class Refused(Exception):
    """The gateway's (or our own) no: an HTTP status, a stable code, and words for the reader."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


def refused(fault: Fault, status: int) -> Refused:
    """One of our own faults in the shape of the gateway's."""
    return Refused(status, fault.reason.code, fault.message)


class Gateway:
    """One connection pool for all readers; every call says with which key.

    :param url: where the gateway answers.
    :param seconds: how long one call may take.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, timeout=seconds, trust_env=False, limits=httpx.Limits(max_connections=64)
        )
        self._places: dict[str, str] = {}

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.aclose()

    async def get(self, key: str, *steps: str, **query: Query) -> Any:
        """The JSON of ``GET /api/v1/<steps>``; every step of the path is quoted.

        :raises Refused: what the gateway answered, or that it did not.
        """
        return (await self._call(key, "GET", *steps, params=query)).json()

    async def every(self, key: str, *steps: str, **query: Query) -> list[dict[str, Any]]:
        """All rows of a paged list."""
        rows: list[dict[str, Any]] = []
        token = ""
        for _ in range(_MOST_PAGES):
            page = await self.get(key, *steps, **{**query, "page_size": _ROWS_A_PAGE, "page_token": token})
            rows += page["items"]
            token = page["next_page_token"]
            if not token:
                break
        return rows

    async def send(
        self, key: str, method: str, *steps: str, body: object | None = None, address: str = ""
    ) -> Any:
        """A write with a fresh ``Idempotency-Key``; the JSON of the answer, ``None`` when it has none.

        :param address: the browser's, where attempts are counted by address; a gateway that trusts the portal
            as a proxy takes it for the caller's.
        """
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if address:
            headers["X-Forwarded-For"] = address
        more: dict[str, Any] = {} if body is None else {"json": body}
        answer = await self._call(key, method, *steps, headers=headers, **more)
        return answer.json() if answer.content else None

    async def upload(self, key: str, *steps: str, name: str, content: bytes, **query: Query) -> Any:
        """A file as the gateway takes it; the JSON of the answer."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        files = {"file": (name, content)}
        return (await self._call(key, "POST", *steps, headers=headers, params=query, files=files)).json()

    async def raw(self, key: str, *steps: str) -> httpx.Response:
        """A stored file, as the gateway gives it."""
        return await self._call(key, "GET", *steps)

    async def file(self, key: str, *steps: str, form: str, **query: Query) -> httpx.Response:
        """A table as a download, as the gateway writes it.

        :param form: ``csv`` or ``xlsx``.
        """
        return await self._call(key, "GET", *steps, params={**query, "format": form})

    async def public(self, *steps: str, **query: Query) -> httpx.Response:
        """``GET /public/<steps>``: what everybody may read, asked without a key.

        :raises Refused: as :meth:`get`.
        """
        return await self._call("", "GET", *steps, root="/public", params=query)

    async def place_name(self, key: str, code: str) -> str:
        """The name of a place, the code itself for one without policy; names are the same for everybody."""
        if code not in self._places:
            rows = await self.every(key, "places")
            self._places |= {code: code} | {row["code"]: row["name"] for row in rows}
        return self._places[code]

    async def ready(self) -> bool:
        """Whether the gateway and everything behind it can work."""
        try:
            return (await self._client.get("/readyz")).status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    async def _call(self, key: str, method: str, *steps: str, **options: Any) -> httpx.Response:
        path = "/".join((options.pop("root", "/api/v1"), *(quote(step, safe="") for step in steps)))
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            answer = await self._client.request(method, path, headers=headers, **options)
        except httpx.TransportError as error:
            log.warning("portal.gateway_away", error_type=type(error).__name__)
            raise refused(Fault(reasons.GATEWAY_AWAY), HTTPStatus.SERVICE_UNAVAILABLE) from error
        if answer.is_error:
            raise _refusal(answer)
        return answer


def _refusal(answer: httpx.Response) -> Refused:
    try:
        told = answer.json()
        return Refused(answer.status_code, str(told["reason"]), str(told["detail"]))
    except (ValueError, KeyError, TypeError):
        log.warning("portal.gateway_odd", http_status=answer.status_code)
        return refused(Fault(reasons.GATEWAY_ODD, value=answer.status_code), HTTPStatus.BAD_GATEWAY)


@asynccontextmanager
async def connect(url: str, seconds: float) -> AsyncIterator[Gateway]:
    """A :class:`Gateway` that is closed at the end."""
    gateway = Gateway(url, seconds)
    try:
        yield gateway
    finally:
        await gateway.close()
