"""The trace in Chinese sentences, one per line, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chspay_core.case import Status
from chspay_grouper.engine.answers import SENTENCES
from chspay_grouper.engine.trace import Step, Trace

_LEVEL_NAMES = {"mdc": "MDC", "adrg": "ADRG", "drg": "DRG"}


def prose(trace: Trace) -> list[str]:
    """What was read, counted, tried and taken, in the order it happened."""
    return [*_sentences(trace.steps), _result(trace)]


def _sentences(steps: Sequence[Step]) -> Iterator[str]:
    failed: dict[str, list[Step]] = {"mdc": [], "adrg": [], "drg": []}
    for step in steps:
        if step.level == "result":
            continue
        if step.outcome == "failed":
            failed[step.level].append(step)
        elif step.level in failed and step.outcome != "passed_over":
            if failed[step.level]:
                yield _tried(step.level, failed[step.level])
                failed[step.level] = []
            yield _taken(step)
        else:
            yield _plain(step)
        if step.level == "mdc" and step.outcome == "passed_over":
            failed["adrg"] = []
    for level, missed in failed.items():
        if missed:
            yield _tried(level, missed)


def _plain(step: Step) -> str:
    named = f"（{step.name}）" if step.name else ""
    return f"{step.code}{named}：{step.note}。"


def _tried(level: str, missed: list[Step]) -> str:
    kind, last = _LEVEL_NAMES[level], missed[-1]
    if len(missed) == 1:
        return f"{kind} {last.code}{last.name}{last.note}。"
    shown = "、".join(step.code for step in missed[-3:])
    more = f"等{len(missed)}个" if len(missed) > 3 else ""
    return f"{kind} {shown}{more}依次不成立。"


def _taken(step: Step) -> str:
    kind = _LEVEL_NAMES[step.level]
    rule = f"规则“{step.rule}”成立" if step.rule else "规则为空，总是成立"
    hits = f"，命中{'、'.join(step.hits)}" if step.hits else ""
    verb = "进入" if step.level == "mdc" else "入"
    return f"{verb}{kind} {step.code}（{step.name}）：{rule}{hits}。"


def _result(trace: Trace) -> str:
    answer = trace.answer
    if answer.status is Status.GROUPED:
        return f"结果：{answer.mdc} / {answer.adrg} / {answer.drg}。"
    if answer.status is Status.AMBIGUOUS:
        return f"结果：歧义组 {answer.mdc} / {answer.adrg} / {answer.drg}，手术与主要诊断无关。"
    kind = "未入组" if answer.status is Status.UNGROUPED else "记录未通过输入校验"
    return f"结果：{kind}。{SENTENCES[answer.reason]}［{answer.reason}］"
