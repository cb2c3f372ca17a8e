"""The register of documents: what may be cited, on what it rests, and what it brought to an end."""

from __future__ import annotations

from collections.abc import Callable

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Document
from chspay_core.policy_tree import DOCUMENT_ABSENT, FIELD_WRONG, STANDINGS, Shared, fields
from chspay_core.policy_yaml import Node, Where, read_yaml

_DAYS = ("issued", "effective", "repealed")
_LISTS = ("articles", "replaces", "based_on")

DOCUMENT_CIRCLE = Reason(
    "POLICY_DOCUMENT_CIRCLE",
    Kind.INVALID,
    "{file} 第{line}行：文件“{field}”的{relation}绕成一圈（{value}），请更正。",
)
DOCUMENT_DAYS = Reason(
    "POLICY_DOCUMENT_DAYS",
    Kind.INVALID,
    "{file} 第{line}行：文件“{field}”的废止日期{value}不晚于施行日期{effective}，请更正。",
)
DOCUMENT_TWICE = Reason(
    "POLICY_DOCUMENT_TWICE",
    Kind.INVALID,
    "{file} 第{line}行：文件代号“{field}”已经登记过，内容不同。文件不能改写，请换一个代号。",
)


def read_documents(text: str, file: str, shared: Shared) -> None:
    """``documents.yaml``: the documents that may be cited; faults go to ``shared.faults``."""
    register(Where(file), read_yaml(text, file), shared)


def register(where: Where, node: Node, shared: Shared) -> dict[str, Document]:
    """Adds the documents of a mapping to those known; faults go to ``shared.faults``.

    A document known under its name already must be the same, word for word: a document is never edited.
    """
    lines: dict[str, int] = {}
    for name, entry in where.mapping(node, where.file).items():
        try:
            document = _document(where, name, entry)
            if shared.documents.get(name, document) != document:
                raise where.fault(DOCUMENT_TWICE, entry.line, name)
            shared.documents[name] = document
            lines[name] = entry.line
        except Fault as fault:
            shared.faults.append(fault)
    for name, line in lines.items():
        _check_chain(where, name, line, shared, "替代关系（replaces）", lambda document: document.replaces)
        _check_chain(where, name, line, shared, "依据关系（based_on）", lambda document: document.based_on)
    return {name: shared.documents[name] for name in lines}


def _document(where: Where, name: str, node: Node) -> Document:
    entries = fields(where, node, name, ("title", "issuer", "standing"), ("number", "note", *_DAYS, *_LISTS))
    texts = {key: where.text(value, key) for key, value in entries.items() if isinstance(value.value, str)}
    if "#" in name or texts.get("standing") not in STANDINGS:
        raise where.fault(
            FIELD_WRONG, node.line, name, f"的standing应为{'、'.join(STANDINGS)}之一，代号不含#"
        )
    for day in _DAYS:
        if day in entries:
            parse_day(where.text(entries[day], day), f"{where.file} 第{entries[day].line}行 {day}")
    if texts.get("repealed", "9999") <= texts.get("effective", ""):
        raise where.fault(DOCUMENT_DAYS, node.line, name, texts["repealed"], effective=texts["effective"])
    lists = {
        key: tuple(where.text(item, key) for item in where.items(entries[key], key))
        for key in _LISTS
        if key in entries
    }
    return Document(
        id=name,
        title=where.text(entries["title"], "title"),
        number=texts.get("number", ""),
        issuer=where.text(entries["issuer"], "issuer"),
        issued=texts.get("issued", ""),
        standing=texts["standing"],
        articles=lists.get("articles", ()),
        replaces=lists.get("replaces", ()),
        effective=texts.get("effective", ""),
        repealed=texts.get("repealed", ""),
        based_on=lists.get("based_on", ()),
    )


def _check_chain(
    where: Where,
    name: str,
    line: int,
    shared: Shared,
    relation: str,
    follow: Callable[[Document], tuple[str, ...]],
) -> None:
    """Every document named exists, and no chain of names comes back to where it began."""
    seen = [name]
    step = list(follow(shared.documents[name]))
    while step:
        other = step.pop()
        if other not in shared.documents:
            if len(seen) == 1:
                shared.faults.append(where.fault(DOCUMENT_ABSENT, line, name, other))
            continue
        if other == name:
            way = " → ".join([*seen, name])
            shared.faults.append(where.fault(DOCUMENT_CIRCLE, line, name, way, relation=relation))
            return
        if other not in seen:
            seen.append(other)
            step.extend(follow(shared.documents[other]))
