"""What settlement asks of the other services."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from chspay.budget.v1 import budget_pb2, budget_pb2_grpc, plan_pb2, plan_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import artefacts_pb2, artefacts_pb2_grpc, grouper_pb2, grouper_pb2_grpc
from chspay.rulebook.v1 import rulebook_pb2, rulebook_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.case import Case, Status
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.tables import batch_from_cases
from chspay_kit import auth, deadline
from chspay_kit.chunk import stream_of
from chspay_kit.convert import Answer, answer_from_pb, case_to_pb, date_to_pb
from chspay_kit.grpc_client import Channel
from chspay_settlement.faults import GROUP_ANSWERS_SHORT

#: Cases in one Arrow chunk to the grouper.
ARROW_ROWS = 20_000


_TOGETHER = 200
_SECONDS = 10.0
_OWN_CLAIM = auth.service_claim("settlement")


class _Asked(NamedTuple):
    """Cases on their way to the grouper, and who waits for their answers."""

    cases: list[case_pb2.Case]
    answers: asyncio.Future[list[case_pb2.GroupAnswer]]

    def succeed(self, answers: list[case_pb2.GroupAnswer]) -> None:
        if not self.answers.done():
            self.answers.set_result(answers)

    def fail(self, error: Exception) -> None:
        if not self.answers.done():
            self.answers.set_exception(error)


class Grouper:
    """The grouper, for a few cases and for many.

    What is asked for while a call is under way travels together in the next one: a call costs far
    more than grouping, and a lone case still leaves at once.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = grouper_pb2_grpc.GrouperServiceStub(channel)  # type: ignore[no-untyped-call]
        self._artefacts = artefacts_pb2_grpc.ArtefactServiceStub(channel)  # type: ignore[no-untyped-call]
        self._waiting: dict[str, list[_Asked]] = {}
        self._senders: set[asyncio.Task[None]] = set()

    async def one(self, scheme: str, case: Case) -> Answer:
        """The group of one case under a scheme id or digest."""
        return (await self.some(scheme, [case]))[0]

    async def some(self, scheme: str, cases: Sequence[Case]) -> list[Answer]:
        """The groups of a few cases, in order."""
        asked = _Asked([case_to_pb(case) for case in cases], asyncio.get_running_loop().create_future())
        waiting = self._waiting.get(scheme)
        if waiting is not None:
            waiting.append(asked)
        else:
            self._waiting[scheme] = [asked]
            sender = asyncio.create_task(self._send(scheme))
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        return [answer_from_pb(answer) for answer in await asked.answers]

    async def _send(self, scheme: str) -> None:
        """Calls with whoever waits, until nobody does; a failed call fails those it carried."""
        while asked := self._waiting[scheme][:_TOGETHER]:
            self._waiting[scheme] = self._waiting[scheme][_TOGETHER:]
            # This task belongs to nobody's request: it has a claim and a deadline of its own.
            auth.act_as(_OWN_CLAIM)
            deadline.begin(_SECONDS)
            cases = [case for one in asked for case in one.cases]
            try:
                request = grouper_pb2.GroupCasesRequest(scheme=scheme, cases=cases)
                answers = list((await self._stub.GroupCases(request)).answers)
                if len(answers) != len(cases):
                    raise Fault(GROUP_ANSWERS_SHORT, value=f"{len(answers)}/{len(cases)}")
            except Exception as error:
                for one in asked:
                    one.fail(error)
                continue
            at = 0
            for one in asked:
                one.succeed(answers[at : at + len(one.cases)])
                at += len(one.cases)
        del self._waiting[scheme]

    async def many(self, scheme: str, cases: Sequence[Case]) -> list[Answer]:
        """The groups of many cases, in order."""
        answers: list[Answer] = []
        async for response in self._stub.GroupArrow(_chunks(scheme, cases)):
            answers.extend(_read_answers(response.answers, response.scheme_digest))
        if len(answers) != len(cases):
            raise Fault(GROUP_ANSWERS_SHORT, value=f"{len(answers)}/{len(cases)}")
        return answers

    async def digest(self, scheme: str) -> str:
        """The digest of a scheme as the grouper holds it."""
        request = grouper_pb2.GetSchemeRequest(scheme=scheme)
        return str((await self._stub.GetScheme(request)).scheme.digest)

    async def weight_table(self, digest: str) -> bytes:
        """The canonical form of the weight table with this digest, as the grouper keeps it."""
        request = artefacts_pb2.GetArtefactContentRequest(
            kind=artefacts_pb2.ARTEFACT_KIND_WEIGHT_TABLE, name=digest
        )
        return bytes((await self._artefacts.GetArtefactContent(request)).content)


async def _chunks(scheme: str, cases: Sequence[Case]) -> AsyncIterator[grouper_pb2.GroupArrowRequest]:
    for start in range(0, len(cases), ARROW_ROWS):
        batch = batch_from_cases(cases[start : start + ARROW_ROWS])
        yield grouper_pb2.GroupArrowRequest(scheme=scheme, cases=stream_of(batch))


def _read_answers(content: bytes, digest: str) -> list[Answer]:
    with pa.ipc.open_stream(content) as reader:
        table = reader.read_all()
    columns = [
        table.column(name).to_pylist() for name in ("case_id", "status", "mdc", "adrg", "drg", "reason")
    ]
    return [
        Answer(case_id, Status(status), mdc or "", adrg or "", drg or "", reason or "", digest)
        for case_id, status, mdc, adrg, drg, reason in zip(*columns, strict=True)
    ]


