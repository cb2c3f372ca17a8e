"""A JSON body read in one step, for the busiest endpoints: bytes to a strict model, refusals in our words."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.problems import Faults, fault_of, media_fault

Model = TypeVar("Model", bound=BaseModel)

#: Marks an operation that needs an Idempotency-Key; taken out when the description is completed.
WRITES = "x-chspay-writes"


async def read(request: Request, model: type[Model]) -> Model:
    """The body as ``model``.

    :raises Fault, Faults: not JSON by its type or its content, or every field at fault.
    """
    media = media_fault(request)
    if media is not None:
        raise media
    content = await request.body()
    if not content:
        raise Fault(reasons.BODY_MISSING)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise Faults([fault_of(found) for found in error.errors(include_url=False)]) from error


def described(model: type[BaseModel], *, writes: bool) -> dict[str, Any]:
    """What FastAPI cannot see of an operation that reads its body so, for the interface description."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return {"requestBody": {"required": True, "content": content}, WRITES: writes}
