"""Holds, trials, replays and runs over several months, over real gRPC."""

from __future__ import annotations

import asyncio

import around_month as am
import pytest
import settlement_world as sw

from chspay.settlement.v1 import month_pb2 as mpb
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth

FUND = 9_000_001


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours with three hospitals."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await am.hospitals(running)
        yield running


async def place(world, code: str, since: str, fen: int = 0, **more: str) -> mpb.Hold:
    """Places a hold."""
    asked = {"rule_id": "费用异常增长", "evidence": "当月较前三月均值增长45.26%", "citation": "演示通知3号"}
    with auth.use_claim(sw.BUREAU):
        answer = await world.month.PlaceHold(
            mpb.PlaceHoldRequest(
                request_id=am.request_id(), pool=sw.POOL, hospital_code=code, since=since, amount_fen=fen,
                **{**asked, **more},
            )
        )  # fmt: skip
    return answer.hold


async def release(world, hold_id: str) -> mpb.Hold:
    """Releases a hold."""
    with auth.use_claim(sw.BUREAU):
        answer = await world.month.ReleaseHold(
            mpb.ReleaseHoldRequest(
                request_id=am.request_id(), hold_id=hold_id, reason="核查未见违规", citation="演示通知4号"
            )
        )
    return answer.hold


async def test_a_hold_keeps_money_back_until_it_is_released_and_settles_patients_all_the_same(world):
    """Abnormal growth stops the payment and nothing else; after the review every fen comes back."""
    await am.lists(world, 1)
    hold = await place(world, "H001", "2026-01", 100_000)
    run = await world.month_run("hold-1", FUND, month=1)
    first = await am.statement(world, run, "H001")
    assert (first.held_fen, first.payable_fen) == (100_000, first.prepaid_fen - 100_000)
    assert first.cases == 20
    accounts = await am.balance(world)
    held, payable = f"held/{sw.POOL}/H001", f"payable/{sw.POOL}/H001"
    assert (accounts[held], accounts[payable]) == (-100_000, -first.payable_fen)
    await am.lists(world, 2, 30)
    second = await am.statement(world, await world.month_run("hold-2", FUND, month=2), "H001")
    assert second.held_fen == 0
    freed = await release(world, hold.hold_id)
    assert (freed.state, freed.held_fen, freed.released_fen) == ("released", 100_000, 100_000)
    fault = await am.refused(release(world, hold.hold_id))
    assert fault.reason.code == "HOLD_RELEASED"
    assert (await am.balance(world))[held] == 0
    await am.lists(world, 3, 30)
    third = await am.statement(world, await world.month_run("hold-3", FUND, month=3), "H001")
    assert (third.released_fen, third.payable_fen) == (100_000, third.prepaid_fen + 100_000)


async def test_a_hold_without_an_amount_takes_what_is_payable_and_never_more(world):
    """Even a full hold cannot make a hospital owe money."""
    cases = await am.lists(world, 4)
    await am.find(world, ("H1", cases[1], 7_000))
    await am.decide_finding(world, "H1", "upheld")
    await place(world, "H002", "2026-04")
    await place(world, "H002", "2026-04", 50)
    run = await world.month_run("full-4", FUND, month=4)
    found = await am.statement(world, run, "H002")
    assert (found.payable_fen, found.held_fen) == (0, found.prepaid_fen - 7_000)
    assert [line["kind"] for line in am.content(found)["payment"]] == ["deduction", "hold"]


async def test_holds_that_cannot_be_are_refused_in_words(world):
    """A hold needs a rule, evidence, a hospital of the pool and a month that is not paid yet."""
    await am.lists(world, 5, 12)
    await world.month_run("bad-5", FUND, month=5)
    for code, since, fen, more, reason in (
        ("H001", "2026-05", 0, {}, "HOLD_MONTH_CLOSED"), ("H009", "2026-06", 0, {}, "HOSPITAL_NOT_IN_POOL"),
        ("H001", "2026-06", -1, {}, "HOLD_AMOUNT_BAD"), ("H001", "2026-06", 0, {"evidence": " "}, "HOLD_BAD"),
        ("H001", "june", 0, {}, "NOT_A_MONTH"),
    ):  # fmt: skip
        fault = await am.refused(place(world, code, since, fen, **more))
        assert fault.reason.code == reason
    fault = await am.refused(release(world, "HD-none"))
    assert fault.reason.code == "HOLD_NOT_FOUND"


async def tried(world, month: int) -> pb.Run:
    """A trial of a month, run to its end."""
    world.budget.months[sw.POOL, 2026, month] = FUND
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartTrial(
            mpb.StartTrialRequest(request_id=am.request_id(), pool=sw.POOL, year=2026, month=month)
        )
    return await world.ended(started.run.run_id)


