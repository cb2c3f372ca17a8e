"""What a hospital's lists come to: five rates (completeness, passing, accuracy, time, codes) and a score.

Everything is counted per list and added up, so that a score over a year is made from stored counts and
comes out as if all lists had been checked together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial

import numpy as np

from chspay_core.amounts import divide_half_up, plain
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.quality.check import Outcome
from chspay_settlement.engine.quality.ruleset import CodeSet, Part, RuleSet
from chspay_settlement.engine.quality.sheet import BLANK, Codes, Flags
from chspay_settlement.engine.quality.tables import STATES
from chspay_settlement.engine.quality.vectors import Truth, count_of

#: Decimal places of a percentage.
_PLACES = 2


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts over lists; they add."""

    lists: int = 0
    #: Lists without an error.
    passed: int = 0
    #: Mandatory fields filled, and to be filled.
    filled: int = 0
    wanted: int = 0
    #: Judgements outside completeness: made, and unfavourable.
    decided: int = 0
    wrong: int = 0
    #: Lists in time, and lists of which that is known.
    timely: int = 0
    dated: int = 0
    #: Code set -> (codes used, codes right).
    codes: tuple[tuple[str, int, int], ...] = ()

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        codes: dict[str, tuple[int, int]] = {key: (used, right) for key, used, right in self.codes}
        for key, used, right in other.codes:
            before = codes.get(key, (0, 0))
            codes[key] = before[0] + used, before[1] + right
        return Sums(
            self.lists + other.lists,
            self.passed + other.passed,
            self.filled + other.filled,
            self.wanted + other.wanted,
            self.decided + other.decided,
            self.wrong + other.wrong,
            self.timely + other.timely,
            self.dated + other.dated,
            tuple((key, used, right) for key, (used, right) in sorted(codes.items())),
        )


def sums_by_list(outcome: Outcome) -> list[Sums]:
    """The counts of each list of a check."""
    counts = outcome.counts()
    filled, wanted = outcome.required()
    timely, dated = outcome.timely()
    codes = {one.key: adoption(outcome, one) for one in outcome.rule_set.code_sets if one.places}
    columns = [
        (counts["errors"] == 0).tolist(), filled.tolist(), wanted.tolist(), counts["decided"].tolist(),
        counts["wrong"].tolist(), timely.tolist(), dated.tolist(),
    ]  # fmt: skip
    keys = sorted(codes)
    columns += [part.tolist() for key in keys for part in codes[key]]
    # Lists alike in all counts share theirs: of a month there are few different ones.
    known = cache(partial(_sums_of, keys))
    return list(map(known, zip(*columns, strict=True)))


def _sums_of(keys: Sequence[str], counts: tuple[int, ...]) -> Sums:
    """The counts of one list; the last are, of each code set, the codes it uses and those that are right."""
    passed, filled, wanted, decided, wrong, timely, dated, *by_set = counts
    by_key = zip(keys, by_set[::2], by_set[1::2], strict=True)
    codes = tuple((key, used, right) for key, used, right in by_key if used)
    return Sums(1, int(passed), filled, wanted, decided, wrong, int(timely), int(dated), codes)


def adoption(outcome: Outcome, code_set: CodeSet) -> tuple[Codes, Codes]:
    """Per list: how many codes of a set it uses, and how many of them are right by form and table."""
    used = np.zeros(outcome.size, np.int64)
    right = np.zeros(outcome.size, np.int64)
    world, run = outcome.rule_set.world, outcome.run
    matches = world.patterns.get(code_set.pattern)
    table = world.tables.get(code_set.table)

    def good(text: str) -> tuple[int, int]:
        fits = matches is None or matches(text)
        return (1 if text and fits and (table is None or table.has(text, None) is not False) else 2), 0

    for node, name, where in code_set.places:
        codes = outcome.sheet.column(node, name)
        counts: Flags = codes != BLANK
        if where is not None:
            chosen = where.run(run)
            assert isinstance(chosen, Truth)  # noqa: S101 - lists are chosen by conditions
            counts = counts & chosen.yes
        fine = counts & run.truth(f"adopted:{code_set.key}", good, codes).yes
        parent = outcome.sheet.rows[node].parent if node else np.arange(outcome.size)
        used += count_of(parent, counts, outcome.size)
        right += count_of(parent, fine, outcome.size)
    return used, right


