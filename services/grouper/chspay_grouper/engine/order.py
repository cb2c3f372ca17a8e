"""The order in which groups are tried, and the repairs it needs.

排序 orders rows, duplicates keep row order. A group whose rule is empty is always true and would
swallow whatever stands after it, so it goes last in its scope, and so do fallback groups (``000``,
``0000``, ``X00``, ``X000``); MDC A is always tried where it stands. A manifest that carries
``unreachable_after_always_true`` has looked at just this and means the order it publishes: there only
fallback groups move.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.manifest import Manifest
from chspay_grouper.engine.workbook import GroupRow, Repair, Tables

PARENT_UNKNOWN = Reason(
    "PARENT_UNKNOWN", Kind.INVALID, "工作表“{sheet}”第{row}行的{code}归属于“{value}”，但上一级表中没有它。"
)
MDC_TWICE = Reason("MDC_TWICE", Kind.INVALID, "工作表“MDC”第{row}行的编码“{value}”重复。")
SCHEME_EMPTY = Reason("SCHEME_EMPTY", Kind.INVALID, "工作表“{value}”没有任何一行，不能分组。")

_FIRST_MDC = "A"


def ordered(
    rows: Sequence[GroupRow], sheet: str, scope: str, manifest: Manifest, repairs: list[Repair]
) -> list[GroupRow]:
    """The rows of one scope in the order they are tried; what was moved is added to ``repairs``.

    :param scope: code of the MDC or ADRG the rows belong to; empty for the MDC sheet.
    """
    seen: dict[str, GroupRow] = {}
    for row in rows:
        first = seen.setdefault(row.order, row)
        if not row.order:
            repairs.append(
                Repair(sheet, row.row, "ORDER_EMPTY", f"{row.code}没有排序，排在{scope or sheet}的最后")
            )
        elif first is not row:
            told = f"{row.code}与{first.code}的排序同为{row.order}，按行的先后"
            repairs.append(Repair(sheet, row.row, "ORDER_TWICE", told))
    published = sorted(rows, key=lambda row: (not row.order, Decimal(row.order or "0")))
    tails = {id(row): _tail(row, sheet, scope, manifest) for row in rows}
    moved = sorted(published, key=lambda row: tails[id(row)])
    for place, row in enumerate(published):
        later = [other for other in published[place + 1 :] if tails[id(other)] < tails[id(row)]]
        if later:
            blocked = f"否则{later[0].code}等{len(later)}组永远轮不到"
            told = f"{row.code}总是成立，移到{scope or sheet}的最后，{blocked}"
            repairs.append(Repair(sheet, row.row, "FALLBACK_MOVED", told))
    return moved


def check_parents(tables: Tables) -> None:
    """Every row belongs to a row that exists.

    :raises Fault: PARENT_UNKNOWN, MDC_TWICE, SCHEME_EMPTY.
    """
    for sheet, rows in (("MDC", tables.mdc), ("ADRG", tables.adrg), ("DRG", tables.drg)):
        if not rows:
            raise Fault(SCHEME_EMPTY, field=sheet, value=sheet)
    mdcs: set[str] = set()
    for row in tables.mdc:
        if row.code in mdcs:
            raise Fault(MDC_TWICE, field="MDC", value=row.code, row=row.row)
        mdcs.add(row.code)
    for row in tables.adrg:
        if row.parent not in mdcs:
            raise Fault(
                PARENT_UNKNOWN, field="ADRG", value=row.parent, sheet="ADRG", row=row.row, code=row.code
            )
    adrgs = {row.code for row in tables.adrg} | {(row.parent, row.code) for row in tables.adrg}
    for row in tables.drg:
        if row.parent not in adrgs or (row.mdc and (row.mdc, row.parent) not in adrgs):
            value = f"{row.mdc} {row.parent}".strip()
            raise Fault(PARENT_UNKNOWN, field="DRG", value=value, sheet="DRG", row=row.row, code=row.code)


def _tail(row: GroupRow, sheet: str, scope: str, manifest: Manifest) -> int:
    if sheet == "MDC":
        if row.code == _FIRST_MDC:
            return 0
        fallback = row.code in ("0", "00", "000", "0000")
    else:
        letter = row.code[:1] if sheet == "DRG" else scope
        fallback = row.code in ("000", "0000", f"{letter}00", f"{letter}000")
    if fallback:
        return 2
    return 0 if row.rule or manifest.keeps_published_order else 1
