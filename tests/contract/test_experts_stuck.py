"""Panels that would stop a case for ever: silent members, lost secrets, matters handed up."""

from __future__ import annotations

import experts_world as ew
import pytest
import pytest_asyncio

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_kit.auth import use_claim
from chspay_kit.db import current_connection

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    """The service with a pool of twenty-four experts."""
    async with ew.world(migrated_db) as running:
        running.ids = await ew.pool(running, 8)
        yield running


async def at_work(here: ew.World, **more) -> tuple[str, str, str, list[str]]:
    """A case, its batch, its panel that was seated, and the members."""
    case_no = await ew.waiting_case(here, **more)
    batch, _ = await ew.drawn(here, case_no)
    (panel_id,) = batch.panel_ids
    return case_no, batch.batch_id, panel_id, await ew.declared(here, panel_id)


async def test_an_opinion_on_a_deduction_that_fails_confirms_the_deduction(here):
    """A disputed deduction has no payment to keep; a panel that says no must still end the case."""
    case_no, _, panel_id, members = await at_work(here, type="T3")
    for one in members:
        await ew.score(here, panel_id, one)
    await ew.opine(here, panel_id, members[0], outcome="REVOKE", avoidable=[])
    for one in members:
        panel = await ew.vote(here, panel_id, one, "no")
    assert (panel.state, panel.outcome, panel.passed) == ("concluded", "DEDUCT", False)
    assert await ew.state_of(here, case_no) == "DECIDED"


async def overdue(here: ew.World, panel_id: str) -> None:
    """The clock of the panel's state has run out."""
    async with here.database.unit(ew.SYSTEM):
        connection = await current_connection()
        await connection.execute("UPDATE panel SET due_day = date '2026-01-05' WHERE panel_id = $1", panel_id)


async def token_of(here: ew.World, panel_id: str, expert_id: str) -> str:
    """Under which token an expert sits."""
    return next(one.token for one in await ew.sitting(here, panel_id) if one.expert_id == expert_id)


def replacing(panel_id: str, token: str) -> pb.ReplaceMemberRequest:
    return pb.ReplaceMemberRequest(
        request_id=ew.fresh(), panel_id=panel_id, token=token, reason="两次催办没有答复"
    )


async def findings(here: ew.World, batch_id: str) -> list[str]:
    """What an outsider finds wrong with a batch."""
    with use_claim(ew.AUDITOR):
        found = await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=batch_id))
    return [one.code for one in (*found.findings, *found.inner_findings)]


async def test_a_silent_member_is_replaced_after_the_clock_and_votes_begin_anew(here):
    """One expert who never votes must not hold a case for ever, nor be thrown out before his time."""
    case_no, batch_id, panel_id, members = await at_work(here)
    for one in members:
        await ew.score(here, panel_id, one)
    await ew.opine(here, panel_id, members[0])
    for one in members[:2]:
        await ew.vote(here, panel_id, one, "no")
    tokens = [await token_of(here, panel_id, one) for one in members]
    with use_claim(ew.SECRETARY):
        asked = replacing(panel_id, tokens[2])
        assert await ew.refused(here.panels.ReplaceMember(asked)) == "PANEL_MEMBER_IN_TIME"
        await overdue(here, panel_id)
        asked = replacing(panel_id, tokens[0])
        assert await ew.refused(here.panels.ReplaceMember(asked)) == "PANEL_MEMBER_DONE"
        panel = (await here.panels.ReplaceMember(replacing(panel_id, tokens[2]))).panel
        (new,) = {seat.expert_id for seat in panel.seats} - set(members)
        assert (panel.state, [seat.voted for seat in panel.seats]) == ("scoring", [False] * 3)
        asked = replacing(panel_id, await token_of(here, panel_id, new))
        assert await ew.refused(here.panels.ReplaceMember(asked)) == "PANEL_MEMBER_IN_TIME"
    with use_claim(ew.CITY):
        asked.request_id = ew.fresh()
        assert await ew.refused(here.panels.ReplaceMember(asked)) == "DUTY_DENIED"
    await ew.declare(here, panel_id, new)
    await ew.score(here, panel_id, new)
    await ew.opine(here, panel_id, new, reasons="重新合议：费用合理")
    for one in (*members[:2], new):
        panel = await ew.vote(here, panel_id, one, "yes")
    assert (panel.state, panel.yes, panel.no) == ("concluded", 3, 0)
    assert await ew.state_of(here, case_no) == "DECIDED"
    assert await findings(here, batch_id) == []
    async with here.database.unit(ew.SYSTEM):
        connection = await current_connection()
        kept = "SELECT count(*) FROM panel_vote WHERE panel_id = $1 AND vote_round = 0"
        assert await connection.fetchval(kept, panel_id) == 2
        file = "SELECT jsonb_array_length(dropped) FROM panel WHERE panel_id = $1"
        assert await connection.fetchval(file, panel_id) == 1


