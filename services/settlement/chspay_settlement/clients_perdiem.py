"""What settlement asks of the bed-day service: which cases it prices, and what each stay earns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay.perdiem.v1 import perdiem_pb2_grpc
from chspay_core.amounts import plain
from chspay_core.errors import Fault, Kind
from chspay_core.period import Month
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_from_pb
from chspay_kit.grpc_client import Channel
from chspay_settlement.engine.routing import bed_days
from chspay_settlement.engine.routing.bed_days import Answer, OwnList, Stretch
from chspay_settlement.engine.routing.run import Episode
from chspay_settlement.faults_others import PER_DIEM_AWAY, PER_DIEM_CHANGED

#: Pricings of one confirmation.
_CONFIRMED = 20_000
#: Stays after which a call ends with its person, and how long their pricing and its keeping may take: a
#: few seconds, and many times that on a busy machine.
TOGETHER = 1_000
_SECONDS = 120.0
_METHODS = {
    pb.METHOD_PER_DIEM: bed_days.PER_DIEM,
    pb.METHOD_DRG: bed_days.DRG,
    pb.METHOD_NOT_PILOT: bed_days.NOT_PILOT,
    pb.METHOD_REFUSED: bed_days.REFUSED,
}
_FORMS = {pb.FORM_UNSPECIFIED: "", pb.FORM_POINTS: bed_days.POINTS, pb.FORM_MONEY: bed_days.MONEY}
_USES = {
    pb.DAY_USE_PAID: "paid",
    pb.DAY_USE_LEAVE: "leave",
    pb.DAY_USE_HELD: "held",
    pb.DAY_USE_ELSEWHERE: "elsewhere",
    pb.DAY_USE_ACUTE: "acute",
    pb.DAY_USE_NOT_PILOT: "not_pilot",
    pb.DAY_USE_DISCHARGE: "discharge",
}


class Scope(NamedTuple):
    """Which cases of a month have to be asked for."""

    departments: frozenset[str]
    #: Lists inside of stays, by institution and number; answered with their stay. The institution is empty
    #: where the service does not name it.
    own_lists: frozenset[tuple[str, str]]

    def inside(self, hospital_code: str, case_id: str) -> bool:
        """Whether a list lies inside of a stay."""
        return not self.own_lists.isdisjoint({(hospital_code, case_id), ("", case_id)})


class BedDays:
    """The bed-day service; ``None`` where no address of it is known.

    :raises Fault: PER_DIEM_UNREACHABLE, of kind UNAVAILABLE, when it cannot answer now.
    """

    def __init__(self, channel: Channel | None, *, trial: bool = False) -> None:
        self._channel = channel
        self._trial = trial
        self._stub = None if channel is None else perdiem_pb2_grpc.PerDiemServiceStub(channel)  # type: ignore[no-untyped-call]

    def for_trials(self) -> BedDays:
        """The same service asked for trials: no pricing stands afterwards, and no day is counted."""
        return BedDays(self._channel, trial=True)

    def _asked(self) -> perdiem_pb2_grpc.PerDiemServiceStub:
        if self._stub is None:
            raise Fault(PER_DIEM_AWAY, field="per_diem.source", why="没有配置床日付费服务的地址")
        return self._stub

    async def scope(self, pool: str, month: Month) -> Scope:
        """Departments whose stays it prices in a month, and lists inside of stays."""
        stub = self._asked()
        try:
            found = await stub.GetScope(pb.GetScopeRequest(pool=pool, month=str(month)))
        except Fault as fault:
            raise _away(fault) from fault
        named = frozenset((one.hospital_code, one.case_id) for one in found.own_list_keys)
        return Scope(
            frozenset(one.department for one in found.departments),
            named or frozenset(("", case_id) for case_id in found.own_list_case_ids),
        )

    async def price(
        self, request_id: str, pool: str, month: Month, episodes: Sequence[Episode]
    ) -> tuple[tuple[Answer, ...], str]:
        """What stays earn, and the digest of the policy behind it; the same request is answered alike.

        :raises Fault: PER_DIEM_ANSWERS_DIFFER when an answer is not to what was asked; its own refusals.
        """
        stub = self._asked()
        found: list[Answer] = []
        digest = ""
        for number, part in enumerate(_parts(episodes)):
            request = pb.PriceStaysRequest(
                request_id=f"{request_id}/part-{number}",
                pool=pool,
                month=str(month),
                stays=[_stay(one) for one in part],
                trial=self._trial,
            )
            try:
                answered = await stub.PriceStays(request, timeout=_SECONDS)
            except Fault as fault:
                raise _away(fault) from fault
            digest = answered.policy_digest
            if [one.case_id for one in answered.answers] != [one.case_id for one in part]:
                raise Fault(PER_DIEM_CHANGED, field="answers", value=request.request_id)
            found += [_answer(one, said) for one, said in zip(part, answered.answers, strict=True)]
        return tuple(found), digest

    async def confirm(self, run_id: str, pool: str, month: Month, pricing_ids: Sequence[str]) -> None:
        """Makes the pricings final that a month run pays.

        :raises Fault: PER_DIEM_CONFIRM_* when a pricing does not stand any more.
        """
        stub = self._asked()
        for start in range(0, len(pricing_ids), _CONFIRMED):
            request = pb.ConfirmPricingsRequest(
                request_id=f"{run_id}/confirmed/{start}",
                pool=pool,
                month=str(month),
                run_id=run_id,
                pricing_ids=pricing_ids[start : start + _CONFIRMED],
            )
            try:
                await stub.ConfirmPricings(request, timeout=_SECONDS)
            except Fault as fault:
                raise _away(fault) from fault


def _away(fault: Fault) -> Fault:
    """A passing trouble under our own name; what the service refuses stays as it said it."""
    if fault.reason.kind is not Kind.UNAVAILABLE:
        return fault
    return Fault(PER_DIEM_AWAY, field="per_diem.source", why=fault.message)


def _parts(episodes: Sequence[Episode]) -> Iterator[list[Episode]]:
    """Calls in which every case number stands once: numbers are a hospital's own. A person's stays share a
    call, so that a stay that goes on finds the days before it; where two bear one number, earlier ones go
    first."""
    rest = sorted(
        episodes, key=lambda one: (_who(one), one.admission or one.discharge, one.discharge, one.key)
    )
    while rest:
        part: dict[str, Episode] = {}
        left: list[Episode] = []
        who, waits = ("", ""), False
        for one in rest:
            if _who(one) != who:
                who, waits = _who(one), len(part) >= TOGETHER
            waits = waits or one.case_id in part
            if waits:
                left.append(one)
            else:
                part[one.case_id] = one
        yield list(part.values())
        rest = left


def _who(one: Episode) -> tuple[str, str]:
    """The person of a stay; a stay of nobody known is alone."""
    return (one.person_key, "") if one.person_key else one.key


def _stay(one: Episode) -> pb.Stay:
    return pb.Stay(
        case_id=one.case_id,
        hospital_code=one.hospital_code,
        department=one.department,
        admission=None if one.admission is None else date_to_pb(one.admission),
        discharge=date_to_pb(one.discharge),
        total_cost_fen=one.cost_fen,
        patient_paid_fen=one.patient_fen,
        person_key=one.person_key,
        level=one.level,
        insurance_type=one.insurance,
    )


def _answer(one: Episode, said: pb.StayAnswer) -> Answer:
    if said.method not in _METHODS or said.form not in _FORMS:
        raise Fault(PER_DIEM_CHANGED, field="method", value=one.case_id)
    spans = tuple(
        Stretch(
            date_from_pb(span.since, "since"),
            date_from_pb(span.until, "until"),
            _USES.get(span.use, ""),
            span.by,
        )
        for span in said.spans
    )
    own = tuple(OwnList(row.case_id, _METHODS.get(row.method, ""), row.reason) for row in said.own_lists)
    return Answer(
        hospital_code=one.hospital_code,
        case_id=one.case_id,
        method=_METHODS[said.method],
        category=said.category,
        paid_days=plain(decimal_from_pb(said.paid_days, "paid_days")) if said.HasField("paid_days") else "",
        form=_FORMS[said.form],
        points_micro=said.points_micro,
        amount_fen=said.amount_fen,
        factor=plain(decimal_from_pb(said.factor, "factor")) if said.HasField("factor") else "",
        pricing_id=said.pricing_id,
        worksheet_digest=said.worksheet_digest,
        model=said.model,
        reason=said.reason,
        message=said.message,
        spans=spans,
        own_lists=own,
    )
