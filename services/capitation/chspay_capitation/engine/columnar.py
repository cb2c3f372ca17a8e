"""Attribution of many: a batch of roster rows becomes units, one for each stay in one community; pure.

The same answers as :mod:`attribution`, bit for bit (a property test holds them together), by looking each
distinct code up once a batch. Persons with findings on invalid heads go through the single-case form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.attribution import Span, stays
from chspay_capitation.engine.catchment import REGION, Stretches
from chspay_capitation.engine.keys import prefixes
from chspay_capitation.engine.order import EVERYONE, REST, Order
from chspay_capitation.engine.risk import Risk, age_on
from chspay_capitation.engine.roster import SEPARATOR, spells_of

#: What attribution keeps of each unit. ``weight_micro`` is days × risk factor; a removed unit weighs nothing.
UNIT_SCHEMA: Final = pa.schema(
    [
        ("person_key", pa.string()),
        ("insurance_type", pa.dictionary(pa.int32(), pa.string())),
        ("community", pa.dictionary(pa.int32(), pa.string())),
        ("step", pa.int8()),
        ("tied", pa.bool_()),
        ("removed", pa.bool_()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("factor_micro", pa.int64()),
        ("weight_micro", pa.int64()),
    ]
)
_NOWHERE = -1
_FAR = 2_000_000_000
_FIRST = date(1970, 1, 1).toordinal()


class Lookup(NamedTuple):
    """The codes of one kind and the number of the community that serves each; the last place is nobody's."""

    codes: pa.Array
    places: np.ndarray


@dataclass(frozen=True, slots=True)
class Terms:
    """What every batch of one attribution is held against; ``communities`` are numbered in this order."""

    stretches: Stretches
    order: Order
    risk: Risk
    communities: tuple[str, ...]
    lookups: tuple[Mapping[str, Lookup], ...]
    removed: Mapping[str, Sequence[Span]]


def terms(
    stretches: Stretches,
    order: Order,
    risk: Risk,
    communities: Sequence[str],
    removed: Mapping[str, Sequence[Span]],
) -> Terms:
    """The terms, with the rest community among the others; nowhere is the empty code."""
    names = sorted({*communities, *([order.rest] if order.rest else [])})
    number = {name: at for at, name in enumerate(("", *names))}
    lookups = tuple(
        {kind: _lookup(table, number) for kind, table in served.tables.items() if kind != REGION}
        for served in stretches.served
    )
    return Terms(stretches, order, risk, ("", *names), lookups, removed)


def _lookup(table: Mapping[str, tuple[str, ...]], number: Mapping[str, int]) -> Lookup:
    places = [number[names[0]] for names in table.values()]
    return Lookup(pa.array(list(table), pa.string()), np.array([*places, 0], np.int32))


def units_of(batch: pa.RecordBatch, given: Terms) -> pa.RecordBatch:
    """The units of a sound batch of roster rows; in the order of the rows, except that persons with findings
    come last. Days without a community are units of the empty community."""
    marked = np.zeros(batch.num_rows, np.bool_)
    if given.removed:
        among = pc.is_in(batch.column("person_key"), pa.array(sorted(given.removed), pa.string()))
        marked = among.to_numpy(zero_copy_only=False)
    plain = _plain(batch.filter(pa.array(~marked)) if marked.any() else batch, given)
    if not marked.any():
        return plain
    single = _single(batch.filter(pa.array(marked)), given)
    return (
        pa.Table.from_batches([plain, single]).combine_chunks().to_batches()[0] if plain.num_rows else single
    )


def _plain(batch: pa.RecordBatch, given: Terms) -> pa.RecordBatch:
    count = batch.num_rows
    since = batch.column("valid_from").cast(pa.int32()).to_numpy()
    until = pc.fill_null(batch.column("valid_to").cast(pa.int32()), _FAR).to_numpy()
    coded: dict[str, tuple[np.ndarray, pa.Array]] = {}
    rows, parts = np.arange(count), []
    for number, (start, end) in enumerate(zip(given.stretches.starts, given.stretches.ends, strict=True)):
        first, last = _number(start), _number(end)
        place, step, tied = _placed(batch, coded, number, given)
        begin, stop = np.maximum(since, first), np.minimum(until, last)
        parts.append((place, step, tied, begin, np.maximum(stop, begin)))
    units = _joined(rows, parts)
    factor = _factors(batch, given)[units[0]]
    return _batch(batch, given, units, factor)


