"""From the pool to a decision over a real channel: drawn, declared, judged alone, voted, verified."""

from __future__ import annotations

import experts_world as ew
import pytest
import pytest_asyncio

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_kit.auth import use_claim
from chspay_kit.sm2 import Sm2Key

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    """The service with a pool of fifteen experts."""
    async with ew.world(migrated_db) as running:
        running.ids = await ew.pool(running)
        yield running


async def test_a_case_is_drawn_judged_and_decided_and_anybody_can_verify_it(here):
    """The whole way: commitment, lists, beacon, declarations, closed sheets, signed votes, decision."""
    case_no = await ew.waiting_case(here)
    with use_claim(ew.SECRETARY):
        waiting = (await here.draws.ListWaiting(pb.ListWaitingRequest(pool=ew.POOL))).cases
    assert [(one.stage, one.mdc) for one in waiting if one.case_no == case_no] == [("first", "F")]
    batch, _ = await ew.drawn(here, case_no)
    (panel_id,) = batch.panel_ids
    seats = await ew.sitting(here, panel_id)
    assert [seat.seat for seat in seats] == ["clinician", "coder", "fund"]
    first = seats[0].expert_id
    key = Sm2Key.generate()
    with use_claim(ew.expert_claim(first)):
        proof = key.sign_raw(key.public_hex().encode()).hex()
        asked = pb.RegisterKeyRequest(request_id=ew.fresh(), public_key=key.public_hex(), proof=proof)
        assert (await here.experts.RegisterKey(asked)).expert.public_key == key.public_hex()
        reading = pb.GetReviewRequest(panel_id=panel_id)
        assert await ew.refused(here.panels.GetReview(reading)) == "DECLARATION_NEEDED"
    with use_claim(ew.SECRETARY):
        seating = pb.SeatPanelRequest(request_id=ew.fresh(), panel_id=panel_id)
        assert await ew.refused(here.panels.SeatPanel(seating)) == "NOT_ALL_DECLARED"
    members = await ew.declared(here, panel_id)
    assert await ew.state_of(here, case_no) == "PANEL_REVIEW"
    for place, one in enumerate(members):
        review = await ew.score(here, panel_id, one, 80 + place)
        assert review.panel_state == ("opinion" if place == 2 else "scoring")
        with use_claim(ew.expert_claim(one)):
            seen = await here.panels.GetReview(pb.GetReviewRequest(panel_id=panel_id))
            assert len(seen.sheets) == (3 if place == 2 else 0)
    opinion = await ew.opine(here, panel_id, members[1])
    for one, word in zip(members, ("yes", "no", "yes"), strict=True):
        panel = await ew.vote(here, panel_id, one, word, key if one == first else None)
    assert (panel.state, panel.outcome, panel.passed, panel.yes, panel.no) == (
        "concluded",
        "ITEM",
        True,
        2,
        1,
    )
    assert not panel.case_no
    assert {seat.expert_id for seat in panel.seats} == {""}
    assert len(panel.evidence) == 64
    assert panel.opinion.digest == opinion.digest
    assert await ew.state_of(here, case_no) == "DECIDED"
    for claim in (ew.FILER, ew.AUDITOR, ew.expert_claim(members[0])):
        with use_claim(claim):
            checked = await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=batch.batch_id))
        assert (checked.step, list(checked.findings), list(checked.inner_findings)) == ("drawn", [], [])


async def test_a_member_who_recuses_is_followed_from_the_same_draw_and_by_a_new_draw_at_last(here):
    """Redraw only through recusal: substitutes first, in their order; when none is left, the panel ends."""
    case_no = await ew.waiting_case(here)
    batch, _ = await ew.drawn(here, case_no)
    (panel_id,) = batch.panel_ids
    before = await ew.sitting(here, panel_id)
    gone = []
    for _ in range(3):
        coder = next(seat for seat in await ew.sitting(here, panel_id) if seat.seat == "coder")
        gone.append(coder.expert_id)
        with use_claim(ew.expert_claim(coder.expert_id)):
            asked = pb.RecuseRequest(request_id=ew.fresh(), panel_id=panel_id, reason="与患者家属相识")
            await here.panels.Recuse(asked)
            with_nothing = pb.GetReviewRequest(panel_id=panel_id)
            assert await ew.refused(here.panels.GetReview(with_nothing)) == "REVIEW_UNKNOWN"
        with use_claim(ew.AUDITOR):
            checked = await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=batch.batch_id))
            assert list(checked.findings) == []
            state = (await here.panels.GetPanel(pb.GetPanelRequest(panel_id=panel_id))).panel.state
    assert len(set(gone)) == 3
    assert state == "dissolved"
    assert [seat.expert_id for seat in before if seat.seat != "coder"]
    assert await ew.state_of(here, case_no) == "PANEL_FORMING"
    again, _ = await ew.drawn(here, case_no)
    with use_claim(ew.SECRETARY):
        why = await here.draws.ExplainList(pb.ExplainListRequest(panel_id=again.panel_ids[0]))
    assert {(one.expert_id, one.rule) for one in why.kept_out} == {(one, "earlier_stage@1") for one in gone}
    members = {seat.expert_id for seat in await ew.sitting(here, again.panel_ids[0])}
    assert not members & set(gone)


