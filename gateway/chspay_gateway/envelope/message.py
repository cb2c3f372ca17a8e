"""The envelope itself: bytes in, a message or a fault out. No content type is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import orjson

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.bodygate import MAX_DEPTH, too_deep
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.spans import member_spans
from chspay_gateway.reasons import BODY_NOT_JSON, BODY_TOO_DEEP
from chspay_kit import logs

MEMBER_MISSING = Reason("FSI_MEMBER_MISSING", Kind.INVALID, "报文缺少{field}。")
MEMBER_BAD = Reason("FSI_MEMBER_BAD", Kind.INVALID, "报文的{field}含有不能使用的字符或过长，收到“{value}”。")
INPUT_BAD = Reason("FSI_INPUT_BAD", Kind.INVALID, "报文的input应为JSON对象。")
TEXT_BAD = Reason("FSI_TEXT_BAD", Kind.INVALID, "报文的{field}含有空字符（U+0000），无法保存，请去除后重发。")
ENCRYPTED = Reason(
    "FSI_ENCRYPTED", Kind.INVALID, "尚未开通报文加密（enc_type={value}），请以明文在专网内提交。"
)
INPUT_TWICE = Reason("FSI_INPUT_TWICE", Kind.INVALID, "报文的input出现了{value}次，应只出现一次。")

log = logs.get_logger(__name__)

_ID = re.compile(r"[0-9A-Za-z._:/-]{1,64}\Z", re.ASCII)
_INFNO = re.compile(r"[0-9A-Za-z]{1,10}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """A national message.

    :param source: the ``input`` in canonical JSON; equal messages give equal bytes whatever their
        encoding, spacing and member order.
    :param attached: SM3 of the file that belongs to the message (9101); empty when none does.
    """

    infno: str
    msgid: str
    institution: str
    place: str
    insured_place: str
    input: Node
    source: bytes
    attached: bytes = b""

    @property
    def body_hash(self) -> bytes:
        """SM3 of the canonical ``input``, and of the digest of the file where one belongs to it."""
        return bytes.fromhex(sm3_hex(self.source + self.attached))

    @property
    def request_id(self) -> str:
        """The id under which settlement takes this message, whoever's key sent it."""
        return "fsi:" + sm3_hex(f"{self.institution}|{self.infno}|{self.msgid}".encode())[:48]


class Received:
    """A message's bytes, taken apart no further than needed.

    :param body: the bytes as received, UTF-8 (with or without mark) or GB18030.
    """

    def __init__(self, body: bytes) -> None:
        self._text, self._codec = _text(body)
        self.envelope = Node(_object(self._text), "")

    def input_bytes(self) -> bytes:
        """The bytes of ``input`` exactly as they came.

        :raises Fault: FSI_INPUT_TWICE, because two readers could each take another one.
        """
        spans = member_spans(self._text, "input")
        if len(spans) != 1:
            raise Fault(INPUT_TWICE, field="input", value=len(spans))
        start, end = spans[0]
        return self._text[start:end].encode(self._codec)

    def input_text(self) -> str | None:
        """``input`` when it came as text; ``None`` when it is an object."""
        value = self.envelope.raw("input")
        return value if isinstance(value, str) else None


class Wire(Protocol):
    """What a partner does to a message on its way: signatures and encryption."""

    def open(self, received: Received) -> object:
        """The content of ``input``, its signature checked; a :class:`Fault` when it does not hold."""


class _Plain:
    """No signature, no encryption."""

    def open(self, received: Received) -> object:
        envelope = received.envelope
        if envelope.text("enc_type"):
            raise Fault(ENCRYPTED, field="enc_type", value=envelope.text("enc_type"))
        return envelope.raw("input")


PLAIN = _Plain()


def read(body: bytes, wire: Wire = PLAIN, named: str = "") -> Message:
    """The message in ``body``: UTF-8, else GB18030; members in any spelling; numbers kept exact.

    :param wire: checks the signature and opens what is encrypted.
    :param named: the transaction the path or a header names, for a message that names none.
    :raises Fault: what is wrong with the envelope; the content of ``input`` is judged later.
    """
    received = Received(body)
    return message_of(received, wire, named)


def message_of(received: Received, wire: Wire = PLAIN, named: str = "") -> Message:
    """As :func:`read`, for a message that was looked at already."""
    envelope = received.envelope
    infno = _infno(envelope, named)
    msgid = _member(envelope, "msgid", _ID)
    institution = institution_of(received)
    content = _input(wire.open(received))
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


def institution_of(received: Received) -> str:
    """The institution a message names.

    :raises Fault: FSI_MEMBER_MISSING, FSI_MEMBER_BAD.
    """
    return _member(received.envelope, "fixmedins_code", _ID)


def _infno(envelope: Node, named: str) -> str:
    """The transaction: the body's word, else what path or header name."""
    told = envelope.text("infno")
    if not told and named and _INFNO.match(named):
        return named.upper()
    infno = _member(envelope, "infno", _INFNO).upper()
    if named and named.upper() != infno:
        log.warning("gateway.infno_differs", code=infno, target=named[:10])
    return infno


def _text(body: bytes) -> tuple[str, str]:
    """The text of a body, and the encoding it came in."""
    try:
        return body.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _national(body), "gb18030"


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
