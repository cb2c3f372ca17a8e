"""A case that counts with another group by decision 重分组: before anything else, and of this case alone.

The decision changes neither the list nor what its group's price was measured from: a group costs what the
grouper's answers made it, whenever a decision comes. A case that is not paid by its group (bed-days, another
method) keeps its way, and the mark changes nothing.
"""

from __future__ import annotations

from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.model import GROUPED, ROUTED, PricedInput


def regrouping(inp: PricedInput) -> Mark | None:
    """The mark that puts a case into another group; ``None`` where none does."""
    if not inp.marks or inp.status in ROUTED:
        return None
    return next((mark for mark in sorted(inp.marks) if mark.kind is MarkKind.REGROUP), None)


def regrouped(inp: PricedInput) -> PricedInput:
    """The case as it is priced: with the group decided, grouped, marks and all else as they were."""
    mark = regrouping(inp)
    return inp if mark is None else inp._replace(drg=mark.value, status=GROUPED)
