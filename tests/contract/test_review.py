"""Claims from outside the pool, decisions on them, samples and the warning list over gRPC and PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.settlement.v1 import review_pb2 as pb
from chspay.settlement.v1 import review_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_kit.convert import date_from_pb
from chspay_settlement.app.episodes.desk import legal_today
from chspay_settlement.app.quality.checking import rules
from chspay_settlement.engine.quality.sampling import digest_of, draw_of
from chspay_settlement.rpc.review import NAME
from chspay_settlement.store import quality

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN, OTHER, POOR = "H99010100001", "H99010100002", "H99010100003"
OFFICER = auth.Claim("officer-990100", "bureau", region="9901", duties=("handling",))
COUNTY_OFFICER = auth.Claim("officer-990101", "bureau", region="990101", duties=("handling",))
ELSEWHERE = auth.Claim("officer-330100", "bureau", region="3301", duties=("handling",))
_NUMBERS = itertools.count(1)
STATES = {name.removeprefix("CLAIM_STATE_").lower(): number for name, number in pb.ClaimState.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    async with sw.world(migrated_db.url("settlement")) as running:
        for code in (OWN, OTHER, POOR):
            await running.put_hospital(code)
        places = {"IN-CITY": "990102", "IN-COUNTY": "990101", "UNSAID": "", "FAR": "330100", "NEAR": "990200"}
        for number, (case_id, place) in enumerate(places.items()):
            await sent(running, number, case_id, insured_region=place)
        await sent(running, 9, "OF-OTHER", OTHER, insured_region="330100")
        yield running


@pytest.fixture
def stub(world):
    return review_pb2_grpc.ReviewServiceStub(world.channel)


async def sent(world: sw.World, number: int, case_id: str, hospital: str = OWN, **changes: Any) -> str:
    case = sw.case_of(number, hospital, case_id=case_id, **changes)
    return (await world.submit(f"r-{next(_NUMBERS)}", case)).list_id


async def queue(stub: Any, who: auth.Claim = OFFICER, **asked: Any) -> pb.ListClaimsResponse:
    with auth.use_claim(who):
        return await stub.ListClaims(pb.ListClaimsRequest(pool=sw.POOL, **asked))


async def claim_of(stub: Any, case_id: str) -> pb.Claim:
    return next(one for one in (await queue(stub)).claims if one.case_id == case_id)


async def decide(stub: Any, claim: pb.Claim, number: int, who: auth.Claim = OFFICER, **more: Any) -> pb.Claim:
    fields = {"decision": pb.CLAIM_DECISION_CHECKED, "version": claim.version} | more
    with auth.use_claim(who):
        return (
            await stub.DecideClaim(
                pb.DecideClaimRequest(request_id=f"decide-{number}", list_id=claim.list_id, **fields)
            )
        ).claim


async def test_claims_of_people_insured_elsewhere_wait_under_a_clock(world, stub):
    """Who is insured in a county of the pool, or says nothing, is no stranger; the clock is the policy's."""
    found = await queue(stub)
    assert [one.case_id for one in found.claims] == ["FAR", "NEAR", "OF-OTHER"]
    assert {one.state for one in found.claims} == {pb.CLAIM_STATE_WAITING}
    assert {date_from_pb(one.due, "due") for one in found.claims} == {legal_today() + timedelta(days=10)}
    assert (found.waiting, found.overdue, found.checked, found.questioned) == (3, 0, 0, 0)
    await world.submit("r-again", sw.case_of(3, OWN, case_id="FAR", insured_region="330100"))
    assert [one.case_id for one in (await queue(stub)).claims] == ["FAR", "NEAR", "OF-OTHER"]


