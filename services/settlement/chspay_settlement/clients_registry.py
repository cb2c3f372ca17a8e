"""What settlement asks of the registry of institutions 定点机构登记."""

from __future__ import annotations

from datetime import date, timedelta

from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_kit.grpc_client import Channel
from chspay_settlement.store.hospitals import Hospital

_KINDS = {
    institutions_pb2.INSTITUTION_KIND_HOSPITAL: "hospital",
    institutions_pb2.INSTITUTION_KIND_CLINIC: "clinic",
    institutions_pb2.INSTITUTION_KIND_PHARMACY: "pharmacy",
}
_AGREEMENTS = {
    institutions_pb2.AGREEMENT_STATE_ACTIVE: "active",
    institutions_pb2.AGREEMENT_STATE_SUSPENDED: "suspended",
    institutions_pb2.AGREEMENT_STATE_TERMINATED: "terminated",
}
_ROLES = {institutions_pb2.COMMUNITY_ROLE_LEAD: "lead", institutions_pb2.COMMUNITY_ROLE_MEMBER: "member"}
_DAY = timedelta(days=1)


class Institutions:
    """The registry of institutions, kept by the rulebook."""

    def __init__(self, channel: Channel) -> None:
        self._stub = institutions_pb2_grpc.InstitutionServiceStub(channel)  # type: ignore[no-untyped-call]

    async def changes(self, after: int) -> tuple[list[Hospital], int, bool]:
        """Everything that stands of the institutions changed since a version; the version reached, and
        whether more has changed since."""
        answer = await self._stub.ListInstitutionChanges(
            institutions_pb2.ListInstitutionChangesRequest(after=after)
        )
        return [_copied(one, answer.version) for one in answer.institutions], answer.version, answer.more

    async def communities(self, pool: str, day: date) -> dict[str, str]:
        """Hospital to medical community 医共体 of a pool on a day, of those that belong to one."""
        found: dict[str, str] = {}
        request = institutions_pb2.ListInstitutionsRequest(place=pool, on=date_to_pb(day), page_size=1000)
        while True:
            answer = await self._stub.ListInstitutions(request)
            found |= {one.code: one.community for one in answer.institutions if one.community}
            request.page_token = answer.next_page_token
            if not request.page_token:
                return found


def _copied(one: institutions_pb2.Institution, version: int) -> Hospital:
    """A dated row of the registry, whose end is the day after the last, as a row of ours."""
    until = date_from_pb(one.until, "until") - _DAY if one.HasField("until") else None
    return Hospital(
        one.code, one.name, one.pool, one.area, one.level, date_from_pb(one.since, "since"), until,
        _KINDS[one.kind], _AGREEMENTS[one.agreement], one.community, _ROLES.get(one.community_role, ""),
        version,
    )  # fmt: skip
