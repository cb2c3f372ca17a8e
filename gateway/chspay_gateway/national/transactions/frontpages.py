"""4401 住院病案首页: kept, and held against the settlement list of the same stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chspay.settlement.v1 import frontpages_pb2 as pb
from chspay_core.errors import Fault
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.envelope.message import MEMBER_MISSING

_MOST_NAMED = 10


async def submit(call: Call) -> Outcome:
    """One front page; ``warn_msg`` says which fields the list of the stay writes otherwise."""
    message = call.message
    node = message.input.child("baseinfo")
    if node is None:
        raise Fault(MEMBER_MISSING, field="baseinfo")
    mdtrt_id, setl_id = node.text("mdtrt_id"), node.text("setl_id")
    if not (mdtrt_id or setl_id):
        raise Fault(MEMBER_MISSING, field="baseinfo.mdtrt_id")
    answer = await call.session.services.front_pages.PutFrontPage(
        pb.PutFrontPageRequest(
            request_id=message.request_id,
            hospital_code=message.institution,
            mdtrt_id=mdtrt_id,
            setl_id=setl_id,
            source=message.source,
        )
    )
    found = answer.comparison
    return Outcome({}, warning(found), mdtrt_id=found.mdtrt_id, setl_id=found.setl_id)


def warning(found: pb.FrontPageComparison) -> str:
    """What the sender should look at; empty when both papers say the same."""
    if not found.list_id:
        return "病案首页已收；这次住院的结算清单还没有收到，收到后可查询两者的比对。"
    verdicts = Counter(field.verdict for field in found.fields)
    different = [field.label for field in found.fields if field.verdict == pb.FIELD_VERDICT_DIFFERENT]
    parts = []
    if different:
        parts.append(f"{len(different)}项与结算清单不同（{_some(different)}）")
    if verdicts[pb.FIELD_VERDICT_ONLY_LIST]:
        parts.append(f"{verdicts[pb.FIELD_VERDICT_ONLY_LIST]}项首页没有填写")
    if verdicts[pb.FIELD_VERDICT_ONLY_FRONT_PAGE]:
        parts.append(f"{verdicts[pb.FIELD_VERDICT_ONLY_FRONT_PAGE]}项清单没有填写")
    return f"病案首页已收；{'，'.join(parts)}，请核对。" if parts else ""


def _some(labels: Sequence[str]) -> str:
    return "、".join(labels[:_MOST_NAMED]) + ("等" if len(labels) > _MOST_NAMED else "")
