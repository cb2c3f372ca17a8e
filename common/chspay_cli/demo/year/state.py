"""How far a demonstration year has come: kept in the state folder after every step, so that it can go on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chspay_cli.files import replace_file
from chspay_cli.synth.year import YearSize
from chspay_core.errors import Fault, Kind, Reason

STATE_FILE = "year-demo.json"
_FORMAT = 1
_NAMES = {
    "persons": "--persons",
    "cases": "--cases",
    "hospitals": "--hospitals",
    "seed": "--seed",
    "year": "--year",
}

OTHER_SIZE = Reason(
    "YEAR_DEMO_OTHER_SIZE",
    Kind.CONFLICT,
    "状态目录{home}里是另一次演示（{found}），与这次的参数不同。用原来的参数可以接着做；"
    "要重新开始请加 --fresh，或用 --home 换一个目录。",
)
STATE_BROKEN = Reason(
    "YEAR_DEMO_STATE_BROKEN",
    Kind.PRECONDITION,
    "状态文件{value}不能读取，请加 --fresh 重新开始，或用 --home 换一个目录。",
)


class Progress:
    """The steps that are done and what each found; written whole after every step."""

    def __init__(self, path: Path, size: YearSize, done: dict[str, dict[str, Any]]) -> None:
        self._path = path
        self.size = size
        self._done = done

    def facts(self, step: str) -> dict[str, Any] | None:
        """What a step found; ``None`` while it is not done."""
        return self._done.get(step)

    def of(self, step: str) -> dict[str, Any]:
        """What a step found that must have been done before."""
        return self._done[step]

    def keep(self, step: str, facts: dict[str, Any]) -> None:
        """A step is done."""
        self._done[step] = facts
        record = {"format": _FORMAT, "size": asdict(self.size), "done": self._done}
        replace_file(self._path, json.dumps(record, ensure_ascii=False, indent=1).encode())


def progress_of(home: Path, size: YearSize) -> Progress:
    """How far the year in ``home`` has come; a new one when there is none.

    :raises Fault: YEAR_DEMO_OTHER_SIZE, YEAR_DEMO_STATE_BROKEN.
    """
    path = home / STATE_FILE
    if not path.exists():
        return Progress(path, size, {})
    try:
        record = json.loads(path.read_bytes())
        if record["format"] != _FORMAT:
            raise ValueError(record["format"])
        found, done = YearSize(**record["size"]), dict(record["done"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(STATE_BROKEN, value=path) from error
    if found != size:
        told = " ".join(f"{option} {getattr(found, name)}" for name, option in _NAMES.items())
        raise Fault(OTHER_SIZE, home=home, found=told)
    return Progress(path, size, done)
