"""Who calls: keys, sessions and tokens, checked against the store, remembered briefly, made signed claims.

A key reads ``cp_<id>_<secret>`` and comes as ``Authorization: Bearer`` or ``X-API-Key``. It is bound to
one institution, to a region, to an expert, or (an administrator's) to everywhere. A session of a person
reads ``cs_…``, a token given for a key (OAuth2) ``ca_…``; they come the same ways.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chspay_core import regions
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway import reasons
from chspay_gateway.access import desk as sessions
from chspay_gateway.access import tokens
from chspay_gateway.access.desk import Desk
from chspay_gateway.store import Client, Store
from chspay_kit import auth as claims
from chspay_kit import smcrypto
from chspay_kit.auth import Claim

K = TypeVar("K")
V = TypeVar("V")

SCOPE_UNCLEAR = Reason(
    "KEY_SCOPE_UNCLEAR", Kind.INVALID, "密钥必须且只能属于一家医疗机构、一个地区、一名专家或管理员之一。"
)
LABEL_BAD = Reason("KEY_INSTITUTION_BAD", Kind.INVALID, "医疗机构编码应为1至30位字母或数字，收到“{value}”。")
EXPERT_BAD = Reason(
    "EXPERT_NUMBER_BAD", Kind.INVALID, "专家编号应为1至40位字母、数字或 . _ -，收到“{value}”。"
)
DUTY_UNKNOWN = Reason("DUTY_UNKNOWN", Kind.INVALID, "没有职责“{value}”，可选：{known}。")
TOKEN_OVER = Reason("TOKEN_BAD", Kind.UNAUTHENTICATED, "令牌无效或已过期，请用密钥重新换取（/oauth/token）。")
PASSWORD_MUST_CHANGE = Reason(
    "PASSWORD_MUST_CHANGE", Kind.DENIED, "初始密码只能用来设置自己的密码，请先更改密码。"
)
AUDIT_APART = Reason("DUTY_AUDIT_APART", Kind.INVALID, "稽核审计与{value}应由不同的人担任，请另发一个密钥。")
DUTY_NOT_HERE = Reason(
    "DUTY_NOT_HERE", Kind.INVALID, "{name}不能有职责“{value}”；医疗机构只可有lead，专家没有职责。"
)

#: A verified key is trusted this long without asking the database: the longest a revocation takes.
REMEMBER_SECONDS = 30
#: How long a claim lives; longer than it is remembered, so that a request has time to finish.
CLAIM_SECONDS = 60
_MOST_REMEMBERED = 10_000
_KEY = re.compile(r"cp_([0-9a-z]{12})_([0-9A-Za-z_-]{20,64})\Z", re.ASCII)
_EXPERT = re.compile(r"[0-9A-Za-z._-]{1,40}\Z", re.ASCII)
#: What an office does when nobody says which of it.
OFFICE_DUTIES = ("handling", "clearing")
_INSTITUTION = re.compile(r"[0-9A-Za-z]{1,30}\Z", re.ASCII)


def secret_hash(key_id: str, secret: str) -> bytes:
    """What is stored instead of the secret."""
    return smcrypto.sm3(f"{key_id}:{secret}".encode())


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a key or a role of an account speaks; made by :func:`scope_of`.

    :param region: digits a visible region code starts with, ``*`` for all; empty unless a bureau's.
    :param expert: number of an expert; empty for everybody else.
    """

    role: str
    institution: str
    region: str
    expert: str
    duties: tuple[str, ...]


