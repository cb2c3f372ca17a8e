"""The paths of the national envelope; every answer has its shape, refusals at the door included."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime

import orjson
from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway import auth, problems
from chspay_gateway.access import personal
from chspay_gateway.envelope import answer, message
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.envelope.exchange import Desk, Download, named
from chspay_gateway.national import door, multipart, oauth
from chspay_gateway.national.partners import Partner
from chspay_gateway.national.profiles import Profile
from chspay_gateway.national.times import legal_day
from chspay_gateway.national.transactions import SERVED
from chspay_gateway.national.wire import PartnerWire, style_of
from chspay_gateway.problems import Faults
from chspay_gateway.session import TOKEN_READS_ONLY, Gateway, address_in, begin, gateway_of, known_in

PATH = "/fsi/api/rsfComIfsService/callService"
TOKEN_PATH = "/auth/oauth/token"  # noqa: S105 - a path
MEDIA_TYPE = "application/json"
#: What provinces mount beside the one path; the last parts are resolved by profile and path table.
_OTHERS = (
    "/fsi/api/{service}/{method}",
    "/api/fsiextend/{service}/{method}",
    "/mbs/fmi/fsi/api/callFsiService/callService",
    "/ebus/gdyb_api/prd/hsa/hgs/{infno}",
    "/hss-call-service-interface",
)
_IS_PATH = re.compile(r"/(fsi/api|api/fsiextend|mbs/fmi/fsi/api|ebus/gdyb_api|hss-call-service-interface)\b")
API_NAME_DIFFERS = Reason(
    "FSI_API_NAME_DIFFERS",
    Kind.INVALID,
    "请求头_api_name是交易{signed}，报文的infno是{value}，两者应相同，请更正后重新签名。",
)
_INFNO = re.compile(r"[0-9A-Za-z]{1,10}\Z", re.ASCII)

router = APIRouter(tags=["国家平台接口"])


def is_path(path: str) -> bool:
    """Whether a path is one of the envelope's."""
    return _IS_PATH.match(path) is not None


def limit_of(scope: Scope) -> int | None:
    """The largest body of a form on these paths; what is no form has the ordinary limit."""
    return multipart.MOST_BYTES if is_path(scope["path"]) and multipart.is_form(scope) else None


