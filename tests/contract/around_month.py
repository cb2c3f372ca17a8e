"""Shorthands for the tests of what surrounds a month run: lists, findings, decisions, differences."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_kit import auth

HOSPITALS = {"H001": sw.COUNTY, "H002": sw.OTHER_COUNTY, "H003": sw.POOL}
CODES = list(HOSPITALS)
_numbers = itertools.count(1)


async def hospitals(world: sw.World) -> None:
    """Three hospitals of the pool: one in each county and one at the pool itself."""
    for level, (code, area) in enumerate(HOSPITALS.items(), start=1):
        await world.put_hospital(code, area=area, level=level)


def case_in(month: int, number: int, **changes: Any) -> Case:
    """A case of a month of 2026; its hospital goes round."""
    case = sw.case_of(number, CODES[number % 3], case_id=f"M{month}-{number}")
    days = {
        name: getattr(case, name).replace(month=month, day=min(getattr(case, name).day, 28))
        for name in ("admission_date", "discharge_date")
    }
    return replace(case, **{**days, **changes})


async def lists(world: sw.World, month: int, count: int = 60) -> list[Case]:
    """A month's lists over the hospitals."""
    cases = [case_in(month, number) for number in range(count)]
    await sw.import_lists(world.stub, f"lists-{month}-{count}", [sw.chunk(cases)])
    return cases


def raised(case: Case, cost_fen: int = 9_000_000) -> Case:
    """The case corrected so that its points follow its cost: it cannot be grouped any more."""
    return replace(case, diagnoses=("Z99.900",), total_cost_fen=cost_fen)


def request_id() -> str:
    """A request id nobody has used."""
    return f"request-{next(_numbers)}"


async def refused(call: Any) -> Fault:
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def statement(world: sw.World, run: pb.Run, code: str) -> pb.Statement:
    """A hospital's statement, read by the hospital."""
    with auth.use_claim(sw.hospital_claim(code)):
        request = pb.GetStatementRequest(run_id=run.run_id, hospital_code=code)
        return (await world.stub.GetStatement(request)).statement


async def statements(world: sw.World, run: pb.Run) -> dict[str, pb.Statement]:
    """Every statement of a run."""
    with auth.use_claim(sw.BUREAU):
        found = await world.stub.ListStatements(pb.ListStatementsRequest(run_id=run.run_id))
    return {one.hospital_code: one for one in found.statements}


def content(found: pb.Statement) -> Any:
    """What a statement says."""
    return json.loads(found.content)


async def find(
    world: sw.World, *found: tuple[str, Case, int], claim: auth.Claim = sw.BUREAU
) -> mpb.ImportFindingsResponse:
    """Imports findings ``(id, case, fen)``."""
    rows = [
        mpb.NewFinding(
            finding_id=number, hospital_code=case.hospital_code, case_id=case.case_id, rule_id="重复收费",
            evidence="同日两次收取同一检查", amount_fen=fen,
        )
        for number, case, fen in found
    ]  # fmt: skip
    with auth.use_claim(claim):
        return await world.month.ImportFindings(
            mpb.ImportFindingsRequest(request_id=request_id(), findings=rows)
        )


async def decide_finding(
    world: sw.World, number: str, state: str, claim: auth.Claim = sw.BUREAU, **more: Any
) -> mpb.Finding:
    """The next step of a finding."""
    with auth.use_claim(claim):
        answer = await world.month.DecideFinding(
            mpb.DecideFindingRequest(
                request_id=request_id(), finding_id=number, state=state, reason="复核", **more
            )
        )
    return answer.finding


async def decide(
    world: sw.World, number: str, case: Case, kind: str, claim: auth.Claim = sw.BUREAU, **more: Any
) -> mpb.ApplyDecisionResponse:
    """Applies a decision on a case."""
    decision = mpb.Decision(
        decision_no=number, hospital_code=case.hospital_code, case_id=case.case_id, kind=kind,
        citation="演示会议纪要1号", **more,
    )  # fmt: skip
    with auth.use_claim(claim):
        return await world.month.ApplyDecision(
            mpb.ApplyDecisionRequest(request_id=request_id(), decision=decision)
        )


async def preview(world: sw.World, pool: str = sw.POOL) -> mpb.PreviewDifferencesResponse:
    """What would move in closed months."""
    with auth.use_claim(sw.BUREAU):
        return await world.month.PreviewDifferences(mpb.PreviewDifferencesRequest(pool=pool))


async def commit(
    world: sw.World, digest: str, cause: str = "更正已结算清单", pool: str = sw.POOL
) -> list[mpb.Difference]:
    """Posts what a preview showed."""
    with auth.use_claim(sw.BUREAU):
        answer = await world.month.CommitDifferences(
            mpb.CommitDifferencesRequest(
                request_id=request_id(), pool=pool, preview_digest=digest, cause=cause
            )
        )
    return list(answer.differences)


async def balance(world: sw.World, pool: str = sw.POOL) -> dict[str, int]:
    """Debit less credit of every account of a pool in 2026; they add up to zero."""
    with auth.use_claim(sw.BUREAU):
        found = await world.stub.GetTrialBalance(pb.GetTrialBalanceRequest(pool=pool, year=2026))
    assert found.difference_fen == 0
    return {row.account: row.debit_fen - row.credit_fen for row in found.accounts}
