"""Dispute, settlement and the rulebook together over real channels, on a day that the test moves."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import around_month as am
import rulebook_world as rw
import settlement_world as sw

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay.dispute.v1 import negotiation_pb2_grpc, opinions_pb2_grpc
from chspay_dispute.app import shelf
from chspay_dispute.engine.negotiation.ballot import attendance_text
from chspay_dispute.main import Built, build
from chspay_dispute.store.experts import pool as experts
from chspay_dispute.store.experts.pool import StoredExpert
from chspay_dispute.store.negotiation import topics
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.sm2 import Sm2Key
from chspay_settlement.main import build as build_settlement

CITY, SECOND, THIRD = (
    Claim(f"user:city-{number}", "bureau", region="9901", duties=("handling",)) for number in (1, 2, 3)
)
ADMIN = Claim("user:admin", "bureau", region="9901", duties=("administration",))
SECOND_ADMIN = Claim("user:admin-2", "bureau", region="9901", duties=("administration",))
PROVINCE = Claim("user:province", "bureau", region="99", duties=("handling",))
ELSEWHERE = Claim("user:elsewhere", "bureau", region="9902", duties=("handling",))
EXPERTS = {
    Claim(f"expert:{field}", "expert"): field for field in ("clinical", "statistics", "coding", "management")
}
STRANGER = Claim("expert:stranger", "expert")
#: The rulebook's day: after every decision here, before the first day of what is decided.
LAW_DAY, EFFECTIVE = date(2026, 5, 29), date(2026, 6, 1)
KEYS = {name: Sm2Key.generate() for name in ("h1", "h2", "h3", "b1", "b2", "b3")}
DELEGATES = {
    **{f"h{number}": sw.hospital_claim(f"H00{number}") for number in (1, 2, 3)},
    **{
        f"b{number}": Claim(f"user:seat-{number}", "bureau", region="9901", duties=("handling",))
        for number in (1, 2, 3)
    },
}
_numbers = itertools.count(1)


def request_id() -> str:
    """One never used before."""
    return f"n{next(_numbers)}"


def seats() -> list[pb.Seat]:
    """Three hospitals, one of each level, and three officers."""
    return [
        pb.Seat(
            delegate_id=name,
            side="hospital" if name.startswith("h") else "bureau",
            institution=f"H00{name[1]}" if name.startswith("h") else f"医保{name}",
            classes=[f"level{name[1]}"] if name.startswith("h") else [],
            subject=DELEGATES[name].subject,
            public_key=KEYS[name].public_hex(),
        )
        for name in KEYS
    ]


async def know_experts(database: Database, *more: StoredExpert) -> None:
    """The pool's list of experts: those of the panel, and whom else a test wants."""
    async with database.unit(service_claim("dispute")) as unit:
        connection = await unit.connection()
        for new in (*(expert(claim.subject) for claim in EXPERTS), *more):
            await experts.put(connection, new)


def expert(subject: str, **more: Any) -> StoredExpert:
    """A confirmed expert of a university, in term."""
    plain = StoredExpert(
        f"EX-{subject.removeprefix('expert:')}", subject, sw.POOL, sw.POOL, "专家", "教授", "UNI", 5, "", "",
        "", date(2026, 1, 1), date(2028, 1, 1), date(2027, 1, 1), "confirmed", "", "", "user:a", "user:b",
    )  # fmt: skip
    return replace(plain, **more)


