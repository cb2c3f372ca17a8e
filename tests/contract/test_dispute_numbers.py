"""Deductions and findings are disputed by their number, and each once."""

from __future__ import annotations

import pytest
import pytest_asyncio
from dispute_world import HOSPITAL, refused, world

from chspay.dispute.v1 import cases_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    """The dispute service on a day in April."""
    async with world(migrated_db) as found:
        yield found


async def test_a_deduction_is_named_by_its_number_once(here) -> None:
    # Money is given back by that number: without it nothing can be decided, with two lists it counts once.
    kind = {"type": pb.CASE_TYPE_DEDUCTION}
    assert await refused(here.filed("N1", **kind)) == "FILING_NUMBER"
    assert await refused(here.filed("N1", subject_ref=" ", **kind)) == "FILING_NUMBER"
    first = await here.filed("N1", subject_ref="F-N1", **kind)
    assert await refused(here.filed("N2", subject_ref="F-N1", **kind)) == "FILING_TWICE"
    await here.act(HOSPITAL, first.case_no, "withdraw")
    assert (await here.filed("N2", subject_ref="F-N1", **kind)).state == "DRAFT"
