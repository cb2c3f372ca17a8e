"""Faults on the gRPC wire: ``google.rpc.Status`` with ErrorInfo, BadRequest and LocalizedMessage.

The status message is the bare reason code: it is copied into spans and logs, so it holds no value.
The Chinese sentence and the facts travel only in the details, to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

import grpc
from google.rpc import error_details_pb2, status_pb2

from chspay_core.errors import Fault, Kind, Reason

DOMAIN = "chspay"
LOCALE = "zh-CN"
DETAILS_METADATA = "grpc-status-details-bin"
#: Tells the client's retry policy not to try again: the server was reached and has decided.
NO_RETRY = ("grpc-retry-pushback-ms", "-1")

#: The one table of this transport; each kind has its own code, so a code tells the kind back.
CODES = {
    Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.CONFLICT: grpc.StatusCode.ALREADY_EXISTS,
    Kind.PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.TOO_LARGE: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.INTERNAL: grpc.StatusCode.INTERNAL,
}
KINDS = {code: kind for kind, code in CODES.items()}

INTERNAL = Reason(
    "INTERNAL", Kind.INTERNAL, "系统内部出现意外错误，没有保存任何内容，请把错误编号{error_id}告知管理员。"
)
DEADLINE_EXCEEDED = Reason("DEADLINE_EXCEEDED", Kind.UNAVAILABLE, "处理超时，没有完成，请稍后重试。")
SERVICE_UNAVAILABLE = Reason(
    "SERVICE_UNAVAILABLE", Kind.UNAVAILABLE, "暂时无法连接服务{service}，请稍后重试。"
)
MESSAGE_TOO_LARGE = Reason("MESSAGE_TOO_LARGE", Kind.TOO_LARGE, "请求内容过大，请分批提交。")
CALL_CANCELLED = Reason("CALL_CANCELLED", Kind.UNAVAILABLE, "请求已被取消，没有完成。")
NOT_IMPLEMENTED = Reason("NOT_IMPLEMENTED", Kind.PRECONDITION, "此功能尚未提供。")
PEER_ERROR = Reason(
    "PEER_ERROR", Kind.INTERNAL, "服务{service}返回了无法识别的错误（{value}），请联系管理员。"
)

Trailer = tuple[tuple[str, str | bytes], ...]


def to_status(fault: Fault) -> tuple[grpc.StatusCode, str, Trailer]:
    """Code, message and trailing metadata for ``context.abort`` that carry ``fault``."""
    trailer: Trailer = ((DETAILS_METADATA, message_of(fault).SerializeToString()),)
    code = CODES[fault.reason.kind]
    return code, fault.reason.code, (*trailer, NO_RETRY) if fault.reason.kind is Kind.UNAVAILABLE else trailer


def message_of(fault: Fault) -> status_pb2.Status:
    """The fault as a message, for answers that hold several outcomes."""
    status = status_pb2.Status(code=CODES[fault.reason.kind].value[0], message=fault.reason.code)
    facts = {name: value for name, value in fault.facts.items() if value}
    if fault.field:
        facts["field"] = fault.field
    if fault.value:
        facts["value"] = fault.value
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=fault.reason.code, domain=DOMAIN, metadata=facts)
    )
    if fault.field and fault.reason.kind is Kind.INVALID:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=fault.field, description=fault.message, reason=fault.reason.code
        )
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    status.details.add().Pack(error_details_pb2.LocalizedMessage(locale=LOCALE, message=fault.message))
    return status


def from_message(status: status_pb2.Status) -> Fault:
    """The fault in a message that :func:`message_of` made."""
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    return _from_details(status, code) or Fault(PEER_ERROR, value=code.name)


def from_error(error: grpc.aio.AioRpcError, service: str = "") -> Fault:
    """The fault a server raised, as it was; a transport failure becomes a fault that names ``service``."""
    code = error.code()
    for key, value in cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ()):
        if key == DETAILS_METADATA:
            fault = _from_details(status_pb2.Status.FromString(value), code)
            if fault is not None:
                return fault
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Fault(DEADLINE_EXCEEDED, service=service)
    if code is grpc.StatusCode.UNAVAILABLE:
        return Fault(SERVICE_UNAVAILABLE, service=service)
    if code is grpc.StatusCode.CANCELLED:
        return Fault(CALL_CANCELLED, service=service)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return Fault(MESSAGE_TOO_LARGE, service=service)
    return Fault(PEER_ERROR, value=code.name, service=service)


def _from_details(status: status_pb2.Status, code: grpc.StatusCode) -> Fault | None:
    info, text = _details(status.details)
    if info is None or info.domain != DOMAIN:
        return None
    facts = dict(info.metadata)
    field, shown = facts.pop("field", ""), facts.pop("value", "")
    # The sentence is already filled in; braces in it are text, not a template.
    template = (text or info.reason).replace("{", "{{").replace("}", "}}")
    reason = replace(PEER_ERROR, code=info.reason, kind=KINDS[code], text=template)
    return Fault(reason, field=field, value=shown, **facts)


def _details(details: Iterable[object]) -> tuple[error_details_pb2.ErrorInfo | None, str]:
    info, text = None, ""
    for detail in details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):  # type: ignore[attr-defined]
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)  # type: ignore[attr-defined]
        elif detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):  # type: ignore[attr-defined]
            localized = error_details_pb2.LocalizedMessage()
            detail.Unpack(localized)  # type: ignore[attr-defined]
            text = localized.message
    return info, text
