"""The end of the year: communities settled, money paid, the year cleared by three officers and closed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

from google.type import decimal_pb2

from chspay.capitation.v1 import benefit_pb2, capitation_pb2, visits_pb2
from chspay.settlement.v1 import ledger_pb2, others_pb2, year_pb2
from chspay_cli.demo.year import budget_steps
from chspay_cli.demo.year.office import CLERK, HEAD, POOL, REVIEWER
from chspay_cli.demo.year.world import World, must
from chspay_cli.synth.year import COMMUNITY_OF
from chspay_kit.convert import date_to_pb

_EXEMPT_EACH = 8
_CAUSES = (("migration", "居住证"), ("special_disease", "二级以上医疗机构诊断证明"))
#: Score of the assessment and rate of chronic patients under control, by community.
_RESULTS = {"C990100": ("92", "0.75"), "C990101": ("85", "0.65"), "C990102": ("76", "0.55")}
_SCORES = ("95", "88", "82", "78", "91", "85")


async def referral(world: World) -> dict[str, Any]:
    """A patient with a contract, sent up inside a community: one admission, one deductible."""
    one, office = world.city.referral, world.office
    if one is None:
        return {"referrals": 0}
    first, second = one.first_hospital, one.second_hospital
    contract = benefit_pb2.Contract(
        contract_no=f"QY-{world.size.year}-1", pool=POOL, person_key=one.person_key,
        institution=first.hospital_code, since=date_to_pb(date(world.size.year, 1, 1)),
    )  # fmt: skip
    await office.ask(
        CLERK, "benefits", "PutContract", benefit_pb2.PutContractRequest(contract=contract), "contract"
    )
    sent = benefit_pb2.Referral(
        referral_no=f"R{world.size.year}040000001", pool=POOL, person_key=one.person_key,
        from_institution=first.hospital_code, from_level=first.level, to_institution=second.hospital_code,
        to_level=second.level, day=date_to_pb(one.changed), diagnosis=one.diagnosis, reason="complication",
    )  # fmt: skip
    judged = await office.ask(
        CLERK, "benefits", "PutReferral", benefit_pb2.PutReferralRequest(referral=sent), "referral"
    )
    community = COMMUNITY_OF[first.region_code]
    stays = [
        benefit_pb2.Stay(
            stay_id=case, institution=hospital.hospital_code, level=hospital.level, community=community,
            member=True, admitted=date_to_pb(begins), discharged=date_to_pb(ends), eligible_fen=cost,
        )
        for case, hospital, begins, ends, cost in (
            (one.first_case, first, one.admitted, one.changed, one.first_cost_fen),
            (one.second_case, second, one.changed, one.discharged, one.second_cost_fen),
        )
    ]  # fmt: skip
    settle = benefit_pb2.SettleStaysRequest(pool=POOL, person_key=one.person_key, stays=stays)
    settled = (await office.ask(CLERK, "benefits", "SettleStays", settle)).stays
    return {
        "referrals": 1,
        "called_for": judged.referral.called_for,
        "text": judged.referral.text,
        "linked": settled[1].linked_to == one.first_case,
        "deductibles_fen": [stay.deductible_fen for stay in settled],
    }


async def communities(world: World) -> dict[str, Any]:
    """Visits outside exempted with proof; every community settled against its quota, and all of it booked."""
    found = {}
    for community in COMMUNITY_OF.values():
        outside = await _outside(world, community)
        exempt = await _exempt(world, outside)
        found[community] = await _settle(world, community) | {"exempted": exempt}
        await _pay_outside(world, community, outside)
    return {"communities": found}


async def _outside(world: World, community: str) -> list[Any]:
    """The members' visits that are charged as outside."""
    run = world.progress.of("quotas")["attribution_id"]
    asked = visits_pb2.ListMemberVisitsRequest(attribution_id=run, community=community)
    rows = await world.office.pages(CLERK, "visits", "ListMemberVisits", asked, "visits")
    return [visit for visit in rows if visit.side == "outside"]


async def _exempt(world: World, outside: list[Any]) -> int:
    # A visit that an earlier attempt exempted is among them again; its request is answered from memory.
    office, chosen = world.office, outside[:_EXEMPT_EACH]
    for number, visit in enumerate(chosen):
        cause, proof = _CAUSES[number % len(_CAUSES)]
        request = visits_pb2.PutExemptionRequest(
            attribution_id=world.progress.of("quotas")["attribution_id"], visit_id=visit.visit_id,
            cause=cause, proof=f"{proof}（虚构{number + 1}号）",
        )  # fmt: skip
        await office.ask(CLERK, "visits", "PutExemption", request, f"exempt-{visit.visit_id}")
    return len(chosen)


