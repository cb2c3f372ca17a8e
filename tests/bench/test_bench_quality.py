"""Quality: how many lists a second one core checks, and what the check costs the intake."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

for folder in ("engine/settlement/quality", "contract"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

LISTS = int(os.environ.get("CHSPAY_BENCH_QUALITY_LISTS", "20000"))
#: Lists a second of one core below which something is wrong, on a loaded machine too.
LEAST = 2_000


def varied(number: int) -> dict[str, Any]:
    """A sound list whose person, dates and amounts differ from every other's."""
    from quality_world import clean

    record = clean()
    day, fen = 1 + number % 20, f"{number % 9973}.{number % 100:02d}"
    record["setlinfo"] |= {
        "setl_id": f"JS{number}",
        "hi_no": f"99{number:018}",
        "medcasno": f"BA{number}",
        "psn_name": f"演示{number}",
        "bill_no": f"{number:010}",
        "biz_sn": f"YW{number:010}",
        "certno": f"9901011958060{number % 100_000:05}",
        "adm_time": f"2026-01-{day:02d} {number % 24:02d}:{number % 60:02d}:00",
        "psn_cashpay": fen,
    }
    record["iteminfo"][3]["amt"] = fen
    return record


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_lists_checked_a_second_by_one_core():
    """A hospital checks its month while it waits; the bureau's worker keeps up with every upload."""
    from quality_world import NOW, shipped

    from chspay_settlement.engine.quality.check import check
    from chspay_settlement.engine.quality.scores import sums_by_list

    texts = [orjson.dumps(varied(number)) for number in range(LISTS)]
    check(shipped(), [orjson.loads(texts[0])], None, NOW)
    print(f"\n{LISTS:,} lists of {len(texts[0]):,} bytes, load {os.getloadavg()[0]:.1f}")
    rates: dict[str, float] = {}
    for size in (1, 100, 2_000):
        some = [orjson.loads(text) for text in texts[: 200 if size == 1 else LISTS]]
        began = time.process_time()
        for at in range(0, len(some), size):
            outcome = check(shipped(), some[at : at + size], None, NOW)
            outcome.findings()
            sums_by_list(outcome)
        rates[f"by {size}"] = len(some) / (time.process_time() - began)
    began = time.process_time()
    for text in texts:
        orjson.loads(text)
    rates["parsing alone"] = LISTS / (time.process_time() - began)
    print("  " + ", ".join(f"{name}: {rate:,.0f}/s" for name, rate in rates.items()))
    assert rates["by 2000"] > LEAST


@pytest.mark.bench
@pytest.mark.timeout(600)
async def test_what_the_check_costs_the_intake(migrated_db, monkeypatch):
    """The sender's answer must not wait for the check: one more row is all it pays."""
    import settlement_world as sw
    from quality_world import clean

    from chspay_settlement.app.quality.checking import QualityChecks
    from chspay_settlement.store import lists

    with_check = lists._PUT_ONE
    start = with_check.index("), unchecked AS (")
    without = with_check[:start] + with_check[with_check.index(")\nSELECT list_id, version", start) :]
    content = json.dumps(clean()).encode()
    number = 0
    async with sw.world(migrated_db.url("settlement")) as world:
        await world.put_hospital("H99010100001")

        async def submit(times: int) -> list[float]:
            nonlocal number
            taken = []
            for _ in range(times):
                number += 1
                case = sw.case_of(number, "H99010100001")
                began = time.perf_counter()
                await world.submit(f"b{number}", case, source=content)
                taken.append((time.perf_counter() - began) * 1e3)
            return taken

        async def rests(_self: Any, _connection: Any) -> list[Any]:
            return []

        found: dict[str, list[float]] = {"without": [], "queued": [], "checked beside": []}
        await submit(50)
        working = QualityChecks.waiting
        for _ in range(6):
            for name in found:
                monkeypatch.setattr(lists, "_PUT_ONE", without if name == "without" else with_check)
                monkeypatch.setattr(QualityChecks, "waiting", working if name == "checked beside" else rests)
                found[name] += await submit(100)
    print(f"\nSubmitList one after the other, load {os.getloadavg()[0]:.1f}")
    for name, taken in found.items():
        high = sorted(taken)[int(len(taken) * 0.99)]
        print(f"  {name}: median {statistics.median(taken):.2f} ms, p99 {high:.2f} ms")
