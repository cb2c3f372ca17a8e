"""Named methods of spreading a year's local fund over its months; policy chooses among them.

Each hands out the whole fund to the fen. A method is never changed once it has been used: a changed
rule is a new version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from chspay_core.amounts import decimal_text, largest_remainder, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

METHOD_KEY = "budget.month_share"
WEIGHTS_KEY = "budget.month_weights"
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))

MONTH_METHOD_UNKNOWN = Reason(
    "BUDGET_MONTH_METHOD_UNKNOWN",
    Kind.PRECONDITION,
    "{place}选用的分月方法“{value}”不存在，可用：{known}。请更正政策文件。",
)
MONTH_WEIGHTS_WRONG = Reason(
    "BUDGET_MONTH_WEIGHTS_WRONG",
    Kind.PRECONDITION,
    "{place}的各月权重（budget.month_weights）应为1至12月各一行、不为负且不全为零：{value}。",
)

Split = Callable[[int, Policy], list[int]]


def twelfth(local_fen: int, _policy: Policy) -> list[int]:
    """1/12 each; fen that cannot be divided go to the earliest months.

    One of the two shares in use; the other, last year's share of each month, is :func:`table`.
    """
    return largest_remainder(local_fen, [1] * 12, MONTHS)


def table(local_fen: int, policy: Policy) -> list[int]:
    """By the weights of ``budget.month_weights`` (e.g. last year's share of each month), whole fen by
    largest remainder.

    :raises Fault: POLICY_MISSING, BUDGET_MONTH_WEIGHTS_WRONG.
    """
    weights = month_weights(policy.table(WEIGHTS_KEY), policy.place)
    return largest_remainder(local_fen, weights, MONTHS)


def month_weights(rows: Sequence[Mapping[str, str]], place: str) -> list[int]:
    """Twelve weights in millionths from the rows of a policy table.

    :raises Fault: BUDGET_MONTH_WEIGHTS_WRONG.
    """
    found: dict[str, int] = {}
    for row in rows:
        month = row.get("month", "").rjust(2, "0")
        weight: Decimal = decimal_text(row.get("weight", ""), WEIGHTS_KEY)
        if month not in MONTHS or month in found or weight < 0:
            raise Fault(MONTH_WEIGHTS_WRONG, field=WEIGHTS_KEY, value=f"{dict(row)}", place=place)
        found[month] = to_micro(weight, WEIGHTS_KEY)
    if len(found) != len(MONTHS) or not any(found.values()):
        raise Fault(MONTH_WEIGHTS_WRONG, field=WEIGHTS_KEY, value=f"{len(found)}行", place=place)
    return [found[month] for month in MONTHS]


METHODS: Mapping[str, Split] = MappingProxyType({"twelfth@1": twelfth, "table@1": table})


def split(local_fen: int, policy: Policy) -> list[int]:
    """The twelve months' funds by the method the policy names; they add up to ``local_fen`` exactly.

    :raises Fault: POLICY_MISSING, BUDGET_MONTH_METHOD_UNKNOWN and those of the method.
    """
    name = policy.text(METHOD_KEY)
    method = METHODS.get(name)
    if method is None:
        known = "、".join(METHODS)
        raise Fault(MONTH_METHOD_UNKNOWN, field=METHOD_KEY, value=name, place=policy.place, known=known)
    shares = method(local_fen, policy)
    if sum(shares) != local_fen:
        raise AssertionError("the months must add up to the local fund")
    return shares
