"""Clears a Parquet file in a process of its own and says how long each part took, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
import clearing_cases
import clearing_oracle
from settlement_rules import policy_of

from chspay_cli.trial_columns import read_columns
from chspay_settlement.engine.columnar.clearing import clear_columns


def peak() -> int:
    """Highest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def timed(work):
    """What work found, its seconds and its processor seconds."""
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - spent


def mark(steps: dict[str, float], name: str) -> None:
    """Notes when a step begins."""
    steps[name] = time.perf_counter()


def main(path: Path, threads: int, warm: int) -> None:
    """Reads and clears once, then clears again what is in memory."""
    policy, said = policy_of(clearing_cases.RULES), {}
    with ThreadPoolExecutor(threads) as pool:
        found, read, read_cpu = timed(
            lambda: read_columns(path, clearing_cases.LEVELS, pool.map, lambda *_: None)
        )
        said |= {"read": read, "read_cpu": read_cpu, "read_peak": peak()}
        for turn in range(1 + warm):
            steps: dict[str, float] = {}
            begin = partial(mark, steps)
            done, wall, cpu = timed(
                partial(
                    clear_columns, found.columns, clearing_cases.FUND, policy, progress=begin, each=pool.map
                )
            )
            begin("end")
            if not turn:
                said |= {"first": wall, "first_cpu": cpu}
            elif wall < said.get("warm", wall + 1):
                ends = [*steps.values()][1:]
                parts = {name: round(end - steps[name], 2) for name, end in zip(steps, ends, strict=False)}
                said |= {"warm": wall, "warm_cpu": cpu, "steps": parts}
    said |= {"peak": peak(), "digest": clearing_oracle.digest(done.funds_fen)}
    said |= {"fund": int(sum(amount.fund_fen for amount in done.hospitals)), "cases": len(done.points)}
    said |= {"kinds": {kind.value: rows for kind, rows in done.points.tally().items()}}
    said |= {"unstable": sum(not group.stable for group in done.table.groups.values())}
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
