"""What a community is paid at the end 人头包干结算: quota against the cost of its members; pure.

``balance = quota − (inside + outside − exempt)`` [payment.md E.4]; the surplus kept and the overspend borne
are shares the joint meeting sets; assessment and the management of chronic disease decide how much of it is
released. A tight community paid as a bundle gets the quota less what its members cost outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, fraction, number
from chspay_core.worksheet import Worksheet

KEEP_KEY, BEAR_KEY = "capitation.keep", "capitation.bear"
ASSESSMENT_KEY, CHRONIC_KEY = "capitation.assessment_table", "capitation.chronic_table"

AMOUNT_NEGATIVE = Reason(
    "CAPITATION_AMOUNT_NEGATIVE",
    Kind.INVALID,
    "医共体{community}险种{insurance}的“{field}”不能小于零：{value}分。",
)
EXEMPT_OVER = Reason(
    "CAPITATION_EXEMPT_OVER",
    Kind.INVALID,
    "医共体{community}险种{insurance}剔除的费用{value}分大于外流费用{outside}分，请核对。",
)
RESULT_MISSING = Reason(
    "CAPITATION_RESULT_MISSING", Kind.PRECONDITION, "医共体{community}没有{what}，按政策{field}不能结算。"
)


class Fund(NamedTuple):
    """One community and insurance, fen: quota, members' cost inside and outside, and what of it is exempt."""

    insurance_type: str
    quota_fen: int
    inside_fen: int
    outside_fen: int
    exempt_fen: int

    @property
    def balance_fen(self) -> int:
        """Quota less charged cost: a surplus when positive."""
        return self.quota_fen - self.inside_fen - self.outside_fen + self.exempt_fen


class Results(NamedTuple):
    """The community's results: score of the assessment, rate of chronic patients under control (0 to 1).

    ``chronic_of`` says where a rate that was counted comes from.
    """

    score: Decimal | None
    chronic: Decimal | Fraction | None
    chronic_of: str = ""


class Paid(NamedTuple):
    """What one insurance pays: ``due = inside + released − borne``; the rest stays in the fund."""

    fund: Fund
    released_fen: int
    borne_fen: int

    @property
    def due_fen(self) -> int:
        """What the lead hospital gets for the members' care inside."""
        return self.fund.inside_fen + self.released_fen - self.borne_fen

    @property
    def fund_keeps_fen(self) -> int:
        """Quota less everything paid; below zero: what the fund adds of an overspend."""
        return self.fund.balance_fen - self.released_fen + self.borne_fen


@dataclass(frozen=True, slots=True)
class Method:
    """How a balance is shared; ``bundle`` pays all care of the members, inpatient included."""

    name: str
    share: Callable[[Sequence[Fund], Fraction, Policy], list[tuple[int, int]]]
    params: tuple[str, ...] = ()
    bundle: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """How a result opens the surplus: not at all, or by the steps of a table."""

    name: str
    scored: bool
    params: tuple[str, ...] = ()


SETTLEMENT = Registry[Method]("capitation.settlement")
ASSESSMENT = Registry[Gate]("capitation.assessment")
CHRONIC = Registry[Gate]("capitation.chronic")
for registry, table in ((ASSESSMENT, ASSESSMENT_KEY), (CHRONIC, CHRONIC_KEY)):
    registry.add(Gate("none@1", scored=False))
    registry.add(Gate("release_steps@1", scored=True, params=(table,)))


def _part(share: Fraction, fen: int) -> int:
    part = share * fen
    return divide_half_up(part.numerator, part.denominator)


def _together(funds: Sequence[Fund], gate: Fraction, policy: Policy) -> list[tuple[int, int]]:
    """The community's one balance is shared, and the amount split to the insurances by quota."""
    balance = sum(fund.balance_fen for fund in funds)
    released, borne = _shared(balance, gate, policy)
    keys, quotas = [fund.insurance_type for fund in funds], [fund.quota_fen for fund in funds]
    parts = (largest_remainder(amount, quotas, keys) for amount in (released, borne))
    return list(zip(*parts, strict=True))


