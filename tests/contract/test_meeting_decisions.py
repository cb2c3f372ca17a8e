"""Decisions of the joint meeting over a real channel: recorded once, and the source of what they decide."""

from __future__ import annotations

import asyncpg
import pytest
from google.type import date_pb2
from rulebook_world import AUTHOR, ELSEWHERE, HOSPITAL, request_id, text, world

from chspay.rulebook.v1 import amendments_pb2 as am
from chspay.rulebook.v1 import decisions_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit.auth import use_claim

DECIDED = date_pb2.Date(year=2026, month=11, day=20)
SINCE = date_pb2.Date(year=2027, month=1, day=1)


@pytest.fixture
async def rulebook(migrated_db):
    """The rulebook over the shipped policy."""
    async with world(migrated_db.url("rulebook")) as running:
        yield running


def record(number: str, *, key: str = "capitation.keep", value: str = "0.80", place: str = "990100", **more):
    """A meeting with two present and one absent, deciding one ratio and one thing in words."""
    members = [
        pb.MeetingMember(unit="医疗保障局", person="副局长", present=True),
        pb.MeetingMember(unit="财政局", person="处长", present=True),
        pb.MeetingMember(unit="卫生健康委", present=False),
    ]
    items = [
        pb.DecidedItem(words="结余留用比例定为80%", key=key, value=value, since=SINCE),
        pb.DecidedItem(words="每季度召开一次"),
    ]
    fields = {
        "decision_no": number, "place": place, "title": "医保结算联席会议纪要", "decided": DECIDED,
        "members": members, "items": items,
    }  # fmt: skip
    return pb.RecordDecisionRequest(request_id=request_id(), **{**fields, **more})


def keep(name: str, number: str, value: str = "0.80") -> str:
    """An amendment of the share of a surplus that a community keeps."""
    return (
        text(name, value=value).replace("prepay.share", "capitation.keep")
        .replace("月度预付比例\n    unit", "人头包干结余留用比例\n    unit")
        .replace("decision: 联席会议纪要〔2026〕1号", f"decision: {number}")
    )  # fmt: skip


async def reason(call) -> str:
    """The reason a call is refused with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value.reason.code


async def test_a_decision_is_recorded_once_and_read_as_it_was(rulebook):
    """Minutes are evidence: the same number can never say two things."""
    made = (await rulebook.decisions.RecordDecision(record("联席〔2026〕1号"))).decision
    assert (made.recorded_by, len(made.digest)) == (AUTHOR.subject, 64)
    assert [one.present for one in made.members] == [True, True, False]
    again = record("联席〔2026〕1号", value="0.9")
    assert await reason(rulebook.decisions.RecordDecision(again)) == "MEETING_DECISION_TAKEN"
    request = pb.GetDecisionRequest(place="990100", decision_no="联席〔2026〕1号")
    assert (await rulebook.decisions.GetDecision(request)).decision == made
    page = await rulebook.decisions.ListDecisions(pb.ListDecisionsRequest(place="990100", page_size=1))
    assert made in page.decisions
    with use_claim(ELSEWHERE):
        assert await reason(rulebook.decisions.GetDecision(request)) == "MEETING_DECISION_UNKNOWN"
        assert await reason(rulebook.decisions.RecordDecision(record("x"))) == "REGION_DENIED"
    with use_claim(HOSPITAL):
        assert await reason(rulebook.decisions.RecordDecision(record("y"))) == "ROLE_DENIED"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": " "}, "MEETING_DECISION_EMPTY"),
        ({"members": [pb.MeetingMember(unit="财政局")]}, "MEETING_DECISION_NOBODY"),
        ({"items": []}, "MEETING_DECISION_NOTHING"),
        ({"items": [pb.DecidedItem(words="比例", key="capitation.keep")]}, "MEETING_DECISION_ITEM"),
        ({"decided": date_pb2.Date(year=2026, month=11, day=22)}, "MEETING_DECISION_LATER"),
    ],
)
async def test_a_record_without_persons_or_items_is_refused(rulebook, more, code):
    """A legal source that names nobody and decides nothing is none."""
    assert await reason(rulebook.decisions.RecordDecision(record("联席〔2026〕9号", **more))) == code


async def test_an_amendment_of_a_ratio_needs_the_decision_that_decided_it(rulebook):
    """S1: the shares of surplus and overrun are the joint meeting's, so nobody can set them alone."""
    number = "联席〔2026〕2号"
    content = keep("meet-1", number)
    checked = await rulebook.amendments.CheckAmendment(am.CheckAmendmentRequest(content=content))
    assert [one.code for one in checked.findings if one.level == "fault"] == ["AMENDMENT_DECISION_MISSING"]
    assert checked.digest == ""
    assert await reason(rulebook.draft(content)) == "AMENDMENT_DECISION_MISSING"
    await rulebook.decisions.RecordDecision(record(number, value="0.75"))
    assert await reason(rulebook.draft(content)) == "AMENDMENT_DECISION_DIFFERS"
    await rulebook.decisions.RecordDecision(record("联席〔2026〕3号"))
    published = await rulebook.publish(keep("meet-2", "联席〔2026〕3号"))
    assert [(change.key, change.new) for change in published.changes] == [("capitation.keep", "0.80")]


async def test_an_amendment_of_anything_else_needs_no_record(rulebook):
    """Only the keys that the place's own rule names rest on the meeting."""
    drafted = await rulebook.draft(text("meet-free"))
    assert drafted.amendment.id == "meet-free"


async def test_nobody_rewrites_a_recorded_decision(rulebook, migrated_db):
    """Not even with the password of the service."""
    connection = await asyncpg.connect(migrated_db.url("rulebook"))
    for statement in ("UPDATE meeting_decision SET title = 'x'", "DELETE FROM meeting_decision"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
