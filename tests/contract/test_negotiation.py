"""A round from topic to law over the real rulebook and settlement: what is agreed becomes the rule."""

from __future__ import annotations

import json
from datetime import date

import around_month as am
import asyncpg
import negotiation_world as nw
import pytest
import pytest_asyncio
import replaying
import rulebook_world as rw
import settlement_world as sw

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay.rulebook.v1 import amendments_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_cli.cli_negotiate import recounted
from chspay_core.errors import Fault
from chspay_dispute.engine.negotiation.ballot import Opening, Paper, check_openings
from chspay_dispute.engine.negotiation.voting import Choice
from chspay_kit.auth import Claim, service_claim, use_claim
from chspay_kit.convert import date_to_pb
from chspay_kit.sm2 import Sm2Key
from chspay_settlement.clients import Policies

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = '[{"level": "3", "value": "1.1"}, {"level": "2", "value": "1"}, {"level": "1", "value": "0.9"}]'
MILDER = '[{"level": "3", "value": "1.06"}, {"level": "2", "value": "1"}, {"level": "1", "value": "0.94"}]'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(migrated_db):
    """A pool with a council and a closed month."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rw, "KEY", sw.KEY)
        patch.setattr(Policies, "FRESH_SECONDS", 0.0)
        urls = [migrated_db.url(name) for name in ("settlement", "rulebook", "dispute")]
        async with nw.world(*urls) as running:
            await am.lists(running.settlement, 3)
            run = await running.settlement.month_run("march", 50_000_003)
            assert run.state == settlement_pb2.RUN_STATE_DONE, run.failure_message
            running.run, running.admin_url = run, migrated_db.admin_url
            with use_claim(nw.CITY):
                request = pb.PutCouncilRequest(
                    request_id="council", pool=sw.POOL, since={"year": 2026, "month": 1, "day": 1},
                    seats=nw.seats(),
                )  # fmt: skip
                await running.stub.PutCouncil(request)
            yield running


async def refused(call) -> str:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


async def explained(world, run, hospital: str) -> dict[str, str]:
    """The worksheet of the first grouped case of a hospital."""
    with use_claim(sw.BUREAU):
        found = await world.settlement.stub.ListRunCases(
            settlement_pb2.ListRunCasesRequest(run_id=run.run_id, hospital_code=hospital)
        )
        case = next(item for item in found.cases if item.kind == "normal")
        answer = await world.settlement.stub.ExplainCase(
            settlement_pb2.ExplainCaseRequest(run_id=run.run_id, hospital_code=hospital, case_id=case.case_id)
        )
    return {line.key: line.value for line in answer.worksheet.lines}


async def test_a_coefficient_is_negotiated_and_next_month_is_paid_by_it(world, tmp_path):
    """Both sides work on one sealed month; nobody types the result again; the old month stays as it was."""
    hospital = nw.DELEGATES["h3"]
    topic_id = await world.open(hospital, "coefficient")
    panel = [pb.PanelMember(subject=claim.subject, field=field) for claim, field in nw.EXPERTS.items()]
    await panel_is_whole(world, topic_id, panel)
    frozen = await world.act(nw.CITY, topic_id, "freeze", run_ids=[world.run.run_id], panel=panel)
    assert frozen.state == "DRAFT_SCHEME"
    await replaced(world, topic_id, panel)
    number = await world.propose(hospital, topic_id, "coefficient.by_level", TABLE)
    counter = await world.propose(
        nw.DELEGATES["h1"], topic_id, "coefficient.by_level", MILDER, counters=number
    )
    assert await refused(world.act(nw.CITY, topic_id, "simulate")) == "GUARD_FAILED"
    await world.sealed()
    seen = await world.topic(nw.CITY, topic_id)
    for proposal in seen.proposals:
        assert (proposal.impact.neutral, proposal.impact.fund_change_fen) == (True, 0), proposal.impact
        changes = {row.hospital_code: row.change_fen for row in proposal.impact.rows}
        assert changes["H003"] > 0 > changes["H001"]
        assert sum(changes.values()) == -proposal.impact.residual_change_fen
        assert {row.sign for row in proposal.differences[0].rows} == {"-", "+"}
    left = [pb.NotAdmitted(proposal=counter, reason="与方案重复，并入一并讨论。")]
    assert (await world.act(nw.CITY, topic_id, "simulate", not_admitted=left)).state == "CONSULT"
    told = (await world.topic(nw.DELEGATES["h1"], topic_id)).proposals
    assert [item.not_admitted for item in told] == ["", "与方案重复，并入一并讨论。"]
    comment = await world.paper(nw.DELEGATES["h1"], topic_id, "comment", ref=counter)
    await world.later(30)
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "CONSULT"
    await world.paper(nw.CITY, topic_id, "comment_answer", ref=comment.seq)
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "EXPERT_DEMO"
    assert await refused(world.topic(nw.STRANGER, topic_id)) == "TOPIC_UNKNOWN"
    for claim in nw.EXPERTS:
        await world.paper(claim, topic_id, "expert", no_conflict=True)
    present = {"present": list(nw.KEYS), "proposal": number}
    assert await refused(world.act(nw.CITY, topic_id, "agree", **present)) == "NEGOTIATION_SAME_PERSON"
    few = {"present": ["h1", "h2", "b1"], "proposal": number}
    await came_by_themselves(world, topic_id, number)
    assert await refused(world.act(nw.SECOND, topic_id, "agree", **few)) == "GUARD_FAILED"
    await world.attend(topic_id, "h3", "b2", "b3")
    assert await refused(world.act(nw.SECOND, topic_id, "agree", **few)) == "PRESENT_UNCONFIRMED"
    other = {**present, "proposal": counter}
    assert await refused(world.act(nw.SECOND, topic_id, "agree", **other)) == "PROPOSAL_NOT_ADMITTED"
    assert (await world.act(nw.SECOND, topic_id, "agree", **present)).state == "VOTE"
    for name in nw.KEYS:
        cast = await world.vote(name, topic_id, "no" if name == "h1" else "yes")
    assert (cast.cast, cast.entitled) == (6, 6)
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "PUBLICITY"
    vote = await world.counted(topic_id)
    assert recounted(topic_id, vote) == 6
    vote["ballots"][3]["content"] = vote["ballots"][3]["content"].replace('"no"', '"yes"')
    with pytest.raises(Fault):
        recounted(topic_id, vote)
    await world.act(nw.DELEGATES["h1"], topic_id, "objection")
    await world.later(14)
    number_of = {"decision_no": "演示协商〔2026〕1号", "decided_by": "演示市协商代表会议"}
    assert await refused(world.act(nw.ADMIN, topic_id, "approve", **number_of)) == "OBJECTIONS_OPEN"
    objection = next(
        paper for paper in (await world.topic(nw.CITY, topic_id)).papers if paper.kind == "objection"
    )
    await world.paper(nw.CITY, topic_id, "objection_answer", ref=objection.seq)
    early = {**number_of, "effective": date_to_pb(date(2026, 5, 31))}
    assert await refused(world.act(nw.ADMIN, topic_id, "approve", **early)) == "FIRST_DAY_EARLIER"
    assert (await world.act(nw.ADMIN, topic_id, "approve", **number_of)).state == "APPROVED"
    await published(world, topic_id)
    await paid_by_it(world, tmp_path)


async def panel_is_whole(world, topic_id: str, panel: list[pb.PanelMember]) -> None:
    """A panel that could never conclude, or is of one side, is refused before anything is frozen."""
    await nw.know_experts(
        world.database,
        nw.expert("expert:seated", institution="H001"),
        nw.expert("expert:old", term_until=date(2026, 2, 1)),
        nw.expert("expert:new", standing="recommended"),
        nw.expert("expert:second"),
    )
    given = {"run_ids": [world.run.run_id]}
    assert await refused(world.act(nw.CITY, topic_id, "freeze", panel=panel[:3], **given)) == "PANEL_WRONG"
    for subject in ("expert:seated", "expert:old", "expert:new", "expert:nobody"):
        other = [*panel[:3], pb.PanelMember(subject=subject, field="management")]
        assert await refused(world.act(nw.CITY, topic_id, "freeze", panel=other, **given)) == "PANEL_EXPERT"


async def replaced(world, topic_id: str, panel: list[pb.PanelMember]) -> None:
    """An expert who has a tie makes room for another of his field; the round does not end there."""
    leaving, field = panel[0].subject, panel[0].field
    second = {"panel": [pb.PanelMember(subject="expert:second", field=field)], "replaces": leaving}
    assert await refused(world.act(nw.ADMIN, topic_id, "replace", **second)) == "PANEL_REPLACED_ROLE"
    stranger = {**second, "replaces": "expert:nobody"}
    assert await refused(world.act(nw.CITY, topic_id, "replace", **stranger)) == "PANEL_REPLACED"
    await world.act(nw.CITY, topic_id, "replace", **second)
    assert await refused(world.topic(Claim(leaving, "expert"), topic_id)) == "TOPIC_UNKNOWN"
    back = {"panel": [panel[0]], "replaces": "expert:second"}
    await world.act(nw.CITY, topic_id, "replace", **back)


async def came_by_themselves(world, topic_id: str, number: int) -> None:
    """An officer makes nobody present, and whoever holds the login but not the key of a seat neither."""
    given = {"present": ["h1", "h2", "b1"], "proposal": number}
    assert await refused(world.act(nw.SECOND, topic_id, "agree", **given)) == "PRESENT_UNCONFIRMED"
    assert await refused(world.attend(topic_id, "h1", key=Sm2Key.generate())) == "SIGNATURE_BAD"
    subject = nw.DELEGATES["h1"].subject
    for other in (Claim(subject, "hospital", institution="H002"), Claim(subject, "bureau", region="9901")):
        assert await refused(world.attend(topic_id, "h1", who=other)) == "ATTEND_NO_SEAT"
    await world.attend(topic_id, "h1", "h2", "b1")


async def published(world, topic_id: str) -> None:
    """The officer signs and publishes; the rulebook holds what was voted on, by who acted here."""
    with use_claim(nw.THIRD):
        package = await world.stub.GetPackage(pb.GetPackageRequest(topic_id=topic_id))
    stranger = Sm2Key.generate().sign_raw(package.content)
    assert (
        await refused(world.act(nw.THIRD, topic_id, "publish", signature=stranger))
        == "TOPIC_PACKAGE_UNSIGNED"
    )
    signature = nw.KEYS["b1"].sign_raw(package.content)
    done = await world.act(nw.THIRD, topic_id, "publish", signature=signature)
    assert done.state == "PUBLISHED"
    amendment_id = json.loads(package.content)["amendment"]
    with use_claim(nw.CITY):
        found = (
            await world.law.amendments.GetAmendment(amendments_pb2.GetAmendmentRequest(id=amendment_id))
        ).amendment
    assert found.state == amendments_pb2.AMENDMENT_STATE_PUBLISHED
    assert found.content == package.amendment
    assert [step.by for step in found.steps] == [
        nw.CITY.subject, nw.SECOND.subject, nw.ADMIN.subject, nw.THIRD.subject,
    ]  # fmt: skip
    assert await refused(world.act(nw.THIRD, topic_id, "publish", signature=signature)) == "EVENT_NOT_ALLOWED"
    await taken_back(world, topic_id, amendment_id)
    world.day = nw.EFFECTIVE
    await world.built.scheduler.once()
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "EFFECTIVE"


async def taken_back(world, topic_id: str, amendment_id: str) -> None:
    """An error found before the first day takes the amendment back; the approval stands for another try."""
    officer = Claim(nw.ADMIN.subject, "bureau", region="9901", duties=("handling",))
    with use_claim(officer):
        # As if a first try had reached the rulebook and been lost on the way back.
        await world.law.amendments.WithdrawAmendment(
            amendments_pb2.WithdrawAmendmentRequest(request_id="lost", id=amendment_id, note="更正")
        )
    assert (await world.act(nw.ADMIN, topic_id, "rollback")).state == "APPROVED"
    request = amendments_pb2.GetAmendmentRequest(id=amendment_id)
    with use_claim(nw.CITY):
        found = (await world.law.amendments.GetAmendment(request)).amendment
        package = await world.stub.GetPackage(pb.GetPackageRequest(topic_id=topic_id))
    assert found.state == amendments_pb2.AMENDMENT_STATE_WITHDRAWN
    assert json.loads(package.content)["amendment"] != amendment_id
    signature = nw.KEYS["b2"].sign_raw(package.content)
    assert (await world.act(nw.THIRD, topic_id, "publish", signature=signature)).state == "PUBLISHED"


async def paid_by_it(world, tmp_path) -> None:
    """June is paid by the new coefficient; March, done again, is the same to the byte."""
    assert (await explained(world, world.run, "H003"))["coefficient"] == "1.05"
    await am.lists(world.settlement, 6)
    june = await world.settlement.month_run("june", 50_000_003, month=6)
    assert june.state == settlement_pb2.RUN_STATE_DONE, june.failure_message
    assert (await explained(world, june, "H003"))["coefficient"] == "1.1"
    assert june.policy_digest != world.run.policy_digest
    (done,) = await replaying.again(world.settlement, world.run.run_id, tmp_path)
    assert (done.place, done.found) == (None, world.run.statements_digest)


async def led_to_vote(world, kind: str, key: str, value: str) -> tuple[str, int]:
    """A topic put to the vote, for the year after."""
    world.effective = date(2027, 1, 1)
    topic_id, number = await world.to_session(nw.DELEGATES["h3"], kind, key, value, world.run.run_id)
    await world.act(nw.SECOND, topic_id, "agree", present=list(nw.KEYS), proposal=number)
    return topic_id, number


async def test_a_secret_vote_is_counted_by_anybody_and_by_no_name(world):
    """The public list shows choices and commitments, never who chose what; everybody can add it up."""
    topic_id, _ = await led_to_vote(world, "special", "outlier.low_multiple", '"0.5"')
    nonces = {name: f"{place:032x}" for place, name in enumerate(nw.KEYS)}
    for name in nw.KEYS:
        cast = await world.vote(name, topic_id, "yes" if name in ("h1", "h2", "b1") else "no", nonces[name])
    assert cast.cast == 6
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "MEDIATION"
    with use_claim(nw.DELEGATES["h1"]):
        count = await world.stub.GetCount(pb.GetCountRequest(topic_id=topic_id, round=1))
    assert (count.kind, len(count.ballots), len(count.openings)) == ("secret", 0, 6)
    commitments = [item.commitment for item in count.openings]
    assert commitments == sorted(commitments)
    paper = Paper(topic_id, 1, count.proposal_digest, "secret")
    openings = [Opening(Choice(item.choice), item.nonce) for item in count.openings]
    assert sorted(check_openings(paper, commitments, openings)) == ["no"] * 3 + ["yes"] * 3
    assert "delegate" not in str(count.openings)
    assert recounted(topic_id, await world.counted(topic_id)) == 6
    assert json.loads(count.count_json)["passed"] == "no"
    await mediated(world, topic_id)


async def mediated(world, topic_id: str) -> None:
    """A compromise is put to the vote once; then the administration decides, and says why."""
    reasons = {"proposal": 4, "text": "两次表决未通过，按现行病例分布决定。"}
    assert await refused(world.act(nw.ADMIN, topic_id, "admin_decide", **reasons)) == "GUARD_FAILED"
    number = await world.propose(nw.DELEGATES["h2"], topic_id, "outlier.low_multiple", '"0.45"')
    present = {"present": list(nw.KEYS), "proposal": number}
    assert await refused(world.act(nw.PROVINCE, topic_id, "revised", **present)) == "PROPOSAL_UNTRIED"
    await world.sealed()
    # b3 stays away: he cannot vote, and his head is counted all the same.
    await world.attend(topic_id, *list(nw.KEYS)[:5])
    present["present"] = list(nw.KEYS)[:5]
    assert await refused(world.act(nw.CITY, topic_id, "revised", **present)) == "EVENT_ROLE"
    assert (await world.act(nw.PROVINCE, topic_id, "revised", **present)).state == "VOTE"
    for place, name in enumerate(("h1", "h2")):
        await world.vote(name, topic_id, "yes", f"{place:032x}")
    assert await refused(world.vote("b3", topic_id, "no", f"{9:032x}")) == "VOTE_NOT_ENTITLED"
    await world.later(10)
    assert json.loads((await world.counted(topic_id, 2))["count_json"])["entitled"] == "6"
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "MEDIATION"
    await world.attend(topic_id, *present["present"])
    assert await refused(world.act(nw.PROVINCE, topic_id, "revised", **present)) == "GUARD_FAILED"
    decided = await world.act(nw.ADMIN, topic_id, "admin_decide", **{**reasons, "proposal": number})
    assert decided.state == "PUBLICITY"
    await approved_later(world, topic_id)


async def approved_later(world, topic_id: str) -> None:
    """Who decided does not approve; the first day may move later; what was approved is what is published."""
    await world.later(14)
    given = {
        "decision_no": "演示协商〔2026〕2号", "decided_by": "演示市医疗保障局",
        "effective": date_to_pb(date(2027, 2, 1)),
    }  # fmt: skip
    assert await refused(world.act(nw.ADMIN, topic_id, "approve", **given)) == "NEGOTIATION_SAME_PERSON"
    assert (await world.act(nw.SECOND_ADMIN, topic_id, "approve", **given)).state == "APPROVED"
    request = pb.GetPackageRequest(topic_id=topic_id)
    with use_claim(nw.CITY):
        first = await world.stub.GetPackage(request)
    assert json.loads(first.content)["effective"] == "2027-02-01"
    assert "since: 2027-02-01" in first.amendment
    admin = await asyncpg.connect(world.admin_url)
    await admin.execute("SET session_replication_role = replica")
    await admin.execute(
        "UPDATE dispute.topic_paper SET facts = convert_to("
        "replace(convert_from(facts, 'UTF8'), '0.45', '0.46'), 'UTF8')"
        " WHERE topic_id = $1 AND kind = 'approval'",
        topic_id,
    )
    await admin.close()
    with use_claim(nw.CITY):
        assert await refused(world.stub.GetPackage(request)) == "TOPIC_PACKAGE_MOVED"
    # The first day has come nearer than allowed, or the text has moved: approving again sets both right.
    given["effective"] = date_to_pb(date(2027, 3, 1))
    assert (await world.act(nw.SECOND_ADMIN, topic_id, "approve", **given)).state == "APPROVED"
    with use_claim(nw.CITY):
        again = json.loads((await world.stub.GetPackage(request)).content)
    assert (again["effective"], again["version"]) == ("2027-03-01", "2")


async def test_a_ballot_somebody_changed_stops_the_count(world):
    """A vote is worth what its urn is worth: the administrator of the database is found out too."""
    topic_id, _ = await led_to_vote(world, "coefficient", "coefficient.by_level", MILDER)
    with use_claim(nw.DELEGATES["h1"]):
        ballot = await world.stub.GetBallot(pb.GetBallotRequest(topic_id=topic_id, choice="no"))
        forged = pb.CastBallotRequest(
            request_id=nw.request_id(), topic_id=topic_id, choice="yes",
            signature=nw.KEYS["h1"].sign_raw(ballot.content),
        )  # fmt: skip
        assert await refused(world.stub.CastBallot(forged)) == "SIGNATURE_BAD"
    for name in list(nw.KEYS)[:5]:
        await world.vote(name, topic_id, "no" if name == "h1" else "yes")
    assert await refused(world.vote("h1", topic_id, "yes")) == "VOTE_TWICE"
    async with world.database.unit(service_claim("dispute")) as unit:
        connection = await unit.connection()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE ballot SET choice = 'yes'")
    admin = await asyncpg.connect(world.admin_url)
    await admin.execute("SET session_replication_role = replica")
    await admin.execute(
        "UPDATE dispute.ballot SET content = convert_to("
        "replace(convert_from(content, 'UTF8'), '\"no\"', '\"yes\"'), 'UTF8'), choice = 'yes'"
        " WHERE topic_id = $1 AND delegate_id = 'h1'",
        topic_id,
    )
    await admin.close()
    assert await refused(world.vote("b3", topic_id, "yes")) == "SIGNATURE_BAD"
    assert (await world.topic(nw.CITY, topic_id)).topic.state == "VOTE"


async def test_a_round_is_seen_by_its_pool_and_by_nobody_else(world):
    """Hospitals of the pool follow the round, without a seat only their own row; others see nothing."""
    world.effective = date(2027, 1, 1)
    topic_id, _ = await world.to_session(
        nw.DELEGATES["h3"], "coefficient", "coefficient.by_level", MILDER, world.run.run_id
    )
    guest = Claim("key-of-a-clerk", "hospital", institution="H002")
    seen = await world.topic(guest, topic_id)
    for side in (seen, await world.topic(nw.DELEGATES["h1"], topic_id)):
        assert "expert:" not in str(side)
    assert "expert:coding" in str(await world.topic(nw.CITY, topic_id))
    assert [row.hospital_code for row in seen.proposals[0].impact.rows] == ["H002"]
    snapshot = next(json.loads(paper.facts_json) for paper in seen.papers if paper.kind == "snapshot")
    assert list(snapshot["volumes"]) == ["H002"]
    assert len((await world.topic(nw.DELEGATES["h1"], topic_id)).proposals[0].impact.rows) == 3
    await capped(world, topic_id, guest)
    for stranger in (nw.ELSEWHERE, Claim("key-x", "hospital", institution="H777"), nw.STRANGER):
        assert await refused(world.topic(stranger, topic_id)) == "TOPIC_UNKNOWN"
        async with world.database.unit(stranger) as unit:
            connection = await unit.connection()
            for table in ("topic", "topic_paper", "proposal_impact", "council", "ballot", "opinion"):
                assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    with use_claim(Claim("key-x", "hospital", institution="H777")):
        request = pb.OpenTopicRequest(
            request_id=nw.request_id(), pool=sw.POOL, kind="weight", title="外地", statement="外地"
        )
        assert await refused(world.stub.OpenTopic(request)) == "TOPIC_NOT_PARTY"


async def capped(world, topic_id: str, guest: Claim) -> None:
    """One institution cannot bury a topic: neither in comments nor in proposals."""
    for _ in range(20):
        await world.paper(guest, topic_id, "comment")
    assert await refused(world.paper(guest, topic_id, "comment")) == "TOPIC_CAP"
    await world.paper(nw.DELEGATES["h1"], topic_id, "comment")
    proposal = (topic_id, "coefficient.by_level", MILDER)
    for _ in range(4):
        await world.propose(nw.DELEGATES["h3"], *proposal)
    assert await refused(world.propose(nw.DELEGATES["h3"], *proposal)) == "TOPIC_CAP"
