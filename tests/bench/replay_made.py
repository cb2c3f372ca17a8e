"""A replay bundle of a province's month made from generated cases, as the service would export it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
import clearing_cases
from settlement_rules import ON, bundle_of

from chspay_cli.trial_columns import read_columns
from chspay_kit.machinecode import keep_machine_code
from chspay_kit.package_draft import Draft

keep_machine_code()

from chspay_settlement.engine.month.closing import Paying  # noqa: E402
from chspay_settlement.engine.replay.month import MonthFacts, Payments, replay_month  # noqa: E402
from chspay_settlement.engine.replay.writing import put_cases, put_month, put_results  # noqa: E402


def main(cases: int, path: Path, threads: int) -> None:
    """Generates, clears and seals."""
    table = path.with_suffix(".cases.parquet")
    clearing_cases.write(table, cases)
    bundle = bundle_of(clearing_cases.RULES)
    policy = bundle.on(ON)
    places = {code: ("990100", f"演示医院{code}") for code in clearing_cases.LEVELS}
    facts = MonthFacts(
        "MR-990100-202603-1", "MR-990100-202603", "990100", 202603, "bench", "bench", "5c" * 32,
        clearing_cases.FUND, ("point_value.form", "prepay.share"), proven=True,
    )  # fmt: skip
    payments = Payments(Paying({}, {}, {}), places)
    with ThreadPoolExecutor(threads) as pool, Draft(path.parent) as draft:
        columns = read_columns(table, clearing_cases.LEVELS, pool.map, lambda *_: None).columns
        results = replay_month(facts, policy, columns, payments, each=pool.map)
        put_month(draft, facts, policy, bundle.content, payments)
        put_cases(draft, columns)
        put_results(draft, results)
        print(draft.seal(path, "replay", {"clearing": facts.run_id, "of": "month"}))
    table.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
