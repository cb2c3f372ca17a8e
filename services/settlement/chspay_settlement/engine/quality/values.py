"""What one text of a list says: a number, a moment, a duration, a certificate number. Never raises."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from operator import mul

#: Decimal places kept of a number; more of them (other than zeros) make it unreadable.
PLACES = 4
SCALE: int = 10**PLACES
#: A number may be at most this large, in its own unit (10 billion yuan).
MOST = 10**10
SECONDS_A_DAY = 86_400
_MINUTES_A_DAY, _MINUTES_AN_HOUR = 1_440, 60
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_EPOCH = date(1970, 1, 1).toordinal()
#: Days kept once read: more than the births of a century.
_DAYS_KEPT = 50_000

_NUMBER = re.compile(r"(-?)(\d{1,11})(?:\.(\d{1,12}))?\Z", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?\Z", re.ASCII
)
_DURATION = re.compile(r"(\d{1,4})/(\d{1,2})/(\d{1,2})\Z", re.ASCII)
_HOURS = re.compile(r"(\d{1,5})(?:\.0{1,2})?\Z", re.ASCII)
_CITIZEN = re.compile(r"[1-9]\d{16}[0-9Xx]\Z", re.ASCII)
#: GB 11643: weights of the 17 digits, and the check characters by remainder modulo 11.
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: What the weighted character codes of digits come to above the weighted digits.
_CITIZEN_EXCESS = ord("0") * sum(_CITIZEN_WEIGHTS)
_CITIZEN_CHECKS = "10X98765432"


def number_of(text: str) -> int | None:
    """A number in plain notation as whole ten-thousandths; ``None`` when it is none."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    sign, whole, fraction = match.groups()
    value = int(whole) * SCALE
    if fraction:
        fraction = fraction.rstrip("0")
        if len(fraction) > PLACES:
            return None
        value += int(fraction.ljust(PLACES, "0"))
    if value > MOST * SCALE:
        return None
    return -value if sign else value


def moment_of(text: str) -> tuple[int, bool] | None:
    """A date or moment as seconds since 1970-01-01 (no zone), and whether it names hour and minute."""
    match = _MOMENT.match(text)
    if match is None:
        return None
    year, month, of_month, told_hour, told_minute, told_second = match.groups()
    beginning = _beginning(year, month, of_month)
    if beginning is None or told_hour is None:
        return None if beginning is None else (beginning, False)
    hour, minute, second = int(told_hour), int(told_minute), int(told_second or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return beginning + hour * 3600 + minute * 60 + second, True


@lru_cache(_DAYS_KEPT)
def _beginning(year: str, month: str, of_month: str) -> int | None:
    """When a day begins, in seconds since 1970-01-01: lists of one month have the same few days."""
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return (date(int(year), int(month), int(of_month)).toordinal() - _EPOCH) * SECONDS_A_DAY
    except ValueError:
        return None


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def minutes_of(text: str) -> int | None:
    """A duration 天/小时/分钟 in minutes; a whole number alone is hours, as on the paper form."""
    match = _DURATION.match(text)
    if match is not None:
        if int(match[2]) > 23 or int(match[3]) > 59:
            return None
        return int(match[1]) * _MINUTES_A_DAY + int(match[2]) * _MINUTES_AN_HOUR + int(match[3])
    hours = _HOURS.match(text)
    return int(hours[1]) * _MINUTES_AN_HOUR if hours else None


def citizen_ok(text: str) -> bool:
    """Whether this is a citizen number 公民身份号码 of 18 characters whose check character is right."""
    if _CITIZEN.match(text) is None or citizen_birth(text) is None:
        return False
    total = sum(map(mul, text.encode(), _CITIZEN_WEIGHTS)) - _CITIZEN_EXCESS
    return _CITIZEN_CHECKS[total % 11] == text[17].upper()


def citizen_birth(text: str) -> int | None:
    """The birth date in a citizen number, as seconds since 1970-01-01."""
    if len(text) != 18 or not (text[6:14].isascii() and text[6:14].isdigit()):
        return None
    return _beginning(text[6:10], text[10:12], text[12:14])


def citizen_sex(text: str) -> str:
    """1 (male) or 2 (female) from a citizen number; empty when it says neither."""
    if len(text) != 18 or text[16] not in "0123456789":
        return ""
    return "1" if int(text[16]) % 2 else "2"


def in_icd(code: str, spans: tuple[tuple[str, str], ...]) -> bool:
    """Whether a diagnosis code lies in one of the spans ``(first, last)``, both compared as prefixes."""
    return any(first <= code and code[: len(last)] <= last for first, last in spans)


def spans_of(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """``O80-O84`` and ``Z37.0`` as spans."""
    found = []
    for text in texts:
        first, _, last = text.partition("-")
        found.append((first, last or first))
    return tuple(found)
