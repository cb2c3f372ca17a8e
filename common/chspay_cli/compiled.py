"""The compiled loops, loaded only when a file is large enough to be worth it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from pathlib import Path

from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.grouper import Grouper

_FOLDER = "NUMBA_CACHE_DIR"


def kernel_grouper(grouper: Grouper, codemap: CodeMap | None = None) -> BatchGrouper:
    """The compiled batch grouper, for threads to share; its machine code is kept for the next run."""
    keep_machine_code()
    from chspay_grouper.engine.kernel.batch import KernelGrouper

    return KernelGrouper(grouper, codemap, threading.Lock())


def keep_machine_code() -> None:
    """Says where compiled loops are kept for the next run; to be called before they are imported."""
    if not os.environ.get(_FOLDER):
        os.environ[_FOLDER] = str(_cache_folder())


def _cache_folder() -> Path:
    """``$XDG_CACHE_HOME/chspay/kernel`` or ``~/.cache/chspay/kernel``; a passing one where that is no use."""
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(home) / "chspay" / "kernel"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What lies there is run as code: it must be ours alone to write.
        if folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        return _passing_folder()
    return _passing_folder()


def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chspay-kernel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
