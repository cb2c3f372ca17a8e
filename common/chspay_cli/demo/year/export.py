"""The year as JSON and as CSV files; money in yuan with two places."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chspay_cli.demo.year.result import YearResult
from chspay_cli.files import replace_file
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason

FOLDER_UNUSABLE = Reason("YEAR_DEMO_FOLDER", Kind.PRECONDITION, "不能写入文件夹{value}（{why}），请换一个。")
_FEN = "_fen"


def plain(found: YearResult) -> dict[str, Any]:
    """The result as plain values: amounts are yuan texts, and ``_fen`` is gone from their names."""
    return {
        "holds": found.holds,
        "clearing": _yuan(found.clearing),
        "methods": [
            {"code": one.code, "name": one.name, "count": one.count, "points": str(one.points),
             "cost": fen_to_yuan(one.cost_fen), "by_points": fen_to_yuan(one.points_fen),
             "by_money": fen_to_yuan(one.money_fen), "fund": fen_to_yuan(one.fund_fen)}
            for one in found.methods
        ],
        "routes": [_yuan(row) for row in found.routes],
        "pools": [
            {"code": one.code, "name": one.name, "budget": fen_to_yuan(one.budget_fen),
             "paid": fen_to_yuan(one.paid_fen), "balance": fen_to_yuan(one.balance_fen)}
            for one in found.pools
        ],
        "budget": fen_to_yuan(found.budget_fen),
        "point_value_came": found.came,
        "months": [_yuan(row) for row in found.months],
        "communities": [_yuan(row) for row in found.communities],
        "hospitals": [_yuan(row) for row in found.hospitals],
        "accounts": {account: fen_to_yuan(fen) for account, fen in found.accounts.items()},
        "payment_orders": [_yuan(row) for row in found.paid],
        "digests": found.digests,
        "checks": [
            {"code": one.code, "name": one.name, "holds": one.holds, "told": one.told} for one in found.checks
        ],
    }  # fmt: skip


def _yuan(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix(_FEN): fen_to_yuan(value)
        if name.endswith(_FEN) and isinstance(value, int)
        else value
        for name, value in row.items()
    }


def as_json(found: YearResult) -> str:
    """The result as JSON text."""
    return json.dumps(plain(found), ensure_ascii=False, indent=1)


def prepare(folder: Path) -> None:
    """Makes the folder of the CSV files, before the year takes its time.

    :raises Fault: YEAR_DEMO_FOLDER.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(FOLDER_UNUSABLE, field="--csv", value=folder, why=error.strerror or error) from error


def write_csv(found: YearResult, folder: Path) -> list[Path]:
    """One CSV file for each table, UTF-8 with a mark so that spreadsheets read it.

    :raises Fault: YEAR_DEMO_FOLDER.
    """
    content = plain(found)
    written = []
    try:
        for name in ("methods", "routes", "pools", "months", "communities", "hospitals", "checks"):
            path = folder / f"{name}.csv"
            replace_file(path, _csv(content[name]).encode("utf-8-sig"))
            written.append(path)
    except OSError as error:
        raise Fault(FOLDER_UNUSABLE, field="--csv", value=folder, why=error.strerror or error) from error
    return written


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    listed = list(rows)
    # A month before the first forecast has fewer figures than the others.
    names = list(dict.fromkeys(name for row in listed for name in row))
    sink = io.StringIO()
    out = csv.writer(sink, lineterminator="\n")
    out.writerow(names)
    for row in listed:
        out.writerow(
            json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            for value in (row.get(name, "") for name in names)
        )
    return sink.getvalue()
