"""One hospital's proposal must not stop a topic: the office admits the others, and says why not this one."""

from __future__ import annotations

from datetime import date

import pytest

from chspay_core.errors import Fault
from chspay_core.policy import canonical_json
from chspay_dispute.app.negotiation.admission import admit, refusals, require_votable
from chspay_dispute.app.negotiation.room import Standing
from chspay_dispute.engine.negotiation.proposal import Change, Proposal
from chspay_dispute.store.docket import Row
from chspay_dispute.store.negotiation.topics import Impact, Paper, Topic

DAY = date(2026, 4, 7)
NEUTRAL = {"neutral": "yes", "winners": "1", "losers": "1"}
FAILED = {"failed": {"reason": "X", "message": "没有数据"}}


def paper(seq: int, kind: str, facts: bytes) -> Paper:
    return Paper("NT-1", seq, "990100", "990100", kind, 0, "h", "H001", DAY, "", facts, f"{seq:064x}")


def standing(kind: str, effects: dict[int, dict[str, object] | None], refused: dict[str, str] | None = None):
    """A topic with proposals by number and what their trials came to."""
    content = Proposal("方案", DAY, (Change("prepay.share", '"0.9"'),)).content
    papers = [paper(number, "proposal", content) for number in effects]
    if refused is not None:
        papers.append(paper(99, "admission", canonical_json({"admitted": [], "refused": refused})))
    topic = Topic("NT-1", "990100", "990100", kind, "题", (), "people", "h", DAY)
    row = Row("topic", "NT-1", "DRAFT_SCHEME", 2, False, False, "", "990100", "990100", DAY, DAY, b"")
    impacts = {
        number: Impact("NT-1", number, "s", "990100", "990100", canonical_json(facts), "d")
        for number, facts in effects.items()
        if facts is not None
    }
    return Standing(topic, row, tuple(papers), impacts)


def code(call, *given) -> str:
    with pytest.raises(Fault) as caught:
        call(*given)
    return caught.value.reason.code


def test_a_proposal_that_cannot_be_tried_or_moves_the_total_leaves_the_others_alone():
    """Its reason is written by itself; the others go on."""
    found = standing("weight", {1: NEUTRAL, 2: FAILED, 3: {"neutral": "no"}})
    admitted, refused = admit(found, [], {})
    assert (admitted, sorted(refused)) == ([1], [2, 3])
    assert "没有数据" in refused[2]
    assert "总额" in refused[3]


def test_what_the_office_leaves_out_it_gives_a_reason_for():
    """Nothing sound disappears without a word, and nothing is both in and out."""
    found = standing("weight", {1: NEUTRAL, 2: NEUTRAL, 3: FAILED})
    assert admit(found, [1], {2: "重复"}) == ([1], {2: "重复", 3: "测算没有成功：没有数据"})
    assert code(admit, found, [1], {}) == "PROPOSAL_ADMISSION"
    assert code(admit, found, [1, 2], {2: "重复"}) == "PROPOSAL_ADMISSION"
    assert code(admit, found, [1], {2: " "}) == "NEGOTIATION_TEXT"
    assert code(admit, found, [7], {}) == "PROPOSAL_UNKNOWN"
    assert code(admit, standing("weight", {3: FAILED}), [], {}) == "PROPOSAL_NONE"


def test_one_that_waits_for_its_trial_is_not_left_out_by_itself():
    """Waiting is no reason: the step waits with it."""
    assert admit(standing("weight", {1: NEUTRAL, 2: None}), [], {}) == ([1, 2], {})


def test_a_vote_asks_again_whatever_was_filed_later():
    """A counter-proposal filed during the session passes the same door."""
    found = standing("weight", {1: NEUTRAL, 2: {"neutral": "no"}, 3: None, 4: NEUTRAL}, {"4": "重复"})
    require_votable(found, 1)
    assert code(require_votable, found, 2) == "PROPOSAL_NOT_NEUTRAL"
    assert code(require_votable, found, 3) == "PROPOSAL_UNTRIED"
    assert code(require_votable, found, 4) == "PROPOSAL_NOT_ADMITTED"
    assert refusals(found) == {4: "重复"}
    require_votable(standing("budget", {2: {"neutral": "no"}}), 2)
