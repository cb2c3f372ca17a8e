"""Programs and identity providers at the door: OAuth2, OIDC over real HTTP, and how much one may ask."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from access_world import manager, person, provider
from gateway_world import COUNTY, OWN, PATH, POOL

from chspay_cli.stack import free_ports
from chspay_core.errors import Fault
from chspay_gateway.access import limits
from chspay_gateway.access.limits import Buckets
from chspay_gateway.access.oidc import OidcSettings, Provider
from chspay_gateway.envelope.route import is_path
from chspay_gateway.session import ASKING

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSPITAL = {"name": "演示医院", "region_code": POOL, "area_code": COUNTY, "level": 2, "since": "2020-01-01"}
BACK = "http://portal.test/sign-in/oidc"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def managed(gw):
    """A manager of the city."""
    gw.app.state.gateway.access.doors._rate = 0.0
    await manager(gw)


def parts(gw, who):
    return gw.keys[who][3:15], gw.keys[who][16:]


async def exchange(gw, who, **form):
    body = {"grant_type": "client_credentials", **form}
    return await gw.http.post("/oauth/token", data=body, auth=parts(gw, who))


async def test_a_key_becomes_a_token_for_a_quarter_of_an_hour(gw):
    """A program that hands its token on hands on neither its key nor more than it needs."""
    answer = await exchange(gw, "bureau")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "read write")
    gw.keys["token"] = told["access_token"]
    me, own = [(await gw.ask("GET", "/api/v1/me", who=who)).json() for who in ("token", "bureau")]
    assert me == own
    assert (await gw.ask("PUT", f"/api/v1/hospitals/{OWN}", who="token", json=HOSPITAL)).status_code == 200
    gw.keys["read"] = (await exchange(gw, "bureau", scope="read")).json()["access_token"]
    assert (await gw.ask("GET", "/api/v1/hospitals", who="read")).status_code == 200
    refused = await gw.ask("PUT", f"/api/v1/hospitals/{OWN}", who="read", json=HOSPITAL)
    assert (refused.status_code, refused.json()["reason"]) == (403, "TOKEN_READS_ONLY")


#: Where nobody is known yet, or the session itself is what changes.
OWN_DOORS = {
    "/api/v1/sessions", "/api/v1/sessions/oidc", "/api/v1/sessions/oidc/finish", "/api/v1/sessions/current",
    "/api/v1/sessions/current/password", "/oauth/token", "/auth/oauth/token", "/view/login", "/view/logout",
}  # fmt: skip


def changing(app):
    """Every other route that changes something: method and path, with its fields filled."""
    for route in app.routes:
        path = getattr(route, "path_format", "")
        for method in getattr(route, "methods", set()) - {"GET", "HEAD"}:
            if path not in OWN_DOORS | ASKING and not is_path(path):
                yield method, re.sub(r"\{[^}]*\}", "1", path)


async def test_a_token_that_reads_changes_nothing_anywhere(gw):
    """A route added tomorrow must not be the one that forgot to look at the scope of the token."""
    gw.keys["reader"] = (await exchange(gw, "admin", scope="read")).json()["access_token"]
    routes = sorted(set(changing(gw.app)))
    assert {("POST", "/api/v1/accounts"), ("DELETE", "/api/v1/what-ifs/1")} <= set(routes)
    told = {}
    for method, path in routes:
        answer = await gw.ask(method, path, who="reader", json={})
        told[method, path] = (answer.status_code, "TOKEN_READS_ONLY" in answer.text)
    assert {route: each for route, each in told.items() if each != (403, True)} == {}


async def test_who_only_audits_takes_no_simulation_away(gw):
    """A DELETE without an Idempotency-Key is a write like any other."""
    refused = await gw.ask("DELETE", "/api/v1/what-ifs/1", who="auditor")
    assert (refused.status_code, refused.json()["reason"]) == (403, "DUTY_DENIED")


async def test_requests_for_tokens_fail_as_the_rfc_says(gw):
    """Programs are written to RFC 6749, 5.2, not to us."""
    key_id, secret = parts(gw, "own")
    other = gw.keys["bureau"]
    for data, auth, status, error in (
        ({"grant_type": "password"}, (key_id, secret), 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "all"}, (key_id, secret), 400, "invalid_scope"),
        ({"grant_type": "client_credentials"}, (key_id, "x" * 32), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, (key_id, other), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, None, 401, "invalid_client"),
        (
            {"grant_type": "client_credentials", "client_secret": secret},
            (key_id, secret),
            400,
            "invalid_request",
        ),
    ):
        answer = await gw.http.post("/oauth/token", data=data, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (status, error), data
    form = {"grant_type": "client_credentials", "client_id": key_id, "client_secret": secret}
    assert (await gw.http.post("/oauth/token", data=form)).status_code == 200


async def test_a_token_ends_and_goes_with_its_key(gw):
    """Revoking the key has to be enough, and a changed token is nobody's."""
    keys = gw.app.state.gateway.keys
    gw.keys["late"] = (await exchange(gw, "second")).json()["access_token"]
    clock, keys._clock = keys._clock, lambda: clock() + 901
    assert (await gw.ask("GET", "/api/v1/me", who="late")).json()["reason"] == "TOKEN_BAD"
    keys._clock = clock
    gw.keys["bent"] = gw.keys["late"][:-4] + "AAAA"
    assert (await gw.ask("GET", "/api/v1/me", who="bent")).json()["reason"] == "TOKEN_BAD"
    await gw.admin.execute(
        "UPDATE gateway.api_client SET state = 'revoked' WHERE key_id = $1", parts(gw, "second")[0]
    )
    keys._by_id.clear()
    assert (await gw.ask("GET", "/api/v1/me", who="late")).json()["reason"] == "TOKEN_BAD"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def idp(gw, tmp_path_factory):
    """The identity provider as a process, and the gateway told of it."""
    with provider(free_ports()["gateway"]) as url:
        async with httpx.AsyncClient() as http:
            told = OidcSettings(
                url, "chspay-test", BACK, "a secret of the test client", "employee_no", "openid profile"
            )
            gw.app.state.gateway.access.desk.provider = Provider(told, http)
            await person(gw, "known", identity="E-4711", role="county", region="990101")
            yield url, http
            gw.app.state.gateway.access.desk.provider = None


