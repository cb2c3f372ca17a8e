"""Risk factors 风险调整: age, sex and chronic disease of a person as one factor in millionths; pure.

payment.md E.3 knows the factors and no weights, so every figure is policy. Normalising is not done here: the
quotas are split from the budget, so a factor counts only against the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from chspay_core.amounts import MICRO, decimal_text, divide_half_up, to_micro
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy, Rule
from chspay_core.policy_reading import broken, cell

AGE_KEY, CHRONIC_KEY = "capitation.risk_age", "capitation.risk_chronic"


@dataclass(frozen=True, slots=True)
class Method:
    """How the factors meet: ``combine(age_sex, chronic...)``, all in millionths."""

    name: str
    formula: str
    combine: Callable[[int, Sequence[int]], int]
    params: tuple[str, ...] = ()


RISK = Registry[Method]("capitation.risk")
_TABLES = (AGE_KEY, CHRONIC_KEY)
RISK.add(Method("none@1", "1", lambda _age, _chronic: MICRO))
RISK.add(Method("age_sex@1", "年龄性别系数", lambda age, _chronic: age, (AGE_KEY,)))
RISK.add(
    Method(
        "age_sex_plus_chronic@1",
        "年龄性别系数 + 各慢性病加成",
        lambda age, chronic: age + sum(chronic),
        _TABLES,
    )
)
RISK.add(
    Method(
        "age_sex_times_greatest@1",
        "年龄性别系数 × 最大的慢性病系数（四舍五入到六位）",
        lambda age, chronic: divide_half_up(age * max([MICRO, *chronic]), MICRO),
        _TABLES,
    )
)


@dataclass(frozen=True, slots=True)
class Band:
    """Ages from ``first`` on, up to the next band of the same sex; an empty sex is everybody's."""

    first: int
    sex: str
    factor: int


@dataclass(frozen=True, slots=True)
class Risk:
    """The factors in force."""

    method: Method
    bands: tuple[Band, ...]
    chronic: dict[str, int]
    rules: tuple[Rule, ...]

    def factor(self, age: int, sex: str, conditions: Sequence[str]) -> int:
        """The factor of a person in millionths; a condition the table does not know adds nothing."""
        return self.method.combine(self._band(age, sex), [self.chronic.get(name, 0) for name in conditions])

    def _band(self, age: int, sex: str) -> int:
        if not self.bands:
            return MICRO
        mine = [band for band in self.bands if band.first <= age and band.sex in ("", sex)]
        return max(mine, key=lambda band: (band.first, band.sex)).factor

    def starts(self) -> list[int]:
        """The ages at which some band begins, from 0 on."""
        return sorted({0, *(band.first for band in self.bands)})


def read_risk(policy: Policy) -> Risk:
    """The factors in force.

    :raises Fault: POLICY_MISSING, METHOD_UNKNOWN, POLICY_VALUE: no band from age 0 for everybody, a band
        twice, or a factor that is not above zero (for chronic disease: below zero).
    """
    method = RISK.chosen(policy)
    bands, chronic = [], {}
    rules = [policy.rule(RISK.key)]
    if AGE_KEY in method.params:
        rows = policy.table(AGE_KEY)
        rules.append(policy.rule(AGE_KEY))
        for row in rows:
            first, sex, factor = (cell(policy, AGE_KEY, row, name) for name in ("from_age", "sex", "factor"))
            value = to_micro(decimal_text(factor, AGE_KEY), AGE_KEY)
            if not first.isdecimal() or sex not in ("", "1", "2") or value <= 0:
                raise broken(policy, AGE_KEY, row, "from_age应为整数，sex为空、1或2，factor应大于零")
            bands.append(Band(int(first), sex, value))
        cells = [(band.first, band.sex) for band in bands]
        if (0, "") not in cells or len(set(cells)) != len(cells):
            raise broken(policy, AGE_KEY, rows, "应有一行从0岁起、不分性别，且各行不重复")
    if CHRONIC_KEY in method.params:
        rows = policy.table(CHRONIC_KEY)
        rules.append(policy.rule(CHRONIC_KEY))
        for row in rows:
            name, factor = (cell(policy, CHRONIC_KEY, row, part) for part in ("condition", "factor"))
            value = to_micro(decimal_text(factor, CHRONIC_KEY), CHRONIC_KEY)
            if not name or name in chronic or value < 0:
                raise broken(policy, CHRONIC_KEY, row, "condition不能为空或重复，factor不能小于零")
            chronic[name] = value
    return Risk(method, tuple(bands), chronic, tuple(rules))


def age_on(birth: date, day: date) -> int:
    """Whole years on ``day``; 0 for who is not born yet."""
    return max(day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)), 0)
