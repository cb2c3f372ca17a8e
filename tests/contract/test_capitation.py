"""Capitation over a real channel: rosters mended, heads counted, quotas to the fen, communities settled."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "capitation"))

import capitation_world as cw
from capitation_rules import batch_of, key_of, random_roster, spell

from chspay.capitation.v1 import benefit_pb2, roster_pb2
from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb, decimal_to_pb

TOWN, COUNTY = "HT1REFER", "HC2REFER"


@pytest.fixture
async def here(migrated_db):
    async with cw.world(migrated_db) as running:
        yield running


async def test_a_set_up_that_fails_leaves_no_server_behind(migrated_db, monkeypatch):
    """A server that stays up keeps the whole test run from ending."""
    ports: list[int] = []

    class Watched(cw.Server):
        async def start(self) -> int:
            ports.append(await super().start())
            return ports[-1]

    def broken(*_channels: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(cw, "Server", Watched)
    monkeypatch.setattr(cw, "build", broken)
    with pytest.raises(RuntimeError):
        async with cw.world(migrated_db):
            pass
    assert len(ports) == 2
    for port in ports:
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_a_bad_roster_is_told_row_by_row_mended_and_loaded(here):
    """Nothing is loaded by halves; whoever mends one part need not send the others again."""
    good, bad = random_roster(300, 1), [spell("a", sex="7"), spell("b"), spell("c", region_code="990199")]
    bad.append(spell("b", employer="E1"))
    with use_claim(cw.BUREAU):
        roster = await cw.start_roster(here)
        assert (await cw.put(here, roster, 0, cw.parquet(good))).rows == 300
        await cw.put(here, roster, 1, cw.text(batch_of(bad)))
        found = await cw.close(here, roster, 2)
        assert (found.state, found.digest, found.rows) == (roster_pb2.ROSTER_STATE_REFUSED, "", 304)
        assert {(item.reason, item.column, item.count) for item in found.counts} == {
            ("SEX_UNKNOWN", "sex", 1), ("REGION_UNKNOWN", "region_code", 1),
            ("PERSON_TWICE", "person_key", 1),
        }  # fmt: skip
        assert {(item.part_no, item.row, item.reason) for item in found.faults} == {
            (1, 1, "SEX_UNKNOWN"), (1, 3, "REGION_UNKNOWN"), (1, 4, "PERSON_TWICE"),
        }  # fmt: skip
        assert all(item.message for item in found.counts)
        twice = [spell("a"), spell("b", employer="E1"), spell("b", employer="E2")]
        await cw.put(here, roster, 1, cw.arrow(batch_of(twice)))
        found = await cw.close(here, roster, 2)
        assert [(item.reason, item.count) for item in found.counts] == [("EMPLOYERS_TWO", 1)]
        assert [(item.part_no, item.row) for item in found.faults] == [(1, 3)]
        await cw.put(here, roster, 1, cw.arrow(batch_of(twice[:2])))
        found = await cw.close(here, roster, 2)
        assert (found.state, found.rows, list(found.parts)) == (roster_pb2.ROSTER_STATE_LOADED, 302, [0, 1])
        assert len(found.digest) == 64
        assert await cw.refused(cw.put(here, roster, 1, cw.parquet(good))) == "ROSTER_CLOSED"


async def test_a_roster_is_refused_before_it_is_kept(here):
    """A file of another kind, a hole between parts, an unknown roster: each has its reason."""
    with use_claim(cw.BUREAU):
        roster = await cw.start_roster(here)
        for content, reason in (
            (b"PAR1 and then nothing", "ROSTER_UNREADABLE"),
            (b"\xff\xff\xff\xffrest", "ROSTER_UNREADABLE"),
            (b"person_key\n1\n", "ROSTER_COLUMN_MISSING"),
            ("姓名\n王".encode("gbk"), "ROSTER_UNREADABLE"),
        ):
            assert await cw.refused(cw.put(here, roster, 0, content)) == reason
        assert await cw.refused(cw.close(here, roster, 1)) == "ROSTER_PARTS_MISSING"
        await cw.put(here, roster, 1, cw.parquet(random_roster(5)))
        assert await cw.refused(cw.close(here, roster, 2)) == "ROSTER_PARTS_MISSING"
        assert await cw.refused(cw.put(here, "RS-none", 0, b"")) == "ROSTER_NOT_FOUND"
        assert await cw.refused(cw.attributed(here, roster)) == "ROSTER_NOT_LOADED"


async def test_quotas_are_the_rates_of_the_heads_and_persons_add_up_to_them(here):
    """Heads × rate is handed out to the fen, and what a person is told is what was counted of him."""
    roster_rows = random_roster(400, 7)
    with use_claim(cw.BUREAU):
        assert (await cw.put_catchment(here)).version >= 1
        roster = await cw.loaded(
            here, cw.parquet(roster_rows.slice(0, 250)), cw.parquet(roster_rows.slice(250))
        )
        answer = await cw.attributed(here, roster)
        run = answer.attribution
        assert (run.state, run.done, run.total) == (pb.ATTRIBUTION_STATE_DONE, 2, 2), run
        found = await cw.quotas(here, run.attribution_id)
        for kind, rate in (("310", 900_00), ("390", 560_00)):
            days = sum(row.valid_days for key, row in found.items() if key[1] == kind)
            wanted = divide_half_up(rate * days, 365)
            assert sum(row.quota_fen for key, row in found.items() if key[1] == kind) == wanted
            assert {item.insurance_type: item.budget_fen for item in run.budgets}[kind] == wanted
        assert any(line.citation for line in answer.worksheet.lines)
        mine: dict[tuple[str, str], int] = dict.fromkeys(found, 0)
        insured = {
            row["person_key"]: row["valid_from"] < date(2027, 1, 1)
            and (row["valid_to"] or date.max) > date(2026, 1, 1)
            for row in roster_rows.to_pylist()
        }
        for key, is_insured in insured.items():
            request = pb.ExplainPersonRequest(attribution_id=run.attribution_id, person_key=key)
            if not is_insured:
                assert await cw.refused(here.capitation.ExplainPerson(request)) == "PERSON_NOT_INSURED"
                continue
            told = await here.capitation.ExplainPerson(request)
            for stay in told.stays:
                mine[stay.community, stay.insurance_type] += stay.quota_fen
            assert told.worksheets[0].lines
        assert mine == {key: row.quota_fen for key, row in found.items()}


async def test_the_same_roster_gives_the_same_digest(here):
    """Who checks a quota years later must find the very same figures."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        roster = await cw.loaded(here, cw.parquet(random_roster(120, 3)))
        first, second = [(await cw.attributed(here, roster)).attribution for _ in range(2)]
    assert first.attribution_id != second.attribution_id
    assert (first.digest, len(first.digest)) == (second.digest, 64)


