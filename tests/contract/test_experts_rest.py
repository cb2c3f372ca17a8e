"""The way of a panel over HTTP: every shape is filled by the real service behind it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import experts_world as ew
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from chspay_dispute.engine.experts.stream import commitment
from chspay_gateway import session
from chspay_gateway.rest import experts, experts_cross, experts_draws, experts_reviews
from chspay_kit.auth import Claim, act_as

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Desk:
    """Asks the rooms of the gateway as any claim."""

    def __init__(self, here: Any, client: httpx.AsyncClient) -> None:
        self.here, self.client = here, client
        self.claim = ew.SECRETARY

    async def ask(self, method: str, path: str, claim: Claim, body: Any = None) -> Any:
        self.claim = claim
        answer = await self.client.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(migrated_db) -> AsyncIterator[Desk]:
    async with ew.world(migrated_db) as here:
        here.ids = await ew.pool(here, 4)
        app = FastAPI()
        for room in (experts, experts_cross, experts_draws, experts_reviews):
            app.include_router(room.router)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            made = Desk(here, client)
            services = type("S", (), {"experts": here.experts, "draws": here.draws, "panels": here.panels,
                                      "cross_reviews": here.cross})  # fmt: skip

            async def reading() -> session.Session:
                act_as(made.claim)
                return session.Session(made.claim, services)

            async def writing() -> session.Writing:
                act_as(made.claim)
                return session.Writing(made.claim, services, request_id=uuid.uuid4().hex)

            app.dependency_overrides[session._session] = reading
            app.dependency_overrides[session.writing] = writing
            yield made


async def test_the_pool_over_http(desk):
    """Recommended, confirmed by another, tied, renewed, listed; and an expert reads himself."""
    body = experts.ExpertIn.model_config["json_schema_extra"]["examples"][0]
    made = await desk.ask("POST", "/experts", ew.SECRETARY_TWO, body)
    path = f"/experts/{made['expert_id']}"
    done = await desk.ask("POST", f"{path}/standing", ew.SECRETARY, {"event": "confirm", "reason": "合格"})
    assert (done["standing"], done["roles"], done["term_since"]) == ("confirmed", ["clinical"], "2026-01-01")
    me = ew.expert_claim(made["expert_id"])
    tied = await desk.ask("POST", "/experts/me/ties", me, {"kind": "kin", "target": "H9", "note": ""})
    assert tied["ties"] == [{"kind": "kin", "target": "H9", "note": ""}]
    job = {"institution": "H8", "since": "2019-01-01", "until": "2024-01-01"}
    worked = await desk.ask("POST", "/experts/me/employments", me, job)
    assert worked["employments"] == [job]
    longer = {"term_until": "2038-01-01", "trained_until": "2037-01-01", "reason": "续聘"}
    assert (await desk.ask("POST", f"{path}/renewal", ew.SECRETARY, longer))["term_until"] == "2038-01-01"
    assert (await desk.ask("GET", "/experts/me", me))["name"] == "王医师"
    listed = await desk.ask("GET", f"/experts?pool={ew.POOL}&page_size=100", ew.AUDITOR)
    assert len(listed["items"]) == 13
    await desk.ask("POST", f"{path}/standing", ew.SECRETARY, {"event": "remove", "reason": "演示结束"})


async def test_a_panel_over_http(desk):
    """From a waiting case to the vote: what pages and programs see at every step."""
    here = desk.here
    case_no, secret = await ew.waiting_case(here), "7b" * 32
    (one,) = (await desk.ask("GET", f"/draws/waiting?pool={ew.POOL}", ew.SECRETARY))["items"]
    assert (one["case_no"], one["stage"]) == (case_no, "first")
    at = datetime.now(UTC) + timedelta(seconds=2)
    opening = {"pool": ew.POOL, "commitment": commitment(secret), "beacon_source": "演示公开信标第4期",
               "beacon_at": at.isoformat()}  # fmt: skip
    batch = (await desk.ask("POST", "/draws", ew.SECRETARY, opening))["batch_id"]
    closed = await desk.ask("POST", f"/draws/{batch}/close", ew.SECRETARY, {"case_nos": [case_no]})
    assert closed["state"] == "closed"
    await ew.until(at)
    body = {"secret": secret, "beacon": "03 11 17"}
    (panel,) = (await desk.ask("POST", f"/draws/{batch}/draw", ew.SECRETARY, body))["panel_ids"]
    assert len((await desk.ask("GET", f"/draws/{batch}", ew.AUDITOR))["entry_nos"]) == 4
    assert [item["batch_id"] for item in (await desk.ask("GET", "/draws", ew.AUDITOR))["items"]] == [batch]
    members = [ew.expert_claim(seat.expert_id) for seat in await ew.sitting(here, panel)]
    yes = {"no_conflict": True, "confidential": True}
    for member in members:
        await desk.ask("POST", f"/reviews/{panel}/declaration", member, yes)
    assert (await desk.ask("POST", f"/panels/{panel}/seat", ew.SECRETARY))["state"] == "scoring"
    for member in members:
        await desk.ask("POST", f"/reviews/{panel}/sheet", member, _example(experts_reviews.SheetShape))
    detail = await desk.ask("GET", f"/reviews/{panel}", members[0])
    assert detail["own"]["avoidable"] == [{"item": "人血白蛋白", "amount": "1200.00", "reason": "超量使用"}]
    assert len(detail["sheets"]) == 3
    opinion = _example(experts_reviews.OpinionIn)
    assert (await desk.ask("POST", f"/reviews/{panel}/opinion", members[0], opinion))["restored"] == "0.00"
    for member in members:
        ballot = await desk.ask("GET", f"/reviews/{panel}/ballot?vote=yes", member)
        assert ballot["signature_needed"] is False
        vote = {"vote": "yes", "digest": ballot["digest"]}
        last = await desk.ask("POST", f"/reviews/{panel}/vote", member, vote)
    assert (last["state"], last["outcome"], last["yes"], last["case_no"]) == ("concluded", "ITEM", 3, "")
    whole = await desk.ask("GET", f"/panels/{panel}", ew.AUDITOR)
    assert (whole["case_no"], whole["spread"]) == (case_no, "0")
    assert len((await desk.ask("GET", "/panels", ew.SECRETARY))["items"]) == 1
    rows = (await desk.ask("GET", f"/panels/quality?pool={ew.POOL}", ew.SECRETARY))["items"]
    assert {tuple(row["disagreeing"].values()) for row in rows} == {(0, 1)}
    checked = await desk.ask("GET", f"/draws/{batch}/verification", ew.FILER)
    assert (checked["step"], checked["findings"]) == ("drawn", [])
    assert (await desk.ask("GET", "/reviews", members[0]))["items"][0]["voted"] is True
    assert (await desk.ask("GET", "/reviews/rounds", ew.SECRETARY))["items"] == []
    assert (await desk.ask("GET", "/reviews/cross", members[0]))["items"] == []


def _example(shape: Any) -> Any:
    return shape.model_config["json_schema_extra"]["examples"][0]
