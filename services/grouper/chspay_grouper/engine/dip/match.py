"""The DIP grouper: core with most matched related procedures, comprehensive, then the local rule.

One function decides for single cases, batches and traces alike; it tells its steps when asked.
Order: DIP 3.0 技术规范（征求意见稿）第三章.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO, plain
from chspay_core.amounts import from_micro as decimal_of
from chspay_core.case import Case, Status
from chspay_core.worksheet import Worksheet
from chspay_grouper.engine.dip.auxiliary import Classifier, Subtype, best
from chspay_grouper.engine.dip.catalogue import CORE, KIND_NAMES, Catalogue, Group
from chspay_grouper.engine.dip.codes import Lexicon
from chspay_grouper.engine.dip.measure import rounded_micro
from chspay_grouper.engine.dip.record import Record, record_of
from chspay_grouper.engine.dip.shape import (
    BED_DAY,
    DAYS_MISSING,
    EARLY,
    EXCLUDED_PRINCIPAL,
    MEDICAL,
    NAMED,
    TCM,
    Shape,
    Shaper,
    Tell,
)
from chspay_grouper.engine.trace import Step

#: Reasons of a case no group of the catalogue takes; it is settled by the local rule.
NO_DIP_GROUP = "DIP_NO_GROUP"
EARLY_NOT_LISTED = "DIP_EARLY_NOT_LISTED"
LOCAL = (NO_DIP_GROUP, EARLY_NOT_LISTED)
_UNPLACED = {NO_DIP_GROUP, EARLY_NOT_LISTED, EXCLUDED_PRINCIPAL, "PRINCIPAL_UNKNOWN"}


@dataclass(frozen=True, slots=True)
class DipAnswer:
    """The group and subtype of a case; both None and ``reason`` set when there is none."""

    status: Status
    group: Group | None = None
    subtype: Subtype | None = None
    reason: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the local rule settles the case."""
        return self.reason in LOCAL


@dataclass(frozen=True, slots=True)
class DipTrace:
    """The answer of a case and every step that led to it."""

    answer: DipAnswer
    steps: tuple[Step, ...]


