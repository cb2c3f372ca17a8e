"""The compiled scheme: one case in a few microseconds, without trace.

Every ADRG has one bit in the global order of trial. A principal diagnosis knows the bits of the
groups its own parts of the MDC and ADRG rules allow, a main procedure likewise; the lowest bits of
both together are the only groups worth trying, and only what a rule asks beyond those two codes is
still evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from chspay_core.case import Case, Status
from chspay_grouper.engine.conditions import Bits, Condition, all_of
from chspay_grouper.engine.intake import Scalars, input_fault, scalars_of_case
from chspay_grouper.engine.members import Members
from chspay_grouper.engine.normalise import canonical_code
from chspay_grouper.engine.scheme import ALL_OPERATIONS, Group, Scheme
from chspay_grouper.engine.tree import (
    VIRTUAL_SETS,
    Compare,
    Count,
    Field,
    Hit,
    Node,
    Scalar,
    conjuncts,
    fields_of,
    sets_of,
    walk,
)

#: Reasons of an ungrouped case, stable codes.
PRINCIPAL_UNKNOWN = "PRINCIPAL_UNKNOWN"
PRINCIPAL_NOT_GROUPABLE = "PRINCIPAL_NOT_GROUPABLE"
NO_MDC = "NO_MDC"
NO_GROUP_IN_MDC = "NO_GROUP_IN_MDC"
AGE_DAYS_NEEDED = "AGE_DAYS_NEEDED"

_BY_DIAGNOSIS, _BY_PROCEDURE = 0, 1
#: Per MDC: place of its first group, what it asks of the code, what each of its groups asks of it.
_Filter = tuple[int, Condition | None, list[Condition | None]]
_KEPT_CODES = 500_000
_DAYS_OF_YEAR = 366


@dataclass(frozen=True, slots=True)
class Answer:
    """The group of one case. Codes are empty and ``reason`` is set unless grouped or ambiguous."""

    status: Status
    mdc: str = ""
    adrg: str = ""
    drg: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a diagnosis code means to the scheme."""

    code: str
    mask: int  # sets it is a member of
    candidates: int  # groups it allows as principal diagnosis
    excludes: int  # exclusion tables it is a member of
    other: int  # the part of ``mask`` that rules ask of other diagnoses
    complications: tuple[tuple[int, int], ...]  # (MCC or CC bit, exclusion table bit)


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a procedure code means to the scheme."""

    code: str
    mask: int
    candidates: int
    grey: bool


@dataclass(frozen=True, slots=True)
class _Adrg:
    mdc: int  # which MDC, in order
    enter: Condition | None  # what the MDC asks beyond the two first codes
    others: int  # bits of every group outside this MDC
    take: Condition | None
    drgs: tuple[tuple[Condition | None, Answer], ...]


def surgical_gate(scheme: Scheme, adrg: Group) -> Node | None:
    """What the option ``surgical_case_passes_medical`` adds to an ADRG's rule, if anything.

    ADRGs whose second letter is R to Z are medical 内科组.
    """
    medical = len(adrg.code) == 3 and "R" <= adrg.code[1] <= "Z"
    if scheme.options.surgical_case_passes_medical and medical:
        return Hit((Field.ZYSS,), (ALL_OPERATIONS,), negated=True)
    return None


class Grouper:
    """Answers cases under one scheme. Safe to share: it only ever remembers codes it has met."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        trees = [mdc.tree for mdc in scheme.mdcs]
        trees += [group.tree for _, adrg in scheme.adrgs() for group in (adrg, *adrg.children)]
        trees += [gate for _, adrg in scheme.adrgs() if (gate := surgical_gate(scheme, adrg)) is not None]
        self._bits = Bits(trees)
        self._members = Members(scheme, self._bits)
        self._groups: list[_Adrg] = []
        self._filters: tuple[list[_Filter], list[_Filter]] = ([], [])
        self._compile()
        self._retry = scheme.options.retry_ungrouped_with_each_other_procedure
        self._principal_sets = _principal_mask(scheme, self._bits)
        self._age_limits = _age_limits(trees)
        self._diagnoses: dict[str, Diagnosis] = {}
        self._procedures: dict[str, Procedure] = {}
        self._candidates: dict[tuple[int, int], int] = {}
        self.no_procedure = Procedure("", 0, self._candidate_bits(0, _BY_PROCEDURE), grey=False)

    def group(self, case: Case) -> Answer:
        """The group of one case, codes normalised on the way; nothing is raised for a bad case."""
        fault = input_fault(case)
        if fault is not None:
            return Answer(Status.INVALID, reason=fault.reason.code)
        diagnoses = [self.diagnosis(code) for code in case.diagnoses if code]
        procedures = [self.procedure(code) for code in case.procedures]
        return self.answer(diagnoses[0], diagnoses[1:], procedures, scalars_of_case(case))

    def answer(
        self, principal: Diagnosis, others: list[Diagnosis], procedures: list[Procedure], scalars: Scalars
    ) -> Answer:
        """The group of a case that passed the input check, from codes already looked up."""
        main, rest = self._operative(procedures)
        found = self._one(principal, others, main, rest, scalars)
        if isinstance(found, Answer):
            answer = found
        elif self._retry and rest and (again := self._again(principal, others, rest, scalars)) is not None:
            answer = again
        else:
            answer = self._ungrouped(principal, entered=found)
        if (
            scalars[0] == 0
            and scalars[2] is None
            and self._age_matters(principal, others, procedures, scalars)
        ):
            return _INVALID_AGE
        return answer

    def diagnosis(self, text: str) -> Diagnosis:
        """What a diagnosis code as typed means; unknown codes belong to no set."""
        return self._met(self._diagnoses, text, self._new_diagnosis)

    def procedure(self, text: str) -> Procedure:
        """What a procedure code as typed means; the empty text is no procedure."""
        return self._met(self._procedures, text, self._new_procedure)

    def _one(
        self,
        principal: Diagnosis,
        others: list[Diagnosis],
        main: Procedure,
        rest: list[Procedure],
        scalars: Scalars,
    ) -> Answer | bool:
        """The answer, or whether at least an MDC was entered."""
        candidates = principal.candidates & main.candidates
        if not candidates:
            return False
        excludes, other, rest_mask = principal.excludes, 0, 0
        for diagnosis in others:
            other |= diagnosis.other
            for level, table in diagnosis.complications:
                if not table & excludes:
                    other |= level
        for procedure in rest:
            rest_mask |= procedure.mask
        facts = (
            principal.mask,
            other,
            main.mask,
            rest_mask,
            ((principal.code, principal.mask),),
            _Codes(others),
            ((main.code, main.mask),),
            _Codes(rest),
            *scalars,
        )
        groups, entered = self._groups, -1
        while candidates:
            low = candidates & -candidates
            group = groups[low.bit_length() - 1]
            if group.mdc != entered:
                if group.enter is not None and not group.enter(facts):
                    candidates &= group.others
                    continue
                entered = group.mdc
            if group.take is None or group.take(facts):
                for holds, answer in group.drgs:
                    if holds is None or holds(facts):
                        return answer
            candidates ^= low
        return entered >= 0

    def _again(
        self, principal: Diagnosis, others: list[Diagnosis], rest: list[Procedure], scalars: Scalars
    ) -> Answer | None:
        for procedure in rest:
            found = self._one(principal, others, procedure, [], scalars)
            if isinstance(found, Answer):
                return found
        return None

    def _operative(self, procedures: list[Procedure]) -> tuple[Procedure, list[Procedure]]:
        """Main procedure and the others, grey codes dropped; a dropped main procedure means none."""
        if not procedures:
            return self.no_procedure, []
        main = procedures[0]
        rest = [procedure for procedure in procedures[1:] if not procedure.grey and procedure.code]
        return (self.no_procedure if main.grey else main), rest

    def _ungrouped(self, principal: Diagnosis, *, entered: bool) -> Answer:
        if not self._members.knows_diagnosis(principal.code):
            return _UNGROUPED[PRINCIPAL_UNKNOWN]
        if not principal.mask & self._principal_sets:
            return _UNGROUPED[PRINCIPAL_NOT_GROUPABLE]
        return _UNGROUPED[NO_GROUP_IN_MDC if entered else NO_MDC]

    def _age_matters(
        self, principal: Diagnosis, others: list[Diagnosis], procedures: list[Procedure], scalars: Scalars
    ) -> bool:
        """Whether an infant's unknown age in days decides the group: the answers of two ages differ."""
        main, rest = self._operative(procedures)
        seen = {
            self._one(principal, others, main, rest, (*scalars[:2], days, *scalars[3:]))
            for days in self._age_limits
        }
        return len(seen) > 1

    def _compile(self) -> None:
        bits, place = self._bits, 0
        for number, mdc in enumerate(self.scheme.mdcs):
            enter = _split(conjuncts(mdc.tree))
            others = ~(((1 << len(mdc.children)) - 1) << place)
            filters: tuple[list[Condition | None], list[Condition | None]] = ([], [])
            for adrg in mdc.children:
                gate = surgical_gate(self.scheme, adrg)
                take = _split((*conjuncts(adrg.tree), *([] if gate is None else [gate])))
                status = Status.AMBIGUOUS if self.scheme.is_ambiguous(mdc, adrg) else Status.GROUPED
                drgs = tuple(
                    (all_of([drg.tree], bits), Answer(status, mdc.code, adrg.code, drg.code))
                    for drg in adrg.children
                )
                self._groups.append(
                    _Adrg(number, all_of(enter[2], bits), others, all_of(take[2], bits), drgs)
                )
                filters[0].append(all_of(take[0], bits))
                filters[1].append(all_of(take[1], bits))
            for kind in (0, 1):
                self._filters[kind].append((place, all_of(enter[kind], bits), filters[kind]))
            place += len(mdc.children)

    def _candidate_bits(self, mask: int, kind: int) -> int:
        """The groups a principal diagnosis (kind 0) or main procedure (kind 1) with this mask allows."""
        found = self._candidates.get((kind, mask))
        if found is None:
            facts = (mask, 0, mask, 0)
            found = 0
            for start, enter, takes in self._filters[kind]:
                if enter is None or enter(facts):
                    for place, take in enumerate(takes, start):
                        if take is None or take(facts):
                            found |= 1 << place
            self._candidates[(kind, mask)] = found
        return found

    def _met(self, kept: dict[str, _T], text: str, new: Callable[[str], _T]) -> _T:
        found = kept.get(text)
        if found is None:
            found = new(canonical_code(text))
            if len(kept) >= _KEPT_CODES:
                # A stream of made-up codes must not grow memory without bound.
                kept.clear()
            kept[text] = found
        return found

    def _new_diagnosis(self, code: str) -> Diagnosis:
        mask = self._members.diagnosis_mask(code)
        excludes = self._members.excluding_tables(code)
        complications = self._members.complications(code)
        own = 0
        for level, table in complications:
            own |= 0 if table & excludes else level
        return Diagnosis(
            code=code,
            mask=mask | own,
            candidates=self._candidate_bits(mask, _BY_DIAGNOSIS),
            excludes=excludes,
            other=mask & self._bits.asked_of_others,
            complications=complications,
        )

    def _new_procedure(self, code: str) -> Procedure:
        if not code:
            return self.no_procedure
        mask = self._members.procedure_mask(code)
        return Procedure(code, mask, self._candidate_bits(mask, _BY_PROCEDURE), self._members.is_grey(code))


