"""What budget asks of the other services."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from chspay.rulebook.v1 import institutions_pb2, institutions_pb2_grpc, rulebook_pb2, rulebook_pb2_grpc
from chspay.settlement.v1 import month_pb2, month_pb2_grpc, settlement_pb2, settlement_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.regions import prefix
from chspay_kit.auth import Claim, use_claim
from chspay_kit.convert import date_to_pb, points_from_pb
from chspay_kit.grpc_client import Channel

_PAGE = 1000
_KINDS = {
    institutions_pb2.INSTITUTION_KIND_HOSPITAL: "hospital",
    institutions_pb2.INSTITUTION_KIND_CLINIC: "clinic",
    institutions_pb2.INSTITUTION_KIND_PHARMACY: "pharmacy",
}


class Rulebook:
    """The rulebook, asked for the policy in force."""

    def __init__(self, channel: Channel) -> None:
        self._stub = rulebook_pb2_grpc.RulebookServiceStub(channel)  # type: ignore[no-untyped-call]

    async def policy(self, place: str, day: date) -> Policy:
        """What holds in ``place`` on ``day``, as the rulebook knows it now."""
        request = rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(day))
        response = await self._stub.ResolveBundle(request)
        return Bundle.parse(response.content, response.digest).on(day)


class Registry:
    """The registry of institutions, asked for level and kind."""

    def __init__(self, channel: Channel) -> None:
        self._stub = institutions_pb2_grpc.InstitutionServiceStub(channel)  # type: ignore[no-untyped-call]

    async def classes(self, pool: str, day: date) -> dict[str, tuple[int, str]]:
        """Level and kind of every institution of a pool on a day, by code."""
        found: dict[str, tuple[int, str]] = {}
        request = institutions_pb2.ListInstitutionsRequest(place=pool, on=date_to_pb(day), page_size=_PAGE)
        while True:
            answer = await self._stub.ListInstitutions(request)
            found |= {one.code: (one.level, _KINDS.get(one.kind, "")) for one in answer.institutions}
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token


def _own_claim(pool: str) -> Claim:
    """Budget itself, for one pool."""
    return Claim("budget", "service", region=prefix(pool))


class SettledRun(NamedTuple):
    """A finished run of a month: its fund, the whole numerator of its point value (fen), its points."""

    run_id: str
    month: Month
    trial: bool
    fund_fen: int
    numerator_fen: int
    points_micro: int


class HoldWanted(NamedTuple):
    """A hold to be placed: from which month, how much, by which rule, on what evidence and document."""

    pool: str
    hospital: str
    since: str
    fen: int
    rule_id: str
    evidence: str
    citation: str


class Settlement:
    """Settlement, asked what months came to and told which payment to hold.

    Holds are placed and released as budget itself, so that the same order never places two, however
    often it is sent; who decided it stands in the finding and in the hold's citation.
    """

    def __init__(self, channel: Channel) -> None:
        self._runs = settlement_pb2_grpc.SettlementServiceStub(channel)  # type: ignore[no-untyped-call]
        self._month = month_pb2_grpc.MonthServiceStub(channel)  # type: ignore[no-untyped-call]

    async def runs(self, pool: str) -> list[SettledRun]:
        """Finished month runs and trials of a pool, newest first."""
        found: list[SettledRun] = []
        request = settlement_pb2.ListRunsRequest(pool=pool, page_size=_PAGE)
        while True:
            answer = await self._runs.ListRuns(request)
            found += [
                SettledRun(
                    run.run_id, Month(run.year, run.month), run.nature == "trial", run.fund_fen,
                    run.point_value_numerator_fen, points_from_pb(run.total_points, "total_points"),
                )
                for run in answer.runs
                if run.state == settlement_pb2.RUN_STATE_DONE and run.nature in {"month", "trial"}
            ]  # fmt: skip
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    async def costs(self, run_id: str) -> dict[str, int]:
        """What every hospital's cases of a run cost, fen."""
        found: dict[str, int] = {}
        request = settlement_pb2.ListStatementsRequest(run_id=run_id, page_size=_PAGE)
        while True:
            answer = await self._runs.ListStatements(request)
            found |= {one.hospital_code: one.cost_fen for one in answer.statements}
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    async def hold(self, order_id: str, wanted: HoldWanted) -> str:
        """Holds part of a hospital's payment; the id of the hold. The same order is held once."""
        request = month_pb2.PlaceHoldRequest(
            request_id=f"{order_id}/hold", pool=wanted.pool, hospital_code=wanted.hospital,
            since=wanted.since, amount_fen=wanted.fen, rule_id=wanted.rule_id, evidence=wanted.evidence,
            citation=wanted.citation,
        )  # fmt: skip
        with use_claim(_own_claim(wanted.pool)):
            return str((await self._month.PlaceHold(request)).hold.hold_id)

    async def release(self, order_id: str, pool: str, hold_id: str, reason: str, citation: str) -> int:
        """Ends a hold; what it had held, fen."""
        request = month_pb2.ReleaseHoldRequest(
            request_id=f"{order_id}/release", hold_id=hold_id, reason=reason, citation=citation
        )
        with use_claim(_own_claim(pool)):
            return int((await self._month.ReleaseHold(request)).hold.held_fen)
