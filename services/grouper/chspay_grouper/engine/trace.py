"""Why a case is in its group: every decision, in the words of the published rules.

The trace walks the same trees as the fast answer and must agree with it. It is made for machines
first (steps); the Chinese prose is written from the steps by :mod:`chspay_grouper.engine.prose`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.conditions import ages_that_matter
from chspay_grouper.engine.evaluate import Evaluator, Record, Verdict, holds_member
from chspay_grouper.engine.grouper import surgical_gate
from chspay_grouper.engine.intake import input_fault, scalars_of_case
from chspay_grouper.engine.normalise import canonical_code
from chspay_grouper.engine.scheme import Group, Scheme
from chspay_grouper.engine.tree import Field, Scalar, entry_sets, listed_sets

_LEVELS = ("MCC", "CC")
_NUMBERS = (
    Scalar.NL,
    Scalar.XB,
    Scalar.XSRTL,
    Scalar.XSRTZ,
    Scalar.ZYTS,
    Scalar.LYFS,
    Scalar.ZZJHXS,
    Scalar.KSICU,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One decision.

    ``level``: input, code, cc, mdc, adrg, drg, retry or result. ``outcome``: normalised, mapped,
    dropped, counted, excluded, entered, failed, taken, passed_over, tried, or the status at the end.
    """

    level: str
    outcome: str
    code: str = ""
    name: str = ""
    rule: str = ""  # exactly as published
    hits: tuple[str, ...] = ()  # codes of the record
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The answer of a case and every step that led to it."""

    answer: Answer
    steps: tuple[Step, ...]
    #: Codes that chose the MDC, the ADRG or the DRG, or were excluded or dropped.
    decisive: tuple[str, ...]


class Tracer:
    """Traces cases under one scheme; what every trace needs of it is worked out once."""

    def __init__(self, scheme: Scheme) -> None:
        trees = scheme.trees()
        self.scheme = scheme
        self.known_sets = listed_sets(trees, diagnosis=True)
        self.entry_sets = entry_sets(mdc.tree for mdc in scheme.mdcs)
        self.entered_by_principal = frozenset(mdc.code for mdc in scheme.mdcs if entry_sets([mdc.tree]))
        self.ages = ages_that_matter(trees)
        grey_set = scheme.sets[scheme.options.grey_set] if scheme.options.grey_set else frozenset[str]()
        self.grey = grey_set | frozenset(scheme.options.grey_codes)

    def trace(self, case: Case, codemap: CodeMap | None = None) -> Trace:
        """Group one case with every decision recorded; nothing is raised for a bad case.

        :param codemap: given only when the caller says the codes are of the clinical edition.
        """
        fault = input_fault(case)
        if fault is not None:
            step = Step("result", Status.INVALID.value, note=fault.message)
            return Trace(INVALID[fault.reason.code], (step,), ())
        return _Run(self, case, codemap).run()


def trace_case(scheme: Scheme, case: Case, codemap: CodeMap | None = None) -> Trace:
    """The trace of a single case; for many under one scheme keep a :class:`Tracer`."""
    return Tracer(scheme).trace(case, codemap)


class _Run:
    def __init__(self, tracer: Tracer, case: Case, codemap: CodeMap | None) -> None:
        self._tracer = tracer
        self._scheme = tracer.scheme
        self._prefixes = tracer.scheme.options.member_prefix
        self._steps: list[Step] = []
        diagnoses = [self._read(code, codemap.diagnosis if codemap else None) for code in case.diagnoses]
        procedures = [self._read(code, codemap.procedure if codemap else None) for code in case.procedures]
        self._principal, self._others = diagnoses[0], [code for code in diagnoses[1:] if code]
        self._main, self._rest = self._operative(procedures)
        self._numbers = dict(zip(_NUMBERS, scalars_of_case(case), strict=True))
        self._complications = {
            Field.ZYZD: self._levels([self._principal], record=False),
            Field.QTZD: self._levels(self._others, record=True),
        }

    def run(self) -> Trace:
        answer = self._group(self._main, self._rest, self._numbers)
        if answer.status is Status.UNGROUPED and self._rest:
            answer = self._retry(answer)
        if self._age_decides():
            answer = INVALID[AGE_DAYS_NEEDED]
        decisive = [
            code
            for step in self._steps
            if step.outcome in ("taken", "entered", "excluded", "dropped")
            for code in (step.hits or ((step.code,) if step.level in ("cc", "code") else ()))
        ]
        self._steps.append(Step("result", answer.status.value, code=answer.drg, note=answer.reason))
        return Trace(answer, tuple(self._steps), tuple(dict.fromkeys(decisive)))

    def _read(self, text: str, mapped: object) -> str:
        code = canonical_code(text)
        if code != text:
            self._step("input", "normalised", code, note=f"“{text}”按“{code}”读取")
        if not callable(mapped):
            return code
        target = str(mapped(code))
        if target != code:
            self._step("code", "mapped", target, note=f"临床版编码{code}转换为医保版{target}")
        return target

    def _operative(self, procedures: list[str]) -> tuple[str, list[str]]:
        kept: list[str] = []
        for place, code in enumerate(procedures):
            if code and holds_member(self._tracer.grey, code, self._prefixes):
                told = "灰码，不参与分组" + ("；主要手术为灰码，按没有主要手术处理" if place == 0 else "")
                self._step("code", "dropped", code, note=told)
                kept.append("")
            else:
                kept.append(code)
        main = kept[0] if kept else ""
        return main, [code for code in kept[1:] if code]

    def _levels(self, codes: Iterable[str], *, record: bool) -> dict[str, frozenset[str]]:
        """The codes that count as MCC and as CC beside the principal diagnosis."""
        counted: dict[str, set[str]] = {level: set() for level in _LEVELS}
        for code in dict.fromkeys(codes):
            for level, table in self._rows_of(code):
                excluded = holds_member(
                    self._scheme.exclusions.get(table, frozenset()),
                    self._principal,
                    self._prefixes,
                )
                if not excluded:
                    counted[level].add(code)
                if record:
                    told = (
                        f"{level}，但主要诊断{self._principal}在排除表{table}中，不计"
                        if excluded
                        else f"计为{level}"
                    )
                    self._step("cc", "excluded" if excluded else "counted", code, note=told)
        return {level: frozenset(found) for level, found in counted.items()}

    def _rows_of(self, code: str) -> list[tuple[str, str]]:
        keys = [code]
        if self._prefixes:
            keys += [f"{code[:length]}*" for length in range(len(code) + 1)]
        cc = self._scheme.cc
        found = [(level, cc[(key, level)]) for level in _LEVELS for key in keys if (key, level) in cc]
        return list(dict.fromkeys(found))

    def _group(self, main: str, rest: list[str], numbers: dict[Scalar, int | None]) -> Answer:
        codes = {
            Field.ZYZD: (self._principal,),
            Field.QTZD: tuple(self._others),
            Field.ZYSS: (main,) if main else (),
            Field.QTSS: tuple(rest),
        }
        evaluator = Evaluator(self._scheme, Record(codes, self._complications, numbers))
        entered = False
        for mdc in self._scheme.mdcs:
            verdict = evaluator.verdict(mdc.tree)
            self._decide("mdc", mdc, verdict, "entered")
            if not verdict.holds:
                continue
            entered = entered or mdc.code in self._tracer.entered_by_principal
            answer = self._in_mdc(evaluator, mdc)
            if answer is not None:
                return answer
            self._step("mdc", "passed_over", mdc.code, mdc.name, note="该MDC内没有病组成立，继续下一个MDC")
        return self._nothing(entered)

    def _in_mdc(self, evaluator: Evaluator, mdc: Group) -> Answer | None:
        for adrg in mdc.children:
            gate = surgical_gate(self._scheme, adrg)
            if gate is not None and not evaluator.verdict(gate).holds:
                told = "主要手术为有效手术，手术病例不进内科组"
                self._step("adrg", "passed_over", adrg.code, adrg.name, adrg.rule, note=told)
                continue
            verdict = evaluator.verdict(adrg.tree)
            self._decide("adrg", adrg, verdict, "taken")
            if not verdict.holds:
                continue
            for drg in adrg.children:
                held = evaluator.verdict(drg.tree)
                self._decide("drg", drg, held, "taken")
                if held.holds:
                    ambiguous = self._scheme.is_ambiguous(mdc, adrg)
                    status = Status.AMBIGUOUS if ambiguous else Status.GROUPED
                    return Answer(status, mdc.code, adrg.code, drg.code)
            self._step("adrg", "passed_over", adrg.code, adrg.name, note="没有DRG成立，继续下一个ADRG")
        return None

    def _retry(self, answer: Answer) -> Answer:
        if not self._scheme.options.retry_ungrouped_with_each_other_procedure:
            return answer
        for code in self._rest:
            self._step("retry", "tried", code, note=f"未入组，仅以手术{code}重新分组")
            again = self._group(code, [], self._numbers)
            if again.status is not Status.UNGROUPED:
                return again
        return answer

    def _age_decides(self) -> bool:
        """Whether an infant's unknown age in days decides the group; see the fast grouper."""
        numbers = self._numbers
        if numbers[Scalar.NL] != 0 or numbers[Scalar.XSRTL] is not None:
            return False
        steps, self._steps = self._steps, []
        seen = {
            replace(self._group(self._main, self._rest, {**numbers, Scalar.XSRTL: days}), reason="")
            for days in self._tracer.ages
        }
        self._steps = steps
        return len(seen) > 1

    def _nothing(self, entered: bool) -> Answer:
        scheme, principal = self._scheme, self._principal

        def listed(members: frozenset[str]) -> bool:
            return holds_member(members, principal, self._prefixes)

        known = (
            bool(self._rows_of(principal))
            or any(listed(scheme.sets[name]) for name in self._tracer.known_sets)
            or any(listed(members) for members in scheme.exclusions.values())
        )
        if not known:
            return UNGROUPED[PRINCIPAL_UNKNOWN]
        if not any(listed(scheme.sets[name]) for name in self._tracer.entry_sets):
            return UNGROUPED[PRINCIPAL_NOT_GROUPABLE]
        return UNGROUPED[NO_GROUP_IN_MDC if entered else NO_MDC]

    def _decide(self, level: str, group: Group, verdict: Verdict, good: str) -> None:
        told = "；".join(verdict.because)
        self._step(
            level,
            good if verdict.holds else "failed",
            group.code,
            group.name,
            group.rule,
            verdict.hits if verdict.holds else (),
            told if verdict.holds else f"不成立：{told}",
        )

    def _step(
        self,
        level: str,
        outcome: str,
        code: str = "",
        name: str = "",
        rule: str = "",
        hits: tuple[str, ...] = (),
        note: str = "",
    ) -> None:
        if not name and level in ("code", "cc", "input"):
            name = self._scheme.names.get(code, "")
        self._steps.append(Step(level, outcome, code, name, rule, hits, note))