class Policies:
    """Policies from the rulebook. Sealed bundles never change; which one is in force is asked again."""

    #: How long a bundle is taken to be the one in force, seconds.
    FRESH_SECONDS = 10.0
    _KEPT = 64

    def __init__(self, channel: Channel) -> None:
        self._stub = rulebook_pb2_grpc.RulebookServiceStub(channel)  # type: ignore[no-untyped-call]
        self._bundles: dict[str, Bundle] = {}
        self._current: dict[str, tuple[float, Bundle]] = {}
        self._schemes: dict[tuple[str, date], str] = {}
        self._asking = asyncio.Lock()

    async def current(self, place: str, day: date) -> Bundle:
        """The bundle in force for ``place``, as the rulebook knows it now (seconds old at most)."""
        fresh = self._fresh(place)
        if fresh is not None:
            return fresh
        async with self._asking:
            # Whoever waited for the same question finds it answered.
            fresh = self._fresh(place)
            if fresh is not None:
                return fresh
            request = rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(day))
            response = await self._stub.ResolveBundle(request)
            bundle = self._bundles.get(response.digest) or self._keep(Bundle.parse(response.content))
            self._current[place] = (time.monotonic(), bundle)
            return bundle

    def _fresh(self, place: str) -> Bundle | None:
        asked, bundle = self._current.get(place, (0.0, None))
        return bundle if time.monotonic() - asked < self.FRESH_SECONDS else None

    async def sealed(self, digest: str) -> Bundle:
        """The bundle with this digest, as it was sealed."""
        bundle = self._bundles.get(digest)
        if bundle is None:
            response = await self._stub.GetBundle(rulebook_pb2.GetBundleRequest(digest=digest))
            bundle = self._keep(Bundle.parse(response.content))
        return bundle

    async def scheme(self, place: str, day: date) -> str:
        """The scheme that groups a case of ``place`` discharged on ``day``: its sealed digest, or its id."""
        bundle = await self.current(place, day)
        key = (bundle.digest, day)
        scheme = self._schemes.get(key)
        if scheme is None:
            if len(self._schemes) > 10_000:
                self._schemes.clear()
            scheme = self._schemes[key] = scheme_of(bundle.on(day))
        return scheme

    def _keep(self, bundle: Bundle) -> Bundle:
        if len(self._bundles) >= self._KEPT:
            self._bundles.pop(next(iter(self._bundles)))
        self._bundles[bundle.digest] = bundle
        return bundle


def scheme_of(policy: Policy) -> str:
    """The digest the policy sealed for its grouping scheme, or the scheme's id where it sealed none."""
    scheme = policy.text("grouping.scheme")
    return policy.scheme_digest(scheme) or scheme


class MonthFund(NamedTuple):
    """What a month may spend, and the decision that says so."""

    fund_fen: int
    version: int
    decision_no: str


class YearFund(NamedTuple):
    """What a year may spend on local hospitals, and the decision that says so."""

    fund_fen: int
    version: int
    decision_no: str


class Accounts(NamedTuple):
    """Final accounts of a year: ``explained_fen`` is what their causes add up to; no number, not approved."""

    version: int
    budget_fen: int
    actual_fen: int
    decision_fen: int
    explained_fen: int
    decision_no: str


_NO_ACCOUNTS, _NO_PLAN = "ACCOUNTS_UNKNOWN", "BUDGET_PLAN_MISSING"


class Budget:
    """The budget service."""

    def __init__(self, channel: Channel) -> None:
        self._stub = budget_pb2_grpc.BudgetServiceStub(channel)  # type: ignore[no-untyped-call]
        self._plans = plan_pb2_grpc.PlanServiceStub(channel)  # type: ignore[no-untyped-call]

    async def month_fund(self, pool: str, year: int, month: int) -> MonthFund:
        """The approved fund of a month; the budget service refuses a month without one."""
        request = budget_pb2.GetMonthFundRequest(pool=pool, year=year, month=month)
        answer = await self._stub.GetMonthFund(request)
        return MonthFund(answer.fund_fen, answer.version, answer.decision_no)

    async def year_fund(self, pool: str, year: int) -> YearFund:
        """The approved local fund of a year; the budget service refuses a year without one."""
        answer = await self._stub.GetYearFund(budget_pb2.GetYearFundRequest(pool=pool, year=year))
        return YearFund(answer.local_fund_fen, answer.version, answer.decision_no)

    async def pool_fund(self, pool: str, year: int, fund: str) -> int | None:
        """What the approved plan of a year gives one of its funds, fen; ``None`` without such a plan."""
        request = plan_pb2.GetPoolFundRequest(pool=pool, year=year, fund=fund)
        try:
            return int((await self._plans.GetPoolFund(request)).fund_fen)
        except Fault as fault:
            if fault.reason.code == _NO_PLAN:
                return None
            raise

    async def accounts(self, pool: str, year: int) -> Accounts | None:
        """The newest final accounts of a year; ``None`` when there are none."""
        try:
            answer = await self._stub.GetAccounts(budget_pb2.GetAccountsRequest(pool=pool, year=year))
        except Fault as fault:
            if fault.reason.code == _NO_ACCOUNTS:
                return None
            raise
        found = answer.accounts
        return Accounts(
            found.version,
            found.budget_fen,
            found.actual_fen,
            found.decision_fen,
            sum(cause.amount_fen for cause in found.causes),
            found.decision_no,
        )
