"""People sign in with their accounts; the browser holds a random number and the start password is spent."""

from __future__ import annotations

import httpx
import pytest
from portal_world import POOL

from chspay_cli.cli_account import _with_people
from chspay_gateway.access.people import Wanted
from chspay_kit.auth import Claim

ADMINISTRATOR = Claim("administrator", "service", region="*", duties=("accounts", "audit"))
GOOD = "四季 常青-江边 2041"


@pytest.fixture(scope="module")
def start(settled, stack):
    """The start password of ``wang.wu``, a clerk of the city who also clears."""

    async def made(people, _database):
        account, first = await people.add(ADMINISTRATOR, "wang.wu", "王五", POOL)

        async def anywhere(_code):
            return ""

        await people.grant(ADMINISTRATOR, account.account_id, Wanted("city", region=POOL), anywhere)
        return first

    return stack.run(_with_people(stack.stack.admin_url, made))


@pytest.fixture
def browser(settled):
    """A browser without scripts."""
    with httpx.Client(base_url=settled.url, follow_redirects=True, timeout=60) as client:
        yield client


def test_from_start_password_to_the_first_page(settled, start, browser):
    """The first hour of every new clerk: it must work, and the start password must be worth nothing after."""
    wrong = browser.post("/sign-in", data={"login": "wang.wu", "password": "no such password"})
    assert (wrong.status_code, "SIGN_IN_REFUSED" in wrong.text) == (401, True)
    asked = browser.post("/sign-in", data={"login": "wang.wu", "password": start, "next": "/what-if"})
    assert asked.url.path == "/sign-in/password"
    assert browser.get("/").url.path == "/sign-in"
    for new, again, code in (
        (GOOD, "another sentence", "PORTAL_PASSWORDS_DIFFER"),
        ("password1234", "password1234", "PASSWORD_GUESSABLE"),
    ):
        told = browser.post("/sign-in/password", data={"old": start, "new": new, "again": again})
        assert code in told.text
    done = browser.post("/sign-in/password", data={"old": start, "new": GOOD, "again": GOOD})
    assert (done.url.path, "密码已更改" in done.text) == ("/sign-in", True)
    old = browser.post("/sign-in", data={"login": "wang.wu", "password": start})
    assert old.status_code == 401
    page = browser.post("/sign-in", data={"login": "wang.wu", "password": GOOD, "next": "/what-if"})
    assert (page.status_code, page.url.path) == (200, "/what-if")
    assert settled.run_id in browser.get("/").text
    for kept in ("cs_", GOOD, start):
        assert kept not in str(browser.cookies.jar)
        assert kept not in page.text
        assert kept not in settled.log.read_text("utf-8")


def test_a_way_back_that_began_elsewhere_is_refused(settled, browser):
    """A browser lured to a finished sign-in of somebody else would read and write in that name."""
    page = browser.get("/sign-in/oidc?state=x&code=y")
    assert (page.status_code, "OIDC_STATE_BAD" in page.text) == (401, True)
    assert "OIDC_OFF" in browser.get("/sign-in/oidc/start").text
