"""Bands of sharing 分档分担: what the fund pays an institution whose bill differs from its standard; pure.

A row says up to which ratio of bill to standard (inclusive) it holds, and how: ``actual`` pays the bill;
``keep`` pays the bill and the share of what was saved; ``bear`` pays the standard and, of what lies above
it within the band, the share. DIP 3.0 技术规范（征求意见稿）第七章第三节 names 机构结余 without figures, so
every limit and share is policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import divide_half_up
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number

BANDS_KEY = "clearing.bands"
ACTUAL, KEEP, BEAR = "actual", "keep", "bear"


@dataclass(frozen=True, slots=True)
class Band:
    """One row; ``up_to`` is ``None`` in the last one."""

    up_to: Fraction | None
    rule: str
    share: Fraction


def read_bands(policy: Policy) -> tuple[Band, ...]:
    """The bands in force (``clearing.bands``), checked.

    :raises Fault: POLICY_MISSING, POLICY_VALUE: limits that do not rise, a share above 1, bands above the
        standard that keep or below it that bear, no limit at exactly 1, or no last open band.
    """
    found: list[Band] = []
    rows = policy.table(BANDS_KEY)
    for row in rows:
        text = cell(policy, BANDS_KEY, row, "up_to")
        band = Band(
            number(policy, BANDS_KEY, text) if text else None,
            cell(policy, BANDS_KEY, row, "rule"),
            number(policy, BANDS_KEY, cell(policy, BANDS_KEY, row, "share")),
        )
        if band.rule not in (ACTUAL, KEEP, BEAR) or band.share > 1:
            raise broken(policy, BANDS_KEY, row, "rule只能是actual、keep或bear，share不能大于1")
        found.append(band)
    limits = [band.up_to for band in found]
    if not found or limits[-1] is not None or None in limits[:-1]:
        raise broken(policy, BANDS_KEY, limits, "最后一档的up_to应为空，其余各档应填写")
    whole = [limit for limit in limits if limit is not None]
    if whole != sorted(set(whole)) or Fraction(1) not in whole:
        raise broken(policy, BANDS_KEY, [str(limit) for limit in whole], "各档上限应由低到高，且有一档恰为1")
    for band in found:
        below = band.up_to is not None and band.up_to <= 1
        if below != (band.rule != BEAR):
            raise broken(policy, BANDS_KEY, band.rule, "标准以内用actual或keep，标准以上用bear")
    return tuple(found)


def banded_fen(actual_fen: int, standard_fen: int, bands: Sequence[Band]) -> int:
    """What the fund pays for a bill against a standard, whole fen, rounded once.

    A standard of zero or less (patients bore more than the points are worth) is its own answer: nothing
    is shared.
    """
    if standard_fen <= 0:
        return standard_fen
    paid = _banded(Fraction(actual_fen), Fraction(standard_fen), bands)
    return divide_half_up(paid.numerator, paid.denominator)


def _banded(actual: Fraction, standard: Fraction, bands: Sequence[Band]) -> Fraction:
    if actual <= standard:
        band = next(b for b in bands if b.up_to is not None and actual <= b.up_to * standard)
        return actual if band.rule == ACTUAL else actual + band.share * (standard - actual)
    paid, floor = standard, standard
    for band in bands:
        if band.rule != BEAR:
            continue
        top = actual if band.up_to is None else min(actual, band.up_to * standard)
        if top > floor:
            paid, floor = paid + band.share * (top - floor), top
    return paid
