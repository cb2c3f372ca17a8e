"""Everything that happens around an RPC of ours, in one server interceptor and in this order.

Claim verified and made current, deadline, unit of work (one lazy transaction, committed on success and
rolled back on anything else), idempotency of writes, the handler, faults to rich statuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import auth, deadline, grpc_errors, logs, once, smcrypto, telemetry
from chspay_kit.db import Database

#: Services anybody may call: probes and tools have no claim.
OPEN_SERVICES = frozenset(
    {
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "grpc.reflection.v1.ServerReflection",
    }
)

REQUEST_ID_MISSING = Reason("REQUEST_ID_MISSING", Kind.INVALID, "写入请求必须带请求号（request_id）。")
REQUEST_ID_BAD = Reason(
    "REQUEST_ID_BAD", Kind.INVALID, "请求号（request_id）应为1至128位字母、数字或常用符号，收到“{value}”。"
)
_REQUEST_ID = re.compile(r"[!-~]{1,128}\Z", re.ASCII)

log = logs.get_logger(__name__)

if TYPE_CHECKING:
    _ServerInterceptor = grpc.aio.ServerInterceptor[Any, Any]
else:
    _ServerInterceptor = grpc.aio.ServerInterceptor

_SHAPES: dict[str, Callable[..., Any]] = {
    "unary_unary": grpc.unary_unary_rpc_method_handler,
    "stream_unary": grpc.stream_unary_rpc_method_handler,
    "unary_stream": grpc.unary_stream_rpc_method_handler,
    "stream_stream": grpc.stream_stream_rpc_method_handler,
}

Handler = Any  # grpc.RpcMethodHandler, whose four behaviours have no common type
Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """What the interceptor knows of one RPC before the first call."""

    path: str
    write: bool
    answer: type[Message]
    #: A write that keeps its answers itself, because several calls share a transaction.
    together: bool = False


def methods_of(servicer: object, service: str) -> dict[str, Method]:
    """The RPCs of ``service`` by path, with the writes that ``servicer.WRITES`` declares.

    Those of ``servicer.TOGETHER`` keep their answers themselves (:mod:`chspay_kit.once`).

    :raises ValueError: the declaration and the proto disagree: a unary RPC is a write exactly when its
        request has a ``request_id``.
    """
    writes: set[str] = set(getattr(servicer, "WRITES", ()))
    together: set[str] = set(getattr(servicer, "TOGETHER", ()))
    descriptor = descriptor_pool.Default().FindServiceByName(service)
    found: dict[str, Method] = {}
    for method in descriptor.methods:
        unary = not (method.client_streaming or method.server_streaming)
        carries_id = unary and "request_id" in method.input_type.fields_by_name
        if carries_id != (method.name in writes):
            raise ValueError(f"{service}: WRITES and request_id of {method.name} disagree")
        path = f"/{service}/{method.name}"
        answer = message_factory.GetMessageClass(method.output_type)
        found[path] = Method(path, carries_id, answer, together=method.name in together)
    if unknown := (writes | together) - {method.name for method in descriptor.methods}:
        raise ValueError(f"{service}: WRITES names RPCs that do not exist: {sorted(unknown)}")
    return found


class HouseInterceptor(_ServerInterceptor):
    """The interceptor; it is the innermost one, so spans of others see the final status."""

    def __init__(self, methods: Iterable[Method], claim_key: bytes, database: Database | None) -> None:
        self._methods = {method.path: method for method in methods}
        self._claims = auth.Claims(claim_key)
        self._database = database
        self._wrapped: dict[str, Handler] = {}
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()
        if database is None and any(method.write for method in self._methods.values()):
            raise ValueError("a service with writes needs a database")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        path = handler_call_details.method
        wrapped = self._wrapped.get(path)
        if wrapped is None:
            wrapped = await continuation(handler_call_details)
            if wrapped is None or path.split("/")[1] in OPEN_SERVICES:
                return wrapped
            wrapped = self._wrapped[path] = self._wrap(path, wrapped)
        return wrapped

    async def idle(self) -> None:
        """Waits until no RPC of ours is being served."""
        await self._idle.wait()

    def _wrap(self, path: str, handler: Handler) -> Handler:
        method = self._methods.get(path) or Method(path, write=False, answer=Message)
        shape = next(shape for shape in _SHAPES if getattr(handler, shape) is not None)
        behavior = getattr(handler, shape)
        around = self._many if shape.endswith("_stream") else self._one
        return _SHAPES[shape](
            around(method, behavior if _is_built(behavior) else _not_built),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _one(self, method: Method, behavior: Callable[..., Awaitable[Message]]) -> Callable[..., Any]:
        async def one(request: Any, context: Context) -> Any:
            call = _Call(self, method, context)
            try:
                claim = call.enter(self._claims, deadline.CALL_SECONDS)
                async with call.timer, self._unit(claim) as unit:
                    if method.write:
                        answer = await _once(method, behavior, request, context, claim, unit)
                    else:
                        answer = await behavior(request, context)
                call.code = grpc.StatusCode.OK
                return answer
            except Exception as error:
                await call.refuse(error)
            finally:
                call.leave()

        return one

    def _many(self, method: Method, behavior: Callable[..., AsyncIterator[Message]]) -> Callable[..., Any]:
        async def many(request: Any, context: Context) -> AsyncIterator[Any]:
            call = _Call(self, method, context)
            try:
                claim = call.enter(self._claims, deadline.STREAM_SECONDS)
                async with call.timer, self._unit(claim):
                    async for answer in behavior(request, context):
                        yield answer
                call.code = grpc.StatusCode.OK
            except Exception as error:
                await call.refuse(error)
            finally:
                call.leave()

        return many

    def _unit(self, claim: auth.Claim) -> contextlib.AbstractAsyncContextManager[Any]:
        return contextlib.nullcontext() if self._database is None else self._database.unit(claim)

    def began(self) -> None:
        """One more RPC is being served."""
        self._active += 1
        self._idle.clear()

    def ended(self) -> None:
        """One RPC less is being served."""
        self._active -= 1
        if not self._active:
            self._idle.set()


def _is_built(behavior: Callable[..., Any]) -> bool:
    """Whether the servicer has the method itself; the generated base class only has placeholders."""
    return not str(getattr(behavior, "__module__", "")).endswith("_pb2_grpc")


def _not_built(_request: Any, _context: Context) -> Any:
    raise Fault(grpc_errors.NOT_IMPLEMENTED)


async def _once(
    method: Method, behavior: Callable[..., Awaitable[Message]], request: Any, context: Context,
    claim: auth.Claim, unit: Any,
) -> Message:  # fmt: skip
    """A write, done once: its answer is stored with the work, in the same transaction."""
    check_request_id(request.request_id)
    if method.together:
        return await behavior(request, context)
    connection = await unit.connection()
    body = smcrypto.sm3(request.SerializeToString(deterministic=True))
    stored = await once.begin(connection, claim.subject, request.request_id, method.path, body)
    if stored is not None:
        return method.answer.FromString(stored)
    answer = await behavior(request, context)
    await once.finish(connection, claim.subject, request.request_id, answer.SerializeToString())
    return answer


def check_request_id(request_id: str) -> None:
    """Refuses a write that nobody could send again.

    :raises Fault: REQUEST_ID_MISSING, REQUEST_ID_BAD.
    """
    if not request_id:
        raise Fault(REQUEST_ID_MISSING, field="request_id")
    if not _REQUEST_ID.match(request_id):
        raise Fault(REQUEST_ID_BAD, field="request_id", value=request_id)


def fault_of(error: Exception, path: str) -> Fault:
    """What the caller of an RPC is told of an error; what nobody foresaw is logged under a number."""
    if isinstance(error, Fault):
        if error.reason.kind in (Kind.UNAVAILABLE, Kind.INTERNAL):
            failure = logs.failure(error.__cause__ or error)
            log.warning("rpc.unavailable", method=path, reason=error.reason.code, **failure)
        return error
    error_id = uuid.uuid4().hex[:12]
    log.error("rpc.failed", error_id=error_id, method=path, **logs.failure(error))
    return Fault(grpc_errors.INTERNAL, error_id=error_id)


class _Call:
    """One RPC being served: counted, measured, and refused in one way."""

    __slots__ = ("_began", "_context", "_method", "_server", "code", "timer")

    def __init__(self, server: HouseInterceptor, method: Method, context: Context) -> None:
        self._server = server
        self._method = method
        self._context = context
        self._began = time.perf_counter()
        #: Stays so when the caller goes away and the handler is cancelled.
        self.code = grpc.StatusCode.CANCELLED
        self.timer = asyncio.timeout(None)
        server.began()

    def enter(self, claims: auth.Claims, seconds: float) -> auth.Claim:
        """Verifies the claim and makes it and the deadline current for this task, which serves only this RPC.

        A caller without a deadline gets ``seconds``; the deadline of others is kept by gRPC itself.
        """
        left = self._context.time_remaining()
        deadline.begin(seconds if left is None else left)
        if left is None:
            self.timer = asyncio.timeout(seconds)
        for name, value in self._context.invocation_metadata() or ():
            if name == auth.CLAIM_METADATA:
                claim = claims.read(str(value), time.time())
                auth.act_as(claim)
                return claim
        raise Fault(auth.CLAIM_MISSING)

    async def refuse(self, error: Exception) -> None:
        """Ends the RPC with the rich status of ``error``; never returns."""
        if isinstance(error, grpc.aio.AbortError):
            raise error
        fault = self._fault(error)
        self.code, message, trailer = grpc_errors.to_status(fault)
        telemetry.tell_reason(message)
        await self._context.abort(self.code, message, trailer)

    def leave(self) -> None:
        """Counts the RPC as done."""
        telemetry.served(self._method.path, self.code.name, time.perf_counter() - self._began)
        self._server.ended()

    def _fault(self, error: Exception) -> Fault:
        if isinstance(error, TimeoutError) and self.timer.expired():
            return Fault(grpc_errors.DEADLINE_EXCEEDED)
        return fault_of(error, self._method.path)
