"""Reads figures out of a policy exactly, and refuses a value that cannot be meant.

Every refusal names key, place, day and document, so that the reader knows which line to correct.
"""

from __future__ import annotations

from fractions import Fraction

from chspay_core.amounts import decimal_text
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, Rule

POLICY_VALUE = Reason(
    "POLICY_VALUE",
    Kind.PRECONDITION,
    "{place}在{on}的“{field}”的值“{value}”不能使用：{why}（依据{document}）。",
)


def broken(policy: Policy, key: str, value: object, why: str) -> Fault:
    """The fault for a value of ``key`` that cannot be used."""
    rule = policy.rule(key)
    return Fault(
        POLICY_VALUE,
        field=key,
        value=value,
        place=rule.place,
        on=policy.on,
        why=why,
        document=policy.citation(rule),
    )


def number(policy: Policy, key: str, text: str) -> Fraction:
    """A cell or value of ``key`` as an exact number, zero or more."""
    found = Fraction(decimal_text(text, key))
    if found < 0:
        raise broken(policy, key, text, "不能小于零")
    return found


def fraction(policy: Policy, key: str) -> Fraction:
    """The value of ``key`` as an exact number, zero or more."""
    return number(policy, key, policy.text(key))


def positive(policy: Policy, key: str) -> Fraction:
    """The value of ``key`` as an exact number above zero."""
    found = fraction(policy, key)
    if found == 0:
        raise broken(policy, key, "0", "应大于零")
    return found


def choice(policy: Policy, key: str, *allowed: str) -> str:
    """The value of ``key``, one of the words the engine knows."""
    text = policy.text(key)
    if text not in allowed:
        raise broken(policy, key, text, "只能是" + "或".join(allowed))
    return text


def cell(policy: Policy, key: str, row: dict[str, str], column: str) -> str:
    """A cell of a table row; the column must be there."""
    if column not in row:
        raise broken(policy, key, row, f"表中缺少列{column}")
    return row[column]


def cited(policy: Policy, key: str) -> str:
    """The document behind ``key``, in words."""
    rule: Rule = policy.rule(key)
    return policy.citation(rule)
