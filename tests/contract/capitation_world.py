"""Capitation behind a real channel, with a real rulebook beside it and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import io
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from capitation_rules import CATCHMENT

import chspay_policy
from chspay.budget.v1 import plan_pb2, plan_pb2_grpc
from chspay.capitation.v1 import (
    benefit_pb2_grpc,
    capitation_pb2,
    capitation_pb2_grpc,
    community_pb2_grpc,
    results_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    stays_pb2_grpc,
    visits_pb2_grpc,
)
from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc
from chspay.settlement.v1 import others_pb2, others_pb2_grpc
from chspay_capitation.engine.catchment import Entry
from chspay_capitation.main import build
from chspay_cli.engines import knowledge
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.auth import Claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook.main import servicers as rulebook_servicers
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
BUREAU = Claim("bureau-a", "bureau", region="9901")
OTHER = Claim("bureau-b", "bureau", region="9901")
ELSEWHERE = Claim("bureau-c", "bureau", region="3301")
HOSPITAL = Claim("hospital-key", "hospital", institution="H1", region="990101")
POOL = "990100"
SINCE, UNTIL = date_to_pb(date(2026, 1, 1)), date_to_pb(date(2027, 1, 1))


NO_PLAN = Reason("PLAN_NOT_APPROVED", Kind.PRECONDITION, "{value}年的预算没有批准。")


def _writes(module: Any, service: str) -> frozenset[str]:
    """Every RPC whose request carries a request id, as the wire defines it."""
    methods = module.DESCRIPTOR.services_by_name[service].methods
    return frozenset(m.name for m in methods if "request_id" in m.input_type.fields_by_name)


class Plans(plan_pb2_grpc.PlanServiceServicer):
    """Approved capitation funds by pool and year, as a test sets them."""

    WRITES = _writes(plan_pb2, "PlanService")

    def __init__(self) -> None:
        self.funds: dict[tuple[str, int], int] = {}

    async def GetPoolFund(self, request: Any, _context: Any) -> Any:
        fen = self.funds.get((request.pool, request.year))
        if fen is None or request.fund != "capitation":
            raise Fault(NO_PLAN, field="year", value=request.year)
        return plan_pb2.GetPoolFundResponse(fund_fen=fen, version=1)


class Books(others_pb2_grpc.OtherPaymentServiceServicer):
    """Takes payments once for each source, as the ledger does, and keeps what it was asked."""

    WRITES = _writes(others_pb2, "OtherPaymentService")

    def __init__(self) -> None:
        self.booked: dict[str, Any] = {}

    async def PutOtherPayment(self, request: Any, _context: Any) -> Any:
        self.booked.setdefault(request.source_id, request)
        return others_pb2.PutOtherPaymentResponse(
            payment=others_pb2.OtherPayment(
                payment_id=f"OP-{request.source_id}", batch_id="B1", amount_fen=request.amount_fen
            )
        )


@dataclass(frozen=True, slots=True)
class World:
    """Stubs of capitation, the database behind it, and what stands beside it."""

    roster: Any
    capitation: Any
    benefit: Any
    visits: Any
    stays: Any
    community: Any
    results: Any
    registry: Any
    plans: Plans
    books: Books
    database: Database
    target: str

    async def register(self, code: str, level: int, since: date, community: str = "", **more: Any) -> None:
        """Registers an institution from a day on."""
        lead = more.pop("lead", False)
        role = institutions_pb2.COMMUNITY_ROLE_LEAD if lead else institutions_pb2.COMMUNITY_ROLE_MEMBER
        pool = more.pop("pool", POOL)
        await self.registry.PutInstitution(
            institutions_pb2.PutInstitutionRequest(
                request_id=fresh(),
                institution=institutions_pb2.Institution(
                    code=code, name=f"机构{code}",
                    kind=institutions_pb2.INSTITUTION_KIND_HOSPITAL, level=level,
                    pool=pool, area=pool, community=community,
                    community_role=role if community else institutions_pb2.COMMUNITY_ROLE_UNSPECIFIED,
                    agreement=institutions_pb2.AGREEMENT_STATE_ACTIVE, since=date_to_pb(since),
                ),
            )
        )  # fmt: skip


@contextlib.asynccontextmanager
async def world(migrated_db: Any) -> AsyncIterator[World]:
    """Everything served, the worker at work; drained at the end, also when it does not come up."""
    async with contextlib.AsyncExitStack() as held:
        databases = {name: Database(migrated_db.url(name)) for name in ("rulebook", "capitation")}
        for database in databases.values():
            held.push_async_callback(database.close)
            await database.open()
        add: list[Any] = rulebook_servicers(Shelf(chspay_policy.ROOT), knowledge())
        to_rulebook = await _served(held, add, databases["rulebook"])
        plans, books = Plans(), Books()
        beside: list[Any] = [
            (plan_pb2_grpc.add_PlanServiceServicer_to_server, plans, "chspay.budget.v1.PlanService"),
            (
                others_pb2_grpc.add_OtherPaymentServiceServicer_to_server,
                books,
                "chspay.settlement.v1.OtherPaymentService",
            ),
        ]
        to_beside = await _served(held, beside, databases["capitation"])
        built = build(databases["capitation"], to_rulebook[0], to_beside[0], to_beside[0])
        channel, target = await _served(held, built.servicers, databases["capitation"])
        work = asyncio.create_task(built.worker.work())
        held.callback(work.cancel)
        stubs = (roster_pb2_grpc.RosterServiceStub, capitation_pb2_grpc.CapitationServiceStub,
                 benefit_pb2_grpc.BenefitServiceStub, visits_pb2_grpc.VisitServiceStub,
                 stays_pb2_grpc.StayServiceStub, community_pb2_grpc.CommunityServiceStub,
                 results_pb2_grpc.ResultServiceStub)  # fmt: skip
        made = (stub(channel) for stub in stubs)
        registry = institutions_pb2_grpc.InstitutionServiceStub(to_rulebook[0])
        yield World(*made, registry, plans, books, databases["capitation"], target)


async def _served(held: contextlib.AsyncExitStack, add: list[Any], database: Database) -> tuple[Channel, str]:
    """A server that is drained at the end whatever comes after it, and a channel to it."""
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database)
    target = f"127.0.0.1:{await server.start()}"
    held.push_async_callback(server.drain, 1)
    channel = Channel(target, KEY)
    held.push_async_callback(channel.close)
    return channel, target


def fresh() -> str:
    """A request id nobody used."""
    return uuid.uuid4().hex


async def refused(call: Any) -> str:
    """The reason a call is refused with."""
    try:
        await call
    except Fault as fault:
        return fault.reason.code
    raise AssertionError("was not refused")


def parquet(batch: pa.RecordBatch) -> bytes:
    """The rows as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch]), sink)
    return sink.getvalue()


