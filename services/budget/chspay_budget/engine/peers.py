"""What institutions of the same class usually come to 同级同类平均水平: robust, and shrunk where few stand.

A class is a level and a kind of institution (杭州2019征求意见稿 二(二)1(2): 同级同类医药机构的平均费用水平
is one basis of the budget). Institutions count once each, whatever their size, so that one giant does not
set the mean it is held to. A class of few members says little by itself: its mean is moved toward that of
its level, and the level's toward that of all, by the weight ``n ÷ (n + k)``, which is shown. Figures are
compared within one disease group where groups are given (同病、同治、同标准), then weighed by the
institution's own cases.

All figures are exact: values come in millionths, means are fractions, nothing is rounded before the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeVar

from chspay_core.amounts import MICRO, divide_half_up, from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction, positive
from chspay_core.worksheet import Worksheet

K = TypeVar("K", int, str)

METHOD_KEY = "peers.method"
TRIM_KEY = "peers.trim"
HUBER_KEY = "peers.huber"
BLOCKS_KEY = "peers.blocks"
SHRINK_KEY = "peers.shrink"

#: Turns the median absolute deviation into a standard deviation where figures are normal.
_MAD_SCALE = Fraction(14826, 10000)

NOBODY = Reason("PEERS_EMPTY", Kind.INVALID, "没有任何机构的数据，不能测算同级同类水平。")
TWICE = Reason(
    "PEERS_TWICE", Kind.INVALID, "机构{value}在病组“{group}”中出现两次，请每个机构每个病组只给一行。"
)
VALUE_NEGATIVE = Reason("PEERS_VALUE_NEGATIVE", Kind.INVALID, "机构{value}的数值或例数不能为负，请核对。")


class Observation(NamedTuple):
    """One institution's figure; ``group`` is empty when groups are not told apart, ``cases`` its weight."""

    institution: str
    level: int
    kind: str
    group: str
    cases: int
    value_micro: int


class Estimate(NamedTuple):
    """A mean of ``n`` institutions: its own robust mean, the weight that got, and what came of it."""

    n: int
    own: Fraction
    weight: Fraction
    value: Fraction

    @property
    def micro(self) -> int:
        """The value in millionths, half up."""
        return to_micro(self.value)


