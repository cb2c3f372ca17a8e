"""What is known of a disputed list: as settlement has it, and as the institution states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """A list as it was settled; money in fen, points exact.

    :param method: how its month paid it: ``drg``, ``dip``, ``per_diem``, ``by_item``, ``none``; empty when it
        was not settled.
    :param points: as they stand after all differences; absent when the list has none.
    :param value_fen: point value of the month as a pair: fen per ``value_micro`` millionths of a point.
    """

    list_id: str
    case_id: str
    hospital_code: str
    pool: str
    region_code: str
    admission: date
    discharge: date
    los_days: int
    cost_fen: int
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    patient_fen: int | None = None
    icu_hours: int | None = None
    newborn_weight_g: int | None = None
    hospital_name: str = ""
    community: str = ""
    mdc: str = ""
    drg: str = ""
    scheme_digest: str = ""
    quality_checked: bool = False
    quality_errors: int = 0
    month: str = ""
    settled: bool = False
    settled_on: date | None = None
    run_id: str = ""
    method: str = ""
    points: Decimal | None = None
    fund_fen: int = 0
    paid_fen: int = 0
    base_points: Decimal | None = None
    group_mean_fen: int = 0
    city_mean_fen: int = 0
    group_mean_los: Decimal | None = None
    value_fen: int = 0
    value_micro: int = 0
    ref: str = ""
    statement_digest: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the institution states besides; each has to be proved by its papers.

    :param departments: departments that took part in a recorded consultation of several disciplines.
    :param items: codes of new drugs, consumables or techniques that were used.
    """

    vent_hours: int | None = None
    organ_support: bool = False
    transferred: bool = False
    departments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
