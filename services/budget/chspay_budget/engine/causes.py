"""Why a year cost more or less than its budget: volume, case mix, price, policy, misconduct, to the fen.

The bill is ``Σ cases × share of the group × cost a case``. Planned figures are scaled so that they cost
exactly the first approved budget; what changed policies really cost is taken out of the actual prices and
stands alone. Volume, case mix and price are then the three players of a game whose value is the bill with
some of them at their actual and the others at their planned figures; each gets its Shapley value (the mean of
its effect over all orders in which the three may change), so no order is preferred and nothing is left over.
Money got back for violations lowers the bill. What adjustments already granted for a cause is taken off that
cause, which gives the causes of actual less the budget in force.

A group without planned (or actual) cases has no planned (actual) price: it takes the other side's, so such a
group changes volume and case mix only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from chspay_budget.engine.accounts import CAUSES
from chspay_budget.engine.funds import check_amount, check_document
from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Worksheet

PLAYERS = ("volume", "case_mix", "price")

GROUP_TWICE = Reason("CAUSES_GROUP_TWICE", Kind.INVALID, "病组“{value}”给出了两次，请合并。")
GROUP_WRONG = Reason(
    "CAUSES_GROUP_WRONG", Kind.INVALID, "病组“{value}”的例数和费用不能为负；没有病例时费用应为零。"
)
SIDE_EMPTY = Reason("CAUSES_SIDE_EMPTY", Kind.INVALID, "{value}的例数和费用合计都应大于零。")
EFFECT_TOO_MUCH = Reason(
    "CAUSES_EFFECT_TOO_MUCH", Kind.INVALID, "政策调整的实际影响{value}分不能达到或超过全部费用{most}分。"
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group's cases and what the fund was to pay and was billed for them, fen."""

    group: str
    planned_cases: int
    planned_fen: int
    actual_cases: int
    actual_fen: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What an approved adjustment gave the local inpatient fund for a cause, and what it really cost, fen."""

    adjustment_id: str
    cause: str
    granted_fen: int
    cost_fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes of actual less the first approved budget, and of actual less the budget in force, fen."""

    first_budget_fen: int
    budget_fen: int
    actual_fen: int
    against_first: dict[str, int]
    against_budget: dict[str, int]
    sheet: Worksheet


def attribute(
    groups: Sequence[Group],
    first_budget_fen: int,
    granted: Sequence[Granted],
    recovered: tuple[int, str],
    document: str,
) -> Causes:
    """Splits the difference to its causes; both splits add up exactly.

    :param first_budget_fen: the local inpatient fund first approved.
    :param granted: the approved adjustments since; together with the first they are the budget in force.
    :param recovered: money got back for violations, fen, and the document that says so.
    :raises Fault: CAUSES_*, BUDGET_FIGURE_NEGATIVE, BUDGET_DOCUMENT_MISSING.
    """
    _check(groups)
    recovered_fen = check_amount(recovered[0], "recovered_fen")
    sheet = Worksheet("决算差额的原因分析")
    sheet.given("first_budget", "首次批准的预算", first_budget_fen, "fen")
    source = check_document(document, "document")
    billed = sum(group.actual_fen for group in groups)
    sheet.given("billed", f"据实基金费用，追回前（{source}）", billed, "fen")
    effect = sum(item.cost_fen for item in granted if item.cause == "policy")
    if effect >= billed:
        raise Fault(EFFECT_TOO_MUCH, field="policy_effects", value=effect, most=billed)
    grants = _write_granted(granted, effect, sheet)
    sides = bills(groups, first_budget_fen, billed - effect)
    shapley = _shapley(sides)
    _write_game(groups, sides, billed - effect, sheet)
    first = dict(zip(PLAYERS, whole([shapley[name] for name in PLAYERS]), strict=True))
    for name in PLAYERS:
        sheet.line(
            f"first_{name}", f"{CAUSES[name]}的影响", first[name], "fen",
            formula="三个因素所有变动次序下影响的平均值（Shapley值）",
            inputs=[f"bill_{_name(mask)}" for mask in range(8)], rounding="最大余数法，三项之和不变",
        )  # fmt: skip
    if recovered_fen:
        check_document(recovered[1], "recovered_document")
    sheet.given("recovered", f"追回的违规费用（{recovered[1].strip() or '无'}）", recovered_fen, "fen")
    first |= {"policy": effect, "misconduct": -recovered_fen}
    sheet.line("first_policy", "政策调整的影响", effect, "fen", formula="policy_cost", inputs=["policy_cost"])
    sheet.line(
        "first_misconduct",
        "违规行为的影响",
        -recovered_fen,
        "fen",
        formula="−recovered",
        inputs=["recovered"],
    )
    against = {name: first[name] - grants.get(name, 0) for name in CAUSES}
    actual, budget = billed - recovered_fen, first_budget_fen + sum(item.granted_fen for item in granted)
    _write_result(against, grants, sheet)
    found = Causes(first_budget_fen, budget, actual, {name: first[name] for name in CAUSES}, against, sheet)
    _close(found, grants, sheet)
    return found


