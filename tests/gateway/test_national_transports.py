"""Every way in which provinces carry a message reaches the same list; every wrong way has its own shape."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import time

import httpx
import national_client as client
import pytest
import pytest_asyncio
from gateway_world import OTHER, OWN, PATH

from chspay_gateway import store_door
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.national.partners import Dated, Partner, Partners
from chspay_gateway.national.profiles import shipped
from chspay_kit import smcrypto
from chspay_kit.sm2 import Sm2Key

pytestmark = pytest.mark.asyncio(loop_scope="module")

THEIRS, OURS = Sm2Key.generate(), Sm2Key.generate()
SM4 = b"demo-client-id-1"
TOKEN_PATH, TABLE = "/auth/oauth/token", "/fsi/api/medinfoupload/setllistinfoupld"
GUANGDONG = "/ebus/gdyb_api/prd/hsa/hgs/"


def partner(name: str, profile: str, **more) -> Partner:
    import ipaddress

    networks = tuple(ipaddress.ip_network(each) for each in more.pop("networks", ()))
    return Partner(name, shipped().named(profile), OWN, networks=networks, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(gw):
    """The gateway with one partner of every kind."""
    known = [
        partner("paas-1", "guangdong", secrets=(Dated("a", "demo-token"), Dated("b", "next-token"))),
        partner("ak-1", "hunan", secrets=(Dated("a", "demo-sk"),)),
        partner(
            "jl-1", "jilin", secrets=(Dated("client", "client-secret"), Dated("his", "his-password")),
            sm4=(Dated("a", SM4.decode()),), sm2=(Dated("a", THEIRS.public_hex()),),
        ),
        partner("cq-1", "chongqing", networks=("10.9.0.0/16",)),
    ]  # fmt: skip
    partners = Partners({each.partner_id: each for each in known}, own=(Dated("o", OURS.private_hex()),))
    gw.app.state.gateway.door.partners = lambda: partners
    return gw


def a_list(setl_id: str, **members):
    """A 4101 of the own hospital."""
    content = copy.deepcopy(EXAMPLE["input"])
    content["setlinfo"] |= {"setl_id": setl_id, "fixmedins_code": OWN}
    return client.envelope("4101", OWN, content, **members)


async def post(gw, path, message, headers=None, **more):
    content = message if isinstance(message, bytes) else client.written(message)
    return await gw.http.post(path, content=content, headers=headers or {}, **more)


@pytest.mark.parametrize("prefix", ["x-tif-", "x-rio-", "x-sal-"])
async def test_rio_headers_open_the_door(world, prefix):
    """The twin names, upper and lower case, and a token that is being changed."""
    for number, token in enumerate(("demo-token", "next-token")):
        headers = client.rio_headers("paas-1", token, prefix=prefix, upper=number == 1)
        message = a_list(f"R{prefix[2]}{number}")
        del message["infno"]
        answer = (await post(world, GUANGDONG + "4101", message, headers)).json()
        assert answer["infcode"] == "0", answer


WRONG_RIO = {
    "missing headers.": (400, lambda h: h.pop("x-tif-nonce")),
    "unknown paas info.": (400, lambda h: h.update({"x-tif-paasid": "nobody"})),
    "invalid timestamp.": (400, lambda h: h.update({"x-tif-timestamp": "now"})),
    "timestamp is out of date.": (
        400,
        lambda h: h.update(client.rio_headers("paas-1", "demo-token", at=16e8)),
    ),
    "invalid nonce.": (400, lambda h: h.update(client.rio_headers("paas-1", "demo-token", nonce="x" * 37))),
    "bad signature.": (401, lambda h: h.update(client.rio_headers("paas-1", "stolen"))),
}


@pytest.mark.parametrize("words", WRONG_RIO)
async def test_rio_refusals_have_their_own_shape(world, words):
    """Clients of this gateway read errcode, never infcode."""
    status, spoil = WRONG_RIO[words]
    headers = client.rio_headers("paas-1", "demo-token")
    spoil(headers)
    answer = await post(world, PATH, a_list("RW"), headers)
    assert answer.status_code == status
    assert answer.json() == {"errcode": 400000000 + status, "errmsg": words}


async def test_a_nonce_counts_once(world):
    """A recorded message must not be played back under new content."""
    headers = client.rio_headers("paas-1", "demo-token")
    assert (await post(world, PATH, a_list("RN"), headers)).json()["infcode"] == "0"
    again = await post(world, PATH, a_list("RN2"), headers)
    assert again.json() == {"errcode": 400000400, "errmsg": "invalid nonce."}


async def test_three_processes_accept_one_header_once(world):
    """Behind a balancer a recorded header would else be good once at every replica."""
    told = asyncio.gather(
        *(store_door.fresh(world.app.state.gateway.store, "p", "n", 1000.0, 1600.0) for _ in range(3))
    )
    assert sorted(await told) == [False, False, True]
    store = world.app.state.gateway.store
    assert await store_door.fresh(store, "q", "n", 1000.0, 1600.0)
    assert not await store_door.fresh(store, "p", "n", 1599.0, 2200.0)
    assert await store_door.fresh(store, "p", "n", 1600.0, 2200.0)
    await store_door.forget_nonces(store, 1700.0)
    left = await world.admin.fetch("SELECT partner FROM gateway.nonce WHERE nonce = 'n'")
    assert [row[0] for row in left] == ["p"]


@pytest.mark.parametrize("seconds", [False, True])
async def test_csb_headers_open_the_door(world, seconds):
    """Thirteen digits in one province, ten in the next; the name of the interface is the transaction."""
    message = a_list(f"C{seconds}")
    del message["infno"]
    headers = client.csb_headers("ak-1", "demo-sk", "4101", seconds=seconds)
    answer = (await post(world, PATH, message, headers | {"Content-Type": "text/plain"})).json()
    assert answer["infcode"] == "0", answer


WRONG_CSB = {
    "缺少服务网关的请求头!": lambda h: h.pop("_api_version"),
    "签名时间戳超时!": lambda h: h.update(
        client.csb_headers("ak-1", "demo-sk", "4101", at=time.time() - 1900)
    ),
    "非法用户!": lambda h: h.update({"_api_access_key": "nobody"}),
    "签名不一致!": lambda h: h.update({"_api_name": "4103"}),
}


@pytest.mark.parametrize("words", WRONG_CSB)
async def test_csb_refusals_are_the_four_that_clients_know(world, words, shared):
    """The bodies are the recorded ones."""
    headers = client.csb_headers("ak-1", "demo-sk", "4101")
    WRONG_CSB[words](headers)
    answer = await post(world, PATH, a_list("CW"), headers)
    known = json.loads((shared / "handbook/platform/examples/13_gateway_401_bodies_hunan.json").read_text())
    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": words}
    assert answer.json() in known["body"]


async def test_a_csb_signature_carries_out_no_other_transaction(world):
    """The name is what the secret signed: with another one in the body it would open every door."""
    headers = client.csb_headers("ak-1", "demo-sk", "4103")
    answer = (await post(world, PATH, a_list("CX"), headers)).json()
    assert answer["infcode"] == "-1"
    assert "FSI_API_NAME_DIFFERS" in answer["err_msg"]
    # Some provinces write the name of their own service there: it says nothing about the transaction.
    headers = client.csb_headers("ak-1", "demo-sk", "hssServives")
    assert (await post(world, PATH, a_list("CY"), headers)).json()["infcode"] == "0"


async def token(world, **form) -> httpx.Response:
    fields = {"grant_type": "password", "username": "his", "password": "his-password"} | form
    auth = ("jl-1", form.pop("client", "client-secret"))
    return await world.http.post(TOKEN_PATH, data=fields, auth=auth)


async def test_oauth_with_sm2_and_sm4_from_token_to_answer(world):
    """The whole chain of one province: token, signature, cipher, and an answer the client can open."""
    bearer = {"Authorization": f"Bearer {(await token(world)).json()['access_token']}"}
    message = a_list("J1", signtype="SM2", enc_type="SM4")
    content = json.dumps(message["input"], ensure_ascii=False).encode()
    message["cainfo"] = base64.b64encode(THEIRS.sign_raw(content)).decode()
    message["input"] = base64.b64encode(smcrypto.sm4_ecb_encrypt(SM4, content)).decode()
    path = "/mbs/fmi/fsi/api/callFsiService/callService"
    first = await post(world, path, message, bearer)
    answer = first.json()
    assert (answer["infcode"], answer["err_msg"], answer["signtype"]) == ("0", "成功", "SM2")
    plain = smcrypto.sm4_ecb_decrypt(SM4, base64.b64decode(answer["output"]))
    assert OURS.verify_raw(base64.b64decode(answer["cainfo"]), plain)
    assert len(json.loads(plain)["setl_list_id"]) == 30
    # SM2 signatures are random: only a kept answer can be the same again.
    assert (await post(world, path, message, bearer)).content == first.content
    message["cainfo"] = base64.b64encode(OURS.sign_raw(content)).decode()
    wrong = (await post(world, path, message | {"msgid": "OTHER"}, bearer)).json()
    assert wrong["infcode"] == "-1"
    assert "FSI_SIGNATURE_WRONG" in wrong["err_msg"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client": "wrong"}, "invalid_client"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
    ],
)
async def test_a_token_is_not_given_away(world, form, error):
    """RFC 6749 names the refusals."""
    answer = await token(world, **form)
    assert (answer.status_code, answer.json()["error"]) == (401, error)


async def test_a_front_machine_speaks_for_its_hospital_from_its_own_network(world):
    """No header signs anything here: the address and the institution are all there is."""
    inside = httpx.ASGITransport(world.app, client=("10.9.1.1", 5))
    outside = httpx.ASGITransport(world.app, client=("10.8.1.1", 5))
    path = "/hss-call-service-interface"
    async with httpx.AsyncClient(transport=inside, base_url="http://g") as near:
        answer = (await near.post(path, content=client.written(a_list("F1")))).json()
        assert answer["infcode"] == 0
        assert (answer["err_msg"], answer["enctype"], answer["signtype"]) == (None, "", "")
        other = a_list("F2") | {"fixmedins_code": OTHER}
        assert (await near.post(path, content=client.written(other))).status_code == 401
    async with httpx.AsyncClient(transport=outside, base_url="http://g") as far:
        assert (await far.post(path, content=client.written(a_list("F3")))).status_code == 401


async def test_the_transaction_is_found_in_body_path_table_and_header(world):
    """The body's word wins over the path, the path over the header."""
    key = {"Authorization": f"Bearer {world.keys['own']}"}
    silent = a_list("P1")
    del silent["infno"]
    assert (await post(world, TABLE, silent, key)).json()["infcode"] == "0"
    # The path says 4101, the body asks for the list.
    asking = client.envelope("4103", OWN, {"data": {"setl_id": "P1"}})
    assert (await post(world, TABLE, asking, key)).json()["output"]["setlinfo"]["setl_id"] == "P1"
    nothing = a_list("P2")
    del nothing["infno"]
    answer = (await post(world, "/fsi/api/unknownService/method", nothing, key)).json()
    assert "FSI_MEMBER_MISSING infno" in answer["err_msg"]


