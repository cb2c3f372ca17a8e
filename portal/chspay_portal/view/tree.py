"""The tree of one amount: each node says how it came about, down to the field or the clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chspay_core.wording import evidence_text, formula_text, rounding_text, unit_text
from chspay_core.worksheet import Line
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal.view.parts import evidence_tag, href, link

Node = dict[str, Any]
#: What the kinds of nodes are, for the reader.
KINDS = {
    "sum": "合计",
    "line": "计算",
    "input": "原始数据",
    "rule": "政策参数",
    "rest": "其余各项",
    "public": "统筹区公布的合计",
}
#: Functions of formulas, as a clerk would say them.
_CALLED = {
    "fen_floor": "舍去不足一分",
    "half_up_fen": "四舍五入到分",
    "served": "是否分得一分尾差",
    "cv_population": "变异系数（总体）",
    "cv_sample": "变异系数（样本）",
}
_PLACES = {"yuan": 2, "points": 4}
#: Levels shown open when the page comes; deeper ones open at a key or a click.
OPEN_LEVELS = 2


def tree(root: Node) -> Safe:
    """The whole tree; one stop of the Tab key, arrows move inside of it."""
    label = f"{root['label']} 的来历"
    return tag("ul", _item(root, 1, first=True), cls="tree", role="tree", aria_label=label)


def inside(node: Node, level: int) -> Safe:
    """The children of a node that was opened, as the group that is put under it."""
    children = [_item(child, level) for child in node["inputs"]]
    return tag("ul", *children, role="group")


def first_closed(node: Node) -> Node | None:
    """The first node, from above, that has more below it than was read."""
    level = [node]
    while level:
        found = next((one for one in level if one["more"] and one["ref"] and not one["inputs"]), None)
        if found is not None:
            return found
        level = [child for one in level for child in one["inputs"]]
    return None


def clauses(node: Node) -> Iterator[dict[str, Any]]:
    """The rules of a tree as far as it was read, each once, in the order a reader meets them."""
    seen: set[tuple[str, str]] = set()
    for found in walk(node):
        rule = found["rule"]
        if rule and rule["cite"] and (rule["cite"], rule["key"]) not in seen:
            seen.add((rule["cite"], rule["key"]))
            yield rule


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    for child in node["inputs"]:
        yield from walk(child)


def weakest(node: Node) -> str:
    """The weakest mark among the rules that were read."""
    marks = {rule["evidence"] for rule in clauses(node)}
    return next((mark for mark in ("demo", "unverified") if mark in marks), "")


def clause_link(rule: dict[str, Any], *, in_tree: bool = False) -> Safe:
    """The way to a clause: which document, which article, what it rules."""
    title = rule["document_title"] or rule["cite"]
    # Inside of the tree the arrows lead there, so that Tab has one stop for the whole of it.
    to = href("clause", cite=rule["cite"], key=rule["key"])
    return link(f"《{title}》{rule['article']}", to, tabindex="-1" if in_tree else None)


def value_text(node: Node) -> str:
    """A value with its unit, as it is read out."""
    return f"{_figure(node)} {unit_text(node['unit'])}".strip()


def _figure(node: Node) -> str:
    """The value with at least the places of its unit: two of yuan, four of points."""
    shown: str = money(node["value"])
    whole, _, rest = shown.partition(".")
    places = _PLACES.get(node["unit"], 0)
    figure = whole.removeprefix("-").replace(",", "").isdigit()
    return f"{whole}.{rest.ljust(places, '0')}" if places and figure else shown


def _item(node: Node, level: int, *, first: bool = False) -> Safe:
    opens = bool(node["inputs"]) or node["more"] or node["kind"] == "rest"
    shown_open = bool(node["inputs"]) and level <= OPEN_LEVELS
    lazy = opens and not node["inputs"]
    more = href("why", "inside", ref=node["ref"], page_token=node["page_token"], level=str(level + 1))
    group = inside(node, level + 1) if node["inputs"] else join()
    return tag(
        "li",
        _row(node),
        group,
        role="treeitem",
        tabindex=0 if first else -1,
        aria_level=level,
        aria_expanded=("true" if shown_open else "false") if opens else None,
        aria_label=f"{node['label']}，{value_text(node)}，{KINDS.get(node['kind'], '')}",
        data_more=more if lazy else None,
    )


def _row(node: Node) -> Safe:
    value = tag("span", _figure(node), " ", tag("small", unit_text(node["unit"])), cls="amount")
    name = tag("span", tag("strong", node["label"]), cls="name")
    told = [tag("span", part) for part in _how(node)]
    return tag(
        "div",
        tag("span", cls="turn", aria_hidden="true"),
        name,
        value,
        tag("div", *told, cls="how"),
        cls="node",
    )


def _how(node: Node) -> Iterable[Part]:
    if node["formula"]:
        labels = _CALLED | {child["name"]: child["label"] for child in node["inputs"] if child["name"]}
        line = Line("", node["label"], node["value"], node["unit"], formula=node["formula"])
        yield f"= {formula_text(line, labels)}"
    elif node["kind"] == "sum":
        yield "以下各项之和" if node["inputs"] else "各项之和"
    elif node["kind"] in {"input", "rest", "public"}:
        yield KINDS[node["kind"]]
    if node["rounding"]:
        yield rounding_text(node["rounding"])
    if node["exact"]:
        yield f"按精确值 {node['exact']} 参与计算"
    if node["rule"]:
        yield from _by(node["rule"])
    if node["source"]:
        yield _source(node["source"])
    if node["note"]:
        yield node["note"]
    if node["checked"]:
        yield tag("span", "✓ 已由下级重算，一致", cls="check")


def _by(rule: dict[str, Any]) -> Iterator[Part]:
    if rule["cite"]:
        yield join("依据 ", clause_link(rule, in_tree=True), " ", evidence_tag(rule["evidence"]))
    elif rule["label"]:
        yield join(f"{rule['label']} ", evidence_text(rule["evidence"]))


def _source(source: dict[str, Any]) -> str:
    """Where an input was read, in words first, then exactly."""
    row = f" {source['row']}" if source["row"] else ""
    version = f" 第{source['version']}版" if source["version"] else ""
    member = f"，国家清单报文字段 {source['member']}" if source["member"] else ""
    return f"来自 {source['table']}.{source['column']}{row}{version}{member}"