async def arrive(gw, http, hint, **changed):
    """Goes to the provider as a browser would, and comes back."""
    begun = (await gw.ask("POST", "/api/v1/sessions/oidc", who=None)).json()
    sent = await http.get(f"{begun['url']}&login_hint={hint}")
    back = urlsplit(sent.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    told = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert told["state"] == begun["state"]
    body = {"state": told["state"], "code": told["code"]} | changed
    return await gw.ask("POST", "/api/v1/sessions/oidc/finish", who=None, json=body), body


async def test_the_identity_provider_opens_the_account_it_vouches_for(gw, idp):
    """Offices have one sign-in for everything; an identity without an account here opens nothing."""
    answer, body = await arrive(gw, idp[1], "E-4711")
    assert answer.status_code == 201, answer.text
    gw.keys["vouched"] = answer.json()["token"]
    assert (await gw.ask("GET", "/api/v1/sessions/current", who="vouched")).json()["login"] == "known"
    assert (await gw.ask("GET", "/api/v1/me", who="vouched")).json()["region"] == "990101"
    again = await gw.ask("POST", "/api/v1/sessions/oidc/finish", who=None, json=body)
    assert again.json()["reason"] == "OIDC_STATE_BAD"
    stranger, _ = await arrive(gw, idp[1], "E-0000")
    assert (stranger.status_code, stranger.json()["reason"]) == (403, "IDENTITY_WITHOUT_ACCOUNT")


@pytest.mark.parametrize("how", ["iss", "aud", "nonce", "exp", "azp", "key", "none"])
async def test_a_token_not_meant_for_this_sign_in_is_refused(gw, idp, how):
    """Each of these is a way to come in as somebody else."""
    url, http = idp
    await http.post(f"{url}/misbehave?how={how}")
    answer, _ = await arrive(gw, http, "E-4711")
    assert (answer.status_code, answer.json()["reason"]) == (401, "OIDC_REFUSED")
    await http.post(f"{url}/misbehave")


async def test_states_and_codes_of_others_are_refused(gw, idp):
    """A browser that was given somebody else's way back must not come in by it."""
    for changed, reason in (({"state": "x" * 43}, "OIDC_STATE_BAD"), ({"code": "x"}, "OIDC_REFUSED")):
        answer, _ = await arrive(gw, idp[1], "E-4711", **changed)
        assert (answer.status_code, answer.json()["reason"]) == (401, reason)


async def test_the_provider_may_change_its_key(gw, idp):
    """Keys turn without notice; ours are fetched again, but not at every forged token."""
    url, http = idp
    found = gw.app.state.gateway.access.desk.provider
    clock, found._clock = found._clock, lambda: clock() + 61
    await http.post(f"{url}/turn")
    answer, _ = await arrive(gw, http, "E-4711")
    assert answer.status_code == 201, answer.text
    found._clock = clock


async def test_a_provider_that_is_another_one_or_away_is_told_apart(gw, idp):
    """An operator has to see what to mend."""
    async with httpx.AsyncClient() as http:
        for issuer, reason in (
            (idp[0] + "/", "OIDC_PROVIDER_BAD"),
            ("http://127.0.0.1:9", "OIDC_PROVIDER_AWAY"),
        ):
            with pytest.raises(Fault) as caught:
                await Provider(OidcSettings(issuer, "x", BACK), http).address("s", "n", "v")
            assert caught.value.reason.code == reason
        with pytest.raises(Fault):
            Provider(OidcSettings("http://idp.example", "x", BACK), http)


async def test_who_asks_too_much_is_told_when_to_come_again(gw):
    """One program in a loop must not take the gateway from all others; each path answers in its own shape."""
    access = gw.app.state.gateway.access
    was = (access.clients._rate, access.clients._burst)
    access.clients._rate, access.clients._burst = 0.01, 3.0
    try:
        answers = [await gw.ask("GET", "/api/v1/me", who="other") for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert answers[-1].json()["reason"] == "RATE_LIMITED"
        assert 90 <= int(answers[-1].headers["retry-after"]) <= 100
        assert (await gw.ask("GET", "/api/v1/me", who="own")).status_code == 200
        wire = await gw.ask("POST", PATH, who="other", key=None, json={"infno": "1101"})
        assert (wire.status_code, wire.json()["infcode"]) == (429, "-1")
        assert "RATE_LIMITED" in wire.json()["err_msg"]
        fhir = await gw.ask("GET", "/fhir/Claim/x", who="other")
        assert (fhir.status_code, fhir.json()["resourceType"]) == (429, "OperationOutcome")
    finally:
        access.clients._rate, access.clients._burst = was


async def test_a_bucket_fills_again_and_forgets_who_is_gone():
    """The limit is a rate, not a ban."""
    now = [0.0]
    buckets = Buckets(2.0, 2.0, lambda: now[0])
    for _ in range(2):
        buckets.take("a")
    with pytest.raises(Fault) as caught:
        buckets.take("a")
    assert caught.value.facts["seconds"] == "1"
    now[0] = 0.5
    buckets.take("a")
    Buckets(0, 0).take("a")


async def test_a_full_room_of_strangers_gives_nobody_a_fresh_bucket(monkeypatch):
    """Else whoever comes from enough addresses wins for everybody, and for itself, the burst anew."""
    monkeypatch.setattr(limits, "_MOST", 2)
    buckets = Buckets(0.001, 2.0, lambda: 0.0)
    for name in ("silent", "busy", "busy", "new"):
        buckets.take(name)
    with pytest.raises(Fault):
        buckets.take("busy")
    buckets.take("silent")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
async def test_a_caller_with_a_whole_network_counts_as_one(host, counted):
    """Who has an IPv6 line has 2^64 addresses: each with a bucket of its own would be no limit."""
    assert limits.address_of(host) == counted


async def test_wrong_keys_and_tokens_at_every_door_take_from_the_address(gw):
    """Trying keys, and the provinces' token path, has to become as slow as trying passwords."""
    doors = gw.app.state.gateway.access.doors
    doors._rate, doors._burst, doors._left = 0.001, 2.0, {}
    try:
        gw.keys["wrong"] = gw.keys["own"][:-2] + "xx"
        codes = [(await gw.ask("GET", "/api/v1/me", who="wrong")).status_code for _ in range(3)]
        codes.append((await gw.ask("POST", PATH, who="wrong", json={"infno": "1101"})).status_code)
        codes.append((await gw.http.post("/auth/oauth/token")).status_code)
        assert codes == [401, 401, 429, 429, 429]
        assert (await gw.ask("GET", "/api/v1/me", who="own")).status_code == 200
    finally:
        doors._rate, doors._burst = 0.0, 60.0