async def test_a_default_profile_may_ask_for_headers(world):
    """A gateway of one province refuses what comes without its headers, in the province's words."""
    door = world.app.state.gateway.door
    before, door.default = door.default, shipped().named("hunan")
    try:
        answer = await post(world, PATH, a_list("D1"))
        assert answer.json() == {"code": 401, "message": "缺少服务网关的请求头!"}
        key = {"Authorization": f"Bearer {world.keys['own']}"}
        assert (await post(world, PATH, a_list("D2"), key)).json()["infcode"] == "0"
    finally:
        door.default = before


async def test_a_message_in_a_form_is_read(world):
    """9101 sends the envelope as a text part; the same form may carry any transaction."""
    key = {"Authorization": f"Bearer {world.keys['own']}"}
    form = {"jsonStr": (None, client.written(a_list("M1")))}
    assert (await world.http.post(PATH, files=form, headers=key)).json()["infcode"] == "0"
    answer = (await world.http.post(PATH, files={"file": ("a", b"x")}, headers=key)).json()
    assert "FSI_FORM_BAD" in answer["err_msg"]
    broken = await world.http.post(
        PATH, content=b"no form", headers=key | {"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert "FSI_FORM_BAD" in broken.json()["err_msg"]


async def test_a_file_is_part_of_what_its_message_says(world):
    """9101: a forgotten file must not bar the message for ever, nor another get the number of the first."""
    key = {"Authorization": f"Bearer {world.keys['own']}"}
    message = client.written(client.envelope("9101", OWN, {"fsUploadIn": {"filename": "a.zip"}}))

    async def upload(content: bytes | None):
        form = {"jsonStr": (None, message)}
        if content is not None:
            form["file"] = ("a.zip", content)
        return (await world.http.post(PATH, files=form, headers=key)).content

    assert b"FSI_FILE_MISSING" in await upload(None)
    first = await upload(b"one")
    number = json.loads(first)["output"]["file_qury_no"]
    assert await upload(b"one") == first
    assert b"FSI_MSGID_REUSED" in await upload(b"two")
    asked = client.envelope("9102", OWN, {"fsDownloadIn": {"file_qury_no": number}})
    assert (await post(world, PATH, asked, key)).content == b"one"
