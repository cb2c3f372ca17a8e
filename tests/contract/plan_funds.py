"""A budget service that answers for the funds of approved plans, and for nothing else."""

from __future__ import annotations

from typing import Any

from chspay.budget.v1 import plan_pb2, plan_pb2_grpc
from chspay_core.errors import Fault, Kind, Reason

NO_PLAN = Reason("BUDGET_PLAN_MISSING", Kind.PRECONDITION, "没有已批准的收支预算。")


class Plans(plan_pb2_grpc.PlanServiceServicer):
    """Funds of approved plans by (pool, year, fund)."""

    WRITES = frozenset(
        method.name
        for method in plan_pb2.DESCRIPTOR.services_by_name["PlanService"].methods
        if "request_id" in method.input_type.fields_by_name
    )

    def __init__(self) -> None:
        self.funds: dict[tuple[str, int, str], int] = {}

    async def GetPoolFund(self, request: Any, context: Any) -> plan_pb2.GetPoolFundResponse:
        fund = self.funds.get((request.pool, request.year, request.fund))
        if fund is None:
            raise Fault(NO_PLAN, field="year")
        return plan_pb2.GetPoolFundResponse(fund_fen=fund, version=1, decision_no="演示决定1号")
