"""The dispute service behind a real channel with a pool of experts, and cases that wait for a panel."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import chspay_policy
from chspay.dispute.v1 import experts_pb2 as pb
from chspay.dispute.v1 import experts_pb2_grpc
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_core.errors import Fault
from chspay_dispute.app import shelf
from chspay_dispute.app.cases.filing import plain_facts
from chspay_dispute.engine.cases.facts import Facts
from chspay_dispute.engine.experts.stream import commitment
from chspay_dispute.main import Built, build
from chspay_dispute.store import cases as case_store
from chspay_dispute.store.cases import StoredCase
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import Database, current_connection
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook import rpc as rulebook_rpc
from chspay_rulebook.app import Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
POOL = "990100"
HOSPITAL = "H990101X1"
SECRETARY = Claim("user:mi", "bureau", region="9901", duties=("secretary",))
SECRETARY_TWO = Claim("user:shu", "bureau", region="9901", duties=("secretary",))
AUDITOR = Claim("user:ji", "bureau", region="9901", duties=("audit",))
COUNTY = Claim("user:xian", "bureau", region="990101", duties=("handling",))
COUNTY_TWO = Claim("user:xian2", "bureau", region="990101", duties=("handling",))
CITY = Claim("user:shi", "bureau", region="9901", duties=("handling",))
CITY_TWO = Claim("user:shi2", "bureau", region="9901", duties=("handling",))
PROVINCE = Claim("user:sheng", "bureau", region="99", duties=("handling",))
FILER = Claim("user:yi", "hospital", institution=HOSPITAL, region="990101")
SYSTEM = service_claim("dispute")
SECRET_NAME = "演示第一人民医院"


def expert_claim(expert_id: str) -> Claim:
    """The claim of an expert."""
    return Claim(f"expert:{expert_id}", "expert")


@dataclass
class World:
    """Stubs of the dispute service, the database behind it, and the parts it was built from."""

    experts: Any
    draws: Any
    panels: Any
    cross: Any
    database: Database
    built: Built
    numbers: int = 0


@contextlib.asynccontextmanager
async def world(migrated_db: Any, settlement: Any = None) -> AsyncIterator[World]:
    """Everything served; drained at the end.

    :param settlement: what to add beside the rulebook that answers for settlement.
    """
    databases = {name: Database(migrated_db.url(name)) for name in ("rulebook", "dispute")}
    for database in databases.values():
        await database.open()
    rulebook = rulebook_rpc.RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    add: list[Any] = [
        (rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, rulebook, rulebook_rpc.SERVICE),
        *([settlement] if settlement else []),
    ]
    first = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=databases["rulebook"])
    beside = Channel(f"127.0.0.1:{await first.start()}", KEY)
    built = build(databases["dispute"], beside, beside, shelf.calendar())
    second = Server(built.servicers, listen="127.0.0.1:0", claim_key=KEY, database=databases["dispute"])
    channel = Channel(f"127.0.0.1:{await second.start()}", KEY)
    stubs: Any = experts_pb2_grpc
    try:
        yield World(
            stubs.ExpertServiceStub(channel),
            stubs.DrawServiceStub(channel),
            stubs.PanelServiceStub(channel),
            stubs.CrossReviewServiceStub(channel),
            databases["dispute"],
            built,
        )
    finally:
        for each in (channel, beside):
            await each.close()
        for server in (second, first):
            await server.drain(1)
        for database in databases.values():
            await database.close()


def fresh() -> str:
    """A request id nobody used."""
    return uuid.uuid4().hex


async def refused(call: Any) -> str:
    """The reason code a call is refused with."""
    try:
        await call
    except Fault as fault:
        return fault.reason.code
    raise AssertionError("the call was not refused")


def expert(number: int, role: str, **more: Any) -> pb.Expert:
    """A recommendation of an invented person."""
    values = {
        "pool": POOL,
        "name": f"专家{number}",
        "title": "主任医师",
        "institution": f"H99{number % 6}",
        "level": 1 + number % 3,
        "roles": [role],
        "specialties": ["MDC:F"] if role == "clinical" else [],
        "term_since": date_to_pb(date(2026, 1, 1)),
        "term_until": date_to_pb(date(2036, 1, 1)),
        "trained_until": date_to_pb(date(2036, 1, 1)),
    }
    return pb.Expert(**values | more)


async def member(here: World, number: int, role: str, **more: Any) -> str:
    """A confirmed expert; his id."""
    with use_claim(SECRETARY_TWO):
        asked = pb.RecommendExpertRequest(request_id=fresh(), expert=expert(number, role, **more))
        expert_id = (await here.experts.RecommendExpert(asked)).expert.expert_id
    with use_claim(SECRETARY):
        confirm = pb.SetStandingRequest(
            request_id=fresh(), expert_id=expert_id, event="confirm", reason="审核合格"
        )
        await here.experts.SetStanding(confirm)
    return expert_id


async def pool(here: World, each: int = 5) -> list[str]:
    """Clinicians, coders and insurance people, so many of each."""
    roles = ("clinical", "coding", "insurance")
    return [await member(here, number, roles[number % 3]) for number in range(3 * each)]


async def waiting_case(here: World, **more: Any) -> str:
    """A case that was filed, accepted, opined on and sent to a panel."""
    here.numbers += 1
    case_no = f"DC-T{here.numbers:04d}"
    facts = Facts(
        list_id=f"list-{here.numbers}", case_id=f"L{here.numbers}", hospital_code=HOSPITAL, pool=POOL,
        region_code="990101", admission=date(2026, 1, 2), discharge=date(2026, 3, 13), los_days=70,
        cost_fen=9_000_000, diagnoses=("I21.0",), procedures=("36.0600",), hospital_name=SECRET_NAME,
        community="C1", mdc="MDCF", drg="FM11", month="2026-03", settled=True, method="drg",
        points=Decimal("150"), paid_fen=3_000_000, group_mean_fen=2_500_000, city_mean_fen=1_200_000,
        value_fen=100, value_micro=1_000_000,
    )  # fmt: skip
    content = {"facts": plain_facts(facts), "criteria": [], "stated": {"items": []}}
    values: dict[str, Any] = dict.fromkeys(StoredCase.__dataclass_fields__, "") | {
        "case_no": case_no, "type": "T1", "hospital_code": HOSPITAL, "region_code": "990101", "pool": POOL,
        "list_id": f"list-{here.numbers}", "cycle": "2026Q1", "year": "2026", "method": "drg", "drg": "FM11",
        "cost_fen": 9_000_000, "disputed_fen": 0, "content": content, "worksheet": {}, "new_tech": False,
        "reason": f"{SECRET_NAME}收治的危重患者，住院号20260012345，费用高。", "lacking": [],
        "standing": True,
        "supplements": 0, "quota_taken": False, "swapped": False, "filed_day": date(2026, 4, 7),
    } | more  # fmt: skip
    with use_claim(SYSTEM):
        async with here.database.unit(SYSTEM):
            await case_store.put(await current_connection(), StoredCase(**values))
            place = (HOSPITAL, "990101", POOL)
            await here.built.moves.open(
                await current_connection(), "case", case_no, place, FILER, {},
                days={"apply_window_wd": date(2026, 12, 31)},
            )  # fmt: skip
    for event, claim in (
        ("submit", FILER),
        ("accept", COUNTY),
        ("county_opinion", COUNTY_TWO),
        ("smart_audit_pass", SYSTEM),
        ("to_panel", CITY),
    ):
        await step(here, case_no, event, claim)
    return case_no


async def step(here: World, case_no: str, event: str, claim: Claim, **details: Any) -> str:
    """A step of the case with every guard found to hold; the state it leads to."""
    async with here.database.unit(SYSTEM):
        connection = await current_connection()
        moves = here.built.moves
        row = await moves.locked(connection, "case", case_no)
        guards = dict.fromkeys(moves.machines["case"].transition(row.state, event).guards, True)
        with use_claim(claim):
            now = await moves.move(connection, "case", case_no, event, claim, guards, details)
    return now.state


async def state_of(here: World, case_no: str) -> str:
    """Where a case stands."""
    async with here.database.unit(SYSTEM):
        row = await here.built.moves.locked(await current_connection(), "case", case_no)
        return row.state


async def drawn(here: World, *case_nos: str) -> tuple[pb.PanelBatch, str]:
    """A batch of these cases, drawn; and its secret."""
    secret = uuid.uuid4().hex * 2
    at = datetime.now(UTC) + timedelta(seconds=2)
    with use_claim(SECRETARY):
        asked = pb.OpenBatchRequest(
            request_id=fresh(), pool=POOL, commitment=commitment(secret), beacon_source="演示公开信标第1期"
        )
        asked.beacon_at.FromDatetime(at)
        batch = (await here.draws.OpenBatch(asked)).batch
        closing = pb.CloseBatchRequest(request_id=fresh(), batch_id=batch.batch_id, case_nos=case_nos)
        await here.draws.CloseBatch(closing)
        await until(at)
        last = pb.DrawBatchRequest(
            request_id=fresh(), batch_id=batch.batch_id, secret=secret, beacon="03 11 17 20 28 31"
        )
        return (await here.draws.DrawBatch(last)).batch, secret


async def until(at: datetime) -> None:
    """Waits until an instant has passed: the beacon speaks."""
    await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0) + 0.05)


async def sitting(here: World, panel_id: str) -> list[pb.PanelSeat]:
    """Who sits, as the secretary sees it."""
    with use_claim(SECRETARY):
        return list((await here.panels.GetPanel(pb.GetPanelRequest(panel_id=panel_id))).panel.seats)


async def declared(here: World, panel_id: str) -> list[str]:
    """Every member has declared, and the panel is seated; their expert ids."""
    members = [seat.expert_id for seat in await sitting(here, panel_id)]
    for one in members:
        await declare(here, panel_id, one)
    with use_claim(SECRETARY):
        await here.panels.SeatPanel(pb.SeatPanelRequest(request_id=fresh(), panel_id=panel_id))
    return members


async def declare(here: World, panel_id: str, expert_id: str) -> None:
    """One member declares."""
    with use_claim(expert_claim(expert_id)):
        asked = pb.DeclareRequest(request_id=fresh(), panel_id=panel_id, no_conflict=True, confidential=True)
        await here.panels.Declare(asked)


def sheet(level: int = 80, **more: Any) -> pb.Sheet:
    """A score sheet."""
    values = {
        "necessity": level, "reasonableness": level, "complexity": level, "coding": level,
        "conclusion": "ITEM", "confidence": 4, "reason": "病情复杂，费用合理",
    }  # fmt: skip
    return pb.Sheet(**values | more)


async def score(here: World, panel_id: str, expert_id: str, level: int = 80) -> pb.Review:
    """One member's sheet."""
    with use_claim(expert_claim(expert_id)):
        asked = pb.SubmitSheetRequest(request_id=fresh(), panel_id=panel_id, sheet=sheet(level))
        return (await here.panels.SubmitSheet(asked)).review


