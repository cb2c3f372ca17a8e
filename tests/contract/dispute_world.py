"""The dispute service behind a real channel: a real rulebook and PostgreSQL, settlement told by the test."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from google.type import decimal_pb2

import chspay_policy
from chspay.dispute.v1 import cases_pb2, cases_pb2_grpc, machines_pb2_grpc
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay.settlement.v1 import disputable_pb2, disputable_pb2_grpc
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.clocks import BEIJING
from chspay_dispute.app.shelf import calendar
from chspay_dispute.main import Built, build
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook import rpc as rulebook_rpc
from chspay_rulebook.app import Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
POOL, COUNTY, OTHER_COUNTY = "990100", "990101", "990102"
HOSPITAL = Claim("key-H1", "hospital", institution="H1", region="990101")
NEIGHBOUR = Claim("key-H2", "hospital", institution="H2", region="990101")
ACCEPTOR, REVIEWER = (Claim(f"user-county-{n}", "bureau", region=COUNTY, duties=("handling",)) for n in "ab")
OTHER = Claim("user-county-x", "bureau", region=OTHER_COUNTY, duties=("handling",))
CITY, CITY_TWO = (Claim(f"user-city-{n}", "bureau", region="9901", duties=("handling",)) for n in "ab")
CLEARING = Claim("user-clearing", "bureau", region="9901", duties=("clearing",))
AUDIT = Claim("user-audit", "bureau", region="9901", duties=("audit",))
SECRETARY = Claim("user-secretary", "bureau", region="9901", duties=("secretary",))
LIST_GONE = Reason("TEST_LIST_GONE", Kind.NOT_FOUND, "没有清单{value}。")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def facts(list_id: str = "L1", hospital: str = "H1", **more: Any) -> Any:
    """A list as settlement tells it: dear, long and settled, unless told otherwise."""
    values: dict[str, Any] = {
        "list_id": list_id, "version": 1, "hospital_code": hospital, "case_id": f"C-{list_id}",
        "hospital_name": f"演示{hospital}", "pool": POOL, "region_code": COUNTY,
        "admission": date_to_pb(date(2026, 1, 5)), "discharge": date_to_pb(date(2026, 2, 20)), "los_days": 46,
        "cost_fen": 30_000_000, "patient_fen": 3_000_000, "status": "grouped", "mdc": "MDCB", "drg": "BB15",
        "quality_checked": True, "month": "2026-02", "settled": True, "run_id": "MR-1",
        "settled_on": date_to_pb(date(2026, 3, 20)), "method": 1, "settled_drg": "BB15",
        "points": decimal_pb2.Decimal(value="250"), "fund_fen": 4_000_000, "paid_fen": 5_000_000,
        "group_mean_fen": 5_000_000, "city_mean_fen": 1_200_000, "value_fen": 500_000_000,
        "value_micro": 50_000_000_000, "diagnoses": ["I61.0"], "procedures": ["01.24"],
        "ref": f"run/MR-1/case/C-{list_id}/fund", "statement_digest": "0" * 64,
    }  # fmt: skip
    return disputable_pb2.CaseFacts(**values | more)


class SettlementTold(disputable_pb2_grpc.DisputableServiceServicer):
    """Settlement as far as disputes ask it."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.lists: dict[str, Any] = {}
        self.by_group, self.own = 2000, {"H1": 1000, "H2": 1000}
        self.year = disputable_pb2.POOL_STATE_OPEN

    async def GetCaseFacts(self, request: Any, _context: Any) -> Any:
        found = self.lists.get(request.list_id)
        if found is None:
            raise Fault(LIST_GONE, value=request.list_id)
        return disputable_pb2.GetCaseFactsResponse(facts=found)

    async def CountDischarges(self, _request: Any, _context: Any) -> Any:
        rows = [
            disputable_pb2.HospitalDischarges(hospital_code=code, discharges=count, by_group=count)
            for code, count in self.own.items()
        ]
        return disputable_pb2.CountDischargesResponse(
            discharges=self.by_group, by_group=self.by_group, hospitals=rows
        )

    async def GetPoolState(self, _request: Any, _context: Any) -> Any:
        return disputable_pb2.GetPoolStateResponse(state=self.year)


@dataclass
class Clock:
    """The instant it is, moved by the test; noon of a legal day."""

    at: datetime = field(default_factory=lambda: datetime(2026, 4, 1, 12, tzinfo=BEIJING))

    def set(self, day: str, hour: int = 12) -> None:
        """Noon of a day."""
        self.at = datetime.combine(date.fromisoformat(day), datetime.min.time(), BEIJING) + timedelta(
            hours=hour
        )

    def __call__(self) -> datetime:
        return self.at