def _apart(funds: Sequence[Fund], gate: Fraction, policy: Policy) -> list[tuple[int, int]]:
    """Each insurance's balance is shared for itself."""
    return [_shared(fund.balance_fen, gate, policy) for fund in funds]


def _bundle(funds: Sequence[Fund], _gate: Fraction, _policy: Policy) -> list[tuple[int, int]]:
    """A bundle 打包: the quota less the cost outside, whatever was spent inside."""
    return [(max(fund.balance_fen, 0), max(-fund.balance_fen, 0)) for fund in funds]


def _shared(balance: int, gate: Fraction, policy: Policy) -> tuple[int, int]:
    """Released surplus and borne overspend, fen, rounded once."""
    if balance >= 0:
        return _part(_share(policy, KEEP_KEY) * gate, balance), 0
    return 0, _part(_share(policy, BEAR_KEY), -balance)


def _share(policy: Policy, key: str) -> Fraction:
    share = fraction(policy, key)
    if share > 1:
        raise broken(policy, key, policy.text(key), "不能大于1")
    return share


_SHARES = (KEEP_KEY, BEAR_KEY)
SETTLEMENT.add(Method("shared_by_quota@1", _together, _SHARES))
SETTLEMENT.add(Method("shared_by_fund@1", _apart, _SHARES))
SETTLEMENT.add(Method("bundle_less_outside@1", _bundle, bundle=True))


def settle(
    community: str, funds: Sequence[Fund], results: Results, policy: Policy
) -> tuple[list[Paid], Worksheet]:
    """What each insurance pays the community, and how it came about.

    :raises Fault: CAPITATION_AMOUNT_NEGATIVE, CAPITATION_EXEMPT_OVER, CAPITATION_RESULT_MISSING, POLICY_*.
    """
    funds = sorted(funds)
    for fund in funds:
        _check(community, fund)
    method = SETTLEMENT.chosen(policy)
    sheet = Worksheet(f"医共体{community}人头包干结算")
    gate = Fraction(1)
    if method.params:
        for registry, value, what in (
            (ASSESSMENT, results.score, "年度考核得分"),
            (CHRONIC, results.chronic, f"慢性病管理结果{results.chronic_of}"),
        ):
            gate *= _gate(community, registry, value, what, policy, sheet)
        for key in method.params:
            rule = policy.rule(key)
            sheet.rule(key, rule.label, policy.text(key), rule.unit, rule=rule)
    shares = method.share(funds, gate, policy)
    paid = [Paid(fund, *share) for fund, share in zip(funds, shares, strict=True)]
    _write(sheet, paid, method, gate, policy)
    return paid, sheet


def _check(community: str, fund: Fund) -> None:
    for name, value in zip(fund._fields[1:], fund[1:], strict=True):
        if value < 0:
            raise Fault(
                AMOUNT_NEGATIVE, field=name, value=value, community=community, insurance=fund.insurance_type
            )
    if fund.exempt_fen > fund.outside_fen:
        raise Fault(
            EXEMPT_OVER, field="exempt_fen", value=fund.exempt_fen, outside=fund.outside_fen,
            community=community, insurance=fund.insurance_type,
        )  # fmt: skip


def _gate(
    community: str,
    registry: Registry[Gate],
    value: Decimal | Fraction | None,
    what: str,
    policy: Policy,
    sheet: Worksheet,
) -> Fraction:
    gate = registry.chosen(policy)
    rule = policy.rule(registry.key)
    sheet.rule(registry.key, rule.label, gate.name, "方法", rule=rule)
    if not gate.scored:
        return Fraction(1)
    if value is None:
        raise Fault(RESULT_MISSING, field=registry.key, community=community, what=what)
    (table,) = gate.params
    share = step_of(Fraction(value), policy, table)
    sheet.given(f"{registry.key}.result", what, _text(value) if isinstance(value, Fraction) else value, "")
    sheet.line(
        f"{registry.key}.share", f"{what}对应的比例", _text(share), "比例", formula="不高于结果的最高一档",
        inputs=[registry.key, f"{registry.key}.result"], rule=policy.rule(table),
    )  # fmt: skip
    return share


