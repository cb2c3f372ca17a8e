"""2401, 2402, 2301, 2304, 2305: a stay from admission to settlement, kept as far as a list needs it.

The platform's benefit calculation is not ours: what nobody told of a settlement is answered as null, and
a list waits until fund or patient's part is known (told with 2304, or pulled with 5203).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay.settlement.v1 import settlement_pb2
from chspay_core import amounts
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.node import Node
from chspay_gateway.national.profiles import texts
from chspay_gateway.national.transactions.settled import settled_output
from chspay_gateway.national.transactions.values import AMOUNTS, data_of, needed, number, told

NO_FEES = Reason("FSI_NO_FEES", Kind.INVALID, texts()["no_fees"])
FEES_MIXED = Reason(
    "FSI_FEES_MIXED",
    Kind.INVALID,
    "一次上传的费用明细应属于同一次就诊：第1行的mdtrt_id是“{visit}”，第{row}行是“{value}”，请分开上传。",
)

_STAY = ("insutype", "med_type", "insuplc_admdvs", "mdtrtarea_admvs")
_ADMISSION = (*_STAY, "begntime", "ipt_no", "dise_codg", "adm_dept_codg", "adm_dept_name",
              "dscg_maindiag_code")  # fmt: skip
_DISCHARGE = (*_STAY, "endtime", "dise_codg", "dscg_dept_codg", "dscg_dept_name", "dscg_way", "die_date")
_SETTLEMENT = (*_STAY, *AMOUNTS, "psn_setlway", "psn_type", "cvlserv_flag", "acct_used_flag", "invono",
               "mid_setl_flag", "setl_time", "clr_type", "clr_way", "clr_optins", "mdtrt_cert_type",
               "begndate", "enddate")  # fmt: skip
_FUND = ("fund_pay_type", "inscp_scp_amt", "crt_payb_lmt_amt", "fund_payamt", "fund_pay_type_name")
_FEE = (
    "feedetl_sn", "init_feedetl_sn", "mdtrt_id", "drord_no", "med_type", "fee_ocur_time", "med_list_codg",
    "medins_list_codg", "det_item_fee_sumamt", "cnt", "pric", "bilg_dept_codg", "bilg_dept_name",
    "bilg_dr_codg", "acord_dept_codg", "acord_dept_name", "orders_dr_code", "hosp_appr_flag",
    "tcmdrug_used_way", "etip_flag", "etip_hosp_code", "dscg_tkdrug_flag", "matn_fee_flag", "comb_no",
    "med_chrgitm_type",
)  # fmt: skip


async def admit(call: Call) -> Outcome:
    """2401 入院办理: the visit's number is made here unless the sender has one."""
    node = data_of(call, "mdtrtinfo")
    needed(node, "begntime")
    node.day("begntime")
    done = await record(
        call, pb.PART_KIND_ADMISSION, node, facts=told(node, _ADMISSION), mdtrt_id=node.text("mdtrt_id")
    )
    result = {"mdtrt_id": done.mdtrt_id, "exp_content": None}
    return Outcome({"result": result}, _warning(done), mdtrt_id=done.mdtrt_id)


async def discharge(call: Call) -> Outcome:
    """2402 出院办理."""
    node = data_of(call, "dscginfo")
    needed(node, "endtime")
    node.day("endtime")
    done = await record(
        call,
        pb.PART_KIND_DISCHARGE,
        node,
        facts=told(node, _DISCHARGE),
        mdtrt_id=needed(node, "mdtrt_id"),
    )
    return Outcome({}, _warning(done), mdtrt_id=done.mdtrt_id)


async def fees(call: Call) -> Outcome:
    """2301 住院费用明细上传: lines of one stay; the same line again replaces the earlier one."""
    rows = call.message.input.rows("feedetail", ("feedetl_sn", "det_item_fee_sumamt"))
    if not rows:
        rows = data_of(call).rows("feedetail", ("feedetl_sn", "det_item_fee_sumamt"))
    if not rows:
        raise Fault(NO_FEES, field="feedetail")
    for row in rows:
        needed(row, "feedetl_sn")
        needed(row, "det_item_fee_sumamt")
        row.fen("det_item_fee_sumamt")
        for name in ("cnt", "pric"):
            row.number(name)
    first = rows[0]
    visit = needed(first, "mdtrt_id")
    for row_no, row in enumerate(rows, 1):
        if row.text("mdtrt_id") != visit:
            raise Fault(
                FEES_MIXED, field="feedetail.mdtrt_id", value=row.text("mdtrt_id"), visit=visit, row=row_no
            )
    lines = [told(row, _FEE) for row in rows]
    done = await record(call, pb.PART_KIND_FEES, first, rows=lines, mdtrt_id=visit)
    return Outcome({"result": [_priced(line) for line in lines]}, _warning(done), mdtrt_id=done.mdtrt_id)


