"""The synthetic city: repeatable, exact, and as varied as a real month."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from chspay_cli import synth
from chspay_cli.main import build
from chspay_cli.synth.profile import profiles
from chspay_cli.synth.recipes import starter_scheme
from chspay_core.case import Case, Status, check_intake
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_core.regions import check_code
from chspay_core.tables import CASE_SCHEMA, cases_from_batch
from chspay_grouper.engine.grouper import Grouper

MONTH = Month(2026, 1)
SEED = 20260101
CASES = 20_000


@pytest.fixture(scope="module")
def batch() -> pa.RecordBatch:
    return next(synth.generate(CASES, SEED, MONTH))


@pytest.fixture(scope="module")
def clean() -> list[Case]:
    return cases_from_batch(next(synth.generate(CASES, SEED, MONTH, faults=0)))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    # Two runs, two files, one content: a measured month can be made again anywhere.
    for name in ("a.parquet", "b.parquet"):
        result = _run(["--cases", "3000", "--seed", "5", "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_fewer_cases_are_the_beginning_of_more() -> None:
    # The size of the file, and how many blocks are made at once, must not change a single case.
    more = pa.Table.from_batches(list(synth.generate(70_000, 9, MONTH)))
    fewer = pa.Table.from_batches(list(synth.generate(66_000, 9, MONTH)))
    assert fewer.equals(more.slice(0, 66_000))
    assert not more.equals(pa.Table.from_batches(list(synth.generate(70_000, 10, MONTH))))


def test_the_table_is_the_canonical_case_table(batch: pa.RecordBatch) -> None:
    # Every reader of the suite expects exactly these names and types.
    assert batch.schema.equals(CASE_SCHEMA)
    batch.validate(full=True)
    assert pc.count_distinct(batch["case_id"]).as_py() == CASES
    assert pc.min(pc.binary_length(batch["person_key"])).as_py() == 64


def test_every_bill_adds_up(batch: pa.RecordBatch) -> None:
    # A cost structure that does not sum would hide faults of the suite behind faults of the data.
    total = batch["total_cost"]
    fees = [batch[name] for name in ("fee_drug", "fee_consumable", "fee_test", "fee_service")]
    assert _sum(*fees).equals(_sum(total))
    assert _sum(batch["patient_paid"], batch["fund_paid"]).equals(_sum(total))
    for column in (total, batch["patient_paid"], batch["fund_paid"], batch["tcm_cost"], *fees):
        assert pc.min(column).as_py() >= 0
    assert pc.all(pc.less_equal(batch["tcm_cost"], batch["fee_service"])).as_py()


def test_every_discharge_lies_in_the_month(batch: pa.RecordBatch) -> None:
    # A month run takes what left in the month, nothing else.
    assert MONTH.first <= pc.min(batch["discharge_date"]).as_py()
    assert pc.max(batch["discharge_date"]).as_py() <= MONTH.last


def test_cases_without_faults_are_accepted_and_grouped(clean: list[Case]) -> None:
    # 97 % is the least a starter scheme may group of its own city.
    assert [case.case_id for case in clean if check_intake(case)] == []
    grouper = Grouper(starter_scheme())
    status = Counter(grouper.group(case).status for case in clean)
    assert status[Status.GROUPED] * 100 >= 97 * len(clean)
    for case in clean:
        assert case.admission_date is not None
        assert case.discharge_date is not None
        assert case.stay_days == (case.discharge_date - case.admission_date).days


def test_the_share_of_faults_is_the_stated_one() -> None:
    # Four kinds, together as often as asked for; everything else stays clean.
    cases = cases_from_batch(next(synth.generate(CASES, SEED, MONTH, faults=0.08)))
    grouper = Grouper(starter_scheme())
    kinds: Counter[str] = Counter()
    for case in cases:
        answer = grouper.group(case)
        kinds[answer.reason or "fine"] += 1
    faulty = len(cases) - kinds["fine"]
    # A sex turned round still groups where a group does not ask for the sex.
    assert 0.065 * CASES < faulty < 0.09 * CASES
    for reason in ("DIAGNOSIS_MISSING", "SEX_BAD", "DISCHARGE_BEFORE_ADMISSION", "PRINCIPAL_UNKNOWN"):
        assert kinds[reason] > 0.01 * CASES, reason


def test_the_city_is_as_varied_as_a_real_one(batch: pa.RecordBatch) -> None:
    # Newborns, deaths, transfers, intensive care, strangers, per-diem stays: each must occur.
    leaving = Counter(batch["leaving_type"].to_pylist())
    assert set(leaving) == {"1", "2", "3", "4", "5"}
    assert 0.001 < leaving["5"] / CASES < 0.02
    assert CASES > pc.sum(pc.greater(batch["icu_hours"], 0)).as_py() > CASES * 0.005
    weights = batch["newborn_weight_g"].drop_null()
    assert 500 < pc.min(weights).as_py() < 1500 < pc.max(weights).as_py()
    insured = set(batch["insured_region"].to_pylist())
    assert any(not code.startswith("9901") for code in insured)
    assert {"A15", "A21"} <= set(batch["department"].to_pylist())
    assert pc.sum(pc.list_value_length(batch["tcm_diagnoses"])).as_py() > 0
    assert batch["referral_id"].null_count < CASES


def test_costs_have_a_long_tail_and_rise_with_the_level(batch: pa.RecordBatch) -> None:
    # Outlier rules have nothing to do on bell-shaped costs.
    cost = np.array(batch["total_cost"].cast(pa.float64()))
    assert np.median(cost) * 1.5 < cost.mean()
    assert np.quantile(cost, 0.999) > 10 * np.median(cost)
    level = {one.hospital_code: one.level for one in synth.hospitals(SEED)}
    levels = np.array([level[code] for code in batch["hospital_code"].to_pylist()])
    means = [cost[levels == one].mean() for one in (1, 2, 3)]
    assert means == sorted(means)


def test_some_persons_come_back_and_transfers_arrive_the_same_day(clean: list[Case]) -> None:
    # Readmission and split-stay rules need the same person twice, in order.
    stays: dict[str, list[Case]] = {}
    for case in clean:
        stays.setdefault(case.person_key, []).append(case)
    twice = [
        sorted(held, key=lambda case: str(case.discharge_date)) for held in stays.values() if len(held) > 1
    ]
    assert len(twice) > CASES * 0.01
    transfers = 0
    for first, second in twice:
        assert first.discharge_date is not None
        assert second.admission_date is not None
        assert second.admission_date >= first.discharge_date
        assert (first.sex, first.insured_region) == (second.sex, second.insured_region)
        transfers += first.leaving_type == "2" and second.admission_date == first.discharge_date
    assert transfers > 10


def test_hospitals_look_like_a_city_with_county_communities() -> None:
    # The register: national codes, three levels, a community per county, no name twice.
    found = synth.hospitals(SEED)
    assert found == synth.hospitals(SEED)
    assert len({one.hospital_code for one in found}) == len({one.name for one in found}) == len(found)
    for one in found:
        assert one.hospital_code == f"H{check_code(one.region_code)}{one.hospital_code[7:]}"
        assert len(one.hospital_code) == 12
        assert (one.community == "") == (one.region_code == "990100")
    assert {one.level for one in found} == {1, 2, 3}
    assert {one.region_code for one in found} == {"990100", "990101", "990102"}
    assert len(synth.hospitals(SEED, 8)) == 8
    assert len(synth.hospitals(SEED, 300)) == 300


def test_every_group_of_the_starter_scheme_has_a_profile() -> None:
    # A group added to the scheme without a line here would silently never occur.
    assert {adrg.code for _, adrg in starter_scheme().adrgs()} == set(profiles())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--cases", "0"], "CASES_OUT_OF_RANGE"),
        (["--faults", "2"], "FAULT_SHARE_BAD"),
        (["--faults", "viel"], "FAULT_SHARE_BAD"),
        (["--hospitals", "3"], "HOSPITALS_OUT_OF_RANGE"),
        (["--month", "2026-13"], "NOT_A_MONTH"),
        (["--seed", "-1"], "SEED_OUT_OF_RANGE"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    # One clear reason each, and no half file.
    result = _run([*arguments, "-o", str(tmp_path / "x.parquet")])
    assert isinstance(result.exception, Fault)
    assert result.exception.reason.code == reason
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_cases_and_the_register(tmp_path: Path) -> None:
    # What the command line leaves behind is what the other commands read.
    result = _run(["--cases", "1500", "--seed", "3", "--hospitals", "20", "-o", str(tmp_path / "m.parquet")])
    assert result.exit_code == 0, result.output
    assert pq.read_table(tmp_path / "m.parquet").schema.equals(CASE_SCHEMA)
    with (tmp_path / "hospitals.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:5] == ["hospital_code", "name", "region_code", "level", "since"]
    assert len(rows) == 20


def _run(arguments: list[str]):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(build("generate"), ["generate", *arguments])


def _sum(*columns: pa.Array) -> pa.Array:
    """Row sums in fen: two decimals of different precision would not compare equal."""
    totals = [Decimal(0)] * len(columns[0])
    for column in columns:
        totals = [have + more for have, more in zip(totals, column.to_pylist(), strict=True)]
    return pa.array([int(total * 100) for total in totals])
