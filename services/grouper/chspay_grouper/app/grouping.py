"""Use-cases of grouping: hold compiled schemes, group, explain, import and list."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.artefact import ArtefactKind
from chspay_core.case import Case
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import ANSWER_SCHEMA
from chspay_grouper.app import artefacts
from chspay_grouper.engine.answers import Answer
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.kernel import SOURCES
from chspay_grouper.engine.prose import prose
from chspay_grouper.engine.scheme import Imported, Scheme, import_tables, import_workbook, load_scheme
from chspay_grouper.engine.search import CodeFound, GroupFound, Index
from chspay_grouper.engine.trace import Trace, Tracer
from chspay_grouper.store import artefacts as store
from chspay_grouper.store.artefacts import Facts
from chspay_kit import paging, telemetry
from chspay_kit.auth import current_claim, service_claim
from chspay_kit.db import Database
from chspay_kit.machinecode import kept_code

SCHEME_BROKEN = Reason(
    "SCHEME_BROKEN", Kind.INTERNAL, "方案{value}的内容与其摘要不符，不能使用，请联系管理员核查数据库。"
)
MANIFEST_MISSING = Reason("MANIFEST_MISSING", Kind.INVALID, "导入分组方案需要清单（manifest_json）。")
WORKBOOK_EMPTY = Reason("WORKBOOK_EMPTY", Kind.INVALID, "导入分组方案需要工作簿文件。")
ARROW_UNREADABLE = Reason("ARROW_UNREADABLE", Kind.INVALID, "不能读取Arrow数据：{problem}。")

#: How often a replica looks whether another one has imported a newer version, seconds.
REFRESH_SECONDS = 10
#: From how many rows on a batch is worth the compiled kernel, which takes a moment to load.
KERNEL_ROWS = 2_000
_SUBJECT = "grouper"


def facts_of(scheme: Scheme) -> Facts:
    """What is said of a scheme."""
    return Facts(scheme.artefact, scheme.title, scheme.version, scheme.usage, scheme.counts())


class Loaded:
    """A scheme ready to answer."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.grouper = Grouper(scheme)
        self.batches = BatchGrouper(self.grouper)
        self._kernel: BatchGrouper | None = None
        self._making = threading.Lock()
        self.tracer = Tracer(scheme)
        self.facts = facts_of(scheme)
        self._index: Index | None = None

    def answers(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The answer columns, row for row; to be called in a thread, for a large batch takes its time.

        :raises Fault: COLUMN_MISSING or COLUMN_TYPE.
        """
        grouper = self.batches if batch.num_rows < KERNEL_ROWS else self._compiled()
        return grouper.columns(grouper.numbers(batch))

    def _compiled(self) -> BatchGrouper:
        """The batch kernel, loaded when the first large batch comes."""
        with self._making:
            if self._kernel is None:
                from chspay_grouper.engine.kernel.batch import KernelGrouper

                self._kernel = KernelGrouper(
                    self.grouper, partial(kept_code, SOURCES), guard=threading.Lock()
                )
            return self._kernel

    def index(self) -> Index:
        """What can be looked up in the scheme, made at first use."""
        if self._index is None:
            self._index = Index(self.scheme)
        return self._index


class GrouperApp:
    """The schemes of one process, by digest and by id (the newest), and what can be asked of them."""

    def __init__(self, database: Database, scheme_root: Path) -> None:
        self._database = database
        self._root = scheme_root
        self._by_digest: dict[str, Loaded] = {}
        #: What an id or digest stands for now; the only thing the hot path looks at.
        self._by_name: dict[str, Loaded] = {}
        #: Ids this process has imported and not yet seen in the database after the commit.
        self._changing: set[str] = set()
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        """Seals the shipped schemes and loads the newest version of every id; the database must be open."""
        for imported in await asyncio.to_thread(_shipped, self._root):
            async with self._database.unit(service_claim(_SUBJECT)):
                repairs, scheme = [repair.line() for repair in imported.repairs], imported.scheme
                await store.keep(facts_of(scheme), scheme.content, repairs, _SUBJECT)
        await self._refresh()

    async def keep_fresh(self) -> None:
        """The background job: learns of versions that other replicas imported."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._refresh()

    def loaded(self, name: str) -> Loaded | None:
        """The scheme an id or digest stands for, if this process holds it; never waits."""
        return None if name in self._changing else self._by_name.get(name)

    async def scheme(self, name: str) -> Loaded:
        """The scheme an id or digest stands for, loaded from the database if need be.

        :raises Fault: SCHEME_UNNAMED, SCHEME_UNKNOWN, SCHEME_BROKEN.
        """
        found = self.loaded(name)
        if found is not None:
            return found
        facts = await self.facts(name)
        loaded = await self._load(facts)
        if name == facts.artefact.id:
            self._by_name[name] = loaded
            self._changing.discard(name)
        return loaded

    async def explain(self, name: str, case: Case) -> tuple[Loaded, Trace, list[str]]:
        """The trace of one case and its prose."""
        loaded = await self.scheme(name)
        trace = await asyncio.to_thread(loaded.tracer.trace, case)
        return loaded, trace, prose(trace)

    async def group_arrow(self, name: str, content: bytes) -> tuple[Loaded, bytes]:
        """Answers for an Arrow IPC stream of cases, as an Arrow IPC stream, row for row."""
        loaded = await self.scheme(name)
        return loaded, await asyncio.to_thread(_answers_of, loaded, content)

    async def import_scheme(self, workbook: bytes, manifest: str) -> tuple[Facts, list[str]]:
        """Reads, repairs, seals and stores a workbook; the same content twice is one scheme.

        :raises Fault: what is wrong with the file, with sheet, row and position; nothing is stored then.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        if not workbook:
            raise Fault(WORKBOOK_EMPTY, field="workbook")
        if not manifest.strip():
            raise Fault(MANIFEST_MISSING, field="manifest_json")
        imported = await asyncio.to_thread(import_workbook, workbook, manifest.encode())
        repairs = [repair.line() for repair in imported.repairs]
        facts = facts_of(imported.scheme)
        await store.keep(facts, imported.scheme.content, repairs, claim.subject)
        self._changing.add(imported.scheme.scheme_id)
        return facts, repairs

    async def facts(self, name: str) -> Facts:
        """What is said of a scheme.

        :raises Fault: SCHEME_UNNAMED, SCHEME_UNKNOWN.
        """
        return await artefacts.facts(ArtefactKind.SCHEME, name)

    async def schemes(self, size: int, token: str) -> tuple[list[Facts], str]:
        """A page of all sealed schemes, by id and digest."""
        query = ("schemes",)
        after = paging.decode(query, token)
        wanted = paging.size(size)
        place = (str(after[0]), str(after[1])) if after else ("", "")
        found = await store.page(ArtefactKind.SCHEME, place, wanted + 1)
        if len(found) <= wanted:
            return found, ""
        last = found[wanted - 1]
        return found[:wanted], paging.encode(query, [last.artefact.id, last.digest])

    async def search_codes(self, name: str, text: str, size: int, token: str) -> tuple[list[CodeFound], str]:
        """A page of diagnoses and procedures by the beginning of a code or a part of a name."""
        index, query, start = await self._search("codes", name, text, token)
        found, more = await asyncio.to_thread(index.codes, text, start, paging.size(size))
        return found, paging.encode(query, [more]) if more else ""

    async def search_groups(
        self, name: str, text: str, size: int, token: str
    ) -> tuple[list[GroupFound], str]:
        """A page of MDCs, ADRGs and DRGs by the beginning of a code or a part of a name."""
        index, query, start = await self._search("groups", name, text, token)
        found, more = await asyncio.to_thread(index.groups, text, start, paging.size(size))
        return found, paging.encode(query, [more]) if more else ""

    async def _search(
        self, kind: str, name: str, text: str, token: str
    ) -> tuple[Index, tuple[str, ...], int]:
        loaded = await self.scheme(name)
        query = (kind, loaded.scheme.digest, text)
        after = paging.decode(query, token)
        return await asyncio.to_thread(loaded.index), query, int(after[0]) if after else 0

    async def _refresh(self) -> None:
        async with self._database.unit(service_claim(_SUBJECT)):
            for facts in await store.newest(ArtefactKind.SCHEME):
                loaded = await self._load(facts)
                self._by_name[facts.artefact.id] = loaded
                self._changing.discard(facts.artefact.id)

    async def _load(self, facts: Facts) -> Loaded:
        async with self._loading:
            held = self._by_digest.get(facts.digest)
            if held is not None:
                return held
            content = await store.content(facts.digest)
            if content is None or sm3_hex(content) != facts.digest:
                raise Fault(SCHEME_BROKEN, field="scheme", value=facts.digest)
            loaded = await asyncio.to_thread(lambda: Loaded(load_scheme(content)))
            self._by_digest[facts.digest] = self._by_name[facts.digest] = loaded
            return loaded


def group_case(loaded: Loaded, case: Case) -> Answer:
    """The group of one case."""
    answer = loaded.grouper.group(case)
    if telemetry.is_on():
        count_answers(loaded, {answer.status.value: 1})
    return answer


def count_answers(loaded: Loaded, statuses: Mapping[str, int]) -> None:
    """Counts answers per scheme and outcome, when telemetry is on."""
    for status, cases in statuses.items():
        if cases:
            told = {"chspay.scheme": loaded.scheme.scheme_id, "chspay.outcome": status}
            telemetry.count("chspay.grouper.cases", cases, told)


def _answers_of(loaded: Loaded, content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    try:
        with pa.ipc.open_stream(content) as reader, pa.ipc.new_stream(sink, ANSWER_SCHEMA) as writer:
            for batch in reader:
                # Hostile offsets must be refused here, not read past the end of a buffer.
                batch.validate(full=True)
                columns = loaded.answers(batch)
                if telemetry.is_on():
                    found = pc.value_counts(columns["status"]).to_pylist()
                    count_answers(loaded, {item["values"]: item["counts"] for item in found})
                ids = batch.column("case_id").cast(pa.string())
                writer.write_batch(pa.RecordBatch.from_arrays([ids, *columns.values()], schema=ANSWER_SCHEMA))
    except (pa.ArrowException, OSError) as error:
        raise Fault(ARROW_UNREADABLE, field="cases", problem=type(error).__name__) from error
    answers: bytes = sink.getvalue().to_pybytes()
    return answers


def _shipped(root: Path) -> list[Imported]:
    """The schemes that come with the product, one folder each."""
    folders = sorted(file.parent for file in root.glob("*/manifest.json"))
    return [import_tables(_tables(folder), (folder / "manifest.json").read_bytes()) for folder in folders]


def _tables(folder: Path) -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}
