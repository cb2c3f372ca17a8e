"""The door for request bodies: too large or too deep is refused before anything else reads it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chspay_core.errors import Fault
from chspay_gateway import problems, reasons

MAX_BODY = 4 * 1024 * 1024
MAX_DEPTH = 32
#: Bodies larger than :data:`MAX_BODY` that are read at once; they are held in memory before anybody is known.
MOST_LARGE = 8
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")

Refuse = Callable[[Scope, Receive, Send, Fault], Awaitable[None]]


def depth_of(body: bytes) -> int:
    """How deep a JSON text nests, brackets inside strings not counted."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def too_deep(body: bytes) -> bool:
    """Whether a JSON text nests deeper than :data:`MAX_DEPTH`; ordinary bodies answer without a scan."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        # In GB18030 a second byte may look like a bracket or a backslash.
        body = body.decode("gb18030", "replace").encode()
    return depth_of(body) > MAX_DEPTH


class BodyGate:
    """Reads a body up to the limit and hands it on in one piece; file uploads stream past it.

    :param open_paths: paths that take a stream and hold their own, larger limit.
    :param files: paths that take a file, and its largest size in bytes; a file is not scanned as JSON.
    :param refuse: writes the refusal; the envelope path has its own shape.
    :param limit_of: the limit of a path that takes a file only in some requests, else ``None``.
    """

    def __init__(
        self,
        app: ASGIApp,
        open_paths: frozenset[str],
        files: Mapping[str, int],
        refuse: Refuse,
        limit_of: Callable[[Scope], int | None],
    ) -> None:
        self._app = app
        self._open = open_paths
        self._files = files
        self._refuse = refuse
        self._limit_of = limit_of
        self._large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        try:
            limit = self._files.get(scope["path"]) or self._limit_of(scope)
            body = await self._body(scope, receive, limit or MAX_BODY)
            if body and limit is None and too_deep(body):
                raise Fault(reasons.BODY_TOO_DEEP, limit=MAX_DEPTH)
        except Fault as fault:
            await self._refuse(scope, receive, send, fault)
            return
        if body is None:
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive, limit: int) -> bytes | None:
        """The body, unless too many large ones are being read already."""
        if limit <= MAX_BODY:
            return await _read(scope, receive, limit)
        if self._large >= MOST_LARGE:
            raise Fault(reasons.BUSY)
        self._large += 1
        try:
            return await _read(scope, receive, limit)
        finally:
            self._large -= 1


async def refuse_as_problem(scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """The refusal as problem+json."""
    await problems.response_of(fault)(scope, receive, send)


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body; ``None`` when the client went away.

    :raises Fault: larger than the limit, known from the header or found while reading.
    """
    too_large = Fault(reasons.BODY_TOO_LARGE, limit=f"{limit // 1024 // 1024}MB")
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body once, then whatever the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
