"""The policy folder as text becomes rules: documents, units, regions and places.

Pure over text: ``policy_files`` does the reading. Every fault names file, line and key; functions that
read many things put their faults into a list, so that a person sees all of them at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from chspay_core.amounts import decimal_text
from chspay_core.bundle import check_dates, value_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import EVIDENCE, Document, Rule, Value
from chspay_core.policy_yaml import Node, Where, read_yaml
from chspay_core.regions import check_code

STANDINGS = ("issued", "draft", "notes", "demo")
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z", re.ASCII)
_METHOD = re.compile(r"[a-z][a-z0-9_]*@[1-9][0-9]*\Z", re.ASCII)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z", re.ASCII)
_SM3 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)

CITE_MISSING = Reason(
    "POLICY_CITE_MISSING",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”缺少依据（cite）。请写明文件与条款，例如 hz-2019-draft#二(一)2。",
)
CITE_FORM = Reason(
    "POLICY_CITE_FORM",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的依据“{value}”应写成“文件代号#条款”，例如 hz-2019-draft#二(一)2。",
)
EVIDENCE_MISSING = Reason(
    "POLICY_EVIDENCE_MISSING",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”缺少证据等级（evidence），请写official、unverified或demo。",
)
EVIDENCE_WRONG = Reason(
    "POLICY_EVIDENCE_WRONG",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的证据等级“{value}”与所引文件不符：{why}。",
)
DOCUMENT_ABSENT = Reason(
    "POLICY_DOCUMENT_ABSENT",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”引用的文件“{value}”不在documents.yaml中，请先登记文件。",
)
ARTICLE_ABSENT = Reason(
    "POLICY_ARTICLE_ABSENT",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”引用的条款“{value}”不在该文件登记的条款之中，请核对。",
)
FIELD_MISSING = Reason(
    "POLICY_FIELD_MISSING", Kind.INVALID, "{file} 第{line}行：“{field}”缺少“{value}”，请补上。"
)
FIELD_UNKNOWN = Reason(
    "POLICY_FIELD_UNKNOWN", Kind.INVALID, "{file} 第{line}行：“{field}”里不认识“{value}”，请检查拼写。"
)
FIELD_WRONG = Reason("POLICY_FIELD_WRONG", Kind.INVALID, "{file} 第{line}行：“{field}”{value}。")
UNIT_UNKNOWN = Reason(
    "POLICY_UNIT_UNKNOWN",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”的单位“{value}”不在units.yaml中，请改用已有单位或先登记。",
)
VALUE_WRONG = Reason(
    "POLICY_VALUE_WRONG", Kind.INVALID, "{file} 第{line}行：“{field}”的值“{value}”应为{wanted}。"
)
DOCUMENT_ENDED = Reason(
    "POLICY_DOCUMENT_ENDED",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”自{since}起的规定依据文件“{value}”，而{why}，不能再作依据。",
)
KEY_TWICE = Reason(
    "POLICY_KEY_TWICE",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”在同一地区的{value}里已经写过，请合并到一处。",
)

#: Shape of a unit -> its words in a fault.
SHAPES: Mapping[str, str] = {
    "number": "十进制数字（如0.85）",
    "integer": "整数（如5）",
    "method": "方法名与版本（如linear_add@1）",
    "text": "一个文本",
    "list": "一列文本",
    "table": "一张表（每行是“列: 值”）",
    "day": "日期（如2026-06-30）",
    "month_day": "月日（如06-30）",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its Chinese label and the shape its values have."""

    label: str
    shape: str


@dataclass(frozen=True, slots=True)
class Sourced:
    """A rule and where it is written."""

    rule: Rule
    file: str
    line: int


@dataclass(slots=True)
class Shared:
    """What all places share, and the faults found so far."""

    documents: dict[str, Document] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def fields(
    where: Where, node: Node, name: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Node]:
    """The entries of a mapping that has all ``needed`` and nothing but ``optional`` besides."""
    entries = where.mapping(node, name)
    for entry in entries:
        if entry not in needed and entry not in optional:
            raise where.fault(FIELD_UNKNOWN, entries[entry].line, name, entry)
    for entry in needed:
        if entry not in entries:
            raise where.fault(FIELD_MISSING, node.line, name, entry)
    return entries


