"""The manifest 清单 beside a workbook: identity, named options, extension scalars, amendments.

A workbook says what the groups are; a manifest says how this edition reads them. An option we do not
know would change answers, so it is refused, never ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.sheetnames import MCC, SHEETS
from chspay_grouper.engine.tree import EXTENSION_SCALARS

MANIFEST_NOT_JSON = Reason("MANIFEST_NOT_JSON", Kind.INVALID, "清单文件不是有效的JSON对象：{problem}。")
MANIFEST_FIELD_BAD = Reason(
    "MANIFEST_FIELD_BAD", Kind.INVALID, "清单文件中“{field}”应为{expected}，收到“{value}”。"
)
MANIFEST_OPTION_UNKNOWN = Reason(
    "MANIFEST_OPTION_UNKNOWN",
    Kind.INVALID,
    "清单文件中的选项“{value}”不认识；它可能改变分组结果，所以拒绝导入。",
)
MANIFEST_EXTENSION_UNKNOWN = Reason(
    "MANIFEST_EXTENSION_UNKNOWN",
    Kind.INVALID,
    "清单文件声明了不认识的扩展变量“{value}”，可用 ZYTS、LYFS、ZZJHXS、KSICU。",
)
AMENDMENT_BAD = Reason(
    "AMENDMENT_BAD", Kind.INVALID, "清单文件第{number}条修订（amendments）有误：{problem}。"
)

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}\Z", re.ASCII)
_RETRY = "retry_ungrouped_with_each_other_procedure"
_SURGICAL = "surgical_case_passes_medical"
_GREY = "grey_codes"
_PREFIX = "member_prefix"
_SWITCHES = (_RETRY, _SURGICAL, _PREFIX)
#: Where an amendment may add a row, and the columns it needs besides ``source``.
_ADDS = {"集合": ("set", "code"), "排除表": ("set", "code"), "CC": ("code", "level")}
_RENAMES = ("MDC", "ADRG", "DRG")


@dataclass(frozen=True, slots=True)
class Amendment:
    """One correction of the published file, with the document that made it."""

    action: str  # add or rename
    sheet: str
    code: str
    source: str
    set_name: str = ""  # 集合编号, for 集合 and 排除表; the exclusion table of a CC row
    name: str = ""
    level: str = ""  # MCC or CC


@dataclass(frozen=True, slots=True)
class Options:
    """How this edition reads its own rules.

    ``retry_ungrouped_with_each_other_procedure``: an ungrouped case with more than one procedure is
    tried again with each other procedure alone (Zhejiang 2022).
    ``surgical_case_passes_medical``: a main procedure in ``OP_ALL`` passes over ADRGs whose second
    letter is R-Z (3.0).
    ``grey_codes`` 灰码: procedures that take no part in grouping; a list, or the name of a set.
    ``member_prefix``: a member ending in ``*`` stands for every code it begins; elsewhere ``*`` is literal.
    """

    retry_ungrouped_with_each_other_procedure: bool = False
    surgical_case_passes_medical: bool = False
    grey_codes: tuple[str, ...] = ()
    grey_set: str = ""
    member_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a scheme needs that its six tables do not say."""

    scheme_id: str
    title: str = ""
    version: str = ""
    usage: str = ""
    options: Options = field(default_factory=Options)
    extensions: tuple[str, ...] = ()
    ambiguous_suffix: str = "QY"
    amendments: tuple[Amendment, ...] = ()
    #: The publisher lists what stands after always-true rows (even as an empty list): the order is meant.
    keeps_published_order: bool = False
    #: Exclusion tables that CC rows name although the edition prints no rows for them.
    without_exclusions: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    #: What a sheet is called in this workbook, by our name.
    sheets: Mapping[str, str] = field(default_factory=dict)


def parse_manifest(content: bytes) -> Manifest:
    """A manifest from its JSON text.

    :raises Fault: naming what is not understood; keys that only document the edition are passed over.
    """
    try:
        data = json.loads(content)
    except ValueError as error:
        raise Fault(MANIFEST_NOT_JSON, problem=str(error)) from error
    if not isinstance(data, dict):
        raise Fault(MANIFEST_NOT_JSON, problem="最外层应为对象")
    scheme_id = _text(data, "id")
    if not _ID.match(scheme_id):
        raise Fault(
            MANIFEST_FIELD_BAD, field="id", value=scheme_id, expected="1至64位字母、数字、点、横线或下划线"
        )
    result = _mapping(data, "result_codes")
    suffix = result.get("ambiguous_suffix", "QY")
    if not isinstance(suffix, str):
        raise Fault(MANIFEST_FIELD_BAD, field="ambiguous_suffix", value=suffix, expected="文字")
    counts = {key: value for key, value in _mapping(data, "counts").items() if isinstance(value, int)}
    return Manifest(
        scheme_id=scheme_id,
        title=_text(data, "title"),
        version=_text(data, "version"),
        usage=_text(data, "usage"),
        options=_options(data),
        extensions=_extensions(data),
        ambiguous_suffix=suffix,
        amendments=_amendments(data.get("amendments") or []),
        keeps_published_order=data.get("unreachable_after_always_true") is not None,
        without_exclusions=frozenset(_texts(data, "cc_without_exclusion_table")),
        counts=counts,
        sheets=_sheets(_mapping(data, "workbook").get("sheets")),
    )


