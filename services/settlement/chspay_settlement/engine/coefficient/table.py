"""A measured coefficient table 差异系数测算表 as an artefact: canonical bytes, SM3, and its figures.

A row is a hospital or a level, in one group or (empty group) in all groups it has no own row for. The
value is what is published, a whole number of the policy's last place; ``raw`` is the ratio before caps
and renormalisation, kept so that anybody can work the value out again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from chspay_core.amounts import plain, ratio_half_up
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason

FORMAT = "chspay-coefficients/1"
#: Decimals of a raw ratio.
RAW_PLACES = 12
COEFFICIENTS_BROKEN = Reason(
    "COEFFICIENT_TABLE_BROKEN", Kind.INVALID, "差异系数测算表内容不完整或被改动过（{value}）。"
)


def row_keys(hospital_code: str, level: str, drg: str) -> tuple[tuple[str, str, str], ...]:
    """The keys of a table, (hospital, level, group), from the one that says most to the one for everybody."""
    hospitals = ((hospital_code, "", drg), (hospital_code, "", "")) if hospital_code else ()
    levels = (("", level, drg), ("", level, "")) if level else ()
    return (*hospitals, *levels, ("", "", drg), ("", "", ""))


class CoefficientRow(NamedTuple):
    """One coefficient: of a hospital (``hospital_code``) or else of a level, in ``drg`` or all groups."""

    hospital_code: str
    #: The level as text; empty when the row is a hospital's.
    level: str
    drg: str
    #: Base-year cases behind the row.
    cases: int
    #: Base points of those cases, millionths: what the row weighs in renormalisation.
    weight_micro: int
    #: The ratio before caps and renormalisation, units of 10^-12, rounded once.
    raw: int
    #: The coefficient, whole units of the last published place.
    units: int


@dataclass(frozen=True)
class CoefficientTable:
    """The coefficients measured on one base year; ``floor``, ``ceiling`` empty where there is none."""

    method: str
    #: What was measured: the pool and period, in the words of whoever asked.
    title: str
    places: int
    floor: str
    ceiling: str
    #: The renormalising factor as an exact pair; 1 over 1 when not renormalised.
    factor: tuple[int, int]
    #: Whether a hospital or group without a row takes 1 (a new group), or is refused.
    new_is_one: bool
    exempt: tuple[str, ...]
    rows: tuple[CoefficientRow, ...]

    @cached_property
    def _found(self) -> dict[tuple[str, str, str], CoefficientRow]:
        return {(row.hospital_code, row.level, row.drg): row for row in self.rows}

    def row(self, hospital_code: str, level: int | None, drg: str) -> CoefficientRow | None:
        """The row that says most: own group, own hospital, level's group, level."""
        for key in row_keys(hospital_code, "" if level is None else str(level), drg):
            found = self._found.get(key)
            if found is not None:
                return found
        return None

    def value(self, row: CoefficientRow) -> Fraction:
        """The coefficient of a row, exact as published."""
        return Fraction(row.units, 10**self.places)

    def published(self) -> list[dict[str, str]]:
        """The rows as a policy publishes them under ``coefficient.by_group``."""
        rows = [
            {
                "hospital": row.hospital_code,
                "level": row.level,
                "drg": row.drg,
                "value": plain(ratio_half_up(row.units, 10**self.places, self.places)),
            }
            for row in self.rows
        ]
        if self.new_is_one:
            rows.append({"hospital": "", "level": "", "drg": "", "value": "1"})
        return rows

    @property
    def drift(self) -> Fraction:
        """What rounding to the published places adds to the base year's points, as a share of them:
        Σ weight × coefficient ÷ Σ weight − 1 over all rows; 0 when nothing drifts."""
        whole = sum(row.weight_micro for row in self.rows)
        with_factor = sum(row.weight_micro * row.units for row in self.rows)
        return Fraction(with_factor, whole * 10**self.places) - 1 if whole else Fraction(0)

    @cached_property
    def content(self) -> bytes:
        """Canonical JSON: the same table, the same bytes."""
        content = {
            "format": FORMAT,
            "method": self.method,
            "title": self.title,
            "places": self.places,
            "floor": self.floor,
            "ceiling": self.ceiling,
            "factor": list(self.factor),
            "new_is_one": self.new_is_one,
            "exempt": list(self.exempt),
            "columns": list(CoefficientRow._fields),
            "rows": [list(row) for row in self.rows],
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """SM3 of the content, hex."""
        return sm3_hex(self.content)


def coefficient_table_of(content: bytes) -> CoefficientTable:
    """The table in ``content``, which must be exactly what :attr:`CoefficientTable.content` writes.

    :raises Fault: COEFFICIENT_TABLE_BROKEN.
    """
    try:
        data = json.loads(content)
        top, bottom = data["factor"]
        table = CoefficientTable(
            method=data["method"],
            title=data["title"],
            places=data["places"],
            floor=data["floor"],
            ceiling=data["ceiling"],
            factor=(top, bottom),
            new_is_one=data["new_is_one"],
            exempt=tuple(data["exempt"]),
            rows=tuple(CoefficientRow(*row) for row in data["rows"]),
        )
        same = table.content == content
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(COEFFICIENTS_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(COEFFICIENTS_BROKEN, value="不是规范格式")
    return table