def read_units(text: str, file: str, shared: Shared) -> None:
    """``units.yaml``: the units a value may have."""
    where = Where(file)
    for name, node in where.mapping(read_yaml(text, file), file).items():
        try:
            entries = fields(where, node, name, ("label", "shape"))
            shape = where.text(entries["shape"], "shape")
            if shape not in SHAPES:
                raise where.fault(FIELD_WRONG, node.line, name, f"的shape应为{'、'.join(SHAPES)}之一")
            shared.units[name] = Unit(where.text(entries["label"], "label"), shape)
        except Fault as fault:
            shared.faults.append(fault)


def read_regions(text: str, file: str, shared: Shared) -> None:
    """``regions.csv``: code and name of every place known here."""
    where = Where(file)
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != ["code", "name"]:
        raise where.fault(FIELD_WRONG, 1, file, "的第一行应为code,name")
    for line, row in enumerate(rows, start=2):
        try:
            if len(row) != 2 or not row[1] or row[0] in shared.names:
                raise where.fault(FIELD_WRONG, line, row[0] if row else file, "应为代码、名称两列且不重复")
            shared.names[check_code(row[0], f"{file} 第{line}行")] = row[1]
        except Fault as fault:
            shared.faults.append(fault)


def read_schemes(text: str, file: str, shared: Shared) -> None:
    """``schemes.csv``: what rules name (schemes, catalogues, weight tables), by the SM3 of its form."""
    where = Where(file)
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != ["scheme", "sm3"]:
        raise where.fault(FIELD_WRONG, 1, file, "的第一行应为scheme,sm3")
    for line, row in enumerate(rows, start=2):
        if len(row) != 2 or row[0] in shared.schemes or not _SM3.match(row[1]):
            problem = "应为代号与64位十六进制SM3两列且不重复"
            shared.faults.append(where.fault(FIELD_WRONG, line, row[0] if row else file, problem))
        else:
            shared.schemes[row[0]] = row[1]


def read_place(place: str, files: Mapping[str, str], shared: Shared) -> list[Sourced]:
    """The rules of one place from its files (name -> text); faults go to ``shared.faults``."""
    found: list[Sourced] = []
    homes: dict[str, str] = {}
    for file in sorted(files):
        where = Where(file)
        try:
            keys = where.mapping(read_yaml(files[file], file), file)
        except Fault as fault:
            shared.faults.append(fault)
            continue
        for key, node in keys.items():
            if key in homes:
                shared.faults.append(where.fault(KEY_TWICE, node.line, key, homes[key]))
                continue
            homes[key] = file
            found += key_rules(where, place, key, node, shared)
    try:
        check_dates(sourced.rule for sourced in found)
    except Fault as fault:
        shared.faults.append(fault)
    return found


def key_rules(where: Where, place: str, key: str, node: Node, shared: Shared) -> list[Sourced]:
    """The rules of one key of one place; faults go to ``shared.faults``."""
    found: list[Sourced] = []
    try:
        if not _KEY.match(key):
            raise where.fault(FIELD_WRONG, node.line, key, "不是合格的参数名（小写英文，用点分段）")
        entries = fields(where, node, key, ("label", "unit", "rules"), ("note",))
        label = where.text(entries["label"], key)
        unit = where.text(entries["unit"], key)
        if unit not in shared.units:
            raise where.fault(UNIT_UNKNOWN, entries["unit"].line, key, unit)
        items = where.items(entries["rules"], key)
    except Fault as fault:
        shared.faults.append(fault)
        return found
    for item in items:
        try:
            rule = _rule(where, place, (key, label, unit), item, shared)
        except Fault as fault:
            shared.faults.append(fault)
        else:
            found.append(Sourced(rule, where.file, item.line))
    return found


