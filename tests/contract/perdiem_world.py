"""The bed-day service behind a real channel, with a real rulebook beside it and a real PostgreSQL."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import chspay_policy
from chspay.perdiem.v1 import (
    assessments_pb2_grpc,
    perdiem_pb2,
    perdiem_pb2_grpc,
    pilots_pb2,
    pilots_pb2_grpc,
    records_pb2,
    records_pb2_grpc,
)
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit.auth import Claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_perdiem.clients import Rulebook as RulebookClient
from chspay_perdiem.main import build
from chspay_rulebook import rpc as rulebook_rpc
from chspay_rulebook.app import Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
BUREAU = Claim("bureau-a", "bureau", region="9901")
OTHER = Claim("bureau-b", "bureau", region="9901")
SETTLEMENT = Claim("settlement", "service", region="9901")
ELSEWHERE = Claim("bureau-c", "bureau", region="3301")
POOL, MONTH = "990100", "2026-03"


def hospital(code: str) -> Claim:
    """The claim of an institution of the pool."""
    return Claim(f"key-{code}", "hospital", institution=code, region="990101")


@dataclass(frozen=True, slots=True)
class World:
    """Stubs of the bed-day service and the database behind it."""

    perdiem: Any
    records: Any
    pilots: Any
    assessments: Any
    database: Database
    target: str


@contextlib.asynccontextmanager
async def world(migrated_db: Any) -> AsyncIterator[World]:
    """Everything served; drained at the end."""
    databases = {name: Database(migrated_db.url(name)) for name in ("rulebook", "perdiem")}
    for database in databases.values():
        await database.open()
    rulebook = rulebook_rpc.RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    add: list[Any] = [
        (rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, rulebook, rulebook_rpc.SERVICE)
    ]
    first = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["rulebook"])
    to_rulebook = Channel(f"127.0.0.1:{await first.start()}", KEY)
    second = Server(
        build(RulebookClient(to_rulebook)), listen="127.0.0.1:0", claim_key=KEY, database=databases["perdiem"]
    )
    target = f"127.0.0.1:{await second.start()}"
    channel = Channel(target, KEY)
    stubs = (perdiem_pb2_grpc.PerDiemServiceStub, records_pb2_grpc.StayRecordServiceStub,
             pilots_pb2_grpc.PilotServiceStub, assessments_pb2_grpc.AssessmentServiceStub)  # fmt: skip
    try:
        yield World(*(stub(channel) for stub in stubs), databases["perdiem"], target)
    finally:
        for each in (channel, to_rulebook):
            await each.close()
        for server in (second, first):
            await server.drain(1)
        for database in databases.values():
            await database.close()


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


def day(text: str) -> Any:
    """``2026-03-01`` as a message."""
    return date_to_pb(date.fromisoformat(text))


def stay(case_id: str, code: str, days: str, department: str = "A15", **more: Any) -> perdiem_pb2.Stay:
    """A stay of ``2026-03-01/2026-03-11`` at an institution; 10,000 yuan, 1,000 borne by the patient."""
    admission, discharge = days.split("/")
    facts = {"total_cost_fen": 1_000_000, "patient_paid_fen": 100_000, "level": 2, **more}
    return perdiem_pb2.Stay(
        case_id=case_id, hospital_code=code, department=department, admission=day(admission),
        discharge=day(discharge), **facts,
    )  # fmt: skip


async def member(here: World, code: str, category: str, since: str = "2020-01-01", until: str = "") -> Any:
    """A membership."""
    request = pilots_pb2.PutMembershipRequest(
        request_id=fresh(), pool=POOL, hospital_code=code, category=category, since=day(since),
        document="演示市〔2020〕7号",
    )  # fmt: skip
    if until:
        request.until.CopyFrom(day(until))
    return (await here.pilots.PutMembership(request)).membership


async def price(here: World, *stays: perdiem_pb2.Stay, month: str = MONTH, trial: bool = False) -> list[Any]:
    """The answers to stays."""
    answered = await here.perdiem.PriceStays(
        perdiem_pb2.PriceStaysRequest(request_id=fresh(), pool=POOL, month=month, stays=stays, trial=trial)
    )
    assert len(answered.policy_digest) == 64
    return list(answered.answers)


def confirmation(*pricing_ids: str, month: str = MONTH, run_id: str = "MR-1") -> Any:
    """A request that makes pricings final."""
    return perdiem_pb2.ConfirmPricingsRequest(
        request_id=fresh(), pool=POOL, month=month, run_id=run_id, pricing_ids=pricing_ids
    )


def record(number: str, code: str, case_id: str, kind: int, since: str, **more: Any) -> Any:
    """A request for a record of a stay."""
    until = more.pop("until", "")
    new = records_pb2.StayRecord(
        record_no=number, pool=POOL, hospital_code=code, case_id=case_id, kind=kind, since=day(since),
        document="病程记录", **more,
    )  # fmt: skip
    if until:
        new.until.CopyFrom(day(until))
    return records_pb2.PutStayRecordRequest(request_id=fresh(), record=new)