async def test_an_undecided_claim_becomes_overdue_and_a_late_decision_still_counts(world, stub, monkeypatch):
    """A clock nobody keeps must be seen, and keeping it late is better than never."""
    servicer: Any = next(one for _, one, name in world.built.servicers if name == NAME)
    for days, state in ((10, "waiting"), (11, "overdue")):
        monkeypatch.setattr(servicer._review, "_today", lambda days=days: legal_today() + timedelta(days))
        assert len((await queue(stub, state=STATES[state])).claims) == 3, days
    late = await decide(stub, await claim_of(stub, "NEAR"), 1)
    assert late.state == pb.CLAIM_STATE_CHECKED
    found = await queue(stub, state=pb.CLAIM_STATE_OVERDUE)
    assert (len(found.claims), found.overdue, found.checked) == (2, 2, 1)


async def test_decisions_are_added_never_changed_and_a_mended_list_waits_anew(world, stub, migrated_db):
    """What an officer once said must stay readable; a new version has been seen by nobody."""
    claim = await claim_of(stub, "FAR")
    asked = await decide(stub, claim, 2, decision=pb.CLAIM_DECISION_QUESTIONED, reason="请补充转诊证明")
    assert (asked.state, asked.decisions[0].reason) == (pb.CLAIM_STATE_QUESTIONED, "请补充转诊证明")
    again = await decide(stub, claim, 2, decision=pb.CLAIM_DECISION_QUESTIONED, reason="请补充转诊证明")
    assert again == asked
    done = await decide(stub, claim, 3)
    assert done.state == pb.CLAIM_STATE_CHECKED
    assert [one.decision for one in done.decisions] == [
        pb.CLAIM_DECISION_QUESTIONED,
        pb.CLAIM_DECISION_CHECKED,
    ]
    assert {one.decided_by for one in done.decisions} == {OFFICER.subject}
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        for statement in ("UPDATE settlement.review_decision SET reason = ''",
                          "DELETE FROM settlement.review_decision"):  # fmt: skip
            with pytest.raises(asyncpg.PostgresError, match="append-only"):
                await admin.execute(statement)
    finally:
        await admin.close()
    await sent(world, 3, "FAR", insured_region="330100", total_cost_fen=987_600)
    mended = await claim_of(stub, "FAR")
    assert (mended.version, mended.state, len(mended.decisions)) == (2, pb.CLAIM_STATE_WAITING, 0)
    with pytest.raises(Fault) as caught:
        await decide(stub, claim, 4)
    assert caught.value.reason.code == "REVIEW_CLAIM_RENEWED"


@pytest.mark.parametrize(
    ("number", "who", "more", "code"),
    [
        (10, sw.hospital_claim(OTHER), {}, "ROLE_DENIED"),
        (11, sw.BUREAU, {}, "DUTY_DENIED"),
        (12, COUNTY_OFFICER, {}, "REGION_DENIED"),
        (13, ELSEWHERE, {}, "REVIEW_CLAIM_NOT_FOUND"),
        (14, OFFICER, {"decision": 0}, "REVIEW_DECISION_UNKNOWN"),
        (15, OFFICER, {"decision": pb.CLAIM_DECISION_QUESTIONED}, "REVIEW_REASON_BAD"),
        (16, OFFICER, {"reason": "长" * 201}, "REVIEW_REASON_BAD"),
        (17, OFFICER, {"list_id": "none"}, "REVIEW_CLAIM_NOT_FOUND"),
    ],
)
async def test_only_an_officer_of_the_pool_decides_and_says_why(stub, number, who, more, code):
    """Neither the hospital nor an office of another place may wave a claim through."""
    claim = await claim_of(stub, "OF-OTHER")
    claim.list_id = more.pop("list_id", claim.list_id)
    with pytest.raises(Fault) as caught:
        await decide(stub, claim, number, who, **more)
    assert caught.value.reason.code == code


async def test_a_list_of_the_pools_own_people_is_in_no_queue(world, stub):
    """A decision on a claim that needs none would be noise in the book."""
    inside = pb.Claim(list_id=await sent(world, 0, "IN-CITY", insured_region="990102"), version=1)
    with pytest.raises(Fault) as caught:
        await decide(stub, inside, 20)
    assert caught.value.reason.code == "REVIEW_CLAIM_NOT_FOUND"