def _sheets(given: object) -> dict[str, str]:
    """``workbook.sheets``: six names in the published order, or an object by published name."""
    if isinstance(given, list) and len(given) == len(SHEETS):
        given = dict(zip(SHEETS, given, strict=True))
    if not isinstance(given, dict):
        return {}
    for sheet, name in given.items():
        if sheet not in (*SHEETS, MCC) or not isinstance(name, str):
            raise Fault(MANIFEST_FIELD_BAD, field="workbook.sheets", value=sheet, expected="六张表的名称")
    return given


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Fault(MANIFEST_FIELD_BAD, field=key, value=value, expected="文字")
    return str(value).strip()


def _texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = data.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Fault(MANIFEST_FIELD_BAD, field=key, value=value, expected="文字的列表")
    return tuple(value)


def _mapping(data: Mapping[str, object], key: str) -> dict[str, object]:
    value = data.get(key) or {}
    if not isinstance(value, dict):
        raise Fault(MANIFEST_FIELD_BAD, field=key, value=value, expected="对象")
    return value


def _options(data: Mapping[str, object]) -> Options:
    given = _mapping(data, "options")
    if _PREFIX in data:
        given = {_PREFIX: data[_PREFIX], **given}
    for name, value in given.items():
        if name in _SWITCHES:
            if not isinstance(value, bool):
                raise Fault(MANIFEST_FIELD_BAD, field=f"options.{name}", value=value, expected="true或false")
        elif name != _GREY and value not in (False, None, "", [], {}):
            raise Fault(MANIFEST_OPTION_UNKNOWN, field="options", value=name)
    grey = given.get(_GREY) or []
    return Options(
        retry_ungrouped_with_each_other_procedure=bool(given.get(_RETRY)),
        surgical_case_passes_medical=bool(given.get(_SURGICAL)),
        grey_codes=() if isinstance(grey, str) else _texts(given, _GREY),
        grey_set=grey if isinstance(grey, str) else "",
        member_prefix=bool(given.get(_PREFIX)),
    )


def _extensions(data: Mapping[str, object]) -> tuple[str, ...]:
    declared = data.get("extensions") or {}
    if not isinstance(declared, (dict, list)) or not all(isinstance(name, str) for name in declared):
        raise Fault(MANIFEST_FIELD_BAD, field="extensions", value=declared, expected="对象或文字的列表")
    for name in declared:
        if name not in EXTENSION_SCALARS:
            raise Fault(MANIFEST_EXTENSION_UNKNOWN, field="extensions", value=name)
    return tuple(sorted(declared))


def _amendments(rows: object) -> tuple[Amendment, ...]:
    if not isinstance(rows, list):
        raise Fault(MANIFEST_FIELD_BAD, field="amendments", value=rows, expected="列表")
    return tuple(_amendment(number, row) for number, row in enumerate(rows, 1))


def _amendment(number: int, row: object) -> Amendment:
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise Fault(AMENDMENT_BAD, number=number, problem="应为对象，值均为文字")
    action, sheet = row.get("action", "add"), row.get("sheet", "")
    if action == "add" and sheet in _ADDS:
        needed: tuple[str, ...] = _ADDS[sheet]
    elif action == "rename" and sheet in _RENAMES:
        needed = ("code", "name")
    else:
        raise Fault(
            AMENDMENT_BAD,
            number=number,
            problem="action应为add（集合、排除表、CC）或rename（MDC、ADRG、DRG）",
        )
    for key in (*needed, "source"):
        if not row.get(key):
            raise Fault(AMENDMENT_BAD, number=number, problem=f"缺少{key}")
    if sheet == "CC" and row["level"] not in ("MCC", "CC"):
        raise Fault(AMENDMENT_BAD, number=number, problem="level应为MCC或CC")
    return Amendment(
        action=action,
        sheet=sheet,
        code=row["code"],
        source=row["source"],
        set_name=row.get("set", ""),
        name=row.get("name", ""),
        level=row.get("level", ""),
    )
