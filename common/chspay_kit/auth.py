"""Who asks: a short-lived signed claim, made at the gateway, verified by every service.

On the wire it is the gRPC metadata ``x-chspay-claim``; inside a process it is a context variable.
Row-level security is set from it, so a service without a claim sees nothing.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TypeVar

import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import smcrypto

CLAIM_METADATA = "x-chspay-claim"
#: How long a claim signed for one request lives, seconds.
CLAIM_SECONDS = 300
EVERYWHERE = "*"
#: What a caller does in its office, in Chinese; one person may have several.
DUTY_NAMES = {
    "handling": "经办",
    "clearing": "结算清算",
    "secretary": "专家库秘书",
    "administration": "医保行政",
    "audit": "稽核审计",
    "lead": "医共体牵头医院",
    "accounts": "账号管理",
}
DUTIES = frozenset(DUTY_NAMES)
#: The offices, from the smallest, in Chinese.
LEVEL_NAMES = {
    "county": "县（区）级医保部门",
    "city": "市级医保部门",
    "province": "省级医保部门",
    "nation": "国家医保部门",
}
ROLE_NAMES = {"hospital": "医疗机构", "bureau": "医保部门", "expert": "专家", "service": "系统"}
ROLES = frozenset(ROLE_NAMES)
#: The office a region prefix stands for, by its length.
_LEVELS = {6: "county", 4: "city", 2: "province"}

CLAIM_MISSING = Reason("CLAIM_MISSING", Kind.UNAUTHENTICATED, "请求没有身份声明，请通过网关访问。")
CLAIM_BAD = Reason("CLAIM_BAD", Kind.UNAUTHENTICATED, "身份声明无效，请重新登录或检查密钥。")
CLAIM_EXPIRED = Reason("CLAIM_EXPIRED", Kind.UNAUTHENTICATED, "身份声明已过期，请重新发起请求。")
ROLE_DENIED = Reason("ROLE_DENIED", Kind.DENIED, "当前身份无权执行此操作，需要的身份：{needed}。")
DUTY_DENIED = Reason("DUTY_DENIED", Kind.DENIED, "当前身份没有此操作所需的职责：{needed}。")
LEVEL_DENIED = Reason("LEVEL_DENIED", Kind.DENIED, "此操作由{needed}办理，当前身份属于{value}。")
REGION_DENIED = Reason("REGION_DENIED", Kind.DENIED, "当前身份不能访问行政区划{value}的数据。")
INSTITUTION_DENIED = Reason("INSTITUTION_DENIED", Kind.DENIED, "当前身份不能访问医疗机构{value}的数据。")

_VERSION = "1"
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks and what they may see.

    :param subject: stable name of the caller (an API key id, a person's account, a service); request
        ids are per subject, and so is the separation of duties.
    :param role: ``hospital``, ``bureau``, ``expert`` (sees what names its subject) or ``service``.
    :param institution: hospital code; empty unless the role is ``hospital``.
    :param region: digits a visible region code starts with (``9901``), ``*`` for all, empty for none.
    :param expires: Unix seconds; 0 for a claim that lives in this process only.
    :param duties: what the caller does in its office, of :data:`DUTIES`, in order of the alphabet.
    """

    subject: str
    role: str
    institution: str = ""
    region: str = ""
    expires: int = 0
    token: str = field(default="", compare=False, repr=False)
    duties: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The office of a bureau: county, city, province or nation; empty for everybody else."""
        if self.role != "bureau":
            return ""
        return "nation" if self.region == EVERYWHERE else _LEVELS.get(len(self.region), "")

    def require_duty(self, *duties: str) -> None:
        """Refuses callers who have none of these duties."""
        if not set(duties) & set(self.duties):
            raise Fault(DUTY_DENIED, field="duties", value=in_chinese(self.duties), needed=in_chinese(duties))

    def require_level(self, *levels: str) -> None:
        """Refuses offices of any other level."""
        if self.level not in levels:
            own = LEVEL_NAMES.get(self.level) or ROLE_NAMES[self.role]
            needed = "、".join(LEVEL_NAMES[level] for level in levels)
            raise Fault(LEVEL_DENIED, field="level", value=own, needed=needed)

    def require_role(self, *roles: str) -> None:
        """Refuses callers of any other role."""
        if self.role not in roles:
            needed = "、".join(ROLE_NAMES[role] for role in roles)
            raise Fault(ROLE_DENIED, field="role", value=ROLE_NAMES[self.role], needed=needed)

    def require_region(self, code: str) -> None:
        """Refuses callers who may not act on the six-digit region ``code``."""
        if not self.covers(code):
            raise Fault(REGION_DENIED, field="region", value=code)

    def require_institution(self, code: str) -> None:
        """Refuses a hospital that names another hospital; bureaus are held by region instead."""
        if self.role == "hospital" and self.institution != code:
            raise Fault(INSTITUTION_DENIED, field="hospital_code", value=code)

    def covers(self, code: str) -> bool:
        """Whether the region part of the claim reaches the six-digit region ``code``."""
        return self.region == EVERYWHERE or (self.region != "" and code.startswith(self.region))


def in_chinese(duties: Iterable[str]) -> str:
    """Duties as people call them; a dash for none."""
    return "、".join(DUTY_NAMES[duty] for duty in duties) or "—"


def service_claim(subject: str, region: str = EVERYWHERE) -> Claim:
    """The claim of a background job of service ``subject``, for everywhere or one region prefix."""
    return Claim(subject=subject, role="service", region=region)


def sign(claim: Claim, key: bytes) -> str:
    """The claim as a compact token: version, content and HMAC-SM3, base64url, joined by dots."""
    content = orjson.dumps(
        [claim.subject, claim.role, claim.institution, claim.region, claim.expires, claim.duties]
    )
    head = f"{_VERSION}.{_encode(content)}"
    return f"{head}.{_encode(smcrypto.hmac_sm3(key, head.encode()))}"


def verify(token: str, key: bytes, now: float) -> Claim:
    """The claim in ``token`` when the signature holds and it has not expired at Unix time ``now``.

    :raises Fault: CLAIM_BAD or CLAIM_EXPIRED.
    """
    head, _, mac = token.rpartition(".")
    version, _, content = head.partition(".")
    try:
        if version != _VERSION or not smcrypto.same(smcrypto.hmac_sm3(key, head.encode()), _decode(mac)):
            raise Fault(CLAIM_BAD)
        subject, role, institution, region, expires, duties = orjson.loads(_decode(content))
    except (ValueError, binascii.Error) as error:
        raise Fault(CLAIM_BAD) from error
    if role not in ROLES or not DUTIES.issuperset(duties):
        raise Fault(CLAIM_BAD)
    if expires <= now:
        raise Fault(CLAIM_EXPIRED)
    return Claim(subject, role, institution, region, expires, token, tuple(duties))


class Claims:
    """Signs and verifies with one key, and remembers: a claim is sent many times while it lasts.

    A remembered token was verified byte for byte before; only its end is looked at again.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._read: dict[str, Claim] = {}
        self._signed: dict[Claim, Claim] = {}

    def read(self, token: str, now: float) -> Claim:
        """As :func:`verify`."""
        claim = self._read.get(token)
        if claim is None:
            claim = verify(token, self._key, now)
            _remember(self._read, token, claim)
        elif claim.expires <= now:
            del self._read[token]
            raise Fault(CLAIM_EXPIRED)
        return claim

    def token(self, claim: Claim, seconds: float) -> str:
        """The token to send on: the one that came in if it lasts ``seconds`` more, else one signed anew.

        A claim made in this process (a background job, a long stream) has no token or an old one; the
        service, which verified it and holds the key, vouches for it for at most ``CLAIM_SECONDS`` more.
        """
        now = time.time()
        if claim.token and claim.expires > now + seconds:
            return claim.token
        signed = self._signed.get(claim)
        if signed is None or signed.expires <= now + seconds:
            fresh = replace(claim, expires=int(now) + CLAIM_SECONDS)
            signed = replace(fresh, token=sign(fresh, self._key))
            _remember(self._signed, claim, signed)
        return signed.token


Key = TypeVar("Key")


def _remember(known: dict[Key, Claim], key: Key, claim: Claim) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = claim


def token_for(claim: Claim, key: bytes, seconds: float) -> str:
    """One token for ``claim`` that lasts at least ``seconds``; see :meth:`Claims.token`."""
    return Claims(key).token(claim, seconds)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


_current: ContextVar[Claim | None] = ContextVar("chspay_claim", default=None)


def current_claim() -> Claim:
    """Who asks in this request or job; a :class:`Fault` CLAIM_MISSING outside of one."""
    claim = _current.get()
    if claim is None:
        raise Fault(CLAIM_MISSING)
    return claim


def claim_or_none() -> Claim | None:
    """Who asks, or ``None`` outside a request or job."""
    return _current.get()


def act_as(claim: Claim) -> None:
    """Acts as ``claim`` for the rest of this task; for a task that serves one request."""
    _current.set(claim)


@contextmanager
def use_claim(claim: Claim) -> Iterator[Claim]:
    """Acts as ``claim`` inside the block: background jobs, the gateway, tests."""
    token = _current.set(claim)
    try:
        yield claim
    finally:
        _current.reset(token)
