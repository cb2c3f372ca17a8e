"""What became of lists somebody counted at the door; read only, as far as the asker may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement.store import reconciliation
from chspay_settlement.store.reconciliation import Counted

LISTS_TOO_MANY = Reason("COUNT_LISTS_TOO_MANY", Kind.TOO_LARGE, "一次最多统计{limit}份清单，请分批。")
SPAN_TOO_LONG = Reason("COUNT_SPAN_BAD", Kind.INVALID, "统计时段应先起后止，最长{limit}天。")
HOSPITAL_NEEDED = Reason("COUNT_HOSPITAL_MISSING", Kind.INVALID, "请给出医疗机构编码。")
MOST_LISTS = 5000
MOST_DAYS = 32
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """Lists by state, by group status, by quality; a count is 0 where nothing is named."""

    states: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    quality: Counter[str] = field(default_factory=Counter)
    missing: tuple[str, ...] = ()

    def add(self, counted: Counted) -> None:
        """Adds lists of one state."""
        self.states[counted.state] += counted.lists
        if counted.state == "stored":
            self.statuses[counted.status] += counted.lists
            self.quality[counted.quality] += counted.lists


async def count_lists(hospital_code: str, list_ids: Sequence[str]) -> Counts:
    """What became of these lists of a hospital.

    :raises Fault: COUNT_HOSPITAL_MISSING, COUNT_LISTS_TOO_MANY.
    """
    _check_hospital(hospital_code)
    if len(list_ids) > MOST_LISTS:
        raise Fault(LISTS_TOO_MANY, field="list_ids", limit=MOST_LISTS)
    connection = await current_connection()
    rows = await reconciliation.of_lists(connection, hospital_code, list_ids)
    named: tuple[str, ...] = ()
    if any(row.state == "missing" for row in rows):
        named = tuple(await reconciliation.missing(connection, hospital_code, list_ids, _MOST_NAMED))
    found = Counts(missing=named)
    for row in rows:
        found.add(row)
    return found


async def count_received(
    hospital_code: str, since: datetime, until: datetime
) -> list[tuple[str, int, Counts]]:
    """By channel: versions received, and what became of their lists.

    :raises Fault: COUNT_HOSPITAL_MISSING, COUNT_SPAN_BAD.
    """
    _check_hospital(hospital_code)
    if not timedelta(0) < until - since <= timedelta(days=MOST_DAYS):
        raise Fault(SPAN_TOO_LONG, field="until", limit=MOST_DAYS)
    connection = await current_connection()
    versions = await reconciliation.versions(connection, hospital_code, since, until)
    counts = {channel: Counts() for channel in versions}
    for channel, counted in await reconciliation.received(connection, hospital_code, since, until):
        counts[channel].add(counted)
    return [(channel, versions[channel], counts[channel]) for channel in sorted(versions)]


def _check_hospital(code: str) -> None:
    if not code:
        raise Fault(HOSPITAL_NEEDED, field="hospital_code")
    current_claim().require_institution(code)
