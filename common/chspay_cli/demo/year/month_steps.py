"""A month of the year: lists in, the audit's findings, the run, and the outpatient visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pyarrow as pa

from chspay.capitation.v1 import visits_pb2
from chspay.settlement.v1 import month_pb2, routing_pb2, settlement_pb2
from chspay_cli.demo.year import bill_steps, budget_steps, watch_steps
from chspay_cli.demo.year.office import CLERK, HEAD, POOL, REVIEWER
from chspay_cli.demo.year.plan_steps import parquet
from chspay_cli.demo.year.world import World, must
from chspay_cli.synth.year.year import Suspect
from chspay_kit.convert import points_from_pb

_CHUNK = 20_000
#: What becomes of a month's findings, in order; the last is decided after the run, which holds its list.
_UPHELD, _DISMISSED, _OPEN = range(3)
VIOLATION_MONTH = 9


async def month(world: World, number: int) -> dict[str, Any]:
    """Everything of one month; facts of its run for the tables."""
    lists = await _import(world, number)
    suspects = [one for one in world.city.suspects if one.month == number]
    await _findings(world, suspects)
    if number == VIOLATION_MONTH and suspects:
        await _violation(world, suspects[_UPHELD])
    run = await _run(world, number)
    if suspects:
        await _decide(world, suspects[_OPEN], number, "dismissed", "补充病历后予以认可")
    visits = await _visits(world, number)
    paid = await bill_steps.bills(world, number)
    spent = {
        budget_steps.INPATIENT: run["bill_fen"] - run["bed_days_fen"],
        budget_steps.OUTPATIENT: paid["bills_fen"],
        budget_steps.PER_DIEM: run["bed_days_fen"],
    }  # fmt: skip
    growth = await budget_steps.report(world, number, spent)
    january = lists | run if number == 1 else world.progress.of("month-01")
    seen = await watch_steps.forecast(world, number, january)
    return lists | run | visits | paid | growth | seen


async def _import(world: World, number: int) -> dict[str, Any]:
    """The month's lists in bulk; those with coding faults come back with a reason."""
    table, name = world.city.months[number - 1], world.office.name(f"lists-{number:02d}")

    async def requests() -> AsyncIterator[Any]:
        for chunk, begin in enumerate(range(0, table.num_rows, _CHUNK)):
            yield settlement_pb2.ImportListsRequest(
                request_id=name, chunk_no=chunk, cases=_arrow(table.slice(begin, _CHUNK))
            )

    answers = await world.office.stream(CLERK, "settlement", "ImportLists", requests())
    refused = Counter(fault.reason for answer in answers for fault in answer.faults)
    accepted = table.num_rows - sum(refused.values())
    return {"sent": table.num_rows, "accepted": accepted, "refused": dict(sorted(refused.items()))}


def _arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


async def _findings(world: World, suspects: list[Suspect]) -> None:
    """What the audit asks about: one upheld and deducted, one dismissed, one left open over the run."""
    if not suspects:
        return
    new = [
        month_pb2.NewFinding(
            finding_id=_number(world, one), hospital_code=one.hospital_code, case_id=one.case_id,
            rule_id="YS-演示-01", evidence="收费与医嘱不符（演示）", amount_fen=one.amount_fen,
        )
        for one in suspects
    ]  # fmt: skip
    request = month_pb2.ImportFindingsRequest(findings=new)
    await world.office.ask(CLERK, "month", "ImportFindings", request, f"findings-{suspects[0].month:02d}")
    month_no = suspects[0].month
    await _decide(world, suspects[_UPHELD], month_no, "upheld", "核查属实")
    await _decide(world, suspects[_DISMISSED], month_no, "dismissed", "核查不属实")


def _number(world: World, one: Suspect) -> str:
    return f"SH-{world.size.year}-{one.month:02d}-{one.case_id}"


async def _decide(world: World, one: Suspect, month_no: int, state: str, reason: str) -> None:
    request = month_pb2.DecideFindingRequest(
        finding_id=_number(world, one), state=state, reason=reason,
        decision_no=f"演示核查〔{world.size.year}〕{month_no}-{one.case_id[-6:]}",
    )  # fmt: skip
    await world.office.ask(HEAD, "month", "DecideFinding", request, f"finding-{one.case_id}")


async def _violation(world: World, one: Suspect) -> None:
    """A proven violation: the case earns nothing and loses its points once."""
    decision = month_pb2.Decision(
        decision_no=f"演示处理〔{world.size.year}〕1号", hospital_code=one.hospital_code, case_id=one.case_id,
        kind="violation", value="1", citation=f"演示处理〔{world.size.year}〕1号",
    )  # fmt: skip
    request = month_pb2.ApplyDecisionRequest(decision=decision)
    await world.office.ask(REVIEWER, "month", "ApplyDecision", request, "violation")


async def _run(world: World, number: int) -> dict[str, Any]:
    """The month run, followed to its end."""
    office = world.office
    start = settlement_pb2.StartMonthRunRequest(pool=POOL, year=world.size.year, month=number)
    begun = await office.ask(CLERK, "settlement", "StartMonthRun", start, f"run-{number:02d}")
    asked = settlement_pb2.GetRunRequest(run_id=begun.run.run_id)

    async def look() -> Any:
        return (await office.ask(CLERK, "settlement", "GetRun", asked)).run

    waiting = {settlement_pb2.RUN_STATE_PENDING, settlement_pb2.RUN_STATE_RUNNING}
    run = await office.until(look, lambda now: now.state in waiting)
    must(run.state == settlement_pb2.RUN_STATE_DONE, f"{number}月的月度结算没有完成", run.failure_message)
    paper = await office.pages(
        CLERK, "settlement", "ListStatements",
        settlement_pb2.ListStatementsRequest(run_id=run.run_id), "statements",
    )  # fmt: skip
    return {
        "run_id": run.run_id,
        "cases": run.cases,
        "points": run.total_points.value,
        "points_micro": points_from_pb(run.total_points, "total_points"),
        "other_fen": run.point_value_numerator_fen - run.fund_fen,
        "point_value": run.point_value_display,
        "fund_fen": run.fund_fen + run.others_fen,
        "split_fen": sum(one.fund_fen for one in paper) + run.others_fen,
        "value_fund_fen": run.fund_fen,
        "bed_days_fen": await _bed_days_fen(world, run.run_id),
        "prepaid_fen": sum(one.prepaid_fen for one in paper),
        "bill_fen": sum(one.cost_fen - one.patient_fen for one in paper),
        "deducted_fen": sum(one.deducted_fen for one in paper),
        "payable_fen": sum(one.payable_fen for one in paper),
        "held_lists": run.held_lists,
        "statements_digest": run.statements_digest,
    }


async def _bed_days_fen(world: World, run_id: str) -> int:
    """What bed-days of the run's cases are paid in money."""
    asked = routing_pb2.SumRoutesRequest(run_id=run_id)
    sums = (await world.office.ask(CLERK, "routing", "SumRoutes", asked)).sums
    return sum(row.amount_fen for row in sums if row.method == routing_pb2.PAY_METHOD_PER_DIEM)


async def _visits(world: World, number: int) -> dict[str, Any]:
    """The members' visits of the month, charged inside or outside."""
    request = visits_pb2.PutVisitsRequest(
        attribution_id=world.progress.of("quotas")["attribution_id"],
        content=parquet(world.city.visits[number - 1]),
    )
    found = await world.office.ask(CLERK, "visits", "PutVisits", request, f"visits-{number:02d}")
    names = ("inside", "outside", "not_capitated", "not_member")
    return {f"visits_{name}": getattr(found, name) for name in names}