@router.post(
    PATH,
    summary="国家医保信息平台报文（结算清单、就诊与结算、对账、冲正、分组结果）",
    response_class=Response,
    responses={
        200: {
            "description": '业务结果：infcode 为 "0" 成功、"-1" 失败，失败原因在 err_msg',
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        401: {"description": "密钥或签名缺失、无效（报文形式同上，或接入规格自己的形式）"},
        503: {"description": "暂时不可用，请用同一报文ID重试（报文形式同上）"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        }
    },
)
async def call_service(request: Request) -> Response:
    """接受任意 Content-Type，UTF-8 或 GB18030；字段名不分大小写和下划线，多余字段忽略。

    同一机构、交易编号、报文ID和内容重发，逐字节返回同一答复。
    """
    received = answer.now()
    gateway = gateway_of(request)
    style = answer.PLAIN
    try:
        caller = gateway.door.caller(request.headers)
        style = style_of(caller.partner.profile if caller.partner else gateway.door.default)
        await gateway.door.once(gateway.store, caller)
        body, file = await multipart.parts(request)
        got = message.Received(body)
        told = _named(gateway, request.url.path, caller.named)
        partner = caller.partner or _front(gateway, request, got)
        if partner is not None:
            style = style_of(partner.profile)
        content = await _serve(gateway, request, Sent(got, received, told, file, caller.named), partner)
    except door.Refused as refused:
        return refused.response()
    except oauth.TokenRefused as refused:
        return _token_refusal(refused)
    except Fault as fault:
        return refusal(fault, style=style)
    except Faults as several:
        return refusal(*several.faults, style=style)
    if isinstance(content, Download):
        return content.response()
    return Response(content, media_type=MEDIA_TYPE)


for _path in _OTHERS:
    router.add_api_route(_path, call_service, methods=["POST"], include_in_schema=False)


@router.post(TOKEN_PATH, include_in_schema=False)
async def token(request: Request) -> Response:
    """换取令牌（吉林等地的接入规格）。"""
    gateway = gateway_of(request)
    at, now = gateway.door, time.time()
    try:
        gateway.access.doors.take(address_in(request))
        granted = oauth.grant(
            request.headers, await request.body(), at.partners(), at.token_key, now, legal_day(now)
        )
    except oauth.TokenRefused as refused:
        return _token_refusal(refused)
    except Fault as fault:
        return refusal(fault)
    return Response(orjson.dumps(granted), media_type=MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came in, and when.

    :param named: the transaction that path or headers name.
    :param signed: what the signed ``_api_name`` names; empty for other transports.
    """

    got: message.Received
    received: datetime
    named: str
    file: bytes | None
    signed: str


async def _serve(gateway: Gateway, request: Request, sent: Sent, partner: Partner | None) -> bytes | Download:
    """Carries a message out for a partner, or else for the owner of one of our keys."""
    wire: message.Wire = message.PLAIN
    if partner is None:
        known = await known_in(gateway, request)
        profile = gateway.door.default
    else:
        wire = PartnerWire(partner, gateway.door.partners(), sent.received.date())
        claim = gateway.keys.vouched(partner.partner_id, partner.institution)
        known = auth.Known(claim, claim.subject)
        profile = partner.profile
    gateway.access.clients.take(known.client)
    read = message.message_of(sent.got, wire, sent.named)
    _check_signed(sent.signed, read.infno, profile)
    style = wire.style() if isinstance(wire, PartnerWire) else style_of(profile)
    session = begin(gateway, known.claim, gateway.settings.call_seconds)
    infno = profile.numbers.get(read.infno, read.infno)
    if infno in SERVED and SERVED[infno].writes and not known.may_write:
        raise Fault(TOKEN_READS_ONLY)
    if infno in personal.INFNOS:
        await gateway.access.readings.note(known.claim, infno, _ids(read))
    onward = bool(gateway.door.partners().platforms)
    desk = Desk(session, gateway.store, SERVED, style, profile.numbers, onward=onward, tally=gateway.tally)
    return await desk.serve(read, sent.received, sent.file)


def _ids(read: message.Message) -> str:
    """What the book of readings keeps of a question: numbers of message and stay, never a person's."""
    given = {"msgid": read.msgid}
    for name in ("mdtrt_id", "setl_id"):
        given[name] = named(read, name)
    return " ".join(f"{name}={value}" for name, value in given.items() if value)


def _check_signed(signed: str, infno: str, profile: Profile) -> None:
    """A signature given for one transaction must not carry another one out.

    Provinces also write a name of their own service there, which says nothing about the transaction.

    :raises Fault: FSI_API_NAME_DIFFERS.
    """
    numbers = profile.numbers
    told = numbers.get(signed.upper(), signed.upper())
    if told in SERVED and told != numbers.get(infno, infno):
        raise Fault(API_NAME_DIFFERS, field="_api_name", value=infno, signed=signed)


def _front(gateway: Gateway, request: Request, got: message.Received) -> Partner | None:
    """The partner behind a front machine, unless the caller shows a key of ours."""
    if request.client is None or auth.key_in(request.headers):
        return None
    return gateway.door.partners().front(message.institution_of(got), request.client.host)


def _named(gateway: Gateway, path: str, header: str) -> str:
    """The transaction a path names by its last part or by the path table, else what the headers name."""
    profiles = gateway.door.profiles
    tail = path.rpartition("/")[2]
    for profile in profiles.by_name.values():
        if any(path == base + tail for base in profile.tails) and _INFNO.match(tail):
            return tail
    named = profiles.infno_of_path.get(path, header)
    return named if _INFNO.match(named) else ""


def _token_refusal(refused: oauth.TokenRefused) -> Response:
    return Response(
        orjson.dumps(refused.members()), 401, headers={"WWW-Authenticate": "Basic"}, media_type=MEDIA_TYPE
    )


def refusal(*faults: Fault, style: answer.Style = answer.PLAIN) -> Response:
    """A refusal in the shape of the envelope; business refusals answer 200."""
    moment = answer.now()
    status = answer.STATUS.get(faults[0].reason.kind, 200)
    again = problems.retry_after(faults[0])
    headers = {"Retry-After": again} if again else {}
    if again:
        status = problems.status_of(faults[0].reason)
    content = answer.failure(answer.new_refmsgid("", moment), moment, faults, style)
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


async def refuse(scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """The door's refusal on this path."""
    await refusal(fault)(scope, receive, send)