@dataclass
class World:
    """The service, its neighbours and its clock."""

    cases: Any
    machines: Any
    channel: Channel
    database: Database
    settlement: SettlementTold
    clock: Clock
    built: Built
    target: str
    admin_url: str
    #: Where the rulebook and settlement answer, for a scheduler in a process of its own.
    neighbours: tuple[str, str]

    async def tick(self) -> int:
        """Attends to what has run out; how many clocks that were."""
        return await self.built.scheduler.once()

    async def ask(self, claim: Claim, method: str, **fields: Any) -> Any:
        """One call; a request id is made for a write."""
        kind = getattr(cases_pb2, f"{method}Request")
        if "request_id" in kind.DESCRIPTOR.fields_by_name:
            fields.setdefault("request_id", uuid.uuid4().hex)
        with use_claim(claim):
            return await getattr(self.cases, method)(kind(**fields))

    async def act(self, claim: Claim, case_no: str, event: str, **fields: Any) -> Any:
        """One step; the case afterwards."""
        return (await self.ask(claim, "ActOnCase", case_no=case_no, event=event, **fields)).case

    async def filed(self, list_id: str = "L1", claim: Claim = HOSPITAL, **more: Any) -> Any:
        """A draft of a special case with its paper."""
        self.settlement.lists.setdefault(list_id, facts(list_id, claim.institution))
        asked = {
            "type": cases_pb2.CASE_TYPE_SPECIAL_REVIEW,
            "list_id": list_id,
            "reason": "危重，费用高",
        } | more
        case = (await self.ask(claim, "FileCase", **asked)).case
        await self.ask(
            claim, "AttachFile", case_no=case.case_no, kind="reason", file_name="说明.pdf", content=PDF
        )
        return case

    async def submitted(self, list_id: str = "L1", claim: Claim = HOSPITAL, **more: Any) -> Any:
        """A case that was handed in."""
        case = await self.filed(list_id, claim, **more)
        return await self.act(claim, case.case_no, "submit", confirmed_digest=case.content_digest)

    async def in_city(self, list_id: str = "L1", **more: Any) -> Any:
        """A case the county has done its part of."""
        case = await self.submitted(list_id, **more)
        case = await self.accepted(case.case_no)
        await self.act(REVIEWER, case.case_no, "county_opinion", opinion="support", reason="情况属实")
        self.clock.at += timedelta(hours=25)
        await self.tick()
        return (await self.ask(CITY, "GetCase", case_no=case.case_no)).case

    async def accepted(self, case_no: str) -> Any:
        """A case the county has accepted."""
        checked = ["subject", "materials", "period"]
        return await self.act(ACCEPTOR, case_no, "accept", checked=checked, unrelated=True)


async def refused(call: Any) -> str:
    """The reason a call is refused with."""
    try:
        await call
    except Fault as fault:
        return fault.reason.code
    raise AssertionError("was not refused")


@contextlib.asynccontextmanager
async def world(migrated_db: Any) -> AsyncIterator[World]:
    """Everything served; drained at the end."""
    databases = {name: Database(migrated_db.url(name), max_size=6) for name in ("rulebook", "dispute")}
    for database in databases.values():
        await database.open()
    told, clock = SettlementTold(), Clock()
    rulebook = rulebook_rpc.RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    first = Server(
        [(rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, rulebook, rulebook_rpc.SERVICE)],
        listen="127.0.0.1:0", claim_key=KEY, database=databases["rulebook"],
    )  # fmt: skip
    second = Server(
        [(disputable_pb2_grpc.add_DisputableServiceServicer_to_server, told,
          "chspay.settlement.v1.DisputableService")],
        listen="127.0.0.1:0", claim_key=KEY,
    )  # fmt: skip
    neighbours = (f"127.0.0.1:{await first.start()}", f"127.0.0.1:{await second.start()}")
    to_rulebook, to_settlement = (Channel(each, KEY) for each in neighbours)
    built = build(databases["dispute"], to_rulebook, to_settlement, calendar(), clock)
    third = Server(built.servicers, listen="127.0.0.1:0", claim_key=KEY, database=databases["dispute"])
    target = f"127.0.0.1:{await third.start()}"
    channel = Channel(target, KEY)
    try:
        yield World(
            cases_pb2_grpc.CaseServiceStub(channel), machines_pb2_grpc.MachineServiceStub(channel), channel,
            databases["dispute"], told, clock, built, target, migrated_db.admin_url, neighbours,
        )  # fmt: skip
    finally:
        await asyncio.gather(*(each.close() for each in (channel, to_rulebook, to_settlement)))
        for server in (third, second, first):
            await server.drain(1)
        for database in databases.values():
            await database.close()
