"""People at the door: accounts, sessions, lockout, roles, and what is written down of it all."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx
import pytest
import pytest_asyncio
from access_world import GOOD, begin, manager, person, sign_in
from gateway_world import OTHER, OWN, POOL

from chspay_cli.cli_client import issue
from chspay_core.errors import Fault
from chspay_gateway.access import passwords, personal
from chspay_gateway.national.transactions import SERVED
from chspay_kit import journal

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def managed(gw):
    """A manager and an auditor of the city; no test here is about how often one may try."""
    gw.app.state.gateway.access.doors._rate = 0.0
    await manager(gw)


async def test_a_start_password_opens_nothing_but_its_own_change(gw):
    """The manager knows it, so nothing may be done with it in another person's name."""
    number, start = await person(gw, "clerk.one", role="county", region="990101", duties=["handling"])
    told = (await sign_in(gw, "Clerk.One ", start)).json()
    assert told["must_change"]
    assert told["role"]["role_name"] == "县（区）级医保部门"
    gw.keys["one"] = told["token"]
    refused = await gw.ask("GET", "/api/v1/me", who="one")
    assert (refused.status_code, refused.json()["reason"]) == (403, "PASSWORD_MUST_CHANGE")
    await begin(gw, "clerk.one", start, "one")
    me = (await gw.ask("GET", "/api/v1/me", who="one")).json()
    assert me == {"subject": f"user:{number}", "role": "bureau", "institution": "", "region": "990101",
                  "level": "county", "duties": ["handling"]}  # fmt: skip
    rows = await gw.admin.fetchrow("SELECT * FROM gateway.account WHERE account_id = $1", number)
    assert rows["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    stored = await gw.admin.fetch("SELECT token_hash FROM gateway.login_session")
    assert all(gw.keys["one"].encode() not in row["token_hash"] for row in stored)


@pytest.mark.parametrize(
    "bad",
    ["short", "passwordpassword", "P@ssw0rd12345", "123456789012", "aaaaaaaaaaaaaaa", "abcdefghijklmnop",
     "clerk.clerk.clerk", "qwertyuiop12", "woaini1314520", "x" * 129],
)  # fmt: skip
async def test_a_password_a_stranger_would_try_is_refused(bad):
    """Most accounts are lost to a guess, not to a broken cipher."""
    with pytest.raises(Fault) as caught:
        passwords.check(bad, "clerk", "clerk")
    assert caught.value.reason.code in {"PASSWORD_LENGTH", "PASSWORD_GUESSABLE"}
    passwords.check(GOOD, "clerk.one", "张三")


async def test_wrong_passwords_make_one_wait_known_login_or_not(gw):
    """Guessing has to become slow, and the waiting must not tell which logins exist."""
    _, start = await person(gw, "clerk.two", role="hospital", institution=OWN)
    for login in ("clerk.two", "nobody.at.all"):
        tried = [await sign_in(gw, login, "wrong wrong wrong") for _ in range(6)]
        assert [each.status_code for each in tried] == [401] * 5 + [429]
        assert tried[-1].json()["reason"] == "SIGN_IN_LOCKED"
        assert 50 <= int(tried[-1].headers["retry-after"]) <= 60
    assert (await sign_in(gw, "clerk.two", start)).status_code == 429
    await gw.admin.execute("UPDATE gateway.sign_in_failure SET until = now() - interval '1 second'")
    assert (await sign_in(gw, "clerk.two", "wrong again")).status_code == 401
    assert 110 <= int((await sign_in(gw, "clerk.two", start)).headers["retry-after"]) <= 120
    number = await gw.admin.fetchval("SELECT account_id FROM gateway.account WHERE login = 'clerk.two'")
    again = (await gw.ask("POST", f"/api/v1/accounts/{number}/reset", who="manager")).json()["start_password"]
    assert (await sign_in(gw, "clerk.two", again)).status_code == 201


async def test_attempts_at_one_moment_are_not_all_the_first(gw):
    """Who tries fifty passwords at once must not get fifty free tries."""
    answers = await asyncio.gather(*[sign_in(gw, "many.at.once", f"wrong {n}") for n in range(12)])
    assert sorted(each.status_code for each in answers) == [401] * 5 + [429] * 7


async def try_from(gw, address, login, password):
    """An attempt from another address."""
    transport = httpx.ASGITransport(gw.app, client=(address, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        return await http.post("/api/v1/sessions", json={"login": login, "password": password})


async def test_a_stranger_with_wrong_passwords_keeps_nobody_out(gw):
    """Whoever knows the login of a head of office could else close the office by typing nonsense."""
    number, start = await person(gw, "clerk.six", role="county", region="990101")
    await begin(gw, "clerk.six", start, "six")
    for tries in (6, 1):
        for _ in range(tries):
            last = await try_from(gw, "192.0.2.66", "clerk.six", "wrong wrong wrong")
        assert last.json()["reason"] == "SIGN_IN_LOCKED"
        assert (await sign_in(gw, "clerk.six", GOOD)).status_code == 201
    assert (await try_from(gw, "192.0.2.66", "clerk.six", GOOD)).status_code == 429
    for _ in range(5):
        assert (await sign_in(gw, "clerk.six", "wrong wrong wrong")).status_code == 401
    assert (await sign_in(gw, "clerk.six", GOOD)).status_code == 429
    again = await gw.ask("POST", f"/api/v1/accounts/{number}/reset", who="manager")
    start = again.json()["start_password"]
    assert (await try_from(gw, "192.0.2.66", "clerk.six", start)).status_code == 201


async def test_choosing_a_new_password_is_no_guessing(gw):
    """The first hour of many a clerk: five passwords too weak must not lock the person out."""
    _, start = await person(gw, "clerk.seven", role="county", region="990101")
    gw.keys["seven"] = (await sign_in(gw, "clerk.seven", start)).json()["token"]
    for number in range(7):
        answer = await gw.ask(
            "PUT",
            "/api/v1/sessions/current/password",
            who="seven",
            json={"old": start, "new": f"weak{number}"},
        )
        assert answer.json()["reason"] == "PASSWORD_LENGTH"
    assert (await sign_in(gw, "clerk.seven", start)).status_code == 201


async def test_an_unknown_login_costs_the_same_work(gw):
    """The time an answer takes must not tell which logins exist: both are written down."""
    await person(gw, "clerk.eight", role="county", region="990101")
    seen = []
    for login in ("clerk.eight", "nobody.here"):
        before = await gw.admin.fetchval("SELECT count(*) FROM gateway.journal_batch")
        assert (await sign_in(gw, login, "wrong wrong wrong")).status_code == 401
        seen.append(await gw.admin.fetchval("SELECT count(*) FROM gateway.journal_batch") - before)
    assert seen == [1, 1]


async def test_a_session_ends_in_every_way_it_should(gw):
    """Out, idle, too long, closed, another password elsewhere: a token is worth nothing then."""
    number, start = await person(gw, "clerk.three", role="county", region="990101")
    desk, keys = gw.app.state.gateway.access.desk, gw.app.state.gateway.keys
    endings = {
        "out": lambda: gw.ask("DELETE", "/api/v1/sessions/current", who="three"),
        "idle": lambda: gw.admin.execute(
            "UPDATE gateway.login_session SET seen = now() - interval '31 minutes'"
        ),
        "long": lambda: gw.admin.execute("UPDATE gateway.login_session SET ends = now()"),
        "closed": lambda: gw.ask("POST", f"/api/v1/accounts/{number}/close", who="manager"),
    }
    await begin(gw, "clerk.three", start, "three")
    for how, ending in endings.items():
        gw.keys["three"] = (await sign_in(gw, "clerk.three", GOOD)).json()["token"]
        assert (await gw.ask("GET", "/api/v1/me", who="three")).status_code == 200, how
        await ending()
        keys._sessions.clear()
        refused = await gw.ask("GET", "/api/v1/me", who="three")
        assert (refused.status_code, refused.json()["reason"]) == (401, "SESSION_ENDED"), how
    assert (await sign_in(gw, "clerk.three", GOOD)).status_code == 401
    await gw.ask("POST", f"/api/v1/accounts/{number}/open", who="manager")
    first = (await sign_in(gw, "clerk.three", GOOD)).json()["token"]
    gw.keys["three"] = (await sign_in(gw, "clerk.three", GOOD)).json()["token"]
    body = {"old": GOOD, "new": "another good sentence 7"}
    assert (
        await gw.ask("PUT", "/api/v1/sessions/current/password", who="three", json=body)
    ).status_code == 204
    with pytest.raises(Fault):
        await desk.session(first)
    await desk.session(gw.keys["three"])


async def test_a_role_that_is_taken_back_ends_what_acts_as_it(gw):
    """Who leaves an office must not go on deciding there; every change of a role is written down twice."""
    number, start = await person(gw, "clerk.four", role="city", region=POOL, duties=["clearing"])
    await begin(gw, "clerk.four", start, "four")
    account = (await gw.ask("GET", f"/api/v1/accounts/{number}", who="auditor")).json()
    role = account["roles"][0]["role_id"]
    taken = await gw.ask("DELETE", f"/api/v1/accounts/{number}/roles/{role}", who="manager")
    assert taken.status_code == 204
    gw.app.state.gateway.keys._sessions.clear()
    assert (await gw.ask("GET", "/api/v1/me", who="four")).status_code == 401
    assert (await sign_in(gw, "clerk.four", GOOD)).json()["reason"] == "ACCOUNT_WITHOUT_ROLE"
    events = (await gw.ask("GET", f"/api/v1/account-events?account_id={number}", who="auditor")).json()[
        "items"
    ]
    assert [each["event"] for each in reversed(events)] == [
        "account_added", "role_granted", "signed_in", "password_changed", "role_revoked",
    ]  # fmt: skip
    changes = await gw.admin.fetch(
        "SELECT before, after FROM gateway.role_change WHERE after ->> 'role_id' = $1 ORDER BY seq", role
    )
    assert len(changes) == 2
    async with gw.admin.transaction():
        await gw.admin.execute("SET LOCAL search_path = gateway")
        assert (await journal.verify(gw.admin, "access")).intact


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ({"role": "king", "region": POOL}, "ACCOUNT_ROLE_UNKNOWN"),
        ({"role": "county", "region": POOL}, "ACCOUNT_ROLE_LEVEL"),
        ({"role": "city", "region": "330100"}, "REGION_DENIED"),
        ({"role": "province", "region": "990000"}, "REGION_DENIED"),
        ({"role": "nation", "region": "000000"}, "REGION_DENIED"),
        ({"role": "hospital", "institution": OTHER}, "ACCOUNT_INSTITUTION_UNKNOWN"),
        ({"role": "hospital", "institution": OWN, "region": POOL}, "ACCOUNT_ROLE_PLACE"),
        ({"role": "city", "region": POOL, "duties": ["handling", "audit"]}, "ACCOUNT_ROLE_DUTIES"),
        ({"role": "auditor", "region": POOL, "duties": ["handling"]}, "ACCOUNT_ROLE_DUTIES"),
        ({"role": "expert", "expert": "E9"}, "ACCOUNT_EXPERT_UNKNOWN"),
    ],
)
async def test_no_manager_gives_more_than_its_region(gw, role, reason):
    """Else the manager of a county could make itself a province."""
    accounts = (await gw.ask("GET", "/api/v1/accounts", who="manager")).json()["items"]
    number = next(each["account_id"] for each in accounts if each["login"] == "clerk.one")
    answer = await gw.ask("POST", f"/api/v1/accounts/{number}/roles", who="manager", json=role)
    assert answer.json()["reason"] == reason


async def expert(gw, pool, who):
    """Somebody recommended to the pool of experts; the number."""
    gw.keys[who] = await issue(gw.admin_url, region=pool, duties=["secretary"])
    body = {
        "pool": pool, "name": "专家", "title": "主任医师", "institution": "H970001", "level": 3,
        "roles": ["coding"], "specialties": [], "term_since": "2026-01-01", "term_until": "2036-01-01",
        "trained_until": "2036-01-01",
    }  # fmt: skip
    made = await gw.ask("POST", "/api/v1/experts", who=who, json=body)
    assert made.status_code == 201, made.text
    return made.json()["expert_id"]


async def test_nobody_becomes_an_expert_the_pool_does_not_know(gw):
    """An account that speaks as any expert number would read and decide that expert's cases."""
    body = {"login": "expert.one", "name": "李四", "home": POOL}
    number = (await gw.ask("POST", "/api/v1/accounts", who="manager", json=body)).json()["account_id"]
    path = f"/api/v1/accounts/{number}/roles"
    known = await expert(gw, POOL, "secretary")
    refused = await gw.ask("POST", path, who="manager", json={"role": "expert", "expert": "E9"})
    assert (refused.status_code, refused.json()["reason"]) == (404, "ACCOUNT_EXPERT_UNKNOWN")
    for region in ("990101", "330100"):
        gw.keys["else"] = await issue(gw.admin_url, region=region, duties=["accounts"])
        refused = await gw.ask("POST", path, who="else", json={"role": "expert", "expert": known})
        assert (refused.status_code, refused.json()["reason"]) == (404, "ACCOUNT_EXPERT_UNKNOWN")
    given = await gw.ask("POST", path, who="manager", json={"role": "expert", "expert": known})
    assert given.status_code == 201, given.text
    office = {"role": "county", "region": "990101"}
    assert (await gw.ask("POST", path, who="manager", json=office)).json()["reason"] == "EXPERT_ALONE"


async def test_nobody_manages_oneself_nor_another_region(gw):
    """The two ways to power: granting oneself, and reaching over the border."""
    number, start = await person(gw, "boss", role="city", region=POOL, duties=["accounts"])
    await begin(gw, "boss", start)
    grant = {"role": "city", "region": POOL, "duties": ["clearing"]}
    refused = await gw.ask("POST", f"/api/v1/accounts/{number}/roles", who="boss", json=grant)
    assert refused.json()["reason"] == "GRANT_SELF"
    gw.keys["far"] = await issue(gw.admin_url, region="330100", duties=["accounts"])
    assert (await gw.ask("GET", "/api/v1/accounts", who="far")).json()["items"] == []
    assert (await gw.ask("GET", "/api/v1/account-events", who="far")).json()["items"] == []
    for path in ("", "/reset", "/close"):
        method = "POST" if path else "GET"
        answer = await gw.ask(method, f"/api/v1/accounts/{number}{path}", who="far")
        assert (answer.status_code, answer.json()["reason"]) == (404, "ACCOUNT_UNKNOWN")
    assert (await gw.ask("GET", "/api/v1/accounts", who="bureau")).json()["reason"] == "DUTY_DENIED"


async def test_no_manager_comes_in_as_a_role_above_its_own(gw):
    """Whoever resets a password knows the next one: a county could sign in as the city."""
    body = {"login": "lent.out", "name": "王五", "home": "990101"}
    number = (await gw.ask("POST", "/api/v1/accounts", who="manager", json=body)).json()["account_id"]
    path = f"/api/v1/accounts/{number}"
    county = {"role": "county", "region": "990101"}
    low = (await gw.ask("POST", f"{path}/roles", who="manager", json=county)).json()["role_id"]
    gw.keys["below"] = await issue(gw.admin_url, region="990101", duties=["accounts"])
    assert (await gw.ask("POST", f"{path}/reset", who="below")).status_code == 200
    for wide in ({"role": "city", "region": POOL}, {"role": "hospital", "institution": OWN}):
        role = (await gw.ask("POST", f"{path}/roles", who="manager", json=wide)).json()["role_id"]
        for method, step in (("POST", "/reset"), ("POST", "/close"), ("POST", "/open"),
                             ("DELETE", f"/roles/{low}")):  # fmt: skip
            refused = await gw.ask(method, path + step, who="below")
            assert refused.status_code in {403, 404}, (wide, step, refused.text)
            assert refused.json()["reason"] in {"ACCOUNT_ROLE_BEYOND", "ACCOUNT_INSTITUTION_UNKNOWN"}
        assert (await gw.ask("DELETE", f"{path}/roles/{role}", who="manager")).status_code == 204
    assert (await gw.ask("POST", f"{path}/reset", who="below")).status_code == 200


async def test_who_audits_does_nothing_else_on_the_same_account(gw):
    """Signing in with the other role would be all it takes to judge one's own work."""
    for first, second in (
        ({"role": "auditor", "region": POOL}, {"role": "city", "region": POOL}),
        ({"role": "hospital", "institution": OWN}, {"role": "auditor", "region": POOL}),
    ):
        number, _ = await person(gw, f"two.hats.{first['role']}", **first)
        refused = await gw.ask("POST", f"/api/v1/accounts/{number}/roles", who="manager", json=second)
        assert (refused.status_code, refused.json()["reason"]) == (409, "AUDITOR_ALONE")


async def test_books_of_access_are_only_added_to(gw):
    """Who can change the book of what happened can make it not have happened."""
    for table in ("journal_batch", "role_change", "reading"):
        for change in (f"DELETE FROM gateway.{table}", f"TRUNCATE gateway.{table}"):
            with pytest.raises(asyncpg.PostgresError, match="append-only"):
                await gw.admin.execute(change)


async def test_every_reading_of_persons_is_written_down(gw):
    """Somebody has to be able to ask who looked at whom, without learning it from the book itself."""
    assert (await gw.ask("GET", f"/api/v1/lists?hospital_code={OWN}", who="own")).status_code == 200
    assert (await gw.ask("GET", "/fhir/Claim/L-unknown", who="bureau")).status_code == 404
    city = (await gw.ask("GET", "/api/v1/readings", who="auditor")).json()["items"]
    assert [(each["what"], each["ids"], each["region"]) for each in city] == [
        ("/fhir/Claim/{list_id}", "list_id=L-unknown", "9901")
    ]
    own = (await gw.ask("GET", f"/api/v1/readings?institution={OWN}", who="auditor")).json()["items"]
    assert {(each["what"], each["ids"]) for each in own} == {("/api/v1/lists", f"hospital_code={OWN}")}
    assert (await gw.ask("GET", "/api/v1/readings", who="manager")).json()["reason"] == "DUTY_DENIED"
    gw.keys["faraudit"] = await issue(gw.admin_url, region="330100", duties=["audit"])
    assert (await gw.ask("GET", "/api/v1/readings", who="faraudit")).json()["items"] == []
    far = await gw.ask("GET", f"/api/v1/readings?institution={OWN}", who="faraudit")
    assert far.status_code == 404


async def test_a_question_sent_as_a_body_is_written_down_too(gw):
    """A question too long for an address still tells of a person."""
    body = {"list_id": "L-none", "case_id": "", "hospital_code": OWN}
    await gw.ask("POST", "/api/v1/disputes/check", json=body)
    seen = await gw.admin.fetch("SELECT ids FROM gateway.reading WHERE what = '/api/v1/disputes/check'")
    assert [row["ids"] for row in seen] == [f"hospital_code={OWN} list_id=L-none"]
    assert personal.ids_of({}, {}, ["list_id"]) == personal.ids_of({}, {}, {"list_id": 7}) == ""


async def test_every_national_question_about_persons_is_known_as_one():
    """A transaction added tomorrow has to say whether it tells of persons."""
    of_places_and_sums = {"1201", "3201", "3608", "3609", "3610", "3611", "4105"}
    asking = {infno for infno, served in SERVED.items() if not served.writes}
    assert asking - personal.INFNOS == of_places_and_sums
