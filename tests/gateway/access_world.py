"""Accounts for tests: a manager of the city, people with roles, and the identity provider as a process."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from gateway_world import OWN, POOL

from chspay_cli.cli_client import issue

#: A password nobody has anywhere else.
GOOD = "四季 常青-江边 2041"


async def manager(gw: Any) -> None:
    """A key of the city that manages accounts, and one that audits."""
    gw.keys["manager"] = await issue(gw.admin_url, region=POOL, duties=["accounts", "handling"])
    gw.keys["auditor"] = await issue(gw.admin_url, region=POOL, duties=["audit"])
    body = {
        "name": "演示医院", "kind": "hospital", "pool": POOL, "area": "990101", "level": 2,
        "agreement": "active", "since": "2020-01-01",
    }  # fmt: skip
    answer = await gw.ask("PUT", f"/api/v1/institutions/{OWN}", who="manager", json=body)
    assert answer.status_code == 200, answer.text


async def person(gw: Any, login: str, *, identity: str = "", **role: Any) -> tuple[str, str]:
    """An account with one role: its number and its start password."""
    body = {"login": login, "name": "张三", "home": POOL, "identity": identity}
    made = await gw.ask("POST", "/api/v1/accounts", who="manager", json=body)
    assert made.status_code == 201, made.text
    number = made.json()["account_id"]
    given = await gw.ask("POST", f"/api/v1/accounts/{number}/roles", who="manager", json=role)
    assert given.status_code == 201, given.text
    return number, made.json()["start_password"]


async def sign_in(gw: Any, login: str, password: str, **more: Any) -> httpx.Response:
    """An attempt."""
    body = {"login": login, "password": password, **more}
    return await gw.ask("POST", "/api/v1/sessions", who=None, json=body)


async def begin(gw: Any, login: str, start: str, who: str = "") -> str:
    """Signs in with the start password, sets the person's own, and answers the session; ``who`` names it."""
    token = (await sign_in(gw, login, start)).json()["token"]
    gw.keys[who or login] = token
    changed = await gw.ask(
        "PUT", "/api/v1/sessions/current/password", who=who or login, json={"old": start, "new": GOOD}
    )
    assert changed.status_code == 204, changed.text
    return token


@contextmanager
def provider(port: int) -> Any:
    """The identity provider, running."""
    script = Path(__file__).parent / "oidc_provider.py"
    process = subprocess.Popen([sys.executable, str(script), str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(url + "/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)
