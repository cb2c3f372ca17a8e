"""Settlement over real gRPC and a real PostgreSQL: what its neighbours and callers may rely on."""

from __future__ import annotations

import pytest
import settlement_world as sw

from chspay_core.errors import Fault


@pytest.fixture
async def world(migrated_db):
    """Settlement and its neighbours, in this test's event loop."""
    async with sw.world(migrated_db.url("settlement")) as running:
        await running.put_hospital("H001")
        await running.put_hospital("H002", area=sw.OTHER_COUNTY, level=3)
        yield running


async def refused(call) -> Fault:
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_a_list_is_taken_in_once_and_superseded_with_history(world):
    """A hospital repeats and corrects its uploads; neither may count twice or lose what was there."""
    case = sw.case_of(1)
    first = await world.submit("a-1", case)
    assert (first.version, first.superseded, first.settle_period, first.mark) == (1, False, "2026-03", "")
    assert first.group.drg == world.grouper.drg(case.diagnoses[0])
    assert await world.submit("a-1", case) == first
    again = await world.submit("a-2", case)
    assert (again.list_id, again.version, again.superseded) == (first.list_id, 1, False)
