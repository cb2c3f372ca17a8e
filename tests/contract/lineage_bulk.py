"""A settled month of any size: grouped lists written straight into the tables, then a real month run."""

from __future__ import annotations

import random
from typing import Any

import asyncpg
import settlement_world as sw

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth

_LISTS = """
WITH drawn AS (
  SELECT n, 1 + floor($2 * power(random(), 1.7))::int AS hospital, floor($3 * power(random(), 2))::int AS drg,
    random() AS a, random() AS b, random() AS c, random() AS odd
  FROM generate_series(1, $1::bigint) n),
case_of AS (
  SELECT n, 'H' || lpad(hospital::text, 11, '0') AS hospital_code, 'C' || lpad(n::text, 9, '0') AS case_id,
    hospital, drg, odd,
    (exp(ln(60000.0 + drg * 9000) + 0.5 * (a + b + c - 1.5) * 3)
      * CASE WHEN odd < 0.01 THEN 0.2 WHEN odd > 0.985 THEN 4.5 ELSE 1 END)::bigint + 100 AS cost
  FROM drawn),
list AS (
  SELECT 'L' || hospital_code || case_id AS list_id, * FROM case_of),
head AS (
  INSERT INTO settlement.list_head (list_id, hospital_code, region_code, pool, discharge_date, version,
    body_hash, settle_period, mark)
  SELECT list_id, hospital_code, '990101', '990100', date '2026-03-01' + (n % 31)::int, 1, '', 202603, ''
  FROM list)
INSERT INTO settlement.list_version (list_id, version, case_id, hospital_code, region_code, person_key,
  admission_date, discharge_date, sex, age_years, department, leaving_type, diagnoses, procedures,
  total_cost_fen, patient_paid_fen, insured_region, insurance_type, status, mdc, adrg, drg, reason,
  scheme_digest, channel, received_from)
SELECT list_id, 1, case_id, hospital_code, '990101', '', date '2026-02-20' + (n % 31)::int,
  date '2026-03-01' + (n % 31)::int, 1 + n % 2, 30 + n % 50, '', '1',
  ARRAY['I63.900'], '{}', cost, cost * (15 + n % 20) / 100, '990100', '310',
  CASE WHEN odd BETWEEN 0.5 AND 0.51 THEN 'ungrouped' ELSE 'grouped' END, 'B', 'BR',
  CASE WHEN odd BETWEEN 0.5 AND 0.51 THEN '' ELSE 'G' || lpad(drg::text, 3, '0') END, '', $4, 'bulk', 'bench'
FROM list
"""


async def fill(admin_url: str, cases: int, hospitals: int, groups: int) -> None:
    """Writes that many grouped lists of March 2026 over hospitals of very different sizes."""
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('chspay.region', '*', true), setseed(0.4101)")
            await connection.execute(
                "INSERT INTO settlement.hospital (hospital_code, since, name, pool, region_code, level)"
                " SELECT 'H' || lpad(n::text, 11, '0'), date '2020-01-01', '医院' || n, '990100', '990101',"
                " 1 + n % 3 FROM generate_series(1, $1::int) n",
                hospitals,
            )
            await connection.execute(_LISTS, cases, hospitals, groups, sw.sealed_digest(), timeout=3600)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def hospital(number: int) -> str:
    """The code of a hospital."""
    return f"H{number:011d}"


async def settle(world: Any, fund_fen: int) -> pb.Run:
    """Runs the month and waits for its end, however long it takes."""
    import asyncio

    world.budget.months[sw.POOL, 2026, 3] = fund_fen
    with auth.use_claim(sw.BUREAU):
        started = await world.stub.StartMonthRun(
            pb.StartMonthRunRequest(request_id="bulk", pool=sw.POOL, year=2026, month=3)
        )
        while True:
            run = (await world.stub.GetRun(pb.GetRunRequest(run_id=started.run.run_id))).run
            if run.state in {pb.RUN_STATE_DONE, pb.RUN_STATE_FAILED}:
                return run
            await asyncio.sleep(0.2)


async def draw(database_url: str, run_id: str, count: int, dice: random.Random) -> list[str]:
    """Names of random amounts of a run, over all kinds: cases most, then hospitals, pool and groups."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SELECT set_config('chspay.region', '*', false)")
        rows = await connection.fetch(
            "SELECT hospital_code, case_id, drg FROM settlement.run_case TABLESAMPLE BERNOULLI (least(100,"
            " 100.0 * $2 / (SELECT cases FROM settlement.month_run WHERE run_id = $1))) WHERE run_id = $1",
            run_id,
            10 * count,
        )
    finally:
        await connection.close()
    case_items = ("fund", "total", "points", "share", "exact", "served", "patient", "cost")
    hospital_items = (
        "payable", "prepaid", "retained", "fund", "total", "share", "points", "patient", "cost", "cases",
        "deducted", "held", "difference", "released", "fund_by_case", "case_left", "case_last", "served",
    )  # fmt: skip
    pool_items = (
        "value",
        "money",
        "fund",
        "patient",
        "points",
        "paid",
        "left",
        "last",
        "all_cost",
        "all_cases",
    )
    group_items = ("group_all_cases", "group_cases", "group_cost", "cv", "median")
    found = []
    for _ in range(count):
        row, kind = dice.choice(rows), dice.random()
        if kind < 0.6:
            found.append(f"run/{run_id}/case/{row[0]}/{row[1]}/{dice.choice(case_items)}")
        elif kind < 0.85:
            found.append(f"run/{run_id}/hospital/{row[0]}/{dice.choice(hospital_items)}")
        elif kind < 0.93:
            found.append(f"run/{run_id}/pool/{dice.choice(pool_items)}")
        elif row[2]:
            found.append(f"run/{run_id}/group/{row[2]}/{dice.choice(group_items)}")
        else:
            found.append(f"run/{run_id}/block/{row[0]}/1/{dice.choice(('points', 'fund_by_case', 'cost'))}")
    return found
