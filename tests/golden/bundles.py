"""Replay bundles of the golden city-year, as the service writes them of stored clearings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from city_year import POLICY, YEAR, CityYear

from chspay_core.period import Month
from chspay_kit.package_draft import Draft
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.replay import bundle
from chspay_settlement.engine.replay.cases import INPUT_SCHEMA
from chspay_settlement.engine.replay.results import Results
from chspay_settlement.engine.replay.writing import (
    put_cases,
    put_marks,
    put_month,
    put_results,
    put_year,
    rows_of,
)
from chspay_settlement.engine.replay.year import replay_reclear


def put(draft: Draft, city: CityYear, month: int, prefix: str = "") -> None:
    """One month of the year."""
    facts = city.facts(month)
    policy = city.bundle.on(Month(YEAR, month).last)
    put_month(draft, facts, policy, POLICY.read_bytes(), city.payments(month), prefix=prefix)
    inputs = sorted(city.inputs[month], key=lambda inp: (inp.hospital_code, inp.case_id))
    put_cases(draft, Columns.of(inputs), prefix)
    put_results(draft, city.months[month], prefix)


def month_bundle(path: Path, city: CityYear, month: int, key=None) -> str:
    """The bundle of one month."""
    with Draft() as draft:
        put(draft, city, month)
        facts = {"clearing": city.facts(month).run_id, "of": bundle.MONTH}
        return draft.seal(path, bundle.PACKAGE, facts, key)


def period_bundle(path: Path, city: CityYear, months: range) -> str:
    """The bundle of a run over several months."""
    with Draft() as draft:
        parts = [f"{month:02}/" for month in months]
        draft.put(bundle.RUN, bundle.run_content(bundle.PERIOD, "PR-1", {}, {}, parts=parts))
        for month, prefix in zip(months, parts, strict=True):
            put(draft, city, month, prefix)
        return draft.seal(path, bundle.PACKAGE, {"clearing": "PR-1", "of": bundle.PERIOD})


def year_bundle(path: Path, city: CityYear, reclearings: int = 0) -> str:
    """The bundle of the annual clearing, or of its last of some re-clearings."""
    again = city.again[:reclearings]
    results = city.year.results
    if again:
        effects = replay_reclear(city.year, city.year_given, again, city.year_policy)
        results = Results({**results.outputs, **effects}, results.paid)
    with Draft() as draft:
        put_year(draft, city.year_given, city.year_policy, POLICY.read_bytes(), again=again)
        columns = city.year.columns
        draft.put_rows(bundle.CASES, INPUT_SCHEMA, rows_of(columns, np.full(len(columns), -(2**63))))
        marked = columns.inputs(sorted(columns.marks))
        put_marks(draft, {(inp.hospital_code, inp.case_id): inp.marks for inp in marked})
        put_results(draft, results)
        return draft.seal(path, bundle.PACKAGE, {"clearing": "YC-1", "of": bundle.YEAR})