def scope_of(
    *,
    institution: str = "",
    region: str = "",
    expert: str = "",
    admin: bool = False,
    duties: Sequence[str] = (),
) -> Scope:
    """A scope, checked; an office without duties gets :data:`OFFICE_DUTIES`.

    :param institution: hospital code, for a hospital's key.
    :param region: six-digit region code, for a bureau's key; it reaches everything inside.
    :param expert: number in the pool of experts.
    :raises Fault: not exactly one scope is given, it is malformed, or a duty is not one it can have.
    """
    if sum((bool(institution), bool(region), bool(expert), admin)) != 1:
        raise Fault(SCOPE_UNCLEAR)
    if institution and not _INSTITUTION.match(institution):
        raise Fault(LABEL_BAD, field="institution", value=institution)
    if expert and not _EXPERT.match(expert):
        raise Fault(EXPERT_BAD, field="expert", value=expert)
    role = "hospital" if institution else "expert" if expert else "bureau"
    for duty in duties:
        if duty not in claims.DUTIES:
            raise Fault(DUTY_UNKNOWN, field="duties", value=duty, known="、".join(claims.DUTY_NAMES))
        if not (duty == "lead" if role == "hospital" else role == "bureau" and duty != "lead"):
            raise Fault(DUTY_NOT_HERE, field="duties", value=duty, name=claims.ROLE_NAMES[role])
    if "audit" in duties and set(duties) != {"audit"}:
        others = claims.in_chinese(sorted(set(duties) - {"audit"}))
        raise Fault(AUDIT_APART, field="duties", value=others)
    if role == "bureau" and not duties:
        duties = OFFICE_DUTIES
    reach = claims.EVERYWHERE if admin else ""
    if region:
        reach = regions.prefix(region) or claims.EVERYWHERE
    return Scope(role, institution, reach, expert, tuple(sorted(set(duties))))


