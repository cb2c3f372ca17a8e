"""How long the insured of a large city take: 15.6 million checked, attributed, their quotas to the fen."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

from capitation_rules import policy_of

from chspay_capitation.engine.catchment import Catchment, Entry, Stretches
from chspay_capitation.engine.checks import places_of
from chspay_capitation.engine.columnar import terms
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.risk import read_risk
from chspay_capitation.engine.roster import ROSTER_SCHEMA
from chspay_cli.capitation_trial import try_roster

PERSONS = int(os.environ.get("CHSPAY_BENCH_PERSONS", "15600000"))
THREADS = 2
DAY, SINCE, UNTIL = date(2020, 1, 1), date(2026, 1, 1), date(2027, 1, 1)
COMMUNITIES, INSTITUTIONS, TOWNS, EMPLOYERS, UNIVERSITIES = 200, 3_000, 1_500, 40_000, 60
_CHUNK = 1 << 20
RATES = [{"insurance_type": "310", "yuan": "900"}, {"insurance_type": "390", "yuan": "560"}]


def _entries() -> list[Entry]:
    """Who is served by whom: every institution, town, university and employer by one community."""
    kinds = {
        "institution": ("H", INSTITUTIONS),
        "university": ("U", UNIVERSITIES),
        "employer": ("E", EMPLOYERS),
    }
    found = [
        Entry(kind, f"{letter}{number}", f"C{number % COMMUNITIES:03d}", DAY, None)
        for kind, (letter, count) in kinds.items()
        for number in range(count)
    ]
    towns = (
        Entry("region", _town(number), f"C{number % COMMUNITIES:03d}", DAY, None) for number in range(TOWNS)
    )
    return [*found, *towns]


def _town(number: int) -> str:
    return f"9901{number // 1000 + 1:02d}{number % 1000:03d}"


def _rosters() -> Iterator[pa.RecordBatch]:
    for start in range(0, PERSONS, _CHUNK):
        yield _roster(min(_CHUNK, PERSONS - start), start)


def _roster(count: int, seed: int) -> pa.RecordBatch:
    chance = np.random.default_rng(seed)

    def coded(values: list[str], indices: np.ndarray) -> pa.Array:
        return pa.DictionaryArray.from_arrays(
            pa.array(indices.astype(np.int32)), pa.array(values)
        ).dictionary_decode()

    def drawn(letter: str, many: int, held: np.ndarray) -> pa.Array:
        numbers = np.where(held, chance.integers(1, many + 1, count), 0)
        return coded(["", *(f"{letter}{number}" for number in range(many))], numbers)

    def days(first: date, width: int) -> np.ndarray:
        offset = first.toordinal() - date(1970, 1, 1).toordinal()
        return (offset + chance.integers(0, width, count)).astype(np.int32)

    kind = chance.choice(4, count, p=[0.55, 0.32, 0.09, 0.04])
    raw = chance.integers(0, 256, (count, 32), dtype=np.uint8)
    letters = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.empty((count, 64), np.uint8)
    text[:, 0::2], text[:, 1::2] = letters[raw >> 4], letters[raw & 15]
    offsets = pa.py_buffer((np.arange(count + 1, dtype=np.int32) * 64).tobytes())
    towns = [*(_town(number) for number in range(TOWNS)), "330100001"]
    joined = np.where(chance.random(count) < 0.08, days(SINCE, 330), days(date(2015, 1, 1), 3650))
    left = np.where(chance.random(count) < 0.03, joined + chance.integers(1, 500, count), 0)
    columns = {
        "person_key": pa.Array.from_buffers(
            pa.string(), count, [None, offsets, pa.py_buffer(text.tobytes())]
        ),
        "region_code": coded(["990101", "990102"], chance.integers(0, 2, count)),
        "person_type": coded(["resident", "employee", "flexible", "student"], kind),
        "insurance_type": coded(["390", "310"], np.isin(kind, (1, 2)).astype(np.int32)),
        "signed_institution": drawn("H", INSTITUTIONS, chance.random(count) < 0.4),
        "household_region": coded(towns, chance.integers(0, TOWNS + 1, count)),
        "residence_region": coded(towns, chance.integers(0, TOWNS + 1, count)),
        "university": drawn("U", UNIVERSITIES, kind == 3),
        "employer": drawn("E", EMPLOYERS, kind == 1),
        "sex": coded(["1", "2"], chance.integers(0, 2, count)),
        "chronic_conditions": coded(
            ["", "E11", "I10", "E11;I10"], chance.choice(4, count, p=[0.8, 0.05, 0.1, 0.05])
        ),
        "birth_date": pa.array(days(date(1926, 1, 1), 36_500)).cast(pa.date32()),
        "valid_from": pa.array(joined.astype(np.int32)).cast(pa.date32()),
        "valid_to": pa.array(left.astype(np.int32), mask=left == 0).cast(pa.date32()),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in ROSTER_SCHEMA.names], schema=ROSTER_SCHEMA)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The roster as a Parquet file."""
    path = tmp_path_factory.mktemp("roster") / "roster.parquet"
    with pq.ParquetWriter(path, ROSTER_SCHEMA, compression="zstd") as writer:
        for batch in _rosters():
            writer.write_batch(batch, row_group_size=_CHUNK)
    return path


