"""Benefits as hospitals ask for them: kept, and never one deductible twice, whoever asks and when."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_world as cw
from capitation_rules import key_of

from chspay.capitation.v1 import benefit_pb2
from chspay.capitation.v1 import stays_pb2 as pb
from chspay.rulebook.v1 import institutions_pb2
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb

DAY = date(2026, 3, 1)
TOWN, COUNTY = "HT1STAYS", "HC2STAYS"
OUTSIDE = "HX3STAYS"


@pytest.fixture
async def here(migrated_db):
    async with cw.world(migrated_db) as running:
        with use_claim(Claim("registrar", "bureau", region="*")):
            known = {item.code for item in (await running.registry.ListInstitutions(_on(DAY))).institutions}
            if TOWN not in known:
                await running.register(TOWN, 1, date(2020, 1, 1), "CSTAY")
                await running.register(COUNTY, 2, date(2020, 1, 1), "CSTAY", lead=True)
                await running.register(OUTSIDE, 3, date(2020, 1, 1), pool="990200")
        yield running


def _on(day: date):
    return institutions_pb2.ListInstitutionsRequest(on=date_to_pb(day), page_size=1000)


def hospital(code: str) -> Claim:
    """A hospital's own claim."""
    return Claim(f"key-{code}", "hospital", institution=code, region="990101")


def asked(person: str, stay: str, place: str, first: int, days: int = 8, **more: object):
    """A stay of ten thousand yuan."""
    facts = pb.StayFacts(
        stay_id=stay, person_key=person, institution=place, admitted=date_to_pb(DAY + timedelta(days=first)),
        discharged=date_to_pb(DAY + timedelta(days=first + days)), eligible_fen=10_000_00,
    )  # fmt: skip
    for name, value in more.items():
        setattr(facts, name, value)
    return pb.SettleStayRequest(request_id=cw.fresh(), pool=cw.POOL, facts=facts)


async def refer(here, person: str, place: str, to: str, first: int, level: int = 1) -> None:
    """A referral that is called for, from one place to another."""
    given = benefit_pb2.Referral(
        referral_no=cw.fresh(), pool=cw.POOL, person_key=person, from_institution=place, from_level=level,
        to_institution=to, to_level=3 - level, day=date_to_pb(DAY + timedelta(days=first)), diagnosis="I21.0",
    )  # fmt: skip
    request = benefit_pb2.PutReferralRequest(request_id=cw.fresh(), referral=given)
    assert (await here.benefit.PutReferral(request)).referral.called_for


def standing(record) -> tuple[int, str, int, int]:
    """What stands of a stay: version, link, deductible and fund."""
    last = record.benefits[-1]
    return last.version, last.linked_to, last.deductible_fen, last.fund_fen


