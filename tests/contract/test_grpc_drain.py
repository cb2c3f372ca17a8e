"""The end of a server: nothing in flight is lost, nothing new is taken, and the process ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import plumbing as p
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_kit.grpc_server import READY, Server

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@contextlib.asynccontextmanager
async def _health(house: p.House) -> AsyncIterator[Any]:
    async with house.bare() as channel:
        yield health_pb2_grpc.HealthStub(channel)


def _named(name: str) -> Any:
    return health_pb2.HealthCheckRequest(service=name)


async def test_probes_and_tools_need_no_claim() -> None:
    """Kubernetes probes and grpcurl have no credential; they see no data either."""
    async with p.house() as house, _health(house) as health:
        for name in ("", READY, p.BUDGET):
            assert (await health.Check(_named(name))).status == SERVING
        async with house.bare() as channel:
            stub = reflection_pb2_grpc.ServerReflectionStub(channel)
            ask = reflection_pb2.ServerReflectionRequest(list_services="")
            async for answer in stub.ServerReflectionInfo(iter([ask])):
                names = {service.name for service in answer.list_services_response.service}
                break
    assert {p.BUDGET, p.GROUPER, "grpc.health.v1.Health"} <= names


async def test_alive_is_not_ready_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart cures no lost database: liveness stays, readiness goes, and comes back by itself."""
    monkeypatch.setattr("chspay_kit.grpc_server._PROBE_SECONDS", 0.02)
    database = p.Quiet()
    answers = False

    async def ready() -> bool:
        return answers

    monkeypatch.setattr(database, "ready", ready)
    async with p.house(database=database) as house, _health(house) as health:
        assert (await health.Check(_named(""))).status == SERVING
        assert (await health.Check(_named(READY))).status == NOT_SERVING
        answers = True
        await asyncio.sleep(0.1)
        assert (await health.Check(_named(READY))).status == SERVING


async def test_a_call_in_flight_is_finished_and_no_new_one_taken() -> None:
    """A rolling update must not lose a settlement list that was already being written."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(request: Any) -> Any:
        begun.set()
        await go.wait()
        return p.budget_pb2.GetYearResponse(year=p.budget_pb2.FiscalYear(year=request.year))

    async with p.house(p.Budget(slow)) as house, _health(house) as health:
        watch = health.Watch(_named(READY))
        assert (await anext(aiter(watch))).status == SERVING
        with auth.use_claim(p.BUREAU):
            call = asyncio.create_task(house.budget.GetYear(p.year()))
            await begun.wait()
            draining = asyncio.create_task(house.server.drain(5))
            assert (await anext(aiter(watch))).status == NOT_SERVING
            with pytest.raises(Fault):
                await house.budget.GetYear(p.year(), timeout=0.5)
            assert not draining.done()
            go.set()
            assert (await call).year.year == 2026
        began = time.monotonic()
        await draining
        # The health watcher does not hold the server for the rest of the five seconds.
        assert time.monotonic() - began < 2


async def test_a_call_that_never_ends_is_cut_after_the_grace() -> None:
    """Draining must end before Kubernetes kills the process, whatever a handler does."""
    begun = asyncio.Event()

    async def stuck(request: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    async with p.house(p.Budget(stuck)) as house:
        with auth.use_claim(p.BUREAU):
            call = asyncio.create_task(house.budget.GetYear(p.year()))
            await begun.wait()
            began = time.monotonic()
            await house.server.drain(0.2)
            assert time.monotonic() - began < 2
            with pytest.raises(Fault):
                await call


async def test_a_client_finds_the_server_that_came_back() -> None:
    """After kill -9 and restart of a service, the others must go on without being restarted."""
    first, budget = p.Budget(), p.Budget()
    async with p.house(first) as house:
        with auth.use_claim(p.BUREAU):
            await house.budget.GetYear(p.year())
            await house.server.drain(0)
            with pytest.raises(Fault) as caught:
                await house.budget.GetYear(p.year(), timeout=2)
            assert caught.value.reason.code == "SERVICE_UNAVAILABLE"
            second = Server(
                [(p.budget_pb2_grpc.add_BudgetServiceServicer_to_server, budget, p.BUDGET)],
                listen=house.target,
                claim_key=p.KEY,
                database=p.Quiet(),  # type: ignore[arg-type]
            )
            await second.start()
            await house.budget.GetYear(p.year(), timeout=5)
            await second.drain(1)
    assert (first.calls, budget.calls) == (1, 1)


async def test_two_servers_on_one_port_are_refused() -> None:
    """Two processes sharing a port would split the calls between an old and a new version."""
    async with p.house() as house:
        second = Server(
            [(p.budget_pb2_grpc.add_BudgetServiceServicer_to_server, p.Budget(), p.BUDGET)],
            listen=house.target,
            claim_key=p.KEY,
            database=p.Quiet(),  # type: ignore[arg-type]
        )
        with pytest.raises(Fault) as caught:
            await second.start()
        assert caught.value.reason.code == "PORT_TAKEN"


_PROGRAM = """
    import asyncio, sys
    sys.path.insert(0, sys.argv[1])
    import plumbing as p
    from chspay_kit.grpc_server import serve
    from chspay_kit.settings import ServiceSettings

    async def slow(request):
        await asyncio.sleep(0.7)
        return p.budget_pb2.GetYearResponse(year=p.budget_pb2.FiscalYear(year=request.year))

    class Watched(p.Quiet):
        async def open(self): pass
        async def close(self): print("database closed", flush=True)

    async def job():
        try:
            await asyncio.sleep(0.3 if sys.argv[2] == "fail" else 3600)
        finally:
            print("job ended", flush=True)
        raise ValueError("the job is broken")

    add = [(p.budget_pb2_grpc.add_BudgetServiceServicer_to_server, p.Budget(slow), p.BUDGET)]
    settings = ServiceSettings(listen="127.0.0.1:0", claim_key=p.KEY.decode())
    asyncio.run(serve("budget", add, settings, Watched(), jobs=[job]))
"""


async def _start(tmp_path: Path, how: str) -> tuple[asyncio.subprocess.Process, int]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(_PROGRAM), "utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), str(Path(__file__).parent), how,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert process.stderr is not None
    line = json.loads(await asyncio.wait_for(process.stderr.readline(), 20))
    assert line["event"] == "server.ready"
    return process, line["port"]


async def test_sigterm_finishes_the_work_and_ends_the_process(tmp_path: Path) -> None:
    """The real thing: a process, a call in flight, SIGTERM; the answer arrives and the exit code is 0."""
    process, port = await _start(tmp_path, "stay")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
        metadata = [(auth.CLAIM_METADATA, auth.token_for(p.BUREAU, p.KEY, 10))]
        call = asyncio.ensure_future(stub.GetYear(p.year(), metadata=metadata, timeout=5))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert (await call).year.year == 2026
    out, err = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert out.decode().splitlines() == ["job ended", "database closed"]
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["server.draining", "server.stopped"]


async def test_a_broken_job_ends_the_process(tmp_path: Path) -> None:
    """A service whose background work has died must not go on looking healthy."""
    process, _ = await _start(tmp_path, "fail")
    out, err = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 1
    assert out.decode().splitlines() == ["job ended", "database closed"]
    assert b"job.failed" in err
    assert b"the job is broken" not in err