async def replayed(world, run_id: str) -> pb.Run:
    """A closed month run again, to its end."""
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartReplay(
            mpb.StartReplayRequest(request_id=am.request_id(), run_id=run_id)
        )
    return await world.ended(started.run.run_id)


async def test_a_trial_pays_nobody_and_closes_nothing(world):
    """People look before they leap: a trial shows the month's figures and leaves no trace in the ledger."""
    cases = await am.lists(world, 6)
    await am.find(world, ("T1", cases[0], 100))
    before = await am.balance(world)
    trial = await tried(world, 6)
    assert (trial.state, trial.nature, trial.held_lists) == (pb.RUN_STATE_DONE, "trial", 1), trial
    shown = await am.statements(world, trial)
    assert sum(one.fund_fen for one in shown.values()) == FUND
    assert am.content(shown["H001"])["nature"] == "trial"
    assert await am.balance(world) == before
    answer = await world.submit("trial-6", am.case_in(6, 900))
    assert (answer.settle_period, answer.mark) == ("2026-06", "")
    with auth.use_claim(sw.BUREAU):
        thrown = await world.month.DiscardTrial(
            mpb.DiscardTrialRequest(request_id=am.request_id(), run_id=trial.run_id)
        )
        assert thrown.run.state == pb.RUN_STATE_DISCARDED
        gone = await am.refused(world.stub.ListStatements(pb.ListStatementsRequest(run_id=trial.run_id)))
        assert gone.reason.code == "RUN_NOT_DONE"
    await am.decide_finding(world, "T1", "dismissed")
    run = await world.month_run("trial-6b", FUND, month=6)
    assert (run.state, run.cases) == (pb.RUN_STATE_DONE, 61), run.failure_message
    with auth.use_claim(sw.BUREAU):
        for call, reason in (
            (world.month.DiscardTrial(mpb.DiscardTrialRequest(request_id=am.request_id(), run_id=run.run_id)),
             "RUN_NOT_A_TRIAL"),
            (world.month.StartReplay(mpb.StartReplayRequest(request_id=am.request_id(), run_id=trial.run_id)),
             "NOT_A_POSTED_RUN"),
        ):  # fmt: skip
            assert (await am.refused(call)).reason.code == reason
    fault = await am.refused(tried(world, 6))
    assert fault.reason.code == "TRIAL_MONTH_TAKEN"


async def test_a_closed_month_run_again_gives_the_same_bytes(world):
    """A statement nobody can make again is only a claim."""
    cases = await am.lists(world, 7)
    await am.find(world, ("S1", cases[0], 100), ("S2", cases[4], 3_000))
    await am.decide_finding(world, "S2", "upheld")
    await am.decide(world, "评7", cases[8], "review", value="88.8", mode="points")
    await place(world, "H003", "2026-07", 4_444)
    run = await world.month_run("again-7", FUND, month=7)
    before = await am.balance(world)
    await world.submit("again-7a", am.raised(cases[5]))
    await am.decide(world, "评7乙", cases[9], "incomplete")
    again = await replayed(world, run.run_id)
    assert (again.state, again.nature) == (pb.RUN_STATE_DONE, "replay"), again.failure_message
    assert again.statements_digest == run.statements_digest
    old, new = await am.statements(world, run), await am.statements(world, again)
    assert {code: one.content for code, one in old.items()} == {
        code: one.content for code, one in new.items()
    }
    assert await am.balance(world) == before


async def test_several_months_are_closed_in_order(world):
    """A clerk who is three months behind asks once."""
    for month in (8, 9, 10):
        await am.lists(world, month, 24)
        world.budget.months[sw.POOL, 2026, month] = FUND
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartPeriod(
            mpb.StartPeriodRequest(
                request_id=am.request_id(), pool=sw.POOL, first_month="2026-08", last_month="2026-11"
            )
        )
        while True:
            found = await world.month.GetPeriod(mpb.GetPeriodRequest(period_id=started.period.period_id))
            if found.period.state != "running":
                break
            await asyncio.sleep(0.1)
    period = found.period
    assert [run_id[:16] for run_id in period.run_ids] == [f"MR-{sw.POOL}-2026{m}" for m in ("08", "09", "10")]
    assert (period.state, period.failure_reason) == ("failed", "TEST_NO_BUDGET")
    for first, last, reason in (
        ("2026-05", "2026-04", "MONTHS_REVERSED"), ("2020-01", "2026-01", "PERIOD_TOO_LONG"),
    ):  # fmt: skip
        with auth.use_claim(sw.BUREAU):
            fault = await am.refused(
                world.month.StartPeriod(
                    mpb.StartPeriodRequest(
                        request_id=am.request_id(), pool=sw.POOL, first_month=first, last_month=last
                    )
                )
            )
        assert fault.reason.code == reason