async def test_a_removed_head_takes_its_quota_along_and_only_after_it_was_heard(here):
    """Found, heard, removed by another person: only then the next attribution counts less."""
    day = date(2026, 1, 1)
    heads = [spell(("head", number), signed_institution="H1") for number in range(10)]
    number = cw.fresh()
    file = pb.FileHeadFindingRequest(
        request_id=cw.fresh(), pool=cw.POOL, finding_no=number, person_key=heads[0].person_key,
        since=date_to_pb(day), until=date_to_pb(day + timedelta(days=365)), cause="仅有极小额刷卡",
        document="稽核报告〔2026〕3号",
    )  # fmt: skip
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        roster = await cw.loaded(here, cw.parquet(batch_of(heads)))
        before = await cw.quotas(here, (await cw.attributed(here, roster)).attribution.attribution_id)
        assert before["C1", "390"].quota_fen == 10 * 560_00
        await here.capitation.FileHeadFinding(file)
        decide = pb.DecideHeadFindingRequest(
            request_id=cw.fresh(), finding_no=number, remove=True, decision_no="演示医保〔2026〕9号"
        )
        assert await cw.refused(here.capitation.DecideHeadFinding(decide)) == "HEAD_FINDING_STATE"
        await here.capitation.HearHeadFinding(
            pb.HearHeadFindingRequest(request_id=cw.fresh(), finding_no=number, statement="无异议")
        )
        decide.request_id = cw.fresh()
        assert await cw.refused(here.capitation.DecideHeadFinding(decide)) == "HEAD_FINDING_SAME_PERSON"
        still = await cw.quotas(here, (await cw.attributed(here, roster)).attribution.attribution_id)
        assert still["C1", "390"].quota_fen == 10 * 560_00
    with use_claim(cw.OTHER):
        decide.request_id = cw.fresh()
        done = await here.capitation.DecideHeadFinding(decide)
        assert done.finding.state == pb.HEAD_FINDING_STATE_REMOVED
        run = (await cw.attributed(here, roster)).attribution
        after = await cw.quotas(here, run.attribution_id)
        row = after["C1", "390"]
        assert (row.quota_fen, row.valid_days, row.removed_days) == (9 * 560_00, 9 * 365, 365)
        told = await here.capitation.ExplainPerson(
            pb.ExplainPersonRequest(attribution_id=run.attribution_id, person_key=heads[0].person_key)
        )
        assert [(stay.removed, stay.quota_fen) for stay in told.stays] == [(True, 0)]
        listed = await here.capitation.ListHeadFindings(pb.ListHeadFindingsRequest(page_size=1000))
        assert number in {item.finding_no for item in listed.findings}


