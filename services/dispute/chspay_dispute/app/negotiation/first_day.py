"""The first day 生效日 of what is agreed: late enough to be known before, or moved later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

NOTICE: Final = "amendment.notice_days"
FIRST_DAY_SOON = Reason(
    "FIRST_DAY_SOON",
    Kind.PRECONDITION,
    "生效日{value}太近：发布以后至少{days}天才能生效，最早{earliest}。请另提方案，或在批准时推迟生效日。",
)
FIRST_DAY_EARLIER = Reason(
    "FIRST_DAY_EARLIER", Kind.INVALID, "生效日只能推迟：{value}早于方案的生效日{agreed}。"
)


def later_day(agreed: date, first: date | None) -> date:
    """The first day: the proposal's, or a later one.

    :raises Fault: FIRST_DAY_EARLIER.
    """
    if first is None:
        return agreed
    if first < agreed:
        raise Fault(FIRST_DAY_EARLIER, field="effective", value=first, agreed=agreed)
    return first


def require_notice(policy: Policy, today: date, effective: date) -> None:
    """Whether a rule published today may begin on a day, by the rulebook's days of notice.

    :raises Fault: FIRST_DAY_SOON.
    """
    days = policy.integer(NOTICE) if policy.has(NOTICE) else 0
    earliest = max(today + timedelta(days=days), today + timedelta(days=1))
    if effective < earliest:
        raise Fault(FIRST_DAY_SOON, field="effective", value=effective, days=days, earliest=earliest)
