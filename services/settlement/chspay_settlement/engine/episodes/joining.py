"""A list without person and fees, made whole by the other parts of the stay; or what it still lacks.

What the list itself says wins. Nothing is guessed: an amount nobody told keeps the list waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from chspay_core.amounts import yuan_to_fen
from chspay_core.case import Case
from chspay_core.period import parse_day
from chspay_settlement.engine.episodes.parts import Episode, Part

PERSON = "人员信息（性别、出生日期，由医保经办机构登记）"
ADMISSION = "入院日期（2401 begntime）"
DISCHARGE = "出院日期（2402 endtime）"
SETTLEMENT = "住院结算（2304）"
AMOUNTS = "结算结果（2304 的基金支付总额fund_pay_sumamt或个人负担总金额psn_part_amt）"
CANCELLED = "新的住院结算（原结算已撤销）"
SUBMISSION = "提交（4102 stas_type=1）"
_NOT_SUBMITTED = ("0", "3")


@dataclass(frozen=True, slots=True)
class Joined:
    """The case as far as it is known, and what is missing, in Chinese; empty = it can be grouped."""

    case: Case
    missing: tuple[str, ...]


def join(case: Case, setl_id: str, episode: Episode, person: Mapping[str, str]) -> Joined:
    """The list's case with what the other parts know.

    :param person: ``gend``, ``brdy`` and ``insutype`` of the insured; empty when unknown.
    :raises Fault: an amount or a day that was stored cannot be read.
    """
    case = _with_days(case, episode)
    case = _with_person(case, person)
    settled = episode.settlement(setl_id)
    missing = []
    if case.sex is None or (case.age_years is None and case.age_days is None):
        missing.append(PERSON)
    if case.admission_date is None:
        missing.append(ADMISSION)
    if case.discharge_date is None:
        missing.append(DISCHARGE)
    if settled is not None and settled.cancelled:
        missing.append(CANCELLED)
    else:
        case = _with_settlement(case, settled.part if settled else None)
        if settled is None and (case.total_cost_fen is None or case.patient_paid_fen is None):
            missing.append(SETTLEMENT)
        elif case.patient_paid_fen is None:
            missing.append(AMOUNTS)
    if episode.status.get(setl_id, "") in _NOT_SUBMITTED:
        missing.append(SUBMISSION)
    return Joined(case, tuple(missing))


def amount(facts: Mapping[str, str], name: str) -> int | None:
    """An amount a part tells, in fen; ``None`` when it tells none."""
    text = facts.get(name, "")
    return yuan_to_fen(text, name) if text else None


def patient_fen(facts: Mapping[str, str]) -> int | None:
    """What the patient bears of a settlement: told, else the cost less fund and hospital."""
    told = amount(facts, "psn_part_amt")
    if told is not None:
        return told
    total, fund = amount(facts, "medfee_sumamt"), amount(facts, "fund_pay_sumamt")
    if total is None or fund is None:
        return None
    return total - fund - (amount(facts, "hosp_part_amt") or 0)


def _with_days(case: Case, episode: Episode) -> Case:
    admission, discharge = episode.admission, episode.discharge
    return replace(
        case,
        admission_date=case.admission_date or _day(admission, "begntime"),
        discharge_date=case.discharge_date or _day(discharge, "endtime"),
        leaving_type=case.leaving_type or (discharge.facts.get("dscg_way", "") if discharge else ""),
        insurance_type=case.insurance_type or (admission.facts.get("insutype", "") if admission else ""),
        insured_region=case.insured_region
        or (admission.facts.get("insuplc_admdvs", "") if admission else ""),
    )


def _with_person(case: Case, person: Mapping[str, str]) -> Case:
    sex = int(person["gend"]) if case.sex is None and person.get("gend") in {"1", "2"} else case.sex
    years, days = case.age_years, case.age_days
    born = person.get("brdy", "")
    if years is None and days is None and born and case.admission_date is not None:
        years, days = age_at(parse_day(born[:10], "brdy"), case.admission_date)
    return replace(
        case,
        sex=sex,
        age_years=years,
        age_days=days,
        insurance_type=case.insurance_type or person.get("insutype", ""),
    )


def _with_settlement(case: Case, settled: Part | None) -> Case:
    if settled is None:
        return case
    facts = settled.facts
    total, paid, fund = case.total_cost_fen, case.patient_paid_fen, case.fund_paid_fen
    return replace(
        case,
        total_cost_fen=amount(facts, "medfee_sumamt") if total is None else total,
        patient_paid_fen=patient_fen(facts) if paid is None else paid,
        fund_paid_fen=amount(facts, "fund_pay_sumamt") if fund is None else fund,
        insurance_type=case.insurance_type or facts.get("insutype", ""),
        insured_region=case.insured_region or facts.get("insuplc_admdvs", ""),
    )


def age_at(born: date, on: date) -> tuple[int, int | None]:
    """Age in full years, and in days when below one year."""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years, (on - born).days if years == 0 else None


def _day(part: Part | None, name: str) -> date | None:
    text = part.facts.get(name, "") if part else ""
    return parse_day(text[:10], name) if text else None
