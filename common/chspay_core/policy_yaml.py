"""Strict text YAML: the only form in which law enters the program.

Everything is text: ``36.10`` stays a code, ``NO`` stays a word, ``2020-01-01`` stays as written, and
no float can exist. Whatever could hide a value is refused: duplicate keys, anchors, aliases, merge
keys, tags, several documents in one file, a key without a value, deep nesting, a huge file. Every
node knows its line, so that a fault can point at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from chspay_core.errors import Fault, Kind, Reason

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

YAML_SYNTAX = Reason(
    "POLICY_YAML_SYNTAX", Kind.INVALID, "{file} 第{line}行：YAML格式有误（{value}），请检查缩进、冒号和引号。"
)
YAML_DUPLICATE = Reason(
    "POLICY_YAML_DUPLICATE", Kind.INVALID, "{file} 第{line}行：“{field}”在同一层重复出现，请只保留一处。"
)
YAML_FORBIDDEN = Reason(
    "POLICY_YAML_FORBIDDEN",
    Kind.INVALID,
    "{file} 第{line}行：政策文件不允许使用{value}，请把内容直接写出来。",
)
YAML_EMPTY = Reason(
    "POLICY_YAML_EMPTY",
    Kind.INVALID,
    '{file} 第{line}行：“{field}”没有值；没有依据的参数请整条删去，确为空文本请写成 ""。',
)
YAML_TOO_LARGE = Reason(
    "POLICY_YAML_TOO_LARGE", Kind.TOO_LARGE, "{file}超过{value}的上限，请按内容拆成几个文件。"
)
YAML_SHAPE = Reason("POLICY_YAML_SHAPE", Kind.INVALID, "{file} 第{line}行：“{field}”应为{value}。")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it stands on (for an entry of a mapping: the line of its key)."""

    line: int
    value: str | list[Node] | dict[str, Node]

    def plain(self) -> object:
        """The value without lines: text, list or dict of text."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value


@dataclass(frozen=True, slots=True)
class Where:
    """A file, for the words of a fault."""

    file: str

    def fault(self, reason: Reason, line: int, field: str = "", value: object = "", **facts: object) -> Fault:
        """A fault that names this file and ``line``."""
        return Fault(reason, field=field, value=value, file=self.file, line=line, **facts)

    def mapping(self, node: Node, field: str) -> dict[str, Node]:
        """The entries of ``node``; anything but a mapping is refused."""
        if not isinstance(node.value, dict):
            raise self.fault(YAML_SHAPE, node.line, field, "“名称: 值”的形式")
        return node.value

    def items(self, node: Node, field: str) -> list[Node]:
        """The items of ``node``; anything but a list is refused."""
        if not isinstance(node.value, list):
            raise self.fault(YAML_SHAPE, node.line, field, "列表")
        return node.value

    def text(self, node: Node, field: str) -> str:
        """The text of ``node``; a list or mapping is refused."""
        if not isinstance(node.value, str):
            raise self.fault(YAML_SHAPE, node.line, field, "一个文本值")
        return node.value


def read_yaml(text: str, file: str) -> Node:
    """The one document in ``text`` as nodes of text.

    :param file: name used in faults only.
    :raises Fault: ``POLICY_YAML_*`` with file and line.
    """
    where = Where(file)
    try:
        if len(text.encode()) > MAX_BYTES:
            raise Fault(YAML_TOO_LARGE, value=f"{MAX_BYTES}字节", file=file)
        events = yaml.parse(text, Loader=yaml.CBaseLoader)
        return _document(events, where)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise where.fault(YAML_SYNTAX, mark.line + 1 if mark else 1, value=error.problem or "") from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise where.fault(YAML_SYNTAX, 1, value="含有不可见的控制字符") from error


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _document(events: Iterator[yaml.Event], where: Where) -> Node:
    root: Node | None = None
    for event in events:
        line = _line(event)
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise where.fault(YAML_FORBIDDEN, line, value="多个文档（---）")
            if event.tags or event.version:
                raise where.fault(YAML_FORBIDDEN, line, value="YAML指令（%）")
            root = _node(next(events), events, where, depth=1, field="")
    if root is None:
        raise where.fault(YAML_EMPTY, 1, field=where.file)
    return root


def _node(event: yaml.Event, events: Iterator[yaml.Event], where: Where, *, depth: int, field: str) -> Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent):
        raise where.fault(YAML_FORBIDDEN, line, field, "引用（*）")
    if getattr(event, "anchor", None) is not None:
        raise where.fault(YAML_FORBIDDEN, line, field, "锚点（&）")
    if getattr(event, "tag", None) is not None:
        raise where.fault(YAML_FORBIDDEN, line, field, "类型标签（!）")
    if depth > MAX_DEPTH:
        raise where.fault(YAML_FORBIDDEN, line, field, f"超过{MAX_DEPTH}层的嵌套")
    if isinstance(event, yaml.ScalarEvent):
        if event.value == "" and not event.style:
            raise where.fault(YAML_EMPTY, line, field)
        return Node(line, event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(line, _sequence(events, where, depth, field))
    return Node(line, _mapping(events, where, depth))


def _sequence(events: Iterator[yaml.Event], where: Where, depth: int, field: str) -> list[Node]:
    items: list[Node] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, where, depth=depth + 1, field=field))
    return items


def _mapping(events: Iterator[yaml.Event], where: Where, depth: int) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise where.fault(YAML_FORBIDDEN, line, value="列表或引用作名称")
        key = event.value
        if event.anchor is not None or event.tag is not None or key == "<<":
            raise where.fault(YAML_FORBIDDEN, line, key, "锚点、标签或合并键（<<）")
        if key == "":
            raise where.fault(YAML_EMPTY, line, "名称")
        if key in entries:
            raise where.fault(YAML_DUPLICATE, line, key)
        value = _node(next(events), events, where, depth=depth + 1, field=key)
        entries[key] = Node(line, value.value)
    return entries
