"""HTTP with a memory: the same request id on every try, waiting as the server asks, at most so often."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from urllib.parse import quote

import httpx

from chspay_client.errors import Unavailable, error_of

REQUEST_ID = "Idempotency-Key"
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
Query = str | int


class Transport:
    """One connection pool and one key.

    :param tries: how often a request is sent at most; reads and writes alike, since a write carries its id.
    :param sleep: for tests.
    """

    def __init__(
        self,
        url: str,
        key: str,
        seconds: float,
        tries: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=seconds, trust_env=False, headers={"Authorization": f"Bearer {key}"}
        )
        self._tries = tries
        self._sleep = sleep

    def close(self) -> None:
        """Ends all connections."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        request_id: str | None = None,
        query: Mapping[str, Query] | None = None,
        json: object | None = None,
        content: bytes | None = None,
        media: str = "",
    ) -> httpx.Response:
        """An answer that is no refusal.

        :param request_id: of a write; one is made when none is given, and kept over all tries.
        :raises ChspayError: the refusal, or Unavailable after the last try.
        """
        headers = {} if method == "GET" else {REQUEST_ID: request_id or uuid.uuid4().hex}
        if media:
            headers["Content-Type"] = media
        request = self._http.build_request(
            method, path, params=query, json=json, content=content, headers=headers
        )
        return self._tried(request)

    def _tried(self, request: httpx.Request) -> httpx.Response:
        wait = _FIRST_WAIT
        for left in reversed(range(self._tries)):
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                failed: Exception = Unavailable(
                    0, "GATEWAY_UNREACHABLE", f"{request.url.host}没有应答（{type(error).__name__}）。"
                )
                failed.__cause__ = error
                asked = 0.0
            else:
                if not answer.is_error:
                    return answer
                failed = error_of(answer.status_code, _json(answer))
                asked = _seconds(answer.headers.get("Retry-After", ""))
            if not left or not isinstance(failed, Unavailable):
                raise failed
            self._sleep(min(max(wait, asked), _LONGEST_WAIT))
            wait *= 2
        raise AssertionError("there is at least one try")


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def path_of(steps: tuple[str, ...]) -> str:
    """``/api/v1/<steps>``, every step quoted."""
    return "/api/v1/" + "/".join(quote(step, safe="") for step in steps)
