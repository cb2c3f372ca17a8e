"""The admissions of a month, block by block.

A block of 65,536 cases depends on the seed, the month and its own number only: neither the size of
the file, nor who reads it in what pieces, nor the machine changes a case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chspay_cli.synth import bills, records
from chspay_cli.synth.city import DEFAULT_HOSPITALS
from chspay_cli.synth.codes import OUT_OF_AREA
from chspay_cli.synth.columns import Bools, Floats, Ints
from chspay_cli.synth.tables import HOSPITAL_PLACES, PLACES, Tables, tables
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month

BLOCK = 1 << 16
_AHEAD = 2
DEFAULT_FAULTS = 0.01
MOST_CASES = 100_000_000
CASES_OUT_OF_RANGE = Reason("CASES_OUT_OF_RANGE", Kind.INVALID, "病例数应在1至{limit}之间，收到{value}。")
FAULTS_OUT_OF_RANGE = Reason("FAULTS_OUT_OF_RANGE", Kind.INVALID, "差错比例应在0至0.5之间，收到{value}。")

_EPOCH = 719_163  # ordinal of 1970-01-01
_NEWBORN_DAYS, _LONGEST_STAY = 28, 365
_AGAIN_SHARE, _TRANSFER_SHARE = 0.05, 0.25
#: Leaving types 离院方式.
HOME, OTHER_HOSPITAL, COMMUNITY, AGAINST_ADVICE, DEATH = 1, 2, 3, 4, 5
_MCC, _CC = 0.10, 0.28
_LEVEL_DAYS = np.array([0, 0.9, 1.0, 1.1])
_SEVERITY_DAYS = np.array([1.0, 1.15, 1.45])


@dataclass
class Block:
    """The cases of one block as arrays of one length."""

    tables: Tables
    rng: np.random.Generator
    number: Ints
    group: npt.NDArray[np.int32] = field(init=False)
    recipe: Ints = field(init=False)
    hospital: npt.NDArray[np.int32] = field(init=False)
    person: npt.NDArray[np.uint8] = field(init=False)
    sex: Ints = field(init=False)
    years: Ints = field(init=False)
    age_days: Ints = field(init=False)  # meaningful below one year only
    weight_g: Ints = field(init=False)  # 0 = not a newborn
    insured: Ints = field(init=False)  # 0 city, 1 and 2 counties, 3… out of area
    employee: Bools = field(init=False)  # 职工医保, else 居民医保
    severity: Ints = field(init=False)  # 0 none, 1 CC, 2 MCC
    los: Ints = field(init=False)
    admission: Ints = field(init=False)
    discharge: Ints = field(init=False)
    leaving: Ints = field(init=False)
    icu_hours: Ints = field(init=False)

    def uniform(self) -> Floats:
        return self.rng.random(len(self.number))

    def normal(self) -> Floats:
        return self.rng.standard_normal(len(self.number))


def generate(
    cases: int,
    seed: int,
    month: Month,
    *,
    faults: float = DEFAULT_FAULTS,
    hospitals: int = DEFAULT_HOSPITALS,
) -> Iterator[pa.RecordBatch]:
    """The first ``cases`` cases discharged in ``month``, in the canonical case table.

    :param faults: share of cases with a coding fault (missing principal diagnosis, wrong sex, dates
        swapped, unknown code), 0 to 0.5.
    :raises Fault: CASES_OUT_OF_RANGE, FAULTS_OUT_OF_RANGE, SEED_OUT_OF_RANGE, HOSPITALS_OUT_OF_RANGE.
    """
    if not 1 <= cases <= MOST_CASES:
        raise Fault(CASES_OUT_OF_RANGE, field="cases", value=cases, limit=MOST_CASES)
    if not 0 <= faults <= 0.5:
        raise Fault(FAULTS_OUT_OF_RANGE, field="faults", value=faults)
    return _batches(cases, seed, month, faults, tables(seed, hospitals))


def _batches(cases: int, seed: int, month: Month, faults: float, held: Tables) -> Iterator[pa.RecordBatch]:
    """The blocks in order, a few made ahead in threads; memory stays at those few."""
    places = iter(range(-(-cases // BLOCK)))
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="synth") as pool:
        ahead = deque(
            pool.submit(_block, place, seed, month, faults, held) for place in islice(places, _AHEAD)
        )
        first = 0
        while ahead:
            batch = ahead.popleft().result()
            ahead.extend(pool.submit(_block, place, seed, month, faults, held) for place in islice(places, 1))
            yield batch.slice(0, min(BLOCK, cases - first))
            first += BLOCK


def _block(place: int, seed: int, month: Month, faults: float, held: Tables) -> pa.RecordBatch:
    sequence = np.random.SeedSequence([seed, month.year, month.month, place])
    rng = np.random.Generator(np.random.Philox(sequence))
    block = Block(held, rng, np.arange(place * BLOCK, (place + 1) * BLOCK, dtype=np.int64))
    first, last = month.first.toordinal() - _EPOCH, month.last.toordinal() - _EPOCH
    _choose(block)
    _people(block)
    again = _again(block)
    _stay(block, first, last)
    _follow(block, again, last)
    _leave(block)
    return records.batch(block, bills.bill(block), month, faults)


def _choose(block: Block) -> None:
    """Group, recipe and hospital."""
    held = block.tables
    block.group = held.groups.pick[(block.uniform() * PLACES).astype(np.int64)]
    # The first recipes of a group are its common ones.
    turn = block.uniform() ** 1.6
    block.recipe = held.groups.first[block.group] + (turn * held.groups.count[block.group]).astype(np.int64)
    place = (block.uniform() * HOSPITAL_PLACES).astype(np.int64)
    block.hospital = held.hospital_pick[block.group, place]


def _people(block: Block) -> None:
    """Who the patient is: key, sex, age, birth weight, insurance."""
    held, size = block.tables, len(block.number)
    block.person = np.frombuffer(block.rng.bytes(size * 32), np.uint8).reshape(size, 32).copy()
    sexes = held.recipes.sexes[block.recipe]
    either = np.where(block.uniform() < 0.52, 1, 2)
    block.sex = np.where(sexes == 3, either, sexes)
    block.sex[held.groups.mdc[block.group] == ord("O")] = 2
    mean, spread, children = held.groups.age[block.group].T
    years = np.clip(mean + spread * block.normal(), 16, 97)
    child = block.uniform() < children
    block.years = np.where(child, block.uniform() ** 2 * 14, years).astype(np.int64)
    asked = held.recipes.age_days[block.recipe]
    newborn, infant = (asked > 0) & (asked < _NEWBORN_DAYS), asked >= _NEWBORN_DAYS
    block.years[newborn | infant] = 0
    later = 29 + (block.uniform() * 320).astype(np.int64)
    block.age_days = np.where(newborn, (block.uniform() ** 3 * _NEWBORN_DAYS).astype(np.int64), later)
    weight = held.recipes.weight_g[block.recipe] * (0.9 + 0.2 * block.uniform())
    block.weight_g = np.where(newborn, np.maximum(weight, 0).astype(np.int64), 0)
    outside = block.uniform() < 0.03 * held.hospital_level[block.hospital]
    far, near = 3 + block.uniform() * len(OUT_OF_AREA), block.uniform() * 3
    block.insured = np.where(outside, far, near).astype(np.int64)
    block.employee = (block.uniform() < 0.45) & (block.years >= 18)


def _again(block: Block) -> tuple[Ints, Ints]:
    """Some cases are an earlier patient coming back, or arriving from another hospital.

    :returns: rows that return, and the row of the earlier stay of each; both stays carry one person.
    """
    size = len(block.number)
    rows = np.flatnonzero(block.uniform() < _AGAIN_SHARE)
    rows = rows[rows > 0]
    earlier = (block.rng.random(len(rows)) * rows).astype(np.int64)
    back = np.zeros(size, np.bool_)
    back[rows] = True
    _, first = np.unique(earlier, return_index=True)
    single = np.zeros(len(rows), np.bool_)
    single[first] = True
    letters = block.tables.groups.mdc[block.group[earlier]]
    keep = single & ~back[earlier] & ~np.isin(letters, [ord(letter) for letter in "AOPZ"])
    rows, earlier = rows[keep], earlier[keep]
    for name in ("group", "recipe", "person", "sex", "years", "age_days", "weight_g", "insured", "employee"):
        values = getattr(block, name)
        values[rows] = values[earlier]
    return rows, earlier


def _stay(block: Block, first: int, last: int) -> None:
    """Severity, length of stay, dates; every discharge lies in the month."""
    groups, level = block.tables.groups, block.tables.hospital_level[block.hospital]
    factor, draw = groups.severity[block.group], block.uniform()
    block.severity = (draw < (_MCC + _CC) * factor).astype(np.int64) + (draw < _MCC * factor)
    usual = groups.days[block.group] * _SEVERITY_DAYS[block.severity] * _LEVEL_DAYS[level]
    length = np.rint(usual * np.exp(0.42 * block.normal())).astype(np.int64)
    block.los = np.clip(length, 1, _LONGEST_STAY)
    block.discharge = first + (block.uniform() * (last - first + 1)).astype(np.int64)
    infant = block.years == 0
    # A newborn is not older than its age on admission: the stay does not touch it.
    block.age_days = np.where(infant, block.age_days, 0)
    block.admission = block.discharge - block.los


def _follow(block: Block, again: tuple[Ints, Ints], last: int) -> None:
    """Dates of those who came back: after the earlier stay, transfers on its last day."""
    rows, earlier = again
    transfer = block.rng.random(len(rows)) < _TRANSFER_SHARE
    gap = np.where(transfer, 0, 1 + (block.rng.random(len(rows)) * 12).astype(np.int64))
    admission = block.discharge[earlier] + gap
    room = last - admission
    fits = room >= 1
    strangers, transfer = rows[~fits], transfer[fits]
    rows, earlier, admission, room = (part[fits] for part in (rows, earlier, admission, room))
    block.los[rows] = np.minimum(block.los[rows], room)
    block.admission[rows] = admission
    block.discharge[rows] = admission + block.los[rows]
    same = ~transfer
    block.hospital[rows[same]] = block.hospital[earlier[same]]
    block.leaving = np.full(len(block.number), HOME, np.int64)
    block.leaving[earlier] = np.where(transfer, OTHER_HOSPITAL, HOME)
    # Whoever could not come back within the month is another person after all.
    block.person[strangers] = np.frombuffer(block.rng.bytes(len(strangers) * 32), np.uint8).reshape(-1, 32)


def _leave(block: Block) -> None:
    """Hours in intensive care, and how the patient left."""
    groups = block.tables.groups
    severe = block.severity == 2
    surgical = groups.surgical[block.group]
    first = groups.mdc[block.group] == ord("A")
    chance = 0.004 + 0.06 * severe + 0.10 * (severe & surgical) + 0.5 * first
    hours = np.exp(3.6 + 0.8 * block.normal())
    inside = block.uniform() < chance
    block.icu_hours = np.where(inside, np.minimum(hours, block.los * 24), 0).astype(np.int64)
    draw = block.uniform()
    dies = draw < 0.001 + 0.02 * severe + 0.03 * (severe & (block.years > 75)) + 0.03 * inside
    free = block.leaving == HOME
    block.leaving = np.where(free & (draw > 0.965), AGAINST_ADVICE, block.leaving)
    block.leaving = np.where(free & (draw > 0.98), COMMUNITY, block.leaving)
    back = np.isin(groups.mdc[block.group], [ord("O"), ord("C")])
    block.leaving = np.where(free & dies & ~back, DEATH, block.leaving)
