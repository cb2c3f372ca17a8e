"""Surplus kept and overspend shared 结余留用、超支分担: from budget and bills to the decision amount; pure.

The level of sharing is a named method (``clearing.level``): the whole pool, each institution, or nested
(area, then institution). Whatever the level, the money handed out is the decision amount to the fen, and
nothing is handed out that no line accounts for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, from_micro, largest_remainder, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_settlement.engine.model import HospitalTotals, PointValue
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.year.bands import BANDS_KEY, banded_fen, read_bands

KEEP_KEY, BEAR_KEY = "clearing.keep", "clearing.bear"

BUDGET_EXHAUSTED = Reason(
    "YEAR_BUDGET_EXHAUSTED",
    Kind.PRECONDITION,
    "已解除协议的医疗机构据实结算{value}分，超过年度预算{budget}分，无法清算其余机构，请先调整预算。",
)
POINTS_NEGATIVE = Reason(
    "YEAR_POINTS_NEGATIVE",
    Kind.PRECONDITION,
    "机构{hospital}全年点数为{value}点（违规扣减超过所得），按“nested@1”逐级分配不能形成应追回的欠款。"
    "请按点数分配的办法清算，或先就违规追回。",
)
ACTUAL_NEGATIVE = Reason(
    "YEAR_ACTUAL_NEGATIVE", Kind.INVALID, "医疗机构{hospital}的据实基金费用为{value}分，不能小于零，请核对。"
)


class Standing(StrEnum):
    """How an institution stands in the year 机构状态 (杭州 2019 征求意见稿 二(二)1(7))."""

    NORMAL = "normal"
    PUNISHED = "punished"
    INVESTIGATED = "investigated"
    TERMINATED = "terminated"


class Member(NamedTuple):
    """One institution of the pool in the year; money in fen, points in millionths."""

    hospital_code: str
    #: The county it stands in, or the pool itself.
    area: str
    standing: Standing
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    #: Item-by-item bill to the fund 按项目据实的基金费用, after audit.
    actual_fen: int

    @property
    def totals(self) -> HospitalTotals:
        """What it brings into a split."""
        return HospitalTotals(
            self.hospital_code, self.cases, self.points_micro, self.cost_fen, self.patient_fen
        )


class Share(NamedTuple):
    """What the year gives one institution: ``fund_fen`` is final, the rest says how it came about."""

    hospital_code: str
    #: Its points at the budget's point value 年度目标.
    target_fen: int
    #: Before what a punished institution may not gain.
    shared_fen: int
    #: Taken off a punished or investigated institution below its target; zero or more.
    withheld_fen: int
    #: Its part of what was withheld from others.
    gained_fen: int
    fund_fen: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision amount 决算额 and its shares, by institution code.

    ``decision_fen == terminated_fen + Σ shared − withheld kept in the fund``, and it is the sum of the
    shares' funds.
    """

    level: str
    budget_fen: int
    actual_fen: int
    #: Paid at their bills to institutions that left the pool.
    terminated_fen: int
    #: What keep and bear (or the bands) make of budget and bills of those who stayed.
    shared_fen: int
    #: Withheld and left in the fund.
    withheld_fen: int
    decision_fen: int
    #: The point value of the shared amount, and of the budget (the targets).
    value: PointValue
    target_value: PointValue
    shares: tuple[Share, ...]
    #: The value each institution's points were paid at, by code; those that left have none.
    values: Mapping[str, PointValue]


@dataclass(frozen=True, slots=True)
class Pool:
    """What a level of sharing may look at: the members that stayed and the budget left for them."""

    members: tuple[Member, ...]
    budget_fen: int
    targets: Mapping[str, int]
    facts: Facts
    policy: Policy

    @property
    def actual_fen(self) -> int:
        return sum(member.actual_fen for member in self.members)

    def divided(self, fund_fen: int) -> Division:
        """A fund divided by points, by the form of the point value in force."""
        totals = [member.totals for member in self.members]
        return divide(fund_fen, totals, self.policy, facts=self.facts)


class Shared(NamedTuple):
    """What a level makes of a pool: the amount handed out, where its point value comes from, the funds."""

    fund_fen: int
    division: Division
    funds: dict[str, int]


def _by_points(division: Division) -> Shared:
    """The division as it is; what a published rate leaves of the amount stays in the fund."""
    return Shared(division.fund_fen - division.residual_fen, division, _funds(division))


