"""What two schemes say differently: groups, rules, names, order, members, complications, options.

Rules are compared by their trees, so another spelling of the same rule is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from chspay_grouper.engine.scheme import Group, Scheme

ADDED, REMOVED, RULE, NAME, ORDER = "新增", "删除", "规则", "名称", "次序"
MEMBER_ADDED, MEMBER_REMOVED, CHANGED = "增加成员", "减少成员", "改变"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its kind, the sheet and code it is about, and both sides as text."""

    kind: str
    sheet: str
    code: str
    name: str
    before: str
    after: str


def diff_schemes(before: Scheme, after: Scheme) -> list[Difference]:
    """Every difference, in the order of the sheets."""
    return [
        *_options(before, after),
        *_groups(before, after),
        *_members("集合", before.sets, after.sets, {**before.names, **after.names}),
        *_complications(before, after),
        *_members("排除表", before.exclusions, after.exclusions, {**before.names, **after.names}),
    ]


def _options(before: Scheme, after: Scheme) -> Iterator[Difference]:
    old = {**asdict(before.options), "extensions": before.extensions, "suffix": before.ambiguous_suffix}
    new = {**asdict(after.options), "extensions": after.extensions, "suffix": after.ambiguous_suffix}
    for name, was in old.items():
        if was != new[name]:
            yield Difference(CHANGED, "清单", name, "", _plain(was), _plain(new[name]))


def _groups(before: Scheme, after: Scheme) -> Iterator[Difference]:
    old_mdcs, new_mdcs = _by_code(before.mdcs), _by_code(after.mdcs)
    old_adrgs, new_adrgs = _inner(old_mdcs), _inner(new_mdcs)
    levels = (
        ("MDC", {"": before.mdcs}, {"": after.mdcs}),
        ("ADRG", _children(old_mdcs), _children(new_mdcs)),
        ("DRG", _children(old_adrgs), _children(new_adrgs)),
    )
    for sheet, old, new in levels:
        for scope in dict.fromkeys([*old, *new]):
            yield from _scope(sheet, scope, old.get(scope, ()), new.get(scope, ()))


def _scope(
    sheet: str, scope: str, before: tuple[Group, ...], after: tuple[Group, ...]
) -> Iterator[Difference]:
    old, new = _by_code(before), _by_code(after)
    for code in dict.fromkeys([*old, *new]):
        was, now = old.get(code), new.get(code)
        if was is None and now is not None:
            yield Difference(ADDED, sheet, code, now.name, "", _rule(now))
        elif now is None and was is not None:
            yield Difference(REMOVED, sheet, code, was.name, _rule(was), "")
        elif was is not None and now is not None:
            if was.tree != now.tree:
                yield Difference(RULE, sheet, code, now.name, _rule(was), _rule(now))
            if was.name != now.name:
                yield Difference(NAME, sheet, code, now.name, was.name, now.name)
    kept_old = [code for code in old if code in new]
    kept_new = [code for code in new if code in old]
    if kept_old != kept_new:
        yield Difference(ORDER, sheet, scope or "全部", "", "、".join(kept_old), "、".join(kept_new))


def _members(
    sheet: str,
    before: Mapping[str, frozenset[str]],
    after: Mapping[str, frozenset[str]],
    names: Mapping[str, str],
) -> Iterator[Difference]:
    for held in sorted(before.keys() | after.keys()):
        old, new = before.get(held, frozenset()), after.get(held, frozenset())
        for code in sorted(old - new):
            yield Difference(MEMBER_REMOVED, sheet, held, names.get(code, ""), code, "")
        for code in sorted(new - old):
            yield Difference(MEMBER_ADDED, sheet, held, names.get(code, ""), "", code)


def _complications(before: Scheme, after: Scheme) -> Iterator[Difference]:
    names = {**before.names, **after.names}
    for code, level in sorted(before.cc.keys() | after.cc.keys()):
        old, new = before.cc.get((code, level)), after.cc.get((code, level))
        if old != new:
            kind = ADDED if old is None else REMOVED if new is None else CHANGED
            was, now = ("" if table is None else f"{level} {table}".strip() for table in (old, new))
            yield Difference(kind, "CC", code, names.get(code, ""), was, now)


def _by_code(groups: tuple[Group, ...]) -> dict[str, Group]:
    return {group.code: group for group in groups}


def _inner(groups: Mapping[str, Group]) -> dict[str, Group]:
    return {child.code: child for group in groups.values() for child in group.children}


def _children(groups: Mapping[str, Group]) -> dict[str, tuple[Group, ...]]:
    return {code: group.children for code, group in groups.items()}


def _rule(group: Group) -> str:
    return group.rule or "（空，总是成立）"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)
