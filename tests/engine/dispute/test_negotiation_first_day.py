"""A first day that has passed holds no topic for ever, and none begins before it is known."""

from __future__ import annotations

from datetime import date

import pytest

from chspay_core.errors import Fault
from chspay_dispute.app.negotiation.first_day import later_day, require_notice

AGREED = date(2027, 1, 1)


class Rules:
    """Rules that ask for thirty days of notice."""

    def has(self, key: str) -> bool:
        return key == "amendment.notice_days"

    def integer(self, _key: str) -> int:
        return 30


def test_a_first_day_moves_only_later():
    """An earlier one would bind hospitals before the day they agreed to."""
    assert later_day(AGREED, None) == AGREED
    assert later_day(AGREED, date(2027, 2, 1)) == date(2027, 2, 1)
    with pytest.raises(Fault) as caught:
        later_day(AGREED, date(2026, 12, 31))
    assert caught.value.reason.code == "FIRST_DAY_EARLIER"


def test_the_rulebooks_notice_is_asked_before_the_vote_and_at_the_approval():
    """What the rulebook would refuse at publication is told while the day can still be changed."""
    require_notice(Rules(), date(2026, 12, 2), AGREED)
    with pytest.raises(Fault) as caught:
        require_notice(Rules(), date(2026, 12, 3), AGREED)
    assert caught.value.reason.code == "FIRST_DAY_SOON"
    assert "2027-01-02" in caught.value.message