def _funds(division: Division) -> dict[str, int]:
    return {amount.hospital_code: amount.fund_fen for amount in division.hospitals}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of sharing; ``params`` are the further keys it reads."""

    name: str
    formula: str
    share: Callable[[Pool], Shared]
    params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """What becomes of an increase that an institution may not have."""

    name: str
    to_others: bool


LEVELS = Registry[Level]("clearing.level")
WITHHELD = Registry[Withheld]("clearing.withheld")
WITHHELD.add(Withheld("to_fund@1", to_others=False))
WITHHELD.add(Withheld("to_others@1", to_others=True))


def decision_fen(actual_fen: int, budget_fen: int, policy: Policy) -> int:
    """Keep and bear at pool level: A ≤ B gives A + keep × (B − A), A > B gives B + (1 − bear) × (A − B).

    Rounded once. The ratios are decided by the joint meeting (杭州 2019 征求意见稿 二(一)2).

    :raises Fault: POLICY_MISSING, POLICY_VALUE for a ratio above 1.
    """
    key = KEEP_KEY if actual_fen <= budget_fen else BEAR_KEY
    ratio = fraction(policy, key)
    if ratio > 1:
        raise broken(policy, key, policy.text(key), "比例不能大于1")
    if actual_fen <= budget_fen:
        exact = actual_fen + ratio * (budget_fen - actual_fen)
    else:
        exact = budget_fen + (1 - ratio) * Fraction(actual_fen - budget_fen)
    return divide_half_up(exact.numerator, exact.denominator)


def _pool(pool: Pool) -> Shared:
    return _by_points(pool.divided(decision_fen(pool.actual_fen, pool.budget_fen, pool.policy)))


def _budget_used(pool: Pool) -> Shared:
    """The agreed budget is all used in the clearing (医保办发〔2024〕9号)."""
    return _by_points(pool.divided(pool.budget_fen))


def _institution(pool: Pool) -> Shared:
    bands = read_bands(pool.policy)
    funds = {
        member.hospital_code: banded_fen(member.actual_fen, pool.targets[member.hospital_code], bands)
        for member in pool.members
    }
    return Shared(sum(funds.values()), pool.divided(pool.budget_fen), funds)


def _nested(pool: Pool) -> Shared:
    """The pool's decision handed to areas and from each area to its institutions, by banded claims.

    Where nobody has a claim (no bill, and bands that pay the bill) what there is goes by points. Claims have
    no place for who lost more points than he earned: that is refused, for by points he would owe his share.
    """
    for member in sorted(pool.members):
        if member.points_micro < 0:
            points_lost = plain(from_micro(member.points_micro))
            raise Fault(POINTS_NEGATIVE, value=points_lost, hospital=member.hospital_code)
    bands = read_bands(pool.policy)
    amount = decision_fen(pool.actual_fen, pool.budget_fen, pool.policy)
    areas: dict[str, list[Member]] = {}
    for member in sorted(pool.members):
        areas.setdefault(member.area, []).append(member)
    claims, points = [], []
    for members in areas.values():
        actual = sum(member.actual_fen for member in members)
        standard = sum(pool.targets[member.hospital_code] for member in members)
        claims.append(max(0, banded_fen(actual, standard, bands)))
        points.append(sum(member.points_micro for member in members))
    funds: dict[str, int] = {}
    for members, money in zip(areas.values(), _by_claims(amount, claims, points, list(areas)), strict=True):
        codes = [member.hospital_code for member in members]
        own = [
            max(0, banded_fen(member.actual_fen, pool.targets[member.hospital_code], bands))
            for member in members
        ]
        weights = [member.points_micro for member in members]
        funds |= dict(zip(codes, _by_claims(money, own, weights, codes), strict=True))
    return Shared(amount, pool.divided(amount), funds)


def _by_claims(
    amount_fen: int, claims: Sequence[int], points: Sequence[int], keys: Sequence[str]
) -> list[int]:
    return largest_remainder(amount_fen, claims if any(claims) else points, keys)


LEVELS.add(Level("pool@1", "keep or bear of budget and bills, then by points", _pool))
LEVELS.add(Level("budget_used@1", "the budget, by points", _budget_used))
LEVELS.add(Level("institution@1", "each bill against its target, by bands", _institution, (BANDS_KEY,)))
LEVELS.add(
    Level("nested@1", "keep or bear of the pool, to areas, to institutions, by bands", _nested, (BANDS_KEY,))
)


def decide(
    members: Sequence[Member], budget_fen: int, policy: Policy, facts: Facts | None = None
) -> Decision:
    """The decision amount of a year, and what it gives each institution.

    An institution whose agreement was ended leaves the pool: it is paid its bill, nothing is shared with
    it, and bill and budget shrink by as much. One punished or under investigation whose bill is below its
    target gets no more than its bill; what it may not have goes where ``clearing.withheld`` says.

    :param facts: what the form of the point value needs besides points (``value_facts.facts_of``).
    :raises Fault: POLICY_*, METHOD_UNKNOWN, YEAR_BUDGET_EXHAUSTED, YEAR_ACTUAL_NEGATIVE, NO_POINTS,
        YEAR_POINTS_NEGATIVE where the level cannot carry an institution that owes points.
    """
    ordered = sorted(members)
    for member in ordered:
        if member.actual_fen < 0:
            raise Fault(ACTUAL_NEGATIVE, value=member.actual_fen, hospital=member.hospital_code)
    left = [member for member in ordered if member.standing is Standing.TERMINATED]
    stayed = tuple(member for member in ordered if member.standing is not Standing.TERMINATED)
    ended = sum(member.actual_fen for member in left)
    if ended > budget_fen:
        raise Fault(BUDGET_EXHAUSTED, value=ended, budget=budget_fen)
    given = Facts() if facts is None else facts
    base = Pool(stayed, budget_fen - ended, {}, given, policy)
    target = base.divided(base.budget_fen)
    targets = _funds(target)
    level = LEVELS.chosen(policy)
    shared = level.share(Pool(stayed, base.budget_fen, targets, given, policy))
    shares = _without_increase(stayed, targets, shared, policy)
    shares += [Share(m.hospital_code, 0, m.actual_fen, 0, 0, m.actual_fen) for m in left]
    kept = sum(share.withheld_fen - share.gained_fen for share in shares)
    decision = Decision(
        level=level.name,
        budget_fen=budget_fen,
        actual_fen=sum(member.actual_fen for member in ordered),
        terminated_fen=ended,
        shared_fen=shared.fund_fen,
        withheld_fen=kept,
        decision_fen=ended + shared.fund_fen - kept,
        value=shared.division.value,
        target_value=target.value,
        shares=tuple(sorted(shares)),
        values=dict(zip([member.hospital_code for member in stayed], shared.division.values, strict=True)),
    )
    if sum(share.fund_fen for share in shares) != decision.decision_fen:
        raise AssertionError("the institutions' funds must sum to the decision amount")
    return decision


def _without_increase(
    members: Sequence[Member], targets: Mapping[str, int], shared: Shared, policy: Policy
) -> list[Share]:
    """Shares with what punished institutions below their target may not gain taken off."""
    held = {
        m.hospital_code: shared.funds[m.hospital_code] - m.actual_fen
        for m in members
        if m.standing is not Standing.NORMAL
        and m.actual_fen < targets[m.hospital_code]
        and shared.funds[m.hospital_code] > m.actual_fen
    }
    gains = dict.fromkeys((m.hospital_code for m in members), 0)
    heirs = [m for m in members if m.standing is Standing.NORMAL and m.points_micro > 0]
    if held and WITHHELD.chosen(policy).to_others and heirs:
        codes = [member.hospital_code for member in heirs]
        parts = largest_remainder(sum(held.values()), [member.points_micro for member in heirs], codes)
        gains |= dict(zip(codes, parts, strict=True))
    return [
        Share(
            m.hospital_code,
            targets[m.hospital_code],
            shared.funds[m.hospital_code],
            held.get(m.hospital_code, 0),
            gains[m.hospital_code],
            shared.funds[m.hospital_code] - held.get(m.hospital_code, 0) + gains[m.hospital_code],
        )
        for m in members
    ]


def groups_within(fund_fen: int, claims: Mapping[str, int]) -> dict[str, int]:
    """An institution's money handed to its groups by claim, the innermost step of nested sharing.

    :param claims: per group what it earned (points in millionths, or a banded amount); below zero where a
        violation took more points than its cases earned, and then the group owes its share.
    """
    codes = sorted(claims)
    parts = largest_remainder(fund_fen, [claims[code] for code in codes], codes, signed=True)
    return dict(zip(codes, parts, strict=True))