async def _settle(world: World, community: str) -> dict[str, Any]:
    """Settled from the visits on record, and booked in the ledger insurance by insurance."""
    office, run = world.office, world.progress.of("quotas")["attribution_id"]
    asked = visits_pb2.GetMemberCostsRequest(attribution_id=run, community=community)
    costs = (await office.ask(CLERK, "visits", "GetMemberCosts", asked)).costs
    score, chronic = _RESULTS[community]
    request = capitation_pb2.SettleCommunityRequest(
        attribution_id=run, community=community, from_visits=True, score=decimal_pb2.Decimal(value=score),
        chronic_rate=decimal_pb2.Decimal(value=chronic), document=f"演示联席〔{world.size.year}〕9号",
    )  # fmt: skip
    settled = await office.ask(HEAD, "capitation", "SettleCommunity", request, f"settle-{community}")
    name = settled.settlement.settlement_id
    post = capitation_pb2.PostSettlementRequest(settlement_id=name, month=f"{world.size.year}-12")
    booked = await office.ask(HEAD, "capitation", "PostSettlement", post, f"post-{community}")
    sums = {
        name: sum(getattr(cost, name) for cost in costs)
        for name in ("inside_fen", "outside_fen", "exempt_fen")
    }
    return sums | {"settlement_id": name, "payments": [one.payment_id for one in booked.postings]}


async def _pay_outside(world: World, community: str, outside: list[Any]) -> None:
    """Members' care outside is paid to who gave it, out of the capitation fund that bears it."""
    sums: Counter[str] = Counter()
    for visit in outside:
        sums[visit.institution] += visit.fund_fen
    for payee, fen in sorted(sums.items()):
        request = others_pb2.PutOtherPaymentRequest(
            source_service="capitation", source_id=f"outside/{community}/{world.size.year}/{payee}",
            pool=POOL, month=f"{world.size.year}-12", method=others_pb2.OTHER_METHOD_CAPITATION,
            payee=payee, amount_fen=fen, fund_book=others_pb2.FUND_BOOK_CAPITATION,
            document=f"演示联席〔{world.size.year}〕9号（在外就诊）",
        )  # fmt: skip
        name = f"outside-{community}-{payee}"
        await world.office.ask(HEAD, "others", "PutOtherPayment", request, name)


async def pay(world: World, day: date, what: str) -> dict[str, Any]:
    """A payment order of everything owed by then, claw-backs set off first."""
    request = ledger_pb2.CreatePaymentOrderRequest(
        pool=POOL, pay_on=date_to_pb(day), memo="演示", set_off=True
    )
    order = (await world.office.ask(HEAD, "ledger", "CreatePaymentOrder", request, what)).order
    return {
        "order_no": order.order_no,
        "lines": order.lines,
        "total_fen": order.total_fen,
        "digest": order.digest,
    }


async def clear(world: World) -> dict[str, Any]:
    """Scores, the trial, final accounts with their causes, and the steps from reviewed to closed."""
    office, year = world.office, world.size.year
    for number, one in enumerate(world.city.hospitals):
        fact = year_pb2.PutYearFactRequest(
            pool=POOL, year=year, hospital_code=one.hospital_code, kind="score",
            value=_SCORES[number % len(_SCORES)], citation=f"演示考核通报〔{year + 1}〕1号",
        )  # fmt: skip
        await office.ask(CLERK, "years", "PutYearFact", fact, f"score-{one.hospital_code}")
    start = year_pb2.StartYearRequest(pool=POOL, year=year)
    begun = await office.ask(CLERK, "years", "StartYear", start, "clearing")
    name = begun.clearing.clearing_id

    async def look() -> Any:
        return (
            await office.ask(CLERK, "years", "GetYear", year_pb2.GetYearRequest(clearing_id=name))
        ).clearing

    found = await office.until(look, lambda now: now.state == "draft")
    must(found.state != "failed", "年度清算没有算成", found.failure_message)
    causes = await budget_steps.accounts(world, found, await _groups(world, name))
    for event, who, decision in (
        ("review", REVIEWER, ""), ("approve", HEAD, f"演示联席〔{year + 1}〕2号"), ("publish", HEAD, ""),
        ("close", REVIEWER, ""),
    ):  # fmt: skip
        move = year_pb2.MoveYearRequest(clearing_id=name, event=event, decision_no=decision)
        found = (await office.ask(who, "years", "MoveYear", move, f"clearing-{event}")).clearing
    return {
        "clearing_id": name,
        "state": found.state,
        "budget_fen": found.budget_fen,
        "actual_fen": found.actual_fen,
        "decision_fen": found.decision_fen,
        "point_value": found.point_value_display,
        "cases": found.cases,
        "statements_digest": found.statements_digest,
        "causes": causes,
    }


async def _groups(world: World, clearing_id: str) -> dict[str, tuple[int, int]]:
    """Cases and the fund's item-by-item bill of every group, from the trial's statements."""
    cases: Counter[str] = Counter()
    billed: Counter[str] = Counter()
    for one in await hospital_statements(world, clearing_id):
        for group in one["groups"]:
            name = group["drg"] or group["kind"]
            cases[name] += group["cases"]
            billed[name] += group["cost_fen"] - group["patient_fen"]
    return {name: (cases[name], billed[name]) for name in cases}


async def hospital_statements(world: World, clearing_id: str) -> list[dict[str, Any]]:
    """The annual statements of a clearing as they were written, in the order of the institutions."""
    office = world.office
    listed = year_pb2.ListYearHospitalsRequest(clearing_id=clearing_id)
    found = []
    for row in await office.pages(HEAD, "years", "ListYearHospitals", listed, "hospitals"):
        asked = year_pb2.GetYearStatementRequest(clearing_id=clearing_id, hospital_code=row.hospital_code)
        paper = await office.ask(HEAD, "years", "GetYearStatement", asked)
        found.append(json.loads(paper.content) | {"digest": paper.digest})
    return found
