"""The servicer: messages in, use-cases, messages out. Everything around a call is the kit's interceptor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay.settlement.v1 import settlement_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import grpc_errors, once, paging, smcrypto
from chspay_kit.auth import current_claim
from chspay_kit.convert import case_from_pb, date_from_pb, worksheet_to_pb
from chspay_kit.db import Database, current_connection
from chspay_kit.interceptor import check_request_id, fault_of
from chspay_settlement import faults
from chspay_settlement.app.intake import registry
from chspay_settlement.app.intake.importing import Importer
from chspay_settlement.app.intake.lists import Intake, Sent, list_id_of
from chspay_settlement.app.intake.together import Together
from chspay_settlement.app.month.runs import Runs
from chspay_settlement.app.reading.explain import Explain
from chspay_settlement.rpc import messages

NAME = "chspay.settlement.v1.SettlementService"
Context = Any
#: The doors a list may come in by.
CHANNELS = frozenset({"rest", "envelope", "bulk", "grpc", "cli"})
_IMPORT = f"/{NAME}/ImportLists"
_SUBMIT = f"/{NAME}/SubmitList"


class SettlementServicer(settlement_pb2_grpc.SettlementServiceServicer):
    """Settlement over gRPC."""

    WRITES = frozenset({"SubmitList", "PutHospital", "StartMonthRun"})
    TOGETHER = frozenset({"SubmitList"})

    def __init__(
        self, database: Database, intake: Intake, importer: Importer, runs: Runs, explain: Explain
    ) -> None:
        self._database = database
        self._intake = intake
        self._together = Together(database, intake, _SUBMIT, messages.accepted_bytes)
        self._importer = importer
        self._runs = runs
        self._explain = explain

    async def SubmitList(self, request: pb.SubmitListRequest, _context: Context) -> pb.SubmitListResponse:
        """Takes in one list."""
        return pb.SubmitListResponse.FromString(await self._submit(request))

    async def SubmitLists(self, request: pb.SubmitListsRequest, _context: Context) -> pb.SubmitListsResponse:
        """Takes in lists that are sent together; each is refused or accepted by itself."""
        outcomes = await asyncio.gather(*(self._outcome(one) for one in request.lists))
        return pb.SubmitListsResponse(outcomes=outcomes)

    async def _outcome(self, request: pb.SubmitListRequest) -> pb.SubmitListOutcome:
        try:
            check_request_id(request.request_id)
            answer = await self._submit(request)
        except Exception as error:
            return pb.SubmitListOutcome(refused=grpc_errors.message_of(fault_of(error, _SUBMIT)))
        return pb.SubmitListOutcome(accepted=pb.SubmitListResponse.FromString(answer))

    async def _submit(self, request: pb.SubmitListRequest) -> bytes:
        if not request.HasField("case"):
            raise Fault(faults.FIELD_MISSING, field="case")
        if request.channel not in CHANNELS:
            raise Fault(faults.CHANNEL_UNKNOWN, field="channel", value=request.channel)
        sent = Sent(
            case_from_pb(request.case),
            messages.identity_from_pb(request.identity),
            request.source,
            request.channel,
        )
        body = smcrypto.sm3(request.SerializeToString(deterministic=True))
        return await self._together.submit(request.request_id, body, sent)

    async def ImportLists(
        self, requests: AsyncIterator[pb.ImportListsRequest], _context: Context
    ) -> AsyncIterator[pb.ImportListsResponse]:
        """Takes in chunks, each in a transaction of its own and once only."""
        claim = current_claim()
        async for request in requests:
            if not request.request_id or request.chunk_no < 0:
                raise Fault(faults.CHUNK_ID_BAD, field="request_id", value=request.chunk_no)
            async with self._database.unit(claim):
                answer = await self._import(request, claim.subject)
            yield answer

    async def _import(self, request: pb.ImportListsRequest, subject: str) -> pb.ImportListsResponse:
        connection = await current_connection()
        key = f"{request.request_id}/{request.chunk_no}"
        stored = await once.begin(connection, subject, key, _IMPORT, smcrypto.sm3(request.cases))
        if stored is not None:
            return pb.ImportListsResponse.FromString(stored)
        answer = messages.outcome_to_pb(
            request.chunk_no, await self._importer.chunk(request.chunk_no, request.cases)
        )
        await once.finish(connection, subject, key, answer.SerializeToString())
        return answer

    async def GetList(self, request: pb.GetListRequest, _context: Context) -> pb.GetListResponse:
        """One version of a list."""
        list_id = request.list_id or list_id_of(request.hospital_code, request.case_id)
        record = await self._intake.get(list_id, request.version)
        return pb.GetListResponse(list=messages.list_to_pb(record))

    async def ListLists(self, request: pb.ListListsRequest, _context: Context) -> pb.ListListsResponse:
        """Lists of a hospital by day of discharge."""
        first, last = _days(request)
        query = (request.hospital_code, first, last)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found = await self._intake.page(request.hospital_code, first, last, after, limit + 1)
        token = ""
        if len(found) > limit:
            end = found[limit - 1]
            token = paging.encode(query, [str(end.case.discharge_date), end.list_id])
        return pb.ListListsResponse(
            lists=[messages.list_to_pb(record) for record in found[:limit]], next_page_token=token
        )

    async def PutHospital(self, request: pb.PutHospitalRequest, _context: Context) -> pb.PutHospitalResponse:
        """Registers a hospital."""
        hospital = await registry.put_hospital(messages.hospital_from_pb(request.hospital))
        return pb.PutHospitalResponse(hospital=messages.hospital_to_pb(hospital))

    async def ListHospitals(
        self, request: pb.ListHospitalsRequest, _context: Context
    ) -> pb.ListHospitalsResponse:
        """Hospitals of a region's pools."""
        query = ("hospitals", request.region_code)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found = await registry.page(request.region_code, after, limit + 1)
        token = ""
        if len(found) > limit:
            end = found[limit - 1]
            token = paging.encode(query, [end.hospital_code, str(end.since)])
        return pb.ListHospitalsResponse(
            hospitals=[messages.hospital_to_pb(hospital) for hospital in found[:limit]],
            next_page_token=token,
        )

    async def StartMonthRun(
        self, request: pb.StartMonthRunRequest, _context: Context
    ) -> pb.StartMonthRunResponse:
        """Stores a month run; the worker carries it out."""
        run = await self._runs.start(request.pool, request.year, request.month)
        return pb.StartMonthRunResponse(run=messages.run_to_pb(run))

    async def GetRun(self, request: pb.GetRunRequest, _context: Context) -> pb.GetRunResponse:
        """A run as it is now."""
        return pb.GetRunResponse(run=messages.run_to_pb(await self._runs.get(request.run_id)))

    async def WatchRun(
        self, request: pb.WatchRunRequest, _context: Context
    ) -> AsyncIterator[pb.WatchRunResponse]:
        """Progress until the run ends."""
        async for run in self._runs.watch(request.run_id):
            yield pb.WatchRunResponse(run=messages.run_to_pb(run))

    async def ListRuns(self, request: pb.ListRunsRequest, _context: Context) -> pb.ListRunsResponse:
        """Runs the asker may see, newest month first."""
        query = ("runs", request.pool)
        limit = paging.size(request.page_size)
        found = await self._runs.page(request.pool, paging.decode(query, request.page_token) or [], limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        token = paging.encode(query, [last.period, last.run_id]) if last else ""
        return pb.ListRunsResponse(
            runs=[messages.run_to_pb(run) for run in found[:limit]], next_page_token=token
        )

    async def ListStatements(
        self, request: pb.ListStatementsRequest, _context: Context
    ) -> pb.ListStatementsResponse:
        """Statements of a finished run by hospital."""
        query = ("statements", request.run_id)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        run = await self._runs.get(request.run_id)
        found = await self._runs.statements(request.run_id, str(after[0]), limit + 1)
        token = paging.encode(query, [found[limit - 1].hospital_code]) if len(found) > limit else ""
        return pb.ListStatementsResponse(
            statements=[messages.statement_to_pb(row, run) for row in found[:limit]], next_page_token=token
        )

    async def GetStatement(
        self, request: pb.GetStatementRequest, _context: Context
    ) -> pb.GetStatementResponse:
        """One hospital's statement."""
        run = await self._runs.get(request.run_id)
        row = await self._runs.statement(request.run_id, request.hospital_code)
        return pb.GetStatementResponse(statement=messages.statement_to_pb(row, run))

    async def ListRunCases(
        self, request: pb.ListRunCasesRequest, _context: Context
    ) -> pb.ListRunCasesResponse:
        """Cases of one hospital in a run."""
        query = ("run cases", request.run_id, request.hospital_code)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        found = await self._runs.cases(request.run_id, request.hospital_code, str(after[0]), limit + 1)
        token = paging.encode(query, [found[limit - 1].inp.case_id]) if len(found) > limit else ""
        return pb.ListRunCasesResponse(
            cases=[messages.run_case_to_pb(row, request.run_id) for row in found[:limit]],
            next_page_token=token,
        )

    async def ExplainCase(self, request: pb.ExplainCaseRequest, _context: Context) -> pb.ExplainCaseResponse:
        """Why this case was paid this amount."""
        row, sheet = await self._explain.case(request.run_id, request.hospital_code, request.case_id)
        return pb.ExplainCaseResponse(
            case=messages.run_case_to_pb(row, request.run_id), worksheet=worksheet_to_pb(sheet)
        )

    async def GetTrialBalance(
        self, request: pb.GetTrialBalanceRequest, _context: Context
    ) -> pb.GetTrialBalanceResponse:
        """Debits and credits of a pool's year."""
        return messages.balances_to_pb(await self._runs.trial_balance(request.pool, request.year))


def _days(request: pb.ListListsRequest) -> tuple[date, date]:
    first, last = date.min, date.max
    if request.HasField("discharged_from"):
        first = date_from_pb(request.discharged_from, "discharged_from")
    if request.HasField("discharged_to"):
        last = date_from_pb(request.discharged_to, "discharged_to")
    return first, last
