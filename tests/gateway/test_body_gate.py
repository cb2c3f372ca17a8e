"""The door for request bodies, by itself."""

from __future__ import annotations

import asyncio

from chspay_gateway import reasons
from chspay_gateway.bodygate import MAX_BODY, MOST_LARGE, BodyGate


async def test_only_so_many_large_bodies_are_read_at_once():
    """A large body is held in memory before anybody is known: a crowd of strangers must not fill it."""
    told, taken = [], []
    last_part = asyncio.Event()

    async def app(_scope, receive, _send):
        taken.append(len((await receive())["body"]))

    async def refuse(_scope, _receive, _send, fault):
        told.append(fault.reason)

    async def slow():
        await last_part.wait()
        return {"type": "http.request", "body": b"x", "more_body": False}

    gate = BodyGate(app, frozenset(), {"/file": 2 * MAX_BODY}, refuse, lambda _scope: None)
    scope = {"type": "http", "method": "POST", "path": "/file", "headers": []}
    reading = [asyncio.create_task(gate(scope, slow, None)) for _ in range(MOST_LARGE)]
    await asyncio.sleep(0)
    await gate(scope, slow, None)
    assert told == [reasons.BUSY]
    last_part.set()
    await asyncio.gather(*reading)
    await gate(scope, slow, None)
    assert taken == [1] * (MOST_LARGE + 1)
    assert told == [reasons.BUSY]