async def settle(call: Call) -> Outcome:
    """2304 住院结算; its outcome, where the sender has it, may stand in ``data`` or in ``setlinfo``."""
    node = data_of(call)
    facts = told(node, _SETTLEMENT)
    outcome = call.message.input.child("setlinfo")
    if outcome is not None:
        facts |= told(outcome, _SETTLEMENT)
    needed(node if outcome is None else outcome, "medfee_sumamt")
    for name in AMOUNTS:
        if name in facts:
            amounts.decimal_text(facts[name], f"data.{name}")
    for name in ("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt", "hosp_part_amt"):
        if name in facts:
            amounts.yuan_to_fen(facts[name], f"data.{name}")
    node.day("setl_time")
    funds = call.message.input.rows("setldetail", ("fund_pay_type", "fund_payamt"))
    mdtrt_id = needed(node, "mdtrt_id")
    done = await record(
        call,
        pb.PART_KIND_SETTLEMENT,
        node,
        facts=facts,
        rows=[told(row, _FUND) for row in funds],
        mdtrt_id=mdtrt_id,
        setl_id=(outcome or node).text("setl_id"),
    )
    stay = await _stay(call, done.mdtrt_id, done.setl_id)
    if not stay.HasField("person"):
        stay.person.identity.CopyFrom(identity_of(node))
    found = next(each for each in stay.settlements if each.setl_id == done.setl_id)
    warning = "；".join(text for text in (_warning(done), _fees_differ(facts, stay.fees)) if text)
    return Outcome(settled_output(found, stay), warning, done.mdtrt_id, done.setl_id, personal=True)


async def cancel(call: Call) -> Outcome:
    """2305 住院结算撤销: the same members with their signs turned; a list of it is held back."""
    node = data_of(call)
    setl_id = needed(node, "setl_id")
    done = await record(
        call, pb.PART_KIND_CANCELLATION, node, mdtrt_id=node.text("mdtrt_id"), setl_id=setl_id
    )
    output = settled_output(done.cancelled, pb.GetEpisodeResponse(), negative=True)
    return Outcome(output, done.warning, done.mdtrt_id, done.setl_id)


async def record(
    call: Call,
    kind: pb.PartKind,
    node: Node,
    *,
    facts: Mapping[str, str] | None = None,
    rows: Sequence[Mapping[str, str]] = (),
    mdtrt_id: str = "",
    setl_id: str = "",
) -> pb.RecordPartResponse:
    """Keeps a part of a stay; the person comes from the node, sealed."""
    message = call.message
    answer: pb.RecordPartResponse = await call.session.services.episodes.RecordPart(
        pb.RecordPartRequest(
            request_id=message.request_id,
            hospital_code=message.institution,
            kind=kind,
            infno=call.infno,
            msgid=message.msgid,
            mdtrt_id=mdtrt_id,
            setl_id=setl_id,
            identity=identity_of(node),
            facts=dict(facts or {}),
            rows=[pb.Members(values=dict(row)) for row in rows],
        )
    )
    return answer


def identity_of(node: Node) -> settlement_pb2.Identity:
    """Who a node is about."""
    return settlement_pb2.Identity(
        person_no=node.text("psn_no"),
        name=node.text("psn_name"),
        certificate_type=node.text("psn_cert_type") or node.text("cert_type"),
        certificate_no=node.text("certno"),
    )


async def _stay(call: Call, mdtrt_id: str, setl_id: str) -> pb.GetEpisodeResponse:
    found: pb.GetEpisodeResponse = await call.session.services.episodes.GetEpisode(
        pb.GetEpisodeRequest(hospital_code=call.message.institution, mdtrt_id=mdtrt_id, setl_id=setl_id)
    )
    return found


def _warning(done: pb.RecordPartResponse) -> str:
    return str(done.warning)


def _fees_differ(facts: Mapping[str, str], fees: Sequence[pb.Members]) -> str:
    """The one check between settlement and fee lines: a difference is told, the settlement's word stands."""
    lines = [line.values.get("det_item_fee_sumamt", "") for line in fees]
    if not lines:
        return ""
    total = sum((amounts.decimal_text(text, "feedetail") for text in lines if text), Decimal(0))
    if total == amounts.decimal_text(facts["medfee_sumamt"], "medfee_sumamt"):
        return ""
    return f"医疗费总额{facts['medfee_sumamt']}与已上传费用明细合计{amounts.plain(total)}不符，请核对"


def _priced(line: Mapping[str, str]) -> dict[str, object]:
    """A line as 2301 answers it; limits and ratios of the catalogue are not ours to say."""
    return {
        "feedetl_sn": line.get("feedetl_sn", ""),
        "det_item_fee_sumamt": number(line.get("det_item_fee_sumamt")),
        "cnt": number(line.get("cnt")),
        "pric": number(line.get("pric")),
        "pric_uplmt_amt": None,
        "selfpay_prop": None,
        "fulamt_ownpay_amt": None,
        "overlmt_amt": None,
        "preselfpay_amt": None,
        "inscp_scp_amt": None,
        "chrgitm_lv": "",
        "med_chrgitm_type": line.get("med_chrgitm_type", ""),
        "bas_medn_flag": "",
        "hi_nego_drug_flag": "",
        "lmt_used_flag": "",
        "drt_reim_flag": "",
        "memo": None,
        "exp_content": None,
    }
