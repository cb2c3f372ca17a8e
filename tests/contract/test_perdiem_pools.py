"""An assessment measures the stays of its own pool, whoever drafts it."""

from __future__ import annotations

import perdiem_world as pw
import pytest

from chspay.perdiem.v1 import assessments_pb2, pilots_pb2
from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_kit.auth import Claim, use_claim

PROVINCE = Claim("bureau-p", "bureau", region="99")
COUNTY = "990102"


@pytest.fixture
async def here(migrated_db):
    async with pw.world(migrated_db) as running:
        yield running


async def test_stays_of_another_pool_do_not_move_the_factor(here):
    """A claim over the province sees two pools; the dearer stays of the other one would lower the factor."""
    code = f"H{pw.fresh()[:8]}"

    def stays(name: str, cost_fen: int) -> list[pb.Stay]:
        return [
            pw.stay(f"{name}{number}", code, "2026-02-01/2026-03-13", category="long_term", department="",
                    person_key=pw.fresh(), total_cost_fen=cost_fen)
            for number in range(10)
        ]  # fmt: skip

    with use_claim(PROVINCE):
        await pw.member(here, code, "long_term")
        await here.pilots.PutMembership(
            pilots_pb2.PutMembershipRequest(
                request_id=pw.fresh(), pool=COUNTY, hospital_code=code, category="long_term",
                since=pw.day("2020-01-01"), document="演示二县〔2020〕7号",
            )
        )  # fmt: skip
        await pw.price(here, *stays("S", 1_056_000))
        answered = await here.perdiem.PriceStays(
            pb.PriceStaysRequest(
                request_id=pw.fresh(), pool=COUNTY, month=pw.MONTH, stays=stays("X", 9_000_000)
            )
        )
        assert {item.method for item in answered.answers} == {pb.METHOD_PER_DIEM}
        draft = assessments_pb2.DraftAssessmentRequest(
            request_id=pw.fresh(), pool=pw.POOL, hospital_code=code, category="long_term",
            measured_since=pw.day("2026-01-01"), measured_until=pw.day("2026-04-01"),
            applies_since=pw.day("2026-04-01"), applies_until=pw.day("2026-07-01"),
        )  # fmt: skip
        found = (await here.assessments.DraftAssessment(draft)).assessment
    # As in the city alone: 264 yuan a day, score 85.
    assert (found.stays, found.factor.value) == (10, "1")
    assert {item.name: item.value.value for item in found.indicators} == {"alos": "40", "day_cost": "264"}
