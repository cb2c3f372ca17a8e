"""What capitation asks of the other services."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from chspay.budget.v1 import plan_pb2, plan_pb2_grpc
from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc, rulebook_pb2, rulebook_pb2_grpc
from chspay.settlement.v1 import others_pb2, others_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_kit.auth import service_claim, use_claim
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_kit.grpc_client import Channel

#: Sealed bundles kept at hand.
_KEPT = 32
#: Places asked for at once.
_PAGE = 1000
#: Payments asked for at a time.
_PAGE = 1_000
_BOOKS = {
    "capitation": others_pb2.FUND_BOOK_CAPITATION,
    "outpatient": others_pb2.FUND_BOOK_OUTPATIENT,
    "inpatient": others_pb2.FUND_BOOK_INPATIENT,
}


class Rulebook:
    """The rulebook, asked for the policy in force."""

    def __init__(self, channel: Channel) -> None:
        self._stub = rulebook_pb2_grpc.RulebookServiceStub(channel)  # type: ignore[no-untyped-call]
        self._bundles: dict[str, Bundle] = {}

    async def bundle(self, place: str, day: date) -> tuple[Policy, bytes]:
        """What holds in ``place`` on ``day`` as the rulebook knows it now, and the sealed bundle itself."""
        request = rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(day))
        response = await self._stub.ResolveBundle(request)
        return Bundle.parse(response.content, response.digest).on(day), response.content

    async def policy(self, place: str, day: date) -> Policy:
        """What holds in ``place`` on ``day``."""
        return (await self.bundle(place, day))[0]

    async def places(self) -> list[str]:
        """The codes of every place the rulebook knows."""
        found: list[str] = []
        token, more = "", True
        while more:
            answer = await self._stub.ListPlaces(
                rulebook_pb2.ListPlacesRequest(page_size=_PAGE, page_token=token)
            )
            found += [place.code for place in answer.places]
            token = answer.next_page_token
            more = bool(token)
        return found

    async def sealed(self, digest: str, day: date) -> Policy:
        """What a bundle that was used before says of ``day``."""
        if digest not in self._bundles:
            response = await self._stub.GetBundle(rulebook_pb2.GetBundleRequest(digest=digest))
            if len(self._bundles) >= _KEPT:
                self._bundles.clear()
            self._bundles[digest] = Bundle.parse(response.content, digest)
        return self._bundles[digest].on(day)


class Registered(NamedTuple):
    """An institution as registered over some days; ``until`` is exclusive, ``None`` for no end."""

    code: str
    level: int
    pool: str
    community: str
    leads: bool
    since: date
    until: date | None


class Registry:
    """The registry of institutions 定点机构, kept by the rulebook; looked at on capitation's own account."""

    def __init__(self, channel: Channel) -> None:
        self._stub = institutions_pb2_grpc.InstitutionServiceStub(channel)  # type: ignore[no-untyped-call]

    async def on(self, code: str, day: date) -> Registered | None:
        """An institution as it stood on a day; ``None`` when it was not registered."""
        with use_claim(service_claim("capitation")):
            try:
                answer = await self._stub.GetInstitution(institutions_pb2.GetInstitutionRequest(code=code))
            except Fault as fault:
                if fault.reason.code != "INSTITUTION_UNKNOWN":
                    raise
                return None
        standing = (_registered(row.institution) for row in answer.rows if not row.HasField("superseded_at"))
        held = (row for row in standing if row.since <= day and (row.until is None or day < row.until))
        return next(held, None)

    async def all(self) -> tuple[list[Registered], int]:
        """Everything that stands of every institution, and the version of the registry."""
        found: list[Registered] = []
        version, more = 0, True
        with use_claim(service_claim("capitation")):
            while more:
                request = institutions_pb2.ListInstitutionChangesRequest(after=version)
                answer = await self._stub.ListInstitutionChanges(request)
                found += [_registered(row) for row in answer.institutions]
                version, more = answer.version, answer.more
        return found, version


def _registered(row: institutions_pb2.Institution) -> Registered:
    return Registered(
        row.code, row.level, row.pool, row.community,
        row.community_role == institutions_pb2.COMMUNITY_ROLE_LEAD, date_from_pb(row.since, "since"),
        date_from_pb(row.until, "until") if row.HasField("until") else None,
    )  # fmt: skip


class Plans:
    """The approved plans of the fund, kept by budget."""

    def __init__(self, channel: Channel) -> None:
        self._stub = plan_pb2_grpc.PlanServiceStub(channel)  # type: ignore[no-untyped-call]

    async def capitation_fen(self, pool: str, year: int) -> int:
        """What the approved plan of a year sets aside for capitation, fen.

        :raises Fault: what budget says when there is no approved plan.
        """
        request = plan_pb2.GetPoolFundRequest(pool=pool, year=year, fund="capitation")
        return int((await self._stub.GetPoolFund(request)).fund_fen)


class Booking(NamedTuple):
    """An amount of a community's settlement to be booked; ``corrects`` names what it is a change of."""

    request_id: str
    source_id: str
    corrects: str
    pool: str
    month: str
    bundle: bool
    payee: str
    amount_fen: int
    insurance_type: str
    book: str
    document: str
    worksheet_digest: str


class Ledger:
    """Settlement's ledger, in which what is due to communities is booked."""

    def __init__(self, channel: Channel) -> None:
        self._stub = others_pb2_grpc.OtherPaymentServiceStub(channel)  # type: ignore[no-untyped-call]

    async def book(self, new: Booking) -> others_pb2.OtherPayment:
        """Books one amount; the same again changes nothing.

        :raises Fault: what settlement refuses.
        """
        given = new._asdict()
        bundle, book = given.pop("bundle"), given.pop("book")
        request = others_pb2.PutOtherPaymentRequest(
            **given,
            source_service="capitation",
            method=others_pb2.OTHER_METHOD_BUNDLE if bundle else others_pb2.OTHER_METHOD_CAPITATION,
            fund_book=_BOOKS[book],
        )
        answer: others_pb2.PutOtherPaymentResponse = await self._stub.PutOtherPayment(request)
        return answer.payment

    async def booked(self, pool: str) -> dict[str, list[others_pb2.OtherPayment]]:
        """All the ledger holds of a pool's settlements of communities, by settlement.

        Looked at on capitation's own account: a payment out of the asker's sight is paid all the same.
        """
        found = defaultdict[str, list[others_pb2.OtherPayment]](list)
        with use_claim(service_claim("capitation")):
            for method in (others_pb2.OTHER_METHOD_CAPITATION, others_pb2.OTHER_METHOD_BUNDLE):
                request = others_pb2.ListOtherPaymentsRequest(pool=pool, method=method, page_size=_PAGE)
                while True:
                    answer = await self._stub.ListOtherPayments(request)
                    for paid in answer.payments:
                        if paid.source_service == "capitation":
                            found[paid.source_id.rpartition(":")[0]].append(paid)
                    if not answer.next_page_token:
                        break
                    request.page_token = answer.next_page_token
        return dict(found)
