"""A complete policy of bed-days for tests, any rule replaceable; and a reckoner of worksheets."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from chspay_core.amounts import divide_half_up
from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule
from chspay_core.worksheet import Worksheet
from chspay_perdiem.engine.allot import Membership, Pilots
from chspay_perdiem.engine.stay import Days, OwnList, Stay, Transfer

PLACE = "990100"
ON = date(2026, 3, 31)
BEGAN = date(2020, 1, 1)
TIERS = [("30", "480"), ("60", "380"), ("", "300")]
BASE: dict[str, object] = {
    "points.scale": "100",
    "points.places": "4",
    "per_diem.categories": [
        {"category": "psychiatry", "name": "精神", "model": "marginal@1"},
        {"category": "rehabilitation", "name": "康复", "model": "capped@1"},
        {"category": "hospice", "name": "安宁疗护", "model": "points@1"},
        {"category": "long_term", "name": "长期住院", "model": "flat@1"},
    ],
    "per_diem.departments": [
        {"category": "psychiatry", "department": "A15"},
        {"category": "rehabilitation", "department": "A21"},
        {"category": "hospice", "department": "A24"},
        {"category": "long_term", "department": "A22"},
    ],
    "per_diem.rates": [
        *({"category": "psychiatry", "scope": "", "up_to": up_to, "yuan": yuan} for up_to, yuan in TIERS),
        {"category": "rehabilitation", "scope": "", "up_to": "", "yuan": "400"},
        {"category": "hospice", "scope": "", "up_to": "", "yuan": "420"},
        {"category": "long_term", "scope": "", "up_to": "", "yuan": "200"},
    ],
    "per_diem.benchmark_days": [{"category": "rehabilitation", "days": "55"}],
    "per_diem.excess_share": "0.1",
    "per_diem.mean_case_cost": "12000",
    "per_diem.coefficient": "none@1",
    "per_diem.discharge_day": "not_counted@1",
    "per_diem.transfer_day": "receiving@1",
    "per_diem.leave": "unpaid@1",
    "per_diem.acute_min_days": "3",
    "per_diem.after_acute": "continues@1",
    "per_diem.membership": "by_admission@1",
    "per_diem.continuation": "none@1",
    "per_diem.rate_covers": "fund_only@1",
    "per_diem.factor": "none@1",
    "per_diem.assess_method": "weighted_steps@1",
    "per_diem.assess_stays_min": "3",
    "per_diem.assess_indicators": [
        {"category": "psychiatry", "indicator": "alos", "weight": "40", "benchmark": "55", "better": "lower",
         "scale": ""},
        {"category": "psychiatry", "indicator": "day_cost", "weight": "30", "benchmark": "420",
         "better": "lower", "scale": ""},
        {"category": "psychiatry", "indicator": "outcome", "weight": "30", "benchmark": "10",
         "better": "higher", "scale": "ADL"},
    ],
    "per_diem.assess_steps": [
        {"indicator": "alos", "up_to": "1", "score": "100"},
        {"indicator": "alos", "up_to": "1.1", "score": "80"},
        {"indicator": "alos", "up_to": "", "score": "40"},
        {"indicator": "day_cost", "up_to": "1", "score": "100"},
        {"indicator": "day_cost", "up_to": "1.2", "score": "70"},
        {"indicator": "day_cost", "up_to": "", "score": "30"},
        {"indicator": "outcome", "up_to": "0.8", "score": "40"},
        {"indicator": "outcome", "up_to": "1", "score": "80"},
        {"indicator": "outcome", "up_to": "", "score": "100"},
        {"indicator": "readmission", "up_to": "1", "score": "100"},
        {"indicator": "readmission", "up_to": "", "score": "50"},
        {"indicator": "self_pay", "up_to": "1", "score": "100"},
        {"indicator": "self_pay", "up_to": "", "score": "60"},
    ],
    "per_diem.assess_factors": [
        {"from": "0", "factor": "0.9"},
        {"from": "70", "factor": "0.95"},
        {"from": "90", "factor": "1"},
    ],
}  # fmt: skip


def policy_of(
    changes: Mapping[str, object] | None = None, *, on: date = ON, without: tuple[str, ...] = ()
) -> Policy:
    """The policy above with some rules replaced or left out."""
    values = {key: value for key, value in {**BASE, **(changes or {})}.items() if key not in without}
    rules = [
        Rule(
            key=key, label=key, unit="text", since=BEGAN, value=value_of(value), cite="test#第一条",
            evidence="demo", place=PLACE,
        )
        for key, value in values.items()
    ]  # fmt: skip
    document = Document("test", "测试办法", "测〔2020〕1号", "测试", "2020-01-01", "demo")
    return Bundle.seal(PLACE, {PLACE: "演示市"}, rules, {"test": document}).on(on)


def stay(days: int = 30, case_id: str = "L1", **changes: object) -> Stay:
    """A psychiatric stay of so many bed-days from 2 January 2026, with some facts replaced."""
    admission = changes.pop("admission", date(2026, 1, 2))
    facts: dict[str, object] = {
        "case_id": case_id, "hospital_code": "H1", "department": "A15", "admission": admission,
        "discharge": admission + timedelta(days=days),
    }  # fmt: skip
    return Stay(**{**facts, **changes})  # type: ignore[arg-type]


def everywhere(*hospitals: str, since: date = BEGAN, until: date | None = None) -> Pilots:
    """Institutions (H1 to H3 unless named) that are members for every category."""
    categories = [row["category"] for row in BASE["per_diem.categories"]]  # type: ignore[index,attr-defined]
    return Pilots(
        Membership(code, category, since, until)
        for code in hospitals or ("H1", "H2", "H3")
        for category in categories
    )


def days_of(text: str) -> Days:
    """``2026-01-05/2026-01-09`` as days; the last is not included."""
    since, until = text.split("/")
    return Days(date.fromisoformat(since), date.fromisoformat(until))


def stay_of(row: Mapping[str, object]) -> Stay:
    """A stay as a worked case writes it."""
    facts = dict(row)
    transfers = tuple(
        Transfer(date.fromisoformat(item["day"]), item["direction"] == "out", item["hospital"],
                 item.get("case", ""))
        for item in facts.pop("transfers", [])
    )  # fmt: skip
    lists = tuple(
        OwnList(item["case"], days_of(item["days"]), item["kind"] == "acute")
        for item in facts.pop("own_lists", [])
    )
    level = facts.pop("level", None)
    amounts = {
        f"{name}_fen": int(Fraction(facts.pop(name)) * 100)
        for name in ("total_cost", "patient_paid")
        if name in facts
    }
    return Stay(
        case_id=facts.get("case", "L1"), hospital_code=facts.get("hospital", "H1"),
        department=facts.get("department", "A15"), category=facts.get("category", ""),
        admission=date.fromisoformat(facts["admission"]), discharge=date.fromisoformat(facts["discharge"]),
        leaves=tuple(days_of(text) for text in facts.get("leaves", [])), transfers=transfers,
        own_lists=lists, person_key=facts.get("person", ""), level=None if level is None else int(level),
        **amounts,
    )  # fmt: skip


_ROUNDED = re.compile(r"half_up_(\d+)\Z")


def check_sheet(sheet: Worksheet) -> None:
    """Works every formula out again from the lines above it: the worksheet must re-add exactly."""
    known: dict[str, Fraction] = {}
    formulas = 0
    for line in sheet.lines:
        try:
            value = Fraction(line.value)
        except ValueError:
            assert not line.formula, f"{line.key}: {line.formula} gives no number"
            continue
        if line.formula:
            formulas += 1
            assert set(line.inputs) >= _names(line.formula), line
            found = _reckoned(line.formula, {name: known[name] for name in line.inputs})
            if line.rounding:
                places = int(_ROUNDED.match(line.rounding)[1])  # type: ignore[index]
                scaled = found * 10**places
                found = Fraction(divide_half_up(scaled.numerator, scaled.denominator), 10**places)
            assert found == value, f"{line.key}: {line.formula} is {found}, not {line.value}"
        elif line.rule:
            assert line.citation, line
        known[line.key] = value
    assert formulas > 2


def _tree(formula: str) -> ast.expr:
    plain = formula.replace("×", "*").replace("−", "-").replace("÷", "/")
    return ast.parse(plain, mode="eval").body


def _names(formula: str) -> set[str]:
    return {node.id for node in ast.walk(_tree(formula)) if isinstance(node, ast.Name)} - {"min", "max"}


def _reckoned(formula: str, known: Mapping[str, Fraction]) -> Fraction:
    def of(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, ast.Name):
            return known[node.id]
        if isinstance(node, ast.Call):
            return {"min": min, "max": max}[node.func.id](of(item) for item in node.args)  # type: ignore[attr-defined]
        assert isinstance(node, ast.BinOp), ast.dump(node)
        left, right = of(node.left), of(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right

    return of(_tree(formula))