class DipGrouper:
    """Groups cases under one catalogue; built once, safe to share."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.lexicon = Lexicon(catalogue.tables, catalogue.terms.characters)
        self._shaper = Shaper(catalogue.tables, catalogue.terms)
        self.newborns = self._shaper.newborns
        self._classifier = Classifier(catalogue.terms, catalogue.tables)
        self._to_medical = catalogue.terms.method["dip.comprehensive_fallback"] == "medical@1"
        #: By rule and code: early groups, TCM groups, bed-days.
        self._named: dict[tuple[str, str], Group] = {}
        self._core: dict[tuple[str, str, str], list[tuple[frozenset[str], Group]]] = {}
        self._wide: dict[tuple[str, str], Group] = {}
        for group in sorted(catalogue.groups, key=lambda group: group.order):
            if group.rule in NAMED:
                self._named[group.rule, group.code] = group
            elif group.level == CORE:
                key = (group.diagnosis, group.subdivision, group.main)
                self._core.setdefault(key, []).append((frozenset(group.related), group))
            else:
                self._wide[(group.diagnosis, group.kind)] = group
        self._dimensions: Mapping[str, tuple[str, ...]] = {
            group.code: tuple(dict.fromkeys(each.dimension for each in group.subtypes))
            for group in catalogue.groups
            if group.subtypes
        }
        # One answer object per (group, subtype) and per reason: a batch counts and compares by identity.
        grouped = {
            (group.code, each.code if each else ""): DipAnswer(Status.GROUPED, group, each)
            for group in catalogue.groups
            for each in (None, *group.subtypes)
        }
        self._grouped = grouped
        self._plain = {code: answer for (code, part), answer in grouped.items() if not part}
        self._reasons: dict[str, DipAnswer] = {}
        for reason in ("DIAGNOSIS_MISSING", "DIP_RECORD_UNREADABLE", DAYS_MISSING, *sorted(_UNPLACED)):
            status = Status.UNGROUPED if reason in _UNPLACED else Status.INVALID
            self._reasons[reason] = DipAnswer(status, reason=reason)

    def answers(self) -> tuple[DipAnswer, ...]:
        """Every answer there is, in a fixed order."""
        return (*self._grouped.values(), *self._reasons.values())

    def record(self, case: Case) -> Record:
        """A case as DIP sees it."""
        return record_of(case, self.lexicon)

    def answer(self, record: Record, tell: Tell | None = None) -> DipAnswer:
        """The group and subtype of a record."""
        shape = self._shaper.shape(record, tell)
        if isinstance(shape, Shape) and shape.rule == TCM and (TCM, shape.diagnosis) not in self._named:
            # A TCM group nobody was treated in before the catalogue was made: the case goes on as any other.
            shape = self._shaper.shape(record, tell, tcm=False)
        if isinstance(shape, str):
            return self._reasons[shape]
        group: Group | None
        if shape.rule in (TCM, BED_DAY):
            group = self._named.get((shape.rule, shape.diagnosis))
            if group is None:
                return self._reasons[NO_DIP_GROUP]
        elif shape.rule == EARLY:
            group = self._named.get((EARLY, shape.diagnosis))
            if group is None:
                if tell:
                    tell(Step("early", "failed", shape.diagnosis, note="目录中没有这个先期分组病种"))
                return self._reasons[EARLY_NOT_LISTED]
        else:
            group = self._find(shape, tell)
            if group is None:
                if tell:
                    tell(Step("local", "taken", note="核心与综合病种都没有匹配，按本地规则处理"))
                return self._reasons[NO_DIP_GROUP]
        dimensions = self._dimensions.get(group.code)
        if dimensions is None:
            return self._plain[group.code]
        parts = [self._classifier.part(each, record, group.mean) for each in dimensions]
        subtype = best(group.subtypes, parts)
        if tell:
            _tell_subtypes(group, [part for part in parts if part], subtype, tell)
        return self._grouped[(group.code, subtype.code if subtype else "")]

    def trace(self, record: Record) -> DipTrace:
        """The answer and every step, by the same function that answers."""
        steps: list[Step] = []
        answer = self.answer(record, steps.append)
        code = answer.group.code if answer.group else ""
        name = answer.group.name if answer.group else ""
        steps.append(Step("result", answer.status.value, code, name, note=answer.reason))
        return DipTrace(answer, tuple(steps))

    def _find(self, shape: Shape, tell: Tell | None) -> Group | None:
        held = self._core.get((shape.diagnosis, shape.subdivision, shape.main))
        if held is not None:
            for related, group in held:
                if related <= shape.others:
                    if tell:
                        _tell_core(group, shape, tell)
                    return group
                if tell:
                    missing = "、".join(sorted(related - shape.others))
                    tell(Step("core", "failed", group.code, group.name, note=f"缺少相关手术{missing}"))
        elif tell:
            told = f"{shape.diagnosis}与{shape.main}" if shape.main else f"{shape.diagnosis}（无手术操作）"
            tell(Step("core", "failed", note=f"没有{told}的核心病种"))
        kinds = (shape.kind, MEDICAL) if self._to_medical and shape.kind != MEDICAL else (shape.kind,)
        for kind in kinds:
            wide = self._wide.get((shape.category, kind))
            if wide is not None:
                if tell:
                    note = f"主要诊断3位{shape.category}，按{KIND_NAMES[kind]}入综合病种"
                    tell(Step("comprehensive", "taken", wide.code, wide.name, note=note))
                return wide
            if tell:
                tell(
                    Step("comprehensive", "failed", note=f"没有{shape.category}的{KIND_NAMES[kind]}综合病种")
                )
        return None


def _tell_core(group: Group, shape: Shape, tell: Tell) -> None:
    hits = (shape.diagnosis, *([shape.main] if shape.main else []), *group.related)
    ignored = sorted(shape.others - set(group.related))
    note = f"相关手术匹配{len(group.related)}个"
    if ignored:
        note += f"，{'、'.join(ignored)}不影响入组"
    tell(Step("core", "taken", group.code, group.name, group.rule, hits, note))


def _tell_subtypes(group: Group, parts: Sequence[str], taken: Subtype | None, tell: Tell) -> None:
    for each in group.subtypes:
        if each.code not in parts:
            continue
        trigger = plain(decimal_of(each.trigger_micro))
        factor = plain(decimal_of(each.factor_micro))
        outcome = "taken" if each is taken else "passed_over"
        told = "触发值最高，采用" if each is taken else "另一辅助分型的触发值更高，不采用"
        note = f"触发值{trigger}，系数{factor}，{told}"
        tell(Step("auxiliary", outcome, each.code, each.name, note=note))


def case_rw(answer: DipAnswer, cost: int | None, days: int | None, catalogue: Catalogue) -> int | None:
    """RW of a case in millionths: its group's, of a bed-day group times its days, else the local rule's."""
    if answer.group is None:
        return local_score(cost, catalogue) if answer.is_local else None
    return (
        answer.group.score_micro * (days or 0) if answer.group.level == BED_DAY else answer.group.score_micro
    )


def local_score(cost: int | None, catalogue: Catalogue) -> int | None:
    """RW of a case outside every group, in millionths: ``cost ÷ M × scale × δ``; None without a rule or cost.

    ``discounted_cost@1`` (济宁 2023: δ 0.7). δ below 1 keeps it under a grouped case of the same cost;
    DIP 3.0 leaves the rule to the place.
    """
    slope = catalogue.local_slope
    if cost is None or slope is None:
        return None
    return rounded_micro(slope * cost, catalogue.terms.score_places)


def case_score(
    rw_micro: int, institution_micro: int, auxiliary_micro: int, places: int, sheet: Worksheet
) -> int:
    """Score of a case, ``RW × f_inst × f_aux``, in millionths, rounded once; the worksheet says how.

    DIP 3.0 技术规范（征求意见稿）第五章第三节. A base-level group takes no institution factor: give 1.
    """
    sheet.given("rw", "病种分值", decimal_of(rw_micro), "分")
    sheet.given("institution", "机构系数", decimal_of(institution_micro), "")
    sheet.given("auxiliary", "辅助分型系数", decimal_of(auxiliary_micro), "")
    exact = Fraction(rw_micro * institution_micro * auxiliary_micro, MICRO**3)
    micro = rounded_micro(exact, places)
    sheet.line(
        "score",
        "病例分值",
        decimal_of(micro),
        "分",
        formula="rw × institution × auxiliary",
        inputs=["rw", "institution", "auxiliary"],
        rounding=f"half_up_{places}",
    )
    return micro
