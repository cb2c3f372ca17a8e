"""Regenerates ``proto/gen/chspay`` from ``proto/chspay``: the same bytes from the same lock, every time.

Run by ``./run proto``; with ``--check`` it only says which files are stale and ends with 1. Needs the
environment of the lock: protoc and the protobuf runtime must be of one release.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATED = HERE / "gen"


def generate(into: Path) -> None:
    """Write modules, type stubs and service stubs for every ``.proto`` below ``into``.

    :raises subprocess.CalledProcessError: a proto file has an error; protoc has said which.
    """
    sources = sorted(path.relative_to(HERE) for path in (HERE / "chspay").rglob("*.proto"))
    # google/type/*.proto lie in site-packages, beside the modules made from them.
    spec = find_spec("google.type")
    google = Path(next(iter(spec.submodule_search_locations or []))).parents[1] if spec else HERE
    outs = [f"--{kind}={into}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{HERE}", f"-I{google}", *outs]
    subprocess.run([*command, *map(str, sources)], check=True)  # noqa: S603
    for package in {parent for path in sources for parent in path.parents if parent != Path(".")}:
        (into / package / "__init__.py").touch()


def contents(folder: Path) -> dict[str, bytes]:
    """Relative name -> bytes of the generated files below ``folder``."""
    files = [*folder.rglob("*.py"), *folder.rglob("*.pyi")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def stale(made: dict[str, bytes]) -> list[str]:
    """The generated files that differ from ``made``, are missing, or should not be there."""
    present = contents(GENERATED)
    return sorted(name for name in made.keys() | present.keys() if made.get(name) != present.get(name))


def main(arguments: list[str]) -> int:
    """Regenerate, or check; 0 when all is current, 1 when ``--check`` found stale files, 2 on an error."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate(Path(folder))
        except subprocess.CalledProcessError:
            print("proto 有错误，见上；proto/gen 没有改动", file=sys.stderr)
            return 2
        made = contents(Path(folder))
    old = stale(made)
    if "--check" in arguments:
        print("\n".join([f"proto/gen/{name}" for name in old] or ["proto/gen 是最新的"]))
        return 1 if old else 0
    for name in old:
        place = GENERATED / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name in made:
            place.write_bytes(made[name])
        else:
            place.unlink()
    print(f"proto/gen：更新了 {len(old)} 个文件")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
