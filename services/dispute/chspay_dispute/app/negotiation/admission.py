"""Which proposals go on to consultation and vote: those the office names, for all others with a reason.

One hospital's proposal that cannot be tried, or moves the total, must not stop everybody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.app.negotiation.impact import impact_facts, tried
from chspay_dispute.app.negotiation.room import Standing, facts_of, text_of

PROPOSAL_NONE = Reason(
    "PROPOSAL_NONE", Kind.PRECONDITION, "没有可以征求意见的方案：还没有人提出，或都不予采用。"
)
PROPOSAL_UNTRIED = Reason(
    "PROPOSAL_UNTRIED", Kind.PRECONDITION, "方案{value}还没有逐机构试算的结果，不能讨论或表决；请稍候再试。"
)
PROPOSAL_NOT_NEUTRAL = Reason(
    "PROPOSAL_NOT_NEUTRAL", Kind.PRECONDITION, "方案{value}会改变总额，本类议题的方案应总额中性，不能表决。"
)
PROPOSAL_NOT_ADMITTED = Reason(
    "PROPOSAL_NOT_ADMITTED", Kind.PRECONDITION, "方案{value}没有列入征求意见的方案，不能表决；理由：{why}"
)
ADMISSION_WRONG = Reason(
    "PROPOSAL_ADMISSION", Kind.INVALID, "不予采用的方案应写明理由，并且不能同时列为采用；请核对方案{value}。"
)


def neutral(standing: Standing, number: int) -> bool:
    """Whether a tried proposal leaves the total as it is; a topic on the budget need not."""
    if standing.topic.kind == "budget":
        return True
    return bool(impact_facts(standing.impacts[number])["neutral"] == "yes")


def admit(
    standing: Standing, named: Collection[int], reasons: Mapping[int, str]
) -> tuple[list[int], dict[int, str]]:
    """The proposals that are admitted, and why the others are not.

    Where the office names none, all are admitted for which it gives no reason, without those whose trial
    failed or that move the total: these can never be voted on, and the reason is written by itself.
    :raises Fault: PROPOSAL_NONE, PROPOSAL_UNKNOWN, PROPOSAL_ADMISSION.
    """
    numbers = [item.seq for item in standing.all("proposal")]
    for number in (*named, *reasons):
        standing.proposal(number)
    given = {number: text_of("reason", why) for number, why in reasons.items()}
    refused = {number: given.get(number) or _cannot(standing, number) for number in numbers}
    if named:
        both = sorted(set(named) & given.keys())
        bare = [number for number in numbers if number not in named and not refused[number]]
        if both or bare:
            raise Fault(ADMISSION_WRONG, field="admitted", value=(both or bare)[0])
        admitted = [number for number in numbers if number in named]
    else:
        admitted = [number for number in numbers if not refused[number]]
    if not admitted:
        raise Fault(PROPOSAL_NONE, field="topic_id", value=standing.topic.topic_id)
    return admitted, {number: why for number, why in refused.items() if number not in admitted}


def refusals(standing: Standing) -> Mapping[int, str]:
    """Why proposals were not admitted, by number, as it stands now."""
    found = standing.last("admission")
    plain = facts_of(found)["refused"] if found else {}
    return {int(number): why for number, why in plain.items()}


def require_votable(standing: Standing, number: int) -> None:
    """A proposal that is decided on is admitted, tried and neutral, whenever it was filed.

    :raises Fault: PROPOSAL_UNKNOWN, PROPOSAL_NOT_ADMITTED, PROPOSAL_UNTRIED, PROPOSAL_NOT_NEUTRAL.
    """
    standing.proposal(number)
    why = refusals(standing).get(number)
    if why:
        raise Fault(PROPOSAL_NOT_ADMITTED, field="proposal", value=number, why=why)
    if not tried(standing, number):
        raise Fault(PROPOSAL_UNTRIED, field="proposal", value=number)
    if not neutral(standing, number):
        raise Fault(PROPOSAL_NOT_NEUTRAL, field="proposal", value=number)


def _cannot(standing: Standing, number: int) -> str:
    """Why a proposal can never be voted on; empty when it can, or while it is being tried."""
    found = standing.impacts.get(number)
    if found is None:
        return ""
    failed = impact_facts(found).get("failed")
    if failed:
        return f"测算没有成功：{failed['message']}"
    return "" if neutral(standing, number) else "会改变总额，本类议题的方案应总额中性。"
