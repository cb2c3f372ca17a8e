"""Use-cases of explaining a year: compute the causes of its difference, and hold the accounts to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chspay_budget.app import steps
from chspay_budget.app.access import may
from chspay_budget.app.plans import Plans
from chspay_budget.engine import causes as engine
from chspay_budget.engine import year as years
from chspay_budget.engine.accounts import Accounts
from chspay_budget.engine.causes import Granted, Group
from chspay_budget.engine.funds import check_amount, check_document
from chspay_budget.engine.records import (
    CAUSES_UNKNOWN,
    EFFECT_UNKNOWN,
    PLAN_MISSING,
    Adjustment,
    Attribution,
)
from chspay_budget.store import adjustments as adjustment_store
from chspay_budget.store import causes as store
from chspay_budget.store import plans as plan_store
from chspay_budget.store import years as year_store
from chspay_core.errors import Fault


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of policy really cost, fen."""

    adjustment_id: str
    fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Computed causes beside the newest final accounts, where there are any."""

    attribution: Attribution
    accounts: Accounts | None

    @property
    def agree(self) -> bool:
        """Whether the accounts state what was computed."""
        return self.accounts is not None and self.accounts.by_cause() == dict(self.attribution.against_budget)


class Attributions:
    """Why years differ from their budgets."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def attribute(
        self, pool: str, year: int, groups: Sequence[Group], recovered: tuple[int, str],
        effects: Sequence[Effect], document: str,
    ) -> Compared:  # fmt: skip
        """Computes and keeps the causes of actual less the budget in force.

        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_STATE_WRONG, BUDGET_PLAN_MISSING, CAUSES_*,
            BUDGET_DOCUMENT_MISSING.
        """
        claim = may(pool, "bureau")
        await year_store.lock(pool, years.check_year(year))
        await steps.check_running(pool, year, "计算差额的原因")
        plan = await self._plans.in_force(pool, year)
        first = await plan_store.first(pool, year)
        if first is None:
            raise Fault(PLAN_MISSING, field="year", value=year, pool=pool)
        approved = [item for item in await adjustment_store.of_year(pool, year) if item.approved]
        granted = _granted(approved, effects)
        found = engine.attribute(groups, first.local_fen, granted, recovered, document)
        if found.budget_fen != plan.local_fen:
            raise AssertionError("the first budget and the adjustments make the budget in force")
        before = await store.newest(pool, year)
        new = Attribution(
            pool, year, before.version + 1 if before else 1, plan.version, found.first_budget_fen,
            found.budget_fen, found.actual_fen, found.against_first, found.against_budget, document.strip(),
            found.sheet.to_json(),
        )  # fmt: skip
        given = {"groups": [asdict(group) for group in groups], "recovered": list(recovered)}
        await store.keep(new, given, claim.subject)
        return await self.newest(pool, year)

    async def newest(self, pool: str, year: int) -> Compared:
        """The causes computed last, beside the newest final accounts.

        :raises Fault: BUDGET_CAUSES_UNKNOWN.
        """
        may(pool, "bureau", "service")
        found = await store.newest(pool, years.check_year(year))
        if found is None:
            raise Fault(CAUSES_UNKNOWN, field="year", value=year, pool=pool)
        return Compared(found, await year_store.accounts(pool, year))


def _granted(approved: Sequence[Adjustment], effects: Sequence[Effect]) -> list[Granted]:
    """What adjustments gave local inpatient care; a policy that nobody measured cost what was decided."""
    policies = {item.adjustment_id for item in approved if item.account_cause == "policy"}
    measured: dict[str, Effect] = {}
    for effect in effects:
        if effect.adjustment_id not in policies or effect.adjustment_id in measured:
            raise Fault(EFFECT_UNKNOWN, field="policy_effects", value=effect.adjustment_id)
        check_amount(effect.fen, effect.adjustment_id)
        check_document(effect.document, effect.adjustment_id)
        measured[effect.adjustment_id] = effect
    found = []
    for item in approved:
        given = item.change.local_fen
        known = measured.get(item.adjustment_id)
        document = item.decision_no if known is None else f"{item.decision_no}；{known.document.strip()}"
        cost = given if known is None else known.fen
        found.append(Granted(item.adjustment_id, item.account_cause, given, cost, document))
    return found