@dataclass(frozen=True, slots=True)
class Measure:
    """One part of a score; ``ratio`` is nothing when there was nothing to measure."""

    part: Part
    ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class Score:
    """A hospital's score, and how it came about."""

    measures: tuple[Measure, ...]
    #: 0 to 100 in hundredths; ``None`` when nothing could be measured.
    hundredths: int | None
    sheet: Worksheet


def score(rule_set: RuleSet, sums: Sums) -> Score:
    """The score of counted lists: the weighted mean of the parts that could be measured, times 100."""
    sheet = Worksheet(f"清单质量评分（{rule_set.version}）")
    ratios = {
        "completeness": _share(sums.filled, sums.wanted),
        "pass_rate": _share(sums.passed, sums.lists),
        "accuracy": _share(sums.decided - sums.wrong, sums.decided),
        "timeliness": _share(sums.timely, sums.dated),
        "adoption": _mean([Fraction(right, used) for _, used, right in sums.codes if used]),
    }
    sheet.given("lists", "清单", str(sums.lists), "份")
    measures, inputs = [], []
    for part in rule_set.scores:
        ratio = ratios.get(part.key)
        measures.append(Measure(part, ratio))
        if ratio is not None:
            sheet.given(part.key, part.label, percent(ratio), "%")
            inputs.append(part.key)
    weights = sum((measure.part.weight for measure in measures if measure.ratio is not None), Decimal(0))
    if not weights:
        return Score(tuple(measures), None, sheet)
    total = sum(
        (Fraction(one.part.weight) * one.ratio for one in measures if one.ratio is not None), Fraction(0)
    ) / Fraction(weights)
    hundredths = divide_half_up(total.numerator * 10_000, total.denominator)
    formula = " + ".join(
        f"{one.part.label}×{plain(one.part.weight)}" for one in measures if one.ratio is not None
    )
    sheet.line(
        "score", "得分", _hundredths(hundredths), "分", formula=f"({formula}) ÷ {plain(weights)}",
        inputs=inputs, rounding="四舍五入到2位",
    )  # fmt: skip
    return Score(tuple(measures), hundredths, sheet)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _mean(ratios: list[Fraction]) -> Fraction | None:
    return sum(ratios, Fraction(0)) / len(ratios) if ratios else None


def percent(ratio: Fraction) -> str:
    """A ratio as a percentage with two places, half away from zero."""
    return _hundredths(divide_half_up(ratio.numerator * 10_000, ratio.denominator))


def _hundredths(value: int) -> str:
    whole, rest = divmod(value, 10**_PLACES)
    return f"{whole}.{rest:02d}"


@dataclass(frozen=True, slots=True)
class Adoption:
    """How a code set is adopted, and on what that is based."""

    code_set: CodeSet
    used: int
    right: int
    basis: str


def adoptions(rule_set: RuleSet, sums: Sums) -> list[Adoption]:
    """Every code set: measured here, or said to be measured elsewhere."""
    found: Mapping[str, tuple[int, int]] = {key: (used, right) for key, used, right in sums.codes}
    answer = []
    for one in rule_set.code_sets:
        table = rule_set.world.tables.get(one.table)
        if one.outside:
            basis = f"清单中不出现：{one.outside}"
        elif table is None:
            basis = "按写法统计，编码表未取得"
        else:
            basis = f"按写法统计，{table.label}{STATES[table.state]}"
        answer.append(
            Adoption(one, *found.get(one.key, (0, 0)), basis + (f"；{one.note}" if one.note else ""))
        )
    return answer
