"""Settlement and its neighbours as real gRPC servers in one process, over a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from plan_funds import Plans

from chspay.budget.v1 import budget_pb2, budget_pb2_grpc, plan_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc
from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc, rulebook_pb2, rulebook_pb2_grpc
from chspay.settlement.v1 import month_pb2_grpc, settlement_pb2_grpc
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.bundle import Bundle
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import ANSWER_SCHEMA, batch_from_cases
from chspay_kit import auth
from chspay_kit.convert import case_to_pb, date_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_kit.ports import free_port
from chspay_policy import ROOT as POLICY

KEY = b"a claim key for tests only"
IDENTITY_KEY = b"an identity key for tests only"
POOL, COUNTY, OTHER_COUNTY = "990100", "990101", "990102"
BUREAU = auth.Claim("bureau-990100", "bureau", region="9901")
COUNTY_BUREAU = auth.Claim("bureau-990101", "bureau", region="990101")


def hospital_claim(code: str) -> auth.Claim:
    """The claim of a hospital."""
    return auth.Claim(f"key-{code}", "hospital", institution=code)


def sealed_digest() -> str:
    """The scheme that the demonstration policy names, as the policy sealed it."""
    policy = Bundle.load(POLICY, POOL).on(date(2026, 3, 31))
    return policy.scheme_digest(policy.text("grouping.scheme")) or "5c" * 32


class Grouper(grouper_pb2_grpc.GrouperServiceServicer):
    """A grouper whose answer can be told from the diagnosis: I63 -> BR25, Z99 -> ungrouped."""

    WRITES = frozenset({"ImportScheme"})

    def __init__(self) -> None:
        self.digest = sealed_digest()

    @staticmethod
    def drg(diagnosis: str) -> str:
        return "" if diagnosis.startswith("Z") else f"{diagnosis[0]}{diagnosis[1]}9"

    async def GroupCases(self, request: Any, context: Any) -> grouper_pb2.GroupCasesResponse:
        return grouper_pb2.GroupCasesResponse(answers=[self._answer(case) for case in request.cases])

    def _answer(self, case: case_pb2.Case) -> case_pb2.GroupAnswer:
        drg = self.drg(case.diagnoses[0])
        return case_pb2.GroupAnswer(
            case_id=case.case_id,
            status=case_pb2.GROUP_STATUS_GROUPED if drg else case_pb2.GROUP_STATUS_UNGROUPED,
            mdc=drg[:1],
            adrg=drg[:2],
            drg=drg,
            reason="" if drg else "NO_MDC",
            scheme_digest=self.digest,
        )

    async def GroupArrow(self, requests: Any, context: Any) -> AsyncIterator[grouper_pb2.GroupArrowResponse]:
        async for request in requests:
            with pa.ipc.open_stream(request.cases) as reader:
                table = reader.read_all()
            rows = []
            for case_id, diagnoses in zip(
                table["case_id"].to_pylist(), table["diagnoses"].to_pylist(), strict=True
            ):
                drg = self.drg(diagnoses[0])
                status, reason = ("grouped", "") if drg else ("ungrouped", "NO_MDC")
                rows.append((case_id, drg[:1], drg[:2], drg, status, reason))
            columns = [list(column) for column in zip(*rows, strict=True)]
            batch = pa.RecordBatch.from_arrays(
                [pa.array(c, pa.string()) for c in columns], schema=ANSWER_SCHEMA
            )
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            yield grouper_pb2.GroupArrowResponse(
                answers=sink.getvalue().to_pybytes(), scheme_digest=self.digest
            )

    async def GetScheme(self, request: Any, context: Any) -> grouper_pb2.GetSchemeResponse:
        return grouper_pb2.GetSchemeResponse(
            scheme=grouper_pb2.Scheme(scheme_id=request.scheme, digest=self.digest)
        )


class Rulebook(rulebook_pb2_grpc.RulebookServiceServicer):
    """Serves the demonstration policy."""

    def __init__(self) -> None:
        self.bundles = {place: Bundle.load(POLICY, place) for place in (POOL,)}

    async def ResolveBundle(self, request: Any, context: Any) -> rulebook_pb2.ResolveBundleResponse:
        bundle = self.bundles[request.place]
        return rulebook_pb2.ResolveBundleResponse(
            digest=bundle.digest, content=bundle.content, chain=bundle.chain
        )

    async def GetBundle(self, request: Any, context: Any) -> rulebook_pb2.GetBundleResponse:
        bundle = next(b for b in self.bundles.values() if b.digest == request.digest)
        return rulebook_pb2.GetBundleResponse(digest=bundle.digest, content=bundle.content)


class Institutions(institutions_pb2_grpc.InstitutionServiceServicer):
    """The registry of institutions: what a test has put into it."""

    WRITES = frozenset({"PutInstitution", "ImportInstitutions"})

    def __init__(self) -> None:
        self.held: list[institutions_pb2.Institution] = []
        #: What settlement copies, by the version that brought it.
        self.changes: dict[int, list[institutions_pb2.Institution]] = {}

    async def ListInstitutionChanges(
        self, request: Any, context: Any
    ) -> institutions_pb2.ListInstitutionChangesResponse:
        version = next((number for number in sorted(self.changes) if number > request.after), request.after)
        return institutions_pb2.ListInstitutionChangesResponse(
            institutions=self.changes.get(version, []) if version > request.after else [],
            version=version,
            more=any(number > version for number in self.changes),
        )

    async def ListInstitutions(self, request: Any, context: Any) -> institutions_pb2.ListInstitutionsResponse:
        return institutions_pb2.ListInstitutionsResponse(institutions=self.held)


NO_BUDGET = Reason("TEST_NO_BUDGET", Kind.PRECONDITION, "没有批准的预算。")
NO_ACCOUNTS = Reason("ACCOUNTS_UNKNOWN", Kind.NOT_FOUND, "没有决算。")


class Budget(budget_pb2_grpc.BudgetServiceServicer):
    """Approved months by (pool, year, month), years and final accounts by (pool, year)."""

    WRITES = frozenset({"DraftYear", "ApproveYear", "DraftAccounts", "ApproveAccounts"})

    def __init__(self) -> None:
        self.months: dict[tuple[str, int, int], int] = {}
        self.years: dict[tuple[str, int], int] = {}
        self.accounts: dict[tuple[str, int], budget_pb2.FinalAccounts] = {}

    async def GetYearFund(self, request: Any, context: Any) -> budget_pb2.GetYearFundResponse:
        fund = self.years.get((request.pool, request.year))
        if fund is None:
            raise Fault(NO_BUDGET, field="budget")
        return budget_pb2.GetYearFundResponse(local_fund_fen=fund, version=1, decision_no="演示决定1号")

    async def GetAccounts(self, request: Any, context: Any) -> budget_pb2.GetAccountsResponse:
        found = self.accounts.get((request.pool, request.year))
        if found is None:
            raise Fault(NO_ACCOUNTS, field="accounts")
        return budget_pb2.GetAccountsResponse(accounts=found)

    async def GetMonthFund(self, request: Any, context: Any) -> budget_pb2.GetMonthFundResponse:
        fund = self.months.get((request.pool, request.year, request.month))
        if fund is None:
            raise Fault(NO_BUDGET, field="budget")
        return budget_pb2.GetMonthFundResponse(fund_fen=fund, version=1, decision_no="演示决定1号")


class World:
    """The running servers, a stub per claim, and shorthands for what tests do again and again."""

    def __init__(self, channel: Channel, database: Database, neighbours: Mapping[str, Any]) -> None:
        self.stub = settlement_pb2_grpc.SettlementServiceStub(channel)
        self.month = month_pb2_grpc.MonthServiceStub(channel)
        self.channel = channel
        self.database = database
        self.grouper: Grouper = neighbours["grouper"]
        self.budget: Budget = neighbours["budget"]
        self.plans: Plans = neighbours["plans"]
        self.rulebook: Rulebook = neighbours["rulebook"]
        self.institutions: Institutions = neighbours["institutions"]
        self.built: Any = None
        self.target = ""

    async def put_hospital(
        self,
        code: str,
        *,
        area: str = COUNTY,
        level: int = 2,
        since: date = date(2020, 1, 1),
        pool: str = POOL,
    ) -> None:
        hospital = pb.Hospital(
            hospital_code=code, name=f"演示医院{code}", region_code=pool, area_code=area, level=level,
            since=date_to_pb(since),
        )  # fmt: skip
        with auth.use_claim(BUREAU):
            await self.stub.PutHospital(
                pb.PutHospitalRequest(request_id=f"put-{code}-{since}", hospital=hospital)
            )

    async def submit(
        self, request_id: str, case: Case, claim: auth.Claim = BUREAU, **more: Any
    ) -> pb.SubmitListResponse:
        with auth.use_claim(claim):
            return await self.stub.SubmitList(
                pb.SubmitListRequest(request_id=request_id, case=case_to_pb(case), channel="grpc", **more)
            )

    async def month_run(
        self, request_id: str, fund_fen: int, year: int = 2026, month: int = 3, pool: str = POOL
    ) -> pb.Run:
        """Starts a run with this fund and waits for its end."""
        self.budget.months[pool, year, month] = fund_fen
        with auth.use_claim(BUREAU):
            started = await self.stub.StartMonthRun(
                pb.StartMonthRunRequest(request_id=request_id, pool=pool, year=year, month=month)
            )
        return await self.ended(started.run.run_id)

    async def ended(self, run_id: str) -> pb.Run:
        """The run when it has ended."""
        run = pb.Run()
        with auth.use_claim(BUREAU):
            async for moved in self.stub.WatchRun(pb.WatchRunRequest(run_id=run_id)):
                run = moved.run
        return run


def case_of(number: int, hospital: str = "H001", **changes: Any) -> Case:
    """A sound case; its group and cost vary with the number."""
    fields: dict[str, Any] = {
        "case_id": f"C{number:06d}",
        "hospital_code": hospital,
        "region_code": "",
        "admission_date": date(2026, 3, 1 + number % 9),
        "discharge_date": date(2026, 3, 10 + number % 20),
        "sex": 1 + number % 2,
        "age_years": 20 + number % 60,
        "diagnoses": (
            ("I63.900", "J18.900", "K80.100", "Z99.900")[
                (number * 7) % 4 if number % 17 == 0 else number % 3
            ],
        ),
        "total_cost_fen": 800_000 + (number * 7919) % 600_000,
        "patient_paid_fen": 200_000 + (number * 104_729) % 100_000,
    }
    return Case(**{**fields, **changes})


@dataclass
class Neighbours:
    """The servers settlement calls, and how to reach them."""

    servicers: dict[str, Any]
    ports: dict[str, int]
    stack: contextlib.AsyncExitStack

    async def serve(self, name: str, add: Any, servicer: Any, database: Database) -> int:
        """One more server; answers its port."""
        return await self.serve_all(
            [(add, servicer, f"chspay.{name}.v1.{name.capitalize()}Service")], database
        )

    async def serve_all(self, servicers: list[Any], database: Database) -> int:
        """One more server with several services; answers its port."""
        server = Server(servicers, listen="127.0.0.1:0", claim_key=KEY, database=database)
        port = await server.start()
        self.stack.push_async_callback(server.drain, 1)
        return port

    def channel(self, port: int) -> Channel:
        """A channel that is closed with the rest."""
        channel = Channel(f"127.0.0.1:{port}", KEY)
        self.stack.push_async_callback(channel.close)
        return channel


@contextlib.asynccontextmanager
async def neighbours(database: Database) -> AsyncIterator[Neighbours]:
    """Grouper, rulebook and budget as servers of this process."""
    adds = {
        "grouper": grouper_pb2_grpc.add_GrouperServiceServicer_to_server,
        "rulebook": rulebook_pb2_grpc.add_RulebookServiceServicer_to_server,
        "budget": budget_pb2_grpc.add_BudgetServiceServicer_to_server,
    }
    async with contextlib.AsyncExitStack() as stack:
        servicers = {"grouper": Grouper(), "rulebook": Rulebook(), "budget": Budget()}
        registry, plans = Institutions(), Plans()
        add_registry = institutions_pb2_grpc.add_InstitutionServiceServicer_to_server
        more = {
            "rulebook": [(add_registry, registry, "chspay.rulebook.v1.InstitutionService")],
            "grouper": [],
            "budget": [
                (plan_pb2_grpc.add_PlanServiceServicer_to_server, plans, "chspay.budget.v1.PlanService")
            ],
        }
        found = Neighbours({**servicers, "institutions": registry, "plans": plans}, {}, stack)
        for name, servicer in servicers.items():
            found.ports[name] = await found.serve_all(
                [(adds[name], servicer, f"chspay.{name}.v1.{name.capitalize()}Service"), *more[name]],
                database,
            )
        yield found


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A pool, closed at the end."""
    database = Database(url, min_size=1, max_size=8, application="settlement")
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    """Starts the neighbours and settlement itself, plugged together as ``main`` does, in this process."""
    from chspay_settlement.main import build

    async with opened(url) as database, neighbours(database) as beside:
        grouper, rulebook, budget = (
            beside.channel(beside.ports[name]) for name in ("grouper", "rulebook", "budget")
        )
        built = build(database, grouper, rulebook, budget, IDENTITY_KEY)
        port = await beside.serve_all(built.servicers, database)
        for worker in built.workers:
            beside.stack.callback(asyncio.create_task(worker.work()).cancel)
        running = World(beside.channel(port), database, beside.servicers)
        running.built = built
        running.target = f"127.0.0.1:{port}"
        yield running


