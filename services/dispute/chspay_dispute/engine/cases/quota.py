"""How many cases may be applied for: of the pool, of an institution, and by way of exchange."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit and what of it is used; ``limit`` is ``None`` where the rules set none."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        """How many more fit; never below zero; ``None`` without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def fits(self, more: int = 1) -> bool:
        """Whether ``more`` further cases fit."""
        return self.limit is None or self.used + more <= self.limit


def pool_quota(policy: Policy, method: str, discharges: int, used: int, sheet: Worksheet) -> Quota:
    """The pool's quota of a cycle: a share of its discharges settled by ``drg`` or ``dip``, rounded down.

    A local share holds only as far as the national ceiling allows.
    :raises Fault: POLICY_MISSING where neither a share nor a ceiling is set.
    """
    suffix = "_dip" if method == "dip" else ""
    key, ceiling = f"dispute.quota_rate{suffix}", f"special_review.cap{suffix}"
    rate = policy.decimal(key if policy.has(key) or not policy.has(ceiling) else ceiling)
    sheet.given("discharges", "统筹区按病组（病种）结算的出院病例", discharges, "例")
    chosen = key if policy.has(key) else ceiling
    sheet.rule("rate", "限额比例", rate, "", rule=policy.rule(chosen))
    inputs, formula = ["discharges", "rate"], "floor(discharges * rate)"
    if policy.has(ceiling) and chosen != ceiling:
        top = policy.decimal(ceiling)
        sheet.rule("ceiling", "全国上限", top, "", rule=policy.rule(ceiling))
        inputs, formula = [*inputs, "ceiling"], "floor(discharges * min(rate, ceiling))"
        rate = min(rate, top)
    return _quota(rate, discharges, used, sheet, (formula, inputs))


def hospital_quota(policy: Policy, discharges: int, used: int, sheet: Worksheet) -> Quota:
    """The quota of one institution; none where the pool sets none."""
    key = "dispute.quota_hospital_rate"
    if not policy.has(key):
        return Quota(None, used)
    rate = policy.decimal(key)
    sheet.given("discharges", "本机构按病组（病种）结算的出院病例", discharges, "例")
    sheet.rule("rate", "机构限额比例", rate, "", rule=policy.rule(key))
    return _quota(rate, discharges, used, sheet, ("floor(discharges * rate)", ["discharges", "rate"]))


def swap_quota(policy: Policy, applied: int, swaps: int, sheet: Worksheet) -> Quota:
    """How many applied cases an institution may still exchange before the annual clearing."""
    rule = policy.rule("dispute.swap_ratio")
    share = policy.decimal("dispute.swap_ratio")
    sheet.given("applied", "本机构本年申请数", applied, "例")
    sheet.rule("share", "可调换的比例", share, "", rule=rule)
    return _quota(share, applied, swaps, sheet, ("floor(applied * share)", ["applied", "share"]))


def counts(policy: Policy, *, approved: bool | None, new_tech: bool) -> bool:
    """Whether a case counts against the quota.

    :param approved: how it was decided, ``None`` while it was not.
    :param new_tech: it was applied for on the ground of new drugs or techniques.
    """
    if new_tech and approved and policy.text("dispute.newtech_exempt") == "yes":
        return False
    return policy.text("dispute.quota_basis") == "applied" or approved is True


def _quota(rate: Decimal, of: int, used: int, sheet: Worksheet, how: tuple[str, list[str]]) -> Quota:
    limit = int(rate * of)
    sheet.line("limit", "限额", limit, "例", formula=how[0], inputs=how[1], rounding="向下取整")
    sheet.given("used", "已占用", used, "例")
    return Quota(limit, used)
