"""Sending on to other platforms: signed as they want it, once, in order, resuming after a break."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import json
from dataclasses import replace

import httpx
import national_client as client
import pytest
from gateway_world import OWN, PATH, running

from chspay_core.errors import Fault
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.national.outbound import Outbound, Outgoing
from chspay_gateway.national.partners import Dated, Partner, Partners, read_partners
from chspay_gateway.national.profiles import shipped
from chspay_gateway.national.relay import Relay
from chspay_gateway.store import Onward
from chspay_kit import smcrypto
from chspay_kit.sm2 import Sm2Key

pytestmark = pytest.mark.asyncio(loop_scope="module")
OURS, THEIRS = Sm2Key.generate(), Sm2Key.generate()
SM4 = b"demo-client-id-1"
MESSAGE = Outgoing("4101", "M1", OWN, "990101", "990101", '{"a": 1.50, "b":"张"}'.encode())


def platform(profile: str, **more) -> Partners:
    known = Partner("up", shipped().named(profile), "", url="http://up", **more)
    return Partners({}, {"up": known}, (Dated("o", OURS.private_hex()),))


def outbound(partners: Partners, answer) -> Outbound:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Outbound("up", shipped(), lambda: partners, http)


def success(**output):
    return httpx.Response(200, json={"infcode": 0, "output": output})


PATHS = {
    "guangdong": "/ebus/gdyb_api/prd/hsa/hgs/4101",
    "hebei": "/fsi/api/medinfoupload/setllistinfoupld",
    "hunan": "/fsi/api/rsfComIfsService/callService",
    "henan": "/hss-call-service-interface",
    "baseline": "/fsi/api/rsfComIfsService/callService",
}


@pytest.mark.parametrize("profile", PATHS)
async def test_each_province_gets_its_path_headers_and_bytes(profile):
    """What we send must pass the very checks that we make of others."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return success(setl_list_id="L1")

    partners = platform(profile, secrets=(Dated("a", "demo-token"),))
    assert await outbound(partners, answer).call(MESSAGE) == {"setl_list_id": "L1"}
    (request,) = seen
    assert request.url.path == PATHS[profile]
    # The input goes out byte for byte: 1.50 stays 1.50.
    assert b'"input":' + MESSAGE.content in request.content
    headers = request.headers
    if profile in {"guangdong", "hebei"}:
        stamp, nonce = headers["x-tif-timestamp"], headers["x-tif-nonce"]
        expected = client.rio_headers("up", "demo-token", nonce=nonce, at=float(stamp))
        assert headers["x-tif-signature"] == expected["x-tif-signature"]
    elif profile == "hunan":
        stamp = headers["_api_timestamp"]
        expected = client.csb_headers("up", "demo-token", "4101", at=int(stamp) / 1000)
        assert headers["_api_signature"] == expected["_api_signature"]
    elif profile == "baseline":
        assert headers["authorization"] == "Bearer demo-token"
    body = json.loads(request.content)
    if profile == "guangdong":
        assert (body["signtype"], body["cainfo"]) == ("SM3", smcrypto.sm3(MESSAGE.content).hex())


