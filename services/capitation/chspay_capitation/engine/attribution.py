"""To which community one person belongs, day by day, and why; pure.

The single-case form: it explains one person and is what the columnar form is held against, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from chspay_capitation.engine.catchment import Served, Stretches
from chspay_capitation.engine.order import EVERYONE, LABELS, REST, Order
from chspay_capitation.engine.roster import Spell
from chspay_core.worksheet import Worksheet


class Stay(NamedTuple):
    """A person's stay in one community from ``since`` up to, not including, ``until``.

    ``step`` is the number of the deciding step of the order; ``tied`` says that several communities served
    him there; ``removed`` that the days are no head's (a finding on an invalid head).
    """

    community: str
    step: int
    tied: bool
    since: date
    until: date
    removed: bool = False

    @property
    def days(self) -> int:
        """Days of the stay."""
        return (self.until - self.since).days


class Span(NamedTuple):
    """Days from ``since`` up to, not including, ``until``."""

    since: date
    until: date


def placed(spell: Spell, served: Served, order: Order) -> tuple[str, int, bool]:
    """Community, number of the step and whether the tie rule decided; ``("", -1, False)`` for nowhere."""
    for number, step in enumerate(order.steps):
        if step.person_type not in (EVERYONE, spell.person_type):
            continue
        if step.by == REST:
            return order.rest, number, False
        code = getattr(spell, step.column)
        names = served.of(step.kind, code) if code else ()
        if names:
            chosen = names[0] if len(names) == 1 else order.tie.choose(names, spell.person_key)
            return chosen, number, len(names) > 1
    return "", -1, False


def stays(spell: Spell, stretches: Stretches, order: Order, removed: Iterable[Span] = ()) -> list[Stay]:
    """The stays of one roster row within the period, in order; stretches with one answer are one stay.

    :param removed: days on which the person is no valid head.
    """
    first = max(spell.valid_from, stretches.since)
    last = min(spell.valid_to or date.max, stretches.until)
    found: list[Stay] = []
    for start, end, served in zip(stretches.starts, stretches.ends, stretches.served, strict=True):
        since, until = max(first, start), min(last, end)
        if since >= until:
            continue
        stay = Stay(*placed(spell, served, order), since, until)
        if found and (*found[-1][:3], found[-1].until) == (*stay[:3], since):
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(stay)
    return _cut(found, sorted(removed))


def _cut(found: list[Stay], removed: Sequence[Span]) -> list[Stay]:
    """Stays with the removed days as stays of their own."""
    pieces: list[Stay] = []
    for stay in found:
        at = stay.since
        for span in removed:
            since, until = max(at, span.since), min(stay.until, span.until)
            if since >= until:
                continue
            if at < since:
                pieces.append(stay._replace(since=at, until=since))
            pieces.append(stay._replace(since=since, until=until, removed=True))
            at = until
        if at < stay.until:
            pieces.append(stay._replace(since=at))
    return pieces


_FIELDS = (
    ("person_type", "人员类别"), ("signed_institution", "签约机构"), ("household_region", "户籍地"),
    ("residence_region", "常住地"), ("university", "高校"), ("employer", "用人单位"),
)  # fmt: skip


def explain(spell: Spell, stretches: Stretches, order: Order, removed: Iterable[Span] = ()) -> Worksheet:
    """Why one roster row belongs where it does: facts, rules, and each stay with the step that decided."""
    sheet = Worksheet(f"归属说明 {spell.valid_from}起")
    for name, label in _FIELDS:
        sheet.given(name, label, getattr(spell, name) or "无", "")
    sheet.given("since", "参保起始", str(spell.valid_from), "日")
    sheet.given("until", "参保截止（不含）", str(spell.valid_to or "长期"), "日")
    for rule in order.rules:
        value = rule.value if isinstance(rule.value, str) else f"{len(rule.value)}步"
        sheet.rule(rule.key, rule.label, value, rule.unit, rule=rule)
    facts = [name for name, _ in _FIELDS]
    for number, stay in enumerate(stays(spell, stretches, order, removed), start=1):
        step = order.steps[stay.step] if stay.step >= 0 else None
        why = "没有一步能确定" if step is None else LABELS[step.by]
        if stay.tied:
            why += f"；同一地区有几个医共体，按{order.tie.formula}"
        used = [step.column] if step is not None and step.column else facts
        sheet.line(
            f"community_{number}", f"{stay.since}至{stay.until}（不含）", stay.community or "无", "医共体",
            formula=f"第{stay.step + 1}步：{why}" if step else why, inputs=used, rule=order.step_rule(),
        )  # fmt: skip
        sheet.line(
            f"days_{number}", "无效人头剔除的天数" if stay.removed else "天数", stay.days, "天",
            formula="截止 − 起始", inputs=[f"community_{number}"],
        )  # fmt: skip
    return sheet
