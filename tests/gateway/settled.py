"""A finished month run as the settlement service would tell it, for the tests of how it is shown."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from gateway_world import OTHER, OWN, POOL
from google.type import date_pb2, decimal_pb2

from chspay.common.v1 import case_pb2
from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason

RUN_ID = "run-990100-2026-03"
CONTENT = b'{"hospital_code":"H99010100001","total_fen":"300000"}'
GONE = Reason("TEST_GONE", Kind.NOT_FOUND, "没有找到月结{value}。")


def points(text: str) -> decimal_pb2.Decimal:
    return decimal_pb2.Decimal(value=text)


RUN = pb.Run(
    run_id=RUN_ID, pool=POOL, year=2026, month=3, state=pb.RUN_STATE_DONE, stage="done", done=2, total=2,
    cases=2, total_points=points("250.5"), fund_fen=1_234_567, patient_fen=100_00,
    point_value_numerator_fen=1_244_567, point_value_denominator=points("250.5"),
    point_value_display="49.6833", policy_digest="a1" * 32, scheme_digest="5c" * 32, engine_version="0.1.0",
    evidence="demo", statements_digest="b2" * 32,
)  # fmt: skip
STATEMENTS = [
    pb.Statement(
        run_id=RUN_ID, hospital_code=code, hospital_name=name, cases=1, points=points(share), fund_fen=fund,
        patient_fen=50_00, total_fen=fund + 50_00, cost_fen=900_000, prepaid_fen=fund - 100,
        retained_fen=100, point_value_display="49.6833", evidence="demo", content=CONTENT,
        digest=sm3_hex(CONTENT),
    )
    for code, name, share, fund in (
        (OWN, "=演示<医院>1", "100.5", 1_000_000), (OTHER, "演示医院2", "150", 234_567),
    )
]  # fmt: skip
CASE = pb.RunCase(
    case_id="C/1 <b>", hospital_code=OWN, drg="BR25", kind="high", points=points("100.5"), cost_fen=900_000,
    patient_fen=-50, fund_fen=1_000_000,
)  # fmt: skip
SHEET = case_pb2.Worksheet(
    title="病例 C/1 计算底稿",
    lines=[
        case_pb2.WorksheetLine(key="cost", label="总费用", value="900000", unit="fen"),
        case_pb2.WorksheetLine(
            key="scale", label="平均点数", value="100", unit="points", rule="points.scale",
            citation="demo-2026#二(一)", evidence="demo",
        ),
        case_pb2.WorksheetLine(
            key="points", label="病例点数", value="100.5", unit="points", formula="cost / scale",
            inputs=["cost", "scale"], rounding="half_up_4",
        ),
    ],
)  # fmt: skip


class Settled:
    """The settlement stub of a world in which one month is settled."""

    async def GetRun(self, request: Any) -> pb.GetRunResponse:
        self._known(request.run_id)
        return pb.GetRunResponse(run=RUN)

    async def ListRuns(self, request: Any) -> pb.ListRunsResponse:
        return pb.ListRunsResponse(runs=[RUN])

    async def WatchRun(self, request: Any) -> AsyncIterator[pb.WatchRunResponse]:
        self._known(request.run_id)
        for done, state in ((1, pb.RUN_STATE_RUNNING), (2, pb.RUN_STATE_DONE)):
            run = pb.Run()
            run.CopyFrom(RUN)
            run.done, run.state = done, state
            yield pb.WatchRunResponse(run=run)
        if request.run_id.endswith("broken"):
            raise Fault(GONE, field="run_id", value=request.run_id)

    async def ListStatements(self, request: Any) -> pb.ListStatementsResponse:
        self._known(request.run_id)
        at = int(request.page_token or 0)
        more = str(at + 1) if at + 1 < len(STATEMENTS) else ""
        return pb.ListStatementsResponse(statements=[STATEMENTS[at]], next_page_token=more)

    async def GetStatement(self, request: Any) -> pb.GetStatementResponse:
        self._known(request.run_id)
        return pb.GetStatementResponse(statement=STATEMENTS[0])

    async def ListRunCases(self, request: Any) -> pb.ListRunCasesResponse:
        return pb.ListRunCasesResponse(cases=[CASE], next_page_token="next")

    async def ExplainCase(self, request: Any) -> pb.ExplainCaseResponse:
        return pb.ExplainCaseResponse(case=CASE, worksheet=SHEET)

    async def GetTrialBalance(self, request: Any) -> pb.GetTrialBalanceResponse:
        account = pb.AccountBalance(account="1001 基金", debit_fen=100, credit_fen=100)
        return pb.GetTrialBalanceResponse(accounts=[account])

    async def ListHospitals(self, request: Any) -> pb.ListHospitalsResponse:
        hospital = pb.Hospital(
            hospital_code=OWN, name="演示医院1", region_code=POOL, level=2,
            since=date_pb2.Date(year=2020, month=1, day=1),
        )  # fmt: skip
        return pb.ListHospitalsResponse(hospitals=[hospital])

    @staticmethod
    def _known(run_id: str) -> None:
        if not run_id.startswith(RUN_ID):
            raise Fault(GONE, field="run_id", value=run_id)


@contextlib.contextmanager
def settled(gw: Any) -> Iterator[None]:
    """Inside, the gateway asks :class:`Settled` instead of the settlement service."""
    gateway = gw.app.state.gateway
    object.__setattr__(gateway, "services", replace(gw.services, settlement=Settled()))
    try:
        yield
    finally:
        object.__setattr__(gateway, "services", gw.services)
