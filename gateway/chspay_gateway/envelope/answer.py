"""Answers as clients read them: six members, ``infcode`` the text "0" or "-1", times of Shanghai."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import orjson

from chspay_core.errors import Fault, Kind

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Everything else is a business outcome and answers 200: clients drop the body of other statuses.
STATUS = {Kind.UNAUTHENTICATED: 401, Kind.UNAVAILABLE: 503, Kind.TOO_LARGE: 413, Kind.INTERNAL: 500}
_SERIALS = 10**10
_MOST_TOLD = 10
_serial = itertools.count(secrets.randbelow(_SERIALS))


def now() -> datetime:
    """The moment, in legal time."""
    return datetime.now(SHANGHAI)


def stamp(moment: datetime) -> str:
    """``yyyyMMddHHmmssSSS``."""
    return moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 1000:03d}"


def new_refmsgid(place: str, moment: datetime) -> str:
    """Division (6), time (14), serial (10): 30 digits, no two alike in one process."""
    division = place if len(place) == 6 and place.isascii() and place.isdigit() else "000000"
    return f"{division}{moment:%Y%m%d%H%M%S}{next(_serial) % _SERIALS:010d}"


@dataclass(frozen=True, slots=True)
class Style:
    """How an answer is written; the default is what most clients read.

    :param number: ``infcode`` as a JSON number instead of text.
    :param success_text: ``err_msg`` of a success.
    :param extra: further members of every answer, before what ``dress`` says.
    :param longest: ``err_msg`` is cut there; 0 = never.
    :param dress: signs and encrypts the written output; gives the members that change.
    """

    number: bool = False
    success_text: str | None = ""
    extra: Mapping[str, str | None] = field(default_factory=dict)
    longest: int = 0
    dress: Callable[[bytes], Mapping[str, object]] | None = None


PLAIN = Style()


def success(
    refmsgid: str, received: datetime, output: object, style: Style = PLAIN, warning: str = ""
) -> bytes:
    """The answer of a transaction that was carried out; ``warning`` goes to ``warn_msg``."""
    written = orjson.dumps(output)
    more: dict[str, object] = dict(style.extra)
    if warning:
        more["warn_msg"] = warning
    if style.dress is not None:
        more |= style.dress(written)
    told = more.pop("output", orjson.Fragment(written))
    return _answer(style, "0", refmsgid, received, style.success_text, told, more)


def failure(refmsgid: str, received: datetime, faults: Sequence[Fault], style: Style = PLAIN) -> bytes:
    """The answer of a refusal: ``DRG-<text>[<reason> <field>]``, several joined by ；"""
    told = "DRG-" + "；".join(_sentence(fault) for fault in faults[:_MOST_TOLD])
    if style.longest and len(told) > style.longest:
        told = told[: style.longest - 1] + "…"
    return _answer(style, "-1", refmsgid, received, told, None, style.extra)


def _sentence(fault: Fault) -> str:
    where = f" {fault.field}" if fault.field else ""
    return f"{fault.message.rstrip('。')}[{fault.reason.code}{where}]"


def _answer(
    style: Style,
    infcode: str,
    refmsgid: str,
    received: datetime,
    err_msg: str | None,
    output: object,
    more: Mapping[str, object],
) -> bytes:
    return orjson.dumps(
        {
            "infcode": int(infcode) if style.number else infcode,
            "inf_refmsgid": refmsgid,
            "refmsg_time": stamp(received),
            "respond_time": stamp(now()),
            "err_msg": err_msg,
            "output": output,
            **more,
        }
    )
