"""Episodes over gRPC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from typing import Any

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay.settlement.v1 import episodes_pb2_grpc, settlement_pb2
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_kit.convert import case_from_pb, date_from_pb, date_to_pb
from chspay_kit.db import current_connection
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.episodes.desk import Desk, Told
from chspay_settlement.app.episodes.persons import Person
from chspay_settlement.app.intake.keys import Identity
from chspay_settlement.engine.episodes.parts import Part, PartKind, Settled
from chspay_settlement.rpc.messages import identity_from_pb
from chspay_settlement.store import episodes

NAME = "chspay.settlement.v1.EpisodeService"
_KINDS = {
    pb.PART_KIND_ADMISSION: PartKind.ADMISSION,
    pb.PART_KIND_DISCHARGE: PartKind.DISCHARGE,
    pb.PART_KIND_FEES: PartKind.FEES,
    pb.PART_KIND_SETTLEMENT: PartKind.SETTLEMENT,
    pb.PART_KIND_CANCELLATION: PartKind.CANCELLATION,
    pb.PART_KIND_LIST: PartKind.LIST,
    pb.PART_KIND_STATUS: PartKind.STATUS,
    pb.PART_KIND_REVERSAL: PartKind.REVERSAL,
}
_LONGEST_ID = 64


class EpisodeServicer(episodes_pb2_grpc.EpisodeServiceServicer):
    """Parts of stays in, lists out."""

    WRITES = frozenset({"RecordPart", "PutPersons"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def RecordPart(self, request: pb.RecordPartRequest, _context: Any) -> pb.RecordPartResponse:
        """Keeps one message's part."""
        taken = await self._desk.record(_told(request))
        cancelled = None if taken.cancelled is None else settlement_to_pb(taken.cancelled, "")
        return pb.RecordPartResponse(
            mdtrt_id=taken.mdtrt_id,
            setl_id=taken.setl_id,
            list_id=taken.list_id,
            missing=taken.missing,
            completed=taken.completed,
            cancelled=cancelled,
            warning=taken.warning,
        )

    async def GetEpisode(self, request: pb.GetEpisodeRequest, _context: Any) -> pb.GetEpisodeResponse:
        """What is known of a stay."""
        hospital = _own(request.hospital_code)
        visit, episode = await self._desk.episode(hospital, request.mdtrt_id, request.setl_id)
        keys = [each.part.person_key for each in episode.settlements]
        keys += [part.person_key for part in (episode.admission, episode.discharge) if part is not None]
        key = next((each for each in keys if each), "")
        person = await self._desk.persons.of_key(await current_connection(), key)
        number = person.identity.person_no if person else ""
        setl_id = request.setl_id or next((each.part.setl_id for each in episode.settlements), "")
        status = await self._desk.status(hospital, setl_id, episode) if setl_id else ""
        return pb.GetEpisodeResponse(
            mdtrt_id=visit,
            admission=episode.admission.facts if episode.admission else {},
            discharge=episode.discharge.facts if episode.discharge else {},
            fees=_rows(episode.fees),
            settlements=[settlement_to_pb(each, number) for each in episode.settlements],
            list_status=status,
            person=None if person is None else _person_to_pb(person),
        )

    async def ListSettlements(
        self, request: pb.ListSettlementsRequest, _context: Any
    ) -> pb.ListSettlementsResponse:
        """Settlements of a span of days."""
        hospital = _own(request.hospital_code)
        first, last = date_from_pb(request.first, "first"), date_from_pb(request.last, "last")
        query = ("settlements", hospital, first, last)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        position = (date.fromisoformat(str(after[0])), int(after[1])) if after else (date.min, 0)
        connection = await current_connection()
        found = await episodes.settlements(connection, hospital, first, last, position, limit + 1)
        page = found[:limit]
        cancelled, reversed_ = await episodes.taken_back(
            connection,
            hospital,
            [part.setl_id for _, part in page],
            [f"{part.infno}/{part.msgid}" for _, part in page],
        )
        standing, listed = await episodes.counts(connection, hospital, first, last)
        token = ""
        if len(found) > limit:
            seq, end = page[-1]
            token = paging.encode(query, [str(end.on), seq])
        return pb.ListSettlementsResponse(
            settlements=[
                settlement_to_pb(Settled(part, part.setl_id in cancelled), "")
                for _, part in page
                if f"{part.infno}/{part.msgid}" not in reversed_
            ],
            next_page_token=token,
            standing=standing,
            listed=listed,
        )

    async def ListWaiting(self, request: pb.ListWaitingRequest, _context: Any) -> pb.ListWaitingResponse:
        """Lists that wait."""
        query = ("waiting", request.hospital_code)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        connection = await current_connection()
        found = await episodes.waiting_page(connection, request.hospital_code, str(after[0]), limit + 1)
        token = paging.encode(query, [found[limit - 1].list_id]) if len(found) > limit else ""
        return pb.ListWaitingResponse(
            lists=[
                pb.WaitingList(
                    list_id=each.list_id,
                    hospital_code=each.hospital_code,
                    mdtrt_id=each.mdtrt_id,
                    setl_id=each.setl_id,
                    missing=each.missing,
                    since=each.since.astimezone(UTC).isoformat().replace("+00:00", "Z") if each.since else "",
                )
                for each in found[:limit]
            ],
            next_page_token=token,
        )

    async def PutPersons(self, request: pb.PutPersonsRequest, _context: Any) -> pb.PutPersonsResponse:
        """Keeps what is known of insured persons, and takes in the lists that waited for it."""
        persons = [
            Person(identity_from_pb(each.identity), each.insured_region, dict(each.facts))
            for each in request.persons
        ]
        keys = await self._desk.persons.put(persons)
        connection = await current_connection()
        waiting = await episodes.waiting_of(connection, keys)
        await episodes.lock(connection, sorted({f"hospital/{each.hospital_code}" for each in waiting}))
        completed = await self._desk.complete(connection, waiting)
        return pb.PutPersonsResponse(written=len(keys), completed=completed)

    async def FindPerson(self, request: pb.FindPersonRequest, _context: Any) -> pb.FindPersonResponse:
        """One person by number or certificate."""
        current_claim().require_role("hospital", "bureau")
        found = await self._desk.persons.find(request.person_no, request.certificate_no, request.name)
        return pb.FindPersonResponse(person=_person_to_pb(found))