def _rule(where: Where, place: str, head: tuple[str, str, str], item: Node, shared: Shared) -> Rule:
    key, label, unit = head
    entries = where.mapping(item, key)
    if "cite" not in entries:
        raise where.fault(CITE_MISSING, item.line, key)
    if "evidence" not in entries:
        raise where.fault(EVIDENCE_MISSING, item.line, key)
    fields(where, item, key, ("since", "value", "cite", "evidence"), ("until", "note"))
    cite = where.text(entries["cite"], key)
    evidence = where.text(entries["evidence"], key)
    _check_citation(where, key, entries["cite"].line, cite, evidence, shared.documents)
    value = _value(where, key, entries["value"], shared.units[unit].shape)
    since = _day(where, key, entries["since"])
    ended = ended_basis(cite.partition("#")[0], since, shared.documents)
    if ended:
        document = cite.partition("#")[0]
        raise where.fault(DOCUMENT_ENDED, entries["cite"].line, key, document, since=since, why=ended)
    until = _day(where, key, entries["until"]) if "until" in entries else None
    return Rule(key, label, unit, since, value, cite, evidence, place, until)


def _check_citation(
    where: Where, key: str, line: int, cite: str, evidence: str, documents: Mapping[str, Document]
) -> None:
    name, mark, article = cite.partition("#")
    if not (name and mark and article):
        raise where.fault(CITE_FORM, line, key, cite)
    document = documents.get(name)
    if document is None:
        raise where.fault(DOCUMENT_ABSENT, line, key, name)
    if document.articles and article not in document.articles:
        raise where.fault(ARTICLE_ABSENT, line, key, article)
    if evidence not in EVIDENCE:
        raise where.fault(EVIDENCE_WRONG, line, key, evidence, why=f"只能是{'、'.join(EVIDENCE)}")
    if evidence == "official" and document.standing != "issued":
        raise where.fault(EVIDENCE_WRONG, line, key, evidence, why="official只能引用已印发（issued）的文件")
    if (evidence == "demo") != (document.standing == "demo"):
        raise where.fault(EVIDENCE_WRONG, line, key, evidence, why="demo规则引用演示文件，且只有它可以")


def ended_basis(document: str, day: date, documents: Mapping[str, Document]) -> str:
    """Why a document no longer carries a rule that begins on ``day``, in words; empty when it does.

    A document falls with one it rests on (``based_on``), however far up.
    """
    seen, step = {document}, [document]
    while step:
        name = step.pop()
        found = documents.get(name)
        if found is None:
            continue
        ends = repealed_on(name, documents)
        if ends is not None and day >= ends:
            return f"文件“{name}”已于{ends}废止"
        step += [other for other in found.based_on if other not in seen]
        seen.update(found.based_on)
    return ""


def repealed_on(document: str, documents: Mapping[str, Document]) -> date | None:
    """The first day a document is no longer in force: its own ``repealed``, or the day a document that
    replaces it takes effect, whichever comes first; ``None`` while nothing is known to end it."""
    days = [documents[document].repealed] if document in documents else []
    days += [other.effective for other in documents.values() if document in other.replaces]
    known = sorted(parse_day(day) for day in days if day)
    return known[0] if known else None


def _day(where: Where, key: str, node: Node) -> date:
    text = where.text(node, key)
    try:
        return parse_day(text)
    except Fault as fault:
        raise where.fault(VALUE_WRONG, node.line, key, text, wanted=SHAPES["day"]) from fault


def _value(where: Where, key: str, node: Node, shape: str) -> Value:
    try:
        value = value_of(node.plain())
    except ValueError as error:
        raise where.fault(VALUE_WRONG, node.line, key, "（嵌套过深）", wanted=SHAPES[shape]) from error
    if not fits(value, shape):
        shown = value if isinstance(value, str) else "（表）"
        raise where.fault(VALUE_WRONG, node.line, key, shown, wanted=SHAPES[shape])
    return value


def fits(value: Value, shape: str) -> bool:
    """Whether a value has the shape of its unit."""
    if shape in {"list", "table"}:
        wanted = str if shape == "list" else Mapping
        return isinstance(value, tuple) and all(isinstance(item, wanted) for item in value)
    if not isinstance(value, str):
        return False
    patterns = {"method": _METHOD, "month_day": _MONTH_DAY}
    if shape in patterns:
        return patterns[shape].match(value) is not None
    try:
        if shape == "day":
            parse_day(value)
        elif shape in {"number", "integer"}:
            number = decimal_text(value)
            return shape == "number" or number.as_tuple().exponent == 0
    except Fault:
        return False
    return True
