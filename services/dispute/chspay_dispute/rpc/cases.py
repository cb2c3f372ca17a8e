"""``CaseService`` on the wire."""

from __future__ import annotations

from typing import Any

import orjson

from chspay.dispute.v1 import cases_pb2 as pb
from chspay.dispute.v1 import cases_pb2_grpc
from chspay_dispute.app.cases.acting import Acting
from chspay_dispute.app.cases.files import Papers
from chspay_dispute.app.cases.filing import Filed, Filing, plain_facts
from chspay_dispute.app.cases.quotas import QuotaDesk
from chspay_dispute.app.cases.reading import Reading
from chspay_dispute.rpc import case_messages as messages
from chspay_dispute.store.docket import Step
from chspay_dispute.store.queue import Wanted
from chspay_kit.auth import current_claim
from chspay_kit.convert import date_from_pb, date_to_pb

SERVICE = "chspay.dispute.v1.CaseService"
Context = Any
#: Roles whose persons an institution is not told.
_MASKED = frozenset({"EXPT", "SECR", "CNTY", "CITY", "PROV", "AUDIT", "SETL", "ADMIN", "PUB"})


class CaseServicer(cases_pb2_grpc.CaseServiceServicer):
    """Serves ``CaseService``."""

    WRITES = frozenset({"FileCase", "ActOnCase", "SignDecision", "AttachFile"})

    def __init__(
        self, filing: Filing, acting: Acting, papers: Papers, reading: Reading, quotas: QuotaDesk
    ) -> None:
        self._filing, self._acting, self._papers = filing, acting, papers
        self._reading, self._quotas = reading, quotas

    async def FileCase(self, request: pb.FileCaseRequest, _context: Context) -> pb.FileCaseResponse:
        """A draft, filled in from what settlement knows."""
        case = await self._filing.file(request.request_id, messages.filed_from_pb(request))
        return pb.FileCaseResponse(case=await self._case(case.case_no))

    async def ActOnCase(self, request: pb.ActOnCaseRequest, _context: Context) -> pb.ActOnCaseResponse:
        """One step of the machine."""
        act = messages.act_from_pb(request)
        await self._acting.act(request.case_no, act)
        if act.event == "objection":
            # Whoever objects need not be one who may read the case.
            return pb.ActOnCaseResponse(case=pb.Case(case_no=request.case_no, state="OBJECTION"))
        return pb.ActOnCaseResponse(case=await self._case(request.case_no))

    async def SignDecision(
        self, request: pb.SignDecisionRequest, _context: Context
    ) -> pb.SignDecisionResponse:
        """Second signature under a decision."""
        await self._acting.sign(request.case_no, request.outcome_digest)
        return pb.SignDecisionResponse(case=await self._case(request.case_no))

    async def AttachFile(self, request: pb.AttachFileRequest, _context: Context) -> pb.AttachFileResponse:
        """A paper of a case."""
        found = await self._papers.attach(
            request.request_id, request.case_no, request.kind, request.file_name, request.content
        )
        return pb.AttachFileResponse(attachment=messages.attachment_to_pb(found))

    async def GetAttachment(
        self, request: pb.GetAttachmentRequest, _context: Context
    ) -> pb.GetAttachmentResponse:
        """A paper with its bytes."""
        found, content = await self._papers.read(request.case_no, request.attachment_id)
        return pb.GetAttachmentResponse(attachment=messages.attachment_to_pb(found), content=content)

    async def GetCase(self, request: pb.GetCaseRequest, _context: Context) -> pb.GetCaseResponse:
        """A case with everything around it."""
        return pb.GetCaseResponse(case=await self._case(request.case_no))

    async def ListCases(self, request: pb.ListCasesRequest, _context: Context) -> pb.ListCasesResponse:
        """A page of the queue."""
        wanted = Wanted(
            pool=request.pool,
            hospital_code=request.hospital_code,
            type=messages.type_from_pb(request.type),
            cycle=request.cycle,
            overdue=request.overdue,
            closed=request.closed,
            states=[request.state] if request.state else None,
            due_until=date_from_pb(request.due_until, "due_until") if request.HasField("due_until") else None,
        )
        found, token = await self._reading.page(
            wanted, request.page_size, request.page_token, mine=request.mine
        )
        names = {pool: await self._reading.types(pool) for pool in {item.pool for item in found}}
        lines = [
            messages.line_to_pb(
                item,
                self._reading.machine,
                names[item.pool].get(item.type, item.type),
                self._reading.left(item.due_day),
            )
            for item in found
        ]
        return pb.ListCasesResponse(cases=lines, next_page_token=token)

    async def GetHistory(self, request: pb.GetHistoryRequest, _context: Context) -> pb.GetHistoryResponse:
        """Every step of a case."""
        steps, intact = await self._reading.history(request.case_no)
        return pb.GetHistoryResponse(steps=[self._step(item) for item in steps], intact=intact)

    async def ListDeadlines(
        self, request: pb.ListDeadlinesRequest, _context: Context
    ) -> pb.ListDeadlinesResponse:
        """Every clock of a case, and what they told."""
        machine = self._reading.machine
        clocks, reminders = await self._reading.clocks(request.case_no)
        return pb.ListDeadlinesResponse(
            deadlines=[messages.deadline_to_pb(item, machine) for item in clocks],
            reminders=[
                pb.CaseReminder(
                    clock=item.clock,
                    text=messages.clock_text(machine, item.clock),
                    kind=item.kind,
                    roles=[machine.role_text(role) for role in item.roles.split(",") if role],
                    day=date_to_pb(item.day),
                )
                for item in reminders
            ],
        )

    async def GetQuota(self, request: pb.GetQuotaRequest, _context: Context) -> pb.GetQuotaResponse:
        """How many special cases still fit."""
        found = await self._quotas.of(request.pool, request.cycle, request.hospital_code)
        return messages.quotas_to_pb(found)

    async def ExplainCase(self, request: pb.ExplainCaseRequest, _context: Context) -> pb.ExplainCaseResponse:
        """Why a case may be reviewed, and what its decision comes to."""
        found = await self._reading.explain(request.case_no)
        decided = found.decision
        answer = pb.ExplainCaseResponse(
            criteria=messages.sheet_to_pb(found.case.worksheet),
            decision=None if decided is None else messages.sheet_to_pb(decided.worksheet),
            policy_digest=(found.case if decided is None else decided).policy_digest,
        )
        if found.point_value_delta is not None:
            answer.point_value_delta.CopyFrom(messages.value_to_pb(found.point_value_delta))
        return answer

    async def CheckList(self, request: pb.CheckListRequest, _context: Context) -> pb.CheckListResponse:
        """A list held against the rules before anything is filed."""
        found = await self._filing.check(
            Filed(
                type="",
                list_id=request.list_id,
                hospital_code=request.hospital_code,
                case_id=request.case_id,
                stated=messages.stated_from_pb(request.stated),
            )
        )
        is_open = self._filing.is_open(found)
        return messages.judged_to_pb(found, plain_facts(found.facts), is_open=is_open)

    async def _case(self, case_no: str) -> pb.Case:
        return messages.case_to_pb(await self._reading.whole(case_no), self._reading.machine)

    def _step(self, item: Step) -> pb.HistoryStep:
        machine, payload = self._reading.machine, orjson.loads(item.payload)
        found = next(
            (each for each in machine.transitions if (each.source, each.event) == (item.source, item.event)),
            None,
        )
        masked = current_claim().role == "hospital" and item.role in _MASKED
        return pb.HistoryStep(
            seq=item.seq,
            event=item.event,
            text="填写申请" if found is None else found.text,
            from_text=machine.state_text(item.source) if item.source else "",
            to_text=machine.state_text(item.target),
            role=machine.role_text(item.role) if item.role else "",
            actor="" if masked else item.actor,
            day=date_to_pb(item.day),
            reason=str(payload["details"].get("reason", "")),
            documents=() if found is None else found.documents,
            digest=item.hash.hex(),
            calendar=payload["calendar"],
            policy_digest=payload["policy"],
        )
