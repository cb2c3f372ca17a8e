"""Reads what a simulation needs: a grouped case file with its further columns, plans, communities."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.casefile import FILE_MISSING, open_cases, read_cases
from chspay_cli.trial_columns import ColumnFile, read_columns
from chspay_cli.trial_input import COLUMNS, days_of, fens, read_inputs, status_of
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_yaml import Where, read_yaml
from chspay_core.tables import COLUMN_MISSING
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.columnar.columns import Coded, Columns, Each, whole
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.whatif.period import Grouping, Period
from chspay_settlement.engine.whatif.scenario import WHAT_IF_EMPTY, Scenario, scenario_of

AGE, NAME = "age_years", "what_if"
#: The statuses of another grouping stand in a column of this name, where there is one.
STATUS_OF = "{}_status"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of a file beside what a clearing needs."""

    ages: bool
    parts: tuple[str, ...]
    groupings: tuple[str, ...]

    @staticmethod
    def by(scenarios: Sequence[Scenario], ages: bool) -> Asked:
        """What some scenarios ask for."""
        prices = [scenario.prices for scenario in scenarios if scenario.prices is not None]
        parts = {name for price in prices for name, _ in price.factors}
        groupings = {scenario.grouping for scenario in scenarios} - {""}
        return Asked(ages, tuple(sorted(parts)), tuple(sorted(groupings)))


@dataclass(frozen=True, slots=True)
class Given:
    """What a file is cleared with."""

    levels: dict[str, int]
    communities: dict[str, str]
    fund_fen: int
    policy: Policy
    coefficients: CoefficientTable | None = None
    table: GroupTable | None = None


def read_period(
    path: Path, given: Given, asked: Asked, each: Each, progress: Callable[[int, int], None]
) -> tuple[Period, bool]:
    """A file as a period, and whether it had any department.

    :raises Fault: naming the row and the column.
    """
    found = _columns(path, given.levels, each, progress)
    ages, parts, groupings = _beside(path, asked, len(found.columns))
    period = Period(
        name=path.name,
        columns=found.columns,
        fund_fen=given.fund_fen,
        policy=given.policy,
        table=given.table,
        coefficients=given.coefficients,
        no_patient=not found.has_patient,
        communities=given.communities,
        ages=ages,
        parts=parts,
        groupings=groupings,
    )
    return period, found.has_department


def _columns(
    path: Path, levels: dict[str, int], each: Each, progress: Callable[[int, int], None]
) -> ColumnFile:
    if path.suffix.lower() == ".parquet":
        return read_columns(path, levels, each, progress)
    found = read_inputs(read_cases(path, COLUMNS), levels)
    return ColumnFile(Columns.of(found.inputs), found.has_patient, found.has_department)


def _beside(
    path: Path, asked: Asked, rows: int
) -> tuple[np.ndarray | None, dict[str, np.ndarray], dict[str, Grouping]]:
    """Ages, categories of cost and other groupings, row for row; a column the file has not is not there.

    :raises Fault: COLUMN_MISSING for a grouping or for ages that were asked for.
    """
    texts = [name for drg in asked.groupings for name in (drg, STATUS_OF.format(drg))]
    wanted = [*([AGE] if asked.ages else []), *asked.parts, *texts]
    if not wanted:
        return None, {}, {}
    has = set(open_cases(path, wanted).schema.names)
    for name in [*([AGE] if asked.ages else []), *asked.groupings]:
        if name not in has:
            raise Fault(COLUMN_MISSING, field=name)
    ages: list[np.ndarray] = []
    parts: dict[str, list[np.ndarray]] = {name: [] for name in asked.parts if name in has}
    coded: dict[str, list[Coded]] = {name: [] for name in texts if name in has}
    first = 1
    for batch in read_cases(path, wanted):
        if asked.ages:
            ages.append(_whole(batch.column(AGE)))
        for name, held in parts.items():
            held.append(whole(fens(batch, name, first)))
        for name, column in coded.items():
            column.append(Coded.from_arrow(pc.utf8_trim_whitespace(batch.column(name).cast(pa.string()))))
        first += batch.num_rows
    groupings = {}
    for drg in asked.groupings:
        codes = Coded.joined(coded[drg])
        status = coded.get(STATUS_OF.format(drg))
        derived = Coded.of([status_of(text) for text in codes.texts])
        own = Coded(derived.codes[codes.codes], derived.texts) if rows else codes
        groupings[drg] = Grouping(codes, own if status is None else Coded.joined(status))
    joined = {name: np.concatenate(held) for name, held in parts.items()}
    return np.concatenate(ages) if asked.ages else None, joined, groupings


def _whole(column: pa.Array) -> np.ndarray:
    """Whole numbers, of a column of numbers or of texts; anything else is unknown."""
    cells = column.cast(pa.string()).to_pylist()
    return whole([None if cell is None else days_of(cell.strip()) for cell in cells])


def read_plan(path: Path) -> tuple[str, dict[str, object]]:
    """The name of a plan and what it changes, as texts, lists and mappings.

    :raises Fault: FILE_MISSING, WHAT_IF_EMPTY, or what is wrong with the YAML.
    """
    if not path.is_file():
        raise Fault(FILE_MISSING, field="file", value=path.name)
    where = Where(path.name)
    entries = where.mapping(read_yaml(path.read_text(encoding="utf-8"), path.name), path.name)
    if NAME not in entries or len(entries) < 2:
        raise Fault(WHAT_IF_EMPTY, value=path.name)
    parts = {key: node.plain() for key, node in entries.items() if key != NAME}
    return where.text(entries[NAME], NAME), parts


def read_scenario(path: Path) -> Scenario:
    """The scenario of a plan's file."""
    return scenario_of(*read_plan(path))


def read_communities(path: Path | None) -> dict[str, str]:
    """Medical communities 医共体 from the column ``community`` of the file of hospitals, where it has one."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    found = {(row["hospital_code"] or "").strip(): (row.get("community") or "").strip() for row in rows}
    return {code: community for code, community in found.items() if community}
