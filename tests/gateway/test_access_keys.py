"""What the owner of a key does in its office, and what follows from it."""

from __future__ import annotations

import pytest
from gateway_world import COUNTY, OWN, POOL

from chspay_cli.cli_client import issue
from chspay_core.errors import Fault
from chspay_gateway import auth

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSPITAL = {"name": "演示医院", "region_code": POOL, "area_code": COUNTY, "level": 2, "since": "2020-01-01"}


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({"institution": OWN, "region": POOL}, "KEY_SCOPE_UNCLEAR"),
        ({"expert": "E1", "admin": True}, "KEY_SCOPE_UNCLEAR"),
        ({"expert": "E 1"}, "EXPERT_NUMBER_BAD"),
        ({"region": POOL, "duties": ["king"]}, "DUTY_UNKNOWN"),
        ({"region": POOL, "duties": ["lead"]}, "DUTY_NOT_HERE"),
        ({"institution": OWN, "duties": ["audit"]}, "DUTY_NOT_HERE"),
        ({"region": POOL, "duties": ["audit", "handling"]}, "DUTY_AUDIT_APART"),
        ({"admin": True, "duties": ["accounts", "audit"]}, "DUTY_AUDIT_APART"),
        ({"expert": "E1", "duties": ["handling"]}, "DUTY_NOT_HERE"),
    ],
)
async def test_a_scope_nobody_can_have_is_refused(scope, reason):
    """A hospital that audits itself, or an expert who clears, must not come about by a typing error."""
    with pytest.raises(Fault) as caught:
        auth.scope_of(**scope)
    assert caught.value.reason.code == reason


async def test_a_key_says_what_its_owner_does(gw):
    """Steps are given to duties, so the claim of a key has to carry them; an expert is called by number."""
    keys = {
        "office": ({"region": POOL}, ("bureau", ["clearing", "handling"], "city")),
        "auditor": ({"region": POOL, "duties": ["audit"]}, ("bureau", ["audit"], "city")),
        "leader": ({"institution": OWN, "duties": ["lead"]}, ("hospital", ["lead"], "")),
        "judge": ({"expert": "E1"}, ("expert", [], "")),
    }
    for name, (scope, told) in keys.items():
        gw.keys[name] = await issue(gw.admin_url, **scope)
        me = (await gw.ask("GET", "/api/v1/me", who=name)).json()
        assert (me["role"], me["duties"], me["level"]) == told
    assert me["subject"] == "expert:E1"


async def test_who_only_audits_reads_and_writes_nothing(gw):
    """Who looks for faults must not be able to make them."""
    gw.keys["auditor"] = await issue(gw.admin_url, region=POOL, duties=["audit"])
    assert (await gw.ask("GET", "/api/v1/hospitals", who="auditor")).status_code == 200
    before = await gw.rows()
    refused = await gw.ask("PUT", f"/api/v1/hospitals/{OWN}", who="auditor", json=HOSPITAL)
    assert (refused.status_code, refused.json()["reason"]) == (403, "DUTY_DENIED")
    assert "经办、结算清算、医保行政" in refused.json()["detail"]
    assert await gw.rows() == before


async def test_an_expert_sees_no_office_and_writes_nowhere_else(gw):
    """An expert is called to cases, not to books."""
    gw.keys["judge"] = await issue(gw.admin_url, expert="E1")
    for method, path in (("GET", "/api/v1/budget/years/990100/2026/accounts"), ("POST", "/api/v1/lists")):
        answer = await gw.ask(method, path, who="judge", json=None if method == "GET" else {})
        assert (answer.status_code, answer.json()["reason"]) in {(403, "BUREAU_ONLY"), (403, "ROLE_DENIED")}
    for path in ("/api/v1/hospitals", f"/api/v1/lists?hospital_code={OWN}", "/api/v1/runs"):
        assert (await gw.ask("GET", path, who="judge")).json()["items"] == []
