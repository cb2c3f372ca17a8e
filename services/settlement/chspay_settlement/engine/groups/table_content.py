"""A group table as canonical bytes and back: a run keeps the table it priced with."""

from __future__ import annotations

import json
from dataclasses import fields

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.model import Group, GroupTable

FORMAT = "chspay-groups/1"
TABLE_BROKEN = Reason("GROUP_TABLE_BROKEN", Kind.INVALID, "病组测算表内容不完整或被改动过（{value}）。")
COLUMNS = tuple(field.name for field in fields(Group))


def table_content(table: GroupTable) -> bytes:
    """Canonical JSON of ``table``, one row per group in group order: the same table, the same bytes."""
    content = {
        "format": FORMAT,
        "all_cost_fen": table.all_cost_fen,
        "all_cases": table.all_cases,
        "columns": COLUMNS,
        "groups": [[getattr(group, name) for name in COLUMNS] for group in table.groups.values()],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def table_of(content: bytes) -> GroupTable:
    """The table in ``content``, which must be exactly what :func:`table_content` writes.

    :raises Fault: GROUP_TABLE_BROKEN.
    """
    try:
        data = json.loads(content)
        groups = [Group(*row) for row in data["groups"]]
        table = GroupTable.of(data["all_cost_fen"], data["all_cases"], groups)
        same = table_content(table) == content
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(TABLE_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(TABLE_BROKEN, value="不是规范格式")
    return table