class Held(NamedTuple):
    """One institution held to its peers: its figure, theirs for the same groups, and the ratio."""

    institution: str
    level: int
    kind: str
    own: Fraction
    peers: Fraction
    ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Means of one indicator by group: all, levels, classes; and every institution held to them."""

    overall: Mapping[str, Estimate]
    levels: Mapping[tuple[str, int], Estimate]
    classes: Mapping[tuple[str, int, str], Estimate]
    held: tuple[Held, ...]


#: Values by institution code, in order of the code -> their robust mean.
Mean = Callable[[Sequence[Fraction], Policy], Fraction]


class Robust(NamedTuple):
    """A registered robust mean, and the keys it reads."""

    name: str
    mean: Mean
    params: tuple[str, ...]


METHODS: Registry[Robust] = Registry(METHOD_KEY)


def trimmed_mean(values: Sequence[Fraction], policy: Policy) -> Fraction:
    """The mean without the share ``peers.trim`` at each end, in whole institutions rounded down.

    :raises Fault: POLICY_VALUE when the share leaves nothing.
    """
    share = fraction(policy, TRIM_KEY)
    if share >= Fraction(1, 2):
        raise broken(policy, TRIM_KEY, policy.text(TRIM_KEY), "应小于0.5")
    cut = int(share * len(values))
    kept = sorted(values)[cut : len(values) - cut]
    return Fraction(sum(kept), len(kept))


def huber_mean(values: Sequence[Fraction], policy: Policy) -> Fraction:
    """Huber's mean: the point from which deviations, cut at ``peers.huber`` scaled MADs, add up to nothing.

    The sum of cut deviations is piecewise linear, so the point is found exactly. A MAD of zero gives the
    median, to which the mean tends as the cut narrows.
    """
    times = positive(policy, HUBER_KEY)
    middle = median(values)
    cut = times * _MAD_SCALE * median([abs(value - middle) for value in values])
    return middle if cut == 0 else _root(sorted(values), cut)


def median_of_means(values: Sequence[Fraction], policy: Policy) -> Fraction:
    """The median of the means of ``peers.blocks`` blocks; institutions go to blocks in turn, by code."""
    wanted = policy.integer(BLOCKS_KEY)
    if wanted < 1:
        raise broken(policy, BLOCKS_KEY, wanted, "应不小于1")
    blocks = min(wanted, len(values))
    return median([Fraction(sum(values[at::blocks]), len(values[at::blocks])) for at in range(blocks)])


METHODS.add(Robust("trimmed_mean@1", trimmed_mean, (TRIM_KEY,)))
METHODS.add(Robust("huber_mean@1", huber_mean, (HUBER_KEY,)))
METHODS.add(Robust("median_of_means@1", median_of_means, (BLOCKS_KEY,)))


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the middle two."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def to_micro(value: Fraction) -> int:
    """A fraction in whole millionths, half up."""
    return divide_half_up(value.numerator * MICRO, value.denominator)


def shown(value: Fraction) -> str:
    """A fraction as text with at most six decimals, half up."""
    return plain(from_micro(to_micro(value)))


def measure(observations: Iterable[Observation], policy: Policy) -> Benchmark:
    """The means of every group, level and class, and every institution held to those of its class.

    :raises Fault: PEERS_EMPTY, PEERS_TWICE, PEERS_VALUE_NEGATIVE, POLICY_VALUE, POLICY_MISSING,
        METHOD_UNKNOWN.
    """
    rows = sorted(observations)
    _check(rows)
    robust = METHODS.chosen(policy)
    k = fraction(policy, SHRINK_KEY)
    groups: defaultdict[str, list[Observation]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    overall: dict[str, Estimate] = {}
    levels: dict[tuple[str, int], Estimate] = {}
    classes: dict[tuple[str, int, str], Estimate] = {}
    for group, members in sorted(groups.items()):
        top = _estimate(members, None, robust, k, policy)
        overall[group] = top
        for level, inside in sorted(_by(members, lambda row: row.level).items()):
            middle = levels[group, level] = _estimate(inside, top, robust, k, policy)
            for kind, same in sorted(_by(inside, lambda row: row.kind).items()):
                classes[group, level, kind] = _estimate(same, middle, robust, k, policy)
    return Benchmark(overall, levels, classes, tuple(_hold(rows, classes)))


def explain(benchmark: Benchmark, one: Held, title: str, policy: Policy) -> Worksheet:
    """How an institution's peers came about, group by group."""
    sheet = Worksheet(title)
    for key, name in ((METHOD_KEY, "method"), (SHRINK_KEY, "k")):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, policy.text(key), rule.unit, rule=rule)
    for number, group in enumerate(
        sorted(group for group, level, kind in benchmark.classes if (level, kind) == (one.level, one.kind)),
        start=1,
    ):
        _explain_group(sheet, benchmark, (group, one.level, one.kind), number, policy)
    sheet.given("own", "本机构", shown(one.own), "number")
    sheet.given("peers", "同级同类（按本机构各病组例数加权）", shown(one.peers), "number")
    if one.ratio is not None:
        told = {"formula": "own ÷ peers", "inputs": ["own", "peers"], "rounding": "half_up_6"}
        sheet.line("ratio", "与同级同类之比", shown(one.ratio), "ratio", **told)  # type: ignore[arg-type]
    return sheet


