"""What the year came to, and what must hold of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chspay_cli.demo.year.budget_steps import CAPITATION, INPATIENT, OUTPATIENT, PER_DIEM, RESERVE

DRG, BY_DAY, BY_ITEM, BY_HEAD, NOBODY = "drg", "per_diem", "by_item", "capitation", "none"
METHODS = {
    DRG: "按病组点数（DRG）",
    BY_DAY: "按床日",
    BY_ITEM: "按项目（门诊、药店）",
    BY_HEAD: "门诊按人头",
    NOBODY: "不支付",
}
#: The five funds of a year's plan.
POOL_NAMES = {
    INPATIENT: "住院（含异地就医）",
    OUTPATIENT: "门诊按项目",
    PER_DIEM: "床日",
    CAPITATION: "人头包干",
    RESERVE: "风险调剂金",
}


@dataclass(slots=True)
class Method:
    """One way of paying: cases, bills or heads; points, the cost, and what the fund pays, fen.

    ``points_fen`` is paid with points, ``money_fen`` with money.
    """

    code: str
    count: int = 0
    points: Decimal = Decimal(0)
    cost_fen: int = 0
    points_fen: int = 0
    money_fen: int = 0

    @property
    def fund_fen(self) -> int:
        """All that the fund pays."""
        return self.points_fen + self.money_fen

    @property
    def name(self) -> str:
        """Its Chinese name."""
        return METHODS[self.code]


@dataclass(frozen=True, slots=True)
class Pool:
    """A part of the year's budget, what was paid out of it, fen."""

    code: str
    name: str
    budget_fen: int
    paid_fen: int

    @property
    def balance_fen(self) -> int:
        """What is left; below zero: overspent."""
        return self.budget_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold at the end."""

    code: str
    name: str
    holds: bool
    told: str


@dataclass(slots=True)
class YearResult:
    """Everything that is shown and exported."""

    clearing: dict[str, Any]
    #: The year's point value over its months, yuan per point: what the forecasts were to meet.
    came: str
    months: list[dict[str, Any]]
    methods: list[Method]
    #: Cases of the months by method and reason: every case once.
    routes: list[dict[str, Any]]
    pools: list[Pool]
    budget_fen: int
    communities: list[dict[str, Any]]
    hospitals: list[dict[str, Any]]
    accounts: dict[str, int]
    paid: list[dict[str, Any]]
    digests: dict[str, str]
    checks: list[Check] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)
