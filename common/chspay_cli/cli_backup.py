"""``chspay db archive``, ``backup`` and ``restore``: the database and its keys, to any moment.

Exit codes: 0 done; 2 refused, nothing was changed; 3 the database cannot be reached.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from chspay_cli.cli_up import HOME_OPTION
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.home import default_home

PASSPHRASE_UNREADABLE = Reason(
    "PASSPHRASE_UNREADABLE", Kind.INVALID, "读不到口令文件 {value}；文件第一行是保护密钥的口令"
)
INSTANT_BAD = Reason(
    "INSTANT_BAD", Kind.INVALID, "时刻应写明时区，如 2026-11-21T10:30:00+08:00，收到“{value}”"
)

_Home = Annotated[Path | None, HOME_OPTION]
_Passphrase = Annotated[
    Path,
    typer.Option(
        "--passphrase-file",
        envvar="CHSPAY_BACKUP_PASSPHRASE_FILE",
        show_envvar=True,
        help="口令文件，第一行是口令，至少12个字符；密钥用它加密后放在备份里",
    ),
]


def archive(
    folder: Annotated[Path, typer.Argument(help="日志归档目录，最好在另一块盘上")], home: _Home = None
) -> None:
    """此后把数据库日志归档到 FOLDER，最多丢失一分钟；重新启动内置 PostgreSQL 后生效。

    例：chspay db archive /backup/wal
    """
    from chspay_kit.pg import EmbeddedPostgres

    server = EmbeddedPostgres(home or default_home())
    running = server.pid() is not None
    server.archive_to(folder)
    typer.echo(f"日志将归档到 {folder.absolute()}")
    if running:
        typer.echo("内置 PostgreSQL 正在运行：请停止后重新启动（chspay up 或 chspay db start）以生效")


def backup(
    folder: Annotated[Path, typer.Argument(help="备份目录，应不存在或为空")],
    passphrase_file: _Passphrase,
    home: _Home = None,
) -> None:
    """备份正在运行的数据库和全部密钥；不影响业务，完整才出现。

    例：chspay db backup /backup/2026-11-21 --passphrase-file /root/口令.txt
    """
    from chspay_kit import backup as backups
    from chspay_kit.pg import EmbeddedPostgres

    made = backups.take(EmbeddedPostgres(home or default_home()), folder, _passphrase(passphrase_file))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    typer.echo(f"已备份到 {folder.absolute()}：{size / (1 << 20):,.0f} MiB，完成于 {made.taken_at}")
    typer.echo("此后的任何时刻都可以恢复，只要日志归档齐全（chspay db archive）")


def restore(
    folder: Annotated[Path, typer.Argument(help="备份目录")],
    passphrase_file: _Passphrase,
    home: _Home = None,
    archived: Annotated[Path | None, typer.Option("--archive", help="日志归档目录；不填则到备份时")] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="恢复到这个时刻（含时区）；不填则到归档的最后")
    ] = None,
) -> None:
    """把备份恢复到一个新的状态目录，核对每个文件，取回密钥，需要时重放日志；已有数据从不覆盖。

    例：

      chspay db restore /backup/2026-11-21 --home /data/new --passphrase-file 口令.txt

      chspay db restore /backup/2026-11-21 --home /data/new --passphrase-file 口令.txt \\
        --archive /backup/wal --to 2026-11-21T10:30:00+08:00
    """
    from chspay_kit import backup as backups

    place = home or default_home()
    typer.echo("正在核对备份并恢复…")
    server = backups.restore(folder, place, _passphrase(passphrase_file), archived, _instant(to))
    server.stop()
    typer.echo(f"已恢复到 {place}；用 chspay up --home {place} 启动，用 chspay db check 核对结构")


def _passphrase(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(PASSPHRASE_UNREADABLE, value=file) from error
    return lines[0].strip() if lines else ""


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(INSTANT_BAD, field="--to", value=text) from error
    if found.tzinfo is None:
        raise Fault(INSTANT_BAD, field="--to", value=text)
    return found
