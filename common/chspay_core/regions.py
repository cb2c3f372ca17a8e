"""Six-digit region codes 行政区划代码 (GB/T 2260): province 2 digits, city 2, county 2."""

from __future__ import annotations

import re

from chspay_core.errors import Fault, Kind, Reason

NATION = "000000"

NOT_A_REGION = Reason("NOT_A_REGION", Kind.INVALID, "{field}应为六位行政区划代码，收到“{value}”。")

_CODE = re.compile(r"[0-9]{6}\Z", re.ASCII)


def check_code(code: str, field: str = "行政区划") -> str:
    """``code`` itself when it is six digits with no gap (a county without a city is refused)."""
    gap = _CODE.match(code) is not None and (
        (code[:2] == "00" and code != NATION) or (code[2:4] == "00" and code[4:] != "00")
    )
    if _CODE.match(code) is None or gap:
        raise Fault(NOT_A_REGION, field=field, value=code)
    return code


def chain(code: str) -> list[str]:
    """The place and those above it, nearest first: county, city, province, nation."""
    check_code(code)
    steps = [code, code[:4] + "00", code[:2] + "0000", NATION]
    return list(dict.fromkeys(steps))


def prefix(code: str) -> str:
    """The digits that every place inside starts with; empty for the nation."""
    check_code(code)
    for pair in (4, 2, 0):
        if code[pair : pair + 2] != "00":
            return code[: pair + 2]
    return ""


def contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies inside it."""
    check_code(inner)
    return inner.startswith(prefix(outer))
