"""The remarkable stays of the synthetic year: long ones paid by the day, a referral, and what an audit finds.

They are made out of cases of the same city, so that diagnoses and departments fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.synth import columns
from chspay_cli.synth.city import Hospital
from chspay_cli.synth.columns import Ints
from chspay_cli.synth.year.size import YearSize
from chspay_core.tables import CASE_SCHEMA

#: Departments of psychiatry, rehabilitation and hospice care.
BY_DAY = ("A15", "A21", "A24")
#: Of a hundred ordinary cases, how many long stays there are besides.
_LONG_PER_HUNDRED = 2
_LEAST_EXTRA, _MOST_EXTRA = 20, 150
_LEAVE_FROM_DAYS, _ACUTE_DAYS, _ACUTE_BEFORE = 45, 4, 12
_PARTS = ("fee_drug", "fee_consumable", "fee_test")
REFERRAL_MONTH = 4


@dataclass(frozen=True, slots=True)
class LongStay:
    """What happened during a long stay: days on leave 请假, and an acute episode with a list of its own.

    Ranges do not include their last day.
    """

    case_id: str
    hospital_code: str
    leave: tuple[date, date] | None
    acute: tuple[date, date] | None
    #: ``case_id`` of the acute episode's list; empty for none.
    acute_case: str


@dataclass(frozen=True, slots=True)
class Referred:
    """A patient sent up from a township to the county's hospital of the same community."""

    person_key: str
    first_case: str
    first_hospital: Hospital
    second_case: str
    second_hospital: Hospital
    admitted: date
    changed: date
    discharged: date
    diagnosis: str
    first_cost_fen: int
    second_cost_fen: int


