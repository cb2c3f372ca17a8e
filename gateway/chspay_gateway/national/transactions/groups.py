"""3605 DRG and 3606 DIP 分组结果; 3608 to 3611 分组统计 of anonymous peers, from settlement's own figures.

3608 and 3609 are the DIP names of 3610 and 3611: a closed month holds the groups its pool pays by, and
both pairs tell those.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import dip_pb2, schemes_pb2
from chspay.rulebook.v1 import rulebook_pb2
from chspay.settlement.v1 import groupings_pb2 as pb
from chspay.settlement.v1 import settlement_pb2
from chspay_core import amounts
from chspay_core.artefact import ArtefactKind, named
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.query import NOTHING_FOUND
from chspay_gateway.national.transactions.states import span_of
from chspay_gateway.national.transactions.values import data_of, number
from chspay_kit import convert

_MOST_ROWS = 1000
_DEFAULT_ROWS = 10
_LAST_PAGE = 1000
_GROUPED = case_pb2.GROUP_STATUS_GROUPED
_COMPLICATION = {"1": "MCC", "3": "CC", "5": ""}
#: Names of groups by scheme digest and code; a sealed scheme never changes.
_names: dict[tuple[str, str], str] = {}
_MOST_NAMES = 20_000


async def drg(call: Call) -> Outcome:
    """3605: what each list of a month was grouped into."""
    node = data_of(call)
    found, page = await _listed(call, node)
    rows = [await _drg_row(call, each, found.pool, _month(node)) for each in found.lists]
    return Outcome(paged(rows, found.total, page))


async def dip(call: Call) -> Outcome:
    """3606: the same lists by the DIP catalogue that policy names for the pool."""
    node = data_of(call)
    found, page = await _listed(call, node)
    answers = await _dip_answers(call, found.pool, [each.case for each in found.lists]) if found.lists else []
    rows = [_dip_row(each, answer, found.pool) for each, answer in zip(found.lists, answers, strict=True)]
    return Outcome(paged(rows, found.total, page))


async def hospitals(call: Call) -> Outcome:
    """3608, 3610: the hospitals of the pool, under pseudonyms."""
    node = data_of(call)
    answer, page = await _peers(call, node, "", "")
    rows = [
        {
            "setl_mon": _month(node),
            "fixmedins_code": each.peer,
            "fixmedins_name": f"医疗机构{each.peer[:6]}",
            "grp_sum": each.groups,
            **_costs(each),
        }
        for each in answer.peers
    ]
    return Outcome(paged(rows, answer.total, page), _left_out(answer))


async def groups(call: Call) -> Outcome:
    """3609, 3611: the groups of one hospital named by the pseudonym that 3608 or 3610 gave."""
    node = data_of(call)
    peer = node.text("fixmedins_code")
    if not peer:
        raise Fault(NOTHING_FOUND, field="data.fixmedins_code")
    answer, page = await _peers(call, node, peer, node.text("dise_code"))
    rows = []
    for each in answer.peers:
        name = await _name(call, each.scheme_digest, each.group)
        if call.infno == "3609":
            row: dict[str, object] = {
                "dip_dise_grp_code": each.group,
                "dip_dise_grp_name": name,
                "grp_diag_code": "",
                "grp_diag_name": "",
                "oprn_grp_code": "",
                "oprn_grp_name": "",
            }
        else:
            row = {"drg_code": each.group, "drg_name": name}
        rows.append({"setl_mon": _month(node), **row, **_costs(each)})
    return Outcome(paged(rows, answer.total, page), _left_out(answer))


def _left_out(answer: pb.ListPeersResponse) -> str:
    if not answer.left_out:
        return ""
    return (
        f"为保护患者隐私，有{answer.left_out}行未列出：病例少于{answer.least_cases}例，"
        "或列出后可以推算出这样的少量病例。"
    )


def _costs(peer: pb.Peer) -> dict[str, object]:
    average = amounts.divide_half_up(peer.cost_fen, peer.cases) if peer.cases else 0
    return {
        "medfee_sumamt": number(amounts.fen_to_yuan(peer.cost_fen)),
        "setl_psntime": peer.cases,
        "ave_medfee_sumamt": number(amounts.fen_to_yuan(average)),
        "admdvs": peer.region_code,
    }


async def _drg_row(
    call: Call, each: settlement_pb2.SettlementList, pool: str, month: str
) -> dict[str, object]:
    group, case = each.group, each.case
    grouped = group.status == _GROUPED
    digest = group.scheme_digest
    return {
        "setl_id": case.case_id,
        "drg_code": group.drg,
        "drg_name": await _name(call, digest, group.drg),
        "adrg_code": group.adrg,
        "adrg_name": await _name(call, digest, group.adrg),
        "mdc_codg": group.mdc,
        "mdc_name": await _name(call, digest, group.mdc),
        "ccmcc": _COMPLICATION.get(group.drg[-1:], ""),
        "grp_rslt": "1" if grouped else "0",
        "err_info": group.reason or None,
        "grp_name": None,
        "grp_ver": digest[:50],
        "grp_spec_ver": None,
        "place_grp_pay_std": None,
        "place_grp_ver": digest[:50],
        "place_grp_spec_ver": None,
        "abbr": None,
        "place_drg_codg": group.drg,
        "place_drg_name": await _name(call, digest, group.drg),
        "grp_type": "1",
        "psn_no": None,
        "drg_admdvs": pool,
        "setl_list_sn": each.list_id,
        "setl_ym": month,
        "fixmedins_code": case.hospital_code,
        "grp_time": each.received_at.replace("T", " ")[:19],
        "vali_flag": "1",
    }


def _dip_row(each: settlement_pb2.SettlementList, answer: dip_pb2.DipAnswer, pool: str) -> dict[str, object]:
    grouped, case = bool(answer.group), each.case
    score = number(amounts.plain(amounts.from_micro(answer.score_micro))) if grouped else None
    return {
        "setl_id": case.case_id,
        "psn_no": None,
        "psn_name": None,
        "insutype": case.insurance_type,
        "setl_time": f"{case.discharge_date.year:04d}-{case.discharge_date.month:02d}-"
        f"{case.discharge_date.day:02d}",
        "clr_optins": pool,
        "insu_admdvs": case.insured_region,
        "fixmedins_code": case.hospital_code,
        "fixmedins_name": None,
        "fixmedins_lv": None,
        "nuld_flag": "0",
        "grp_stas": "1" if grouped else "0",
        "dip_dise_grp_code": answer.group,
        "dip_dise_grp_name": answer.name,
        "grp_diag_code": case.diagnoses[0] if case.diagnoses else "",
        "grp_diag_name": None,
        "oprn_grp_code": case.procedures[0] if case.procedures else "",
        "oprn_grp_name": None,
        "dise_list_type": answer.level,
        "asst_list_flag": "1" if answer.subtype else "0",
        "asst_list_detl": answer.subtype,
        "grp_dise_sco": score,
        "remarks": answer.reason or None,
    }


async def _listed(call: Call, node: Node) -> tuple[pb.ListGroupingsResponse, tuple[int, int]]:
    page, size = page_of(node)
    found: pb.ListGroupingsResponse = await call.session.services.groupings.ListGroupings(
        pb.ListGroupingsRequest(
            hospital_code=call.message.institution,
            period=int(_month(node)),
            case_id=node.text("setl_id"),
            offset=(page - 1) * size,
            limit=size,
        )
    )
    return found, (page, size)


async def _peers(
    call: Call, node: Node, peer: str, group: str
) -> tuple[pb.ListPeersResponse, tuple[int, int]]:
    page, size = page_of(node)
    try:
        found: pb.ListPeersResponse = await call.session.services.groupings.ListPeers(
            pb.ListPeersRequest(
                hospital_code=call.message.institution,
                period=int(_month(node)),
                peer=peer,
                group=group,
                offset=(page - 1) * size,
                limit=size,
            )
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            raise Fault(NOTHING_FOUND, field="data.setl_mon") from fault
        raise
    return found, (page, size)


def page_of(node: Node) -> tuple[int, int]:
    """Page (from 1) and rows of a page, at most 1000, as text or number."""
    page, size = node.whole("page_num") or 1, node.whole("page_size") or _DEFAULT_ROWS
    return min(max(page, 1), _LAST_PAGE), min(max(size, 1), _MOST_ROWS)


def _month(node: Node) -> str:
    first, _ = span_of(node)
    return f"{first:%Y%m}"


def paged(rows: Sequence[object], total: int, page: tuple[int, int]) -> dict[str, object]:
    """Rows as the platform pages them.

    :param page: number of the page, from 1, and its size.
    """
    number_, size = page
    return {
        "data": rows,
        "page_num": number_,
        "page_size": size,
        "recordCounts": total,
        "pages": -(-total // size),
    }


async def _name(call: Call, digest: str, code: str) -> str:
    """What a group is called; empty when its scheme is not here any more."""
    if not code or not digest:
        return ""
    known = _names.get((digest, code))
    if known is not None:
        return known
    try:
        answer = await call.session.services.scheme_life.SearchGroups(
            schemes_pb2.SearchGroupsRequest(scheme=digest, text=code, page_size=50)
        )
    except Fault as fault:
        if fault.reason.kind is Kind.NOT_FOUND:
            return ""
        raise
    name = next((each.name for each in answer.groups if each.code == code), "")
    if len(_names) >= _MOST_NAMES:
        _names.clear()
    _names[digest, code] = name
    return name


async def _dip_answers(call: Call, pool: str, cases: Sequence[case_pb2.Case]) -> list[dip_pb2.DipAnswer]:
    """The cases by the catalogue in force on the day of the first one's discharge."""
    on = cases[0].discharge_date
    bundle = await call.session.services.rulebook.ResolveBundle(
        rulebook_pb2.ResolveBundleRequest(place=pool, on=on)
    )
    policy = Bundle.parse(bundle.content).on(convert.date_from_pb(on, "discharge_date"))
    catalogue = named(policy, ArtefactKind.DIP_CATALOGUE).digest

    async def asked() -> AsyncIterator[dip_pb2.GroupDipStreamRequest]:
        for case in cases:
            yield dip_pb2.GroupDipStreamRequest(catalogue=catalogue, case=case)

    stream = call.session.services.dip.GroupDipStream(asked())
    return [each.answer async for each in stream]