async def test_scores_far_apart_call_two_more_then_the_province(here):
    """A panel that cannot agree must grow once, from the same draw, and then hand the case up."""
    case_no = await ew.waiting_case(here)
    batch, _ = await ew.drawn(here, case_no)
    (panel_id,) = batch.panel_ids
    members = await ew.declared(here, panel_id)
    for one, level in zip(members, (20, 80, 80), strict=True):
        review = await ew.score(here, panel_id, one, level)
    assert review.panel_state == "scoring"
    seats = await ew.sitting(here, panel_id)
    assert len(seats) == 5
    for seat in seats[3:]:
        await ew.declare(here, panel_id, seat.expert_id)
        review = await ew.score(here, panel_id, seat.expert_id)
    assert review.panel_state == "province"
    assert await ew.step(here, case_no, "escalate", ew.CITY) == "PROV_REVIEW"
    higher, _ = await ew.drawn(here, case_no)
    (second,) = higher.panel_ids
    fresh = await ew.declared(here, second)
    assert len(fresh) == 5
    assert not {seat.expert_id for seat in seats} & set(fresh)
    for one in fresh:
        await ew.score(here, second, one)
    await ew.opine(here, second, fresh[0], avoidable=[])
    for one in fresh:
        panel = await ew.vote(here, second, one, "no" if one == fresh[0] else "yes")
    assert (panel.state, panel.passed) == ("concluded", True)
    assert await ew.state_of(here, case_no) == "PROV_REVIEW"
    with use_claim(ew.PROVINCE):
        asked = pb.AdoptPanelRequest(request_id=ew.fresh(), panel_id=second)
        assert (await here.panels.AdoptPanel(asked)).panel.outcome == "ITEM"
    assert await ew.state_of(here, case_no) == "DECIDED"
    with use_claim(ew.AUDITOR):
        for one in (batch, higher):
            checked = await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=one.batch_id))
            assert (list(checked.findings), list(checked.inner_findings)) == ([], [])


async def test_a_share_of_the_decisions_is_judged_again_by_other_experts(here):
    """Which decision is audited is drawn later; the second panel is fresh, and moves nothing of the case."""
    with use_claim(ew.SECRETARY):
        asked = pb.ListWaitingRequest(pool=ew.POOL)
        (waiting,) = [one for one in (await here.draws.ListWaiting(asked)).cases if one.stage == "second"]
    before = await ew.state_of(here, waiting.case_no)
    with use_claim(ew.AUDITOR):
        listed = await here.panels.ListPanels(pb.ListPanelsRequest(case_no=waiting.case_no))
        first = {seat.expert_id for seat in listed.panels[0].seats}
    batch, _ = await ew.drawn(here, waiting.case_no)
    (panel_id,) = batch.panel_ids
    members = await ew.declared(here, panel_id)
    assert not first & set(members)
    for one in members:
        await ew.score(here, panel_id, one)
    await ew.opine(here, panel_id, members[0], outcome="KEEP", reason_code="WITHIN_STANDARD", avoidable=[])
    for one in members:
        panel = await ew.vote(here, panel_id, one, "yes")
    assert (panel.stage, panel.state, panel.outcome) == ("second", "concluded", "KEEP")
    assert await ew.state_of(here, waiting.case_no) == before
    with use_claim(ew.SECRETARY):
        found = (await here.panels.ListQuality(pb.ListQualityRequest(pool=ew.POOL))).experts
        assert waiting.case_no not in {one.case_no for one in (await here.draws.ListWaiting(asked)).cases}
    measured = {one.expert_id: one for one in found}
    for one in first:
        assert (measured[one].overturned.times, measured[one].overturned.of) == (1, 1)
