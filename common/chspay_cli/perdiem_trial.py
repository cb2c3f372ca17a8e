"""Stays of a file priced on this machine: the offline trial of bed-days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

from chspay_cli.casefile import read_cases, write_rows
from chspay_core.amounts import fen_to_yuan, from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Policy
from chspay_core.tables import case_from_row
from chspay_core.worksheet import Line
from chspay_perdiem.engine.allot import Membership, Pilots
from chspay_perdiem.engine.batch import Answered, price_all
from chspay_perdiem.engine.lint import Finding, check
from chspay_perdiem.engine.record import NEEDED, NO_COLUMN, Record, check_record, laid_over, record_of
from chspay_perdiem.engine.sheet import exact
from chspay_perdiem.engine.stay import Stay
from chspay_perdiem.engine.terms import Terms, read_terms

STAY_UNKNOWN = Reason("PER_DIEM_CASE_UNKNOWN", Kind.NOT_FOUND, "文件中没有编号为“{value}”的住院。")
STAY_UNDATED = Reason(
    "PER_DIEM_STAY_UNDATED", Kind.INVALID, "第{row}行住院{value}没有入院日期或出院日期，请补充。"
)
NO_SHEET = Reason("PER_DIEM_NO_WORKSHEET", Kind.PRECONDITION, "住院{value}不按床日计付：{why}")

#: Columns of the answers; money in yuan.
COLUMNS = (
    "hospital_code", "case_id", "method", "category", "model", "paid_days", "points", "standard", "fund",
    "reason", "message",
)  # fmt: skip
_SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
_MEMBER = ("hospital_code", "category", "since", "until")


@dataclass(frozen=True, slots=True)
class Trial:
    """Stays and what they come to, in the order of the file."""

    stays: list[Stay]
    answers: list[Answered]

    @property
    def refused(self) -> int:
        """How many cannot be priced."""
        return sum(isinstance(item, Fault) for item in self.answers)

    def told(self) -> str:
        """How many of each method, in one line."""
        names = {"per_diem": "按床日", "drg": "按病组", "not_pilot": "不是试点成员"}
        counts = Counter(
            "不能计价" if isinstance(item, Fault) else names[item.route.method] for item in self.answers
        )
        return "、".join(f"{name}{count}次" for name, count in counts.items())


def price_file(path: Path, policy: Policy, records: Path | None, members: Path | None) -> Trial:
    """Prices the stays of a file by ``policy``.

    :raises Fault: FILE_*, PER_DIEM_*, STAY_RECORD*, POLICY_*.
    """
    terms = read_terms(policy)
    kept = read_records(records, policy.place)
    stays = [laid_over(stay, kept.get((stay.hospital_code, stay.case_id), ())) for stay in read_stays(path)]
    return Trial(stays, price_all(stays, terms, read_members(members, stays, terms)))


def read_stays(path: Path) -> list[Stay]:
    """The stays of a case file; columns ``category`` and ``level`` are read where they are."""
    found: list[Stay] = []
    for number, row in enumerate(_rows(path), start=1):
        case = case_from_row(row)
        if case.admission_date is None or case.discharge_date is None:
            raise Fault(STAY_UNDATED, field="admission_date", value=case.case_id, row=number)
        level = str(row.get("level") or "")
        found.append(
            Stay(
                case.case_id, case.hospital_code, case.department, case.admission_date, case.discharge_date,
                str(row.get("category") or ""), total_cost_fen=case.total_cost_fen,
                patient_paid_fen=case.patient_paid_fen, person_key=case.person_key,
                level=int(level) if level.isdecimal() else None, insurance_type=case.insurance_type,
            )
        )  # fmt: skip
    return found


def read_records(path: Path | None, pool: str) -> dict[tuple[str, str], list[Record]]:
    """The records of a file by institution and list; a transfer stands with both."""
    found: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for number, row in enumerate(_rows(path) if path else (), start=1):
        for name in NEEDED:
            if name not in row:
                raise Fault(NO_COLUMN, field=name)
        record = record_of(pool, row, number)
        check_record(record)
        found[record.hospital_code, record.case_id].append(record)
        if record.kind == "transfer":
            found[record.other_hospital_code, record.other_case_id].append(record)
    return found


def read_members(path: Path | None, stays: Sequence[Stay], terms: Terms) -> Pilots:
    """The members a file names; without one every institution is a member for everything."""
    if path is None:
        hospitals = {stay.hospital_code for stay in stays}
        return Pilots(
            Membership(code, category, date.min, None) for code in hospitals for category in terms.categories
        )
    found = []
    for row in _rows(path):
        for name in _MEMBER:
            if name not in row:
                raise Fault(NO_COLUMN, field=name)
        until = str(row["until"] or "")
        found.append(
            Membership(
                str(row["hospital_code"]), str(row["category"]), parse_day(str(row["since"]), "since"),
                parse_day(until, "until") if until else None,
            )
        )  # fmt: skip
    return Pilots(found)


def write_answers(found: Trial, output: Path | None) -> None:
    """The answers as a table: to a file of any kind the suite writes, or to the screen as CSV."""
    rows = [_row(stay, item) for stay, item in zip(found.stays, found.answers, strict=True)]
    if output is not None:
        columns = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(COLUMNS))]
        write_rows(output, _SCHEMA, iter([pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)]))
        return
    typer.echo(",".join(COLUMNS))
    for row in rows:
        typer.echo(",".join(text.replace(",", "，") for text in row))


def _row(stay: Stay, item: Answered) -> list[str]:
    who = [stay.hospital_code, stay.case_id]
    if isinstance(item, Fault):
        return [*who, "refused", *[""] * 6, item.reason.code, item.message]
    if item.category is None:
        return [*who, item.route.method, item.route.category, *[""] * 5, item.route.reason, item.route.told]
    return [
        *who, item.route.method, item.route.category, item.category.model.name, plain(exact(item.days)),
        plain(from_micro(item.points_micro)), fen_to_yuan(item.standard_fen), fen_to_yuan(item.amount_fen),
        "", "",
    ]  # fmt: skip


def sheet_lines(found: Trial, case_id: str) -> tuple[str, list[Line]]:
    """Title and lines of the worksheet of one stay.

    :raises Fault: PER_DIEM_CASE_UNKNOWN, PER_DIEM_NO_WORKSHEET, or what keeps the stay from being priced.
    """
    for stay, item in zip(found.stays, found.answers, strict=True):
        if stay.case_id != case_id:
            continue
        if isinstance(item, Fault):
            raise item
        if item.sheet is None:
            raise Fault(NO_SHEET, field="case_id", value=case_id, why=item.route.told)
        return item.sheet.title, item.sheet.lines
    raise Fault(STAY_UNKNOWN, field="case_id", value=case_id)


def lint_lines(policy: Policy, days: int) -> tuple[list[str], list[Finding]]:
    """The categories of a policy with what so many days earn, and what should be looked at.

    :raises Fault: a policy that cannot price at all.
    """
    terms = read_terms(policy)
    lines = []
    for code, category in terms.categories.items():
        for known, scope in sorted(terms.rates):
            if known != code:
                continue
            told = f"{code}  {category.name}  {category.model.name}  {scope or '全部医疗机构'}"
            kind, _, rest = scope.partition(":")
            level = int(rest) if kind == "level" else None
            shape, _ = terms.shape(category, rest if kind == "hospital" else "", level)
            if days:
                worth = category.model.pay(Fraction(days), shape)
                told += f"  {days}日：" + (
                    f"{plain(exact(worth))}点" if category.model.points else f"{fen_to_yuan(int(worth))}元"
                )
            lines.append(told)
    return lines, check(policy)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for batch in read_cases(path):
        yield from batch.to_pylist()
