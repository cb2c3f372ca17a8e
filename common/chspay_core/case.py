"""The inpatient case 住院病例, one row of the canonical case table, and its input check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from chspay_core import period
from chspay_core.errors import Fault, Kind, Reason


class Status(Enum):
    """How a case was grouped."""

    GROUPED = "grouped"
    AMBIGUOUS = "ambiguous"
    UNGROUPED = "ungrouped"
    INVALID = "invalid"


CASE_ID_MISSING = Reason("CASE_ID_MISSING", Kind.INVALID, "病例号不能为空。")
CASE_ID_BAD = Reason(
    "CASE_ID_BAD", Kind.INVALID, "病例号只能含字母、数字和 . _ : / -，最长64位，收到“{value}”。"
)
HOSPITAL_BAD = Reason("HOSPITAL_BAD", Kind.INVALID, "医疗机构编码应为1至30位字母或数字，收到“{value}”。")
SEX_BAD = Reason("SEX_BAD", Kind.INVALID, "性别应为1（男）或2（女），收到“{value}”。")
DIAGNOSIS_MISSING = Reason("DIAGNOSIS_MISSING", Kind.INVALID, "至少要有一个诊断（第一个为主要诊断）。")
TOO_MANY_CODES = Reason("TOO_MANY_CODES", Kind.INVALID, "{field}最多{limit}个，收到{value}个。")
CODE_BAD = Reason("CODE_BAD", Kind.INVALID, "{field}中的编码“{value}”含有不能使用的字符或过长。")
DISCHARGE_BEFORE_ADMISSION = Reason(
    "DISCHARGE_BEFORE_ADMISSION", Kind.INVALID, "出院日期{value}早于入院日期{admission}，请核对。"
)
NEGATIVE = Reason("NEGATIVE", Kind.INVALID, "{field}不能小于零，收到“{value}”。")
OUT_OF_RANGE = Reason("OUT_OF_RANGE", Kind.INVALID, "{field}应在0至{limit}之间，收到“{value}”。")
PATIENT_OVER_TOTAL = Reason(
    "PATIENT_OVER_TOTAL", Kind.INVALID, "个人负担{value}分大于总费用{total}分，请核对。"
)

MAX_CODES = 200
#: Columns that hold lists of codes, and columns that hold money.
CODE_LISTS = ("diagnoses", "procedures", "tcm_diagnoses")
AMOUNTS = (
    "total_cost",
    "patient_paid",
    "fund_paid",
    "fee_drug",
    "fee_consumable",
    "fee_test",
    "fee_service",
    "tcm_cost",
)
_CASE_ID = re.compile(r"[0-9A-Za-z._:/-]{1,64}\Z", re.ASCII)
_HOSPITAL = re.compile(r"[0-9A-Za-z]{1,30}\Z", re.ASCII)
#: Codes as written by hospitals, before normalising: full-width letters and stray blanks are forgiven.
_CODE = re.compile(r"[^\x00-\x1f|,;\"'<>\\]{1,40}\Z")

_LIMITS = {
    "age_years": 150,
    "age_days": 55_000,
    "newborn_weight_g": 20_000,
    "los_days": 20_000,
    "icu_hours": 480_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One inpatient case. ``None`` and the empty text mean unknown, never zero.

    Money is fen; ``diagnoses[0]`` is the principal diagnosis, ``procedures[0]`` the main procedure.
    """

    case_id: str
    hospital_code: str = ""
    region_code: str = ""
    person_key: str = ""
    admission_date: date | None = None
    discharge_date: date | None = None
    sex: int | None = None
    age_years: int | None = None
    age_days: int | None = None
    newborn_weight_g: int | None = None
    department: str = ""
    los_days: int | None = None
    leaving_type: str = ""
    icu_hours: int | None = None
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    total_cost_fen: int | None = None
    patient_paid_fen: int | None = None
    insured_region: str = ""
    insurance_type: str = ""
    #: Paid by the fund as settled at the hospital; what this suite pays is its own result.
    fund_paid_fen: int | None = None
    #: Parts of the total cost: drugs, consumables, tests and imaging, medical service.
    fee_drug_fen: int | None = None
    fee_consumable_fen: int | None = None
    fee_test_fen: int | None = None
    fee_service_fen: int | None = None
    #: Diagnoses of Chinese medicine 中医诊断 and the cost of its treatment.
    tcm_diagnoses: tuple[str, ...] = ()
    tcm_cost_fen: int | None = None
    #: Referral 转诊 that led to this stay.
    referral_id: str = ""

    @property
    def stay_days(self) -> int | None:
        """Length of stay: as given, else the difference of the dates (at least 1), else unknown."""
        if self.los_days is not None:
            return self.los_days
        if self.admission_date is None or self.discharge_date is None:
            return None
        return period.los_days(self.admission_date, self.discharge_date)


def check_grouping(case: Case) -> list[Fault]:
    """What makes a case impossible to group (step 1 of the algorithm): sex and a diagnosis are needed."""
    faults: list[Fault] = []
    if case.sex not in (1, 2):
        faults.append(Fault(SEX_BAD, field="sex", value="" if case.sex is None else case.sex))
    if not case.diagnoses or not case.diagnoses[0].strip():
        faults.append(Fault(DIAGNOSIS_MISSING, field="diagnoses"))
    return faults


def check_intake(case: Case) -> list[Fault]:
    """What makes a settlement list impossible to accept; an empty answer means it may be stored.

    A missing principal diagnosis or sex is refused here too: such a list is sent back to the hospital.
    """
    faults = [*_identity_faults(case), *check_grouping(case), *_code_faults(case), *_date_faults(case)]
    for name, limit in _LIMITS.items():
        number = getattr(case, name)
        if number is not None and not 0 <= number <= limit:
            faults.append(Fault(OUT_OF_RANGE, field=name, value=number, limit=limit))
    total, patient = case.total_cost_fen, case.patient_paid_fen
    for name in AMOUNTS:
        amount = getattr(case, f"{name}_fen")
        if amount is not None and amount < 0:
            faults.append(Fault(NEGATIVE, field=name, value=amount))
    if total is not None and patient is not None and patient > total >= 0:
        faults.append(Fault(PATIENT_OVER_TOTAL, field="patient_paid", value=patient, total=total))
    return faults


def _identity_faults(case: Case) -> list[Fault]:
    faults: list[Fault] = []
    if not case.case_id:
        faults.append(Fault(CASE_ID_MISSING, field="case_id"))
    elif not _CASE_ID.match(case.case_id):
        faults.append(Fault(CASE_ID_BAD, field="case_id", value=case.case_id))
    if not _HOSPITAL.match(case.hospital_code):
        faults.append(Fault(HOSPITAL_BAD, field="hospital_code", value=case.hospital_code))
    return faults


def _code_faults(case: Case) -> list[Fault]:
    faults: list[Fault] = []
    for name in CODE_LISTS:
        codes = getattr(case, name)
        if len(codes) > MAX_CODES:
            faults.append(Fault(TOO_MANY_CODES, field=name, value=len(codes), limit=MAX_CODES))
        bad = next((code for code in codes if code and not _CODE.match(code)), None)
        if bad is not None:
            faults.append(Fault(CODE_BAD, field=name, value=bad))
    return faults


def _date_faults(case: Case) -> list[Fault]:
    admission, discharge = case.admission_date, case.discharge_date
    if admission is not None and discharge is not None and discharge < admission:
        return [
            Fault(
                DISCHARGE_BEFORE_ADMISSION,
                field="discharge_date",
                value=discharge.isoformat(),
                admission=admission.isoformat(),
            )
        ]
    return []
