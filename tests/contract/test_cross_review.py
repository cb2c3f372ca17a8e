"""Cross-review over a real channel: drawn blind, never sent home, a third where two differ, counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import experts_world as ew
import pytest
import pytest_asyncio

from chspay.dispute.v1 import experts_pb2 as pb
from chspay.settlement.v1 import disputable_pb2, disputable_pb2_grpc
from chspay_dispute.engine.experts.stream import commitment
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import current_connection

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "5a" * 32
#: Of the houses the experts of the pool work at, and one more.
HOUSES = ("H990", "H991", "H997")


class Settled(disputable_pb2_grpc.DisputableServiceServicer):
    """Settlement as far as a round asks it: every case is settled, but one named ``open``."""

    WRITES: frozenset[str] = frozenset()

    async def GetCaseFacts(self, request: Any, context: Any) -> Any:
        day = date_to_pb(date(2026, 3, 1))
        facts = disputable_pb2.CaseFacts(
            list_id=f"list-{request.case_id}", hospital_code=request.hospital_code, case_id=request.case_id,
            hospital_name=ew.SECRET_NAME, pool=ew.POOL, region_code="990101", admission=day, discharge=day,
            community="C1", mdc="MDCF", drg="FM11", cost_fen=900_000, diagnoses=["I21.0"],
            settled=request.case_id != "open", department="心内科一病区", los_days=7,
        )  # fmt: skip
        return disputable_pb2.GetCaseFactsResponse(facts=facts)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    """A pool of experts, and settlement that knows every case."""
    add = (
        disputable_pb2_grpc.add_DisputableServiceServicer_to_server,
        Settled(),
        "chspay.settlement.v1.DisputableService",
    )
    async with ew.world(migrated_db, add) as running:
        running.ids = await ew.pool(running)
        yield running


async def judge(here: Any, expert_id: str, review: pb.CrossReview, conclusion: str) -> None:
    with use_claim(ew.expert_claim(expert_id)):
        asked = pb.SubmitCrossReviewRequest(
            request_id=ew.fresh(), round_id=review.round_id, record_id=review.record_id,
            conclusion=conclusion, reason="核对病案",
        )  # fmt: skip
        await here.cross.SubmitCrossReview(asked)


async def open_reviews(here: Any) -> list[tuple[str, pb.CrossReview]]:
    found = []
    for one in here.ids:
        with use_claim(ew.expert_claim(one)):
            answer = await here.cross.ListCrossReviews(pb.ListCrossReviewsRequest(open=True))
        found += [(one, review) for review in answer.reviews]
    return found


async def test_a_round_from_the_lot_to_the_figures(here):
    """Two of each hospital, two who judge each, a third where they differ, one row for each hospital."""
    with use_claim(ew.SECRETARY):
        opening = pb.OpenReviewRoundRequest(
            request_id=ew.fresh(), pool=ew.POOL, title="2026年第一季度互评互审",
            commitment=commitment(SECRET), beacon_source="演示公开信标第3期", per_hospital=2,
        )  # fmt: skip
        at = datetime.now(UTC) + timedelta(seconds=3)
        opening.beacon_at.FromDatetime(at)
        made = (await here.cross.OpenReviewRound(opening)).round
        bad = pb.CloseReviewRoundRequest(
            request_id=ew.fresh(),
            round_id=made.round_id,
            frame=[pb.FrameRecord(hospital_code="H990", case_id="open")],
        )
        assert await ew.refused(here.cross.CloseReviewRound(bad)) == "REVIEW_FRAME"
        frame = [pb.FrameRecord(hospital_code=house, case_id=f"L{n}") for house in HOUSES for n in range(4)]
        closing = pb.CloseReviewRoundRequest(request_id=ew.fresh(), round_id=made.round_id, frame=frame)
        assert (await here.cross.CloseReviewRound(closing)).round.frame == 12
        drawing = pb.DrawReviewRoundRequest(
            request_id=ew.fresh(), round_id=made.round_id, secret=SECRET, beacon="03 11 17"
        )
        assert await ew.refused(here.cross.DrawReviewRound(drawing)) == "BEACON_WAITS"
        await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0) + 0.05)
        drawing.request_id = ew.fresh()
        assert (await here.cross.DrawReviewRound(drawing)).round.drawn == 6
    given = await open_reviews(here)
    assert Counter(review.record_id for _, review in given) == dict.fromkeys(
        {review.record_id for _, review in given}, 2
    )
    for one, review in given:
        said = str(review)
        for name in (ew.SECRET_NAME, "H990", "H991", "H997", "心内科", "list-", *here.ids):
            assert name not in said, (one, name)
    first = given[0][1].record_id
    seen: set[str] = set()
    for one, review in given:
        differs = review.record_id == first and first in seen
        await judge(here, one, review, "upcoded" if differs else "correct")
        seen.add(review.record_id)
    (third,) = await open_reviews(here)
    assert third[1].record_id == first
    await judge(here, third[0], third[1], "upcoded")
    with use_claim(ew.AUDITOR):
        whole = await here.cross.GetReviewRound(pb.GetReviewRoundRequest(round_id=made.round_id))
    assert (whole.round.state, whole.round.settled) == ("done", 6)
    assert {one.hospital_code: one.records for one in whole.results} == dict.fromkeys(HOUSES, 2)
    assert sum(c.records for one in whole.results for c in one.conclusions if c.conclusion == "upcoded") == 1
    with use_claim(Claim("user:yuan", "hospital", institution="H990", region="990101")):
        own = await here.cross.GetReviewRound(pb.GetReviewRoundRequest(round_id=made.round_id))
    assert [one.hospital_code for one in own.results] == ["H990"]
    assert not any(one in str(own) for one in here.ids)
    async with here.database.unit(ew.SYSTEM):
        rows = await (await current_connection()).fetch(
            "SELECT r.hospital_code, e.institution FROM cross_review v"
            " JOIN cross_record r USING (round_id, record_id) JOIN expert e USING (expert_id)"
        )
    assert rows
    assert all(row["hospital_code"] != row["institution"] for row in rows)
    with use_claim(Claim("user:yuan", "hospital", institution="H98", region="990101")):
        asked = pb.GetReviewRoundRequest(round_id=made.round_id)
        assert await ew.refused(here.cross.GetReviewRound(asked)) == "REVIEW_ROUND_UNKNOWN"
