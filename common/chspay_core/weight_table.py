"""A weight table 权重表: weights and base points of one place, in one canonical form named by its SM3.

It is measured in one place and settled by in another, so its form belongs to neither. Weights and points
are millionths, costs are exact fen; counts of cases say what a figure rests on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.cited import Cited, cited_of
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.exact_text import exact_fraction, fraction_text, known_fraction
from chspay_core.policy import canonical_json, weakest

WEIGHT_TABLE_UNREADABLE = Reason(
    "WEIGHT_TABLE_UNREADABLE",
    Kind.INVALID,
    "不是本系统生成的权重表：{problem}。请用 chspay weights measure --table 生成。",
)

FORMAT = "chspay-weight-table@1"
DRG, TCM, PER_DIEM = "drg", "tcm", "per_diem"
KINDS = (DRG, TCM, PER_DIEM)
_COLUMNS = (
    *("kind", "code", "cases", "kept", "stable", "no_coefficient", "cv", "mean", "median_twice_fen"),
    *("weight_micro", "points_micro", "parts_micro", "levels"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One weight. ``mean`` (fen; of a per-diem category per bed-day) is of the kept cases over the years,
    ``median_twice_fen`` twice the median of all cases, which prices a group that is not stable.

    ``levels`` are (hospital level, weight in millionths), empty when every level has the same weight;
    ``parts_micro`` are drug, consumable, test, service and other, which add up to the weight.
    """

    kind: str
    code: str
    cases: int
    kept: int
    stable: bool
    no_coefficient: bool
    cv: str
    mean: Fraction | None
    median_twice_fen: int
    weight_micro: int
    points_micro: int
    parts_micro: tuple[int, ...]
    levels: tuple[tuple[int, int], ...]

    @property
    def name(self) -> tuple[str, str]:
        """What a row is found by: a code may belong to a DRG and to a TCM group."""
        return self.kind, self.code

    def weight_at(self, level: int | None) -> int | None:
        """The weight (millionths) at a hospital of this level; ``None`` when the table has none for it."""
        if not self.levels:
            return self.weight_micro
        return dict(self.levels).get(level) if level is not None else None


@dataclass(frozen=True)
class WeightTable:
    """A table; nothing in it changes after it is made. ``overall`` is the mean cost of all cases, fen;
    ``scale`` and ``places`` are those of its base points; ``scheme`` is the SM3 of the grouping scheme its
    cases were grouped by, empty when the measuring was not told."""

    table_id: str
    place: str
    on: str
    policy_digest: str
    scheme: str
    scale: str
    places: int
    overall: Fraction
    rows: tuple[Row, ...]
    rules: tuple[Cited, ...]
    content: bytes
    digest: str

    @property
    def artefact(self) -> Artefact:
        """What records of its life speak of."""
        return Artefact(ArtefactKind.WEIGHT_TABLE, self.table_id, self.digest)

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Row]:
        """Rows by kind and code."""
        return {row.name: row for row in self.rows}

    def weakest_evidence(self) -> str:
        """The weakest evidence among the rules it was measured under."""
        return weakest(rule.evidence for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a table holds besides rows and rules; see :class:`WeightTable`."""

    table_id: str
    place: str
    on: str
    policy_digest: str
    scheme: str
    scale: str
    places: int
    overall: Fraction


def seal(facts: Facts, rows: Sequence[Row], rules: Sequence[Cited]) -> WeightTable:
    """A table from its parts, through its canonical form, so that what is used is what is stored."""
    data = {
        "format": FORMAT,
        "id": facts.table_id,
        "place": facts.place,
        "on": facts.on,
        "policy_digest": facts.policy_digest,
        "scheme": facts.scheme,
        "scale": facts.scale,
        "places": str(facts.places),
        "overall": fraction_text(facts.overall),
        "columns": list(_COLUMNS),
        "rows": [_plain(row) for row in sorted(rows, key=lambda row: row.name)],
        "rules": [rule.plain() for rule in sorted(rules, key=lambda rule: rule.key)],
    }
    return load_weight_table(canonical_json(data))


def load_weight_table(content: bytes) -> WeightTable:
    """The table of a canonical form; its digest is the SM3 of exactly these bytes.

    :raises Fault: WEIGHT_TABLE_UNREADABLE.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise Fault(WEIGHT_TABLE_UNREADABLE, problem="格式不符")
        if canonical_json(data) != content:
            raise Fault(WEIGHT_TABLE_UNREADABLE, problem="不是规范写法")
        texts = [data[name] for name in ("id", "place", "on", "policy_digest", "scheme", "scale")]
        if data["columns"] != list(_COLUMNS) or not all(isinstance(text, str) for text in texts):
            raise ValueError("columns")
        rows = tuple(_row(row) for row in data["rows"])
        if [_plain(row) for row in sorted(rows, key=lambda row: row.name)] != data["rows"]:
            raise ValueError("rows")
        found = WeightTable(
            table_id=data["id"],
            place=data["place"],
            on=data["on"],
            policy_digest=data["policy_digest"],
            scheme=data["scheme"],
            scale=data["scale"],
            places=_whole(data["places"]),
            overall=exact_fraction(data["overall"]),
            rows=rows,
            rules=tuple(cited_of(rule) for rule in data["rules"]),
            content=content,
            digest=sm3_hex(content),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
        raise Fault(WEIGHT_TABLE_UNREADABLE, problem=type(error).__name__) from error
    if not found.table_id or found.overall <= 0 or not rows or len(found.by_name) < len(rows):
        raise Fault(WEIGHT_TABLE_UNREADABLE, problem="没有编号或均费，或病组为空、重复")
    return found


def _plain(row: Row) -> list[object]:
    return [
        row.kind,
        row.code,
        str(row.cases),
        str(row.kept),
        "1" if row.stable else "",
        "1" if row.no_coefficient else "",
        row.cv,
        fraction_text(row.mean),
        str(row.median_twice_fen),
        str(row.weight_micro),
        str(row.points_micro),
        [str(part) for part in row.parts_micro],
        [[str(level), str(weight)] for level, weight in row.levels],
    ]


def _row(cells: Sequence[Any]) -> Row:
    """:raises ValueError: cells that no table of ours has."""
    kind, code, cases, kept, stable, no_coefficient, cv, mean, median, weight, points, parts, levels = cells
    found = Row(
        kind=kind,
        code=code,
        cases=_whole(cases),
        kept=_whole(kept),
        stable=stable == "1",
        no_coefficient=no_coefficient == "1",
        cv=cv,
        mean=known_fraction(mean),
        median_twice_fen=_whole(median),
        weight_micro=_whole(weight),
        points_micro=_whole(points),
        parts_micro=tuple(map(_whole, parts)),
        levels=tuple((_whole(level), _whole(micro)) for level, micro in levels),
    )
    sound = kind in KINDS and isinstance(code, str) and code and isinstance(cv, str)
    if not sound or (found.parts_micro and sum(found.parts_micro) != found.weight_micro):
        raise ValueError("row")
    if len(dict(found.levels)) < len(found.levels):
        raise ValueError("levels")
    return found


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("whole number")
    return int(text)
