"""Who is calling, as the HTTP server tells it: the peer, unless a named proxy says otherwise."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import pytest

from chspay_kit.http_server import serve_http
from chspay_kit.ports import free_port


async def told(scope, receive, send):
    """An application that answers who called, and by which scheme."""
    said = f"{scope['client'][0]} {scope['scheme']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said})


@pytest.mark.parametrize(
    ("proxies", "said"),
    [("", "127.0.0.1 http"), ("127.0.0.1", "10.9.8.7 https"), ("10.0.0.1", "127.0.0.1 http")],
)
async def test_only_a_trusted_proxy_speaks_for_others(proxies, said):
    """Some hospitals are known by their address alone: a header anybody can write must not make them so."""
    port = free_port()
    task = asyncio.create_task(serve_http(told, f"127.0.0.1:{port}", drain_seconds=1, proxies=proxies))
    headers = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https"}
    try:
        async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
            for _ in range(100):
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.02)
            assert answer.text == said
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await task