async def test_hospitals_and_other_places_see_their_own_claims_only(stub):
    """The queue tells of patients; it shows a hospital its own."""
    assert [one.case_id for one in (await queue(stub, sw.hospital_claim(OTHER))).claims] == ["OF-OTHER"]
    assert (await queue(stub, ELSEWHERE)) == pb.ListClaimsResponse()
    pages = []
    token = ""
    while True:
        page = await queue(stub, page_size=1, page_token=token)
        pages += [one.case_id for one in page.claims]
        token = page.next_page_token
        if not token:
            break
    assert pages == [one.case_id for one in (await queue(stub)).claims]
    assert len(pages) == 3


async def test_rates_set_shares_and_the_warning_list_and_samples_can_be_drawn_again(world, stub):
    """S73: from stored results to the lists an officer looks at, each step to be recomputed by anybody."""
    lists = {OWN: [], POOR: []}
    for hospital, numbers in lists.items():
        for number in range(20):
            numbers.append(await sent(world, number, f"S{hospital[-1]}-{number}", hospital))
    wrong = {OWN: 1, POOR: 4}
    found = [
        result_of(list_id, hospital, errors=int(at < wrong[hospital]), at=at)
        for hospital, numbers in lists.items()
        for at, list_id in enumerate(numbers)
    ]
    async with world.database.unit(auth.service_claim("settlement")) as unit:
        await quality.put(await unit.connection(), found)
    span = {"pool": sw.POOL, "first": "2026-03", "last": "2026-03"}
    with auth.use_claim(OFFICER):
        answer = await stub.GetSampling(pb.GetSamplingRequest(**span))
        drawn = await stub.DrawSample(pb.DrawSampleRequest(**span, hospital_code=POOR))
        first = await stub.DrawSample(pb.DrawSampleRequest(**span, hospital_code=POOR, page_size=1))
        with pytest.raises(Fault) as caught:
            await stub.DrawSample(pb.DrawSampleRequest(**span, hospital_code=OTHER))
    assert caught.value.reason.code == "SAMPLING_NOTHING_CHECKED"
    own, poor = answer.institutions
    assert (own.hospital_code, own.rate, own.share, own.warned) == (OWN, "1/20", "1/10", False)
    assert (poor.hospital_code, poor.rate, poor.share, poor.warned) == (POOR, "1/5", "1/2", True)
    assert {line.key for line in poor.worksheet.lines} >= {"rate", "warned", "sampling.warning_share"}
    by_hand = sorted(one for one in lists[POOR] if draw_of("2026-03", one) * 2 < 2**64)
    assert [one.list_id for one in drawn.items] == by_hand
    assert (drawn.lists, drawn.drawn, drawn.digest) == (20, len(by_hand), digest_of(by_hand))
    assert [one.list_id for one in first.items] == by_hand[:1]
    with auth.use_claim(sw.hospital_claim(OWN)):
        seen = await stub.GetSampling(pb.GetSamplingRequest(**span))
    assert [one.hospital_code for one in seen.institutions] == [OWN]


def result_of(list_id: str, hospital: str, errors: int, at: int) -> quality.NewResult:
    return quality.NewResult(
        list_id=list_id, version=1, rule_set=rules().version, hospital_code=hospital, region_code=sw.COUNTY,
        discharge_date=date(2026, 3, 10 + at), errors=errors, warnings=1, undecided=0, filled=1, wanted=1,
        decided=1, wrong=errors, timely=1, codes="{}", findings="[]",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2026-03", "2026-02", "SAMPLING_PERIOD_BAD"), ("2025-03", "2026-03", "SAMPLING_PERIOD_BAD")],
)
async def test_a_period_is_some_months_in_order(stub, first, last, code):
    """A sample of no months or of many years is nobody's question."""
    with auth.use_claim(OFFICER), pytest.raises(Fault) as caught:
        await stub.GetSampling(pb.GetSamplingRequest(pool=sw.POOL, first=first, last=last))
    assert caught.value.reason.code == code
