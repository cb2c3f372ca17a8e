"""The lineage names that go out beside amounts, under the names the amounts have outside."""

from __future__ import annotations

from chspay_settlement.engine.lineage import ref as refs

#: Figure of an answer -> line of the lineage, where the two differ.
_RUN = {"fund": "fund", "patient": "patient", "points": "points", "point_value": "value"}
_STATEMENT = {
    name: name
    for name in (
        "cases", "points", "fund", "patient", "total", "cost", "prepaid", "retained", "deducted", "held",
        "released", "payable",
    )
} | {"differences": "difference"}  # fmt: skip
_WITHOUT_CASES = ("prepaid", "retained", "deducted", "held", "released", "payable", "differences", "fund")
_CASE = ("points", "cost", "patient", "fund")
_YEAR = (
    "points", "patient", "cost", "actual", "target", "shared", "withheld", "gained", "fund", "assessed",
    "released", "audit", "prepaid", "retained", "advance", "balance",
)  # fmt: skip


def of_run(run_id: str) -> dict[str, str]:
    """Names of a pool's figures in a finished run."""
    return {name: refs.ref(refs.RUN, run_id, refs.POOL, item=item).text for name, item in _RUN.items()}


def of_statement(run_id: str, hospital_code: str, cases: int) -> dict[str, str]:
    """Names of the amounts on a statement."""
    found = refs.ref(refs.RUN, run_id, refs.HOSPITAL, hospital_code, item="fund")
    names = _STATEMENT if cases else {name: _STATEMENT[name] for name in _WITHOUT_CASES}
    return {name: found.to(item).text for name, item in names.items()} | {
        "point_value": refs.ref(refs.RUN, run_id, refs.POOL, item="value").text
    }


def of_case(run_id: str, hospital_code: str, case_id: str) -> dict[str, str]:
    """Names of the amounts of a case."""
    found = refs.ref(refs.RUN, run_id, refs.CASE, hospital_code, case_id, item="fund")
    return {name: found.to(name).text for name in _CASE}


def of_year(clearing_id: str, hospital_code: str) -> dict[str, str]:
    """Names of the amounts of an institution's year."""
    found = refs.ref(refs.YEAR, clearing_id, refs.HOSPITAL, hospital_code, item="fund")
    return {name: found.to(name).text for name in _YEAR}


def of_line(pool: str, batch_id: str, line_no: int, account: str) -> dict[str, str]:
    """Names of a ledger line: the line itself, and the account's balance after all lines."""
    return {
        "amount": refs.ref(refs.LEDGER, pool, refs.BATCH, batch_id, str(line_no), item="amount").text,
        "account": refs.ref(refs.LEDGER, pool, refs.ACCOUNT, account, item="balance").text,
    }


def of_payment(pool: str, batch_id: str) -> dict[str, str]:
    """The name of a payment's amount: the line of the pool's book that spends it."""
    return {"amount": refs.ref(refs.LEDGER, pool, refs.BATCH, batch_id, "1", item="amount").text}


def of_order(order_no: str) -> dict[str, str]:
    """The name of an order's total."""
    return {"total": refs.ref(refs.ORDER, order_no, refs.POOL, item="total").text}
