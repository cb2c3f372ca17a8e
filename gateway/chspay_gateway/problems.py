"""Errors over HTTP: problem+json (RFC 9457), one table from kind to status, one shape for all.

``type`` names the reason as a URN, ``title`` is the kind in Chinese, ``detail`` the Chinese sentence,
``reason`` the stable code for programs, ``errors`` every field found at fault.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from chspay_core.errors import Fault, Kind, Reason, shorten
from chspay_gateway import reasons
from chspay_kit import logs
from chspay_kit.grpc_errors import INTERNAL

log = logs.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "2"

STATUS = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION: 409,
    Kind.DENIED: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.UNAVAILABLE: 503,
    Kind.TOO_LARGE: 413,
    Kind.INTERNAL: 500,
}
#: Reasons whose HTTP status is narrower than that of their kind.
STATUS_OF_REASON = {
    "RATE_LIMITED": 429,
    "SIGN_IN_LOCKED": 429,
    "BODY_NOT_JSON": 400,
    "BODY_MISSING": 400,
    "BODY_TOO_DEEP": 400,
    "IDEMPOTENCY_KEY_MISSING": 400,
    "IDEMPOTENCY_KEY_BAD": 400,
    "METHOD_BAD": 405,
    "MEDIA_TYPE_BAD": 415,
}
TITLES = {
    Kind.INVALID: "输入有误",
    Kind.NOT_FOUND: "没有找到",
    Kind.CONFLICT: "请求冲突",
    Kind.PRECONDITION: "条件尚未满足",
    Kind.DENIED: "没有权限",
    Kind.UNAUTHENTICATED: "身份未通过",
    Kind.UNAVAILABLE: "服务暂时不可用",
    Kind.TOO_LARGE: "内容过大",
    Kind.INTERNAL: "系统内部错误",
}
#: Titles of statuses that are narrower than a kind.
TITLES_OF_STATUS = {429: "请求过于频繁"}


class FieldError(BaseModel):
    """One field at fault."""

    field: str = Field(description="字段路径，如 diagnoses[0]")
    value: str = Field(description="收到的值，最长80个字符")
    message: str = Field(description="中文说明")
    reason: str = Field(description="稳定的英文原因代码")


class Problem(BaseModel):
    """问题说明（RFC 9457）：每个错误都用同一形式。"""

    type: str = Field(examples=["urn:chspay:problem:REQUEST_ID_REUSED"])
    title: str = Field(description="错误类别（中文）", examples=["请求冲突"])
    status: int = Field(description="HTTP 状态码", examples=[409])
    detail: str = Field(description="一句话说明（中文）")
    reason: str = Field(description="稳定的英文原因代码，供程序判断", examples=["REQUEST_ID_REUSED"])
    errors: list[FieldError] = Field(default_factory=list, description="逐个字段的问题")


class Faults(Exception):
    """Several faults of one input, told together; the first one names the problem."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(str(self.faults[0]))


def status_of(reason: Reason) -> int:
    """The HTTP status of a reason."""
    return STATUS_OF_REASON.get(reason.code, STATUS[reason.kind])


def retry_after(fault: Fault) -> str:
    """Seconds after which to come again, as the header says it; empty when coming again does not help."""
    if fault.reason.kind is not Kind.UNAVAILABLE:
        return ""
    return str(fault.facts.get("seconds", RETRY_AFTER_SECONDS))


def problem_of(faults: Sequence[Fault]) -> Problem:
    """The problem document of one or more faults; the first names it."""
    first = faults[0]
    return Problem(
        type=f"urn:chspay:problem:{first.reason.code}",
        title=TITLES_OF_STATUS.get(status_of(first.reason)) or TITLES[first.reason.kind],
        status=status_of(first.reason),
        detail=first.message,
        reason=first.reason.code,
        errors=[
            FieldError(field=fault.field, value=fault.value, message=fault.message, reason=fault.reason.code)
            for fault in faults
            if fault.field
        ],
    )


def response_of(*faults: Fault) -> Response:
    """The HTTP answer of a refusal."""
    problem = problem_of(faults)
    headers: dict[str, str] = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if again := retry_after(faults[0]):
        headers["Retry-After"] = again
    return Response(
        orjson.dumps(problem.model_dump()), problem.status, headers=headers, media_type=MEDIA_TYPE
    )


def internal_fault(error: BaseException, where: str) -> Fault:
    """A fault for an error nobody foresaw: logged with an event number, told without its text."""
    event = uuid.uuid4().hex[:12]
    log.error("gateway.failure", error_id=event, route=where, **logs.failure(error))
    return Fault(INTERNAL, error_id=event)


