"""Opinions are merged, answered and lead to topics; three upheld disputes open a topic by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import negotiation_world as nw
import pytest
import pytest_asyncio
import rulebook_world as rw
import settlement_world as sw

from chspay.dispute.v1 import negotiation_pb2
from chspay.dispute.v1 import opinions_pb2 as pb
from chspay_core.errors import Fault
from chspay_dispute.store.negotiation import opinions
from chspay_dispute.store.negotiation.opinions import StoredDecided
from chspay_kit.auth import service_claim, use_claim

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = "ES31组的权重偏低，抗感染药品费用上涨"
ADVICE = "建议按最近一年费用重新测算权重"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """A pool with three hospitals."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rw, "KEY", sw.KEY)
        async with nw.world(
            *(migrated_db.url(name) for name in ("settlement", "rulebook", "dispute"))
        ) as running:
            yield running


async def file(world, hospital: str, text: str = TEXT, **more) -> pb.Opinion:
    """An opinion of a hospital."""
    given = {"target_kind": "weight", "target": "ES31", "proposal": ADVICE, "cases": ["C1"], **more}
    with use_claim(sw.hospital_claim(hospital)):
        request = pb.FileOpinionRequest(request_id=nw.request_id(), pool=sw.POOL, text=text, **given)
        return (await world.opinions.FileOpinion(request)).opinion


async def listed(world, who) -> dict[str, pb.Opinion]:
    """What somebody sees, by number."""
    with use_claim(who):
        found = await world.opinions.ListOpinions(pb.ListOpinionsRequest(pool=sw.POOL))
    return {item.opinion_id: item for item in found.opinions}


async def test_what_hospitals_say_alike_is_answered_once_and_can_become_a_topic(world):
    """The author follows his own words; others see them when published, and no name that was masked."""
    first = await file(world, "H001", masked=True)
    second = await file(world, "H002", text="ES31 组权重偏低；抗感染药品的费用上涨。")
    other = await file(world, "H003", text="请公布历年均费和例数", proposal="按季公布")
    assert (first.lead_id, second.lead_id, other.lead_id) == (
        first.opinion_id, first.opinion_id, other.opinion_id,
    )  # fmt: skip
    assert (first.due.month, first.due.day) == (4, 28)
    assert first.hospital_code == "H001"
    assert set(await listed(world, sw.hospital_claim("H002"))) == {second.opinion_id}
    seen = await listed(world, nw.CITY)
    assert (seen[first.opinion_id].hospital_code, seen[first.opinion_id].alike) == ("", 2)
    assert await listed(world, nw.ELSEWHERE) == {}
    with use_claim(nw.CITY):
        answer = await world.opinions.AnswerOpinion(
            pb.AnswerOpinionRequest(
                request_id=nw.request_id(), opinion_id=second.opinion_id, outcome="trial",
                reason="费用变动超过两成，提交论证。", publish=True, topic_kind="weight",
            )
        )  # fmt: skip
    assert (answer.answered, answer.opinion.outcome) == (2, "trial")
    topic = (await world.topic(nw.DELEGATES["h3"], answer.opinion.topic_id)).topic
    assert (topic.kind, list(topic.groups), topic.origin, topic.state) == (
        "weight", ["ES31"], "opinion", "TOPIC_OPEN",
    )  # fmt: skip
    assert set(await listed(world, sw.hospital_claim("H003"))) == {
        first.opinion_id, second.opinion_id, other.opinion_id,
    }  # fmt: skip
    assert (await listed(world, sw.hospital_claim("H003")))[first.opinion_id].hospital_code == ""
    taken = await world.act(nw.SECOND, answer.opinion.topic_id, "propose")
    assert taken.state == "EVIDENCE"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"cases": []}, "OPINION_CASES"),
        ({"cases": ["C1", "C1"]}, "OPINION_CASES"),
        ({"target_kind": "weather"}, "OPINION_TARGET"),
        ({"proposal": " "}, "NEGOTIATION_TEXT"),
        ({"cases": [f"C{number}" for number in range(201)]}, "OPINION_CASES"),
        ({"cases": ["C" * 101]}, "OPINION_CASES"),
        ({"target": "E" * 101}, "NEGOTIATION_TEXT"),
        ({"text": "长" * 5001}, "NEGOTIATION_TEXT"),
    ],
)
async def test_an_opinion_without_a_case_or_advice_is_refused(world, more, reason):
    """A complaint nobody can check helps nobody."""
    with pytest.raises(Fault) as caught:
        await file(world, "H001", **more)
    assert caught.value.reason.code == reason


