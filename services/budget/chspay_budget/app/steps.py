"""Moves of a year, recorded one after the other."""

from __future__ import annotations

from chspay_budget.engine import states
from chspay_budget.engine.states import State
from chspay_budget.store import plans as store
from chspay_kit.auth import current_claim


async def record(
    event: str, pool: str, year: int, version: int, *, decision_no: str = "", note: str = ""
) -> State:
    """Records a move when it is allowed from where the year stands; the caller holds the year's lock.

    :raises Fault: BUDGET_EVENT_UNKNOWN, BUDGET_STATE_WRONG.
    """
    state, number = await store.state(pool, year)
    move = states.move(event, state, pool, year)
    subject = current_claim().subject
    await store.step(pool, year, number + 1, move, version, subject, decision_no, note.strip())
    return move.target


async def check_running(pool: str, year: int, what: str) -> None:
    """The year is being executed.

    :param what: what was wanted, in words.
    :raises Fault: BUDGET_STATE_WRONG.
    """
    state, _ = await store.state(pool, year)
    states.check_running(state, what, pool, year)
