"""One simulation: what it is, and its work from the base to the last point of the grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from chspay_core import ENGINE_VERSION
from chspay_core.errors import Fault
from chspay_settlement.app.whatif.asked import Asked
from chspay_settlement.engine.whatif.outcome import Outcome, Summary, summary
from chspay_settlement.engine.whatif.scenario import BASE

if TYPE_CHECKING:
    from chspay_settlement.engine.whatif.bench import Bench

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One point of a grid: what came out, or why it cannot be cleared."""

    number: int
    values: tuple[str, ...]
    summary: Summary | None
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class WhatIf:
    """One simulation and what it has found so far."""

    what_if_id: str
    pool: str
    asked: Asked
    started_by: str
    started_at: datetime
    state: str = WAITING
    step: str = ""
    done: int = 0
    total: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    summaries: list[Summary] = field(default_factory=list)
    sweep: list[SweepPoint] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    policy_digests: tuple[str, ...] = ()
    engine_version: str = ENGINE_VERSION
    fault: Fault | None = None
    expires_at: datetime | None = None
    digest: str = ""
    cancelled: bool = False

    @property
    def open(self) -> bool:
        """Whether it still waits or works."""
        return self.state in (WAITING, RUNNING)


def work_out(one: WhatIf, benches: Sequence[Bench], watch: Callable[[str], None]) -> None:
    """The base, every scenario, every point of the grid; stops where ``watch`` raises."""
    from chspay_settlement.engine.whatif.bench import clear_all

    base = clear_all(benches)
    for scenario in (BASE, *one.asked.scenarios):
        watch(scenario.name)
        outcome = base if scenario is BASE else clear_all(benches, scenario, watch=lambda _: watch(""))
        one.outcomes[scenario.name] = outcome
        one.summaries.append(summary(base, outcome))
        one.done += 1
    if one.asked.grid is None:
        return
    for number, values in enumerate(one.asked.grid.points()):
        watch(f"#{number}")
        try:
            scenario = one.asked.grid.scenario(number, values, benches[0].period.policy, {})
            outcome = clear_all(benches, scenario, detail=False, watch=lambda _: watch(""))
            found = SweepPoint(number, values, summary(base, outcome))
        except Fault as fault:
            watch("")
            found = SweepPoint(number, values, None, fault.reason.code, fault.message)
        one.sweep.append(found)
        one.done += 1
