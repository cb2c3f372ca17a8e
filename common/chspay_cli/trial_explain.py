"""Why a case of a trial clearing got its amount: worked out again from what went in, and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chspay_cli.sheet_text import sheet_lines
from chspay_cli.trial_output import StoredCase, Trial, by_totals, read_trial
from chspay_core.amounts import decimal_text, fen_to_yuan, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.model import CaseKind, CasePoints, HospitalAmount, HospitalTotals
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import facts_of, fixed_of
from chspay_settlement.engine.value.forms import POINT_VALUE, Form
from chspay_settlement.engine.value.sheet import write_amount
from chspay_settlement.engine.value.split import hospital_totals

CASE_NOT_IN_TRIAL = Reason("CASE_NOT_IN_TRIAL", Kind.NOT_FOUND, "试算结果中没有病例“{value}”。")
CASE_IN_SEVERAL = Reason(
    "CASE_IN_SEVERAL", Kind.INVALID, "病例号“{value}”在几家医院都有（{hospitals}），请加 --hospital 指明。"
)
TRIAL_MISMATCH = Reason(
    "TRIAL_MISMATCH",
    Kind.INVALID,
    "重新计算与试算文件不一致：{field}应为{expected}，文件中是{value}。试算文件可能被改动，请重新试算。",
)


@dataclass(frozen=True)
class Explained:
    """A worksheet that has come to the stored amount, and the documents behind its rules in words."""

    sheet: Worksheet
    citations: dict[str, str]
    verdict: str

    def sheet_lines(self) -> Iterator[str]:
        """The worksheet for people: number, label, value; below it the formula and the document."""
        yield from sheet_lines(self.sheet.lines, self.citations)

    def as_json(self) -> str:
        content = {**self.sheet.to_json(), "documents": self.citations, "verdict": self.verdict}
        return json.dumps(content, ensure_ascii=False, indent=1)


def explain_case(folder: Path, case_id: str, hospital_code: str) -> Explained:
    """Works one case of a trial out again, down to its fen.

    :raises Fault: NOT_A_TRIAL, CASE_NOT_IN_TRIAL, CASE_IN_SEVERAL, TRIAL_MISMATCH.
    """
    trial = read_trial(folder, case_id)
    case = _find(trial, case_id, hospital_code)
    pricer = Pricer(trial.table, trial.policy, coefficients_of(trial.policy, trial.coefficients))
    sheet = Worksheet(f"病例 {case.inp.case_id} 计算底稿")
    points = pricer.explain(case.inp, sheet)
    _same("points_micro", points.points_micro, case.points_micro)
    if points.kind is CaseKind.EXCLUDED:
        verdict = "该病例不计点，不参与分配。"
    else:
        _money(trial, case, pricer, sheet)
        verdict = f"重新计算的基金支付额 {fen_to_yuan(case.fund_fen or 0)} 元，与试算结果一致。"
    used = {rule.key: rule for rule in trial.policy.used}
    cited = {line.rule: trial.policy.citation(used[line.rule]) for line in sheet.lines if line.rule in used}
    return Explained(sheet, cited, verdict)


def _find(trial: Trial, case_id: str, hospital_code: str) -> StoredCase:
    found = [
        case
        for case in trial.cases
        if case.inp.case_id == case_id and hospital_code in ("", case.inp.hospital_code)
    ]
    if not found:
        raise Fault(CASE_NOT_IN_TRIAL, value=case_id)
    if len(found) > 1:
        names = "、".join(case.inp.hospital_code for case in found)
        raise Fault(CASE_IN_SEVERAL, value=case_id, hospitals=names)
    return found[0]


def _money(trial: Trial, case: StoredCase, pricer: Pricer, sheet: Worksheet) -> None:
    """The split from the fund down to the case, from the stored inputs of the whole trial."""
    facts = trial.facts["point_value"]
    if not isinstance(facts, dict):
        raise Fault(TRIAL_MISMATCH, field="point_value", value=facts)
    form = POINT_VALUE.named(str(facts["form"]), trial.policy)
    division = _division(trial, form)
    _same("point_value.numerator_fen", division.value.numerator_fen, int(str(facts["numerator_fen"])))
    code = case.inp.hospital_code
    own = [other for other in trial.cases if other.inp.hospital_code == code and other.fund_fen is not None]
    inputs = [other.inp for other in own]
    points = pricer.price_all(inputs)
    _same_totals(hospital_totals(inputs, points, form)[0], division.hospitals[division.place(code)])
    fixed = fixed_of(trial.policy, form)
    held = [] if fixed is None else [fixed(inp, found) for inp, found in zip(inputs, points, strict=True)]
    funds = division.case_funds(
        code,
        [inp.case_id for inp in inputs],
        [found.points_micro for found in points],
        [inp.patient_fen or 0 for inp in inputs],
        held,
    )
    place = next(i for i, other in enumerate(own) if other is case)
    _same("fund_fen", funds[place], case.fund_fen)
    chosen = trial.policy.rule(POINT_VALUE.key)
    rule = chosen if chosen.value == form.name else None
    part = held[place] if held else None
    write_amount(sheet, division, trial.policy, case.inp, funds[place], rule=rule, fixed_micro=part)


def _division(trial: Trial, form: Form) -> Division:
    """The fund divided again over the stored hospitals, or over all cases where the form looks at them."""
    fund = int(str(trial.facts["fund_fen"]))
    if by_totals(form):
        division = divide(fund, _stored_totals(trial), trial.policy, form)
    else:
        inputs = [case.inp for case in trial.cases]
        points = [CasePoints(CaseKind(case.kind), case.points_micro) for case in trial.cases]
        totals = hospital_totals(inputs, points, form)
        division = divide(fund, totals, trial.policy, form, facts_of(inputs, points, form, trial.policy))
    stored = {row["hospital_code"]: int(row["fund_fen"]) for row in trial.statements}
    for amount in division.hospitals:
        _same(f"{amount.hospital_code} fund_fen", amount.fund_fen, stored[amount.hospital_code])
    return division


def _stored_totals(trial: Trial) -> list[HospitalTotals]:
    return [
        HospitalTotals(
            row["hospital_code"],
            int(row["cases"]),
            to_micro(decimal_text(row["points"])),
            0,
            int(row["patient_fen"]),
        )
        for row in trial.statements
    ]


def _same_totals(derived: HospitalTotals, stored: HospitalAmount) -> None:
    _same("cases", derived.cases, stored.cases)
    _same("points_micro", derived.points_micro, stored.points_micro)
    _same("patient_fen", derived.patient_fen, stored.patient_fen)


def _same(field: str, expected: int, stored: int | None) -> None:
    if expected != stored:
        raise Fault(TRIAL_MISMATCH, field=field, value=stored, expected=expected)
