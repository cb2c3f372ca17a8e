"""What dispute asks of settlement: lists as they were settled, settled discharges, months and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from chspay.settlement.v1 import disputable_pb2 as pb
from chspay.settlement.v1 import disputable_pb2_grpc, routing_pb2
from chspay_core.amounts import decimal_text
from chspay_dispute.engine.cases.facts import Facts
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_kit.grpc_client import Channel

_METHODS: Mapping[int, str] = {
    number: name.removeprefix("PAY_METHOD_").lower() for name, number in routing_pb2.PayMethod.items()
}


@dataclass(frozen=True, slots=True)
class Discharges:
    """Discharges that closed months settled by group, of the pool and by hospital; what still waits."""

    by_group: int
    hospitals: Mapping[str, int]
    waiting: int


class Settlement:
    """Settlement, asked as whoever asks dispute."""

    def __init__(self, channel: Channel) -> None:
        self._stub = disputable_pb2_grpc.DisputableServiceStub(channel)  # type: ignore[no-untyped-call]

    async def facts(self, list_id: str, hospital_code: str = "", case_id: str = "") -> Facts:
        """A list as it was settled; by its number, or by hospital and case.

        :raises Fault: LIST_NOT_FOUND.
        """
        request = pb.GetCaseFactsRequest(list_id=list_id, hospital_code=hospital_code, case_id=case_id)
        return facts_from((await self._stub.GetCaseFacts(request)).facts)

    async def discharges(self, pool: str, since: date, until: date) -> Discharges:
        """Settled discharges of the days, both included."""
        request = pb.CountDischargesRequest(pool=pool, since=date_to_pb(since), until=date_to_pb(until))
        answer = await self._stub.CountDischarges(request)
        return Discharges(
            answer.by_group, {item.hospital_code: item.by_group for item in answer.hospitals}, answer.waiting
        )

    async def year_state(self, pool: str, year: str) -> str:
        """How far a year is: ``open``, ``closing``, ``closed`` or ``cleared``."""
        answer = await self._stub.GetPoolState(pb.GetPoolStateRequest(pool=pool, period=year))
        return pb.PoolState.Name(answer.state).removeprefix("POOL_STATE_").lower()


def facts_from(found: pb.CaseFacts) -> Facts:
    """The facts of a list as the engine knows them."""

    def optional(name: str) -> Any:
        return getattr(found, name) if found.HasField(name) else None

    def number(name: str) -> Decimal | None:
        return decimal_text(getattr(found, name).value, name) if found.HasField(name) else None

    return Facts(
        list_id=found.list_id,
        case_id=found.case_id,
        hospital_code=found.hospital_code,
        hospital_name=found.hospital_name,
        community=found.community,
        pool=found.pool,
        region_code=found.region_code,
        admission=date_from_pb(found.admission, "admission"),
        discharge=date_from_pb(found.discharge, "discharge"),
        los_days=found.los_days,
        cost_fen=found.cost_fen,
        patient_fen=optional("patient_fen"),
        icu_hours=optional("icu_hours"),
        newborn_weight_g=optional("newborn_weight_g"),
        diagnoses=tuple(found.diagnoses),
        procedures=tuple(found.procedures),
        mdc=found.mdc,
        drg=found.settled_drg or found.drg,
        scheme_digest=found.scheme_digest,
        quality_checked=found.quality_checked,
        quality_errors=found.quality_errors,
        month=found.month,
        settled=found.settled,
        settled_on=date_from_pb(found.settled_on, "settled_on") if found.HasField("settled_on") else None,
        run_id=found.run_id,
        method=_METHODS[found.method] if found.method else "",
        points=number("points"),
        fund_fen=found.fund_fen,
        paid_fen=found.paid_fen,
        base_points=number("base_points"),
        group_mean_fen=found.group_mean_fen,
        city_mean_fen=found.city_mean_fen,
        group_mean_los=number("group_mean_los"),
        value_fen=found.value_fen,
        value_micro=found.value_micro,
        ref=found.ref,
        statement_digest=found.statement_digest,
    )
