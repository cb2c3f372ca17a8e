"""What the law text forbids, and what it costs: faults, warnings and remarks about a whole policy.

A *fault* is wrong in itself (shares that do not add up, a forbidden limit, a parameter that is not there);
a *warning* is lawful and hurts (a method that pays by a step); a *remark* is known and meant. The figures
come from ``keys.yaml`` and from the policy; nothing here holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chspay_core.amounts import decimal_text, divide_half_up, fen_to_yuan, plain
from chspay_core.bundle import Bundle
from chspay_core.cliffs import MEAN_FEN, Cliff, Curve, find
from chspay_core.errors import Fault
from chspay_core.policy import Document, Policy, Row, Rule
from chspay_core.policy_check import Tree, check
from chspay_core.policy_registry import Key, missing_keys
from chspay_core.policy_tree import repealed_on

LEVELS = ("fault", "warning", "note")
#: A step of pay below one yuan is rounding.
_LEAST = Fraction(100)
LOW = "settle.low"


@dataclass(frozen=True, slots=True)
class Engines:
    """What the engines know: method names by key, further keys a method reads, and how a policy pays."""

    methods: Mapping[str, Collection[str]]
    params: Mapping[tuple[str, str], tuple[str, ...]]
    curves: Callable[[Policy], list[Curve]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: stable code, where, since when, by which document, in words.

    ``below_fen`` and ``above_fen`` are the pay of the standard case just below and just above a step.
    """

    level: str
    code: str
    place: str
    key: str
    since: str
    document: str
    words: str
    below_fen: int | None = None
    above_fen: int | None = None

    @property
    def jump_fen(self) -> int | None:
        """What one fen or one day more brings; negative when it pays less."""
        if self.below_fen is None or self.above_fen is None:
            return None
        return self.above_fen - self.below_fen


def lint(tree: Tree, engines: Engines, on: date, places: Collection[str] = ()) -> list[Finding]:
    """Everything found, faults first, then by place and key.

    :param on: the day the policy is judged by.
    :param places: only these; empty means all.
    """
    found = [_of_fault(fault, tree) for fault in check(tree, engines.methods)]
    asked = [code for code in sorted(tree.places) if not places or code in places]
    for code in asked:
        for sourced in tree.places[code]:
            try:
                found += _of_rule(sourced.rule, tree)
            except Fault as fault:
                found.append(_of_fault(fault, tree))
    for code in sorted({*asked, *(claim for claim in tree.coverage if not places or claim in places)}):
        found += _of_place(tree, engines, code, on)
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda item: (LEVELS.index(item.level), item.place, item.key, item.since))


def unweighted(groups: Iterable[str], weighted: Collection[str]) -> list[Finding]:
    """The groups of a scheme for which a weight table says nothing."""
    return [
        Finding("fault", "GROUP_WITHOUT_WEIGHT", "", group, "", "", f"病组{group}没有权重，病例将无法结算")
        for group in sorted(set(groups) - set(weighted))
    ]


def _of_fault(fault: Fault, tree: Tree) -> Finding:
    place = fault.facts.get("place", "") or fault.facts.get("file", "")[:6]
    known = place if place in tree.shared.names else ""
    return Finding("fault", fault.reason.code, known, fault.field, "", "", fault.message)


def _of_rule(rule: Rule, tree: Tree) -> list[Finding]:
    found: list[Finding] = []
    key = tree.keys.get(rule.key)
    document = tree.shared.documents[rule.cite.partition("#")[0]]
    if not document.articles:
        words = f"{_named(rule)}的依据{rule.cite}查不到条款：文件“{document.id}”没有登记条款（articles）"
        found.append(_at(rule, "fault", "CITATION_UNANCHORED", words))
    if key is None:
        return found
    if key.between and isinstance(rule.value, str):
        low, high = (decimal_text(text, key.name) for text in key.between)
        if not low <= decimal_text(rule.value, key.name) <= high:
            words = f"{_named(rule)}为{rule.value}，应在{key.between[0]}与{key.between[1]}之间"
            found.append(_at(rule, "fault", "VALUE_OUT_OF_BOUNDS", words))
    if key.adds_up and isinstance(rule.value, tuple):
        column, wanted = key.adds_up
        total = sum(
            decimal_text(row.get(column, "0"), key.name) for row in rule.value if isinstance(row, Row)
        )
        if total != decimal_text(wanted, key.name):
            words = f"{_named(rule)}各行{column}合计{plain(total + decimal_text('0'))}，应为{wanted}"
            found.append(_at(rule, "fault", "SHARES_DO_NOT_ADD_UP", words))
    return found


def _of_place(tree: Tree, engines: Engines, place: str, on: date) -> list[Finding]:
    try:
        bundle = tree.bundle(place)
    except Fault as fault:
        return [_of_fault(fault, tree)]
    policy = bundle.on(on)
    found = _barred(tree.keys, bundle) + _rests(tree.keys, policy) + _repealed(tree, policy)
    claim = tree.coverage.get(place)
    if claim is None or claim.role != "pool":
        return found
    level = "note" if claim.state in {"partial", "planned"} else "fault"
    found += _params(engines, policy, level)
    gaps = missing_keys(policy, tree.keys.values())
    for key in gaps:
        known = "（覆盖说明已写明）" if level == "note" else "，不能结算"
        words = f"{_at_place(policy)}在{on}没有程序要用的“{tree.keys[key].label}”（{key}）{known}"
        found.append(Finding(level, "PARAMETER_ABSENT", place, key, on.isoformat(), "", words))
    return found if gaps else found + _cliffs(engines, policy)


