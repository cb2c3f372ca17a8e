"""Stays and answers as plain structures: what is kept, and what ids and messages are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import orjson

from chspay_core.amounts import MICRO, plain
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_perdiem.engine.allot import PER_DIEM
from chspay_perdiem.engine.batch import Answered
from chspay_perdiem.engine.price import Priced
from chspay_perdiem.engine.sheet import exact
from chspay_perdiem.engine.stay import Days, OwnList, Stay, Transfer

REFUSED = "refused"
POINTS, MONEY = "points", "money"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered of one stay; days and factors as decimal text, spans as ``[since, until, use, by]``.

    ``worksheet`` is canonical JSON, empty where nothing was worked out. It is not part of what is kept with
    the answer; it has its own place.
    """

    case_id: str
    hospital_code: str
    method: str
    category: str = ""
    model: str = ""
    form: str = ""
    paid_days: str = "0"
    days_before: str = "0"
    points_micro: int = 0
    standard_fen: int = 0
    amount_fen: int = 0
    factor: str = "1"
    assessment_id: str = ""
    worksheet_digest: str = ""
    reason: str = ""
    message: str = ""
    spans: list[list[str]] = field(default_factory=list)
    own_lists: list[list[str]] = field(default_factory=list)
    pricing_id: str = ""
    worksheet: str = ""

    def kept(self) -> dict[str, Any]:
        """The answer as it is kept."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "worksheet"}


def answer_of(stay: Stay, found: Answered) -> Answer:
    """The answer to a stay that was priced or refused."""
    if isinstance(found, Fault):
        return refusal(stay, found)
    route = found.route
    spans = [[span.since.isoformat(), span.until.isoformat(), span.use.value, span.by]
             for span in found.allotment.spans]  # fmt: skip
    own = [[item.case_id, "drg", ""] for item in found.allotment.separate]
    own += [[item.case_id, "per_diem", "PER_DIEM_EPISODE_SHORT"] for item in found.allotment.folded]
    facts: dict[str, Any] = {
        "case_id": stay.case_id, "hospital_code": stay.hospital_code, "method": route.method,
        "category": route.category, "reason": route.reason, "message": route.told, "spans": spans,
        "own_lists": own,
    }  # fmt: skip
    if route.method == PER_DIEM:
        facts |= _worth(found)
    return Answer(**facts)


def _worth(found: Priced) -> dict[str, Any]:
    if found.category is None or found.sheet is None:
        raise AssertionError("a stay paid by the bed-day has a category and a worksheet")
    sheet = canonical(found.sheet.to_json())
    return {
        "model": found.category.model.name,
        "form": POINTS if found.category.model.points else MONEY,
        "paid_days": plain(exact(found.days)),
        "days_before": plain(exact(found.before.days)),
        "points_micro": found.points_micro,
        "standard_fen": found.standard_fen,
        "amount_fen": found.amount_fen,
        "factor": plain(exact(found.assessed.factor)),
        "assessment_id": found.assessed.assessment_id,
        "worksheet": sheet.decode(),
        "worksheet_digest": sm3_hex(sheet),
    }


def canonical(content: object) -> bytes:
    """What ``chspay_core.policy.canonical_json`` makes of text, lists and dicts, many times as fast."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def refusal(stay: Stay, fault: Fault) -> Answer:
    """The answer to a stay that cannot be priced."""
    return Answer(stay.case_id, stay.hospital_code, REFUSED, reason=fault.reason.code, message=fault.message)


def kept_answer(facts: dict[str, Any], pricing_id: str) -> Answer:
    """The answer as it was kept."""
    return Answer(**{**facts, "pricing_id": pricing_id})


def plain_stay(stay: Stay) -> dict[str, Any]:
    """A stay with its records as text and whole numbers."""
    facts: dict[str, Any] = {
        name: getattr(stay, name)
        for name in ("case_id", "hospital_code", "department", "category", "total_cost_fen",
                     "patient_paid_fen", "person_key", "level", "insurance_type")
    }  # fmt: skip
    return facts | {
        "admission": stay.admission.isoformat(),
        "discharge": stay.discharge.isoformat(),
        "leaves": [_texts(days) for days in sorted(stay.leaves)],
        "transfers": [
            [item.day.isoformat(), "out" if item.out else "in", item.hospital_code, item.case_id]
            for item in sorted(stay.transfers)
        ],
        "own_lists": [
            [item.case_id, *_texts(item.days), "acute" if item.acute else "interim"]
            for item in sorted(stay.own_lists)
        ],
    }


def stay_of(facts: dict[str, Any]) -> Stay:
    """The stay of :func:`plain_stay`."""
    return Stay(
        **{
            **facts,
            "admission": date.fromisoformat(facts["admission"]),
            "discharge": date.fromisoformat(facts["discharge"]),
            "leaves": tuple(_days(*item) for item in facts["leaves"]),
            "transfers": tuple(
                Transfer(date.fromisoformat(day), way == "out", hospital, case)
                for day, way, hospital, case in facts["transfers"]
            ),
            "own_lists": tuple(
                OwnList(case, _days(since, until), kind == "acute")
                for case, since, until, kind in facts["own_lists"]
            ),
        }
    )


def pricing_id(pool: str, month: str, stay: Stay, answer: Answer, policy_digest: str) -> str:
    """The id of a pricing: the same stay, the same facts and the same policy have the same."""
    facts = [pool, month, policy_digest, _textual(plain_stay(stay)), _textual(answer.kept())]
    return f"PD-{sm3_hex(canonical(facts))[:24]}"


def _textual(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else str(value) for name, value in facts.items()}


def _texts(days: Days) -> list[str]:
    return [days.since.isoformat(), days.until.isoformat()]


def _days(since: str, until: str) -> Days:
    return Days(date.fromisoformat(since), date.fromisoformat(until))


def factor_of(micro: int) -> Fraction:
    """A factor kept in millionths."""
    return Fraction(micro, MICRO)
