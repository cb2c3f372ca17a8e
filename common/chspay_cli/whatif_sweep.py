"""A sweep that can be stopped and gone on with: every point is written down as soon as it is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from chspay_cli.casefile import OUTPUTS, check_kind, write_rows
from chspay_core import ENGINE_VERSION
from chspay_core.amounts import fen_to_yuan
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.whatif.content import outcome_content, packed, summary_content, summary_of
from chspay_settlement.engine.whatif.outcome import Outcome, Summary, summary
from chspay_settlement.engine.whatif.sweep import SWEEP_EMPTY, SWEEP_TARGET, Axis, Grid

if TYPE_CHECKING:
    from chspay_settlement.engine.whatif.bench import Bench

SWEEP_OTHER = Reason(
    "WHAT_IF_SWEEP_OTHER",
    Kind.CONFLICT,
    "“{value}”里是另一次网格的进度（病例、政策、方案或网格不同）；请换一个 --out，或删去它再做。",
)
STEP_BAD = Reason(
    "WHAT_IF_STEP",
    Kind.INVALID,
    "取值“{value}”写法不对：逐个写0.3,0.4,0.5，或写范围0.3..0.5/0.1（起..止/步）。",
)
_MOST_STEPS = 100_000
_MONEY = pa.decimal128(20, 2)
_FEN = ("fund", "residual", "change", "fund_change", "residual_change", "moved", "largest_loss")
_WHOLE = ("winners", "losers")
_TEXT = ("largest_loss_hospital", "gini", "riv")


def axis_of(text: str) -> Axis:
    """An axis from ``target=v1,v2`` or ``target=first..last/step``; the last ``=`` outside brackets parts
    the two.

    :raises Fault: WHAT_IF_TARGET, WHAT_IF_GRID_EMPTY, WHAT_IF_STEP.
    """
    bracket = text.rfind("]")
    place = text.find("=", bracket + 1)
    if place < 1:
        raise Fault(SWEEP_TARGET, field="--axis", value=text)
    target, values = text[:place], text[place + 1 :]
    if ".." in values:
        return Axis(target, tuple(_steps(values)))
    found = tuple(value.strip() for value in values.split(",") if value.strip())
    if not found:
        raise Fault(SWEEP_EMPTY, field="--axis", value=text)
    return Axis(target, found)


def _steps(text: str) -> list[str]:
    ends, slash, width = text.partition("/")
    first, _, last = ends.partition("..")
    try:
        low, high, step = (Decimal(part.strip()) for part in (first, last, width))
    except ArithmeticError as error:
        raise Fault(STEP_BAD, field="--axis", value=text) from error
    if not slash or step <= 0 or high < low or (high - low) / step >= _MOST_STEPS:
        raise Fault(STEP_BAD, field="--axis", value=text)
    return [format(low + step * place, "f") for place in range(int((high - low) / step) + 1)]


class Journal:
    """What is done of a sweep, beside its output; gone when the output is there.

    :raises Fault: WHAT_IF_SWEEP_OTHER when it belongs to another sweep.
    """

    def __init__(self, out: Path, digest: str) -> None:
        check_kind(out, OUTPUTS)
        self.path = out.with_name(f"{out.name}.doing")
        self.done: dict[int, dict[str, Any]] = {}
        if self.path.is_file():
            self._read(digest)
        else:
            self.path.write_bytes(orjson.dumps({"sweep": digest}) + b"\n")

    def _read(self, digest: str) -> None:
        lines = self.path.read_bytes().split(b"\n")
        if not lines or orjson.loads(lines[0] or b"{}").get("sweep") != digest:
            raise Fault(SWEEP_OTHER, field="--out", value=self.path.name)
        for line in lines[1:]:
            # The last line may have been cut off.
            with suppress(orjson.JSONDecodeError):
                found = orjson.loads(line)
                self.done[found["point"]] = found
        whole = [{"sweep": digest}, *self.done.values()]
        self.path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in whole))

    def add(self, found: dict[str, Any]) -> None:
        """Writes a point down for good."""
        self.done[found["point"]] = found
        with self.path.open("ab") as file:
            file.write(orjson.dumps(found) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """The output is there."""
        self.path.unlink(missing_ok=True)


def sweep_digest(base: Outcome, grid: Grid, parts: Mapping[str, object], policy_digest: str) -> str:
    """What a sweep is of: the base's figures, the policy, the grid, what else is changed, the engine."""
    axes = [[axis.target, list(axis.values)] for axis in grid.axes]
    whole = {
        "base": outcome_content(base),
        "axes": axes,
        "cartesian": "yes" if grid.cartesian else "no",
        "parts": orjson.dumps(parts).decode(),
        "policy": policy_digest,
        "engine": ENGINE_VERSION,
    }
    return sm3_hex(packed(whole))


def run_sweep(
    bench: Bench,
    base: Outcome,
    grid: Grid,
    parts: Mapping[str, object],
    journal: Journal,
    tell: Callable[[int, int], None],
) -> None:
    """Every point that is not done yet.

    :param tell: told how many of how many are done; may raise to stop.
    """
    for number, values in enumerate(grid.points()):
        tell(len(journal.done), len(grid))
        if number in journal.done:
            continue
        found: dict[str, Any] = {"point": number, "values": list(values), "reason": "", "message": ""}
        try:
            scenario = grid.scenario(number, values, bench.period.policy, parts)
            found["summary"] = summary_content(summary(base, bench.clear(scenario, detail=False)))
        except Fault as fault:
            found |= {"summary": None, "reason": fault.reason.code, "message": fault.message}
        journal.add(found)
    tell(len(journal.done), len(grid))


def sweep_schema(grid: Grid) -> pa.schema:
    """The columns of a sweep's output: the axes, the objectives, and why a point cannot be cleared."""
    return pa.schema(
        [
            ("point", pa.int64()),
            *((axis.target, pa.string()) for axis in grid.axes),
            ("point_value", pa.string()),
            *((name, _MONEY) for name in _FEN),
            *((name, pa.int64()) for name in _WHOLE),
            *((name, pa.string()) for name in (*_TEXT, "failure_reason", "failure_message")),
        ]
    )


def write_sweep(out: Path, grid: Grid, journal: Journal) -> int:
    """The points in the order of the grid, as CSV, Parquet or Excel."""
    schema = sweep_schema(grid)
    rows = [_row(grid, journal.done[number]) for number in sorted(journal.done)]

    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist(rows, schema)

    return write_rows(out, schema, batches())


def _row(grid: Grid, found: Mapping[str, Any]) -> dict[str, object]:
    row: dict[str, object] = {"point": found["point"], "failure_reason": found["reason"],
                              "failure_message": found["message"]}  # fmt: skip
    row |= dict(zip((axis.target for axis in grid.axes), found["values"], strict=True))
    if found["summary"] is None:
        return row
    own = summary_of(found["summary"])
    row["point_value"] = "、".join(own.point_values)
    row |= {name: Decimal(fen_to_yuan(getattr(own, f"{name}_fen"))) for name in _FEN}
    return row | {name: getattr(own, name) for name in (*_WHOLE, *_TEXT)}


def best(journal: Journal) -> Sequence[tuple[dict[str, Any], Summary]]:
    """The points by their largest loss, the smallest first; those that cannot be cleared are left out."""
    known = [(found, summary_of(found["summary"])) for found in journal.done.values() if found["summary"]]
    return sorted(known, key=lambda pair: (-pair[1].largest_loss_fen, pair[1].losers, pair[0]["point"]))
