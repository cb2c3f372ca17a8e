"""``RosterService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.capitation.v1 import roster_pb2 as pb
from chspay.capitation.v1 import roster_pb2_grpc
from chspay_capitation.app import rosters as app
from chspay_capitation.app.rosters import Rosters
from chspay_capitation.engine.roster import ROW_REASONS
from chspay_capitation.store.rosters import Roster
from chspay_kit.convert import date_from_pb, date_to_pb

SERVICE = "chspay.capitation.v1.RosterService"
Context = Any

_STATE = {
    app.UPLOADING: pb.ROSTER_STATE_UPLOADING,
    app.CHECKING: pb.ROSTER_STATE_CHECKING,
    app.REFUSED: pb.ROSTER_STATE_REFUSED,
    app.LOADED: pb.ROSTER_STATE_LOADED,
}


class RosterServicer(roster_pb2_grpc.RosterServiceServicer):
    """Serves ``RosterService``."""

    WRITES = frozenset({"StartRoster", "PutRosterPart", "CloseRoster"})

    def __init__(self, rosters: Rosters) -> None:
        self._rosters = rosters

    async def StartRoster(self, request: pb.StartRosterRequest, _context: Context) -> pb.StartRosterResponse:
        """A new roster."""
        as_of = date_from_pb(request.as_of, "as_of")
        roster = await self._rosters.start(request.request_id, request.pool, as_of)
        return pb.StartRosterResponse(roster=roster_to_pb(roster, []))

    async def PutRosterPart(
        self, request: pb.PutRosterPartRequest, _context: Context
    ) -> pb.PutRosterPartResponse:
        """One part of the rows."""
        rows, digest = await self._rosters.put(request.roster_id, request.part_no, request.content)
        return pb.PutRosterPartResponse(rows=rows, digest=digest)

    async def CloseRoster(self, request: pb.CloseRosterRequest, _context: Context) -> pb.CloseRosterResponse:
        """The upload ends and the check begins."""
        roster = await self._rosters.close(request.roster_id, request.parts)
        return pb.CloseRosterResponse(roster=roster_to_pb(roster, list(range(request.parts))))

    async def GetRoster(self, request: pb.GetRosterRequest, _context: Context) -> pb.GetRosterResponse:
        """A roster with the report of its check."""
        roster = await self._rosters.get(request.roster_id)
        return pb.GetRosterResponse(roster=roster_to_pb(roster, await self._rosters.parts(roster.roster_id)))

    async def ListRosters(self, request: pb.ListRostersRequest, _context: Context) -> pb.ListRostersResponse:
        """A page of the rosters the caller may see; the parts are left out."""
        found, token = await self._rosters.page(request.page_size, request.page_token)
        return pb.ListRostersResponse(
            rosters=[roster_to_pb(roster, []) for roster in found], next_page_token=token
        )


def roster_to_pb(roster: Roster, parts: list[int]) -> pb.Roster:
    """A roster as a message."""
    counts = [
        pb.RosterFaultCount(reason=reason, column=_said(reason)[0], message=_said(reason)[1], count=count)
        for reason, count in roster.report.get("counts", {}).items()
    ]
    faults = [
        pb.RosterRowFault(part_no=part, row=row + 1, column=column, reason=reason)
        for part, row, column, reason in roster.report.get("shown", [])
    ]
    return pb.Roster(
        roster_id=roster.roster_id,
        pool=roster.pool,
        as_of=date_to_pb(roster.as_of),
        state=_STATE[roster.state],
        rows=roster.rows,
        digest=roster.digest,
        counts=counts,
        faults=faults,
        started_by=roster.started_by,
        parts=parts,
    )


def _said(reason: str) -> tuple[str, str]:
    return ROW_REASONS.get(reason, ("", "名册核对没有完成，请重新关闭；仍不成功请联系管理员"))
