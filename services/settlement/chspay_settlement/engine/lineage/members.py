"""Where a column of a settlement list comes from: its member of the national message 4101 清单上传."""

from __future__ import annotations

#: Column of ``list_version`` -> member of message 4101.
MEMBERS = {
    "case_id": "setlinfo.setl_id",
    "hospital_code": "fixmedins_code",
    "region_code": "mdtrtarea_admvs",
    "admission_date": "setlinfo.adm_time",
    "discharge_date": "setlinfo.dscg_time",
    "department": "setlinfo.dscg_caty",
    "los_days": "setlinfo.act_ipt_days",
    "diagnoses": "diseinfo.diag_code",
    "procedures": "oprninfo.oprn_oprt_code",
    "total_cost_fen": "iteminfo.amt",
    "patient_paid_fen": "setlinfo.psn_selfpay+psn_ownpay",
    "drg": "diseinfo.diag_code+oprninfo.oprn_oprt_code",
}
#: Key of a worksheet line -> column of the list it was read from.
OF_SHEET = {
    "case_id": "case_id",
    "hospital": "hospital_code",
    "cost": "total_cost_fen",
    "patient": "patient_paid_fen",
    "drg": "drg",
    "department": "department",
    "days": "los_days",
}
