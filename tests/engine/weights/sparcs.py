"""Real discharges with real money, given years by case number: the file itself holds one year."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from chspay_core.amounts import yuan_to_fen


def sparcs_file(shared: Path) -> Path:
    """36,631 discharges of 169 hospitals (New York SPARCS 2020)."""
    return shared / "data" / "sparcs_2020_musculoskeletal.csv.gz"


def sparcs_cases(shared: Path) -> list[tuple[str, int, int]]:
    """Group, fen and years back (1 to 3, by case number) of every discharge."""
    with gzip.open(sparcs_file(shared), "rt", encoding="utf-8") as file:
        return [
            (row["drg"], yuan_to_fen(row["total_cost"]), int(row["case_id"]) % 3 + 1)
            for row in csv.DictReader(file)
        ]
