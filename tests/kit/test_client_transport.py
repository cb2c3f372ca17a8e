"""The Python client by itself: what it does when nobody answers, and what it needs."""

from __future__ import annotations

import socket
import subprocess
import sys

import httpx
import pytest

from chspay_client import Unavailable
from chspay_client.transport import Transport


def test_a_write_that_nobody_heard_is_sent_again_under_the_same_id():
    """Cut off between request and answer, a write must not happen twice."""
    seen, waits = [], []

    def answer(request):
        seen.append(request.headers["Idempotency-Key"])
        if len(seen) == 1:
            raise httpx.ReadError("cut off")
        if len(seen) == 2:
            return httpx.Response(503, headers={"Retry-After": "7"}, json={"reason": "BUSY", "detail": "忙"})
        return httpx.Response(201, json={"list_id": "L1"})

    transport = Transport("http://gateway", "cp_x", 1, 3, waits.append)
    transport._http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://gateway")
    assert transport.call("POST", "/api/v1/lists", json={}).json() == {"list_id": "L1"}
    assert len(set(seen)) == 1
    assert waits == [0.5, 7.0]


def test_nobody_there_ends_after_the_last_try():
    """A program must come back with an error it can catch, not wait for ever."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        transport = Transport(f"http://127.0.0.1:{held.getsockname()[1]}", "cp_x", 1, 2, lambda _wait: None)
        with pytest.raises(Unavailable) as error:
            transport.call("GET", "/api/v1/me")
    assert error.value.reason == "GATEWAY_UNREACHABLE"


def test_it_needs_nothing_else_of_ours():
    """Integrators carry the package into their own program."""
    code = "import sys, chspay_client; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name for name in done.stdout.split() if name.startswith("chspay")} == {"chspay_client"}
