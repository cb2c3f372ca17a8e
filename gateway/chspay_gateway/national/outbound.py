"""Speaking to another platform as its province wants it: the same profiles, from the other side."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.envelope import answer
from chspay_gateway.national import signatures
from chspay_gateway.national.partners import NO_KEY_TODAY, Dated, Partner, Partners, in_force
from chspay_gateway.national.profiles import Profiles, Transport, refusals
from chspay_gateway.national.times import legal_day
from chspay_kit import smcrypto
from chspay_kit.sm2 import RAW_BYTES

PLATFORM_AWAY = Reason(
    "PLATFORM_AWAY", Kind.UNAVAILABLE, "平台{value}暂时没有应答（{why}），稍后会自动重发。"
)
PLATFORM_REFUSED = Reason("PLATFORM_REFUSED", Kind.PRECONDITION, "平台{value}拒绝了报文：{why}")
PLATFORM_ANSWER_BAD = Reason(
    "PLATFORM_ANSWER_BAD", Kind.UNAVAILABLE, "平台{value}的应答不能识别（{why}），不能当作已办理。"
)

SECONDS = 20.0
_TOKEN_PATH = "/auth/oauth/token"  # noqa: S105 - a path
_TOKEN_EARLY = 60
_REFUSALS = {httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.UNPROCESSABLE_ENTITY}
_LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent; ``content`` is the JSON of its ``input``."""

    infno: str
    msgid: str
    institution: str
    place: str
    insured_place: str
    content: bytes


