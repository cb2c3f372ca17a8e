"""Claims from outside the pool 异地: whom they concern, and by when somebody of the pool looks at them."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from chspay_core.policy import Policy

#: Calendar days after the day a list was received.
DAYS = "review.out_of_area_days"


class Decision(StrEnum):
    """What an officer may say."""

    #: Looked at, nothing to ask.
    CHECKED = "checked"
    #: The hospital has to answer, or to send a mended list.
    QUESTIONED = "questioned"


class State(StrEnum):
    """Where a claim stands; an undecided one is overdue after its last day."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    CHECKED = "checked"
    QUESTIONED = "questioned"


def due_day(received: date, policy: Policy) -> date:
    """The last day for a list received on ``received``; ``policy`` is that of this day.

    :raises Fault: POLICY_MISSING.
    """
    return received + timedelta(days=policy.integer(DAYS))
