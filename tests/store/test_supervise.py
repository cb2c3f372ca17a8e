"""The supervisor: gates on health, restarts what dies, ends cleanly, leaves no orphan."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chspay_core.errors import Fault
from chspay_kit.supervise import Child, Supervisor

# A child that becomes ready after a moment, says how it was ended, and follows its supervisor.
CHILD = textwrap.dedent("""
    import os, pathlib, signal, sys, time
    from chspay_kit.supervise import follow_parent
    flag = pathlib.Path(sys.argv[1])
    def end(number, frame):
        flag.with_suffix(".drained").touch()
        flag.unlink(missing_ok=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    follow_parent()
    flag.write_text(str(os.getpid()))
    while True:
        time.sleep(0.05)
""")


def make(folder: Path, name: str, code: str = CHILD, **options: float) -> Child:
    flag = folder / name

    async def ready() -> bool:
        return flag.exists()

    argv = (sys.executable, "-c", code, str(flag))
    return Child(name, argv, lambda: {"CHSPAY_TOLD": name}, folder / f"{name}.log", ready, **options)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the world outside raises no event
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_starts_all_and_stops_the_last_first(tmp_path: Path) -> None:
    # Callers must be gone before those they call, so that requests in flight can finish.
    events: list[tuple[str, str]] = []
    children = [make(tmp_path, "database"), make(tmp_path, "edge")]
    supervisor = Supervisor(children, report=lambda name, event: events.append((name, event)))
    await supervisor.start()
    pids = [supervisor.pid("database"), supervisor.pid("edge")]
    assert all(pids)
    await supervisor.stop()
    assert [name for name, event in events if event == "stopped"] == ["edge", "database"]
    assert (tmp_path / "edge.drained").exists()
    assert not any(alive(pid) for pid in pids if pid)
    await supervisor.stop()


async def test_a_child_spawned_early_waits_for_its_settings(tmp_path: Path) -> None:
    # Services load their programs while the database starts; their password does not exist yet.
    code = CHILD.replace("flag.write_text(str(os.getpid()))", "flag.write_text(os.environ['CHSPAY_TOLD'])")
    supervisor = Supervisor([make(tmp_path, "one", code)])
    await supervisor.spawn()
    first = supervisor.pid("one")
    await asyncio.sleep(0.5)
    assert not (tmp_path / "one").exists()
    await supervisor.start()
    assert supervisor.pid("one") == first
    assert (tmp_path / "one").read_text() == "one"
    environ = Path(f"/proc/{first}/environ")
    assert not environ.exists() or b"CHSPAY_TOLD" not in environ.read_bytes()  # noqa: ASYNC240
    await supervisor.stop()


async def test_a_killed_child_comes_back(tmp_path: Path) -> None:
    # A service that crashes at night must be up in the morning.
    supervisor = Supervisor([make(tmp_path, "one")])
    await supervisor.start()
    first = supervisor.pid("one")
    assert first
    (tmp_path / "one").unlink()
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.restarts("one") == 1)
    async with asyncio.timeout(10):
        await supervisor.ready("one")
    assert supervisor.pid("one") not in (None, first)
    await supervisor.stop()


async def test_a_drill_keeps_it_down_until_told(tmp_path: Path) -> None:
    # Tests of recovery need to look at the world while the service is dead.
    supervisor = Supervisor([make(tmp_path, "one")])
    await supervisor.start()
    await supervisor.kill_one("one")
    await asyncio.sleep(0.4)
    assert supervisor.pid("one") is None
    await supervisor.start_one("one")
    assert supervisor.pid("one")
    await supervisor.stop()


async def test_a_child_that_cannot_start_is_quoted_and_all_stop(tmp_path: Path) -> None:
    # A wrong setting must be read from the first line on the screen, not searched in five logs.
    broken = make(tmp_path, "broken", "raise SystemExit('错误 SETTING_MISSING：缺少设置')")
    supervisor = Supervisor([make(tmp_path, "good"), broken])
    with pytest.raises(Fault, match="SETTING_MISSING") as caught:
        await supervisor.start()
    assert caught.value.reason.code == "CHILD_FAILED"
    assert "broken.log" in caught.value.message
    assert supervisor.pid("good") is None


async def test_a_child_never_ready_is_told(tmp_path: Path) -> None:
    # Alive and deaf is a failure too.
    supervisor = Supervisor([make(tmp_path, "deaf", "import time; time.sleep(60)", start_seconds=0.3)])
    with pytest.raises(Fault, match="CHILD_SLOW"):
        await supervisor.start()
    assert supervisor.pid("deaf") is None


async def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    # Ctrl-C must end, even when a service hangs.
    stubborn = CHILD.replace("sys.exit(0)", "return")
    supervisor = Supervisor([make(tmp_path, "stubborn", stubborn, stop_seconds=0.3)])
    await supervisor.start()
    pid = supervisor.pid("stubborn")
    assert pid
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5
    assert not alive(pid)


def test_children_follow_a_killed_supervisor(tmp_path: Path) -> None:
    # kill -9 of `chspay up` must not leave services behind that hold the ports.
    flag = tmp_path / "one"
    program = textwrap.dedent(f"""
        import asyncio, os, pathlib
        from chspay_kit.supervise import Child, Supervisor
        flag = pathlib.Path({str(flag)!r})
        async def ready():
            return flag.exists()
        async def main():
            argv = ({sys.executable!r}, "-c", {CHILD!r}, str(flag))
            child = Child("one", argv, dict, flag.with_suffix(".log"), ready)
            await Supervisor([child]).start()
            print("up", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    child = int(flag.read_text())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while not flag.with_suffix(".drained").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert flag.with_suffix(".drained").exists()
    assert child != parent.pid


async def test_an_unknown_name_is_told(tmp_path: Path) -> None:
    # `restart settlment` should name the choices.
    supervisor = Supervisor([make(tmp_path, "settlement")])
    with pytest.raises(Fault, match="settlement"):
        await supervisor.start_one("settlment")
