"""Amounts set apart from a fund: read from a file, and written beside a trial with what everybody gets."""

from __future__ import annotations

import csv
from pathlib import Path

from chspay_cli.casefile import FILE_MISSING
from chspay_core.amounts import yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.tables import COLUMN_MISSING
from chspay_settlement.engine.value.carve import Carve, Carved, payments
from chspay_settlement.engine.value.divide import Division

COLUMNS = ("kind", "payee", "amount", "cite")
PAYMENT_COLUMNS = ("payee", "divided_fen", "aside_fen", "added_fen", "total_fen")


def read_carves(path: Path) -> list[Carve]:
    """Amounts from a CSV file with the columns ``kind``, ``payee``, ``amount`` (yuan) and ``cite``.

    :raises Fault: FILE_MISSING, COLUMN_MISSING, and what is no amount of money.
    """
    if not path.is_file():
        raise Fault(FILE_MISSING, field="--carve", value=path.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for column in COLUMNS:
            if column not in (rows.fieldnames or ()):
                raise Fault(COLUMN_MISSING, field=column)
        cells = [{column: (row[column] or "").strip() for column in COLUMNS} for row in rows]
    return [
        Carve(row["kind"], row["payee"], yuan_to_fen(row["amount"], "amount"), row["cite"]) for row in cells
    ]


def payment_rows(carved: Carved, division: Division) -> list[tuple[str, int, int, int, int]]:
    """What everybody gets, as rows of :data:`PAYMENT_COLUMNS`."""
    return [(*payment, payment.total_fen) for payment in payments(carved, division)]


def carved_facts(carved: Carved) -> dict[str, object]:
    """What run.json says of the amounts set apart."""
    return {
        "fund_fen": carved.fund_fen,
        "aside": [carve._asdict() for carve in carved.aside],
        "added": [carve._asdict() for carve in carved.added],
    }
