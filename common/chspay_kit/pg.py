"""PostgreSQL on a laptop: the same database as in production, from a wheel, driven by us.

Everything lives in ``<home>/postgres``: ``data`` (the cluster), ``port``, ``server.log``. The superuser's
password is a secret of the home. The server outlives the program that started it only when that program
was killed; the next start finds it and adopts it, and :meth:`EmbeddedPostgres.stop` stops whatever server
runs on the folder.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.home import Home
from chspay_kit.pg_binaries import Runner, choose_runner
from chspay_kit.ports import free_port, is_free

PG_FAILED = Reason("PG_FAILED", Kind.UNAVAILABLE, "内置 PostgreSQL 没有启动成功（{why}）；详情见 {log}")
PG_NEVER_STARTED = Reason(
    "PG_NEVER_STARTED",
    Kind.PRECONDITION,
    "状态目录 {value} 里还没有内置 PostgreSQL；请先运行 chspay db start",
)
PG_STUCK = Reason(
    "PG_STUCK", Kind.UNAVAILABLE, "内置 PostgreSQL（进程 {pid}）在 {seconds} 秒内没有停止，请稍候再试"
)

PG_ARCHIVE = Reason("PG_ARCHIVE", Kind.PRECONDITION, "数据库进程不能写入归档目录 {value}；请换一个目录")

ADMIN = "postgres"
DATABASE = "chspay"
_START_SECONDS = 60
_STOP_SECONDS = 60
_DYING_SECONDS = 5
"""How long the process of a killed server may still be seen."""
_STATUS_LINE = 7
"""Line of ``postmaster.pid`` (counted from 0) in which the server says ``ready``."""

_SETTINGS = {
    # One way in. A unix socket was measured to be no faster and needs a short path.
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed row or statement would put personal data into the log: keep both out.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
# A killed server still recovers what it committed; only the power may not fail.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One PostgreSQL server for one state folder.

    :param home: the state folder; the server's files are in ``home/postgres``.
    :param durable: ``False`` turns fsync off: quick, and data is lost when the machine loses power. For
        tests only.
    :param start_seconds: how long a start may take; a restore replays a log first.
    """

    def __init__(self, home: Path, *, durable: bool = True, start_seconds: int = _START_SECONDS) -> None:
        self.home = Home(home)
        self._start_seconds = start_seconds
        self.folder = self.home.path / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._durable = durable

    def start(self) -> None:
        """Start the server, or adopt the one that runs already; returns when it answers.

        The first start creates the cluster. After ``kill -9`` of the server the next start recovers.
        :raises Fault: PG_FAILED, PG_CANNOT_RUN, PG_NOT_OWNER, PG_MISSING.
        """
        self.home.folder(".")
        with (self.home.path / "postgres.lock").open("w") as lock:
            # Two starts at once must not both create the cluster.
            fcntl.flock(lock, fcntl.LOCK_EX)
            runner = choose_runner(self.folder)
            if not self.data.exists():
                self._create_cluster(runner)
            while self.pid() is None or not self._adopt():
                self._launch(runner)

    def stop(self) -> None:
        """Stop the server cleanly (open transactions are rolled back); no server, nothing happens."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_SECONDS
        while self.pid() is not None:
            _reap(pid)
            if time.monotonic() > deadline:
                raise Fault(PG_STUCK, pid=pid, seconds=_STOP_SECONDS)
            time.sleep(0.02)

    def pid(self) -> int | None:
        """The process id of the server running on this folder, or ``None``.

        A pid file left by ``kill -9`` names a process that is gone, or by now another program: neither
        counts.
        """
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        _reap(pid)
        return pid if _is_server_on(pid, self.data) else None

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1, chosen free at the first start and kept."""
        try:
            return int((self.folder / "port").read_text())
        except FileNotFoundError as error:
            raise Fault(PG_NEVER_STARTED, value=self.home.path) from error

    @property
    def archive(self) -> Path | None:
        """Where the log is archived from the next start on; ``None`` where it is not kept."""
        kept = self.folder / "archive"
        return Path(kept.read_text()) if kept.exists() else None

    def archive_to(self, folder: Path) -> None:
        """Archive the log into ``folder`` from the next start on.

        :raises Fault: PG_ARCHIVE when the server could not write there.
        """
        self.home.folder(".")
        runner = choose_runner(self.folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if runner.uid is not None and not any(folder.iterdir()):
            os.chown(folder, runner.uid, runner.gid or -1)
        if not runner.writes(folder):
            raise Fault(PG_ARCHIVE, value=folder)
        (self.folder / "archive").write_text(str(folder.absolute()))

    def url(self, role: str = ADMIN, password: str | None = None, database: str = DATABASE) -> str:
        """The address for ``role``; without a password, the one kept in the home's secrets."""
        address = f"127.0.0.1:{self.port}/{database}"
        password = password if password is not None else self.home.secret(password_name(role))
        return f"postgresql://{role}:{quote(password)}@{address}"

    def _create_cluster(self, runner: Runner) -> None:
        """``initdb`` into a folder beside, moved into place when complete: half a cluster never counts."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.folder / "password.new"
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self.home.secret(password_name(ADMIN)))
        if runner.uid is not None:
            os.chown(password, runner.uid, runner.gid or -1)
        argv = runner.command(
            "initdb", "-D", str(draft), "-U", ADMIN, "-E", "UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums", "--auth=scram-sha-256",
            f"--pwfile={password}", "--no-instructions", *([] if self._durable else ["--no-sync"]),
        )  # fmt: skip
        try:
            with self.log.open("ab") as log:
                process = runner.popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_env())
                status = process.wait(timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Fault(PG_FAILED, why=f"initdb: {error}", log=self.log) from error
        finally:
            password.unlink()
        if status != 0:
            raise Fault(PG_FAILED, why=f"initdb {status}", log=self.log)
        draft.rename(self.data)

    def _launch(self, runner: Runner) -> None:
        """Start the server process; a port taken meanwhile or a dying predecessor is tried again."""
        why = ""
        deadline = time.monotonic() + self._start_seconds
        pause = 0.1
        while True:
            self._choose_port(afresh="could not bind" in why)
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            with self.log.open("ab") as log:
                written = log.tell()
                process = runner.popen(
                    self._argv(runner), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_env()
                )
            if self._await_ready(process):
                return
            why = self._log_from(written)
            # A backend of a killed server holds its shared memory until the statement it is at ends.
            if time.monotonic() > deadline or not ("still in use" in why or "could not bind" in why):
                break
            time.sleep(pause)
            pause = min(2 * pause, 1)
        raise Fault(PG_FAILED, why=why.strip().splitlines()[-1] if why.strip() else "?", log=self.log)

    def _adopt(self) -> bool:
        """Whether the server that runs answers; one that was just killed still has its files for a moment."""
        if not self._await_ready(None):
            return False
        try:
            create_database(self.url(database="postgres"), DATABASE)
        except psycopg.OperationalError:
            until = time.monotonic() + _DYING_SECONDS
            while self.pid() is not None:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            return False
        return True

    def _argv(self, runner: Runner) -> list[str]:
        settings = dict(_SETTINGS)
        if not self._durable:
            settings |= _NOT_DURABLE
        if self.archive is not None:
            settings |= _archiving(self.archive)
        settings["port"] = str(self.port)
        options = [item for name, value in settings.items() for item in ("-c", f"{name}={value}")]
        return runner.command("postgres", "-D", str(self.data), *options)

    def _choose_port(self, *, afresh: bool) -> None:
        kept = self.folder / "port"
        if not kept.exists() or afresh or not is_free(int(kept.read_text())):
            kept.write_text(str(free_port()))

    def _await_ready(self, process: subprocess.Popen[bytes] | None) -> bool:
        """Wait for the server to call itself ready; ``False`` when its process ended instead."""
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            if process is not None and process.poll() is not None:
                return False
            lines = self._pid_file()
            if len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready":
                return True
            if process is None and self.pid() is None:
                return False
            time.sleep(0.01)
        raise Fault(PG_FAILED, why=f"not ready in {self._start_seconds} s", log=self.log)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _log_from(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode("utf-8", "replace")


def quoted(folder: Path) -> str:
    """A folder's name within a shell command of the server's settings, where ``%`` has a meaning."""
    return shlex.quote(str(folder)).replace("%", "%%")


def _archiving(folder: Path) -> dict[str, str]:
    """Each finished segment of the log is copied once, whole; the same segment again is no error."""
    place = f"{quoted(folder)}/%f"
    copy = f"dd if=%p of={place}.part conv=fsync status=none && mv {place}.part {place}"
    return {
        "archive_mode": "on",
        "archive_command": f"if [ -f {place} ]; then cmp -s %p {place}; else {copy}; fi",
        # At most this much is lost with the machine.
        "archive_timeout": "60s",
    }


def password_name(role: str) -> str:
    """The name under which a home keeps the password of database role ``role``."""
    return f"database-{role}"


def create_database(admin_url: str, name: str) -> None:
    """Create database ``name`` where it is missing; ``admin_url`` names a database that exists."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _env() -> dict[str, str]:
    """The server's environment: nothing of ours, so that no secret of ours is in its ``environ``."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _reap(pid: int) -> None:
    """Collect the server's exit status where it was our child, so that it does not stay a zombie."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _is_server_on(pid: int, data: Path) -> bool:
    """Whether process ``pid`` lives and is a PostgreSQL server working in ``data``."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        # The server runs as us or we are root: a process we may not signal is somebody else's.
        return False
    proc = Path("/proc") / str(pid)
    if not proc.exists():
        asked = ["ps", "-p", str(pid), "-o", "command="]
        shown = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        return "postgres" in shown.stdout
    try:
        return (proc / "cwd").resolve() == data.resolve()
    except OSError:
        return False