def _explain_group(
    sheet: Worksheet, benchmark: Benchmark, key: tuple[str, int, str], number: int, policy: Policy
) -> None:
    group, level, _ = key
    name = f"（病组{group}）" if group else ""
    chain = (
        ("all", f"全部机构{name}", benchmark.overall[group]),
        ("level", f"{level}级机构{name}", benchmark.levels[group, level]),
        ("class", f"同级同类机构{name}", benchmark.classes[key]),
    )
    above = ""
    for step, label, found in chain:
        at = f"{step}_{number}"
        sheet.given(f"n_{at}", f"{label}：机构数", found.n, "count")
        sheet.line(
            f"own_{at}", f"{label}：稳健均值", shown(found.own), "number",
            formula="robust mean by method", inputs=["method", f"n_{at}"], rounding="half_up_6",
            rule=policy.rule(METHOD_KEY),
        )  # fmt: skip
        inputs = [f"own_{at}"]
        formula = "own"
        if above:
            sheet.line(
                f"w_{at}", f"{label}：自身权重", shown(found.weight), "ratio",
                formula="n ÷ (n + k)", inputs=[f"n_{at}", "k"], rounding="half_up_6",
                rule=policy.rule(SHRINK_KEY),
            )  # fmt: skip
            inputs, formula = [f"own_{at}", f"w_{at}", above], "w × own + (1 − w) × above"
        sheet.line(
            f"value_{at}", f"{label}：测算值", shown(found.value), "number", formula=formula, inputs=inputs,
            rounding="half_up_6",
        )  # fmt: skip
        above = f"value_{at}"


def _estimate(
    rows: Sequence[Observation], above: Estimate | None, robust: Robust, k: Fraction, policy: Policy
) -> Estimate:
    own = robust.mean([Fraction(row.value_micro, MICRO) for row in rows], policy)
    if above is None:
        return Estimate(len(rows), own, Fraction(1), own)
    weight = Fraction(len(rows)) / (len(rows) + k)
    return Estimate(len(rows), own, weight, weight * own + (1 - weight) * above.value)


def _hold(rows: Sequence[Observation], classes: Mapping[tuple[str, int, str], Estimate]) -> Iterable[Held]:
    """Own and peers' figures with the same weights: the institution's cases, or one each without any."""
    for code, own in sorted(_by(rows, lambda row: row.institution).items()):
        level, kind = own[0].level, own[0].kind
        weights = [row.cases for row in own] if any(row.cases for row in own) else [1] * len(own)
        total = sum(weights)
        mine = Fraction(sum(w * row.value_micro for w, row in zip(weights, own, strict=True)), total * MICRO)
        theirs = (
            sum(
                (w * classes[row.group, level, kind].value for w, row in zip(weights, own, strict=True)),
                Fraction(0),
            )
            / total
        )
        yield Held(code, level, kind, mine, theirs, mine / theirs if theirs else None)


def _check(rows: Sequence[Observation]) -> None:
    if not rows:
        raise Fault(NOBODY)
    seen: set[tuple[str, str]] = set()
    classes: dict[str, tuple[int, str]] = {}
    for row in rows:
        kind = classes.setdefault(row.institution, (row.level, row.kind))
        if (row.institution, row.group) in seen or kind != (row.level, row.kind):
            raise Fault(TWICE, field="institution", value=row.institution, group=row.group)
        seen.add((row.institution, row.group))
        if row.value_micro < 0 or row.cases < 0:
            raise Fault(VALUE_NEGATIVE, field="value", value=row.institution)


def _root(ordered: Sequence[Fraction], cut: Fraction) -> Fraction:
    """Where the sum of deviations cut at ``cut`` is zero; the middle of it where that is a stretch."""
    bends = sorted({value + side * cut for value in ordered for side in (-1, 1)})
    low, high = 0, len(bends) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _cut_sum(ordered, bends[middle], cut) >= 0:
            low = middle
        else:
            high = middle
    at, end = bends[low], bends[high]
    left, right = _cut_sum(ordered, at, cut), _cut_sum(ordered, end, cut)
    if left == 0:
        first = next(bend for bend in bends if _cut_sum(ordered, bend, cut) == 0)
        return (first + at) / 2
    return at + (end - at) * left / (left - right)


def _cut_sum(values: Sequence[Fraction], at: Fraction, cut: Fraction) -> Fraction:
    return sum((max(-cut, min(cut, value - at)) for value in values), Fraction(0))


def _by(rows: Iterable[Observation], key: Callable[[Observation], K]) -> dict[K, list[Observation]]:
    found: dict[K, list[Observation]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
