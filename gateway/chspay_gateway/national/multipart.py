"""A message in a form: text part ``jsonStr`` with the envelope, part ``file`` with the bytes (9101)."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Scope

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway import reasons
from chspay_gateway.bodygate import MAX_BODY, MAX_DEPTH, too_deep

FORM_BAD = Reason(
    "FSI_FORM_BAD", Kind.INVALID, "表单应有文本jsonStr（报文）和文件file两部分，缺少或不止一个“{value}”。"
)
#: Files in one message at most, bytes.
MOST_BYTES = 32 * 1024 * 1024


def is_form(scope: Scope) -> bool:
    """Whether a request says that it is a form."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return bool(kind.lower().startswith(b"multipart/form-data"))


async def parts(request: Request) -> tuple[bytes, bytes | None]:
    """The envelope's bytes, and the file's when there is one.

    :raises Fault: FSI_FORM_BAD, BODY_TOO_DEEP.
    """
    if not is_form(request.scope):
        return await request.body(), None
    try:
        form = await request.form(max_files=2, max_fields=8, max_part_size=MAX_BODY)
    except (HTTPException, MultiPartException) as error:
        raise Fault(FORM_BAD, field="jsonStr", value="jsonStr") from error
    envelopes, files = form.getlist("jsonStr"), form.getlist("file")
    if len(envelopes) != 1 or len(files) > 1:
        raise Fault(FORM_BAD, field="jsonStr", value="jsonStr" if len(envelopes) != 1 else "file")
    body = await _bytes(envelopes[0])
    if too_deep(body):
        raise Fault(reasons.BODY_TOO_DEEP, limit=MAX_DEPTH)
    return body, await _bytes(files[0]) if files else None


async def _bytes(part: UploadFile | str) -> bytes:
    return await part.read() if isinstance(part, UploadFile) else part.encode()