async def test_a_community_is_settled_by_its_quotas_and_results(here):
    """85 % of the surplus, opened by assessment and by chronic management, to the fen and with its sheet."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        heads = [spell(("settled", number), signed_institution="H1") for number in range(100)]
        roster = await cw.loaded(here, cw.parquet(batch_of(heads)))
        run = (await cw.attributed(here, roster)).attribution.attribution_id
        cost = pb.MemberCost(
            insurance_type="390", inside_fen=40_000_00, outside_fen=12_000_00, exempt_fen=1_000_00
        )
        request = pb.SettleCommunityRequest(
            request_id=cw.fresh(), attribution_id=run, community="C1", costs=[cost],
            score=decimal_to_pb(Decimal(82)), chronic_rate=decimal_to_pb(Decimal("0.65")),
            document="结算联席会议纪要〔2027〕2号",
        )  # fmt: skip
        answer = await here.capitation.SettleCommunity(request)
        # 56,000 − 40,000 − 12,000 + 1,000 = 5,000; × 85 % × 1 × 80 % = 3,400.
        (fund,) = answer.settlement.funds
        assert (fund.balance_fen, fund.released_fen, fund.due_fen) == (5_000_00, 3_400_00, 43_400_00)
        assert fund.fund_keeps_fen == 1_600_00
        again = await here.capitation.GetSettlement(
            pb.GetSettlementRequest(settlement_id=answer.settlement.settlement_id)
        )
        assert again.settlement == answer.settlement
        assert again.worksheet == answer.worksheet
        for change, reason in (
            ({"community": "C8"}, "COMMUNITY_UNKNOWN"),
            ({"document": " "}, "SETTLEMENT_DOCUMENT_MISSING"),
            ({"costs": []}, "COMMUNITY_COSTS_WRONG"),
            ({"score": None}, "CAPITATION_RESULT_MISSING"),
            ({"corrects": None}, "CAPITATION_SETTLEMENT_STANDS"),
        ):
            other = pb.SettleCommunityRequest()
            other.CopyFrom(request)
            other.request_id, other.corrects = cw.fresh(), answer.settlement.settlement_id
            for name, value in change.items():
                other.ClearField(name)
                if isinstance(value, str):
                    setattr(other, name, value)
            assert await cw.refused(here.capitation.SettleCommunity(other)) == reason


async def test_an_attribution_that_cannot_go_on_says_why(here):
    """Sums nobody asked for, growth over the cap: the run ends with its reason and no quota."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        roster = await cw.loaded(here, cw.parquet(random_roster(50, 5)))
        given = [pb.InsuranceBudget(insurance_type="390", budget_fen=1)]
        run = (await cw.attributed(here, roster, budgets=given)).attribution
        assert (run.state, run.failure_reason) == (pb.ATTRIBUTION_STATE_FAILED, "CAPITATION_BUDGET_UNWANTED")
        run = (await cw.attributed(here, roster, last_year=given)).attribution
        assert run.failure_reason == "CAPITATION_GROWTH_OVER_CAP"
        assert run.failure_message
        asked = pb.ListQuotasRequest(attribution_id=run.attribution_id)
        assert await cw.refused(here.capitation.ListQuotas(asked)) == "ATTRIBUTION_NOT_DONE"
        page = await here.capitation.ListAttributions(pb.ListAttributionsRequest(page_size=1))
        assert page.next_page_token
        later = await here.capitation.ListAttributions(
            pb.ListAttributionsRequest(page_size=1000, page_token=page.next_page_token)
        )
        assert page.attributions[0] not in later.attributions


