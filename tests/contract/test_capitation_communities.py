"""Communities over a real channel: drawn from the registry, held to the plan, booked and split."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_books
import capitation_world as cw
from capitation_rules import batch_of, spell

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.capitation.v1 import community_pb2, results_pb2, roster_pb2, visits_pb2
from chspay.rulebook.v1 import institutions_pb2
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb, decimal_to_pb

EQUAL = "990200"
EVERYWHERE = Claim("registrar", "bureau", region="*")
JAN, NEXT = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture
async def here(migrated_db, monkeypatch):
    monkeypatch.setattr(cw, "Books", capitation_books.Ledger)
    async with cw.world(migrated_db) as running:
        yield running


def entry(kind: str, code: str, community: str):
    return pb.CatchmentEntry(kind=kind, code=code, community=community, since=date_to_pb(date(2020, 1, 1)))


def drawn(*entries, pool: str = EQUAL):
    return pb.DrawCatchmentRequest(
        request_id=cw.fresh(), pool=pool, document="联席〔2025〕8号", entries=entries
    )


async def roster_of(here, pool: str, spells) -> str:
    """A loaded roster of a pool."""
    answer = await here.roster.StartRoster(
        roster_pb2.StartRosterRequest(request_id=cw.fresh(), pool=pool, as_of=date_to_pb(date(2026, 12, 31)))
    )
    name = answer.roster.roster_id
    await cw.put(here, name, 0, cw.parquet(batch_of(spells)))
    found = await cw.close(here, name, 1)
    assert found.state == roster_pb2.ROSTER_STATE_LOADED, found
    return name


async def registered(here) -> None:
    """Two communities of the bundle city, once for the module's database."""
    with use_claim(EVERYWHERE):
        listing = institutions_pb2.ListInstitutionsRequest(place=EQUAL, on=date_to_pb(JAN), page_size=1000)
        if any(
            item.code == "HB1LEAD" for item in (await here.registry.ListInstitutions(listing)).institutions
        ):
            return
        await here.register("HB1LEAD", 2, date(2020, 1, 1), "B1", pool=EQUAL, lead=True)
        await here.register("HB1TOWN", 1, date(2020, 1, 1), "B1", pool=EQUAL)
        await here.register("HB2LEAD", 2, date(2020, 1, 1), "B2", pool=EQUAL, lead=True)


async def test_the_catchment_is_drawn_from_the_registry(here):
    """Nobody types a second time who belongs where, and what contradicts the registry is refused."""
    await registered(here)
    with use_claim(EVERYWHERE):
        answer = await here.capitation.DrawCatchment(drawn(entry("region", "990200", "B1")))
        assert (answer.institutions, answer.leads, answer.others) == (3, 2, 1)
        first = answer.catchment
        assert first.registry_version > 0
        assert {(item.kind, item.code, item.community) for item in first.entries} >= {
            ("institution", "HB1TOWN", "B1"), ("lead", "HB2LEAD", "B2"),
        }  # fmt: skip
        again = (await here.capitation.DrawCatchment(drawn())).catchment
        assert (again.version, list(again.entries)) == (first.version + 1, list(first.entries))
        for request, reason in (
            (drawn(entry("institution", "HB1TOWN", "B2")), "CATCHMENT_DRAWN_KIND"),
            (drawn(entry("region", "990200", "B7")), "CATCHMENT_COMMUNITY_UNREGISTERED"),
            (drawn(pool="990102"), "CATCHMENT_REGISTRY_EMPTY"),
        ):
            assert await cw.refused(here.capitation.DrawCatchment(request)) == reason


async def bundle(here, fund_fen: int, spells):
    """The year 2026 of the bundle city attributed, its fund given and planned."""
    await registered(here)
    with use_claim(EVERYWHERE):
        await here.capitation.DrawCatchment(drawn(entry("region", "990200", "B2")))
        here.plans.funds[EQUAL, 2026] = 1_000_000_00
        roster = await roster_of(here, EQUAL, spells)
        given = [pb.InsuranceBudget(insurance_type="390", budget_fen=fund_fen)]
        return (await attributed(here, roster, EQUAL, given)).attribution


