"""By-item payment of a month 按项目付费: visits that capitation leaves out, and what pharmacies sold."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from chspay.settlement.v1 import others_pb2
from chspay_cli.demo.year.budget_steps import BY_ITEM_SERVICE
from chspay_cli.demo.year.office import CLERK, POOL
from chspay_cli.demo.year.world import World
from chspay_cli.synth.year.retail import retail_bills

#: Medical types 医疗类别: outpatient visit, retail pharmacy.
_OUTPATIENT, _PHARMACY = "11", "41"
#: Of a visit's cost the fund bears three quarters; every so many bills lose something in audit.
_FUND_OF_TOTAL, _AUDITED_EVERY, _AUDITED_PART = (3, 4), 40, 10


async def bills(world: World, number: int) -> dict[str, Any]:
    """The month's accounts 对账单 of every institution that has any; each is paid as one payment."""
    month, paid, cost, count = f"{world.size.year}-{number:02d}", 0, 0, 0
    accounts = _accounts(world, number)
    for payee, own in sorted(accounts.items()):
        request = others_pb2.SettleBillsRequest(
            pool=POOL, month=month, payee=payee, account_no=f"DZ-{month}-{payee}",
            fund_book=others_pb2.FUND_BOOK_OUTPATIENT, bills=own,
        )  # fmt: skip
        name = f"bills-{number:02d}-{payee}"
        answer = await world.office.ask(CLERK, "others", "SettleBills", request, name)
        paid += answer.payment.amount_fen
        count += len(own)
        cost += sum(bill.total_fen for bill in own)
    return {"bills": count, "bills_accounts": len(accounts), "bills_fen": paid, "bills_cost_fen": cost}


def _accounts(world: World, number: int) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in world.city.visits[number - 1].to_pylist():
        if row["service"] != BY_ITEM_SERVICE:
            continue
        fund = row["fund_fen"]
        total = fund * _FUND_OF_TOTAL[1] // _FUND_OF_TOTAL[0]
        audited = len(found[row["institution"]]) % _AUDITED_EVERY == 0
        found[row["institution"]].append(
            others_pb2.Bill(
                bill_id=row["visit_id"], medical_type=_OUTPATIENT, insurance_type=row["insurance_type"],
                total_fen=total, patient_fen=total - fund,
                disallowed_fen=fund // _AUDITED_PART if audited else 0,
                cite="门诊审核（演示）" if audited else "",
            )
        )  # fmt: skip
    for bill in retail_bills(world.size, number):
        found[bill.pharmacy].append(
            others_pb2.Bill(
                bill_id=bill.bill_id, medical_type=_PHARMACY, insurance_type=bill.insurance_type,
                total_fen=bill.total_fen, patient_fen=bill.patient_fen,
            )
        )  # fmt: skip
    return found