class Process:
    """Settlement as a process of its own, to be killed."""

    def __init__(self, url: str, ports: Mapping[str, int], log: Path) -> None:
        self.port = free_port()
        self._log = log
        self._env = {
            **os.environ,
            "CHSPAY_DATABASE_URL": url,
            "CHSPAY_LISTEN": f"127.0.0.1:{self.port}",
            "CHSPAY_CLAIM_KEY": KEY.decode(),
            "CHSPAY_IDENTITY_KEY": IDENTITY_KEY.decode(),
            **{f"CHSPAY_{name.upper()}_TARGET": f"127.0.0.1:{port}" for name, port in ports.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; callers wait by calling."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chspay_cli.serve", "settlement"],
                env=self._env,
                stdout=log,
                stderr=log,
            )

    def ended(self) -> bool:
        """Whether it is down, by whatever cause."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """``kill -9``; returns when it is dead."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def chunk(cases: list[Case]) -> bytes:
    """Cases as one Arrow IPC stream."""
    batch = batch_from_cases(cases)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


async def import_lists(
    stub: Any, request_id: str, chunks: list[bytes], claim: auth.Claim = BUREAU
) -> list[pb.ImportListsResponse]:
    """Sends chunks and collects the answers."""

    async def requests() -> AsyncIterator[pb.ImportListsRequest]:
        for number, content in enumerate(chunks):
            yield pb.ImportListsRequest(request_id=request_id, chunk_no=number, cases=content)

    with auth.use_claim(claim):
        return [answer async for answer in stub.ImportLists(requests())]