async def attributed(here, roster: str, pool: str, budgets, since=JAN, until=NEXT):
    """An attribution, waited for."""
    request = pb.StartAttributionRequest(
        request_id=cw.fresh(), pool=pool, roster_id=roster, since=date_to_pb(since), until=date_to_pb(until),
        budgets=budgets,
    )  # fmt: skip
    name = (await here.capitation.StartAttribution(request)).attribution.attribution_id
    while True:
        found = await here.capitation.GetAttribution(pb.GetAttributionRequest(attribution_id=name))
        if found.attribution.state != pb.ATTRIBUTION_STATE_RUNNING:
            return found
        await asyncio.sleep(0.05)


def members(count: int) -> list:
    """Residents of the bundle city, signed at the first community's township hospital."""
    return [
        spell((cw.fresh(), n), region_code="990200", signed_institution="HB1TOWN", insurance_type="390")
        for n in range(count)
    ]


def visits_of(spells, *rows) -> bytes:
    lines = [
        f"{cw.fresh()},{spells[who].person_key},{place},2026-05-01,390,{service},{fen}"
        for who, place, service, fen in rows
    ]
    head = "visit_id,person_key,institution,day,insurance_type,service,fund_fen\n"
    return (head + "\n".join(lines) + "\n").encode()


async def test_quotas_are_held_to_the_capitation_fund_of_the_plan(here):
    """Handing out another sum than was approved is refused with both figures, before anybody is told."""
    failed = await bundle(here, 999_999_99, members(3))
    assert failed.failure_reason == "CAPITATION_PLAN_DIFFERS"
    assert "99999999" in failed.failure_message
    assert "100000000" in failed.failure_message
    with use_claim(EVERYWHERE):
        roster = await roster_of(here, EQUAL, members(2))
        request = pb.StartAttributionRequest(
            request_id=cw.fresh(), pool=EQUAL, roster_id=roster, since=date_to_pb(JAN),
            until=date_to_pb(date(2026, 7, 1)),
        )  # fmt: skip
        assert await cw.refused(here.capitation.StartAttribution(request)) == "CAPITATION_PLAN_PERIOD"
        here.plans.funds.clear()
        request.request_id = cw.fresh()
        request.until.CopyFrom(date_to_pb(NEXT))
        assert await cw.refused(here.capitation.StartAttribution(request)) == "PLAN_NOT_APPROVED"


