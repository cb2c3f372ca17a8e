"""Webhooks to a real receiver that fails first: signed, tried again, laid aside, sent again, or not sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from gateway_world import OTHER, OWN, POOL, SOUND

from chspay_cli.cli_client import issue
from chspay_client import WebhookRefused, verify_webhook
from chspay_core.errors import Fault
from chspay_gateway.webhooks import hookstore
from chspay_gateway.webhooks.addresses import check_url, pinned
from chspay_gateway.webhooks.courier import KEPT_DAYS, SOURCES, Courier

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOOKS = "/api/v1/webhooks"

RECEIVER = """
    import http.server, json, sys
    failures = int(sys.argv[1])
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            global failures
            body = self.rfile.read(int(self.headers["Content-Length"]))
            failures -= 1
            with open(sys.argv[2], "a") as file:
                file.write(json.dumps([self.path, dict(self.headers), body.decode(), failures >= 0]) + "\\n")
            self.send_response(500 if failures >= 0 else 204)
            self.end_headers()
        def log_message(self, *_): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
"""


@contextlib.asynccontextmanager
async def receiver(path: Path, failures: int):
    """Another process that answers 500 so many times and then 204; what it got stands in the file."""
    path.touch()  # noqa: ASYNC240 - an empty file of the test
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(RECEIVER), str(failures), str(path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/hook", lambda: [json.loads(x) for x in path.read_text().splitlines()]
    finally:
        process.kill()
        await process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(gw):
    """Test mode, because the receiver is on this very machine."""
    settings = gw.app.state.gateway.settings
    object.__setattr__(settings, "webhook_loopback", True)
    return gw


@contextlib.asynccontextmanager
async def courier(gw: Any, *waits: float):
    async with httpx.AsyncClient(trust_env=False) as http:
        gateway = gw.app.state.gateway
        yield Courier(gateway.store, gateway.services, http, loopback=True, waits=waits)


async def carried(one: Courier, done) -> None:
    async with asyncio.timeout(20):
        while not done():
            for source in SOURCES:
                await one.hand_out(source)
            await one.carry()
            await asyncio.sleep(0.05)


async def test_events_reach_a_receiver_that_fails_first_and_are_signed(world, tmp_path):
    """A receiver is restarted now and then: nothing may be lost by it, and it must know who speaks."""
    async with receiver(tmp_path / "got", 2) as (url, got):
        body = {"url": url, "events": ["list.accepted", "list.grouped", "list.refused"]}
        made = await world.ask("POST", HOOKS, json=body, key="hook-1")
        assert made.status_code == 201, made.text
        hook = made.json()
        assert (await world.ask("POST", HOOKS, json=body, key="hook-1")).json() == hook
        changed = await world.ask("POST", HOOKS, json=body | {"events": ["ping"]}, key="hook-1")
        assert changed.json()["reason"] == "REQUEST_ID_REUSED"
        assert "secret" not in (await world.ask("GET", HOOKS)).json()["items"][0]
        accepted = await world.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "WH1"})
        refused = await world.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "WH2", "sex": 7})
        elsewhere = SOUND | {"case_id": "WH3", "hospital_code": OTHER}
        await world.ask("POST", "/api/v1/lists", who="other", json=elsewhere)
        assert (accepted.status_code, refused.status_code) == (201, 422)
        async with courier(world, 0.05, 0.05, 0.05) as one:
            await carried(one, lambda: sum(not failed for *_, failed in got()) == 3)
        told = [verify_webhook(hook["secret"], headers, text.encode()) for _, headers, text, _ in got()]
        assert len(told) == 5, "two failures, three successes"
        assert {each["event"] for each in told} == {"list.accepted", "list.grouped", "list.refused"}
        assert len({each["id"] for each in told}) == 3
        grouped = next(each["data"] for each in told if each["event"] == "list.grouped")
        assert (grouped["setl_id"], grouped["hospital_code"]) == ("WH1", OWN)
        assert grouped["drg"]
        _, headers, text, _ = got()[0]
        with pytest.raises(WebhookRefused, match="signature"):
            verify_webhook(hook["secret"], headers, text.replace("WH", "WX").encode() + b" ")
        with pytest.raises(WebhookRefused, match="signature"):
            verify_webhook("another", headers, text.encode())
        with pytest.raises(WebhookRefused, match="timestamp"):
            verify_webhook(hook["secret"], headers, text.encode(), now=4e9)
        listed = (await world.ask("GET", f"{HOOKS}/{hook['webhook_id']}/deliveries")).json()["items"]
        assert {each["state"] for each in listed} == {"delivered"}
        ended = await world.ask(
            "DELETE", f"{HOOKS}/{hook['webhook_id']}", headers={"Idempotency-Key": "end-1"}
        )
        assert ended.status_code == 204, ended.text


async def test_what_nobody_takes_is_laid_aside_and_sent_again_when_asked(world, tmp_path):
    """A receiver away for a day must not hold up everybody, and must get the day when it is back."""
    async with receiver(tmp_path / "got", 3) as (url, got):
        made = (await world.ask("POST", HOOKS, json={"url": url, "events": ["run.finished"]})).json()
        path = f"{HOOKS}/{made['webhook_id']}"
        assert (await world.ask("POST", f"{path}/ping", json={})).status_code == 200
        async with courier(world, 0.05, 0.05) as one:
            await carried(one, lambda: len(got()) == 3)
            await one.carry()
            (dead,) = (await world.ask("GET", f"{path}/deliveries", params={"state": "dead"})).json()["items"]
            assert (dead["event"], dead["attempts"], dead["status"]) == ("ping", 3, 500)
            asked = await world.ask("POST", f"{path}/redeliver", json={"event_ids": []})
            assert asked.json() == {"sent_again": 1}
        # Another process, as after a restart: what waits is in the database.
        async with courier(world, 0.05) as other:
            await carried(other, lambda: len(got()) == 4)
        (done,) = (await world.ask("GET", f"{path}/deliveries")).json()["items"]
        assert done["state"] == "delivered"
        stranger = await world.ask("GET", f"{path}/deliveries", who="other")
        assert stranger.json()["reason"] == "WEBHOOK_NOT_FOUND"


async def test_steps_of_a_case_are_told_to_its_hospital_and_its_office_only(world, tmp_path):
    """Whoever waits for a decision need not ask every day; others hear nothing, and nobody hears reasons."""
    hooks = {}
    async with receiver(tmp_path / "got", 0) as (url, got):
        for who in ("own", "other", "bureau"):
            body = {"url": f"{url}/{who}", "events": ["case.changed"]}
            hooks[who] = (await world.ask("POST", HOOKS, who=who, json=body)).json()
        filed = {"type": "T5", "pool": POOL, "subject_ref": "PJ-2026-1", "reason": "得分有误，涉及某某"}
        case = (await world.ask("POST", "/api/v1/disputes", json=filed)).json()
        path = f"/api/v1/disputes/{case['case_no']}"
        asked = {"case_no": case["case_no"], "kind": "reason", "file_name": "说明.txt"}
        paper = await world.ask(
            "POST", "/api/v1/disputes/attachments", params=asked, files={"file": ("x", "说明".encode())}
        )
        assert paper.status_code == 201, paper.text
        event = {"event": "submit", "confirmed_digest": case["content_digest"]}
        assert (await world.ask("POST", f"{path}/events", json=event)).status_code == 200
        taken = await world.ask("POST", f"{path}/events", json={"event": "withdraw", "reason": "不再申请"})
        assert taken.status_code == 200, taken.text
        async with courier(world, 0.05) as one:
            await carried(one, lambda: len(got()) == 4)
            assert [await one.hand_out(source) for source in SOURCES] == [0, 0]
        told = {"own": [], "bureau": []}
        for path, headers, text, _ in got():
            who = path.rsplit("/", 1)[1]
            told[who].append(verify_webhook(hooks[who]["secret"], headers, text.encode()))
    for events in told.values():
        assert {each["id"] for each in events} == {f"case.changed/{case['case_no']}/{n}" for n in (1, 2)}
        states = {each["data"]["event"]: each["data"]["state"] for each in events}
        assert states == {"submit": "SUBMITTED", "withdraw": "WITHDRAWN"}
        assert {key for each in events for key in each["data"]} == {
            "case_no", "type", "event", "state", "state_text", "hospital_code",
        }  # fmt: skip
    for who, hook in hooks.items():
        await world.ask("DELETE", f"{HOOKS}/{hook['webhook_id']}", who=who)


async def test_a_subscription_ends_with_the_key_that_made_it(world, tmp_path):
    """Who was shut out must not go on hearing what happens."""
    world.keys["leaver"] = await issue(world.admin_url, institution=OWN)
    async with receiver(tmp_path / "got", 0) as (url, got):
        made = await world.ask("POST", HOOKS, who="leaver", json={"url": url, "events": ["list.accepted"]})
        path = f"{HOOKS}/{made.json()['webhook_id']}"
        assert (await world.ask("POST", f"{path}/ping", who="leaver", json={})).status_code == 200
        await world.admin.execute(
            "UPDATE gateway.api_client SET state = 'revoked' WHERE key_id = $1", world.keys["leaver"][3:15]
        )
        await world.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "WH9"})
        async with courier(world) as one:
            for source in SOURCES:
                await one.hand_out(source)
            assert await one.carry() == 0
        assert got() == []
    left = (await world.ask("GET", HOOKS)).json()["items"]
    assert path.rpartition("/")[2] not in {each["webhook_id"] for each in left}


async def test_what_is_long_over_is_cleaned_away(world):
    """Bodies of events of years would fill the database that answers hospitals."""
    for number, state, days in (
        (1, "delivered", 91),
        (2, "dead", 91),
        (3, "waiting", 91),
        (4, "delivered", 89),
    ):
        await world.admin.execute(
            "INSERT INTO gateway.webhook_delivery (webhook_id, event_id, name, body, state, written_at)"
            " VALUES ('wh-old', $1, 'ping', '', $2, now() - make_interval(days => $3))",
            f"old/{number}", state, days,
        )  # fmt: skip
    assert await hookstore.forget(world.app.state.gateway.store, KEPT_DAYS) == 2
    left = await world.admin.fetch(
        "DELETE FROM gateway.webhook_delivery WHERE webhook_id = 'wh-old' RETURNING 1"
    )
    assert len(left) == 2


async def test_a_receiver_that_never_answers_holds_up_no_other(world, tmp_path):
    """One dead machine of one hospital must not delay the news of all hospitals."""

    async def silent(_reader, _writer):
        await asyncio.sleep(60)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    dead = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with receiver(tmp_path / "got", 0) as (url, got), courier(world, 60.0) as one:
        paths = []
        for address in (dead, url):
            made = await world.ask("POST", HOOKS, json={"url": address, "events": ["run.finished"]})
            paths.append(f"{HOOKS}/{made.json()['webhook_id']}")
        for _ in range(30):
            await world.ask("POST", f"{paths[0]}/ping", json={})
        work = asyncio.create_task(one.work())
        try:
            await asyncio.sleep(0.3)
            await world.ask("POST", f"{paths[1]}/ping", json={})
            async with asyncio.timeout(6):
                while not got():  # noqa: ASYNC110 - the receiver is another process
                    await asyncio.sleep(0.05)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        for path in paths:
            await world.ask("DELETE", path, headers={"Idempotency-Key": path[-30:]})
    server.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x", "ftp://example.com/", "https://10.0.0.8/", "https://127.0.0.1/",
        "https://[::1]/", "https://[::ffff:10.0.0.8]/", "https://[fd00::1]/", "https://169.254.169.254/latest",
        "https://user:pass@example.com/", "https://example.com/#x", "https://[64:ff9b::a00:8]/", "https:///x",
        "https://100.64.0.1/", "https://0.0.0.0/", "https://exa mple.com/", "https://example.com:99999/",
    ],
)  # fmt: skip
async def test_no_receiver_leads_into_our_own_network(gw, url):
    """Who may name an address may else read what only this machine can reach."""
    with pytest.raises(Fault, match="WEBHOOK_URL_BAD"):
        check_url(url, loopback=False)


async def test_a_name_is_held_to_the_address_it_was_looked_up_at(gw):
    """A name that changes its address between the look and the call is the oldest way around."""

    async def resolve(host: str, _port: int) -> list[str]:
        return {"good.cn": ["1.1.1.1"], "trap.cn": ["1.1.1.1", "10.0.0.1"], "gone.cn": []}[host]

    assert await pinned("https://good.cn/x", loopback=False, resolve=resolve) == ("1.1.1.1", "good.cn")
    with pytest.raises(Fault, match="WEBHOOK_ADDRESS_BAD"):
        await pinned("https://trap.cn/x", loopback=False, resolve=resolve)
    with pytest.raises(Fault, match="WEBHOOK_ADDRESS_UNKNOWN"):
        await pinned("https://gone.cn/x", loopback=False, resolve=resolve)