async def test_two_hospitals_ask_and_the_deductible_is_paid_once(here):
    """Each sees its own stay only, yet the second is told that 300 were paid at the first."""
    person = key_of(cw.fresh())
    one, two = cw.fresh(), cw.fresh()
    with use_claim(cw.BUREAU):
        await refer(here, person, TOWN, COUNTY, 8)
    with use_claim(hospital(TOWN)):
        first = await here.stays.SettleStay(asked(person, one, TOWN, 0))
        assert standing(first.stay) == (1, "", 300_00, (10_000_00 - 300_00) * 85 // 100)
        assert (first.stay.level, first.stay.community, first.stay.member) == (1, "CSTAY", False)
    with use_claim(hospital(COUNTY)):
        request = asked(person, two, COUNTY, 9)
        second = await here.stays.SettleStay(request)
        assert standing(second.stay) == (1, f"{TOWN}/{one}", 300_00, (10_000_00 - 300_00) * 80 // 100)
        assert (await here.stays.SettleStay(request)) == second
        again = asked(person, two, COUNTY, 30)
        assert await cw.refused(here.stays.SettleStay(again)) == "BENEFIT_STAY_TAKEN"
        mine = (await here.stays.ListStays(pb.ListStaysRequest(pool=cw.POOL, person_key=person))).stays
        assert [item.facts.institution for item in mine] == [COUNTY]
        other = asked(person, cw.fresh(), TOWN, 40)
        assert await cw.refused(here.stays.SettleStay(other)) == "INSTITUTION_DENIED"
    with use_claim(cw.BUREAU):
        request = pb.ListStaysRequest(pool=cw.POOL, person_key=person)
        assert len((await here.stays.ListStays(request)).stays) == 2


async def test_whoever_asks_at_the_same_moment_waits_for_the_other(here):
    """Ten persons, three linked stays each, all asked for at once: never more than the higher level's 600."""
    persons = [key_of(cw.fresh()) for _ in range(10)]
    with use_claim(cw.BUREAU):
        for person in persons:
            await refer(here, person, TOWN, COUNTY, 8)
            await refer(here, person, COUNTY, TOWN, 17, level=2)
    requests = [
        (place, asked(person, cw.fresh(), place, first))
        for person in persons
        for place, first in ((TOWN, 0), (COUNTY, 9), (TOWN, 18))
    ]
    random.Random(5).shuffle(requests)

    async def settle(place, request):
        with use_claim(hospital(place)):
            return await here.stays.SettleStay(request)

    await asyncio.gather(*(settle(*each) for each in requests))
    with use_claim(cw.BUREAU):
        for person in persons:
            request = pb.ListStaysRequest(pool=cw.POOL, person_key=person)
            found = (await here.stays.ListStays(request)).stays
            assert [standing(item)[2] for item in found] == [300_00, 300_00, 0]
            assert [bool(standing(item)[1]) for item in found] == [False, True, True]


async def test_a_stay_taken_back_is_worked_out_anew_for_those_after_it(here):
    """Without the township stay the county one owes its whole 600; a late referral joins what was apart."""
    person, one, two = key_of(cw.fresh()), cw.fresh(), cw.fresh()
    with use_claim(cw.BUREAU):
        await here.stays.SettleStay(asked(person, one, TOWN, 0))
        await here.stays.SettleStay(asked(person, two, COUNTY, 9))
        await refer(here, person, TOWN, COUNTY, 8)
        listing = pb.ListStaysRequest(pool=cw.POOL, person_key=person)
        first, second = (await here.stays.ListStays(listing)).stays
        assert [standing(item)[:3] for item in (first, second)] == [
            (1, "", 300_00), (2, f"{TOWN}/{one}", 300_00),
        ]  # fmt: skip
        assert second.benefits[1].cause.startswith("转诊")
        back = pb.ReverseStayRequest(
            request_id=cw.fresh(), pool=cw.POOL, institution=TOWN, stay_id=one, document="退费单2026-3"
        )
        done = await here.stays.ReverseStay(back)
        assert done.stay.reversed_by_document == "退费单2026-3"
        assert [standing(item) for item in done.changed] == [
            (3, "", 600_00, (10_000_00 - 600_00) * 80 // 100)
        ]
        assert "退费单2026-3" in done.changed[0].benefits[-1].cause
        back.request_id = cw.fresh()
        assert await cw.refused(here.stays.ReverseStay(back)) == "BENEFIT_STAY_REVERSED"
        back.request_id, back.stay_id = cw.fresh(), "nothing"
        assert await cw.refused(here.stays.ReverseStay(back)) == "BENEFIT_STAY_UNKNOWN"
        # The days are free again, and a stay brought late takes its place before the later one.
        late = await here.stays.SettleStay(asked(person, cw.fresh(), TOWN, 0))
        assert standing(late.stay)[2] == 300_00
        assert [standing(item)[2] for item in late.changed] == [300_00]


async def test_a_stay_on_the_same_days_stops_nobody_and_is_marked(here):
    """A wrong stay of a hundred days must not hold up others, nor tear their one admission apart."""
    person, one, two = key_of(cw.fresh()), cw.fresh(), cw.fresh()
    with use_claim(cw.BUREAU):
        await refer(here, person, TOWN, COUNTY, 8)
    wrong = asked(person, cw.fresh(), COUNTY, -1, 100)
    with use_claim(hospital(COUNTY)):
        assert standing((await here.stays.SettleStay(wrong)).stay)[2] == 600_00
    with use_claim(hospital(TOWN)):
        found = (await here.stays.SettleStay(asked(person, one, TOWN, 0))).stay
        assert standing(found)[:3] == (1, "", 300_00)
        assert marked(found) == f"{COUNTY}/{wrong.facts.stay_id}"
    with use_claim(hospital(COUNTY)):
        found = (await here.stays.SettleStay(asked(person, two, COUNTY, 9))).stay
        assert standing(found)[:3] == (1, f"{TOWN}/{one}", 300_00)
        assert marked(found) == f"{COUNTY}/{wrong.facts.stay_id}"
    with use_claim(cw.BUREAU):
        back = pb.ReverseStayRequest(
            request_id=cw.fresh(), pool=cw.POOL, institution=COUNTY, stay_id=wrong.facts.stay_id,
            document="更正单",
        )  # fmt: skip
        done = await here.stays.ReverseStay(back)
        assert [(standing(item)[2], marked(item)) for item in done.changed] == [(300_00, ""), (300_00, "")]
        inside = await here.stays.SettleStay(asked(person, cw.fresh(), OUTSIDE, 2, 3))
        assert (standing(inside.stay)[:3], marked(inside.stay)) == ((1, "", 1_200_00), f"{TOWN}/{one}")
        assert not inside.changed


def marked(record) -> str:
    """The stays that a stay is marked to overlap."""
    lines = record.benefits[-1].worksheet.lines
    return next((line.value for line in lines if line.key == "overlaps"), "")


async def test_membership_level_and_area_are_found_and_not_believed(here):
    """The contract makes a member, the registry a level, and an emergency needs its proof."""
    person = key_of(cw.fresh())
    with use_claim(cw.BUREAU):
        contract = benefit_pb2.Contract(
            contract_no=cw.fresh(), pool=cw.POOL, person_key=person, institution=TOWN, since=date_to_pb(DAY)
        )
        await here.benefit.PutContract(
            benefit_pb2.PutContractRequest(request_id=cw.fresh(), contract=contract)
        )
        found = (await here.stays.SettleStay(asked(person, cw.fresh(), COUNTY, 0))).stay
        assert (found.member, found.member_by, standing(found)[3]) == (
            True, contract.contract_no, (10_000_00 - 600_00) * 85 // 100,
        )  # fmt: skip
        unreferred = (await here.stays.SettleStay(asked(person, cw.fresh(), OUTSIDE, 20))).stay
        assert (unreferred.out_of_area, unreferred.benefits[0].surcharged) == (True, True)
        # (10,000 × 90 % − 1,200) × 70 %.
        assert standing(unreferred)[3] == 5_460_00
        urgent = asked(person, cw.fresh(), OUTSIDE, 40, emergency=True)
        assert await cw.refused(here.stays.SettleStay(urgent)) == "BENEFIT_EMERGENCY_PROOF"
        urgent.request_id, urgent.facts.emergency_proof = cw.fresh(), "急诊病历"
        found = (await here.stays.SettleStay(urgent)).stay
        assert (found.benefits[0].surcharged, standing(found)[3]) == (False, 6_160_00)
        stranger = asked(person, cw.fresh(), "NOWHERE", 60)
        assert await cw.refused(here.stays.SettleStay(stranger)) == "BENEFIT_INSTITUTION_UNREGISTERED"
        stranger.request_id, stranger.facts.level = cw.fresh(), 3
        assert (await here.stays.SettleStay(stranger)).stay.out_of_area
        told = asked(person, cw.fresh(), COUNTY, 80, level=3)
        assert await cw.refused(here.stays.SettleStay(told)) == "BENEFIT_LEVEL_REGISTERED"
