"""The last lines of a marked case's worksheet: each mark with who says so, each step on the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chspay_core.amounts import decimal_text, plain, ratio_half_up
from chspay_core.policy import Policy
from chspay_core.worksheet import Cited, Worksheet
from chspay_settlement.engine.case.factors import LINES
from chspay_settlement.engine.case.marked import Step
from chspay_settlement.engine.case.marks import GROUP, MARK_NAMES, MODES, NOTHING, Mark, Mode

DISPLAY = "display_4"
_UNITS = {"yuan": "yuan", "points": "points", "share": "ratio", "multiple": "multiple"}
_TEXTS = (NOTHING, GROUP)
_MODE_NAMES = {
    Mode.PLAIN: "",
    Mode.BY_ITEM: "按项目付费",
    Mode.LINEAR_ADD: "按超出倍率追加",
    Mode.COST_LESS: "核减费用",
    Mode.POINTS: "核定点数",
    Mode.ADD_ON: "加点",
    Mode.REJECTED: "不予通过",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """Who says a mark: its own citation, under a key of its own."""

    key: str
    cite: str
    evidence: str = "decision"


def mark_key(mark: Mark) -> str:
    """The key of a mark's line."""
    return f"mark_{mark.kind.value}"


def write_mark(sheet: Worksheet, mark: Mark, note: str = "") -> str:
    """The line of a mark; answers its key."""
    key = mark_key(mark)
    mode = Mode(mark.mode)
    label = MARK_NAMES[mark.kind]
    if _MODE_NAMES[mode]:
        label = f"{label}（{_MODE_NAMES[mode]}）"
    label += note
    what = MODES[mark.kind][mode]
    value: Decimal | str = "是" if what == NOTHING else mark.value
    if what not in _TEXTS:
        value = decimal_text(mark.value, key)
    sheet.rule(key, label, value, _UNITS.get(what, "text"), rule=Decided(key, mark.cite))
    return key


def write_idle(sheet: Worksheet, marks: Sequence[Mark], used: Sequence[Mark | None]) -> None:
    """The marks that change nothing of this case, so that nobody looks for them in vain."""
    for mark in marks:
        if mark not in used:
            write_mark(sheet, mark, "，不影响本例点数")


def write_steps(
    sheet: Worksheet, policy: Policy, steps: Sequence[Step], places: int, points: Decimal
) -> None:
    """Every step from ``earned``, the points before any step, to the points of the case."""
    before = "earned"
    for number, step in enumerate(steps, 1):
        mark = write_mark(sheet, step.mark)
        inputs, formula = [before], step.formula.replace("points_before", before)
        if "mark_value" in formula:
            inputs.append(mark)
            formula = formula.replace("mark_value", mark)
        for param in step.factor.params if step.factor else ():
            if LINES[param] in formula:
                rule = policy.rule(param)
                sheet.rule(LINES[param], rule.label, policy.decimal(param), rule.unit, rule=rule)
                inputs.append(LINES[param])
        rule_of: Cited = policy.rule(step.rule) if step.rule else Decided(mark, step.mark.cite)
        last = number == len(steps)
        key = "points" if last else f"after_{step.mark.kind.value}"
        shown = points if last else ratio_half_up(step.exact.numerator, step.exact.denominator, 4)
        sheet.line(
            key,
            "病例点数" if last else f"计入{MARK_NAMES[step.mark.kind]}后的点数",
            plain(shown),
            "points",
            formula=formula,
            inputs=inputs,
            rounding=f"half_up_{places}" if last else DISPLAY,
            rule=rule_of,
        )
        before = key
