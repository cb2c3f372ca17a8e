"""Which members of a part may be kept in clear: codes, days and amounts, never who somebody is."""

from __future__ import annotations

from collections.abc import Mapping

from chspay_core.errors import Fault
from chspay_settlement import faults_episodes as faults
from chspay_settlement.engine.episodes.parts import Part, PartKind

_LONGEST = 200
_MOST_ROWS = 2000

_AMOUNTS = (
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt",
    "act_pay_dedc", "hifp_pay", "pool_prop_selfpay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay",
    "hifdm_pay", "maf_pay", "oth_pay", "hosp_part_amt", "fund_pay_sumamt", "psn_part_amt", "acct_pay",
    "psn_cash_pay", "balc", "acct_mulaid_pay",
)  # fmt: skip
_STAY = ("insutype", "med_type", "insuplc_admdvs", "mdtrtarea_admvs")
_ADMISSION = ("begntime", "ipt_no", "dise_codg", "adm_dept_codg", "adm_dept_name", "dscg_maindiag_code")
_DISCHARGE = ("endtime", "dise_codg", "dscg_dept_codg", "dscg_dept_name", "dscg_way", "die_date")
_SETTLEMENT = (
    "psn_setlway", "psn_type", "cvlserv_flag", "acct_used_flag", "mid_setl_flag", "invono", "setl_time",
    "clr_type", "clr_way", "clr_optins", "mdtrt_cert_type", "begndate", "enddate",
)  # fmt: skip
_FEE = (
    "feedetl_sn", "init_feedetl_sn", "mdtrt_id", "drord_no", "med_type", "fee_ocur_time", "med_list_codg",
    "medins_list_codg", "det_item_fee_sumamt", "cnt", "pric", "bilg_dept_codg", "bilg_dept_name",
    "bilg_dr_codg", "acord_dept_codg", "acord_dept_name", "orders_dr_code", "hosp_appr_flag",
    "tcmdrug_used_way", "etip_flag", "etip_hosp_code", "dscg_tkdrug_flag", "matn_fee_flag", "comb_no",
    "med_chrgitm_type",
)  # fmt: skip
_FUND = ("fund_pay_type", "inscp_scp_amt", "crt_payb_lmt_amt", "fund_payamt", "fund_pay_type_name")
_NOTHING: frozenset[str] = frozenset()
KNOWN: Mapping[PartKind, frozenset[str]] = {
    PartKind.ADMISSION: frozenset((*_STAY, *_ADMISSION)),
    PartKind.DISCHARGE: frozenset((*_STAY, *_DISCHARGE)),
    PartKind.FEES: _NOTHING,
    PartKind.SETTLEMENT: frozenset((*_STAY, *_AMOUNTS, *_SETTLEMENT)),
    PartKind.CANCELLATION: _NOTHING,
    PartKind.LIST: frozenset({"stas_type"}),
    PartKind.STATUS: frozenset({"stas_type"}),
    PartKind.REVERSAL: _NOTHING,
}
#: Members of a fee line, a fund's share.
ROWS: Mapping[PartKind, frozenset[str]] = {
    PartKind.FEES: frozenset(_FEE),
    PartKind.SETTLEMENT: frozenset(_FUND),
}
#: What a list may say of its own status; 2 is given by the bureau alone.
_LIST_STATUS = frozenset({"", "0", "1", "3"})


def check(part: Part) -> None:
    """Refuses what is not on the list of members to keep, what is longer than any of them, lines of cost of
    another visit, and a list status nobody knows.

    :raises Fault: EPISODE_FACT_UNKNOWN, EPISODE_PART_BAD.
    """
    if len(part.rows) > _MOST_ROWS:
        raise Fault(faults.PART_BAD, field="rows", value=len(part.rows))
    of_rows = ROWS.get(part.kind, _NOTHING)
    for members, known in ((part.facts, KNOWN[part.kind]), *((row, of_rows) for row in part.rows)):
        for name, text in members.items():
            if name not in known:
                raise Fault(faults.FACT_UNKNOWN, field=name)
            if len(text) > _LONGEST or "\x00" in text:
                raise Fault(faults.PART_BAD, field=name, value=text)
    for row in part.rows:
        if row.get("mdtrt_id", part.mdtrt_id) != part.mdtrt_id:
            raise Fault(faults.PART_BAD, field="mdtrt_id", value=row["mdtrt_id"])
    status = part.facts.get("stas_type", "")
    if part.kind is PartKind.LIST and status not in _LIST_STATUS:
        raise Fault(faults.PART_BAD, field="stas_type", value=status)
