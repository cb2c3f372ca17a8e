"""Stored runs: started, filled, watched, read, compared; and carried out, a chunk a step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import asyncpg
import pyarrow as pa

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.chunks import cut, pack, unpack
from chspay_grouper.app.grouping import GrouperApp, Loaded, count_answers
from chspay_grouper.engine.compare import ANSWERS_UNLIKE, Moves
from chspay_grouper.engine.runstatement import Tally
from chspay_grouper.store import runs
from chspay_grouper.store.runs import BEFORE_ALL, Chunk, Place, Run
from chspay_kit import logs, paging
from chspay_kit.auth import Claim, current_claim, service_claim
from chspay_kit.db import Database

GROUP_RUN_NOT_FOUND = Reason("GROUP_RUN_NOT_FOUND", Kind.NOT_FOUND, "没有编号为“{value}”的批量分组。")
GROUP_RUN_CLOSED = Reason(
    "GROUP_RUN_CLOSED", Kind.PRECONDITION, "批量分组{value}已不在上传病例的阶段，不能再补充病例。"
)
GROUP_RUN_NOT_DONE = Reason("GROUP_RUN_NOT_DONE", Kind.PRECONDITION, "批量分组{value}还没有完成。")
PARTS_MISSING = Reason(
    "PARTS_MISSING", Kind.PRECONDITION, "应有第0至{last}份病例，收到的是{value}；请补传后再开始。"
)
PART_TWICE = Reason(
    "PART_TWICE", Kind.CONFLICT, "第{value}份病例已经上传；重发请用同一请求号，更正请另开一次批量分组。"
)

UPLOADING, PENDING, RUNNING = "uploading", "pending", "running"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
_ENDED = (DONE, FAILED, CANCELLED)
#: How often a watched run is looked at, seconds.
WATCH_SECONDS = 0.25

log = logs.get_logger(__name__)


class GroupRuns:
    """Stored runs as callers see them."""

    def __init__(self, database: Database, app: GrouperApp) -> None:
        self._database = database
        self._app = app

    async def start(self, request_id: str, scheme: str, cases_of: str) -> Run:
        """A new run of the scheme that ``scheme`` stands for now; its id derives from the request.

        :raises Fault: the scheme or the run whose cases are wanted is not there, or has not all its cases.
        """
        claim = current_claim()
        facts = await self._app.facts(scheme)
        run_id = f"GR-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:20]}"
        run = Run(
            run_id=run_id,
            hospital_code=claim.institution,
            region_code=claim.region,
            scheme_id=facts.artefact.id,
            scheme_digest=facts.digest,
            cases_of=run_id,
            state=UPLOADING,
            cases=0,
            done=0,
            failure_reason="",
            failure_message="",
            statement_digest="",
            started_by=claim.subject,
        )
        if cases_of:
            source = await self.get(cases_of)
            if source.state == UPLOADING or not source.cases:
                raise Fault(GROUP_RUN_NOT_DONE, field="cases_of", value=cases_of)
            run = replace(run, cases_of=source.cases_of, cases=source.cases, state=PENDING)
        await runs.insert(run)
        return run

    async def put(self, run_id: str, part_no: int, content: bytes) -> int:
        """Keeps one part of the cases; answers how many rows it has.

        :raises Fault: what cannot be read, or the run takes no more cases.
        """
        run = await self._uploading(run_id)
        if part_no in (await runs.uploaded(run_id))[0]:
            raise Fault(PART_TWICE, field="part_no", value=part_no)
        loaded = await self._app.scheme(run.scheme_digest)
        chunks = await asyncio.to_thread(cut, content, loaded.batches)
        for number, (rows, packed) in enumerate(chunks):
            await runs.put_cases(run, Chunk((part_no, number), rows, packed))
        return sum(rows for rows, _ in chunks)

    async def close(self, run_id: str, parts: int) -> Run:
        """Ends the upload and lets the run begin.

        :raises Fault: PARTS_MISSING.
        """
        await self._uploading(run_id)
        found, cases = await runs.uploaded(run_id)
        if not cases or found != list(range(parts)):
            told = "、".join(map(str, found)) or "没有病例"
            raise Fault(PARTS_MISSING, field="parts", value=told, last=parts - 1)
        await runs.begin(run_id, cases)
        return await self.get(run_id)

    async def cancel(self, run_id: str) -> Run:
        """Ends a run that has not ended; what was answered stays unread."""
        run = await self.get(run_id, lock=True)
        if run.state not in _ENDED:
            await runs.set_state(run_id, CANCELLED)
        return await self.get(run_id)

    async def get(self, run_id: str, *, lock: bool = False) -> Run:
        """A run the asker may see.

        :raises Fault: GROUP_RUN_NOT_FOUND.
        """
        run = await runs.one(run_id, lock=lock)
        if run is None:
            raise Fault(GROUP_RUN_NOT_FOUND, field="run_id", value=run_id)
        return run

    async def page(self, size: int, token: str) -> tuple[list[Run], str]:
        """A page of the runs the asker may see."""
        query = ("group-runs",)
        after, wanted = paging.decode(query, token), paging.size(size)
        found = await runs.page(str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].run_id]) if more else ""

    async def watch(self, run_id: str) -> AsyncIterator[Run]:
        """The run as it is now, and again whenever it has moved, until it ends."""
        claim = current_claim()
        last: Run | None = None
        while last is None or last.state not in _ENDED:
            async with self._database.unit(claim):
                run = await self.get(run_id)
            if run != last:
                yield run
                last = run
            else:
                await asyncio.sleep(WATCH_SECONDS)

    async def answers(self, run_id: str, size: int, token: str) -> tuple[list[dict[str, str]], str, str]:
        """A page of answers as rows, the token of the next page, and the digest of the scheme."""
        run, query, wanted = await self._done(run_id), ("group-run-answers", run_id), paging.size(size)
        after = paging.decode(query, token)
        part, number, start = (int(item) for item in after) if after else (*BEFORE_ALL, 0)
        place: Place = (part, number)
        found: list[dict[str, str]] = []
        # The place is that of the last chunk read to its end; ``start`` is a row of the one after it.
        while chunk := await runs.answers_after(run_id, place):
            rows = unpack(chunk.content).slice(start, wanted - len(found)).to_pylist()
            found += rows
            if start + len(rows) < chunk.rows:
                return found, paging.encode(query, [*place, start + len(rows)]), run.scheme_digest
            place, start = chunk.place, 0
        return found, "", run.scheme_digest

    async def download(self, run_id: str) -> AsyncIterator[bytes]:
        """Every answer, chunk by chunk; a slow reader holds no transaction open."""
        claim, place = current_claim(), BEFORE_ALL
        async with self._database.unit(claim):
            await self._done(run_id)
        while True:
            async with self._database.unit(claim):
                chunk = await runs.answers_after(run_id, place)
            if chunk is None:
                return
            yield chunk.content
            place = chunk.place

    async def statement(self, run_id: str) -> tuple[bytes, str]:
        """The outcome of a finished run, and its digest."""
        run = await self._done(run_id)
        content = await runs.statement(run.statement_digest)
        if content is None:
            raise Fault(GROUP_RUN_NOT_DONE, field="run_id", value=run_id)
        return content, run.statement_digest

    async def compare(self, before: str, after: str) -> Moves:
        """Who moves between two finished runs over the same cases.

        :raises Fault: ANSWERS_UNLIKE, when they are runs over different cases.
        """
        old, new = await self._done(before), await self._done(after)
        if old.cases_of != new.cases_of:
            raise Fault(ANSWERS_UNLIKE, field="after", problem="不是同一次上传的病例")
        moves, place = Moves(), BEFORE_ALL
        while left := await runs.answers_after(before, place):
            right = await runs.answers_after(after, place)
            if right is None:
                raise Fault(ANSWERS_UNLIKE, field="after", problem="答案不全")
            await asyncio.to_thread(_compare, moves, left.content, right.content)
            place = left.place
        return moves

    async def _uploading(self, run_id: str) -> Run:
        run = await self.get(run_id, lock=True)
        if run.state != UPLOADING:
            raise Fault(GROUP_RUN_CLOSED, field="run_id", value=run_id)
        return run

    async def _done(self, run_id: str) -> Run:
        run = await self.get(run_id)
        if run.state != DONE:
            raise Fault(GROUP_RUN_NOT_DONE, field="run_id", value=run_id)
        return run


@dataclass(slots=True)
class Memory:
    """What is kept between the steps of one run; may be lost any time."""

    loaded: Loaded | None = None
    place: Place | None = None


class CarriedOut:
    """Stored runs as the worker of :mod:`chspay_kit.worker` carries them out."""

    def __init__(self, app: GrouperApp) -> None:
        self._app = app

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Runs that wait or were interrupted, oldest first."""
        return [(run_id, service_claim("grouper")) for run_id in await runs.active(connection)]

    def memory(self) -> Memory:
        """An empty memory for one run."""
        return Memory()

    async def step(self, _connection: asyncpg.Connection, run_id: str, memory: Memory) -> bool:
        """Groups one chunk, or after the last one writes the outcome; ``False`` when the run has ended."""
        run = await runs.one(run_id, lock=True)
        if run is None or run.state in _ENDED:
            return False
        loaded = memory.loaded = memory.loaded or await self._app.scheme(run.scheme_digest)
        place = await runs.last_answered(run_id) if memory.place is None else memory.place
        chunk = await runs.cases_after(run.cases_of, place)
        if chunk is None:
            await self._finish(run, loaded)
            return False
        answers = await asyncio.to_thread(_grouped, loaded, chunk.content)
        await runs.put_answers(run, Chunk(chunk.place, chunk.rows, answers))
        await runs.progress(run_id, chunk.rows)
        memory.place = chunk.place
        return True

    async def fail(self, _connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the run with its reason."""
        run = await runs.one(run_id, lock=True)
        if run is None or run.state in _ENDED:
            return
        log.warning("run.failed", run_id=run_id, reason=fault.reason.code)
        await runs.set_state(run_id, FAILED, failure_reason=fault.reason.code, failure_message=fault.message)

    async def _finish(self, run: Run, loaded: Loaded) -> None:
        tally, place = Tally(), BEFORE_ALL
        while chunk := await runs.answers_after(run.run_id, place):
            await asyncio.to_thread(_tally, tally, chunk.content)
            place = chunk.place
        statement = tally.statement(loaded.scheme)
        digest = sm3_hex(statement.content)
        await runs.put_statement(digest, run.scheme_digest, statement.content)
        await runs.set_state(run.run_id, DONE, statement_digest=digest)
        count_answers(loaded, statement.statuses)


def _grouped(loaded: Loaded, content: bytes) -> bytes:
    batch = unpack(content)
    columns = loaded.batches.columns(loaded.batches.numbers(batch))
    ids = batch.column("case_id").cast(pa.string())
    return pack(pa.RecordBatch.from_arrays([ids, *columns.values()], names=["case_id", *columns]))


def _tally(tally: Tally, content: bytes) -> None:
    batch = unpack(content)
    tally.add(batch.column("case_id"), _answers(batch))


def _compare(moves: Moves, before: bytes, after: bytes) -> None:
    old, new = unpack(before), unpack(after)
    moves.add(old.column("case_id"), _answers(old), _answers(new))


def _answers(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return {name: batch.column(name) for name in batch.schema.names if name != "case_id"}
