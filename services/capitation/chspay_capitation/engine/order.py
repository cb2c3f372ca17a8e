"""The order in which a person's community is looked for, as the policy says it; pure.

杭州2019征求意见稿 二(二)3: signed members go to the community of the signing institution; unsigned residents
and flexible workers to that of their household registration or their usual residence; university students to
that of the university; employees to that of the employer. 户籍 or 常住地 is one fixed choice of the pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chspay_capitation.engine.catchment import EMPLOYER, INSTITUTION, REGION, UNIVERSITY
from chspay_capitation.engine.roster import PERSON_TYPES
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy, Rule
from chspay_core.policy_reading import broken, cell, choice

ORDER_KEY, UNSIGNED_KEY, REST_KEY = "capitation.order", "capitation.unsigned_by", "capitation.rest_community"
EVERYONE: Final = "*"
SIGNED, UNSIGNED_REGION, BY_UNIVERSITY, BY_EMPLOYER, REST = (
    "signed", "region", "university", "employer", "rest",
)  # fmt: skip
_REGIONS = {"household": "household_region", "residence": "residence_region"}
LABELS: Final = {
    SIGNED: "签约机构所在的医共体", UNSIGNED_REGION: "所在地区的医共体", BY_UNIVERSITY: "高校所在的医共体",
    BY_EMPLOYER: "用人单位所在的医共体", REST: "未能归属人员的医共体",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step: for whom, and which column is looked up in which part of the catchment."""

    person_type: str
    by: str
    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A rule between several communities that serve one region; a person's key decides, never the file.

    ``even`` hands persons out evenly by the first sixteen digits of their keys, which are as good as drawn;
    else the smallest code takes them all.
    """

    name: str
    formula: str
    even: bool

    def choose(self, names: tuple[str, ...], key: str) -> str:
        """The community of the person with ``key``."""
        return names[int(key[:_DIGITS], 16) % len(names) if self.even else 0]


_DIGITS = 16
TIE = Registry[Tie]("capitation.tie")
TIE.add(Tie("least_code@1", "代码最小的医共体", even=False))
TIE.add(Tie("even_by_key@1", "人员标识前16位 ÷ 医共体个数的余数", even=True))


@dataclass(frozen=True, slots=True)
class Order:
    """The steps in their order, the tie rule, and the community of those nobody serves (empty: refused)."""

    steps: tuple[Step, ...]
    tie: Tie
    rest: str
    rules: tuple[Rule, ...]

    def step_rule(self) -> Rule:
        """The rule that sets the order."""
        return self.rules[0]


def read_order(policy: Policy) -> Order:
    """The order in force.

    :raises Fault: POLICY_MISSING, METHOD_UNKNOWN, POLICY_VALUE: an unknown step or person type, a step after
        the rest, or the rest without its community.
    """
    rows = policy.table(ORDER_KEY)
    region = _REGIONS[choice(policy, UNSIGNED_KEY, *_REGIONS)]
    looked_up = {
        SIGNED: ("signed_institution", INSTITUTION),
        UNSIGNED_REGION: (region, REGION),
        BY_UNIVERSITY: ("university", UNIVERSITY),
        BY_EMPLOYER: ("employer", EMPLOYER),
        REST: ("", ""),
    }
    steps = []
    for row in rows:
        person_type, by = (cell(policy, ORDER_KEY, row, name) for name in ("person_type", "by"))
        if by not in looked_up or person_type not in (*PERSON_TYPES, EVERYONE):
            raise broken(policy, ORDER_KEY, row, "person_type或by不是可用的值")
        steps.append(Step(person_type, by, *looked_up[by]))
    resting = [step.by == REST for step in steps]
    if not steps or any(resting[:-1]) or (resting[-1] and steps[-1].person_type != EVERYONE):
        raise broken(policy, ORDER_KEY, rows, "至少一步；rest只能是最后一步，适用于全部人员")
    rules = [policy.rule(ORDER_KEY), policy.rule(UNSIGNED_KEY)]
    tie = TIE.chosen(policy)
    rules.append(policy.rule(TIE.key))
    rest = policy.text(REST_KEY) if resting[-1] else ""
    if resting[-1]:
        rules.append(policy.rule(REST_KEY))
    return Order(tuple(steps), tie, rest, tuple(rules))