def step_of(result: Fraction, policy: Policy, key: str) -> Fraction:
    """The share of the highest row (``result``, ``share``) not above the result; below the first, nothing.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    rows = [
        (
            number(policy, key, cell(policy, key, row, "result")),
            number(policy, key, cell(policy, key, row, "share")),
        )
        for row in policy.table(key)
    ]
    results = [row[0] for row in rows]
    if not rows or results != sorted(set(results)) or any(share > 1 for _, share in rows):
        raise broken(policy, key, policy.table(key), "结果应由低到高，比例不能大于1")
    below = [share for limit, share in rows if limit <= result]
    return below[-1] if below else Fraction(0)


def _text(share: Fraction) -> str:
    return str(share.numerator) if share.denominator == 1 else f"{share.numerator}/{share.denominator}"


_GIVEN = (
    ("quota_fen", "人头额度"), ("inside_fen", "医共体内费用"), ("outside_fen", "医共体外费用"),
    ("exempt_fen", "剔除的医共体外费用"),
)  # fmt: skip


def _write(sheet: Worksheet, paid: Sequence[Paid], method: Method, gate: Fraction, policy: Policy) -> None:
    rule = policy.rule(SETTLEMENT.key)
    gates = [line.key for line in sheet.lines if line.key.endswith(".share")]
    sheet.line("gate", "结余可释放的比例", _text(gate), "比例", formula="各项结果对应比例之积", inputs=gates)
    for item in paid:
        kind = item.fund.insurance_type
        for name, label in _GIVEN:
            sheet.given(f"{name}_{kind}", f"{label}（险种{kind}）", getattr(item.fund, name), "分")
        names = [f"{name}_{kind}" for name, _ in _GIVEN]
        sheet.line(
            f"balance_{kind}", f"收支差额（险种{kind}）", item.fund.balance_fen, "分",
            formula="额度 − 内部 − 外部 + 剔除", inputs=names,
        )  # fmt: skip
    balances = [f"balance_{item.fund.insurance_type}" for item in paid]
    for item in paid:
        kind = item.fund.insurance_type
        used = [
            *balances,
            *(f"quota_fen_{each.fund.insurance_type}" for each in paid),
            "gate",
            *method.params,
        ]
        sheet.line(
            f"released_{kind}", f"释放的结余（险种{kind}）", item.released_fen, "分",
            formula=_FORMULAS[method.name][0], inputs=used, rounding="四舍五入到分", rule=rule,
        )  # fmt: skip
        sheet.line(
            f"borne_{kind}", f"分担的超支（险种{kind}）", item.borne_fen, "分",
            formula=_FORMULAS[method.name][1], inputs=used, rounding="四舍五入到分", rule=rule,
        )  # fmt: skip
        sheet.line(
            f"due_{kind}", f"应付牵头医院（险种{kind}）", item.due_fen, "分",
            formula="内部费用 + 释放的结余 − 分担的超支",
            inputs=[f"inside_fen_{kind}", f"released_{kind}", f"borne_{kind}"],
        )  # fmt: skip
    dues = [f"due_{item.fund.insurance_type}" for item in paid]
    sheet.line("due", "应付合计", sum(item.due_fen for item in paid), "分", formula="各险种之和", inputs=dues)


_FORMULAS: Mapping[str, tuple[str, str]] = {
    "shared_by_quota@1": ("差额合计 × 留用 × 可释放比例，按额度分到险种", "超支合计 × 分担，按额度分到险种"),
    "shared_by_fund@1": ("本险种差额 × 留用 × 可释放比例", "本险种超支 × 分担"),
    "bundle_less_outside@1": ("打包总额 − 外部 + 剔除 − 内部（结余全部归医共体）", "同上为负时由医共体承担"),
}
