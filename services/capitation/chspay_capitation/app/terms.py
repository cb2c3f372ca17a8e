"""What a head is worth and what for, as the policy of a day says it: for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chspay_capitation.app.access import may
from chspay_capitation.clients import Rulebook
from chspay_capitation.engine.budget import BUDGET, RATES_KEY, SERVICES_KEY, read_package, read_rates
from chspay_capitation.engine.risk import RISK
from chspay_capitation.engine.settle import SETTLEMENT
from chspay_capitation.engine.visits import CAUSES_KEY, read_causes
from chspay_core.policy import Policy, Rule
from chspay_core.policy_reading import cell


@dataclass(frozen=True, slots=True)
class Shown:
    """The service package, the rates, the causes that exempt, the methods, and where each is decided."""

    services: list[tuple[str, str, bool]]
    rates: dict[str, int]
    causes: list[tuple[str, str, str]]
    budget: str
    settlement: str
    risk: str
    sources: list[tuple[Rule, str]]
    digest: str


async def terms(rulebook: Rulebook, pool: str, on: date) -> Shown:
    """The terms of a pool on a day.

    :raises Fault: ROLE_DENIED, REGION_DENIED, POLICY_*.
    """
    may(pool, "bureau", "service")
    policy = await rulebook.policy(pool, on)
    package, causes = read_package(policy), read_causes(policy)
    services, reasons = _names(policy, SERVICES_KEY, "service"), _names(policy, CAUSES_KEY, "cause")
    # A pool whose sum is decided elsewhere need not have a rate.
    rated = policy.has(RATES_KEY)
    keys = [SERVICES_KEY, *([RATES_KEY] if rated else []), CAUSES_KEY, BUDGET.key, SETTLEMENT.key, RISK.key]
    rules = [policy.rule(key) for key in keys]
    return Shown(
        [(code, services[code], counts) for code, counts in package.items()],
        read_rates(policy) if rated else {},
        [(code, reasons[code], proof) for code, proof in causes.items()],
        BUDGET.chosen(policy).name,
        SETTLEMENT.chosen(policy).name,
        RISK.chosen(policy).name,
        [(rule, policy.citation(rule)) for rule in rules],
        policy.digest,
    )


def _names(policy: Policy, key: str, code: str) -> dict[str, str]:
    return {cell(policy, key, row, code): cell(policy, key, row, "name") for row in policy.table(key)}
