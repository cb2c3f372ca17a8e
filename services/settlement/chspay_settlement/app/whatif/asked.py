"""What a caller asks of a simulation, checked before any work begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from chspay_core.errors import Fault
from chspay_core.policy_yaml import Where, read_yaml
from chspay_settlement import faults_whatif as faults
from chspay_settlement.engine.whatif.period import Band, bands_of
from chspay_settlement.engine.whatif.scenario import WHAT_IF_SHAPE, Scenario, check_names, scenario_of
from chspay_settlement.engine.whatif.sweep import Axis, Grid

MOST_RUNS, MOST_SCENARIOS, MOST_POINTS = 12, 50, 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One simulation: stored runs, scenarios and a grid, age bands, and whether the result is kept."""

    run_ids: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    grid: Grid | None
    bands: tuple[Band, ...]
    store: bool
    #: The scenarios and the grid as they were asked for, for the record.
    wording: bytes

    @property
    def groupings(self) -> list[str]:
        """The other schemes the cases have to be grouped by."""
        return sorted({scenario.grouping for scenario in self.scenarios} - {""})


def asked(
    run_ids: Sequence[str],
    scenarios: Sequence[tuple[str, Mapping[str, object]]],
    axes: Sequence[tuple[str, Sequence[str]]],
    *,
    cartesian: bool,
    age_bands: Sequence[str],
    store: bool,
) -> Asked:
    """The simulation asked for.

    :raises Fault: WHAT_IF_*: what is malformed, missing or too much.
    """
    if not 1 <= len(run_ids) <= MOST_RUNS:
        raise Fault(faults.WHAT_IF_RUNS, field="run_ids", value=len(run_ids), most=MOST_RUNS)
    for place, run_id in enumerate(run_ids):
        if run_id in run_ids[:place]:
            raise Fault(faults.WHAT_IF_RUN_TWICE, field="run_ids", value=run_id)
    if not scenarios and not axes:
        raise Fault(faults.WHAT_IF_NOTHING, field="scenarios")
    _at_most("方案", "scenarios", len(scenarios), MOST_SCENARIOS)
    found = [scenario_of(name, parts) for name, parts in scenarios]
    check_names(found)
    grid = Grid(tuple(Axis(target, tuple(values)) for target, values in axes), cartesian) if axes else None
    if grid is not None:
        _at_most("网格点", "sweep", len(grid), MOST_POINTS)
    wording = orjson.dumps(
        {"runs": list(run_ids), "scenarios": list(scenarios), "axes": list(axes), "cartesian": cartesian,
         "age_bands": list(age_bands)}, option=orjson.OPT_SORT_KEYS
    )  # fmt: skip
    return Asked(tuple(run_ids), tuple(found), grid, bands_of(age_bands), store, wording)


def _at_most(what: str, field: str, number: int, most: int) -> None:
    if number > most:
        raise Fault(faults.WHAT_IF_TOO_MANY, field=field, value=number, most=most, what=what)


def amendment_of(name: str, content: str) -> Any:
    """An amendment's YAML as plain mappings, lists and texts.

    :raises Fault: WHAT_IF_SHAPE, and what is wrong with the YAML.
    """
    where = Where(name)
    entries = where.mapping(read_yaml(content, name), name)
    if "rules" not in entries:
        raise Fault(WHAT_IF_SHAPE, field="amendment", value=name, plan=name, why="修订里应有rules")
    return {key: node.plain() for key, node in entries.items()}