_T = TypeVar("_T", Diagnosis, Procedure)
_UNGROUPED: Mapping[str, Answer] = {
    reason: Answer(Status.UNGROUPED, reason=reason)
    for reason in (PRINCIPAL_UNKNOWN, PRINCIPAL_NOT_GROUPABLE, NO_MDC, NO_GROUP_IN_MDC)
}
_INVALID_AGE = Answer(Status.INVALID, reason=AGE_DAYS_NEEDED)


class _Codes:
    """Codes with their masks, spelled out only for the rare rule that counts them."""

    __slots__ = ("_held",)

    def __init__(self, held: list[Diagnosis] | list[Procedure]) -> None:
        self._held = held

    def __iter__(self) -> Iterable[tuple[str, int]]:
        return iter([(item.code, item.mask) for item in self._held])


def _split(parts: Iterable[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """Parts asked of the principal diagnosis alone, of the main procedure alone, and the rest."""
    diagnosis: list[Node] = []
    procedure: list[Node] = []
    rest: list[Node] = []
    for part in parts:
        simple = not any(isinstance(node, (Compare, Count)) for node in walk(part))
        virtual = sets_of(part) & VIRTUAL_SETS
        fields = fields_of(part)
        if simple and not virtual and fields == {Field.ZYZD}:
            diagnosis.append(part)
        elif simple and fields == {Field.ZYSS}:
            procedure.append(part)
        else:
            rest.append(part)
    return diagnosis, procedure, rest


def _principal_mask(scheme: Scheme, bits: Bits) -> int:
    """The sets by which a principal diagnosis enters an MDC."""
    asked = {
        name
        for mdc in scheme.mdcs
        for node in walk(mdc.tree)
        if isinstance(node, Hit) and Field.ZYZD in node.fields and not node.negated
        for name in node.sets
    }
    return bits.mask(asked, diagnosis=True)


def _age_limits(trees: Iterable[Node]) -> tuple[int, ...]:
    """Ages in days below one year between which some rule decides differently."""
    asked = {
        int(node.number)
        for tree in trees
        for node in walk(tree)
        if isinstance(node, Compare) and node.scalar is Scalar.XSRTL
    }
    near = {limit + step for limit in asked for step in (-1, 0, 1)}
    return tuple(sorted(days for days in near if 0 <= days < _DAYS_OF_YEAR))
