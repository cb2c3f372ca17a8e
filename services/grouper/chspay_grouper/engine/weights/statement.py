"""What a measuring came to, and how: the cases, the rules, and a worksheet per group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from chspay_core import ENGINE_VERSION
from chspay_core.amounts import plain, ratio_half_up
from chspay_grouper.engine.weights.cases import Columns, WeightKind
from chspay_grouper.engine.weights.model import Measured
from chspay_grouper.engine.weights.sheet import KIND_NAMES, weight_sheet
from chspay_grouper.engine.weights.terms import WeightTerms

FORMAT = "chspay-weights/1"


def overview(measured: Measured) -> list[tuple[str, str]]:
    """The figures that say whether a table is sound."""
    counts = Counter(group.kind for group in measured.groups)
    priced = [group for group in measured.groups if group.kind is not WeightKind.PER_DIEM]
    stable = sum(group.stable for group in priced)
    rounded = sum(group.units * group.cases for group in priced)
    rows = [(KIND_NAMES[kind], str(counts[kind])) for kind in WeightKind if counts[kind]]
    rows += [
        ("其中稳定的病组", str(stable)),
        ("病例", str(sum(group.cases for group in measured.groups))),
        ("全部病例平均费用（元）", _places(measured.overall / 100, 2)),
        ("总权重（调整前，按精确值）", _places(measured.total_weight, measured.places)),
        ("总权重（按取整后的权重）", plain(measured.decimal(rounded))),
    ]
    if measured.raised_weight != measured.total_weight:
        rows.append(("保持总权重的系数k", _places(measured.k, 6)))
    return rows


def run_content(
    measured: Measured,
    terms: WeightTerms,
    columns: Columns,
    sources: Sequence[Mapping[str, object]],
    tried: Mapping[str, str],
) -> dict[str, object]:
    """Everything of a run except the digest of its table; no clock."""
    policy = terms.policy
    sheets = [weight_sheet(measured, group, terms) for group in measured.groups]
    rules = {rule.key: rule for rule in policy.used}
    return {
        "format": FORMAT,
        "nature": "测算",
        "engine": ENGINE_VERSION,
        "input": list(sources),
        "policy": {"place": policy.place, "on": policy.on.isoformat(), "digest": policy.digest},
        "tried": dict(tried),
        "evidence": policy.weakest_evidence(),
        "left_out": columns.left_out,
        "fees_unusable": columns.fees_unusable,
        "overview": [list(row) for row in overview(measured)],
        "citations": {key: policy.citation(rule) for key, rule in sorted(rules.items())},
        "sheets": {
            f"{group.kind.value} {group.code}": sheet.to_json()
            for group, sheet in zip(measured.groups, sheets, strict=True)
        },
    }


def _places(value: Fraction, places: int) -> str:
    return plain(ratio_half_up(value.numerator, value.denominator, places))
