"""What a policy says of experts, read once: panels, conflicts, majorities, audits; pure.

Sizes, shares and limits are all policy (``experts.*``); the national documents leave them to the places, and
Zhejiang says: at least three drawn at random, a simple majority, no expert of the institution under review.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, fraction
from chspay_dispute.engine.experts.conflict import RULES, ConflictRule
from chspay_dispute.engine.experts.record import Role

SIZE, SIZE_FRESH = "experts.panel_size", "experts.panel_size_fresh"
COMPOSITION, CONFLICTS = "experts.composition", "experts.conflicts"
INSTITUTIONS, LEVELS = "experts.institutions_least", "experts.levels_least"
SUBSTITUTES, ADDED = "experts.substitutes", "experts.added"
LOAD_MONTHS = "experts.load_months"
THRESHOLD, QUORUM, SPREAD = "experts.threshold", "experts.quorum", "experts.spread_max"
AUDIT, REMOVAL = "experts.audit_share", "experts.removal"
CROSS_REVIEWERS = "experts.cross_reviewers"
#: The seat of whoever is eligible, besides the seats the composition names.
OPEN_SEAT = "open"


@dataclass(frozen=True, slots=True)
class Need:
    """A seat the composition names: who may take it, and how many at least."""

    seat: str
    name: str
    roles: frozenset[Role]
    of_mdc: bool
    least: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule of removal: more than ``over`` of at least ``least`` counts against an expert."""

    measure: str
    over: Fraction
    least: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules in force; shares are exact.

    :param threshold: a motion passes with more than this share of the panel.
    :param quorum: ballots that must be cast, abstentions not counted.
    :param spread: mean scores further apart than this (of 100) call two more experts.
    """

    policy: Policy
    size: int
    size_fresh: int
    needs: tuple[Need, ...]
    conflicts: tuple[ConflictRule, ...]
    institutions: int
    levels: int
    substitutes: int
    added: int
    load_months: int
    threshold: Fraction
    quorum: int
    spread: Fraction
    audit: Fraction
    removal: tuple[Limit, ...]
    cross_reviewers: int


#: What an expert is measured by; see :mod:`chspay_dispute.engine.experts.quality`.
MEASURES = {"overturned": "改判比例", "late": "逾期比例", "disagreeing": "与结论不一致比例"}


def read_terms(policy: Policy) -> Terms:
    """The rules in force.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    needs = _needs(policy)
    sizes = []
    for key in (SIZE, SIZE_FRESH):
        size = policy.integer(key)
        if size % 2 == 0 or size < 3:
            raise broken(policy, key, size, "专家组应为不少于三人的单数")
        if size < sum(need.least for need in needs):
            raise broken(policy, key, size, f"少于{COMPOSITION}要求的人数")
        sizes.append(size)
    added = policy.integer(ADDED)
    if added % 2 or added < 0:
        raise broken(policy, ADDED, added, "增加的人数应为双数，使专家组仍为单数")
    threshold = fraction(policy, THRESHOLD)
    if not Fraction(1, 2) <= threshold < 1:
        raise broken(policy, THRESHOLD, policy.text(THRESHOLD), "应不低于二分之一且小于一")
    quorum = policy.integer(QUORUM)
    if not 1 <= quorum <= sizes[0]:
        raise broken(policy, QUORUM, quorum, f"应在1与{sizes[0]}之间")
    reviewers = policy.integer(CROSS_REVIEWERS)
    if reviewers < 2:
        raise broken(policy, CROSS_REVIEWERS, reviewers, "互审每份病例至少两人")
    return Terms(
        policy=policy,
        size=sizes[0],
        size_fresh=sizes[1],
        needs=needs,
        conflicts=_conflicts(policy),
        institutions=_least(policy, INSTITUTIONS),
        levels=_least(policy, LEVELS),
        substitutes=_least(policy, SUBSTITUTES),
        added=added,
        load_months=_least(policy, LOAD_MONTHS),
        threshold=threshold,
        quorum=quorum,
        spread=fraction(policy, SPREAD),
        audit=_share(policy, AUDIT),
        removal=_removal(policy),
        cross_reviewers=reviewers,
    )


def _least(policy: Policy, key: str) -> int:
    found = policy.integer(key)
    if found < 0:
        raise broken(policy, key, found, "不能小于零")
    return found


def _share(policy: Policy, key: str) -> Fraction:
    found = fraction(policy, key)
    if found > 1:
        raise broken(policy, key, policy.text(key), "不能大于一")
    return found


def _whole(policy: Policy, key: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise broken(policy, key, text, "应为整数")
    return int(text)


def _needs(policy: Policy) -> tuple[Need, ...]:
    found: list[Need] = []
    for row in policy.table(COMPOSITION):
        seat, name, roles, mdc, least = (
            cell(policy, COMPOSITION, row, column) for column in ("seat", "name", "roles", "mdc", "least")
        )
        known = {role.value for role in Role}
        named = roles.split()
        if not named or not known.issuperset(named):
            raise broken(policy, COMPOSITION, roles, f"roles只能是{'、'.join(sorted(known))}")
        taken = not seat or seat == OPEN_SEAT or any(need.seat == seat for need in found)
        if taken or not seat.isascii() or not seat.isidentifier() or mdc not in ("yes", "no") or not name:
            raise broken(policy, COMPOSITION, seat, "seat应为不重复的英文名，mdc为yes或no，name不能为空")
        found.append(
            Need(seat, name, frozenset(Role(one) for one in named), mdc == "yes",
                 _whole(policy, COMPOSITION, least))
        )  # fmt: skip
    return tuple(found)


def _conflicts(policy: Policy) -> tuple[ConflictRule, ...]:
    found = []
    for row in policy.table(CONFLICTS):
        name, months = (cell(policy, CONFLICTS, row, column) for column in ("rule", "months"))
        if name not in RULES:
            raise broken(policy, CONFLICTS, name, f"没有这条回避规则，可用：{'、'.join(RULES)}")
        found.append(ConflictRule(name, _whole(policy, CONFLICTS, months) if months else 0))
    return tuple(found)


def _removal(policy: Policy) -> tuple[Limit, ...]:
    found = []
    for row in policy.table(REMOVAL):
        measure, over, least = (cell(policy, REMOVAL, row, column) for column in ("measure", "over", "least"))
        if measure not in MEASURES:
            raise broken(policy, REMOVAL, measure, f"measure只能是{'、'.join(MEASURES)}")
        limit = Fraction(over)
        found.append(Limit(measure, limit, _whole(policy, REMOVAL, least)))
    return tuple(found)
