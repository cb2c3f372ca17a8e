"""What is wrong with a roster, row by row and between the rows of one person; pure.

Rows are checked batch by batch. Between rows only eight bytes a row are kept: the rows of those who appear
twice are compared in a second pass.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.keys import prefixes, well_formed
from chspay_capitation.engine.roster import PERSON_TYPES, SEXES, Spell
from chspay_core.regions import prefix

#: Rows shown of each reason; the count is of all.
SHOWN = 100


class RowFault(NamedTuple):
    """One unusable row: its part and row (both from 0), the column and the reason."""

    part: int
    row: int
    column: str
    reason: str


@dataclass(slots=True)
class Report:
    """What was found in a roster: rows seen, how often each reason, and the first rows of each."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    shown: list[RowFault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether the roster may be used."""
        return not self.counts

    def add(self, reason: str, column: str, part: int, rows: Sequence[int]) -> None:
        """Takes up rows with one fault."""
        room = SHOWN - self.counts[reason]
        self.shown += [RowFault(part, int(row), column, reason) for row in rows[: max(room, 0)]]
        self.counts[reason] += len(rows)


#: Provinces of mainland China, Taiwan, Hong Kong and Macao, the first two digits of GB/T 2260.
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]"


class Places(NamedTuple):
    """The known places of a pool, and the shape of any region, the pool's own province included."""

    regions: pa.Array
    anywhere: str


def places_of(pool: str, named: Iterable[str]) -> Places:
    """The places of a pool: itself, and those of ``named`` (6 digits or more) inside it, by county.

    Household and residence may lie anywhere in the country, so their province and shape are checked.
    """
    inside = {code[:6] for code in named if len(code) >= 6 and code.startswith(prefix(pool))}
    known = pa.array(sorted({pool, *inside}), pa.string())
    city = "(0000|(0[1-9]|[1-9][0-9])[0-9]{2})"
    return Places(known, f"^(({_PROVINCES}|{pool[:2]}){city}([0-9]{{3}}){{0,2}})?$")


def check_rows(
    report: Report,
    batch: pa.RecordBatch,
    broken_to: pa.Array,
    places: Places,
    as_of: date,
    part: int,
    first: int,
) -> np.ndarray:
    """Checks each row of a normalised batch for itself; answers which rows are sound.

    :param broken_to: which rows have a ``valid_to`` that is no day.
    :param as_of: last day of the roster; nobody is born after it.
    :param first: number of the batch's first row in its part.
    """
    sound = np.ones(batch.num_rows, np.bool_)
    report.rows += batch.num_rows

    def column(name: str) -> pa.Array:
        return batch.column(name)

    def outside(name: str, known: Sequence[str]) -> pa.Array:
        return pc.invert(pc.is_in(column(name), pa.array(known)))

    def shape(name: str, pattern: str) -> pa.Array:
        return pc.invert(pc.match_substring_regex(column(name), pattern))

    since, until, birth = column("valid_from"), column("valid_to"), column("birth_date")
    wrong = {
        "PERSON_KEY_WRONG": pa.array(~well_formed(column("person_key"))),
        "REGION_UNKNOWN": pc.invert(pc.is_in(column("region_code"), places.regions)),
        "PERSON_TYPE_UNKNOWN": outside("person_type", PERSON_TYPES),
        "INSURANCE_TYPE_UNKNOWN": shape("insurance_type", "^[0-9]{3}$"),
        "HOUSEHOLD_REGION_WRONG": shape("household_region", places.anywhere),
        "RESIDENCE_REGION_WRONG": shape("residence_region", places.anywhere),
        "SEX_UNKNOWN": outside("sex", SEXES),
        "BIRTH_DATE_WRONG": pc.is_null(birth),
        "BIRTH_IN_FUTURE": pc.greater(birth, pa.scalar(as_of)),
        "VALID_FROM_WRONG": pc.is_null(since),
        "VALID_TO_WRONG": broken_to,
        "PERIOD_BACKWARDS": pc.less_equal(until, since),
    }
    for reason, mask in wrong.items():
        rows = np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))
        if len(rows):
            sound[rows] = False
            report.add(reason, _COLUMN[reason], part, (rows + first).tolist())
    return sound


_COLUMN = {
    "PERSON_KEY_WRONG": "person_key", "REGION_UNKNOWN": "region_code", "PERSON_TYPE_UNKNOWN": "person_type",
    "INSURANCE_TYPE_UNKNOWN": "insurance_type", "HOUSEHOLD_REGION_WRONG": "household_region",
    "RESIDENCE_REGION_WRONG": "residence_region", "SEX_UNKNOWN": "sex", "BIRTH_DATE_WRONG": "birth_date",
    "BIRTH_IN_FUTURE": "birth_date", "VALID_FROM_WRONG": "valid_from", "VALID_TO_WRONG": "valid_to",
    "PERIOD_BACKWARDS": "valid_to",
}  # fmt: skip


def repeated(keys: Iterable[np.ndarray]) -> np.ndarray:
    """The key prefixes that appear more than once, sorted; from the prefixes of every batch."""
    pieces = list(keys)
    if not pieces:
        return np.zeros(0, np.uint64)
    whole = np.concatenate(pieces)
    whole.sort()
    return np.unique(whole[1:][whole[1:] == whole[:-1]])


class Placed(NamedTuple):
    """A row of somebody who may appear twice, and where it stands."""

    spell: Spell
    part: int
    row: int


def keys_of(batch: pa.RecordBatch, sound: np.ndarray) -> np.ndarray:
    """The key prefixes of the sound rows of a batch, to be held against the rest."""
    keys = batch.column("person_key")
    return prefixes(keys if sound.all() else keys.filter(pa.array(sound)))


def suspects(batch: pa.RecordBatch, among: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """Which sound rows of a batch belong to the prefixes ``among`` (sorted)."""
    rows = np.flatnonzero(sound)
    if not len(among) or not len(rows):
        return np.zeros(0, np.int64)
    keys = keys_of(batch, sound)
    at = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    found: np.ndarray = rows[among[at] == keys]
    return found


def check_persons(report: Report, rows: Iterable[Placed]) -> None:
    """Compares the rows of each person: no day twice, one date of birth.

    The row that begins later is named; of two that begin together the later in the file.
    """
    persons: defaultdict[str, list[Placed]] = defaultdict(list)
    for placed in rows:
        persons[placed.spell.person_key].append(placed)
    for mine in persons.values():
        mine.sort(key=lambda placed: (placed.spell.valid_from, placed.part, placed.row))
        widest = mine[0]
        for placed in mine[1:]:
            spell = placed.spell
            if (spell.birth_date, spell.sex) != (mine[0].spell.birth_date, mine[0].spell.sex):
                report.add("PERSON_DIFFERS", "birth_date", placed.part, [placed.row])
            end = widest.spell.valid_to
            if end is None or spell.valid_from < end:
                reason, column = _overlap(widest.spell, spell)
                report.add(reason, column, placed.part, [placed.row])
            if end is not None and (spell.valid_to is None or spell.valid_to > end):
                widest = placed


def _overlap(first: Spell, second: Spell) -> tuple[str, str]:
    for reason, name in (("CONTRACTS_OVERLAP", "signed_institution"), ("EMPLOYERS_TWO", "employer")):
        one, other = getattr(first, name), getattr(second, name)
        if one and other and one != other:
            return reason, name
    return "PERSON_TWICE", "person_key"
