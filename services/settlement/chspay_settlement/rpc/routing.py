"""Payment methods over gRPC: which one pays a case, and why."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import routing_pb2 as pb
from chspay.settlement.v1 import routing_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import date_from_pb, worksheet_to_pb
from chspay_settlement import faults_others
from chspay_settlement.app.reading.routes import Routes
from chspay_settlement.engine.routing.run import Routed
from chspay_settlement.engine.routing.table import BedDays, Facts, Method

NAME = "chspay.settlement.v1.RoutingService"
Context = Any
_METHODS = {
    pb.PAY_METHOD_DRG: Method.DRG,
    pb.PAY_METHOD_DIP: Method.DIP,
    pb.PAY_METHOD_PER_DIEM: Method.PER_DIEM,
    pb.PAY_METHOD_CAPITATION: Method.CAPITATION,
    pb.PAY_METHOD_BY_ITEM: Method.BY_ITEM,
    pb.PAY_METHOD_BUNDLE: Method.BUNDLE,
    pb.PAY_METHOD_NONE: Method.NONE,
}
_NUMBERS = {method.value: number for number, method in _METHODS.items()}


class RoutingServicer(routing_pb2_grpc.RoutingServiceServicer):
    """Serves ``RoutingService``."""

    WRITES = frozenset[str]()

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    async def ExplainRoute(
        self, request: pb.ExplainRouteRequest, _context: Context
    ) -> pb.ExplainRouteResponse:
        """How a case of a run is paid, and why."""
        found, sheet = await self._routes.explain(request.run_id, request.hospital_code, request.case_id)
        return pb.ExplainRouteResponse(route=_to_pb(found), worksheet=worksheet_to_pb(sheet))

    async def TryRoute(self, request: pb.TryRouteRequest, _context: Context) -> pb.TryRouteResponse:
        """How a case with these facts would be paid."""
        if request.bed_days not in set(BedDays):
            known = "、".join(one for one in BedDays if one)
            raise Fault(faults_others.BED_DAYS_WORD, field="bed_days", value=request.bed_days, known=known)
        facts = Facts(
            "试认定", request.institution, request.medical_type, request.department,
            request.insurance_type, request.fund_part, BedDays(request.bed_days),
        )  # fmt: skip
        route, sheet = await self._routes.attempt(request.pool, date_from_pb(request.on, "on"), facts)
        shown = pb.CaseRoute(
            method=_NUMBERS[route.method.value], reason=route.reason, text=route.text, cite=route.cite
        )
        return pb.TryRouteResponse(route=shown, row=route.row, worksheet=worksheet_to_pb(sheet))

    async def ListRoutes(self, request: pb.ListRoutesRequest, _context: Context) -> pb.ListRoutesResponse:
        """Cases of a run that are not simply paid by their group."""
        method = _METHODS[request.method].value if request.method else ""
        query = ("routes", request.run_id, request.hospital_code, method)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or ["", ""]
        wanted = (request.hospital_code, method)
        found = await self._routes.page(request.run_id, wanted, (str(after[0]), str(after[1])), limit + 1)
        shown = found[:limit]
        token = paging.encode(query, [*shown[-1].key]) if len(found) > limit else ""
        return pb.ListRoutesResponse(routes=[_to_pb(one) for one in shown], next_page_token=token)

    async def SumRoutes(self, request: pb.SumRoutesRequest, _context: Context) -> pb.SumRoutesResponse:
        """A run's cases by method and reason; those simply paid by their group are the rest."""
        run, found, unknown = await self._routes.sums(request.run_id)
        sums = [
            pb.RouteSum(
                method=_NUMBERS[one.method], reason=one.reason, cases=one.cases, amount_fen=one.amount_fen
            )
            for one in found
        ]
        rest = run.cases - sum(one.cases for one in found)
        sums.insert(0, pb.RouteSum(method=pb.PAY_METHOD_DRG, reason="by_group", cases=rest))
        return pb.SumRoutesResponse(
            sums=sums, cases=run.cases, others_fen=run.others_fen, without_person=unknown
        )


def _to_pb(one: Routed) -> pb.CaseRoute:
    return pb.CaseRoute(
        hospital_code=one.hospital_code,
        case_id=one.case_id,
        method=_NUMBERS[one.method.value],
        reason=one.reason,
        text=one.text,
        cite=one.cite,
        pricing_id=one.pricing_id,
        worksheet_digest=one.worksheet_digest,
        beside=one.beside,
        bed_day_points_micro=one.points_micro or 0,
        amount_fen=one.amount_fen,
    )
