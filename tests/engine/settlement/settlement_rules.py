"""A complete policy for tests, in which any rule can be replaced; figures of payment.md A.10."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule

PLACE = "990100"
ON = date(2026, 3, 31)
BASE: dict[str, object] = {
    "points.scale": "100",
    "points.places": "4",
    "points.base_method": "mean_over_mean@1",
    "stability.method": "n_and_cv@1",
    "stability.n_min": "5",
    "stability.cv_max": "1",
    "stability.sd": "population",
    "outlier.low_multiple": "0.4",
    "outlier.low_boundary": "lt",
    "outlier.high_tiers": [
        {"up_to": "100", "multiple": "3"},
        {"up_to": "200", "multiple": "2.5"},
        {"up_to": "", "multiple": "2"},
    ],
    "outlier.high_boundary": "gt",
    "coefficient.method": "none@1",
    "settle.normal": "base_times_coefficient@1",
    "settle.low": "cost_ratio_capped@1",
    "settle.high": "as_normal@1",
    "settle.unstable": "cost_over_median@1",
    "settle.per_diem": "day_points@1",
    "settle.ungrouped": "discounted_cost@1",
    "settle.ungrouped_discount": "0.7",
    "per_diem.departments": [{"category": "psychiatry", "department": "A15"}],
    "per_diem.day_points": [{"category": "psychiatry", "points": "3.5"}],
    "point_value.form": "total_cost@1",
    "prepay.share": "0.95",
}


def policy_of(
    changes: Mapping[str, object] | None = None,
    *,
    on: date = ON,
    later: Mapping[str, object] | None = None,
    without: tuple[str, ...] = (),
) -> Policy:
    """The policy above with some rules replaced or left out; ``later`` rules begin the day after ``on``."""
    return bundle_of(changes, on=on, later=later, without=without).on(on)


def bundle_of(
    changes: Mapping[str, object] | None = None,
    *,
    on: date = ON,
    later: Mapping[str, object] | None = None,
    without: tuple[str, ...] = (),
) -> Bundle:
    """The same, sealed."""
    values = {key: value for key, value in {**BASE, **(changes or {})}.items() if key not in without}
    dated = [(key, value, date(2020, 1, 1)) for key, value in values.items()]
    dated += [(key, value, date.fromordinal(on.toordinal() + 1)) for key, value in (later or {}).items()]
    rules = [
        Rule(
            key=key,
            label=key,
            unit="text",
            since=since,
            value=value_of(value),
            cite="test#第一条",
            evidence="demo",
            place=PLACE,
        )
        for key, value, since in dated
    ]
    document = Document("test", "测试办法", "测〔2020〕1号", "测试", "2020-01-01", "demo")
    return Bundle.seal(PLACE, {PLACE: "演示市"}, rules, {"test": document})
