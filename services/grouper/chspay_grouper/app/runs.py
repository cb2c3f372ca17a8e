"""Stored runs: started, filled, watched, read, compared; and carried out, a chunk a step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import asyncpg
import pyarrow as pa

from chspay_core.artefact import ArtefactKind
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_grouper.app.artefacts import facts
from chspay_grouper.app.chunks import cut
from chspay_grouper.app.runners import Runner, Runners
from chspay_grouper.engine.compare import ANSWERS_UNLIKE, Moves
from chspay_grouper.engine.runstatement import Tally
from chspay_grouper.store import runs
from chspay_grouper.store.runs import BEFORE_ALL, MEASURE, Chunk, Place, Run
from chspay_kit import logs, paging
from chspay_kit.auth import Claim, current_claim, service_claim
from chspay_kit.chunk import pack, unpack
from chspay_kit.db import Database

GROUP_RUN_NOT_FOUND = Reason("GROUP_RUN_NOT_FOUND", Kind.NOT_FOUND, "没有编号为“{value}”的批量分组。")
GROUP_RUN_CLOSED = Reason(
    "GROUP_RUN_CLOSED", Kind.PRECONDITION, "批量分组{value}已不在上传病例的阶段，不能再补充病例。"
)
GROUP_RUN_NOT_DONE = Reason("GROUP_RUN_NOT_DONE", Kind.PRECONDITION, "批量分组{value}还没有完成。")
PARTS_MISSING = Reason(
    "PARTS_MISSING", Kind.PRECONDITION, "应有第0至{last}份病例，收到的是{value}；请补传后再开始。"
)
GROUP_RUN_OTHER_KIND = Reason(
    "GROUP_RUN_OTHER_KIND",
    Kind.PRECONDITION,
    "批量分组{value}是另一种运行，当时没有保存这种运行要用的列；请重新上传病例。",
)
GROUP_RUN_SWEPT = Reason(
    "GROUP_RUN_SWEPT", Kind.PRECONDITION, "批量分组{value}的病例与答案已过保存期并删除，只留下结果的摘要。"
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

    def __init__(self, database: Database, runners: Runners) -> None:
        self._database = database
        self._runners = runners

    async def start(
        self,
        request_id: str,
        name: str,
        cases_of: str,
        kind: ArtefactKind = ArtefactKind.SCHEME,
        levels: Mapping[str, int] | None = None,
    ) -> Run:
        """A new run of what ``name`` stands for now; its id derives from the request.

        :param levels: hospital level by code, for weights that depend on it.

        :raises Fault: the scheme or the run whose cases are wanted is not there, or has not all its cases.
        """
        found = (await facts(kind, name)).artefact
        asked = canonical_json({"levels": dict(levels)}) if levels else b""
        run = replace(
            new_run(request_id), scheme_id=found.id, scheme_digest=found.digest, kind=kind.value, asked=asked
        )
        if cases_of:
            # Locked, so that nobody sweeps the cases before this run is there.
            source = await self.get(cases_of, lock=True)
            if source.kind != run.kind:
                raise Fault(GROUP_RUN_OTHER_KIND, field="cases_of", value=cases_of)
            if source.swept_at is not None:
                raise Fault(GROUP_RUN_SWEPT, field="cases_of", value=cases_of)
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
        reader = await self._runners.reader(run)
        chunks = await asyncio.to_thread(cut, content, reader)
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

    async def answers(self, run_id: str, size: int, token: str) -> tuple[list[dict[str, object]], str, Run]:
        """A page of answers as rows, the token of the next page, and the run."""
        run, query, wanted = await self._answered(run_id), ("group-run-answers", run_id), paging.size(size)
        after = paging.decode(query, token)
        part, number, start = (int(item) for item in after) if after else (*BEFORE_ALL, 0)
        place: Place = (part, number)
        found: list[dict[str, object]] = []
        # The place is that of the last chunk read to its end; ``start`` is a row of the one after it.
        while chunk := await runs.answers_after(run_id, place):
            rows = unpack(chunk.content).slice(start, wanted - len(found)).to_pylist()
            found += rows
            if start + len(rows) < chunk.rows:
                return found, paging.encode(query, [*place, start + len(rows)]), run
            place, start = chunk.place, 0
        return found, "", run

    async def download(self, run_id: str) -> AsyncIterator[bytes]:
        """Every answer, chunk by chunk; a slow reader holds no transaction open."""
        claim, place = current_claim(), BEFORE_ALL
        async with self._database.unit(claim):
            await self._answered(run_id)
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
        old, new = await self._answered(before), await self._answered(after)
        if old.kind != ArtefactKind.SCHEME or new.kind != old.kind:
            raise Fault(ANSWERS_UNLIKE, field="after", problem="只能比较两个分组方案")
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

    async def _answered(self, run_id: str) -> Run:
        """A finished run that still has its answers."""
        run = await self._done(run_id)
        if run.swept_at is not None:
            raise Fault(GROUP_RUN_SWEPT, field="run_id", value=run_id)
        return run


@dataclass(slots=True)
class Memory:
    """What is kept between the steps of one run; may be lost any time."""

    runner: Runner | None = None
    place: Place | None = None


class CarriedOut:
    """Stored runs as the worker of :mod:`chspay_kit.worker` carries them out."""

    def __init__(self, runners: Runners, measure: Callable[[Run], Awaitable[None]]) -> None:
        self._runners = runners
        self._measure = measure

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
        if run.kind == MEASURE:
            await self._measure(run)
            return False
        runner = memory.runner = memory.runner or await self._runners.of(run)
        place = await runs.last_answered(run_id) if memory.place is None else memory.place
        chunk = await runs.cases_after(run.cases_of, place)
        if chunk is None:
            await self._finish(run, runner)
            return False
        answers = await asyncio.to_thread(_grouped, runner, chunk.content)
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

    async def _finish(self, run: Run, runner: Runner) -> None:
        tally, place = Tally(runner.sealed.artefact.kind), BEFORE_ALL
        while chunk := await runs.answers_after(run.run_id, place):
            await asyncio.to_thread(_tally, tally, chunk.content)
            place = chunk.place
        statement = tally.statement(runner.sealed)
        digest = sm3_hex(statement.content)
        await runs.put_statement(digest, runner.sealed.artefact.digest, statement.content)
        await runs.set_state(run.run_id, DONE, statement_digest=digest)
        runner.count(statement.statuses)


def new_run(request_id: str) -> Run:
    """A run of the caller that has nothing yet."""
    claim = current_claim()
    run_id = f"GR-{sm3_hex(f'{claim.subject}/{request_id}'.encode())[:20]}"
    return Run(
        run_id=run_id,
        hospital_code=claim.institution,
        region_code=claim.region,
        scheme_id="",
        scheme_digest=None,
        cases_of=run_id,
        state=UPLOADING,
        cases=0,
        done=0,
        failure_reason="",
        failure_message="",
        statement_digest="",
        started_by=claim.subject,
    )


def _grouped(runner: Runner, content: bytes) -> bytes:
    batch = unpack(content)
    columns = runner.answers(batch)
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
