"""The synthetic year: repeatable to the byte, sound for every service, and with all that a year has."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from chspay_capitation.engine.checks import Placed, Report, check_persons, check_rows, places_of
from chspay_capitation.engine.roster import normalised, spells_of
from chspay_cli.synth.year import COMMUNITY_OF, MONTHS, CityYear, YearSize, city_year
from chspay_cli.synth.year.stays import BY_DAY
from chspay_core.case import check_intake
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.tables import cases_from_batch

SIZE = YearSize(persons=1500, cases=360, hospitals=14, seed=7, year=2027)


@pytest.fixture(scope="module")
def city() -> CityYear:
    """One year for all tests of this file."""
    return city_year(SIZE)


def digests(city: CityYear) -> list[str]:
    """The bytes of every table of a year."""
    found = []
    for table in (*city.months, *city.visits, city.roster):
        sink = io.BytesIO()
        pq.write_table(table, sink)
        found.append(sm3_hex(sink.getvalue()))
    return found


def test_the_same_seed_gives_the_same_bytes(city: CityYear) -> None:
    """A figure of the demonstration can be made again anywhere, and so can the request of a broken step."""
    again = city_year(SIZE)
    assert digests(again) == digests(city)
    assert (again.long, again.referral, again.suspects) == (city.long, city.referral, city.suspects)
    assert again.catchment == city.catchment


def test_months_hold_their_lists_and_those_of_long_stays(city: CityYear) -> None:
    """Twelve months that add up, every list in its month, no number twice."""
    assert sum(SIZE.of_month(month) for month in MONTHS) == SIZE.cases
    numbers: Counter[str] = Counter()
    for month, table in zip(MONTHS, city.months, strict=True):
        numbers.update(table["case_id"].to_pylist())
        cases = [case for batch in table.combine_chunks().to_batches() for case in cases_from_batch(batch)]
        sound = [case for case in cases if not check_intake(case)]
        assert len(sound) >= SIZE.of_month(month) * 0.9
        assert {case.discharge_date.month for case in sound if case.discharge_date} == {month}
    assert set(numbers.values()) == {1}
    abroad = pc.invert(pc.is_in(pa.concat_tables(city.months)["insured_region"], pa.array([*COMMUNITY_OF])))
    assert pc.sum(abroad).as_py() > 0


def test_long_stays_are_paid_by_the_day_and_hold_their_leave_and_acute_episode(city: CityYear) -> None:
    """What per-diem payment reads: long, in its departments, leave inside, one list for an acute episode."""
    rows = {row["case_id"]: row for row in pa.concat_tables(city.months).to_pylist()}
    assert len(city.long) >= len(MONTHS)
    assert any(stay.acute for stay in city.long)
    assert any(stay.leave for stay in city.long)
    for stay in city.long:
        row = rows[stay.case_id]
        days = (row["discharge_date"] - row["admission_date"]).days
        assert row["department"] in BY_DAY
        assert days == row["los_days"] > 20
        assert row["fund_paid"] + row["patient_paid"] == row["total_cost"]
        parts = ("fee_drug", "fee_consumable", "fee_test", "fee_service")
        assert sum(row[name] for name in parts) == row["total_cost"]
        for span in filter(None, (stay.leave, stay.acute)):
            assert row["admission_date"] < span[0] < span[1] <= row["discharge_date"]
        if stay.acute_case:
            own = rows[stay.acute_case]
            assert (own["person_key"], own["hospital_code"]) == (row["person_key"], row["hospital_code"])
            assert (own["admission_date"], own["discharge_date"]) == stay.acute
            assert own["department"] not in BY_DAY


def test_the_roster_passes_the_checks_of_the_service(city: CityYear) -> None:
    """Not one row that capitation refuses; everybody in hospital is insured; some move."""
    report, placed = Report(), []
    for batch in city.roster.combine_chunks().to_batches():
        rows, broken = normalised(batch)
        check_rows(report, rows, broken, places_of("990100", COMMUNITY_OF), date(2027, 12, 31), 0, 0)
        placed += [Placed(spell, 0, number) for number, spell in enumerate(spells_of(rows))]
    check_persons(report, placed)
    assert report.sound, report.counts
    keys = [item.spell.person_key for item in placed]
    assert len(set(keys)) == SIZE.persons < len(keys)
    months = pa.concat_tables(city.months)
    local = months.filter(pc.is_in(months["insured_region"], pa.array([*COMMUNITY_OF])))
    assert set(local["person_key"].to_pylist()) <= set(keys)
    kinds = {item.spell.person_type for item in placed}
    assert kinds == {"employee", "flexible", "resident", "student"}
    assert {item.spell.chronic_conditions for item in placed} == {"", "E11", "I10", "E11;I10"}


def test_a_patient_is_referred_inside_one_community(city: CityYear) -> None:
    """Two lists of one person that meet on the day of the referral."""
    pair = city.referral
    assert pair is not None
    assert pair.first_hospital.community == pair.second_hospital.community != ""
    assert pair.first_hospital.level < pair.second_hospital.level
    rows = {row["case_id"]: row for row in city.months[3].to_pylist()}
    first, second = rows[pair.first_case], rows[pair.second_case]
    assert first["person_key"] == second["person_key"] == pair.person_key
    assert first["discharge_date"] == second["admission_date"] == pair.changed
    assert pair.changed - pair.admitted == timedelta(days=3)
    assert second["referral_id"]


def test_every_community_has_members_an_institution_and_a_lead(city: CityYear) -> None:
    """Nobody is sent to a community that no institution belongs to."""
    kinds = Counter((kind, community) for kind, _, community, _ in city.catchment)
    for community in COMMUNITY_OF.values():
        assert kinds["institution", community] > 1
        assert kinds["lead", community] == kinds["region", community] == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"persons": 100}, "YEAR_DEMO_SIZE_WRONG"),
        ({"cases": 60}, "YEAR_DEMO_SIZE_WRONG"),
        ({"hospitals": 3}, "YEAR_DEMO_SIZE_WRONG"),
        ({"year": 1999}, "YEAR_DEMO_SIZE_WRONG"),
        ({"seed": -1}, "YEAR_DEMO_SIZE_WRONG"),
        ({"cases": 1000}, "YEAR_DEMO_PERSONS_FEW"),
    ],
)
def test_sizes_that_make_no_year_are_refused(change: dict[str, int], reason: str) -> None:
    """Before anything is started."""
    with pytest.raises(Fault) as caught:
        replace(SIZE, **change).check()
    assert caught.value.reason.code == reason