async def test_contracts_referrals_and_one_deductible(here):
    """A referral on record makes two stays one admission; one that was not called for does not."""
    person = key_of(cw.fresh())
    day = date(2026, 3, 1)

    def referral(number, diagnosis, reason=""):
        return benefit_pb2.PutReferralRequest(
            request_id=cw.fresh(),
            referral=benefit_pb2.Referral(
                referral_no=number, pool=cw.POOL, person_key=person, from_institution=TOWN, from_level=1,
                to_institution=COUNTY, to_level=2, day=date_to_pb(day + timedelta(days=8)),
                diagnosis=diagnosis, reason=reason,
            ),
        )  # fmt: skip

    def stays():
        return benefit_pb2.SettleStaysRequest(
            pool=cw.POOL,
            person_key=person,
            stays=[
                benefit_pb2.Stay(
                    stay_id=name, institution=place, level=level, community="C1", member=True,
                    admitted=date_to_pb(day + timedelta(days=first)),
                    discharged=date_to_pb(day + timedelta(days=first + 8)), eligible_fen=10_000_00,
                )
                for name, place, level, first in (("A", TOWN, 1, 0), ("B", COUNTY, 2, 9))
            ],
        )  # fmt: skip

    with use_claim(Claim("registrar", "bureau", region="*")):
        await here.register(TOWN, 1, date(2020, 1, 1))
        await here.register(COUNTY, 2, date(2020, 1, 1))
    with use_claim(cw.BUREAU):
        contract = benefit_pb2.Contract(
            contract_no=cw.fresh(), pool=cw.POOL, person_key=person, institution=TOWN, since=date_to_pb(day)
        )
        put = benefit_pb2.PutContractRequest(request_id=cw.fresh(), contract=contract)
        await here.benefit.PutContract(put)
        put.request_id, put.contract.contract_no = cw.fresh(), cw.fresh()
        assert await cw.refused(here.benefit.PutContract(put)) == "CONTRACT_OVERLAP"
        listed = await here.benefit.ListContracts(
            benefit_pb2.ListContractsRequest(pool=cw.POOL, person_key=person)
        )
        assert list(listed.contracts) == [contract]
        refused = (await here.benefit.PutReferral(referral(cw.fresh(), "J06.9"))).referral
        assert (refused.called_for, refused.code) == (False, "DISEASE_OF_LEVEL")
        found = await here.benefit.SettleStays(stays())
        assert [item.deductible_fen for item in found.stays] == [300_00, 600_00]
        judged = (await here.benefit.PutReferral(referral(cw.fresh(), "J06.9", "critical"))).referral
        assert (judged.called_for, judged.code) == (True, "REASON_ACCEPTED")
        assert "演示省住院待遇与转诊办法" in judged.citation
        found = await here.benefit.SettleStays(stays())
        assert [(item.deductible_fen, item.linked_to) for item in found.stays] == [
            (300_00, ""),
            (300_00, "A"),
        ]
        # (10,000 − 300) × 90 % and (10,000 − 300) × 85 %.
        assert [item.fund_fen for item in found.stays] == [8_730_00, 8_245_00]
        listed = await here.benefit.ListReferrals(
            benefit_pb2.ListReferralsRequest(pool=cw.POOL, person_key=person)
        )
        assert {item.code for item in listed.referrals} == {"DISEASE_OF_LEVEL", "REASON_ACCEPTED"}