class World:
    """Stubs, and shorthands for what rounds do again and again."""

    def __init__(self, channel: Channel, built: Built, settlement: sw.World, law: rw.World) -> None:
        self.stub: Any = negotiation_pb2_grpc.NegotiationServiceStub(channel)
        self.opinions: Any = opinions_pb2_grpc.OpinionServiceStub(channel)
        self.built, self.settlement, self.law = built, settlement, law
        self.database: Database
        self.day, self.effective = date(2026, 4, 7), EFFECTIVE

    def now(self) -> datetime:
        """Noon of the day."""
        return datetime.combine(self.day, time(4), UTC)

    async def act(self, who: Claim, topic_id: str, event: str, **more: Any) -> pb.Topic:
        """A step of the machine."""
        request = pb.ActOnTopicRequest(
            request_id=request_id(), topic_id=topic_id, event=event, **{"text": "说明", **more}
        )
        with use_claim(who):
            return (await self.stub.ActOnTopic(request)).topic

    async def open(self, who: Claim, kind: str, *groups: str) -> str:
        """A new topic; its number."""
        with use_claim(who):
            answer = await self.stub.OpenTopic(
                pb.OpenTopicRequest(
                    request_id=request_id(), pool=sw.POOL, kind=kind, title="调整差异系数",
                    statement="三级医院收治的重症较多，建议提高系数。", groups=groups,
                )
            )  # fmt: skip
        return str(answer.topic.topic_id)

    async def propose(self, who: Claim, topic_id: str, key: str, value: str, counters: int = 0) -> int:
        """A proposal of one rule; its number."""
        with use_claim(who):
            answer = await self.stub.FileProposal(
                pb.FileProposalRequest(
                    request_id=request_id(), topic_id=topic_id, title="关于调整差异系数的决定",
                    effective=date_to_pb(self.effective), counters=counters,
                    rules=[pb.ProposedRule(key=key, value_json=value)],
                )
            )  # fmt: skip
        return int(answer.proposal.number)

    async def paper(self, who: Claim, topic_id: str, kind: str, ref: int = 0, **more: Any) -> pb.Paper:
        """A comment, an answer, an examination."""
        with use_claim(who):
            answer = await self.stub.AddPaper(
                pb.AddPaperRequest(
                    request_id=request_id(), topic_id=topic_id, kind=kind, text="意见", ref=ref, **more
                )
            )
        return answer.paper

    async def topic(self, who: Claim, topic_id: str) -> pb.GetTopicResponse:
        """A topic as somebody sees it."""
        with use_claim(who):
            return await self.stub.GetTopic(pb.GetTopicRequest(topic_id=topic_id))

    async def sealed(self) -> None:
        """Waits until every proposal has been tried."""
        waiting = True
        while waiting:
            await self.built.topics.impacts.once()
            async with self.database.unit(service_claim("dispute")) as unit:
                waiting = bool(await topics.untried(await unit.connection(), 1))
            await asyncio.sleep(0.02)

    async def later(self, days: int) -> None:
        """Days pass, and what is due is done."""
        self.day += timedelta(days=days)
        await self.built.scheduler.once()

    async def attend(
        self, topic_id: str, *names: str, key: Sm2Key | None = None, who: Claim | None = None
    ) -> None:
        """Delegates confirm that they have come, each with the key of his seat."""
        papers = (await self.topic(CITY, topic_id)).papers
        round_ = 1 + sum(paper.kind == "vote" for paper in papers)
        for name in names:
            content = attendance_text(topic_id, round_, name, KEYS[name].public_hex())
            signature = (key or KEYS[name]).sign_raw(content)
            await self.act(who or DELEGATES[name], topic_id, "attend", signature=signature)

    async def counted(self, topic_id: str, round_: int = 1) -> dict[str, Any]:
        """A finished vote as the gateway tells it."""
        with use_claim(DELEGATES["h1"]):
            found = await self.stub.GetCount(pb.GetCountRequest(topic_id=topic_id, round=round_))
        names = ("round", "kind", "proposal_digest", "method", "count_json", "urn_digest")
        return {
            **{name: getattr(found, name) for name in names},
            "ballots": [
                {
                    "delegate_id": item.delegate_id, "public_key": item.public_key, "volume": item.volume,
                    "content": item.content.decode(), "signature": item.signature.hex(),
                }
                for item in found.ballots
            ],
            "openings": [
                {"choice": item.choice, "nonce": item.nonce, "commitment": item.commitment}
                for item in found.openings
            ],
        }  # fmt: skip

    async def vote(self, name: str, topic_id: str, choice: str, nonce: str = "") -> pb.CastBallotResponse:
        """A delegate reads his ballot, signs it and casts it."""
        with use_claim(DELEGATES[name]):
            ballot = await self.stub.GetBallot(
                pb.GetBallotRequest(topic_id=topic_id, choice=choice, nonce=nonce)
            )
            return await self.stub.CastBallot(
                pb.CastBallotRequest(
                    request_id=request_id(), topic_id=topic_id, choice=choice, nonce=nonce,
                    signature=KEYS[name].sign_raw(ballot.content),
                )
            )  # fmt: skip

    async def to_session(self, who: Claim, kind: str, key: str, value: str, run_id: str) -> tuple[str, int]:
        """A topic led to its session, with one tried proposal: topic and number of the proposal."""
        topic_id = await self.open(who, kind)
        panel = [pb.PanelMember(subject=claim.subject, field=field) for claim, field in EXPERTS.items()]
        await self.act(CITY, topic_id, "freeze", run_ids=[run_id], panel=panel)
        number = await self.propose(who, topic_id, key, value)
        await self.sealed()
        await self.act(CITY, topic_id, "simulate")
        await self.later(21)
        for claim in EXPERTS:
            await self.paper(claim, topic_id, "expert", no_conflict=True)
        await self.attend(topic_id, *KEYS)
        return topic_id, number


@contextlib.asynccontextmanager
async def world(settlement_url: str, rulebook_url: str, dispute_url: str) -> AsyncIterator[World]:
    """Three services in this process; three hospitals with a closed month."""
    database = Database(dispute_url, max_size=6)
    await database.open()
    async with (
        sw.opened(settlement_url) as opened,
        sw.neighbours(opened) as beside,
        rw.world(rulebook_url, today=LAW_DAY) as law,
    ):
        law_port = int(law.target.rsplit(":", 1)[1])
        grouper, rulebook, budget = (
            beside.channel(port) for port in (beside.ports["grouper"], law_port, beside.ports["budget"])
        )
        built = build_settlement(opened, grouper, rulebook, budget, sw.IDENTITY_KEY)
        port = await beside.serve_all(built.servicers, opened)
        for worker in built.workers:
            beside.stack.callback(asyncio.create_task(worker.work()).cancel)
        settlement = sw.World(beside.channel(port), opened, beside.servicers)
        found: list[World] = []

        def now() -> datetime:
            return found[0].now()

        dispute = build(database, rulebook, settlement.channel, shelf.calendar(), now)
        channel = beside.channel(await beside.serve_all(dispute.servicers, database))
        running = World(channel, dispute, settlement, law)
        running.database = database
        found.append(running)
        await know_experts(database)
        await am.hospitals(settlement)
        try:
            yield running
        finally:
            await database.close()
