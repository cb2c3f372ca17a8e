"""Step 1 of the algorithm: the input check, and the scalars a rule may ask for."""

from __future__ import annotations

from chspay_core.case import (
    DIAGNOSIS_MISSING,
    DISCHARGE_BEFORE_ADMISSION,
    NEGATIVE,
    SEX_BAD,
    Case,
)
from chspay_core.errors import Fault

#: NL, XB, XSRTL, XSRTZ, ZYTS, LYFS, ZZJHXS, KSICU; None = the record does not know it.
Scalars = tuple[
    int | None, int | None, int | None, int | None, int | None, int | None, int | None, int | None
]
#: What ``department`` reads when the case left from an intensive care unit.
ICU_DEPARTMENT = "ICU"
NUMBERS = ("age_years", "age_days", "newborn_weight_g", "los_days", "icu_hours")


def input_fault(case: Case) -> Fault | None:
    """Why a case cannot be grouped at all, or None: it is then ``invalid``, not ungrouped."""
    if case.sex not in (1, 2):
        return Fault(SEX_BAD, field="sex", value="" if case.sex is None else case.sex)
    if not case.diagnoses or not case.diagnoses[0].strip():
        return Fault(DIAGNOSIS_MISSING, field="diagnoses")
    for name in NUMBERS:
        number = getattr(case, name)
        if number is not None and number < 0:
            return Fault(NEGATIVE, field=name, value=number)
    admission, discharge = case.admission_date, case.discharge_date
    if admission is not None and discharge is not None and discharge < admission:
        return Fault(
            DISCHARGE_BEFORE_ADMISSION,
            field="discharge_date",
            value=discharge.isoformat(),
            admission=admission.isoformat(),
        )
    return None


def scalars_of_case(case: Case) -> Scalars:
    """The numbers of a case in the order of :data:`Scalars`. A newborn weight of 0 means unknown."""
    return (
        case.age_years,
        case.sex,
        case.age_days,
        case.newborn_weight_g or None,
        case.stay_days,
        leaving_number(case.leaving_type),
        case.icu_hours,
        icu_flag(case.department),
    )


def leaving_number(text: str) -> int | None:
    """The leaving type 离院方式 as a number; anything else is unknown to rules."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def icu_flag(department: str) -> int | None:
    """1 when the department is an ICU, 0 when it is another, unknown when it is not said."""
    text = department.strip()
    return int(text.upper() == ICU_DEPARTMENT) if text else None
