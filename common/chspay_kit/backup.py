"""Backup 备份 of the embedded PostgreSQL with its keys, and restore to any moment of the archived log.

A backup is a folder: ``base`` (all files of the cluster and the log needed to make them consistent),
``keys.json`` (the secrets of the home, sealed with a passphrase) and ``backup.json`` (what it is). With
an archive of the log beside it, a restore can go to any moment after the backup was taken. Nothing is ever
restored over an existing database.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.pg import ADMIN, EmbeddedPostgres, password_name, quoted
from chspay_kit.pg_binaries import Runner, choose_runner, find_bin
from chspay_kit.sealed_keys import open_keys, seal_keys

FORMAT = "chspay-backup/1"
BACKUP_EXISTS = Reason("BACKUP_EXISTS", Kind.CONFLICT, "备份目录 {value} 已存在且不为空；请换一个目录")
BACKUP_BROKEN = Reason("BACKUP_BROKEN", Kind.INVALID, "备份 {value} 不完整或被改动过（{problem}），没有恢复")
BACKUP_FAILED = Reason("BACKUP_FAILED", Kind.UNAVAILABLE, "备份没有完成（{problem}），没有留下不完整的备份")
RESTORE_EXISTS = Reason(
    "RESTORE_EXISTS", Kind.CONFLICT, "状态目录 {value} 里已有数据库；恢复只写入新的目录，不覆盖已有数据"
)
RESTORE_ARCHIVE = Reason(
    "RESTORE_ARCHIVE", Kind.INVALID, "恢复到指定时刻需要日志归档目录（--archive），只有备份本身做不到"
)
RESTORE_TOO_EARLY = Reason(
    "RESTORE_TOO_EARLY", Kind.INVALID, "时刻 {value} 早于备份完成的时刻 {taken}；请用更早的备份"
)
RESTORE_FAILED = Reason(
    "RESTORE_FAILED",
    Kind.PRECONDITION,
    "没有恢复成功（{problem}）；请核对归档目录里的日志是否齐全，所要的时刻是否晚于最后的归档",
)
#: Replaying a long log takes its time.
_RESTORE_SECONDS = 6 * 3600
_RECOVERY = ("restore_command", "recovery_target_time", "recovery_target_action", "hot_standby")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    format: str
    #: RFC 3339, UTC: from this moment on the archive can bring the restored database forward.
    taken_at: str
    chspay: str
    postgres: str
    system_identifier: str
    #: SM3 of the list of files with their checksums.
    manifest: str


def take(server: EmbeddedPostgres, folder: Path, passphrase: str) -> Backup:
    """Copies the running database and its keys into ``folder``; the folder appears whole or not at all.

    :raises Fault: BACKUP_EXISTS, BACKUP_FAILED, PASSPHRASE_SHORT.
    """
    folder = folder.absolute()
    if folder.exists() and any(folder.iterdir()):
        raise Fault(BACKUP_EXISTS, value=folder)
    keys = seal_keys(server.home.all_secrets(), passphrase)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        _copy_cluster(server, draft / "base")
        with psycopg.connect(server.url()) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), system_identifier::text, clock_timestamp()"
                " FROM pg_control_system()"
            ).fetchone()
        if row is None:
            raise Fault(BACKUP_FAILED, problem="pg_control_system")
        taken = row[2].astimezone(UTC).isoformat(timespec="milliseconds")
        manifest = sm3_hex((draft / "base" / "backup_manifest").read_bytes())
        backup = Backup(FORMAT, taken, version("chspay"), row[0], row[1], manifest)
        _write(draft / "keys.json", keys)
        _write(draft / "backup.json", json.dumps(asdict(backup), indent=1).encode())
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return backup


def read(folder: Path) -> Backup:
    """What the backup in ``folder`` is, after every file of it was checked.

    :raises Fault: BACKUP_BROKEN, naming what is missing or changed.
    """
    try:
        backup = Backup(**json.loads((folder / "backup.json").read_bytes()))
        manifest = sm3_hex((folder / "base" / "backup_manifest").read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise Fault(BACKUP_BROKEN, value=folder, problem=str(error)) from error
    if backup.format != FORMAT or manifest != backup.manifest:
        raise Fault(BACKUP_BROKEN, value=folder, problem="backup_manifest")
    argv = [str(find_bin() / "pg_verifybackup"), "--exit-on-error", "--quiet", str(folder / "base")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Fault(BACKUP_BROKEN, value=folder, problem=_last_line(done.stderr))
    return backup


def restore(
    folder: Path, home: Path, passphrase: str, archive: Path | None = None, to: datetime | None = None
) -> EmbeddedPostgres:
    """Restores a backup into a new state folder and answers its running server.

    :param archive: the log's archive; with it the log is replayed to its end, or to ``to``.
    :param to: an instant with a zone, after the backup was taken.
    :raises Fault: BACKUP_BROKEN, PASSPHRASE_WRONG, RESTORE_*; what was begun is removed.
    """
    server = EmbeddedPostgres(home, start_seconds=_RESTORE_SECONDS)
    if server.folder.exists():
        raise Fault(RESTORE_EXISTS, value=server.home.path)
    if to is not None and archive is None:
        raise Fault(RESTORE_ARCHIVE, field="--archive")
    backup = read(folder)
    if to is not None and to < datetime.fromisoformat(backup.taken_at):
        raise Fault(RESTORE_TOO_EARLY, field="--to", value=to.isoformat(), taken=backup.taken_at)
    keys = open_keys((folder / "keys.json").read_bytes(), passphrase)
    server.home.folder(".")
    try:
        runner = choose_runner(server.folder)
        _lay_down(folder / "base", server.data, runner, _settings(archive, to))
        server.home.put_secrets(keys)
        server.start()
        _end_recovery(server)
    except Fault as fault:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
        raise Fault(RESTORE_FAILED, problem=fault.message) from fault
    return server


def _copy_cluster(server: EmbeddedPostgres, target: Path) -> None:
    argv = [
        str(find_bin() / "pg_basebackup"), "--pgdata", str(target), "--wal-method", "stream", "--checkpoint",
        "fast", "--manifest-checksums", "SHA256", "--no-password", "--host", "127.0.0.1", "--port",
        str(server.port), "--username", ADMIN,
    ]  # fmt: skip
    # The password goes by the environment: a command line can be read by everybody on the machine.
    environment = {**os.environ, "PGPASSWORD": server.home.secret(password_name(ADMIN))}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise Fault(BACKUP_FAILED, problem=_last_line(done.stderr))


def _settings(archive: Path | None, to: datetime | None) -> dict[str, str]:
    if archive is None:
        return {}
    found = {
        "restore_command": f"cp {quoted(archive.absolute())}/%f %p",
        "recovery_target_action": "promote",
        # Nobody is let in, and nothing counts as started, before the log was replayed.
        "hot_standby": "off",
    }
    if to is not None:
        found["recovery_target_time"] = to.astimezone(UTC).isoformat(sep=" ")
    return found


def _lay_down(base: Path, data: Path, runner: Runner, settings: dict[str, str]) -> None:
    """The files of the cluster in their place; half a copy never counts as a cluster."""
    draft = data.with_name("data.new")
    shutil.copytree(base, draft, symlinks=True)
    with (draft / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        for name, value in settings.items():
            escaped = value.replace("'", "''")
            file.write(f"{name} = '{escaped}'\n")
    if settings:
        (draft / "recovery.signal").touch()
    draft.chmod(0o700)
    if runner.uid is not None:
        for place, _, files in os.walk(draft):
            for path in (Path(place), *(Path(place) / name for name in files)):
                os.chown(path, runner.uid, runner.gid or -1, follow_symlinks=False)
    draft.rename(data)


def _end_recovery(server: EmbeddedPostgres) -> None:
    """What brought the database here must not act again."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in _RECOVERY:
            connection.execute(f"ALTER SYSTEM RESET {name}")


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "?"
