"""A complete policy of the watch for tests, in which any rule can be replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule

BASE: dict[str, object] = {
    "budget.growth_cap": "0.10",
    "peers.method": "huber_mean@1",
    "peers.huber": "1.345",
    "peers.trim": "0.1",
    "peers.blocks": "5",
    "peers.shrink": "5",
    "indicator.catalogue": [
        {"code": "cost_per_case", "name": "例均住院费用", "unit": "yuan", "better": "lower", "places": "2"},
        {"code": "local_share", "name": "基层就诊率", "unit": "ratio", "better": "higher", "places": "4"},
        {"code": "heads", "name": "年服务人头", "unit": "persons", "better": "none", "places": "0"},
    ],
    "indicator.proposal": "peer_and_own@1",
    "indicator.peer_weight": "0.50",
    "heads.level": "0.99",
    "heads.margin": "0.05",
    "change.recognised": ["volume", "case_mix", "price"],
    "watch.base_months": "3",
    "watch.growth_limit": "0.30",
    "forecast.method": "seasonal_ratio@1",
    "forecast.months": "6",
    "forecast.level": "0.80",
}


def policy_of(changes: Mapping[str, object] | None = None, *, without: tuple[str, ...] = ()) -> Policy:
    """The policy above with some rules replaced or left out."""
    values = {key: value for key, value in {**BASE, **(changes or {})}.items() if key not in without}
    rules = [
        Rule(key, key, "text", date(2020, 1, 1), value_of(value), "d#第一条", "demo", "990100")
        for key, value in values.items()
    ]
    document = Document("d", "测试办法", "", "测试", "", "demo")
    return Bundle.seal("990100", {"990100": "演示市"}, rules, {"d": document}).on(date(2026, 1, 1))
