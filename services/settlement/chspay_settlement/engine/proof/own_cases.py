"""A hospital's cases as they travel to it: every input its points need, and what the month gave them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.model import CaseKind, CasePoints, PricedInput

FORMAT = "chspay-own-cases/1"
CASES_BROKEN = Reason("OWN_CASES_BROKEN", Kind.INVALID, "数据包里的病例表无法识别（{value}）。")
COLUMNS = (
    "case_id", "level", "drg", "status", "department", "los_days", "cost_fen", "patient_fen", "marks", "kind",
    "points_micro", "excluded", "fund_fen",
)  # fmt: skip


class OwnCase(NamedTuple):
    """A case and what it was given; an excluded one gets nothing."""

    inp: PricedInput
    points: CasePoints
    fund_fen: int


def cases_content(hospital_code: str, cases: Sequence[OwnCase]) -> bytes:
    """The cases as canonical JSON, a row each, by case id."""
    rows = [
        [
            *(case.inp.case_id, case.inp.level, case.inp.drg, case.inp.status, case.inp.department),
            *(case.inp.los_days, case.inp.cost_fen, case.inp.patient_fen),
            [list(mark) for mark in sorted(case.inp.marks)],
            *(case.points.kind.value, case.points.points_micro, case.points.reason, case.fund_fen),
        ]
        for case in sorted(cases, key=lambda case: case.inp.case_id)
    ]
    content = {"format": FORMAT, "hospital": hospital_code, "columns": COLUMNS, "rows": rows}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse_cases(content: bytes, hospital_code: str) -> list[OwnCase]:
    """The cases in ``content``, which must be exactly what :func:`cases_content` writes, each id once.

    :raises Fault: OWN_CASES_BROKEN.
    """
    try:
        cases = [_case(hospital_code, *row) for row in json.loads(content)["rows"]]
        same = cases_content(hospital_code, cases) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Fault(CASES_BROKEN, value=type(error).__name__) from error
    if not same or not all(_whole(case) for case in cases):
        raise Fault(CASES_BROKEN, value="不是规范格式")
    if len({case.inp.case_id for case in cases}) != len(cases):
        raise Fault(CASES_BROKEN, value="病例号重复")
    return cases


def _case(  # noqa: PLR0913, PLR0917 - a row is its cells
    code: str,
    case_id: str,
    level: int | None,
    drg: str,
    status: str,
    department: str,
    los_days: int | None,
    cost_fen: int | None,
    patient_fen: int | None,
    marks: list[list[str]],
    kind: str,
    points_micro: int,
    excluded: str,
    fund_fen: int,
) -> OwnCase:
    found = tuple(Mark(MarkKind(mark[0]), *mark[1:]) for mark in marks)
    inp = PricedInput(case_id, code, level, drg, status, department, los_days, cost_fen, patient_fen, found)
    return OwnCase(inp, CasePoints(CaseKind(kind), points_micro, excluded), fund_fen)


def _whole(case: OwnCase) -> bool:
    """Whether numbers are whole numbers and texts texts."""
    inp, points = case.inp, case.points
    numbers = (points.points_micro, case.fund_fen)
    perhaps = (inp.level, inp.los_days, inp.cost_fen, inp.patient_fen)
    texts = (inp.case_id, inp.drg, inp.status, inp.department, points.reason)
    marks = [text for mark in inp.marks for text in mark]
    return (
        all(type(number) is int for number in numbers)
        and all(number is None or type(number) is int for number in perhaps)
        and all(isinstance(text, str) for text in (*texts, *marks))
    )