async def test_three_upheld_disputes_of_one_kind_open_a_topic_once(world):
    """The third decision opens it in its own transaction; the fourth does not open another."""
    dispute = StoredDecided(
        "DC-1", sw.POOL, "990101", 2026, "T4", "coefficient", "ADJUST", True, date(2026, 4, 1)
    )
    opened = []
    for number in range(1, 5):
        async with world.database.unit(service_claim("dispute")) as unit:
            opened.append(
                await world.built.topics.calls.decided(
                    await unit.connection(), replace(dispute, case_id=f"DC-{number}"), nw.CITY
                )
            )
    assert [len(found) for found in opened] == [0, 0, 1, 0]
    found = await world.topic(nw.DELEGATES["h1"], opened[2][0])
    assert (found.topic.origin, found.topic.kind, found.topic.state) == (
        "upheld",
        "coefficient",
        "TOPIC_OPEN",
    )
    assert '"DC-3"' in found.papers[0].facts_json
    with use_claim(nw.DELEGATES["h1"]):
        listed_ = await world.stub.ListTopics(negotiation_pb2.ListTopicsRequest(pool=sw.POOL))
    assert opened[2][0] in [item.topic_id for item in listed_.topics]


async def test_a_new_opinion_is_compared_with_one_of_each_cluster(world):
    """A thousand alike opinions cost the next one a single comparison; a cluster moves as a whole."""
    at = {"target_kind": "rule", "target": "outlier.low_multiple"}
    first = await file(world, "H001", **at)
    second = await file(world, "H002", text="ES31 组权重偏低；抗感染药品的费用上涨。", **at)
    other = await file(world, "H003", text="请公布历年均费和例数", proposal="按季公布", **at)
    assert second.lead_id == first.opinion_id
    async with world.database.unit(service_claim("dispute")) as unit:
        connection = await unit.connection()
        leads = await opinions.leads_of_target(connection, sw.POOL, *at.values())
        assert {item.opinion_id for item in leads} == {first.opinion_id, other.opinion_id}
        await opinions.join(connection, first.opinion_id, other.opinion_id)
        assert len(await opinions.led(connection, other.opinion_id)) == 3


class NoRules:
    """Rules of a pool that say nothing of negotiation."""

    def has(self, key: str) -> bool:
        assert key.startswith("negotiation."), key
        return False


async def test_a_decision_stands_whatever_becomes_of_the_topic_it_calls_for(world, monkeypatch):
    """A pool without rules of negotiation, and a fault while a topic is opened, leave the case in effect."""
    calls, year = world.built.topics.calls, 2027
    dispute = StoredDecided("", sw.POOL, "990101", year, "T4", "weight", "ADJUST", True, date(2027, 4, 1))

    async def decided(number: int) -> list[str]:
        async with world.database.unit(service_claim("dispute")) as unit:
            new = replace(dispute, case_id=f"DE-{number}")
            return await calls.decided(await unit.connection(), new, nw.CITY)

    async def without_rules(_pool):
        return NoRules()

    async def failing(connection, *_given):
        await connection.execute("SELECT 1 / 0")

    with monkeypatch.context() as patch:
        patch.setattr(calls._room, "policy", without_rules)
        assert [await decided(number) for number in (1, 2, 3)] == [[], [], []]
    with monkeypatch.context() as patch:
        patch.setattr(calls._opening, "begin", failing)
        assert await decided(4) == []
    assert len(await decided(5)) == 1
    async with world.database.unit(service_claim("dispute")) as unit:
        known = await opinions.decided_of(await unit.connection(), sw.POOL, year)
    assert [item.case_id for item in known] == [f"DE-{number}" for number in range(1, 6)]
