"""From a record to the key it is grouped by: exclusion, early groups, mergers, subdivision, basic rule.

The order is that of DIP 3.0 技术规范（征求意见稿）第三章: 排除表、先期分组、并项、诊断辅助细分、基本规则.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chspay_core.case import DIAGNOSIS_MISSING
from chspay_grouper.engine.answers import PRINCIPAL_UNKNOWN
from chspay_grouper.engine.dip.codes import TAKES_PART, Diagnosis, Procedure
from chspay_grouper.engine.dip.record import Record
from chspay_grouper.engine.dip.tables import Tables, codes_of
from chspay_grouper.engine.dip.terms import Terms
from chspay_grouper.engine.trace import Step

Tell = Callable[[Step], None]

EARLY, MERGED, SUBDIVIDED, BASIC = "early", "merged", "subdivided", "basic"
#: TCM advantage groups 中医优势病种 and bed-days 床日病种: groups by list, without auxiliary subtype.
TCM, BED_DAY = "tcm", "bed_day"
#: Rules whose group is named by the shape alone.
NAMED = frozenset({EARLY, TCM, BED_DAY})
MEDICAL = "medical"
#: Reasons of a case that DIP does not place.
EXCLUDED_PRINCIPAL = "DIP_PRINCIPAL_EXCLUDED"
RECORD_UNREADABLE = "DIP_RECORD_UNREADABLE"
DAYS_MISSING = "DIP_DAYS_MISSING"
_RANK = {kind: rank for rank, kind in enumerate(TAKES_PART)}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a case is grouped by. ``others`` are the procedures that take part besides the main one."""

    rule: str
    diagnosis: str
    subdivision: str = ""
    main: str = ""
    others: frozenset[str] = frozenset()
    category: str = ""
    kind: str = MEDICAL


@dataclass(frozen=True, slots=True)
class _Early:
    id: str
    name: str
    procedures: tuple[str, ...]
    also: tuple[str, ...]
    weights: tuple[int, int] | None
    age_days_max: int


@dataclass(frozen=True, slots=True)
class _Merge:
    id: str
    name: str
    parts: tuple[tuple[str, ...], ...]  # combined: each part must be met; equivalent: one part


@dataclass(frozen=True, slots=True)
class _Subdivision:
    id: str
    name: str
    principal: tuple[str, ...]
    other: tuple[str, ...]
    procedures: tuple[str, ...]


