"""A grouping scheme 分组方案: immutable, in one canonical form, named by the SM3 of that form.

imported = import_scheme(sheets_from_bytes(workbook), manifest)   # checks, repairs, parses
scheme = load_scheme(imported.scheme.content)                     # the same scheme, byte for byte
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.manifest import Manifest, Options, parse_manifest
from chspay_grouper.engine.order import check_parents, ordered
from chspay_grouper.engine.rule import parse_rule
from chspay_grouper.engine.sheets import Rows, sheets_from_bytes, sheets_from_tables
from chspay_grouper.engine.tree import VIRTUAL_SETS, Node, entry_sets
from chspay_grouper.engine.workbook import GroupRow, Repair, Tables, read_tables

SCHEME_UNREADABLE = Reason(
    "SCHEME_UNREADABLE",
    Kind.INVALID,
    "不是本系统导入的分组方案：{problem}。请先用 chspay scheme import 导入。",
)
OPTION_SET_MISSING = Reason(
    "OPTION_SET_MISSING", Kind.INVALID, "选项“{field}”需要集合“{value}”，但“集合”表中没有它。"
)
SET_NAME_RESERVED = Reason(
    "SET_NAME_RESERVED", Kind.INVALID, "集合名“{value}”是保留名（按CC表与排除表计算），不能在“集合”表中定义。"
)

FORMAT = "chspay-scheme@1"
#: The set of all procedures that count as operations.
ALL_OPERATIONS = "OP_ALL"


@dataclass(frozen=True, slots=True)
class Group:
    """An MDC, ADRG or DRG: its rule as published, the tree of it, and the groups inside it in order."""

    code: str
    name: str
    rule: str
    tree: Node
    children: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A grouping scheme; nothing in it changes after it is built."""

    scheme_id: str
    title: str
    version: str
    usage: str
    options: Options
    extensions: tuple[str, ...]
    ambiguous_suffix: str
    mdcs: tuple[Group, ...]
    sets: Mapping[str, frozenset[str]]
    #: (code, MCC or CC) -> exclusion table; the empty table excludes nobody.
    cc: Mapping[tuple[str, str], str]
    exclusions: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    content: bytes
    digest: str

    @property
    def artefact(self) -> Artefact:
        """What records of its life speak of."""
        return Artefact(ArtefactKind.SCHEME, self.scheme_id, self.digest)

    def adrgs(self) -> Iterator[tuple[Group, Group]]:
        """Every (MDC, ADRG) in the order they are tried."""
        for mdc in self.mdcs:
            for adrg in mdc.children:
                yield mdc, adrg

    def trees(self) -> list[Node]:
        """The tree of every rule."""
        groups = [group for _, adrg in self.adrgs() for group in (adrg, *adrg.children)]
        return [group.tree for group in (*self.mdcs, *groups)]

    def entry_trees(self) -> list[Node]:
        """The rules of the MDCs that a principal diagnosis enters; MDC A asks for procedures only."""
        return [mdc.tree for mdc in self.mdcs if entry_sets([mdc.tree])]

    def is_ambiguous(self, mdc: Group, adrg: Group) -> bool:
        """Whether the ADRG is the MDC's ambiguous group 歧义组, e.g. ``FQY``."""
        return bool(self.ambiguous_suffix) and adrg.code == mdc.code + self.ambiguous_suffix

    def counts(self) -> dict[str, int]:
        """How many of everything the scheme holds, under the names a manifest uses."""
        adrgs = list(self.adrgs())
        return {
            "mdc": len(self.mdcs),
            "adrg": len(adrgs),
            "qy": sum(self.is_ambiguous(mdc, adrg) for mdc, adrg in adrgs),
            "drg": sum(len(adrg.children) for _, adrg in adrgs),
            "sets": len(self.sets),
            "set_members": sum(len(members) for members in self.sets.values()),
            "mcc": sum(level == "MCC" for _, level in self.cc),
            "cc": sum(level == "CC" for _, level in self.cc),
            "exclusion_tables": len(self.exclusions),
            "exclusion_rows": sum(len(members) for members in self.exclusions.values()),
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """A scheme just read from a workbook, what was repaired, and where each group stands in the file."""

    scheme: Scheme
    repairs: tuple[Repair, ...]
    #: ``"ADRG BB1"`` -> row of the sheet.
    rows: Mapping[str, int]


def import_scheme(sheets: Mapping[str, Rows], manifest: Manifest) -> Imported:
    """Read, repair, check and seal a workbook.

    :raises Fault: naming sheet, row and, in a rule, the position of what is wrong.
    """
    tables = read_tables(sheets, manifest)
    check_parents(tables)
    _check_options(tables, manifest)
    repairs = list(tables.repairs)
    mdcs = _nest(tables, manifest, repairs)
    content = _canonical(mdcs, tables, manifest)
    scheme = load_scheme(content)
    for name, number in scheme.counts().items():
        told = manifest.counts.get(name, number)
        if told != number:
            repairs.append(Repair("清单", 0, "COUNT_DIFFERS", f"{name}实有{number}，清单文件写{told}"))
    rows = {
        f"{sheet} {row.code}": row.row
        for sheet, held in (("MDC", tables.mdc), ("ADRG", tables.adrg), ("DRG", tables.drg))
        for row in held
    }
    return Imported(scheme, tuple(repairs), rows)


def import_workbook(workbook: bytes, manifest: bytes) -> Imported:
    """A scheme from an .xlsx file or a zip of CSV tables, and its manifest."""
    known = parse_manifest(manifest)
    return import_scheme(sheets_from_bytes(workbook, known.sheets), known)


def import_tables(tables: Mapping[str, bytes], manifest: bytes) -> Imported:
    """A scheme from the six CSV tables (``{"MDC.csv": b"..."}``) and its manifest."""
    known = parse_manifest(manifest)
    return import_scheme(sheets_from_tables(tables, known.sheets), known)


def load_scheme(content: bytes) -> Scheme:
    """The scheme of a canonical form; its digest is the SM3 of exactly these bytes.

    :raises Fault: SCHEME_UNREADABLE.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise Fault(SCHEME_UNREADABLE, problem=f"格式为{data['format']}")
        options = Options(**{**data["options"], "grey_codes": tuple(data["options"]["grey_codes"])})
        sets = {name: frozenset(codes) for name, codes in data["sets"].items()}
        extensions = tuple(data["extensions"])
        return Scheme(
            scheme_id=data["id"],
            title=data["title"],
            version=data["version"],
            usage=data["usage"],
            options=options,
            extensions=extensions,
            ambiguous_suffix=data["ambiguous_suffix"],
            mdcs=_Parsed(sets, extensions).groups(data["groups"]),
            sets=sets,
            cc={(code, level): table for code, level, table in data["cc"]},
            exclusions={name: frozenset(codes) for name, codes in data["exclusions"].items()},
            names=data["names"],
            content=content,
            digest=sm3_hex(content),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(SCHEME_UNREADABLE, problem=type(error).__name__) from error


class _Parsed:
    """Groups from their canonical form; a rule that many groups share is parsed once."""

    def __init__(self, sets: Mapping[str, frozenset[str]], extensions: tuple[str, ...]) -> None:
        self._sets = sets
        self._extensions = extensions
        self._trees: dict[str, Node] = {}

    def groups(self, entries: list[list[object]]) -> tuple[Group, ...]:
        """The groups of one level, in order, with everything inside them."""
        return tuple(self._group(*entry) for entry in entries)

    def _group(self, code: object, name: object, rule: object, children: object) -> Group:
        texts = isinstance(code, str) and isinstance(name, str) and isinstance(rule, str)
        if not texts or not isinstance(children, list):
            raise TypeError("group")
        return Group(str(code), str(name), str(rule), self._tree(str(rule), str(code)), self.groups(children))

    def _tree(self, rule: str, code: str) -> Node:
        tree = self._trees.get(rule)
        if tree is None:
            tree = parse_rule(rule, sets=self._sets, extensions=self._extensions, sheet="方案", code=code)
            self._trees[rule] = tree
        return tree


def _check_options(tables: Tables, manifest: Manifest) -> None:
    for name in VIRTUAL_SETS & tables.sets.keys():
        raise Fault(SET_NAME_RESERVED, field="集合", value=name)
    options = manifest.options
    needed = {"grey_codes": options.grey_set}
    needed["surgical_case_passes_medical"] = ALL_OPERATIONS if options.surgical_case_passes_medical else ""
    for field, name in needed.items():
        if name and name not in tables.sets:
            raise Fault(OPTION_SET_MISSING, field=field, value=name)


def _nest(tables: Tables, manifest: Manifest, repairs: list[Repair]) -> list[list[object]]:
    """Groups in order, each as ``[code, name, rule, children]``, every rule parsed once to check it."""
    adrgs: dict[str, list[GroupRow]] = defaultdict(list)
    for row in tables.adrg:
        adrgs[row.parent].append(row)
    drgs: dict[tuple[str, str], list[GroupRow]] = defaultdict(list)
    for row in tables.drg:
        drgs[(row.mdc, row.parent)].append(row)

    def entry(sheet: str, row: GroupRow, children: list[list[object]]) -> list[object]:
        parse_rule(
            row.rule,
            sets=tables.sets,
            extensions=manifest.extensions,
            sheet=sheet,
            row=row.row,
            code=row.code,
        )
        return [row.code, row.name, row.rule, children]

    def drg_entries(mdc: str, adrg: str) -> list[list[object]]:
        rows = [*drgs[(mdc, adrg)], *drgs[("", adrg)]]
        rows.sort(key=lambda row: row.row)
        return [entry("DRG", row, []) for row in ordered(rows, "DRG", adrg, manifest, repairs)]

    def adrg_entries(mdc: str) -> list[list[object]]:
        rows = ordered(adrgs[mdc], "ADRG", mdc, manifest, repairs)
        return [entry("ADRG", row, drg_entries(mdc, row.code)) for row in rows]

    return [
        entry("MDC", row, adrg_entries(row.code)) for row in ordered(tables.mdc, "MDC", "", manifest, repairs)
    ]


def _canonical(groups: list[list[object]], tables: Tables, manifest: Manifest) -> bytes:
    options = manifest.options
    data = {
        "format": FORMAT,
        "id": manifest.scheme_id,
        "title": manifest.title,
        "version": manifest.version,
        "usage": manifest.usage,
        "options": {name: getattr(options, name) for name in Options.__dataclass_fields__},
        "extensions": list(manifest.extensions),
        "ambiguous_suffix": manifest.ambiguous_suffix,
        "groups": groups,
        "sets": {name: sorted(codes) for name, codes in tables.sets.items()},
        "cc": sorted([code, level, table] for (code, level), table in tables.cc.items()),
        "exclusions": {name: sorted(codes) for name, codes in tables.exclusions.items()},
        "names": tables.names,
    }
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()