def _told(request: pb.RecordPartRequest) -> Told:
    kind = _KINDS.get(request.kind)
    if kind is None:
        raise Fault(faults.PART_BAD, field="kind", value=request.kind)
    for name in ("infno", "msgid", "hospital_code"):
        text = getattr(request, name)
        if not text or len(text) > _LONGEST_ID:
            raise Fault(faults.PART_BAD, field=name, value=text)
    for name in ("mdtrt_id", "setl_id"):
        text = getattr(request, name)
        if len(text) > _LONGEST_ID or not text.isprintable():
            raise Fault(faults.PART_BAD, field=name, value=text)
    part = Part(
        kind=kind,
        infno=request.infno,
        msgid=request.msgid,
        mdtrt_id=request.mdtrt_id,
        setl_id=request.setl_id,
        facts=dict(request.facts),
        rows=tuple(dict(row.values) for row in request.rows),
        reversed_infno=request.reversed_infno,
        reversed_msgid=request.reversed_msgid,
    )
    case = case_from_pb(request.case) if request.HasField("case") else None
    identity = identity_from_pb(request.identity)
    return Told(request.request_id, request.hospital_code, part, identity, case, request.source)


def _own(hospital_code: str) -> str:
    current_claim().require_institution(hospital_code)
    return hospital_code


def settlement_to_pb(settled: Settled, person_no: str) -> pb.Settlement:
    """A settlement as a message."""
    part = settled.part
    return pb.Settlement(
        mdtrt_id=part.mdtrt_id,
        setl_id=part.setl_id,
        infno=part.infno,
        msgid=part.msgid,
        facts=part.facts,
        funds=_rows(part.rows),
        cancelled=settled.cancelled,
        on=None if part.on is None else date_to_pb(part.on),
        person_no=person_no,
    )


def _rows(rows: Iterable[Mapping[str, str]]) -> list[pb.Members]:
    return [pb.Members(values=row) for row in rows]


def _person_to_pb(person: Person) -> pb.Person:
    identity: Identity = person.identity
    return pb.Person(
        identity=settlement_pb2.Identity(
            person_no=identity.person_no,
            name=identity.name,
            certificate_type=identity.certificate_type,
            certificate_no=identity.certificate_no,
        ),
        insured_region=person.insured_region,
        facts=person.facts,
    )
