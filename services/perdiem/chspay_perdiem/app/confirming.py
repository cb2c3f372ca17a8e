"""Pricings made final by the month that paid them, and what is answered of their lists from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_perdiem.app import plain
from chspay_perdiem.app.access import may
from chspay_perdiem.engine.batch import Answered
from chspay_perdiem.engine.stay import Stay
from chspay_perdiem.store import confirmed, pricings
from chspay_perdiem.store.confirmed import Confirmed

MOST_CONFIRMED = 20_000

TOO_MANY = Reason(
    "PER_DIEM_CONFIRM_MANY", Kind.TOO_LARGE, "一次最多确认{most}个床日计价，收到{value}个，请分批提交。"
)
RUN_MISSING = Reason("PER_DIEM_CONFIRM_RUN", Kind.INVALID, "确认床日计价须写明月结编号。")
UNKNOWN = Reason("PER_DIEM_CONFIRM_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的床日计价，不能确认。")
ELSEWHERE = Reason(
    "PER_DIEM_CONFIRM_MONTH",
    Kind.INVALID,
    "床日计价{value}属于统筹区{pool}的{month}，不能由{wanted}的月结确认。",
)
REPLACED = Reason(
    "PER_DIEM_CONFIRM_REPLACED",
    Kind.PRECONDITION,
    "床日计价{value}已被重新计价取代（现行：{stands}），不能据此支付；请重新发起月结。",
)
FINAL = Reason(
    "PER_DIEM_CONFIRMED",
    Kind.PRECONDITION,
    "住院{stay}的床日计价{value}已由{month}的月结{run}支付，不再改动；如有出入，请按差额更正。",
)
#: Of an answer, what only says by which text and under which number it was found.
_NOT_SUBSTANCE = frozenset({"pricing_id", "worksheet_digest"})


async def confirm(pool: str, month_text: str, run_id: str, pricing_ids: Sequence[str]) -> int:
    """Makes pricings final; how many were not before.

    :raises Fault: PER_DIEM_CONFIRM_*, ROLE_DENIED, REGION_DENIED.
    """
    claim = may(pool, "service")
    month = str(Month.parse(month_text))
    if not run_id.strip():
        raise Fault(RUN_MISSING, field="run_id")
    if len(pricing_ids) > MOST_CONFIRMED:
        raise Fault(TOO_MANY, field="pricing_ids", value=len(pricing_ids), most=MOST_CONFIRMED)
    await pricings.lock_pool(pool)
    known = await confirmed.asked(pricing_ids)
    new = []
    for name in sorted(set(pricing_ids)):
        one = known.get(name)
        if one is None:
            raise Fault(UNKNOWN, field="pricing_ids", value=name)
        if (one.pool, one.month) != (pool, month):
            raise Fault(
                ELSEWHERE, field="pricing_ids", value=name, pool=one.pool, month=one.month,
                wanted=f"{pool} {month}",
            )  # fmt: skip
        if one.stands != name:
            raise Fault(REPLACED, field="pricing_ids", value=name, stands=one.stands or "无")
        if one.confirmed != name:
            new.append(one)
    await confirmed.put(new, run_id, claim.subject)
    return len(new)


def unchanged(
    pool: str, month: str, stay: Stay, found: Answered, final: Mapping[tuple[str, str], Confirmed]
) -> Answered:
    """What was found of a stay; a fault where its list is paid and would now be answered otherwise."""
    paid = final.get((stay.hospital_code, stay.case_id))
    if paid is None or (
        (paid.pool, paid.month) == (pool, month)
        and _substance(plain.answer_of(stay, found).kept()) == _substance(paid.answer)
    ):
        return found
    return Fault(
        FINAL, field="stays", value=paid.pricing_id, stay=stay.case_id, month=paid.month, run=paid.run_id
    )


def _substance(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in _NOT_SUBSTANCE}
