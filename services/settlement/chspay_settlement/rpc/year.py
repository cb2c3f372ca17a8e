"""The annual clearing over gRPC: messages in, use-cases, messages out."""

from __future__ import annotations

from typing import Any

import orjson

from chspay.settlement.v1 import year_pb2 as pb
from chspay.settlement.v1 import year_pb2_grpc
from chspay_core.amounts import decimal_text, to_micro
from chspay_kit import paging
from chspay_kit.convert import date_to_pb, points_to_pb, worksheet_to_pb
from chspay_settlement.app.year import books as year_books
from chspay_settlement.app.year.life import Years
from chspay_settlement.app.year.reclearings import Finding, Reclearings
from chspay_settlement.engine.model import PointValue
from chspay_settlement.rpc import refs
from chspay_settlement.store.reclearings import EffectRow, Row
from chspay_settlement.store.year import Clearing, Event, Fact, HospitalRow

NAME = "chspay.settlement.v1.YearService"
Context = Any


class YearServicer(year_pb2_grpc.YearServiceServicer):
    """Serves ``YearService``."""

    WRITES = frozenset(
        {"StartYear", "MoveYear", "PutYearFact", "DraftReclearing", "CommitReclearing", "WithdrawReclearing"}
    )

    def __init__(self, years: Years, reclearings: Reclearings) -> None:
        self._years = years
        self._reclearings = reclearings

    async def StartYear(self, request: pb.StartYearRequest, _context: Context) -> pb.StartYearResponse:
        """Stores a clearing; the worker computes it."""
        found = await self._years.start(request.pool, request.year)
        return pb.StartYearResponse(clearing=await self._clearing(found))

    async def GetYear(self, request: pb.GetYearRequest, _context: Context) -> pb.GetYearResponse:
        """A clearing as it is now."""
        found = await self._years.get(request.clearing_id)
        return pb.GetYearResponse(clearing=await self._clearing(found))

    async def ListYears(self, request: pb.ListYearsRequest, _context: Context) -> pb.ListYearsResponse:
        """Clearings the asker may see, newest year first."""
        query = ("years", request.pool)
        limit = paging.size(request.page_size)
        found = await self._years.page(
            request.pool, paging.decode(query, request.page_token) or [], limit + 1
        )
        last = found[limit - 1] if len(found) > limit else None
        return pb.ListYearsResponse(
            clearings=[await self._clearing(one) for one in found[:limit]],
            next_page_token=paging.encode(query, [last.year, last.clearing_id]) if last else "",
        )

    async def MoveYear(self, request: pb.MoveYearRequest, _context: Context) -> pb.MoveYearResponse:
        """One step of a clearing's life."""
        found = await self._years.move(request.clearing_id, request.event, request.decision_no, request.note)
        events = await self._years.events(request.clearing_id)
        return pb.MoveYearResponse(clearing=await self._clearing(found), warning=events[-1].warning)

    async def ListYearEvents(
        self, request: pb.ListYearEventsRequest, _context: Context
    ) -> pb.ListYearEventsResponse:
        """The life of a clearing so far."""
        found = await self._years.events(request.clearing_id)
        return pb.ListYearEventsResponse(events=[event_to_pb(event) for event in found])

    async def PutYearFact(self, request: pb.PutYearFactRequest, _context: Context) -> pb.PutYearFactResponse:
        """Records what was decided of an institution's year."""
        fact = await year_books.put_fact(
            request.pool,
            request.year,
            request.hospital_code,
            request.kind,
            request.value,
            request.citation,
        )
        return pb.PutYearFactResponse(fact=fact_to_pb(fact))

    async def ListYearFacts(
        self, request: pb.ListYearFactsRequest, _context: Context
    ) -> pb.ListYearFactsResponse:
        """Every fact recorded for a year."""
        found = await year_books.facts(request.pool, request.year)
        return pb.ListYearFactsResponse(facts=[fact_to_pb(fact) for fact in found])

    async def ListYearHospitals(
        self, request: pb.ListYearHospitalsRequest, _context: Context
    ) -> pb.ListYearHospitalsResponse:
        """What a clearing gives each institution."""
        query = ("year hospitals", request.clearing_id)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or [""]
        found = await year_books.figures(self._years, request.clearing_id, str(after[0]), limit + 1)
        token = paging.encode(query, [found[limit - 1].hospital_code]) if len(found) > limit else ""
        return pb.ListYearHospitalsResponse(
            hospitals=[hospital_to_pb(row, request.clearing_id) for row in found[:limit]],
            next_page_token=token,
        )

    async def GetYearStatement(
        self, request: pb.GetYearStatementRequest, _context: Context
    ) -> pb.GetYearStatementResponse:
        """One institution's annual statement."""
        row = await year_books.statement(self._years, request.clearing_id, request.hospital_code)
        return pb.GetYearStatementResponse(
            hospital_code=row.hospital_code, content=row.content, digest=row.digest
        )

    async def ExplainYear(self, request: pb.ExplainYearRequest, _context: Context) -> pb.ExplainYearResponse:
        """Why an institution's year came to this amount."""
        row, sheet = await year_books.explain(self._years, request.clearing_id, request.hospital_code)
        stated = hospital_to_pb(row, request.clearing_id)
        return pb.ExplainYearResponse(hospital=stated, worksheet=worksheet_to_pb(sheet))

    async def DraftReclearing(
        self, request: pb.DraftReclearingRequest, _context: Context
    ) -> pb.DraftReclearingResponse:
        """The effect of proven violations on every institution."""
        findings = [
            Finding(finding.hospital_code, finding.case_id, finding.multiple.value)
            for finding in request.findings
        ]
        row, effects = await self._reclearings.draft(
            request.clearing_id, findings, request.cause, request.citation
        )
        return pb.DraftReclearingResponse(
            reclearing=reclearing_to_pb(row), effects=[effect_to_pb(effect) for effect in effects]
        )

    async def CommitReclearing(
        self, request: pb.CommitReclearingRequest, _context: Context
    ) -> pb.CommitReclearingResponse:
        """Books exactly the differences that were shown."""
        row = await self._reclearings.commit(request.reclear_id, request.digest)
        return pb.CommitReclearingResponse(reclearing=reclearing_to_pb(row))

    async def WithdrawReclearing(
        self, request: pb.WithdrawReclearingRequest, _context: Context
    ) -> pb.WithdrawReclearingResponse:
        """Ends a drafted re-clearing."""
        row = await self._reclearings.withdraw(request.reclear_id)
        return pb.WithdrawReclearingResponse(reclearing=reclearing_to_pb(row))

    async def GetReclearing(
        self, request: pb.GetReclearingRequest, _context: Context
    ) -> pb.GetReclearingResponse:
        """A re-clearing and its effects."""
        row = await self._reclearings.get(request.reclear_id)
        effects = await self._reclearings.effects(request.reclear_id)
        return pb.GetReclearingResponse(
            reclearing=reclearing_to_pb(row), effects=[effect_to_pb(effect) for effect in effects]
        )

    async def ListReclearings(
        self, request: pb.ListReclearingsRequest, _context: Context
    ) -> pb.ListReclearingsResponse:
        """The re-clearings of a year."""
        found = await self._reclearings.of_clearing(request.clearing_id)
        return pb.ListReclearingsResponse(reclearings=[reclearing_to_pb(row) for row in found])

    async def _clearing(self, found: Clearing) -> pb.YearClearing:
        """A clearing as a message, with its deadline."""
        message = clearing_to_pb(found)
        last = await self._years.deadline(found)
        if last is not None:
            message.deadline.CopyFrom(date_to_pb(last))
        return message


