"""How fast a DIP catalogue is built, how fast it groups, and what a second process is worth."""

from __future__ import annotations

import resource
import time
from datetime import date
from pathlib import Path

import pytest

import chspay_policy
from chspay_cli.casefile import read_cases
from chspay_cli.cli_dip import group_cases
from chspay_cli.cli_generate import generate
from chspay_cli.dipfile import read_tables, save_built, shipped_tables
from chspay_core.bundle import Bundle
from chspay_grouper.engine.dip.batch import DipBatch
from chspay_grouper.engine.dip.build import build
from chspay_grouper.engine.dip.match import DipGrouper
from chspay_grouper.engine.dip.record import READ

CASES = 200_000
TARGET = 100_000


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_a_city_is_built_and_grouped(tmp_path: Path) -> None:
    """A catalogue is negotiated for weeks: each trial must take seconds, and grouping a city less."""
    path = tmp_path / "city.parquet"
    generate(out=path, cases=CASES, seed=3, month="2026-01", faults="0.01", hospitals=40)
    batches = list(read_cases(path, READ))
    policy = Bundle.load(chspay_policy.ROOT, "990100").on(date(2027, 1, 1))
    start = time.process_time()
    built = build(batches, policy, read_tables(shipped_tables("starter")), catalogue_id="b")
    catalogue = built.catalogue
    seconds = time.process_time() - start
    print(f"\nDIP, {CASES:,} cases: build {seconds:.1f} s ({CASES / seconds:,.0f}/s), {catalogue.counts()}")
    grouper = DipGrouper(catalogue)
    for name in ("first", "second"):
        start = time.process_time()
        dip = DipBatch(grouper)
        done = sum(len(dip.columns(*dip.group(batch))["dip"]) for batch in batches)
        seconds = time.process_time() - start
        told = "" if CASES / seconds >= TARGET else f" (target {TARGET:,}/s not reached)"
        print(f"  group, {name} time: {seconds:.2f} s of processor, {CASES / seconds:,.0f}/s{told}")
        assert done == CASES
    save_built(tmp_path / "D", built, {})
    alone, _ = spent(path, tmp_path, 1)
    own, workers = spent(path, tmp_path, 2)
    longest = max(own, workers / 2)
    print(f"  chspay dip group --jobs 1: {alone:.2f} s of processor, {CASES / alone:,.0f}/s")
    print(f"  --jobs 2: {own:.2f} s in the command, {workers:.2f} s in two workers; on idle processors")
    print(f"  {longest:.2f} s at best, {CASES / longest:,.0f}/s, {alone / longest:.2f} x one process")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def spent(cases: Path, folder: Path, jobs: int) -> tuple[float, float]:
    """Processor seconds of ``chspay dip group``, file to file without the start: its own, its workers'.

    Seconds on the clock say nothing where other work shares the processors.
    """
    own, before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    group_cases(cases, folder / "D", folder / f"{jobs}.parquet", jobs=jobs)
    own, after = time.process_time() - own, resource.getrusage(resource.RUSAGE_CHILDREN)
    return own, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