async def test_a_referral_goes_by_the_registry_and_not_by_what_is_typed(here):
    """A level typed equal would free any referral upwards of the catalogue; a wrong area likewise."""
    day = date(2026, 3, 9)
    with use_claim(Claim("registrar", "bureau", region="*")):
        for code, level, pool in (("HT1SENT", 1, cw.POOL), ("HC2SENT", 2, cw.POOL), ("HX3SENT", 3, "990200")):
            await here.register(code, level, date(2020, 1, 1), pool=pool)
        await here.register("HU9SENT", 9, date(2020, 1, 1))

    async def refer(to: str, from_level: int, to_level: int, outside: bool = False, sender: str = "HT1SENT"):
        given = benefit_pb2.Referral(
            referral_no=cw.fresh(), pool=cw.POOL, person_key=key_of("sent"), from_institution=sender,
            from_level=from_level, to_institution=to, to_level=to_level, out_of_area=outside,
            day=date_to_pb(day), diagnosis="J06.9",
        )  # fmt: skip
        asked = benefit_pb2.PutReferralRequest(request_id=cw.fresh(), referral=given)
        try:
            return (await here.benefit.PutReferral(asked)).referral
        except Fault as fault:
            return fault.reason.code, fault.message

    with use_claim(cw.BUREAU):
        reason, told = await refer("HC2SENT", 1, 1)
        assert reason == "REFERRAL_LEVEL_DIFFERS"
        assert "机构HC2SENT在2026-03-09登记为2级，转诊单填写为1级" in told
        assert (await refer("HC2SENT", 2, 2))[0] == "REFERRAL_LEVEL_DIFFERS"
        for levels in ((1, 2), (0, 0)):
            found = await refer("HC2SENT", *levels)
            assert (found.from_level, found.to_level, found.code) == (1, 2, "DISEASE_OF_LEVEL")
        reason, told = await refer("HX3SENT", 1, 3)
        assert reason == "REFERRAL_AREA_DIFFERS"
        assert "登记在统筹区990200，转诊单填写为统筹区内" in told
        assert (await refer("HC2SENT", 1, 2, True))[0] == "REFERRAL_AREA_DIFFERS"
        assert (await refer("HX3SENT", 1, 3, True)).code == "DISEASE_OF_LEVEL"
        assert (await refer("NOBODY", 1, 1))[0] == "REFERRAL_INSTITUTION_UNREGISTERED"
        assert (await refer("HC2SENT", 1, 2, sender="NOBODY"))[0] == "REFERRAL_INSTITUTION_UNREGISTERED"
        # Far away nobody is registered here; the catalogue limits such a referral whatever its level.
        assert (await refer("FARAWAY", 1, 1, True)).code == "DISEASE_OF_LEVEL"
        assert (await refer("HU9SENT", 1, 0))[0] == "BENEFIT_LEVEL_WRONG"


async def test_other_regions_and_hospitals_see_nothing(here):
    """A roster is the insured of one pool: its bureau and nobody else."""
    with use_claim(cw.BUREAU):
        roster = await cw.start_roster(here)
    get = roster_pb2.GetRosterRequest(roster_id=roster)
    start = roster_pb2.StartRosterRequest(
        request_id=cw.fresh(), pool=cw.POOL, as_of=date_to_pb(date(2026, 12, 31))
    )
    with use_claim(cw.ELSEWHERE):
        assert await cw.refused(here.roster.GetRoster(get)) == "ROSTER_NOT_FOUND"
        assert await cw.refused(here.roster.StartRoster(start)) == "REGION_DENIED"
        assert not (await here.roster.ListRosters(roster_pb2.ListRostersRequest())).rosters
    with use_claim(cw.HOSPITAL):
        start.request_id = cw.fresh()
        assert await cw.refused(here.roster.StartRoster(start)) == "ROLE_DENIED"


async def test_the_database_itself_keeps_what_is_loaded_and_decided(here, migrated_db):
    """Whatever a program forgets, the database refuses."""
    with use_claim(cw.BUREAU):
        await cw.put_catchment(here)
        roster = await cw.loaded(here, cw.parquet(random_roster(20, 9)))
        run = (await cw.attributed(here, roster)).attribution.attribution_id
    connection = await asyncpg.connect(migrated_db.admin_url)
    for statement, told in (
        ("UPDATE capitation.roster_chunk SET content = ''", "does not change"),
        (f"DELETE FROM capitation.roster_chunk WHERE roster_id = '{roster}'", "does not change"),
        (f"UPDATE capitation.roster SET pool = '1' WHERE roster_id = '{roster}'", "any more"),
        (f"UPDATE capitation.attribution SET outcome = '1' WHERE attribution_id = '{run}'", "any more"),
        ("UPDATE capitation.community_quota SET quota_fen = 1", "append-only"),
        ("DELETE FROM capitation.catchment", "append-only"),
    ):
        with pytest.raises(asyncpg.PostgresError, match=told):
            await connection.execute(statement)
    await connection.close()
