"""The published figures of groups: one commitment for everybody, the rows a hospital needs in the open.

Every row is hashed under its own salt, and one digest covers the figures of all groups and every row's hash.
A hospital gets the rows of the groups it has cases in, with their salts, and the hashes of the others; so it
knows that the table it is priced with is everybody's, and does not see groups it never treated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from chspay_core.digest import sm3_bytes, sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.groups.table_content import COLUMNS
from chspay_settlement.engine.model import Group, GroupTable, Origin
from chspay_settlement.engine.proof.leaves import framed

GROUPS_BROKEN = Reason("PROOF_GROUPS_BROKEN", Kind.INVALID, "病组测算表摘录无法识别（{value}）。")
GROUPS_DIFFER = Reason(
    "PROOF_GROUPS_DIFFER",
    Kind.PRECONDITION,
    "病组测算表与结算单公布的不一致（应为{expected}，算得{found}），不是全体医疗机构共用的那一张。",
)
FORMAT = "chspay-groups-extract/1"
_SALT = b"group"


class Extract(NamedTuple):
    """Some rows of a group table, by group with their salts (hex), and the hash of every row in order."""

    head: Mapping[str, Any]
    rows: Mapping[str, tuple[str, list[Any]]]
    hashes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What is published of the table: SM3 over its head and the hashes of its rows."""
        return sm3_hex(_json(self.head) + bytes.fromhex("".join(self.hashes)))

    @property
    def table(self) -> GroupTable:
        """The rows as a table to price with.

        :raises Fault: PROOF_GROUPS_BROKEN.
        """
        try:
            groups, by_level, exempt = [], {}, set()
            for drg, (_, row) in self.rows.items():
                *own, levels, free = row
                group = Group(*own)
                if group.drg != drg:
                    raise ValueError(drg)
                groups.append(group)
                if levels is not None:
                    by_level[drg] = dict(levels)
                if free:
                    exempt.add(drg)
            named = self.head["weight_table"]
            origin = Origin(named["id"], named["digest"], by_level, frozenset(exempt)) if named else None
            return GroupTable.of(self.head["all_cost_fen"], self.head["all_cases"], groups, origin)
        except (KeyError, TypeError, ValueError) as error:
            raise Fault(GROUPS_BROKEN, value=type(error).__name__) from error

    def content(self) -> bytes:
        """The extract as canonical JSON."""
        return _json(
            {
                "format": FORMAT,
                "head": dict(self.head),
                "columns": [*COLUMNS, "by_level", "no_coefficient"],
                "rows": {drg: [salt, row] for drg, (salt, row) in self.rows.items()},
                "hashes": list(self.hashes),
            }
        )

    def check(self, published: str) -> None:
        """Refuse unless every row is one of the table that was published, and its only row of the group.

        :raises Fault: PROOF_GROUPS_DIFFER.
        """
        if self.digest != published:
            raise Fault(GROUPS_DIFFER, expected=published, found=self.digest)
        hashes = set(self.hashes)
        for salt, row in self.rows.values():
            found = _row_hash(bytes.fromhex(salt), row)
            if found not in hashes:
                raise Fault(GROUPS_DIFFER, expected=published, found=found)


def extract_of(table: GroupTable, seed: bytes, wanted: Collection[str] = ()) -> Extract:
    """The rows ``wanted`` of a table under the commitment of all of it."""
    rows = {drg: _row(table, drg) for drg in sorted(table.groups)}
    salts = {drg: sm3_bytes(seed + framed(_SALT, drg)) for drg in rows}
    hashes = tuple(_row_hash(salts[drg], row) for drg, row in rows.items())
    shown = {drg: (salts[drg].hex(), rows[drg]) for drg in sorted(wanted) if drg in rows}
    origin = table.origin
    named = None if origin is None else {"id": origin.table_id, "digest": origin.digest}
    head = {"all_cost_fen": table.all_cost_fen, "all_cases": table.all_cases, "weight_table": named}
    return Extract(head, shown, hashes)


def parse_extract(content: bytes) -> Extract:
    """The extract in ``content``, which must be exactly what :meth:`Extract.content` writes.

    :raises Fault: PROOF_GROUPS_BROKEN.
    """
    try:
        data = json.loads(content)
        rows = {drg: (salt, row) for drg, (salt, row) in data["rows"].items()}
        found = Extract(data["head"], rows, tuple(data["hashes"]))
        same = found.content() == content
        _ = found.digest
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(GROUPS_BROKEN, value=type(error).__name__) from error
    if not same:
        raise Fault(GROUPS_BROKEN, value="不是规范格式")
    return found


def _row(table: GroupTable, drg: str) -> list[Any]:
    group, origin = table.groups[drg], table.origin
    levels = None
    if origin is not None and drg in origin.by_level:
        levels = [[level, origin.by_level[drg][level]] for level in sorted(origin.by_level[drg])]
    free = origin is not None and drg in origin.exempt
    return [*(getattr(group, name) for name in COLUMNS), levels, free]


def _row_hash(salt: bytes, row: list[Any]) -> str:
    return sm3_bytes(salt + _json(row)).hex()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
