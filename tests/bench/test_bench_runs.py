"""A stored run of millions of cases through a real grouper process and a real PostgreSQL: time and memory."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc, runs_pb2_grpc
from chspay.grouper.v1 import runs_pb2 as pb
from chspay_kit.auth import Claim, use_claim
from chspay_kit.grpc_client import Channel
from chspay_kit.pg import EmbeddedPostgres

sys.path.insert(0, str(Path(__file__).parent))

CASES = int(os.environ.get("CHSPAY_BENCH_RUN_CASES", "10000000"))
#: A part travels as one message of at most 64 MiB.
PART_ROWS = 1_000_000
#: Seconds for what a busy machine takes long for.
PATIENCE = 300.0
#: The service answers others while it works: nobody waits longer, seconds.
MOST_WAIT = 2.0


def part(published: pa.Table, number: int, rows: int) -> bytes:
    """A part of the cases, as a data platform would send it."""
    drawn = published.take(pa.array(np.random.default_rng(number).integers(0, len(published), rows)))
    ids = pa.array([f"33010{number:05d}{row:08d}" for row in range(rows)])
    sink = io.BytesIO()
    pq.write_table(drawn.add_column(0, "case_id", ids), sink, compression="zstd", row_group_size=262_144)
    return sink.getvalue()


async def waits(grouper: object, found: list[float]) -> None:
    """Ask for the schemes again and again, and note how long each answer took."""
    while True:
        began = time.perf_counter()
        await grouper.ListSchemes(grouper_pb2.ListSchemesRequest())
        found.append(time.perf_counter() - began)
        await asyncio.sleep(0.2)


@pytest.mark.bench
@pytest.mark.timeout(3600)
async def test_a_stored_run_of_millions(shared, tmp_path):
    """A province's quarter in one run must neither fill the memory of the service nor make others wait."""
    import cpu
    from test_bench_kernel import published_cases

    from chspay_cli.stack import Stack

    folder = shared / "schemes" / "chs_drg_11"
    published = published_cases(folder / "cases.csv.gz")
    async with Stack(tmp_path) as stack:
        channel = Channel(stack.target("grouper"), stack.claim_key)
        grouper, runs = (
            grouper_pb2_grpc.GrouperServiceStub(channel),
            runs_pb2_grpc.GroupRunServiceStub(channel),
        )
        processes = {"grouper": stack.pid("grouper"), "postgres": EmbeddedPostgres(stack.home.path).pid()}
        waited: list[float] = []

        async def measured(title: str, work: asyncio.Future) -> object:
            began, before = time.perf_counter(), {name: cpu.seconds(pid) for name, pid in processes.items()}
            answer = await work
            seconds = time.perf_counter() - began
            used = "，".join(
                f"{name} {cpu.seconds(pid) - before[name]:.1f}" for name, pid in processes.items()
            )
            print(f"  {title}: {seconds:.1f} s, {CASES / seconds:,.0f}/s; CPU s: {used}")
            return answer

        with use_claim(Claim("bench", "bureau", region="*")):
            imported = await grouper.ImportScheme(
                grouper_pb2.ImportSchemeRequest(
                    request_id="bench-scheme",
                    workbook=(folder / "official-workbook.xlsx").read_bytes(),
                    manifest_json=(folder / "manifest.json").read_text("utf-8"),
                ),
                timeout=PATIENCE,
            )
            started = await runs.StartGroupRun(
                pb.StartGroupRunRequest(request_id="bench-run", scheme=imported.scheme.digest)
            )
            run_id = started.run.run_id
            asking = asyncio.create_task(waits(grouper, waited))
            parts = [min(PART_ROWS, CASES - start) for start in range(0, CASES, PART_ROWS)]

            async def upload() -> None:
                for number, rows in enumerate(parts):
                    content = await asyncio.to_thread(part, published, number, rows)
                    await runs.PutGroupRunCases(
                        pb.PutGroupRunCasesRequest(
                            request_id=f"bench-part-{number}", run_id=run_id, part_no=number, cases=content
                        ),
                        timeout=PATIENCE,
                    )

            async def carried_out() -> pb.GroupRun:
                await runs.CloseGroupRunCases(
                    pb.CloseGroupRunCasesRequest(request_id="bench-end", run_id=run_id, parts=len(parts)),
                    timeout=PATIENCE,
                )
                async for answer in runs.WatchGroupRun(
                    pb.WatchGroupRunRequest(run_id=run_id), timeout=3600.0
                ):
                    run = answer.run
                return run

            async def downloaded() -> int:
                size = 0
                async for answer in runs.DownloadGroupRunAnswers(
                    pb.DownloadGroupRunAnswersRequest(run_id=run_id), timeout=PATIENCE
                ):
                    size += len(answer.answers)
                return size

            load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
            print(f"\nstored run of {CASES:,} cases, {load}")
            await measured("upload, made as it is sent", upload())
            run = await measured("carried out", carried_out())
            size = await measured("download", downloaded())
            asking.cancel()
        held = cpu.memory(processes["grouper"])
        print(f"  answers: {size >> 20} MiB; peak memory of the service: {held >> 20} MiB")
        waited.sort()
        print(
            f"  others waited: median {waited[len(waited) // 2] * 1e3:.0f} ms, most {waited[-1] * 1e3:.0f} ms"
        )
        await channel.close()
    assert (run.state, run.done) == (pb.GROUP_RUN_STATE_DONE, CASES), run
    assert held < 2 << 30
    assert waited[-1] < MOST_WAIT
