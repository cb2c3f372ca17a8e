"""What negotiation asks of settlement (simulations, discharges) and of the rulebook (amendments)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chspay.rulebook.v1 import amendments_pb2, amendments_pb2_grpc, decisions_pb2, decisions_pb2_grpc
from chspay.settlement.v1 import (
    disputable_pb2,
    disputable_pb2_grpc,
    settlement_pb2,
    settlement_pb2_grpc,
    whatif_pb2,
    whatif_pb2_grpc,
)
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel

_PAGE = 1000
TRIAL_FAILED = Reason("PROPOSAL_TRIAL_FAILED", Kind.PRECONDITION, "方案测算没有成功（{value}）：{why}")
AMENDMENT_UNLIKE = Reason(
    "NEGOTIATED_AMENDMENT_UNLIKE", Kind.CONFLICT, "政策库里编号“{value}”的修订与本议题的内容不同，请核对。"
)


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """A closed month both sides work on."""

    run_id: str
    pool: str
    year: int
    month: int
    policy_digest: str
    statements_digest: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a hospital has before and after."""

    hospital_code: str
    name: str
    cases: int
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished simulation of one proposal."""

    what_if_id: str
    digest: str
    fund_change_fen: int
    residual_change_fen: int
    change_fen: int
    moved_fen: int
    winners: int
    losers: int
    rows: tuple[Effect, ...]


class Trials:
    """Settlement, asked what happened and what would have."""

    def __init__(self, channel: Channel) -> None:
        self._plain: Any = settlement_pb2_grpc.SettlementServiceStub(channel)  # type: ignore[no-untyped-call]
        self._facts: Any = disputable_pb2_grpc.DisputableServiceStub(channel)  # type: ignore[no-untyped-call]
        self._trials: Any = whatif_pb2_grpc.WhatIfServiceStub(channel)  # type: ignore[no-untyped-call]

    async def run(self, run_id: str) -> FrozenRun | None:
        """A closed month; ``None`` for a run that has not posted one."""
        found = (await self._plain.GetRun(settlement_pb2.GetRunRequest(run_id=run_id))).run
        if found.state != settlement_pb2.RUN_STATE_DONE or found.nature != "month":
            return None
        return FrozenRun(
            found.run_id, found.pool, found.year, found.month, found.policy_digest, found.statements_digest
        )

    async def hospitals(self, pool: str) -> list[tuple[str, str]]:
        """Code and name of the hospitals of a pool."""
        found, token, more = [], "", True
        while more:
            answer = await self._plain.ListHospitals(
                settlement_pb2.ListHospitalsRequest(region_code=pool, page_size=_PAGE, page_token=token)
            )
            found += [
                (item.hospital_code, item.name) for item in answer.hospitals if item.region_code == pool
            ]
            token = answer.next_page_token
            more = bool(token)
        return found

    async def discharges(self, pool: str, since: date, until: date) -> dict[str, int]:
        """Settled discharges by hospital."""
        answer = await self._facts.CountDischarges(
            disputable_pb2.CountDischargesRequest(pool=pool, since=date_to_pb(since), until=date_to_pb(until))
        )
        return {item.hospital_code: item.discharges for item in answer.hospitals}

    async def group_cases(
        self, run_ids: Sequence[str], hospitals: Sequence[str], groups: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        """Cases of some groups by hospital."""
        found: dict[str, dict[str, int]] = {group: {} for group in groups}
        for run_id in run_ids:
            for code in hospitals:
                token, more = "", True
                while more:
                    answer = await self._plain.ListRunCases(
                        settlement_pb2.ListRunCasesRequest(
                            run_id=run_id, hospital_code=code, page_size=_PAGE, page_token=token
                        )
                    )
                    for case in answer.cases:
                        if case.drg in found:
                            found[case.drg][code] = found[case.drg].get(code, 0) + 1
                    token = answer.next_page_token
                    more = bool(token)
        return found

    async def begin(
        self, request_id: str, run_ids: Sequence[str], name: str, rules: Sequence[tuple[str, str]]
    ) -> str:
        """Begins a kept simulation of rules on closed months; its number."""
        scenario = whatif_pb2.Scenario(
            name=name, rules=[whatif_pb2.TriedRule(key=key, value_json=text) for key, text in rules]
        )
        answer = await self._trials.StartWhatIf(
            whatif_pb2.StartWhatIfRequest(
                request_id=request_id, run_ids=run_ids, scenarios=[scenario], store=True
            )
        )
        return str(answer.what_if.what_if_id)

    async def ended(self, what_if_id: str, name: str) -> Trial | None:
        """What a simulation came to; ``None`` while it is at work.

        :raises Fault: PROPOSAL_TRIAL_FAILED.
        """
        found = (await self._trials.GetWhatIf(whatif_pb2.GetWhatIfRequest(what_if_id=what_if_id))).what_if
        if found.state in (whatif_pb2.WHAT_IF_STATE_WAITING, whatif_pb2.WHAT_IF_STATE_RUNNING):
            return None
        if found.state != whatif_pb2.WHAT_IF_STATE_DONE:
            raise Fault(TRIAL_FAILED, value=found.failure_reason, why=found.failure_message)
        summary = next(item for item in found.scenarios if item.name == name)
        rows: list[Effect] = []
        token, more = "", True
        while more:
            page = await self._trials.ListWhatIfRows(
                whatif_pb2.ListWhatIfRowsRequest(
                    what_if_id=what_if_id, scenario=name, by=whatif_pb2.WHAT_IF_BY_HOSPITAL,
                    page_size=_PAGE, page_token=token,
                )
            )  # fmt: skip
            rows += [
                Effect(row.key, row.name, row.base.cases, row.base.fund_fen, row.scenario.fund_fen)
                for row in page.rows
            ]
            token = page.next_page_token
            more = bool(token)
        return Trial(
            what_if_id, found.digest, summary.fund_change_fen, summary.residual_change_fen,
            summary.change_fen, summary.moved_fen, summary.winners, summary.losers, tuple(rows),
        )  # fmt: skip


class Lawbook:
    """The rulebook, as those who decided act in it; every call is repeatable."""

    def __init__(self, channel: Channel) -> None:
        self._amendments: Any = amendments_pb2_grpc.AmendmentServiceStub(channel)  # type: ignore[no-untyped-call]
        self._decisions: Any = decisions_pb2_grpc.DecisionServiceStub(channel)  # type: ignore[no-untyped-call]

    async def check(self, content: str) -> list[str]:
        """The faults that would keep an amendment from being filed."""
        answer = await self._amendments.CheckAmendment(amendments_pb2.CheckAmendmentRequest(content=content))
        return [f"{item.code}：{item.words}" for item in answer.findings if item.level == "fault"]

    async def state(self, amendment_id: str, content: str) -> int:
        """How far an amendment is; 0 when there is none.

        :raises Fault: NEGOTIATED_AMENDMENT_UNLIKE when the number is another text's.
        """
        try:
            answer = await self._amendments.GetAmendment(amendments_pb2.GetAmendmentRequest(id=amendment_id))
        except Fault as fault:
            if fault.reason.kind is Kind.NOT_FOUND:
                return 0
            raise
        if answer.amendment.content != content:
            raise Fault(AMENDMENT_UNLIKE, field="amendment", value=amendment_id)
        return int(answer.amendment.state)

    async def step(self, verb: str, amendment_id: str, note: str) -> str:
        """``Review``, ``Approve``, ``Publish`` or ``Withdraw``; the bundle's digest after a publication."""
        request = getattr(amendments_pb2, f"{verb}AmendmentRequest")(
            request_id=f"{amendment_id}/{verb}", id=amendment_id, note=note
        )
        answer = await getattr(self._amendments, f"{verb}Amendment")(request)
        return str(getattr(answer, "digest_after", ""))

    async def draft(self, amendment_id: str, content: str) -> None:
        """Files an amendment."""
        await self._amendments.DraftAmendment(
            amendments_pb2.DraftAmendmentRequest(request_id=f"{amendment_id}/Draft", content=content)
        )

    async def record(self, request: decisions_pb2.RecordDecisionRequest) -> None:
        """Records the decision of the meeting; one that stands alike is enough.

        :raises Fault: what the rulebook refuses, or MEETING_DECISION_TAKEN by another decision.
        """
        try:
            await self._decisions.RecordDecision(request)
        except Fault as fault:
            if fault.reason.code != "MEETING_DECISION_TAKEN":
                raise
            found = await self._decisions.GetDecision(
                decisions_pb2.GetDecisionRequest(place=request.place, decision_no=request.decision_no)
            )
            if list(found.decision.items) != list(request.items):
                raise
