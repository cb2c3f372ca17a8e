"""Years on the wire: messages to nouns of the engine, and back."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from chspay.budget.v1 import budget_pb2 as pb
from chspay.budget.v1 import budget_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_budget.app.years import Budget
from chspay_budget.engine.accounts import Accounts, Cause
from chspay_budget.engine.plan import Amounts
from chspay_budget.engine.year import Year

SERVICE = "chspay.budget.v1.BudgetService"
Context = Any


class BudgetServicer(budget_pb2_grpc.BudgetServiceServicer):
    """Serves ``BudgetService``."""

    WRITES = frozenset({"DraftYear", "ApproveYear", "DraftAccounts", "ApproveAccounts"})

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    async def DraftYear(self, request: pb.DraftYearRequest, _context: Context) -> pb.DraftYearResponse:
        """A new version of a pool's year."""
        amounts = Amounts(request.inpatient_fund_fen, request.out_of_area_fen, request.reserve_fen)
        year = await self._budget.draft(request.pool, request.year, amounts)
        return pb.DraftYearResponse(year=year_to_pb(year))

    async def ApproveYear(self, request: pb.ApproveYearRequest, _context: Context) -> pb.ApproveYearResponse:
        """The decision on the version that was read."""
        year = await self._budget.approve(request.pool, request.year, request.version, request.decision_no)
        return pb.ApproveYearResponse(year=year_to_pb(year))

    async def GetYear(self, request: pb.GetYearRequest, _context: Context) -> pb.GetYearResponse:
        """One version of a year, with the worksheet of its plan."""
        year = await self._budget.year(request.pool, request.year, request.version)
        sheet = ParseDict(dict(year.worksheet), case_pb2.Worksheet())
        return pb.GetYearResponse(year=year_to_pb(year), worksheet=sheet)

    async def ListYears(self, request: pb.ListYearsRequest, _context: Context) -> pb.ListYearsResponse:
        """A page of the years the caller may see."""
        years, token = await self._budget.list_years(request.page_size, request.page_token)
        return pb.ListYearsResponse(years=[year_to_pb(year) for year in years], next_page_token=token)

    async def GetMonthFund(
        self, request: pb.GetMonthFundRequest, _context: Context
    ) -> pb.GetMonthFundResponse:
        """What a month run may spend."""
        fen, year = await self._budget.month_fund(request.pool, request.year, request.month)
        return pb.GetMonthFundResponse(fund_fen=fen, version=year.version, decision_no=year.decision_no)

    async def GetYearFund(self, request: pb.GetYearFundRequest, _context: Context) -> pb.GetYearFundResponse:
        """What an annual clearing is held against."""
        year = await self._budget.year_fund(request.pool, request.year)
        return pb.GetYearFundResponse(
            local_fund_fen=year.local_fen, version=year.version, decision_no=year.decision_no
        )

    async def DraftAccounts(
        self, request: pb.DraftAccountsRequest, _context: Context
    ) -> pb.DraftAccountsResponse:
        """A new version of a year's final accounts."""
        causes = [
            Cause(cause.cause, cause.amount_fen, cause.note, cause.document) for cause in request.causes
        ]
        amounts = (request.actual_fen, request.decision_fen)
        drafted = await self._budget.draft_accounts(
            request.pool, request.year, amounts, causes, request.document
        )
        return pb.DraftAccountsResponse(accounts=accounts_to_pb(drafted))

    async def ApproveAccounts(
        self, request: pb.ApproveAccountsRequest, _context: Context
    ) -> pb.ApproveAccountsResponse:
        """The decision on the accounts that were read."""
        found = await self._budget.approve_accounts(
            request.pool, request.year, request.version, request.decision_no
        )
        return pb.ApproveAccountsResponse(accounts=accounts_to_pb(found))

    async def GetAccounts(self, request: pb.GetAccountsRequest, _context: Context) -> pb.GetAccountsResponse:
        """One version of a year's final accounts."""
        found = await self._budget.accounts(request.pool, request.year, request.version)
        return pb.GetAccountsResponse(accounts=accounts_to_pb(found))


def accounts_to_pb(found: Accounts) -> pb.FinalAccounts:
    """Final accounts as a message."""
    causes = [
        pb.Cause(cause=cause.cause, amount_fen=cause.amount_fen, note=cause.note, document=cause.document)
        for cause in found.causes
    ]
    return pb.FinalAccounts(
        pool=found.pool,
        year=found.year,
        version=found.version,
        budget_fen=found.budget_fen,
        budget_version=found.budget_version,
        actual_fen=found.actual_fen,
        decision_fen=found.decision_fen,
        causes=causes,
        document=found.document,
        decision_no=found.decision_no,
        drafted_by=found.drafted_by,
    )


def year_to_pb(year: Year) -> pb.FiscalYear:
    """A version of a year as a message."""
    months = [pb.MonthShare(month=month, fund_fen=fen) for month, fen in enumerate(year.months, start=1)]
    return pb.FiscalYear(
        pool=year.pool,
        year=year.year,
        inpatient_fund_fen=year.amounts.inpatient_fen,
        out_of_area_fen=year.amounts.out_of_area_fen,
        reserve_fen=year.amounts.reserve_fen,
        local_fund_fen=year.local_fen,
        months=months,
        state=pb.YEAR_STATE_APPROVED if year.approved else pb.YEAR_STATE_DRAFT,
        version=year.version,
        decision_no=year.decision_no,
        policy_digest=year.policy_digest,
    )
