"""Which way a case is settled, and its points; one function for a single case and for millions."""

from __future__ import annotations

from collections.abc import Iterable

from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet

from chspay_settlement.engine.model import CasePoints, GroupTable, PricedInput


class Pricer:
    """Compiled plans for one group table and one policy; build once per run, then price."""

    def __init__(self, table: GroupTable, policy: Policy) -> None:
        raise NotImplementedError

    def price(self, inp: PricedInput) -> CasePoints:
        """Kind and points of one case.

        :raises Fault: GROUP_NOT_MEASURED, LEVEL_MISSING, STAY_MISSING, POINTS_NEGATIVE.
        """
        raise NotImplementedError

    def price_all(self, inputs: Iterable[PricedInput]) -> list[CasePoints]:
        """Points of many cases, in the order given."""
        raise NotImplementedError

    def explain(self, inp: PricedInput, sheet: Worksheet) -> CasePoints:
        """As :meth:`price`, writing every step with its rule onto ``sheet``."""
        raise NotImplementedError


def case_points(
    inp: PricedInput, table: GroupTable, policy: Policy, sheet: Worksheet | None = None
) -> CasePoints:
    """Points of one case, with its worksheet when one is handed in; for many cases build a Pricer."""
    raise NotImplementedError
