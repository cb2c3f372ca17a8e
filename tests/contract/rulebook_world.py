"""The whole rulebook over a real channel, as several persons, on a day that the test chooses."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

from google.type import date_pb2

import chspay_policy
from chspay.rulebook.v1 import amendments_pb2 as am
from chspay.rulebook.v1 import (
    amendments_pb2_grpc,
    decisions_pb2_grpc,
    institutions_pb2_grpc,
    rulebook_pb2_grpc,
)
from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay_cli.engines import knowledge
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook import rpc, rpc_amendments, rpc_decisions, rpc_institutions
from chspay_rulebook.app import Amendments, Decisions, Institutions, Rulebook
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
TODAY = date(2026, 11, 21)
AUTHOR, REVIEWER, APPROVER, FOURTH = (
    Claim(name, "bureau", region="9901") for name in ("author", "reviewer", "approver", "fourth")
)
ELSEWHERE = Claim("elsewhere", "bureau", region="9902")
PROVINCE = Claim("province", "bureau", region="99")
HOSPITAL = Claim("hospital", "hospital", institution="H99010100001")

_numbers = itertools.count(1)

TEXT = """\
amendment: {id}
place: "{place}"
title: 关于调整月度预付比例的决定
decision: 联席会议纪要〔2026〕1号
decided_by: 演示市医保结算联席会议
decided: 2026-11-20
documents:
  {id}-minutes:
    title: 医保结算联席会议纪要
    number: 纪要〔2026〕1号
    issuer: 演示市医保结算联席会议（虚构）
    issued: 2026-11-20
    standing: demo
    articles: [第一条]
rules:
  prepay.share:
    label: 月度预付比例
    unit: ratio
    rules:
      - {{since: {since}, value: {value}, cite: {id}-minutes#第一条, evidence: demo{more}}}
"""


def text(
    name: str, since: str = "2027-01-01", value: str = "0.96", place: str = "990100", more: str = ""
) -> str:
    """An amendment of the share paid each month."""
    return TEXT.format(id=name, since=since, value=value, place=place, more=more)


def resolve(place: str) -> pb.ResolveBundleRequest:
    """Asks for the bundle of a place."""
    return pb.ResolveBundleRequest(place=place, on=date_pb2.Date(year=2026, month=1, day=1))


def request_id() -> str:
    """One never used before."""
    return f"r{next(_numbers)}"


class World:
    """Stubs of the services, and who speaks."""

    def __init__(self, channel: Channel, url: str) -> None:
        self.target = channel.target
        self.url = url
        self.law: Any = rulebook_pb2_grpc.RulebookServiceStub(channel)
        self.amendments: Any = amendments_pb2_grpc.AmendmentServiceStub(channel)
        self.institutions: Any = institutions_pb2_grpc.InstitutionServiceStub(channel)
        self.decisions: Any = decisions_pb2_grpc.DecisionServiceStub(channel)

    async def draft(self, content: str, who: Claim = AUTHOR) -> Any:
        """Files an amendment."""
        with use_claim(who):
            return await self.amendments.DraftAmendment(
                am.DraftAmendmentRequest(request_id=request_id(), content=content)
            )

    async def step(self, verb: str, name: str, who: Claim) -> Any:
        """``Review``, ``Approve``, ``Publish`` or ``Withdraw``."""
        message = getattr(am, f"{verb}AmendmentRequest")(request_id=request_id(), id=name, note="同意")
        with use_claim(who):
            return await getattr(self.amendments, f"{verb}Amendment")(message)

    async def publish(self, content: str) -> Any:
        """An amendment through all its steps."""
        name = content.partition("\n")[0].removeprefix("amendment: ")
        await self.draft(content)
        await self.step("Review", name, REVIEWER)
        await self.step("Approve", name, APPROVER)
        return await self.step("Publish", name, FOURTH)


@contextlib.asynccontextmanager
async def world(url: str, root: Path = chspay_policy.ROOT, today: date = TODAY) -> AsyncIterator[World]:
    """The rulebook over ``root``, served on a free port."""
    database = Database(url)
    await database.open()
    shelf = Shelf(root)
    amendments = Amendments(shelf, knowledge(), lambda: today)
    add = [
        (
            rulebook_pb2_grpc.add_RulebookServiceServicer_to_server,
            rpc.RulebookServicer(Rulebook(shelf)),
            rpc.SERVICE,
        ),
        (
            amendments_pb2_grpc.add_AmendmentServiceServicer_to_server,
            rpc_amendments.AmendmentServicer(amendments),
            rpc_amendments.SERVICE,
        ),
        (
            institutions_pb2_grpc.add_InstitutionServiceServicer_to_server,
            rpc_institutions.InstitutionServicer(Institutions()),
            rpc_institutions.SERVICE,
        ),
        (
            decisions_pb2_grpc.add_DecisionServiceServicer_to_server,
            rpc_decisions.DecisionServicer(Decisions(lambda: today)),
            rpc_decisions.SERVICE,
        ),
    ]
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database)
    port = await server.start()
    channel = Channel(f"127.0.0.1:{port}", KEY)
    try:
        with use_claim(AUTHOR):
            yield World(channel, url)
    finally:
        await channel.close()
        await server.drain(1)
        await database.close()