async def test_a_plan_is_split_over_insurances_and_heads_to_the_fen(here):
    """From 2027 the demonstration city hands out exactly what its plan sets aside."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        heads = [
            spell((cw.fresh(), n), insurance_type="310" if n % 3 else "390", signed_institution="H1")
            for n in range(7)
        ]
        roster = await cw.loaded(here, cw.parquet(batch_of(heads)))
        here.plans.funds[cw.POOL, 2027] = 1_234_567_89
        found = await attributed(here, roster, cw.POOL, [], NEXT, date(2028, 1, 1))
        run = found.attribution
        assert run.state == pb.ATTRIBUTION_STATE_DONE, run
        quotas = await cw.quotas(here, run.attribution_id)
        assert sum(row.quota_fen for row in quotas.values()) == 1_234_567_89
        assert {item.insurance_type for item in run.budgets} == {"310", "390"}
        assert any(line.key == "plan_left" and line.value == "0" for line in found.worksheet.lines)


async def test_a_bundle_with_inpatient_care_is_settled_booked_corrected_and_split(here):
    """One tight community from its heads to the ledger and to its members, every fen accounted for."""
    people = members(4)
    run = await bundle(here, 1_000_000_00, people)
    name = run.attribution_id
    with use_claim(EVERYWHERE):
        content = visits_of(
            people, (0, "HB1LEAD", "inpatient", 300_000_00), (1, "HB1TOWN", "outpatient", 100_000_00),
            (2, "HB2LEAD", "inpatient", 150_000_00), (3, "X9", "pharmacy", 50_000_00),
        )  # fmt: skip
        await here.visits.PutVisits(
            visits_pb2.PutVisitsRequest(request_id=cw.fresh(), attribution_id=name, content=content)
        )
        settle = pb.SettleCommunityRequest(
            request_id=cw.fresh(), attribution_id=name, community="B1", from_visits=True, document="纪要1号"
        )
        first = (await here.capitation.SettleCommunity(settle)).settlement
        # The whole bundle less what was spent outside, whatever was spent inside.
        assert (first.due_fen, first.lead) == (800_000_00, "HB1LEAD")
        post = pb.PostSettlementRequest(
            request_id=cw.fresh(), settlement_id=first.settlement_id, month="2026-12"
        )
        booked = await here.capitation.PostSettlement(post)
        assert [(item.insurance_type, item.amount_fen) for item in booked.postings] == [("390", 800_000_00)]
        post.request_id = cw.fresh()
        assert await here.capitation.PostSettlement(post) == booked
        asked = here.books.booked[f"{first.settlement_id}:390"]
        assert (asked.payee, asked.corrects, asked.document) == ("HB1LEAD", "", "纪要1号")
        other = pb.SettleCommunityRequest()
        other.CopyFrom(settle)
        other.request_id = cw.fresh()
        assert await cw.refused(here.capitation.SettleCommunity(other)) == "CAPITATION_SETTLEMENT_STANDS"
    doubt = await doubted(here, name, "HB1LEAD")
    with use_claim(EVERYWHERE):
        other.request_id, other.corrects = cw.fresh(), first.settlement_id
        second = (await here.capitation.SettleCommunity(other)).settlement
        assert (second.due_fen, doubt.state) == (850_000_00, "upheld")
        post.request_id, post.settlement_id, post.month = cw.fresh(), second.settlement_id, "2027-01"
        (change,) = (await here.capitation.PostSettlement(post)).postings
        assert (change.amount_fen, change.corrects) == (50_000_00, f"{first.settlement_id}:390")
        listed = await here.capitation.ListSettlements(pb.ListSettlementsRequest(attribution_id=name))
        assert [item.corrected_by for item in listed.settlements] == [second.settlement_id, ""]
    await split(here, second, first)


async def doubted(here, attribution: str, lead: str):
    """The lead doubts the pharmacy's bill, and the bureau upholds it."""
    listing = visits_pb2.ListMemberVisitsRequest(attribution_id=attribution, community="B1")
    with use_claim(Claim("lead-key", "hospital", institution=lead, region="990200")):
        found = (await here.visits.ListMemberVisits(listing)).visits
        bill = next(item for item in found if item.service == "pharmacy")
        number = cw.fresh()
        await here.community.DoubtVisit(
            community_pb2.DoubtVisitRequest(
                request_id=cw.fresh(), attribution_id=attribution, visit_id=bill.visit_id, doubt_no=number,
                statement="当日本人在院，不可能购药",
            )
        )  # fmt: skip
        decide = community_pb2.DecideDoubtRequest(
            request_id=cw.fresh(), doubt_no=number, uphold=True, decision_no="稽核〔2026〕5号"
        )
        assert await cw.refused(here.community.DecideDoubt(decide)) == "ROLE_DENIED"
    with use_claim(Claim("other-key", "hospital", institution="HB2LEAD", region="990200")):
        assert not (await here.visits.ListMemberVisits(listing)).visits
    with use_claim(EVERYWHERE):
        decide.request_id = cw.fresh()
        done = (await here.community.DecideDoubt(decide)).doubt
        decide.request_id = cw.fresh()
        assert await cw.refused(here.community.DecideDoubt(decide)) == "VISIT_DOUBT_DECIDED"
        found = (await here.visits.ListMemberVisits(listing)).visits
        assert [item.struck_by for item in found if item.visit_id == bill.visit_id] == ["稽核〔2026〕5号"]
        return done


