"""A pool in which methods stand beside each other, and a bed-day service that answers by simple rules."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import settlement_world as sw
import year_world as yw

from chspay.perdiem.v1 import perdiem_pb2 as pd
from chspay.perdiem.v1 import perdiem_pb2_grpc
from chspay.settlement.v1 import month_pb2, others_pb2, others_pb2_grpc, routing_pb2, routing_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.case import Case
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_kit import auth
from chspay_kit.convert import date_from_pb, date_to_pb

YEAR = 2027
PSYCHIATRY, HOSPICE = "A15", "A24"
AWAY = Reason("TEST_AWAY", Kind.UNAVAILABLE, "床日付费服务正在重启。")


class PerDiem(perdiem_pb2_grpc.PerDiemServiceServicer):
    """Psychiatry earns 3.5 points a day, hospice 456 yuan a day, H003 is no member of the pilot."""

    WRITES = frozenset({"PriceStays", "ConfirmPricings"})

    def __init__(self) -> None:
        self.away = False
        #: Lists inside of stays: case number -> (stay, since, until, whether an acute episode).
        self.own: dict[str, tuple[str, date, date, bool]] = {}
        self.asked: list[str] = []
        #: Pricings by the run that paid them.
        self.confirmed: dict[str, list[str]] = {}

    async def GetScope(self, request: Any, context: Any) -> pd.GetScopeResponse:
        if self.away:
            raise Fault(AWAY)
        return pd.GetScopeResponse(
            departments=[
                pd.ScopeDepartment(department=PSYCHIATRY, category="psychiatry"),
                pd.ScopeDepartment(department=HOSPICE, category="hospice"),
            ],
            hospital_codes=["H001", "H002"],
            own_list_case_ids=sorted(self.own),
        )

    async def PriceStays(self, request: Any, context: Any) -> pd.PriceStaysResponse:
        if self.away:
            raise Fault(AWAY)
        self.asked += [stay.case_id for stay in request.stays]
        return pd.PriceStaysResponse(
            answers=[self._answer(stay) for stay in request.stays], policy_digest="ab"
        )

    async def ConfirmPricings(self, request: Any, context: Any) -> pd.ConfirmPricingsResponse:
        if self.away:
            raise Fault(AWAY)
        self.confirmed.setdefault(request.run_id, []).extend(request.pricing_ids)
        return pd.ConfirmPricingsResponse(confirmed=len(request.pricing_ids))

    def _answer(self, stay: pd.Stay) -> pd.StayAnswer:
        admission, discharge = date_from_pb(stay.admission, "a"), date_from_pb(stay.discharge, "d")
        found = pd.StayAnswer(case_id=stay.case_id, pricing_id=f"PD-{stay.case_id}")
        found.worksheet_digest = sm3_hex(stay.case_id.encode())
        if stay.hospital_code == "H003":
            found.method, found.reason = pd.METHOD_NOT_PILOT, "not_pilot"
            return found
        if stay.case_id.endswith("R"):
            found.method, found.reason, found.message = pd.METHOD_REFUSED, "OVER", "记录互相矛盾"
            return found
        found.method, start, paid = pd.METHOD_PER_DIEM, admission, 0
        for case_id, (inside, since, until, acute) in sorted(self.own.items()):
            if inside != stay.case_id:
                continue
            method = pd.METHOD_DRG if acute else pd.METHOD_PER_DIEM
            found.own_lists.add(case_id=case_id, method=method)
            if acute:
                found.spans.append(_span(start, since, pd.DAY_USE_PAID))
                found.spans.append(_span(since, until, pd.DAY_USE_ACUTE, case_id))
                paid += (since - start).days
                start = until
        found.spans.append(_span(start, discharge, pd.DAY_USE_PAID))
        paid += (discharge - start).days
        found.paid_days.value, found.factor.value = str(paid), "1"
        if stay.department == PSYCHIATRY:
            found.category, found.form, found.points_micro = "psychiatry", pd.FORM_POINTS, paid * 3_500_000
        else:
            found.category, found.form, found.amount_fen = "hospice", pd.FORM_MONEY, paid * 45_600
        return found


def _span(since: date, until: date, use: Any, by: str = "") -> pd.DaySpan:
    return pd.DaySpan(since=date_to_pb(since), until=date_to_pb(until), use=use, by=by)


def ask_the_service(world: Any) -> None:
    """The demonstration policy, amended: the bed-day service prices bed-days from this year on."""
    content = json.loads(world.rulebook.bundles[sw.POOL].content)
    (rule,) = (one for one in content["rules"] if one["key"] == "per_diem.source")
    amended = {**rule, "since": f"{YEAR}-01-01", "value": "service@1", "cite": "demo-routing-2027#第四条"}
    content["rules"] = sorted([*content["rules"], amended], key=lambda one: (one["key"], one["since"]))
    world.rulebook.bundles[sw.POOL] = Bundle.parse(canonical_json(content))


def others_of(world: Any) -> Any:
    """The stub of other payments."""
    return others_pb2_grpc.OtherPaymentServiceStub(world.channel)


def routing_of(world: Any) -> Any:
    """The stub of the router."""
    return routing_pb2_grpc.RoutingServiceStub(world.channel)


def case(number: int, month: int, hospital: str, **changes: Any) -> Case:
    """A case of a month of the year."""
    day = date(YEAR, month, 1 + number % 9)
    fields: dict[str, Any] = {
        "case_id": f"M{month}-{number}", "admission_date": day, "discharge_date": day + timedelta(days=9),
        "person_key": f"person-{month}-{number}", "insurance_type": "310",
    }  # fmt: skip
    return sw.case_of(number, hospital, **{**fields, **changes})


def month_of_cases(month: int, count: int = 24) -> list[Case]:
    """A month in which every method has work: psychiatry, hospice, maternity, self-paid and the rest."""
    codes = list(yw.HOSPITALS)
    cases = [case(number, month, codes[number % 3]) for number in range(count)]
    long = {"admission_date": date(YEAR, month, 1), "discharge_date": date(YEAR, month, 25)}
    special = (
        ("psych", "H001", {"department": PSYCHIATRY, **long}),
        ("hospice", "H002", {"department": HOSPICE, **long}),
        ("pilotless", "H003", {"department": PSYCHIATRY, **long}),
        ("birth", "H002", {"insurance_type": "510"}),
        ("own", "H001", {"total_cost_fen": 500_000, "patient_paid_fen": 500_000}),
        ("refused-R", "H001", {"department": PSYCHIATRY, **long}),
    )
    for place, (name, code, changes) in enumerate(special):
        named = {"case_id": f"M{month}-{name}", "person_key": f"p-{month}-{name}"}
        cases.append(case(100 + place, month, code, **named, **changes))
    return cases


async def put_month(world: Any, month: int, extra: list[Case] | None = None) -> list[Case]:
    """The lists of a month, taken in."""
    cases = [*month_of_cases(month), *(extra or [])]
    await sw.import_lists(world.stub, yw.fresh(), [sw.chunk(cases)])
    return cases


async def explained(world: Any, run_id: str, hospital: str, case_id: str) -> Any:
    """How a case of a run is paid, and why."""
    request = routing_pb2.ExplainRouteRequest(run_id=run_id, hospital_code=hospital, case_id=case_id)
    with auth.use_claim(sw.BUREAU):
        return await routing_of(world).ExplainRoute(request)


def payment(source: str, **changes: Any) -> others_pb2.PutOtherPaymentRequest:
    """A community's money, as capitation would book it."""
    fields: dict[str, Any] = {
        "request_id": yw.fresh(), "source_service": "capitation", "source_id": source, "pool": sw.POOL,
        "month": f"{YEAR}-01", "method": others_pb2.OTHER_METHOD_CAPITATION, "payee": "H003",
        "amount_fen": 1_234_567, "fund_book": others_pb2.FUND_BOOK_CAPITATION,
        "document": "联席〔2027〕3号", "insurance_type": "310",
    }  # fmt: skip
    return others_pb2.PutOtherPaymentRequest(**{**fields, **changes})


async def make_pharmacy(world: Any, code: str) -> None:
    """Has the registry's copy say that an institution is a pharmacy."""
    async with world.database.unit(auth.service_claim("settlement")) as unit:
        connection = await unit.connection()
        await connection.execute(
            "UPDATE settlement.hospital SET kind = 'pharmacy' WHERE hospital_code = $1", code
        )


async def trial(world: Any, month: int, fund_fen: int) -> Any:
    """A trial of a month, when it has ended."""
    world.budget.months[sw.POOL, YEAR, month] = fund_fen
    request = month_pb2.StartTrialRequest(request_id=yw.fresh(), pool=sw.POOL, year=YEAR, month=month)
    with auth.use_claim(sw.BUREAU):
        started = await world.month.StartTrial(request)
    return await world.ended(started.run.run_id)
