"""The synthetic year put together: hospitals, twelve months of lists, the insured, their visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.synth import admissions
from chspay_cli.synth.city import Hospital
from chspay_cli.synth.city import hospitals as make_hospitals
from chspay_cli.synth.year.people import Line, catchment, patients_of, roster
from chspay_cli.synth.year.size import MONTHS, YearSize
from chspay_cli.synth.year.stays import REFERRAL_MONTH, LongStay, Referred, long_stays, referred
from chspay_cli.synth.year.visits import visits
from chspay_core.case import check_intake
from chspay_core.period import Month
from chspay_core.tables import cases_from_batch

#: Months in which the audit finds something, and how many lists it looks at.
FINDING_MONTHS, FINDINGS = (3, 6, 9), 3


@dataclass(frozen=True, slots=True)
class Suspect:
    """A list that the audit asks about, and what it would deduct."""

    case_id: str
    hospital_code: str
    month: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CityYear:
    """Everything that happens in the city during the year."""

    size: YearSize
    hospitals: list[Hospital]
    months: list[pa.Table]
    long: list[LongStay]
    referral: Referred | None
    suspects: list[Suspect]
    roster: pa.Table
    catchment: list[Line]
    visits: list[pa.Table]

    @property
    def cases(self) -> int:
        """Lists of the year."""
        return sum(month.num_rows for month in self.months)


def city_year(size: YearSize) -> CityYear:
    """The year of one size; equal sizes give equal tables, byte for byte.

    :raises Fault: what :meth:`YearSize.check` refuses.
    """
    size.check()
    hospitals = make_hospitals(size.seed, size.hospitals)
    months, long, pair = [], [], None
    for number in MONTHS:
        block = _block(size, number)
        cut = size.of_month(number)
        rest = block.slice(cut)
        stays, facts = long_stays(size, number, rest)
        parts = [block.slice(0, cut), stays]
        long += facts
        if number == REFERRAL_MONTH and (found := referred(size, rest, hospitals)) is not None:
            parts.append(found[0])
            pair = found[1]
        months.append(pa.concat_tables(parts).combine_chunks())
    people = roster(size, hospitals, patients_of(months))
    return CityYear(
        size=size,
        hospitals=hospitals,
        months=months,
        long=long,
        referral=pair,
        suspects=list(_suspects(months)),
        roster=people,
        catchment=catchment(hospitals),
        visits=visits(size, hospitals, people),
    )


def _block(size: YearSize, month: int) -> pa.Table:
    """The month's cases and as many again as a whole block holds, from which the rare ones are taken."""
    many = max(size.of_month(month), admissions.BLOCK)
    batches = admissions.generate(many, size.seed, Month(size.year, month), hospitals=size.hospitals)
    return pa.Table.from_batches(list(batches))


def _suspects(months: list[pa.Table]) -> Iterable[Suspect]:
    """Sound lists of some months' busiest hospital; a tenth of the cost is in doubt."""
    for number in FINDING_MONTHS:
        month = months[number - 1]
        busiest = max(pc.value_counts(month["hospital_code"]).to_pylist(), key=lambda row: row["counts"])
        batches = (
            month.filter(pc.equal(month["hospital_code"], busiest["values"])).combine_chunks().to_batches()
        )
        sound = (case for batch in batches for case in cases_from_batch(batch) if not check_intake(case))
        for case in islice(sound, FINDINGS):
            yield Suspect(case.case_id, case.hospital_code, number, (case.total_cost_fen or 0) // 10)
