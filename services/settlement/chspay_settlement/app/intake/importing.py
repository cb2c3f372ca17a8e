"""Lists in bulk: a chunk of the canonical case table, in one transaction, with the faults of its rows.

A bad row is refused and told with its number; the good rows of the chunk are stored. A chunk that was
taken in before is answered from memory (``request_once``), so an import may simply be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from chspay_core.case import Case
from chspay_core.errors import Fault
from chspay_core.tables import CASE_SCHEMA, case_from_row
from chspay_kit.auth import Claim, current_claim
from chspay_kit.convert import Answer
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.intake.keys import Identity
from chspay_settlement.app.intake.lists import Intake, check_list, in_force, placed
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.store import hospitals, lists

CHANNEL = "bulk"
#: Lists of one statement.
PUT_ROWS = 5_000
#: Columns without which a row cannot be told from another.
_NEEDED = ("case_id", "hospital_code", "diagnoses")
_NOBODY = Identity()


@dataclass(frozen=True, slots=True)
class RowFault:
    """A refused row, counted from 0 within its chunk."""

    row: int
    case_id: str
    fault: Fault


@dataclass(slots=True)
class ChunkOutcome:
    """What became of a chunk."""

    accepted: int = 0
    superseded: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that may still be stored."""

    number: int
    case: Case
    pool: str = ""


class Importer:
    """Takes chunks in."""

    def __init__(self, intake: Intake, grouper: Grouper, policies: Policies) -> None:
        self._intake = intake
        self._grouper = grouper
        self._policies = policies

    async def chunk(self, number: int, content: bytes) -> ChunkOutcome:
        """Checks, groups and stores the rows of one Arrow IPC stream in the current unit of work.

        :raises Fault: CHUNK_UNREADABLE, or what concerns every row (no policy, grouper away).
        """
        claim = current_claim()
        outcome = ChunkOutcome()
        checked = await asyncio.to_thread(_read, number, content, claim, outcome)
        rows = await self._admitted(checked, outcome)
        answers = await self._grouped(rows)
        made = await asyncio.to_thread(self._prepared, rows, answers, claim.subject)
        connection = await current_connection()
        for start in range(0, len(made), PUT_ROWS):
            part = made[start : start + PUT_ROWS]
            stored = await lists.put_lists(connection, part)
            first = sum(found.version == 1 for found in stored.values())
            outcome.accepted += first
            outcome.superseded += len(stored) - first
            outcome.unchanged += len(part) - len(stored)
        outcome.faults.sort(key=lambda found: found.row)
        return outcome

    async def _admitted(self, rows: Sequence[_Row], outcome: ChunkOutcome) -> list[_Row]:
        """The rows whose hospital may send them, with pool and region."""
        if not rows:
            return []
        known = await hospitals.admit(
            await current_connection(), sorted({row.case.hospital_code for row in rows})
        )
        admitted = []
        for row in rows:
            try:
                hospital = in_force(known, row.case)
                admitted.append(_Row(row.number, placed(row.case, hospital), hospital.pool))
            except Fault as fault:
                outcome.faults.append(RowFault(row.number, row.case.case_id, fault))
        return admitted

    async def _grouped(self, rows: Sequence[_Row]) -> list[Answer]:
        """Answers row by row; one call per scheme, and there is nearly always one."""
        schemes: dict[tuple[str, date | None], str] = {}
        for row in rows:
            key = (row.pool, row.case.discharge_date)
            if key not in schemes and row.case.discharge_date is not None:
                schemes[key] = await self._policies.scheme(row.pool, row.case.discharge_date)
        by_scheme: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            by_scheme.setdefault(schemes[row.pool, row.case.discharge_date], []).append(place)
        found: dict[int, Answer] = {}
        for scheme, places in by_scheme.items():
            answers = await self._grouper.many(scheme, [rows[place].case for place in places])
            found.update(zip(places, answers, strict=True))
        return [found[place] for place in range(len(rows))]

    def _prepared(self, rows: Iterable[_Row], answers: Iterable[Answer], subject: str) -> list[lists.NewList]:
        prepare = self._intake.prepare
        return [
            prepare(row.case, _NOBODY, b"", CHANNEL, answer, row.pool, subject)
            for row, answer in zip(rows, answers, strict=True)
        ]


def _read(number: int, content: bytes, claim: Claim, outcome: ChunkOutcome) -> list[_Row]:
    """The rows that can be read, pass the input check and may be sent by this caller."""
    try:
        with pa.ipc.open_stream(content) as reader:
            table = reader.read_all()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Fault(faults.CHUNK_UNREADABLE, value=number, why=type(error).__name__) from error
    missing = [name for name in _NEEDED if name not in table.schema.names]
    if missing:
        raise Fault(faults.CHUNK_UNREADABLE, value=number, why=f"缺少列{missing[0]}")
    names = [name for name in table.schema.names if name in CASE_SCHEMA.names]
    columns = [table.column(name).to_pylist() for name in names]
    rows: list[_Row] = []
    seen: set[tuple[str, str]] = set()
    for place, values in enumerate(zip(*columns, strict=True)):
        row = dict(zip(names, values, strict=True))
        try:
            rows.append(_Row(place, _case(row, claim, seen)))
        except Fault as fault:
            outcome.faults.append(RowFault(place, str(row["case_id"] or ""), fault))
    return rows


def _case(row: Mapping[str, object], claim: Claim, seen: set[tuple[str, str]]) -> Case:
    case = case_from_row(row)
    for fault in check_list(case):
        raise fault
    claim.require_institution(case.hospital_code)
    key = (case.hospital_code, case.case_id)
    if key in seen:
        raise Fault(faults.LIST_TWICE, field="case_id", value=case.case_id)
    seen.add(key)
    return case
