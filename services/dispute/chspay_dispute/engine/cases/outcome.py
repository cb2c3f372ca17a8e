"""What a decision comes to: points and money after it, the difference, the effect on the point value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import MICRO, fen_to_yuan, from_micro, ratio_half_up, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_dispute.engine.cases.facts import Facts

OUTCOME_NOT_OPEN = Reason(
    "OUTCOME_NOT_OPEN", Kind.INVALID, "{type}不能作出“{value}”的结论；可以作的结论：{known}。"
)
DECISION_BAD = Reason("CASE_DECISION_BAD", Kind.INVALID, "裁定的“{field}”不正确：{why}。")
#: Every outcome and its name.
OUTCOMES = {
    "KEEP": "维持原支付",
    "ITEM": "按项目支付",
    "ADJUST": "调整点数或得分",
    "REGROUP": "重新分组",
    "DEDUCT": "维持扣款",
    "PARTIAL": "部分支持",
    "REVOKE": "撤销原认定",
}
#: Outcomes by which the institution got what it asked for, wholly or in part.
UPHELD = frozenset({"ITEM", "ADJUST", "REGROUP", "PARTIAL", "REVOKE"})
#: What each kind of dispute may come to, and the figure it names; keeping what stands names none.
_NAMED = {
    "T1": {"ITEM": "unreasonable", "PARTIAL": "unreasonable", "ADJUST": "points", "REGROUP": "drg"},
    "T2": {"ITEM": "unreasonable", "ADJUST": "points", "REGROUP": "drg"},
    "T3": {"PARTIAL": "restored", "REVOKE": "restored"},
    "T4": {"ITEM": "unreasonable", "ADJUST": "points", "REGROUP": "drg"},
    "T5": {"ADJUST": "points"},
    "T7": {"PARTIAL": "restored", "REVOKE": "restored"},
}
_KEPT = frozenset({"KEEP", "DEDUCT"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided; money in fen, points in millionths.

    :param unreasonable_fen: cost found unreasonable, taken from the list's cost (ITEM).
    :param points_micro: points after the decision (ADJUST); of T5 the score.
    :param drg: the group after the decision (REGROUP).
    :param restored_fen: what of a deduction or recovery is given back (PARTIAL); for REVOKE, which gives all
        of it back, it may stay 0.
    :param reasons: why, for the institution to read.
    :param cites: rules and papers it rests on.
    """

    outcome: str
    reasons: str
    cites: tuple[str, ...] = ()
    unreasonable_fen: int = 0
    points_micro: int | None = None
    drg: str = ""
    restored_fen: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision comes to; absent figures are found when settlement applies it (a new group)."""

    points_micro: int | None
    delta_points_micro: int | None
    delta_fen: int | None


def check(decision: Decision, type_: str, remedies: Collection[str], facts: Facts | None) -> None:
    """Holds a decision to its kind of dispute and to itself.

    :raises Fault: OUTCOME_NOT_OPEN, DECISION_BAD.
    """
    if decision.outcome not in remedies or decision.outcome not in OUTCOMES:
        known = "、".join(f"{name}（{OUTCOMES.get(name, name)}）" for name in remedies)
        raise Fault(OUTCOME_NOT_OPEN, field="outcome", value=decision.outcome, type=type_, known=known)
    wrong = ""
    if not decision.reasons.strip():
        wrong = "reasons：应写明理由"
    elif not decision.cites:
        wrong = "cites：应列明所依据的规定或材料"
    else:
        wrong = _foreign(decision, type_) or _lacking(decision, type_, facts)
    if wrong:
        field, _, why = wrong.partition("：")
        raise Fault(DECISION_BAD, field=field, why=why)


def _foreign(decision: Decision, type_: str) -> str:
    """A figure that says nothing about this outcome: whoever gave it means something else."""
    ways = _NAMED[type_]
    if decision.outcome not in _KEPT | ways.keys():
        known = "、".join(f"{name}（{OUTCOMES[name]}）" for name in ways)
        return f"outcome：{type_}争议的裁定没有这种办理方式，可用{known}"
    given = {
        "unreasonable": decision.unreasonable_fen != 0,
        "points": decision.points_micro is not None,
        "drg": bool(decision.drg),
        "restored": decision.restored_fen != 0,
    }
    named = ways.get(decision.outcome)
    found = next((name for name, there in given.items() if there and name != named), "")
    return found and f"{found}：“{OUTCOMES[decision.outcome]}”的结论不写这一项"


def _lacking(decision: Decision, type_: str, facts: Facts | None) -> str:
    """The figure an outcome names, where it is missing or out of bounds."""
    named = _NAMED[type_].get(decision.outcome, "")
    if named == "points" and (decision.points_micro is None or decision.points_micro < 0):
        return "points：应给出调整后的点数或得分，不得为负"
    if named == "drg" and not decision.drg:
        return "drg：应给出重新分入的病组"
    if named == "restored" and decision.restored_fen < (decision.outcome == "PARTIAL"):
        return "restored：部分退还应写明大于零的金额；全部退还请作“撤销原认定”的结论，金额不得为负"
    if named == "unreasonable":
        cost = facts.cost_fen if facts is not None else 0
        if not 0 <= decision.unreasonable_fen < cost:
            return "unreasonable：不合理费用应不小于零且小于总费用"
    return ""


def effect(decision: Decision, facts: Facts | None, policy: Policy, sheet: Worksheet) -> Effect:
    """What a decision that was checked comes to for the list it is about.

    Points of a list paid by item are its approved cost over the mean cost of the pool, times the points of
    the mean case, an estimate by the mean in whole fen of what settlement works out by the exact one. A pool
    that pays the fund's share of that cost instead is refused: settlement cannot pay it.
    The money is at the point value of the list's month: what the statement pays may differ by what that
    value becomes.

    :raises Fault: DECISION_BAD.
    """
    if decision.outcome in _KEPT:
        return Effect(None, 0, 0)
    if decision.restored_fen:
        sheet.given("restored", "退还金额", fen_to_yuan(decision.restored_fen), "元")
        return Effect(None, 0, decision.restored_fen)
    if decision.outcome == "REVOKE":
        # All of it, whatever that is when settlement gives it back.
        return Effect(None, 0, None)
    if decision.outcome == "REGROUP" or facts is None:
        return Effect(decision.points_micro, None, None)
    by_item = decision.outcome in {"ITEM", "PARTIAL"}
    sheet.given("before", "原点数", facts.points if facts.points is not None else "无", "点")
    if by_item:
        approved = facts.cost_fen - decision.unreasonable_fen
        sheet.given("cost", "总费用", fen_to_yuan(facts.cost_fen), "元")
        sheet.given("unreasonable", "不合理费用", fen_to_yuan(decision.unreasonable_fen), "元")
        sheet.line("approved", "核定费用", fen_to_yuan(approved), "元", formula="cost - unreasonable",
                   inputs=["cost", "unreasonable"])  # fmt: skip
        if policy.text("dispute.item_method") != "points_of_cost":
            why = "本地规定按项目核定的费用按基金支付比例支付，结算还不能按此办理，请按点数作出结论"
            raise Fault(DECISION_BAD, field="outcome", why=why)
        after = _points_of_cost(approved, facts, policy, sheet)
    else:
        after = from_micro(decision.points_micro or 0)
        sheet.given("after", "调整后点数", after, "点")
    return _delta(after, facts, sheet)


def diluted(budget_fen: int, points_micro: int, delta_micro: int) -> Fraction:
    """How the point value changes when points are added to a fixed sum; yuan per point, exact.

    The sum is shared by more points: ``B/(P+d) - B/P = -B*d / (P*(P+d))``.
    """
    before = Fraction(budget_fen, points_micro)
    return (Fraction(budget_fen, points_micro + delta_micro) - before) * MICRO / 100


def _points_of_cost(approved: int, facts: Facts, policy: Policy, sheet: Worksheet) -> Decimal:
    if not facts.city_mean_fen:
        raise Fault(DECISION_BAD, field="outcome", why="结算没有给出全部病例的平均费用，不能折算点数")
    scale, places = policy.decimal("points.scale"), policy.integer("points.places")
    sheet.given("mean", "全部病例平均费用", fen_to_yuan(facts.city_mean_fen), "元")
    sheet.rule("scale", "平均病例的点数", scale, "点", rule=policy.rule("points.scale"))
    exact = Fraction(approved, facts.city_mean_fen) * Fraction(scale)
    after = ratio_half_up(exact.numerator, exact.denominator, places)
    sheet.line("after", "折算点数", after, "点", formula="approved / mean * scale",
               inputs=["approved", "mean", "scale"], rounding=f"四舍五入到{places}位",
               rule=policy.rule("dispute.item_method"))  # fmt: skip
    return after


def _delta(after: Decimal, facts: Facts, sheet: Worksheet) -> Effect:
    before = facts.points if facts.points is not None else Decimal(0)
    delta = to_micro(after) - to_micro(before)
    sheet.line(
        "delta", "点数差额", from_micro(delta), "点", formula="after - before", inputs=["after", "before"]
    )
    money: int | None = None
    if facts.value_micro:
        exact = Fraction(facts.value_fen * delta, facts.value_micro)
        money = int(ratio_half_up(exact.numerator, exact.denominator, 0))
        sheet.given("value_fen", "当月点值的分子", facts.value_fen, "分")
        sheet.given("value_micro", "当月点值的分母", facts.value_micro, "百万分之一点")
        sheet.line("money", "按当月点值估算", fen_to_yuan(money), "元",
                   formula="delta * value_fen / value_micro", inputs=["delta", "value_fen", "value_micro"],
                   rounding="四舍五入到分")  # fmt: skip
    return Effect(to_micro(after), delta, money)
