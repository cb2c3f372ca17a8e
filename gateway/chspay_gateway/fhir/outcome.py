"""Refusals over FHIR: an OperationOutcome with every fault, its path, and our stable reason."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from chspay_core.errors import Fault, Kind
from chspay_gateway.fhir import names
from chspay_gateway.problems import Faults, fault_of, retry_after, status_of

PREFIX = "/fhir"
#: Kind of a refusal -> FHIR's issue type.
_ISSUES = {
    Kind.INVALID: "invalid",
    Kind.NOT_FOUND: "not-found",
    Kind.CONFLICT: "conflict",
    Kind.PRECONDITION: "business-rule",
    Kind.DENIED: "forbidden",
    Kind.UNAUTHENTICATED: "login",
    Kind.UNAVAILABLE: "transient",
    Kind.TOO_LARGE: "too-long",
    Kind.INTERNAL: "exception",
}


def is_path(path: str) -> bool:
    """Whether a path speaks FHIR."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def outcome_of(faults: Sequence[Fault]) -> dict[str, object]:
    """An OperationOutcome; ``expression`` is the element at fault."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(fault) for fault in faults]}


def _issue(fault: Fault) -> dict[str, object]:
    reason = fault.reason
    found: dict[str, object] = {
        "severity": "error",
        "code": _ISSUES[reason.kind],
        "details": {"coding": [{"system": names.REASONS, "code": reason.code}], "text": fault.message},
    }
    if fault.field:
        found["expression"] = [fault.field]
    if fault.value:
        found["diagnostics"] = fault.value
    return found


def resource(content: object, status: int = 200) -> Response:
    """A resource as an answer."""
    return Response(orjson.dumps(content), status, media_type=names.MEDIA_TYPE)


def refusal(faults: Sequence[Fault]) -> Response:
    """The answer of a refusal."""
    answer = resource(outcome_of(faults), status_of(faults[0].reason))
    if again := retry_after(faults[0]):
        answer.headers["Retry-After"] = again
    return answer


async def refuse(scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """A refusal at the door."""
    await refusal([fault])(scope, receive, send)


class FhirRoute(APIRoute):
    """A route all refusals of which are OperationOutcomes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals told as FHIR tells them."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except Fault as fault:
                return refusal([fault])
            except Faults as error:
                return refusal(error.faults)
            except ValidationError as error:
                return refusal([fault_of(found) for found in error.errors(include_url=False)])
            except RequestValidationError as error:
                return refusal([fault_of(found) for found in error.errors()])

        return told