def arrow(batch: pa.RecordBatch) -> bytes:
    """The rows as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def text(batch: pa.RecordBatch) -> bytes:
    """The rows as CSV."""
    sink = io.BytesIO()
    pacsv.write_csv(pa.Table.from_batches([batch]), sink)
    return sink.getvalue()


async def start_roster(here: World) -> str:
    """A new roster."""
    answer = await here.roster.StartRoster(
        roster_pb2.StartRosterRequest(request_id=fresh(), pool=POOL, as_of=date_to_pb(date(2026, 12, 31)))
    )
    return str(answer.roster.roster_id)


async def put(here: World, roster_id: str, number: int, content: bytes) -> Any:
    """One part of a roster."""
    return await here.roster.PutRosterPart(
        roster_pb2.PutRosterPartRequest(
            request_id=fresh(), roster_id=roster_id, part_no=number, content=content
        )
    )


async def close(here: World, roster_id: str, parts: int) -> Any:
    """Closes a roster and waits for its check."""
    await here.roster.CloseRoster(
        roster_pb2.CloseRosterRequest(request_id=fresh(), roster_id=roster_id, parts=parts)
    )
    while True:
        found = (await here.roster.GetRoster(roster_pb2.GetRosterRequest(roster_id=roster_id))).roster
        if found.state != roster_pb2.ROSTER_STATE_CHECKING:
            return found
        await asyncio.sleep(0.05)


async def loaded(here: World, *parts: bytes) -> str:
    """A loaded roster of these parts."""
    roster_id = await start_roster(here)
    for number, part in enumerate(parts):
        await put(here, roster_id, number, part)
    found = await close(here, roster_id, len(parts))
    assert found.state == roster_pb2.ROSTER_STATE_LOADED, found
    return roster_id


async def put_catchment(here: World, *more: Entry) -> Any:
    """The catchment of the tests as a new version, with ``more`` lines."""
    request = capitation_pb2.PutCatchmentRequest(request_id=fresh(), pool=POOL, document="联席〔2025〕6号")
    for entry in (*CATCHMENT, *more):
        added = request.entries.add(
            kind=entry.kind, code=entry.code, community=entry.community, since=date_to_pb(entry.since)
        )
        if entry.until is not None:
            added.until.CopyFrom(date_to_pb(entry.until))
    return (await here.capitation.PutCatchment(request)).catchment


async def attributed(here: World, roster_id: str, **more: Any) -> Any:
    """An attribution of the whole year, waited for."""
    request = capitation_pb2.StartAttributionRequest(
        request_id=fresh(), pool=POOL, roster_id=roster_id, since=SINCE, until=UNTIL, **more
    )
    name = (await here.capitation.StartAttribution(request)).attribution.attribution_id
    while True:
        found = await here.capitation.GetAttribution(
            capitation_pb2.GetAttributionRequest(attribution_id=name)
        )
        if found.attribution.state != capitation_pb2.ATTRIBUTION_STATE_RUNNING:
            return found
        await asyncio.sleep(0.05)


async def quotas(here: World, attribution_id: str) -> dict[tuple[str, str], Any]:
    """Quotas by community and insurance."""
    found = await here.capitation.ListQuotas(capitation_pb2.ListQuotasRequest(attribution_id=attribution_id))
    return {(row.community, row.insurance_type): row for row in found.quotas}
