"""The plain pages: readable, nothing fetched from elsewhere, nothing shown without a sign-in."""

from __future__ import annotations

import re

import pytest
from gateway_world import OWN
from settled import RUN_ID, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = (
    "/view",
    "/view/hospitals",
    f"/view/runs/{RUN_ID}",
    f"/view/runs/{RUN_ID}/statements/{OWN}",
    f"/view/runs/{RUN_ID}/worksheet?hospital_code={OWN}&case_id=C1",
)


@pytest.fixture(autouse=True)
def month(gw):
    """Pages look at a finished month, signed out at first."""
    gw.http.cookies.clear()
    with settled(gw):
        yield
    gw.http.cookies.clear()


async def sign_in(gw, who="bureau", back="/view"):
    return await gw.http.post("/view/login", data={"key": gw.keys[who], "next": back})


async def test_the_front_page_says_where_to_click(gw):
    """Somebody who opens the address in a browser must find the way."""
    page = await gw.http.get("/")
    assert page.status_code == 200
    for part in ("/view", "openapi.json", "/api/v1/lists", "国家平台接口", "上报一份结算清单"):
        assert part in page.text


async def test_pages_need_a_sign_in_and_lead_to_it(gw):
    """Amounts are not public."""
    for path in PAGES:
        answer = await gw.http.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/view/login?next=/view")
    form = await gw.http.get("/view/login?next=/view/hospitals")
    assert 'value="/view/hospitals"' in form.text


async def test_signing_in_remembers_the_key_out_of_reach_of_scripts(gw):
    """The cookie is proof of a key, not the key, and not a claim services would take."""
    wrong = await gw.http.post("/view/login", data={"key": "cp_x"})
    assert wrong.status_code == 401
    assert "访问密钥无效" in wrong.text
    answer = await sign_in(gw, back="/view/hospitals")
    assert (answer.status_code, answer.headers["location"]) == (303, "/view/hospitals")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/view"):
        assert part in cookie
    assert gw.keys["bureau"] not in cookie
    from chspay_core.errors import Fault
    from chspay_kit import auth

    token = cookie.split("=", 1)[1].split(";")[0]
    with pytest.raises(Fault, match="CLAIM_BAD"):
        auth.verify(token, b"a claim key for tests only", 0)
    elsewhere = await sign_in(gw, back="https://elsewhere.example/")
    assert elsewhere.headers["location"] == "/view"


async def test_pages_fetch_nothing_and_run_nothing(gw):
    """They must open in a closed network and be safe with any hospital name."""
    await sign_in(gw)
    for path in PAGES:
        page = await gw.http.get(path)
        assert page.status_code == 200, page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r"<script|(src|href)=[\"']?(https?:)?//", page.text)
        assert "<医院>" not in page.text
        assert "<b> " not in page.text


async def test_the_first_page_leads_to_every_run(gw):
    """Nobody should have to know the number of a run."""
    await sign_in(gw)
    page = await gw.http.get("/view")
    assert f'href="/view/runs/{RUN_ID}"' in page.text
    assert "2026年3月" in page.text


async def test_the_hospital_table_adds_up(gw):
    """The sum a reader sees is the fund to the fen."""
    await sign_in(gw)
    page = (await gw.http.get(f"/view/runs/{RUN_ID}")).text
    for part in ("12,345.67", "10,000.00", "2,345.67", "49.6833", "合计", "演示数据", "a1" * 32):
        assert part in page


async def test_a_worksheet_shows_formula_and_citation(gw):
    """The page is what a clerk takes to a dispute."""
    await sign_in(gw)
    page = (await gw.http.get(f"/view/runs/{RUN_ID}/worksheet?hospital_code={OWN}&case_id=C1")).text
    for part in ("9,000.00 元", "总费用 / 平均点数", "四舍五入，4位小数", "demo-2026#二(一)", "演示"):
        assert part in page
    statement = (await gw.http.get(f"/view/runs/{RUN_ID}/statements/{OWN}")).text
    assert "case_id=C%2F1%20%3Cb%3E" in statement
    assert "下一页" in statement


async def test_a_refusal_is_a_page_too(gw):
    """A wrong link must not show a person a JSON document."""
    await sign_in(gw)
    page = await gw.http.get("/view/runs/unknown")
    assert page.status_code == 404
    assert "没有找到月结unknown" in page.text
    assert "TEST_GONE" in page.text


async def test_signing_out_forgets(gw):
    """A shared computer must not stay signed in."""
    await sign_in(gw)
    await gw.http.post("/view/logout")
    assert (await gw.http.get("/view")).status_code == 303
