"""The envelope itself: bytes in, a message or a fault out. No content type is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.bodygate import MAX_DEPTH, too_deep
from chspay_gateway.envelope.node import Node
from chspay_gateway.reasons import BODY_NOT_JSON, BODY_TOO_DEEP

MEMBER_MISSING = Reason("FSI_MEMBER_MISSING", Kind.INVALID, "报文缺少{field}。")
MEMBER_BAD = Reason("FSI_MEMBER_BAD", Kind.INVALID, "报文的{field}含有不能使用的字符或过长，收到“{value}”。")
INPUT_BAD = Reason("FSI_INPUT_BAD", Kind.INVALID, "报文的input应为JSON对象。")
TEXT_BAD = Reason("FSI_TEXT_BAD", Kind.INVALID, "报文的{field}含有空字符（U+0000），无法保存，请去除后重发。")
ENCRYPTED = Reason(
    "FSI_ENCRYPTED", Kind.INVALID, "尚未开通报文加密（enc_type={value}），请以明文在专网内提交。"
)

_ID = re.compile(r"[0-9A-Za-z._:/-]{1,64}\Z", re.ASCII)
_INFNO = re.compile(r"[0-9A-Za-z]{1,10}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """A national message.

    :param source: the ``input`` in canonical JSON; equal messages give equal bytes whatever their
        encoding, spacing and member order.
    """

    infno: str
    msgid: str
    institution: str
    place: str
    insured_place: str
    input: Node
    source: bytes

    @property
    def body_hash(self) -> bytes:
        """SM3 of the canonical ``input``."""
        return bytes.fromhex(sm3_hex(self.source))

    @property
    def request_id(self) -> str:
        """The id under which settlement takes this message, whoever's key sent it."""
        return "fsi:" + sm3_hex(f"{self.institution}|{self.infno}|{self.msgid}".encode())[:48]


def read(body: bytes) -> Message:
    """The message in ``body``: UTF-8, else GB18030; members in any spelling; numbers kept exact.

    :raises Fault: what is wrong with the envelope; the content of ``input`` is judged later.
    """
    envelope = Node(_object(_text(body)), "")
    if envelope.text("enc_type"):
        raise Fault(ENCRYPTED, field="enc_type", value=envelope.text("enc_type"))
    infno = _member(envelope, "infno", _INFNO).upper()
    msgid = _member(envelope, "msgid", _ID)
    institution = _member(envelope, "fixmedins_code", _ID)
    content = _input(envelope.raw("input"))
    try:
        source = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError) as error:
        # A lone surrogate: text that no encoding can write down.
        raise Fault(BODY_NOT_JSON) from error
    if b"\\u0000" in source:
        raise Fault(TEXT_BAD, field="input")
    return Message(
        infno=infno,
        msgid=msgid,
        institution=institution,
        place=envelope.text("mdtrtarea_admvs"),
        insured_place=envelope.text("insuplc_admdvs"),
        input=Node(content, ""),
        source=source,
    )


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _national(body)


def _national(body: bytes) -> str:
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Fault(BODY_NOT_JSON) from error


def _object(text: str) -> Mapping[str, object]:
    """A JSON object; every number stays the text it was, so that no amount passes through a float."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except ValueError as error:
        raise Fault(BODY_NOT_JSON) from error
    if not isinstance(value, dict):
        raise Fault(BODY_NOT_JSON)
    return value


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _input(value: object) -> Mapping[str, object]:
    """``input`` as an object; some clients send it as JSON text."""
    if isinstance(value, str) and value.strip().startswith("{"):
        if too_deep(value.encode("utf-8", "replace")):
            raise Fault(BODY_TOO_DEEP, limit=MAX_DEPTH)
        return _object(value)
    if not isinstance(value, dict):
        raise Fault(INPUT_BAD, field="input")
    return value


def _member(envelope: Node, name: str, form: re.Pattern[str]) -> str:
    text = envelope.text(name)
    if not text:
        raise Fault(MEMBER_MISSING, field=name)
    if not form.match(text):
        raise Fault(MEMBER_BAD, field=name, value=text)
    return text