def new_key(scope: Scope, label: str = "") -> tuple[str, Client]:
    """A fresh key: the text to hand out once, and the row to store."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(24)
    client = Client(
        key_id, secret_hash(key_id, secret), scope.role, scope.institution, scope.region, label,
        scope.expert, scope.duties,
    )  # fmt: skip
    return f"cp_{key_id}_{secret}", client


def key_in(headers: Mapping[str, str]) -> str:
    """The key a request carries; empty when it carries none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    return headers.get("x-api-key", "").strip() or headers.get("authorization", "").strip()


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose credential was checked.

    :param client: the key or account, whoever it acts as; what limits are counted by.
    :param may_write: false for a token of scope ``read``.
    """

    claim: Claim
    client: str
    may_write: bool = True


def key_id_of(key: str) -> str:
    """The public part of a key."""
    return key[3:15]


class Keys:
    """Checks credentials and gives claims.

    :param store: where keys are kept.
    :param claim_key: signs claims for the services.
    :param desk: knows the sessions of people.
    :param clock: Unix seconds, for tests.
    """

    def __init__(
        self, store: Store, claim_key: bytes, desk: Desk, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._claim_key = claim_key
        self._token_key = smcrypto.hmac_sm3(claim_key, b"gateway access token")
        self._desk = desk
        self._clock = clock
        self._known: dict[bytes, Claim] = {}
        self._by_id: dict[str, Claim] = {}
        self._sessions: dict[bytes, Known] = {}

    async def known(self, credential: str) -> Known:
        """Whom a key, a session or a token stands for.

        :raises Fault: KEY_MISSING, KEY_BAD, SESSION_ENDED, PASSWORD_MUST_CHANGE, or that the database cannot
            be asked.
        """
        if credential.startswith(sessions.MARK):
            return await self._of_session(credential)
        if credential.startswith(tokens.MARK):
            read = tokens.read_token(credential, self._token_key, self._clock())
            if read is None:
                raise Fault(TOKEN_OVER)
            key_id, scopes = read
            return Known(await self._of_id(key_id, TOKEN_OVER), key_id, "write" in scopes)
        return Known(await self.claim(credential), key_id_of(credential))

    async def grant(self, asked: tokens.Asked) -> dict[str, object]:
        """A token for the owner of a key, as RFC 6749 answers.

        :raises TokenRefused: invalid_client.
        """
        try:
            key_id = asked.key_id.removeprefix("cp_")
            # The secret may be given as the whole key, but only of this very key.
            await self.claim(f"cp_{key_id}_{asked.secret.removeprefix(f'cp_{key_id}_')}")
        except Fault as fault:
            if fault.reason.kind is not Kind.UNAUTHENTICATED:
                raise
            raise tokens.TokenRefused("invalid_client", "客户端编号或密钥不对。") from fault
        return {
            "access_token": tokens.new_token(key_id, asked.scopes, self._token_key, self._clock()),
            "token_type": "Bearer",
            "expires_in": tokens.LIVES_SECONDS,
            "scope": " ".join(asked.scopes),
        }

    async def _of_session(self, token: str) -> Known:
        digest = sessions.token_hash(token)
        known = self._sessions.get(digest)
        if known is not None and self._fresh(known.claim):
            return known
        self._sessions.pop(digest, None)
        signed = await self._desk.session(token)
        if signed.must_change:
            raise Fault(PASSWORD_MUST_CHANGE)
        role = signed.role
        claim = self._sign(
            f"expert:{role.expert}" if role.expert else f"user:{role.account_id}",
            role.role, role.institution, role.region, role.duties,
        )  # fmt: skip
        return self._remember(self._sessions, digest, Known(claim, f"user:{role.account_id}"))

    def forget(self, token: str) -> None:
        """Forgets a session that has ended, in this process at once."""
        self._sessions.pop(sessions.token_hash(token), None)

    async def claim(self, key: str) -> Claim:
        """The signed claim of an API key.

        :raises Fault: KEY_MISSING, KEY_BAD, or that the database cannot be asked.
        """
        if not key:
            raise Fault(reasons.KEY_MISSING)
        match = _KEY.match(key)
        if match is None:
            raise Fault(reasons.KEY_BAD)
        digest = secret_hash(match[1], match[2])
        known = self._known.get(digest)
        if known is not None and self._fresh(known):
            return known
        client = await self._store.client(match[1])
        if client is None or not smcrypto.same(client.secret_hash, digest):
            self._known.pop(digest, None)
            raise Fault(reasons.KEY_BAD)
        return self._remember(self._known, digest, self._signed(client))

    async def claim_of(self, key_id: str) -> Claim:
        """The signed claim of a key that was proved before (a signed-in page).

        :raises Fault: PAGE_SIGN_IN when the key was revoked since.
        """
        return await self._of_id(key_id, reasons.PAGE_SIGN_IN)

    async def _of_id(self, key_id: str, gone: Reason) -> Claim:
        known = self._by_id.get(key_id)
        if known is not None and self._fresh(known):
            return known
        client = await self._store.client(key_id)
        if client is None:
            self._by_id.pop(key_id, None)
            raise Fault(gone)
        return self._remember(self._by_id, key_id, self._signed(client))

    def vouched(self, partner_id: str, institution: str) -> Claim:
        """The signed claim of a partner whose headers, network or token were checked."""
        key_id = f"partner:{partner_id}"
        known = self._by_id.get(key_id)
        if known is not None and known.institution == institution and self._fresh(known):
            return known
        client = Client(key_id, b"", "hospital", institution, "", "")
        return self._remember(self._by_id, key_id, self._signed(client))

    def _fresh(self, claim: Claim) -> bool:
        return claim.expires - CLAIM_SECONDS + REMEMBER_SECONDS > self._clock()

    def _signed(self, client: Client) -> Claim:
        subject = f"expert:{client.expert}" if client.expert else client.key_id
        return self._sign(subject, client.role, client.institution, client.region, client.duties)

    def _sign(self, subject: str, role: str, institution: str, region: str, duties: Sequence[str]) -> Claim:
        end = int(self._clock()) + CLAIM_SECONDS
        claim = Claim(subject, role, institution, region, end, duties=tuple(duties))
        return replace(claim, token=claims.sign(claim, self._claim_key))

    @staticmethod
    def _remember(table: dict[K, V], key: K, found: V) -> V:
        if len(table) >= _MOST_REMEMBERED:
            table.clear()
        table[key] = found
        return found
