"""What can go wrong, by what a program does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any


class ChspayError(Exception):
    """A refusal: ``reason`` is a stable code for programs, ``detail`` a Chinese sentence for people.

    ``errors`` names every field at fault: ``field``, ``value``, ``message``, ``reason``.
    """

    def __init__(
        self, status: int, reason: str, detail: str, errors: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.status = status
        self.reason = reason
        self.detail = detail
        self.errors = [dict(each) for each in errors]


class Refused(ChspayError):
    """The request is wrong or comes too early; sending it again changes nothing."""


class Denied(ChspayError):
    """The key is wrong or may not do this."""


class NotFound(ChspayError):
    """There is no such thing, or it belongs to somebody else."""


class Unavailable(ChspayError):
    """Not now: every try failed. The same request with the same id may be sent again later."""


_KINDS: dict[int, type[ChspayError]] = {
    HTTPStatus.UNAUTHORIZED: Denied,
    HTTPStatus.FORBIDDEN: Denied,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.TOO_MANY_REQUESTS: Unavailable,
    HTTPStatus.BAD_GATEWAY: Unavailable,
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable,
    HTTPStatus.GATEWAY_TIMEOUT: Unavailable,
}


def error_of(status: int, told: object) -> ChspayError:
    """The exception of an HTTP answer that is none; ``told`` is its JSON, ``None`` when it has none."""
    kind = _KINDS.get(status, Refused if status < HTTPStatus.INTERNAL_SERVER_ERROR else ChspayError)
    if not isinstance(told, Mapping) or "reason" not in told:
        return kind(status, "ODD_ANSWER", f"收到HTTP {status}，但内容不是chspay的问题说明，请核对地址。")
    return kind(status, str(told["reason"]), str(told.get("detail", "")), told.get("errors") or ())
