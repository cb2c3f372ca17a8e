"""By-item payment 按项目付费: the fund's part of a bill after audit; pure.

What the bill costs, less what the patient bears, less what audit did not allow of the fund's part. Nothing
is rounded: bills are whole fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.routing.table import NAMES, Method, Route

FORMAT = "chspay-bills/1"

NEGATIVE = Reason("BILL_NEGATIVE", Kind.INVALID, "账单{bill}的{field}不能小于零，收到{value}分。")
OVER = Reason(
    "BILL_OVER",
    Kind.INVALID,
    "账单{bill}的个人负担与审核不予支付之和{value}分超过总费用{total}分，请核对。",
)
CITE_MISSING = Reason(
    "BILL_CITE_MISSING", Kind.INVALID, "账单{value}有审核不予支付的金额，请填写审核疑点编号或依据。"
)
TWICE = Reason("BILL_TWICE", Kind.CONFLICT, "账单号{value}在同一份对账单中出现了两次。")
NOT_BY_ITEM = Reason(
    "BILL_NOT_BY_ITEM",
    Kind.PRECONDITION,
    "账单{value}不按项目付费，而是{method}：{why}（依据{document}）。",
)


class Bill(NamedTuple):
    """One bill; money in fen, ``disallowed_fen`` of the fund's part."""

    bill_id: str
    medical_type: str
    insurance: str
    total_fen: int
    patient_fen: int
    disallowed_fen: int
    cite: str


def fund_part(bill: Bill) -> int:
    """What the fund pays, fen.

    :raises Fault: BILL_NEGATIVE, BILL_OVER, BILL_CITE_MISSING.
    """
    for field in ("total_fen", "patient_fen", "disallowed_fen"):
        if getattr(bill, field) < 0:
            raise Fault(NEGATIVE, field=field, value=getattr(bill, field), bill=bill.bill_id)
    off = bill.patient_fen + bill.disallowed_fen
    if off > bill.total_fen:
        raise Fault(OVER, field="total_fen", value=off, total=bill.total_fen, bill=bill.bill_id)
    if bill.disallowed_fen and not bill.cite:
        raise Fault(CITE_MISSING, field="cite", value=bill.bill_id)
    return bill.total_fen - off


def check_bills(bills: Sequence[Bill], routes: Sequence[Route], document: str) -> int:
    """What an account 对账单 comes to, fen: every bill once, every one by item.

    :raises Fault: BILL_TWICE, BILL_NOT_BY_ITEM, those of :func:`fund_part`.
    """
    seen: set[str] = set()
    for bill, route in zip(bills, routes, strict=True):
        if bill.bill_id in seen or not bill.bill_id:
            raise Fault(TWICE, field="bill_id", value=bill.bill_id)
        seen.add(bill.bill_id)
        if route.method is not Method.BY_ITEM:
            raise Fault(
                NOT_BY_ITEM, field="bill_id", value=bill.bill_id, method=NAMES[route.method], why=route.text,
                document=document,
            )  # fmt: skip
    return sum(fund_part(bill) for bill in bills)


def write_bill(sheet: Worksheet, bill: Bill, route: Route, before: str = "") -> None:
    """From the bill to what the fund pays, with the rule that routes it and who disallowed what.

    :param before: put in front of the keys, where several bills share a sheet.
    """
    sheet.rule(f"{before}method", "付费方式", NAMES[route.method], "text", rule=route.rule)
    sheet.given(f"{before}reason", "付费方式的理由", f"{route.text}（{route.reason}）", "text")
    sheet.given(f"{before}total", "账单总额", fen_to_yuan(bill.total_fen), "yuan")
    sheet.given(f"{before}patient", "个人负担", fen_to_yuan(bill.patient_fen), "yuan")
    note = f"（{bill.cite}）" if bill.disallowed_fen else ""
    sheet.given(f"{before}disallowed", f"审核不予支付{note}", fen_to_yuan(bill.disallowed_fen), "yuan")
    names = [f"{before}{name}" for name in ("total", "patient", "disallowed")]
    sheet.line(
        f"{before}fund", "基金按项目支付", fen_to_yuan(fund_part(bill)), "yuan", formula=" − ".join(names),
        inputs=names, rule=route.rule,
    )  # fmt: skip


def bill_sheet(bill: Bill, route: Route) -> Worksheet:
    """The worksheet of one bill."""
    sheet = Worksheet(f"账单{bill.bill_id}按项目付费底稿")
    sheet.given("bill", "账单号", bill.bill_id, "text")
    write_bill(sheet, bill, route)
    return sheet


def bills_content(payee: str, account_no: str, rows: Iterable[tuple[Bill, Route]]) -> bytes:
    """An account with the worksheet of every bill, as canonical bytes."""
    found: list[dict[str, Any]] = [
        {**bill._asdict(), "fund_fen": fund_part(bill), "worksheet": bill_sheet(bill, route).to_json()}
        for bill, route in rows
    ]
    return canonical_json({"format": FORMAT, "payee": payee, "account": account_no, "bills": found})
