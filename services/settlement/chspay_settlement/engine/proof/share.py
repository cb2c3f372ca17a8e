"""One hospital's money from its own cases and what is published, to the fen: a division with one hospital.

The same forms as :mod:`chspay_settlement.engine.value.divide`; where that one adds all hospitals up, the
published sums stand here, and where whole fen were handed out among all, the published cut does.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from operator import sub

from chspay_core.amounts import divide_half_up, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import cell, number
from chspay_settlement.engine.model import HospitalAmount, HospitalTotals, PointValue
from chspay_settlement.engine.proof.cut import Cut
from chspay_settlement.engine.proof.published import Published
from chspay_settlement.engine.value.divide import (
    ABOVE_FUND,
    BELOW_FUND,
    FLOATING_CAPPED,
    LEVEL_RATES,
    SHARES,
    Division,
    Part,
    divide,
    gross_value,
)
from chspay_settlement.engine.value.elastic import Elastic, elastic
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.value.forms import Form, Way
from chspay_settlement.engine.value.split import form_of, point_value

SHARE_DIFFERS = Reason(
    "PROOF_SHARE_DIFFERS",
    Kind.PRECONDITION,
    "公布的“{field}”应为{expected}，结算单写的是{value}，两者不一致。",
)

#: What all others together are called.
OTHERS = ""


def own_division(
    fund_fen: int, public: Published, own: HospitalTotals | None, facts: Facts, policy: Policy
) -> Division:
    """The division as far as one hospital is concerned; ``None`` for one without cases that count.

    :raises Fault: PROOF_SHARE_DIFFERS naming the published figure that does not follow, and those of
        ``divide``.
    """
    form, pool = form_of(policy), _pool(public)
    _expect("residual", public.residual_fen, fund_fen - public.root.sums.fund_net_fen)
    _expect("cause", public.cause, _cause(public.residual_fen, form))
    if form.way is not Way.ELASTIC:
        _expect("fixed points", public.fixed_micro, 0)
        _expect("base points", public.base_micro, 0)
    if form.way is not Way.LEVEL_SPLIT and any(cut.of for cut in public.cuts):
        raise Fault(SHARE_DIFFERS, field="cuts", value=len(public.cuts), expected=1)
    if form.priced_up:
        _expect("cuts", len(public.cuts), 0)
        return _by_rate(fund_fen, public, own, facts, policy, form)
    whole = point_value(form, fund_fen, [pool])
    if form.way is Way.SPLIT:
        parts = [Part("all", "", whole)]
        if form.grossed:
            parts.append(Part("gross", "", gross_value(whole, [pool])))
        cut = _cut(public, "", whole.numerator_fen, whole.denominator_micro)
        return _alone(form, whole, tuple(parts), own, whole, cut, public)
    if form.way is Way.LEVEL_SPLIT:
        return _of_level(fund_fen, whole, public, own, facts, policy, form)
    return _elastic(whole, public, own, facts, policy, form)


def _cause(residual_fen: int, form: Form) -> str:
    """What the residual of a form is called."""
    if not residual_fen:
        return ""
    if form.way is Way.ELASTIC:
        return FLOATING_CAPPED
    return BELOW_FUND if residual_fen > 0 else ABOVE_FUND


def _pool(public: Published) -> HospitalTotals:
    sums = public.root.sums
    return HospitalTotals("", sums.cases, sums.points_net_micro, sums.cost_fen, sums.patient_fen)


def _alone(
    form: Form,
    whole: PointValue,
    parts: tuple[Part, ...],
    own: HospitalTotals | None,
    value: PointValue,
    cut: Cut | None,
    public: Published,
) -> Division:
    """The hospital's part of a handing out by points."""
    if own is None or cut is None:
        return Division(form, 0, whole, parts, [], (), (), 0, "")
    share = cut.share(own.points_micro, own.hospital_code, public.ties.get(own.hospital_code))
    amount = _amount(own, share, includes=value.includes_patient)
    exact = Fraction(value.numerator_fen * own.points_micro, value.denominator_micro)
    minus = own.patient_fen if value.includes_patient else 0
    return Division(form, amount.fund_fen, whole, parts, [amount], (exact - minus,), (value,), 0, "")


