"""What the lineage of a month is read from: the run's stored totals, its division, its group table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import MICRO
from chspay_core.policy import Policy
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.node import Node, NodeKind, Source, summed
from chspay_settlement.engine.model import GroupTable, HospitalAmount, HospitalTotals, PointValue
from chspay_settlement.engine.value.divide import ABOVE_FUND, BELOW_FUND, Division, divide
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.value.forms import Form, Way

NOT_OPEN = "统筹区公布的合计；其他机构的明细不向本机构公开"


class Page(NamedTuple):
    """Which children of a long sum are shown, and how the others are asked for."""

    start: int
    size: int
    token: Callable[[int], str]


def paged(node: Node, children: Sequence[Node], page: Page) -> Node:
    """``node`` as the sum of one page of its children and of what stands before and after them."""

    def added(part: slice) -> Fraction:
        return sum((child.number or Fraction(0) for child in children[part]), Fraction(0))

    return paged_from(node, len(children), children.__getitem__, added, page)


def paged_from(
    node: Node, count: int, child: Callable[[int], Node], added: Callable[[slice], Fraction], page: Page
) -> Node:
    """As :func:`paged`, of children that are made only when they are shown.

    :param added: what the children of a stretch add up to.
    """
    start, end = min(page.start, count), min(page.start + page.size, count)
    back = page.token(max(0, page.start - page.size))
    rests = []
    if start:
        rests.append(_rest(node, start, added(slice(0, start)), "前面各页合计", back, "before"))
    if end < count:
        token = page.token(end)
        rests.append(_rest(node, count - end, added(slice(end, count)), "后面各页合计", token, "after"))
    return summed(node, *(child(place) for place in range(start, end)), *rests)


def _rest(node: Node, count: int, value: Fraction, label: str, token: str, name: str) -> Node:
    return Node(
        node.ref, f"{label}（{count}项）", plain_text(value), node.unit, NodeKind.REST, name, page_token=token
    )  # fmt: skip


def plain_text(value: Fraction) -> str:
    """An exact decimal as text, without a loss."""
    whole = value * MICRO
    if whole.denominator != 1:
        raise AssertionError("a sum of decimals is a decimal")
    sign, digits = ("-" if whole < 0 else ""), f"{abs(whole.numerator):07d}"
    return f"{sign}{digits[:-6]}.{digits[-6:]}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A settled month as its lineage sees it.

    ``measured`` holds per hospital how many cases the group figures were measured from and what they cost;
    ``table_source`` names the table they are from. ``everything`` tells
    whether the asker may see the whole pool, ``fund_source`` where the month's fund was decided.
    """

    run_id: str
    pool: str
    policy: Policy
    division: Division
    table: GroupTable
    table_source: Source
    fund_source: Source
    names: Mapping[str, str]
    everything: bool
    #: Whether the group figures were measured from the run's own cases.
    own_cases: bool = True
    measured: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def to(self, part: str, *keys: str, item: str) -> str:
        """The name of a line of this run."""
        return refs.ref(refs.RUN, self.run_id, part, *keys, item=item).text

    def whole(self, item: str) -> str:
        """The name of a line of the pool."""
        return self.to(refs.POOL, item=item)

    def hospital(self, code: str, item: str) -> str:
        """The name of a line of a hospital."""
        return self.to(refs.HOSPITAL, code, item=item)

    def public(self, node: Node) -> Node:
        """``node`` as this asker may see it: closed, unless the whole pool is open."""
        return node if self.everything else node.closed(NOT_OPEN)

    def amount(self, code: str) -> HospitalAmount:
        """What a hospital was given."""
        return self.division.hospitals[self.division.place(code)]


def yuan_per_point(value: PointValue) -> Fraction:
    """A point value in yuan, exact."""
    return Fraction(value.numerator_fen * MICRO, value.denominator_micro * 100)


def restored(
    fund_fen: int, amounts: Sequence[HospitalAmount], policy: Policy, form: Form, facts: Facts
) -> Division:
    """The division of a run made again from what its hospitals were given, without looking at cases.

    Under a form that splits the fund this divides again, and must come to the stored amounts; under a rate,
    which rounds every case by itself, the stored amounts are the sums of the cases.

    :param facts: levels and fixed points by hospital, as far as the form asks for them.
    """
    totals = [HospitalTotals(*amount[:5]) for amount in amounts]
    if not form.priced_up:
        return divide(fund_fen, totals, policy, form, facts)
    # The rates do not depend on how the points lie in cases; what was paid at them is stored.
    whole = Facts(facts.levels, {}, {total.hospital_code: [total.points_micro] for total in totals})
    rates = divide(fund_fen, totals, policy, form, whole)
    residual = fund_fen - sum(amount.fund_fen for amount in amounts)
    shares = [amount.total_fen if form.includes_patient else amount.fund_fen for amount in amounts]
    points = sum(total.points_micro for total in totals)
    mean = PointValue(sum(shares), points, form.includes_patient)
    return replace(
        rates,
        hospitals=list(amounts),
        value=rates.value if form.way is Way.RATE else mean,
        exact=tuple(Fraction(amount.fund_fen) for amount in amounts),
        residual_fen=residual,
        cause=(BELOW_FUND if residual > 0 else ABOVE_FUND) if residual else "",
    )