# --- what FastAPI and pydantic refuse, in our words -------------------------------------------------

_EXPECTED = {
    "string_type": "应为文本",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "string_unicode": "应为有效的UTF-8文本",
    "date_type": "应为日期文本",
}
_RANGE = {
    "greater_than_equal": ("ge", "不小于{}"),
    "less_than_equal": ("le", "不大于{}"),
    "greater_than": ("gt", "大于{}"),
    "less_than": ("lt", "小于{}"),
    "string_too_long": ("max_length", "最长{}个字符"),
    "string_too_short": ("min_length", "至少{}个字符"),
    "too_long": ("max_length", "最多{}项"),
    "too_short": ("min_length", "至少{}项"),
}


def path_of(loc: Sequence[str | int]) -> str:
    """``("body", "diagnoses", 0)`` as people write it: ``diagnoses[0]``."""
    steps = [step for i, step in enumerate(loc) if i > 0 or step not in {"body", "query", "path", "header"}]
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else (f".{step}" if path else step)
    return path


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "对象"
    if isinstance(value, (list, tuple)):
        return "列表"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    # Half a character of a broken escape cannot be written down again.
    return shorten(str(value).encode("utf-8", "replace").decode())


def fault_of(error: Mapping[str, object] | ErrorDetails) -> Fault:
    """One pydantic error as a fault with our reason and a Chinese sentence."""
    kind = str(error["type"])
    loc = error["loc"]
    field = path_of(loc) if isinstance(loc, tuple) else ""
    value = _shown(error.get("input"))
    raw = error.get("ctx")
    context: Mapping[str, object] = raw if isinstance(raw, Mapping) else {}
    cause = context.get("error")
    if isinstance(cause, Fault):
        return Fault(cause.reason, field=field, value=cause.value or value, **cause.facts)
    if kind == "json_invalid":
        return Fault(reasons.BODY_NOT_JSON)
    if kind == "missing":
        return Fault(reasons.FIELD_REQUIRED, field=field) if field else Fault(reasons.BODY_MISSING)
    if kind == "extra_forbidden":
        return Fault(reasons.FIELD_UNKNOWN, field=field, value=value)
    if kind in _RANGE:
        name, text = _RANGE[kind]
        return Fault(
            reasons.FIELD_RANGE, field=field, value=value, expected=text.format(context.get(name, ""))
        )
    if kind in _EXPECTED:
        return Fault(reasons.FIELD_TYPE, field=field or "请求内容", value=value, expected=_EXPECTED[kind])
    return Fault(reasons.FIELD_FORMAT, field=field, value=value)


def media_fault(request: Request) -> Fault | None:
    """A body sent as something else than JSON reads as bytes; say that instead of "not an object"."""
    sent = request.headers.get("content-type", "")
    media = sent.partition(";")[0].strip().lower()
    if media == "application/json" or media.endswith("+json"):
        return None
    return Fault(
        reasons.MEDIA_TYPE_BAD, field="Content-Type", value=sent or "空", expected="application/json"
    )


def install(app: FastAPI) -> None:
    """Every way to fail ends in a problem document; what nobody foresaw is caught by the door."""

    async def on_fault(_request: Request, error: Exception) -> Response:
        return response_of(cast("Fault", error))

    async def on_faults(_request: Request, error: Exception) -> Response:
        return response_of(*cast("Faults", error).faults)

    async def on_invalid(request: Request, error: Exception) -> Response:
        found = cast("RequestValidationError", error).errors()
        if any(item["loc"] == ("body",) and item["type"] != "missing" for item in found):
            media = media_fault(request)
            if media is not None:
                return response_of(media)
        return response_of(*[fault_of(item) for item in found])

    async def on_http(request: Request, error: Exception) -> Response:
        status = cast("HTTPException", error).status_code
        if status == HTTPStatus.NOT_FOUND:
            return response_of(Fault(reasons.ROUTE_UNKNOWN, value=request.url.path))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            return response_of(Fault(reasons.METHOD_BAD, value=request.method))
        if request.headers.get("content-type", "").startswith("multipart/"):
            return response_of(
                Fault(reasons.UPLOAD_UNREADABLE, expected="multipart/form-data", detail="格式错误")
            )
        return response_of(Fault(reasons.BODY_NOT_JSON))

    app.add_exception_handler(Fault, on_fault)
    app.add_exception_handler(Faults, on_faults)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