def long_stays(size: YearSize, month: int, block: pa.Table) -> tuple[pa.Table, list[LongStay]]:
    """Long stays discharged in a month, with the lists of acute episodes, and what happened during them.

    :param block: cases of the month that are not yet used.
    """
    wanted = max(1, size.of_month(month) * _LONG_PER_HUNDRED // 100)
    fit = pc.and_(
        pc.is_in(block["department"], value_set=pa.array(BY_DAY)),
        pc.and_(pc.not_equal(block["leaving_type"], "5"), pc.greater(block["age_years"], 17)),
    )
    rows = block.filter(fit).slice(0, wanted)
    random = size.random(3, month)
    count = rows.num_rows
    extra = random.integers(_LEAST_EXTRA, _MOST_EXTRA, count)
    los = rows["los_days"].to_numpy().astype(np.int64) + extra
    admission = rows["admission_date"].cast(pa.int32()).to_numpy().astype(np.int64) - extra
    longer = _longer(rows, los, admission)
    stays = longer.to_pylist()
    # The episode's own list is discharged in the same month.
    ill = next((at for at, stay in enumerate(stays) if stay["discharge_date"].day > _ACUTE_BEFORE), -1)
    facts = [_during(random, stay, acutely=at == ill) for at, stay in enumerate(stays)]
    own = pa.Table.from_pylist(_acute_lists(block, stays, facts), schema=CASE_SCHEMA)
    return pa.concat_tables([longer, own]), facts


def _longer(rows: pa.Table, los: Ints, admission: Ints) -> pa.Table:
    """The rows with more days, and every amount in the same proportion to the fen."""
    before = rows["los_days"].to_numpy().astype(np.int64)

    def fen(name: str) -> Ints:
        cents = pc.multiply(rows[name], pa.scalar(100)).cast(pa.decimal128(22, 2)).cast(pa.float64())
        found: Ints = np.rint(cents.to_numpy()).astype(np.int64)
        longer: Ints = found * los // before
        return longer

    total = fen("total_cost")
    parts = {name: fen(name) for name in _PARTS}
    patient = fen("patient_paid")
    cells = {
        "los_days": pa.array(los.astype(np.int32)),
        "admission_date": columns.days(admission),
        "total_cost": columns.money(total),
        "patient_paid": columns.money(patient),
        "fund_paid": columns.money(total - patient),
        "fee_service": columns.money(total - sum(parts.values())),
        **{name: columns.money(amount) for name, amount in parts.items()},
    }
    arrays = [cells.get(name, rows[name]) for name in CASE_SCHEMA.names]
    return pa.table(arrays, schema=CASE_SCHEMA)


def _during(random: np.random.Generator, row: dict[str, Any], *, acutely: bool) -> LongStay:
    """Some go home for a few days; one in the month falls acutely ill near the end."""
    first, last = row["admission_date"], row["discharge_date"]
    days = (last - first).days
    leave = acute = None
    if days >= _LEAVE_FROM_DAYS and random.random() < 0.6:
        begin = first + timedelta(days=int(random.integers(5, days // 2)))
        leave = (begin, begin + timedelta(days=int(random.integers(2, 6))))
    if acutely:
        begin = last - timedelta(days=int(random.integers(6, _ACUTE_BEFORE)))
        acute = (begin, begin + timedelta(days=_ACUTE_DAYS))
    own = f"{row['case_id']}-A" if acute else ""
    return LongStay(row["case_id"], row["hospital_code"], leave, acute, own)


def _acute_lists(block: pa.Table, stays: list[dict[str, Any]], facts: list[LongStay]) -> list[dict[str, Any]]:
    """The lists of the acute episodes: ordinary cases of the block, given to the patient of the long stay."""
    found = []
    for stay, fact in zip(stays, facts, strict=True):
        if fact.acute is None:
            continue
        fit = pc.and_(
            pc.and_(pc.equal(block["sex"], stay["sex"]), pc.greater(block["age_years"], 39)),
            pc.and_(pc.equal(block["leaving_type"], "1"), pc.equal(block["insured_region"], "990100")),
        )
        plain = pc.and_(fit, pc.invert(pc.is_in(block["department"], value_set=pa.array(BY_DAY))))
        rows = block.filter(pc.fill_null(plain, False)).slice(0, 1).to_pylist()
        same = ("hospital_code", "region_code", "person_key", "age_years", "insured_region", "insurance_type")
        found += [
            row
            | {name: stay[name] for name in same}
            | {
                "case_id": fact.acute_case, "admission_date": fact.acute[0], "discharge_date": fact.acute[1],
                "los_days": _ACUTE_DAYS, "icu_hours": 0,
            }
            for row in rows
        ]  # fmt: skip
    return found


def referred(
    size: YearSize, block: pa.Table, hospitals: Sequence[Hospital]
) -> tuple[pa.Table, Referred] | None:
    """Two lists of one patient: some days in a township hospital, then the county's, with a referral.

    :param block: cases of the month of the referral that are not yet used.
    """
    county = next(one for one in hospitals if one.community and one.level == 2 and one.kind == "general")
    near = [one for one in hospitals if one.community == county.community and one.level == 1]
    if not near:
        return None
    small = near[0]
    usual = pc.and_(
        pc.and_(
            pc.equal(block["hospital_code"], county.hospital_code),
            pc.equal(block["insured_region"], county.region_code),
        ),
        pc.and_(pc.greater(block["age_years"], 40), pc.greater(block["los_days"], 4)),
    )
    sound = pc.and_(usual, pc.not_equal(block["leaving_type"], "5"))
    found = block.filter(pc.fill_null(sound, False)).slice(0, 1)
    if found.num_rows == 0:
        return None
    second = found.to_pylist()[0]
    days = 3
    first = dict(second)
    cost = second["total_cost"]
    part = {name: (second[name] / 10).quantize(cost) for name in second if _is_money(name)}
    part["fee_service"] = part["total_cost"] - sum(part[name] for name in _PARTS)
    part["fund_paid"] = part["total_cost"] - part["patient_paid"]
    number = f"R{size.year}{REFERRAL_MONTH:02d}0000001"
    first |= part | {
        "case_id": f"{second['case_id']}-1", "hospital_code": small.hospital_code,
        "admission_date": second["admission_date"] - timedelta(days=days),
        "discharge_date": second["admission_date"], "los_days": days, "procedures": [], "leaving_type": "2",
        "icu_hours": 0,
    }  # fmt: skip
    second = second | {"case_id": f"{second['case_id']}-2", "referral_id": number}
    told = Referred(
        second["person_key"], first["case_id"], small, second["case_id"], county, first["admission_date"],
        second["admission_date"], second["discharge_date"], second["diagnoses"][0],
        int(first["total_cost"] * 100), int(cost * 100),
    )  # fmt: skip
    return pa.Table.from_pylist([first, second], schema=CASE_SCHEMA), told


def _is_money(name: str) -> bool:
    return name in {"total_cost", "patient_paid", "fund_paid", "fee_service", "tcm_cost", *_PARTS}