async def test_oauth_with_signature_and_cipher_both_ways():
    """Token, SM2 over the plain text, SM4; the answer opened and its signature checked."""
    tokens = 0
    forged = False

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tokens
        if request.url.path == "/auth/oauth/token":
            tokens += 1
            assert b"username=his" in request.content
            return httpx.Response(200, json={"access_token": "T", "expires_in": 3600})
        body = json.loads(request.content)
        plain = smcrypto.sm4_ecb_decrypt(SM4, base64.b64decode(body["input"]))
        assert plain == MESSAGE.content
        assert OURS.verify_raw(base64.b64decode(body["cainfo"]), plain)
        output = b'{"setl_list_id":"L2"}'
        signed = (OURS if forged else THEIRS).sign_raw(output)
        return httpx.Response(200, json={
            "infcode": "0", "output": base64.b64encode(smcrypto.sm4_ecb_encrypt(SM4, output)).decode(),
            "cainfo": base64.b64encode(signed).decode(), "signtype": "SM2"})  # fmt: skip

    partners = platform(
        "jilin", secrets=(Dated("client", "client-secret"), Dated("user:his", "his-password")),
        sm4=(Dated("a", SM4.decode()),), sm2=(Dated("a", THEIRS.public_hex()),),
    )  # fmt: skip
    out = outbound(partners, answer)
    assert await out.call(MESSAGE) == {"setl_list_id": "L2"}
    assert await out.call(MESSAGE) == {"setl_list_id": "L2"}
    assert tokens == 1
    forged = True
    with pytest.raises(Fault, match="PLATFORM_ANSWER_BAD"):
        await out.call(MESSAGE)


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        (httpx.ConnectError("no"), "PLATFORM_AWAY"),
        (httpx.Response(502, text="x"), "PLATFORM_AWAY"),
        (httpx.Response(401, text="x"), "PLATFORM_AWAY"),
        (httpx.Response(400, text="<html>"), "PLATFORM_REFUSED"),
        (
            httpx.Response(413, json={"infcode": -1, "err_msg": "过长"}),
            "PLATFORM_REFUSED: 平台up拒绝了报文：HTTP 413 过长",
        ),
        (httpx.Response(422, json=["x"]), "PLATFORM_REFUSED"),
        (httpx.Response(200, text="<html>"), "PLATFORM_ANSWER_BAD"),
        (httpx.Response(200, json=[]), "PLATFORM_ANSWER_BAD"),
        (httpx.Response(200, json={"infcode": -1, "err_msg": "不收"}), "PLATFORM_REFUSED"),
    ],
)
async def test_only_an_answer_is_an_answer(got, reason):
    """Silence, errors and pages of a proxy leave it open whether the message was carried out."""

    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(got, Exception):
            raise got
        return got

    with pytest.raises(Fault, match=reason):
        await outbound(platform("henan"), answer).call(MESSAGE)


async def test_a_refusal_of_our_headers_is_no_refusal_of_the_message():
    """A wrong clock or key must stop the sending, not mark every message as refused."""
    body = {"errcode": 400000400, "errmsg": "timestamp is out of date."}
    partners = platform("guangdong", secrets=(Dated("a", "demo-token"),))
    with pytest.raises(Fault, match="PLATFORM_AWAY"):
        await outbound(partners, lambda _: httpx.Response(400, json=body)).call(MESSAGE)
    with pytest.raises(Fault, match="PLATFORM_REFUSED"):
        await outbound(partners, lambda _: httpx.Response(400, json={"errmsg": ["?"]})).call(MESSAGE)


async def test_a_forgotten_token_is_asked_for_again_once():
    """A platform that was started anew knows no token: waiting for its end would stop the sending."""
    tokens, good, asked = 0, "T2", 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tokens, asked
        if request.url.path == "/auth/oauth/token":
            tokens += 1
            return httpx.Response(200, json={"access_token": f"T{tokens}", "expires_in": 3600})
        asked += 1
        known = request.headers["authorization"] == f"Bearer {good}"
        return success(setl_list_id="L3") if known else httpx.Response(401)

    partners = platform(
        "jilin", secrets=(Dated("client", "client-secret"), Dated("user:his", "his-password")),
        sm4=(Dated("a", SM4.decode()),), sm2=(Dated("a", THEIRS.public_hex()),),
    )  # fmt: skip
    plain = replace(shipped().named("jilin"), signature="none", encryption="none")
    partners = replace(partners, platforms={"up": replace(partners.platforms["up"], profile=plain)})
    out = outbound(partners, answer)
    assert await out.call(MESSAGE) == {"setl_list_id": "L3"}
    assert (tokens, asked) == (2, 2)
    good = "none"
    with pytest.raises(Fault, match="PLATFORM_AWAY"):
        await out.call(MESSAGE)
    assert (tokens, asked) == (3, 4)