async def opine(here: World, panel_id: str, expert_id: str, **more: Any) -> pb.PanelOpinion:
    """The panel's opinion."""
    values = {
        "outcome": "ITEM", "reasons": "费用高于病组均费且合理，扣除一项超量用药", "cites": ["浙江特例单议"],
        "reason_code": "HIGH_COST",
        "avoidable": [pb.AvoidableItem(item="白蛋白", amount_fen=120_000, reason="超量")],
    }  # fmt: skip
    with use_claim(expert_claim(expert_id)):
        opinion = pb.PanelOpinion(**values | more)
        asked = pb.ProposeOpinionRequest(request_id=fresh(), panel_id=panel_id, opinion=opinion)
        return (await here.panels.ProposeOpinion(asked)).opinion


async def vote(here: World, panel_id: str, expert_id: str, word: str, key: Any = None) -> pb.Panel:
    """One member's vote, signed where a key is given."""
    with use_claim(expert_claim(expert_id)):
        prepared = await here.panels.PrepareVote(pb.PrepareVoteRequest(panel_id=panel_id, vote=word))
        signature = key.sign_raw(prepared.digest.encode()).hex() if key else ""
        asked = pb.VoteOnPanelRequest(
            request_id=fresh(), panel_id=panel_id, vote=word, digest=prepared.digest, signature=signature
        )
        return (await here.panels.VoteOnPanel(asked)).panel
