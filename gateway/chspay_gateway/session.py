"""What every endpoint starts from: who calls, the services, and a deadline that travels with the calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Annotated, cast

from fastapi import Depends, Request

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway import auth, reasons
from chspay_gateway.access import personal
from chspay_gateway.access.limits import address_of
from chspay_gateway.access.room import Access
from chspay_gateway.clients import Services
from chspay_gateway.national.door import Door
from chspay_gateway.settings import GatewaySettings
from chspay_gateway.store import Store
from chspay_gateway.tally import Tally
from chspay_kit import auth as claims
from chspay_kit import deadline
from chspay_kit.auth import Claim

REQUEST_ID_HEADER = "Idempotency-Key"
TOKEN_READS_ONLY = Reason(
    "TOKEN_READS_ONLY", Kind.DENIED, "此令牌的范围（scope）只有read，不能写入，请换取带write的令牌。"
)
#: Who may write where the path says nothing else.
WRITING_DUTIES = ("handling", "clearing", "administration")
#: Paths whose service knows each step's own duty (disputes take some from experts, secretaries and auditors).
_JUDGED_BY_SERVICE = tuple(
    f"/api/v1/{room}"
    for room in (
        "accounts", "disputes", "draws", "experts", "negotiations", "opinions", "panels", "register",
        "reviews", "sessions", "working-group",
    )
)  # fmt: skip
#: Route templates of POSTs that ask and change nothing; what they ask is too long for an address.
ASKING = frozenset(
    {
        "/api/v1/amendments/check",
        "/api/v1/benefits/stays",
        "/api/v1/budget/plans/{pool}/{year}/dip-totals",
        "/api/v1/dip/explain",
        "/api/v1/dip/group",
        "/api/v1/disputes/check",
        "/api/v1/group",
        "/api/v1/group/explain",
        "/api/v1/negotiations/{topic_id}/ballot-paper",
        "/api/v1/per-diem/trials",
        "/api/v1/quality/checks",
    }
)
_READING_METHODS = frozenset({"GET", "HEAD"})
_REQUEST_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of a running gateway; ``app.state.gateway``."""

    settings: GatewaySettings
    services: Services
    store: Store
    keys: auth.Keys
    #: Signs the cookie of signed-in pages; derived from the claim key, never equal to it.
    page_key: bytes
    #: Who may come in by the national paths.
    door: Door
    #: Accounts, limits and the book of readings.
    access: Access
    #: Counts what came in and what became of it.
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Session:
    """One request: its caller and the services it may ask."""

    claim: Claim
    services: Services
    #: False for a token of scope ``read``.
    may_write: bool = True

    def require_writing(self) -> None:
        """Refuses who may not write: an office writes with a duty that writes; who only audits, reads.

        :raises Fault: TOKEN_READS_ONLY, ROLE_DENIED, DUTY_DENIED.
        """
        if not self.may_write:
            raise Fault(TOKEN_READS_ONLY)
        self.claim.require_role("hospital", "bureau", "service")
        if self.claim.role == "bureau":
            self.claim.require_duty(*WRITING_DUTIES)

    def require_bureau(self) -> None:
        """Refuses everybody who is no office of the insurance."""
        if self.claim.role not in {"bureau", "service"}:
            raise Fault(reasons.BUREAU_ONLY)

    def require_hospital(self, code: str) -> None:
        """Refuses a hospital that names another one; a bureau is held by its region in the service."""
        if self.claim.role == "hospital" and self.claim.institution != code:
            raise Fault(reasons.NOT_YOURS, field="hospital_code", value=code, own=self.claim.institution)

    def hospital_or_own(self, code: str) -> str:
        """The hospital asked for; a hospital that names none means itself.

        Another hospital's rows are not refused here: they read as not found, so that nobody learns
        which exist. A bureau has to name one: an empty page would look like an empty hospital.
        """
        code = code or self.claim.institution
        if not code:
            raise Fault(reasons.FIELD_REQUIRED, field="hospital_code")
        return code


@dataclass(frozen=True, slots=True)
class Writing(Session):
    """A request that writes."""

    #: The Idempotency-Key: the same one with the same content gets the same answer.
    request_id: str = ""


def gateway_of(request: Request) -> Gateway:
    """The running gateway."""
    return cast("Gateway", request.app.state.gateway)


def address_in(request: Request) -> str:
    """The address a request comes from, as attempts are counted."""
    return address_of(request.client.host if request.client else None)


async def known_in(gateway: Gateway, request: Request) -> auth.Known:
    """Whom the credential of a request stands for; an address may show so many wrong keys and no more.

    :raises Fault: as :meth:`auth.Keys.known`, and RATE_LIMITED.
    """
    try:
        return await gateway.keys.known(auth.key_in(request.headers))
    except Fault as fault:
        if fault.reason is reasons.KEY_BAD:
            gateway.access.doors.take(address_in(request))
        raise


def begin(gateway: Gateway, claim: Claim, seconds: float) -> Session:
    """Acts as ``claim`` for the rest of this request, with ``seconds`` to answer."""
    claims.act_as(claim)
    deadline.begin(seconds)
    return Session(claim, gateway.services)


async def _asked(request: Request) -> object:
    """The JSON a question carries; nothing when there is none or it cannot be read, which its route tells."""
    if request.method in _READING_METHODS:
        return None
    try:
        return await request.json()
    except ValueError:
        return None


async def _session(request: Request) -> Session:
    gateway = gateway_of(request)
    known = await known_in(gateway, request)
    gateway.access.clients.take(known.client)
    path = request.scope["route"].path_format
    if path in personal.PATHS:
        ids = personal.ids_of(request.path_params, request.query_params, await _asked(request))
        await gateway.access.readings.note(known.claim, path, ids)
    begun = begin(gateway, known.claim, gateway.settings.call_seconds)
    if not known.may_write:
        begun = replace(begun, may_write=False)
    # Held here and not by the routes: one that forgot to ask would let readers write.
    changes = request.method not in _READING_METHODS and path not in ASKING
    if changes and not (begun.may_write and path.startswith(_JUDGED_BY_SERVICE)):
        begun.require_writing()
    return begun


async def writing(request: Request) -> Writing:
    """A session that may write, found in one step: every dependency costs on the online path."""
    session = await _session(request)
    return Writing(session.claim, session.services, session.may_write, request_id_in(request))


def request_id_in(request: Request) -> str:
    """The request id of a write.

    :raises Fault: IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_KEY_BAD.
    """
    key = request.headers.get(REQUEST_ID_HEADER, "")
    if not key:
        raise Fault(reasons.KEY_HEADER_MISSING, field=REQUEST_ID_HEADER)
    if not _REQUEST_ID.match(key):
        raise Fault(reasons.KEY_HEADER_BAD, field=REQUEST_ID_HEADER, value=key)
    return key


def writes(call: object) -> bool:
    """Whether a dependency is the one of writes; for the interface description."""
    return call is writing


Caller = Annotated[Session, Depends(_session)]
#: As Caller, for writes: the request carries an Idempotency-Key.
Writer = Annotated[Writing, Depends(writing)]
