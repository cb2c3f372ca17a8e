"""A small pool of invented experts for the tests of draws and conflicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, cast

from chspay_core.policy import Policy
from chspay_dispute.engine.experts.conflict import RULES, ConflictRule, Matter
from chspay_dispute.engine.experts.record import Expert, Role
from chspay_dispute.engine.experts.terms import Need, Terms

DAY = date(2027, 3, 1)
SECRET = "0123456789abcdef" * 4
BEACON = "2027-02-28 第2027023期 03 11 17 20 28 31 + 07"
SOURCE = "全国联合销售彩票双色球第2027023期开奖号码"
AT = "2027-02-28T13:15:00Z"
BLIND = "fedcba9876543210" * 4
MATTER = Matter("D-1", frozenset({"H01"}), frozenset({"C1"}), "F", "L2026-7", frozenset({"S9"}))
TERMS = Terms(
    policy=cast(Policy, None),
    size=3,
    size_fresh=5,
    needs=(
        Need("clinician", "本专业临床专家", frozenset({Role.CLINICAL}), True, 1),
        Need("coder", "编码专家", frozenset({Role.CODING}), False, 1),
        Need("fund", "医保或财务专家", frozenset({Role.INSURANCE, Role.FINANCE}), False, 1),
    ),
    conflicts=tuple(ConflictRule(name, 36 if name.startswith("same_institution") else 0) for name in RULES),
    institutions=2,
    levels=2,
    substitutes=1,
    added=2,
    load_months=12,
    threshold=Fraction(1, 2),
    quorum=3,
    spread=Fraction(30),
    audit=Fraction(1, 20),
    removal=(),
    cross_reviewers=2,
)


def expert(number: int, role: Role, **more: Any) -> Expert:
    """Expert number so and so, of a hospital and level that follow from the number."""
    made = Expert(
        expert_id=f"E{number:03d}",
        institution=f"H{10 + number % 7}",
        level=1 + number % 3,
        roles=frozenset({role}),
        specialties=frozenset({"MDC:F"}) if role is Role.CLINICAL else frozenset(),
        term=(date(2026, 1, 1), date(2029, 1, 1)),
        trained_until=date(2028, 1, 1),
    )
    return replace(made, **more)


def pool(each: int = 8, **more: Any) -> list[Expert]:
    """So many clinicians, coders and insurance people."""
    roles = (Role.CLINICAL, Role.CODING, Role.INSURANCE)
    return [expert(number, roles[number % 3], **more) for number in range(3 * each)]
