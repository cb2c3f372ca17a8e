"""The compiled scheme: one case in a few microseconds, without trace.

Every ADRG has one bit in the global order of trial. A principal diagnosis knows the bits of the
groups its own parts of the MDC and ADRG rules allow, a main procedure likewise; the lowest bits of
both together are the only groups worth trying, and only what a rule asks beyond those two codes is
still evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from chspay_core.case import Case, Status
from chspay_grouper.engine.answers import (
    AGE_DAYS_NEEDED,
    INVALID,
    NO_GROUP_IN_MDC,
    NO_MDC,
    PRINCIPAL_NOT_GROUPABLE,
    PRINCIPAL_UNKNOWN,
    UNGROUPED,
    Answer,
)
from chspay_grouper.engine.conditions import (
    Bits,
    Condition,
    Facts,
    ages_that_matter,
    all_of,
    condition,
    split_by_code,
)
from chspay_grouper.engine.intake import Scalars, input_fault, scalars_of_case
from chspay_grouper.engine.members import Members
from chspay_grouper.engine.normalise import canonical_code
from chspay_grouper.engine.scheme import ALL_OPERATIONS, Group, Scheme
from chspay_grouper.engine.tree import Field, Hit, Node, conjuncts, entry_sets

_BY_DIAGNOSIS, _BY_PROCEDURE = 0, 1
_KEPT_CODES, _LONGEST_KEPT = 500_000, 64


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a diagnosis code means to the scheme."""

    code: str
    mask: int  # sets it is a member of
    candidates: int  # groups it allows as principal diagnosis
    excludes: int  # exclusion tables it is a member of
    other: int  # what it always says as another diagnosis: sets rules ask for, MCC/CC nobody excludes
    level: int  # the MCC or CC bit it has as another diagnosis ...
    table: int  # ... unless the principal diagnosis is in this exclusion table
    more: tuple[tuple[int, int], ...]  # further (level, table) pairs, for the rare code in both lists


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a procedure code means to the scheme."""

    code: str
    mask: int
    candidates: int
    other: int  # the part of ``mask`` that rules ask of other procedures
    grey: bool


class _Adrg(NamedTuple):
    """An ADRG as the fast answer sees it; unpacked in the hot loop."""

    mdc: int  # which MDC, in order
    enter: Condition | None  # what the MDC asks beyond the two first codes
    outside: int  # bits of every group outside this MDC
    take: Condition | None
    drgs: tuple[tuple[Condition | None, Answer], ...]


@dataclass(slots=True)
class _Filter:
    """Which groups one code allows: those of the sets it is in, as far as their MDC takes it."""

    always: int = 0  # groups that ask nothing of the code
    of_set: dict[int, int] = field(default_factory=dict)  # by the bit of a set: groups that ask for it
    others: list[tuple[int, Condition]] = field(default_factory=list)  # groups that ask for more
    enter: list[tuple[int, Condition]] = field(default_factory=list)  # groups outside an MDC, what it asks

    def add(self, group: int, asked: list[Node], bits: Bits) -> None:
        """A group, by its bit, and what it asks of the code."""
        holds = all_of(asked, bits)
        (only,) = asked if len(asked) == 1 else (None,)
        if holds is None:
            self.always |= group
        elif isinstance(only, Hit) and not only.negated:
            for bit in _each_bit(bits.mask(only.sets, diagnosis=only.fields[0].is_diagnosis)):
                self.of_set[bit] = self.of_set.get(bit, 0) | group
        else:
            self.others.append((group, holds))

    def groups(self, mask: int) -> int:
        """The groups a code in these sets allows, one bit each."""
        facts, found = (mask, 0, mask, 0), self.always
        for bit in _each_bit(mask):
            found |= self.of_set.get(bit, 0)
        for group, holds in self.others:
            found |= group if holds(facts) else 0
        for outside, enters in self.enter:
            found &= -1 if enters(facts) else outside
        return found


def _each_bit(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1


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
        trees = scheme.trees()
        trees += [gate for _, adrg in scheme.adrgs() if (gate := surgical_gate(scheme, adrg)) is not None]
        self.bits = Bits(trees)
        self.members = Members(scheme, self.bits)
        self._groups: list[_Adrg] = []
        self._filters = (_Filter(), _Filter())
        self._compile()
        self._drops_grey = bool(scheme.options.grey_codes or scheme.options.grey_set)
        self._retry = scheme.options.retry_ungrouped_with_each_other_procedure
        self._entries = [condition(tree, self.bits) for tree in scheme.entry_trees()]
        self._entry_sets = self.bits.mask(entry_sets(mdc.tree for mdc in scheme.mdcs), diagnosis=True)
        self.ages = ages_that_matter(trees)
        self._diagnoses: dict[str, Diagnosis] = {}
        self._procedures: dict[str, Procedure] = {}
        self._candidates: dict[tuple[int, int], int] = {}
        self.no_procedure = Procedure("", 0, self._candidate_bits(0, _BY_PROCEDURE), 0, grey=False)

    def group(self, case: Case) -> Answer:
        """The group of one case, codes normalised on the way; nothing is raised for a bad case."""
        fault = input_fault(case)
        if fault is not None:
            return INVALID[fault.reason.code]
        diagnoses = [self.diagnosis(code) for code in case.diagnoses if code]
        procedures = [self.procedure(code) for code in case.procedures]
        return self.answer(diagnoses[0], diagnoses[1:], procedures, scalars_of_case(case))

    def answer(
        self, principal: Diagnosis, others: list[Diagnosis], procedures: list[Procedure], scalars: Scalars
    ) -> Answer:
        """The group of a case that passed the input check, from codes already looked up."""
        main, rest = self._operative(procedures)
        answer = self._one(principal, others, main, rest, scalars)
        if answer is None and self._retry:
            for procedure in rest:
                answer = self._one(principal, others, procedure, [], scalars) if procedure.code else None
                if answer is not None:
                    break
        if answer is None:
            answer = self._ungrouped(principal, _facts(principal, others, main, rest, scalars))
        if (
            scalars[0] == 0
            and scalars[2] is None
            and self._age_matters(principal, others, main, rest, scalars)
        ):
            return INVALID[AGE_DAYS_NEEDED]
        return answer

    def answers(self) -> list[Answer]:
        """Every answer this scheme can give, in one fixed order."""
        given = [answer for group in self._groups for _, answer in group.drgs]
        return [*given, *UNGROUPED.values(), *INVALID.values()]

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
    ) -> Answer | None:
        candidates = principal.candidates & main.candidates
        if not candidates:
            return None
        facts = _facts(principal, others, main, rest, scalars)
        groups, entered = self._groups, -1
        while candidates:
            low = candidates & -candidates
            mdc, enter, outside, take, drgs = groups[low.bit_length() - 1]
            if mdc != entered:
                if enter is not None and not enter(facts):
                    candidates &= outside
                    continue
                entered = mdc
            if take is None or take(facts):
                for holds, answer in drgs:
                    if holds is None or holds(facts):
                        return answer
            candidates ^= low
        return None

    def _operative(self, procedures: list[Procedure]) -> tuple[Procedure, list[Procedure]]:
        """Main procedure and the others, grey codes dropped; a dropped main procedure means none."""
        if not procedures:
            return self.no_procedure, []
        if not self._drops_grey:
            return procedures[0], procedures[1:]
        rest = [procedure for procedure in procedures[1:] if not procedure.grey]
        return (self.no_procedure if procedures[0].grey else procedures[0]), rest

    def _ungrouped(self, principal: Diagnosis, facts: Facts) -> Answer:
        reason = self.never_grouped(principal)
        if reason:
            return UNGROUPED[reason]
        entered = any(enter is None or enter(facts) for enter in self._entries)
        return UNGROUPED[NO_GROUP_IN_MDC if entered else NO_MDC]

    def never_grouped(self, principal: Diagnosis) -> str:
        """Why no case with this principal diagnosis enters an MDC by it; empty when one may."""
        if principal.mask & self._entry_sets:
            return ""
        known = self.members.knows_diagnosis(principal.code)
        return PRINCIPAL_NOT_GROUPABLE if known else PRINCIPAL_UNKNOWN

    def _age_matters(
        self,
        principal: Diagnosis,
        others: list[Diagnosis],
        main: Procedure,
        rest: list[Procedure],
        scalars: Scalars,
    ) -> bool:
        """Whether an infant's unknown age in days decides the group: the answers of two ages differ."""
        seen = {
            self._one(principal, others, main, rest, (*scalars[:2], days, *scalars[3:])) for days in self.ages
        }
        return len(seen) > 1

    def _compile(self) -> None:
        bits, place = self.bits, 0
        for number, mdc in enumerate(self.scheme.mdcs):
            enter = split_by_code(conjuncts(mdc.tree))
            outside = ~(((1 << len(mdc.children)) - 1) << place)
            for kind, asked in enumerate(self._filters):
                enters = all_of(enter[kind], bits)
                asked.enter += [] if enters is None else [(outside, enters)]
            for adrg in mdc.children:
                gate = surgical_gate(self.scheme, adrg)
                take = split_by_code((*conjuncts(adrg.tree), *([] if gate is None else [gate])))
                status = Status.AMBIGUOUS if self.scheme.is_ambiguous(mdc, adrg) else Status.GROUPED
                drgs = tuple(
                    (all_of([drg.tree], bits), Answer(status, mdc.code, adrg.code, drg.code))
                    for drg in adrg.children
                )
                self._groups.append(
                    _Adrg(number, all_of(enter[2], bits), outside, all_of(take[2], bits), drgs)
                )
                for kind, asked in enumerate(self._filters):
                    asked.add(1 << place, take[kind], bits)
                place += 1

    def _candidate_bits(self, mask: int, kind: int) -> int:
        """The groups a principal diagnosis (kind 0) or main procedure (kind 1) with this mask allows."""
        found = self._candidates.get((kind, mask))
        if found is None:
            found = self._candidates[(kind, mask)] = self._filters[kind].groups(mask)
        return found

    def _met(self, kept: dict[str, _T], text: str, new: Callable[[str], _T]) -> _T:
        found = kept.get(text)
        if found is None:
            found = new(canonical_code(text))
            if len(kept) >= _KEPT_CODES:
                # A stream of made-up codes must not grow memory without bound.
                kept.clear()
            if len(text) <= _LONGEST_KEPT:
                kept[text] = found
        return found

    def _new_diagnosis(self, code: str) -> Diagnosis:
        mask = self.members.diagnosis_mask(code)
        excludes = self.members.excluding_tables(code)
        complications = self.members.complications(code)
        own = always = 0
        for level, table in complications:
            own |= 0 if table & excludes else level
            always |= 0 if table else level
        pairs = [pair for pair in complications if pair[1]]
        level, table = pairs[0] if pairs else (0, 0)
        return Diagnosis(
            code=code,
            mask=mask | own,
            candidates=self._candidate_bits(mask, _BY_DIAGNOSIS),
            excludes=excludes,
            other=mask & self.bits.asked_of_others | always,
            level=level,
            table=table,
            more=tuple(pairs[1:]),
        )

    def _new_procedure(self, code: str) -> Procedure:
        if not code:
            return self.no_procedure
        mask = self.members.procedure_mask(code)
        other = mask & self.bits.asked_of_other_procedures
        candidates = self._candidate_bits(mask, _BY_PROCEDURE)
        return Procedure(code, mask, candidates, other, self.members.is_grey(code))


_T = TypeVar("_T", Diagnosis, Procedure)


def _facts(
    principal: Diagnosis, others: list[Diagnosis], main: Procedure, rest: list[Procedure], scalars: Scalars
) -> Facts:
    """The facts of one case in the order of :class:`chspay_grouper.engine.conditions.At`."""
    excludes, other, rest_mask = principal.excludes, 0, 0
    for diagnosis in others:
        other |= diagnosis.other
        if diagnosis.level and not diagnosis.table & excludes:
            other |= diagnosis.level
        if diagnosis.more:
            for level, table in diagnosis.more:
                other |= 0 if table & excludes else level
    for procedure in rest:
        rest_mask |= procedure.other
    return (principal.mask, other, main.mask, rest_mask, principal, others, main, rest, *scalars)
