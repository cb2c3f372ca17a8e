"""The file beside a weight table: what it was measured from, by which rules, and a worksheet per group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chspay_cli.casefile import FILE_MISSING
from chspay_cli.files import replace_file
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Line
from chspay_grouper.engine.weights.cases import WeightKind
from chspay_grouper.engine.weights.model import WEIGHT_UNKNOWN
from chspay_grouper.engine.weights.statement import FORMAT

NOT_WEIGHTS = Reason(
    "NOT_WEIGHTS", Kind.INVALID, "{value}不是权重测算的底稿文件，或内容不完整；它应与权重表放在一起。"
)


def run_path(out: Path) -> Path:
    """Where the worksheets of a weight table are."""
    return out.with_name(out.name + ".json")


def save_worksheets(out: Path, content: Mapping[str, object]) -> None:
    """Writes the worksheets beside the table ``out``, sealed to its bytes; whole or not at all."""
    text = json.dumps({**content, "table_sm3": _sm3(out)}, ensure_ascii=False, indent=1)
    replace_file(run_path(out), f"{text}\n".encode())


@dataclass(frozen=True)
class RunFile:
    """The worksheets of a weight table read back; ``intact`` when the table is still the one measured."""

    content: Mapping[str, object]
    citations: Mapping[str, str]
    sheets: Mapping[str, Mapping[str, object]]
    intact: bool

    @property
    def summary(self) -> list[str]:
        """The run in a few lines."""
        rows = self.content["overview"]
        lines = [f"{name}：{value}" for name, value in rows] if isinstance(rows, list) else []
        policy = self.content["policy"]
        if isinstance(policy, dict):
            lines.insert(0, f"政策 {policy['place']} {policy['on']}，摘要 {policy['digest']}")
        return lines

    def sheet(self, code: str) -> tuple[str, list[Line]]:
        """Title and lines of the worksheet of ``code``.

        :raises Fault: WEIGHT_UNKNOWN.
        """
        for kind in WeightKind:
            found = self.sheets.get(f"{kind.value} {code}")
            if found is not None:
                rows = found["lines"]
                lines = [_line(row) for row in rows] if isinstance(rows, list) else []
                return str(found["title"]), lines
        raise Fault(WEIGHT_UNKNOWN, field="code", value=code)


def read_run(out: Path) -> RunFile:
    """Reads back the worksheets of the table ``out``.

    :raises Fault: FILE_MISSING, NOT_WEIGHTS.
    """
    path = run_path(out)
    for needed in (out, path):
        if not needed.is_file():
            raise Fault(FILE_MISSING, field="file", value=needed.name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise Fault(NOT_WEIGHTS, value=path.name)
        intact = content["table_sm3"] == _sm3(out)
        return RunFile(content, content["citations"], content["sheets"], intact)
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(NOT_WEIGHTS, value=path.name) from error


def _line(row: Mapping[str, object]) -> Line:
    inputs = row["inputs"]
    texts = {name: str(value) for name, value in row.items() if name != "inputs"}
    return Line(**texts, inputs=tuple(inputs) if isinstance(inputs, list) else ())


def _sm3(path: Path) -> str:
    with path.open("rb") as file:
        return sm3_hex_of(iter(lambda: file.read(1 << 20), b""))
