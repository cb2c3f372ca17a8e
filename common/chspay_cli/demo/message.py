"""A case as a hospital's system would send it: the national 4101 message, with an invented person."""

from __future__ import annotations

from chspay_core.amounts import fen_to_yuan
from chspay_core.case import Case

_MINUTES = "{}/{}/0"


def settlement_list(case: Case, number: int) -> dict[str, object]:
    """The 4101 message of ``case``; ``number`` makes its message id."""
    return {
        "infno": "4101",
        "msgid": f"{case.hospital_code}{case.discharge_date:%Y%m%d}120000{number:04d}",
        "mdtrtarea_admvs": case.region_code,
        "insuplc_admdvs": case.insured_region or case.region_code,
        "recer_sys_code": "chspay",
        "infver": "1.0.0",
        "opter_type": "1",
        "opter": "demo",
        "opter_name": "演示经办",
        "inf_time": f"{case.discharge_date} 12:00:00",
        "fixmedins_code": case.hospital_code,
        "fixmedins_name": "演示医院",
        "sign_no": "",
        "input": {
            "setlinfo": _setlinfo(case, number),
            "diseinfo": [
                {"diag_type": "1", "diag_code": code, "maindiag_flag": "0" if at else "1"}
                for at, code in enumerate(case.diagnoses)
            ],
            "oprninfo": [
                {"oprn_oprt_type": "2" if at else "1", "oprn_oprt_code": code, "oprn_oprt_name": "手术操作"}
                for at, code in enumerate(case.procedures)
            ],
            "iteminfo": [{"med_chrgitm": "14", "amt": fen_to_yuan(case.total_cost_fen or 0)}],
            "icuinfo": _icuinfo(case),
        },
    }


def _setlinfo(case: Case, number: int) -> dict[str, object]:
    patient = case.patient_paid_fen or 0
    return {
        "mdtrt_id": f"MZ{case.case_id}",
        "setl_id": case.case_id,
        "fixmedins_code": case.hospital_code,
        "psn_no": f"DEMO{number:016d}",
        "psn_name": f"演示{number:04d}",
        "patn_cert_type": "99",
        "certno": f"DEMO-{number:06d}",
        "gend": str(case.sex),
        "age": str(case.age_years if case.age_years is not None else ""),
        "nwb_age": str(case.age_days if case.age_years == 0 and case.age_days is not None else ""),
        "nwb_bir_wt": str(case.newborn_weight_g or ""),
        "hi_type": case.insurance_type,
        "insuplc": case.insured_region or case.region_code,
        "adm_time": f"{case.admission_date} 08:00:00",
        "dscg_time": f"{case.discharge_date} 10:00:00",
        "dscg_caty": case.department,
        "act_ipt_days": str(case.stay_days),
        "dscg_way": case.leaving_type,
        "psn_selfpay": fen_to_yuan(patient),
        "psn_ownpay": "0.00",
    }


def _icuinfo(case: Case) -> list[dict[str, str]] | None:
    if not case.icu_hours:
        return None
    days, hours = divmod(case.icu_hours, 24)
    return [{"scs_cutd_ward_type": "9", "scs_cutd_sum_dura": _MINUTES.format(days, hours)}]
