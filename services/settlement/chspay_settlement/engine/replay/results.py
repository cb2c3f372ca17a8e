"""What a clearing came to, as named bytes and paid cases; and the first place where two of them differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from chspay_core.digest import sm3_hex
from chspay_settlement.engine.replay.cases import Paid, digest_of_rows

TABLE, INPUT, LEDGER, ROUTES = "table", "input", "ledger", "routes"
STATEMENT, EFFECT = "statement/", "effect/"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Results:
    """The outputs of a clearing by name, in the order they were worked out, and what its cases were paid."""

    outputs: Mapping[str, bytes]
    paid: Paid

    def digests(self) -> dict[str, str]:
        """SM3 of every output."""
        return digests_of(self.outputs)

    def paid_digests(self) -> list[str]:
        """SM3 of what cases were paid, a block at a time."""
        return [digest_of_rows(batch) for batch in self.paid.batches()]


def digests_of(outputs: Mapping[str, bytes]) -> dict[str, str]:
    """SM3 of outputs, by name."""
    return {name: sm3_hex(content) for name, content in outputs.items()}


class Place(NamedTuple):
    """The first place where a replay is not what was stored."""

    #: Name of the output, or of the block of cases.
    output: str
    #: Field within it, or hospital, case and column.
    where: str
    expected: str
    found: str


def first_difference(name: str, expected: bytes | None, found: bytes | None) -> Place:
    """Where two versions of an output part; both are JSON, or one is missing."""
    if expected is None or found is None:
        there, gone = "有", "没有"
        return Place(name, "", gone if expected is None else there, gone if found is None else there)
    try:
        place = _walk(json.loads(expected), json.loads(found), "")
    except ValueError:
        place = None
    if place is not None:
        return Place(name, *place)
    at = next((i for i, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), -1)
    at = min(len(expected), len(found)) if at < 0 else at
    return Place(name, f"第{at + 1}字节", _cut(expected[at : at + 20]), _cut(found[at : at + 20]))


def _walk(expected: Any, found: Any, path: str) -> tuple[str, str, str] | None:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            here = f"{path}.{key}" if path else key
            if key not in expected or key not in found:
                return here, _cut(expected.get(key, "没有")), _cut(found.get(key, "没有"))
            place = _walk(expected[key], found[key], here)
            if place is not None:
                return place
        return None
    if isinstance(expected, list) and isinstance(found, list):
        for number, (one, other) in enumerate(zip(expected, found, strict=False)):
            place = _walk(one, other, f"{path}[{number}]")
            if place is not None:
                return place
        if len(expected) != len(found):
            return f"{path}（行数）", str(len(expected)), str(len(found))
        return None
    return None if expected == found else (path, _cut(expected), _cut(found))


def _cut(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def first_paid_difference(
    number: int, names: pa.RecordBatch, expected: pa.RecordBatch, found: pa.RecordBatch
) -> Place:
    """The first case of a block that was paid otherwise.

    :param number: of the block, counted from 0.
    :param names: the block's cases, with ``hospital_code`` and ``case_id``.
    """
    name = f"cases/{number}"
    if len(expected) != len(found):
        return Place(name, "病例数", str(len(expected)), str(len(found)))
    for row in range(len(expected)):
        one, other = (batch.slice(row, 1).to_pylist()[0] for batch in (expected, found))
        for column, value in one.items():
            if value != other[column]:
                who = names.slice(row, 1).to_pylist()[0]
                where = f"{who['hospital_code']} {who['case_id']} {column}"
                return Place(name, where, str(value), str(other[column]))
    return Place(name, "", "", "")


def unequal(expected: Sequence[str], found: Sequence[str]) -> Iterator[int]:
    """The numbers of the blocks whose digests differ."""
    for number in range(max(len(expected), len(found))):
        if expected[number : number + 1] != found[number : number + 1]:
            yield number
