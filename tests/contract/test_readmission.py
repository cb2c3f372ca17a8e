"""Readmissions over real gRPC: found within a month, and as a difference when the earlier month is closed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal

import around_month as am
import pytest
import settlement_world as sw

from chspay_core.bundle import Bundle
from chspay_core.case import Case

FUND = 9_000_001
_READMISSION = """
readmission.method:
  label: 再入院的认定与处理方法
  unit: method
  rules:
    - {since: 2020-01-01, value: same_group_earlier_factor@1, cite: demo-city-2020#第一条, evidence: demo}
readmission.days:
  label: 同病组再入院的认定天数
  unit: days
  rules:
    - {since: 2020-01-01, value: 15, cite: demo-city-2020#第一条, evidence: demo}
readmission.earlier_factor:
  label: 再入院时前次住院点数的折算比例
  unit: ratio
  rules:
    - {since: 2020-01-01, value: 0.5, cite: demo-city-2020#第一条, evidence: demo}
readmission.within:
  label: 再入院的机构范围（hospital同一医疗机构，any任何医疗机构）
  unit: choice
  rules:
    - {since: 2020-01-01, value: hospital, cite: demo-city-2020#第一条, evidence: demo}
readmission.exempt:
  label: 不作再入院认定的情形（what为group病组、diagnosis主要诊断、procedure手术操作，prefix为编码开头）
  unit: table
  rules:
    - since: 2020-01-01
      value: []
      cite: demo-city-2020#第一条
      evidence: demo
"""


@pytest.fixture
async def world(migrated_db, tmp_path):
    """Settlement in a city that halves the earlier stay when a patient is back within 15 days."""
    root = tmp_path / "policy"
    shutil.copytree(sw.POLICY, root)
    (root / "990100-demo-city" / "readmission.yaml").write_text(_READMISSION, encoding="utf-8")
    async with sw.world(migrated_db.url("settlement")) as running:
        running.rulebook.bundles = {sw.POOL: Bundle.load(root, sw.POOL)}
        await am.hospitals(running)
        yield running


def stay(month: int, first: int, last: int, case_id: str, person: str) -> Case:
    """A stay of a person in the first hospital, in one group whichever month it is."""
    case = am.case_in(month, 1, hospital_code="H001", person_key=person * 32, case_id=case_id)
    return replace(
        case,
        admission_date=case.admission_date.replace(day=first),
        discharge_date=case.discharge_date.replace(day=last),
        diagnoses=("I63.900",),
    )


async def test_a_return_within_the_month_halves_the_earlier_stay(world):
    """The rule counts in the month itself, and the statement says which stay made it so."""
    await am.lists(world, 1)
    await world.submit("early-1", stay(1, 2, 6, "EARLY1", "ab"))
    await world.submit("late-1", stay(1, 12, 20, "LATE1", "ab"))
    run = await world.month_run("within-1", FUND, month=1)
    (found,) = am.content(await am.statement(world, run, "H001"))["adjustments"]
    assert (found["case"], found["kind"], found["value"]) == ("EARLY1", "readmission", "0.5")
    assert "LATE1" in found["cite"]


async def test_a_return_found_later_is_a_difference_of_the_earlier_month(world):
    """The earlier stay is paid before the patient comes back; its month is corrected, not reopened."""
    await am.lists(world, 3)
    await world.submit("early-3", stay(3, 20, 27, "EARLY3", "cd"))
    run = await world.month_run("run-3", FUND, month=3)
    assert not (await am.preview(world)).differences
    await am.lists(world, 4)
    await world.submit("late-4", stay(4, 3, 9, "LATE4", "cd"))
    await world.month_run("run-4", FUND, month=4)
    shown = await am.preview(world)
    (found,) = shown.differences
    (case,) = found.cases
    assert (found.corrected_run_id, case.case_id, case.why) == (run.run_id, "EARLY3", "readmission")
    assert Decimal(case.after_points.value) * 2 == Decimal(case.before_points.value)
    await am.commit(world, shown.preview_digest, "再入院")
    assert not (await am.preview(world)).differences
