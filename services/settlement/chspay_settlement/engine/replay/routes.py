"""How the cases of a month were paid, worked out again from what its run kept: answers, lists, and the table.

Which row of the table speaks of a case was decided from fields a bundle does not hold; the method is an
input here, as a group is. What it comes to is worked out again: bed-day points and money from the kept
answers, bills from the cases' own cost, and what is stated from the lines of the statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_settlement.engine.case.marks import MarkKind
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.columnar.correcting import rows_of
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.month.payment import LineKind, PayLine
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.bed_days import MONEY, POINTS, Answer, answers_of, by_case
from chspay_settlement.engine.routing.run import Routed
from chspay_settlement.engine.routing.table import Method

FORMAT = "chspay-routes/1"
UNEXPLAINED = Reason(
    "REPLAY_ROUTE_UNEXPLAINED",
    Kind.PRECONDITION,
    "病例{value}按“{method}”支付，但重放包中没有它的{missing}，不能重算。",
)


def routes_content(routed: Iterable[Routed], stated_fen: int) -> bytes:
    """The routes of a run, and what its statements pay besides points in all, as canonical bytes."""
    rows = [
        {
            "hospital": one.hospital_code,
            "case": one.case_id,
            "method": one.method.value,
            "reason": one.reason,
            "pricing": one.pricing_id,
            "worksheet": one.worksheet_digest,
            "points_micro": one.points_micro,
            "amount_fen": one.amount_fen,
        }
        for one in sorted(routed)
    ]
    return canonical_json({"format": FORMAT, "stated_fen": stated_fen, "cases": rows})


def again(content: bytes, bed_days: bytes, columns: Columns, lines: Mapping[str, Iterable[PayLine]]) -> bytes:
    """The same bytes, if everything comes out as it was.

    :param bed_days: the answers the run kept; empty where it asked nobody.
    :param lines: what hospitals are paid besides their funds.
    :raises Fault: REPLAY_ROUTE_UNEXPLAINED.
    """
    data = json.loads(content)
    answers = by_case(answers_of(bed_days).answers) if bed_days else {}
    keys = [(row["hospital"], row["case"]) for row in data["cases"]]
    places = rows_of(columns, keys)
    inputs = dict(zip(places, columns.inputs(list(places.values())), strict=True))
    for row in data["cases"]:
        key = (row["hospital"], row["case"])
        row["points_micro"], row["amount_fen"] = _worth(row, key, answers, inputs)
    data["stated_fen"] = sum(
        line.amount_fen for own in lines.values() for line in own if line.kind is LineKind.OTHER
    )
    return canonical_json(data)


def _worth(
    row: Mapping[str, Any],
    key: CaseKey,
    answers: Mapping[CaseKey, Answer],
    inputs: Mapping[CaseKey, PricedInput],
) -> tuple[int | None, int]:
    method, inp = Method(row["method"]), inputs.get(key)
    if inp is None:
        raise Fault(UNEXPLAINED, value=key[1], method=method.value, missing="清单")
    if method is Method.BY_ITEM:
        return None, (inp.cost_fen or 0) - (inp.patient_fen or 0)
    if method is not Method.PER_DIEM or not row["pricing"]:
        return None, 0
    answer = answers.get(key)
    if answer is None:
        raise Fault(UNEXPLAINED, value=key[1], method=method.value, missing="床日答复")
    if answer.form == POINTS:
        marked = any(mark.kind is MarkKind.BED_DAYS and mark.cite == answer.cite for mark in inp.marks)
        return (answer.points_micro if marked else None), 0
    return None, answer.amount_fen if answer.form == MONEY else 0
