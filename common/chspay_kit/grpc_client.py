"""Channels to other services: deadline, claim and trace go along, faults come back as they were raised.

A channel is made once per target and shared. Every unary call of the house may be sent again when the
server was not reached: reads change nothing, and writes carry a ``request_id``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc.aio
import orjson

from chspay_kit import auth, deadline, grpc_errors, telemetry

#: Largest message either side takes, bytes: an Arrow chunk of 50,000 cases is about 5 MB.
MAX_MESSAGE = 64 * 1024 * 1024
#: Default time for a call, seconds; less when the deadline of the work at hand is nearer.
CALL_SECONDS = 10.0

_SCHEMES = ("dns:", "ipv4:", "ipv6:", "unix:")

_SERVICE_CONFIG = orjson.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 3,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }
).decode()

_OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]


class Channel:
    """A channel for generated stubs: ``GrouperServiceStub(channel)``.

    Unary calls are awaited, streams are iterated with ``async for`` (requests as an async iterator).
    Every failure is a :class:`~chspay_core.errors.Fault`. It connects at the first call, so it can be
    made before the event loop runs and before telemetry is switched on.
    """

    def __init__(self, target: str, claim_key: bytes, seconds: float | None = None) -> None:
        self.target = target
        #: Default time for a single call.
        self.seconds = CALL_SECONDS if seconds is None else seconds
        self._claims = auth.Claims(claim_key)
        self._channel: grpc.aio.Channel | None = None

    def unary_unary(self, method: str, *codecs: Any, **named: Any) -> _Single:
        return _Single(self, method, lambda: self.open().unary_unary(method, *codecs, **named))

    def stream_unary(self, method: str, *codecs: Any, **named: Any) -> _Single:
        return _Single(self, method, lambda: self.open().stream_unary(method, *codecs, **named), stream=True)

    def unary_stream(self, method: str, *codecs: Any, **named: Any) -> _Stream:
        return _Stream(self, method, lambda: self.open().unary_stream(method, *codecs, **named))

    def stream_stream(self, method: str, *codecs: Any, **named: Any) -> _Stream:
        return _Stream(self, method, lambda: self.open().stream_stream(method, *codecs, **named))

    def open(self) -> grpc.aio.Channel:
        """The connection itself, made now if it is not yet."""
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(
                _address(self.target), options=_OPTIONS, interceptors=telemetry.client_interceptors()
            )
        return self._channel

    def prepare(self, default: float, timeout: float | None) -> tuple[float, list[tuple[str, str]]]:
        """The deadline of a call, in seconds, and its metadata with the current claim."""
        seconds = deadline.remaining(default if timeout is None else timeout)
        claim = auth.claim_or_none()
        if claim is None:
            return seconds, []
        return seconds, [(auth.CLAIM_METADATA, self._claims.token(claim, min(seconds, self.seconds)))]

    async def ready(self, seconds: float) -> bool:
        """Whether the connection stands within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self.open().channel_ready()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Closes the connection; calls in flight are cancelled."""
        if self._channel is not None:
            await self._channel.close(None)


def _address(target: str) -> str:
    """``host:port`` is asked of DNS again and again, so that a headless service's replicas are found."""
    return target if target.startswith(_SCHEMES) else f"dns:///{target}"


class _Method:
    """One RPC of a channel."""

    __slots__ = ("_channel", "_made", "_make", "_method", "_seconds")

    def __init__(
        self, channel: Channel, method: str, make: Callable[[], Any], *, stream: bool = False
    ) -> None:
        self._channel = channel
        self._method = method
        self._make = make
        self._made: Any = None
        self._seconds = deadline.STREAM_SECONDS if stream else channel.seconds

    def _call(self, request: Any, seconds: float, metadata: list[tuple[str, str]]) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made(request, timeout=seconds, metadata=metadata)

    def _fault(self, error: grpc.aio.AioRpcError) -> Exception:
        return grpc_errors.from_error(error, self._method.split("/")[1])


class _Single(_Method):
    """An RPC with one answer."""

    async def __call__(self, request: Any, *, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as in grpc
        began = time.perf_counter()
        seconds, metadata = self._channel.prepare(self._seconds, timeout)
        code = grpc.StatusCode.OK
        try:
            return await self._call(request, seconds, metadata)
        except grpc.aio.AioRpcError as error:
            code = error.code()
            raise self._fault(error) from error
        finally:
            telemetry.called(self._method, code.name, time.perf_counter() - began)


class _Stream(_Method):
    """An RPC with a stream of answers."""

    async def __call__(self, request: Any, *, timeout: float | None = None) -> AsyncIterator[Any]:  # noqa: ASYNC109 - as in grpc
        began = time.perf_counter()
        seconds, metadata = self._channel.prepare(deadline.STREAM_SECONDS, timeout)
        code = grpc.StatusCode.OK
        call = self._call(request, seconds, metadata)
        try:
            async for answer in call:
                yield answer
        except grpc.aio.AioRpcError as error:
            code = error.code()
            raise self._fault(error) from error
        finally:
            call.cancel()
            telemetry.called(self._method, code.name, time.perf_counter() - began)
