"""The insured of the synthetic year 参保名册: those who were in hospital as their lists say, and the rest.

Everybody is invented. A person who moves during the year has two rows that meet on the day of the move.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.roster import ROSTER_SCHEMA
from chspay_cli.synth import columns
from chspay_cli.synth.city import CITY, COUNTIES, SINCE, Hospital
from chspay_cli.synth.columns import Bools, Ints
from chspay_cli.synth.year.size import COMMUNITY_OF, YearSize, leads

PLACES = (CITY, *COUNTIES)
UNIVERSITIES = ("U990100001", "U990100002")
EMPLOYERS = tuple(f"E990100{number:03d}" for number in range(1, 41))
#: One line of who is served by whom: kind, code, community, first day.
Line = tuple[str, str, str, date]

_EMPLOYEE, _FLEXIBLE, _RESIDENT, _STUDENT = range(4)
_TYPES = pa.array(["employee", "flexible", "resident", "student"], pa.string())
_INSURANCE = pa.array(["310", "390"], pa.string())
_CHRONIC = pa.array(["", "E11", "I10", "E11;I10"], pa.string())
_MOVES, _LEAVES, _COMES, _SIGNED, _AWAY = 0.03, 0.01, 0.01, 0.6, 0.06
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR_DAYS = 365.2425


def catchment(hospitals: Sequence[Hospital]) -> list[Line]:
    """Who is served by whom: institutions, places, universities, employers, and the leads."""
    since = date.fromisoformat(SINCE)
    found = [("institution", one.hospital_code, COMMUNITY_OF[one.region_code], since) for one in hospitals]
    found += [("region", place, community, since) for place, community in COMMUNITY_OF.items()]
    found += [("university", code, COMMUNITY_OF[CITY], since) for code in UNIVERSITIES]
    found += [
        ("employer", code, COMMUNITY_OF[PLACES[number % len(PLACES)]], since)
        for number, code in enumerate(EMPLOYERS)
    ]
    found += [("lead", one.hospital_code, community, since) for community, one in leads(hospitals).items()]
    return found


def roster(size: YearSize, hospitals: Sequence[Hospital], inpatients: pa.Table) -> pa.Table:
    """The year's snapshot in the columns of :data:`ROSTER_SCHEMA`, a row for each person and each move.

    :param inpatients: of :func:`patients_of`; each of them is insured, with the facts of the lists.
    """
    random = size.random(1)
    count, known = size.persons, inpatients.num_rows
    keys = _keys(random, count - known)
    place = random.integers(0, len(PLACES), count)
    sex = np.where(random.random(count) < 0.5, 1, 2)
    first = date(size.year, 1, 1).toordinal() - _EPOCH
    born = first - (_ages(random, count) * _YEAR_DAYS).astype(np.int64) - random.integers(0, 365, count)
    kind = _kinds(random, (first - born) / _YEAR_DAYS)
    place[:known] = inpatients["place"].to_numpy()
    sex[:known] = inpatients["sex"].to_numpy()
    born[:known] = inpatients["born"].to_numpy()
    worker = inpatients["employee"].to_numpy()
    flexible = random.random(known) < 0.15
    kind[:known] = np.where(worker, np.where(flexible, _FLEXIBLE, _EMPLOYEE), _RESIDENT)
    chronic = _chronic(random, (first - born) / _YEAR_DAYS)
    away = random.random(count) < _AWAY
    lives = np.where(away, (place + 1) % len(PLACES), place)
    begins, ends = _terms(random, size, born, count, known)
    person = pa.concat_arrays([inpatients["person_key"].combine_chunks(), keys])
    rows = {
        "person": np.arange(count), "place": place, "lives": lives,
        "signed": _signed(random, hospitals, lives), "begins": begins, "ends": ends,
    }  # fmt: skip
    rows = _moved(random, size, hospitals, rows, known)
    at = rows["person"]
    codes = pa.array(["", *[one.hospital_code for one in hospitals]], pa.string())
    places, open_end = pa.array(PLACES, pa.string()), rows["ends"] < 0
    study = np.where(kind == _STUDENT, 1 + np.arange(count) % len(UNIVERSITIES), 0)
    work = np.where(kind == _EMPLOYEE, 1 + random.integers(0, len(EMPLOYERS), count), 0)
    cells = {
        "person_key": person.take(pa.array(at)),
        "region_code": places.take(pa.array(place[at])),
        "person_type": _TYPES.take(pa.array(kind[at])),
        "insurance_type": _INSURANCE.take(pa.array((kind[at] >= _RESIDENT).astype(np.int64))),
        "signed_institution": codes.take(pa.array(rows["signed"])),
        "household_region": places.take(pa.array(place[at])),
        "residence_region": places.take(pa.array(rows["lives"])),
        "university": pa.array(["", *UNIVERSITIES], pa.string()).take(pa.array(study[at])),
        "employer": pa.array(["", *EMPLOYERS], pa.string()).take(pa.array(work[at])),
        "birth_date": columns.days(born[at]),
        "sex": pa.array(["1", "2"], pa.string()).take(pa.array(sex[at] - 1)),
        "chronic_conditions": _CHRONIC.take(pa.array(chronic[at])),
        "valid_from": columns.days(rows["begins"]),
        "valid_to": pa.array(rows["ends"].astype(np.int32), mask=open_end).cast(pa.date32()),
    }
    return pa.table([cells[name] for name in ROSTER_SCHEMA.names], schema=ROSTER_SCHEMA)


def patients_of(months: Sequence[pa.Table]) -> pa.Table:
    """The insured of the city among the cases, each once: key, place, sex, day of birth, whether employee."""
    table = pa.concat_tables(months)
    local = table.filter(pc.is_in(table["insured_region"], value_set=pa.array(PLACES)))
    names = ("person_key", "insured_region", "sex", "age_years", "age_days", "admission_date",
             "discharge_date", "insurance_type")  # fmt: skip
    found: dict[str, tuple[int, int, int, bool]] = {}
    for row in local.select(names).to_pylist():
        if row["person_key"] in found:
            continue
        # A list with its dates swapped is one of the faults; the earlier day is the admission.
        admitted = min(row["admission_date"], row["discharge_date"])
        born = (
            admitted - timedelta(days=row["age_days"])
            if row["age_days"] is not None
            else admitted - timedelta(days=int(row["age_years"] * _YEAR_DAYS) + 30)
        )
        found[row["person_key"]] = (
            PLACES.index(row["insured_region"]), row["sex"] or 1, born.toordinal() - _EPOCH,
            row["insurance_type"] == "310",
        )  # fmt: skip
    columns_ = [list(found), *(list(column) for column in zip(*found.values(), strict=True))]
    return pa.table(columns_, names=["person_key", "place", "sex", "born", "employee"])


def _keys(random: np.random.Generator, count: int) -> pa.Array:
    raw = np.frombuffer(random.bytes(count * 32), np.uint8).reshape(count, 32)
    return columns.hexes(raw.copy())


def _ages(random: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    return np.clip(95 * random.beta(1.5, 2.0, count), 0, 98)


def _kinds(random: np.random.Generator, ages: npt.NDArray[np.float64]) -> Ints:
    draw = random.random(len(ages))
    grown = np.where(draw < 0.45, _EMPLOYEE, np.where(draw < 0.55, _FLEXIBLE, _RESIDENT))
    young = np.where(draw < 0.4, _STUDENT, _RESIDENT)
    found: Ints = np.where(ages < 18, _RESIDENT, np.where(ages < 23, young, grown)).astype(np.int64)
    return found


def _chronic(random: np.random.Generator, ages: npt.NDArray[np.float64]) -> Ints:
    share = np.clip((ages - 30) / 90, 0, 0.5)
    sugar, pressure = random.random(len(ages)) < share * 0.4, random.random(len(ages)) < share
    return sugar.astype(np.int64) + 2 * pressure.astype(np.int64)


def _signed(random: np.random.Generator, hospitals: Sequence[Hospital], lives: Ints) -> Ints:
    """The institution somebody has a contract with, counted from 1; 0 for none."""
    draw, pick = random.random(len(lives)), random.random(len(lives))
    found = np.zeros(len(lives), np.int64)
    for number, place in enumerate(PLACES):
        near = [at + 1 for at, one in enumerate(hospitals) if one.region_code == place and one.level <= 2]
        mine = (lives == number) & (draw < _SIGNED)
        found[mine] = np.array(near)[(pick[mine] * len(near)).astype(np.int64)]
    return found


def _terms(
    random: np.random.Generator, size: YearSize, born: Ints, count: int, known: int
) -> tuple[Ints, Ints]:
    """First day and the day after the last; below zero for no end."""
    first = date(size.year, 1, 1).toordinal() - _EPOCH
    draw, day = random.random(count), random.integers(31, 330, count)
    stays: Bools = np.arange(count) < known
    begins = np.where(~stays & (draw < _COMES), first + day, first)
    ends = np.where(~stays & (draw > 1 - _LEAVES), first + day, -1)
    return np.maximum(begins, born), ends


def _moved(
    random: np.random.Generator,
    size: YearSize,
    hospitals: Sequence[Hospital],
    rows: dict[str, Ints],
    known: int,
) -> dict[str, Ints]:
    """Some persons move: their row ends on the day, another begins, elsewhere and with another contract."""
    first = date(size.year, 1, 1).toordinal() - _EPOCH
    count = len(rows["person"])
    draw, day = random.random(count), random.integers(32, 330, count)
    free = (rows["ends"] < 0) & (rows["begins"] == first) & (np.arange(count) >= known)
    movers = np.flatnonzero(free & (draw < _MOVES))
    later = {name: values[movers].copy() for name, values in rows.items()}
    later["begins"] = first + day[movers]
    later["lives"] = (later["lives"] + 1) % len(PLACES)
    later["signed"] = _signed(random, hospitals, later["lives"])
    rows["ends"][movers] = first + day[movers]
    return {name: np.concatenate([values, later[name]]) for name, values in rows.items()}
