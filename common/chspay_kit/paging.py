"""Pages of lists: a clamped size and an opaque token that is bound to the query it came from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import smcrypto

PAGE_DEFAULT = 50
PAGE_MAX = 1000

PAGE_TOKEN_BAD = Reason(
    "PAGE_TOKEN_BAD", Kind.INVALID, "翻页标记无效，或查询条件已改变，请从第一页重新查询。"
)
PAGE_SIZE_BAD = Reason("PAGE_SIZE_BAD", Kind.INVALID, "每页条数不能为负数，收到{value}。")

_BINDING = 8


def size(requested: int) -> int:
    """Rows of a page: 0 means 50, more than 1000 means 1000; a negative number is refused."""
    if requested < 0:
        raise Fault(PAGE_SIZE_BAD, field="page_size", value=requested)
    return min(requested, PAGE_MAX) if requested else PAGE_DEFAULT


def encode(query: Sequence[object], after: Sequence[str | int]) -> str:
    """The token for the page after the row with sort key ``after``.

    :param query: what was asked, without size and token: the same values in the same order when decoding.
    """
    return base64.urlsafe_b64encode(_binding(query) + orjson.dumps(list(after))).rstrip(b"=").decode()


def decode(query: Sequence[object], token: str) -> list[str | int] | None:
    """The sort key to go on after, or ``None`` for the first page.

    :raises Fault: PAGE_TOKEN_BAD when the token is not ours or belongs to another query.
    """
    if not token:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        after = orjson.loads(raw[_BINDING:])
    except (ValueError, binascii.Error) as error:
        raise Fault(PAGE_TOKEN_BAD, field="page_token") from error
    if raw[:_BINDING] != _binding(query) or not isinstance(after, list):
        raise Fault(PAGE_TOKEN_BAD, field="page_token")
    return after


def _binding(query: Sequence[object]) -> bytes:
    return smcrypto.sm3(orjson.dumps([str(part) for part in query]))[:_BINDING]