async def split(here, second, first) -> None:
    """By the rule the lead put: work inside as counted, heads as given; the corrected one is not split."""
    parts = [
        community_pb2.RulePart(
            figure="inside_fund_fen", label="院内基金", share=decimal_to_pb(Decimal("0.6"))
        ),
        community_pb2.RulePart(figure="heads", label="签约人数", share=decimal_to_pb(Decimal("0.4"))),
    ]
    rule = community_pb2.PutCommunityRuleRequest(
        request_id=cw.fresh(), pool=EQUAL, community="B1", since=date_to_pb(JAN), document="章程第五条",
        parts=parts,
    )  # fmt: skip
    figures = [
        community_pb2.MemberFigure(institution=code, figure="heads", value=heads)
        for code, heads in (("HB1LEAD", 1), ("HB1TOWN", 3))
    ]
    request = community_pb2.SplitSettlementRequest(
        request_id=cw.fresh(), settlement_id=second.settlement_id, figures=figures
    )
    with use_claim(Claim("other-key", "hospital", institution="HB2LEAD", region="990200")):
        assert await cw.refused(here.community.PutCommunityRule(rule)) == "COMMUNITY_LEAD_DENIED"
    with use_claim(Claim("lead-key", "hospital", institution="HB1LEAD", region="990200")):
        if not (await here.community.ListCommunityRules(_rules())).rules:
            assert await cw.refused(here.community.SplitSettlement(request)) == "COMMUNITY_RULE_MISSING"
            rule.request_id = cw.fresh()
            put = (await here.community.PutCommunityRule(rule)).rule
            assert (put.version, put.lead) == (1, "HB1LEAD")
        request.request_id = cw.fresh()
        done = await here.community.SplitSettlement(request)
        # 510,000 by 300,000 : 100,000 and 340,000 by 1 : 3.
        assert [(item.institution, item.fen) for item in done.split.shares] == [
            ("HB1LEAD", 467_500_00), ("HB1TOWN", 382_500_00),
        ]  # fmt: skip
        assert done.split.amount_fen == second.due_fen
        request.request_id = cw.fresh()
        assert await cw.refused(here.community.SplitSettlement(request)) == "COMMUNITY_SPLIT_DONE"
        request.request_id, request.settlement_id = cw.fresh(), first.settlement_id
        assert await cw.refused(here.community.SplitSettlement(request)) == "CAPITATION_SETTLEMENT_CORRECTED"
        asked = community_pb2.GetSplitRequest(settlement_id=second.settlement_id)
        assert (await here.community.GetSplit(asked)).worksheet == done.worksheet


def _rules():
    return community_pb2.ListCommunityRulesRequest(pool=EQUAL, community="B1")


