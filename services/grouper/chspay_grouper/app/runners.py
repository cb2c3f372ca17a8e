"""What a stored run runs its cases through: a scheme, a DIP catalogue or a weight table."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa

from chspay_core.artefact import KIND_NAMES, ArtefactKind, Sealed
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_core.tables import COLUMN_MISSING
from chspay_core.weight_table import WeightTable, load_weight_table
from chspay_grouper.app.artefacts import ARTEFACT_UNKNOWN
from chspay_grouper.app.dip import ARTEFACT_BROKEN, DipApp, LoadedDip
from chspay_grouper.app.grouping import GrouperApp, Loaded, count_answers
from chspay_grouper.engine import given
from chspay_grouper.engine.dip import record as dip
from chspay_grouper.engine.weights import reading
from chspay_grouper.engine.weights.sealed import Weighed
from chspay_grouper.store import artefacts as store
from chspay_grouper.store.runs import MEASURE, Run


class Reader(Protocol):
    """What is kept of uploaded cases."""

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are looked at."""
        ...

    @property
    def coded(self) -> tuple[str, ...]:
        """Those of them whose texts are best left as dictionaries."""
        ...

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch as it is stored; tells a missing or hopeless column now, not in the background.

        :raises Fault: COLUMN_MISSING, COLUMN_TYPE and the reasons of reading.
        """
        ...


class Runner(Reader, Protocol):
    """What answers cases."""

    @property
    def sealed(self) -> Sealed: ...

    def answers(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The answer columns, row for row."""
        ...

    def count(self, statuses: Mapping[str, int]) -> None:
        """Counts what a run came to, when telemetry is on."""
        ...


class SchemeRunner:
    """Groups by a scheme."""

    read = given.READ
    coded = ("diagnoses", "procedures", "department", "leaving_type")

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.sealed: Sealed = loaded.scheme

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        self._loaded.batches.numbers(batch.slice(0, 0))
        return batch

    def answers(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return self._loaded.answers(batch)

    def count(self, statuses: Mapping[str, int]) -> None:
        count_answers(self._loaded, statuses)


class DipRunner:
    """Groups by a DIP catalogue."""

    read = dip.READ
    coded: tuple[str, ...] = ()

    def __init__(self, loaded: LoadedDip) -> None:
        self._batches = loaded.batches()
        self.sealed: Sealed = loaded.catalogue

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        dip.check_columns(batch.schema)
        self._batches.group(batch.slice(0, 0))
        return batch

    def answers(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return self._batches.columns(*self._batches.group(batch))

    def count(self, statuses: Mapping[str, int]) -> None:
        """Grouping by catalogues is not counted by telemetry."""


class WeightRunner:
    """Looks up the weights of grouped cases."""

    read = ("case_id", "drg", "status", "hospital_code")
    coded: tuple[str, ...] = ()

    def __init__(self, table: WeightTable, levels: Mapping[str, int]) -> None:
        self._weighed = Weighed(table, levels)
        self.sealed: Sealed = table

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return _having(batch, "case_id", "drg")

    def answers(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return self._weighed.columns(batch)

    def count(self, statuses: Mapping[str, int]) -> None:
        """Looking up weights is not counted by telemetry."""


class MeasureReader:
    """Cases that weights will be measured from."""

    read = reading.READ
    coded: tuple[str, ...] = ()

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return reading.canonical(_having(batch, "drg", "total_cost"), "cases")


class Runners:
    """The runner of each run."""

    def __init__(self, app: GrouperApp, dips: DipApp) -> None:
        self._app = app
        self._dips = dips

    async def reader(self, run: Run) -> Reader:
        """What is kept of the cases of a run."""
        return MeasureReader() if run.kind == MEASURE else await self.of(run)

    async def of(self, run: Run) -> Runner:
        """What answers the cases of a run.

        :raises Fault: it is not there, or not what it was.
        """
        kind, digest = ArtefactKind(run.kind), run.scheme_digest or ""
        if kind is ArtefactKind.SCHEME:
            return SchemeRunner(await self._app.scheme(digest))
        if kind is ArtefactKind.DIP_CATALOGUE:
            return DipRunner(await self._dips.loaded(digest))
        content = await store.content(digest)
        if content is None:
            raise Fault(ARTEFACT_UNKNOWN, field="scheme", value=digest, kind=KIND_NAMES[kind])
        if sm3_hex(content) != digest:
            raise Fault(ARTEFACT_BROKEN, field="scheme", value=digest)
        levels = json.loads(run.asked)["levels"] if run.asked else {}
        return WeightRunner(await asyncio.to_thread(load_weight_table, content), levels)


def _having(batch: pa.RecordBatch, *names: str) -> pa.RecordBatch:
    for name in names:
        if name not in batch.schema.names:
            raise Fault(COLUMN_MISSING, field=name)
    return batch
