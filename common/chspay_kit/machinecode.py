"""Where the machine code that numba makes is kept, so that only the first run on a machine waits for it."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from pathlib import Path

_FOLDER = "NUMBA_CACHE_DIR"


def keep_machine_code() -> None:
    """Tell numba where to keep machine code, before it is imported; a folder set from outside is left."""
    if not os.environ.get(_FOLDER):
        os.environ[_FOLDER] = str(cache_folder())


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/chspay/kernel`` or ``~/.cache/chspay/kernel``; a passing one where that is no use.

    A folder that may be read but not written, as in a container with a read-only root, is copied.
    """
    folder = None
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspay" / "kernel"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_ours(folder) and os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        return _passing(folder)
    return _passing(folder)


def _is_ours(folder: Path) -> bool:
    """What lies there is run as code: nobody but us and the administrator may have written it."""
    held = folder.stat()
    return held.st_uid in {os.getuid(), 0} and not held.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _passing(copied: Path | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chspay-kernel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if copied is not None and copied.is_dir() and _is_ours(copied):
        shutil.copytree(copied, folder, dirs_exist_ok=True)
    return folder
