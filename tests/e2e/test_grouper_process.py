"""The grouper as a process: killed in the middle of a stored run, and under a thousand streams at once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pyarrow as pa
import pytest
from grouper_world import BUREAU, KEY, STARTER, some_cases

from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc, runs_pb2, runs_pb2_grpc
from chspay_core.tables import batch_from_cases
from chspay_grouper.app.chunks import CHUNK_ROWS
from chspay_kit.auth import use_claim
from chspay_kit.convert import case_to_pb
from chspay_kit.grpc_client import Channel
from chspay_kit.ports import free_port

CASES = 10 * CHUNK_ROWS
CLIENTS, CASES_EACH, SLOW = 1000, 40, 100


class Grouper:
    """A grouper process over a database, to be killed and started again."""

    def __init__(self, url: str, log: Path) -> None:
        self.target = f"127.0.0.1:{free_port()}"
        self._log = log
        self._env = {
            **os.environ,
            "CHSPAY_DATABASE_URL": url,
            "CHSPAY_LISTEN": self.target,
            "CHSPAY_CLAIM_KEY": KEY.decode(),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            words = [sys.executable, "-m", "chspay_cli.serve", "grouper"]
            self._process = subprocess.Popen(words, env=self._env, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def megabytes(self) -> int:
        """Memory of the process that is not shared with anybody, in MB (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.fixture
def process(migrated_db, tmp_path):
    process = Grouper(migrated_db.url("grouper"), tmp_path / "grouper.log")
    process.start()
    yield process
    process.kill()


@contextlib.asynccontextmanager
async def reached(process: Grouper, channels: int = 1) -> AsyncIterator[list[Channel]]:
    """Channels to the process, once it serves; the caller is a bureau."""
    made = [Channel(process.target, KEY) for _ in range(channels)]
    try:
        assert await made[0].ready(60)
        with use_claim(BUREAU):
            yield made
    finally:
        for channel in made:
            await channel.close()


@functools.cache
def half() -> bytes:
    """One of the two equal parts of the cases: a few of them, over and over."""
    few = batch_from_cases(some_cases(CHUNK_ROWS // 64))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, few.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        for _ in range(CASES // 2 // CHUNK_ROWS):
            writer.write_batch(pa.Table.from_batches([few] * 64).combine_chunks().to_batches()[0])
    return sink.getvalue()


async def stored(stub: Any, name: str) -> str:
    """A run over many cases, begun."""
    started = await stub.StartGroupRun(runs_pb2.StartGroupRunRequest(request_id=name, scheme=STARTER))
    run_id = started.run.run_id
    part = half()
    for number in range(2):
        await stub.PutGroupRunCases(
            runs_pb2.PutGroupRunCasesRequest(
                request_id=f"{name}-{number}", run_id=run_id, part_no=number, cases=part
            )
        )
    await stub.CloseGroupRunCases(
        runs_pb2.CloseGroupRunCasesRequest(request_id=f"{name}-close", run_id=run_id, parts=2)
    )
    return run_id


async def until(admin: asyncpg.Connection, run_id: str, done: int) -> tuple[str, int]:
    """State and progress as soon as that many cases are done; the database shows it at once."""
    while True:
        row = await admin.fetchrow("SELECT state, done FROM grouper.group_run WHERE run_id = $1", run_id)
        if row["done"] >= done:
            return row["state"], row["done"]
        await asyncio.sleep(0.002)


async def whole(stub: Any, run_id: str) -> runs_pb2.GroupRun:
    """The run at its end."""
    async for answer in stub.WatchGroupRun(runs_pb2.WatchGroupRunRequest(run_id=run_id)):
        run = answer.run
    return run


@pytest.mark.timeout(240)
async def test_a_killed_run_ends_with_the_statement_of_an_undisturbed_one(process, migrated_db):
    """A publication refers to the outcome; it must not depend on a machine that was switched off."""
    async with reached(process) as [channel]:
        stub = runs_pb2_grpc.GroupRunServiceStub(channel)
        calm = await whole(stub, await stored(stub, "calm"))
        assert (calm.state, calm.done) == (runs_pb2.GROUP_RUN_STATE_DONE, CASES)
        run_id = await stored(stub, "stormy")
    admin = await asyncpg.connect(migrated_db.admin_url)
    for moment in (1, CASES // 2):
        state, done = await until(admin, run_id, moment)
        process.kill()
        assert state == "running", f"the run was too quick to be killed: {done}"
        process.start()
    await admin.close()
    async with reached(process) as [channel]:
        run = await whole(runs_pb2_grpc.GroupRunServiceStub(channel), run_id)
    assert (run.state, run.done) == (runs_pb2.GROUP_RUN_STATE_DONE, CASES)
    assert run.statement_digest == calm.statement_digest


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_a_thousand_streams_do_not_break_the_service(process, capsys):
    """A province's hospitals all send at one hour, some read slowly, and a single question still answers."""
    cases = [case_to_pb(case) for case in some_cases(CASES_EACH)]
    async with reached(process, channels=20) as channels:
        stubs = [grouper_pb2_grpc.GrouperServiceStub(channel) for channel in channels]
        one = grouper_pb2.GroupCaseRequest(scheme=STARTER, case=cases[0])
        expected = []
        for case in cases:
            asked = grouper_pb2.GroupCaseRequest(scheme=STARTER, case=case)
            expected.append((await stubs[0].GroupCase(asked)).answer.drg)
        before, waits, gate = process.megabytes(), [], asyncio.Event()

        async def client(number: int) -> int:
            async def requests():
                for case in cases:
                    yield grouper_pb2.GroupStreamRequest(scheme=STARTER, case=case)
                await gate.wait()  # every stream stays open until all have begun

            found = []
            async for answer in stubs[number % len(stubs)].GroupStream(requests(), timeout=300):
                found.append(answer.answer.drg)
                if number < SLOW:
                    await asyncio.sleep(0.02)
                if len(found) == len(cases):
                    arrived.append(number)
                    if len(arrived) == CLIENTS:
                        gate.set()
            assert found == expected
            return len(found)

        async def asker() -> None:
            while not gate.is_set():
                began = time.perf_counter()
                await stubs[-1].GroupCase(one, timeout=60)
                waits.append(time.perf_counter() - began)
                await asyncio.sleep(0.1)

        arrived: list[int] = []
        began = time.perf_counter()
        asking = asyncio.create_task(asker())
        answered = sum(await asyncio.gather(*(client(number) for number in range(CLIENTS))))
        seconds = time.perf_counter() - began
        await asking
        after = process.megabytes()
        assert (await stubs[0].GroupCase(one)).answer.drg == expected[0]
    waits.sort()
    with capsys.disabled():
        print(
            f"\n{CLIENTS} streams open at once ({SLOW} read slowly): {answered} answers in {seconds:.1f} s,"
            f" {answered / seconds:,.0f}/s; memory {before} -> {after} MB; a single case meanwhile"
            f" p50 {waits[len(waits) // 2] * 1e3:.0f} ms, longest {waits[-1] * 1e3:.0f} ms"
        )
    assert answered == CLIENTS * CASES_EACH
    assert after - before < 400
