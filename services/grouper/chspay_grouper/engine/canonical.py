"""Small signed documents about what is sealed: canonical JSON, read back only when canonical to the byte."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json

DOCUMENT_BAD = Reason("DOCUMENT_BAD", Kind.INVALID, "不是有效的{kind}：{problem}。")

_HEX = re.compile(r"[0-9a-f]*\Z")
_DIGEST_DIGITS, _KEY_DIGITS = 64, 130


class _Written(Protocol):
    @property
    def content(self) -> bytes: ...


_Document = TypeVar("_Document", bound=_Written)
_Form = TypeVar("_Form")


@dataclass(frozen=True, slots=True)
class Signed:
    """A document as it was signed, and the SM2 signature over exactly these bytes (64 bytes r‖s)."""

    content: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """SM3 of the content, by which others refer to the document."""
        return sm3_hex(self.content)


def write(data: Mapping[str, object]) -> bytes:
    """The one form in which a document is digested and signed."""
    return canonical_json(data)


def read(content: bytes, kind: str, forms: Mapping[str, _Form]) -> tuple[_Form, dict[str, object]]:
    """What the format of a canonical document stands for, and its other fields; ``kind`` names it in Chinese.

    :raises Fault: DOCUMENT_BAD, also for text that is JSON but not canonical.
    """
    try:
        data = json.loads(content)
        canonical = isinstance(data, dict) and write(data) == content
    except (ValueError, RecursionError) as error:
        raise Fault(DOCUMENT_BAD, kind=kind, problem="不是JSON") from error
    if not canonical:
        raise Fault(DOCUMENT_BAD, kind=kind, problem="内容不是规范形式，可能被改动")
    form = data.pop("format", None)
    if not isinstance(form, str) or form not in forms:
        raise Fault(DOCUMENT_BAD, kind=kind, problem=f"格式不是{'、'.join(forms)}")
    return forms[form], dict(data)


def whole(found: _Document, content: bytes, kind: str) -> _Document:
    """The document understood, when writing it again gives exactly what was read.

    Otherwise a field was left out that has a default, and its digest would be that of another document.

    :raises Fault: DOCUMENT_BAD.
    """
    if found.content != content:
        raise Fault(DOCUMENT_BAD, kind=kind, problem="缺少字段或有多余的内容")
    return found


def is_digest(value: object) -> bool:
    """Whether a value is an SM3 digest in lower-case hex."""
    return isinstance(value, str) and len(value) == _DIGEST_DIGITS and bool(_HEX.match(value))


def is_key(value: object) -> bool:
    """Whether a value is an SM2 public key as ``04`` + x + y in lower-case hex."""
    hexadecimal = isinstance(value, str) and len(value) == _KEY_DIGITS and bool(_HEX.match(value))
    return hexadecimal and str(value).startswith("04")
