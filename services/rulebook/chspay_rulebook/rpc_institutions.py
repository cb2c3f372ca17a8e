"""The registry of institutions on the wire."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import institutions_pb2 as pb
from chspay.rulebook.v1 import institutions_pb2_grpc
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_rulebook.app import Institutions
from chspay_rulebook.engine.institutions import Institution
from chspay_rulebook.messages import instant_to_pb
from chspay_rulebook.store.institutions import Recorded

SERVICE = "chspay.rulebook.v1.InstitutionService"
Context = Any

_KINDS = {
    "hospital": pb.INSTITUTION_KIND_HOSPITAL,
    "clinic": pb.INSTITUTION_KIND_CLINIC,
    "pharmacy": pb.INSTITUTION_KIND_PHARMACY,
}
_AGREEMENTS = {
    "active": pb.AGREEMENT_STATE_ACTIVE,
    "suspended": pb.AGREEMENT_STATE_SUSPENDED,
    "terminated": pb.AGREEMENT_STATE_TERMINATED,
}
_ROLES = {
    "": pb.COMMUNITY_ROLE_UNSPECIFIED,
    "lead": pb.COMMUNITY_ROLE_LEAD,
    "member": pb.COMMUNITY_ROLE_MEMBER,
}


class InstitutionServicer(institutions_pb2_grpc.InstitutionServiceServicer):
    """Serves ``InstitutionService``."""

    WRITES = frozenset({"PutInstitution", "ImportInstitutions"})

    def __init__(self, institutions: Institutions) -> None:
        self._institutions = institutions

    async def PutInstitution(
        self, request: pb.PutInstitutionRequest, _context: Context
    ) -> pb.PutInstitutionResponse:
        """Registers an institution from a day on."""
        found = await self._institutions.put(institution_from_pb(request.institution))
        return pb.PutInstitutionResponse(institution=institution_to_pb(found))

    async def ImportInstitutions(
        self, request: pb.ImportInstitutionsRequest, _context: Context
    ) -> pb.ImportInstitutionsResponse:
        """A whole file, or nothing."""
        written, unchanged, faults = await self._institutions.take(request.content)
        errors = [
            pb.RowError(
                line=item.line,
                field=item.fault.field,
                reason=item.fault.reason.code,
                message=item.fault.message,
            )
            for item in faults
        ]
        return pb.ImportInstitutionsResponse(written=written, unchanged=unchanged, errors=errors)

    async def ListInstitutions(
        self, request: pb.ListInstitutionsRequest, _context: Context
    ) -> pb.ListInstitutionsResponse:
        """A page of institutions as they stood on a day."""
        day = date_from_pb(request.on, "on")
        kind = _name(_KINDS, request.kind)
        found, token = await self._institutions.page(
            request.place, day, kind, request.page_size, request.page_token
        )
        return pb.ListInstitutionsResponse(
            institutions=[institution_to_pb(item) for item in found], next_page_token=token
        )

    async def ListInstitutionChanges(
        self, request: pb.ListInstitutionChangesRequest, _context: Context
    ) -> pb.ListInstitutionChangesResponse:
        """What has changed since a version."""
        found, version, more = await self._institutions.changes(request.after, request.page_size)
        return pb.ListInstitutionChangesResponse(
            institutions=[institution_to_pb(item) for item in found], version=version, more=more
        )

    async def GetInstitution(
        self, request: pb.GetInstitutionRequest, _context: Context
    ) -> pb.GetInstitutionResponse:
        """Everything ever registered of one institution."""
        rows = await self._institutions.history(request.code)
        return pb.GetInstitutionResponse(rows=[_recorded_to_pb(row) for row in rows])


def institution_from_pb(item: pb.Institution) -> Institution:
    """An institution from a message; words that are not set are empty and refused by the check."""
    return Institution(
        code=item.code,
        name=item.name,
        kind=_name(_KINDS, item.kind),
        level=item.level,
        pool=item.pool,
        area=item.area or item.pool,
        community=item.community,
        community_role=_name(_ROLES, item.community_role),
        agreement=_name(_AGREEMENTS, item.agreement),
        since=date_from_pb(item.since, "since"),
        until=date_from_pb(item.until, "until") if item.HasField("until") else None,
    )


def institution_to_pb(item: Institution) -> pb.Institution:
    """An institution as a message."""
    return pb.Institution(
        code=item.code,
        name=item.name,
        kind=_KINDS[item.kind],
        level=item.level,
        pool=item.pool,
        area=item.area,
        community=item.community,
        community_role=_ROLES[item.community_role],
        agreement=_AGREEMENTS[item.agreement],
        since=date_to_pb(item.since),
        until=date_to_pb(item.until) if item.until is not None else None,
    )


def _recorded_to_pb(row: Recorded) -> pb.RecordedInstitution:
    ended = row.superseded_at
    return pb.RecordedInstitution(
        institution=institution_to_pb(row.institution),
        recorded_at=instant_to_pb(row.recorded_at),
        recorded_by=row.recorded_by,
        superseded_at=instant_to_pb(ended) if ended is not None else None,
    )


def _name(words: dict[str, Any], number: int) -> str:
    """The word of a number of an enum; empty for one that is unspecified or unknown."""
    return next((word for word, known in words.items() if known == number and word), "")
