"""Budget over a real channel, with a real rulebook beside it and a real PostgreSQL."""

import asyncio
import uuid

import asyncpg
import pytest

import chspay_policy
from chspay.budget.v1 import budget_pb2 as pb
from chspay.budget.v1 import budget_pb2_grpc
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_budget.main import build
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook import rpc as rulebook_rpc
from chspay_rulebook.app import Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
DRAFTER = Claim("bureau-a", "bureau", region="9901")
APPROVER = Claim("bureau-b", "bureau", region="9901")
ELSEWHERE = Claim("bureau-c", "bureau", region="3301")
SETTLEMENT = Claim("settlement", "service", region="*")
HOSPITAL = Claim("hospital-key", "hospital", institution="H1", region="990101")


@pytest.fixture
async def stub(migrated_db):
    """A stub of budget that asks a rulebook serving the shipped policy folder."""
    databases = {name: Database(migrated_db.url(name)) for name in ("rulebook", "budget")}
    for database in databases.values():
        await database.open()
    rulebook = rulebook_rpc.RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    add = [(rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, rulebook, rulebook_rpc.SERVICE)]
    first = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["rulebook"])
    to_rulebook = Channel(f"127.0.0.1:{await first.start()}", KEY)
    add = build(to_rulebook, to_rulebook)
    second = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["budget"])
    to_budget = Channel(f"127.0.0.1:{await second.start()}", KEY)
    yield budget_pb2_grpc.BudgetServiceStub(to_budget)
    for channel in (to_budget, to_rulebook):
        await channel.close()
    for server in (second, first):
        await server.drain(1)
    for database in databases.values():
        await database.close()


def _draft(year, inpatient=120_000_000_07, request_id="", pool="990100", out=20_000_000_00, reserve=0):
    return pb.DraftYearRequest(
        request_id=request_id or uuid.uuid4().hex,
        pool=pool,
        year=year,
        inpatient_fund_fen=inpatient,
        out_of_area_fen=out,
        reserve_fen=reserve,
    )


def _approve(year, version, decision="演示市联席〔2024〕8号", pool="990100"):
    return pb.ApproveYearRequest(
        request_id=uuid.uuid4().hex, pool=pool, year=year, version=version, decision_no=decision
    )


async def _refused(call):
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


async def test_a_year_is_drafted_approved_and_spent_to_the_fen(stub):
    """The path a month run depends on: no approved year, no money; then twelve months that add up."""
    month = pb.GetMonthFundRequest(pool="990100", year=2031, month=3)
    with use_claim(SETTLEMENT):
        assert await _refused(stub.GetMonthFund(month)) == "BUDGET_MISSING"
    with use_claim(DRAFTER):
        drafted = (await stub.DraftYear(_draft(2031))).year
        assert drafted.state == pb.YEAR_STATE_DRAFT
        assert drafted.local_fund_fen == 100_000_000_07 == sum(item.fund_fen for item in drafted.months)
        assert await _refused(stub.GetMonthFund(month)) == "BUDGET_NOT_APPROVED"
    with use_claim(APPROVER):
        approved = (await stub.ApproveYear(_approve(2031, 1))).year
        assert (approved.state, approved.decision_no) == (pb.YEAR_STATE_APPROVED, "演示市联席〔2024〕8号")
    with use_claim(SETTLEMENT):
        funds = [
            await stub.GetMonthFund(pb.GetMonthFundRequest(pool="990100", year=2031, month=m))
            for m in range(1, 13)
        ]
    assert sum(fund.fund_fen for fund in funds) == 100_000_000_07
    assert {(fund.version, fund.decision_no) for fund in funds} == {(1, "演示市联席〔2024〕8号")}


async def test_a_newer_draft_does_not_touch_what_is_approved(stub):
    """Versions are kept: a mid-year adjustment counts only once it is decided."""
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(2033))
    with use_claim(APPROVER):
        await stub.ApproveYear(_approve(2033, 1))
        second = (await stub.DraftYear(_draft(2033, inpatient=125_000_000_00))).year
        assert (second.version, second.state) == (2, pb.YEAR_STATE_DRAFT)
    with use_claim(SETTLEMENT):
        fund = await stub.GetMonthFund(pb.GetMonthFundRequest(pool="990100", year=2033, month=1))
        assert fund.version == 1
    with use_claim(DRAFTER):
        await stub.ApproveYear(_approve(2033, 2))
        fund = await stub.GetMonthFund(pb.GetMonthFundRequest(pool="990100", year=2033, month=1))
        assert fund.version == 2
        old = await stub.GetYear(pb.GetYearRequest(pool="990100", year=2033, version=1))
        assert (old.year.version, old.year.state) == (1, pb.YEAR_STATE_APPROVED)
        assert [line.key for line in old.worksheet.lines][:3] == ["inpatient", "out_of_area", "reserve"]


