"""Who speaks which profile with which secrets; read from one file, never from the database or policy.

``CHSPAY_PARTNERS_FILE`` is JSON: ``{"partners": [...], "platforms": [...], "own": {"sm2": [...]}}``. A
platform is somebody we send to: a partner with a ``url`` instead of an ``institution``. A partner has
``id``, ``profile``, ``institution`` and, as its profile needs them, ``secrets`` (token, secret key or
password), ``sm4`` (16 bytes, as text or ``hex:…``), ``sm2`` (public keys), ``user_id`` and ``networks``.
For OAuth2 a secret's id is ``client`` or the user's name (at a platform ``user:`` and the name). Every key is
a list of ``{"id", "value", "since", "until"}`` (days, until excluded; both may be absent): keys overlap
while they are changed.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_gateway.national.profiles import Profile, Profiles, Transport
from chspay_kit.sm2 import Sm2Key
from chspay_kit.smcrypto import SM4_BLOCK

PARTNERS_BAD = Reason(
    "PARTNERS_FILE_BAD", Kind.PRECONDITION, "接入方文件{file}有误：{where}{problem}。请改正后重试。"
)
NO_KEY_TODAY = Reason(
    "PARTNER_KEY_EXPIRED",
    Kind.PRECONDITION,
    "接入方{value}没有当日有效的{what}密钥，请联系医保部门更换。",
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A secret and the days it holds: ``since`` included, ``until`` excluded."""

    key_id: str
    value: str = field(repr=False)
    since: date = date.min
    until: date = date.max

    def holds(self, day: date) -> bool:
        """Whether it is in force."""
        return self.since <= day < self.until


def in_force(keys: Iterable[Dated], day: date) -> list[Dated]:
    """The keys of a day, the one most lately begun first: it signs, all of them verify."""
    found = [key for key in keys if key.holds(day)]
    return sorted(found, key=lambda key: (key.since, key.key_id), reverse=True)


@dataclass(frozen=True)
class Partner:
    """One counterpart on the wire."""

    partner_id: str
    profile: Profile
    institution: str
    secrets: tuple[Dated, ...] = field(default=(), repr=False)
    sm4: tuple[Dated, ...] = field(default=(), repr=False)
    sm2: tuple[Dated, ...] = field(default=(), repr=False)
    user_id: str = ""
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    #: Of a platform we send to: where it is, without path.
    url: str = ""

    def signs_as(self) -> bytes:
        """The SM2 user id both sides use."""
        return (self.user_id or self.profile.user_id).encode()

    def sm4_keys(self, day: date) -> list[bytes]:
        """The SM4 keys of a day, newest first."""
        return [sm4_key(key.value) for key in in_force(self.sm4, day)]

    def sm2_keys(self, day: date) -> list[Sm2Key]:
        """The public keys of a day, newest first."""
        return [self._parsed[key.key_id] for key in in_force(self.sm2, day)]

    def reaches(self, address: str) -> bool:
        """Whether a network address is one of its own."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.networks)

    @cached_property
    def _parsed(self) -> dict[str, Sm2Key]:
        return {key.key_id: Sm2Key.from_public_hex(key.value) for key in self.sm2}


@dataclass(frozen=True)
class Partners:
    """Everybody in the file, and our own signing keys."""

    by_id: Mapping[str, Partner]
    #: Platforms that accepted messages are sent on to, by their ids.
    platforms: Mapping[str, Partner] = field(default_factory=dict)
    own: tuple[Dated, ...] = field(default=(), repr=False)

    def front(self, institution: str, address: str) -> Partner | None:
        """The partner behind a front machine: it speaks for one institution, from its own networks."""
        for partner in self.by_id.values():
            if (
                partner.profile.transport is Transport.FRONT
                and partner.institution == institution
                and partner.reaches(address)
            ):
                return partner
        return None

    def signing_key(self, day: date) -> Sm2Key | None:
        """Our own key of a day; ``None`` when we do not sign."""
        for key in in_force(self.own, day):
            return self._signing[key.key_id]
        return None

    @cached_property
    def _signing(self) -> dict[str, Sm2Key]:
        return {key.key_id: Sm2Key.from_private_hex(key.value) for key in self.own}


NOBODY = Partners({})


def sm4_key(value: str) -> bytes:
    """An SM4 key written as 16 characters, or as ``hex:`` and 32 digits.

    :raises ValueError: neither.
    """
    key = bytes.fromhex(value.removeprefix("hex:")) if value.startswith("hex:") else value.encode()
    if len(key) != SM4_BLOCK:
        raise ValueError("sm4")
    return key


def read_partners(file: Path, profiles: Profiles) -> Partners:
    """The partners in a file; no fault of it ever tells a secret.

    :raises Fault: PARTNERS_FILE_BAD, GATEWAY_PROFILE_UNKNOWN.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(PARTNERS_BAD, file=file, where="", problem="读不出JSON") from error
    found: dict[str, Partner] = {}
    where = ""
    try:
        for number, entry in enumerate(content.get("partners", []), 1):
            where = f"第{number}个接入方"
            partner = _partner(entry, profiles)
            if partner.partner_id in found:
                raise ValueError("编号重复")
            found[partner.partner_id] = partner
        platforms: dict[str, Partner] = {}
        for number, entry in enumerate(content.get("platforms", []), 1):
            where = f"第{number}个平台"
            partner = _partner(entry, profiles)
            if partner.partner_id in platforms or not partner.url.startswith(("http://", "https://")):
                raise ValueError("编号重复或没有地址")
            platforms[partner.partner_id] = partner
        where = "本方密钥"
        own = _dated(content.get("own", {}).get("sm2", []))
        partners = Partners(found, platforms, own)
        for key in own:
            Sm2Key.from_private_hex(key.value)
    except Fault:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # The error's own words may hold the secret that could not be read.
        raise Fault(PARTNERS_BAD, file=file, where=where, problem="缺少项目或写法不对") from error
    return partners


def _partner(entry: Mapping[str, object], profiles: Profiles) -> Partner:
    partner = Partner(
        partner_id=_text(entry, "id"),
        profile=profiles.named(_text(entry, "profile")),
        institution=str(entry.get("institution", "")) if "url" in entry else _text(entry, "institution"),
        secrets=_dated(entry.get("secrets", [])),
        sm4=_dated(entry.get("sm4", [])),
        sm2=_dated(entry.get("sm2", [])),
        user_id=str(entry.get("user_id", "")),
        url=str(entry.get("url", "")).rstrip("/"),
        networks=tuple(ipaddress.ip_network(str(each)) for each in _list(entry.get("networks", []))),
    )
    for key in partner.sm4:
        sm4_key(key.value)
    for public in partner.sm2:
        Sm2Key.from_public_hex(public.value)
    return partner


def _text(entry: Mapping[str, object], name: str) -> str:
    value = entry[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("list")
    return value


def _dated(value: object) -> tuple[Dated, ...]:
    found = []
    for entry in _list(value):
        if not isinstance(entry, Mapping):
            raise TypeError("key")
        since, until = entry.get("since"), entry.get("until")
        found.append(
            Dated(
                key_id=_text(entry, "id"),
                value=_text(entry, "value"),
                since=parse_day(str(since), "since") if since else date.min,
                until=parse_day(str(until), "until") if until else date.max,
            )
        )
    if len({key.key_id for key in found}) != len(found):
        raise ValueError("编号重复")
    return tuple(found)