_ORACLE = """
CREATE TEMP TABLE unit AS
WITH placed AS (
  SELECT r.person_key, r.insurance_type, coalesce(i.community,
           CASE r.person_type WHEN 'student' THEN u.community WHEN 'employee' THEN e.community
             ELSE t.community END, 'C9') AS community,
         date_diff('day', greatest(r.valid_from, $since),
           least(coalesce(r.valid_to, $until), $until)) AS days,
         greatest(date_part('year', $since) - date_part('year', r.birth_date)
           - CASE WHEN strftime(r.birth_date, '%m%d') > '0101' THEN 1 ELSE 0 END, 0) AS age,
         r.sex, greatest(r.valid_from, $since) AS since,
         CASE WHEN r.chronic_conditions LIKE '%E11%' THEN 1500000
              WHEN r.chronic_conditions LIKE '%I10%' THEN 1300000 ELSE 1000000 END AS sick
    FROM read_parquet($path) r
    LEFT JOIN served i ON i.kind = 'institution' AND i.code = r.signed_institution
    LEFT JOIN served t ON t.kind = 'region' AND t.code = r.household_region
    LEFT JOIN served u ON u.kind = 'university' AND u.code = r.university
    LEFT JOIN served e ON e.kind = 'employer' AND e.code = r.employer)
SELECT person_key, insurance_type, community, since, days,
       days * ((CASE WHEN age >= 60 THEN 1800000 WHEN age >= 18 AND sex = '1' THEN 800000
                     WHEN age >= 18 THEN 950000 WHEN age >= 7 THEN 600000 ELSE 1200000 END)
               * sick::BIGINT // 1000000) AS weight
  FROM placed WHERE days > 0;
CREATE TEMP TABLE fund AS
SELECT insurance_type, (2 * (CASE insurance_type WHEN '310' THEN 90000 ELSE 56000 END)::HUGEINT * sum(days)
         + 365) // 730 AS budget, sum(weight::HUGEINT) AS whole FROM unit GROUP BY 1;
CREATE TEMP TABLE class AS
WITH counted AS (
  SELECT insurance_type, weight, count(*) AS n FROM unit GROUP BY 1, 2),
shared AS (
  SELECT c.*, budget, (budget * weight) // whole AS share, (budget * weight) % whole AS rest
    FROM counted c JOIN fund USING (insurance_type)),
ranked AS (
  SELECT *, budget - sum(share * n) OVER (PARTITION BY insurance_type) AS left_over,
         coalesce(sum(n) OVER (PARTITION BY insurance_type ORDER BY rest DESC, weight DESC
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM shared)
SELECT insurance_type, weight, share, greatest(least(left_over - before, n), 0) AS more, n FROM ranked;
CREATE TEMP TABLE edge AS
SELECT insurance_type, weight, person_key, since FROM (
  SELECT u.*, more, row_number() OVER (PARTITION BY u.insurance_type ORDER BY person_key, u.since) AS place
    FROM unit u JOIN class c USING (insurance_type, weight) WHERE more > 0 AND more < n)
 WHERE place = more;
SELECT community, u.insurance_type, sum(share + CASE WHEN more = n THEN 1 WHEN more = 0 THEN 0
         ELSE ((u.person_key, u.since) <= (e.person_key, e.since))::INT END)::BIGINT
  FROM unit u JOIN class c USING (insurance_type, weight)
  LEFT JOIN edge e ON e.insurance_type = u.insurance_type AND e.weight = u.weight
 GROUP BY 1, 2
"""


def _oracle(path: Path, folder: Path) -> dict[tuple[str, str], int]:
    """The same rules in SQL, by DuckDB on as many threads."""
    database = duckdb.connect(str(folder / "oracle.db"), config={"threads": THREADS, "memory_limit": "6GB"})
    database.execute("CREATE TABLE served (kind TEXT, code TEXT, community TEXT)")
    served = pa.table(
        [pa.array(column) for column in zip(*(entry[:3] for entry in _entries()), strict=True)],
        names=["kind", "code", "community"],
    )
    database.register("given", served)
    database.execute("INSERT INTO served SELECT * FROM given")
    *steps, last = [text for text in _ORACLE.split(";") if text.strip()]
    for step in steps:
        values = {"path": str(path), "since": SINCE, "until": UNTIL}
        database.execute(step, {name: value for name, value in values.items() if f"${name}" in step})
    rows = database.execute(last).fetchall()
    database.close()
    return {(community, kind): fen for community, kind, fen in rows}


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_insured_of_a_large_city_have_their_quotas_within_a_minute(
    roster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Heads and quotas are negotiated: a change of the rules must be answered while people wait."""
    policy = policy_of({"capitation.budget": "heads_times_rate@1", "capitation.rates": RATES})
    served = Catchment(_entries())
    start, used = time.perf_counter(), time.process_time()
    given = terms(
        Stretches(served, SINCE, UNTIL), read_order(policy), read_risk(policy), served.communities, {}
    )
    places = places_of(policy.place, [entry.code for entry in _entries() if entry.kind == "region"])
    trial = try_roster(
        roster, date(2026, 12, 31), given, {}, policy, tmp_path, places=places, threads=THREADS
    )
    seconds, spent = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert trial.report.sound, trial.report.counts
    for kind, budget in trial.budgets.items():
        assert sum(fen for key, fen in trial.quotas.fen.items() if key[1] == kind) == budget
    for file in tmp_path.glob("*.arrow"):
        file.unlink()
    start, used = time.perf_counter(), time.process_time()
    oracle = _oracle(roster, tmp_path)
    sql, sql_spent = time.perf_counter() - start, time.process_time() - used
    with capsys.disabled():
        print(
            f"\ncapitation: {PERSONS:,} persons checked and attributed, quotas to the fen: {seconds:.1f} s"
            f" ({spent:.0f} s of processor), peak {peak:.0f} MiB; the same rules in DuckDB {sql:.1f} s"
            f" ({sql_spent:.0f} s of processor), ratio {sql / seconds:.2f}"
        )
    assert trial.quotas.fen == oracle
    # Processor time, so that a neighbour on the machine changes nothing: a minute of two cores.
    assert spent < 60 * THREADS
