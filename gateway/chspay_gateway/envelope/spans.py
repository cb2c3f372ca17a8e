"""Where a member of a message stands in its bytes: signatures are checked over what was received.

Writing ``input`` down again would change the order of its members, the form of its numbers or its
escapes, and no signature would hold.
"""

from __future__ import annotations

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def member_spans(text: str, name: str) -> list[tuple[int, int]]:
    """Start and end of every value the top-level object in ``text`` gives to ``name`` (spelling ignored).

    :raises ValueError: ``text`` is no JSON object.
    """
    found: list[tuple[int, int]] = []
    at = _skip(text, 0)
    _expect(text, at, "{")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key, at = _DECODER.raw_decode(text, at)
        if not isinstance(key, str):
            raise ValueError("key")
        at = _skip(text, at)
        _expect(text, at, ":")
        start = _skip(text, at + 1)
        _, end = _DECODER.raw_decode(text, start)
        if key.lower().replace("_", "") == name:
            found.append((start, end))
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        else:
            _expect(text, at, "}")
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _expect(text: str, at: int, sign: str) -> None:
    if text[at : at + 1] != sign:
        raise ValueError(sign)
