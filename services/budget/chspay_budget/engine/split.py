"""The split of a year's spending to the four funds that pay, by a named method; nothing is lost.

合理分配住院及门诊预算额度: by last year's settled share or by a table of the policy, then moved from fund to
fund where a document says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chspay_budget.engine.funds import INPATIENT, NAMES, SPENDING, check_document, check_fund
from chspay_core.amounts import MICRO, decimal_text, divide_half_up, largest_remainder, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell
from chspay_core.worksheet import Worksheet

SHARES_KEY, OUT_KEY = "budget.split_shares", "budget.out_of_area"

SHIFT_WRONG = Reason(
    "BUDGET_SHIFT_WRONG", Kind.INVALID, "基金之间的调整“{value}”应在两项不同的基金之间，金额大于零。"
)
SHIFT_TOO_MUCH = Reason(
    "BUDGET_SHIFT_TOO_MUCH", Kind.INVALID, "从“{field}”调出后会小于零（{value}分），请核对调整金额。"
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Moves an amount from one fund to another after the split, fen."""

    source: str
    target: str
    fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Method:
    """What the split goes by: ``weights(settled, policy)`` in the order of the spending funds."""

    name: str
    formula: str
    weights: Callable[[Mapping[str, int], Policy], list[int]]
    params: tuple[str, ...] = ()


def _shares(_settled: Mapping[str, int], policy: Policy) -> list[int]:
    found: dict[str, int] = {}
    rows = policy.table(SHARES_KEY)
    for row in rows:
        fund, share = (cell(policy, SHARES_KEY, row, name) for name in ("fund", "share"))
        value = to_micro(decimal_text(share, SHARES_KEY), SHARES_KEY)
        if fund not in SPENDING or fund in found or value < 0:
            raise broken(policy, SHARES_KEY, row, "每项基金一行，比例不能小于零")
        found[fund] = value
    if set(found) != set(SPENDING) or sum(found.values()) != MICRO:
        raise broken(policy, SHARES_KEY, rows, "四项基金各一行，比例合计应为1")
    return [found[fund] for fund in SPENDING]


SPLIT = Registry[Method]("budget.split")
SPLIT.add(
    Method(
        "last_settled_share@1",
        "spending × 本项上年决算 ÷ 各项上年决算之和",
        lambda settled, _policy: [settled[fund] for fund in SPENDING],
    )
)
SPLIT.add(Method("share_table@1", "spending × 政策规定的比例", _shares, (SHARES_KEY,)))


def split(
    spending_fen: int, settled: Mapping[str, int], shifts: Sequence[Shift], policy: Policy, sheet: Worksheet
) -> dict[str, int]:
    """Fen of the four spending funds; they add up to ``spending_fen``, before and after the shifts.

    :param settled: last year's result by spending fund; ``base_<fund>`` and ``spending`` stand on the sheet.
    :raises Fault: POLICY_*, METHOD_UNKNOWN, SPLIT_NO_WEIGHT, BUDGET_SHIFT_*, BUDGET_FUND_UNKNOWN,
        BUDGET_DOCUMENT_MISSING.
    """
    method = SPLIT.chosen(policy)
    rule = policy.rule(SPLIT.key)
    shares = largest_remainder(spending_fen, method.weights(settled, policy), SPENDING)
    found = dict(zip(SPENDING, shares, strict=True))
    sheet.rule("split", rule.label, method.name, "text", rule=rule)
    inputs = ["spending", "split", *(f"base_{fund}" for fund in SPENDING if f"base_{fund}" in sheet)]
    for fund, fen in found.items():
        sheet.line(
            f"split_{fund}", f"{NAMES[fund]}分得", fen, "fen", formula=method.formula, inputs=inputs,
            rounding="largest_remainder", rule=rule,
        )  # fmt: skip
    _shift(found, shifts, sheet)
    if sum(found.values()) != spending_fen:
        raise AssertionError("the funds must add up to the spending")
    return found


def _shift(found: dict[str, int], shifts: Sequence[Shift], sheet: Worksheet) -> None:
    moves: dict[str, list[str]] = {fund: [f"split_{fund}"] for fund in SPENDING}
    formulas: dict[str, str] = {fund: f"split_{fund}" for fund in SPENDING}
    for number, shift in enumerate(shifts, start=1):
        source, target = (check_fund(fund, SPENDING) for fund in (shift.source, shift.target))
        if source == target or shift.fen <= 0:
            raise Fault(SHIFT_WRONG, field="shifts", value=f"{source}→{target} {shift.fen}分")
        document = check_document(shift.document, "shifts")
        key = f"shift_{number}"
        sheet.given(key, f"{NAMES[source]}调给{NAMES[target]}（{document}）", shift.fen, "fen")
        for fund, sign in ((source, -1), (target, 1)):
            found[fund] += sign * shift.fen
            moves[fund].append(key)
            formulas[fund] += f" {'−' if sign < 0 else '+'} {key}"
    for fund, fen in found.items():
        if fen < 0:
            raise Fault(SHIFT_TOO_MUCH, field=NAMES[fund], value=fen)
        sheet.line(fund, f"{NAMES[fund]}预算", fen, "fen", formula=formulas[fund], inputs=moves[fund])


def out_of_area(inpatient_fen: int, last_fen: int, last_inpatient_fen: int, policy: Policy) -> int:
    """The part of the inpatient fund for out-of-area care: last year's share of it, half up to fen.

    :raises Fault: POLICY_VALUE where the policy wants out-of-area care outside the inpatient fund.
    """
    if policy.text(OUT_KEY) != "included":
        raise broken(policy, OUT_KEY, policy.text(OUT_KEY), "住院基金是含异地就医费用的一个整体预算单位")
    return divide_half_up(inpatient_fen * last_fen, last_inpatient_fen) if last_fen else 0


def inpatient_of(settled: Mapping[str, int]) -> dict[str, int]:
    """Last year's result by spending fund, local and out-of-area inpatient care as one."""
    found = {fund: settled[fund] for fund in SPENDING}
    found[INPATIENT] += settled["out_of_area"]
    return found
