"""Answers as clients read them: six members, ``infcode`` the text "0" or "-1", times of Shanghai."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
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


def success(refmsgid: str, received: datetime, output: object) -> bytes:
    """The answer of a transaction that was carried out."""
    return _answer("0", refmsgid, received, "", output)


def failure(refmsgid: str, received: datetime, faults: Sequence[Fault]) -> bytes:
    """The answer of a refusal: ``DRG-<text>[<reason> <field>]``, several joined by ；"""
    told = "；".join(_sentence(fault) for fault in faults[:_MOST_TOLD])
    return _answer("-1", refmsgid, received, f"DRG-{told}", None)


def _sentence(fault: Fault) -> str:
    where = f" {fault.field}" if fault.field else ""
    return f"{fault.message.rstrip('。')}[{fault.reason.code}{where}]"


def _answer(infcode: str, refmsgid: str, received: datetime, err_msg: str, output: object) -> bytes:
    return orjson.dumps(
        {
            "infcode": infcode,
            "inf_refmsgid": refmsgid,
            "refmsg_time": stamp(received),
            "respond_time": stamp(now()),
            "err_msg": err_msg,
            "output": output,
        }
    )
