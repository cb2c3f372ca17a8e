"""Reading events as far as the asker may see them, and the events there are."""

from __future__ import annotations

from collections.abc import Iterable

from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.db import current_connection
from chspay_settlement.store import events
from chspay_settlement.store.events import NewEvent

POSITION_BAD = Reason("EVENT_POSITION_BAD", Kind.INVALID, "事件位置不能小于零，收到{value}。")
_USUAL, _MOST = 500, 1000


async def next_events(after: int, limit: int) -> list[events.Event]:
    """The next events after a position.

    :raises Fault: EVENT_POSITION_BAD.
    """
    if after < 0 or limit < 0:
        raise Fault(POSITION_BAD, field="after", value=min(after, limit))
    return await events.after(await current_connection(), after, min(limit or _USUAL, _MOST))


def of_list(
    *, list_id: str, version: int, case_id: str, status: str, drg: str, hospital_code: str, region_code: str
) -> Iterable[NewEvent]:
    """A list was taken in, and grouped or not."""
    facts = {
        "list_id": list_id, "version": str(version), "setl_id": case_id, "group_status": status,
    }  # fmt: skip
    name = f"{list_id}/{version}"
    yield NewEvent(f"list.accepted/{name}", "list.accepted", hospital_code, region_code, facts)
    if status == Status.GROUPED.value:
        yield NewEvent(
            f"list.grouped/{name}", "list.grouped", hospital_code, region_code, facts | {"drg": drg}
        )


def of_run(
    run_id: str, pool: str, period: str, statements: Iterable[tuple[str, str, str]]
) -> Iterable[NewEvent]:
    """A month was closed: one event of the pool, one of every hospital's statement.

    :param statements: hospital, the place it stands in, digest of its statement.
    """
    facts = {"run_id": run_id, "pool": pool, "month": period}
    yield NewEvent(f"run.finished/{run_id}", "run.finished", "", pool, facts)
    for hospital, region, digest in statements:
        yield NewEvent(
            f"statement.issued/{run_id}/{hospital}", "statement.issued", hospital, region,
            facts | {"digest": digest},
        )  # fmt: skip