async def test_approval_needs_another_person_and_the_version_that_was_read(stub):
    """Four eyes, and nobody signs what has changed since they looked."""
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(2035))
        assert await _refused(stub.ApproveYear(_approve(2035, 1))) == "BUDGET_SAME_PERSON"
        await stub.DraftYear(_draft(2035, inpatient=121_000_000_00))
    with use_claim(APPROVER):
        assert await _refused(stub.ApproveYear(_approve(2035, 1))) == "BUDGET_VERSION_STALE"
        assert await _refused(stub.ApproveYear(_approve(2035, 2, decision="  "))) == "BUDGET_DECISION_WRONG"
        await stub.ApproveYear(_approve(2035, 2))
        assert await _refused(stub.ApproveYear(_approve(2035, 2))) == "BUDGET_ALREADY_APPROVED"
        assert await _refused(stub.ApproveYear(_approve(2036, 1))) == "BUDGET_YEAR_UNKNOWN"


async def test_growth_over_the_cap_of_last_years_decision_is_refused(stub):
    """The cap compares with what was approved, not with what was once drafted."""
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(2041, inpatient=100_000_000_00))
        await stub.DraftYear(_draft(2042, inpatient=200_000_000_00))
    with use_claim(APPROVER):
        await stub.ApproveYear(_approve(2041, 1))
    with use_claim(DRAFTER):
        over = _draft(2042, inpatient=110_000_000_01)
        assert await _refused(stub.DraftYear(over)) == "BUDGET_GROWTH_OVER_CAP"
        year = (await stub.DraftYear(_draft(2042, inpatient=110_000_000_00))).year
        assert year.version == 2


async def test_the_same_request_answers_the_same_and_drafts_once(stub):
    """A retry after a lost answer must not make a second version."""
    with use_claim(DRAFTER):
        first = await stub.DraftYear(_draft(2045, request_id="once-1"))
        again = await stub.DraftYear(_draft(2045, request_id="once-1"))
        assert first == again
        other = _draft(2045, inpatient=1_000_000_00, out=0, request_id="once-1")
        assert await _refused(stub.DraftYear(other)) == "REQUEST_ID_REUSED"
        year = await stub.GetYear(pb.GetYearRequest(pool="990100", year=2045))
        assert year.year.version == 1


async def test_two_drafts_at_once_get_two_versions(stub):
    """Two clerks press the button together; neither draft may be lost or overwrite the other."""
    with use_claim(DRAFTER):
        drafts = await asyncio.gather(*(stub.DraftYear(_draft(2047)) for _ in range(4)))
    assert sorted(draft.year.version for draft in drafts) == [1, 2, 3, 4]


async def test_other_regions_and_hospitals_see_nothing(stub, migrated_db):
    """A bureau reaches its own pool only, even when it asks the list; a hospital has no business here."""
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(2049))
    with use_claim(ELSEWHERE):
        get = pb.GetYearRequest(pool="990100", year=2049)
        assert await _refused(stub.GetYear(get)) == "REGION_DENIED"
        assert await _refused(stub.DraftYear(_draft(2049))) == "REGION_DENIED"
        assert not (await stub.ListYears(pb.ListYearsRequest())).years
    with use_claim(HOSPITAL):
        assert await _refused(stub.GetYear(get)) == "ROLE_DENIED"
        assert await _refused(stub.ListYears(pb.ListYearsRequest())) == "ROLE_DENIED"
    connection = await asyncpg.connect(migrated_db.url("budget"))
    assert await connection.fetchval("SELECT count(*) FROM fiscal_year") == 0
    await connection.close()


async def test_pages_of_years_join_to_the_whole(stub):
    """A page must neither repeat nor lose a year; each year shows its newest version."""
    with use_claim(DRAFTER):
        for year in (2051, 2052, 2053, 2053):
            await stub.DraftYear(_draft(year))
        whole = (await stub.ListYears(pb.ListYearsRequest(page_size=1000))).years
        found, token = [], ""
        while True:
            page = await stub.ListYears(pb.ListYearsRequest(page_size=2, page_token=token))
            found += page.years
            token = page.next_page_token
            if not token:
                break
    assert found == list(whole)
    assert {(year.year, year.version) for year in found} >= {(2051, 1), (2052, 1), (2053, 2)}


