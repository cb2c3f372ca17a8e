"""Files of the watching commands of ``chspay budget``: observations, heads, changes, months, minutes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from chspay_budget.engine.changes import Figures
from chspay_budget.engine.expected_heads import Actual, Stratum
from chspay_budget.engine.forecast import Fact
from chspay_budget.engine.peers import Observation
from chspay_cli.budget_files import CSV_WRONG
from chspay_cli.casefile import FILE_MISSING
from chspay_core.amounts import decimal_text, to_micro, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy_yaml import read_yaml

FACTS_WRONG = Reason(
    "WATCH_FILE_WRONG", Kind.INVALID, "文件{value}缺少“{field}”或写法不对，示例见docs/indicators.md。"
)
COUNT_WRONG = Reason("WATCH_COUNT_WRONG", Kind.INVALID, "“{value}”应为不小于零的整数。")
PEER_COLUMNS = ("institution", "level", "kind", "group", "cases", "value")
MONTH_COLUMNS = ("month", "fund", "other", "points")


def read_observations(path: Path) -> list[Observation]:
    """One figure a row; level, kind, group and cases may be left empty.

    :raises Fault: FILE_MISSING, BUDGET_CSV_WRONG, BUDGET_COUNT_WRONG, NOT_A_NUMBER.
    """
    return [
        Observation(
            row["institution"], _count(row["level"] or "0"), row["kind"], row["group"],
            _count(row["cases"] or "0"), _micro(row["value"]),
        )
        for row in _rows(path, PEER_COLUMNS)
    ]  # fmt: skip


def read_months(path: Path) -> tuple[list[Fact], dict[Month, int]]:
    """Settled months, and the funds of months to come: the rows whose points are empty.

    :raises Fault: FILE_MISSING, BUDGET_CSV_WRONG, NOT_A_MONTH, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    facts, ahead = [], {}
    for row in _rows(path, MONTH_COLUMNS):
        month, fund = Month.parse(row["month"], "month"), yuan_to_fen(row["fund"], "fund")
        if row["points"]:
            facts.append(Fact(month, fund, yuan_to_fen(row["other"] or "0", "other"), _micro(row["points"])))
        else:
            ahead[month] = fund
    return facts, ahead


def read_heads(path: Path) -> tuple[list[Stratum], list[Actual]]:
    """Strata of the pool, and every institution's heads and whom it serves.

    :raises Fault: FILE_MISSING, BUDGET_FILE_WRONG, BUDGET_COUNT_WRONG.
    """
    found = read_facts(path)
    strata = [
        Stratum(
            cell(row, "age_band", path), cell(row, "disease", path),
            *(_count(cell(row, name, path)) for name in ("insured", "base_insured", "base_heads")),
        )
        for row in listed(found, "strata", path)
    ]  # fmt: skip
    actual = [
        Actual(
            cell(one, "institution", path),
            _count(cell(one, "heads", path)),
            {
                (cell(row, "age_band", path), cell(row, "disease", path)): _count(cell(row, "served", path))
                for row in listed(one, "served", path)
            },
        )
        for one in listed(found, "institutions", path)
    ]
    return strata, actual


def read_change(path: Path) -> tuple[Figures, Figures]:
    """Two years of an institution.

    :raises Fault: FILE_MISSING, BUDGET_FILE_WRONG, BUDGET_COUNT_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    found = read_facts(path)
    years = []
    for name in ("before", "after"):
        row = found.get(name)
        if not isinstance(row, dict):
            raise Fault(FACTS_WRONG, field=name, value=path.name)
        years.append(
            Figures(
                _count(cell(row, "year", path)), _count(cell(row, "cases", path)),
                yuan_to_fen(cell(row, "cost", path), "cost"), _micro(cell(row, "weight", path)),
                _micro(cell(row, "price_index", path)),
            )
        )  # fmt: skip
    return years[0], years[1]


def read_facts(path: Path) -> dict[str, Any]:
    """A YAML file of named facts.

    :raises Fault: FILE_MISSING, BUDGET_FILE_WRONG.
    """
    found = read_yaml(_text(path), path.name).plain()
    if not isinstance(found, dict):
        raise Fault(FACTS_WRONG, field="document", value=path.name)
    return found


def listed(found: Mapping[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    """The rows under a name.

    :raises Fault: BUDGET_FILE_WRONG.
    """
    rows = found.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Fault(FACTS_WRONG, field=name, value=path.name)
    return rows


def cell(row: Mapping[str, Any], column: str, path: Path) -> str:
    """A text of a row.

    :raises Fault: BUDGET_FILE_WRONG.
    """
    text = row.get(column)
    if not isinstance(text, str) or not text:
        raise Fault(FACTS_WRONG, field=column, value=path.name)
    return text


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        if reader.fieldnames is None or set(columns) - set(reader.fieldnames):
            raise Fault(CSV_WRONG, field="columns", value=path.name, columns=",".join(columns))
        return [{name: (row[name] or "").strip() for name in columns} for row in reader]
    except csv.Error as error:
        raise Fault(CSV_WRONG, field="columns", value=path.name, columns=",".join(columns)) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault(FILE_MISSING, field="file", value=path) from error
    except UnicodeDecodeError as error:
        raise Fault(CSV_WRONG, field="file", value=path.name, columns="UTF-8") from error


def _count(text: str) -> int:
    number: Decimal = decimal_text(text)
    if number < 0 or number != int(number):
        raise Fault(COUNT_WRONG, field="count", value=text)
    return int(number)


def _micro(text: str) -> int:
    return to_micro(decimal_text(text))