async def test_who_serves_no_longer_is_replaced_at_once_until_nobody_is_left(here):
    """A suspended expert must not sit out the clock; with no substitute the case waits for another draw."""
    case_no, batch_id, panel_id, _ = await at_work(here)
    suspended = []
    for _ in range(3):
        coder = next(seat for seat in await ew.sitting(here, panel_id) if seat.seat == "coder")
        with use_claim(ew.SECRETARY):
            change = pb.SetStandingRequest(
                request_id=ew.fresh(), expert_id=coder.expert_id, event="suspend", reason="正在核实"
            )
            await here.experts.SetStanding(change)
            suspended.append(coder.expert_id)
            panel = (await here.panels.ReplaceMember(replacing(panel_id, coder.token))).panel
    assert panel.state == "dissolved"
    assert await ew.state_of(here, case_no) == "PANEL_FORMING"
    assert await findings(here, batch_id) == []
    for one in suspended:
        with use_claim(ew.SECRETARY):
            change = pb.SetStandingRequest(
                request_id=ew.fresh(), expert_id=one, event="restore", reason="核实无误"
            )
            await here.experts.SetStanding(change)


async def test_a_case_that_is_handed_up_leaves_its_open_panel(here):
    """A panel still at work must not keep the province from drawing its own."""
    case_no, _, panel_id, _ = await at_work(here)
    assert await ew.step(here, case_no, "escalate", ew.CITY) == "PROV_REVIEW"
    with use_claim(ew.SECRETARY):
        panel = (await here.panels.GetPanel(pb.GetPanelRequest(panel_id=panel_id))).panel
        waiting = (await here.draws.ListWaiting(pb.ListWaitingRequest(pool=ew.POOL))).cases
    assert panel.state == "dissolved"
    assert [one.stage for one in waiting if one.case_no == case_no] == ["province"]
    batch, _ = await ew.drawn(here, case_no)
    assert len(await ew.sitting(here, batch.panel_ids[0])) == 5


async def test_a_second_review_does_not_keep_a_case_from_its_reconsideration(here):
    """What measures the first panel changes nothing of the case, so it must hold nothing up either."""
    case_no, _, panel_id, members = await at_work(here)
    for one in members:
        await ew.score(here, panel_id, one)
    await ew.opine(here, panel_id, members[0])
    for one in members:
        await ew.vote(here, panel_id, one, "yes")
    await ew.drawn(here, await ew.waiting_case(here))
    with use_claim(ew.SECRETARY):
        asked = pb.ListWaitingRequest(pool=ew.POOL)
        found = (await here.draws.ListWaiting(asked)).cases
    assert [one.stage for one in found if one.case_no == case_no] == ["second"]
    await ew.drawn(here, case_no)
    await ew.step(here, case_no, "notify", ew.CITY, decision_no="演示裁〔2026〕9号")
    assert await ew.step(here, case_no, "request_reconsider", ew.FILER) == "RECONSIDER"
    with use_claim(ew.SECRETARY):
        again = (await here.draws.ListWaiting(asked)).cases
    assert [one.stage for one in again if one.case_no == case_no] == ["reconsider"]
    await ew.drawn(here, case_no)
