"""The block as rows of the canonical case table, with the coding faults real files have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chspay_cli.synth import columns
from chspay_cli.synth.bills import Bill
from chspay_cli.synth.city import CITY, COUNTIES
from chspay_cli.synth.codes import OUT_OF_AREA, Patient
from chspay_cli.synth.columns import Bools, Ints
from chspay_cli.synth.tables import NONE
from chspay_core.period import Month
from chspay_core.tables import CASE_SCHEMA

if TYPE_CHECKING:
    from chspay_cli.synth.admissions import Block

Matrix = npt.NDArray[np.int32]
_REGIONS = pa.array([CITY, *COUNTIES, *OUT_OF_AREA], pa.string())
_INSURANCE = pa.array(["390", "310"], pa.string())  # 居民, 职工
_LEAVING = pa.array(["", "1", "2", "3", "4", "5"], pa.string())
_KINDS_OF_FAULT = 4
_NO_PRINCIPAL, _WRONG_SEX, _DATES_SWAPPED, _UNKNOWN_CODE = range(_KINDS_OF_FAULT)
_MOST_COMMON = 7


def batch(block: Block, bill: Bill, month: Month, faults: float) -> pa.RecordBatch:
    """The rows of a block.

    :param faults: share of rows made faulty, the four kinds equally often.
    """
    held = block.tables
    diagnoses, procedures = _diagnoses(block), _procedures(block)
    fault = np.where(block.uniform() < faults, (block.uniform() * _KINDS_OF_FAULT).astype(np.int64), NONE)
    diagnoses[fault == _NO_PRINCIPAL] = NONE
    diagnoses[fault == _UNKNOWN_CODE, 0] = held.unknown
    sexless, admission = _spoil(block, fault)
    infant = block.years == 0
    outside = (block.insured >= len(_REGIONS) - len(OUT_OF_AREA)) & (block.uniform() < 0.6)
    tcm_place = (block.uniform() * len(held.tcm)).astype(np.int64)
    cells: dict[str, pa.Array] = {
        "case_id": columns.digits(f"S{month.year}{month.month:02d}", block.number, 9),
        "hospital_code": held.hospital_codes.take(pa.array(block.hospital)),
        "region_code": held.hospital_regions.take(pa.array(block.hospital)),
        "person_key": columns.hexes(block.person),
        "admission_date": columns.days(admission),
        "discharge_date": columns.days(block.discharge),
        "sex": columns.integers(block.sex, pa.int8(), ~sexless),
        "age_years": columns.integers(block.years, pa.int16()),
        "age_days": columns.integers(block.age_days, pa.int32(), infant),
        "newborn_weight_g": columns.integers(block.weight_g, pa.int32(), block.weight_g > 0),
        "department": held.departments.take(pa.array(held.groups.department[block.group])),
        "los_days": columns.integers(block.los, pa.int32()),
        "leaving_type": _LEAVING.take(pa.array(block.leaving)),
        "icu_hours": columns.integers(block.icu_hours, pa.int32()),
        "diagnoses": _lists(diagnoses, held.words),
        "procedures": _lists(procedures, held.words),
        "total_cost": columns.money(bill.total),
        "patient_paid": columns.money(bill.patient),
        "insured_region": _REGIONS.take(pa.array(block.insured)),
        "insurance_type": _INSURANCE.take(pa.array(block.employee.astype(np.int64))),
        "fund_paid": columns.money(bill.fund),
        "fee_drug": columns.money(bill.drug),
        "fee_consumable": columns.money(bill.consumable),
        "fee_test": columns.money(bill.test),
        "fee_service": columns.money(bill.service),
        "tcm_diagnoses": columns.lists(
            held.tcm[tcm_place[bill.is_tcm]].astype(np.int64), bill.is_tcm.astype(np.int64), held.words
        ),
        "tcm_cost": columns.money(bill.tcm),
        "referral_id": _referrals(block, outside),
    }
    return pa.RecordBatch.from_arrays([cells[name] for name in CASE_SCHEMA.names], schema=CASE_SCHEMA)


def _spoil(block: Block, fault: Ints) -> tuple[Bools, Ints]:
    """Wrong sexes and swapped dates.

    A sex is turned round where the diagnosis tells the sex, and left out elsewhere.

    :returns: rows whose sex is left out, and the admission days.
    """
    wrong = fault == _WRONG_SEX
    told = block.tables.recipes.sexes[block.recipe] != 3
    block.sex[wrong & told] = 3 - block.sex[wrong & told]
    swapped = block.discharge + 1 + block.los % 9
    return wrong & ~told, np.where(fault == _DATES_SWAPPED, swapped, block.admission)


def _referrals(block: Block, outside: Bools) -> pa.Array:
    """A referral number 转诊单号 for most of those from outside, unknown for the rest."""
    numbers = columns.digits("R", block.number, 12)
    return numbers.take(pa.array(np.arange(len(outside)), mask=~outside))


def _diagnoses(block: Block) -> Matrix:
    """Principal diagnosis, what the recipe adds, the complication, and common companions."""
    held, size = block.tables, len(block.number)
    patient = _patients(block)
    found = np.full((size, 3 + _MOST_COMMON), NONE, np.int32)
    found[:, :2] = held.recipes.diagnoses[block.recipe]
    place = block.uniform()
    draws = block.rng.random((size, _MOST_COMMON))
    wanted = (block.uniform() ** 1.3 * (1.5 + block.years / 13 + block.severity)).astype(np.int64)
    for kind in Patient:
        rows = np.flatnonzero(patient == kind)
        for severity, words in ((1, held.cc[kind]), (2, held.mcc[kind])):
            some = rows[block.severity[rows] == severity]
            found[some, 2] = words[(place[some] * len(words)).astype(np.int64)]
        for slot, words in enumerate(held.common[kind]):
            some = rows[wanted[rows] > slot]
            found[some, 3 + slot] = words[(draws[some, slot] ** 1.5 * len(words)).astype(np.int64)]
    found[:, 1:][found[:, 1:] == found[:, :1]] = NONE
    return found


def _patients(block: Block) -> Ints:
    kind = np.where(block.years < 40, Patient.YOUNG, Patient.ADULT)
    kind = np.where(block.years == 0, Patient.INFANT, kind)
    mother = block.tables.groups.mdc[block.group] == ord("O")
    found: Ints = np.where(mother, Patient.MOTHER, kind).astype(np.int64)
    return found


def _procedures(block: Block) -> Matrix:
    """The recipe's procedures, main one first, then small ones."""
    held, size = block.tables, len(block.number)
    found = np.full((size, 2 + len(held.small)), NONE, np.int32)
    found[:, :2] = held.recipes.procedures[block.recipe]
    draws = block.rng.random((size, len(held.small)))
    for slot, words in enumerate(held.small):
        takes = draws[:, slot] < 0.45
        share = draws[takes, slot] / 0.45
        found[takes, 2 + slot] = words[(share * len(words)).astype(np.int64)]
    return found


def _lists(matrix: Matrix, words: pa.Array) -> pa.Array:
    """Rows of numbers as lists of words; NONE is left out."""
    held = matrix != NONE
    return columns.lists(matrix[held].astype(np.int64), held.sum(axis=1), words)