class Shaper:
    """Turns records into shapes under one set of tables; :meth:`shape` tells what it did when asked."""

    def __init__(self, tables: Tables, terms: Terms) -> None:
        self._terms = terms
        rows = tables.rows
        self._early = [
            _Early(
                row["id"],
                row["name"],
                codes_of(row["procedures"]),
                codes_of(row["also"]),
                (int(row["weight_from"]), int(row["weight_to"])) if row["weight_from"] else None,
                int(row["age_days_max"] or 0),
            )
            for row in rows["early"]
        ]
        light = [(early.weights[1], early.age_days_max) for early in self._early if early.weights]
        #: The greatest weight (g) and age (days) any early group of newborns asks for.
        self.newborns = (max((w for w, _ in light), default=-1), max((d for _, d in light), default=-1))
        merges = [
            (
                row["kind"],
                _Merge(row["id"], row["name"], tuple(codes_of(part) for part in row["codes"].split("+"))),
            )
            for row in rows["merge"]
        ]
        self._combined = [merge for kind, merge in merges if kind == "combined"]
        self._equivalent = [merge for kind, merge in merges if kind == "equivalent"]
        self._subdivisions = [
            _Subdivision(
                row["id"], row["name"], *(codes_of(row[n]) for n in ("principal", "other", "procedures"))
            )
            for row in rows["subdivision"]
        ]
        self.names = {
            row["id"]: row["name"] for name in ("early", "merge", "subdivision") for row in rows[name]
        }

    def shape(self, record: Record, tell: Tell | None = None, tcm: bool = True) -> Shape | str:
        """The shape of a record, or the reason it has none.

        :param tcm: whether a TCM group may be its group; false where the catalogue has none of that name.
        """
        refused = self._refused(record, tell)
        if refused:
            return refused
        principal = record.diagnoses[0]
        listed = self._listed(record, tcm, tell)
        if listed is not None:
            return listed
        early = self._first_early(record)
        if early is not None:
            if tell:
                tell(Step("early", "taken", early.id, early.name, note="先期分组成立"))
            return Shape(EARLY, early.id, category=principal.category)
        taking = _taking_part(record.procedures, tell)
        labels = [(procedure.label, procedure.kind) for procedure in taking]
        merged = principal.merged
        if any(procedure.merges for procedure in taking):
            labels, used = self._merge(taking, tell)
            merged = merged or used
        if principal.merged and tell:
            name = self.names[principal.merged]
            tell(
                Step("merge", "taken", principal.merged, name, note=f"主要诊断按3位{principal.category}合并")
            )
        subdivision = ""
        if principal.subdivides:
            subdivision = self._subdivide(principal, record, tell)
        rule = MERGED if merged else SUBDIVIDED if subdivision else BASIC
        if not labels:
            return Shape(rule, principal.label, subdivision, category=principal.category)
        main, kind = labels[0]
        others = (
            frozenset(label for label, _ in labels[1:] if label != main) if len(labels) > 1 else frozenset()
        )
        return Shape(rule, principal.label, subdivision, main, others, principal.category, kind)

    def _listed(self, record: Record, tcm: bool, tell: Tell | None) -> Shape | str | None:
        """A bed-day or TCM group by list, before anything else is looked at."""
        terms, category = self._terms, record.diagnoses[0].category
        ward = terms.bed_days.get(record.department, "")
        if ward:
            if not record.los_days:
                return DAYS_MISSING
            if tell:
                tell(
                    Step("bed_day", "taken", ward, note=f"科室{record.department}按床日，{record.los_days}天")
                )
            return Shape(BED_DAY, ward, category=category)
        group = terms.tcm.get(record.tcm, "") if tcm else ""
        if not group:
            return None
        spent, cost = record.tcm_cost, record.cost
        passed = spent is not None and cost is not None and spent >= terms.tcm_ratio * cost
        if tell:
            told = "达到" if passed else "没有达到"
            tell(
                Step(
                    "tcm",
                    "taken" if passed else "failed",
                    group,
                    hits=(record.tcm,),
                    note=f"中治率{told}下限",
                )
            )
        return Shape(TCM, group, category=category) if passed else None

    def _refused(self, record: Record, tell: Tell | None) -> str:
        if not record.diagnoses or not record.diagnoses[0].code:
            reason, note = DIAGNOSIS_MISSING.code, "缺少主要诊断"
        elif record.bad:
            reason, note = RECORD_UNREADABLE, "有字段不能读取、小于零，或日期颠倒"
        elif not record.diagnoses[0].category:
            reason, note = PRINCIPAL_UNKNOWN, "主要诊断不是ICD-10编码"
        elif record.diagnoses[0].excluded:
            reason, note = EXCLUDED_PRINCIPAL, f"主要诊断在排除表中：{record.diagnoses[0].excluded}"
        else:
            return ""
        if tell:
            code = record.diagnoses[0].code if record.diagnoses else ""
            tell(Step("exclusion", "failed", code, note=note))
        return reason

    def _first_early(self, record: Record) -> _Early | None:
        weight, days = record.weight_g, record.age_days
        newborn = weight is not None and days is not None
        if not newborn and not any(procedure.early for procedure in record.procedures):
            return None
        codes = [procedure.code for procedure in record.procedures if not procedure.excluded]
        for early in self._early:
            if early.weights is not None:
                if weight is not None and days is not None and days <= early.age_days_max:
                    low, high = early.weights
                    if low <= weight <= high:
                        return early
            elif _any_begins(codes, early.procedures) and (not early.also or _any_begins(codes, early.also)):
                return early
        return None

    def _merge(self, taking: list[Procedure], tell: Tell | None) -> tuple[list[tuple[str, str]], str]:
        """Labels and kinds after combined and equivalent procedures became one, and the merger used."""
        rows = [(procedure.code, procedure.label, procedure.kind) for procedure in taking]
        used = ""
        for merge in self._combined:
            codes = [code for code, _, _ in rows]
            if not all(_any_begins(codes, part) for part in merge.parts):
                continue
            every = tuple(code for part in merge.parts for code in part)
            rows = _replaced(rows, every, merge, tell)
            used = used or merge.id
        for merge in self._equivalent:
            if _any_begins([code for code, _, _ in rows], merge.parts[0]):
                rows = _replaced(rows, merge.parts[0], merge, tell)
                used = used or merge.id
        return [(label, kind) for _, label, kind in rows], used

    def _subdivide(self, principal: Diagnosis, record: Record, tell: Tell | None) -> str:
        others = [diagnosis.code for diagnosis in record.diagnoses[1:]]
        procedures = [procedure.code for procedure in record.procedures]
        for each in self._subdivisions:
            if (
                principal.code.startswith(each.principal)
                and (not each.other or _any_begins(others, each.other))
                and (not each.procedures or _any_begins(procedures, each.procedures))
            ):
                if tell:
                    hits = tuple(code for code in others if code.startswith(each.other or ("\0",)))
                    tell(Step("subdivision", "taken", each.id, each.name, hits=hits, note="诊断辅助细分成立"))
                return each.id
        return ""


def _taking_part(procedures: Sequence[Procedure], tell: Tell | None) -> list[Procedure]:
    """Procedures that group, each once, in the order of the record; the first is the main one."""
    found: list[Procedure] = []
    for procedure in procedures:
        if not procedure.code or procedure in found:
            continue
        if procedure.excluded or procedure.kind not in _RANK:
            if tell:
                why = procedure.excluded or ("简单操作" if procedure.kind else "不在手术操作类别表中")
                tell(Step("exclusion", "dropped", procedure.code, note=f"{why}，不参与入组"))
            continue
        found.append(procedure)
    return found


def _replaced(
    rows: list[tuple[str, str, str]], parts: tuple[str, ...], merge: _Merge, tell: Tell | None
) -> list[tuple[str, str, str]]:
    hits = [row for row in rows if row[0].startswith(parts)]
    kind = max((row[2] for row in hits), key=_RANK.__getitem__)
    at = rows.index(hits[0])
    kept = [row for row in rows if row not in hits]
    before = sum(row not in hits for row in rows[:at])
    if tell:
        codes = tuple(row[0] for row in hits)
        tell(Step("merge", "taken", merge.id, merge.name, hits=codes, note=f"{'、'.join(codes)}并为一项"))
    return [*kept[:before], (merge.id, merge.id, kind), *kept[before:]]


def _any_begins(codes: Iterable[str], prefixes: tuple[str, ...]) -> bool:
    return any(code.startswith(prefixes) for code in codes)
