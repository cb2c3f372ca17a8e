"""Province profiles: how messages of a province are carried, signed and answered; data, never code.

``policy/chspay_policy/gateway/profiles/*.yaml`` holds one file per profile; what a file does not say,
``baseline.yaml`` says for it. ``paths.yaml`` knows which path stands for which transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import chspay_policy
from chspay_core import regions
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy_yaml import Node, Where, read_yaml

PROFILE_BAD = Reason(
    "GATEWAY_PROFILE_BAD", Kind.INVALID, "{file} 第{line}行：“{field}”不能是“{value}”，应为{expected}。"
)
PROFILE_INCOMPLETE = Reason(
    "GATEWAY_PROFILE_INCOMPLETE", Kind.INVALID, "{file}：缺少“{field}”，baseline.yaml也没有说明。"
)
PROFILE_UNKNOWN = Reason(
    "GATEWAY_PROFILE_UNKNOWN", Kind.INVALID, "没有名为“{value}”的接口规格，可选：{expected}。"
)

BASELINE = "baseline"
ROOT = chspay_policy.ROOT / "gateway"
_EVIDENCE = ("official", "unverified", "demo")


class Transport(StrEnum):
    """Who vouches for a message."""

    KEY = "key"  # our own API key
    RIO = "rio"  # x-tif-* / x-rio-*: SHA-256 over timestamp, token and nonce
    CSB = "csb"  # _api_*: HMAC-SHA1 over the sorted parameters
    OAUTH2 = "oauth2"  # a bearer token of the password grant
    FRONT = "front"  # a front machine: its network address and the institution it speaks for


@dataclass(frozen=True, slots=True)
class Profile:
    """One province's ways; see ``baseline.yaml`` for the meaning of each member.

    :param send_to: path that messages are sent to, with ``{infno}`` in it, or ``table``: one for each.
    :param tails: paths whose last part is the transaction.
    :param past_seconds: how old a header's time may be; ``future_seconds``: how far ahead.
    :param signature: ``none``, ``SM2`` or ``SM3``; verified over the received bytes of ``input``.
    :param signature_form: ``raw`` (r‖s), ``der`` or ``either``.
    :param success_text: ``err_msg`` of a success; ``None`` for JSON null.
    :param extra_members: further members of every answer; ``None`` for JSON null.
    :param longest_text: ``err_msg`` is cut there; 0 = never.
    :param numbers: transaction numbers of the province -> ours.
    """

    name: str
    title: str
    transport: Transport
    cite: str
    evidence: str
    places: tuple[str, ...]
    infcode: str
    send_to: str
    tails: tuple[str, ...]
    header_prefixes: tuple[str, ...]
    past_seconds: int
    future_seconds: int
    nonce_shortest: int
    nonce_longest: int
    signature: str
    signature_required: bool
    signature_form: str
    user_id: str
    encryption: str
    encryption_required: bool
    success_text: str | None
    extra_members: Mapping[str, str | None]
    longest_text: int
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profiles:
    """Every profile, and the paths they share."""

    by_name: Mapping[str, Profile]
    infno_of_path: Mapping[str, str]

    def named(self, name: str) -> Profile:
        """The profile of that name.

        :raises Fault: GATEWAY_PROFILE_UNKNOWN.
        """
        found = self.by_name.get(name)
        if found is None:
            raise Fault(PROFILE_UNKNOWN, value=name, expected="、".join(sorted(self.by_name)))
        return found


@cache
def shipped() -> Profiles:
    """The profiles that ship with the program."""
    return load(ROOT)


def load(root: Path) -> Profiles:
    """The profiles and paths below ``root``.

    :raises Fault: POLICY_YAML_*, GATEWAY_PROFILE_* with file and line.
    """
    files = sorted((root / "profiles").glob("*.yaml"))
    read = {file.stem: _members(file) for file in files}
    base = read.get(BASELINE, {})
    profiles = {name: _profile(name, base | members) for name, members in read.items()}
    return Profiles(profiles, _paths(root / "paths.yaml"))


@cache
def texts() -> Mapping[str, str]:
    """Sentences that clients search answers for."""
    file = ROOT / "texts.yaml"
    where = Where(file.name)
    nodes = where.mapping(read_yaml(file.read_text(encoding="utf-8"), file.name), file.name)
    return {name: where.text(node, name) for name, node in nodes.items()}


@cache
def refusals() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """What a gateway says before the business layer: transport -> what is wrong -> members."""
    file = ROOT / "refusals.yaml"
    where = Where(file.name)
    return {
        transport: {
            wrong: {name: where.text(node, name) for name, node in where.mapping(members, wrong).items()}
            for wrong, members in where.mapping(cases, transport).items()
        }
        for transport, cases in where.mapping(
            read_yaml(file.read_text(encoding="utf-8"), file.name), file.name
        ).items()
    }


def _members(file: Path) -> dict[str, tuple[Where, Node]]:
    where = Where(f"gateway/profiles/{file.name}")
    nodes = where.mapping(read_yaml(file.read_text(encoding="utf-8"), where.file), where.file)
    known = Profile.__dataclass_fields__
    for name, node in nodes.items():
        if name not in known or name == "name":
            raise where.fault(PROFILE_BAD, node.line, name, name, expected="已知的项目")
    return {name: (where, node) for name, node in nodes.items()}


def _paths(file: Path) -> dict[str, str]:
    where = Where(f"gateway/{file.name}")
    found: dict[str, str] = {}
    for base, tails in where.mapping(
        read_yaml(file.read_text(encoding="utf-8"), where.file), where.file
    ).items():
        for tail, infno in where.mapping(tails, base).items():
            found[f"{base}/{tail}"] = where.text(infno, tail)
    return found


class _Reader:
    """Members of one profile, each in its type."""

    def __init__(self, name: str, members: Mapping[str, tuple[Where, Node]]) -> None:
        self._name = name
        self._members = members

    def text(self, name: str, choice: tuple[str, ...] = ()) -> str:
        where, node = self._at(name)
        text = where.text(node, name)
        if choice and text not in choice:
            raise where.fault(PROFILE_BAD, node.line, name, text, expected="、".join(choice))
        return text

    def flag(self, name: str) -> bool:
        return self.text(name, ("yes", "no")) == "yes"

    def whole(self, name: str) -> int:
        where, node = self._at(name)
        text = where.text(node, name)
        if not (text.isascii() and text.isdigit()):
            raise where.fault(PROFILE_BAD, node.line, name, text, expected="整数")
        return int(text)

    def items(self, name: str) -> tuple[str, ...]:
        where, node = self._at(name)
        return tuple(where.text(item, name) for item in where.items(node, name))

    def table(self, name: str) -> dict[str, str]:
        where, node = self._at(name)
        return {key: where.text(item, key) for key, item in where.mapping(node, name).items()}

    def _at(self, name: str) -> tuple[Where, Node]:
        found = self._members.get(name)
        if found is None:
            raise Fault(PROFILE_INCOMPLETE, field=name, file=f"gateway/profiles/{self._name}.yaml")
        return found


def _or_null(text: str) -> str | None:
    return None if text == "null" else text


def _profile(name: str, members: Mapping[str, tuple[Where, Node]]) -> Profile:
    read = _Reader(name, members)
    places = read.items("places")
    for place in places:
        regions.check_code(place, "places")
    return Profile(
        name=name,
        title=read.text("title"),
        transport=Transport(read.text("transport", tuple(Transport))),
        cite=read.text("cite"),
        evidence=read.text("evidence", _EVIDENCE),
        places=places,
        infcode=read.text("infcode", ("text", "number")),
        send_to=read.text("send_to"),
        tails=read.items("tails"),
        header_prefixes=read.items("header_prefixes"),
        past_seconds=read.whole("past_seconds"),
        future_seconds=read.whole("future_seconds"),
        nonce_shortest=read.whole("nonce_shortest"),
        nonce_longest=read.whole("nonce_longest"),
        signature=read.text("signature", ("none", "SM2", "SM3")),
        signature_required=read.flag("signature_required"),
        signature_form=read.text("signature_form", ("raw", "der", "either")),
        user_id=read.text("user_id"),
        encryption=read.text("encryption", ("none", "SM4")),
        encryption_required=read.flag("encryption_required"),
        success_text=_or_null(read.text("success_text")),
        extra_members={key: _or_null(value) for key, value in read.table("extra_members").items()},
        longest_text=read.whole("longest_text"),
        numbers=read.table("numbers"),
    )
