"""Weights measured from uploaded cases, as a stored run whose outcome is a weight table."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from chspay_core.bundle import Bundle
from chspay_core.digest import Sm3, sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy, canonical_json
from chspay_core.weight_table import WeightTable
from chspay_grouper.app.artefacts import table_facts
from chspay_grouper.app.runs import DONE, new_run
from chspay_grouper.engine.canonical import is_digest
from chspay_grouper.engine.weights.cases import take_cases
from chspay_grouper.engine.weights.measure import measure_weights
from chspay_grouper.engine.weights.reading import check_once
from chspay_grouper.engine.weights.sealed import weight_table_of
from chspay_grouper.engine.weights.statement import run_content
from chspay_grouper.engine.weights.terms import WeightTerms
from chspay_grouper.store import artefacts, runs
from chspay_grouper.store.runs import BEFORE_ALL, MEASURE, Run
from chspay_kit.auth import current_claim
from chspay_kit.chunk import unpack

WEIGHT_TABLE_UNNAMED = Reason(
    "WEIGHT_TABLE_UNNAMED", Kind.INVALID, "请给出权重表编号；同一权重表的各个版本编号相同。"
)
SCHEME_DIGEST_BAD = Reason(
    "SCHEME_DIGEST_BAD", Kind.INVALID, "“{value}”不是分组方案的SM3摘要（64位十六进制小写）。"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a measuring."""

    bundle: bytes
    on: date
    table_id: str
    scheme: str
    levels: Mapping[str, int]

    def policy(self) -> Policy:
        """The rules measured by; a fresh one, which remembers what was read of it.

        :raises Fault: POLICY_BUNDLE_BROKEN.
        """
        return Bundle.parse(self.bundle).on(self.on)


async def start(request_id: str, wanted: Wanted) -> Run:
    """A new run that waits for its cases.

    :raises Fault: what no table could be measured by; no run exists then.
    """
    current_claim().require_role("bureau", "service")
    if not wanted.table_id.strip():
        raise Fault(WEIGHT_TABLE_UNNAMED, field="table_id")
    if wanted.scheme and not is_digest(wanted.scheme):
        raise Fault(SCHEME_DIGEST_BAD, field="scheme", value=wanted.scheme)
    await asyncio.to_thread(lambda: WeightTerms.read(wanted.policy()))
    asked = canonical_json(
        {
            "policy": wanted.bundle.decode(),
            "on": wanted.on.isoformat(),
            "table_id": wanted.table_id.strip(),
            "scheme": wanted.scheme,
            "levels": dict(wanted.levels),
        }
    )
    run = replace(new_run(request_id), scheme_id=wanted.table_id.strip(), kind=MEASURE, asked=asked)
    await runs.insert(run)
    return run


async def carry_out(run: Run) -> None:
    """Measures, and keeps the table and how it came about; one step, which may be done twice."""
    tables, digest, place = [], Sm3(), BEFORE_ALL
    while chunk := await runs.cases_after(run.cases_of, place):
        tables.append(pa.Table.from_batches([unpack(chunk.content)]))
        digest.add(chunk.content)
        place = chunk.place
    sources = [{"file": run.run_id, "sm3": digest.hex(), "cases": run.cases}]
    table, content = await asyncio.to_thread(_measured, json.loads(run.asked), tables, sources)
    await artefacts.keep(table_facts(table), table.content, [], run.started_by)
    told = sm3_hex(content)
    await runs.put_statement(told, table.digest, content)
    await runs.progress(run.run_id, run.cases)
    await runs.set_state(
        run.run_id, DONE, statement_digest=told, scheme_id=table.table_id, scheme_digest=table.digest
    )


def _measured(
    asked: Mapping[str, Any], tables: list[pa.Table], sources: list[dict[str, object]]
) -> tuple[WeightTable, bytes]:
    wanted = Wanted(
        asked["policy"].encode(),
        parse_day(asked["on"], "on"),
        asked["table_id"],
        asked["scheme"],
        asked["levels"],
    )
    terms = WeightTerms.read(wanted.policy())
    cases = pa.concat_tables(tables, promote_options="default")
    check_once(cases)
    columns = take_cases(cases, terms, wanted.levels)
    measured = measure_weights(columns, terms)
    table = weight_table_of(measured, terms, wanted.table_id, wanted.scheme)
    content = {**run_content(measured, terms, columns, sources, {}), "weight_table": table.digest}
    return table, canonical_json(content)
