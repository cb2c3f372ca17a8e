"""The file beside a weight table: what it was measured from, by which rules, and a worksheet per group."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from chspay_cli.casefile import FILE_MISSING
from chspay_cli.files import replace_file
from chspay_core import ENGINE_VERSION
from chspay_core.amounts import plain, ratio_half_up
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Line
from chspay_grouper.engine.weights.cases import Columns, WeightKind
from chspay_grouper.engine.weights.model import WEIGHT_UNKNOWN, Measured
from chspay_grouper.engine.weights.sheet import KIND_NAMES, weight_sheet
from chspay_grouper.engine.weights.terms import WeightTerms

FORMAT = "chspay-weights/1"
NOT_WEIGHTS = Reason(
    "NOT_WEIGHTS", Kind.INVALID, "{value}不是权重测算的底稿文件，或内容不完整；它应与权重表放在一起。"
)


def run_path(out: Path) -> Path:
    """Where the worksheets of a weight table are."""
    return out.with_name(out.name + ".json")


def overview(measured: Measured) -> list[tuple[str, str]]:
    """The figures that say whether a table is sound."""
    counts = Counter(group.kind for group in measured.groups)
    priced = [group for group in measured.groups if group.kind is not WeightKind.PER_DIEM]
    stable = sum(group.stable for group in priced)
    rounded = sum(group.units * group.cases for group in priced)
    rows = [(KIND_NAMES[kind], str(counts[kind])) for kind in WeightKind if counts[kind]]
    rows += [
        ("其中稳定的病组", str(stable)),
        ("病例", str(sum(group.cases for group in measured.groups))),
        ("全部病例平均费用（元）", _places(measured.overall / 100, 2)),
        ("总权重（调整前，按精确值）", _places(measured.total_weight, measured.places)),
        ("总权重（按取整后的权重）", plain(measured.decimal(rounded))),
    ]
    if measured.raised_weight != measured.total_weight:
        rows.append(("保持总权重的系数k", _places(measured.k, 6)))
    return rows


def run_content(
    measured: Measured,
    terms: WeightTerms,
    columns: Columns,
    sources: Sequence[Mapping[str, object]],
    tried: Mapping[str, str],
) -> dict[str, object]:
    """Everything of a run except the table's digest; no clock."""
    policy = terms.policy
    sheets = [weight_sheet(measured, group, terms) for group in measured.groups]
    rules = {rule.key: rule for rule in policy.used}
    return {
        "format": FORMAT,
        "nature": "测算",
        "engine": ENGINE_VERSION,
        "input": list(sources),
        "policy": {"place": policy.place, "on": policy.on.isoformat(), "digest": policy.digest},
        "tried": dict(tried),
        "evidence": policy.weakest_evidence(),
        "left_out": columns.left_out,
        "fees_unusable": columns.fees_unusable,
        "overview": [list(row) for row in overview(measured)],
        "citations": {key: policy.citation(rule) for key, rule in sorted(rules.items())},
        "sheets": {
            f"{group.kind.value} {group.code}": sheet.to_json()
            for group, sheet in zip(measured.groups, sheets, strict=True)
        },
    }


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


def _places(value: Fraction, places: int) -> str:
    return plain(ratio_half_up(value.numerator, value.denominator, places))
