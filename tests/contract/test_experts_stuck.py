"""Panels that would stop a case for ever: silent members, lost secrets, matters handed up."""

from __future__ import annotations

import experts_world as ew
import pytest
import pytest_asyncio

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