def _params(engines: Engines, policy: Policy, level: str) -> list[Finding]:
    found = []
    for rule in policy.rules():
        wanted = engines.params.get((rule.key, rule.value), ()) if isinstance(rule.value, str) else ()
        for param in wanted:
            if not policy.has(param):
                words = f"{_named(rule)}选用{rule.value}，它要用的参数{param}没有规定"
                found.append(_at(rule, level, "METHOD_PARAMETER_ABSENT", words))
    return found


def _barred(keys: Mapping[str, Key], bundle: Bundle) -> list[Finding]:
    """A rule that another one forbids once it is in force, such as a hospital's own cap under points."""
    found = []
    for rule in bundle.rules:
        bar = keys[rule.key].barred_by if rule.key in keys else ""
        starts = [other for other in bundle.rules if bar and other.key == bar]
        start = min(starts, key=lambda other: other.since, default=None)
        if start is not None and (rule.until is None or rule.until >= start.since):
            words = (
                f"{_named(rule)}自{rule.since}起的规定不得与“{start.label}”（自{start.since}起，"
                f"依据{start.cite}）并行：住院费用按区域总额结算以后，不再给单个机构定绝对额"
            )
            found.append(_at(rule, "fault", "BARRED_RULE", words))
    return found


def _rests(keys: Mapping[str, Key], policy: Policy) -> list[Finding]:
    """A share and what it leaves of the whole, against the bound of the rest."""
    found = []
    for rule in policy.rules():
        bound = keys[rule.key].rest_at_most if rule.key in keys else ""
        if bound and policy.has(bound):
            rest, most = 1 - policy.decimal(rule.key), policy.decimal(bound)
            if rest > most or rest < 0:
                limit = policy.rule(bound)
                words = (
                    f"{_named(rule)}为{rule.value}，留下{plain(rest)}，超出“{limit.label}”"
                    f"{limit.value}（依据{limit.cite}）"
                )
                found.append(_at(rule, "fault", "SHARES_DO_NOT_ADD_UP", words))
    return found


def _repealed(tree: Tree, policy: Policy) -> list[Finding]:
    found = []
    for rule in policy.rules():
        document: Document = tree.shared.documents[rule.cite.partition("#")[0]]
        ends = repealed_on(document.id, tree.shared.documents)
        if ends is not None and ends <= policy.on:
            words = f"{_named(rule)}仍依据《{document.title}》，该文件已于{ends}废止，请补充新的依据"
            found.append(_at(rule, "warning", "DOCUMENT_REPEALED", words))
    return found


def _cliffs(engines: Engines, policy: Policy) -> list[Finding]:
    """The largest step of each method that has one, in the money of the standard case."""
    by_key: dict[str, list[Cliff]] = {}
    try:
        for curve in engines.curves(policy):
            for cliff in find(curve, _LEAST):
                by_key.setdefault(cliff.key, []).append(cliff)
    except Fault as fault:
        return [
            Finding(
                "fault",
                fault.reason.code,
                policy.place,
                fault.field,
                policy.on.isoformat(),
                "",
                fault.message,
            )
        ]
    return [_of_cliff(policy, key, steps) for key, steps in sorted(by_key.items())]


def _of_cliff(policy: Policy, key: str, steps: list[Cliff]) -> Finding:
    # Paying less for more is the worse of the two.
    worst = max(steps, key=lambda cliff: (cliff.jump < 0, abs(cliff.jump)))
    below, above = (divide_half_up(pay.numerator, pay.denominator) for pay in (worst.below, worst.above))
    rule = policy.rule(key)
    days = worst.curve.unit == "days"
    at = f"{worst.threshold}天" if days else f"费用{fen_to_yuan(worst.threshold)}元"
    more = "多住一天" if days else "多一分钱"
    chosen = f"选用{rule.value}" if isinstance(rule.value, str) else ""
    words = (
        f"{_named(rule)}{chosen}：{worst.curve.label}，{at}时支付{fen_to_yuan(below)}元，{more}"
        f"支付{fen_to_yuan(above)}元，相差{fen_to_yuan(above - below)}元"
        f"（均费{fen_to_yuan(MEAN_FEN)}元的标准病例；共{len(steps)}处，此处最大）"
    )
    # A case that is no longer low earns the whole standard: every published rule has this step.
    level = "note" if key == LOW and above > below else "warning"
    return Finding(
        level, "PAYS_BY_A_STEP", policy.place, key, rule.since.isoformat(), rule.cite, words, below, above
    )


def _at(rule: Rule, level: str, code: str, words: str) -> Finding:
    return Finding(level, code, rule.place, rule.key, rule.since.isoformat(), rule.cite, words)


def _named(rule: Rule) -> str:
    return f"{rule.place}的“{rule.label}”（{rule.key}）"


def _at_place(policy: Policy) -> str:
    return f"{policy.place_name}（{policy.place}）"
