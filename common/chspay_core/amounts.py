"""Money in whole fen, points in whole millionths, and the roundings the rules know.

Money is ``int`` fen; points, weights and ratios are ``Decimal`` outside and ``int`` millionths
(micro) inside. 四舍五入 goes half away from zero, so that a claw-back mirrors the payment it undoes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Context, Decimal

from chspay_core.errors import Fault, Kind, Reason

MICRO = 1_000_000
MICRO_PLACES = 6
FEN_PER_YUAN = 100

#: Wide enough that no product of two stored amounts is ever rounded by the context.
EXACT = Context(prec=76)

NOT_A_NUMBER = Reason("NOT_A_NUMBER", Kind.INVALID, "{field}应为十进制数字，收到“{value}”。")
NOT_WHOLE_FEN = Reason("NOT_WHOLE_FEN", Kind.INVALID, "{field}最多保留到分（两位小数），收到“{value}”。")
TOO_FINE = Reason("TOO_FINE", Kind.INVALID, "{field}最多保留六位小数，收到“{value}”。")
TOO_BIG = Reason("AMOUNT_TOO_BIG", Kind.INVALID, "{field}超出可保存的范围，收到“{value}”。")
SPLIT_NO_WEIGHT = Reason("SPLIT_NO_WEIGHT", Kind.PRECONDITION, "没有可分配的权重，{value}分无法分配。")
SPLIT_NEGATIVE_WEIGHT = Reason("SPLIT_NEGATIVE_WEIGHT", Kind.INVALID, "分配权重不能为负，收到{value}。")
DIVIDE_BY_ZERO = Reason("DIVIDE_BY_ZERO", Kind.PRECONDITION, "除数为零，{value}无法计算。")

_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\Z", re.ASCII)
_INT64 = 2**63


def decimal_text(text: str, field: str = "数值") -> Decimal:
    """A number in plain notation (``-12.30``) as ``Decimal``; exponents, commas and blanks are refused."""
    if not _PLAIN.match(text):
        raise Fault(NOT_A_NUMBER, field=field, value=text)
    return Decimal(text)


def yuan_to_fen(text: str | Decimal, field: str = "金额") -> int:
    """Yuan as plain text or ``Decimal`` to whole fen; a third decimal other than zero is refused."""
    amount = text if isinstance(text, Decimal) else decimal_text(text, field)
    return _scaled(amount, 2, NOT_WHOLE_FEN, field)


def fen_to_yuan(fen: int) -> str:
    """Whole fen as yuan with two decimals: ``-1234`` is ``-12.34``."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{rest:02d}"


def to_micro(value: Decimal, field: str = "数值") -> int:
    """A decimal of at most six places as whole millionths, exactly."""
    return _scaled(value, MICRO_PLACES, TOO_FINE, field)


def from_micro(micro: int) -> Decimal:
    """Whole millionths as ``Decimal``, exactly."""
    return Decimal(micro).scaleb(-MICRO_PLACES, EXACT)


def _scaled(value: Decimal, places: int, reason: Reason, field: str) -> int:
    if not value.is_finite():
        raise Fault(NOT_A_NUMBER, field=field, value=str(value))
    moved = value.scaleb(places, EXACT)
    whole = int(moved)
    if moved != whole:
        raise Fault(reason, field=field, value=plain(value))
    if not -_INT64 <= whole < _INT64:
        raise Fault(TOO_BIG, field=field, value=plain(value))
    return whole


def plain(value: Decimal) -> str:
    """Plain notation without exponent or needless zeros: ``Decimal("1.50")`` is ``1.5``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def divide_half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` to the nearest integer, half away from zero."""
    if denominator == 0:
        raise Fault(DIVIDE_BY_ZERO, value=numerator)
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def ratio_half_up(numerator: int, denominator: int, places: int) -> Decimal:
    """``numerator / denominator`` rounded once to ``places`` decimals, half away from zero."""
    return Decimal(divide_half_up(numerator * 10**places, denominator)).scaleb(-places, EXACT)


def round_half_up(value: Decimal, places: int) -> Decimal:
    """``value`` rounded to ``places`` decimals, half away from zero."""
    numerator, denominator = value.as_integer_ratio()
    return ratio_half_up(numerator, denominator, places)


def largest_remainder(
    total: int, weights: Sequence[int], keys: Sequence[str], *, signed: bool = False
) -> list[int]:
    """Hands out ``total`` (fen) by ``weights``, whole fen each, sum exactly ``total``.

    Each share is rounded down; what is left goes, one fen each, to the largest remainders; ties by
    larger weight, then by smaller key, so the input's order never decides who gets a fen. A negative
    total mirrors the positive one.

    :param weights: whole numbers >= 0, at least one positive unless ``total`` is zero.
    :param keys: one distinct key per weight.
    :param signed: weights below zero are meant (points deducted for a violation): such a share is owed.
    """
    if total < 0:
        return [-share for share in largest_remainder(-total, weights, keys, signed=signed)]
    whole = sum(weights)
    if signed and whole < 0:
        mirrored = [-weight for weight in weights]
        return largest_remainder(total, mirrored, keys, signed=True)
    if not signed and weights and min(weights) < 0:
        raise Fault(SPLIT_NEGATIVE_WEIGHT, field="weights", value=min(weights))
    if whole == 0:
        if total:
            raise Fault(SPLIT_NO_WEIGHT, value=total)
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    if left:
        rest = [total * weight % whole for weight in weights]
        order = sorted(range(len(weights)), key=rest.__getitem__, reverse=True)
        # Only those level with the last one served need the tie rule.
        edge = rest[order[left - 1]]
        level = sorted((-weights[i], keys[i], i) for i in order if rest[i] == edge)
        sure = [i for i in order[:left] if rest[i] > edge]
        for i in sure + [i for _, _, i in level[: left - len(sure)]]:
            shares[i] += 1
    if sum(shares) != total:
        raise AssertionError("a split must hand out its total exactly")
    return shares
