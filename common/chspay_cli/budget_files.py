"""Files of ``chspay budget``: the facts of a year, months and groups in; tables out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import typer

from chspay_budget.engine.causes import Group
from chspay_budget.engine.factors import Factor
from chspay_budget.engine.funds import SPENDING
from chspay_budget.engine.growth import Month
from chspay_budget.engine.proposal import Facts, Settled
from chspay_budget.engine.split import Shift
from chspay_budget.engine.totals import DipFacts
from chspay_cli.casefile import FILE_MISSING, write_rows
from chspay_cli.sheet_text import sheet_lines
from chspay_core.amounts import decimal_text, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_core.worksheet import Line, Worksheet

FACTS_WRONG = Reason(
    "BUDGET_FILE_WRONG",
    Kind.INVALID,
    "文件{value}缺少“{field}”或写法不对，示例见 chspay budget plan --help。",
)
CSV_WRONG = Reason("BUDGET_CSV_WRONG", Kind.INVALID, "文件{value}不能读取：应为UTF-8的CSV，列为{columns}。")
PAIR_WRONG = Reason("BUDGET_PAIR_WRONG", Kind.INVALID, "“{value}”应写作 基金=元，例如 inpatient=9000000。")
COUNT_WRONG = Reason("BUDGET_COUNT_WRONG", Kind.INVALID, "病组“{value}”的例数应为不小于零的整数。")
MONTH_COLUMNS = ("month", *SPENDING, "document")
GROUP_COLUMNS = ("group", "planned_cases", "planned", "actual_cases", "actual")


def read_facts(path: Path) -> Facts:
    """The facts of a year from a YAML file.

    :raises Fault: FILE_MISSING, BUDGET_FILE_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    found = _yaml(path)

    def rows(name: str, *columns: str) -> Iterator[list[str]]:
        given = found.get(name, [])
        if not isinstance(given, list):
            raise Fault(FACTS_WRONG, field=name, value=path.name)
        for row in given:
            if not isinstance(row, dict):
                raise Fault(FACTS_WRONG, field=name, value=path.name)
            yield [_cell(row, column, path) for column in columns]

    return Facts(
        yuan_to_fen(_cell(found, "income", path), "income"),
        _cell(found, "income_document", path),
        tuple(
            Settled(fund, yuan_to_fen(yuan, fund), document)
            for fund, yuan, document in rows("settled", "fund", "amount", "document")
        ),
        tuple(
            Factor(factor, decimal_text(rate, factor), document)
            for factor, rate, document in rows("factors", "factor", "rate", "document")
        ),
        tuple(
            Shift(source, target, yuan_to_fen(yuan, "shifts"), document)
            for source, target, yuan, document in rows("shifts", "source", "target", "amount", "document")
        ),
    )


def read_totals(path: Path) -> DipFacts:
    """What the three DIP totals start from.

    :raises Fault: FILE_MISSING, BUDGET_FILE_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    found = _yaml(path)
    fen = {
        name: yuan_to_fen(_cell(found, name, path), name)
        for name in ("inpatient", "last_inpatient", "last_dip")
    }
    rate = {
        name: decimal_text(_cell(found, name, path), name)
        for name in ("out_of_area_share", "outside_share", "growth")
    }
    return DipFacts(
        fen["inpatient"], rate["out_of_area_share"], rate["outside_share"], fen["last_inpatient"],
        fen["last_dip"], rate["growth"], _cell(found, "document", path),
    )  # fmt: skip


def read_months(path: Path) -> list[Month]:
    """Months from a CSV file, in order.

    :raises Fault: FILE_MISSING, BUDGET_CSV_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    return [
        Month(number, {fund: yuan_to_fen(row[fund], fund) for fund in SPENDING}, row["document"])
        for number, row in enumerate(_csv(path, MONTH_COLUMNS), start=1)
    ]


def read_groups(path: Path) -> list[Group]:
    """Groups from a CSV file.

    :raises Fault: FILE_MISSING, BUDGET_CSV_WRONG, BUDGET_COUNT_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    return [
        Group(
            row["group"], _count(row, "planned_cases"), yuan_to_fen(row["planned"], "planned"),
            _count(row, "actual_cases"), yuan_to_fen(row["actual"], "actual"),
        )
        for row in _csv(path, GROUP_COLUMNS)
    ]  # fmt: skip


def pairs(given: Sequence[str] | None) -> list[tuple[str, int]]:
    """``fund=yuan`` texts as funds and fen.

    :raises Fault: BUDGET_PAIR_WRONG, NOT_A_NUMBER, NOT_WHOLE_FEN.
    """
    found = []
    for text in given or ():
        fund, equals, yuan = text.partition("=")
        if not equals or not fund:
            raise Fault(PAIR_WRONG, value=text)
        found.append((fund, yuan_to_fen(yuan, fund)))
    return found


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], output: Path | None) -> None:
    """Prints a table as CSV, or writes it as .csv, .csv.gz, .parquet or .xlsx."""
    if output is None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        typer.echo(text.getvalue().rstrip())
        return
    schema = pa.schema([(name, pa.string()) for name in columns])
    batch = pa.RecordBatch.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=schema)
    typer.echo(f"已写入{output}，{write_rows(output, schema, iter([batch]))}行")


def show_sheet(sheet: Worksheet | Sequence[Line], policy: Policy | None = None, title: str = "") -> None:
    """Prints a worksheet line by line."""
    lines = sheet.lines if isinstance(sheet, Worksheet) else sheet
    typer.echo(sheet.title if isinstance(sheet, Worksheet) else title)
    used = policy.used if policy is not None else ()
    citations = {rule.key: policy.citation(rule) for rule in used} if policy is not None else {}
    for text in sheet_lines(list(lines), citations):
        typer.echo(text)


def percent(growth: Decimal) -> str:
    """A growth rate for people."""
    return f"{growth * 100:f}".rstrip("0").rstrip(".") + "%"


def _yaml(path: Path) -> dict[str, object]:
    try:
        found = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    except OSError as error:
        raise Fault(FILE_MISSING, value=path) from error
    except UnicodeDecodeError as error:
        raise Fault(FACTS_WRONG, field="UTF-8", value=path.name) from error
    if not isinstance(found, dict):
        raise Fault(FACTS_WRONG, field="income", value=path.name)
    return found


def _cell(row: dict[str, object], column: str, path: Path) -> str:
    found = row.get(column)
    if not isinstance(found, str):
        raise Fault(FACTS_WRONG, field=column, value=path.name)
    return found


def _csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault(FILE_MISSING, value=path) from error
    except UnicodeDecodeError as error:
        raise Fault(CSV_WRONG, value=path.name, columns="、".join(columns)) from error
    reader = csv.DictReader(io.StringIO(text))
    if not set(columns) <= set(reader.fieldnames or ()):
        raise Fault(CSV_WRONG, value=path.name, columns="、".join(columns))
    return [{name: row[name] or "" for name in columns} for row in reader]


def _count(row: dict[str, str], column: str) -> int:
    if not row[column].isdecimal():
        raise Fault(COUNT_WRONG, field=column, value=row["group"])
    return int(row[column])