def _of_level(
    fund_fen: int,
    whole: PointValue,
    public: Published,
    own: HospitalTotals | None,
    facts: Facts,
    policy: Policy,
    form: Form,
) -> Division:
    """The fund cut by published shares; the hospital's level has a cut of its own."""
    shares = {
        int(cell(policy, SHARES, row, "level")): number(policy, SHARES, cell(policy, SHARES, row, "share"))
        for row in policy.table(SHARES)
    }
    levels, unit = sorted(shares), lcm(*(share.denominator for share in shares.values()))
    weights, keys = [int(shares[level] * unit) for level in levels], [str(level) for level in levels]
    funds = dict(zip(keys, largest_remainder(fund_fen, weights, keys), strict=True))
    parts, found = [], None
    wanted = "" if own is None else str(facts.levels.get(own.hospital_code))
    value = whole
    for cut in public.cuts:
        _expect(f"level {cut.of} fund", cut.total_fen, funds.get(cut.of, -1))
        part = PointValue(cut.total_fen, max(cut.weight, 1), False)
        parts.append(Part("level", cut.of, part))
        if cut.of == wanted:
            found, value = cut, part
    _expect("points of all levels", sum(cut.weight for cut in public.cuts), whole.denominator_micro)
    if own is not None and found is None:
        found = public.cut(wanted)
    return _alone(form, whole, tuple(parts), own, value, found, public)


def _elastic(
    whole: PointValue, public: Published, own: HospitalTotals | None, facts: Facts, policy: Policy, form: Form
) -> Division:
    two = elastic(policy, whole, [public.fixed_micro], public.base_micro)
    spent = whole.numerator_fen - public.residual_fen
    mean = PointValue(spent, whole.denominator_micro, whole.includes_patient)
    parts = (Part("all", "", mean), Part("fixed", "", two.fixed), Part("floating", "", two.floating))
    if own is None:
        return Division(form, 0, mean, parts, [], (), (), 0, "")
    code = own.hospital_code
    fixed = min(facts.fixed_micro.get(code, 0), own.points_micro)
    worth = two.worth(own.points_micro, fixed)
    if two.worth(whole.denominator_micro, public.fixed_micro) == whole.numerator_fen:
        share = _elastic_cut(two, whole, public).share(
            two.weights([own.points_micro], [fixed])[0], code, public.ties.get(code)
        )
    else:
        _expect("cuts", len(public.cuts), 0)
        share = divide_half_up(worth.numerator, worth.denominator)
    amount = _amount(own, share, includes=form.includes_patient)
    exact = worth - (own.patient_fen if form.includes_patient else 0)
    return Division(
        form, amount.fund_fen, mean, parts, [amount], (exact,), (mean,), 0, "", (fixed,), public.base_micro
    )


def _elastic_cut(two: Elastic, whole: PointValue, public: Published) -> Cut:
    weight = two.weights([whole.denominator_micro], [public.fixed_micro])[0]
    return _cut(public, "", whole.numerator_fen, weight)


def _by_rate(
    fund_fen: int,
    public: Published,
    own: HospitalTotals | None,
    facts: Facts,
    policy: Policy,
    form: Form,
) -> Division:
    """Each case at a published rate: nothing of the pool is needed but its mean.

    The others stand as one hospital with one case, so that a hospital without points is not a pool without.
    """
    pool, code = _pool(public), "" if own is None else own.hospital_code
    rest = pool if own is None else HospitalTotals(OTHERS, *map(sub, pool[1:], own[1:]))
    level = facts.levels.get(code, _any_level(policy, form))
    levels = {**facts.levels, OTHERS: level}
    cases = {**facts.cases, OTHERS: (rest.points_micro,)}
    totals = [rest] if own is None else [rest, own]
    done = divide(fund_fen, totals, policy, form, Facts(levels, facts.fixed_micro, cases))
    paid = public.root.sums.fund_net_fen + (pool.patient_fen if form.includes_patient else 0)
    value = done.value if form.way is Way.RATE else PointValue(paid, pool.points_micro, form.includes_patient)
    if own is None:
        return Division(form, 0, value, done.parts, [], (), (), 0, "")
    place = done.place(code)
    amount, exact, found = done.hospitals[place], done.exact[place], done.values[place]
    return Division(form, amount.fund_fen, value, done.parts, [amount], (exact,), (found,), 0, "")


def _any_level(policy: Policy, form: Form) -> int | None:
    """A level there is a rate for; what stands for the others must have one."""
    if form.way is not Way.LEVEL_RATE:
        return None
    return int(cell(policy, LEVEL_RATES, policy.table(LEVEL_RATES)[0], "level"))


def _cut(public: Published, of: str, total_fen: int, weight: int) -> Cut:
    cut = public.cut(of)
    _expect("cut total", cut.total_fen, total_fen)
    _expect("cut weight", cut.weight, weight)
    return cut


def _amount(own: HospitalTotals, share: int, *, includes: bool) -> HospitalAmount:
    fund, whole = (share - own.patient_fen, share) if includes else (share, share + own.patient_fen)
    return HospitalAmount(*own, fund_fen=fund, total_fen=whole)


def _expect(field: str, said: object, expected: object) -> None:
    if said != expected:
        raise Fault(SHARE_DIFFERS, field=field, value=said, expected=expected)
