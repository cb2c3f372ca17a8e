"""The cases of a period, and what a simulation asks of them beyond a clearing: ages, parts of cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns, Each
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.value.forms import FUND_ONLY, Form
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.engine.whatif.scenario import PROPORTIONAL, Prices

PART_MISSING = Reason(
    "WHAT_IF_PART_MISSING",
    Kind.PRECONDITION,
    "病例没有费用类别“{value}”，不能换这一类的价格。{known}",
)
PART_UNKNOWN = Reason(
    "WHAT_IF_PART_ROW_UNKNOWN",
    Kind.PRECONDITION,
    "病例{value}（医疗机构{hospital}）没有填写费用类别“{part}”，换价以后的费用算不出来。",
)
PARTS_OVER_COST = Reason(
    "WHAT_IF_PARTS_OVER_COST",
    Kind.PRECONDITION,
    "病例{value}（医疗机构{hospital}）要换价的费用合计超过总费用，各类之间可能有重复。",
)
GROUPING_MISSING = Reason(
    "WHAT_IF_GROUPING_MISSING", Kind.PRECONDITION, "病例没有按“{value}”的分组结果，请先分组。"
)
BAND_SHAPE = Reason(
    "WHAT_IF_BAND",
    Kind.INVALID,
    "年龄段应从小到大、互不重叠，写成“0-17”“18-64”“65-”，收到“{value}”。",
)
_MOST_AGE = 200


class Grouping(NamedTuple):
    """The answers of another scheme for the same cases."""

    drg: Coded
    status: Coded


@dataclass(frozen=True)
class Period:
    """The cases of one run (or file), its fund and its policy."""

    name: str
    columns: Columns
    fund_fen: int
    policy: Policy
    #: The point table it priced with where it did not measure its own cases.
    table: GroupTable | None = None
    #: Coefficients measured on a base year, where the policy's method needs them.
    coefficients: CoefficientTable | None = None
    #: Whether nothing is known of what patients bear: the point value is then of the fund alone.
    no_patient: bool = False
    #: Hospital to medical community 医共体.
    communities: Mapping[str, str] = field(default_factory=dict)
    #: Age in whole years, UNKNOWN; ``None`` where the cases carry none.
    ages: np.ndarray | None = None
    #: Categories of cost in fen, UNKNOWN.
    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    groupings: dict[str, Grouping] = field(default_factory=dict)

    def form(self, policy: Policy) -> Form:
        """The point value of a trial by ``policy``."""
        form = form_of(policy)
        return FUND_ONLY if form.needs_patient and self.no_patient else form


def regrouped(period: Period, grouping: str) -> Columns:
    """The cases by another grouping.

    :raises Fault: WHAT_IF_GROUPING_MISSING.
    """
    found = period.groupings.get(grouping)
    if found is None:
        raise Fault(GROUPING_MISSING, field="grouping", value=grouping)
    return replace(period.columns, drg=found.drg, status=found.status)


def repriced(columns: Columns, parts: Mapping[str, np.ndarray], prices: Prices, each: Each) -> Columns:
    """The cases at other prices: each category × its factor, rounded once per case and category, half up.

    A case without cost stays as it is.

    :raises Fault: WHAT_IF_PART_MISSING, WHAT_IF_PART_ROW_UNKNOWN, WHAT_IF_PARTS_OVER_COST.
    """
    wanted = []
    for name, factor in prices.factors:
        if name not in parts:
            known = f"现有的类别：{'、'.join(sorted(parts))}。" if parts else "病例里没有任何费用类别。"
            raise Fault(PART_MISSING, field="prices", value=name, known=known)
        wanted.append((name, parts[name], factor))
    cost, patient = columns.cost_fen.copy(), columns.patient_fen.copy()

    def work(piece: slice) -> None:
        old, new = columns.cost_fen[piece], cost[piece]
        paid = old > 0
        together = np.zeros(len(old), np.int64)
        for name, column, factor in wanted:
            own = column[piece]
            lacking = np.flatnonzero(paid & (own == UNKNOWN))
            if len(lacking):
                raise _at(PART_UNKNOWN, columns, int(lacking[0]) + piece.start, part=name)
            own = np.where(paid, own, 0)
            together += own
            new += _times(own, factor) - own
        over = np.flatnonzero(paid & (together > old))
        if len(over):
            raise _at(PARTS_OVER_COST, columns, int(over[0]) + piece.start)
        if prices.patient == PROPORTIONAL:
            borne = patient[piece]
            rows = np.flatnonzero(paid & (borne != UNKNOWN) & (new != old))
            borne[rows] = _share(borne[rows], new[rows], old[rows])

    for _ in each(work, columns.pieces()):
        continue
    return replace(columns, cost_fen=cost, patient_fen=patient)


def _at(reason: Reason, columns: Columns, row: int, **facts: str) -> Fault:
    inp = columns.inputs([row])[0]
    return Fault(reason, field="prices", value=inp.case_id, hospital=inp.hospital_code, **facts)


def _times(numbers: np.ndarray, factor: Fraction) -> np.ndarray:
    """Numbers of zero or more times a factor, half up."""
    n, d = 2 * factor.numerator, 2 * factor.denominator
    if int(numbers.max(initial=0)) * n + d >= 2**63:
        listed = [(number * n + d // 2) // d for number in numbers.tolist()]
        return np.array(listed, np.int64)
    found: np.ndarray = (numbers * n + d // 2) // d
    return found


def _share(borne: np.ndarray, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """``borne · new ÷ old`` in whole fen, half up; ``old`` above zero."""
    rows = zip(borne.tolist(), new.tolist(), old.tolist(), strict=True)
    return np.array([(2 * b * n + o) // (2 * o) for b, n, o in rows], np.int64)


class Band(NamedTuple):
    """Ages from ``low`` through ``high`` years, both included."""

    text: str
    low: int
    high: int


def bands_of(texts: Sequence[str]) -> tuple[Band, ...]:
    """Age bands from texts such as ``0-17``, ``18-64``, ``65-``.

    :raises Fault: WHAT_IF_BAND.
    """
    found: list[Band] = []
    for text in texts:
        first, dash, last = text.partition("-")
        digits = first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit()))
        if not dash or not digits or len(text) > 7:
            raise Fault(BAND_SHAPE, field="age_bands", value=text)
        band = Band(text, int(first), int(last) if last else _MOST_AGE)
        if band.high < band.low or (found and band.low <= found[-1].high):
            raise Fault(BAND_SHAPE, field="age_bands", value=text)
        found.append(band)
    return tuple(found)


def band_codes(ages: np.ndarray, bands: Sequence[Band]) -> Coded:
    """The band of every case; the empty text where the age is not known or in none."""
    codes = np.zeros(len(ages), np.int32)
    for place, band in enumerate(bands, 1):
        codes[(ages >= band.low) & (ages <= band.high)] = place
    return Coded(codes, ("", *(band.text for band in bands)))
