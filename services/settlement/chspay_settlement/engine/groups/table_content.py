"""A group table as canonical bytes and back: a run keeps the table it priced with.

Measured figures are ``chspay-groups/1``; those read from a published weight table say which one, and what it
holds besides the groups, as ``chspay-groups/2``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.model import Group, GroupTable, Origin

FORMAT, WEIGHED = "chspay-groups/1", "chspay-groups/2"
TABLE_BROKEN = Reason("GROUP_TABLE_BROKEN", Kind.INVALID, "病组测算表内容不完整或被改动过（{value}）。")
COLUMNS = tuple(field.name for field in fields(Group))


def table_content(table: GroupTable) -> bytes:
    """Canonical JSON of ``table``, one row per group in group order: the same table, the same bytes."""
    content: dict[str, object] = {
        "format": FORMAT,
        "all_cost_fen": table.all_cost_fen,
        "all_cases": table.all_cases,
        "columns": COLUMNS,
        "groups": [[getattr(group, name) for name in COLUMNS] for group in table.groups.values()],
    }
    if table.origin is not None:
        content |= {"format": WEIGHED, "weight_table": _plain(table.origin)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def table_of(content: bytes) -> GroupTable:
    """The table in ``content``, which must be exactly what :func:`table_content` writes.

    :raises Fault: GROUP_TABLE_BROKEN.
    """
    try:
        data = json.loads(content)
        groups = [Group(*row) for row in data["groups"]]
        origin = _origin(data["weight_table"]) if data["format"] == WEIGHED else None
        table = GroupTable.of(data["all_cost_fen"], data["all_cases"], groups, origin)
        same = table_content(table) == content
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(TABLE_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(TABLE_BROKEN, value="不是规范格式")
    return table


def _plain(origin: Origin) -> dict[str, object]:
    return {
        "id": origin.table_id,
        "digest": origin.digest,
        "by_level": {
            drg: [[level, levels[level]] for level in sorted(levels)]
            for drg, levels in origin.by_level.items()
        },
        "exempt": sorted(origin.exempt),
    }


def _origin(data: Mapping[str, Any]) -> Origin:
    by_level = {drg: dict(levels) for drg, levels in data["by_level"].items()}
    return Origin(data["id"], data["digest"], by_level, frozenset(data["exempt"]))