def _number(day: date) -> int:
    """Days since the first day of Arrow."""
    return day.toordinal() - _FIRST


def _codes(batch: pa.RecordBatch, name: str) -> tuple[np.ndarray, pa.Array]:
    coded = batch.column(name).dictionary_encode()
    return coded.indices.to_numpy(), coded.dictionary


def _placed(
    batch: pa.RecordBatch, coded: dict[str, tuple[np.ndarray, pa.Array]], stretch: int, given: Terms
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Community number (0 nowhere), step and tied flag of each row in one stretch."""
    count = batch.num_rows
    place, found = np.zeros(count, np.int32), np.full(count, _NOWHERE, np.int8)
    tied = np.zeros(count, np.bool_)
    number = {name: at for at, name in enumerate(given.communities)}
    served, lookups = given.stretches.served[stretch], given.lookups[stretch]
    kinds, types = _codes(batch, "person_type")
    for at, step in enumerate(given.order.steps):
        open_rows = found == _NOWHERE
        if step.person_type != EVERYONE:
            open_rows &= pc.equal(types, step.person_type).to_numpy(zero_copy_only=False)[kinds]
        if not open_rows.any():
            continue
        if step.by == REST:
            place[open_rows], found[open_rows] = number[given.order.rest], at
            continue
        if step.column not in coded:
            coded[step.column] = _codes(batch, step.column)
        indices, codes = coded[step.column]
        if step.kind != REGION:
            place_of = _looked_up(codes, lookups[step.kind])[indices]
            open_rows &= place_of > 0
            place[open_rows], found[open_rows] = place_of[open_rows], at
            continue
        names = [served.of(step.kind, code) if code else () for code in codes.to_pylist()]
        hits = np.array([len(each) for each in names], np.int32)[indices]
        open_rows &= hits > 0
        one = np.array([number[each[0]] if each else 0 for each in names], np.int32)[indices]
        place[open_rows], found[open_rows] = one[open_rows], at
        several = np.flatnonzero(open_rows & (hits > 1))
        if len(several):
            tied[several] = True
            place[several] = _tied(batch, several, indices, names, given, number)
    return place, found, tied


def _looked_up(codes: pa.Array, lookup: Lookup) -> np.ndarray:
    """Community number of each code that one community serves; 0 for nobody."""
    at = pc.fill_null(pc.index_in(codes, value_set=lookup.codes), -1).to_numpy(zero_copy_only=False)
    found: np.ndarray = lookup.places[at]
    return found


def _tied(
    batch: pa.RecordBatch,
    rows: np.ndarray,
    indices: np.ndarray,
    names: Sequence[tuple[str, ...]],
    given: Terms,
    number: Mapping[str, int],
) -> np.ndarray:
    """The tie rule for some rows, each by its own key."""
    widest = max(len(each) for each in names)
    table = np.array(
        [[number[name] for name in each] + [0] * (widest - len(each)) for each in names], np.int32
    )
    chosen = np.zeros(len(rows), np.int64)
    if given.order.tie.even:
        many = np.array([max(len(each), 1) for each in names], np.uint64)[indices[rows]]
        chosen = (prefixes(batch.column("person_key").take(pa.array(rows))) % many).astype(np.int64)
    found: np.ndarray = table[indices[rows], chosen]
    return found


_Part = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
#: Row, community, step, tied, since, until.
_Units = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _joined(rows: np.ndarray, parts: Sequence[_Part]) -> _Units:
    """Stretches with one answer become one stay; what has no day falls away; ordered by row and day."""
    kept: list[_Part] = []
    for part in parts:
        if kept:
            before = kept[-1]
            same = (before[4] > before[3]) & (part[4] > part[3]) & (before[4] == part[3])
            for column in range(3):
                same &= before[column] == part[column]
            part[3][same] = before[3][same]
            before[4][same] = before[3][same]
        kept.append(part)
    found = []
    for part in kept:
        held = np.flatnonzero(part[4] > part[3])
        found.append((rows[held], *(column[held] for column in part)))
    whole = tuple(np.concatenate(columns) for columns in zip(*found, strict=True))
    if len(kept) > 1:
        order = np.lexsort((whole[4], whole[0]))
        whole = tuple(column[order] for column in whole)
    return whole[0], whole[1], whole[2], whole[3], whole[4], whole[5]


def _factors(batch: pa.RecordBatch, given: Terms) -> np.ndarray:
    """The risk factor of each row, each distinct combination worked out once."""
    starts = np.array(given.risk.starts(), np.int64)
    band = np.searchsorted(starts, _ages(batch, given), side="right") - 1
    (sex, sexes), (sick, signs) = _codes(batch, "sex"), _codes(batch, "chronic_conditions")
    conditions = [tuple(part for part in text.split(SEPARATOR) if part) for text in signs.to_pylist()]
    factor = given.risk.factor
    table = np.array(
        [[[factor(int(age), s, names) for names in conditions] for s in sexes.to_pylist()] for age in starts],
        np.int64,
    )
    found: np.ndarray = table[band, sex, sick]
    return found


def _ages(batch: pa.RecordBatch, given: Terms) -> np.ndarray:
    """Whole years on the first day of the period; 0 for who is not born yet."""
    day, born = given.stretches.since, batch.column("birth_date").cast(pa.int32()).to_numpy()
    months = born.astype("datetime64[D]").astype("datetime64[M]")
    years, month = np.divmod(months.astype(np.int64), 12)
    in_month = born - months.astype("datetime64[D]").astype(np.int64)
    # A birthday as a number that grows with month and day.
    later = month * 32 + in_month > (day.month - 1) * 32 + day.day - 1
    found: np.ndarray = np.maximum(day.year - 1970 - years - later, 0)
    return found


def _batch(batch: pa.RecordBatch, given: Terms, units: _Units, factor: np.ndarray) -> pa.RecordBatch:
    rows, place, step, tied, since, until = units
    whole = len(rows) == batch.num_rows and bool((rows[:1] == 0).all()) and bool((np.diff(rows) == 1).all())
    keys, insurance = batch.column("person_key"), batch.column("insurance_type").dictionary_encode()
    if not whole:
        keys, insurance = keys.take(pa.array(rows)), insurance.take(pa.array(rows))
    return pa.RecordBatch.from_arrays(
        [
            keys,
            insurance,
            pa.DictionaryArray.from_arrays(pa.array(place), pa.array(given.communities, pa.string())),
            pa.array(step),
            pa.array(tied),
            pa.array(np.zeros(len(rows), np.bool_)),
            pa.array(since).cast(pa.date32()),
            pa.array(until).cast(pa.date32()),
            pa.array(factor),
            pa.array(factor * (until - since)),
        ],
        schema=UNIT_SCHEMA,
    )


def _single(batch: pa.RecordBatch, given: Terms) -> pa.RecordBatch:
    """Persons with findings, one by one."""
    rows = []
    for spell in spells_of(batch):
        factor = given.risk.factor(
            age_on(spell.birth_date, given.stretches.since), spell.sex, spell.conditions
        )
        for stay in stays(spell, given.stretches, given.order, given.removed[spell.person_key]):
            weight = 0 if stay.removed else stay.days * factor
            rows.append(
                (spell.person_key, spell.insurance_type, stay.community, stay.step, stay.tied, stay.removed,
                 stay.since, stay.until, factor, weight)
            )  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(UNIT_SCHEMA)
    arrays = []
    for values, field in zip(columns, UNIT_SCHEMA, strict=True):
        if field.name == "community":
            numbers = pa.array([given.communities.index(name) for name in values], pa.int32())
            arrays.append(pa.DictionaryArray.from_arrays(numbers, pa.array(given.communities, pa.string())))
        elif pa.types.is_dictionary(field.type):
            arrays.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=UNIT_SCHEMA)
