"""The coefficient 差异系数 of a hospital in a group: published by level or hospital, or measured.

Pricing asks for ``of(hospital, level, group)`` and keeps one compiled plan per ``key(...)``; where the
figure comes from is a named method of :mod:`group_methods`. Groups that take no coefficient (基层病种)
answer 1 under every method (DIP 3.0 技术规范 征求意见稿, 第三章第四节).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from copy import copy
from fractions import Fraction

from chspay_core.amounts import ratio_half_up
from chspay_core.artefact import POLICY_KEYS, ArtefactKind
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import cited
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.coefficient.table import CoefficientRow, CoefficientTable, row_keys

LEVEL_MISSING = Reason(
    "LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构{value}没有等级，而差异系数按等级确定（{document}）。请提供医疗机构等级。",
)
LEVEL_UNKNOWN = Reason(
    "LEVEL_UNKNOWN",
    Kind.PRECONDITION,
    "医疗机构{hospital}的等级“{value}”在差异系数表中没有规定（{document}）。",
)
HOSPITAL_COEFFICIENT_MISSING = Reason(
    "HOSPITAL_COEFFICIENT_MISSING",
    Kind.PRECONDITION,
    "医疗机构{value}在差异系数表中没有规定（{document}）。请补充该机构的系数。",
)
TABLE_MISSING = Reason(
    "COEFFICIENT_TABLE_MISSING",
    Kind.PRECONDITION,
    "差异系数按“{value}”测算（{document}），但没有提供测算表。请先测算并提供差异系数表。",
)
TABLE_OTHER = Reason(
    "COEFFICIENT_TABLE_OTHER",
    Kind.PRECONDITION,
    "差异系数表是按“{value}”测算的，而规定的方法是“{wanted}”（{document}），不能混用。",
)
METHOD = "coefficient.method"
BY_LEVEL, BY_HOSPITAL = "coefficient.by_level", "coefficient.by_hospital"
BY_GROUP, ADDONS = "coefficient.by_group", "coefficient.addons"
EXEMPT = "weights.no_coefficient_groups"
ONE = Fraction(1)
#: The places a coefficient is shown with on a worksheet; it is used exactly.
SHOWN = 6


class Coefficients(ABC):
    """The coefficients in force for a run; answers are exact and never negative."""

    def __init__(self, policy: Policy, exempt: frozenset[str] = frozenset()) -> None:
        self.policy = policy
        self.exempt = exempt
        #: Those of them that a published weight table says take none.
        self.exempt_by_table: frozenset[str] = frozenset()

    def joined(self, exempt: frozenset[str]) -> Coefficients:
        """The same coefficients, with the groups besides that a published weight table exempts."""
        if not exempt:
            return self
        found = copy(self)
        found.exempt, found.exempt_by_table = self.exempt | exempt, exempt - self.exempt
        return found

    def of(self, hospital_code: str, level: int | None, drg: str) -> Fraction:
        """The coefficient of this hospital in this group; 1 for a group that takes none.

        :raises Fault: when the method needs a level or a hospital's figure and has none.
        """
        return ONE if drg in self.exempt else self._of(hospital_code, level, drg)

    def key(self, hospital_code: str, level: int | None, drg: str) -> Hashable:
        """What of hospital and level the answer for ``drg`` depends on; never a fault."""
        return None if drg in self.exempt else self._key(hospital_code, level, drg)

    def write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        """The line ``coefficient`` with its rule, and above it what it rests on."""
        if drg in self.exempt:
            listed = EXEMPT if self.policy.has(EXEMPT) else METHOD
            by_table = drg in self.exempt_by_table
            rule = self.policy.rule(POLICY_KEYS[ArtefactKind.WEIGHT_TABLE] if by_table else listed)
            sheet.rule("coefficient", "差异系数（基层病种不设）", "1", "ratio", rule=rule)
        else:
            self._write(sheet, hospital_code, level, drg)

    @abstractmethod
    def _of(self, hospital_code: str, level: int | None, drg: str) -> Fraction: ...

    @abstractmethod
    def _key(self, hospital_code: str, level: int | None, drg: str) -> Hashable: ...

    @abstractmethod
    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None: ...


class NoCoefficient(Coefficients):
    """Every hospital alike, 同病同价."""

    def _of(self, _hospital_code: str, _level: int | None, _drg: str) -> Fraction:
        return ONE

    def _key(self, _hospital_code: str, _level: int | None, _drg: str) -> Hashable:
        return None

    def _write(self, sheet: Worksheet, _hospital_code: str, _level: int | None, _drg: str) -> None:
        sheet.rule("coefficient", "差异系数", "1", "ratio", rule=self.policy.rule(METHOD))


class LevelCoefficients(Coefficients):
    """One published figure per hospital level."""

    def __init__(
        self, policy: Policy, levels: Mapping[int, Fraction], exempt: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(policy, exempt)
        self.levels = dict(levels)

    def _of(self, hospital_code: str, level: int | None, _drg: str) -> Fraction:
        if level is None:
            document = cited(self.policy, BY_LEVEL)
            raise Fault(LEVEL_MISSING, field="level", value=hospital_code, document=document)
        found = self.levels.get(level)
        if found is None:
            document = cited(self.policy, BY_LEVEL)
            raise Fault(LEVEL_UNKNOWN, field="level", value=level, hospital=hospital_code, document=document)
        return found

    def _key(self, hospital_code: str, level: int | None, _drg: str) -> Hashable:
        return hospital_code if level is None else level

    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        sheet.given("level", "医疗机构等级", "" if level is None else level, "level")
        value = shown(self._of(hospital_code, level, drg))
        sheet.rule("coefficient", "差异系数", value, "ratio", rule=self.policy.rule(BY_LEVEL))


class BasePlusAddon(LevelCoefficients):
    """A published figure per level, and what a hospital has on top of it."""

    def __init__(
        self,
        policy: Policy,
        levels: Mapping[int, Fraction],
        addons: Mapping[str, Fraction],
        exempt: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(policy, levels, exempt)
        self.addons = dict(addons)

    def _of(self, hospital_code: str, level: int | None, drg: str) -> Fraction:
        return super()._of(hospital_code, level, drg) + self.addons.get(hospital_code, Fraction(0))

    def _key(self, hospital_code: str, level: int | None, drg: str) -> Hashable:
        return hospital_code, super()._key(hospital_code, level, drg)

    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        base, addon = super()._of(hospital_code, level, drg), self.addons.get(hospital_code, Fraction(0))
        sheet.given("level", "医疗机构等级", "" if level is None else level, "level")
        sheet.rule("base_coefficient", "基本系数", shown(base), "ratio", rule=self.policy.rule(BY_LEVEL))
        sheet.rule("addon", "加成系数", shown(addon), "ratio", rule=self.policy.rule(ADDONS))
        sheet.line(
            "coefficient",
            "差异系数",
            shown(base + addon),
            "ratio",
            formula="base_coefficient + addon",
            inputs=("base_coefficient", "addon"),
            rule=self.policy.rule(METHOD),
        )


class HospitalCoefficients(Coefficients):
    """One published figure per hospital."""

    def __init__(
        self, policy: Policy, hospitals: Mapping[str, Fraction], exempt: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(policy, exempt)
        self.hospitals = dict(hospitals)

    def _of(self, hospital_code: str, _level: int | None, _drg: str) -> Fraction:
        found = self.hospitals.get(hospital_code)
        if found is None:
            document = cited(self.policy, BY_HOSPITAL)
            raise Fault(
                HOSPITAL_COEFFICIENT_MISSING, field="hospital_code", value=hospital_code, document=document
            )
        return found

    def _key(self, hospital_code: str, _level: int | None, _drg: str) -> Hashable:
        return hospital_code

    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        value = shown(self._of(hospital_code, level, drg))
        sheet.rule("coefficient", "差异系数", value, "ratio", rule=self.policy.rule(BY_HOSPITAL))


class GroupCoefficients(Coefficients):
    """A published table by hospital or level, and by group; the row that says most decides.

    Keys are (hospital, level as text, group) with empty for any; (any, any, any) is what everybody else
    takes, a new group for instance.
    """

    def __init__(
        self,
        policy: Policy,
        rows: Mapping[tuple[str, str, str], Fraction],
        exempt: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(policy, exempt)
        self.rows = dict(rows)
        self._by_hospital = any(hospital for hospital, _, _ in self.rows)

    def _of(self, hospital_code: str, level: int | None, drg: str) -> Fraction:
        tier = "" if level is None else str(level)
        for key in row_keys(hospital_code, tier, drg):
            found = self.rows.get(key)
            if found is not None:
                return found
        document = cited(self.policy, BY_GROUP)
        raise Fault(
            HOSPITAL_COEFFICIENT_MISSING, field="hospital_code", value=hospital_code, document=document
        )

    def _key(self, hospital_code: str, level: int | None, _drg: str) -> Hashable:
        return (hospital_code if self._by_hospital else "", level)

    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        value = shown(self._of(hospital_code, level, drg))
        sheet.rule("coefficient", "差异系数", value, "ratio", rule=self.policy.rule(BY_GROUP))


class TableCoefficients(Coefficients):
    """Coefficients measured on a base year; without the table nothing can be priced."""

    def __init__(
        self, policy: Policy, table: CoefficientTable | None, exempt: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(policy, exempt if table is None else exempt | frozenset(table.exempt))
        wanted = policy.text(METHOD)
        if table is not None and table.method != wanted:
            document = cited(policy, METHOD)
            raise Fault(TABLE_OTHER, field=METHOD, value=table.method, wanted=wanted, document=document)
        self.table = table
        self._by_hospital = table is None or any(row.hospital_code for row in table.rows)

    def _found(self, hospital_code: str, level: int | None, drg: str) -> CoefficientRow | None:
        document = cited(self.policy, METHOD)
        if self.table is None:
            raise Fault(TABLE_MISSING, field=METHOD, value=self.policy.text(METHOD), document=document)
        row = self.table.row(hospital_code, level, drg)
        if row is None and not self.table.new_is_one:
            reason = HOSPITAL_COEFFICIENT_MISSING if self._by_hospital else LEVEL_MISSING
            raise Fault(reason, field="hospital_code", value=hospital_code, document=document)
        return row

    def _of(self, hospital_code: str, level: int | None, drg: str) -> Fraction:
        row = self._found(hospital_code, level, drg)
        return ONE if row is None or self.table is None else self.table.value(row)

    def _key(self, hospital_code: str, level: int | None, _drg: str) -> Hashable:
        return hospital_code if self._by_hospital or level is None else level

    def _write(self, sheet: Worksheet, hospital_code: str, level: int | None, drg: str) -> None:
        row = self._found(hospital_code, level, drg)
        rule = self.policy.rule(METHOD)
        if row is None or self.table is None:
            sheet.rule("coefficient", "差异系数（新病组按1）", "1", "ratio", rule=rule)
            return
        sheet.given("coefficient_table", "差异系数测算表", self.table.digest, "digest")
        sheet.rule("coefficient", "差异系数", shown(self.table.value(row)), "ratio", rule=rule)


def shown(factor: Fraction) -> str:
    """A coefficient as a worksheet shows it, without needless zeros."""
    text = format(ratio_half_up(factor.numerator, factor.denominator, SHOWN), "f")
    return text.rstrip("0").rstrip(".")