@pytest.mark.parametrize(
    ("message", "method", "reason"),
    [
        (_draft(2061, request_id="bad-1", pool="9901"), "DraftYear", "NOT_A_REGION"),
        (_draft(1800, request_id="bad-2"), "DraftYear", "BUDGET_YEAR_WRONG"),
        (_draft(2019, request_id="bad-3"), "DraftYear", "POLICY_MISSING"),
        (_draft(2061, request_id="bad-4", inpatient=-5), "DraftYear", "BUDGET_AMOUNT_NEGATIVE"),
        (_draft(2061, request_id="bad-5", inpatient=5, out=5), "DraftYear", "BUDGET_LOCAL_NOT_POSITIVE"),
        (_draft(2061, request_id="bad-6", pool="990177"), "DraftYear", "POLICY_PLACE_UNKNOWN"),
        (pb.DraftYearRequest(pool="990100", year=2061), "DraftYear", "REQUEST_ID_MISSING"),
        (pb.GetMonthFundRequest(pool="990100", year=2061, month=13), "GetMonthFund", "BUDGET_MONTH_WRONG"),
        (pb.GetYearRequest(pool="990100", year=2099), "GetYear", "BUDGET_YEAR_UNKNOWN"),
        (pb.ListYearsRequest(page_token="zz"), "ListYears", "PAGE_TOKEN_BAD"),
    ],
)
async def test_each_refusal_has_its_reason(stub, message, method, reason):
    """Programs act on the code, people on the sentence; nothing half-written is left."""
    with use_claim(DRAFTER):
        assert await _refused(getattr(stub, method)(message)) == reason


