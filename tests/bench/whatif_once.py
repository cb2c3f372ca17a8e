"""Simulates a Parquet file in a process of its own and says how long each part took, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
import clearing_cases
import numpy as np
from settlement_rules import policy_of

from chspay_cli.trial_columns import read_columns
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.whatif.bench import Bench
from chspay_settlement.engine.whatif.outcome import By, compared, summary
from chspay_settlement.engine.whatif.period import Grouping, Period, bands_of
from chspay_settlement.engine.whatif.scenario import scenario_of
from chspay_settlement.engine.whatif.sweep import Axis, Grid

LEVELS = [{"level": "1", "value": "0.9"}, {"level": "2", "value": "1"}, {"level": "3", "value": "1.1"}]
SCENARIOS = {
    "coefficients": {"rules": {"coefficient.by_level": LEVELS}},
    "method of dear cases": {"rules": {"settle.high": "as_normal@1"}},
    "limits of outliers": {"rules": {"outlier.low_multiple": "0.45"}},
    "weights of ten groups": {"point_factors": {f"G{n:03}": "1.05" for n in range(10)}},
    "fund": {"fund_factor": "1.03"},
    "another grouping": {"grouping": "next"},
    "prices of drugs": {"prices": {"factors": {"fee_drug": "0.85"}, "patient": "kept"}},
}


def timed(work):
    """What work found, its seconds, and its processor seconds."""
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    return found, [round(time.perf_counter() - began, 2), round(time.process_time() - spent, 2)]


def period_of(path: Path, each) -> Period:
    """The file with what a simulation asks for besides: ages, drugs, communities, another grouping."""
    found = read_columns(path, clearing_cases.LEVELS, each, lambda *_: None)
    columns = found.columns
    rng = np.random.default_rng(clearing_cases.SEED)
    ages = rng.integers(0, 95, len(columns))
    codes = columns.drg.codes
    other = replace(columns.drg, codes=np.where(codes % 7 == 3, codes - 1, codes))
    return Period(
        "bench", columns, clearing_cases.FUND, policy_of(clearing_cases.RULES), ages=ages,
        communities={code: f"X{int(code[1:]) % 20}" for code in columns.hospital.texts},
        parts={"fee_drug": columns.cost_fen // 3}, groupings={"next": Grouping(other, columns.status)},
    )  # fmt: skip


def main(path: Path, threads: int, points: int) -> None:
    """Everything over one file; ``points`` of a grid when there are any."""
    said: dict[str, object] = {}
    with ThreadPoolExecutor(threads) as pool:
        period, said["read"] = timed(lambda: period_of(path, pool.map))
        clear = lambda: clear_columns(period.columns, period.fund_fen, period.policy, each=pool.map)  # noqa: E731
        clear()
        done, said["clearing"] = timed(clear)
        bench = Bench(period, each=pool.map, bands=bands_of(["0-17", "18-64", "65-"]))
        base, said["cold"] = timed(bench.clear)
        given = {row.hospital_code: row.fund_fen for row in done.hospitals}
        assert {key: row.fund_fen for key, row in base.facets[By.HOSPITAL].items()} == given
        warm: dict[str, list[object]] = {}
        for name, parts in SCENARIOS.items() if not points else ():
            outcome, seconds = timed(lambda parts=parts, name=name: bench.clear(scenario_of(name, parts)))
            for by in outcome.facets:
                compared(base, outcome, by)
            found = summary(base, outcome)
            assert found.change_fen == found.fund_change_fen
            warm[name] = [*seconds, list(outcome.recomputed), found.losers]
        said |= {"warm": warm, "cases": len(period.columns)}
        if points:
            said |= swept(bench, base, points)
    said["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps(said, ensure_ascii=False))


def swept(bench: Bench, base, points: int) -> dict[str, object]:
    """A grid of coefficients of two levels, and one of limits: seconds a point."""
    side = round(points**0.5)
    values = tuple(f"{0.9 + n / 200:.3f}" for n in range(side))
    grid = Grid(
        tuple(Axis(f"rules:coefficient.by_level[level={level}].value", values) for level in (1, 3)), True
    )
    losers: list[int] = []
    _, seconds = timed(lambda: losers.extend(each(bench, base, grid)))
    few = Grid((Axis("rules:outlier.low_multiple", tuple(f"0.3{n:02}" for n in range(10))),), True)
    _, own = timed(lambda: list(each(bench, base, few)))
    found = {"points": len(grid), "sweep": seconds, "fewest": min(losers), "most": max(losers)}
    return found | {"measured": round(own[1] / len(few), 2)}


def each(bench: Bench, base, grid: Grid):
    """How many lose at every point."""
    for number, text in enumerate(grid.points()):
        scenario = grid.scenario(number, text, bench.period.policy, {})
        yield summary(base, bench.clear(scenario, detail=False)).losers


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
