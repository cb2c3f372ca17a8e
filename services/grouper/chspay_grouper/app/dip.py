"""Use-cases of DIP grouping: hold compiled catalogues, group, explain."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from chspay_core.artefact import ArtefactKind
from chspay_core.case import Case
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.artefacts import facts
from chspay_grouper.engine.dip.batch import DipBatch
from chspay_grouper.engine.dip.catalogue import load_catalogue
from chspay_grouper.engine.dip.match import DipAnswer, DipGrouper, DipTrace, case_rw
from chspay_grouper.engine.dip.prose import prose
from chspay_grouper.store import artefacts as store
from chspay_kit.auth import service_claim
from chspay_kit.db import Database

ARTEFACT_BROKEN = Reason(
    "ARTEFACT_BROKEN", Kind.INTERNAL, "{value}的内容与其摘要不符，不能使用，请联系管理员核查数据库。"
)
#: Compiled catalogues held at once; the one not used longest goes first.
MOST_HELD = 8


class LoadedDip:
    """A catalogue ready to answer."""

    def __init__(self, content: bytes) -> None:
        self.catalogue = load_catalogue(content)
        self.grouper = DipGrouper(self.catalogue)

    def batches(self) -> DipBatch:
        """A grouper of batches; its memo belongs to whoever asked, so threads do not share it."""
        return DipBatch(self.grouper)


@dataclass(frozen=True, slots=True)
class Grouped:
    """The answer of one case, and its score in millionths (the local rule's where no group holds)."""

    answer: DipAnswer
    score_micro: int | None


class DipApp:
    """The catalogues of one process, by digest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[str, LoadedDip] = OrderedDict()
        self._loading = asyncio.Lock()

    async def loaded(self, name: str) -> LoadedDip:
        """The catalogue an id (the newest) or digest stands for.

        :raises Fault: ARTEFACT_UNNAMED, ARTEFACT_UNKNOWN, ARTEFACT_BROKEN.
        """
        held = self._take(name)
        if held is not None:
            return held
        # A transaction of its own: a stream must not hold one open while it lasts.
        async with self._loading, self._database.unit(service_claim("grouper")):
            found = await facts(ArtefactKind.DIP_CATALOGUE, name)
            held = self._take(found.digest)
            if held is None:
                content = await store.content(found.digest)
                if content is None or sm3_hex(content) != found.digest:
                    raise Fault(ARTEFACT_BROKEN, field="catalogue", value=found.digest)
                held = self._held[found.digest] = await asyncio.to_thread(LoadedDip, content)
                while len(self._held) > MOST_HELD:
                    self._held.popitem(last=False)
        return held

    async def explain(self, name: str, case: Case) -> tuple[LoadedDip, DipTrace, list[str]]:
        """The trace of one case and its prose."""
        loaded = await self.loaded(name)
        trace = loaded.grouper.trace(loaded.grouper.record(case))
        return loaded, trace, prose(trace)

    def _take(self, digest: str) -> LoadedDip | None:
        held = self._held.get(digest)
        if held is not None:
            self._held.move_to_end(digest)
        return held


def scored(loaded: LoadedDip, case: Case, answer: DipAnswer) -> Grouped:
    """An answer with its score."""
    score = case_rw(answer, case.total_cost_fen, case.stay_days, loaded.catalogue)
    return Grouped(answer, score)


def group_case(loaded: LoadedDip, case: Case) -> Grouped:
    """The group of one case."""
    return scored(loaded, case, loaded.grouper.answer(loaded.grouper.record(case)))
