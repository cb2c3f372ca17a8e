"""Outpatient visits of the insured 门诊就诊: mostly near home, some elsewhere in the city."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.synth import columns
from chspay_cli.synth.city import Hospital
from chspay_cli.synth.columns import Ints
from chspay_cli.synth.year.people import PLACES
from chspay_cli.synth.year.size import MONTHS, YearSize

#: Visits of an insured person in a year, and what the fund bears of one in the median, fen.
EACH, _MEDIAN_FEN = 3, 19_500
_SERVICES = pa.array(["outpatient", "chronic", "home_bed", "pharmacy", "checkup"], pa.string())
_SERVICE_SHARES = np.array([0.62, 0.17, 0.02, 0.16, 0.03])
_SERVICE_COST = np.array([1.0, 1.6, 2.2, 0.7, 0.9])
#: How dear the members of each place are to their community: one saves, one spends what it has, one more.
_PLACE_COST = np.array([1.0, 0.86, 1.15])
_OUTSIDE = 0.16
_EPOCH = date(1970, 1, 1).toordinal()


def visits(size: YearSize, hospitals: Sequence[Hospital], roster: pa.Table) -> list[pa.Table]:
    """A file of visits for each month, in the columns that ``PutVisits`` takes."""
    people = _people(roster)
    return [_month(size, hospitals, people, month) for month in MONTHS]


class _People(NamedTuple):
    """Of each insured who may come: key, place, insurance, contract, first and last day."""

    keys: pa.Array
    lives: Ints
    insurance: pa.Array
    signed: pa.Array
    begins: Ints
    ends: Ints


def _people(roster: pa.Table) -> _People:
    places = pa.array(PLACES, pa.string())
    lives = pc.index_in(roster["residence_region"], value_set=places).to_numpy().astype(np.int64)
    ends = roster["valid_to"].cast(pa.int32()).fill_null(2**30).to_numpy().astype(np.int64)
    return _People(
        roster["person_key"].combine_chunks(),
        lives,
        roster["insurance_type"].combine_chunks(),
        roster["signed_institution"].combine_chunks(),
        roster["valid_from"].cast(pa.int32()).to_numpy().astype(np.int64),
        ends,
    )


def _month(size: YearSize, hospitals: Sequence[Hospital], people: _People, month: int) -> pa.Table:
    random = size.random(2, month)
    count = size.persons * EACH * month // 12 - size.persons * EACH * (month - 1) // 12
    first = date(size.year, month, 1).toordinal() - _EPOCH
    days = calendar.monthrange(size.year, month)[1]
    who = random.integers(0, len(people.keys), count)
    day = first + random.integers(0, days, count)
    here = (people.begins[who] <= day) & (day < people.ends[who])
    who, day = who[here], day[here]
    service = np.searchsorted(np.cumsum(_SERVICE_SHARES), random.random(len(who))).clip(0, 4)
    noise = np.exp(0.55 * random.standard_normal(len(who)))
    fen = _MEDIAN_FEN * _SERVICE_COST[service] * _PLACE_COST[people.lives[who]] * noise
    return pa.table(
        {
            "visit_id": columns.digits(f"V{size.year}{month:02d}", np.arange(len(who), dtype=np.int64), 8),
            "person_key": people.keys.take(pa.array(who)),
            "institution": _where(random, hospitals, people, who),
            "day": columns.days(day),
            "insurance_type": people.insurance.take(pa.array(who)),
            "service": _SERVICES.take(pa.array(service)),
            "fund_fen": pa.array(np.rint(fen).astype(np.int64)),
        }
    )


def _where(
    random: np.random.Generator, hospitals: Sequence[Hospital], people: _People, who: Ints
) -> pa.StringArray:
    """Mostly the contract's institution or one near home; the others anywhere in the city."""
    codes = pa.array([one.hospital_code for one in hospitals], pa.string())
    turn, pick = random.random(len(who)), random.random(len(who))
    near = np.zeros(len(who), np.int64)
    for number, place in enumerate(PLACES):
        mine = np.flatnonzero(people.lives[who] == number)
        there = np.array([at for at, one in enumerate(hospitals) if one.region_code == place])
        near[mine] = there[(pick[mine] * len(there)).astype(np.int64)]
    anywhere = (pick * len(codes)).astype(np.int64)
    place = codes.take(pa.array(np.where(turn < _OUTSIDE, anywhere, near)))
    signed = people.signed.take(pa.array(who))
    kept = pa.array(turn > 0.5).cast(pa.bool_())
    has = pc.and_(kept, pc.not_equal(signed, ""))
    return pc.if_else(has, signed, place)
