"""A year of a pool behind real gRPC servers over a real PostgreSQL: months settled, ready to be cleared."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import settlement_world as sw

from chspay.budget.v1 import budget_pb2
from chspay.perdiem.v1 import perdiem_pb2_grpc
from chspay.settlement.v1 import (
    ledger_pb2,
    ledger_pb2_grpc,
    month_pb2_grpc,
    settlement_pb2,
    settlement_pb2_grpc,
    year_pb2,
    year_pb2_grpc,
)
from chspay_kit import auth
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_settlement.main import build

HOSPITALS = {"H001": sw.COUNTY, "H002": sw.OTHER_COUNTY, "H003": sw.POOL}
AUTHOR, REVIEWER, APPROVER = (auth.Claim(f"bureau-{n}", "bureau", region="9901") for n in ("a", "b", "c"))
_numbers = itertools.count(1)


def fresh() -> str:
    """A request id nobody has used."""
    return f"year-{next(_numbers)}"


class YearWorld(sw.World):
    """A world whose years can be cleared; ``today`` is what the clearing takes for the legal day."""

    today = date(2027, 3, 1)
    years: Any
    ledger: Any
    month: Any
    rulebook: Any
    url: str
    target: str

    async def months(self, year: int, funds: Mapping[int, int], count: int = 45) -> None:
        """Lists and a posted run for each month."""
        codes = list(HOSPITALS)
        for month, fund in funds.items():
            cases = []
            for number in range(count):
                case = sw.case_of(number, codes[number % 3], case_id=f"Y{year}-{month}-{number}")
                days = {
                    name: getattr(case, name).replace(year=year, month=month)
                    for name in ("admission_date", "discharge_date")
                }
                cases.append(replace(case, **days))
            await sw.import_lists(self.stub, fresh(), [sw.chunk(cases)])
            run = await self.month_run(fresh(), fund, year=year, month=month)
            assert run.state == settlement_pb2.RUN_STATE_DONE, run.failure_message

    async def score(self, year: int, **scores: str) -> None:
        """Assessment scores of institutions."""
        for code, value in scores.items():
            await self.fact(year, code, "score", value)

    async def fact(self, year: int, code: str, kind: str, value: str) -> year_pb2.YearFact:
        """One recorded fact."""
        with auth.use_claim(AUTHOR):
            answer = await self.years.PutYearFact(
                year_pb2.PutYearFactRequest(
                    request_id=fresh(), pool=sw.POOL, year=year, hospital_code=code, kind=kind, value=value,
                    citation="演示处理决定1号",
                )
            )  # fmt: skip
        return answer.fact

    async def trial(self, year: int, budget_fen: int) -> year_pb2.YearClearing:
        """A clearing of the year, computed."""
        self.budget.years[sw.POOL, year] = budget_fen
        with auth.use_claim(AUTHOR):
            started = await self.years.StartYear(
                year_pb2.StartYearRequest(request_id=fresh(), pool=sw.POOL, year=year)
            )
            async with asyncio.timeout(60):
                while True:
                    found = await self.get(started.clearing.clearing_id)
                    if found.state != "draft":
                        return found
                    await asyncio.sleep(0.05)

    async def get(self, clearing_id: str) -> year_pb2.YearClearing:
        """A clearing as it is now."""
        return (await self.years.GetYear(year_pb2.GetYearRequest(clearing_id=clearing_id))).clearing

    async def get_as_bureau(self, clearing_id: str) -> year_pb2.YearClearing:
        """A clearing as its pool's bureau sees it."""
        with auth.use_claim(AUTHOR):
            return await self.get(clearing_id)

    async def move(
        self, claim: auth.Claim, clearing_id: str, event: str, decision_no: str = "", note: str = ""
    ) -> year_pb2.MoveYearResponse:
        """One step."""
        with auth.use_claim(claim):
            return await self.years.MoveYear(
                year_pb2.MoveYearRequest(
                    request_id=fresh(), clearing_id=clearing_id, event=event, decision_no=decision_no,
                    note=note,
                )
            )  # fmt: skip

    def account_for(self, found: year_pb2.YearClearing, **changes: int) -> None:
        """Approved final accounts that explain a clearing."""
        facts = {
            "version": 1, "budget_fen": found.budget_fen, "actual_fen": found.actual_fen,
            "decision_fen": found.decision_fen,
        } | changes  # fmt: skip
        cause = budget_pb2.Cause(
            cause="volume", amount_fen=facts["actual_fen"] - facts["budget_fen"], note="演示"
        )
        self.budget.accounts[found.pool, found.year] = budget_pb2.FinalAccounts(
            pool=found.pool, year=found.year, causes=[cause], decision_no="联席〔2027〕1号", **facts
        )

    async def close(self, found: year_pb2.YearClearing, **accounts: int) -> year_pb2.YearClearing:
        """From trial to closed, by three persons.

        :param accounts: what the final accounts say otherwise than the clearing.
        """
        self.account_for(found, **accounts)
        await self.move(REVIEWER, found.clearing_id, "review")
        await self.move(APPROVER, found.clearing_id, "approve", "联席〔2027〕2号")
        await self.move(APPROVER, found.clearing_id, "publish")
        self.today = date.fromordinal(self.today.toordinal() + 8)
        return (await self.move(REVIEWER, found.clearing_id, "close")).clearing

    async def hospitals(self, clearing_id: str) -> dict[str, year_pb2.YearHospital]:
        """What a clearing gives each institution, as a bureau sees it."""
        with auth.use_claim(AUTHOR):
            answer = await self.years.ListYearHospitals(
                year_pb2.ListYearHospitalsRequest(clearing_id=clearing_id)
            )
        return {row.hospital_code: row for row in answer.hospitals}

    async def statements(self, clearing_id: str) -> dict[str, bytes]:
        """The annual statements, byte for byte."""
        found = {}
        with auth.use_claim(AUTHOR):
            for code in HOSPITALS:
                answer = await self.years.GetYearStatement(
                    year_pb2.GetYearStatementRequest(clearing_id=clearing_id, hospital_code=code)
                )
                found[code] = answer.content
        return found

    async def accounts(self, year: int) -> dict[str, int]:
        """The balances of the pool's accounts over a year: debit above zero."""
        with auth.use_claim(AUTHOR):
            answer = await self.stub.GetTrialBalance(
                settlement_pb2.GetTrialBalanceRequest(pool=sw.POOL, year=year)
            )
        assert answer.difference_fen == 0
        found = {row.account: row.debit_fen - row.credit_fen for row in answer.accounts}
        return {account.replace(f"/{sw.POOL}", ""): amount for account, amount in found.items()}

    async def verified(self) -> ledger_pb2.VerifyLedgerResponse:
        """The chain of the pool's ledger."""
        with auth.use_claim(AUTHOR):
            return await self.ledger.VerifyLedger(ledger_pb2.VerifyLedgerRequest(pool=sw.POOL))