def whole(parts: Sequence[Fraction]) -> list[int]:
    """Exact parts of a whole sum as whole fen with the same sum: down, then one each to the largest rests.

    Ties go to the earlier part, so that the names decide and not the input.
    """
    total = sum(parts, Fraction(0))
    if total.denominator != 1:
        raise AssertionError("the parts of whole fen add up to whole fen")
    floors = [part.numerator // part.denominator for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in order[: int(total) - sum(floors)]:
        floors[i] += 1
    return floors


def bills(groups: Sequence[Group], planned_fen: int, actual_fen: int) -> list[Fraction]:
    """The bill for the eight sides: bit 1 of the index is actual volume, 2 actual mix, 4 actual price.

    :param planned_fen: what all planned figures cost; the groups' own are scaled to it.
    :param actual_fen: what all actual figures cost, likewise.
    """
    cases = (sum(g.planned_cases for g in groups), sum(g.actual_cases for g in groups))
    scales = (
        Fraction(planned_fen, sum(g.planned_fen for g in groups)),
        Fraction(actual_fen, sum(g.actual_fen for g in groups)),
    )
    #: (mix, price, whose price) -> by number of cases, what is divided by it.
    parts: dict[tuple[int, int, int], dict[int, int]] = {}
    for group in groups:
        counts, costs = (group.planned_cases, group.actual_cases), (group.planned_fen, group.actual_fen)
        for mix, price in product((0, 1), repeat=2):
            whose = price if counts[price] else 1 - price
            if counts[mix]:
                found = parts.setdefault((mix, price, whose), {})
                found[counts[whose]] = found.get(counts[whose], 0) + counts[mix] * costs[whose]
    #: [mix][price] -> what a mean case costs.
    mean = [[Fraction(0), Fraction(0)], [Fraction(0), Fraction(0)]]
    for (mix, price, whose), found in parts.items():
        mean[mix][price] += scales[whose] * _sum(found) / cases[mix]
    return [cases[mask & 1] * mean[mask >> 1 & 1][mask >> 2 & 1] for mask in range(8)]


def _sum(parts: Mapping[int, int]) -> Fraction:
    """The parts, each divided by its key, added in pairs: large denominators then meet at the end only."""
    found = [Fraction(part, count) for count, part in sorted(parts.items())]
    while len(found) > 1:
        found = [sum(found[i : i + 2], Fraction(0)) for i in range(0, len(found), 2)]
    return found[0]


def _shapley(value: Sequence[Fraction]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    #: How many of the six orders put a given set of the other two first.
    share = (Fraction(2, 6), Fraction(1, 6), Fraction(2, 6))
    for bit, name in enumerate(PLAYERS):
        mine = 1 << bit
        found[name] = sum(
            (
                share[mask.bit_count()] * (value[mask | mine] - value[mask])
                for mask in range(8)
                if not mask & mine
            ),
            Fraction(0),
        )
    return found


def _check(groups: Sequence[Group]) -> None:
    seen: set[str] = set()
    for group in groups:
        if group.group in seen:
            raise Fault(GROUP_TWICE, field="groups", value=group.group)
        seen.add(group.group)
        sides = (group.planned_cases, group.planned_fen), (group.actual_cases, group.actual_fen)
        if any(cases < 0 or fen < 0 or (fen > 0 and cases == 0) for cases, fen in sides):
            raise Fault(GROUP_WRONG, field="groups", value=group.group)
    for name, side in (
        ("预算", [(g.planned_cases, g.planned_fen) for g in groups]),
        ("实际", [(g.actual_cases, g.actual_fen) for g in groups]),
    ):
        if sum(fen for _, fen in side) <= 0:
            raise Fault(SIDE_EMPTY, field="groups", value=name)


def _name(mask: int) -> str:
    """A key for one of the eight sides: which of volume, mix and price are at their actual figures."""
    return "".join(letter if mask >> bit & 1 else "0" for bit, letter in enumerate("vmp"))


def _write_game(
    groups: Sequence[Group], sides: Sequence[Fraction], actual_fen: int, sheet: Worksheet
) -> None:
    for key, label, number in (
        ("planned_cases", "预算例数", sum(g.planned_cases for g in groups)),
        ("actual_cases", "实际例数", sum(g.actual_cases for g in groups)),
    ):
        sheet.given(key, label, number, "cases")
    sheet.line(
        "net", "扣除政策调整影响后的费用", actual_fen, "fen", formula="billed − policy_cost",
        inputs=["billed", "policy_cost"],
    )  # fmt: skip
    names = (("服务量", "v"), ("病例组合", "m"), ("价格", "p"))
    for mask, value in enumerate(sides):
        moved = "、".join(label for bit, (label, _) in enumerate(names) if mask >> bit & 1)
        sheet.line(
            f"bill_{_name(mask)}", f"{moved}取实际、其余取预算的费用" if moved else "全部取预算的费用",
            divide_half_up(value.numerator, value.denominator), "fen",
            formula="例数 × 各病组（占比 × 例均费用）之和",
            inputs=["first_budget", "net", "planned_cases", "actual_cases"],
            rounding="四舍五入到分显示，按精确值使用",
        )  # fmt: skip


def _write_granted(granted: Sequence[Granted], effect: int, sheet: Worksheet) -> dict[str, int]:
    sums: dict[str, int] = {}
    inputs: list[str] = []
    for number, item in enumerate(granted, start=1):
        sums[item.cause] = sums.get(item.cause, 0) + item.granted_fen
        label = f"{item.adjustment_id}为“{CAUSES[item.cause]}”调整的预算（{item.document}）"
        sheet.given(f"granted_{number}", label, item.granted_fen, "fen")
        if item.cause == "policy":
            sheet.given(f"cost_{number}", f"{item.adjustment_id}的实际影响", item.cost_fen, "fen")
            inputs.append(f"cost_{number}")
    sheet.line(
        "policy_cost", "政策调整的实际影响", effect, "fen", formula=" + ".join(inputs) or "没有政策调整",
        inputs=inputs,
    )  # fmt: skip
    for cause, fen in sums.items():
        keys = [f"granted_{n}" for n, item in enumerate(granted, start=1) if item.cause == cause]
        sheet.line(
            f"granted_{cause}", f"已为“{CAUSES[cause]}”调整的预算", fen, "fen", formula=" + ".join(keys),
            inputs=keys,
        )  # fmt: skip
    return sums


def _write_result(against: Mapping[str, int], grants: Mapping[str, int], sheet: Worksheet) -> None:
    for name, fen in against.items():
        inputs = [f"first_{name}", *([f"granted_{name}"] if name in grants else [])]
        sheet.line(
            f"cause_{name}", f"{CAUSES[name]}（相对现行预算）", fen, "fen", formula=" − ".join(inputs),
            inputs=inputs,
        )  # fmt: skip


def _close(found: Causes, grants: Mapping[str, int], sheet: Worksheet) -> None:
    if (
        sum(found.against_first.values()) != found.actual_fen - found.first_budget_fen
        or sum(found.against_budget.values()) != found.actual_fen - found.budget_fen
    ):
        raise AssertionError("the causes must add up to the difference")
    keys = [f"granted_{name}" for name in grants]
    sheet.line(
        "actual", "据实基金费用", found.actual_fen, "fen", formula="billed − recovered",
        inputs=["billed", "recovered"],
    )  # fmt: skip
    sheet.line(
        "budget", "现行预算", found.budget_fen, "fen", formula=" + ".join(["first_budget", *keys]),
        inputs=["first_budget", *keys],
    )  # fmt: skip
    causes = [f"cause_{name}" for name in found.against_budget]
    sheet.line(
        "gap", "据实费用减现行预算", found.actual_fen - found.budget_fen, "fen",
        formula=" + ".join(causes) + "，恰等于 actual − budget", inputs=[*causes, "actual", "budget"],
    )  # fmt: skip
