"""Faults of published schemes that a bureau should know before it pays by them.

Each finding names the group, and the sheet row where it is known. A finding is not an error: the
scheme still groups exactly as published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import ratio_half_up
from chspay_core.case import Status
from chspay_grouper.engine.evaluate import holds_member
from chspay_grouper.engine.scheme import Group, Scheme
from chspay_grouper.engine.tree import (
    Always,
    And,
    Compare,
    Field,
    Hit,
    Literal,
    Node,
    Or,
    Scalar,
    conjuncts,
    entry_sets,
    sets_of,
)

_SHOWN_CODES = 5
#: The smallest value any number of a record can take.
_LOWEST = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a stable kind, the sheet and group it is about, and one Chinese sentence."""

    kind: str
    sheet: str
    code: str
    text: str


def lint_scheme(scheme: Scheme) -> list[Finding]:
    """Every fault found, in the order of the sheets."""
    return [
        *_unreachable(scheme),
        *_never_true(scheme),
        *_bare_codes(scheme),
        *_without_drg(scheme),
        *_absent_from_mdc(scheme),
        *_without_medical_group(scheme),
        *_unused_sets(scheme),
        *_members_without_name(scheme),
    ]


def lint_weights(scheme: Scheme, weights: Collection[str]) -> list[Finding]:
    """Groups a case can get that the weight table has no weight for, and weights of groups that are not.

    :param weights: the group codes of the weight table.
    """
    drgs = {drg.code: drg for _, adrg in scheme.adrgs() for drg in adrg.children}
    found = [
        Finding("DRG_WITHOUT_WEIGHT", "DRG", code, "权重表中没有它的权重，入此组的病例无法付费")
        for code in drgs
        if code not in weights
    ]
    surplus = sorted(code for code in weights if code not in drgs)
    return [
        *found,
        *(Finding("WEIGHT_WITHOUT_DRG", "权重表", code, "方案中没有这个病组") for code in surplus),
    ]


class Truncated:
    """Finds truncated lists 截断的列表: principal diagnoses of real cases that find no group.

    One city's lists ended early and left 32 % of its cases ungrouped. Counted per first letter of the
    principal diagnosis, so that the missing part of the list shows.
    """

    def __init__(self) -> None:
        self._cases: Counter[str] = Counter()
        self._left: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, principals: Iterable[str], statuses: Iterable[str]) -> None:
        """Principal diagnoses of some cases and how the scheme answered them; invalid cases do not count."""
        for code, status in zip(principals, statuses, strict=True):
            if status != Status.INVALID.value:
                self._cases[code[:1]] += 1
                if status == Status.UNGROUPED.value:
                    self._left[code[:1]][code] += 1

    def findings(self, most: Decimal) -> list[Finding]:
        """One finding per letter whose share of ungrouped cases is above ``most`` (a ratio)."""
        found = []
        for letter, codes in sorted(self._left.items()):
            left, cases = codes.total(), self._cases[letter]
            if Fraction(left, cases) > Fraction(most):
                share = ratio_half_up(left * 100, cases, 1)
                told = "、".join(f"{code}（{number}例）" for code, number in codes.most_common(_SHOWN_CODES))
                text = (
                    f"主要诊断以{letter}开头的{cases}例中{left}例（{share}%）未入组，列表可能被截断：{told}"
                )
                found.append(Finding("TRUNCATED_LIST", "集合", letter, text))
        return found


def _unreachable(scheme: Scheme) -> Iterator[Finding]:
    look = _Shadows(scheme)
    yield from look.among("MDC", scheme.mdcs, "方案")
    for mdc in scheme.mdcs:
        yield from look.among("ADRG", mdc.children, f"MDC {mdc.code}")
        for adrg in mdc.children:
            yield from look.among("DRG", adrg.children, f"ADRG {adrg.code}")