@contextlib.asynccontextmanager
async def year_world(
    url: str, perdiem: Any = None, target: Channel | None = None
) -> AsyncIterator[YearWorld]:
    """Starts settlement and its neighbours, with a day that the test decides.

    :param perdiem: a bed-day service of the test's own; ``target``: a channel to a real one.
    """
    async with sw.opened(url) as database, sw.neighbours(database) as beside:
        channels = [beside.channel(beside.ports[name]) for name in ("grouper", "rulebook", "budget")]
        holder: dict[str, YearWorld] = {}
        bed_days = target
        if perdiem is not None:
            add = perdiem_pb2_grpc.add_PerDiemServiceServicer_to_server
            port = await beside.serve_all([(add, perdiem, "chspay.perdiem.v1.PerDiemService")], database)
            bed_days = beside.channel(port)
        built = build(
            database, *channels, sw.IDENTITY_KEY, today=lambda: holder["world"].today, perdiem=bed_days
        )
        server = Server(built.servicers, listen="127.0.0.1:0", claim_key=sw.KEY, database=database)
        port = await server.start()
        channel = beside.channel(port)
        beside.stack.push_async_callback(server.drain, 1)
        for worker in built.workers:
            beside.stack.callback(asyncio.create_task(worker.work()).cancel)
        world = holder["world"] = YearWorld(channel, database, beside.servicers)
        world.built = built
        world.target = f"127.0.0.1:{port}"
        world.rulebook = beside.servicers["rulebook"]
        world.stub = settlement_pb2_grpc.SettlementServiceStub(channel)
        world.years = year_pb2_grpc.YearServiceStub(channel)
        world.ledger = ledger_pb2_grpc.LedgerServiceStub(channel)
        world.month = month_pb2_grpc.MonthServiceStub(channel)
        world.url = url
        for code, area in HOSPITALS.items():
            await world.put_hospital(code, area=area)
        yield world
