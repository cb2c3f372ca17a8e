"""Worked examples of bed-days; the name of a file begins with the demand it answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from perdiem_rules import check_sheet, everywhere, policy_of, stay_of

from chspay_core.amounts import fen_to_yuan, from_micro, yuan_to_fen
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.policy_yaml import read_yaml
from chspay_perdiem.engine.allot import Membership, Pilots
from chspay_perdiem.engine.assess import Discharged, Outcome, assess, readmitted
from chspay_perdiem.engine.batch import price_all
from chspay_perdiem.engine.lint import check
from chspay_perdiem.engine.price import Assessed, Priced
from chspay_perdiem.engine.stay import Use
from chspay_perdiem.engine.terms import read_terms

FOLDER = Path(__file__).parent / "perdiem"


def _pilots(case: dict) -> Pilots:
    if "members" not in case:
        return everywhere()
    return Pilots(
        Membership(
            row["hospital"], row.get("category", "psychiatry"), date.fromisoformat(row["since"]),
            date.fromisoformat(row["until"]) if row.get("until") else None,
        )
        for row in case["members"]
    )  # fmt: skip


def _stays(case: dict, policy: Policy) -> None:
    factors = {row["hospital"]: Fraction(row["factor"]) for row in case.get("assessed", [])}

    def factor(hospital: str, _category: str, _day: date) -> Assessed | None:
        return Assessed(factors[hospital], "PA-1") if hospital in factors else None

    stays = [stay_of({k: v for k, v in row.items() if k not in _WANTED}) for row in case["stays"]]
    found = price_all(stays, read_terms(policy), _pilots(case), factors=factor)
    for row, answer in zip(case["stays"], found, strict=True):
        if "refused" in row:
            assert isinstance(answer, Fault), answer
            assert answer.reason.code == row["refused"]
            assert "{" not in answer.message
            continue
        assert isinstance(answer, Priced), answer
        assert answer.route.method == row.get("method", "per_diem")
        _figures(row, answer)
        if answer.sheet is not None:
            check_sheet(answer.sheet)


def _figures(row: dict, answer: Priced) -> None:
    for name, use in _USES.items():
        if name in row:
            assert answer.allotment.days_of(use) == int(row[name]), name
    if "days" in row:
        assert answer.days == Fraction(row["days"])
    if "standard" in row:
        assert fen_to_yuan(answer.standard_fen) == fen_to_yuan(yuan_to_fen(row["standard"]))
    if "fund" in row:
        assert fen_to_yuan(answer.amount_fen) == fen_to_yuan(yuan_to_fen(row["fund"]))
    if "points" in row:
        assert from_micro(answer.points_micro) == Decimal(row["points"])
    if "separate" in row:
        assert [own.case_id for own in answer.allotment.separate] == row["separate"]
    if "folded" in row:
        assert [own.case_id for own in answer.allotment.folded] == row["folded"]


_USES = {
    "held": Use.HELD, "leave": Use.LEAVE, "acute": Use.ACUTE, "elsewhere": Use.ELSEWHERE,
    "outside": Use.NOT_PILOT, "present": Use.PAID,
}  # fmt: skip
_WANTED = {
    "refused", "method", "held", "leave", "acute", "elsewhere", "outside", "present", "days", "standard",
    "fund", "points", "separate", "folded",
}  # fmt: skip


def _check(case: dict, policy: Policy) -> None:
    found = check(policy)
    assert [(item.code, item.category) for item in found] == [
        (row["code"], row["category"]) for row in case["warnings"]
    ]
    for row, item in zip(case["warnings"], found, strict=True):
        assert all(text in item.words for text in row.get("words", [])), item.words


def _assess(case: dict, policy: Policy) -> None:
    stays = []
    for number, row in enumerate(case["lists"], start=1):
        outcomes = tuple(
            Outcome(item["scale"], Fraction(item["before"]), Fraction(item["after"]))
            for item in row.get("outcomes", [])
        )
        days = Fraction(row["days"])
        stays.append(
            Discharged(
                f"L{number}", row.get("person", f"p{number}"), date.fromisoformat(row["admission"]),
                date.fromisoformat(row["discharge"]), days, Fraction(row.get("whole", days)),
                yuan_to_fen(row["cost"]) if "cost" in row else None,
                yuan_to_fen(row["patient"]) if "patient" in row else None, outcomes,
                row.get("continued") == "yes",
            )
        )  # fmt: skip
    again = readmitted(stays, [(stay.person_key, stay.admission) for stay in stays], 15)
    if "refused" in case:
        with pytest.raises(Fault) as fault:
            assess("H1", "psychiatry", stays, policy, again)
        assert fault.value.reason.code == case["refused"]
        return
    found = assess("H1", "psychiatry", stays, policy, again)
    assert found.stays == int(case["stays"])
    assert {item.name: item.value for item in found.indicators} == {
        name: Fraction(value) for name, value in case["indicators"].items()
    }
    assert found.score == Fraction(case["score"])
    assert from_micro(found.factor_micro) == Decimal(case["factor"])
    check_sheet(found.sheet)


_RUN: dict[str, Callable[[dict, Policy], None]] = {"stays": _stays, "check": _check, "assess": _assess}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.case.yaml")), ids=lambda path: path.name.removesuffix(".case.yaml")
)
def test_a_worked_example_comes_out_to_the_fen(path: Path) -> None:
    """A rule of bed-days holds only if every figure of its example comes out."""
    case = read_yaml(path.read_text(encoding="utf-8"), path.name).plain()
    _RUN[case["kind"]](case, policy_of(case.get("rules", {})))