async def test_chronic_results_open_the_surplus(here):
    """The rate is counted over all patients of the community, so a patient left out does not help."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        ill = [spell((cw.fresh(), n), signed_institution="H1", chronic_conditions="E11") for n in range(10)]
        well = spell(cw.fresh(), signed_institution="H1")
        roster = await cw.loaded(here, cw.parquet(batch_of([*ill, well])))
        run = (await cw.attributed(here, roster)).attribution.attribution_id

        def results(rows) -> results_pb2.PutChronicResultsRequest:
            text = "person_key,controlled\n" + "\n".join(f"{key},{told}" for key, told in rows) + "\n"
            return results_pb2.PutChronicResultsRequest(
                request_id=cw.fresh(), attribution_id=run, as_of=date_to_pb(date(2026, 12, 31)),
                document="慢病系统2026年12月", content=text.encode(),
            )  # fmt: skip

        stranger = results([(ill[0].person_key, "yes"), (well.person_key, "yes")])
        assert await cw.refused(here.results.PutChronicResults(stranger)) == "CHRONIC_NOT_PATIENT"
        wrong = results([(ill[0].person_key, "maybe")])
        assert await cw.refused(here.results.PutChronicResults(wrong)) == "CAPITATION_FILE_COLUMN"
        told = results([(person.person_key, "yes" if n < 6 else "no") for n, person in enumerate(ill[:8])])
        found = (await here.results.PutChronicResults(told)).results
        assert [(c.community, c.patients, c.managed, c.controlled) for c in found.communities] == [
            ("C1", 10, 8, 6)
        ]
        settle = pb.SettleCommunityRequest(
            request_id=cw.fresh(), attribution_id=run, community="C1", from_visits=True, document="纪要",
            score=decimal_to_pb(Decimal(82)),
        )  # fmt: skip
        answer = await here.capitation.SettleCommunity(settle)
        # Eleven heads of 560 unspent: × 85 % × 80 %, since 0.6 of the patients are under control.
        assert answer.settlement.due_fen == 11 * 560_00 * 85 * 80 // 10_000
        assert answer.settlement.chronic_version == found.version == 1
        assert any("控制6人" in line.label for line in answer.worksheet.lines)


async def test_an_outpatient_fund_is_divided_by_apg_points(here):
    """To the fen, by points measured from the visits or taken over from an earlier division."""
    rows = (
        [("H1", "A1", 100_00)] * 6 + [("H2", "A1", 100_00)] * 2 + [("H1", "B1", 350_00), ("H2", "B1", 250_00)]
    )
    lines = [f"V{n},{place},{group},{fen}" for n, (place, group, fen) in enumerate(rows)]
    content = ("visit_id,institution,apg,cost_fen\n" + "\n".join(lines) + "\n").encode()
    with use_claim(cw.BUREAU):
        request = results_pb2.DivideByApgRequest(
            request_id=cw.fresh(), pool=cw.POOL, since=date_to_pb(JAN), until=date_to_pb(NEXT),
            fund_fen=1_000_00, document="基金分配单", content=content,
        )  # fmt: skip
        done = await here.results.DivideByApg(request)
        assert [(item.institution, item.fund_fen) for item in done.division.shares] == [
            ("H1", 642_86), ("H2", 357_14),
        ]  # fmt: skip
        assert [(item.apg, item.points_micro) for item in done.division.points] == [
            ("A1", 71_428_600), ("B1", 214_285_700),
        ]  # fmt: skip
        request.request_id, request.points_of = cw.fresh(), done.division.division_id
        assert (await here.results.DivideByApg(request)).division.points == done.division.points
        asked = results_pb2.GetApgDivisionRequest(division_id=done.division.division_id)
        assert (await here.results.GetApgDivision(asked)).worksheet == done.worksheet
        request.request_id, request.content = cw.fresh(), content + b"V1,H1,A1,1\n"
        assert await cw.refused(here.results.DivideByApg(request)) == "CAPITATION_FILE_COLUMN"


async def test_the_terms_of_a_pool_are_shown_with_their_articles(here):
    """Who is paid by head may read what the head is worth, what for, and where that stands."""
    with use_claim(cw.BUREAU):
        shown = await here.capitation.GetTerms(pb.GetTermsRequest(pool=cw.POOL, on=date_to_pb(JAN)))
    assert {item.insurance_type: item.rate_fen for item in shown.rates} == {"310": 900_00, "390": 560_00}
    assert [item.name for item in shown.services if not item.capitated] == ["健康体检"]
    assert {item.cause for item in shown.causes} == {"migration", "special_disease"}
    assert shown.settlement_method == "shared_by_quota@1"
    assert all(item.citation for item in shown.sources)