class Outbound:
    """Sends messages to one platform and reads its answers.

    :param partners: the platform's keys and our own; asked each time, because keys change.
    :param http: sends; its base address is not used.
    :param clock: Unix seconds, for tests.
    """

    def __init__(
        self,
        platform_id: str,
        profiles: Profiles,
        partners: Callable[[], Partners],
        http: httpx.AsyncClient,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._id = platform_id
        self._partners = partners
        self._http = http
        self._clock = clock
        self._table = {infno: path for path, infno in profiles.infno_of_path.items()}
        self._token = ("", 0.0)

    async def call(self, message: Outgoing) -> object:
        """The ``output`` of a transaction that the platform carried out.

        :raises Fault: PLATFORM_AWAY, PLATFORM_ANSWER_BAD (not known whether it was carried out: send the same
            message again), PLATFORM_REFUSED.
        """
        platform = self._partners().platforms[self._id]
        body = self._written(platform, message)
        got = await self._sent(platform, message.infno, body)
        if got.status_code == httpx.codes.UNAUTHORIZED and self._token[0]:
            # The platform may forget a token before its end; a new one is asked for once.
            self._token = ("", 0.0)
            got = await self._sent(platform, message.infno, body)
        if got.status_code in _REFUSALS and not _of_the_door(platform, got.content):
            raise Fault(PLATFORM_REFUSED, value=self._id, why=_words(got))
        if got.status_code != httpx.codes.OK:
            raise Fault(PLATFORM_AWAY, value=self._id, why=f"HTTP {got.status_code}")
        return self._read(platform, got.content)

    async def _sent(self, platform: Partner, infno: str, body: bytes) -> httpx.Response:
        headers = await self._headers(platform, infno)
        url = platform.url + self._path(platform, infno)
        try:
            return await self._http.post(url, content=body, headers=headers, timeout=SECONDS)
        except httpx.HTTPError as error:
            raise Fault(PLATFORM_AWAY, value=self._id, why=type(error).__name__) from error

    def _path(self, platform: Partner, infno: str) -> str:
        send_to = platform.profile.send_to
        if send_to != "table":
            return send_to.format(infno=infno)
        found = self._table.get(infno)
        if found is None:
            raise Fault(PLATFORM_REFUSED, value=self._id, why=f"没有交易{infno}的地址")
        return found

    def _written(self, platform: Partner, message: Outgoing) -> bytes:
        profile, day = platform.profile, legal_day(self._clock())
        content, cainfo, sign, cipher = message.content, "", "", ""
        written: object = orjson.Fragment(content)
        if profile.signature == "SM2":
            key = self._partners().signing_key(day)
            if key is None:
                raise Fault(NO_KEY_TODAY, value=self._id, what="SM2")
            signed = key.sign if profile.signature_form == "der" else key.sign_raw
            cainfo, sign = base64.b64encode(signed(content, platform.signs_as())).decode(), "SM2"
        elif profile.signature == "SM3":
            cainfo, sign = smcrypto.sm3(content).hex(), "SM3"
        if profile.encryption == "SM4":
            keys = platform.sm4_keys(day)
            if not keys:
                raise Fault(NO_KEY_TODAY, value=self._id, what="SM4")
            written = base64.b64encode(smcrypto.sm4_ecb_encrypt(keys[0], content)).decode()
            cipher = "SM4"
        envelope: dict[str, object] = {
            "infno": message.infno,
            "msgid": message.msgid,
            "mdtrtarea_admvs": message.place,
            "insuplc_admdvs": message.insured_place,
            "recer_sys_code": "01",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": cainfo,
            "signtype": sign,
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": "chspay",
            "opter_name": "chspay",
            "inf_time": answer.now().strftime("%Y-%m-%d %H:%M:%S"),
            "fixmedins_code": message.institution,
            "fixmedins_name": message.institution,
            "sign_no": "",
            "input": written,
        }
        if cipher:
            envelope["enc_type"] = cipher
        return orjson.dumps(envelope)

    async def _headers(self, platform: Partner, infno: str) -> dict[str, str]:
        transport, now = platform.profile.transport, self._clock()
        kind = {"Content-Type": "application/json;charset=utf-8"}
        if transport is Transport.FRONT:
            return kind
        if transport is Transport.OAUTH2:
            return kind | {"Authorization": f"Bearer {await self._bearer(platform)}"}
        secret = self._secret(platform)
        if transport is Transport.RIO:
            stamp, nonce, prefix = str(int(now)), secrets.token_hex(8), platform.profile.header_prefixes[0]
            return kind | {
                f"{prefix}paasid": platform.partner_id,
                f"{prefix}timestamp": stamp,
                f"{prefix}nonce": nonce,
                f"{prefix}signature": signatures.rio(secret.value, stamp, nonce),
            }
        if transport is Transport.CSB:
            parameters = {
                "_api_access_key": platform.partner_id,
                "_api_name": infno,
                "_api_timestamp": str(int(now * 1000)),
                "_api_version": "1.0.0",
            }
            return kind | parameters | {signatures.CSB_SIGNATURE: signatures.csb(secret.value, parameters)}
        return kind | {"Authorization": f"Bearer {secret.value}"}

    async def _bearer(self, platform: Partner) -> str:
        token, until = self._token
        if self._clock() < until:
            return token
        user = self._secret(platform, "user")
        try:
            got = await self._http.post(
                platform.url + _TOKEN_PATH,
                data={
                    "grant_type": "password",
                    "username": user.key_id.partition(":")[2],
                    "password": user.value,
                },
                auth=(platform.partner_id, self._secret(platform, "client").value),
                timeout=SECONDS,
            )
            found = got.json()
            token = str(found["access_token"])
            self._token = (token, self._clock() + int(found["expires_in"]) - _TOKEN_EARLY)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Fault(PLATFORM_AWAY, value=self._id, why="没有取得令牌") from error
        return token

    def _secret(self, platform: Partner, name: str = "") -> Dated:
        for key in in_force(platform.secrets, legal_day(self._clock())):
            if not name or key.key_id.partition(":")[0].partition("/")[0] == name:
                return key
        raise Fault(NO_KEY_TODAY, value=self._id, what="接入")

    def _read(self, platform: Partner, content: bytes) -> object:
        def bad(why: str) -> Fault:
            return Fault(PLATFORM_ANSWER_BAD, value=self._id, why=why)

        try:
            found = json.loads(content, parse_float=str, parse_int=str)
        except ValueError as error:
            raise bad("不是JSON") from error
        if not isinstance(found, Mapping) or "infcode" not in found:
            raise bad("没有infcode")
        if str(found["infcode"]) != "0":
            raise Fault(
                PLATFORM_REFUSED, value=self._id, why=str(found.get("err_msg") or "")[:_LONGEST_WORDS]
            )
        output = found.get("output")
        if isinstance(output, str) and platform.profile.encryption == "SM4":
            output = self._opened(platform, output, found, bad)
        return output

    def _opened(
        self, platform: Partner, output: str, found: Mapping[str, object], bad: Callable[[str], Fault]
    ) -> object:
        """An encrypted output, its signature checked when there is one."""
        day = legal_day(self._clock())
        for key in platform.sm4_keys(day):
            try:
                plain = smcrypto.sm4_ecb_decrypt(key, base64.b64decode(output))
                content = json.loads(plain, parse_float=str, parse_int=str)
            except (Fault, ValueError):
                continue
            given = base64.b64decode(str(found.get("cainfo") or ""))
            if given and not any(
                each.verify_raw(given, plain, platform.signs_as())
                if len(given) == RAW_BYTES
                else each.verify(given, plain, platform.signs_as())
                for each in platform.sm2_keys(day)
            ):
                raise bad("签名不符")
            return content
        raise bad("解不开output")


def _of_the_door(platform: Partner, content: bytes) -> bool:
    """Whether a refusal is about our headers (time, key, nonce): then it says nothing about the message."""
    words = {
        members.get("errmsg") or members["message"]
        for members in refusals().get(platform.profile.transport.value, {}).values()
    }
    found = _members(content)
    return "infcode" not in found and str(found.get("errmsg") or found.get("message")) in words


def _words(got: httpx.Response) -> str:
    """Why a platform refused: its own words where it has some, and the status."""
    told = str(_members(got.content).get("err_msg") or "")
    return f"HTTP {got.status_code} {told[:_LONGEST_WORDS]}".strip()


def _members(content: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(content, parse_float=str, parse_int=str)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