class _Shadows:
    """Finds groups that earlier groups leave nothing."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._unions: dict[tuple[str, ...], frozenset[str]] = {}

    def among(self, sheet: str, groups: tuple[Group, ...], scope: str) -> Iterator[Finding]:
        """Groups after one that always takes the case, or whose condition an earlier one includes."""
        catcher: Group | None = None
        earlier: list[Group] = []
        for group in groups:
            if catcher is not None:
                text = f"排在总是成立的{catcher.code}之后，永远轮不到（{scope}）"
                yield Finding("UNREACHABLE", sheet, group.code, text)
                continue
            larger = next((other for other in earlier if self._includes(other.tree, group.tree)), None)
            if larger is not None:
                yield Finding("SHADOWED", sheet, group.code, f"符合它的病例都先进了{larger.code}（{scope}）")
            if _always(group.tree) and group is not groups[-1]:
                text = f"条件为空或恒真，且不在{scope}的最后，会吞掉其后的所有病例"
                yield Finding("SWALLOWS", sheet, group.code, text)
            if _takes_all(sheet, group):
                if _always(group.tree):
                    catcher = group
                earlier.append(group)

    def _includes(self, larger: Node, smaller: Node) -> bool:
        """Whether every record that satisfies ``smaller`` satisfies ``larger``, as far as parts tell."""
        wanted = conjuncts(larger)
        given = conjuncts(smaller)
        return bool(wanted) and all(any(self._implies(part, want) for part in given) for want in wanted)

    def _implies(self, part: Node, want: Node) -> bool:
        if part == want:
            return True
        if not (isinstance(part, Hit) and isinstance(want, Hit)) or part.negated or want.negated:
            return False
        return set(part.fields) <= set(want.fields) and self._union(part.sets) <= self._union(want.sets)

    def _union(self, names: tuple[str, ...]) -> frozenset[str]:
        found = self._unions.get(names)
        if found is None:
            virtual = frozenset(f"={name}" for name in names if name not in self._scheme.sets)
            listed = [self._scheme.sets[name] for name in names if name in self._scheme.sets]
            found = virtual.union(*listed)
            self._unions[names] = found
        return found


def _takes_all(sheet: str, group: Group) -> bool:
    """Whether a case that enters the group certainly gets a DRG in it."""
    if sheet == "DRG":
        return True
    inner = "ADRG" if sheet == "MDC" else "DRG"
    return any(_always(child.tree) and _takes_all(inner, child) for child in group.children)


def _always(node: Node) -> bool:
    if isinstance(node, Always):
        return True
    if isinstance(node, Literal):
        return node.number != 0
    if isinstance(node, And):
        return all(_always(item) for item in node.items)
    return isinstance(node, Or) and any(_always(item) for item in node.items)


def _never_true(scheme: Scheme) -> Iterator[Finding]:
    for sheet, group in _all_groups(scheme):
        told = _impossible(group.tree, scheme)
        if told:
            yield Finding("NEVER_TRUE", sheet, group.code, f"规则永远不成立：{told}")


def _impossible(node: Node, scheme: Scheme) -> str:
    """Why no record can satisfy the tree, or the empty text."""
    if isinstance(node, Literal) and node.number == 0:
        return "常数0"
    if isinstance(node, Compare):
        below = (node.op == "<" and node.number <= _LOWEST) or (
            node.op in ("<=", "=") and node.number < _LOWEST
        )
        return f"{node.scalar.value}{node.op}{node.number}" if below else ""
    if isinstance(node, Hit) and not node.negated:
        listed = [name for name in node.sets if name in scheme.sets]
        kinds = _wrong_kind(node, scheme)
        if len(listed) == len(node.sets) and (kinds or not any(scheme.sets[name] for name in listed)):
            return f"集合{'、'.join(listed)}{'不是该类编码' if kinds else '没有成员'}"
    if isinstance(node, And):
        return next(
            (told for item in node.items if (told := _impossible(item, scheme))), ""
        ) or _contradiction(node)
    if isinstance(node, Or):
        each = [_impossible(item, scheme) for item in node.items]
        return each[0] if all(each) else ""
    return ""


def _wrong_kind(node: Hit, scheme: Scheme) -> bool:
    """Whether every member is a procedure where diagnoses are asked, or the other way round."""
    members = [code for name in node.sets if name in scheme.sets for code in scheme.sets[name]]
    diagnosis = node.fields[0].is_diagnosis
    return bool(members) and all(code[:1].isdigit() == diagnosis for code in members)


def _contradiction(node: And) -> str:
    """Bounds on one number that cannot both hold."""
    low: dict[Scalar, Decimal] = {}
    high: dict[Scalar, Decimal] = {}
    for part in conjuncts(node):
        if isinstance(part, Compare):
            number = part.number
            if part.op in (">=", ">", "="):
                least = number + int(part.op == ">")
                low[part.scalar] = max(least, low.get(part.scalar, least))
            if part.op in ("<=", "<", "="):
                most = number - int(part.op == "<")
                high[part.scalar] = min(most, high.get(part.scalar, most))
    for scalar in low.keys() & high.keys():
        if low[scalar] > high[scalar]:
            return f"{scalar.value}的上下限互相矛盾"
    return ""


def _bare_codes(scheme: Scheme) -> Iterator[Finding]:
    for _, adrg in scheme.adrgs():
        for drg in adrg.children:
            if drg.code == adrg.code and len(drg.code) == 3 and drg.code[1:] != scheme.ambiguous_suffix:
                yield Finding("BARE_ADRG", "DRG", drg.code, "以ADRG编码作为付费组，没有按并发症细分的编码")


def _without_drg(scheme: Scheme) -> Iterator[Finding]:
    for _, adrg in scheme.adrgs():
        if not adrg.children:
            yield Finding("ADRG_WITHOUT_DRG", "ADRG", adrg.code, "没有任何DRG，分组时会被跳过")


def _absent_from_mdc(scheme: Scheme) -> Iterator[Finding]:
    """Principal diagnoses of an ADRG that cannot enter its MDC."""
    for mdc in scheme.mdcs:
        entry = [scheme.sets[name] for name in entry_sets([mdc.tree])]
        if not entry or not _needs_principal(mdc.tree):
            continue
        known = frozenset().union(*entry)
        for adrg in mdc.children:
            asked = frozenset().union(*(scheme.sets[name] for name in entry_sets([adrg.tree])))
            absent = sorted(code for code in asked if not _covers(known, code, scheme))
            if absent:
                text = f"{len(absent)}个主要诊断不在MDC {mdc.code}的列表中，永远进不来：{_some(absent)}"
                yield Finding("ABSENT_FROM_MDC", "ADRG", adrg.code, text)


def _without_medical_group(scheme: Scheme) -> Iterator[Finding]:
    """Principal diagnoses of an MDC that no ADRG takes without a procedure."""
    for mdc in scheme.mdcs:
        if not _needs_principal(mdc.tree):
            continue
        taken: set[str] = set()
        for adrg in mdc.children:
            if _needs_procedure(adrg.tree):
                continue
            names = entry_sets([adrg.tree])
            if not names:
                break
            taken.update(code for name in names for code in scheme.sets[name])
        else:
            held = frozenset(taken)
            entry = {code for name in entry_sets([mdc.tree]) for code in scheme.sets[name]}
            left = sorted(code for code in entry if not _covers(held, code, scheme))
            if left:
                text = f"{len(left)}个主要诊断没有内科组接收，无手术时无法入组：{_some(left)}"
                yield Finding("NO_MEDICAL_GROUP", "MDC", mdc.code, text)


def _needs_principal(node: Node) -> bool:
    parts = conjuncts(node)
    return any(isinstance(part, Hit) and part.fields == (Field.ZYZD,) and not part.negated for part in parts)


def _needs_procedure(node: Node) -> bool:
    return any(
        isinstance(part, Hit) and not part.fields[0].is_diagnosis and not part.negated
        for part in conjuncts(node)
    )


def _covers(members: frozenset[str], code: str, scheme: Scheme) -> bool:
    return code in members or holds_member(members, code.removesuffix("*"), scheme.options.member_prefix)


def _unused_sets(scheme: Scheme) -> Iterator[Finding]:
    used = {name for tree in scheme.trees() for name in sets_of(tree)} | {scheme.options.grey_set}
    for name in sorted(scheme.sets.keys() - used):
        yield Finding("UNUSED_SET", "集合", name, "没有任何规则使用这个集合")
    named = set(scheme.cc.values())
    for name in sorted(scheme.exclusions.keys() - named):
        yield Finding("UNUSED_EXCLUSION", "排除表", name, "没有任何CC或MCC使用这张排除表")


def _members_without_name(scheme: Scheme) -> Iterator[Finding]:
    """Members nobody named: often a typing error in the code."""
    for name in sorted(scheme.sets):
        nameless = sorted(code for code in scheme.sets[name] if code not in scheme.names)
        if nameless and len(nameless) < len(scheme.sets[name]):
            text = f"{len(nameless)}个成员没有名称，可能是编码错误：{_some(nameless)}"
            yield Finding("UNKNOWN_MEMBER", "集合", name, text)


def _all_groups(scheme: Scheme) -> Iterator[tuple[str, Group]]:
    for mdc in scheme.mdcs:
        yield "MDC", mdc
    for _, adrg in scheme.adrgs():
        yield "ADRG", adrg
    for _, adrg in scheme.adrgs():
        for drg in adrg.children:
            yield "DRG", drg


def _some(codes: list[str]) -> str:
    shown = "、".join(codes[:_SHOWN_CODES])
    return f"{shown}等" if len(codes) > _SHOWN_CODES else shown