class Outbox:
    """One message for every platform, and what became of it."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.news = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def alone(self, _platform):
        yield True

    async def onward(self, platform, _limit):
        return [] if platform in self.told else [Onward(OWN, "4101", "M1", "990101", "990101", b"{}", 1)]

    async def sent(self, platform, _seq, refused):
        async with self.news:
            self.told[platform] = refused
            self.news.notify_all()

    async def has(self, *platforms):
        async with self.news, asyncio.timeout(5):
            await self.news.wait_for(lambda: self.told.keys() >= set(platforms))


async def test_a_platform_that_is_away_holds_up_no_other():
    """Its neighbours must not pay for one province's outage, nor for a message another one refuses."""
    known = {
        name: Partner(name, shipped().named("henan"), "", url=f"http://{name}")
        for name in ("away", "good", "slow", "strict")
    }

    async def answer(request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host == "away":
            raise httpx.ConnectError("no")
        if host == "slow":
            await asyncio.sleep(60)
        return httpx.Response(422) if host == "strict" else success()

    store = Outbox()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    partners = {"now": Partners({}, known)}
    work = asyncio.create_task(Relay(store, shipped(), lambda: partners["now"], http, 0.01).work())
    try:
        await store.has("good", "strict")
        assert store.told == {"good": "", "strict": "平台strict拒绝了报文：HTTP 422"}
        # A platform added later is served too.
        late = Partner("late", shipped().named("henan"), "", url="http://late")
        partners["now"] = Partners({}, {"good": known["good"], "late": late})
        await store.has("late")
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def test_a_platform_is_read_from_the_partners_file(tmp_path):
    """Where to send, and with what, is told by the same file; a platform without address is refused."""
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"platforms": [{"id": "up", "profile": "hunan", "url": "https://up/"}]}))
    assert read_partners(file, shipped()).platforms["up"].url == "https://up"
    file.write_text(json.dumps({"platforms": [{"id": "up", "profile": "hunan", "url": ""}]}))
    with pytest.raises(Fault, match="PARTNERS_FILE_BAD"):
        read_partners(file, shipped())


def a_list(number: int):
    content = copy.deepcopy(EXAMPLE["input"])
    content["setlinfo"] |= {"setl_id": f"RL{number}", "fixmedins_code": OWN}
    return client.envelope("4101", OWN, content, msgid=f"RELAY{number:04d}")


@pytest.fixture(scope="module")
def second_db(pg, migrated_db):
    """A second database, for a second instance of everything."""
    from chspay_kit import migrate
    from chspay_kit.pg import create_database, password_name

    name = migrated_db.admin_url.rsplit("/", 1)[1] + "_b"
    create_database(pg.url(database="postgres"), name)
    for service in migrate.services():
        password = pg.home.secret(password_name(migrate.role_of(service)))
        migrate.upgrade(service, pg.url(database=name), password)
    return type(migrated_db)(pg, pg.url(database=name), migrated_db.services)


async def counted(world) -> int:
    return await world.admin.fetchval("SELECT count(*) FROM settlement.list_version WHERE case_id LIKE 'RL%'")


@pytest.mark.prove
async def test_two_instances_that_were_cut_off_have_equal_counts_again(gw, second_db):
    """A broken line costs time, never a list: nothing lost, nothing twice."""
    async with running(second_db) as upper:
        broken = lost_answers = 0
        inner = httpx.ASGITransport(upper.app)

        class Line(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request):
                nonlocal lost_answers
                if broken:
                    raise httpx.ConnectError("cut", request=request)
                got = await inner.handle_async_request(request)
                if b"RELAY0003" in request.content and not lost_answers:
                    lost_answers += 1
                    raise httpx.ReadTimeout("answer lost", request=request)
                return got

        profile = replace(shipped().named("baseline"))
        known = Partner("up", profile, "", secrets=(Dated("a", upper.keys["own"]),), url="http://up")
        partners = Partners({}, {"up": known})
        door = gw.app.state.gateway.door
        before, door.partners = door.partners, lambda: partners
        store = gw.app.state.gateway.store
        relay = Relay(store, shipped(), door.partners, httpx.AsyncClient(transport=Line()))
        headers = {"Authorization": f"Bearer {gw.keys['own']}"}
        try:
            for number in range(12):
                if number == 5:
                    broken = 1
                sent = client.written(a_list(number))
                assert (await gw.http.post(PATH, content=sent, headers=headers)).json()["infcode"] == "0"
                if number in {3, 7}:
                    # The first time an answer is lost, the second time the line is cut.
                    with pytest.raises(Fault, match="PLATFORM_AWAY"):
                        await relay.send("up")
            broken = 0
            assert await counted(upper) < await counted(gw) == 12
            while await relay.send("up"):
                pass
            assert await counted(upper) == 12
            assert await relay.send("up") == 0
            # What is not registered up there is refused in words, and what follows goes on.
            await upper.admin.execute("DELETE FROM settlement.hospital WHERE hospital_code = $1", OWN)
            sent = client.written(a_list(99))
            await gw.http.post(PATH, content=sent, headers=headers)
            assert await relay.send("up") == 1
            told = await gw.admin.fetchval("SELECT told FROM gateway.relay_refusal")
            assert "HOSPITAL_UNKNOWN" in told
            sealed = await gw.admin.fetch("SELECT content FROM gateway.outbox")
            assert all("演示一".encode() not in row["content"] for row in sealed)
        finally:
            door.partners = before