def _display(value_fen: int, value_micro: int) -> str:
    return PointValue(value_fen, value_micro, includes_patient=False).display() if value_micro else ""


def clearing_to_pb(found: Clearing) -> pb.YearClearing:
    """A clearing as a message."""
    same = (
        "clearing_id", "pool", "year", "revision", "state", "stage", "done", "total", "policy_digest",
        "scheme_digest", "engine_version", "budget_fen", "budget_version", "cases", "actual_fen",
        "terminated_fen", "shared_fen", "withheld_fen", "decision_fen", "evidence", "table_digest",
        "input_digest", "statements_digest", "accounts_version", "decision_no", "batch_id",
        "failure_reason", "failure_message", "started_by", "others_fen",
    )  # fmt: skip
    message = pb.YearClearing(
        **{name: getattr(found, name) for name in same},
        points=points_to_pb(found.points_micro),
        point_value_numerator_fen=found.value_fen,
        point_value_denominator=points_to_pb(found.value_micro),
        point_value_display=_display(found.value_fen, found.value_micro),
    )
    if found.published_on is not None:
        message.published_on.CopyFrom(date_to_pb(found.published_on))
    return message


def event_to_pb(event: Event) -> pb.YearEvent:
    """An event as a message."""
    return pb.YearEvent(**event._asdict())


def fact_to_pb(fact: Fact) -> pb.YearFact:
    """A fact as a message; the region stays inside."""
    return pb.YearFact(**{name: value for name, value in fact._asdict().items() if name != "region_code"})


def hospital_to_pb(row: HospitalRow, clearing_id: str) -> pb.YearHospital:
    """What a clearing gives one institution, as a message."""
    same = {k: v for k, v in row._asdict().items() if k not in {"region_code", "points_micro"}}
    names = refs.of_year(clearing_id, row.hospital_code)
    return pb.YearHospital(**same, points=points_to_pb(row.points_micro), refs=names)


def reclearing_to_pb(row: Row) -> pb.Reclearing:
    """A re-clearing as a message."""
    findings = [
        pb.ReclearFinding(
            hospital_code=code,
            case_id=case_id,
            multiple=points_to_pb(to_micro(decimal_text(multiple))),
        )
        for code, case_id, multiple in orjson.loads(row.findings)
    ]
    same = (
        "reclear_id", "clearing_id", "pool", "state", "method", "cause", "citation", "returned_fen", "digest",
        "batch_id", "created_by", "committed_by",
    )  # fmt: skip
    return pb.Reclearing(
        **{name: getattr(row, name) for name in same},
        findings=findings,
        point_value_display=_display(row.value_fen, row.value_micro),
    )


def effect_to_pb(row: EffectRow) -> pb.ReclearEffect:
    """An effect as a message."""
    return pb.ReclearEffect(
        hospital_code=row.hospital_code,
        points=points_to_pb(row.points_micro),
        removed=points_to_pb(row.removed_micro),
        fund_before_fen=row.fund_before_fen,
        fund_after_fen=row.fund_after_fen,
        assessed_fen=row.assessed_fen,
        balance_fen=row.balance_fen,
        content=row.content,
        digest=row.digest,
    )
