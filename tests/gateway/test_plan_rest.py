"""A year's plan over HTTP alone: planned, approved by another, executed, watched, adjusted, explained."""

from __future__ import annotations

from decimal import Decimal

import pytest
from gateway_world import POOL

from chspay_gateway.rest.plans import PlanIn

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAN = f"/api/v1/budget/plans/{POOL}/2044"
BODY = PlanIn.model_config["json_schema_extra"]["examples"][0]


async def asked(gw, method, path, status=200, *, who="bureau", **more):
    """An answer of the status expected."""
    answer = await gw.ask(method, path, who=who, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_year_from_its_income_to_its_causes(gw):
    """What a bureau does in a year can be done over HTTP, and every sum comes back as text that adds up."""
    made = await asked(gw, "PUT", PLAN, json=BODY)
    funds = {item["fund_code"]: Decimal(item["amount"]) for item in made["funds"]}
    assert sum(funds.values()) == Decimal(made["total"]) == Decimal("2188000000.00")
    assert sum(map(Decimal, made["months"])) == Decimal(made["local_fund"])
    body = {"version": made["version"], "decision_no": "联席〔2043〕1号"}
    refused = await asked(gw, "POST", f"{PLAN}/approve", 403, json=body)
    assert refused["reason"] == "BUDGET_SAME_PERSON"
    approved = await asked(gw, "POST", f"{PLAN}/approve", who="second", json=body)
    assert approved["state"] == "approved"
    fund = await asked(gw, "GET", f"{PLAN}/funds/capitation")
    assert Decimal(fund["amount"]) == funds["capitation"]
    assert (await asked(gw, "POST", f"{PLAN}/steps", json={"event": "execute"}))["state"] == "executing"

    spent = [{"fund_code": name, "amount": "1000000.00"} for name in ("outpatient", "per_diem", "capitation")]
    month = {"spent": [{"fund_code": "inpatient", "amount": "250000000.00"}, *spent], "document": "1月报表"}
    growth = await asked(gw, "PUT", f"{PLAN}/months/1", json=month)
    assert growth["alarms"][0]["level"] == "watch"
    assert "超过“关注”的界限" in growth["alarms"][0]["message"]
    assert not growth["breached"]
    asking = {
        "cause": "outbreak", "from_month": 2, "evidence": "疾控中心通报",
        "changes": [
            {"fund_code": "inpatient", "amount": "11000000.00"},
            {"fund_code": "reserve", "amount": "-11000000.00"},
        ],
    }  # fmt: skip
    request = await asked(gw, "POST", f"{PLAN}/adjustments", json=asking)
    decision = {"approve": True, "decision_no": "联席〔2044〕2号"}
    path = f"/api/v1/budget/adjustments/{request['adjustment_id']}/decision"
    done = await asked(gw, "POST", path, who="second", json=decision)
    assert done["plan"]["state"] == "adjusted"
    assert done["plan"]["months"][0] == made["months"][0]
    more = sum(map(Decimal, done["plan"]["months"])) - sum(map(Decimal, made["months"]))
    assert more == 11_000_000
    versions = (await asked(gw, "GET", f"{PLAN}/versions"))["items"]
    assert [item["version"] for item in versions] == [2, 1]

    causes = {
        "groups": [
            {"group": "A", "planned_cases": 10, "planned": "10.00", "actual_cases": 11,
             "actual": done["plan"]["local_fund"]},
        ],
        "document": "运行分析报告",
    }  # fmt: skip
    found = await asked(gw, "PUT", f"{PLAN}/causes", json=causes)
    assert sum(Decimal(item["amount"]) for item in found["causes"]) == Decimal(found["gap"]) == 0
    detail = await asked(gw, "GET", PLAN)
    assert [step["event"] for step in detail["steps"]] == ["draft", "approve", "execute", "adjust"]
    assert any(line["citation"] == "demo-budget-2020#第六条" for line in detail["worksheet"]["lines"])


async def test_what_may_not_be_is_refused_with_its_reason(gw):
    """Above income, a hospital's cap after DRG, another place: 4xx with a reason, never a stored row."""
    poor = {**BODY, "income": "2000000000.00"}
    refused = await asked(gw, "PUT", f"/api/v1/budget/plans/{POOL}/2046", 409, json=poor)
    assert refused["reason"] == "BUDGET_OVER_INCOME"
    await asked(gw, "GET", f"/api/v1/budget/plans/{POOL}/2046", 404)
    cap = {
        "fund_code": "inpatient", "document": "指标文件",
        "holders": [{"holder": "H1", "kind": "institution", "last": "1.00", "document": "决算"}],
    }  # fmt: skip
    refused = await asked(gw, "PUT", f"/api/v1/budget/plans/{POOL}/2046/targets", 409, json=cap)
    assert refused["reason"] == "BUDGET_TARGET_AFTER_DRG"
    await asked(gw, "GET", f"/api/v1/budget/plans/{POOL}/2044", 403, who="elsewhere")
    await asked(gw, "PUT", f"/api/v1/budget/plans/{POOL}/2046", 403, who="own", json=BODY)