async def test_the_database_itself_keeps_the_sums_and_the_past(stub, migrated_db):
    """Whatever a program forgets, the database refuses: edits, and months that do not add up."""
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(2071))
    connection = await asyncpg.connect(migrated_db.admin_url)
    for statement in ("UPDATE budget.fiscal_year SET local_fund_fen = 1", "DELETE FROM budget.month_fund"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await connection.execute(statement)
    with pytest.raises(asyncpg.PostgresError, match="add up"):
        await connection.execute(
            "INSERT INTO budget.fiscal_year (pool, year, version, inpatient_fund_fen, out_of_area_fen,"
            " reserve_fen, local_fund_fen, policy_digest, worksheet, drafted_by)"
            " VALUES ('990100', 2072, 1, 10, 0, 0, 10, '', '{}', 'x')"
        )
    with pytest.raises(asyncpg.PostgresError, match="drafter cannot approve"):
        await connection.execute(
            "INSERT INTO budget.approval (pool, year, version, decision_no, approved_by)"
            " VALUES ('990100', 2071, 1, 'x', 'bureau-a')"
        )
    await connection.close()


CAUSES = [
    pb.Cause(cause="volume", amount_fen=9_000_000_00, note="出院人次增加4%", document="运行分析报告"),
    pb.Cause(cause="misconduct", amount_fen=-1_000_000_07, note="追回违规费用"),
]


def _accounts(year, causes=CAUSES, actual=108_000_000_00, decision=101_200_000_00, document="决算分析报告"):
    return pb.DraftAccountsRequest(
        request_id=uuid.uuid4().hex, pool="990100", year=year, actual_fen=actual, decision_fen=decision,
        causes=causes, document=document,
    )  # fmt: skip


async def _approved_year(stub, year):
    with use_claim(DRAFTER):
        await stub.DraftYear(_draft(year))
    with use_claim(APPROVER):
        await stub.ApproveYear(_approve(year, 1))


async def test_final_accounts_say_why_to_the_fen(stub):
    """Surplus and overspend are shared only when every fen of the difference has its cause."""
    with use_claim(DRAFTER):
        assert await _refused(stub.DraftAccounts(_accounts(2151))) == "BUDGET_MISSING"
    await _approved_year(stub, 2151)
    with use_claim(SETTLEMENT):
        fund = await stub.GetYearFund(pb.GetYearFundRequest(pool="990100", year=2151))
        assert (fund.local_fund_fen, fund.version) == (100_000_000_07, 1)
        assert await _refused(stub.GetAccounts(pb.GetAccountsRequest(pool="990100", year=2151))) == (
            "ACCOUNTS_UNKNOWN"
        )
        assert await _refused(stub.DraftAccounts(_accounts(2151))) == "ROLE_DENIED"
    with use_claim(DRAFTER):
        for changes, reason in (
            ({"causes": CAUSES[:1]}, "ACCOUNTS_CAUSES_DIFFER"),
            ({"causes": []}, "ACCOUNTS_CAUSES_DIFFER"),
            ({"causes": [pb.Cause(cause="weather", amount_fen=1, note="x")]}, "ACCOUNTS_CAUSE_UNKNOWN"),
            ({"causes": [pb.Cause(cause="price", amount_fen=1)]}, "ACCOUNTS_CAUSE_EMPTY"),
            ({"document": " "}, "ACCOUNTS_DOCUMENT_MISSING"),
            ({"actual": -1}, "ACCOUNTS_AMOUNT_NEGATIVE"),
        ):
            assert await _refused(stub.DraftAccounts(_accounts(2151, **changes))) == reason
        drafted = (await stub.DraftAccounts(_accounts(2151))).accounts
        assert (drafted.version, drafted.budget_fen, drafted.budget_version) == (1, 100_000_000_07, 1)
        request = pb.ApproveAccountsRequest(
            request_id=uuid.uuid4().hex, pool="990100", year=2151, version=1, decision_no="联席〔2152〕3号"
        )
        assert await _refused(stub.ApproveAccounts(request)) == "ACCOUNTS_SAME_PERSON"
    with use_claim(APPROVER):
        approved = (await stub.ApproveAccounts(request)).accounts
        assert approved.decision_no == "联席〔2152〕3号"
        again = pb.ApproveAccountsRequest(
            request_id=uuid.uuid4().hex, pool="990100", year=2151, version=1, decision_no="联席〔2152〕4号"
        )
        assert await _refused(stub.ApproveAccounts(again)) == "ACCOUNTS_ALREADY_APPROVED"
        again.version, again.request_id = 2, uuid.uuid4().hex
        assert await _refused(stub.ApproveAccounts(again)) == "ACCOUNTS_VERSION_STALE"
    with use_claim(SETTLEMENT):
        found = (await stub.GetAccounts(pb.GetAccountsRequest(pool="990100", year=2151))).accounts
    assert sum(cause.amount_fen for cause in found.causes) == found.actual_fen - found.budget_fen
    assert [cause.cause for cause in found.causes] == ["volume", "misconduct"]


async def test_accounts_follow_the_budget_they_were_drawn_against(stub):
    """A budget adjusted after the accounts were drafted makes them stale, not silently wrong."""
    await _approved_year(stub, 2153)
    with use_claim(DRAFTER):
        await stub.DraftAccounts(_accounts(2153))
        await stub.DraftYear(_draft(2153, inpatient=121_000_000_07))
    with use_claim(APPROVER):
        await stub.ApproveYear(_approve(2153, 2))
        request = pb.ApproveAccountsRequest(
            request_id=uuid.uuid4().hex, pool="990100", year=2153, version=1, decision_no="联席〔2154〕1号"
        )
        assert await _refused(stub.ApproveAccounts(request)) == "ACCOUNTS_BUDGET_MOVED"


async def test_the_database_refuses_accounts_without_their_causes(stub, migrated_db):
    """A program that forgets the causes, and one person who does both steps, are stopped all the same."""
    await _approved_year(stub, 2155)
    with use_claim(DRAFTER):
        await stub.DraftAccounts(_accounts(2155))
    connection = await asyncpg.connect(migrated_db.url("budget"))
    insert = (
        "INSERT INTO budget.final_account (pool, year, version, budget_version, budget_fen, actual_fen,"
        " decision_fen, document, drafted_by) VALUES ('990100', 2155, 9, 1, 10000000007, 1, 1, 'x', 'x')"
    )
    for statement in (
        insert,
        "INSERT INTO budget.account_cause VALUES ('990100', 2155, 1, 9, 'price', 1, 'x', '')",
        "INSERT INTO budget.account_approval (pool, year, version, decision_no, approved_by)"
        " VALUES ('990100', 2155, 1, 'x', 'bureau-a')",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"SELECT set_config('chspay.region', '9901', true); {statement}")
    await connection.close()
