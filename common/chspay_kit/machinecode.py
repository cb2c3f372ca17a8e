"""Where machine code is kept, so that only the first run on a machine waits for the compiler."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from chspay_core.digest import sm3_hex, sm3_hex_of

_FOLDER = "NUMBA_CACHE_DIR"


def keep_machine_code() -> Path:
    """Tell numba where to keep machine code, before it is imported; a folder set from outside is left."""
    if not os.environ.get(_FOLDER):
        os.environ[_FOLDER] = str(cache_folder())
    return Path(os.environ[_FOLDER])


def kept_code(sources: Path, kinds: str, make: Callable[[], bytes]) -> bytes:
    """Machine code that is kept beside numba's own, or else made now; damaged code is made anew.

    It is found again only under the same compiler, for the same kind of processor and unchanged sources.

    :param sources: the folder of the Python files it is made from.
    :param kinds: what else it was made for.
    """
    place = keep_machine_code() / f"{sources.name}-{_fingerprint(sources, kinds)}.code"
    if place.is_file():
        digest, _, code = place.read_bytes().partition(b"\n")
        if digest == sm3_hex(code).encode():
            return code
    code = make()
    if os.access(_made(place.parent), os.W_OK):
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_bytes(sm3_hex(code).encode() + b"\n" + code)
        draft.replace(place)
    return code


def _fingerprint(sources: Path, kinds: str) -> str:
    from llvmlite import binding

    processor = f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
    facts = (version("numba"), version("llvmlite"), binding.get_process_triple(), processor, kinds)
    files = sorted(sources.glob("*.py"))
    return sm3_hex_of(["\n".join(facts).encode(), *(file.read_bytes() for file in files)])[:32]


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


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
